"""Small made-up landscapes and places."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from planner.links.options import Places
from planner.terrain import Elevation

WGS84 = CRS.from_epsg(4326).to_wkt()
CELL_DEG = 1 / 1200


@pytest.fixture
def ground():
    """Return a maker of terrain from heights, or of rolling hills of a shape."""

    def make(heights=None, *, shape=(60, 80), relief_m=60.0, seed=0, west=30.0, north=-2.0, cell_deg=CELL_DEG):
        if heights is None:
            noise = gaussian_filter(np.random.default_rng(seed).standard_normal(shape), 4.0, mode="reflect")
            heights = 500.0 + relief_m * noise / noise.std()
        transform = Affine(cell_deg, 0, west, 0, -cell_deg, north)
        return Elevation(np.asarray(heights, dtype=np.float32), transform, WGS84)

    return make


@pytest.fixture
def places_at():
    """Return a maker of places from positions; offices unless another kind is given."""

    def make(lon, lat, *, kind=0, max_rung=2, ids=None):
        size = len(lon)
        kinds = np.broadcast_to(np.asarray(kind, dtype=np.int8), size).copy()
        return Places(
            id=np.array([f"p{i}" for i in range(size)] if ids is None else ids, dtype=np.str_),
            kind=kinds,
            lon=np.asarray(lon, dtype=np.float64),
            lat=np.asarray(lat, dtype=np.float64),
            ground_m=np.zeros(size),
            region=np.full(size, "", dtype=np.str_),
            office=np.where(kinds == 0, np.arange(size), -1).astype(np.int32),
            position_known=np.ones(size, dtype=np.bool_),
            existing_m=np.zeros(size),
            max_rung=np.broadcast_to(np.asarray(max_rung, dtype=np.int8), size).copy(),
            mast_class=np.zeros(size, dtype=np.int8),
            site_class=np.zeros(size, dtype=np.int8),
            rent_per_year=np.zeros(size),
        )

    return make
