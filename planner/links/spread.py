"""Least-cost search over a grid of ground points, from many places at once.

A step goes to one of 16 neighbours (straight, diagonal, knight's move) and never over forbidden ground. It costs its
length times a factor that grows with its slope: the same price that the finished polyline pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOWHERE = -1
"""In ``Forest.towards`` and ``Forest.home``: no cell."""

# Steps as (rows, columns): 4 straight, 4 diagonal, 8 knight's moves, in this order (the kernels count on it).
_STEPS = [
    *[(0, 1), (0, -1), (1, 0), (-1, 0)],
    *[(1, 1), (1, -1), (-1, 1), (-1, -1)],
    *[(1, 2), (1, -2), (-1, 2), (-1, -2), (2, 1), (2, -1), (-2, 1), (-2, -1)],
]
_FIRST_DIAGONAL, _FIRST_KNIGHT = 4, 8
REUSE = 0.95
"""What a step along an earlier trench counts, as a share of its price, when a later way is sought."""
MARGIN = 2
"""Rows and columns of forbidden cells that must surround the grid, so that no step leaves it."""


@dataclass(frozen=True)
class Ground:
    """One point per cell of a grid, N = rows × columns cells in row-major order.

    Attributes
    ----------
    columns : int
    passable : (N,) bool
        False on water, unknown ground, and in the outer ``MARGIN`` rows and columns.
    position_m : (N, 3) float64
        Earth-centred coordinates: at the length of a step the chord is the geodesic.
    height_m : (N,) float64
        Known wherever passable.
    weight : (N,) float64, optional
        What a metre costs in each cell over one on rural ground; else 1 everywhere.
    """

    columns: int
    passable: NDArray[np.bool_]
    position_m: NDArray[np.float64]
    height_m: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None

    @property
    def weights(self) -> NDArray[np.float64]:
        """What a metre costs in each cell, (N,)."""
        return np.ones(len(self.passable)) if self.weight is None else self.weight


@dataclass(frozen=True)
class Forest:
    """Cheapest ways from every cell to its nearest place.

    Attributes
    ----------
    cost_m : (N,) float64
        Priced metres; infinite where no place can be reached.
    length_m : (N,) float64
        Ground metres along the same way.
    towards : (N,) int64
        Next cell on the way; `NOWHERE` at places and where none can be reached.
    home : (N,) int64
        Cell of the place that is reached.
    """

    cost_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    towards: NDArray[np.int64]
    home: NDArray[np.int64]


def spread(ground: Ground, seeds: NDArray[np.int64], climb_factor: float, trench: NDArray[np.uint16]) -> Forest:
    """Return the cheapest ways from every cell to its nearest seed (one Dijkstra search from all seeds).

    Equal costs are settled by cell index: the order of the seeds changes nothing. Steps along earlier trenches count a
    little less (`REUSE`), so that ways join them where that is hardly longer.

    Parameters
    ----------
    ground : Ground
    seeds : (s,) int64
        Passable cells.
    climb_factor : float
        A step of length d that climbs or falls by h costs d + climb_factor · |h|, times the mean weight of its cells.
    trench : (N,) uint16
        Bit k is set where a trench already runs along step k; see `mark_trench`.
    """
    forest = _spread(
        np.unique(seeds),
        ground.passable,
        ground.position_m,
        ground.height_m,
        ground.weights,
        _step_table(ground.columns),
        climb_factor,
        trench,
    )
    return Forest(*forest)


def mark_trench(trench: NDArray[np.uint16], columns: int, edges: NDArray[np.int64]) -> None:
    """Set the bits of ``trench`` along some steps, (e, 2) cells, in both directions."""
    difference = edges[:, 1] - edges[:, 0]
    for k, step in enumerate(_step_table(columns)[:, 0]):
        trench[edges[difference == step, 0]] |= np.uint16(1 << k)
        trench[edges[difference == -step, 1]] |= np.uint16(1 << k)


def crossings(
    ground: Ground, forest: Forest, climb_factor: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return, for each two places whose regions touch, the step at which the way between them is cheapest.

    The ways through these steps contain a minimum spanning tree of **all** pairs of places (Mehlhorn 1988, A faster
    approximation algorithm for the Steiner problem in graphs).

    Returns
    -------
    a, b : (k,) int64
        Cells at the ends of each step, ``home[a] < home[b]``; sorted by home.
    length_m : (k,) float64
        Ground length of each whole way.
    """
    a, b, cost, length_m = _border_steps(
        ground.passable,
        ground.position_m,
        ground.height_m,
        ground.weights,
        _step_table(ground.columns),
        climb_factor,
        forest.cost_m,
        forest.length_m,
        forest.home,
    )
    home_a, home_b = forest.home[a], forest.home[b]
    order = np.lexsort((b, a, cost, home_b, home_a))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = (np.diff(home_a[order]) != 0) | (np.diff(home_b[order]) != 0)
    best = order[first]
    return a[best], b[best], length_m[best]


@njit(cache=True)
def way_home(cells: NDArray[np.int64], towards: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which cells lie on the ways from the given cells to their places, (N,)."""
    on_way = np.zeros(len(towards), dtype=np.bool_)
    for cell in cells:
        here = cell
        while here != NOWHERE and not on_way[here]:
            on_way[here] = True
            here = towards[here]
    return on_way


def _step_table(columns: int) -> NDArray[np.int64]:
    """Return the steps as differences of cell indices, (16, 3): the target and the two cells passed between."""
    table = np.zeros((len(_STEPS), 3), dtype=np.int64)
    for k, (rows, cols) in enumerate(_STEPS):
        table[k, 0] = rows * columns + cols
        if _FIRST_DIAGONAL <= k < _FIRST_KNIGHT:
            table[k, 1:] = rows * columns, cols
        elif k >= _FIRST_KNIGHT:
            half = int(rows / 2) * columns + int(cols / 2)  # straight half of the move; int() rounds towards zero
            table[k, 1:] = half, table[k, 0] - half
    return table


@njit(cache=True)
def _is_open(here: int, k: int, table: NDArray[np.int64], passable: NDArray[np.bool_]) -> bool:
    """Say whether step k from a passable cell stays on passable ground: corners may be touched, cells not crossed."""
    if not passable[here + table[k, 0]]:
        return False
    if k < _FIRST_DIAGONAL:
        return True
    sides = int(passable[here + table[k, 1]]) + int(passable[here + table[k, 2]])
    return sides >= (1 if k < _FIRST_KNIGHT else 2)


@njit(cache=True)
def _length_m(a: int, b: int, position_m: NDArray[np.float64]) -> float:
    dx = position_m[a, 0] - position_m[b, 0]
    dy = position_m[a, 1] - position_m[b, 1]
    dz = position_m[a, 2] - position_m[b, 2]
    return float(np.sqrt(dx * dx + dy * dy + dz * dz))


@njit(cache=True)
def _spread(
    seeds: NDArray[np.int64],
    passable: NDArray[np.bool_],
    position_m: NDArray[np.float64],
    height_m: NDArray[np.float64],
    weight: NDArray[np.float64],
    table: NDArray[np.int64],
    climb_factor: float,
    trench: NDArray[np.uint16],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    size = len(passable)
    cost_m, length_m = np.full(size, np.inf), np.full(size, np.inf)
    towards, home = np.full(size, NOWHERE), np.full(size, NOWHERE)
    heap = [(0.0, seed) for seed in seeds]
    heapify(heap)
    for seed in seeds:
        cost_m[seed] = length_m[seed] = 0.0
        home[seed] = seed
    while len(heap) > 0:
        cost, here = heappop(heap)
        if cost > cost_m[here]:
            continue
        for k in range(len(table)):
            if not _is_open(here, k, table, passable):
                continue
            there = here + table[k, 0]
            length = _length_m(here, there, position_m)
            step_cost = length + climb_factor * abs(height_m[there] - height_m[here])
            step_cost *= 0.5 * (weight[here] + weight[there])
            if trench[here] >> k & 1:
                step_cost *= REUSE
            new_cost = cost + step_cost
            if new_cost < cost_m[there]:
                cost_m[there] = new_cost
                length_m[there] = length_m[here] + length
                towards[there], home[there] = here, home[here]
                heappush(heap, (new_cost, there))
    return cost_m, length_m, towards, home


@njit(cache=True)
def _border_steps(
    passable: NDArray[np.bool_],
    position_m: NDArray[np.float64],
    height_m: NDArray[np.float64],
    weight: NDArray[np.float64],
    table: NDArray[np.int64],
    climb_factor: float,
    cost_m: NDArray[np.float64],
    length_m: NDArray[np.float64],
    home: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return all steps from one region into another of larger home, with cost and length of the whole way there."""
    a, b = [0 for _ in range(0)], [0 for _ in range(0)]  # empty, yet of known type
    cost, whole_m = [0.0 for _ in range(0)], [0.0 for _ in range(0)]
    for here in range(len(passable)):
        if home[here] == NOWHERE:
            continue
        for k in range(len(table)):
            if not _is_open(here, k, table, passable):
                continue
            there = here + table[k, 0]
            if home[here] < home[there]:
                a.append(here)
                b.append(there)
                step_m = _length_m(here, there, position_m)
                climb_m = abs(height_m[there] - height_m[here])
                step_cost = (step_m + climb_factor * climb_m) * 0.5 * (weight[here] + weight[there])
                cost.append(cost_m[here] + step_cost + cost_m[there])
                whole_m.append(length_m[here] + step_m + length_m[there])
    return np.array(a), np.array(b), np.array(cost), np.array(whole_m)
