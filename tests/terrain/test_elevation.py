"""Heights at places, against SciPy's interpolation and pyproj's coordinates."""

import pickle

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from scipy.ndimage import map_coordinates

from planner.terrain import VOID_HEIGHT, Elevation
from planner.terrain.geodesy import contiguous_span, earth_centred, surface_normals

WGS84 = CRS.from_epsg(4326).to_wkt()


def test_sample_is_bilinear_at_cell_centres(hills):
    elevation = hills(dtype=np.float32)
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(30.001, 30.18, 500), rng.uniform(-2.149, -2.001, 500)
    row, col = (-2.0 - lat) * 1200 - 0.5, (lon - 30.0) * 1200 - 0.5
    expected = map_coordinates(elevation.heights.astype(float), [row, col], order=1, mode="nearest")
    np.testing.assert_allclose(elevation.sample(lon, lat), expected, atol=1e-6)  # 1e-10 cells of rounding


def test_centre_of_a_cell_has_its_height(hills):
    elevation = hills()
    lon, lat = elevation.to_lonlat(np.array([17]), np.array([42]))
    assert lon[0] == pytest.approx(30 + 42.5 / 1200)
    assert elevation.sample(lon, lat)[0] == pytest.approx(elevation.heights[17, 42], abs=1e-6)


def test_voids_and_outside_are_not_a_number(hills):
    elevation = hills()
    elevation.heights[10, 10] = VOID_HEIGHT
    row, col = np.array([9.5, 10.9, 11.1, -0.4, -0.6, 20.0]), np.array([9.5, 10.9, 11.1, 5.0, 5.0, 219.6])
    lon, lat = elevation.to_lonlat(row, col)
    assert np.isnan(elevation.sample(lon, lat)).tolist() == [True, True, False, False, True, True]
    assert elevation.contains(lon, lat).tolist() == [True, True, True, True, False, False]
    assert elevation.void.sum() == 1


def test_rim_keeps_its_height_over_the_outer_half_cell(hills):
    elevation = hills()
    lon, lat = elevation.to_lonlat(np.array([-0.3]), np.array([7.0]))
    assert elevation.sample(lon, lat)[0] == pytest.approx(elevation.heights[0, 7], abs=1e-6)


def test_scalar_and_shaped_places(hills):
    elevation = hills()
    assert elevation.sample(30.05, -2.05).shape == ()
    assert elevation.sample(np.full((2, 3), 30.05), np.full((2, 3), -2.05)).shape == (2, 3)


def test_projected_raster_takes_longitudes_and_latitudes():
    elevation = Elevation(
        np.arange(10_000, dtype=np.int16).reshape(100, 100),
        Affine(50, 0, 330_000, 0, -50, 2_828_463),
        CRS.from_epsg(32646).to_wkt(),
    )
    lon, lat = Transformer.from_crs(32646, 4326, always_xy=True).transform(330_000 + 50 * 20.5, 2_828_463 - 50 * 30.5)
    row, col = elevation.to_pixel(lon, lat)
    assert (float(row), float(col)) == pytest.approx((30, 20), abs=1e-6)
    assert elevation.sample(lon, lat) == pytest.approx(3020, abs=1e-3)
    assert elevation.cell_m == pytest.approx(50, rel=1e-3)  # UTM's scale factor is within 0.1 %
    back = elevation.to_lonlat(row, col)
    assert [float(value) for value in back] == pytest.approx([lon, lat])


def test_rotated_grid_round_trip():
    frame = Affine.translation(30, -2) @ Affine.rotation(25) @ Affine.scale(1 / 1200, -1 / 1200)
    elevation = Elevation(np.zeros((50, 60), np.int16), frame, WGS84)
    row, col = np.array([0.0, 12.3, 49.0]), np.array([0.0, 50.1, 3.0])
    np.testing.assert_allclose(elevation.to_pixel(*elevation.to_lonlat(row, col)), [row, col], atol=1e-9)


@pytest.mark.parametrize("latitude", [0.0, -12.0, 60.0])
def test_cell_size(latitude):
    elevation = Elevation(np.zeros((101, 101), np.int16), Affine(0.001, 0, 10, 0, -0.001, latitude + 0.0505), WGS84)
    geod = Geod(ellps="WGS84")
    along = geod.inv(10, latitude, 10.001, latitude)[2]
    down = geod.inv(10, latitude, 10, latitude + 0.001)[2]
    assert elevation.cell_m == pytest.approx(np.sqrt(along * down), rel=1e-4)


def test_survives_pickling(hills):
    elevation = hills()
    elevation.sample(30.05, -2.05)
    again = pickle.loads(pickle.dumps(elevation))
    assert again.sample(30.05, -2.05) == elevation.sample(30.05, -2.05)


@given(st.floats(-180, 180), st.floats(-89.9, 89.9))
def test_earth_centred_coordinates(lon, lat):
    expected = Transformer.from_crs(4979, 4978, always_xy=True).transform(lon, lat, 0.0)
    found = earth_centred(surface_normals(lon, lat))[0]
    assert np.abs(found - expected).max() < 1e-6  # metres


@given(
    st.lists(st.floats(-60, 60, allow_subnormal=False).map(lambda x: round(x, 6)), min_size=1, max_size=8),
    st.floats(-180, 180),
)
def test_span_of_longitudes_moves_with_them(offsets, centre):
    lon = (centre + np.array(offsets) + 180.0) % 360.0 - 180.0
    west, east = contiguous_span(lon)
    assert -180.0 <= west <= 180.0
    assert east - west == pytest.approx(np.ptp(offsets), abs=1e-9)  # less than half a turn: the shortest arc
    assert (((lon - west + 1e-9) % 360.0) <= east - west + 2e-9).all()
