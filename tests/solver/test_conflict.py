"""Why there is no plan: each kind of rule in a conflict of its own, and what would mend it, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem

from planner.solver import Floor, Limit, Ports, Rules, explain_conflict
from planner.solver.conflict import each_rule_left_out, relax_hops, without_floor
from planner.solver.problem import MAX_MONEY


def ints(*numbers):
    return np.array(numbers, np.int32)


def two(rules, *, budget=100, **more):
    """Root → 1 for 5, root → 2 for 6; office 2 is worth more."""
    problem = make_problem(3, [(0, 1, 5, np.inf), (0, 2, 6, np.inf)], prize=[0, 1, 2], budget=budget, **more)
    return replace(problem, rules=rules)


BOTH = Floor("both", np.array([0.0, 1.0, 1.0]), 2.0)


@pytest.mark.parametrize(
    ("problem", "rules", "relaxed"),
    [
        (two(Rules(floors=(BOTH,)), budget=10), {"budget", "both"}, [("budget", 10, 11), ("both", 2, 1)]),
        (
            two(Rules(floors=(BOTH,), limits=(Limit("opex", np.array([3, 4]), 5),))),
            {"opex", "both"},
            [("opex", 5, 7), ("both", 2, 1)],
        ),
        (two(Rules(floors=(BOTH,), excluded=ints(1))), {"excluded", "both"}, [("both", 2, 1)]),
        (two(Rules(floors=(BOTH,), forbidden=ints(0))), {"forbidden", "both"}, [("both", 2, 1)]),
        (
            two(Rules(floors=(BOTH,), ports=Ports(np.ones(2, np.bool_), np.array([1, 0, 0])))),
            {"ports", "both"},
            [("both", 2, 1)],
        ),
        (two(Rules(held=(ints(1), ints(0))), budget=10), {"budget", "held 0", "held 1"}, [("budget", 10, 11)]),
        (
            two(Rules(held=(ints(0), ints(1)), required=ints(2)), budget=5),
            {"budget", "required 2"},
            [("budget", 5, 11)],
        ),
        (two(Rules(required=ints(1, 2)), budget=10), {"budget", "required 1", "required 2"}, [("budget", 10, 11)]),
        # a floor that is easily kept is none of it; where something else is wrong too, nothing mends it alone
        (
            two(Rules(floors=(BOTH, Floor("easy", BOTH.weight, 1.0))), budget=10),
            {"budget", "both"},
            [("budget", 10, 11), ("both", 2, 1)],
        ),
        (two(Rules(floors=(BOTH,), forbidden=ints(1), required=ints(2)), budget=10), {"budget", "both"}, []),
    ],
)
def test_conflicts_of_every_kind(problem, rules, relaxed):
    found = explain_conflict(problem)
    assert set(found.rules) == rules
    assert found.minimal
    assert sorted((one.rule, one.now, one.needed) for one in found.relaxations if one.proven) == sorted(relaxed)
    changes = [abs(one.needed - one.now) / one.now for one in found.relaxations]
    assert changes == sorted(changes)


def test_what_was_not_searched_to_the_end_is_not_said_to_be_minimal():
    found = explain_conflict(two(Rules(floors=(BOTH,)), budget=10), cancelled=lambda: True)
    assert not found.minimal


def test_each_rule_is_left_out_by_itself():
    rules = Rules(
        limits=(Limit("opex", np.array([3, 4]), 5), Limit("other", np.array([1, 1]), 1)), floors=(BOTH,),
        required=ints(1, 2), excluded=ints(2), held=(ints(0), ints(1)), forbidden=ints(1),
        ports=Ports(np.ones(2, np.bool_), np.array([1, 0, 0])),
    )  # fmt: skip
    problem = two(rules, hops=[1, 1], hop_limit=3)
    changed = {}
    for name, without in each_rule_left_out(problem):
        other = without(problem)
        same = [
            other.hop_limit == 3, other.budget == 100, [x.name for x in other.rules.limits] == ["opex", "other"],
            len(other.rules.floors) == 1, other.rules.required.tolist() == [1, 2], other.rules.excluded.tolist() == [2],
            len(other.rules.held) == 2, other.rules.forbidden.tolist() == [1], other.rules.ports is not None,
        ]  # fmt: skip
        assert same.count(False) == 1
        changed[name] = other
    assert list(changed) == [
        "hops", "ports", "forbidden", "excluded", "opex", "other", "budget", "both", "held 0", "held 1", "required 1",
        "required 2",
    ]  # fmt: skip
    assert [x.name for x in changed["opex"].rules.limits] == ["other"]
    assert (changed["budget"].budget, changed["hops"].hop_limit) == (MAX_MONEY, None)
    assert changed["required 1"].rules.required.tolist() == [2]
    assert [group.tolist() for group in changed["held 0"].rules.held] == [[1]]
    assert [name for name, _without in each_rule_left_out(two(Rules()))] == ["budget"]


@pytest.mark.parametrize(("asked", "needed"), [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)])
def test_the_least_hops_on_a_chain(asked, needed):
    arcs = [(i, i + 1, 1, np.inf) for i in range(5)]
    problem = make_problem(6, arcs, prize=[0] + [1] * 5, budget=50, hops=[1] * 5, hop_limit=asked)
    found = relax_hops(replace(problem, rules=Rules(required=ints(5))))
    assert (found.rule, found.now, found.needed, found.proven) == ("hops", asked, needed, True)


def test_no_hops_are_enough_for_what_money_does_not_reach():
    arcs = [(i, i + 1, 1, np.inf) for i in range(5)]
    problem = make_problem(6, arcs, prize=[0] + [1] * 5, budget=4, hops=[1] * 5, hop_limit=1)
    assert relax_hops(replace(problem, rules=Rules(required=ints(5)))) is None


def test_a_floor_becomes_the_prize():
    other = Floor("other", np.array([0.0, 1.0, 0.0]), 1.0)
    problem = without_floor(replace(two(Rules(floors=(BOTH, other))), cost_weight=0.5), "both")
    assert problem.prize.tolist() == [0.0, 1.0, 1.0]
    assert problem.cost_weight == 0.0
    assert [floor.name for floor in problem.rules.floors] == ["other"]
