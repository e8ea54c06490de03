"""The plain profile against closed forms."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Geod

from planner.terrain import Elevation, clearance_m, terrain_profile

GEOD = Geod(ellps="WGS84")


def test_profile_of_a_plane(hills):
    """Ground that rises with latitude: height at every distance is known along a meridian."""
    elevation = hills(dtype=np.float32)
    rows = np.arange(elevation.shape[0])
    elevation.heights[:] = 1000.0 - 2.0 * rows[:, None]
    profile = terrain_profile(elevation, 30.1, -2.14, 30.1, -2.01, 100.0)
    length = GEOD.inv(30.1, -2.14, 30.1, -2.01)[2]
    assert profile.distance_m[-1] == pytest.approx(length)
    assert np.diff(profile.distance_m).max() <= 100.0
    expected = np.interp(profile.distance_m, [0, length], elevation.sample([30.1, 30.1], [-2.14, -2.01]))
    np.testing.assert_allclose(profile.ground_m, expected, atol=1e-3)  # a degree of latitude is nearly constant


@pytest.mark.parametrize("length_m", [0.0, 20.0, 150.0])
def test_short_paths(hills, length_m):
    elevation = hills()
    lon1, lat1, _ = GEOD.fwd(30.1, -2.1, 70.0, length_m)
    profile = terrain_profile(elevation, 30.1, -2.1, lon1, lat1, 100.0)
    assert profile.distance_m[-1] == pytest.approx(length_m, abs=1e-6)
    assert profile.distance_m.size == profile.ground_m.size >= 2
    clearance = clearance_m(profile, 12.0, 20.0, 7.0, 4 / 3, 1.0)
    assert clearance[0] == pytest.approx(12.0)
    assert np.isfinite(clearance).all()


def test_clearance_at_mid_path_over_flat_ground():
    sea = Elevation(np.zeros((7, 1400), np.int16), Affine(0.001, 0, 0, 0, -0.001, 0.0035), CRS.from_epsg(4326).to_wkt())
    lon1, _lat, _azimuth = GEOD.fwd(0.1, 0.0, 90.0, 50_000)
    profile = terrain_profile(sea, 0.1, 0.0, lon1, 0.0, 500.001)  # 100 steps, whatever rounding does
    clearance = clearance_m(profile, 100.0, 60.0, 7.0, 4 / 3, 0.6)
    # mean height less bulge 36.788 m less 0.6 of the Fresnel radius 23.1375 m
    assert clearance[50] == pytest.approx(80.0 - 36.788 - 0.6 * 23.1375, abs=1e-3)
    assert (clearance[0], clearance[-1]) == pytest.approx((100.0, 60.0))


def test_unknown_ground_has_unknown_clearance(hills):
    elevation = hills()
    profile = terrain_profile(elevation, 30.1, -2.1, 30.3, -2.1, 100.0)  # beyond the grid's east
    assert np.isnan(clearance_m(profile, 10, 10, 7.0, 4 / 3, 1.0)[-1])
