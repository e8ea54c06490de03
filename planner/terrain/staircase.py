"""What a path asks of the masts at its ends: the upper hull of its requirements, and the heights read off it.

With t from 0 to 1 along the path and antennas at A and B above the raster's zero, a point with requirement g(t) (the
ground, earth bulge, Fresnel share and margin added up) is cleared when ``(1 - t) A + t B >= g(t)``. The left side is
linear in t: only points on the upper hull of (t, g) can decide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NO_LEVEL = 255


@njit(cache=True, nogil=True)
def clears(t: NDArray[np.float64], g: NDArray[np.float64], first: int, stop: int, a: float, b: float) -> bool:
    """Say whether the ray from height a to height b clears the requirements ``first`` to ``stop``."""
    for i in range(first, stop):  # noqa: SIM110 - a generator would not compile
        if (1.0 - t[i]) * a + t[i] * b < g[i]:
            return False
    return True


@njit(cache=True, nogil=True)
def push(hull_t: NDArray[np.float64], hull_g: NDArray[np.float64], size: int, t: float, g: float) -> int:
    """Add a point to the right of an upper hull and return the hull's new size.

    Andrew's monotone chain, Information Processing Letters 9 (1979), 216.
    """
    while size >= 2:
        ahead_t, ahead_g = hull_t[size - 1] - hull_t[size - 2], hull_g[size - 1] - hull_g[size - 2]
        if ahead_t * (g - hull_g[size - 2]) < ahead_g * (t - hull_t[size - 2]):
            break
        size -= 1
    hull_t[size], hull_g[size] = t, g
    return size + 1


@njit(cache=True, nogil=True)
def climb(
    hull_t: NDArray[np.float64],
    hull_g: NDArray[np.float64],
    ladder_a: NDArray[np.float64],
    ladder_b: NDArray[np.float64],
    least: NDArray[np.uint8],
) -> None:
    """For each antenna height at a, write the least rung of b: it only falls as the height at a rises."""
    level = ladder_b.size  # one too many: not even the highest will do
    for i in range(ladder_a.size):
        while level > 0 and clears(hull_t, hull_g, 0, hull_t.size, ladder_a[i], ladder_b[level - 1]):
            level -= 1
        least[i] = level if level < ladder_b.size else NO_LEVEL


@njit(cache=True, nogil=True)
def transpose(least: NDArray[np.uint8], turned: NDArray[np.uint8]) -> None:
    """Turn "least rung at b per rung at a" into "least rung at a per rung at b"."""
    for j in range(turned.size):
        turned[j] = NO_LEVEL
        for i in range(least.size):
            if least[i] <= j:
                turned[j] = i
                break
