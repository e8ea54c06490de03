"""The fast line of sight against brute force, against plain profiles, and against itself moved, turned, cut up."""

from dataclasses import replace

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer

from planner.terrain import (
    NO_LEVEL,
    TWO_CRITERIA,
    VOID_HEIGHT,
    Elevation,
    PathState,
    clearance_m,
    line_of_sight,
    terrain_profile,
)

GEOD = Geod(ellps="WGS84")
LADDER = np.array([5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0])
RADIUS_M = 6_371_000.0
LIGHT_M_S = 299_792_458.0


def curve(elevation, lon, lat, t):
    """Pixel coordinates of the quadratic through start, great-circle middle and end, the kernel's path."""
    lam, phi = np.radians(lon), np.radians(lat)
    x, y, z = np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]).sum(axis=1)
    middle = np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))
    pixels = []
    for start, half, end in zip(
        elevation.to_pixel(lon[0], lat[0]), elevation.to_pixel(*middle), elevation.to_pixel(lon[1], lat[1]), strict=True
    ):
        weights = (1 - t) * (1 - 2 * t), 4 * t * (1 - t), t * (2 * t - 1)  # Lagrange's, not the kernel's, form
        pixels.append(start * weights[0] + half * weights[1] + end * weights[2])
    return pixels


def bilinear(elevation, heights, row, col):
    rows, columns = elevation.shape
    on_grid = (row >= -0.5) & (row <= rows - 0.5) & (col >= -0.5) & (col <= columns - 0.5)
    row, col = np.clip(row, 0, rows - 1), np.clip(col, 0, columns - 1)
    top, left = np.minimum(row.astype(int), rows - 2), np.minimum(col.astype(int), columns - 2)
    four = np.array([heights[top + i, left + j] for i in (0, 1) for j in (0, 1)], float)
    known = on_grid & (four != VOID_HEIGHT).all(axis=0)
    down, across = row - top, col - left
    weights = np.array([(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across])
    return np.where(known, (weights * four).sum(axis=0), np.nan)


def with_crossings(elevation, lon, lat, t):
    """Add where the path meets the lines of cell centres, on which the ground has its edges; leave out the ends."""
    found = [t[1:-1]]
    for pixel in curve(elevation, lon, lat, t):
        (before,) = np.nonzero(np.diff(np.floor(pixel)))
        line = np.floor(np.maximum(pixel[before], pixel[before + 1]))
        part = (line - pixel[before]) / (pixel[before + 1] - pixel[before])
        found.append(t[before] + part * (t[before + 1] - t[before]))
    found = np.unique(np.concatenate(found))
    return found[(found > 0) & (found < 1)]


def brute_force(elevation, lon, lat, ladder, top, frequency_ghz, criteria, lift_m=0.0, bare_m=0.0, a_cell=12):
    """Try every pair of rungs at many samples a cell of one path; return its state and least levels."""
    least = np.full(ladder.size, NO_LEVEL)
    (row, col), ends = elevation.to_pixel(lon, lat), elevation.sample(lon, lat)
    if NO_LEVEL in top:
        return PathState.BLOCKED, least
    steps = max(int(np.ceil(a_cell * np.hypot(row[1] - row[0], col[1] - col[0]))), 2)
    t = with_crossings(elevation, lon, lat, np.arange(steps + 1) / steps)
    pixels = curve(elevation, lon, lat, t)
    length_m = GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]
    d1, d2 = t * length_m, (1 - t) * length_m
    surface = elevation.heights if elevation.surface is None else elevation.surface
    beside_ends = np.minimum(d1, d2) <= bare_m
    ground = np.where(
        beside_ends, bilinear(elevation, elevation.heights, *pixels), bilinear(elevation, surface, *pixels)
    )
    f1 = np.sqrt(LIGHT_M_S / (frequency_ghz * 1e9) * d1 * d2 / length_m)
    needed = ground + lift_m + np.max([d1 * d2 / (2 * k * RADIUS_M) + share * f1 for k, share in criteria], axis=0)
    known = np.isfinite(needed)
    if not np.isfinite(ends).all():
        return PathState.VOID, least
    a, b = ends[0] + ladder[: top[0] + 1], ends[1] + ladder[: top[1] + 1]
    t, needed = t[known], needed[known]
    asked = ((needed - (1 - t) * a[:, None]) / t).max(axis=1, initial=-np.inf)  # of the mast at v, for each at u
    level = np.searchsorted(b, asked)
    if level[-1] == b.size:
        return PathState.BLOCKED, least
    if not known.all():
        return PathState.VOID, least
    least[: a.size] = np.where(level < b.size, level, NO_LEVEL)
    return PathState.CLEAR, least


def twist_m(elevation):
    """By how much the four heights of a cell depart from a plane, at most; voids left out."""
    heights = elevation.heights.astype(float)
    heights[heights == VOID_HEIGHT] = np.nan
    twist = heights[1:, 1:] - heights[1:, :-1] - heights[:-1, 1:] + heights[:-1, :-1]
    return float(np.nanmax(np.abs(twist)))


def assert_between(found, n, lower, upper):
    """The kernel asks for no less than the samples do, and for no more than they do a little higher.

    A corner of a void may lie between two samples.
    """
    if found.state[n] == PathState.VOID and PathState.BLOCKED not in (lower[0], upper[0]):
        return
    assert found.state[n] == lower[0] or (found.state[n] == upper[0] != PathState.CLEAR)
    assert (found.least_level[n] >= lower[1]).all()
    assert (found.least_level[n] <= upper[1]).all()


def see(elevation, lon, lat, u, v, **options):
    settled = {"heights_m": LADDER, "max_level": np.full(lon.size, LADDER.size - 1, np.uint8), "frequency_ghz": 7.0}
    return line_of_sight(elevation, lon, lat, u, v, **(settled | options))


def transposed(least, top_v):
    """For each rung at v, the least at u, from the least at v for each rung at u."""
    rung_v = np.arange(least.shape[1])
    usable = (rung_v[None, :] <= top_v[:, None]) & (top_v != NO_LEVEL)[:, None]
    feasible = (least[:, :, None] <= rung_v) & usable[:, None, :]
    return np.where(feasible.any(axis=1), feasible.argmax(axis=1), NO_LEVEL)


def assert_same(one, other):
    np.testing.assert_array_equal(one.state, other.state)
    np.testing.assert_array_equal(one.least_level, other.least_level)


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    relief_m=st.sampled_from([8.0, 30.0, 120.0]),
    smooth=st.sampled_from([1.0, 6.0]),
    frequency_ghz=st.sampled_from([7.0, 23.0]),
    lift_m=st.sampled_from([0.0, 3.0]),
    voids=st.sampled_from([0, 3]),
    cover_m=st.sampled_from([0, 12]),
)
def test_every_rung_pair_by_brute_force(seed, relief_m, smooth, frequency_ghz, lift_m, voids, cover_m):
    """Twelve samples a cell: what the kernel offers clears them all, and what it refuses they do not clear by much.

    Its tangents rise at most 5 cm above the ground, or 1/144 of what a cell is twisted by; bulges between samples are
    1/576 of it; 1 cm is for the allowance. In the first and last step that is a root, cut at places four times as far
    from the end each: a tangent at d rises √d / 8 above it at a quarter of d.
    """
    from scipy.ndimage import gaussian_filter

    rng = np.random.default_rng(seed)
    noise = gaussian_filter(rng.standard_normal((90, 110)), smooth)
    heights = (300 + relief_m * noise / noise.std()).astype(rng.choice([np.int16, np.float32]))
    for _ in range(voids):
        row, col = rng.integers(5, 80, 2)
        heights[row : row + 4, col : col + 4] = VOID_HEIGHT
    latitude = rng.choice([-60.0, -5.0, 45.0])
    elevation = Elevation(heights, Affine(1 / 1200, 0, 20, 0, -1 / 1200, latitude), CRS.from_epsg(4326).to_wkt())
    excess_m = 0.01 + max(0.05, twist_m(elevation) / 144) + twist_m(elevation) / 576
    longest_step_m = np.hypot(93.0, 93.0)
    excess_m += np.sqrt(LIGHT_M_S / (frequency_ghz * 1e9) * longest_step_m) / 8
    if cover_m:
        grown = heights + (cover_m * (rng.random(heights.shape) < 0.3)).astype(heights.dtype)
        elevation = replace(
            elevation, surface=np.where(heights == VOID_HEIGHT, VOID_HEIGHT, grown).astype(heights.dtype)
        )
        excess_m += 2 * cover_m / 144
    # some places beyond the rim, some without any usable rung
    lon, lat = elevation.to_lonlat(rng.uniform(-3, 92, 14), rng.uniform(-1, 108, 14))
    top = rng.choice([NO_LEVEL, 2, 4, 6, 6, 6], 14).astype(np.uint8)
    u, v = np.nonzero(~np.eye(14, dtype=bool))  # both directions
    found = see(
        elevation,
        lon,
        lat,
        u.astype(np.uint32),
        v.astype(np.uint32),
        max_level=top,
        frequency_ghz=frequency_ghz,
        margin_m=lift_m,
        bare_ends_m=250.0,
    )
    for n, pair in enumerate(zip(u, v, strict=True)):
        ends = list(pair)
        way = elevation, lon[ends], lat[ends], LADDER, top[ends].astype(int), frequency_ghz, TWO_CRITERIA
        # where land cover begins, the kernel counts it from the line between cells before: 150 m at most
        lower, upper = brute_force(*way, lift_m, 250.0), brute_force(*way, lift_m + excess_m, 100.0)
        assert_between(found, n, lower, upper)


def test_long_paths_by_brute_force(hills, scattered):
    """Paths of many blocks and of more samples than the hull first has room for."""
    elevation = hills(shape=(200, 2600), relief_m=25.0, smooth=20.0)
    _lon, _lat, u, v = scattered(elevation, count=10)
    rng = np.random.default_rng(3)
    lon, lat = elevation.to_lonlat(
        rng.uniform(3, 196, 10), np.concatenate([rng.uniform(3, 400, 5), rng.uniform(2100, 2590, 5)])
    )
    # neither bulge nor Fresnel zone for half of them, or nothing would be seen over 200 km
    elevation = replace(elevation, transform=elevation.transform @ Affine.scale(0.4))
    lon, lat = elevation.to_lonlat(*hills(shape=(200, 2600)).to_pixel(lon, lat))
    ladder = np.arange(20.0, 220.0, 20.0)
    top = np.full(10, 9, np.uint8)
    found = see(elevation, lon, lat, u, v, heights_m=ladder, max_level=top, criteria=[(4 / 3, 0.6)])
    assert 3 < (found.state == PathState.CLEAR).sum() < u.size
    assert not (found.state == PathState.VOID).any()
    for n, pair in enumerate(zip(u, v, strict=True)):
        ends = list(pair)
        way = elevation, lon[ends], lat[ends], ladder, top[ends].astype(int), 7.0, [(4 / 3, 0.6)]
        assert_between(found, n, brute_force(*way, a_cell=10), brute_force(*way, 0.06, a_cell=10))


def test_a_crest_between_two_samples_is_seen():
    """One row of cells is a wall of 300 m; one sample a cell, beginning half a cell off, sees 150 m of it."""
    heights = np.zeros((40, 40), np.int16)
    heights[20] = 300
    elevation = Elevation(heights, Affine(1 / 1200, 0, 20, 0, -1 / 1200, 0), CRS.from_epsg(4326).to_wkt())
    lon, lat = elevation.to_lonlat(np.array([10.5, 30.5]), np.array([15.0, 15.0]))
    pair = np.array([0], np.uint32), np.array([1], np.uint32)
    ladder = np.array([200.0, 302.0, 310.0])
    way = {"heights_m": ladder, "max_level": np.full(2, 2, np.uint8), "criteria": [(4 / 3, 0.0)]}
    found = see(elevation, lon, lat, *pair, **way)
    # the wall stands in the middle: both masts together must be twice as high as it
    assert found.least_level[0].tolist() == [NO_LEVEL, 1, 1]
    assert see(elevation, lon, lat, *pair, **(way | {"heights_m": ladder - 5.0})).state[0] == PathState.CLEAR
    assert see(elevation, lon, lat, *pair, **(way | {"heights_m": ladder - 20.0})).state[0] == PathState.BLOCKED


def test_ground_that_bulges_within_a_cell_is_seen():
    """On the diagonal between two low corners of a twisted cell the ground rises to the mean of all four."""
    heights = np.zeros((41, 41), np.int16)
    heights[20, 21] = heights[21, 20] = 100
    elevation = Elevation(heights, Affine(1 / 1200, 0, 20, 0, -1 / 1200, 0), CRS.from_epsg(4326).to_wkt())
    lon, lat = elevation.to_lonlat(np.array([10.0, 31.0]), np.array([10.0, 31.0]))
    ladder = np.array([49.0, 49.9, 51.0])
    found = see(
        elevation,
        lon,
        lat,
        np.array([0], np.uint32),
        np.array([1], np.uint32),
        heights_m=ladder,
        max_level=np.full(2, 2, np.uint8),
        criteria=[(4 / 3, 0.0)],
    )
    # flat but for a bulge of 50 m at the middle (and 0.13 m of earth): 49.9 + 51 m clear it, 49.9 + 49.9 m do not
    assert found.least_level[0].tolist() == [NO_LEVEL, 2, 1]


@pytest.mark.parametrize(("north", "west"), [(-2.0, 30.0), (70.0, 30.0), (70.0, 179.9), (-69.0, -180.05)])
@pytest.mark.parametrize("smooth", [2.0, 20.0])
def test_plain_profiles_agree(hills, scattered, north, west, smooth):
    """What is offered clears true geodesics sampled eight times as densely, and one rung less does not.

    Tolerance: 0.05 m of path and 0.01 m of crests missed one way, 0.1 m of tangents the other.
    """
    elevation = hills(north=north, west=west, shape=(300, 400), smooth=smooth, relief_m=2.0 * smooth, dtype=np.float32)
    lon, lat, u, v = scattered(elevation, count=20)
    sight = see(elevation, lon, lat, u, v)
    clear = np.flatnonzero(sight.state == PathState.CLEAR)
    assert clear.size > 20
    tightest = 0
    for n in clear:
        profile = terrain_profile(elevation, lon[u[n]], lat[u[n]], lon[v[n]], lat[v[n]], elevation.cell_m / 8)

        def worst(i, j, profile=profile):
            return min(clearance_m(profile, LADDER[i], LADDER[j], 7.0, k, share).min() for k, share in TWO_CRITERIA)

        for i, j in enumerate(sight.least_level[n]):
            if j == NO_LEVEL:
                assert worst(i, LADDER.size - 1) < 0.1
                continue
            assert worst(i, j) > -0.06
            if j > 0:
                assert worst(i, j - 1) < 0.1
                tightest += 1
    assert tightest > 20  # the lower side was put to the test


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_swapping_the_ends_transposes(seed):
    rng = np.random.default_rng(seed)
    heights = rng.integers(0, 40, (60, 60)).astype(np.int16)
    elevation = Elevation(heights, Affine(1 / 1200, 0, 20, 0, -1 / 1200, 10), CRS.from_epsg(4326).to_wkt())
    lon, lat = elevation.to_lonlat(rng.uniform(1, 58, 12), rng.uniform(1, 58, 12))
    u, v = (ends.astype(np.uint32) for ends in np.triu_indices(12, 1))
    top = rng.choice([3, 6, NO_LEVEL], 12).astype(np.uint8)
    there, back = (see(elevation, lon, lat, a, b, max_level=top) for a, b in ((u, v), (v, u)))
    np.testing.assert_array_equal(there.state, back.state)
    np.testing.assert_array_equal(transposed(there.least_level, top[v]), back.least_level)


def test_order_and_number_of_places_change_nothing(hills, scattered):
    elevation = hills()
    lon, lat, u, v = scattered(elevation, count=110)  # more pairs than one task holds
    expected = see(elevation, lon, lat, u, v)
    shuffle = np.random.default_rng(1).permutation(u.size)
    shuffled = see(elevation, lon, lat, u[shuffle], v[shuffle])
    np.testing.assert_array_equal(shuffled.least_level, expected.least_level[shuffle])
    rename = np.random.default_rng(2).permutation(lon.size)
    back = np.argsort(rename).astype(np.uint32)
    renamed = see(elevation, lon[rename], lat[rename], back[u], back[v])
    assert_same(renamed, expected)


@pytest.mark.parametrize("west", [179.92, -180.08, 180.0, -180.1])
def test_moving_across_the_antimeridian_changes_nothing(hills, scattered, west):
    here = hills(west=30.0)
    lon, lat, u, v = scattered(here)
    there = hills(west=west)
    moved = lon + (west - 30.0)
    wrapped = (moved + 180.0) % 360.0 - 180.0
    assert west == 180.0 or np.ptp(wrapped) > 300
    assert_same(see(there, wrapped, lat, u, v), see(here, lon, lat, u, v))


def test_projected_and_geographic_rasters_of_the_same_ground_agree():
    """Two grids interpolate one ground differently, here by less than a metre."""

    def ground(lon, lat):
        return 400 + 30 * np.sin(lon * 400) * np.cos(lat * 300) + 15 * np.sin((lon + lat) * 700)

    utm = Transformer.from_crs(4326, 32646, always_xy=True)
    x0, y0 = utm.transform(91.5, 25.5)
    projected = Affine(50, 0, x0 - 1000, 0, -50, y0 + 1000)
    columns, rows = np.meshgrid(np.arange(520) + 0.5, np.arange(520) + 0.5)
    lon, lat = utm.transform(projected.a * columns + projected.c, projected.e * rows + projected.f, direction="INVERSE")
    in_utm = Elevation(ground(lon, lat).astype(np.float32), projected, CRS.from_epsg(32646).to_wkt())
    geographic = Affine(0.0005, 0, 91.48, 0, -0.0005, 25.52)
    lon, lat = geographic.c + geographic.a * columns, geographic.f + geographic.e * rows
    in_degrees = Elevation(ground(lon, lat).astype(np.float32), geographic, CRS.from_epsg(4326).to_wkt())
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(91.51, 91.72, 40), rng.uniform(25.3, 25.49, 40)
    u, v = (ends.astype(np.uint32) for ends in np.triu_indices(40, 1))
    ladder = np.arange(10.0, 110.0, 1.0)
    one, other = (
        see(elevation, lon, lat, u, v, heights_m=ladder, max_level=np.full(40, 99, np.uint8))
        for elevation in (in_utm, in_degrees)
    )
    assert (one.state == other.state).mean() > 0.99
    assert 0.1 < (one.least_level[:, 50] != NO_LEVEL).mean() < 0.95
    for offered, checked in ((one.least_level, other.least_level), (other.least_level, one.least_level)):
        # a pair of rungs offered on one raster is, one metre higher at both ends, offered on the other
        raised = np.where(offered[:, :-1] < 98, offered[:, :-1].astype(int) + 1, NO_LEVEL)
        assert (checked[:, 1:] <= raised).all()


@pytest.mark.parametrize("latitude", [0.0, 45.0, 70.0])
@pytest.mark.parametrize("epsg", [4326, None])
def test_path_stays_on_the_geodesic(latitude, epsg):
    """50 km in all directions: the quadratic path strays at most 0.5 m from the geodesic."""
    crs = CRS.from_epsg(4326) if epsg else CRS.from_proj4(f"+proj=utm +zone=31 {'+south' * (latitude < 0)}")
    frame = Affine(1 / 3600, 0, 2, 0, -1 / 3600, latitude + 1) if epsg else Affine(30, 0, 3e5, 0, -30, 8e6)
    elevation = Elevation(np.zeros((7200, 7200), np.int16), frame, crs.to_wkt())
    t = np.linspace(0, 1, 21)
    for azimuth in range(0, 360, 15):
        lon1, lat1, _ = GEOD.fwd(3.0, latitude, azimuth, 50_000)
        row, col = curve(elevation, np.array([3.0, lon1]), np.array([latitude, lat1]), t)
        lon, lat = elevation.to_lonlat(row, col)
        # distance of each point from the geodesic: cross-track part of the way from the start
        heading, _back, distance = GEOD.inv(np.full(21, 3.0), np.full(21, latitude), lon, lat)
        aside = distance * np.sin(np.radians(np.asarray(heading) - azimuth))
        assert np.abs(aside[1:]).max() < 0.5


def test_blocked_before_void_whatever_is_met_first(hills):
    elevation = hills(relief_m=0.0, shape=(40, 200))
    heights = elevation.heights.copy()
    heights[:, 60:64] = VOID_HEIGHT
    with_void = replace(elevation, heights=heights.copy())
    heights[:, 120] = 3000
    with_wall = replace(elevation, heights=heights)
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0, 20.0]), np.array([10.0, 190.0, 61.0]))
    u, v = np.array([0, 1, 0], np.uint32), np.array([1, 0, 2], np.uint32)
    assert see(with_void, lon, lat, u, v).state.tolist() == [PathState.VOID] * 3
    assert see(with_wall, lon, lat, u, v).state.tolist() == [PathState.BLOCKED, PathState.BLOCKED, PathState.VOID]
    assert (see(with_void, lon, lat, u, v).least_level == NO_LEVEL).all()


def test_leaving_the_raster_is_unknown_ground(hills):
    elevation = hills(relief_m=0.0, shape=(40, 200))
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0, 60.0]), np.array([50.0, 60.0, 60.0]))
    found = see(elevation, lon, lat, np.array([0, 0], np.uint32), np.array([1, 2], np.uint32))
    assert found.state.tolist() == [PathState.CLEAR, PathState.VOID]


def test_two_places_at_one_point_see_each_other(hills):
    elevation = hills()
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0]), np.array([50.0, 50.0]))
    found = see(elevation, lon, lat, np.array([0], np.uint32), np.array([1], np.uint32), margin_m=4.0)
    assert found.state.tolist() == [PathState.CLEAR]
    assert (found.least_level == 0).all()


def test_no_rung_below_the_margin_is_of_use(hills):
    """The margin counts right up to the ends: a mast that does not reach out of it sees nothing."""
    elevation = hills(relief_m=0.0)
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0]), np.array([50.0, 60.0]))
    found = see(elevation, lon, lat, np.array([0], np.uint32), np.array([1], np.uint32), margin_m=12.0)
    assert (found.least_level[0, :2] == NO_LEVEL).all()  # 5 and 10 m
    assert found.least_level[0, 3] != NO_LEVEL


def test_land_cover_stands_in_the_way_but_not_beside_the_ends(hills):
    elevation = hills(relief_m=0.0, shape=(40, 200))
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0]), np.array([50.0, 70.0]))  # 1.85 km
    pair = np.array([0], np.uint32), np.array([1], np.uint32)
    everywhere = replace(elevation, surface=elevation.heights + np.int16(15))
    at_ends = replace(elevation, surface=elevation.heights.copy())
    at_ends.surface[:, 48:53] += 15  # up to 3 cells, 280 m, from the first end
    bare = see(elevation, lon, lat, *pair)
    # a step that begins within the bare ends and leaves them counts as covered: a cell more
    assert bare.least_level[0].tolist() == see(at_ends, lon, lat, *pair, bare_ends_m=400.0).least_level[0].tolist()
    assert bare.least_level[0].tolist() != see(at_ends, lon, lat, *pair, bare_ends_m=50.0).least_level[0].tolist()
    # beyond the ends trees of 15 m are ground of 15 m: the middle, where most is asked for, decides
    grown = see(everywhere, lon, lat, *pair, bare_ends_m=300.0).least_level[0]
    f1_m = np.sqrt(LIGHT_M_S / 7e9 * 1853 / 4)
    asked_m = 15 + f1_m + 1853**2 / (8 * 4 / 3 * RADIUS_M)
    assert 2 * LADDER[3] > 2 * asked_m > 2 * LADDER[2], "20 + 20 m clear 19.6 m at the middle, 15 + 15 m do not"
    assert grown[3] == 3
    # from 15 m the first trees decide: at t = 0.14 the zone asks for 3.1 m above them, so 15 + 3.1 / 0.14 = 37 m of v
    assert LADDER[grown[2]] == 40


def test_voids_that_are_sea_are_counted(hills):
    elevation = hills(relief_m=0.0, shape=(40, 200))
    heights = np.full_like(elevation.heights, 30)
    heights[:, 60:80] = VOID_HEIGHT
    lon, lat = elevation.to_lonlat(np.array([20.0, 20.0, 20.0]), np.array([50.0, 90.0, 40.0]))
    u, v = np.array([0, 1, 0], np.uint32), np.array([1, 2, 2], np.uint32)
    unknown = replace(elevation, heights=heights)
    sea = replace(unknown, void_is_sea=True)
    filled = replace(unknown, heights=np.where(heights == VOID_HEIGHT, 0, heights).astype(np.int16))
    assert see(unknown, lon, lat, u, v).state.tolist() == [PathState.VOID, PathState.VOID, PathState.CLEAR]
    found = see(sea, lon, lat, u, v)
    assert_same(found, see(filled, lon, lat, u, v))
    # steps of a cell; those that start at columns 59 to 79 have a void among their four cells
    assert found.voids.tolist() == [21, 21, 0]


def test_no_pairs(hills):
    nobody = np.empty(0, np.uint32)
    found = see(hills(), np.array([30.05]), np.array([-2.05]), nobody, nobody)
    assert found.least_level.shape == (0, LADDER.size)


@pytest.mark.parametrize("ladder", [[], [10.0, 10.0], [-5.0, 3.0], np.arange(256.0)])
def test_ladders_that_make_no_sense_are_refused(hills, ladder):
    with pytest.raises(ValueError, match="antenna heights"):
        see(
            hills(), np.zeros(2), np.zeros(2), np.zeros(1, np.uint32), np.ones(1, np.uint32), heights_m=np.array(ladder)
        )


def test_levels_beyond_the_ladder_are_refused(hills):
    with pytest.raises(ValueError, match="max_level"):
        see(
            hills(),
            np.zeros(1),
            np.zeros(1),
            np.zeros(1, np.uint32),
            np.zeros(1, np.uint32),
            max_level=np.array([7], np.uint8),
        )


def test_paths_beyond_the_stated_range_are_refused(hills):
    with pytest.raises(ValueError, match="200 km"):
        see(hills(), np.array([30.0, 33.0]), np.zeros(2), np.zeros(1, np.uint32), np.ones(1, np.uint32))


def test_what_a_geodesic_says_is_200_km_is_not_too_long(hills):
    """Lengths along the path are reckoned otherwise, to some centimetres."""
    end_lon, end_lat, _back = GEOD.fwd(
        np.full(36, 30.1), np.full(36, -2.05), np.arange(0.0, 360.0, 10.0), np.full(36, 2e5)
    )
    lon, lat = np.append(30.1, end_lon), np.append(-2.05, end_lat)
    see(hills(), lon, lat, np.zeros(36, np.uint32), np.arange(1, 37, dtype=np.uint32))
