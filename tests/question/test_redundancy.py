"""Second paths: against every path of every plan of small countries, by removal of each place and span, and by hand."""

import itertools
import json
from types import SimpleNamespace

import numpy as np
import pytest
from every_plan import every_plan
from removal import check_by_removal

from planner import pipeline
from planner.errors import InputError
from planner.finance import MEASURES
from planner.links.options import NO_MAST, ROOT, PlaceKind
from planner.plan.explain import explain
from planner.plan.model import Plan
from planner.plan.recall import recall
from planner.solver import compile_kernels
from planner.wording import figure

COUNTRIES = range(24)
PROGRAMME = MEASURES.index("programme_cost")
SOURCES = {"source", "existing"}


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def in_lists(country):
    """Return what these checks read of the candidates of a country, as lists, once: plans and paths are many."""
    options = country.options()
    return SimpleNamespace(
        technology=options.technology().tolist(),
        ends=list(zip(options.u.tolist(), options.v.tolist(), strict=True)),
        rungs=list(zip(options.rung_u.tolist(), options.rung_v.tolist(), strict=True)),
        capacity_mbps=options.capacity_mbps.tolist(),
        cents=options.money[:, PROGRAMME].tolist(),
        mast_cents=options.mast_money[:, :, PROGRAMME].tolist(),
        transit_cents=(options.package_transit_money[:, PROGRAMME] - options.package_money[:, PROGRAMME]).tolist(),
        office=options.places.office.tolist(),
        demand_mbps=country.inputs().offices["demand_mbps"].tolist(),
    )


def all_paths(options, place):
    """Return every path from the root to a place as (rows, places), no place twice; services end at their office."""
    adequate = {v for (_u, v), technology in zip(options.ends, options.technology, strict=True)
                if technology == "existing"}  # fmt: skip
    found = []

    def go(at, rows, seen):
        if at == place:
            found.append((tuple(rows), tuple(seen)))
            return
        for row, (u, v) in enumerate(options.ends):
            technology = options.technology[row]
            for tail, head in [(u, v)] if u == ROOT else [(u, v), (v, u)]:
                own = technology in {"leo", "cellular"} and head != place
                # what is adequate hangs from the root by what it has
                fixed = technology != "existing" and head in adequate
                if tail == at and head not in seen and not own and not fixed:
                    go(head, [*rows, row], [*seen, head])

    go(ROOT, [], [])
    return found


def span(options, row):
    return frozenset(options.ends[row]), options.technology[row]


def apart(options, plan, place, path):
    """Say whether a path shares no span with the first one of a place, and no place but where both begin."""
    technology, rows, places = options.technology, path[0], path[1]
    first, at = [], place
    while at != ROOT:
        first.append((at, plan.entering[at]))
        at = plan.parent[at]
    begins = {row for _at, row in first if technology[row] in SOURCES}
    spans = {span(options, row) for _at, row in first if row not in begins}
    relays = {at for at, row in first if at != place and row not in begins}
    return not relays & set(places[:-1]) and not any(span(options, row) in spans for row in rows)


def extra_cents(options, plan, paths):
    """Return what second paths, by place of their office, cost on top of a plan; None if together they may not be."""
    planned = {row: plan.load[place] for place, row in plan.entering.items()}
    carried, cents = {}, 0
    for place, (rows, _places) in paths.items():
        office = options.office[place]
        for row in rows:
            carried[row] = carried.get(row, 0.0) + options.demand_mbps[office]
        if options.technology[rows[0]] in SOURCES and not starts_at_source(options, plan, place):
            cents += options.transit_cents[office]
    new = sorted(set(carried) - set(planned))
    bought = [span(options, row) for row in (*new, *planned)]
    full = any(planned.get(row, 0.0) + load > options.capacity_mbps[row] for row, load in carried.items())
    if full or len(set(bought)) < len(bought):
        return None
    return cents + sum(options.cents[row] for row in new) + taller_cents(options, plan, new)


def starts_at_source(options, plan, place):
    while plan.parent[place] != ROOT:
        place = plan.parent[place]
    return options.technology[plan.entering[place]] in SOURCES


def taller_cents(options, plan, new):
    """Return what masts cost more where new links need taller ones."""
    tallest = dict(plan.tallest)
    for row in new:
        for end, rung in zip(options.ends[row], options.rungs[row], strict=True):
            if rung != NO_MAST:
                tallest[end] = max(tallest.get(end, NO_MAST), rung)
    return sum(
        options.mast_cents[end][rung] - (options.mast_cents[end][plan.tallest[end]] if end in plan.tallest else 0)
        for end, rung in tallest.items()
    )


def with_cheapest_paths(country, names):
    """Return all plans with offices of these names, each with the least that second paths of them cost on top of it.

    All combinations of paths are tried; None stands where there are none.
    """
    options, places = in_lists(country), [country.names[name] for name in names]
    ways = {place: all_paths(options, place) for place in places}
    priced = []
    for plan in every_plan(country):
        if set(names) <= plan.connected:
            each = [[path for path in ways[place] if apart(options, plan, place, path)] for place in places]
            costs = [
                extra_cents(options, plan, dict(zip(places, paths, strict=True))) for paths in itertools.product(*each)
            ]
            priced.append((plan, min((cents for cents in costs if cents is not None), default=None)))
    return priced


@pytest.fixture(scope="module", params=COUNTRIES)
def small(request, make):
    """Return a small country, all its plans, and a scenario that asks for second paths, or None if it cannot."""
    rng = np.random.default_rng(1000 + request.param)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    wanting = [office["id"] for office in country.offices if office["status_before"] != "adequate"]
    names = sorted(rng.choice(wanting, min(len(wanting), 1 + request.param % 2), replace=False).tolist())
    return country, names, with_cheapest_paths(country, names), float(rng.choice([0.6, 0.8, 1.0]))


def test_every_country_against_all_plans_with_all_second_paths(make, small, referee):
    """The bound holds, each plan is one of those there are, and its second paths are the cheapest for its links."""
    country, names, priced, share = small
    possible = [(plan, cents) for plan, cents in priced if cents is not None]
    costs = [plan.spent("programme_cost") + cents for plan, cents in possible]
    limit = round(min(costs) + share * (max(costs) - min(costs))) / 100 if costs else 10**9
    asked = make["scenario"](
        budgets=[{"name": "programme", "limit": limit}],
        redundancy=[{"office": name} for name in names],
        solver={"gap": 0.0, "time_limit_s": 20},
    )
    plan = pipeline.solve(asked, country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document(), allow_nan=False))
    assert referee(document) == []
    if not possible:
        assert plan.outcome.status in {"infeasible", "error"}
        return
    best = max(each.benefit for (each, cents), cost in zip(possible, costs, strict=True) if cost <= 100 * limit)
    assert plan.outcome.value is not None
    assert plan.outcome.value <= best + 1e-9 <= plan.outcome.bound + 2e-9
    check_by_removal(document, names)
    (same,) = [
        (each, cents)
        for each, cents in possible
        if {(tuple(sorted(ends)), technology) for ends, technology in each.links}
        == {(tuple(sorted((link["from"], link["to"]))), link["technology"]) for link in document["links"]}
        and each.connected == {office["id"] for office in document["offices"] if office["connected"]}
    ]
    assert round(100 * document["budgets"][0]["spent"]) == same[0].spent("programme_cost") + same[1]
    again = Plan.from_document(document)
    choice = recall(again, country.options(), country.inputs().offices)
    assert [backup.office for backup in choice.backups] == [
        int(np.flatnonzero(country.inputs().offices["id"] == each["office"])[0]) for each in document["backups"]
    ]
    assert again.document() == plan.document()


@pytest.mark.parametrize("number", range(0, 12, 2))
def test_least_money_with_second_paths_lies_between_its_bound_and_the_least_of_all_plans(make, number, referee):
    rng = np.random.default_rng(1000 + number)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    wanting = [office["id"] for office in country.offices if office["status_before"] != "adequate"]
    costs = [
        plan.spent("programme_cost") + extra
        for plan, extra in with_cheapest_paths(country, wanting[:1])
        if extra is not None and set(wanting) <= plan.connected
    ]
    least = min(costs, default=None)
    asked = make["scenario"](
        budgets=[],
        objective=[{"sense": "min", "measure": "programme_cost", "target": {"connect_all": True}}],
        redundancy=[{"office": wanting[0]}],
        solver={"gap": 0.0, "time_limit_s": 20},
    )
    plan = pipeline.solve(asked, country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document(), allow_nan=False))
    assert referee(document) == []
    if least is None:
        assert plan.outcome.value is None
        return
    assert plan.outcome.bound <= least / 100 + 1e-9
    assert plan.outcome.value >= least / 100 - 1e-9
    assert plan.totals["programme_cost"] == plan.outcome.value
    check_by_removal(document, wanting[:1])


@pytest.fixture
def ring(make):
    """A source and three offices in a ring of fibre, a fourth behind the third; the third has satellite too.

    S → A (1 km), A – B (2 km), S → C (3 km), C – B (1 km), B → D (2 km); root → B by satellite.
    """
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE)
    for name in "ABCD":
        country.office(name, benefit=100.0)
    country.link("source", None, "S")
    for tail, head, km in (("S", "A", 1.0), ("A", "B", 2.0), ("S", "C", 3.0), ("C", "B", 1.0), ("B", "D", 2.0)):
        country.link("fibre", tail, head, km=km, capacity=100.0)
    country.link("leo", None, "D", capacity=5.0)
    return country


def solved(make, country, **asked):
    return pipeline.solve(make["scenario"](**{"solver": {"gap": 0.0}, **asked}), country.inputs(), country.options())


def test_a_ring_closes_with_the_cheapest_section_that_is_left(make, ring):
    """All four hang from S; the ring has sections of 1, 2, 3 and 1 km, and one of them is not in the tree."""
    alone = solved(make, ring)
    plan = solved(make, ring, redundancy=[{"office": "B"}])
    assert alone.benefit == plan.benefit == 400
    assert plan.outcome.status == "optimal"
    (backup,) = plan.backups
    (bought,) = plan.backup_links["id"]
    # whatever section is left out of the tree, a section costs 500 and 1050 a km
    km = float(plan.backup_links["length_km"].iloc[0])
    assert plan.backup_cost["programme_cost"] == 500 + 1050 * km
    assert bought in {step["link"] for step in backup["path"]}
    assert plan.backup_links["load_mbps"].tolist() == [10.0]
    assert plan.totals["programme_cost"] == pytest.approx(
        sum(float(frame["programme_cost_cents"].sum()) for frame in (plan.offices, plan.all_links, plan.masts)) / 100
    )


def test_what_a_failure_cuts_off_with_and_without_the_second_path(make, ring):
    plan = solved(make, ring, redundancy=[{"office": "B"}])
    # every office of the ring has 1,000 people; B stays whatever fails between it and the source
    source = plan.failures.of("S")
    assert (source.offices, source.people, source.people_without) == (4, 4000.0, 4000.0)
    above = plan.links.loc[plan.links["to"] == "B", "id"].iloc[0]
    cut = plan.failures.of(above)
    # D, and maybe another office, hangs from B by its first path alone
    assert cut.offices == cut.offices_without - 1 >= 1
    own = plan.failures.of("B")
    assert (own.what, own.offices) == ("place", own.offices_without) == ("place", cut.offices_without)
    assert plan.failures.worst == source
    asked = make["scenario"](redundancy=[{"office": "B"}])
    told = str(explain(asked, ring.inputs(), ring.options(), plan, "B"))
    assert "Second path (* bought for second paths): source:root>S" in told
    assert "The scenario asks for this office by two paths (redundancy)." in told
    assert "the failure of source S would cut off most people: 4,000 at 4 offices" in told
    bought = plan.backup_links["id"].iloc[0]
    assert "The second path of these offices uses it: B." in str(
        explain(asked, ring.inputs(), ring.options(), plan, bought)
    )


def test_the_worst_failure_of_an_office_is_the_one_that_cuts_off_most_with_second_paths(make):
    """S → A → B → C, and T → B, which carries no more than second paths of A and B: S fails, and C alone is cut off."""
    country = make["country"]()
    for name in "ST":
        country.place(name, PlaceKind.SOURCE)
        country.link("source", None, name)
    for name, benefit in (("A", 100.0), ("B", 200.0), ("C", 100.0)):
        country.office(name, benefit=benefit)
    for tail, head in ("SA", "AB", "BC"):
        country.link("fibre", tail, head, km=1.0, capacity=100.0)
    country.link("fibre", "T", "B", km=1.0, capacity=20.0)
    redundancy = [{"office": "A"}, {"office": "B"}]
    plan = solved(make, country, redundancy=redundancy)
    into = dict(zip(plan.links["to"], plan.links["from"], strict=True))
    assert [into[name] for name in "ABC"] == ["S", "A", "B"]
    assert len(plan.backups) == 2
    told = str(explain(make["scenario"](redundancy=redundancy), country.inputs(), country.options(), plan, "C"))
    assert "the failure of office B would cut off most people: 3,000 at 2 offices" in told


def test_what_the_money_brings_on_average_counts_what_second_paths_cost(make, ring):
    """E, by satellite for 4200, is left out by a budget that the ring with its second path nearly uses up."""
    ring.office("E", benefit=1.0)
    ring.link("leo", None, "E", capacity=100.0)
    asked = {"redundancy": [{"office": "B"}]}
    taken = solved(make, ring, **asked, limits={"exclude": ["E"]}).totals["programme_cost"]
    plan = solved(make, ring, **asked, budgets=[{"limit": taken + 100}])
    reason = plan.offices.set_index("id")["reason"]["E"]
    assert plan.backup_cost["programme_cost"] > 0
    mean = 1000 * 400 / plan.totals["programme_cost"]
    assert f"brings {figure(mean)} per USD 1,000 on average" in reason
    told = explain(make["scenario"](**asked), ring.inputs(), ring.options(), plan, "E")
    assert told.mean_rate == pytest.approx(mean, rel=1e-5)


def test_an_office_behind_another_is_refused_with_the_place_that_cuts_it_off(make, ring, referee):
    plan = solved(make, ring, redundancy=[{"office": "D"}])
    assert referee(plan.document()) == []
    assert (plan.outcome.status, plan.outcome.value) == ("infeasible", None)
    conflict = plan.outcome.conflict
    assert conflict.limits == ("redundancy: D",)
    # the satellite gives 5 of the 10 Mbit/s that D needs
    assert conflict.remedy.startswith("Every way to D uses the span fibre:B>D.")


def test_a_relay_that_all_ways_pass_is_named(make):
    country = make["country"]()
    for name in ("S", "T"):
        country.place(name, PlaceKind.SOURCE)
    country.place("~r")
    country.office("A")
    for name in ("S", "T"):
        country.link("source", None, name)
        country.link("fibre", name, "~r", km=1.0)
    country.link("fibre", "~r", "A", km=1.0)
    country.link("microwave", "~r", "A", km=1.0, capacity=100.0, rungs=(0, 0))
    conflict = solved(make, country, redundancy=[{"office": "A"}]).outcome.conflict
    assert conflict.remedy.startswith("Every way to A passes through ~r.")


def test_two_paths_that_no_budget_pays_for_are_refused_with_what_they_cost_at_least(make, ring):
    conflict = solved(make, ring, redundancy=[{"office": "B"}], budgets=[{"limit": 6000}]).outcome.conflict
    assert [limit.split(":")[0] for limit in conflict.limits] == ["budget “programme”", "redundancy"]
    # source 1500; 7 km at 1050, and 500 for each of four sections
    assert "at least USD 10,850.00 there" in conflict.remedy


def test_what_a_plan_without_second_paths_needs_is_told_as_the_least_that_it_takes(make, ring, referee):
    """To B alone: the source 1000, 3 km at 1000, two sections 500 each, B's own line 400; second paths come on top."""
    budgets = [{"limit": 1_000_000}, {"name": "purchases", "measure": "capex", "limit": 3_000}]
    plan = solved(make, ring, redundancy=[{"office": "B"}], budgets=budgets)
    assert referee(json.loads(json.dumps(plan.document()))) == []
    conflict = plan.outcome.conflict
    assert {limit.split(":")[0] for limit in conflict.limits} == {"budget “purchases”", "redundancy"}
    (relaxed,) = conflict.relaxations
    assert (relaxed.limit, relaxed.needed, relaxed.proven, relaxed.enough) == (
        "budget purchases",
        5_400.0,
        False,
        False,
    )
    assert "needed at least" in str(conflict)
    assert "would be enough" not in str(conflict)


def test_a_trap_is_left_by_holding_another_first_path(make):
    """The cheapest tree leads over the only crossing, so that no second path is left: two longer ones are."""
    country = make["country"]()
    country.place("S", PlaceKind.SOURCE)
    for name in ("~a", "~b"):
        country.place(name)
    country.office("O", benefit=100.0)
    country.link("source", None, "S")
    for tail, head, km in (("S", "~a", 1.0), ("~a", "~b", 1.0), ("~b", "O", 1.0), ("S", "~b", 5.0), ("~a", "O", 5.0)):
        country.link("fibre", tail, head, km=km)
    plan = solved(make, country, redundancy=[{"office": "O"}])
    assert plan.outcome.status == "optimal"
    check_by_removal(plan.document(), ["O"])
    assert set(plan.all_links["id"]) == {
        "source:root>S", "fibre:S>~a", "fibre:~a>O", "fibre:S>~b", "fibre:~b>O",
    }  # fmt: skip


def test_second_paths_keep_the_hop_limit(make):
    country = make["country"]()
    for name in ("S", "T"):
        country.place(name, PlaceKind.SOURCE)
        country.link("source", None, name)
    country.place("~r")
    country.office("O")
    country.link("fibre", "S", "O", km=1.0)
    country.link("microwave", "T", "~r", capacity=100.0, rungs=(0, 0))
    country.link("microwave", "~r", "O", capacity=100.0, rungs=(0, 0))
    country.link("fibre", "T", "O", km=400.0)
    asked = {"redundancy": [{"office": "O"}], "budgets": [{"limit": 1_000_000}]}
    near = solved(make, country, **asked, limits={"max_hops": 2})
    assert set(near.backup_links["technology"]) == {"source", "microwave"}
    far = solved(make, country, **asked, limits={"max_hops": 1})
    assert set(far.backup_links["technology"]) == {"source", "fibre"}


@pytest.mark.parametrize(
    "asked",
    [
        {"redundancy": [{"office": "A"}, {"office": "A"}]},
        {"redundancy": [{"office": ""}]},
        {"redundancy": ["A"]},
        {
            "redundancy": [{"office": "A"}],
            "objective": [{"measure": "benefit"}, {"sense": "min", "measure": "capex"}],
        },
    ],
)
def test_a_scenario_that_asks_for_second_paths_in_vain_is_refused(make, asked):
    with pytest.raises(ValueError, match="redundancy"):
        make["scenario"](**asked)


def test_an_excluded_office_cannot_have_two_paths(make, ring):
    conflict = solved(make, ring, redundancy=[{"office": "A"}], limits={"exclude": ["A"]}).outcome.conflict
    assert conflict.limits == ("redundancy: A", "exclude: A")


def test_commands_that_do_not_heed_second_paths_refuse_them(make, ring):
    asked = make["scenario"](redundancy=[{"office": "A"}])
    with pytest.raises(InputError) as caught:
        pipeline.only_budget(asked, "risk")
    assert [problem.column for problem in caught.value.problems] == ["redundancy"]


def _shares(country, connected):
    """Return the share of the offices of each region that are connected."""
    of = {}
    for office in country.offices:
        of.setdefault(office["region"], []).append(office["id"] in connected)
    return {region: sum(there) / len(there) for region, there in of.items()}


def _most_equal(country, plans):
    """Return the shares of regions, from the least on, of the plan that is best by them in this order."""
    return max(sorted(_shares(country, plan.connected).values()) for plan in plans)


@pytest.mark.parametrize("number", range(0, 24, 3))
@pytest.mark.parametrize("sense", ["max", "min"])
def test_worst_first_with_second_paths_lies_between_its_bounds_and_what_all_plans_have(make, number, sense, referee):
    """The share that is settled is one that a plan has, what is called out of reach no plan has."""
    rng = np.random.default_rng(7000 + number)
    country = make["random_country"](rng, n_offices=3, n_others=1, extra=3)
    wanting = [office["id"] for office in country.offices if office["status_before"] != "adequate"]
    name = str(rng.choice(wanting))
    priced = with_cheapest_paths(country, [name])
    costs = [(plan, plan.spent("programme_cost") + cents) for plan, cents in priced if cents is not None]
    all_costs = sorted(cost for _plan, cost in costs)
    part = (0.1, 0.3, 0.7)[number % 9 // 3]
    limit = all_costs[int(part * (len(all_costs) - 1))] / 100 if costs else 10**7
    least_money = {"sense": "min", "measure": "programme_cost", "target": {"offices_share": 0.3}}
    asked = make["scenario"](
        budgets=[{"name": "programme", "limit": limit}],
        redundancy=[{"office": name}],
        limits={"worst_first": {"by": "region", "measure": "offices"}},
        solver={"gap": 0.0, "time_limit_s": 8},
        **({} if sense == "max" else {"objective": [least_money]}),
    )
    plan = pipeline.solve(asked, country.inputs(), country.options())
    document = json.loads(json.dumps(plan.document(), allow_nan=False))
    assert referee(document) == []
    enough = 0 if sense == "max" else 0.3 * len(country.offices)
    within = [each for each, cost in costs if cost <= round(100 * limit) and len(each.connected) >= enough]
    if not within:
        assert plan.outcome.status in {"infeasible", "error"}
        return
    check_by_removal(document, [name])
    mine = _shares(country, {office["id"] for office in document["offices"] if office["connected"]})
    levels = document["equity"]["levels"]
    assert {level["group"] for level in levels} == set(mine)
    assert all(level["reached"] / level["total"] == pytest.approx(mine[level["group"]]) for level in levels)
    assert all(mine[level["group"]] >= level["share"] - 1e-9 for level in levels)
    best = _most_equal(country, within)
    assert levels[0]["share"] <= best[0] + 1e-9 <= levels[0]["bound"] + 2e-9
    # No ceiling is asked of a search by tries, yet of these it misses one alone, under a budget that few plans keep.
    assert number == 0 or levels[0]["share"] == pytest.approx(best[0])
    if sense == "max":
        most = max(each.benefit for each in within)
        assert document["equity"]["without"]["value"] <= most + 1e-9
        assert plan.outcome.value <= most + 1e-9
    else:
        assert plan.outcome.value == plan.totals["programme_cost"]
        least = min(cost for each, cost in costs if len(each.connected) >= enough) / 100
        assert least - 1e-9 <= document["equity"]["without"]["value"] <= plan.outcome.value + 1e-9
