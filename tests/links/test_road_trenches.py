"""Trenches along roads: hand-made networks with lengths counted by hand, and reduced against unreduced graphs."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from scipy.spatial import Delaunay

from planner.inputs.road_network import Lines, RoadNetwork, clean, edge_lengths_m
from planner.links.ground import Setting
from planner.links.options import PlaceKind
from planner.links.polyline import price_polyline
from planner.links.road_graph import RoadSearch
from planner.links.roads import find_road_trenches

WEST, NORTH = 30.0, -2.0
DEGREE_M = np.array([6378137 * np.pi / 180 * np.cos(np.radians(2.02)), 110577.0])
"""Of longitude and latitude, in the middle of the small terrains, to 0.1 %."""
OFF_ROAD, ROAD = 1.25, 1.0
CLIMB = 4.0
LEN = 2e-3
"""Lengths counted by hand in a plane differ so much from those on the ellipsoid."""


def at(*points, west=WEST):
    """Points in metres east and south of the terrain's north-western corner."""
    return np.array([west, NORTH]) + np.array(points, dtype=float) * [1, -1] / DEGREE_M


def network(*lines, level=None, classes=None, gap_m=5.0):
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    xy = np.concatenate(lines)
    lon = (xy[:, 0] + 180) % 360 - 180
    level = np.zeros(len(lines), dtype=np.int64) if level is None else np.array(level)
    found = clean(Lines(lon, xy[:, 1], start, np.arange(len(lines)), level), gap_m)
    names = [""] * len(lines) if classes is None else classes
    known = sorted(set(names))
    road_class = np.array([known.index(name) for name in names])[found.road]
    return RoadNetwork(found.lon, found.lat, found.edges, road_class, tuple(known), len(lines), found.gaps)


@pytest.fixture
def flat(ground):
    """Return a plain of 7.4 by 5.5 km at 100 m, or with other heights."""

    def make(heights=None, **where):
        return ground(np.full((60, 80), 100.0) if heights is None else heights, **where)

    return make


@pytest.fixture
def country(flat, places_at):
    """Return a maker of places and trenches over flat ground."""

    def make(roads, points, *, elevation=None, west=WEST, kind=0, ids=None, ground_of_class=None, **settings):
        positions = at(*points, west=west) if len(points) else np.zeros((0, 2))
        places = places_at((positions[:, 0] + 180) % 360 - 180, positions[:, 1], kind=kind, ids=ids)
        ground = np.ones(len(roads.classes), dtype=np.int64) if ground_of_class is None else np.array(ground_of_class)
        setting = np.array([Setting.OPEN, Setting.ROAD, Setting.ROAD], dtype=np.int64)
        price = np.array([OFF_ROAD, ROAD, 3.0])
        plain = {"climb_factor": CLIMB, "max_km": 50.0, "off_road_km": 1.0, "cell_m": 100.0, "max_arcs": 20}
        ground = ground[roads.road_class]
        rules = {"ground_of_edge": ground, "price": price, "setting": setting, "weights": None}
        search = RoadSearch(**(plain | rules | settings))
        elevation = flat() if elevation is None else elevation
        feeds = places.kind == PlaceKind.SOURCE
        return Built(
            elevation, places, find_road_trenches(elevation, places, places.position_known, roads, search, feeds)
        )

    return make


class Built:
    def __init__(self, elevation, places, trenches):
        self.places, self.trenches = places, trenches
        factor = np.array([OFF_ROAD, ROAD, 3.0])[trenches.ground]
        self.km, self.priced_km = price_polyline(
            elevation, trenches.vertices, trenches.start, route_factor=factor, climb_factor=CLIMB
        )
        self.graph = nx.Graph()
        self.graph.add_nodes_from(range(len(places) + len(trenches.junction_id)))
        for u, v, km, priced, ground in zip(
            trenches.u.tolist(), trenches.v.tolist(), self.km, self.priced_km, trenches.ground.tolist(), strict=True
        ):
            assert not self.graph.has_edge(u, v)
            self.graph.add_edge(u, v, km=km, priced=priced, ground=ground)

    def walk_m(self, a, b, weight="km"):
        return 1000 * nx.shortest_path_length(self.graph, a, b, weight=weight)

    def lines(self):
        starts = self.trenches.start
        return [self.trenches.vertices[a:b] for a, b in pairwise(starts)]

    @property
    def off_road_m(self):
        return 1000 * self.km[self.trenches.ground == 0].sum()


MAIN = at((500, 2000), (6500, 2000))


def test_a_place_on_a_vertex_stands_on_the_road(country):
    built = country(network(at((500, 2000), (3000, 2000), (6500, 2000))), [(500, 2000), (3000, 2000)])
    assert built.trenches.ground.tolist() == [1]
    assert len(built.trenches.junction_id) == 0
    assert built.walk_m(0, 1) == pytest.approx(2500, rel=LEN)
    np.testing.assert_array_equal(built.lines()[0][0], [built.places.lon[0], built.places.lat[0]])
    np.testing.assert_array_equal(built.lines()[0][-1], [built.places.lon[1], built.places.lat[1]])


def test_places_are_joined_at_the_nearest_point_of_the_road(country):
    built = country(network(MAIN), [(1000, 1800), (2500, 2300)])
    # down 200 m, along 1,500 m, down 300 m; the ends of the road fall out
    assert sorted(np.round(1000 * built.km, -1).tolist()) == [200, 300, 1500]
    assert built.walk_m(0, 1) == pytest.approx(2000, rel=LEN)
    assert built.walk_m(0, 1, "priced") == pytest.approx(1500 * ROAD + 500 * OFF_ROAD, rel=LEN)
    assert sorted(built.trenches.ground.tolist()) == [0, 0, 1]
    assert built.trenches.rejections == ()


def test_a_shared_trench_is_one_arc(country):
    built = country(network(MAIN), [(600, 2000), (5000, 1900), (5500, 2200), (6000, 2050)], kind=[1, 0, 0, 0])
    tree = nx.algorithms.approximation.steiner_tree(built.graph, range(4), weight="km")
    assert 1000 * tree.size(weight="km") == pytest.approx(5400 + 100 + 200 + 50, rel=LEN)
    assert built.graph.number_of_edges() == tree.number_of_edges()  # nothing else is offered


def test_roads_that_cross_are_one_network(country):
    roads = network(MAIN, at((3000, 500), (3000, 4000)))
    built = country(roads, [(500, 2000), (3000, 500), (6500, 2000)])
    assert built.walk_m(0, 1) == pytest.approx(2500 + 1500, rel=LEN)
    assert built.walk_m(1, 2) == pytest.approx(1500 + 3500, rel=LEN)
    assert len(built.trenches.junction_id) == 1
    assert len(built.trenches.u) == 3  # the road south of the crossing leads nowhere


def test_a_bridge_is_no_crossing(country):
    # from below the bridge up to the road the way leads round by the link in the east
    roads = network(MAIN, at((3000, 500), (3000, 4000)), at((3000, 4000), (6500, 4000), (6500, 2000)), level=[1, 0, 0])
    built = country(roads, [(500, 2000), (3000, 500)])
    assert built.walk_m(0, 1) == pytest.approx(6000 + 2000 + 3500 + 3500, rel=LEN)


def test_above_each_other_junctions_have_names_of_their_own(country):
    high = at((500, 2000), (3000, 2000), (6500, 2000))
    low = at((3000, 500), (3000, 2000), (3000, 4000))
    roads = network(high, low, at((3000, 2000), (3200, 2600)), level=[1, 0, 0])
    built = country(roads, [(500, 2000), (6500, 2000), (3000, 500), (3000, 4000), (3200, 2600)])
    assert len(set(built.trenches.junction_id)) == len(built.trenches.junction_id)


def test_duplicate_roads_change_nothing(country):
    points = [(600, 1900), (3000, 2100), (6000, 2000)]
    once = country(network(MAIN), points)
    twice = country(network(MAIN, MAIN[::-1], at((500, 2000), (2222, 2000), (6500, 2000))), points)
    assert sorted(np.round(once.km, 4)) == sorted(np.round(twice.km, 4))


def test_of_a_ring_the_longer_way_round_falls_out(country):
    ring = network(at((1000, 1000), (4000, 1000), (4000, 3000), (1000, 3000), (1000, 1000)))
    two = country(ring, [(1000, 1000), (4000, 1000)])
    assert (1000 * two.km).tolist() == [pytest.approx(3000, rel=LEN)]
    three = country(ring, [(1000, 1000), (4000, 1000), (1000, 3000)])
    assert sorted(1000 * three.km) == [pytest.approx(length, rel=LEN) for length in (2000, 3000, 5000)]


def test_a_ring_without_places_falls_out(country):
    lollipop = at((4000, 1000), (5000, 1000), (5000, 3000), (4000, 3000), (4000, 1000))
    built = country(network(MAIN, lollipop), [(600, 2000), (3000, 2000)])
    assert (1000 * built.km).tolist() == [pytest.approx(2400, rel=LEN)]


def test_roads_in_pieces_are_joined_over_open_ground(country):
    roads = network(at((500, 2000), (3000, 2000)), at((3400, 2000), (6500, 2000)))
    built = country(roads, [(500, 2000), (6500, 2000)])
    assert built.walk_m(0, 1) == pytest.approx(6000, rel=0.01)  # by cells of the grid
    assert built.off_road_m == pytest.approx(400, rel=0.1)
    assert built.trenches.rejections == ()


def test_pieces_that_share_a_cell_of_the_grid_are_joined(country):
    roads = network(at((500, 2000), (3000, 2000)), at((3030, 2000), (3060, 2000)), at((3090, 2000), (6500, 2000)))
    built = country(roads, [(500, 2000), (3045, 2000), (6500, 2000)])
    assert built.walk_m(0, 2) == pytest.approx(6000, rel=LEN)
    assert built.walk_m(0, 1) == pytest.approx(2545, rel=LEN)


def test_pieces_farther_apart_than_the_longest_way_stay_apart(country):
    roads = network(at((500, 2000), (3000, 2000)), at((4400, 2000), (6500, 2000)))
    built = country(roads, [(500, 2000), (2500, 2000), (6500, 2000)], max_km=1.0)
    assert not nx.has_path(built.graph, 0, 2)
    assert sorted(rejection.count for rejection in built.trenches.rejections) == [1, 1]  # a way, and a lonely place


def test_a_place_without_a_road_in_reach_follows_the_terrain(country):
    built = country(network(MAIN), [(600, 2000), (3000, 4500)])
    assert built.walk_m(0, 1) == pytest.approx(2400 + 2500, rel=0.02)
    assert built.off_road_m == pytest.approx(2500, rel=0.02)
    assert any("1 place" in note for note in built.trenches.notes)


def test_without_any_road_in_reach_the_ways_are_those_over_the_terrain(country):
    far = network(at((100, 100), (160, 100)))
    rng = np.random.default_rng(0)
    built = country(far, rng.uniform(1500, 5000, (25, 2)), off_road_km=0.1)
    assert nx.is_connected(built.graph)
    assert set(built.trenches.ground) == {0}


def test_water_is_not_crossed_on_the_way_to_a_road(country, flat):
    heights = np.full((60, 80), 100.0)
    heights[24:28, 5:75] = 0.0  # a lagoon, 370 m wide, between the place and the road
    built = country(
        network(at((500, 2000), (7000, 2000))), [(600, 2000), (3500, 2900)], elevation=flat(heights), off_road_km=5.0
    )
    # round the western shore: 3.1 km back and 0.7 km up
    assert 3500 < built.walk_m(0, 1) < 4200
    for line in built.lines():
        assert flat(heights).sample(*line.T).min() > 0


def test_a_connection_goes_round_a_hill_where_that_is_cheaper(country, flat):
    heights = np.full((60, 80), 100.0)
    heights[23:27, 36:40] = 400.0
    built = country(network(MAIN), [(600, 2000), (3450, 2700)], elevation=flat(heights))
    straight_km = OFF_ROAD * (0.7 + CLIMB * 0.6)
    over_km = built.priced_km[built.trenches.ground == 0].sum()
    assert 0.7 * OFF_ROAD < over_km < straight_km / 1.5


def test_places_at_one_spot_are_apart_by_nothing(country):
    built = country(network(MAIN), [(600, 2000), (3000, 2000), (3000, 2000)])
    assert built.walk_m(1, 2) < 0.5
    assert built.walk_m(0, 2) == pytest.approx(2400, rel=LEN)


def test_a_class_with_a_price_of_its_own_is_an_arc_of_its_own(country):
    roads = network(at((500, 2000), (3000, 2000)), at((3000, 2000), (6500, 2000)), classes=["primary", "track"])
    built = country(roads, [(500, 2000), (6500, 2000)], ground_of_class=[2, 1])
    assert sorted(zip(built.trenches.ground.tolist(), np.round(1000 * built.km, -2).tolist(), strict=True)) == [
        (1, 3500),
        (2, 2500),
    ]
    same = country(roads, [(500, 2000), (6500, 2000)])
    assert same.trenches.ground.tolist() == [1]


def test_of_two_roads_between_places_the_one_priced_lower_is_kept(country):
    dear, cheap = at((500, 2000), (6500, 2000)), at((500, 2000), (3500, 3000), (6500, 2000))
    built = country(
        network(dear, cheap, classes=["primary", "track"]), [(500, 2000), (6500, 2000)], ground_of_class=[2, 1]
    )
    assert built.trenches.ground.tolist() == [1]


def test_roads_over_unknown_ground_are_not_used(country, flat):
    heights = np.full((60, 80), 100.0)
    heights[:, 40:44] = -32768
    built = country(
        network(at(*((x, 2000) for x in range(500, 6600, 100)))), [(600, 2000), (6000, 2000)], elevation=flat(heights)
    )
    assert len(built.trenches.u) == 0


def test_across_the_antimeridian_lengths_are_what_they_are_elsewhere(country, flat):
    lines = [(500, 2000), (6500, 2000)], [(3000, 500), (3000, 4000)]
    points = [(600, 1900), (3100, 600), (6000, 2200), (2800, 3900)]
    found = []
    for west in (WEST, 179.97):
        roads = network(*(at(*line, west=west) for line in lines))
        built = country(roads, points, west=west, elevation=flat(west=west))
        assert np.abs(built.trenches.vertices[:, 0]).max() <= 180
        found.append(np.sort(built.km))
    np.testing.assert_allclose(found[0], found[1], atol=2e-4)


def random_roads(seed, count=60):
    """A connected planar network with bends: part of a Delaunay triangulation."""
    rng = np.random.default_rng(seed)
    points = rng.uniform([300, 300], [6500, 4900], (count, 2))
    triangles = Delaunay(points).simplices
    edges = {
        tuple(sorted(pair))
        for triangle in triangles.tolist()
        for pair in zip(triangle, np.roll(triangle, 1), strict=True)
    }
    graph = nx.Graph()
    for a, b in sorted(edges):
        graph.add_edge(a, b, weight=float(np.hypot(*(points[a] - points[b]))))
    kept = set(map(tuple, map(sorted, nx.minimum_spanning_edges(graph, data=False))))
    kept |= {edge for edge in sorted(edges) if rng.random() < 0.4}
    middle = {edge: (points[edge[0]] + points[edge[1]]) / 2 for edge in kept}
    return points, network(*(at(points[a], middle[a, b], points[b]) for a, b in sorted(kept)))


@pytest.mark.parametrize("seed", range(8))
def test_distances_are_those_of_the_unreduced_network(country, seed):
    """Between any two places, on the reduced graph and on every vertex of the roads."""
    points, roads = random_roads(seed)
    whole = nx.Graph()
    lengths_m = edge_lengths_m(roads.lon, roads.lat, roads.edges)
    whole.add_weighted_edges_from((*edge, length) for edge, length in zip(roads.edges.tolist(), lengths_m, strict=True))
    chosen = np.random.default_rng(seed).choice(len(points), 12, replace=False)
    positions = at(*points[chosen])
    vertex = [int(np.hypot(roads.lon - lon, roads.lat - lat).argmin()) for lon, lat in positions]
    built = country(roads, points[chosen])
    assert built.graph.number_of_nodes() < whole.number_of_nodes()
    assert set(built.trenches.ground) == {1}
    for a in range(12):
        there = nx.single_source_dijkstra_path_length(whole, vertex[a])
        here = nx.single_source_dijkstra_path_length(built.graph, a, weight="km")
        # places stand up to 0.08 m beside the rounded vertices
        np.testing.assert_allclose([1000 * here[b] for b in range(12)], [there[vertex[b]] for b in range(12)], atol=0.4)


@pytest.mark.parametrize("seed", range(4))
def test_thinned_graphs_keep_a_cheapest_spanning_tree_of_the_places(country, seed):
    points, roads = random_roads(seed, count=300)
    chosen = np.random.default_rng(seed).choice(len(points), 40, replace=False)
    full, few = (country(roads, points[chosen], max_arcs=limit) for limit in (1000, 1))
    assert len(few.trenches.u) < 0.8 * len(full.trenches.u)

    def spanning_km(built):
        closure = nx.Graph()
        for a in range(40):
            lengths = nx.single_source_dijkstra_path_length(built.graph, a, weight="km")
            closure.add_weighted_edges_from((a, b, lengths[b]) for b in range(a))
        return nx.minimum_spanning_tree(closure).size(weight="weight")

    assert spanning_km(few) == pytest.approx(spanning_km(full), rel=1e-9)


def test_order_of_places_changes_nothing(country):
    points, roads = random_roads(3)
    chosen = np.random.default_rng(3).choice(len(points), 15, replace=False)
    positions = points[chosen] + np.random.default_rng(4).normal(0, 60, (15, 2))
    positions[5] = positions[6]
    shuffle = np.random.default_rng(5).permutation(15)
    names = np.array([f"o{i}" for i in range(15)])

    def named(order):
        built = country(roads, positions[order], ids=names[order])
        every = np.concatenate([built.places.id, built.trenches.junction_id])
        ends = zip(every[built.trenches.u], every[built.trenches.v], strict=True)
        return sorted(zip([tuple(sorted(pair)) for pair in ends], np.round(built.priced_km, 9), strict=True))

    assert named(np.arange(15)) == named(shuffle)


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_join(country, count):
    built = country(network(MAIN), [(600, 2000)] * count)
    assert len(built.trenches.u) == len(built.trenches.junction_id) == 0
