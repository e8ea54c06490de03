"""Node sets for capacity cuts: branches of shortest paths and areas of strong arcs, against NetworkX."""

from itertools import pairwise

import networkx as nx
import numpy as np
from oracles import random_graph, random_towns

from planner.solver.graph import build_graph
from planner.solver.growing_sets import grow_sets
from planner.solver.room_sets import find_sets, join_ends, list_sets
from planner.solver.tree import list_children


def sets_of(start, nodes):
    return [frozenset(nodes[i:j].tolist()) for i, j in pairwise(start)]


def test_areas_join_in_the_order_of_the_arcs():
    joined = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        n, k = int(rng.integers(2, 9)), int(rng.integers(0, 16))
        tail, head = (rng.integers(0, n, k).astype(np.int32) for _side in range(2))
        arcs = rng.permutation(k).astype(np.int32)[: int(rng.integers(0, k + 1))]
        one, other = join_ends(n, tail, head, arcs)
        member = {v: {v} for v in range(n)}
        parts = []
        for a in arcs.tolist():
            u, v = member[int(tail[a])], member[int(head[a])]
            if u is not v:
                whole = u | v
                parts.append((frozenset(u), frozenset(v)))
                member |= dict.fromkeys(whole, whole)
        found = {v: frozenset({v}) for v in range(n)}
        assert one.size == other.size == len(parts)
        for i, (u, v) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
            assert (found[u], found[v]) == parts[i]
            found[n + i] = found[u] | found[v]
        joined += len(parts)
        nothing = np.empty(0, np.int32)
        listed = list_sets(n, nothing, nothing, nothing, one, other)
        assert sets_of(*listed) == [u | v for u, v in parts]
        assert (np.diff(listed.start) == [len(u | v) for u, v in parts]).all()
    assert joined > 100


def test_branches_are_those_below_each_node():
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = int(rng.integers(2, 10))
        tail = np.array([int(rng.integers(0, v)) for v in range(1, n)], np.int32)
        parent = np.arange(-1, n - 1, dtype=np.int32)
        hanging = rng.permutation(n).astype(np.int32)
        first, following = (np.full(n, -1, np.int32) for _ in range(2))
        list_children(parent, tail, hanging, first, following)
        none = np.empty(0, np.int32)
        tree = nx.DiGraph([(int(tail[v - 1]), v) for v in range(1, n)])
        expected = [frozenset({v, *nx.descendants(tree, v)}) for v in hanging.tolist() if v]
        assert sets_of(*list_sets(n, hanging, first, following, none, none)) == expected


def test_sets_are_branches_areas_and_what_grows_from_places_that_draw():
    looked_at = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        graph = build_graph((random_graph if seed % 2 else random_towns)(rng), None)
        if not graph.n_arcs:
            continue
        value = np.where(rng.random(graph.n_arcs) < 0.7, 1.2 * rng.random(graph.n_arcs), 0.0)
        used = np.flatnonzero(value).astype(np.int32)
        drawn = np.where(rng.random(graph.n_nodes) < 0.5, graph.demand, 0.0)
        found = sets_of(*find_sets(graph, value, used, drawn))
        length = {a: 1.001 - min(value[a], 1.0) for a in used.tolist()}
        network = nx.DiGraph()
        network.add_node(0)
        for a in sorted(length, key=lambda a: -length[a]):
            network.add_edge(int(graph.tail[a]), int(graph.head[a]), weight=length[a])
        distance, path = nx.single_source_dijkstra(network, 0)
        strong = [length[a] > 0.0011 for a in used.tolist()]
        if not all(strong):
            continue  # full arcs are equally long, and ways of the same length may differ
        tree = nx.DiGraph()
        tree.add_node(0)
        tree.add_edges_from((way[-2], v) for v, way in path.items() if v)
        assert set(tree) == set(distance)
        expected = {frozenset({v, *nx.descendants(tree, v)}) for v in tree if v}
        member = {v: frozenset({v}) for v in range(graph.n_nodes)}
        areas = []
        for a in sorted((a for a in used.tolist() if graph.tail[a] != 0), key=lambda a: -value[a]):
            u, v = member[int(graph.tail[a])], member[int(graph.head[a])]
            if u != v:
                areas.append(u | v)
                member |= dict.fromkeys(u | v, u | v)
        grown = sets_of(*grow_sets(graph, value, used, np.unique(graph.place[1:][drawn[1:] > 0])))
        assert set(found) == {*expected, *areas, *grown}
        assert len(found) == len(expected) + len(areas) + len(grown)
        looked_at += len(found)
    assert looked_at > 150
