"""The compiled pieces of the line of sight, step by step, against dense samples of the same ground."""

import numpy as np
import pytest

from planner.terrain import ground_cells, sight_kernel, sight_walk

RADIUS_M = 6_371_000.0
CRITERIA = ((4 / 3, 1.0), (2 / 3, 0.6))
WAVELENGTH_M = 299_792_458.0 / 7e9
DENSE = np.concatenate([[0.0], np.geomspace(1e-4, 0.5, 150)])
SHARES = np.unique(np.concatenate([DENSE, 1.0 - DENSE]))
"""Of a step; dense near its ends, where the Fresnel zone's curve of the first and last step is steepest."""


def grid_of(heights):
    flat = heights.reshape(-1)
    return ground_cells.Grid(flat, flat, *heights.shape, False, False)


def rules_of(lift_m):
    return sight_walk.Rules(
        curvature=np.array([1 / (2 * k * RADIUS_M) for k, _share in CRITERIA]),
        fresnel=np.array([share * np.sqrt(WAVELENGTH_M) for _k, share in CRITERIA]),
        lift_m=lift_m,
        bare_m=0.0,
        rungs_m=np.array([10.0]),
    )


def course_between(grid, start, end, cell_m, bend=0.0):
    """A course between two pixels, bent to the side by ``bend`` cells in the middle of the rows."""
    row, col = np.array([start, end], float).T
    places = ground_cells.Places(row, col, np.zeros(2), np.zeros(2, np.uint8))
    length_m = max(cell_m * float(np.hypot(np.diff(row), np.diff(col))[0]), 1.0)
    return ground_cells.lay_course(grid, places, 0, 1, row.mean() + bend, col.mean(), length_m, 0.0)


def requirement(heights, course, lift_m, t):
    """Bilinear ground, margin and the greater allowance, written anew."""
    row = course.row + t * course.row_b + t * t * course.row_a
    col = course.col + t * course.col_b + t * t * course.col_a
    top, left = np.floor(row).astype(int), np.floor(col).astype(int)
    down, across = row - top, col - left
    ground = (1 - down) * ((1 - across) * heights[top, left] + across * heights[top, left + 1])
    ground += down * ((1 - across) * heights[top + 1, left] + across * heights[top + 1, left + 1])
    d1, d2 = t * course.length_m, (1 - t) * course.length_m
    f1 = np.sqrt(WAVELENGTH_M * d1 * d2 / course.length_m)
    return ground + lift_m + np.max([d1 * d2 / (2 * k * RADIUS_M) + share * f1 for k, share in CRITERIA], axis=0)


def random_courses(seed, count):
    rng = np.random.default_rng(seed)
    heights = rng.integers(0, 60, (40, 50)).astype(np.int16)
    grid = grid_of(heights)
    for _ in range(count):
        start, end = rng.uniform(8, 30, 2), rng.uniform(8, 30, 2)
        yield heights, grid, course_between(grid, start, end, rng.choice([30.0, 90.0, 2000.0]), rng.uniform(-1.5, 1.5))


@pytest.mark.parametrize("lift_m", [1.0, 5.0])
def test_no_tangent_goes_below_what_a_step_asks_for(lift_m):
    """Every step, the first and the last too, at 300 samples each."""
    rays = sight_walk.Rays(1e6, 1e6, -1e6, -1e6)
    room = sight_walk.Room(*(np.empty(200) for _field in range(5)))
    for heights, grid, course in random_courses(1, 60):
        for k in range(course.steps):
            size, is_known = sight_walk.walk_step(grid, course, rules_of(lift_m), k, -np.inf, rays, room, 0)
            assert is_known
            t = (k + SHARES) / course.steps
            kept = np.interp(t, room.t[:size], room.g[:size])
            # a step is taken as straight: what it bends by is for another test
            bend = max(abs(course.row_a), abs(course.col_a)) / (4 * course.steps**2) * 120.0
            assert (kept >= requirement(heights, course, lift_m, t) - bend - 1e-6).all()


def test_steps_are_bounded_from_above_whichever_way_they_go():
    """Steps west and north cross the same cells as steps east and south, and some cross a corner."""
    rules, found = rules_of(1.0), set()
    for heights, grid, course in random_courses(2, 120):
        count = course.steps
        samples = ground_cells.room_for(grid, count + 1)
        sight_kernel._require(grid, course, rules, samples, 0, 1, count + 1)
        most = np.empty(count)
        sight_kernel._bound_steps(grid, rules, samples, count, most)
        cells = samples.cell[: count + 1].astype(np.int64)
        for k in range(count):
            asked = requirement(heights, course, rules.lift_m, (k + SHARES) / course.steps).max()
            assert most[k] >= asked - 1e-9
            change = int(cells[k + 1] - cells[k])
            found.add(change)
            if abs(change) in (0, 1, grid.columns) and np.isfinite(most[k]):  # two cells with a side in common
                corners = [c + d for c in cells[k : k + 2] for d in (0, 1, grid.columns, grid.columns + 1)]
                peak = heights.reshape(-1)[corners].max()
                assert most[k] == pytest.approx(peak + rules.lift_m + samples.allowance[k : k + 2].max())
    columns = 50
    assert found == {0, *(sign * step for sign in (1, -1) for step in (1, columns - 1, columns, columns + 1))}


def test_no_step_reads_beyond_the_raster():
    """Going west along the last row of cells, which has nothing south of it."""
    heights = np.zeros((12, 40), np.int16)
    around = np.full(heights.size + 200, 3000, np.int16)  # what lies behind the raster in memory
    around[: heights.size] = 0
    flat = around[: heights.size]
    grid = ground_cells.Grid(flat, flat, *heights.shape, False, False)
    course = course_between(grid, (10.5, 35.0), (10.5, 5.0), 30.0)
    samples, most = ground_cells.room_for(grid, course.steps + 1), np.empty(course.steps)
    sight_kernel._require(grid, course, rules_of(1.0), samples, 0, 1, course.steps + 1)
    sight_kernel._bound_steps(grid, rules_of(1.0), samples, course.steps, most)
    assert most[np.isfinite(most)].max() < 100.0


def test_land_cover_between_ends_that_one_step_joins_is_seen():
    """A step from beside one end to beside the other crosses what stands between."""
    ground = np.zeros((20, 20), np.int16)
    covered = (ground + 15).reshape(-1)
    grid = ground_cells.Grid(ground.reshape(-1), covered, *ground.shape, True, False)
    row, col = np.array([5.0, 5.0]), np.array([5.5, 8.4])
    places = ground_cells.Places(row, col, np.zeros(2), np.zeros(2, np.uint8))
    course = ground_cells.lay_course(grid, places, 0, 1, 5.0, 6.95, 290.0, 0.4 * 290.0)
    assert course.steps == 3
    rays = sight_walk.Rays(1e6, 1e6, -1e6, -1e6)
    room = sight_walk.Room(*(np.empty(200) for _field in range(5)))
    size, _known = sight_walk.walk_step(grid, course, rules_of(1.0), 1, -np.inf, rays, room, 0)
    assert room.g[:size].min() > 15.0
