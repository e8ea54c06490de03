"""The shared rasters: known heights, holes, a projected grid."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest

from planner.terrain import PathState, line_of_sight, open_elevation, pairs_within

DATA = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[3] / "shared")) / "data"


def table(country, name):
    path = DATA / country / name
    if not path.is_file():
        pytest.skip(f"{country}/{name} not found under PLANNER_SHARED")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lon, lat = (np.array([float(row[key]) for row in rows]) for key in ("lon", "lat"))
    return rows, lon, lat


@pytest.mark.parametrize(("country", "name"), [("khasi_hills_india", "post_offices.csv"), ("comoros", "places.csv")])
def test_heights_of_places(country, name):
    """``dem_m`` is the value of the cell under each place: half a cell of slope away from the bilinear height."""
    rows, lon, lat = table(country, name)
    elevation = open_elevation([DATA / country / "dem.tif"], lon=lon, lat=lat, margin_km=2.0)
    noted = np.array([float(row["dem_m"] or "nan") for row in rows])
    off = np.abs(elevation.sample(lon, lat) - noted)[np.isfinite(noted)]
    assert np.isfinite(off).all()
    assert np.median(off) < 2
    assert off.max() < 20


def test_paths_over_the_unknown_are_told_from_blocked_ones():
    _rows, lon, lat = table("narok_kenya", "schools.csv")
    elevation = open_elevation([DATA / "narok_kenya" / "dem.tif"], lon=lon, lat=lat, margin_km=2.0)
    assert 0.3 < elevation.void.mean() < 0.5  # outside the county's outline
    u, v, _km = pairs_within(lon[:300], lat[:300], 50.0)
    sight = line_of_sight(
        elevation,
        lon,
        lat,
        u,
        v,
        heights_m=np.array([10.0, 30.0, 60.0]),
        max_level=np.full(lon.size, 2, np.uint8),
        frequency_ghz=7.0,
    )
    states = np.bincount(sight.state, minlength=3)
    assert (states > 0).all()
    assert (sight.least_level[sight.state != PathState.CLEAR] == 255).all()
    assert (sight.least_level[sight.state == PathState.CLEAR, 2] <= 2).all()
