"""What a problem refuses."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from oracles import make_problem

from planner.solver.graph import usable_capacity


@pytest.fixture
def line():
    """Root → 1 → 2."""
    return make_problem(3, [(0, 1, 5, np.inf), (1, 2, 5, np.inf)], prize=[0, 1, 2], budget=10)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"budget": -1}, "budget"),
        ({"n_nodes": 0}, "root"),
        ({"tail": np.array([0, 3], np.int32)}, "tail"),
        ({"head": np.array([1, -1], np.int32)}, "head"),
        ({"cost": np.array([5, -5])}, "cost"),
        ({"cost": np.array([5.0, 5.0])}, "cost"),
        ({"cost": np.array([2**52, 1])}, "cost"),
        ({"capacity": np.array([np.nan, 1.0])}, "capacity"),
        ({"prize": np.array([0.0, np.inf, 1.0])}, "prize"),
        ({"prize": np.array([0.0, 1.0])}, "prize"),
        ({"demand": np.array([0.0, -1.0, 1.0])}, "demand"),
        ({"place": np.array([0, 0, 1], np.int32)}, "place"),
        ({"place": np.array([0, -1, 1], np.int32)}, "place"),
    ],
)
def test_numbers_out_of_range_are_refused_by_name(line, changes, word):
    with pytest.raises(ValueError, match=word):
        replace(line, **changes)


HOPS = np.array([1, 0], np.int8)
MOST = np.finfo(np.float64).max


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"budget": -1}, "budget"),
        ({"cost_weight": -0.01}, "cost_weight"),
        ({"cost_weight": np.inf}, "cost_weight"),
        ({"cost_weight": np.nan}, "cost_weight"),
        ({"hop_limit": 1}, "hop_limit"),
        ({"hop_limit": -1, "hops": HOPS}, "hop_limit"),
        ({"hops": np.array([1, -1], np.int8)}, "hops"),
        ({"hops": np.array([1, 0, 1], np.int8)}, "hops"),
        ({"hops": np.array([1, 0])}, "hops"),
        ({"tail": np.array([0, -1], np.int32)}, "tail"),
        ({"head": np.array([1, 3], np.int32)}, "head"),
        ({"tail": np.array([0, 1])}, "tail"),
        ({"cost": np.array([2**52 + 1, 0])}, "cost"),
        ({"cost": np.array([2**52, 2**10])}, "add up"),
        ({"capacity": np.array([-0.5, 1.0])}, "capacity"),
        ({"prize": np.array([0.0, -0.5, 1.0])}, "prize"),
        ({"demand": np.array([0.0, np.inf, 1.0])}, "demand"),
        ({"place": np.array([0, 1, 0], np.int32)}, "place"),
        ({"place": np.array([5, 1, 5], np.int32)}, "place"),
    ],
)
def test_what_lies_just_outside_is_refused(line, changes, word):
    with pytest.raises(ValueError, match=word):
        replace(line, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": 0, "cost_weight": 0.0},
        {"cost_weight": 1e300},
        {"hop_limit": 0, "hops": HOPS},
        {"hops": np.array([127, 0], np.int8)},
        {"tail": np.array([2, 0], np.int32), "head": np.array([0, 2], np.int32)},
        {"cost": np.array([2**52, 0])},
        {"cost": np.array([2**51, 2**51])},
        {"capacity": np.array([0.0, np.inf])},
        {"prize": np.array([0.0, MOST, 0.0]), "demand": np.array([0.0, 0.0, MOST])},
        {"place": np.array([2**31 - 1, 0, 0], np.int32)},
    ],
)
def test_what_lies_just_inside_is_taken(line, changes):
    assert replace(line, **changes).n_arcs == 2


def test_a_root_alone_is_a_problem():
    alone = make_problem(1, [], prize=[3])
    assert (alone.n_nodes, alone.n_arcs) == (1, 0)


@pytest.mark.parametrize("seed", range(50))
def test_a_smaller_capacity_carries_the_same_loads(seed):
    rng = np.random.default_rng(seed)
    unit = rng.integers(1, 60)
    demand = np.r_[0.0, unit * rng.integers(1, 5, 7)].astype(np.float64)
    capacity = np.r_[np.inf, rng.uniform(0.0, 1.2 * demand.sum(), 20), unit * rng.integers(0, 9, 5)]
    usable = usable_capacity(capacity, demand)
    loads = np.array([sum(some) for size in range(8) for some in combinations(demand[1:], size)])
    assert (usable <= capacity).all()
    assert ((loads <= usable[:, None]) == (loads <= capacity[:, None])).all()
    assert (usable[1:21] < capacity[1:21]).any()


def test_loads_that_are_not_whole_leave_capacities_as_they_are():
    capacity = np.array([1.0, 2.3, np.inf])
    assert (usable_capacity(capacity, np.array([0.0, 0.5, 1.0])) == capacity).all()
    assert (usable_capacity(capacity, np.zeros(3)) == capacity).all()
