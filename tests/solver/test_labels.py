"""Labels of growing: against NetworkX's shortest paths, and what may not be entered, by hand."""

import networkx as nx
import numpy as np
import pytest
from oracles import make_problem, random_graph, random_towns

from planner.solver.desk import Guide, new_desk
from planner.solver.dice import noise
from planner.solver.graph import build_graph
from planner.solver.heap import drop_first
from planner.solver.labels import forget_labels, length_of, measure_room, relax, relax_out, room_at, seed_labels
from planner.solver.standing import CLOSED, CONNECTED, FREE, ORPHAN, SERVED
from planner.solver.tree import bare_tree

SALT = np.uint64(77)


def guide(graph, rng=None, **changes):
    reduced = np.zeros(graph.n_arcs) if rng is None else rng.random(graph.n_arcs)
    plain = Guide(0.5, 1.0, reduced, 0.0, SALT, np.inf, 0.0, 1.0, 0.0)
    return plain._replace(**changes)


def lengths(graph, asked):
    """Return the guiding costs as the guide says."""
    found = []
    for a in range(graph.n_arcs):
        chance = noise(asked.salt, a)
        crosses = graph.place[graph.tail[a]] != graph.place[graph.head[a]]
        factor = asked.dislike if crosses and graph.swappable[graph.head[a]] else 1.0
        plain = asked.greed * asked.price * graph.cost[a] + asked.reduced[a]
        found.append(np.inf if chance < asked.ban else plain * (1.0 + asked.wobble * (chance - 0.5)) * factor)
    return np.array(found)


def test_guiding_costs():
    banned = disliked = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        graph = build_graph(random_towns(rng), None)
        asked = guide(graph, rng, price=0.3, greed=0.7, wobble=0.4, ban=0.2, dislike=3.0)
        found = [length_of(graph, a, asked) for a in range(graph.n_arcs)]
        assert found == pytest.approx(lengths(graph, asked))
        banned += int(np.isinf(found).sum())
        disliked += int(graph.swappable[graph.head].sum())
    assert min(banned, disliked) > 20


@pytest.mark.parametrize("make", [random_graph, random_towns])
def test_without_capacities_labels_are_shortest_ways_from_the_tree(make):
    """Each place by itself, so that none is closed: from all nodes of a tree, over free nodes alone."""
    labelled = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        problem = make(rng)
        problem = make_problem(
            problem.n_nodes,
            np.column_stack([problem.tail, problem.head, problem.cost, np.full(problem.n_arcs, np.inf)]),
            prize=problem.prize,
        )
        graph = build_graph(problem, None)
        if not graph.n_arcs:
            continue
        asked, desk, n = guide(graph, rng, wobble=0.3, price=0.01), new_desk(graph), graph.n_nodes
        state = np.where(rng.random(n) < 0.3, CONNECTED, np.where(rng.random(n) < 0.8, FREE, ORPHAN))
        state[0] = CONNECTED
        desk.state[:] = state
        field = np.flatnonzero(state != CONNECTED)
        desk.field[: field.size] = field
        desk.distance[:] = -5.0  # of another search
        size = seed_labels(graph, bare_tree(n), desk, field.size, asked, 0.0)
        length = lengths(graph, asked)
        while size > 0:
            v = int(desk.heap[0])
            size = drop_first(desk.heap, desk.position, desk.distance, size)
            size = relax_out(graph, desk, v, asked, 0.0, size)
        network = nx.DiGraph()
        network.add_nodes_from(["tree", *range(n)])
        for a in np.argsort(-length).tolist():
            u, v = int(graph.tail[a]), int(graph.head[a])
            if state[v] != CONNECTED:
                network.add_edge("tree" if state[u] == CONNECTED else u, v, weight=length[a])
        expected = nx.single_source_dijkstra_path_length(network, "tree")
        for v in field.tolist():
            assert desk.distance[v] == pytest.approx(expected.get(v, np.inf))
            if v in expected:
                a = desk.entry[v]
                u = graph.tail[a]
                near = state[u] == CONNECTED
                assert graph.head[a] == v
                assert desk.distance[v] == pytest.approx((0.0 if near else desk.distance[u]) + length[a])
                assert desk.spent[v] == pytest.approx((0.0 if near else desk.spent[u]) + asked.price * graph.cost[a])
                labelled += 1
        connected = state == CONNECTED
        assert (desk.distance[connected] == -5.0).all()
    assert labelled > 80


def narrow():
    """Root → 1 over 10 or, dearer, 30; 1 → 2 over 8; 2 → 3 over 20; 0 → 3 over 6."""
    arcs = [(0, 1, 4, 10.0), (0, 1, 6, 30.0), (1, 2, 2, 8.0), (2, 3, 2, 20.0), (0, 3, 40, 6.0)]
    graph = build_graph(make_problem(4, arcs, prize=[0, 5, 5, 5], demand=[0, 5, 5, 5], budget=99), None)
    graph = graph._replace(
        capacity=np.array([dict(enumerate([10.0, 30.0, 8.0, 20.0, 6.0]))[int(a)] for a in graph.origin])
    )
    return graph, {int(a): i for i, a in enumerate(graph.origin)}


def test_room_is_what_the_largest_parallels_above_still_carry():
    graph, at = narrow()
    desk, parent = new_desk(graph), np.array([-2, at[0], at[2], at[3]], np.int32)
    desk.room[0] = np.inf
    desk.load[:] = [13.0, 12.0, 5.0, 2.0]
    desk.clock[1] = 1
    desk.measured[0] = 1
    measure_room(graph, parent, desk, 3)
    assert desk.room[1:].tolist() == [18.0, 3.0, 3.0]  # 30 − 12; 8 − 5; 20 − 2, but no more than above
    assert desk.measured.tolist() == [1, 1, 1, 1]
    assert room_at(graph, parent, desk, 1) == 18.0
    desk.load[:] = [1.0, 1.0, 1.0, 1.0]
    measure_room(graph, parent, desk, 3)
    assert desk.room[1:].tolist() == [18.0, 3.0, 3.0]  # measured once in a search
    desk.clock[1] = 2
    measure_room(graph, parent, desk, 2)
    assert desk.room[1:].tolist() == [29.0, 7.0, 3.0]


def tried(graph, a, need, **of_desk):
    """Return whether an arc labels its head, and the desk, with the root's room unlimited and the head free."""
    desk = new_desk(graph)
    desk.state[:] = FREE
    desk.state[0] = CONNECTED
    desk.room[0] = np.inf
    for name, values in of_desk.items():
        for where, value in values.items():
            getattr(desk, name)[where] = value
    size = relax(graph, desk, a, guide(graph), need, 0)
    return size == 1, desk


def test_an_arc_is_taken_where_it_carries_what_is_needed():
    graph, at = narrow()
    assert [tried(graph, at[0], need)[0] for need in (0.0, 10.0, 10.5)] == [True, True, False]
    # the dearer one is for what the cheaper one does not carry
    assert [tried(graph, at[1], need)[0] for need in (10.0, 10.5, 30.0, 30.5)] == [False, True, True, False]
    assert tried(graph, at[1], 20.0)[1].room[1] == 30.0
    assert tried(graph, at[1], 20.0, room={0: 25.0})[1].room[1] == 25.0
    assert not tried(graph, at[1], 20.0, room={0: 19.0})[0]


def test_an_arc_is_taken_where_it_is_shorter():
    graph, at = narrow()
    a = at[3]
    labels = {"distance": {2: 7.0, 3: 8.0}, "spent": {2: 3.0}, "room": {2: 9.0, 0: np.inf}}
    assert not tried(graph, a, 1.0, **labels)[0]  # 7 + 2/2 is no less
    shorter, desk = tried(graph, a, 1.0, **labels | {"distance": {2: 7.0, 3: 8.1}})
    assert shorter
    assert (desk.distance[3], desk.spent[3], desk.room[3], desk.entry[3]) == (8.0, 4.0, 9.0, a)
    connected = {"state": {2: CONNECTED}, "distance": {2: 7.0, 3: 1.1}, "room": {2: 9.0}}
    shorter, desk = tried(graph, a, 1.0, **connected)
    assert shorter
    assert (desk.distance[3], desk.spent[3]) == (1.0, 1.0)


def test_places_that_are_entered_are_entered_from_inside_alone():
    """1 and 2 are one place: from outside it is closed once entered, and to a leaf that is served there."""
    arcs = [(0, 1, 4, np.inf), (1, 2, 2, np.inf), (0, 2, 9, np.inf)]
    graph = build_graph(make_problem(3, arcs, prize=[0, 0, 5], place=[0, 1, 1], budget=99), None)
    at = {int(a): i for i, a in enumerate(graph.origin)}
    place = int(graph.place[1])
    assert tried(graph, at[0], 0.0)[0]
    assert not tried(graph, at[0], 0.0, entered={place: 1})[0]
    inside = {"distance": {1: 2.0}, "entered": {place: 1}}
    assert tried(graph, at[1], 0.0, **inside)[0]
    assert tried(graph, at[1], 0.0, **inside | {"state": {2: SERVED}})[0]
    assert not tried(graph, at[2], 0.0, state={2: SERVED})[0]


def test_arcs_out_reach_what_may_be_entered():
    arcs = [(0, v, 4, np.inf) for v in range(1, 5)]
    graph = build_graph(make_problem(5, arcs, prize=[0, 1, 1, 1, 1], budget=99), None)
    desk = new_desk(graph)
    desk.state[:] = [CONNECTED, FREE, CLOSED, SERVED, ORPHAN]
    assert relax_out(graph, desk, 0, guide(graph), 0.0, 0) == 2
    assert desk.distance.tolist() == [np.inf, 2.0, np.inf, np.inf, 2.0]  # what is served is entered from inside


def test_labels_of_a_place_are_forgotten():
    arcs = [(0, v, v, np.inf) for v in range(1, 5)]
    graph = build_graph(make_problem(5, arcs, prize=[0, 1, 1, 1, 1], place=[0, 1, 1, 1, 2], budget=99), None)
    desk = new_desk(graph)
    desk.state[:] = [CONNECTED, FREE, ORPHAN, FREE, FREE]
    size = relax_out(graph, desk, 0, guide(graph), 0.0, 0)
    size = drop_first(desk.heap, desk.position, desk.distance, size)  # node 1 is out of the heap
    assert forget_labels(graph, desk, int(graph.place[1]), size) == 3
    assert desk.distance[1:].tolist() == [np.inf, 1.0, np.inf, 2.0]
    assert sorted(desk.heap[:3].tolist()) == [2, 3, 4]
    assert desk.heap[0] == 2
    assert desk.position[1] == -1


def test_the_first_of_the_heap_is_forgotten_too():
    arcs = [(0, v, v, np.inf) for v in range(1, 4)]
    graph = build_graph(make_problem(4, arcs, prize=[0, 1, 1, 1], place=[0, 1, 2, 3], budget=99), None)
    desk = new_desk(graph)
    desk.state[:] = [CONNECTED, FREE, FREE, FREE]
    size = relax_out(graph, desk, 0, guide(graph), 0.0, 0)
    assert (size, desk.heap[0]) == (3, 1)
    assert forget_labels(graph, desk, int(graph.place[1]), size) == 3
    assert (desk.heap[0], desk.distance[1]) == (2, np.inf)


def test_with_capacities_labels_know_what_the_tree_still_carries():
    """1 hangs from the root and passes on what its larger parallel leaves; 2 is labelled with the lesser of both."""
    graph, at = narrow()
    parent = np.array([-2, at[0], -1, -1], np.int32)
    for load, room in ((5.0, 8.0), (25.0, 5.0)):
        desk = new_desk(graph)
        desk.state[:] = [CONNECTED, CONNECTED, FREE, FREE]
        desk.load[:] = [load, load, 0.0, 0.0]
        desk.room[:] = [np.inf, 99.0, 99.0, 99.0]  # of another search
        desk.clock[1] = 4
        desk.field[:2] = [2, 3]
        size = seed_labels(graph, parent, desk, 2, guide(graph), 5.0)
        assert (size, desk.room[1], desk.room[2], desk.room[3]) == (2, 30.0 - load, room, 6.0)
        assert desk.entry[2:].tolist() == [at[2], at[4]]
        size = relax_out(graph, desk, 2, guide(graph), 5.0, size)
        assert (size, desk.room[3], desk.entry[3]) == (2, room, at[3])
    desk = new_desk(graph)
    desk.state[:] = [CONNECTED, CONNECTED, FREE, FREE]
    desk.load[1], desk.room[0], desk.clock[1] = 26.0, np.inf, 1
    desk.field[:2] = [2, 3]
    assert seed_labels(graph, parent, desk, 2, guide(graph), 5.0) == 1  # 30 − 26 are too few for 2
    assert np.isinf(desk.distance[2])
