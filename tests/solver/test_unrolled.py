"""Problems over their phases: plans with years keep there what they keep by hand; and cash by hand."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, make_problem, plan_value, rule_errors
from test_phases import cash_by_hand, draw, errors_of, worth

from planner.solver import FREE, Floor, Limit, Phases, Ports, Rules
from planner.solver.problem import MAX_MONEY
from planner.solver.unrolled import unroll


def in_order(problem, plan):
    """Return the arcs of a plan, parents before children."""
    reached, order = {0}, []
    while len(order) < len(plan):
        order += [a for a in sorted(plan) if int(problem.tail[a]) in reached and a not in order]
        reached |= {int(problem.head[a]) for a in order}
    return np.array(order, np.int32)


def with_years(problem, phases, rng, most):
    """Yield plans with years in which nothing is bought before what carries it."""
    plans = list(all_plans(problem))
    for index in rng.permutation(len(plans))[:most].tolist():
        arcs = in_order(problem, plans[index])
        when = {0: 0}
        for a in arcs.tolist():
            when[int(problem.head[a])] = int(rng.integers(when[int(problem.tail[a])], len(phases)))
        yield arcs, np.array([when[int(problem.head[a])] for a in arcs.tolist()], np.int64)


def ruled(problem, rng):
    """Return a problem with rules of every kind, each in some of them, and hops."""
    n, m = problem.n_nodes, problem.n_arcs
    likely = rng.random(6) < 0.4
    weight = np.where(problem.prize > 0, rng.integers(0, 3, n), 0).astype(float)
    prized = np.flatnonzero(problem.prize > 0).astype(np.int32)
    ports = Ports(rng.random(m) < 0.5, rng.integers(0, 3, int(problem.place.max()) + 1)[problem.place])
    rules = Rules(
        limits=(Limit("opex", rng.integers(0, 30, m), 40),) if likely[0] else (),
        floors=(Floor("north", weight, 1.0),) if likely[1] else (),
        required=prized[:1] if likely[2] else prized[:0],
        excluded=prized[-1:] if likely[3] else prized[:0],
        held=(rng.choice(m, 2, replace=False).astype(np.int32),) if likely[4] else (),
        forbidden=rng.choice(m, 1).astype(np.int32),
        ports=ports if likely[5] else None,
    )
    return replace(problem, rules=rules, hops=rng.integers(0, 3, m).astype(np.int8), hop_limit=3)


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_plans_with_years_are_plans_of_the_unrolled_problem(first):
    kept = broken = 0
    for seed in range(first, first + 10):
        rng = np.random.default_rng(seed)
        problem, phases = draw(seed)
        phases = replace(phases, lump=np.full(problem.n_arcs, FREE, np.int32))
        problem = ruled(problem, rng)
        entering = np.flatnonzero(problem.head == np.flatnonzero(problem.prize > 0)[0]).astype(np.int32)
        if rng.random() < 0.3:
            phases = replace(phases, begun=(entering,), reached_first=problem.head[entering[:1]])
        whole = unroll(problem, phases)
        over = whole.problem
        assert (whole.n_arcs, whole.n_phases) == (problem.n_arcs, len(phases))
        for arcs, bought in with_years(problem, phases, rng, 40):
            found = whole.over_years(problem, arcs, bought)
            assert set(whole.bare(found).tolist()) == set(arcs.tolist())
            heads = over.head[found].tolist()
            assert len(set(heads)) == len(heads)
            assert set(over.tail[found].tolist()) <= {0, *heads}
            hops = over.hops[found].sum()
            assert hops == problem.hops[arcs].sum()
            assert over.hop_limit == problem.hop_limit
            value = worth(problem, phases, arcs, bought)
            assert plan_value(over, found) == pytest.approx(value)
            assert over.demand[heads].sum() == sum(
                problem.demand[problem.head[a]]
                for a in arcs
                if over.head[found].tolist().count(last_copy(problem, phases, a))
            )
            within = problem.cost[arcs].sum() <= problem.budget and not rule_errors(problem, arcs)
            expected = bool(within) and not errors_of(problem, phases, arcs.tolist(), bought.tolist())
            assert (over.cost[found].sum() <= over.budget and not rule_errors(over, found)) == expected
            kept, broken = kept + expected, broken + (not expected)
    assert broken > 50
    assert kept > 0


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_amounts_whose_sums_are_not_exact_any_more_are_told_in_coarser_units(seed):
    """The same problem in smaller units of money: plans that keep the limits still do, and limits are hardly looser."""
    rng = np.random.default_rng(seed)
    problem, phases = draw(seed)
    phases = replace(phases, lump=np.full(problem.n_arcs, FREE, np.int32), limit=phases.limit + 30)
    opex = Limit("opex", rng.integers(1, 30, problem.n_arcs), 40)
    problem = replace(problem, rules=Rules(limits=(opex,)), budget=min(problem.budget, 150))
    plain = unroll(problem, phases).problem
    sums = [problem.cost.sum(), phases.capex.sum(), phases.opex.sum(), opex.cost.sum()]
    times = int(0.9 * MAX_MONEY / max(sums))
    large = replace(phases, capex=times * phases.capex, opex=times * phases.opex, limit=times * phases.limit)
    opex = replace(opex, cost=times * opex.cost, most=times * opex.most)
    whole = unroll(
        replace(problem, cost=times * problem.cost, budget=times * problem.budget, rules=Rules(limits=(opex,))), large
    )
    over = whole.problem
    for limit, known in zip(over.rules.limits, plain.rules.limits, strict=True):
        assert limit.name == known.name
        if limit.name.startswith("new"):
            assert (limit.cost.tolist(), limit.most) == (known.cost.tolist(), known.most)
        elif known.most:
            assert np.minimum(limit.cost / limit.most, 1.0) == pytest.approx(
                np.minimum(known.cost / known.most, 1.0), abs=1e-9
            )
    if plain.budget:
        assert np.minimum(over.cost / over.budget, 1.0) == pytest.approx(
            np.minimum(plain.cost / plain.budget, 1.0), abs=1e-9
        )
    for arcs, bought in with_years(problem, phases, rng, 20):
        found = whole.over_years(problem, arcs, bought)
        within = plain.cost[found].sum() <= plain.budget and not rule_errors(plain, found)
        if within:
            assert over.cost[found].sum() <= over.budget
            assert rule_errors(over, found) == []


def last_copy(problem, phases, a):
    return 1 + (int(problem.head[a]) - 1) * len(phases) + len(phases) - 1


def test_copies_have_their_place_and_parallel_numbers():
    problem = make_problem(
        3, [(0, 1, 10, 5.0), (1, 2, 4, 7.0)], prize=[0, 0, 6], demand=[0, 1, 2], place=[7, 1, 2], budget=MAX_MONEY
    )
    phases = Phases(
        np.array([8, 3]), np.array([1, 2]), np.array([20, 5]), np.array([False, False]), 2, np.array([1.0, 0.25]),
        np.array([False, False, True]), np.array([1, FREE]), np.full(2, FREE, np.int32),
    )  # fmt: skip
    over = unroll(problem, phases).problem
    assert over.n_nodes == 5
    assert list(zip(over.tail.tolist(), over.head.tolist(), strict=True)) == [
        (0, 1),
        (1, 3),
        (0, 2),
        (2, 4),
        (1, 2),
        (3, 4),
    ]
    assert over.place.tolist() == [7, 1, 1, 2, 2]
    assert over.prize.tolist() == [0, 0, 0, 4.5, 1.5]
    assert over.demand.tolist() == [0, 0, 1, 0, 2]
    assert over.capacity[:4].tolist() == [5, 7, 5, 7]
    assert np.isinf(over.capacity[4:]).all()
    # cash of the last phase is the budget: operation of what was bought before, purchase and operation of what is new
    assert (over.cost.tolist(), over.budget) == ([1, 2, 6, 5, 0, 0], 5)
    assert [(limit.name, limit.cost.tolist(), limit.most) for limit in over.rules.limits] == [
        ("phase 0", [9, 5, 0, 0, 0, 0], 20),
        ("new 0", [0, 1, 0, 0, 0, 0], 1),
    ]


@pytest.mark.parametrize("seed", range(60))
def test_cash_and_what_is_left_of_it(seed):
    rng = np.random.default_rng(seed)
    m, t = 6, int(rng.integers(1, 6))
    phases = Phases(
        capex=rng.integers(0, 40, m), opex=rng.integers(0, 9, m), limit=rng.integers(0, 60, t),
        carries=rng.random(t) < 0.6, paid_years=int(rng.integers(0, 5)),
        weight=np.sort(rng.random(t) + 0.1)[::-1].copy(),
        counted=np.zeros(1, np.bool_), most_new=np.full(t, FREE), lump=np.full(m, FREE, np.int32),
    )  # fmt: skip
    arcs = np.flatnonzero(rng.random(m) < 0.7).astype(np.int32)
    bought = rng.integers(0, t, arcs.size)
    cash = phases.cash(arcs, bought)
    assert cash.tolist() == cash_by_hand(phases, arcs.tolist(), bought.tolist())
    left, kept, begins = 0, True, 0
    for phase in range(t):
        begins = begins if phase and phases.carries[phase - 1] else phase
        assert phases.starts[phase] == begins
        window = range(begins, phase + 1)
        assert phases.money(phase) == sum(int(phases.limit[i]) for i in window)
        for first in range(t):
            years = range(first, first + phases.paid_years)
            assert phases.purchases_in(first, phase) == (first in window)
            assert phases.years_in(first, phase) == len(set(years) & set(window))
        left = (left if phase and phases.carries[phase - 1] else 0) + int(phases.limit[phase]) - int(cash[phase])
        kept &= left >= 0
    assert phases.keeps_limits(cash) == kept
    assert [phases.steps[i:].sum() for i in range(t)] == pytest.approx(phases.weight.tolist())


def one_arc(**changes):
    phases = Phases(
        np.array([10]), np.array([0]), np.array([6, 6]), np.array([True, True]), 0, np.array([1.0, 0.5]),
        np.array([False, True]), np.array([FREE, FREE]), np.array([FREE], np.int32),
    )  # fmt: skip
    return replace(phases, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"limit": np.array([0, 0])},
        {"weight": np.array([1.0, 1.0])},
        {"begun": (np.array([0], np.int32),), "reached_first": np.array([1, 0], np.int32)},
        {"most_new": np.array([0, 5])},
    ],
)
def test_phases_just_inside_their_range_are_taken(changes):
    one_arc(**changes).check(make_problem(2, [(0, 1, 10, np.inf)], prize=[0, 1], budget=5))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"capex": np.array([-1])}, "capex"),
        ({"opex": np.array([-1])}, "opex"),
        ({"opex": np.array([1, 1])}, "opex"),
        ({"limit": np.array([-1, 6])}, "limit ≥ 0"),
        ({"limit": np.empty(0, np.int64)}, "at least one"),
        ({"paid_years": -1}, "paid_years"),
        ({"weight": np.array([1.0, 0.0])}, "never rise"),
        ({"weight": np.array([0.5, 0.6])}, "never rise"),
        ({"carries": np.array([True])}, "one length"),
        ({"weight": np.array([1.0])}, "one length"),
        ({"most_new": np.array([1])}, "one length"),
        ({"lump": np.zeros(2, np.int32)}, "lump, counted"),
        ({"counted": np.zeros(1, np.bool_)}, "lump, counted"),
        ({"begun": (np.array([1], np.int32),)}, "begun"),
        ({"begun": (np.array([-1], np.int32),)}, "begun"),
        ({"begun": (np.array([0]),)}, "begun"),
        ({"reached_first": np.array([2], np.int32)}, "begun"),
        ({"counted": np.array([True, False])}, "left by no arc"),
    ],
)
def test_phases_just_outside_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        one_arc(**changes).check(make_problem(2, [(0, 1, 10, np.inf)], prize=[0, 1], budget=5))


@pytest.mark.parametrize(
    ("changes", "message"), [({"cost_weight": 0.1}, "cost_weight"), ({"prize": np.array([1.0, 1.0])}, "left by no arc")]
)
def test_problems_that_phases_do_not_take(changes, message):
    problem = make_problem(2, [(0, 1, 10, np.inf)], prize=[0, 1], budget=5)
    with pytest.raises(ValueError, match=message):
        one_arc().check(replace(problem, **changes))


def test_what_has_begun_stands_in_the_first_phase():
    arcs = [(0, 1, 1, np.inf), (0, 2, 1, np.inf), (0, 2, 2, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 1, 1], budget=9)
    phases = one_arc(begun=(np.array([1, 2], np.int32),), reached_first=np.array([1], np.int32))
    for plan, bought in itertools.product(([0, 1], [0, 2], [0], [1]), itertools.product((0, 1), repeat=2)):
        bought = bought[: len(plan)]  # noqa: PLW2901
        first = {a for a, phase in zip(plan, bought, strict=True) if phase == 0}
        expected = 0 in first and bool(first & {1, 2})
        assert phases.has_begun(problem, np.array(plan, np.int32), np.array(bought)) == expected
    assert math.isclose(phases.steps.sum(), 1.0)


def test_a_root_alone_with_a_prize_is_none_for_phases():
    nothing = np.empty(0, np.int64)
    phases = one_arc(capex=nothing, opex=nothing, lump=np.empty(0, np.int32), counted=np.zeros(1, np.bool_))
    phases.check(make_problem(1, [], prize=[0]))
    with pytest.raises(ValueError, match="left by no arc"):
        phases.check(make_problem(1, [], prize=[3]))
