"""Small made-up landscapes."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from planner.terrain import Elevation

WGS84 = CRS.from_epsg(4326).to_wkt()
CELL_DEG = 1 / 1200


@pytest.fixture
def hills():
    """Return a maker of rolling ground: west edge, north edge, shape, smoothness in cells, relief, seed."""

    def make(west=30.0, north=-2.0, shape=(180, 220), smooth=6.0, relief_m=120.0, seed=0, dtype=np.int16):
        noise = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), smooth, mode="reflect")
        heights = 500.0 + relief_m * noise / noise.std()
        transform = Affine(CELL_DEG, 0, west, 0, -CELL_DEG, north)
        return Elevation(heights.astype(dtype), transform, WGS84)

    return make


@pytest.fixture
def scattered():
    """Return a maker of places well inside a grid, and of all pairs of them."""

    def make(elevation, count=24, seed=0):
        rng = np.random.default_rng(seed)
        rows, columns = elevation.shape
        lon, lat = elevation.to_lonlat(rng.uniform(3, rows - 4, count), rng.uniform(3, columns - 4, count))
        u, v = np.triu_indices(count, 1)
        return lon, lat, u.astype(np.uint32), v.astype(np.uint32)

    return make
