"""Rows of the root's program that rules and places give, by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem

from planner.solver import Floor, Limit, Rules
from planner.solver.graph import build_graph
from planner.solver.root_program import UNITS, place_rows, ruled_rows

COLUMN = np.array([-1, 5, 0, 7])
"""Columns of the nodes; the root has none, and one has the first."""


def rows(rules, budget=1000, column=COLUMN):
    """Root → 1, 2 and 3 for 10, 20 and 30."""
    arcs = [(0, 1, 10, np.inf), (0, 2, 20, np.inf), (0, 3, 30, np.inf)]
    problem = replace(make_problem(4, arcs, prize=[0, 1, 2, 3], budget=budget), rules=rules)
    found = ruled_rows(build_graph(problem, None), problem, column)
    return [(row.columns.tolist(), row.factor.tolist(), row.least, row.most) for row in found]


def test_money_that_buys_everything_is_no_row():
    assert rows(Rules(), 60) == []
    assert rows(Rules(), 50) == [
        ([0, 1, 2], pytest.approx([10 / 50 * UNITS, 20 / 50 * UNITS, 30 / 50 * UNITS]), -math.inf, UNITS)
    ]


def test_limits_are_told_in_shares_of_what_they_allow():
    limit = Limit("opex", np.array([4, 0, 2]), 5)
    assert rows(Rules(limits=(limit,))) == [([0, 2], pytest.approx([0.8 * UNITS, 0.4 * UNITS]), -math.inf, UNITS)]
    assert rows(Rules(limits=(replace(limit, most=6),))) == []


def test_floors_are_told_in_shares_of_what_they_ask_for_less_what_the_root_has():
    floor = Floor("north", np.array([1.0, 2.0, 0.0, 3.0]), 4.0)
    assert rows(Rules(floors=(floor,))) == [([5, 7], [0.5, 0.75], 0.75, math.inf)]
    assert rows(Rules(floors=(replace(floor, least=0.5),))) == []
    assert rows(Rules(floors=(replace(floor, least=1.0),))) == []
    small = Floor("north", np.array([0.0, 0.25, 0.5, 0.0]), 0.5)
    assert rows(Rules(floors=(small,))) == [([5, 0], [0.25, 0.5], 0.5, math.inf)]
    assert rows(Rules(floors=(small,)), column=np.array([-1, -1, -1, 2])) == []


def test_what_is_required_is_reached():
    required = np.array([3, 2], np.int32)
    assert rows(Rules(required=required)) == [([0], [1.0], 1.0, math.inf), ([7], [1.0], 1.0, math.inf)]
    assert rows(Rules(required=required), column=np.array([-1, 1, 2, -1])) == [([2], [1.0], 1.0, math.inf)]


def test_a_place_is_entered_once():
    """Two arcs lead into place 1, at different nodes, one into place 2, and one stays inside."""
    arcs = [(0, 1, 1, np.inf), (0, 2, 1, np.inf), (1, 2, 1, np.inf), (1, 3, 1, np.inf)]
    graph = build_graph(make_problem(4, arcs, prize=[0, 1, 2, 3], place=[0, 1, 1, 2], budget=9), None)
    (row,) = place_rows(graph)
    assert set(graph.origin[row.columns].tolist()) == {0, 1}
    assert (row.factor.tolist(), row.least, row.most) == ([1.0, 1.0], -math.inf, 1.0)
