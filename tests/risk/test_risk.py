"""A plan at other prices: the same as a plan that was made and priced with these prices from the start."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from pandas import DataFrame
from rich.console import Console

from planner.catalogue import drawn, load_catalogue, price_list, terms, uncertain_figures
from planner.catalogue.figures import figures
from planner.demo import make_country
from planner.errors import InputError
from planner.finance import CAPEX, MEASURES
from planner.inputs import read_inputs
from planner.jobs.executors import InThisProcess, new_executor
from planner.links import build_links
from planner.links.as_built import with_as_built
from planner.links.choice import Choice
from planner.links.reprice import reprice
from planner.pipeline import solve
from planner.plan.floors import floor_rows
from planner.plan.plan import Budget, Outcome, build_plan
from planner.report.risk import print_risk
from planner.risk import WIDEST, assess, make_study, robust_plan, run_study, write_risk
from planner.risk.result import tell
from planner.risk.robust import best_of
from planner.risk.study import plan_money, price, whole_plan
from planner.scenario import load_scenario
from planner.scenario.rules import Floor
from planner.wording import figure as written

OTHER = """\
schema_version: 1
currency: USD
price_year: 2024
general: {freight_factor: 1.4, energy_per_kwh: 0.3}
fibre: {plant_per_km: 7000, route_factor: 1.2, operation_per_km: 500}
leo: {monthly_fee: 90, terminal: 450}
cellular: {cpe: 300}
source: {transit_per_mbps: 25, activation: 9000}
sites: {tower_rent: 3000}
"""
MONEY = list(MEASURES)
CERTAIN = [
    "general", "masts", "sites", "microwave", "source", "geo", "cellular", "package", "fibre.plant_life",
    "fibre.terminal", "fibre.terminal_life", "fibre.terminal_maintenance", "leo.terminal", "leo.terminal_life",
    "leo.terminal_maintenance", "leo.installation",
]  # fmt: skip
"""So that the study of each figure by itself stays short."""


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    folder = tmp_path_factory.mktemp("risk")
    path = make_country(folder / "country", offices=16, seed=4, terrain_arcsec=9)
    (path.parent / "other.yaml").write_text(OTHER)
    uncertainty = {"demand": {"low": 0.7, "high": 1.5}, "fixed": CERTAIN, "time_limit_s": 600}
    overrides = {"uncertainty": uncertainty, "solver.gap": 0.01, "budgets.programme": "50 %"}
    scenario = load_scenario(path, overrides=overrides)
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    return path, scenario, inputs, options, solve(scenario, inputs, options), folder


@pytest.fixture(scope="module")
def study(country):
    _path, scenario, inputs, options, plan, _folder = country
    return make_study(scenario, inputs, options, plan)


@pytest.fixture(scope="module")
def elsewhere(country):
    """Return scenario and options of the same country with another price list, built from the start."""
    path, scenario, inputs, _options, _plan, folder = country
    other = scenario.model_copy(update={"catalogue": (*scenario.catalogue, "other.yaml")})
    other._folders = (path.parent,)
    return other, build_links(other, inputs, cache_dir=folder / "cache")


def repriced(country, catalogue, scenario):
    _path, own, inputs, options, _plan, _folder = country
    prices = price_list(catalogue, scenario, dominated=True)
    base = price_list(load_catalogue(own), own)
    return reprice(options, inputs, inputs.offices, scenario, terms(scenario), prices, base)


def test_the_same_prices_change_nothing(country):
    _path, scenario, _inputs, options, _plan, _folder = country
    same = repriced(country, load_catalogue(scenario), scenario)
    for name in ("money", "mast_money", "package_money", "package_transit_money", "capacity_mbps", "kind", "priced_km"):
        np.testing.assert_array_equal(getattr(same, name), getattr(options, name), err_msg=name)


def test_other_prices_are_those_of_building_the_links_with_them(country, elsewhere):
    scenario, built = elsewhere
    same = repriced(country, load_catalogue(scenario), scenario)

    def rows(options):
        names = np.append(options.places.id, "root")
        ends = zip(names[options.u], names[options.v], options.rung_u.tolist(), options.rung_v.tolist(), strict=True)
        of_kind = [(options.kinds[kind].technology, options.kinds[kind].name) for kind in options.kind]
        length = np.round(options.length_km, 9).tolist()
        money = map(tuple, options.money.tolist())
        return dict(zip(zip(of_kind, ends, length, strict=True), money, strict=True))

    one, other = rows(same), rows(built)
    shared = one.keys() & other.keys()
    assert len(shared) > 0.8 * len(one)
    assert {key[0][0] for key in shared} >= {"fibre", "microwave", "leo", "source"}
    assert {key: one[key] for key in shared} == {key: other[key] for key in shared}
    np.testing.assert_array_equal(same.package_transit_money, built.package_transit_money)
    np.testing.assert_array_equal(same.mast_money[: len(built.places)], built.mast_money[: len(same.places)])


def test_at_typical_prices_the_plan_is_what_it_was(country, study):
    plan = country[4]
    now = assess(study, study.typical, reoptimise=True)
    assert [cents / 100 for cents in now.money] == [plan.totals[measure] for measure in MONEY]
    assert now.kept_value == pytest.approx(plan.outcome.value)
    assert len(now.kept) == study.gains.sum()
    assert now.overloaded == 0
    assert plan.outcome.value <= now.bound * (1 + 1e-9)
    assert now.value <= plan.outcome.bound * (1 + 1e-9)


def test_a_plan_that_fits_is_kept_whole_wherever_a_search_ends(study, monkeypatch):
    monkeypatch.setattr("planner.risk.study.TRIM_GAP", 1e18)
    monkeypatch.setattr("planner.risk.study.TRIM_SECONDS", 0.0)
    now = assess(study, study.typical, reoptimise=False)
    assert now.kept.tolist() == np.flatnonzero(study.gains).tolist()
    assert now.kept_value == pytest.approx(study.inputs.offices["benefit"].to_numpy()[study.gains].sum())


def test_money_of_a_draw_is_that_of_a_plan_accounted_for_at_its_prices(country, study):
    _path, scenario, inputs, options, plan, _folder = country
    rng = np.random.default_rng(0)
    low, high = (np.array([getattr(figure, side) for figure in study.figures]) for side in ("low", "high"))
    point = low + rng.random(len(low)) * (high - low)
    values = {figure.name: value for figure, value in zip(study.figures, point, strict=True)}
    demand = values.pop("demand")
    asks = (inputs.offices["status_before"] != "adequate").to_numpy()
    offices = inputs.offices.assign(demand_mbps=inputs.offices["demand_mbps"] * np.where(asks, demand, 1.0))
    now = assess(study, point, reoptimise=False)
    prices = price_list(drawn(load_catalogue(scenario), values), scenario, dominated=True)
    base = price_list(load_catalogue(scenario), scenario)
    at = reprice(options, inputs, offices, scenario, terms(scenario), prices, base)
    at = dataclasses.replace(at, capacity_mbps=np.full(len(at), np.inf))  # whatever it carries: only money is looked at
    value = plan.outcome.value
    outcome = Outcome("feasible", "evaluated", "max", "benefit", value, None, 0.01, ())
    budget = Budget("programme", "programme_cost", 2**60)
    there = build_plan(scenario, dataclasses.replace(inputs, offices=offices), at, study.choice, outcome, [budget])
    assert [cents / 100 for cents in now.money] == [there.totals[measure] for measure in MONEY]


def test_dearer_prices_leave_less_and_never_more_than_the_ceiling(study):
    ends = {side: np.array([getattr(figure, side) for figure in study.figures]) for side in ("low", "high")}
    cheap, dear = (assess(study, ends[side], reoptimise=True) for side in ("low", "high"))
    # equipment is certain in this study: all but the first purchase is dearer
    assert dear.money[CAPEX] >= cheap.money[CAPEX]
    assert (np.array(dear.money) > np.array(cheap.money))[CAPEX + 1 :].all()
    for one in (cheap, dear):
        assert one.kept_value <= one.value <= one.bound * (1 + 1e-9)
        assert one.spent <= study.limit_cents
        if one.money[study.measure] <= study.limit_cents and not one.overloaded:
            assert len(one.kept) == study.gains.sum()
    # everything at its dearest and more demand: the whole plan is over its budget, and less of it is kept
    assert dear.money[study.measure] > study.limit_cents
    assert len(dear.kept) < study.gains.sum()


def part_of(study, offices):
    """Return the plan's links that lead to some of its offices, and these offices."""
    tree, places = study.tree, study.options.places
    rows = set(np.flatnonzero(study.options.technology()[tree.option] == "existing").tolist())
    for office in offices:
        row = int(tree.entering[np.flatnonzero(places.office == office)[0]])
        while row >= 0:
            rows.add(row)
            row = int(tree.parent[row])
    kept = np.array(sorted(rows), dtype=np.int64)
    connected = study.choice.connected & ~study.gains
    connected[list(offices)] = True
    return Choice(tree.option[kept], tree.reversed[kept], connected)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_what_is_kept_is_the_best_that_fits_by_brute_force(study, share):
    gains, benefit = np.flatnonzero(study.gains).tolist(), study.inputs.offices["benefit"].to_numpy()
    whole = assess(study, study.typical, reoptimise=False).money[study.measure]
    limit = round(share * whole)
    best = 0.0
    for count in range(1, len(gains) + 1):
        for offices in combinations(gains, count):
            part = dataclasses.replace(study, choice=part_of(study, offices))
            if benefit[list(offices)].sum() > best and plan_money(part, part.options)[study.measure] <= limit:
                best = benefit[list(offices)].sum()
    kept = assess(dataclasses.replace(study, limit_cents=limit), study.typical, reoptimise=False)
    assert kept.kept_value == pytest.approx(best, rel=1.1e-4)
    assert kept.kept_value == pytest.approx(benefit[kept.kept].sum())


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
@pytest.mark.parametrize("rule", ["must_connect", "fix_links", "floors"])
def test_what_has_to_be_in_a_plan_is_in_what_is_kept_by_brute_force(study, rule, share):
    """Of all parts of the plan that have it, the best that fits; where none fits, nothing, and no plan was kept."""
    gains, benefit = np.flatnonzero(study.gains).tolist(), study.inputs.offices["benefit"].to_numpy()
    names = study.inputs.offices["id"].to_numpy(object)
    least = min(gains, key=lambda office: benefit[office])  # what one would leave out first
    options, entering = study.options, study.tree.entering
    row = int(entering[np.flatnonzero(options.places.office == least)[0]])
    count = int(study.choice.connected.sum()) - 2
    asked, has = {
        "must_connect": ({"must_connect": (names[least],)}, lambda part: part.choice.connected[least]),
        "fix_links": ({}, lambda part: study.tree.option[row] in part.choice.option),
        "floors": (
            {"floors": (Floor(measure="offices", count=count),)},
            lambda part: part.choice.connected.sum() >= count,
        ),
    }[rule]
    scenario = limited(study.scenario, **asked)
    held = (np.array([study.tree.option[row]], np.int64),) if rule == "fix_links" else ()
    whole = assess(study, study.typical, reoptimise=False).money[study.measure]
    limit = round(share * whole)
    given = dataclasses.replace(
        study, scenario=scenario, limit_cents=limit, held=held, floors=floor_rows(scenario, study.inputs.offices)
    )
    best = None
    for size in range(1, len(gains) + 1):
        for offices in combinations(gains, size):
            part = dataclasses.replace(study, choice=part_of(study, offices))
            worth = benefit[list(offices)].sum()
            if (best is None or worth > best) and has(part):
                best = worth if plan_money(part, part.options)[study.measure] <= limit else best
    kept = assess(given, study.typical, reoptimise=False)
    assert kept.keeps_limits == (best is not None)
    assert kept.kept_value == pytest.approx(best or 0.0, rel=1.1e-4)
    assert kept.kept_value == pytest.approx(benefit[kept.kept].sum())


def test_a_draw_without_any_plan_is_worth_nothing_and_says_so(country, study):
    names = study.inputs.offices["id"].to_numpy(object)[study.gains]
    scenario = limited(study.scenario, must_connect=tuple(names))
    poor = dataclasses.replace(study, scenario=scenario, limit_cents=100)
    none = assess(poor, study.typical, reoptimise=True)
    assert (none.keeps_limits, none.kept_value, none.value, none.bound, none.spent) == (False, 0.0, 0.0, 0.0, None)
    settings = {"distribution": "pert", "correlation": 0.5, "requested_gap": 0.01}
    told = tell(poor, country[4], settings, study.typical[None, :], [none], [], "done")
    assert (told.fixed["keeps_limits_share"], told.best["plan_share"], told.best["widest_gap"]) == (0.0, 0.0, None)
    console = Console(file=io.StringIO(), width=1000)
    print_risk(told, console, Path("run"))
    # A cut that the time ended is no proof that there is no such part.
    assert "In 100 % of the draws no part of it was found that keeps the budget" in console.file.getvalue()


def test_what_was_spent_is_certain_in_every_draw(country, study):
    """A link that is built costs what was spent on it, whatever the draw; all else what it costs without."""
    _path, _scenario, inputs, options, _plan, _folder = country
    tree, names = study.tree, ["root", *options.places.id]
    row = int(np.flatnonzero(options.technology()[tree.option] == "leo")[0])
    tail, head = (str(names[end + 1]) for end in (tree.tail[row], tree.head[row]))
    nothing = dict.fromkeys(("spent_per_year", "spent_equipment", "mbps"), np.nan)
    told = {"row": 2, "from": tail, "to": head, "technology": "leo", "option": "", "status": "built", "funder": ""}
    built = DataFrame([{**told, "spent": 4321.5, **nothing}])
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    fixed = with_as_built(options, built, demand, terms(study.scenario))
    given = dataclasses.replace(study, options=fixed, inputs=dataclasses.replace(inputs, as_built=built))
    high = np.array([figure.high for figure in study.figures])
    for point in (study.typical, high):
        now, without = price(given, point).options, price(study, point).options
        option = int(fixed.fixed[0])
        assert now.fixed.tolist() == [option]
        assert now.money[option, CAPEX] == 432_150
        others = np.arange(len(options)) != option
        assert (now.money[others] == without.money[others]).all()
        one = assess(given, point, reoptimise=True)
        office = int(options.places.office[tree.head[row]])
        assert not one.keeps_limits or office in one.kept
        assert one.spent is None or office in one.chosen


@pytest.fixture(scope="module")
def risk(country, study):
    return run_study(study, country[4], InThisProcess(), draws=4, reoptimise=True)


def test_one_process_and_several_find_the_same(country, study, risk):
    told = []
    with new_executor(2) as pool:
        other = run_study(
            study, country[4], pool, draws=4, reoptimise=True, on_progress=lambda *now: told.append(now)
        )  # fmt: skip
    assert other == risk
    total = 4 + 2 * len(study.figures) + 2 * min(WIDEST, len(study.figures))
    assert max(told) == (total, total)


@pytest.fixture(scope="module")
def made_for_all(country, study):
    return run_study(study, country[4], InThisProcess(), draws=4, reoptimise=False, robust=True)


def points_of(study, risk):
    return np.array([[row[figure.name] for figure in study.figures] for row in risk.draws])


def test_the_robust_plan_keeps_what_it_says_and_no_less_than_the_plan(study, made_for_all):
    told = made_for_all.robust
    of_it = dataclasses.replace(study, choice=made_for_all.robust_choice)
    kept = [assess(of_it, point, reoptimise=False) for point in points_of(study, made_for_all)]
    assert told["value"] == pytest.approx(np.mean([one.kept_value for one in kept]))
    assert told["value_kept"]["least"] == pytest.approx(min(one.kept_value for one in kept))
    assert [row["robust_kept"] for row in made_for_all.draws] == [one.kept_value for one in kept]
    base = np.mean([row["value_kept"] for row in made_for_all.draws])
    assert told["gain"] == pytest.approx(told["value"] - base)
    assert told["gain"] >= 0
    assert told["regret"]["least"] >= 0
    assert told["value"] <= told["bound"] <= made_for_all.best["bound"]["mean"] + 1e-9
    assert told["tried"] > 1


def test_the_robust_plan_is_within_the_budget_at_typical_prices(country, study, made_for_all):
    _path, scenario, inputs, options, plan, _folder = country
    made = robust_plan(scenario, inputs, options, plan, made_for_all.robust_choice)
    assert made.budgets[0]["spent"] <= made.budgets[0]["limit"] == plan.budgets[0]["limit"]
    assert made.outcome.value == pytest.approx(made_for_all.robust["plan"]["value"])
    assert made.outcome.value <= plan.outcome.bound
    at_typical = dataclasses.replace(study, choice=made_for_all.robust_choice)
    now = assess(at_typical, study.typical, reoptimise=False)
    assert now.overloaded == 0
    assert now.kept_value == pytest.approx(made_for_all.robust["plan"]["value"])


def test_no_plan_keeps_more_on_average_than_the_proven_ceiling_by_brute_force(study, made_for_all):
    """All parts of the plan and of the robust plan that the budget allows, in each draw all parts of these."""
    points = points_of(study, made_for_all)
    benefit = study.inputs.offices["benefit"].to_numpy()
    priced = [price(study, point) for point in points]
    best = 0.0
    for whole in (study, dataclasses.replace(study, choice=made_for_all.robust_choice)):
        gains = np.flatnonzero(whole.gains).tolist()
        subsets = [offices for count in range(1, len(gains) + 1) for offices in combinations(gains, count)]
        parts = {offices: dataclasses.replace(whole, choice=part_of(whole, offices)) for offices in subsets}
        value = {offices: float(benefit[list(offices)].sum()) for offices in subsets}
        fits = {offices: [whole_plan(part, each)[2] is not None for each in priced] for offices, part in parts.items()}
        kept = [
            max((value[offices] for offices in subsets if fits[offices][k]), default=0.0) for k in range(len(points))
        ]
        best = max(best, float(np.mean(kept)))
    assert made_for_all.robust["value"] == pytest.approx(best, rel=2e-4)
    assert best <= made_for_all.robust["bound"] + 1e-9


def test_the_best_on_average_is_taken_and_the_first_of_equals():
    rated = [(np.array(kept), np.array([True, False, False])) for kept in ([4.0, 1.0, 6.0], [4.0, 9.0, 4.0])]
    made = best_of(["a", "b", "c"], rated, [5.0, 9.5], 9.0)
    assert (made.choice, made.value, made.is_plan, made.tried) == ("b", 5.0, False, 3)
    assert made.bound == (5.0 + 9.0) / 2
    assert best_of(["a", "b"], [(one[:1].repeat(2), fits[:2]) for one, fits in rated], [5.0, 9.5], 9.0).is_plan


def test_forbidden_links_and_hops_bind_the_best_plans_of_draws(country, study):
    _path, scenario, _inputs, options, plan, _folder = country
    free = assess(study, study.typical, reoptimise=True)
    used = np.setdiff1d((free.best or study.choice).option, np.flatnonzero(options.technology() == "existing"))
    hops = used[options.technology()[used] == "microwave"]
    assert hops.size
    bound = dataclasses.replace(study, forbidden=hops.astype(np.int64))
    for given in (bound, dataclasses.replace(study, scenario=limited(scenario, max_hops=0))):
        now = assess(given, study.typical, reoptimise=True)
        taken = study.choice.option if now.best is None else now.best.option
        assert now.best is None or not np.isin(taken, hops).any()
        assert now.bound <= free.bound + 1e-9
        assert now.kept_value <= free.kept_value
    assert plan.outcome.value == pytest.approx(free.kept_value)


def limited(scenario, **limits):
    return scenario.model_copy(update={"limits": scenario.limits.model_copy(update=limits)})


def test_the_files_agree_and_shares_are_counted(study, risk, tmp_path):
    write_risk(risk, tmp_path)
    stored = json.loads((tmp_path / "risk.json").read_text())
    with (tmp_path / "risk.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == stored["draws_done"] == 4
    costs = sorted(float(row["programme_cost"]) for row in rows)
    band = stored["fixed"]["programme_cost"]
    assert (band["least"], band["most"]) == (costs[0], costs[-1])
    assert band["mean"] == pytest.approx(sum(costs) / 4)
    limit = stored["budget"]["limit"]
    assert stored["fixed"]["within_budget_share"] == pytest.approx(sum(cost <= limit for cost in costs) / 4)
    regret = [float(row["best_value"]) - float(row["value_kept"]) for row in rows]
    assert min(regret) >= 0
    assert stored["best"]["regret"]["mean"] == pytest.approx(sum(regret) / 4)
    chosen = sum(office["chosen_share"] for office in stored["offices"])
    assert chosen == pytest.approx(sum(int(row["best_offices"]) for row in rows) / 4, abs=1e-4)
    assert {row["name"] for row in stored["tornado"]} == {figure.name for figure in study.figures}
    most = max(row[side]["value_kept"] for row in stored["tornado"] for side in ("low", "high"))
    moves = [
        max(
            abs(row["high"]["cost"] - row["low"]["cost"]) / limit,
            abs(row["high"]["value_kept"] - row["low"]["value_kept"]) / most,
        )
        for row in stored["tornado"]
    ]
    assert moves == pytest.approx(sorted(moves, reverse=True))


def printed(risk, title, width=1000):
    """Return the lines of a table, headings first, in cells."""
    console = Console(file=io.StringIO(), width=width)
    print_risk(risk, console, Path("run"))
    text = console.file.getvalue()
    lines = text[text.index("\n", text.index(title)) + 1 :].partition("\n\n")[0].splitlines()
    return [re.split(r"\s{2,}", line) for line in lines]


def test_the_printed_tornado_is_in_the_order_of_what_it_prints(risk):
    heads, *lines = printed(risk, "One figure at a time")
    assert heads[-2:] == ["Kept at low", "Kept at high"]
    found = printed(risk, "The best plan found then")[1:]
    limit, value = risk.budget["limit"], risk.plan["value"]
    most = max(row[side]["value_kept"] for row in risk.tornado for side in ("low", "high"))
    effects = []
    for line, other, row in zip(lines, found, risk.tornado, strict=False):
        effect, *cells = line[1:]
        costs, kept, best = (
            [float(cell.replace(",", "")) for cell in two] for two in (cells[2:4], cells[4:], other[1:])
        )
        assert other[0] == line[0]
        wanted = max(abs(costs[1] - costs[0]) / limit, abs(kept[1] - kept[0]) / most)
        effects.append(float(effect.rstrip(" %\u00a0")) / 100)
        assert effects[-1] == pytest.approx(wanted, abs=2e-3)
        assert kept == pytest.approx([row[side]["value_kept"] for side in ("low", "high")], abs=0.6)
        assert best == pytest.approx([row[side]["value"] - value for side in ("low", "high")], abs=0.6)
    assert len(lines) == len(found) == min(10, len(risk.tornado))
    assert effects == sorted(effects, reverse=True)


def test_what_the_plan_loses_is_told_even_where_the_best_plan_loses_little(risk):
    base, value = risk.plan["programme_cost"], risk.plan["value"]

    def side(cost, kept, best):
        return {"figure": 1.0, "cost": base + cost, "value_kept": kept * value, "value": best * value, "bound": value}

    rain = {"name": "climate", "low": side(0, 1, 1), "high": side(0, 0.6, 0.99)}
    told = dataclasses.replace(risk, tornado=(rain, {"name": "price", "low": side(0, 1, 1), "high": side(10, 1, 1)}))
    _heads, (name, effect, _low, _high, *changes), _price = printed(told, "One figure at a time")
    assert (name, effect) == ("rain rate at all places", "40.0 %")
    assert changes == ["0", "0", written(value), written(0.6 * value)]
    assert printed(told, "The best plan found then")[1][1:] == ["0", written(0.99 * value - value)]


def test_a_figure_alone_moves_the_plan_by_itself(study, risk):
    # the fee of a satellite is paid by each office on it, 12 months for the funded years, and by nobody else
    row = next(row for row in risk.tornado if row["name"] == "leo.monthly_fee")
    tree, options = study.tree, study.options
    terminals = np.count_nonzero(options.technology()[tree.option] == "leo")
    names = [options.kinds[options.kind[option]].name for option in tree.option]
    if all("terminals" not in name for name in names):
        years = study.scenario.money.funded_years
        swing = 12 * years * terminals * (row["high"]["figure"] - row["low"]["figure"])
        assert row["high"]["cost"] - row["low"]["cost"] == pytest.approx(swing, abs=0.05 * max(terminals, 1))


def test_a_cancelled_study_tells_what_is_done(country, study):
    asked = []

    def after_two():
        asked.append(1)
        return len(asked) > 2

    part = run_study(study, country[4], InThisProcess(), draws=10, reoptimise=False, cancelled=after_two)
    assert part.termination == "cancelled"
    assert len(part.draws) == 10
    assert part.tornado == ()
    assert part.best is None
    assert run_study(study, country[4], InThisProcess(), draws=4, reoptimise=False, cancelled=lambda: True) is None


@pytest.mark.parametrize(
    ("uncertainty", "code", "told"),
    [
        ({"ranges": {"leo.montly_fee": {"low": 1, "high": 2}}}, "unknown-figure", "leo.monthly_fee"),
        ({"fixed": ["starlink"]}, "unknown-figure", "uncertainty.fixed"),
        ({"ranges": {"leo.monthly_fee": {"low": 1, "high": 2}}}, "wrong-value", "does not hold the figure"),
    ],
)
def test_wrong_names_and_ranges_are_told(country, uncertainty, code, told):
    path = country[0]
    scenario = load_scenario(path, overrides={"uncertainty": uncertainty})
    catalogue = load_catalogue(scenario)
    with pytest.raises(InputError, match=told) as caught:
        uncertain_figures(catalogue, price_list(catalogue, scenario), scenario)
    assert [problem.code for problem in caught.value.problems] == [code]


def test_ranges_spread_and_certainty_are_the_scenarios(country):
    path = country[0]
    asked = {"ranges": {"leo.monthly_fee": {"low": 40, "high": 500}}, "fixed": ["fibre", "general.energy_per_kwh"]}
    scenario = load_scenario(path, overrides={"uncertainty": {**asked, "spread": 0.2}})
    catalogue = load_catalogue(scenario)
    found = {figure.name: figure for figure in uncertain_figures(catalogue, price_list(catalogue, scenario), scenario)}
    assert (found["leo.monthly_fee"].low, found["leo.monthly_fee"].high) == (40, 500)
    assert not any(name.startswith("fibre.") for name in found)
    assert "general.energy_per_kwh" not in found
    assert found["masts.office.per_10m"].group == "microwave"
    for figure in found.values():
        assert figure.low <= figure.typical <= figure.high
        assert figure.low < figure.high


def test_nothing_uncertain_is_nothing_to_study(country):
    path, _scenario, inputs, options, plan, _folder = country
    catalogue = load_catalogue(load_scenario(path))
    everything = {
        "uncertainty": {"fixed": sorted({str(name) for name, *_ in (figure.at for figure in figures(catalogue))})}
    }
    with pytest.raises(InputError, match="nothing to draw"):
        make_study(load_scenario(path, overrides=everything), inputs, options, plan)
