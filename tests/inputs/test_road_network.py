"""Lines become a network: where they meet, where they do not, which gaps are closed."""

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.inputs.road_network import Lines, clean, edge_lengths_m, pieces_of

DEGREE_M = 6378137 * np.pi / 180
"""Of longitude, on the equator: the ellipsoid is a circle there."""
METRE = 1 / DEGREE_M
WEST, NORTH = 30.0, 0.0


def at(*points, west=WEST):
    """Points in metres east and north of a place on the equator."""
    return [(west + x * METRE, NORTH + y * METRE) for x, y in points]


def network(*lines, level=None, gap_m=5.0):
    xy = np.concatenate([np.array(line, dtype=float) for line in lines])
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    level = np.zeros(len(lines), dtype=np.int64) if level is None else np.array(level)
    return clean(Lines(xy[:, 0], xy[:, 1], start, np.arange(len(lines)), level), gap_m)


def as_graph(found):
    graph = nx.Graph()
    lengths_m = edge_lengths_m(found.lon, found.lat, found.edges)
    graph.add_weighted_edges_from((*edge, length) for edge, length in zip(found.edges.tolist(), lengths_m, strict=True))
    return graph


def node(found, x, y, west=WEST):
    """The point of the network nearest to a position in metres."""
    away = np.hypot((found.lon - west) * DEGREE_M - x, (found.lat - NORTH) * DEGREE_M - y)
    assert away.min() < 0.2
    return int(away.argmin())


def walk_m(found, a, b):
    return nx.shortest_path_length(as_graph(found), node(found, *a), node(found, *b), weight="weight")


def pieces(found):
    return len(np.unique(pieces_of(found.edges, len(found.lon))))


def test_roads_that_cross_meet():
    found = network(at((-400, 0), (400, 0)), at((100, -300), (100, 300)))
    assert len(found.edges) == 4
    assert pieces(found) == 1
    # along the equator a metre is a metre; along the meridian a degree is 110,574 m: 0.6 % less
    assert walk_m(found, (-400, 0), (100, 0)) == pytest.approx(500, abs=0.2)
    assert walk_m(found, (-400, 0), (100, 300)) == pytest.approx(500 + 300 * 110574 / DEGREE_M, abs=0.3)


@pytest.mark.parametrize("foot", [(0, 0), (0, 0.1), (0, -0.1)])
def test_a_road_that_ends_on_another_meets_it(foot):
    found = network(at((-400, 0), (400, 0)), at(foot, (0, 300)))
    assert pieces(found) == 1
    assert found.gaps == 0
    assert walk_m(found, (-400, 0), (400, 0)) == pytest.approx(800, abs=0.3)


def test_roads_meet_at_a_vertex_that_they_share():
    found = network(at((-400, -50), (0, 0), (400, 0)), at((0, 300), (0, 0), (60, -300)))
    assert len(found.edges) == 4
    assert pieces(found) == 1


def test_a_bridge_meets_no_road_below_but_those_at_its_ends():
    below = at((100, -300), (100, 300))
    west, bridge, east = at((-400, 0), (0, 0)), at((0, 0), (200, 0)), at((200, 0), (400, 0))
    found = network(below, west, bridge, east, level=[0, 0, 1, 0])
    assert pieces(found) == 2
    assert walk_m(found, (-400, 0), (400, 0)) == pytest.approx(800, abs=0.3)


def test_a_bridge_does_not_meet_the_road_below_at_a_vertex_that_lies_above_one_of_it():
    below, bridge = at((100, -300), (100, 0), (100, 300)), at((0, 0), (100, 0), (200, 0))
    assert pieces(network(below, bridge, level=[0, 1])) == 2
    assert pieces(network(below, bridge, level=[1, 1])) == 1
    assert pieces(network(below, bridge)) == 1


def test_a_ramp_that_ends_at_a_bridge_in_its_middle_is_on_its_level():
    bridge, ramp = at((0, 0), (100, 0), (200, 0)), at((100, 0), (100, 80), (100, 200))
    assert pieces(network(bridge, ramp, level=[1, 1])) == 1
    assert pieces(network(bridge, ramp, level=[1, 0])) == 2


@pytest.mark.parametrize("second", [[(0, 0), (400, 0)], [(400, 0), (0, 0)], [(0, 0), (150, 0), (280, 0.05), (400, 0)]])
def test_what_is_there_twice_is_taken_once(second):
    found = network(at((0, 0), (400, 0)), at(*second))
    assert edge_lengths_m(found.lon, found.lat, found.edges).sum() == pytest.approx(400, abs=0.3)
    assert (found.road == 0).all()
    assert found.overlapping.tolist() == []


def test_a_road_that_runs_back_over_itself():
    found = network(at((0, 0), (400, 0), (100, 0), (100, 200)), at((0, 90), (400, 90)))
    assert found.overlapping.tolist() == [0]
    assert edge_lengths_m(found.lon, found.lat, found.edges).sum() == pytest.approx(1000, rel=2e-3)


@pytest.mark.parametrize(("gap", "gaps"), [(0.3, 1), (3.0, 1), (4.9, 1), (5.3, 0), (8.0, 0)])
def test_short_gaps_are_closed(gap, gaps):
    found = network(at((-400, 0), (400, 0)), at((50, gap), (50, 300)))
    assert found.gaps == gaps
    assert pieces(found) == 2 - gaps
    if gaps:
        ground_m = 300 * 110574 / DEGREE_M
        assert walk_m(found, (-400, 0), (50, 300)) == pytest.approx(450 + ground_m, abs=0.3)


def test_two_ends_that_face_each_other_are_one_gap():
    found = network(at((0, 0), (100, 0)), at((104, 0), (200, 0)))
    assert found.gaps == 1
    assert walk_m(found, (0, 0), (200, 0)) == pytest.approx(200, abs=0.2)


def test_no_gap_is_closed_where_none_is_to_be():
    assert network(at((0, 0), (100, 0)), at((102, 0), (200, 0)), gap_m=0.0).gaps == 0


def test_a_short_stub_is_no_gap():
    # the end of the stub is 2 m from the road that it leaves, and reaches it along itself
    found = network(at((-400, 0), (400, 0)), at((50, 0), (50, 2)))
    assert found.gaps == 0
    assert len(found.edges) == 3


def test_a_gap_is_not_closed_onto_a_bridge():
    assert network(at((0, 0), (200, 0)), at((100, 3), (100, 300)), level=[1, 0]).gaps == 0


def test_closed_loops_stay_closed_and_open_ones_are_closed():
    square = [(0, 0), (200, 0), (200, 200), (0, 200)]
    closed, opened = network(at(*square, (0, 0))), network(at(*square, (0, 4)))
    for found, gaps in ((closed, 0), (opened, 1)):
        assert found.gaps == gaps
        assert walk_m(found, (0, 0), (0, 200)) == pytest.approx(200 * 110574 / DEGREE_M, abs=0.3)


def test_across_the_antimeridian_a_network_is_what_it_is_elsewhere():
    lines = [(-400, 0), (400, 0)], [(-90, -300), (100, 300)], [(0, 200), (0, 300)], [(150, 3), (150, 90)]
    here = network(*(at(*line) for line in lines))
    wrapped = [np.array(at(*line, west=180.0)) for line in lines]
    for line in wrapped:
        line[:, 0] -= np.where(line[:, 0] > 180, 360.0, 0.0)
    there = network(*wrapped)
    assert len(there.edges) == len(here.edges)
    assert there.gaps == here.gaps == 1
    assert np.abs(there.lon).max() <= 180
    lengths = [np.sort(edge_lengths_m(found.lon, found.lat, found.edges)) for found in (here, there)]
    np.testing.assert_allclose(lengths[0], lengths[1], atol=1e-6)


def test_lines_cut_at_the_antimeridian_are_joined():
    found = network([(179.999, 0.0), (180.0, 0.0)], [(-180.0, 0.0), (-179.999, 0.0)])
    assert pieces(found) == 1
    assert found.gaps == 0


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=4), min_size=1, max_size=6)
)
def test_lines_are_split_as_an_independent_library_splits_them(drawn):
    """Against GEOS: the union of the lines has the same length and the same pieces.

    GEOS gets whole numbers, in which a vertex on another line is exactly on it.
    """
    drawn = [[(100 * x, 100 * y) for x, y in line] for line in drawn if len({*line}) > 1]
    if not drawn:
        return
    found = network(*(at(*line) for line in drawn), gap_m=0.0)
    union = shapely.union_all([shapely.LineString(line) for line in drawn])
    ends = np.column_stack([found.lon, found.lat])[found.edges]
    length = np.hypot(*(ends[:, 1] - ends[:, 0]).T).sum()
    # both ends of each edge are rounded by half a millionth each way
    assert length == pytest.approx(union.length * METRE, abs=1.5e-6 * len(ends))
    parts = list(shapely.get_parts(shapely.node(union)))
    touching = nx.Graph()
    touching.add_nodes_from(range(len(parts)))
    first, second = shapely.STRtree(parts).query(parts, predicate="dwithin", distance=1e-3)
    touching.add_edges_from(zip(first.tolist(), second.tolist(), strict=True))
    assert pieces(found) == nx.number_connected_components(touching)
