"""The compiled loops of the line of sight: walk a path cell by cell, keep what constrains it, read off the masts.

Most paths are blocked by some sample, and soon found out. Of the others every step is followed exactly that may ask for
more than the samples do (`planner.terrain.sight_walk`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from planner.terrain.elevation import VOID_HEIGHT
from planner.terrain.ground_cells import (
    Course,
    Grid,
    Places,
    Samples,
    find_cells,
    is_on_grid,
    lay_course,
    read_heights,
    room_for,
)
from planner.terrain.sight_walk import MORE_POINTS, MOST_POINTS, Rays, Room, Rules, walk_step
from planner.terrain.staircase import NO_LEVEL, clears, climb, push, transpose

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLEAR, BLOCKED, VOID = 0, 1, 2

_BLOCK = 64  # steps worked on together: long enough for vector instructions, short enough to leave early
_PROBE = 16  # every how manieth sample is looked at before all are
_MOST_VOIDS = 65535


class Paths(NamedTuple):
    """Pairs to trace: their numbers, the pixels of their great circles' middles, their lengths; each of shape (m,)."""

    pair: NDArray[np.intp]
    middle_row: NDArray[np.float64]
    middle_col: NDArray[np.float64]
    length_m: NDArray[np.float64]


class Answers(NamedTuple):
    """To be filled per pair: table of rungs, shape (pairs, L), that comes filled with ``NO_LEVEL``; state; voids."""

    least_level: NDArray[np.uint8]
    state: NDArray[np.uint8]
    voids: NDArray[np.uint16]


@njit(cache=True, nogil=True, error_model="numpy")
def _ask_clearance(course: Course, rules: Rules, samples: Samples, count: int) -> None:
    """Set the allowance of each sample, for given t."""
    samples.allowance[:count] = 0.0
    for criterion in range(rules.curvature.size):
        bulge_m = course.length_m * course.length_m * rules.curvature[criterion]
        fresnel_m = np.sqrt(course.length_m) * rules.fresnel[criterion]
        for i in range(count):
            w = samples.t[i] * (1.0 - samples.t[i])
            samples.allowance[i] = max(samples.allowance[i], bulge_m * w + fresnel_m * np.sqrt(w))


@njit(cache=True, nogil=True)
def _mend_voids(grid: Grid, samples: Samples, count: int) -> int:
    """Make voids sea, or set g to −inf where the ground is unknown or beyond the grid.

    Return how many samples lie over voids; the last does not count, for it is the first of the next block.
    """
    voids = 0
    for i in range(count):
        four = samples.four[:, i]
        if not is_on_grid(grid, samples.row[i], samples.col[i]):
            samples.g[i] = -np.inf
            continue
        if min(four[0], four[1], four[2], four[3]) != VOID_HEIGHT:
            continue
        voids += int(i < count - 1)
        if not grid.void_is_sea:
            samples.g[i] = -np.inf
            continue
        for k in range(4):
            if four[k] == VOID_HEIGHT:
                four[k] = 0
        samples.peak[i] = max(four[0], four[1], four[2], four[3])
    return voids


@njit(cache=True, nogil=True, error_model="numpy")
def _require(
    grid: Grid, course: Course, rules: Rules, samples: Samples, first: int, stride: int, count: int
) -> tuple[bool, int]:
    """Fill ``count`` samples; return whether any lies over a void (g is −inf where unknown), and how many but the last.

    One simple loop per step, each over a block: that is what the compiler turns into vector instructions.
    """
    for i in range(count):
        samples.t[i] = (first + i * stride) / course.steps
    _ask_clearance(course, rules, samples, count)
    find_cells(grid, course, samples, count)
    has_void = read_heights(grid, course, samples, count)
    samples.g[:count] = 0.0
    voids = _mend_voids(grid, samples, count) if has_void or course.leaves_grid else 0
    four = samples.four
    for i in range(count):
        upper = four[0, i] + samples.across[i] * (np.float64(four[1, i]) - four[0, i])
        lower = four[2, i] + samples.across[i] * (np.float64(four[3, i]) - four[2, i])
        samples.g[i] += upper + samples.down[i] * (lower - upper) + rules.lift_m + samples.allowance[i]
    return has_void, voids


@njit(cache=True, nogil=True)
def _probes_clear(grid: Grid, course: Course, rules: Rules, samples: Samples, rays: Rays) -> bool:
    """Look at every 16th sample only: most blocked paths are found out here."""
    first = _PROBE
    while first < course.steps:
        count = min(_BLOCK, (course.steps - 1 - first) // _PROBE + 1)
        _require(grid, course, rules, samples, first, _PROBE, count)
        if not clears(samples.t, samples.g, 0, count, rays.high_a, rays.high_b):
            return False
        first += count * _PROBE
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def _bound_steps(grid: Grid, rules: Rules, samples: Samples, count: int, most: NDArray[np.float64]) -> None:
    """Set for ``count`` steps from each sample to the next a bound on what the step asks for.

    Bilinear ground does not rise above the corners of the cells that the step may cross, and the allowance only rises
    towards the middle of the path. A step between cells that touch at a corner crosses one of two others; each has one
    corner that is in neither.
    """
    heights, columns = grid.surface, grid.columns
    for k in range(count):
        most[k] = max(samples.peak[k], samples.peak[k + 1])
        most[k] += rules.lift_m + max(samples.allowance[k], samples.allowance[k + 1])
    for k in range(count):
        cell = np.int64(samples.cell[k])
        change = np.int64(samples.cell[k + 1]) - cell  # of unsigned numbers there would be no step west or north
        if change in (0, 1, -1, columns, -columns):
            continue
        down, right = change > 0, change in (columns + 1, 1 - columns)
        one = cell + (0 if down else columns) + (2 if right else -1)
        other = cell + (2 * columns if down else -columns) + (0 if right else 1)
        far = max(float(heights[one]), float(heights[other]))
        is_void = heights[one] == VOID_HEIGHT or heights[other] == VOID_HEIGHT
        # the larger of two corners lifts the bound by what it stands above the others
        most[k] = np.inf if is_void else most[k] + max(far - max(samples.peak[k], samples.peak[k + 1]), 0.0)
    for k in range(count):
        if samples.bare[k] or samples.bare[k + 1] or samples.t[k] <= 0.5 <= samples.t[k + 1]:
            most[k] = np.inf


@njit(cache=True, nogil=True)
def _look_at_samples(
    grid: Grid, course: Course, rules: Rules, samples: Samples, rays: Rays, room: Room
) -> tuple[int, int, int]:
    """Look at the samples of the whole path; return its state, the size of their hull, and its voids.

    The hull begins and ends at the lowest antennas. No antenna stands lower, so that a ray that clears two of the
    hull's vertices clears the chord between them: what lies below the hull constrains nothing.
    """
    is_unknown = course.leaves_grid
    size, voids, first = push(room.sample_t, room.sample_g, 0, 0.0, rays.low_a), 0, 0
    while first < course.steps:
        count = min(_BLOCK, course.steps - first)
        has_void, over_void = _require(grid, course, rules, samples, first, 1, count + 1)
        voids += over_void
        is_unknown |= has_void and not grid.void_is_sea
        inner_first, inner_stop = int(first == 0), count + int(first + count < course.steps)  # without the ends
        if not clears(samples.t, samples.g, inner_first, inner_stop, rays.high_a, rays.high_b):
            return BLOCKED, 0, voids
        if has_void or course.leaves_grid:
            room.most[first : first + count] = np.inf
        else:
            _bound_steps(grid, rules, samples, count, room.most[first : first + count])
        for k in range(inner_first, count):
            t, g = samples.t[k], samples.g[k]
            if g > (1.0 - t) * rays.low_a + t * rays.low_b:  # what even the lowest antennas clear constrains nothing
                size = push(room.sample_t, room.sample_g, size, t, g)
        first += count
    size = push(room.sample_t, room.sample_g, size, 1.0, rays.low_b)
    return (VOID if is_unknown else CLEAR), size, voids


@njit(inline="always")
def _hull_at(room: Room, behind: int, t: float) -> float:
    """Return the height of the samples' hull at t; ``behind`` of its vertices, the first at least, lie up to t."""
    last_t, last_g = float(room.sample_t[behind - 1]), float(room.sample_g[behind - 1])
    if t == last_t:
        return last_g
    rise = (t - last_t) / (room.sample_t[behind] - last_t) * (room.sample_g[behind] - last_g)
    return last_g + float(rise)


@njit(cache=True, nogil=True)
def _follow(grid: Grid, course: Course, rules: Rules, rays: Rays, room: Room, vertices: int) -> tuple[int, int]:
    """Walk the steps that may rise above the hull of the samples; return the path's state and the whole hull's size."""
    size, behind, state = push(room.t, room.g, 0, room.sample_t[0], room.sample_g[0]), 1, CLEAR
    beneath_t = rays.low_a
    for k in range(course.steps):
        next_t = (k + 1) / course.steps
        then_behind = behind
        while then_behind < vertices and room.sample_t[then_behind] <= next_t:
            then_behind += 1
        beneath_next = _hull_at(room, then_behind, next_t)
        beneath = min(beneath_t, beneath_next)  # the hull is concave
        beneath_t = beneath_next
        if room.most[k] > beneath:
            size, is_known = walk_step(grid, course, rules, k, beneath, rays, room, size)
            if size < 0:
                return BLOCKED, 0
            if not is_known:
                state = VOID
        while behind < then_behind:
            size = push(room.t, room.g, size, room.sample_t[behind], room.sample_g[behind])
            behind += 1
    return state, size


@njit(cache=True, nogil=True, error_model="numpy")
def trace_paths(
    grid: Grid,
    places: Places,
    u: NDArray[np.uint32],
    v: NDArray[np.uint32],
    paths: Paths,
    rules: Rules,
    answers: Answers,
) -> None:
    """Fill the answers of some pairs."""
    samples = room_for(grid, _BLOCK + 1)
    room = Room(np.empty(0), np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    for n in range(paths.pair.size):
        pair = paths.pair[n]
        a, b = int(u[pair]), int(v[pair])
        # one direction per path, whoever is called u: the same pair always meets the same samples
        flipped = (places.row[a], places.col[a]) > (places.row[b], places.col[b])
        if flipped:
            a, b = b, a
        if places.max_level[a] == NO_LEVEL or places.max_level[b] == NO_LEVEL:
            answers.state[pair] = BLOCKED
            continue
        if not np.isfinite(places.ground_m[a] + places.ground_m[b] + paths.middle_row[n] + paths.middle_col[n]):
            answers.state[pair] = VOID
            continue
        course = lay_course(
            grid, places, a, b, paths.middle_row[n], paths.middle_col[n], paths.length_m[n], rules.bare_m
        )
        if room.most.size < course.steps:
            some, many = 2 * course.steps, 2 * (MOST_POINTS + 1) * course.steps + MORE_POINTS
            room = Room(np.empty(some), np.empty(some), np.empty(many), np.empty(many), np.empty(some))
        ladder_a = places.ground_m[a] + rules.rungs_m[: int(places.max_level[a]) + 1]
        ladder_b = places.ground_m[b] + rules.rungs_m[: int(places.max_level[b]) + 1]
        rays = Rays(ladder_a[-1], ladder_b[-1], ladder_a[0], ladder_b[0])
        if not _probes_clear(grid, course, rules, samples, rays):
            answers.state[pair] = BLOCKED
            continue
        state, vertices, voids = _look_at_samples(grid, course, rules, samples, rays, room)
        size = 0
        if state != BLOCKED:
            followed, size = _follow(grid, course, rules, rays, room, vertices)
            state = state if followed == CLEAR else followed
        answers.state[pair] = state
        if state != CLEAR:
            continue
        answers.voids[pair] = min(voids, _MOST_VOIDS)
        least = np.empty(ladder_a.size, np.uint8) if flipped else answers.least_level[pair, : ladder_a.size]
        climb(room.t[:size], room.g[:size], ladder_a, ladder_b, least)
        if flipped:
            transpose(least, answers.least_level[pair, : ladder_b.size])
