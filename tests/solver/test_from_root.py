"""What the root's linear program says of plans is true of every plan, and the search that starts from it ends right."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import all_plans, best_plan, plan_value, random_graph, random_towns
from pyscipopt import SCIP_PARAMSETTING, SCIP_RESULT

from planner.solver import Status, exact, from_root, search, solve
from planner.solver import branch_and_cut as module
from planner.solver.branching import Decided
from planner.solver.exact import Finish
from planner.solver.follow import Follower
from planner.solver.graph import build_graph
from planner.solver.layers import find_plan
from planner.solver.search import Search

MAKERS = {"graph": random_graph, "towns": random_towns}
optimize = module.optimize
MOST_ARCS = 14
"""Arcs of a problem whose plans are all enumerated."""


def free_of_capacities(maker, seed):
    """Return a random problem whose arcs carry everything."""
    problem = maker(np.random.default_rng(seed))
    return replace(problem, capacity=np.full(problem.n_arcs, math.inf))


def relax(problem, floor):
    """Return the relaxation of a problem's graph, None where its root leaves nothing open."""
    seeking = Search(problem, 0, 600.0, None, None)
    graph = build_graph(problem, problem.budget)
    if not graph.n_arcs:
        return None
    part = Decided.nothing(graph)
    finish = Finish(seeking, 0.0)
    watch = replace(finish.watch(Follower(seeking, graph, 0.1), 1, lambda _ceiling: None), propose=lambda _value: None)
    searched = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "optimize", lambda connectivity, errors: searched.append(run(connectivity, errors)))
        cuts = exact.ascent_cuts(part, 0.1)
        module.branch_and_cut(graph, problem, floor, part.required, cuts, watch, relaxing=True)
    return searched[0].relaxation(floor) if searched else None


def run(connectivity, errors):
    """Let SCIP run, and return whom it asked."""
    optimize(connectivity, errors)
    return connectivity


@pytest.fixture
def _plain_root(monkeypatch):
    """Let SCIP accept nothing before the root's program is solved: what that says then holds for every plan."""

    def set_up(model, watch):
        plainly(model, watch)
        model.setHeuristics(SCIP_PARAMSETTING.OFF)

    plainly = module.set_up
    monkeypatch.setattr(module, "set_up", set_up)
    refused = {"result": SCIP_RESULT.INFEASIBLE}
    monkeypatch.setattr(module.Connectivity, "conscheck", lambda *_asked: refused)


@pytest.mark.usefixtures("_plain_root")
@pytest.mark.parametrize("name", MAKERS)
def test_no_plan_contradicts_reduced_costs_and_rows(name):
    looked_at = 0
    for seed in range(600):
        problem = free_of_capacities(MAKERS[name], 5_000 + seed)
        relaxation = relax(problem, -1.0) if problem.n_arcs <= MOST_ARCS else None
        if relaxation is None:
            continue
        in_graph = np.zeros(relaxation.graph.n_nodes)
        for plan in all_plans(problem):
            arcs = np.array(sorted(plan), np.int32)
            if problem.cost[arcs].sum() > problem.budget:
                continue
            held = find_plan(problem, relaxation.graph, arcs)
            if held.size != arcs.size:
                continue  # the graph leaves out what no useful plan holds
            value = plan_value(problem, plan)
            if not led_to_prizes(relaxation.graph, held):
                continue
            looked_at += 1
            assert value <= relaxation.ceiling - relaxation.reduced[held].sum() + 1e-6, (name, seed, plan)
            arc_value = np.zeros(relaxation.graph.n_arcs)
            arc_value[held] = 1.0
            in_graph[:] = 0.0
            in_graph[relaxation.graph.head[held]] = 1.0
            assert all(row.slack(arc_value, in_graph) >= -1e-9 for row in relaxation.rows), (name, seed, plan)
            above = relaxation.above(value)
            assert np.isin(relaxation.graph.number[held], above.graph.number).all(), (name, seed, plan)
            assert all(
                row.slack(*on_graph(above.graph, relaxation.graph.number[held])) >= -1e-9 for row in above.rows
            ), (name, seed, plan)
    assert looked_at > 250


@pytest.mark.usefixtures("_plain_root")
def test_reduced_costs_hold_where_arcs_are_in_every_plan():
    """With a plan known, SCIP lifts bounds: what all better plans hold costs them nothing."""
    looked_at = 0
    for seed in (*range(7_000, 7_120), 90_606):
        problem = free_of_capacities(random_towns, seed)
        optimum, best = best_plan(problem)
        for share in (0.5, 0.9):
            relaxation = relax(problem, float(math.floor(share * optimum)))
            if relaxation is None or optimum <= relaxation.floor:
                continue
            held = find_plan(problem, relaxation.graph, np.array(best, np.int32))
            if not led_to_prizes(relaxation.graph, held):
                continue
            looked_at += 1
            assert optimum <= relaxation.ceiling - relaxation.reduced[held].sum() + 1e-6, seed
            above = relaxation.above(optimum)
            assert np.isin(relaxation.graph.number[held], above.graph.number).all(), seed
    assert looked_at > 50


def led_to_prizes(graph, held):
    """Whether every end of a plan is a prize: other arcs lead nowhere."""
    ends = np.setdiff1d(graph.head[held], graph.tail[held])
    return bool((graph.prize[ends] > 0).all())


def on_graph(graph, numbers):
    """Return arc and node values of a plan on a smaller graph, by arc numbers."""
    arcs = np.isin(graph.number, numbers).astype(float)
    nodes = np.zeros(graph.n_nodes)
    nodes[graph.head[arcs > 0]] = 1.0
    return arcs, nodes


@pytest.mark.usefixtures("_plain_root")
def test_a_neighbourhood_holds_what_it_is_asked_to_hold():
    """Without arcs of its own it is the plan and nothing else."""
    relaxation = next(filter(None, (relax(free_of_capacities(random_towns, seed), -1.0) for seed in range(20))))
    held = np.arange(2, dtype=np.int32)
    near = relaxation.near(1, held)
    assert set(relaxation.graph.number[held]) <= set(near.graph.number)
    assert near.graph.n_arcs <= 2 + np.count_nonzero(relaxation.reduced == relaxation.reduced.min())


@pytest.mark.parametrize("name", MAKERS)
def test_whatever_the_first_neighbourhood_the_optimum_is_proven(name, monkeypatch):
    monkeypatch.setattr(search, "CHUNK_PER_ARC", 0)
    monkeypatch.setattr(search.Search, "plant", lambda _search: None)
    monkeypatch.setattr(exact, "SMALL", 0)
    for seed in range(60):
        monkeypatch.setattr(from_root, "FIRST_NEAR", 1 + seed % 7)
        monkeypatch.setattr(from_root, "FIRST_NODES", 2)
        problem = free_of_capacities(MAKERS[name], 6_000 + seed)
        result = solve(problem, gap=0.0, time_limit_s=600.0)
        optimum, _arcs = best_plan(problem)
        assert result.status is Status.OPTIMAL, (name, seed)
        assert result.value == pytest.approx(optimum, rel=2e-6), (name, seed)
