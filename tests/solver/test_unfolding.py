"""Layers by themselves: paths of the layered graph are those within the hop limit, found here by plain recursion."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import best_plan, make_problem, random_mesh, random_towns, with_hops

from planner.solver.graph import assemble, build_graph
from planner.solver.layers import COLLECTING, binding_limit, enters_once, find_plan, plan_of_tree, span, unfold
from planner.solver.tree import tree_of_arcs

MAKERS = {"mesh": random_mesh, "towns": lambda rng: with_hops(random_towns(rng), rng)}


def case(name, seed):
    """Return a problem under a hop limit, with hops of nought to two, and all its arcs."""
    rng = np.random.default_rng(seed)
    problem = MAKERS[name](rng)
    if name == "mesh":
        problem = replace(problem, hops=rng.integers(0, 3, problem.n_arcs).astype(np.int8))
    return problem, np.arange(problem.n_arcs, dtype=np.int32)


def least_costs(n, arcs, limit):
    """Return the least cost of a way to each node within so many hops; arcs are (tail, head, cost, hops)."""
    best = np.full((limit + 1, n), np.inf)
    best[:, 0] = 0.0
    for _round in range(n * (limit + 1)):
        for u, v, cost, hops in arcs:
            for h in range(hops, limit + 1):
                best[h, v] = min(best[h, v], best[h - hops, u] + cost)
    return best[limit]


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", range(25))
def test_ways_in_layers_are_those_within_the_limit(name, seed):
    problem, arcs = case(name, seed)
    limit = problem.hop_limit
    unfolded = unfold(problem, arcs, limit)
    table = list(zip(problem.tail, problem.head, problem.cost, problem.hops, strict=True))
    wanted = least_costs(problem.n_nodes, table, limit)
    bare = [(u, v, c, 0) for u, v, c in zip(unfolded.tail, unfolded.head, unfolded.cost, strict=True)]
    found = least_costs(unfolded.node.size, bare, 0)
    for v in np.flatnonzero(problem.prize > 0):
        holders = np.flatnonzero((unfolded.node == v) & (unfolded.prize > 0))
        assert holders.size == np.isfinite(wanted[v])
        assert unfolded.prize[holders].sum() == (problem.prize[v] if holders.size else 0)
        if holders.size:
            assert found[holders[0]] == wanted[v]
    own = unfolded.origin != COLLECTING
    origin = unfolded.origin[own]
    assert unfolded.node[0] == unfolded.layer[0] == 0
    assert (unfolded.node[unfolded.tail[own]] == problem.tail[origin]).all()
    assert (unfolded.node[unfolded.head[own]] == problem.head[origin]).all()
    assert (unfolded.node[unfolded.tail[~own]] == unfolded.node[unfolded.head[~own]]).all()
    assert not unfolded.cost[~own].any()
    assert np.isinf(unfolded.capacity[~own]).all()
    assert (unfolded.place == problem.place[unfolded.node]).all()
    assert (unfolded.layer >= 0).all()
    assert (unfolded.layer <= limit).all()
    leads = np.isin(unfolded.node, problem.tail)
    step = (unfolded.layer[unfolded.head] - unfolded.layer[unfolded.tail])[own]
    assert (step == problem.hops[origin])[leads[unfolded.head[own]]].all()
    for v in np.unique(unfolded.node):
        copies = np.flatnonzero(unfolded.node == v)
        gathers = copies.size > 1 and problem.prize[v] > 0
        drawing = copies[:-1] if gathers else copies
        assert (unfolded.demand[drawing] == problem.demand[v]).all()
        if gathers:
            assert unfolded.demand[copies[-1]] == 0
            assert sorted(unfolded.tail[unfolded.head == copies[-1]]) == drawing.tolist()


@pytest.mark.parametrize(("room", "kept"), [(3.0, np.inf), (2.9, 2.9)])
def test_room_for_all_that_can_be_reached_is_room_without_end(room, kept):
    """Nodes 1 and 2 draw 3 together; node 3 lies beyond the limit."""
    arcs = [(0, 1, 1, room), (1, 2, 1, np.inf), (2, 3, 1, np.inf)]
    demand = [0, 1, 2, 4]
    problem = make_problem(4, arcs, prize=[0, 1, 1, 1], demand=demand, hops=[1, 1, 1], hop_limit=2)
    unfolded = unfold(problem, np.arange(3, dtype=np.int32), 2)
    assert unfolded.capacity[unfolded.origin == 0].tolist() == [kept]
    assert 3 not in unfolded.node


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("seed", range(15))
def test_layers_of_use_lie_between_the_way_there_and_the_way_on(name, seed):
    problem, arcs = case(name, seed)
    limit, n = problem.hop_limit, problem.n_nodes
    steps = list(zip(problem.tail, problem.head, problem.hops.astype(int), strict=True))
    there = np.array([least_costs(n, [(u, v, h, 0) for u, v, h in steps], 0)]).ravel()
    on = np.where(problem.prize > 0, 0.0, np.inf)
    for _round in range(n):
        for u, v, h in steps:
            on[u] = min(on[u], h + on[v])
    first, last = span(problem, arcs, problem.hops.astype(np.int64), limit)
    for v in range(1, n):
        if there[v] + on[v] <= limit:
            assert (first[v], last[v]) == (there[v], limit - on[v])
        else:
            assert last[v] < first[v]
    assert (first[0], last[0]) == (0, 0)


LINE = [(0, 1, 5, np.inf), (1, 2, 4, np.inf), (2, 3, 6, np.inf), (3, 4, 9, np.inf)]


@pytest.mark.parametrize(
    ("budget", "most"),
    # by cost a hop: 2 for 4, then 1 for 5, then 1 for 6; the last one counts nothing
    [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (8, 2), (9, 3), (14, 3), (15, 4), (99, 4), (None, 4)],
)
def test_hops_that_can_be_bought(budget, most):
    problem = make_problem(5, LINE, prize=[0, 0, 0, 0, 1], hops=[1, 2, 1, 0], hop_limit=0)
    arcs = np.arange(4, dtype=np.int32)
    for limit in range(6):
        found = binding_limit(replace(problem, hop_limit=limit), arcs, budget)
        assert found == (limit if most > limit else None)
    assert binding_limit(replace(problem, hop_limit=None), arcs, budget) is None
    assert binding_limit(replace(problem, hop_limit=0), arcs[:0], budget) is None


def test_places_are_entered_once_from_outside_and_nodes_inside_each():
    """Nodes 1, 2 and 3 are one place: of the arcs into it one counts, and the two inside count each."""
    arcs = [(0, 1, 1, np.inf), (0, 2, 1, np.inf), (1, 2, 1, np.inf), (2, 3, 1, np.inf)]
    problem = make_problem(4, arcs, prize=[0, 0, 0, 1], place=[0, 1, 1, 1], hops=[2, 3, 1, 1], hop_limit=4)
    everything = np.arange(4, dtype=np.int32)
    assert binding_limit(problem, everything, None) == 4
    assert binding_limit(replace(problem, hop_limit=5), everything, None) is None


def hanging(problem, plan):
    """Return the arcs of a plan on whose ways a prize lies."""
    above = {int(problem.head[a]): a for a in plan}
    used = set()
    for v in np.flatnonzero(problem.prize > 0):
        while (a := above.get(int(v))) is not None and a not in used:
            used.add(int(a))
            v = problem.tail[a]  # noqa: PLW2901 - up to the root
    return used


@pytest.mark.parametrize("seed", range(40))
def test_a_plan_goes_into_layers_and_comes_back(seed):
    problem = random_mesh(np.random.default_rng(seed))
    graph = build_graph(problem, problem.budget)
    _value, plan = best_plan(problem)
    plan = np.array(sorted(hanging(problem, plan)), np.int32)
    held = find_plan(problem, graph, plan)
    assert enters_once(graph, held)
    tree = tree_of_arcs(graph, held)
    back = plan_of_tree(problem, graph, tree)
    assert sorted(back) == plan.tolist()
    entered = {0}
    for a in back:
        assert problem.tail[a] in entered, "parents before children"
        entered.add(int(problem.head[a]))


def test_two_copies_of_a_node_are_told():
    problem = random_mesh(np.random.default_rng(3))
    problem = replace(problem, hop_limit=3, budget=10**6)
    graph = build_graph(problem, None)
    own = np.flatnonzero(graph.origin >= 0).astype(np.int32)
    node = graph.node[graph.head[own]]
    for a in range(own.size):
        for b in range(a):
            assert enters_once(graph, own[[a, b]]) == (node[a] != node[b])
    collecting = np.flatnonzero(graph.origin < 0).astype(np.int32)
    assert enters_once(graph, np.r_[collecting, collecting])


@pytest.mark.parametrize(("room", "enough"), [(2.0, True), (1.9, False)])
def test_of_two_copies_the_one_of_fewer_hops_serves_what_hangs_from_both(room, enough):
    """Node 2 is entered from 1 at no hop, and by 3, in their place, at one; 4 hangs from one copy, 5 from the other."""
    arcs = [(0, 1, 1, 9), (1, 2, 1, room), (1, 3, 1, 9), (3, 2, 1, 9), (2, 4, 1, 9), (2, 5, 1, 9)]
    problem = make_problem(
        6, arcs, prize=[0, 0, 0, 0, 1, 1], demand=[0, 0, 0, 0, 1, 1], place=[0, 1, 1, 1, 2, 3],
        hops=[1, 0, 1, 0, 1, 1], hop_limit=3, budget=100,
    )  # fmt: skip
    graph = assemble(*unfold(problem, np.arange(6, dtype=np.int32), 3), problem.cost_weight)
    wanted = {(0, 1): 0, (1, 2): 1, (1, 3): 1, (3, 2): 2, (2, 4): 1, (2, 5): 2}  # layers of the tails
    ends = [(int(problem.tail[o]), int(problem.head[o])) for o in graph.origin]
    held = [a for a in range(graph.n_arcs) if graph.layer[graph.tail[a]] == wanted[ends[a]]]
    assert len(held) == 6
    assert not enters_once(graph, np.array(held, np.int32))
    plan = plan_of_tree(problem, graph, tree_of_arcs(graph, np.array(held, np.int32)))
    if not enough:
        assert plan is None
        return
    assert plan[:2].tolist() == [0, 1]
    assert sorted(plan[2:]) == [4, 5]
