"""Which rules a plan breaks, and what rules are refused: small plans by hand."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem

from planner.solver import Floor, Limit, Ports, Rules
from planner.solver.rules import broken_rules, takes_port


def spread():
    """Root → 1 → 2 → 3; nodes 1 and 2 are one place."""
    arcs = [(0, 1, 5, np.inf), (1, 2, 7, np.inf), (2, 3, 9, np.inf)]
    return make_problem(4, arcs, prize=[0, 1, 2, 3], budget=100, place=[0, 1, 1, 2])


def ints(*numbers):
    return np.array(numbers, np.int32)


ALL = ints(0, 1, 2)


@pytest.mark.parametrize(
    ("rules", "arcs", "broken"),
    [
        (Rules(), ALL, []),
        (Rules(limits=(Limit("opex", np.array([1, 2, 3]), 6),)), ALL, []),
        (Rules(limits=(Limit("opex", np.array([1, 2, 3]), 5),)), ALL, ["opex"]),
        (Rules(limits=(Limit("opex", np.array([1, 2, 3]), 5),)), ALL[:2], []),
        (Rules(floors=(Floor("region", np.array([0.5, 1.0, 2.0, 4.0]), 7.5),)), ALL, []),
        (Rules(floors=(Floor("region", np.array([0.5, 1.0, 2.0, 4.0]), 7.6),)), ALL, ["region"]),
        (Rules(floors=(Floor("region", np.array([0.5, 1.0, 2.0, 4.0]), 0.5),)), ALL[:0], []),
        (Rules(required=ints(3, 0)), ALL, []),
        (Rules(required=ints(3, 1)), ALL[:2], ["required"]),
        (Rules(excluded=ints(3)), ALL[:2], []),
        (Rules(excluded=ints(3, 2)), ALL[:2], ["excluded"]),
        (Rules(held=(ints(0, 2), ints(1))), ALL[:2], []),
        (Rules(held=(ints(0), ints(2))), ALL[:2], ["held"]),
        (Rules(forbidden=ints(2)), ALL[:2], []),
        (Rules(forbidden=ints(2, 1)), ALL[:2], ["forbidden"]),
        (Rules(required=ints(3), forbidden=ints(0)), ALL[:1], ["required", "forbidden"]),
    ],
)
def test_what_a_plan_breaks_is_named(rules, arcs, broken):
    assert broken_rules(replace(spread(), rules=rules), arcs) == broken


@pytest.mark.parametrize(("budget", "broken"), [(21, []), (20, ["budget"])])
def test_a_budget_is_a_rule(budget, broken):
    assert broken_rules(replace(spread(), budget=budget), ALL) == broken


@pytest.mark.parametrize(
    ("uses", "most", "taken", "broken"),
    [
        # the arc from 1 to 2 stays in their place and takes none
        ([True, True, True], [1, 1, 1, 0], [True, False, True], []),
        ([True, True, True], [0, 1, 1, 0], [True, False, True], ["ports"]),
        ([True, True, True], [1, 0, 0, 5], [True, False, True], ["ports"]),
        ([False, True, True], [0, 1, 1, 0], [False, False, True], []),
        ([False, False, False], [0, 0, 0, 0], [False, False, False], []),
    ],
)
def test_ports_are_taken_where_a_link_leaves_a_place(uses, most, taken, broken):
    problem = replace(spread(), rules=Rules(ports=Ports(np.array(uses), np.array(most))))
    assert takes_port(problem, ALL).tolist() == taken
    assert takes_port(problem, ALL[1:]).tolist() == taken[1:]
    assert broken_rules(problem, ALL) == broken


@pytest.mark.parametrize(
    ("rules", "any_rule", "only_required"),
    [
        (Rules(), False, True),
        (Rules(excluded=ints(1), forbidden=ints(1)), False, True),
        (Rules(required=ints(1)), True, True),
        (Rules(held=(ints(1),)), True, False),
        (Rules(limits=(Limit("a", np.zeros(3, np.int64), 0),)), True, False),
        (Rules(floors=(Floor("a", np.zeros(4), 0.0),)), True, False),
        (Rules(ports=Ports(np.zeros(3, bool), np.zeros(4, np.int64))), True, False),
    ],
)
def test_which_rules_the_search_looks_at(rules, any_rule, only_required):
    taken = replace(spread(), rules=rules)
    assert (taken.rules.any, taken.rules.only_required) == (any_rule, only_required)


@pytest.mark.parametrize(
    "rules",
    [
        Rules(limits=(Limit("a", np.array([2**51, 2**51, 0]), 0),)),
        Rules(floors=(Floor("a", np.array([0.0, 2.0**52, 0.0, 0.0]), 0.0),)),
        Rules(required=ints(0, 3), excluded=ints(3), forbidden=ints(0, 2), held=(ints(2),)),
    ],
)
def test_rules_at_the_edge_of_their_range_are_taken(rules):
    replace(spread(), rules=rules)


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        (Rules(required=ints(4)), r"required: expected int32 numbers in 0…3"),
        (Rules(excluded=ints(-1)), r"excluded: expected int32 numbers in 0…3"),
        (Rules(excluded=ints(0)), "excluded: the root"),
        (Rules(forbidden=ints(3)), r"forbidden: expected int32 numbers in 0…2"),
        (Rules(held=(ints(0), ints(3))), r"held: expected int32 numbers in 0…2"),
        (Rules(held=(np.array([0]),)), "held: expected int32"),
        (Rules(required=np.zeros((1, 1), np.int32)), "required: expected int32"),
        (Rules(limits=(Limit("a", np.array([2**51, 2**51, 2]), 0),)), "add up"),
        (Rules(limits=(Limit("a", np.array([0, -1, 0]), 0),)), "numbers ≥ 0"),
        (Rules(limits=(Limit("a", np.array([0, 1, 0]), -1),)), "numbers ≥ 0"),
        (Rules(limits=(Limit("a", np.array([0, 1]), 1),)), r"expected \(3,\) int64"),
        (Rules(limits=(Limit("a", np.array([0.0, 1, 0]), 1),)), r"expected \(3,\) int64"),
        (Rules(floors=(Floor("a", np.array([0.0, np.inf, 0, 0]), 0),)), "numbers ≥ 0"),
        (Rules(floors=(Floor("a", np.array([0.0, np.nan, 0, 0]), 0),)), "numbers ≥ 0"),
        (Rules(floors=(Floor("a", np.zeros(4), np.inf),)), "numbers ≥ 0"),
        (Rules(ports=Ports(np.zeros(3, bool), np.array([0, 1, 2, 0]))), "must agree"),
        (Rules(ports=Ports(np.zeros(2, bool), np.array([0, 1, 1, 0]))), "bool for uses"),
        (Rules(ports=Ports(np.zeros(3), np.array([0, 1, 1, 0]))), "bool for uses"),
        (Rules(ports=Ports(np.zeros(3, bool), np.array([0, -1, -1, 0]))), "ports: values"),
    ],
)
def test_rules_beyond_their_range_are_refused(rules, what):
    with pytest.raises(ValueError, match=what):
        replace(spread(), rules=rules)
