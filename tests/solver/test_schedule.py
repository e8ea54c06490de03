"""The program of one tree: its rows against plain sums, its answers against all years."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, make_problem, rule_errors
from test_phases import draw, errors_of, worth
from test_unrolled import in_order, ruled

from planner.solver import FREE, Phases, Rules
from planner.solver.schedule import NEAR, NEVER, Schedule

MOST_ARCS = 5
"""Arcs of a tree of which all years are tried."""


def drawn(seed):
    """Return a problem with rules of every kind, phases and one of its larger trees."""
    rng = np.random.default_rng(seed)
    problem, phases = draw(seed)
    problem = replace(ruled(problem, rng), hops=None, hop_limit=None)
    problem = replace(problem, capacity=rng.choice([0.5, 1.0, 2.0, np.inf, np.inf], problem.n_arcs))
    anything = replace(problem, capacity=np.full(problem.n_arcs, np.inf))
    plans = sorted(
        (plan for plan in all_plans(anything) if len(plan) <= MOST_ARCS), key=lambda plan: (len(plan), sorted(plan))
    )
    plan = plans[-1 - int(rng.integers(0, min(len(plans), 4)))]
    node = int(problem.head[in_order(problem, plan)[-1]])
    if rng.random() < 0.3:
        group = np.flatnonzero(problem.head == node).astype(np.int32)
        phases = replace(phases, begun=(group,), reached_first=np.array([node], np.int32))
    return problem, phases, in_order(problem, plan)


def wrong(problem, phases, arcs, bought):
    """Return what a plan with its years breaks: the years, the rules, or what its arcs carry."""
    held = [a for a, phase in zip(arcs.tolist(), bought, strict=True) if phase != NEVER]
    years = [phase for phase in bought if phase != NEVER]
    errors = errors_of(problem, phases, held, years) + rule_errors(problem, held)
    tail = {int(problem.head[a]): int(problem.tail[a]) for a in held}
    load = dict.fromkeys(tail, 0.0)
    for v in tail:
        u = v
        while u != 0:
            if u not in tail:
                return ["loose"]
            load[u] += float(problem.demand[v])
            u = tail[u]
    entering = {int(problem.head[a]): a for a in held}
    errors += [f"arc {a}" for v, a in entering.items() if load[v] > problem.capacity[a]]
    if problem.cost[held].sum() > problem.budget:
        errors.append("budget")
    return errors


def every_schedule(count, arcs, problem):
    """Yield the phases of all arcs, `NEVER` for some, in which nothing comes before what carries it."""
    position = {int(problem.head[a]): row for row, a in enumerate(arcs.tolist())}
    above = [position.get(int(problem.tail[a])) for a in arcs.tolist()]
    for bought in itertools.product([*range(count), NEVER], repeat=arcs.size):
        when = [count if phase == NEVER else phase for phase in bought]
        if all(up is None or when[up] <= when[row] for row, up in enumerate(above)):
            yield bought


@pytest.mark.parametrize("seed", range(40))
def test_rows_are_kept_by_the_years_that_keep_the_limits(seed):
    problem, phases, arcs = drawn(seed)
    schedule = Schedule(problem, phases, arcs)
    rows = [*schedule.limits(), *schedule.floors(), *schedule.loads()]
    count = len(phases)
    tried = list(every_schedule(count, arcs, problem))
    rng = np.random.default_rng(seed)
    for bought in [tried[i] for i in rng.permutation(len(tried))[:150]]:
        x = np.array([phase != NEVER and phase <= now for phase in bought for now in range(count)], float)
        kept = all(row.factor @ x[row.column] <= row.most + 1e-9 for row in rows)
        errors = wrong(problem, phases, arcs, bought)
        assert schedule.keeps(np.array(bought)) == (not [each for each in errors if "lump" not in each])
        if not errors:
            assert kept
        outside = ("lump", "begun", "not reached", "missing", "held", "entered", "forbidden", "ports")
        if kept:
            assert not [each for each in errors if not any(word in each for word in outside)]


@pytest.mark.parametrize("seed", range(40))
def test_answers_against_all_years(seed):
    problem, phases, arcs = drawn(seed)
    problem = replace(
        problem,
        rules=replace(
            problem.rules, excluded=problem.rules.excluded[:0], forbidden=problem.rules.forbidden[:0], ports=None
        ),
    )
    schedule = Schedule(problem, phases, arcs)
    best = None
    for bought in every_schedule(len(phases), arcs, problem):
        if not wrong(problem, phases, arcs, bought) and ends_in_use(problem, arcs, bought):
            pairs = [(a, phase) for a, phase in zip(arcs.tolist(), bought, strict=True) if phase != NEVER]
            value = worth(problem, phases, [a for a, _ in pairs], [phase for _, phase in pairs])
            best = value if best is None else max(best, value)
    found = schedule.solve(20.0, lambda: False)
    assert (found is None) == (best is None)
    priced = schedule.prices()
    if found is None:
        return
    assert not wrong(problem, phases, arcs, found.tolist())
    held = found != NEVER
    value = worth(problem, phases, arcs[held], found[held])
    assert best * (1.0 - NEAR) - 1e-9 <= value <= best + 1e-9
    ceiling, limits, floors = priced
    assert ceiling >= best - 1e-6
    assert (limits >= 0.0).all()
    assert (floors >= 0.0).all()
    assert (limits.size, floors.size) == (len(schedule.limits()), len(schedule.floors()))


def ends_in_use(problem, arcs, bought):
    """Whether, where arcs have to be held, each one that is bought ends at a prize or goes on."""
    if not problem.rules.held:
        return True
    held = [a for a, phase in zip(arcs.tolist(), bought, strict=True) if phase != NEVER]
    tails = set(problem.tail[held].tolist())
    return all(problem.prize[problem.head[a]] > 0 or int(problem.head[a]) in tails for a in held)


def test_prices_are_what_more_of_a_limit_brings():
    """Two offices for 10 each, worth 3 and 2, and 15 in one phase: half of the second one, 1/5 for each more."""
    phases = draw(0)[1]
    problem = make_problem(3, [(0, 1, 10, np.inf), (0, 2, 10, np.inf)], prize=[0, 3, 2], budget=2**52)
    phases = replace(
        phases, capex=np.array([10, 10]), opex=np.zeros(2, np.int64), limit=np.array([15]), carries=np.array([False]),
        paid_years=0, weight=np.ones(1), counted=problem.prize > 0, most_new=np.array([-1]),
        lump=np.full(2, -1, np.int32), begun=(), reached_first=np.empty(0, np.int32),
    )  # fmt: skip
    value, limits, floors = Schedule(problem, phases, np.array([0, 1], np.int32)).prices()
    assert value == pytest.approx(4.0)
    assert limits == pytest.approx([0.2])
    assert floors.size == 0
    assert Schedule(problem, phases, np.empty(0, np.int32)).prices() is None


def star(limit, weight, **changes):
    """Return the program of three arcs out of the root, each to an office, worth 3, 2 and 1."""
    arcs = [(0, v, 4, np.inf) for v in (1, 2, 3)]
    problem = make_problem(4, arcs, prize=[0, 3, 2, 1], budget=2**52)
    t = len(limit)
    phases = Phases(
        np.full(3, 4), np.zeros(3, np.int64), np.array(limit), np.zeros(t, np.bool_), 0, np.array(weight, float),
        problem.prize > 0, np.full(t, FREE), np.full(3, FREE, np.int32),
    )  # fmt: skip
    return Schedule(problem, replace(phases, **changes), np.arange(3, dtype=np.int32))


def solved(schedule):
    found = schedule.solve(20.0, lambda: False)
    return None if found is None else found.tolist()


@pytest.mark.parametrize("most_new", list(itertools.product([FREE, 0, 1, 2], repeat=3)))
def test_so_many_new_offices_a_phase(most_new):
    schedule = star([99, 99, 99], [1.0, 0.8, 0.5], most_new=np.array(most_new))
    rows = schedule.limits()[3:]
    for bought in itertools.product([0, 1, 2, NEVER], repeat=3):
        x = np.array([phase != NEVER and phase <= now for phase in bought for now in range(3)], float)
        few = all(most == FREE or bought.count(phase) <= most for phase, most in enumerate(most_new))
        assert all(row.factor @ x[row.column] <= row.most for row in rows) == few
        assert schedule.keeps(np.array(bought)) == few


@pytest.mark.parametrize(
    ("lump", "weight", "bought"),
    [
        ([FREE, FREE, FREE], [1.0, 0.9], [0, 1, 1]),
        ([5, 5, FREE], [1.0, 0.9], [1, 1, 0]),  # 0.9 · 5 + 1
        ([5, FREE, 5], [1.0, 0.5], [0, 1, NEVER]),  # 3 + 0.5 · 2, where both at once are 0.5 · 4 + 2
        ([5, 5, 5], [1.0, 0.9], [1, 1, NEVER]),
        ([5, 5, 5], [1.0, 0.5], [0, NEVER, NEVER]),
        ([5, 5, 6], [1.0, 0.9], [1, 1, 0]),
    ],
)
def test_arcs_of_a_lump_are_bought_at_once_or_not_at_all(lump, weight, bought):
    """Money for one arc in the first phase, for two in the next."""
    schedule = star([4, 8], weight, lump=np.array(lump, np.int32))
    found = solved(schedule)
    worths = [3.0, 2.0, 1.0]

    def worth_of(phases):
        return sum(w * weight[phase] for w, phase in zip(worths, phases, strict=True) if phase != NEVER)

    assert worth_of(found) == pytest.approx(worth_of(bought), rel=NEAR)
    together = {}
    for number, phase in zip(lump, found, strict=True):
        if number != FREE and phase != NEVER:
            together.setdefault(number, set()).add(phase)
    assert all(len(phases) == 1 for phases in together.values())


@pytest.mark.parametrize(
    ("prize", "counted", "bought"),
    [
        ([0, 0, 0], [False, False], None),  # held for nothing
        ([0, 0, 5], [False, False], [0, 0]),  # goes on
        ([0, 0.5, 0], [False, False], [0, NEVER]),
        ([0, 0, 0], [True, False], [0, NEVER]),
        ([0, 0, 0], [False, True], [0, 0]),
    ],
)
def test_what_is_held_is_in_use(prize, counted, bought):
    """Root → 1 → 2, the first arc to be held: at a prize, at a counted node, or before one."""
    problem = make_problem(3, [(0, 1, 4, np.inf), (1, 2, 4, np.inf)], prize=prize, budget=2**52)
    problem = replace(problem, rules=Rules(held=(np.array([0], np.int32),)))
    phases = Phases(
        np.full(2, 4), np.zeros(2, np.int64), np.array([8]), np.zeros(1, np.bool_), 0, np.ones(1),
        np.array([False, *counted]), np.array([FREE]), np.full(2, FREE, np.int32),
    )  # fmt: skip
    found = solved(Schedule(problem, phases, np.arange(2, dtype=np.int32)))
    if bought is None:
        assert found is None
    else:
        assert found[0] == 0
        assert bought[1] == NEVER or found[1] == 0


def test_what_is_required_but_not_in_the_tree_has_no_schedule():
    schedule = star([12], [1.0])
    problem = replace(schedule.problem, rules=Rules(required=np.array([0, 3], np.int32)))
    assert solved(Schedule(problem, schedule.phases, schedule.arcs)) == [0, 0, 0]
    assert solved(Schedule(problem, schedule.phases, schedule.arcs[:2])) is None
    first = replace(schedule.phases, reached_first=np.array([3], np.int32))
    assert solved(Schedule(schedule.problem, first, schedule.arcs[:2])) is None


def test_prices_of_two_phases():
    """Four cents each for 3, 2 and 1, the second year at half: 6 cents take 1½ offices, 5 more another 1¼.

    A cent more in the second phase is a quarter of 1 at half; in the first one, of 2 at half, and a cent more left.
    """
    value, limits, _floors = star([6, 5], [1.0, 0.5]).prices()
    assert value == pytest.approx(3 + 2 / 2 + (2 / 2 + 3 / 4) / 2)
    assert limits == pytest.approx([1 / 8, 1 / 4 + 1 / 8])


def test_half_of_what_carries_carries_half():
    """Root → 1 → 2 at 4 each, the prize of 10 at the end, and money for one: half of both."""
    problem = make_problem(3, [(0, 1, 4, np.inf), (1, 2, 4, np.inf)], prize=[0, 0, 10], budget=2**52)
    phases = star([4], [1.0]).phases
    phases = replace(
        phases,
        capex=np.full(2, 4),
        opex=np.zeros(2, np.int64),
        lump=np.full(2, FREE, np.int32),
        counted=problem.prize > 0,
    )
    value, limits, _floors = Schedule(problem, phases, np.arange(2, dtype=np.int32)).prices()
    assert (value, limits.tolist()) == (pytest.approx(5.0), pytest.approx([1.25]))
