"""Rays that the sea mirrors, against the shortest way by a sphere, and against the plain check of verification."""

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS
from scipy.optimize import minimize_scalar

from planner.plan.verify.mirror import is_mirrored
from planner.terrain import VOID_HEIGHT, Elevation, mirror_km, sea_mirrors
from planner.terrain.profile import terrain_profile

EARTH_M = 4 / 3 * 6_371_000.0


def ground(heights, **options):
    transform = Affine(1 / 1200, 0, 30.0, 0, -1 / 1200, -2.0)
    return Elevation(np.asarray(heights), transform, CRS.from_epsg(4326).to_wkt(), **options)


def shortest_by_the_sphere_km(length_km, h1, h2):
    """Fermat: of all ways by the sphere the mirrored one is the shortest."""

    def leg(height, away_m):
        return np.sqrt(
            EARTH_M**2 + (EARTH_M + height) ** 2 - 2 * EARTH_M * (EARTH_M + height) * np.cos(away_m / EARTH_M)
        )

    def way(at_km):
        return leg(h1, 1000 * at_km) + leg(h2, 1000 * (length_km - at_km))

    return minimize_scalar(way, bounds=(0, length_km), method="bounded", options={"xatol": 1e-9}).x


@pytest.mark.parametrize(("km", "h1", "h2"), [(5, 10, 40), (20, 30, 90), (40, 60, 300), (50, 700, 80), (30, 50, 50)])
def test_the_mirror_lies_on_the_shortest_way(km, h1, h2):
    # lengths are summed to 1e-9 m, so that their flat minimum is known to some tens of metres
    assert mirror_km(km, h1, h2) == pytest.approx(shortest_by_the_sphere_km(km, h1, h2), abs=0.05)
    assert mirror_km(km, h1, h2) + mirror_km(km, h2, h1) == pytest.approx(km, abs=1e-9)


def test_where_there_is_no_mirror():
    assert mirror_km(30.0, 50.0, 50.0) == pytest.approx(15.0)
    assert mirror_km(0.1, 10.0, 30.0) == pytest.approx(0.025, rel=1e-4)  # flat earth: h1 / (h1 + h2)
    found = mirror_km(np.array([50.0, 20.0]), np.array([10.0, 0.0]), np.array([10.0, 30.0]))
    assert np.isnan(found).all()  # beyond the horizon: 2 √(2 k a h) = 26 km; an antenna in the water


def strait(island_m=0.0, sea=0.0):
    """Two shores of 40 m, 4 km of sea between them, cells of about 90 m; one island may stand past the middle."""
    heights = np.full((40, 80), float(sea))
    heights[:, :18] = heights[:, 62:] = 40.0
    heights[:, 50:52] = island_m or sea
    return ground(heights)


def across(elevation, mast_u_m, mast_v_m, row=20):
    lon, lat = elevation.to_lonlat(np.array([row, row]), np.array([10, 70]))
    ends_u, ends_v = (np.array([lon[0]]), np.array([lat[0]])), (np.array([lon[1]]), np.array([lat[1]]))
    found = sea_mirrors(elevation, ends_u, ends_v, np.array([40.0 + mast_u_m]), np.array([40.0 + mast_v_m]))
    turned = sea_mirrors(elevation, ends_v, ends_u, np.array([40.0 + mast_v_m]), np.array([40.0 + mast_u_m]))
    assert found.tolist() == turned.tolist()
    profile = terrain_profile(elevation, lon[0], lat[0], lon[1], lat[1], elevation.cell_m / 4)
    assert is_mirrored(profile, (mast_u_m, mast_v_m), elevation.cell_m) in (bool(found[0]), None)
    return bool(found[0])


def test_the_sea_mirrors_and_land_does_not():
    assert across(strait(), 30.0, 30.0)
    assert not across(strait(sea=1.0), 30.0, 30.0)  # a plain one metre above the sea
    # the mirror comes to lie on the first shore, 700 m from its mast of a metre
    assert not across(strait(), -39.0, 300.0)


def test_an_island_stops_the_mirrored_ray():
    """It lies 10 of 30 cells behind the mirror, where the ray to an antenna at 70 m is about 23 to 27 m high."""
    assert across(strait(island_m=18.0), 30.0, 30.0)
    assert not across(strait(island_m=30.0), 30.0, 30.0)


def test_high_ground_on_the_way_in_stops_it_too():
    """From low masts the shore itself, 40 m high up to its edge, hides the water in the middle."""
    assert not across(strait(), 3.0, 3.0)


def test_voids_that_are_sea_mirror():
    heights = np.full((40, 80), VOID_HEIGHT, np.int16)
    heights[:, :18] = heights[:, 62:] = 40
    assert across(ground(heights, void_is_sea=True), 30.0, 30.0)
    assert not across(ground(heights, void_is_sea=False), 30.0, 30.0)


def test_many_paths_are_each_by_itself_and_as_verification_sees_them():
    """An archipelago of random hills."""
    rng = np.random.default_rng(5)
    rows, columns = np.mgrid[0:120, 0:160]
    heights = np.full(rows.shape, -20.0)
    for _hill in range(40):
        r, c, top = rng.uniform(0, 120), rng.uniform(0, 160), rng.uniform(30, 250)
        heights = np.maximum(heights, top * np.exp(-((rows - r) ** 2 + (columns - c) ** 2) / 40) - 10)
    elevation = ground(np.maximum(heights, 0.0))
    at = rng.uniform([1, 1], [158, 118], (400, 2))
    lon, lat = elevation.to_lonlat(at[:, 1], at[:, 0])
    high = elevation.sample(lon, lat)
    u, v = rng.integers(0, 400, (2, 600))
    u, v = u[u != v], v[u != v]
    masts = rng.uniform(6, 60, (2, len(u)))
    together = sea_mirrors(elevation, (lon[u], lat[u]), (lon[v], lat[v]), high[u] + masts[0], high[v] + masts[1])
    for i in range(0, len(u), 7):
        one = [np.array([column[row[i]]]) for row in (u, v) for column in (lon, lat)]
        alone = sea_mirrors(
            elevation, tuple(one[:2]), tuple(one[2:]), high[u[[i]]] + masts[0, i], high[v[[i]]] + masts[1, i]
        )
        assert alone[0] == together[i]
    said = [
        is_mirrored(
            terrain_profile(elevation, lon[a], lat[a], lon[b], lat[b], elevation.cell_m / 4), (m, n), elevation.cell_m
        )
        for a, b, m, n in zip(u, v, *masts, strict=True)
    ]
    sure = [one is not None for one in said]
    assert [one for one in said if one is not None] == together[sure].tolist()
    assert 0.1 < together.mean() < 0.9
    assert np.mean(sure) > 0.7
