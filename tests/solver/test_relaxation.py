"""Rows of a program and their way to smaller graphs: by hand, and held by every plan."""

import numpy as np
import pytest
from oracles import all_plans, make_problem, random_graph

from planner.solver.cuts import new_cut_list, note_cut
from planner.solver.graph import build_graph
from planner.solver.reduce import through
from planner.solver.relaxation import Relaxation, Row, balance, cut_row, move, rows_of, tie


def ints(*numbers):
    return np.array(numbers, np.int32)


def floats(*numbers):
    return np.array(numbers, float)


def plain(row):
    return row.arcs.tolist(), row.weight.tolist(), row.nodes.tolist(), row.drawn.tolist(), row.least


def test_slack_is_what_arcs_bring_less_what_nodes_draw():
    row = Row(ints(0, 2), floats(1, 3), ints(1), floats(2), 0.5)
    assert row.slack(floats(0.5, 9, 0.25), floats(9, 0.1)) == pytest.approx(0.5 + 0.75 - 0.2 - 0.5)


def test_rows_of_cuts_and_ties():
    cuts = new_cut_list(3, 9)
    note_cut(cuts, 4, ints(1, 3), 2)
    note_cut(cuts, 2, ints(5, 6, 7), 2)
    assert [plain(row) for row in rows_of(cuts)] == [([1, 3], [1, 1], [4], [1], 0), ([5, 6], [1, 1], [2], [1], 0)]
    assert plain(cut_row(ints(8), ints(3))) == ([8], [1], [3], [1], 0)
    assert plain(tie(ints(4, 5), 7)) == ([4, 5, 7], [1, 1, -1], [], [], 0)


def both_ways():
    """Root → 1 ⇄ 2 → 3, and root → 2."""
    ends = [(0, 1), (1, 2), (2, 1), (2, 3), (0, 2)]
    problem = make_problem(4, [(*each, 5, np.inf) for each in ends], prize=[0, 1, 2, 3], budget=99)
    graph = build_graph(problem, None)
    return graph, {(int(graph.tail[a]), int(graph.head[a])): a for a in range(graph.n_arcs)}


def test_an_arc_needs_one_into_its_tail_from_elsewhere():
    graph, at = both_ways()
    row = balance(graph, at[2, 3])
    assert plain(row) == ([*sorted([at[0, 2], at[1, 2]]), at[2, 3]], [1, 1, -1], [], [], 0)
    row = balance(graph, at[2, 1])
    assert plain(row) == ([at[0, 2], at[2, 1]], [1, -1], [], [], 0)


@pytest.mark.parametrize(
    ("row", "moved"),
    [
        (Row(ints(0, 1, 2), floats(1, 2, 3), ints(1, 2), floats(4, 5), 0.0), ([0, 1], [1, 3], [1], [4], 0)),
        (Row(ints(0, 1), floats(1, 1), ints(2), floats(1), 0.0), None),  # holds whatever is held
        (Row(ints(0, 1), floats(1, 1), ints(2), floats(1), 1.0), ([0], [1], [], [], 1.0)),
        (Row(ints(0, 1), floats(-1, 1), ints(2), floats(1), 0.0), ([0], [-1], [], [], 0)),
        (Row(ints(1), floats(-1), ints(2), floats(1), 0.0), None),
        (Row(ints(0), floats(0), ints(2), floats(1), 0.0), None),
        (Row(ints(1), floats(1), ints(1), floats(1), 0.0), ([], [], [1], [1], 0)),
        (Row(ints(1), floats(1), ints(0), floats(1), 0.0), ([], [], [0], [1], 0)),
    ],
)
def test_rows_of_what_is_left(row, moved):
    """Of three arcs the middle one goes, of three nodes the last."""
    found = move(row, ints(0, -1, 1), ints(0, 1, -1))
    assert (None if found is None else plain(found)) == moved


def relaxation(graph, reduced, rows=()):
    return Relaxation(graph, 10.0, 50.0, np.asarray(reduced, float), list(rows))


def test_above_a_target_the_reduced_costs_of_paths_decide():
    graph, at = both_ways()
    reduced = np.zeros(graph.n_arcs)
    reduced[at[0, 1]], reduced[at[2, 3]] = 20.0, 35.0
    left = relaxation(graph, reduced).above(20.0)
    assert {(int(left.graph.node[u]), int(left.graph.node[v])) for u, v in zip(*ends(left.graph), strict=True)} == {
        (0, 1), (0, 2), (1, 2), (2, 1),
    }  # fmt: skip
    assert (left.floor, left.ceiling) == (20.0, 50.0)
    assert left.reduced.tolist() == reduced[left.graph.number].tolist()
    assert relaxation(graph, reduced).above(5.0).floor == 10.0


def ends(graph):
    return graph.tail.tolist(), graph.head.tolist()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_the_arcs_nearest_to_the_best_paths(count):
    graph, at = both_ways()
    reduced = np.zeros(graph.n_arcs)
    reduced[at[0, 1]], reduced[at[2, 3]], reduced[at[1, 2]] = 1.0, 7.0, 3.0
    lost = through(graph, reduced)
    worst = np.sort(lost)[min(count, 5) - 1]
    held = ints(at[2, 3])
    kept = set(np.flatnonzero(lost <= worst).tolist()) | {at[2, 3]}
    left = relaxation(graph, reduced).near(count, held)
    assert set(left.graph.number.tolist()) == kept
    assert (left.floor, left.ceiling) == (10.0, 50.0)


def test_rows_hold_for_the_plans_of_the_part():
    """Rows that all plans keep, cuts around random sets, and the same for those plans that are left."""
    compared = fewer = 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        problem = random_graph(rng)
        graph = build_graph(problem, None)
        if not graph.n_arcs or problem.n_arcs > 14:
            continue
        rows = []
        for _ in range(5):
            inside = rng.random(graph.n_nodes) < 0.5
            inside[0] = False
            entering = np.flatnonzero(inside[graph.head] & ~inside[graph.tail]).astype(np.int32)
            rows += [cut_row(entering, ints(v)) for v in np.flatnonzero(inside & (graph.prize > 0))[:1]]
        rows += [balance(graph, a) for a in np.flatnonzero(graph.tail != 0)[:3].tolist()]
        whole = relaxation(graph, rng.random(graph.n_arcs), rows)
        kept = rng.random(graph.n_arcs) < 0.7
        left = whole.of(kept, 3.0)
        assert left.floor == 3.0
        assert left.reduced.tolist() == whole.reduced[np.isin(graph.number, left.graph.number)].tolist()
        alone = [relaxation(graph, whole.reduced, [row]).of(kept, 3.0).rows for row in rows]
        told = [[] if row is None else [plain(row)] for row in whole.moved(left.graph)]
        assert told == [[plain(row) for row in each] for each in alone]
        fewer += len(left.rows) < len(rows)
        prized = set(left.graph.node[left.graph.prize > 0].tolist())
        nodes = [v for row in rows for v in graph.node[row.nodes].tolist() if v in prized]
        assert [v for row in left.rows for v in left.graph.node[row.nodes].tolist()] == nodes
        number = {int(a): i for i, a in enumerate(left.graph.origin)}
        for plan in all_plans(problem):
            if plan <= number.keys():
                held = np.zeros(left.graph.n_arcs)
                held[[number[a] for a in plan]] = 1.0
                reached = np.bincount(left.graph.head, held, left.graph.n_nodes)
                assert all(row.slack(held, reached) >= 0.0 for row in left.rows)
                compared += len(left.rows)
    assert compared > 500
    assert fewer > 10
