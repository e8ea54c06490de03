"""The Open Fibre Data Standard package: valid by the published schema, whole, and without names where asked."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from planner.report.ofds import SCHEMA, package, write

SCHEMAS = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[2] / "shared")) / "data/fibre/ofds_schema"


@pytest.fixture(scope="module")
def faults():
    """Return a function that lists what the published schemas find wrong."""
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    referencing = pytest.importorskip("referencing", reason="referencing is not installed")
    if not SCHEMAS.is_dir():
        pytest.skip(f"{SCHEMAS} is not here")
    network, whole = (
        json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("network-schema", "network-package-schema")
    )
    assert network["$id"] == SCHEMA, "the version that the export names"
    registry = referencing.Registry().with_resources(
        [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in (network, whole)]
    )
    validator = jsonschema.Draft202012Validator(whole, registry=registry, format_checker=jsonschema.FormatChecker())
    return lambda document: [error.message for error in validator.iter_errors(document)]


def dated(plan):
    years = pd.Series([2027, 2028] * len(plan.links), dtype="Int64")
    return replace(plan, links=plan.links.assign(year=years[: len(plan.links)]))


@pytest.mark.parametrize("options", [{}, {"operator": "Post & Telecom"}, {"anonymous": True}])
def test_it_is_valid(faults, priced, handmade, tmp_path, options):
    (path,) = write(priced(tmp_path / "run", **options), tmp_path)
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []
    assert faults(package(priced(tmp_path / "run", dated(handmade.plan()), **options))) == []


def test_the_schema_would_find_a_fault(faults, priced, tmp_path):
    document = package(priced(tmp_path / "run"))
    document["networks"][0]["spans"][0]["status"] = "dreamt"
    assert faults(document)


def test_spans_join_nodes_and_carry_the_figures_of_the_plan(priced, handmade, tmp_path):
    plan = handmade.plan()
    (network,) = package(priced(tmp_path / "run", plan, operator="Post"))["networks"]
    nodes = {node["id"]: node for node in network["nodes"]}
    spans = {span["id"]: span for span in network["spans"]}
    own = plan.links[plan.links["technology"].isin(["fibre", "microwave"])].set_index("id")
    assert set(spans) == set(own.index)
    assert set(nodes) == set(own["from"]) | set(own["to"])
    for name, span in spans.items():
        assert (span["start"], span["end"]) == (own["from"][name], own["to"][name])
        assert span["transmissionMedium"] == [own["technology"][name]]
        assert span["route"] == own["geometry"][name]
        if own["technology"][name] == "fibre":
            assert span["fibreLength"] == pytest.approx(own["length_km"][name])
            assert "capacity" not in span, "not limited"
        else:
            assert span["capacity"] == pytest.approx(own["capacity_mbps"][name] / 1000), "in Gbit/s"
    assert nodes["S"]["status"] == "operational"
    assert "physicalInfrastructureProvider" not in nodes["S"], "whose it is is not known"
    assert nodes["A"]["status"] == "proposed"
    assert nodes["A"]["physicalInfrastructureProvider"]["name"] == "Post"
    assert [organisation["id"] for organisation in network["organisations"]] == ["operator"]


def test_what_stands_already_is_in_operation_and_poles_are_not_below_ground(faults, priced, handmade, tmp_path):
    plan = handmade.plan()
    fibre = plan.links[plan.links["technology"] == "fibre"]
    fed = fibre["to"].iloc[-1]
    hung = fibre.index[(fibre["from"] != fed) & (fibre["to"] != fed)][0]
    links = plan.links.replace({"from": {fed: "~route:r"}, "to": {fed: "~route:r"}})
    links.loc[hung, "option"] = "aerial fibre along a road: track, both ends lit"
    plan = replace(plan, links=links, places=plan.places.replace({"id": {fed: "~route:r"}}))
    document = package(priced(tmp_path / "run", plan, operator="Post"))
    assert faults(document) == []
    (network,) = document["networks"]
    for span in network["spans"]:
        exists = "~route:r" in (span["start"], span["end"])
        assert span["status"] == ("operational" if exists else "proposed")
        assert ("networkProviders" in span) != exists
        buried = span["transmissionMedium"] == ["fibre"] and not exists and span["id"] != links.loc[hung, "id"]
        assert ("deployment" in span) == buried
    assert {node["id"]: node["status"] for node in network["nodes"]}["~route:r"] == "operational"


def test_phases_are_the_years(priced, handmade, tmp_path):
    (network,) = package(priced(tmp_path / "run", dated(handmade.plan())))["networks"]
    known = {phase["id"] for phase in network["phases"]}
    assert {span["phase"]["id"] for span in network["spans"]} == known == {"2027", "2028"}


def funded(plan):
    """Return a plan in which the bank pays for the first span, the fund for the others, and both for an office."""
    spans = plan.links.loc[plan.links["technology"].isin(["fibre", "microwave"]), "id"].tolist()
    paid = {"bank": spans[:1], "fund": spans[1:]}
    rows = [
        {"name": name, "payments": [{"line": "office", "id": "A"}, *({"line": "link", "id": link} for link in links)]}
        for name, links in paid.items()
    ]
    return replace(plan, funders=tuple(rows)), spans


def test_funders_stand_with_the_phases_whose_spans_they_pay_for(faults, priced, handmade, tmp_path):
    plan, spans = funded(dated(handmade.plan()))
    document = package(priced(tmp_path / "run", plan, operator="Post"))
    assert faults(document) == []
    (network,) = document["networks"]
    roles = {organisation["name"]: organisation["roles"] for organisation in network["organisations"]}
    assert (roles["bank"], roles["fund"]) == (["funder"], ["funder"])
    year = plan.links.set_index("id")["year"]
    of_fund = {str(year[name]) for name in spans[1:]}
    for phase in network["phases"]:
        names = {funder["name"] for funder in phase["funders"]}
        assert ("bank" in names) == (phase["id"] == str(year[spans[0]]))
        assert ("fund" in names) == (phase["id"] in of_fund)


def test_without_years_the_whole_plan_is_what_funders_pay_for(faults, priced, handmade, tmp_path):
    plan, spans = funded(handmade.plan())
    document = package(priced(tmp_path / "run", plan))
    assert faults(document) == []
    (network,) = document["networks"]
    ((phase),) = network["phases"]
    assert [funder["name"] for funder in phase["funders"]] == ["bank", "fund"]
    assert [span["phase"]["id"] for span in network["spans"]] == [phase["id"]] * len(spans)
    hidden = package(priced(tmp_path / "run", plan, anonymous=True))
    assert "bank" not in json.dumps(hidden)
    assert "phases" not in hidden["networks"][0]


def test_an_anonymous_package_names_nobody(priced, handmade, tmp_path):
    plan = handmade.plan()
    document = package(priced(tmp_path / "run", plan, anonymous=True))
    (network,) = document["networks"]
    assert len(network["nodes"]) == len(package(priced(tmp_path / "run", plan))["networks"][0]["nodes"])
    assert {span["start"] for span in network["spans"]} <= {node["id"] for node in network["nodes"]}
    assert "organisations" not in network
    text = json.dumps(document)
    assert "Office " not in text
    assert "Handmade" not in text
    assert "North" not in text
    assert not [node for node in network["nodes"] if "name" in node]


def test_a_plan_of_services_alone_has_no_nodes(faults, priced, handmade, tmp_path):
    plan = handmade.plan()
    links = plan.links[plan.links["technology"] == "existing"].reset_index(drop=True)
    document = package(priced(tmp_path / "run", replace(plan, links=links)))
    assert "spans" not in document["networks"][0]
    assert faults(document) == []


def test_terminals_hang_from_the_place_of_their_base_station(faults, priced, handmade, tmp_path):
    plan = handmade.plan()
    hop = plan.links.index[plan.links["technology"] == "microwave"][0]
    near, far, name = (plan.links.loc[hop, column] for column in ("from", "to", "id"))
    terminal = plan.links.assign(**{"from": plan.links["from"].where(plan.links.index != hop, f"~sector:ptmp:{near}")})
    terminal.loc[hop, "technology"] = "ptmp"
    sector = {"to": f"~sector:ptmp:{near}", "technology": "ptmp", "hop_weight": 0, "length_km": 0.0}
    base = plan.links.loc[[hop]].assign(id="base", **sector)
    there = plan.places[plan.places["id"] == near].assign(id=sector["to"], kind="junction")
    places = pd.concat([plan.places, there], ignore_index=True)
    links = pd.concat([terminal, base], ignore_index=True)
    run = priced(tmp_path / "run", replace(plan, links=links, places=places))
    document = package(run)
    assert faults(document) == []
    spans = {span["id"]: span for span in document["networks"][0]["spans"]}
    assert "base" not in spans
    assert (spans[name]["start"], spans[name]["end"]) == (near, far)
    assert spans[name]["transmissionMedium"] == ["microwave"]
    assert {near, far} <= {node["id"] for node in document["networks"][0]["nodes"]}
