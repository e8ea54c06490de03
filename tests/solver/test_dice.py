"""Random numbers against the published generators, in whole numbers of Python."""

import numpy as np
import pytest

from planner.solver.dice import below, draw, new_dice, noise, uniform

WORD = 2**64


def xorshift_star(state):
    """Return the next state and number of xorshift64*, as its author prints it."""
    state ^= state >> 12
    state ^= (state << 25) % WORD
    state ^= state >> 27
    return state, state * 2685821657736338717 % WORD


def test_the_first_numbers_of_a_known_seed():
    """Upper halves that are published for the seed 1234567."""
    dice = np.array([1234567], np.uint64)
    assert [int(draw(dice)) >> 32 for _ in range(5)] == [3540625527, 2750739987, 4037983143, 1993361440, 3809424708]


def test_draws_follow_the_generator():
    dice = new_dice(7)
    state = int(dice[0])
    for turn in range(200):
        state, expected = xorshift_star(state)
        share = (expected >> 11) / 2**53
        if turn % 3 == 0:
            assert int(draw(dice)) == expected
        elif turn % 3 == 1:
            assert uniform(dice) == share
        else:
            assert below(dice, 1 + turn) == int(share * (1 + turn))
        assert int(dice[0]) == state


@pytest.mark.parametrize("seed", range(20))
def test_no_seed_gives_the_state_that_never_moves(seed):
    assert int(new_dice(seed)[0]) % 2 == 1
    assert new_dice(seed)[0] == new_dice(seed)[0]
    assert new_dice(seed)[0] != new_dice(seed + 1)[0]


def test_noise_is_the_mixer_of_splitmix64():
    """Its first number of the seed 1234567 is published: 6457827717110365317."""
    assert noise(np.uint64(1234567), 1) == (6457827717110365317 >> 11) / 2**53
    for salt, a in ((5, 0), (2**63 + 9, 3), (12, 1_000_000)):
        x = (salt + a * 0x9E3779B97F4A7C15) % WORD
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % WORD
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % WORD
        assert noise(np.uint64(salt), a) == ((x ^ (x >> 31)) >> 11) / 2**53
