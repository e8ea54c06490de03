"""Land cover laid over bare earth: classes become heights, whatever grid they come on."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer

from planner.errors import InputError
from planner.terrain import VOID_HEIGHT, Elevation, is_silent, with_land_cover

CELL = 1 / 1200
TREES, WATER, HOUSES = 10, 80, 50
HEIGHTS_M = {TREES: 20.0, WATER: 0.0, HOUSES: 8.5}


def ground(west=30.0, north=-1.0, dtype=np.int16):
    return Elevation(
        np.full((60, 60), 100, dtype), Affine(CELL, 0, west, 0, -CELL, north), CRS.from_epsg(4326).to_wkt()
    )


def write(path, classes, west, north, cell, crs="EPSG:4326", nodata=0):
    profile = {"driver": "GTiff", "dtype": classes.dtype, "count": 1, "nodata": nodata, "crs": crs}
    transform = Affine(cell, 0, west, 0, -cell, north)
    height, width = classes.shape
    with rasterio.open(path, "w", height=height, width=width, transform=transform, **profile) as dataset:
        dataset.write(classes, 1)
    return path


def codes(error):
    return [problem.code for problem in error.value.problems]


def test_same_grid(tmp_path):
    classes = np.full((60, 60), WATER, np.uint8)
    classes[10:20, 30:40] = TREES
    classes[40, 40] = HOUSES
    classes[0, 0] = 0  # nothing known
    bare = ground()
    bare.heights[15, 35] = VOID_HEIGHT
    found = with_land_cover(bare, [write(tmp_path / "cover.tif", classes, 30.0, -1.0, CELL)], HEIGHTS_M)
    expected = np.full((60, 60), 100)
    expected[10:20, 30:40] = 120
    expected[40, 40] = 109  # whole metres, rounded up
    expected[15, 35] = VOID_HEIGHT
    np.testing.assert_array_equal(found.surface, expected)
    np.testing.assert_array_equal(found.heights, bare.heights)
    in_fractions = with_land_cover(ground(dtype=np.float32), [tmp_path / "cover.tif"], HEIGHTS_M)
    assert in_fractions.surface[40, 40] == pytest.approx(108.5)


def test_the_tallest_class_in_a_cell_counts(tmp_path):
    """One tree of a ninth of a cell makes the cell as high as a tree."""
    classes = np.full((180, 180), WATER, np.uint8)
    classes[3 * 7 + 2, 3 * 20] = TREES
    found = with_land_cover(ground(), [write(tmp_path / "cover.tif", classes, 30.0, -1.0, CELL / 3)], HEIGHTS_M)
    assert found.surface[7, 20] == 120
    assert (found.surface == 120).sum() == 1


def test_coarser_classes_cover_all_their_cells(tmp_path):
    classes = np.full((6, 6), WATER, np.uint8)
    classes[2, 3] = TREES
    found = with_land_cover(ground(), [write(tmp_path / "cover.tif", classes, 30.0, -1.0, 10 * CELL)], HEIGHTS_M)
    expected = np.full((60, 60), 100)
    expected[20:30, 30:40] = 120
    # cells whose edges touch those of the class may be taken with it
    assert (found.surface >= expected).all()
    assert (found.surface[:18] == 100).all()
    assert (found.surface == 120).sum() <= 12 * 12


@pytest.mark.parametrize("west", [179.975, -180.025])
def test_across_the_antimeridian(tmp_path, west):
    """Two tiles that meet at 180°, ground that runs past it."""
    classes = np.full((60, 60), WATER, np.uint8)
    classes[20:30, 25:35] = TREES
    tiles = [
        write(tmp_path / "w.tif", np.ascontiguousarray(classes[:, :30]), 179.975, -1.0, CELL),
        write(tmp_path / "e.tif", np.ascontiguousarray(classes[:, 30:]), -180.0, -1.0, CELL),
    ]
    found = with_land_cover(ground(west=west), tiles, HEIGHTS_M)
    expected = np.full((60, 60), 100)
    expected[20:30, 25:35] = 120
    np.testing.assert_array_equal(found.surface, expected)


def test_where_nothing_is_said(tmp_path):
    """Beyond the rasters, where they have no data, and where a cell is of class 0; the antimeridian is no end."""
    classes = np.full((10, 10), WATER, np.uint8)
    classes[2, 3], classes[4, 5] = 0, 255
    files = [
        write(tmp_path / "w.tif", classes, 180 - 10 * CELL, -1.0, CELL, nodata=255),
        write(tmp_path / "e.tif", np.full((10, 10), TREES, np.uint8), -180.0, -1.0, CELL),
    ]
    column = np.array([0, 3, 5, 9, 10, 19, 20, -1, 3])
    row = np.array([0, 2, 4, 9, 0, 9, 5, 5, 3])
    lon = 180 - 10 * CELL + (column + 0.5) * CELL
    lat = -1.0 - (row + 0.5) * CELL
    expected = [False, True, True, False, False, False, True, True, False]
    assert is_silent(files, lon, lat).tolist() == expected
    assert is_silent(files, np.where(lon > 180, lon - 360, lon), lat).tolist() == expected


def test_another_coordinate_system(tmp_path):
    x, y = Transformer.from_crs(4326, 32636, always_xy=True).transform(30.0, -1.0)
    classes = np.full((800, 800), WATER, np.uint8)
    classes[200:400, 200:400] = TREES  # 10 m cells; 2 to 4 km from the corner
    path = write(tmp_path / "utm.tif", classes, x - 500, y + 500, 10.0, crs="EPSG:32636")
    found = with_land_cover(ground(), [path], HEIGHTS_M)
    cell_m = 92.6
    tall = np.argwhere(found.surface == 120)
    assert tall.min() * cell_m == pytest.approx(1500, abs=2 * cell_m)
    assert tall.max() * cell_m == pytest.approx(3500, abs=2 * cell_m)
    assert len(tall) == pytest.approx((2000 / cell_m) ** 2, rel=0.15)


def test_strips_change_nothing(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    classes = rng.choice([TREES, WATER, HOUSES], (400, 400)).astype(np.uint8)
    path = write(tmp_path / "cover.tif", classes, 29.99, -0.99, CELL / 4)
    whole = with_land_cover(ground(), [path], HEIGHTS_M)
    monkeypatch.setattr("planner.terrain.land_cover._STRIP_CELLS", 500)
    np.testing.assert_array_equal(with_land_cover(ground(), [path], HEIGHTS_M).surface, whole.surface)


def test_wrong_land_cover_is_refused(tmp_path):
    classes = np.full((60, 60), WATER, np.uint8)
    classes[3, 3], classes[4, 4] = 7, 9
    unknown = write(tmp_path / "unknown.tif", classes, 30.0, -1.0, CELL)
    with pytest.raises(InputError) as error:
        with_land_cover(ground(), [unknown], HEIGHTS_M)
    assert codes(error) == ["land-cover-class"]
    assert "7, 9" in error.value.problems[0].message
    assert error.value.problems[0].file == str(unknown)

    shares = write(tmp_path / "shares.tif", np.full((60, 60), 0.25, np.float32), 30.0, -1.0, CELL)
    with pytest.raises(InputError) as error:
        with_land_cover(ground(), [shares], HEIGHTS_M)
    assert [(problem.code, problem.value) for problem in error.value.problems] == [("land-cover-no-classes", "0.25")]

    elsewhere = write(tmp_path / "elsewhere.tif", classes, 50.0, -1.0, CELL)
    with pytest.raises(InputError) as error:
        with_land_cover(ground(), [elsewhere], HEIGHTS_M)
    assert codes(error) == ["land-cover-elsewhere"]

    with pytest.raises(InputError) as error:
        with_land_cover(ground(), [tmp_path / "none.tif"], HEIGHTS_M)
    assert codes(error) == ["terrain-missing"]


def test_profiles_see_what_stands_on_the_ground(tmp_path):
    from planner.terrain import clearance_m, terrain_profile

    bare = ground(dtype=np.float32)
    grown = replace(bare, surface=bare.heights + np.float32(15.0))
    lon, lat = bare.to_lonlat(np.array([10.0, 10.0]), np.array([10.0, 50.0]))
    profile = terrain_profile(grown, lon[0], lat[0], lon[1], lat[1], 50.0)
    np.testing.assert_allclose(profile.ground_m, 100.0)
    np.testing.assert_allclose(profile.surface_m, 115.0)
    free, covered = (
        clearance_m(terrain_profile(e, lon[0], lat[0], lon[1], lat[1], 50.0), 20, 20, 7.0, 4 / 3, 0.0)
        for e in (bare, grown)
    )
    np.testing.assert_allclose((free - covered)[1:-1], 15.0)
    assert free[0] == covered[0]
    beside = clearance_m(profile, 20, 20, 7.0, 4 / 3, 0.0, bare_ends_m=500.0)
    away_m = np.minimum(profile.distance_m, profile.distance_m[-1] - profile.distance_m)
    np.testing.assert_allclose(free - beside, np.where(away_m <= 500.0, 0.0, 15.0))
