"""Small made-up landscapes and places."""

import numpy as np
import pandas as pd
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from scipy.ndimage import gaussian_filter

from planner.inputs import InputFile, Inputs
from planner.links.options import Places
from planner.scenario import Scenario
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
            supply=np.zeros(size, dtype=np.int8),
            supply_availability=np.ones(size),
            grid_km=np.full(size, np.nan),
            power_class=np.zeros(size, dtype=np.int32),
            freight=np.ones(size),
            works=np.ones(size),
            access_km=np.zeros(size),
            ports=np.full(size, np.inf),
            climate=np.tile([42.0, -200.0, 7.5, np.nan], (size, 1)),
            climate_source=np.tile(np.array([0, 0, 0, 4], np.int8), (size, 1)),
        )

    return make


def _offices(lon, lat, **columns):
    size = len(lon)
    plain = {
        "id": [f"o{i}" for i in range(size)],
        "name": "Office",
        "lon": np.asarray(lon, dtype=np.float64),
        "lat": np.asarray(lat, dtype=np.float64),
        "kind": "branch",
        "status_before": "offline",
        "mbps_before": np.nan,
        "region": "",
        "demand_mbps": 20.0,
        "benefit": 1.0,
        "position_known": True,
        "is_source": False,
        "grid_hours_per_day": np.nan,
        "grid_distance_km": np.nan,
        "rain_mm_h": np.nan,
        "dn1_per_km": np.nan,
        "vapour_g_m3": np.nan,
        "isotherm_km": np.nan,
    }
    return pd.DataFrame(plain | columns)


@pytest.fixture
def country(ground, tmp_path):
    """Return a maker of inputs: hills of 5 by 4 km with offices, two sources and two towers, terrain on disk."""

    def make(*, n_offices=12, seed=0, order=None, regions=None, **office_columns):
        elevation = ground(seed=seed, relief_m=25.0)
        file = tmp_path / f"terrain-{seed}.tif"
        if not file.exists():
            profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": WGS84}
            rows, columns = elevation.shape
            with rasterio.open(file, "w", width=columns, height=rows, transform=elevation.transform, **profile) as out:
                out.write(elevation.heights, 1)
        rng = np.random.default_rng(seed)
        lon, lat = rng.uniform(30.004, 30.062, n_offices + 4), rng.uniform(-2.046, -2.004, n_offices + 4)
        offices = _offices(lon[4:], lat[4:], **office_columns)
        if order is not None:
            offices = offices.iloc[order].reset_index(drop=True)
        sources = pd.DataFrame({"id": ["s0", "s1"], "lon": lon[:2], "lat": lat[:2], "capacity_mbps": [1000.0, np.inf]})
        towers = pd.DataFrame(
            {
                "id": ["t0", "t1"],
                "lon": lon[2:4],
                "lat": lat[2:4],
                "height_m": 28.0,
                "rent_per_year": [np.nan, 900.0],
                "grid_hours_per_day": np.nan,
                "ports": np.inf,
            }
        )
        return Inputs(
            offices=offices,
            sources=sources,
            towers=towers,
            regions=regions,
            coverage=None,
            terrain=(file,),
            files=(InputFile("terrain.tif", str(file), file.stat().st_size, f"hash of hills {seed}"),),
            problems=(),
            datasets=(),
            assumptions=(),
        )

    return make


@pytest.fixture
def scenario():
    """Return a maker of scenarios from sections."""

    def make(**sections):
        plain = {
            "schema_version": 1,
            "name": "links",
            "money": {"currency": "USD", "price_year": 2024, "discount_rate": 0.05},
            "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]},
            "budgets": [{"limit": 1_000_000}],
        }
        return Scenario.model_validate(plain | sections)

    return make
