"""Direct search: against functions of which the least value, and the way to it, are known."""

import numpy as np
import pytest

from planner.solver.patterns import pattern_search


def never(_point, _value):
    return False


class Counted:
    """A function that counts how often it is asked, and where."""

    def __init__(self, function):
        self.function, self.asked = function, []

    def __call__(self, point):
        self.asked.append(point.copy())
        return self.function(point)


def test_at_the_least_value_it_only_looks_around():
    """Steps 1/2, 1/4, … 1/32, up and down along the one coordinate and along all of them; then it is below 0.03."""
    f = Counted(lambda x: float(x @ x))
    assert pattern_search(f, np.zeros(1), 1000, never).tolist() == [0.0]
    steps = [0.5, 0.25, 0.125, 0.0625, 0.03125]
    assert [float(x[0]) for x in f.asked] == [0.0, *(move for s in steps for move in (s, -s, s, -s))]


def test_two_coordinates_and_both_together():
    f = Counted(lambda x: float(np.abs(x).sum()))
    pattern_search(f, np.zeros(2), 1, never)
    s = 0.5
    assert [x.tolist() for x in f.asked[1:]] == [[s, 0], [-s, 0], [0, s], [0, -s], [s, s], [-s, -s]]


@pytest.mark.parametrize("seed", range(20))
def test_the_bottom_of_a_bowl_is_found_to_the_last_step(seed):
    rng = np.random.default_rng(seed)
    bottom, width = rng.uniform(-4, 4, 3), rng.uniform(0.5, 3.0, 3)
    found = pattern_search(lambda x: float((width * (x - bottom) ** 2).sum()), np.zeros(3), 5000, never)
    assert (np.abs(found - bottom) <= 0.03125).all()  # no step that large helps any more, along any coordinate


def test_it_goes_on_in_the_direction_that_has_helped():
    """Far away it takes strides: of 60 steps of a half, fewer than half as many are looked at one by one."""
    f = Counted(lambda x: float(abs(x[0] - 30.0)))
    found = pattern_search(f, np.zeros(1), 10_000, never)
    assert abs(found[0] - 30.0) <= 0.03125
    assert len(f.asked) < 60


@pytest.mark.parametrize("most", [0, 1, 4, 5, 9])
def test_it_ends_when_it_has_looked_often_enough(most):
    """A round of one coordinate looks four times; a round that has begun is ended."""
    f = Counted(lambda x: float(x @ x))
    pattern_search(f, np.zeros(1), most, never)
    assert len(f.asked) == 1 + 4 * -(-most // 4)


def test_it_ends_while_it_strides():
    f = Counted(lambda x: -float(x[0]))
    found = pattern_search(f, np.zeros(1), 12, never)
    # up, and up all together: two in a round; then each round begins ahead
    assert found[0] == max(float(x[0]) for x in f.asked[:3]) or found[0] > 1.0
    assert len(f.asked) <= 1 + 2 + 2 * 3


def test_it_leaves_as_soon_as_it_may():
    begin = np.zeros(2)
    f = Counted(lambda x: float(x @ x))
    assert pattern_search(f, begin, 100, lambda _x, _value: True) is begin
    assert len(f.asked) == 1
    f = Counted(lambda x: -float(x.sum()))
    found = pattern_search(f, begin, 100, lambda _x, value: value <= -0.5)
    assert found.tolist() == [0.5, 0.0]
    assert len(f.asked) == 2


def test_what_is_no_better_is_not_moved_to():
    assert pattern_search(lambda _x: 1.0, np.full(2, 7.0), 100, never).tolist() == [7.0, 7.0]
