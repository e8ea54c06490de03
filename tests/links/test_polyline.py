"""Priced lengths in closed form."""

import numpy as np
import pytest

from planner.links.polyline import price_polyline
from planner.terrain import VOID_HEIGHT

EQUATOR_DEGREE_KM = 6378.137 * np.pi / 180  # the ellipsoid's equator is a circle


def test_lengths_on_the_equator(ground):
    elevation = ground(np.zeros((21, 41)), north=10 / 1200, west=30.0)
    vertices = np.array([[30.01, 0.0], [30.02, 0.0], [30.012, 0.0], [30.002, 0.0], [30.03, 0.0]])
    length_km, priced_km = price_polyline(elevation, vertices, np.array([0, 3, 5]), route_factor=1.2, climb_factor=9.0)
    want = np.array([0.010 + 0.008, 0.028]) * EQUATOR_DEGREE_KM
    np.testing.assert_allclose(length_km, want, rtol=1e-9)
    np.testing.assert_allclose(priced_km, 1.2 * want, rtol=1e-9)  # flat


def test_climbs_and_falls_are_paid(ground):
    # Heights rise by 10 m a column (1/1200 of a degree), so by 12,000 m a degree of longitude, bilinear throughout.
    elevation = ground(np.tile(10.0 * np.arange(41), (21, 1)), north=10 / 1200, west=30.0)
    vertices = np.array([[30.010, 0.0], [30.020, 0.0], [30.015, 0.0]])
    length_km, priced_km = price_polyline(elevation, vertices, np.array([0, 3]), route_factor=1.1, climb_factor=4.0)
    climbed_km = 12.0 * (0.010 + 0.005)
    want = 1.1 * (0.015 * EQUATOR_DEGREE_KM + 4.0 * climbed_km)
    assert priced_km == pytest.approx([want], rel=1e-6)  # heights are stored as float32
    assert length_km == pytest.approx([0.015 * EQUATOR_DEGREE_KM], rel=1e-9)


def test_direction_changes_nothing(ground):
    elevation = ground()
    rng = np.random.default_rng(3)
    vertices = np.column_stack([rng.uniform(30.01, 30.05, 7), rng.uniform(-2.04, -2.01, 7)])
    forth = price_polyline(elevation, vertices, np.array([0, 7]), route_factor=1.0, climb_factor=2.0)
    back = price_polyline(elevation, vertices[::-1], np.array([0, 7]), route_factor=1.0, climb_factor=2.0)
    np.testing.assert_allclose(forth, back, rtol=1e-12)


def test_unknown_height_gives_no_price(ground):
    heights = np.full((21, 41), 5.0)
    heights[:, 20:] = VOID_HEIGHT
    elevation = ground(heights, north=10 / 1200, west=30.0)
    vertices = np.array([[30.001, 0.0], [30.002, 0.0], [30.001, 0.0], [30.03, 0.0]])
    _length, priced_km = price_polyline(elevation, vertices, np.array([0, 2, 4]), route_factor=1.0, climb_factor=1.0)
    assert np.isfinite(priced_km).tolist() == [True, False]
