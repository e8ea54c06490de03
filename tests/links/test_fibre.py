"""The trench network over real coordinates: where it ends, what it avoids, what it costs."""

import networkx as nx
import numpy as np
import pytest

from planner.links.fibre import SNAP_M, find_trenches
from planner.links.options import PlaceKind
from planner.links.polyline import price_polyline

CLIMB = 4.0
EQUATOR_DEGREE_KM = 6378.137 * np.pi / 180
SETTINGS = {"climb_factor": CLIMB, "max_km": 50.0, "cell_m": 180.0}


def trenches_of(elevation, places, **settings):
    feeds = places.kind == PlaceKind.SOURCE
    return find_trenches(elevation, places, places.position_known, feeds=feeds, **settings)


def price(elevation, trenches):
    return price_polyline(elevation, trenches.vertices, trenches.start, route_factor=1.0, climb_factor=CLIMB)


def as_graph(elevation, trenches, n_places):
    graph = nx.Graph()
    graph.add_nodes_from(range(n_places + len(trenches.junction_id)))
    _length, priced = price(elevation, trenches)
    for u, v, cost in zip(trenches.u.tolist(), trenches.v.tolist(), priced, strict=True):
        graph.add_edge(u, v, weight=cost)
    return graph


def scattered(count, seed=0):
    rng = np.random.default_rng(seed)
    return np.round(rng.uniform(30.002, 30.064, count), 6), np.round(rng.uniform(-2.048, -2.002, count), 6)


def test_polylines_end_at_their_places(ground, places_at):
    elevation = ground()
    places = places_at(*scattered(25))
    trenches = trenches_of(elevation, places, **SETTINGS)
    lon = np.concatenate([places.lon, trenches.junction_lon])
    lat = np.concatenate([places.lat, trenches.junction_lat])
    first, last = trenches.vertices[trenches.start[:-1]], trenches.vertices[trenches.start[1:] - 1]
    np.testing.assert_array_equal(first, np.column_stack([lon[trenches.u], lat[trenches.u]]))
    np.testing.assert_array_equal(last, np.column_stack([lon[trenches.v], lat[trenches.v]]))
    assert len(np.unique(trenches.junction_id)) == len(trenches.junction_id)
    assert all(name.startswith("~j") for name in trenches.junction_id)
    degree = np.bincount(np.concatenate([trenches.u, trenches.v]))
    assert (degree[len(places) :] >= 3).all()
    assert nx.is_connected(as_graph(elevation, trenches, len(places)))
    assert trenches.rejections == ()


def test_order_of_places_changes_nothing(ground, places_at):
    elevation = ground(seed=2)
    lon, lat = scattered(20, seed=2)
    lon[5], lat[5] = lon[6], lat[6]  # two offices in one building
    ids = np.array([f"o{i}" for i in range(20)])
    kind = np.where(np.arange(20) < 3, PlaceKind.SOURCE, PlaceKind.OFFICE)
    shuffle = np.random.default_rng(0).permutation(20)

    def named(order):
        places = places_at(lon[order], lat[order], kind=kind[order], ids=ids[order])
        trenches = trenches_of(elevation, places, **SETTINGS)
        names = np.concatenate([places.id, trenches.junction_id])
        _length, priced = price(elevation, trenches)
        ends = [tuple(sorted(pair)) for pair in zip(names[trenches.u], names[trenches.v], strict=True)]
        return sorted(zip(ends, np.round(priced, 9), strict=True))

    assert named(np.arange(20)) == named(shuffle)


def test_shared_trench_is_priced_once(ground, places_at):
    # A dam, 0.5 km wide, leads to a shore with three villages: their ways along the dam are one trench.
    heights = np.full((60, 80), 0.0)
    heights[:, 60:] = heights[28:34] = 100.0
    elevation = ground(heights)
    places = places_at([30.002, 30.06, 30.06, 30.06], [-2.0255, -2.005, -2.0255, -2.045], kind=[1, 0, 0, 0])
    graph = as_graph(elevation, trenches_of(elevation, places, **SETTINGS), 4)
    tree_km = nx.algorithms.approximation.steiner_tree(graph, range(4)).size(weight="weight")
    dam_km, shore_km = 0.048 * EQUATOR_DEGREE_KM, (0.045 - 0.005) * EQUATOR_DEGREE_KM
    assert tree_km == pytest.approx(dam_km + shore_km + 2 * 0.008, rel=0.15)
    assert graph.degree(0) == 1  # one arc leaves the dam's far end


def test_water_is_not_crossed(ground, places_at):
    # A strait runs from north to south: one office on the far side is alone.
    heights = np.full((60, 80), 30.0)
    heights[:, 40:46] = 0.0
    elevation = ground(heights)
    trenches = trenches_of(elevation, places_at([30.01, 30.02, 30.06], [-2.01, -2.03, -2.02]), **SETTINGS)
    assert not np.isin([trenches.u, trenches.v], [2]).any()
    assert elevation.sample(*trenches.vertices.T).min() > 0
    assert [rejection.count for rejection in trenches.rejections] == [1]


def test_places_off_the_land_and_off_the_map(ground, places_at):
    heights = np.full((60, 80), 30.0)
    heights[:, 40:] = 0.0  # the shore lies at 30.0333
    near, far = 30.0333 + 0.5 * SNAP_M / 111_200, 30.0333 + 2.0 * SNAP_M / 111_200
    elevation = ground(heights)
    places = places_at([30.01, near, far, 35.0], [-2.01, -2.02, -2.02, -2.02])
    trenches = trenches_of(elevation, places, **SETTINGS)
    assert set(trenches.u) | set(trenches.v) >= {0, 1}
    assert not np.isin([trenches.u, trenches.v], [2, 3]).any()
    assert [rejection.count for rejection in trenches.rejections] == [2]


def test_longest_length(ground, places_at):
    elevation = ground()
    places = places_at([30.005, 30.012, 30.06], [-2.02, -2.02, -2.02])  # 0.8 km and 5.3 km apart
    trenches = trenches_of(elevation, places, **{**SETTINGS, "max_km": 3.0})
    assert set(zip(trenches.u.tolist(), trenches.v.tolist(), strict=True)) == {(0, 1)}
    assert sorted(rejection.count for rejection in trenches.rejections) == [1, 1]  # one way, one lonely place


def test_unknown_position_gets_no_trench(ground, places_at):
    places = places_at(*scattered(6))
    places.position_known[2] = False
    trenches = trenches_of(ground(), places, **SETTINGS)
    assert not np.isin([trenches.u, trenches.v], [2]).any()


@pytest.mark.parametrize("seed", range(3))
def test_network_is_nearly_as_short_as_free_choice(ground, places_at, seed):
    """Trees for a few of the places cost little more than when every cell of the grid may be used."""
    elevation = ground(seed=seed, relief_m=30.0)
    lon, lat = scattered(40, seed=seed)
    graph = as_graph(elevation, trenches_of(elevation, places_at(lon, lat), **SETTINGS), 40)
    rng = np.random.default_rng(seed)
    ratios = []
    for _draw in range(6):
        some = rng.choice(40, 5, replace=False)
        alone = as_graph(elevation, trenches_of(elevation, places_at(lon[some], lat[some]), **SETTINGS), 5)
        own = nx.algorithms.approximation.steiner_tree(alone, range(5)).size(weight="weight")
        shared = nx.algorithms.approximation.steiner_tree(graph, some.tolist()).size(weight="weight")
        ratios.append(shared / own)
    # Measured 1.01 to 1.04 for these seeds; without the samples of places 1.06 to 1.07.
    assert np.mean(ratios) < 1.045


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_join(ground, places_at, count):
    trenches = trenches_of(ground(), places_at([30.02] * count, [-2.02] * count), **SETTINGS)
    assert len(trenches.u) == len(trenches.junction_id) == len(trenches.vertices) == 0
    assert len(trenches.start) == 1
