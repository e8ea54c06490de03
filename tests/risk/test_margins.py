"""Rain and ground that turn out otherwise: what links carry then, and the masts that they need."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest

from planner.catalogue import load_catalogue, price_list, terms
from planner.demo import make_country
from planner.errors import InputError
from planner.finance import MEASURES
from planner.inputs import read_inputs
from planner.jobs.executors import InThisProcess, new_executor
from planner.links import build_links
from planner.links.build import read_terrain
from planner.links.climate import climate_of
from planner.links.headroom import STEP_M, headroom_m, on_higher_ground
from planner.links.reprice import reprice
from planner.links.task import clearance_criteria
from planner.links.weather import radio_links_in
from planner.pipeline import solve
from planner.plan.plan import Budget, Outcome, build_plan
from planner.plan.verify.sight import TOLERANCE_M
from planner.risk import assess, make_study, run_study
from planner.risk.figures import figures_of
from planner.risk.study import price
from planner.scenario import load_scenario
from planner.sweep.cases import at_values, make_case, tasks_of
from planner.terrain import clearance_m, terrain_profile

RAIN_MM_H = 95.0
HIGHEST_M = 10.0
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
    margins = {"climate": {"low": 0.6, "high": 2.5}, "terrain_m": {"low": 0, "high": HIGHEST_M}}
    asked = overrides(**margins) | asked | {"budgets.programme": "100 %"}
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


@pytest.fixture(scope="module")
def elevation(country):
    _path, scenario, inputs, _options = country
    return read_terrain(scenario, inputs, price_list(load_catalogue(scenario), scenario))


@pytest.fixture(scope="module")
def room_m(country, elevation):
    _path, scenario, _inputs, options = country
    return headroom_m(options, elevation, price_list(load_catalogue(scenario), scenario), scenario, HIGHEST_M)


def least_clearance_m(country, elevation, option, rungs):
    """Return the least clearance of a hop, by plain sampling of its path; at its ends it is the antennas' height."""
    _path, scenario, _inputs, options = country
    prices, search = price_list(load_catalogue(scenario), scenario), scenario.links.microwave
    name = options.kinds[options.kind[option]].name
    radio = next(one for one in prices.microwave if name in (one.kind.name, one.diverse_kind.name))
    ends = [int(options.u[option]), int(options.v[option])]
    at = np.column_stack([options.places.lon[ends], options.places.lat[ends]]).ravel().tolist()
    profile = terrain_profile(elevation, *at, elevation.cell_m / 64)
    heights = options.ladder_m[list(rungs)]
    return min(
        float(clearance_m(profile, *heights, radio.frequency_ghz, k, share, bare_ends_m=search.bare_ends_m).min())
        for k, share in clearance_criteria(scenario)
    )


def hops_of(options):
    return np.flatnonzero(options.technology() == "microwave")


def test_headroom_is_the_least_clearance_of_a_hop(country, elevation, room_m):
    """By plain sampling. Allowed are the step that headroom is found to, and what `verify` allows a path."""
    _path, scenario, _inputs, options = country
    hops = hops_of(options)
    others = np.setdiff1d(np.arange(len(options)), hops)
    assert np.isinf(room_m[others]).all()
    assert (room_m[hops] >= scenario.links.microwave.margin_m).all()
    bounded = hops[np.isfinite(room_m[hops])]
    assert len(bounded) > 50
    assert np.unique(room_m[bounded]).size > 8
    for hop in hops[::3].tolist():
        least_m = least_clearance_m(country, elevation, hop, (options.rung_u[hop], options.rung_v[hop]))
        if np.isfinite(room_m[hop]):
            assert room_m[hop] - TOLERANCE_M <= least_m <= room_m[hop] + STEP_M + TOLERANCE_M
        else:
            assert least_m >= HIGHEST_M - TOLERANCE_M


def test_hops_that_stand_have_their_sight(country, elevation, room_m):
    _path, scenario, _inputs, options = country
    hop = int(np.flatnonzero(np.isfinite(room_m))[0])
    stands = dataclasses.replace(options, fixed=np.array([hop], np.int32))
    prices = price_list(load_catalogue(scenario), scenario)
    found = headroom_m(stands, elevation, prices, scenario, HIGHEST_M)
    assert found[hop] == np.inf
    others = np.arange(len(options)) != hop
    np.testing.assert_array_equal(found[others], room_m[others])


def test_masts_raised_for_higher_ground_see_each_other_over_it(country, elevation, room_m):
    options = country[3]
    raised = on_higher_ground(options, room_m, 9.0)
    hops = hops_of(options)
    changed = hops[(raised.rung_u != options.rung_u)[hops] & (raised.capacity_mbps > 0)[hops]]
    assert len(changed) > 20
    for hop in changed[::3].tolist():
        least_m = least_clearance_m(country, elevation, hop, (raised.rung_u[hop], raised.rung_v[hop]))
        assert least_m >= 9.0 - TOLERANCE_M


def test_rungs_rise_to_the_next_that_is_sold_and_hops_above_the_limit_are_lost(country):
    """By hand: the ladder is 6, 10, 15, 20, 25, 30, 40, 50, 60 m."""
    options = country[3]
    assert options.ladder_m.tolist() == [6, 10, 15, 20, 25, 30, 40, 50, 60]
    hop = int(hops_of(options)[0])
    at_u, at_v = int(options.u[hop]), int(options.v[hop])
    max_rung = options.places.max_rung.copy()
    max_rung[[at_u, at_v]] = 6, 4
    rung_u, rung_v = options.rung_u.copy(), options.rung_v.copy()
    rung_u[hop], rung_v[hop] = 3, 2  # 20 m and 15 m
    low = dataclasses.replace(
        options, places=dataclasses.replace(options.places, max_rung=max_rung), rung_u=rung_u, rung_v=rung_v
    )
    room_m = np.full(len(options), np.inf)
    room_m[hop] = 4.0

    def then(raised_m):
        found = on_higher_ground(low, room_m, raised_m)
        others = np.arange(len(options)) != hop
        for name in ("rung_u", "rung_v", "capacity_mbps"):
            np.testing.assert_array_equal(getattr(found, name)[others], getattr(low, name)[others])
        return int(found.rung_u[hop]), int(found.rung_v[hop]), bool(found.capacity_mbps[hop] > 0)

    assert [then(raised_m) for raised_m in (-5.0, 0.0, 4.0)] == [(3, 2, True)] * 3
    assert [then(raised_m) for raised_m in (4.1, 9.0)] == [(4, 3, True)] * 2  # up to 25 m and 20 m
    assert then(9.1) == (5, 4, True)  # 30 m and 25 m: the limit of the far end
    assert then(14.0) == (5, 4, True)
    assert then(14.1) == (3, 2, False)


def test_money_of_a_draw_over_higher_ground_is_that_of_its_higher_masts(study):
    """Mast by mast: each place pays once, for the highest that one of its links needs."""
    at = [figure.name for figure in study.figures].index("terrain_m")
    point = study.typical
    base = assess(study, point, reoptimise=False)
    point[at] = 7.0
    now = assess(study, point, reoptimise=True)
    options, tree = study.options, study.tree
    before, after, lost = {}, {}, 0
    for option in tree.option.tolist():
        if options.technology()[option] != "microwave":
            assert options.rung_v[option] == -1
            continue
        lacks = max(7.0 - float(study.room_m[option]), 0.0)
        ends = [
            (int(options.u[option]), int(options.rung_u[option])),
            (int(options.v[option]), int(options.rung_v[option])),
        ]
        wanted = [int((options.ladder_m < options.ladder_m[rung] + lacks).sum()) for _place, rung in ends]
        gone = any(rung > options.places.max_rung[place] for (place, _rung), rung in zip(ends, wanted, strict=True))
        lost += gone
        for (place, rung), higher in zip(ends, wanted, strict=True):
            before[place] = max(before.get(place, 0), rung)
            after[place] = max(after.get(place, 0), rung if gone else higher)
    more = sum(options.mast_money[place, after[place]] - options.mast_money[place, before[place]] for place in before)
    assert any(after[place] > before[place] for place in before)
    assert now.money == tuple(np.array(base.money) + more)
    assert (np.array(now.money)[1:] > np.array(base.money)[1:]).all()
    assert now.overloaded == lost
    assert now.kept_value <= now.value <= now.bound * (1 + 1e-9)
    assert now.kept_value <= base.kept_value


def test_a_plan_over_higher_ground_is_accounted_for_as_one_with_these_masts(study, by_radio):
    """The whole account of the plan, its options' rungs raised one by one, against the money of the draw."""
    at = [figure.name for figure in study.figures].index("terrain_m")
    point = study.typical
    point[at] = 5.0
    now, priced = assess(study, point, reoptimise=False), price(study, point)
    options = dataclasses.replace(priced.options, capacity_mbps=np.full(len(study.options), np.inf))
    outcome = Outcome("feasible", "evaluated", "max", "benefit", by_radio[1].outcome.value, None, 0.01, ())
    budget = Budget("programme", "programme_cost", 2**60)
    there = build_plan(study.scenario, study.inputs, options, study.choice, outcome, [budget])
    assert [cents / 100 for cents in now.money] == [there.totals[measure] for measure in MEASURES]


def test_one_process_and_several_find_the_same_and_tell_the_margins(by_radio):
    study, plan = by_radio
    settings = {"draws": 4, "reoptimise": False}
    here = run_study(study, plan, InThisProcess(), **settings)
    with new_executor(2) as pool:
        assert run_study(study, plan, pool, **settings) == here
    told = next(figure for figure in here.figures if figure["name"] == "climate")
    assert told == {"name": "climate", "group": "climate", "unit": "factor", "low": 0.6, "typical": 1.0, "high": 2.5}
    factors = [row["climate"] for row in here.draws]
    assert len(set(factors)) == 4
    assert all(0.6 <= factor <= 2.5 for factor in factors)
    assert [figure.name for figure in study.figures] == ["climate", "terrain_m"]
    assert [row["low"]["cost"] for row in here.tornado] == [here.plan["programme_cost"]] * 2
    rain = next(row for row in here.tornado if row["name"] == "climate")
    assert rain["high"]["cost"] == here.plan["programme_cost"]
    ends = {row["name"]: [row[side]["value_kept"] for side in ("low", "high")] for row in here.tornado}
    assert ends["climate"][1] < ends["climate"][0]
    ground = next(row for row in here.tornado if row["name"] == "terrain_m")
    assert ground["high"]["cost"] > ground["low"]["cost"]


def test_a_sweep_draws_the_same_rain_and_ground(study, folder, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(folder / "cache"))
    case = make_case(study.scenario)
    task = tasks_of(case, 0, [], 3)[2]
    assert list(task.values) == ["climate", "terrain_m"]
    _scenario, _inputs, options = at_values(case, task)
    drawn = price(study, np.array(list(task.values.values()))).options
    for name in ("capacity_mbps", "availability", "rung_u", "rung_v", "money", "mast_money"):
        np.testing.assert_array_equal(getattr(options, name), getattr(drawn, name), err_msg=name)
    assert (options.capacity_mbps != study.options.capacity_mbps).any()


def test_without_margins_the_same_figures_are_drawn_as_before(country):
    path = country[0]
    margins = {"climate": {"low": 1.0, "high": 1.0}, "terrain_m": {"low": 0.0, "high": 0.0}}
    plain, given = (load_scenario(path, overrides={"uncertainty": asked}) for asked in ({}, margins))
    catalogue = load_catalogue(plain)
    figures = figures_of(plain, catalogue)
    assert figures_of(given, catalogue) == figures
    assert not {figure.name for figure in figures} & {"climate", "demand", "terrain_m"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("climate.low", 0),
        ("climate.low", 1.1),
        ("climate.high", 0.9),
        ("climate.high", 6),
        ("climate.low", "much"),
        ("terrain_m.low", 1),
        ("terrain_m.high", -1),
        ("terrain_m.high", 101),
    ],
)
def test_margins_out_of_range_are_told_with_their_field(country, field, value):
    asked = {"climate": {"low": 0.8, "high": 1.3}, "terrain_m": {"low": 0, "high": 10}}
    section, side = field.split(".")
    asked[section][side] = value
    with pytest.raises(InputError) as caught:
        load_scenario(country[0], overrides={"uncertainty": asked})
    (problem,) = caught.value.problems
    assert problem.column == f"uncertainty.{field}"
    assert problem.value == str(value)
    assert problem.remedy
