"""Rain that turns out otherwise: links carry what links built in that rain carry."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from planner.catalogue import load_catalogue, price_list, terms
from planner.demo import make_country
from planner.errors import InputError
from planner.inputs import read_inputs
from planner.jobs.executors import InThisProcess, new_executor
from planner.links import build_links
from planner.links.climate import climate_of
from planner.links.reprice import reprice
from planner.links.weather import radio_links_in
from planner.pipeline import solve
from planner.risk import assess, make_study, run_study
from planner.risk.figures import figures_of
from planner.risk.study import price
from planner.scenario import load_scenario

RAIN_MM_H = 95.0
CERTAIN = [
    "general", "masts", "sites", "microwave", "fibre", "source", "leo", "geo", "cellular", "package", "ptmp", "power",
]  # fmt: skip


def overrides(**more):
    return {
        "uncertainty": {"fixed": CERTAIN, "time_limit_s": 600, **more},
        "climate.rain_mm_h": RAIN_MM_H,
        "technologies.ptmp": {"enabled": True},
        "solver.gap": 0.01,
        "solver.time_limit_s": 10,
        "budgets.programme": "50 %",
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("margins")
    make_country(folder / "country", offices=16, seed=4, terrain_arcsec=9)
    return folder


@pytest.fixture(scope="module")
def country(folder):
    path = folder / "country" / "scenario.yaml"
    scenario = load_scenario(path, overrides=overrides(climate={"low": 0.6, "high": 2.5}))
    inputs = read_inputs(scenario)
    return path, scenario, inputs, build_links(scenario, inputs, cache_dir=folder / "cache")


@pytest.fixture(scope="module")
def by_radio(country, folder):
    """Return the study of a plan whose offices have nothing but radio."""
    asked = {f"technologies.{name}": {"enabled": False} for name in ("fibre", "leo", "geo", "cellular", "ptmp")}
    asked = overrides(climate={"low": 0.6, "high": 2.5}) | asked | {"budgets.programme": "100 %"}
    scenario = load_scenario(country[0], overrides=asked)
    options = build_links(scenario, country[2], cache_dir=folder / "cache")
    plan = solve(scenario, country[2], options)
    return make_study(scenario, country[2], options, plan), plan


@pytest.fixture(scope="module")
def study(by_radio):
    return by_radio[0]


def in_rain(country, factor):
    _path, scenario, inputs, options = country
    catalogue = load_catalogue(scenario)
    prices, base = price_list(catalogue, scenario, dominated=True), price_list(catalogue, scenario)
    return reprice(options, inputs, inputs.offices, scenario, terms(scenario), prices, base, rain=factor)


def carried(options):
    """Return what is told of each option that carries anything: capacity and availability."""
    names = np.append(options.places.id, "root")
    ends = zip(names[options.u], names[options.v], options.rung_u.tolist(), options.rung_v.tolist(), strict=True)
    of_kind = [(options.kinds[kind].technology, options.kinds[kind].name) for kind in options.kind]
    told = zip(options.capacity_mbps.tolist(), options.availability.tolist(), strict=True)
    keyed = zip(of_kind, ends, np.round(options.length_km, 9).tolist(), strict=True)
    return {key: each for key, each in zip(keyed, told, strict=True) if each[0] > 0}


@pytest.mark.parametrize("factor", [0.6, 1.3, 2.5])
def test_links_carry_in_a_draw_what_links_built_in_that_rain_carry(country, folder, factor):
    path, _scenario, inputs, options = country
    wetter = load_scenario(path, overrides=overrides() | {"climate.rain_mm_h": factor * RAIN_MM_H})
    built = carried(build_links(wetter, inputs, cache_dir=folder / "cache"))
    drawn = in_rain(country, factor)
    here, before = carried(drawn), carried(options)
    shared = here.keys() & built.keys()
    radio = {key for key in shared if key[0][0] in {"microwave", "ptmp"}}
    assert len(radio) > 50
    assert {key[0][0] for key in shared} >= {"microwave", "ptmp", "leo", "geo"}
    assert {key: here[key] for key in shared} == {key: built[key] for key in shared}
    assert any(here[key] != before[key] for key in radio & before.keys())
    # What carries nothing here is not offered there.
    dry = options.capacity_mbps > 0
    lost = dataclasses.replace(options, capacity_mbps=np.where(dry & (drawn.capacity_mbps == 0), 1.0, 0.0))
    assert not carried(lost).keys() & built.keys()
    assert bool(carried(lost)) == (factor == 2.5)


def test_more_rain_never_carries_more(country):
    drawn = [in_rain(country, factor) for factor in (0.6, 0.8, 1.0, 1.3, 1.7, 2.5)]
    for dry, wet in pairwise(drawn):
        assert (wet.capacity_mbps <= dry.capacity_mbps).all()
        same = wet.capacity_mbps == dry.capacity_mbps
        assert (wet.availability <= dry.availability)[same].all()
        assert (wet.money == dry.money).all()
    assert (drawn[-1].capacity_mbps < drawn[0].capacity_mbps).sum() > 20


def test_what_links_carry_is_reckoned_to_the_last_bit_as_they_were_built(country):
    """At the climate that they were built in; without a factor nothing is reckoned at all."""
    _path, scenario, _inputs, options = country
    base = price_list(load_catalogue(scenario), scenario)
    capacity, availability = radio_links_in(options, climate_of(options.places, scenario), base, scenario)
    np.testing.assert_array_equal(capacity, options.capacity_mbps)
    np.testing.assert_array_equal(availability, options.availability)
    np.testing.assert_array_equal(in_rain(country, 1.0).capacity_mbps, options.capacity_mbps)


def test_links_that_stand_keep_what_they_carry(country):
    _path, scenario, _inputs, options = country
    hop = int(np.flatnonzero(in_rain(country, 2.5).capacity_mbps < options.capacity_mbps)[0])
    stands = dataclasses.replace(options, fixed=np.array([hop], np.int32))
    base = price_list(load_catalogue(scenario), scenario)
    wet = dataclasses.replace(climate_of(options.places, scenario), rain_mm_h=2.5 * RAIN_MM_H)
    capacity, availability = radio_links_in(stands, wet, base, scenario)
    assert (capacity[hop], availability[hop]) == (options.capacity_mbps[hop], options.availability[hop])
    others = np.arange(len(options)) != hop
    np.testing.assert_array_equal(capacity[others], radio_links_in(options, wet, base, scenario)[0][others])


def test_the_plan_heeds_what_its_links_carry_in_the_rain_of_a_draw(study):
    """What is overloaded is counted by hand; what is kept, and the best plan, run over links that carry it."""
    at = [figure.name for figure in study.figures].index("climate")
    point = study.typical
    seen = []
    for factor in (1.0, 1.3, 2.5):
        point[at] = factor
        now, priced = assess(study, point, reoptimise=True), price(study, point)
        tree, mbps = study.tree, priced.options.capacity_mbps
        assert now.overloaded == np.count_nonzero(tree.load_mbps > mbps[tree.option] * (1 + 1e-9))
        assert now.kept_value <= now.value <= now.bound * (1 + 1e-9)
        if now.best is not None:
            assert (mbps[now.best.option] > 0).all()
        seen.append(now)
    values = [one.kept_value for one in seen]
    assert values == sorted(values, reverse=True)
    assert seen[0].overloaded == 0
    assert seen[-1].overloaded > 0
    assert values[-1] < values[0]
    assert len({one.money for one in seen}) == 1


def test_one_process_and_several_find_the_same_and_tell_the_rain(by_radio):
    study, plan = by_radio
    settings = {"draws": 4, "reoptimise": False}
    here = run_study(study, plan, InThisProcess(), **settings)
    with new_executor(2) as pool:
        assert run_study(study, plan, pool, **settings) == here
    told = next(figure for figure in here.figures if figure["name"] == "climate")
    assert told == {"name": "climate", "group": "climate", "unit": "factor", "low": 0.6, "typical": 1.0, "high": 2.5}
    rain = [row["climate"] for row in here.draws]
    assert len(set(rain)) == 4
    assert all(0.6 <= factor <= 2.5 for factor in rain)
    assert [row["name"] for row in here.tornado] == [figure.name for figure in study.figures] == ["climate"]
    low, high = (here.tornado[0][side]["value_kept"] for side in ("low", "high"))
    assert high < low


def test_without_margins_the_same_figures_are_drawn_as_before(country):
    path = country[0]
    margins = {"climate": {"low": 1.0, "high": 1.0}}
    plain, given = (load_scenario(path, overrides={"uncertainty": asked}) for asked in ({}, margins))
    catalogue = load_catalogue(plain)
    figures = figures_of(plain, catalogue)
    assert figures_of(given, catalogue) == figures
    assert not {figure.name for figure in figures} & {"climate", "demand"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("climate.low", 0), ("climate.low", 1.1), ("climate.high", 0.9), ("climate.high", 6), ("climate.low", "much")],
)
def test_margins_out_of_range_are_told_with_their_field(country, field, value):
    asked = {"climate": {"low": 0.8, "high": 1.3}}
    section, side = field.split(".")
    asked[section][side] = value
    with pytest.raises(InputError) as caught:
        load_scenario(country[0], overrides={"uncertainty": asked})
    (problem,) = caught.value.problems
    assert problem.column == f"uncertainty.{field}"
    assert problem.value == str(value)
    assert problem.remedy
