"""Least-cost search on the grid against NetworkX on the same steps, written down independently."""

import itertools

import networkx as nx
import numpy as np
import pytest

from planner.links.spread import MARGIN, NOWHERE, Ground, crossings, mark_trench, spread, way_home

CLIMB = 3.0


def made_ground(rows, columns, seed, blocked=0.2):
    rng = np.random.default_rng(seed)
    open_cells = np.pad(rng.random((rows, columns)) >= blocked, MARGIN)
    wide = columns + 2 * MARGIN
    y, x = np.mgrid[: rows + 2 * MARGIN, :wide]
    wobble = rng.uniform(-30, 30, (2, *x.shape))  # places stand off the centres of their cells
    position = np.stack([100.0 * x + wobble[0], 100.0 * y + wobble[1], np.zeros(x.shape)], axis=-1)
    height = rng.uniform(0, 40, x.shape)
    return Ground(wide, open_cells.ravel(), position.reshape(-1, 3), height.ravel())


def step_cost(ground, a, b):
    length = np.linalg.norm(ground.position_m[a] - ground.position_m[b])
    return length + CLIMB * abs(ground.height_m[a] - ground.height_m[b])


def as_graph(ground):
    """All allowed steps: the straight line between cell centres may touch corners, but crosses no closed cell."""
    graph = nx.Graph()
    graph.add_nodes_from(np.flatnonzero(ground.passable).tolist())
    for a in list(graph):
        row, col = divmod(a, ground.columns)
        for dr, dc in itertools.product(range(-2, 3), repeat=2):
            if (dr, dc) == (0, 0) or np.gcd(dr, dc) != 1:
                continue
            b = (row + dr) * ground.columns + col + dc
            crossed = {
                (round(row + t * dr + e), round(col + t * dc + f))
                for t in (0.3, 0.45, 0.55, 0.7)
                for e, f in ((0.01, -0.01), (-0.01, 0.01))
            }
            closed = [not ground.passable[r * ground.columns + c] for r, c in crossed]
            diagonal = abs(dr) == abs(dc)
            either_side = {(row + dr, col), (row, col + dc)}
            if diagonal:
                closed = [all(not ground.passable[r * ground.columns + c] for r, c in either_side)]
            if ground.passable[b] and not any(closed):
                graph.add_edge(a, b, weight=step_cost(ground, a, b))
    return graph


def no_trench(ground):
    return np.zeros(len(ground.passable), dtype=np.uint16)


@pytest.mark.parametrize("seed", range(8))
def test_costs_are_those_of_dijkstra(seed):
    ground = made_ground(9, 11, seed)
    graph = as_graph(ground)
    seeds = np.random.default_rng(seed).choice(list(graph), 4, replace=False)
    forest = spread(ground, seeds, CLIMB, no_trench(ground))
    want = nx.multi_source_dijkstra_path_length(graph, seeds.tolist())
    reached = np.flatnonzero(np.isfinite(forest.cost_m))
    assert set(reached.tolist()) == set(want)
    np.testing.assert_allclose(forest.cost_m[reached], [want[cell] for cell in reached.tolist()], rtol=1e-12)
    for cell in reached.tolist():  # walking home adds up to the same, and ends where it says
        path = [cell]
        while forest.towards[path[-1]] != NOWHERE:
            path.append(int(forest.towards[path[-1]]))
        assert path[-1] == forest.home[cell]
        assert sum(step_cost(ground, a, b) for a, b in nx.utils.pairwise(path)) == pytest.approx(want[cell], rel=1e-12)
        length = sum(np.linalg.norm(ground.position_m[a] - ground.position_m[b]) for a, b in nx.utils.pairwise(path))
        assert forest.length_m[cell] == pytest.approx(length, rel=1e-12)


@pytest.mark.parametrize("seed", range(8))
def test_crossings_hold_a_minimum_spanning_tree_of_all_pairs(seed):
    ground = made_ground(10, 12, seed, blocked=0.15)
    graph = as_graph(ground)
    seeds = np.random.default_rng(seed).choice(list(graph), 7, replace=False)
    forest = spread(ground, seeds, CLIMB, no_trench(ground))
    a, b, length_m = crossings(ground, forest, CLIMB)

    closure, found = nx.Graph(), nx.Graph()
    for s in seeds.tolist():
        distances = nx.single_source_dijkstra_path_length(graph, s)
        closure.add_weighted_edges_from((s, t, distances[t]) for t in seeds.tolist() if t != s and t in distances)
    cost = forest.cost_m[a] + forest.cost_m[b] + [step_cost(ground, i, j) for i, j in zip(a, b, strict=True)]
    found.add_weighted_edges_from(zip(forest.home[a].tolist(), forest.home[b].tolist(), cost, strict=True))
    want = nx.minimum_spanning_tree(closure).size(weight="weight")
    assert nx.minimum_spanning_tree(found).size(weight="weight") == pytest.approx(want, rel=1e-12)
    assert found.number_of_edges() == len(a)  # one way per pair of regions
    assert (length_m <= cost).all()


def test_a_lake_is_walked_around():
    ground = made_ground(9, 9, 0, blocked=0.0)
    ground.height_m[:] = 0.0
    row, col = np.divmod(np.arange(len(ground.passable)), ground.columns)
    lake = (abs(row - 6) <= 1) & (abs(col - 6) <= 3)
    ground.passable[lake] = False
    north, south = 4 * ground.columns + 6, 8 * ground.columns + 6
    forest = spread(ground, np.array([north]), CLIMB, no_trench(ground))
    path = np.flatnonzero(way_home(np.array([south]), forest.towards))
    assert not lake[path].any()
    assert forest.cost_m[south] > 2 * np.linalg.norm(ground.position_m[south] - ground.position_m[north])


def test_closed_corners_are_not_cut():
    # Two islands that meet at a corner: no way across.
    ground = made_ground(4, 4, 0, blocked=0.0)
    row, col = np.divmod(np.arange(len(ground.passable)), ground.columns)
    ground.passable[(row < 4) != (col < 4)] = False
    forest = spread(ground, np.array([2 * ground.columns + 2]), CLIMB, no_trench(ground))
    assert np.isfinite(forest.cost_m).sum() == 4


def test_a_trench_attracts_later_ways():
    ground = made_ground(3, 40, 1, blocked=0.0)
    ground.height_m[:] = 0.0
    y, x = np.divmod(np.arange(len(ground.passable)), ground.columns)
    ground.position_m[:, 0], ground.position_m[:, 1] = 100.0 * x, 100.0 * y
    trench = no_trench(ground)
    along = 2 * ground.columns + np.arange(2, 42)
    mark_trench(trench, ground.columns, np.column_stack([along[:-1], along[1:]]))
    start, end = 3 * ground.columns + 2, 3 * ground.columns + 41
    # Joining costs two knight's moves (47 m more); 3 % of the 3.5 km in between are worth more.
    plain = spread(ground, np.array([start]), CLIMB, no_trench(ground))
    joined = spread(ground, np.array([start]), CLIMB, trench)
    assert not np.isin(along, np.flatnonzero(way_home(np.array([end]), plain.towards))).any()
    assert np.isin(along[2:-2], np.flatnonzero(way_home(np.array([end]), joined.towards))).all()
