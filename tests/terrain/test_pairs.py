"""Pairs in range against all pairs measured one by one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from planner.terrain import pairs_within

GEOD = Geod(ellps="WGS84")


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    lon0=st.sampled_from([-180.0, 0.0, 43.3, 180.0]),
    lat0=st.sampled_from([-89.8, -16.8, 0.0, 65.0, 89.9]),
    range_km=st.sampled_from([0.5, 12.0, 50.0]),
)
def test_against_all_pairs(seed, lon0, lat0, range_km):
    rng = np.random.default_rng(seed)
    lon = (lon0 + rng.uniform(-0.5, 0.5, 30) + 180) % 360 - 180
    lat = np.clip(lat0 + rng.uniform(-0.5, 0.5, 30), -90, 90)
    lon[1], lat[1] = lon[0], lat[0]  # two at one point
    a, b = np.triu_indices(30, 1)
    length_km = np.asarray(GEOD.inv(lon[a], lat[a], lon[b], lat[b])[2]) / 1000
    near = length_km <= range_km
    u, v, found_km = pairs_within(lon, lat, range_km)
    np.testing.assert_array_equal(u, a[near])
    np.testing.assert_array_equal(v, b[near])
    np.testing.assert_array_equal(found_km, length_km[near])


def test_across_the_antimeridian():
    u, v, length_km = pairs_within(np.array([179.9, -179.9]), np.array([-16.8, -16.8]), 50.0)
    assert (u.tolist(), v.tolist()) == ([0], [1])
    np.testing.assert_allclose(length_km, 21.31963, atol=5e-6)  # WGS84 geodesic, to the centimetre


def test_nobody_near():
    u, v, length_km = pairs_within(np.array([10.0, 20.0]), np.array([0.0, 0.0]), 50.0)
    assert u.size == v.size == length_km.size == 0
    assert u.dtype == v.dtype == np.uint32
