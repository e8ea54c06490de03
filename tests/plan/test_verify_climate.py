"""A plan whose climate differs from place to place: built, told, and verified from scenario, office file and maps."""

from __future__ import annotations

import copy
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from services_country import keep_run, with_sections

from planner.catalogue.itu_maps import MAPS
from planner.demo import make_country
from planner.finance import PROGRAMME_COST
from planner.inputs import read_inputs
from planner.links import build_links
from planner.plan.evaluate import Wish, choose
from planner.plan.sheets import Engineer, HopSheet, ServiceSheet
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify
from planner.report.sheets import climate_table, climate_text
from planner.scenario import load_scenario


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return scenario, inputs, options and run folder: some offices with columns of their own, maps for the others."""
    pytest.importorskip("itur", reason="the extra itu is not installed")
    folder = tmp_path_factory.mktemp("climate")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    table = path.parent / "data" / "offices.csv"
    offices = pd.read_csv(table)
    wanting = offices.index[offices["status_before"] != "adequate"].tolist()
    offices.loc[wanting[::3], "rain_mm_h"] = 120.0 + np.arange(len(wanting[::3]))
    offices.loc[wanting[1::3], "rain_zone"] = "P"
    offices.loc[wanting[::2], "dn1"] = -450.0
    offices.loc[wanting[::4], "isotherm_km"] = 4.1
    offices.to_csv(table, index=False)
    scenario = load_scenario(with_sections(path, {"climate": {"zone": "wet_tropics", "source": "itu"}}))
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    ids = inputs.offices["id"].to_numpy()
    words = ["microwave", "geo", "microwave", "leo"]
    wishes = [Wish(k, ids[i], words[k % len(words)], "") for k, i in enumerate(wanting)]
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    choice, _left_out = choose(wishes, options, demand, PROGRAMME_COST, "theirs.csv")
    value = float(inputs.offices["benefit"].to_numpy()[choice.connected].sum())
    return scenario, inputs, options, keep_run(folder, path, scenario, inputs, options, choice, value)


@pytest.fixture
def document(built):
    return json.loads((built[3] / "plan.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def basis(built):
    return read_basis(built[3], None)[0]


def differences(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return {(d.where, d.what) for area in check_plan(plan, basis) for d in area.differences}


def test_the_plan_holds_and_has_every_source(built, document):
    assert [str(difference) for difference in verify(built[3]).differences] == []
    told = [(name, figure) for place in document["places"] for name, figure in (place["climate"] or {}).items()]
    assert {figure["source"] for _name, figure in told} == {"office", *MAPS.values()}
    assert {name for name, figure in told if figure["source"] == "office"} == {
        "rain_mm_h", "dn1_per_km", "isotherm_km",
    }  # fmt: skip
    technologies = {link["technology"] for link in document["links"]}
    assert {"microwave", "geo"} <= technologies
    assert {place["kind"] == "junction" for place in document["places"] if place["climate"] is None} <= {True}
    assert all(place["climate"] is None for place in document["places"] if place["kind"] == "junction")


def test_notes_tell_where_figures_come_from(built):
    notes = [note for note in built[2].notes if note.startswith("climate:")]
    assert len(notes) == 2
    assert all(recommendation in notes[0] for recommendation in MAPS.values())
    assert not [note for note in built[2].notes if "climate zone" in note]


def test_every_climate_that_changes_is_noticed(document, basis):
    for position, place in enumerate(document["places"][:12]):
        for name, figure in (place["climate"] or {}).items():
            for key, value in (("value", figure["value"] + 1e-3), ("source", "zone")):
                other = copy.deepcopy(document)
                other["places"][position]["climate"][name][key] = value
                what = name if key == "value" else f"source of {name}"
                assert (place["id"], what) in differences(other, basis)
    other = copy.deepcopy(document)
    with_climate = next(k for k, place in enumerate(other["places"]) if place["climate"])
    other["places"][with_climate]["climate"] = None
    assert (other["places"][with_climate]["id"], "climate is told") in differences(other, basis)


@pytest.mark.parametrize(("column", "value"), [("rain_mm_h", 299.0), ("dn1_per_km", -1499.0), ("vapour_g_m3", 49.0)])
def test_the_climate_of_one_end_counts_in_a_hop(document, basis, column, value):
    """Changed in the office file at one end, the hop carries something else."""
    hops = [link for link in document["links"] if link["technology"] == "microwave"]
    ids = set(basis.inputs.offices["id"])
    hop = max((link for link in hops if link["to"] in ids), key=lambda link: link["length_km"])
    offices = basis.inputs.offices.copy()
    offices.loc[offices["id"] == hop["to"], column] = value
    other = dataclasses.replace(basis, inputs=dataclasses.replace(basis.inputs, offices=offices))
    told = {what for where, what in differences(document, other) if where == hop["id"]}
    assert told & {"availability", "capacity_mbps"}


@pytest.mark.parametrize(("column", "value"), [("rain_mm_h", 299.0), ("isotherm_km", 6.9)])
def test_the_climate_of_an_office_counts_on_the_way_to_its_satellite(document, basis, column, value):
    link = next(link for link in document["links"] if link["technology"] == "geo")
    offices = basis.inputs.offices.copy()
    offices.loc[offices["id"] == link["to"], column] = value
    other = dataclasses.replace(basis, inputs=dataclasses.replace(basis.inputs, offices=offices))
    assert (link["id"], "availability") in differences(document, other)


def test_sheets_say_which_climate_and_whose(built):
    scenario, inputs, options, _run_dir = built
    engineer = Engineer.of(scenario, inputs, options, {})
    places, technology = options.places, options.technology()
    own = inputs.offices.set_index("id")
    seen = set()
    for row in np.flatnonzero(technology == "microwave")[:60]:
        sheet = engineer.sheet(int(row), backwards=False)
        assert isinstance(sheet, HopSheet)
        rain, gradient, vapour = sheet.climate
        for end, value, source in zip(sheet.ends, rain.ends, rain.sources, strict=True):
            stated = float(own["rain_mm_h"].get(end.place, np.nan))
            assert source == (MAPS["rain_mm_h"] if np.isnan(stated) else "office")
            assert np.isnan(stated) or value == stated
        assert rain.value == max(rain.ends)
        assert gradient.value == pytest.approx(np.mean(gradient.ends))
        assert vapour.value == pytest.approx(np.mean(vapour.ends))
        seen.add(rain.sources)
        ((_title, grid),) = climate_table(sheet)
        assert grid.figures == (sheet.ends[0].place, sheet.ends[1].place, "Used")
        assert grid.rows[0][2:] == ("the wetter end", *(f"{value:.1f}" for value in (*rain.ends, rain.value)))
        told = {MAPS["rain_mm_h"]: MAPS["rain_mm_h"], "office": "office file"}
        assert all(told[source] in grid.rows[0][1] and told[source] in climate_text(sheet) for source in rain.sources)
    assert len(seen) > 1
    row = int(np.flatnonzero(technology == "geo")[0])
    sheet = engineer.sheet(row, backwards=False)
    assert isinstance(sheet, ServiceSheet)
    assert sheet.rain_mm_h == places.climate[options.v[row], 0]
    assert sheet.rain_height_km == pytest.approx(places.climate[options.v[row], 3] + 0.36)
    assert [figure.key for figure in sheet.climate] == ["rain_mm_h", "rain_height_km"]


def test_maps_are_read_once_and_kept(built, monkeypatch):
    """From the cache the same links come without itur; a new version of it makes new ones."""
    scenario, inputs, options, run_dir = built
    for room in ("planner.catalogue.climate", "planner.plan.verify.climate"):
        monkeypatch.setattr(f"{room}.read_maps", None)
    again = build_links(scenario, inputs, cache_dir=run_dir.parent / "cache")
    np.testing.assert_array_equal(again.places.climate, options.places.climate)
    np.testing.assert_array_equal(again.places.climate_source, options.places.climate_source)
    monkeypatch.setattr("planner.links.cache.maps_version", lambda: "99")
    with pytest.raises(TypeError):
        build_links(scenario, inputs, cache_dir=run_dir.parent / "cache")
