"""All prizes at once: found at the least money that buys them, and excluded at a cent less."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import (
    best_plan,
    least_cost_of_all,
    make_problem,
    plan_errors,
    plan_value,
    random_graph,
    random_mesh,
    with_hops,
)

from planner.solver import Status, compile_kernels, solve
from planner.solver.everything import Everything, collects_only
from planner.solver.search import Search

MAKERS = {
    "graph": random_graph,
    "graph with hops": lambda rng: with_hops(random_graph(rng), rng),
    "mesh": random_mesh,
}
TURNS = 30


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


def affordable(name, seed):
    """Return a problem without capacities that collects all that can be reached, and the least money for it."""
    problem = MAKERS[name](np.random.default_rng(seed))
    problem = replace(problem, capacity=np.full(problem.n_arcs, np.inf), budget=10**9)
    _value, arcs = best_plan(problem)
    reached = np.unique(problem.head[list(arcs)]) if arcs else np.empty(0, np.int64)
    prize = np.where(np.isin(np.arange(problem.n_nodes), [0, *reached]), problem.prize, 0.0)
    problem = replace(problem, prize=prize)
    return problem, least_cost_of_all(problem, np.flatnonzero(prize[1:] > 0.0) + 1)


@pytest.mark.parametrize("name", MAKERS)
def test_the_last_cent_decides(name):
    """The search itself begins with no more than a ceiling: what is found and excluded is found and excluded here."""
    decided = 0
    for seed in range(60):
        problem, least = affordable(name, seed)
        if not least:
            continue
        for budget, fits in ((least, True), (least - 1, False)):
            asked = replace(problem, budget=budget)
            search = Search(asked, 0, 600.0, None, None)
            search.find_price()
            if search.bound < search.total or search.total < problem.prize.sum():
                assert not fits, (name, seed)
                continue
            search.note_plan(search.graph, search.tree)
            everything = Everything(search)
            turns = 0
            while search.bound == search.total > search.value and turns < TURNS:
                assert everything()
                turns += 1
            where = (name, seed, budget)
            assert (search.value == search.total) == fits, where
            assert (search.bound == search.total) == fits, where
            if fits:
                assert plan_errors(asked, search.plan) == [], where
                assert plan_value(asked, search.plan) == pytest.approx(search.value)
            else:
                assert search.bound >= best_plan(asked)[0] - 1e-9, where
            decided += 1
    assert decided >= 20


def test_only_what_is_asked_for_prizes_alone_is_taken_for_it():
    free = make_problem(3, [(0, 1, 5, np.inf), (1, 2, 5, np.inf)], prize=[0, 3, 4], demand=[0, 1.0, 1.0], budget=20)
    assert collects_only(Search(free, 0, 600.0, None, None))
    narrow = replace(free, capacity=np.array([1.5, 1.5]))
    assert not collects_only(Search(narrow, 0, 600.0, None, None))
    assert not collects_only(Search(replace(free, cost_weight=1.0), 0, 600.0, None, None))


def test_a_budget_that_buys_all_ends_proven():
    for seed in range(20):
        problem, least = affordable("mesh", seed)
        if least:
            result = solve(replace(problem, budget=least), gap=0.0, time_limit_s=600.0)
            assert (result.status, result.value) == (Status.OPTIMAL, pytest.approx(problem.prize.sum()))
