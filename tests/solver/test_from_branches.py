"""Searches with the program of branches: the values of those without it, and what one program hands to the next."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from oracles import make_problem, random_hops

from planner.solver import Status, compile_kernels, exact, from_branches, packing, solve
from planner.solver.branches import lay_out
from planner.solver.from_branches import ROUNDS, at_rest, find_rows
from planner.solver.graph import build_graph
from planner.solver.packing import Packing
from planner.solver.relaxation import cut_row


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(autouse=True)
def _past_tiny(monkeypatch):
    """Let the programs have their turns on graphs that branch and cut would search at once."""
    monkeypatch.setattr(exact, "TINY", 0)


@pytest.mark.parametrize(
    ("most_loads", "near_arcs", "many_arcs"), [(3, 5_000, 60_000), (40, 5_000, 0), (40, 8, 60_000), (40, 8, 0)]
)
def test_searches_with_the_program_and_without_come_to_the_same_value(monkeypatch, most_loads, near_arcs, many_arcs):
    used = 0
    for seed in range(14):
        rng = np.random.default_rng(34_000 + seed)
        problem = random_hops(rng)
        problem = replace(problem, budget=int(rng.integers(10, 60)))
        with monkeypatch.context() as patch:
            patch.setattr(from_branches, "MOST_ARCS", 0)
            plain = solve(problem, gap=0.0)
        with monkeypatch.context() as patch:
            patch.setattr(from_branches, "lay_out", partial(lay_out, most_loads=most_loads))
            patch.setattr(from_branches, "NEAR_ARCS", near_arcs)
            patch.setattr(from_branches, "NEAR_PER_PRIZE", 0)
            patch.setattr(from_branches, "MANY_ARCS", many_arcs)
            patch.setattr(exact, "PATIENCE_PACKED", 0)
            patch.setattr(exact, "PATIENCE_SHARE", 0.0)
            begun = count_calls(patch, packing, "Packing")
            found = solve(problem, gap=0.0)
        used += bool(begun)
        assert found.cost <= problem.budget
        assert plain.status == found.status == Status.OPTIMAL
        assert found.value == pytest.approx(plain.value, rel=1e-6)
    assert used > 4


def test_what_hangs_from_an_arc_that_can_be_filled_after_all_is_not_put_together(monkeypatch):
    # Loads are told apart up to 2, so that the hop of 4 counts as the trunk's: two offices behind it, of three, fit.
    arcs = [(0, 1, 1, 4), (0, 1, 50, 9), *((1, k, 1, 2) for k in (2, 3, 4)), *((k, k + 3, 0, 2) for k in (2, 3, 4))]
    prize, demand = [0.0] * 5 + [5.0, 6.0, 7.0], [0.0] * 5 + [2.0, 2.0, 2.0]
    problem = make_problem(8, arcs, prize=prize, demand=demand, budget=10)
    monkeypatch.setattr(from_branches, "lay_out", partial(lay_out, most_loads=1))
    monkeypatch.setattr(exact, "PATIENCE_PACKED", 0)
    monkeypatch.setattr(exact, "PATIENCE_SHARE", 0.0)
    found = solve(problem, gap=0.0)
    assert (found.status, found.value, found.cost) == (Status.OPTIMAL, 13.0, 3)


def count_calls(patch, module, name):
    """Return a list that grows by one with each call."""
    called, original = [], getattr(module, name)

    def noted(*arguments, **named):
        called.append(name)
        return original(*arguments, **named)

    patch.setattr(module, name, noted)
    return called


def lowered(program):
    """Let all columns enter a program that are worth it, and add the directed cuts that its solution breaks."""
    while True:
        while program.look_for_branches(program.solve(lambda: False)):
            pass
        rows = find_rows(program)
        if not rows:
            return program
        program.cut(rows)


def test_rows_that_hold_the_ceiling_up_are_all_that_the_next_program_needs():
    compared = dropped = sold = 0
    for seed in range(160):
        rng = np.random.default_rng(35_000 + seed)
        problem = replace(random_hops(rng), budget=int(rng.integers(10, 60)))
        graph = build_graph(problem, problem.budget)
        branches = lay_out(graph) if graph.n_arcs else None
        if branches is None:
            continue
        program = lowered(Packing(graph, problem, branches))
        sold += program.spare.size
        assert np.unique(program.spare).size == program.spare.size
        if not program.rows:
            continue
        again = Packing(graph, problem, branches)
        again.cut([row for row, holds in zip(program.rows, program.holding, strict=True) if holds])
        while again.look_for_branches(again.solve(lambda: False)):
            pass
        assert again.value == pytest.approx(program.value, rel=1e-6)
        without = Packing(graph, problem, branches)
        while without.look_for_branches(without.solve(lambda: False)):
            pass
        compared += without.value > program.value * (1 + 1e-6)
        dropped += not program.holding.all()
    assert compared > 5
    assert dropped > 5
    assert sold > 5


def test_rows_that_were_added_since_the_last_solution_count_as_holding():
    arcs = [(0, 1, 1, np.inf), (1, 2, 1, 3), (2, 3, 0, np.inf), (2, 4, 0, np.inf)]
    problem = make_problem(5, arcs, prize=[0, 0, 0, 5, 6], demand=[0, 0, 0, 2, 2], budget=10)
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph))
    program.solve(lambda: False)
    entering = np.flatnonzero(graph.head == graph.head[graph.tail == 0][0]).astype(np.int32)
    program.cut([cut_row(entering, np.flatnonzero(graph.prize > 0)[:1].astype(np.int32))] * 2)
    assert program.holding.tolist() == [True, True]


def test_a_neighbourhood_without_a_better_plan_comes_to_rest():
    assert at_rest([math.inf, 5.0], 5.0)
    assert not at_rest([math.inf, 6.0], 5.0)
    assert at_rest([math.inf, *[8.0] * (ROUNDS + 1)], 5.0)
    assert not at_rest([math.inf, *[18.0 - k for k in range(ROUNDS + 1)]], 0.0)


def test_a_program_that_cannot_be_solved_leaves_what_is_proven(monkeypatch):
    def refuse(_packing, _stopped):
        raise RuntimeError("SCIP: error in LP solver!")

    rng = np.random.default_rng(34_001)
    problem = replace(random_hops(rng), budget=int(rng.integers(10, 60)))
    plain = solve(problem, gap=0.0)
    monkeypatch.setattr(exact, "PATIENCE_PACKED", 0)
    monkeypatch.setattr(exact, "PATIENCE_SHARE", 0.0)
    begun = count_calls(monkeypatch, packing, "Packing")
    monkeypatch.setattr(Packing, "solve", refuse)
    found = solve(problem, gap=0.0)
    assert begun
    assert (found.status, found.value) == (Status.OPTIMAL, pytest.approx(plain.value))
