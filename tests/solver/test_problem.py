"""What a problem refuses."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import make_problem


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
