"""Plans with relays on hilltops hold, and one that misuses them is noticed."""

import copy
import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from planner.demo import make_country
from planner.jobs import solve_run
from planner.pipeline import check
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify

RULES = {"enabled": True, "per_100_places": 60.0, "spacing_km": 1.0, "prominence_m": 20.0}


@pytest.fixture(scope="module", params=[False, True], ids=["no roads", "roads"])
def run(request, tmp_path_factory):
    """A small country with neither towers nor satellites nor fibre, and its solved run."""
    folder = tmp_path_factory.mktemp("hilltops")
    path = make_country(folder / "country", offices=16, seed=1)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["inputs"].pop("towers")
    data["technologies"] = {name: {"enabled": False} for name in ("leo", "geo", "cellular", "fibre")}
    data["links"] = {"microwave": {"max_mast_m": {"office": 15.0, "relay": 60.0}, "hilltops": RULES}}
    data["budgets"] = [{"name": "programme", "limit": "90 %"}]
    if request.param:
        offices = pd.read_csv(path.parent / data["inputs"]["offices"][0]["file"]).dropna(subset=["lon", "lat"])
        order = offices.sort_values("lon")[["lon", "lat"]].to_numpy()
        gpd.GeoDataFrame(geometry=[shapely.LineString(order)], crs=4326).to_file(path.parent / "roads.gpkg")
        data["inputs"]["roads"] = [{"file": "roads.gpkg"}]
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    solve_run(path, folder / "run", overrides={"solver.time_limit_s": 3.0})
    return folder / "run"


@pytest.fixture
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


def differences(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return {difference.what for area in check_plan(plan, basis) for difference in area.differences}


def test_a_plan_with_hilltops_holds(run, document, referee):
    hilltops = {place["id"] for place in document["places"] if place["id"].startswith("~h")}
    assert hilltops
    assert {place["kind"] for place in document["places"] if place["id"] in hilltops} == {"relay"}
    masts = {mast["place"]: mast for mast in document["masts"] if mast["place"] in hilltops}
    assert masts.keys() == hilltops
    for mast in masts.values():
        assert mast["existing_m"] == 0.0
        parts = {"mast", "site", "access", "solar panels", "battery", "upkeep"}
        assert mast["breakdown"].keys() - {"rounding"} == parts
        # 10,000 for the site, as much for each of the 2 km of track where no roads are given, a tenth of contingency
        assert mast["breakdown"]["site"]["capex"] == pytest.approx(11_000.0)
        access = mast["breakdown"]["access"]["capex"]
        if (run.parent / "country" / "roads.gpkg").exists():
            # 110 for each whole 10 m
            assert access / 110 == pytest.approx(round(access / 110), abs=1e-6)
            assert access <= 55_000.0
        else:
            assert access == pytest.approx(22_000.0)
    assert referee(document) == []
    report = verify(run)
    assert not report.differences, str(report)


def test_a_hilltop_that_moved_or_costs_less_is_noticed(document, basis):
    (first, *_more) = (mast for mast in document["masts"] if mast["place"].startswith("~h"))
    cheaper = copy.deepcopy(document)
    for mast in cheaper["masts"]:
        if mast["place"] == first["place"]:
            mast["breakdown"].pop("access")
    assert "parts of a mast" in differences(cheaper, basis)
    shorter = copy.deepcopy(document)
    for mast in shorter["masts"]:
        if mast["place"] == first["place"]:  # a track of 20 m less
            mast["capex"] -= 220.0
            mast["breakdown"]["access"]["capex"] -= 220.0
    assert "capex" in differences(shorter, basis)
    moved = copy.deepcopy(document)
    for place in moved["places"]:
        if place["id"] == first["place"]:
            place["lon"] += 0.001
    assert "lon" in differences(moved, basis)


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"max_number": 1}, "hilltops at most"),
        ({"spacing_km": 40.0}, "spacing of hilltops, in km"),
        ({"enabled": False}, "place of the inputs"),
    ],
)
def test_hilltops_that_the_scenario_does_not_allow_are_noticed(document, basis, rule, what):
    microwave = basis.scenario.links.microwave
    rules = microwave.hilltops.model_copy(update=rule)
    links = basis.scenario.links.model_copy(
        update={"microwave": microwave.model_copy(update={"hilltops": rules})},
    )
    other = type(basis)(
        basis.scenario.model_copy(update={"links": links}), basis.inputs, basis.prices, basis.terms, basis.elevation
    )
    assert what in differences(document, other)


def test_check_tells_how_many_hilltops_were_found_and_kept(run):
    report, _notes, _prices = check(run.parent / "country" / "scenario.yaml")
    told = report.as_dict()["hilltops"]
    assert told["found"] >= told["in_reach"] >= told["kept"] > 0
    assert told["kept"] <= 0.6 * (16 + 10)
    (line,) = (line for line in report.assumptions if line.startswith("hilltops: "))
    assert f"{told['found']} found" in line
    assert f"{told['kept']} kept" in line
