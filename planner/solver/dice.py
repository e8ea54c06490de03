"""Random numbers for compiled kernels: a seed gives the same search on every machine.

xorshift64* of S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", ACM Transactions
on Mathematical Software 42 (2016). The state is an array of one uint64, not 0, that the kernels advance in place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.solver.kernel import lean

if TYPE_CHECKING:
    from numpy.typing import NDArray


def new_dice(seed: int) -> NDArray[np.uint64]:
    """Return the state for a seed."""
    return np.random.SeedSequence(seed).generate_state(1, np.uint64) | np.uint64(1)


@lean
def draw(dice: NDArray[np.uint64]) -> np.uint64:
    """Return 64 random bits."""
    x = dice[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    dice[0] = x
    return np.uint64(x * np.uint64(2685821657736338717))


@lean
def uniform(dice: NDArray[np.uint64]) -> float:
    """Return a number in [0, 1)."""
    return float(draw(dice) >> np.uint64(11)) * 2.0**-53


@lean
def below(dice: NDArray[np.uint64], n: int) -> int:
    """Return a whole number in 0…n−1."""
    return int(uniform(dice) * n)


@lean
def noise(salt: np.uint64, a: int) -> float:
    """Return a number in [0, 1) that depends on the salt and the index alone (the mixer of splitmix64)."""
    x = salt + np.uint64(a) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((x ^ (x >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53
