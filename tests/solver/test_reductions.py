"""What is left out of a network is not missed: some best plan does without it."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem

from planner.solver.graph import build_graph
from planner.solver.reductions import MOST_SCANS, find_needed, find_opposites


def network(seed: int):
    """Return a small network with an arc each way, dear and cheap edges, prizes and root anywhere."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    edges = [(u, v, int(rng.integers(0, 9))) for v in range(n) for u in range(v) if rng.random() < 0.6]
    arcs = [(u, v, c, np.inf) for u, v, c in edges] + [(v, u, c, np.inf) for u, v, c in edges]
    prize = np.where(rng.random(n) < 0.6, rng.integers(0, 12, n), 0) * rng.choice([1.0, 0.61])
    weight = float(rng.choice([1.0, 0.5, 0.7]))
    return replace(make_problem(n, arcs, prize=prize, budget=10**6), cost_weight=weight)


def keep(problem, arcs):
    return replace(problem, **{part: getattr(problem, part)[arcs] for part in ("tail", "head", "cost", "capacity")})


@pytest.mark.parametrize("seed", range(250))
def test_the_best_plan_is_worth_as_much_without_the_rest(seed):
    problem = network(seed)
    graph = build_graph(problem, problem.budget)
    kept = graph.origin[find_needed(graph, problem.budget)]
    assert best_plan(keep(problem, kept))[0] == pytest.approx(best_plan(problem)[0], rel=1e-12)


def edges_left(arcs, prize, **changes):
    """Return the ends of the arcs of a network, given one way each, that are needed."""
    both = arcs + [(v, u, c, room) for u, v, c, room in arcs]
    problem = replace(make_problem(len(prize), both, prize=prize, budget=10**6), cost_weight=1.0)
    problem = replace(problem, **changes)
    graph = build_graph(problem, None)
    needed = find_needed(graph, problem.budget)
    return sorted({(min(u, v), max(u, v)) for u, v in zip(graph.tail[needed], graph.head[needed], strict=True)})


TRIANGLE = [(0, 1, 4, np.inf), (1, 2, 4, np.inf), (0, 2, 7, np.inf)]


def test_a_prize_on_the_way_round_pays_for_it():
    """Two pieces of 4 take the place of 7 where a prize of 1 lies between them."""
    assert edges_left(TRIANGLE, [0, 0, 9]) == [(0, 1), (0, 2), (1, 2)]
    assert edges_left(TRIANGLE, [0, 1, 9]) == [(0, 1), (1, 2)]


def test_a_prize_counts_once_on_a_walk():
    """The prize of node 3 pays for 4 on the way through 1, not again on a way back through it."""
    spur = [(0, 1, 4, np.inf), (1, 3, 1, np.inf), (1, 2, 4, np.inf), (0, 2, 5, np.inf)]
    assert (0, 2) not in edges_left(spur, [0, 0, 9, 5])  # 4 + 1, then 5 taken off, then 1 + 4
    assert (0, 2) in edges_left(spur, [0, 0, 9, 0])


def test_a_prize_is_not_earned_again_by_a_way_to_and_fro():
    """5 less the prize of 3, then 5, is more than 6; a turn by node 3 costs 2 and would earn 3 each time."""
    spur = [(0, 1, 5, np.inf), (1, 3, 1, np.inf), (1, 2, 5, np.inf), (0, 2, 6, np.inf)]
    assert (0, 2) in edges_left(spur, [0, 3, 0, 0])
    assert (0, 2) not in edges_left(spur, [0, 4, 0, 0])


def test_nothing_goes_where_something_else_counts():
    everything = [(0, 1), (0, 2), (1, 2)]
    prize = [0, 1, 9]
    assert edges_left(TRIANGLE, prize, cost_weight=0.0) == everything
    assert edges_left(TRIANGLE, prize, budget=18) == everything
    assert edges_left(TRIANGLE, prize, place=np.array([0, 1, 1], np.int32)) == everything
    tight = np.full(6, 1.0)
    assert edges_left(TRIANGLE, prize, capacity=tight, demand=np.array([0.0, 1.0, 1.0])) == everything


@pytest.mark.parametrize("seed", range(40))
def test_without_prizes_what_is_longer_than_a_way_round_goes_and_nothing_else(seed):
    """Shortest ways by Floyd's algorithm, without the edge itself; the root is in every plan and cuts a way in two."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 11))
    arcs = [
        (u, v, int(rng.integers(1, 10**6)), np.inf)
        for v in range(n)
        for u in range(v)
        if u + 1 == v or rng.random() < 0.7
    ]
    wanted = []
    for edge in arcs:
        length = np.full((n, n), np.inf)
        for u, v, cost, _room in arcs:
            if (u, v) != edge[:2]:
                length[u, v] = length[v, u] = cost
        for middle in range(n):
            length = np.minimum(length, length[:, middle : middle + 1] + length[middle])
        u, v = edge[:2]
        by_root = max(length[u, 0], length[0, v]) if u else np.inf
        if edge[2] < min(length[u, v], by_root):
            wanted.append(edge[:2])
    assert edges_left(arcs, [0] * n, budget=10**9) == sorted(wanted)


@pytest.mark.parametrize("seed", range(20))
def test_opposites_lead_back_at_the_same_cost(seed):
    problem = network(seed)
    graph = build_graph(problem, None)
    if graph.n_arcs == 0:
        assert find_opposites(graph) is None
        return
    opposite = find_opposites(graph)
    arcs = {(u, v): a for a, (u, v) in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), strict=True))}
    assert opposite.tolist() == [arcs[v, u] if u else -1 for u, v in arcs]


def test_an_arc_that_leads_back_at_another_cost_or_not_at_all_has_no_opposite():
    both = [(0, 1, 4, np.inf), (1, 0, 4, np.inf), (1, 2, 3, np.inf), (2, 1, 3, np.inf), (0, 2, 7, np.inf)]
    prize = [0, 5, 9]

    def opposites(arcs):
        return find_opposites(build_graph(make_problem(3, arcs, prize=prize), None))

    assert opposites(both) is not None
    assert opposites([(*arc[:2], 2, np.inf) if arc[:2] == (2, 1) else arc for arc in both]) is None
    for gone in ((1, 2), (2, 1)):
        assert opposites([arc for arc in both if arc[:2] != gone]) is None


@pytest.mark.parametrize(("prize", "goes"), [(1.69, False), (1.7, False), (1.71, True), (1.8, True)])
def test_prizes_are_rounded_down_to_units_of_cost(prize, goes):
    """20 and 17 take the place of 20 where a prize of 17 lies between; 17 at 0.1 are 1.7000000000000002 in floats."""
    assert 17 * 0.1 > 1.7
    line = [(1, 2, 20, np.inf), (2, 3, 17, np.inf), (1, 3, 20, np.inf), (0, 1, 50, np.inf)]
    assert ((1, 3) not in edges_left(line, [0, 0, prize, 0], cost_weight=0.1)) == goes


def test_a_way_round_is_looked_for_among_so_many_arcs():
    """By the root, two pieces of 5 take the place of 9; at one end is a crowd, nearer, with more arcs."""
    n_near = int(np.sqrt(MOST_SCANS)) + 10
    near = range(3, 3 + n_near)
    crowd = [(1, v, 1, np.inf) for v in near] + [(u, v, 1, np.inf) for v in near for u in near if u < v]
    way = [(1, 2, 9, np.inf), (0, 1, 5, np.inf), (0, 2, 5, np.inf)]
    assert (1, 2) not in edges_left(way, [0, 0, 0])
    few = [arc for arc in crowd if max(arc[:2]) < 3 + n_near // 4]
    assert (1, 2) not in edges_left(way + few, [0] * (3 + n_near // 4))
    assert (1, 2) in edges_left(way + crowd, [0] * (3 + n_near))
