"""The coarse ground against block averages taken one by one."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Geod, Transformer

from planner.terrain import VOID_HEIGHT, Elevation, resample

GEOD = Geod(ellps="WGS84")


def test_blocks_one_by_one(hills):
    elevation = hills(shape=(103, 95))
    elevation.heights[:30, :40] = -3
    elevation.heights[28, 38] = 5
    elevation.heights[60:80, 50:70] = VOID_HEIGHT
    grid = resample(elevation, 7 * elevation.cell_m)
    assert grid.shape == (15, 14)
    for row in range(15):
        for col in range(14):
            block = elevation.heights[row * 7 : row * 7 + 7, col * 7 : col * 7 + 7].astype(float)
            known = block[block != VOID_HEIGHT]
            assert grid.known[row, col] == (known.size > 0)
            if known.size:
                assert grid.ground.heights[row, col] == pytest.approx(known.mean(), rel=1e-6)
                assert grid.sea[row, col] == (known.max() <= 0)
    assert not (grid.sea & ~grid.known).any()
    assert resample(elevation, 200.0, sea_level_m=10_000.0).sea.sum() == resample(elevation, 200.0).known.sum()


def test_cells_and_places_round_trip(hills):
    grid = resample(hills(), 500.0)
    rows, columns = grid.shape
    row, col = np.divmod(np.arange(rows * columns), columns)
    found = grid.cell_of(*grid.lonlat(row, col))
    np.testing.assert_array_equal(found, [row, col])
    assert [int(value[0]) for value in grid.cell_of([31.0], [-2.0])] == [-1, -1]
    # corners of the raster lie in corner cells
    lon, lat = hills().to_lonlat(np.array([-0.49, 179.49]), np.array([-0.49, 219.49]))
    found_row, found_col = grid.cell_of(lon, lat)
    assert found_row.tolist() == [0, rows - 1]
    assert found_col.tolist() == [0, columns - 1]


def test_blocks_are_about_as_wide_as_tall_at_high_latitude():
    elevation = Elevation(
        np.zeros((600, 1200), np.int16), Affine(1 / 1200, 0, 10, 0, -1 / 1200, 60.5), CRS.from_epsg(4326).to_wkt()
    )
    lon, lat = resample(elevation, 600.0).lonlat(np.array([25, 26, 25]), np.array([40, 40, 41]))
    _azimuth, _back, sides_m = GEOD.inv(lon[[0, 0]], lat[[0, 0]], lon[1:], lat[1:])
    assert sides_m == pytest.approx([600, 600], abs=93 / 2)  # whole cells, 93 m tall


def test_projected_grid_keeps_its_crs():
    elevation = Elevation(
        np.ones((100, 100), np.int16), Affine(50, 0, 330_000, 0, -50, 2.8e6), CRS.from_epsg(32646).to_wkt()
    )
    grid = resample(elevation, 250.0)
    lon, lat = grid.lonlat(0, 0)
    x, y = Transformer.from_crs(4326, 32646, always_xy=True).transform(lon, lat)
    assert (x, y) == pytest.approx((330_125, 2.8e6 - 125), abs=1e-3)
