"""Ceilings of the root's program with capacity cuts are true of every plan, and sets grow as they should."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from oracles import (
    all_plans,
    best_plan,
    best_ruled_plan,
    make_problem,
    plan_value,
    random_graph,
    random_rules,
    random_towns,
)

from planner.solver import (
    Status,
    branching,
    compile_kernels,
    exact,
    from_rooms,
    root_program,
    solve,
)
from planner.solver.branching import Decided
from planner.solver.exact import Finish
from planner.solver.from_rooms import FromRooms
from planner.solver.graph import build_graph
from planner.solver.growing_sets import MOST_PLACES, grow_sets
from planner.solver.reduce import useful_within
from planner.solver.relaxation import cut_row, rows_of
from planner.solver.root_program import RootProgram
from planner.solver.search import Search

MAKERS = {"graph": random_graph, "towns": random_towns}
MOST_ARCS = 16
"""Arcs of a problem whose plans are all enumerated."""
MOST_RULED_ARCS = 26
"""The same where enumeration follows the rules."""


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(autouse=True)
def _past_tiny(monkeypatch):
    """Let the programs have their turns on graphs that branch and cut would search at once."""
    monkeypatch.setattr(exact, "TINY", 0)


def relaxed(problem):
    """Return the root's program of a problem, solved until no more cuts are found, without an arc left out."""
    graph = build_graph(problem, problem.budget)
    if not (graph.n_arcs and graph.capacitated):
        return None
    rooms = FromRooms(Finish(Search(problem, 0, 600.0, None, None), 0.0))
    program = rooms.program = RootProgram(graph, problem, np.arange(graph.n_arcs) % 3 == 0)
    rows = rows_of(branching.ascent_cuts(Decided.nothing(graph), 0.1))
    while rows:
        program.add(rows)
        assert program.solve(lambda: False)
        program.drop_idle()
        rows = rooms._find_rows()
    return program


@pytest.mark.parametrize("name", MAKERS)
def test_no_plan_is_worth_more_than_the_ceiling_less_the_reduced_costs_of_its_arcs(name):
    compared = tight = 0
    for seed in range(600):
        problem = MAKERS[name](np.random.default_rng(7_000 + seed))
        program = relaxed(problem) if problem.n_arcs <= MOST_ARCS else None
        if program is None:
            continue
        graph = program.graph
        number = {int(a): i for i, a in enumerate(graph.origin)}
        best = -math.inf
        for plan in all_plans(problem):
            arcs = [number[a] for a in plan if a in number]
            leaves = set(problem.head[list(plan)].tolist()) - set(problem.tail[list(plan)].tolist())
            useful = all(problem.prize[v] > 0 for v in leaves)
            if len(arcs) < len(plan) or not useful or problem.cost[list(plan)].sum() > problem.budget:
                continue
            value = plan_value(problem, plan)
            compared += 1
            best = max(best, value)
            assert value <= program.ceiling - program.reduced[arcs].sum() + 1e-6
            held = np.zeros(graph.n_arcs)
            held[arcs] = 1.0
            reached = np.bincount(graph.head, held, graph.n_nodes)
            assert all(row.slack(held, reached) >= -1e-9 for row in program.rows)
            assert useful_within(graph, program.reduced, program.ceiling, value - 1e-6)[arcs].all()
        tight += program.ceiling <= best + 1e-6 * max(best, 1.0)
    assert compared > 80
    assert tight > 5


def test_a_program_that_is_looked_away_from_goes_on_where_it_was(monkeypatch):
    compared = 0
    for seed in range(40):
        problem = random_towns(np.random.default_rng(8_000 + seed))
        whole = relaxed(problem)
        if whole is None:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(root_program, "SLICE", 0)
            patch.setattr(root_program, "FEWEST_STEPS", 2)
            compared += 1
            assert relaxed(problem).ceiling == pytest.approx(whole.ceiling, rel=1e-3)  # rounds end at some violation
    assert compared > 10


def test_a_ceiling_holds_whatever_the_multipliers():
    for seed in range(60):
        rng = np.random.default_rng(9_000 + seed)
        problem = random_towns(rng)
        program = relaxed(problem)
        if program is None:
            continue
        program._prove(rng.normal(0.0, 20.0, program.least.size) * (rng.random(program.least.size) < 0.3))
        assert program.ceiling >= best_plan(problem)[0] - 1e-9


def test_multipliers_that_are_no_numbers_prove_nothing():
    for seed in range(60):
        rng = np.random.default_rng(9_000 + seed)
        problem = random_towns(rng)
        program = relaxed(problem)
        if program is None:
            continue
        program._prove(rng.choice([math.nan, math.inf, -math.inf, 0.0], program.least.size))
        assert best_plan(problem)[0] - 1e-9 <= program.ceiling < math.inf


def test_rounding_of_multipliers_that_cancel_lowers_no_ceiling():
    """The degree row of an office and its cut have the same terms: prices of opposite signs leave little but rounding.

    Against the same sums of fractions.
    """
    arcs = [(0, 1, 7, math.inf), (0, 2, 3, math.inf), (2, 1, 2, math.inf)]
    problem = make_problem(3, arcs, prize=[0, 5, 4], budget=9)
    graph = build_graph(problem, problem.budget)
    into = np.flatnonzero(graph.head == 1).astype(np.int32)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        program = RootProgram(graph, problem, np.ones(graph.n_arcs, np.bool_))
        program.add([cut_row(into, np.array([1], np.int32))])
        large = 2.0 ** rng.integers(20, 45) * (1.0 + rng.random())
        price = np.zeros(program.least.size)
        price[0], price[-1] = large, -large + rng.random()
        price[1:-1] = rng.random(price.size - 2) / 100.0
        program._prove(price)
        columns = program.matrix.toarray().T.tolist()
        left = [
            Fraction(worth) - sum(Fraction(x) * Fraction(p) for x, p in zip(column, price.tolist(), strict=True))
            for worth, column in zip(program.worth.tolist(), columns, strict=True)
        ]
        side = np.where(price > 0.0, program.most, program.least).tolist()
        given = sum(Fraction(p) * Fraction(s) for p, s in zip(price.tolist(), side, strict=True) if p != 0.0)
        assert program.ceiling >= given + sum(max(each, Fraction(0)) for each in left)
        assert all(
            Fraction(r) <= max(-each, Fraction(0))
            for r, each in zip(program.reduced, left[: graph.n_arcs], strict=True)
        )


@pytest.mark.parametrize("name", MAKERS)
def test_ceilings_hold_under_rules_while_targets_rise(name, monkeypatch):
    """Three turns of one program, each after a better plan is known: the best one is left."""
    monkeypatch.setattr(from_rooms, "FIRST_ARCS", 2)
    monkeypatch.setattr(root_program, "ROWS_AGE", 0)
    compared = smaller = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        problem = MAKERS[name](rng)
        if problem.n_arcs > MOST_RULED_ARCS:
            continue
        problem = replace(problem, rules=random_rules(rng, problem), cost_weight=float(rng.choice([0.0, 0.5])))
        best, search = best_ruled_plan(problem), Search(problem, 0, 600.0, None, None)
        if best is None or not search.graph.capacitated or search.graph.layered:
            continue
        search.find_price()
        search.bound = search.total
        graph, rooms = search.graph, FromRooms(Finish(search, 0.0))
        for known in (None, best - 5.0, best - 1.0):
            search.expect_more_than(known)
            rooms.resting = False
            left = rooms.relax(graph, search.guide)
            assert search.bound >= best - 1e-9
            if left is not None and best >= left.floor:
                compared += 1
                above = left.above(best - 1e-6).graph
                smaller += above.n_arcs < graph.n_arcs
                gone = np.setdiff1d(np.arange(problem.n_arcs), above.origin).astype(np.int32)
                assert best_ruled_plan(only_without(problem, gone)) == pytest.approx(best)
    assert compared > 10
    assert smaller > 0


def only_without(problem, arcs):
    """Return a problem without some arcs."""
    forbidden = np.union1d(problem.rules.forbidden, arcs).astype(np.int32)
    return replace(problem, rules=replace(problem.rules, forbidden=forbidden))


def test_offices_split_over_two_hubs_need_a_hop_more():
    """Two hops of 100 that each carry half of three offices of 40: two of them fit on one, so that both are needed."""
    arcs = [(0, 1, 0, math.inf), (0, 2, 0, math.inf)]
    arcs += [(hub, 3, 10, 100.0) for hub in (1, 2)] + [(3, 4, 0, math.inf), (3, 5, 0, math.inf), (3, 6, 0, math.inf)]
    prize, demand = [0, 0, 0, 0, 9, 9, 9], [0, 0, 0, 0, 40.0, 40.0, 40.0]
    problem = make_problem(7, arcs, prize=prize, demand=demand, budget=20)
    result = solve(problem, gap=0.0)
    assert (result.status, result.value, result.bound) == (Status.OPTIMAL, 18.0, 18.0)


def test_sets_grow_by_what_connects_them():
    looked_at = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        graph = build_graph(random_graph(rng), None)
        if not graph.n_arcs:
            continue
        value = np.where(rng.random(graph.n_arcs) < 0.7, rng.random(graph.n_arcs), 0.0)
        used = np.flatnonzero(value).astype(np.int32)
        seeds = np.unique(graph.place[1:])
        start, nodes = grow_sets(graph, value, used, seeds)
        found = [frozenset(nodes[i:j].tolist()) for i, j in pairwise(start)]
        assert len(found) == len(set(found))
        assert set(found) == {each for seed_place in seeds for each in plainly_grown(graph, value, seed_place)}
        looked_at += len(found)
    assert looked_at > 200


def plainly_grown(graph, value, seed):
    """Return the sets that grow from a place, in plain Python."""
    place = graph.place.tolist()
    inside = [int(seed)]
    while True:
        yield frozenset(v for v in range(graph.n_nodes) if place[v] in inside)
        connection = {}
        for member in inside:  # sums in the order of the kernel: ties are broken by who came first
            for u, v, x in zip(graph.tail.tolist(), graph.head.tolist(), value.tolist(), strict=True):
                for p, q, root in ((place[u], place[v], u == 0), (place[v], place[u], u == 0)):
                    if p == member and q not in inside and x > 0 and not root and p != q:
                        connection[q] = connection.get(q, 0.0) + x
        if not connection or len(inside) == MOST_PLACES:
            return
        inside.append(max(connection, key=lambda q: connection[q]))
