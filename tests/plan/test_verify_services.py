"""Bought services, power and regional prices of a stored plan: changed in any figure, it no longer holds."""

from __future__ import annotations

import copy
import dataclasses
import json

import numpy as np
import pytest
from services_country import LIMIT, keep_run, with_sections

from planner.demo import make_country
from planner.inputs import read_inputs
from planner.links import build_links
from planner.links.choice import Choice
from planner.links.reprice import reprice
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify
from planner.scenario import load_scenario


@pytest.fixture(scope="module")
def run(services_run):
    return services_run


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


@pytest.fixture
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


def differences(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return {(d.where, d.what) for area in check_plan(plan, basis) for d in area.differences}


def link(document, technology, starting=""):
    return next(
        entry for entry in document["links"] if entry["technology"] == technology and entry["to"].startswith(starting)
    )


def test_the_plan_holds_and_has_everything(run, document):
    assert [str(difference) for difference in verify(run).differences] == []
    words = {place["power"] for place in document["places"]}
    assert {"mains", "solar", "extension", "owner", None} <= words
    technologies = {entry["technology"] for entry in document["links"]}
    assert {"leo", "leased", "geo", "cellular", "limit", "microwave"} <= technologies
    assert {entry["to"].partition(":")[0] for entry in document["links"] if entry["technology"] == "limit"} == {
        "~cell", "~provider",
    }  # fmt: skip
    parts = {name for mast in document["masts"] for name in mast["breakdown"]}
    assert {"regional surcharge", "solar panels", "battery"} <= parts | {"regional surcharge"}
    assert document["totals"]["offices_below_availability"] > 0


def test_the_referee_finds_it_clean(document, referee):
    assert referee(document) == []


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda place: place.update(power="mains"), "power"),
        (lambda place: place.update(power_availability=0.9999), "power_availability"),
        (lambda place: place.update(grid_km=3.0), "grid_km"),
    ],
)
def test_another_supply_is_noticed(document, basis, change, what):
    place = next(place for place in document["places"] if place["power"] == "solar" and place["kind"] == "office")
    change(place)
    assert (place["id"], what) in differences(document, basis)


def test_a_line_to_the_grid_that_is_longer_than_the_ground_says_is_noticed(document, basis):
    place = next(place for place in document["places"] if place["power"] == "extension")
    place["grid_km"] = round(place["grid_km"] * 1.2 + 0.02, 3)
    assert (place["id"], "grid_km") in differences(document, basis)


def test_the_availability_of_a_chain_counts_links_and_supplies(document, basis):
    into = {entry["to"]: entry for entry in document["links"]}
    supplied = {place["id"]: place["power_availability"] for place in document["places"]}
    told = next(office for office in document["offices"] if office["technology"] == "microwave" and office["connected"])
    expected, place = 1.0, told["id"]
    while place != "root":
        expected *= into[place]["availability"] * supplied[place]
        place = into[place]["from"]
    assert told["availability"] == pytest.approx(expected, rel=1e-12)
    told["availability"] = into[told["id"]]["availability"]  # the last link alone
    assert (told["id"], "availability") in differences(document, basis)


@pytest.mark.parametrize("technology", ["leased", "cellular", "leo", "geo"])
@pytest.mark.parametrize("field", ["capex", "opex_per_year", "availability", "capacity_mbps", "option"])
def test_another_figure_of_a_service_is_noticed(document, basis, technology, field):
    entry = link(document, technology)
    entry[field] = f"{entry[field]}x" if field == "option" else round(entry[field] * 0.99, 2)
    assert any(where == entry["id"] for where, _what in differences(document, basis))


@pytest.mark.parametrize("mark", ["~cell", "~provider"])
def test_a_limit_that_is_higher_or_passed_by_is_noticed(document, basis, mark):
    changed = copy.deepcopy(document)
    link(changed, "limit", mark)["capacity_mbps"] += 1
    assert differences(changed, basis)
    served = next(
        entry for entry in document["links"] if entry["from"].startswith(mark) and entry["technology"] != "limit"
    )
    office = next(office for office in document["offices"] if office["id"] == served["to"])
    served["from"] = office["parent"] = "root"
    served["id"] = f"{served['technology']}:root>{served['to']}"
    assert (served["id"], "limit that it begins at") in differences(document, basis)


def test_a_satellite_below_the_horizon_is_noticed(document, basis):
    entry = link(document, "geo")
    low = [
        dataclasses.replace(
            s, fades=None if s.fades is None else dataclasses.replace(s.fades, satellite_longitude_deg=-170.0)
        )
        for s in basis.services
    ]
    found = differences(document, dataclasses.replace(basis, services=tuple(low)))
    assert (entry["id"], "elevation of the satellite in degrees") in found


def test_a_quote_of_another_office_and_a_cap_that_is_too_low_are_noticed(document, basis):
    entry = link(document, "leased")
    quotes = basis.inputs.quotes.assign(office="nobody")
    elsewhere = dataclasses.replace(basis, inputs=dataclasses.replace(basis.inputs, quotes=quotes))
    assert (entry["id"], "capacity_mbps") in differences(document, elsewhere)
    tight = tuple(dataclasses.replace(s, volume_gb=1.0) if s.quote is not None else s for s in basis.services)
    found = differences(document, dataclasses.replace(basis, services=tight))
    assert (entry["id"], "data volume in GB a month") in found


def test_an_office_without_the_surcharge_of_its_region_is_noticed(document, basis):
    region = next(iter(basis.scenario.money.regions))
    office = next(o for o in document["offices"] if o["region"] == region and o["connected"] and o["capex"])
    plain = {key: value for key, value in basis.scenario.money.regions.items() if key != region}
    money = basis.scenario.money.model_copy(update={"regions": plain})
    cheaper = dataclasses.replace(basis, scenario=basis.scenario.model_copy(update={"money": money}))
    assert (office["id"], "capex") in differences(document, cheaper)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """Return a run in which one base station serves all offices that see it; made without the solver."""
    folder = tmp_path_factory.mktemp("sectors")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    off = {name: {"enabled": False} for name in ("fibre", "microwave", "leo", "geo", "cellular", "leased")}
    capacity = {"mbps_per_base": 200, "mbps_per_office": 120}
    scenario_file = with_sections(path, {"technologies": {"ptmp": {"enabled": True, "overrides": capacity}, **off}})
    scenario = load_scenario(scenario_file, overrides={"budgets.programme": LIMIT})
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    names = np.array([kind.name for kind in options.kinds])[options.kind]
    terminals = np.flatnonzero(names == "terminal")
    # the base station at a source that most offices see
    of_source = [row for row in np.flatnonzero(names == "base station") if options.places.kind[options.u[row]] == 1]
    base = max(of_source, key=lambda row: (options.u[terminals] == options.v[row]).sum())
    served = terminals[options.u[terminals] == options.v[base]]
    source = np.flatnonzero((names == "source") & (options.v == options.u[base]))
    rows = np.concatenate([np.flatnonzero(names == "existing"), source, [base], served]).astype(np.int32)
    connected = (inputs.offices["status_before"] == "adequate").to_numpy(copy=True)
    connected[options.places.office[options.v[served]]] = True
    choice = Choice(rows, np.zeros(len(rows), np.bool_), connected)
    value = float(inputs.offices["benefit"].to_numpy()[options.places.office[options.v[served]]].sum())
    return keep_run(folder, path, scenario, inputs, options, choice, value)


def test_base_stations_are_paid_once_and_shared(shared, referee):
    document = json.loads((shared / "plan.json").read_text(encoding="utf-8"))
    assert [str(difference) for difference in verify(shared).differences] == []
    assert referee(document) == []
    links = [entry for entry in document["links"] if entry["technology"] == "ptmp"]
    bases = {entry["to"]: entry for entry in links if entry["option"] == "base station"}
    served = [entry for entry in links if entry["option"] == "terminal"]
    assert max(sum(entry["from"] == sector for entry in served) for sector in bases) > 1
    for sector, base in bases.items():
        beyond = sum(entry["load_mbps"] for entry in served if entry["from"] == sector)
        assert base["load_mbps"] == pytest.approx(beyond)
        assert beyond <= base["capacity_mbps"] == 200
        assert base["hop_weight"] == 0


@pytest.mark.parametrize(
    ("option", "field", "value"),
    [
        ("base station", "capacity_mbps", 201.0),
        ("base station", "capex", 0.0),
        ("base station", "mast_from_m", 6.0),
        ("terminal", "capacity_mbps", 121.0),
        ("terminal", "availability", 0.9999999),
        ("terminal", "length_km", 0.5),
        ("terminal", "hop_weight", 0),
        ("terminal", "capex", 0.0),
        ("terminal", "mast_to_m", None),
    ],
)
def test_another_base_station_or_terminal_is_noticed(shared, option, field, value):
    document = json.loads((shared / "plan.json").read_text(encoding="utf-8"))
    next(entry for entry in document["links"] if entry["technology"] == "ptmp" and entry["option"] == option)[field] = (
        value
    )
    assert differences(document, read_basis(shared, None)[0])


def test_a_provider_may_carry_its_share_of_another_demand(run, basis):
    """At one and a half times the demand of those who ask; cells of satellites carry what they do."""
    options = build_links(basis.scenario, basis.inputs, cache_dir=run.parent / "cache")
    asks = (basis.inputs.offices["status_before"] != "adequate").to_numpy()
    more = basis.inputs.offices["demand_mbps"] * np.where(asks, 1.5, 1.0)
    dearer = reprice(
        options,
        basis.inputs,
        basis.inputs.offices.assign(demand_mbps=more),
        basis.scenario,
        basis.terms,
        basis.prices,
        basis.prices,
    )
    ends = options.places.id[options.v]
    (provider,) = np.flatnonzero(np.char.startswith(ends, "~provider:"))
    cells = np.char.startswith(ends, "~cell:")
    assert dearer.capacity_mbps[provider] == pytest.approx(0.8 * more[asks].sum())
    assert dearer.capacity_mbps[provider] == pytest.approx(1.5 * options.capacity_mbps[provider])
    assert cells.any()
    assert (dearer.capacity_mbps[cells] == 400.0).all()
