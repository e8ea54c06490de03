"""Summits and their prominence, against brute force and landscapes by hand."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from scipy.ndimage import gaussian_filter, label

from planner.terrain import VOID_HEIGHT, Elevation, find_peaks
from planner.terrain.peaks import prominences

TOUCH = np.ones((3, 3))
CELL_DEG = 1 / 1200


def by_brute_force(heights):
    """Prominence of every cell: lower the water until its island holds higher ground."""
    found = {}
    ground = np.isfinite(heights)
    rank = np.full(heights.shape, -1)
    order = np.argsort(np.where(ground, -heights, np.inf).ravel(), kind="stable")[: ground.sum()]
    rank.ravel()[order] = np.arange(len(order))
    for cell in order:
        mine, height = rank.ravel()[cell], heights.ravel()[cell]
        whole, _count = label(ground, TOUCH)
        island = whole == whole.ravel()[cell]
        base = heights[island].min()
        for level in np.unique(heights[island & (heights <= height)])[::-1]:
            pieces, _count = label(ground & (heights >= level), TOUCH)
            if (rank[pieces == pieces.ravel()[cell]] < mine).any():
                base = level
                break
        if height > base:
            found[int(cell)] = height - base
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("steps", [4, 9, 1000])
def test_prominences_are_those_of_brute_force(seed, steps):
    rng = np.random.default_rng(seed)
    heights = np.round(rng.uniform(0, steps, (rng.integers(1, 12), rng.integers(1, 12))))
    heights[rng.random(heights.shape) < 0.2] = np.nan
    cell, prominence_m = prominences(heights)
    assert dict(zip(cell.tolist(), prominence_m.tolist(), strict=True)) == by_brute_force(heights)
    assert (np.diff(heights.ravel()[cell]) <= 0).all()


def test_no_ground_has_no_summit():
    cell, prominence_m = prominences(np.full((3, 4), np.nan))
    assert len(cell) == len(prominence_m) == 0


@pytest.fixture
def two_hills():
    """A hill of 500 m and one of 300 m on a plain of 100 m, a sea in the west and a void in the east."""

    def make(west=30.0):
        heights = np.full((40, 60), 100, dtype=np.int16)
        heights[:, :5] = 0
        heights[20, 20], heights[19:22, 40] = 500, [250, 300, 250]
        heights[5:8, 50:53] = VOID_HEIGHT
        wkt = CRS.from_epsg(4326).to_wkt()
        return Elevation(heights, Affine(CELL_DEG, 0, west, 0, -CELL_DEG, -2.0), wkt)

    return make


def test_two_hills_by_hand(two_hills):
    ground = two_hills()
    peaks = find_peaks(ground, 92.0, least_m=50.0)
    assert peaks.height_m.tolist() == [500.0, 300.0]
    # over the plain, which is also the lowest ground
    assert peaks.prominence_m.tolist() == [400.0, 200.0]
    np.testing.assert_allclose(ground.to_pixel(peaks.lon, peaks.lat), [[20, 20], [20, 40]], atol=1e-9)
    assert find_peaks(ground, 92.0, least_m=201.0).height_m.tolist() == [500.0]


def test_hills_on_both_sides_of_the_antimeridian(two_hills):
    peaks = find_peaks(two_hills(west=180.0 - 30 * CELL_DEG), 92.0, least_m=50.0)
    np.testing.assert_allclose(peaks.lon, [180 - 9.5 * CELL_DEG, -180 + 10.5 * CELL_DEG], atol=1e-9)


def test_a_summit_stands_in_the_highest_cell_of_its_block(two_hills):
    ground = two_hills()
    peaks = find_peaks(ground, 4 * ground.cell_m, least_m=10.0)
    assert peaks.height_m.tolist() == [500.0, 300.0]
    np.testing.assert_allclose(ground.to_pixel(peaks.lon, peaks.lat), [[20, 20], [20, 40]], atol=1e-9)
    # averages of 16 cells: 125 m over the shore's 75 m (a quarter is sea); 200 m and 150 m in one block over the plain
    assert peaks.prominence_m.tolist() == [50.0, 350 / 16]


def test_summits_on_the_rim_are_left_out():
    noise = gaussian_filter(np.random.default_rng(3).standard_normal((50, 50)), 3.0)
    heights = (500 + 4000 * noise).astype(np.float32)
    heights[0, 25] = 3000.0
    ground = Elevation(heights, Affine(CELL_DEG, 0, 30, 0, -CELL_DEG, -2), CRS.from_epsg(4326).to_wkt())
    peaks = find_peaks(ground, 1.0, least_m=1.0)
    row, col = ground.to_pixel(peaks.lon, peaks.lat)
    assert len(peaks) > 3
    assert (np.minimum(row, col) > 0.5).all()
    assert (np.maximum(row, col) < 48.5).all()
    assert (np.diff(peaks.prominence_m) <= 0).all()
