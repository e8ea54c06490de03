"""The sums of the tree that the local search stands at, against counting the whole tree anew."""

import numpy as np
import pytest
from oracles import make_problem, random_graph, random_towns

from planner.solver.counting import count_anew, put_back, set_up
from planner.solver.desk import Guide, new_desk
from planner.solver.dice import new_dice
from planner.solver.graph import build_graph
from planner.solver.grow import grow
from planner.solver.improve import draw_guide, drop_orphans, tear_out
from planner.solver.search import grow_everywhere
from planner.solver.standing import CLOSED, CONNECTED, new_round
from planner.solver.tree import OUTSIDE, preorder, prune


def narrow_ring(rng):
    """Places on a ring road with spurs of little room."""
    n = 41
    arcs = [(0, v, int(rng.integers(500, 900)), np.inf) for v in range(1, n, 15)]
    for u in range(1, n):
        arcs += [
            (u, v, int(rng.integers(10, 300)), float(q))
            for v in rng.integers(1, n, 4).tolist()
            if u != v
            for q in (20, 40)
        ]
    return make_problem(n, arcs, prize=rng.integers(0, 90, n), demand=rng.integers(0, 8, n), budget=4_000)


def counted(graph, parent, price, keep_price):
    """Return what is left of a tree at the price of keeping, its value and cost, and those of its best part."""
    kept, order = parent.copy(), preorder(parent, graph.tail)
    n = graph.n_nodes
    value, cost, _ = prune(graph, kept, order, order.size, keep_price, np.empty(n), np.empty(n))
    gained, spent = graph.prize.astype(float), np.zeros(n)
    for v in preorder(kept, graph.tail)[:0:-1]:
        worth, money = gained[v], spent[v] + graph.cost[kept[v]]
        if worth > price * money:
            gained[graph.tail[kept[v]]] += worth
            spent[graph.tail[kept[v]]] += money
    return kept, (value, cost, gained[0], spent[0])


def root_sums(desk):
    root = desk.standing.root
    return tuple(float(field[0]) for field in (root.value, root.cost, root.gained, root.spent))


def check_standing(graph, parent, desk, price, keep_price):
    """Compare lists, states and sums with the tree."""
    kept, sums = counted(graph, parent, price, keep_price)
    assert (kept == parent).all()  # what does not pay is cut, arcs fit what they carry
    assert root_sums(desk) == pytest.approx(sums, rel=1e-9, abs=1e-9)
    assert ((desk.state == CONNECTED) == (parent != OUTSIDE)).all()
    assert ((desk.state == CLOSED) == (parent == OUTSIDE)).all()
    listed = {}
    for u in range(graph.n_nodes):
        child, before = desk.first[u], -1
        while child >= 0:
            assert desk.preceding[child] == before
            listed[int(child)] = u
            child, before = desk.following[child], child
    assert listed == {int(v): int(graph.tail[parent[v]]) for v in np.flatnonzero(parent >= 0)}


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("make", [random_graph, random_towns, narrow_ring])
def test_the_sums_follow_every_round_and_its_undoing(make, seed):
    rng = np.random.default_rng(seed)
    problem = make(rng)
    graph = build_graph(problem, None)
    if graph.n_arcs == 0:
        return
    desk, dice = new_desk(graph), new_dice(seed)
    price = float(graph.prize.sum() / max(graph.cost.sum(), 1) * rng.uniform(0.5, 6.0))
    keep_price = price * rng.choice([1.0, 0.6])
    reduced = np.zeros(graph.n_arcs)
    parent = grow_everywhere(graph, desk, Guide(price, 0.3, reduced, 0.0, np.uint64(1), np.inf, 0.0, 1.0, 0.0))
    paying = counted(graph, parent, price, keep_price)[0]
    set_up(graph, parent, desk, price, keep_price)
    assert (parent == paying).all()
    check_standing(graph, parent, desk, price, keep_price)
    for turn in range(60):
        before, sums = parent.copy(), root_sums(desk)
        new_round(desk)
        extent = tear_out(graph, parent, desk, price, keep_price, 1 + turn % 4, dice)
        guide = draw_guide(price, reduced, dice)
        grow(graph, parent, desk, extent, guide._replace(salt=np.uint64(guide.salt)))
        drop_orphans(parent, desk, extent)
        paying = counted(graph, parent, price, keep_price)[0]
        count_anew(graph, parent, desk, extent.field, price, keep_price)
        assert (parent == paying).all()
        check_standing(graph, parent, desk, price, keep_price)
        if turn % 3:
            put_back(graph, parent, desk, price, keep_price)
            assert (parent == before).all()
            assert root_sums(desk) == pytest.approx(sums, rel=1e-9, abs=1e-9)
            check_standing(graph, parent, desk, price, keep_price)
