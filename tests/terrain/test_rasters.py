"""Elevation files as people have them: tiled, projected, holed, broken, across the antimeridian."""

import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS, Transformer

from planner.errors import InputError
from planner.terrain import VOID_HEIGHT, line_of_sight, open_elevation, resample, room, tiles

CELL = 1 / 1200


def heights_of(rows, columns, top=0, left=0):
    """A number per cell that says where it lies."""
    row, col = np.mgrid[top : top + rows, left : left + columns]
    return ((row * 7 + col * 3) % 2000).astype(np.int16)


def write(path, heights, west, north, *, crs="EPSG:4326", cell=CELL, nodata=None, tags=None, **options):
    bands = heights[None] if heights.ndim == 2 else heights
    profile = {"driver": "GTiff", "dtype": bands.dtype, "count": len(bands), "nodata": nodata, "crs": crs}
    transform = Affine(cell, 0, west, 0, -cell, north)
    with rasterio.open(
        path, "w", height=bands.shape[1], width=bands.shape[2], transform=transform, **profile, **options
    ) as dataset:
        dataset.update_tags(**(tags or {}))
        dataset.write(bands)
    return path


def codes(error):
    return [problem.code for problem in error.value.problems]


def test_reads_only_the_window_around_the_places(tmp_path):
    whole = heights_of(1200, 1200)
    path = write(tmp_path / "dem.tif", whole, 30.0, -1.0)
    elevation = open_elevation([path], lon=[30.5, 30.52], lat=[-1.5, -1.51], margin_km=5.0)
    rows, columns = elevation.shape
    # 0.01° and 0.02° of places, 5 km (0.0452°) either side, at most two cells more
    assert rows == pytest.approx(1200 * (0.01 + 2 * 0.0452), abs=4)
    assert columns == pytest.approx(1200 * (0.02 + 2 * 0.0452), abs=4)
    lon, lat = np.array([30.5 + CELL / 2]), np.array([-1.5 - CELL / 2])
    assert elevation.sample(lon, lat)[0] == pytest.approx(whole[600, 600], abs=1e-6)
    assert elevation.heights.dtype == np.int16


def test_window_ends_with_the_file(tmp_path):
    path = write(tmp_path / "dem.tif", heights_of(60, 80), 30.0, -1.0)
    elevation = open_elevation([path], lon=[30.03], lat=[-1.02], margin_km=500.0)
    assert elevation.shape == (60, 80)


def test_several_tiles_are_one(tmp_path):
    whole = heights_of(200, 300)
    one = write(tmp_path / "one.tif", whole, 30.0, -1.0)
    # overlapping by one shared column and row, as HGT tiles do
    tiles = [
        write(
            tmp_path / f"tile{r}{c}.tif",
            np.ascontiguousarray(whole[r : r + 101, c : c + 151]),
            30.0 + c * CELL,
            -1.0 - r * CELL,
        )
        for r in (0, 99)
        for c in (0, 149)
    ]
    area = {"lon": [30.02, 30.23], "lat": [-1.02, -1.14], "margin_km": 1.0}
    expected, found = open_elevation([one], **area), open_elevation(tiles, **area)
    np.testing.assert_array_equal(found.heights, expected.heights)
    assert found.transform.almost_equals(expected.transform, 1e-12)
    shuffled = open_elevation(tiles[::-1], **area)
    np.testing.assert_array_equal(shuffled.heights, expected.heights)


def test_a_gap_between_tiles_is_void(tmp_path):
    west = write(tmp_path / "w.tif", heights_of(50, 50), 30.0, -1.0)
    east = write(tmp_path / "e.tif", heights_of(50, 50), 30.0 + 60 * CELL, -1.0)
    elevation = open_elevation([west, east], lon=[30.02, 30.07], lat=[-1.02, -1.02], margin_km=50)
    assert elevation.shape == (50, 110)
    assert elevation.void.all(axis=0).sum() == 10


def test_first_file_wins_and_later_ones_fill_its_voids(tmp_path):
    first = np.full((50, 50), 100, np.int16)
    first[10:20] = -9999
    a = write(tmp_path / "a.tif", first, 30.0, -1.0, nodata=-9999)
    b = write(tmp_path / "b.tif", np.full((50, 50), 200, np.int16), 30.0, -1.0)
    elevation = open_elevation([a, b], lon=[30.02], lat=[-1.02], margin_km=50)
    assert (elevation.heights[10:20] == 200).all()
    assert (elevation.heights[:10] == 100).all()


@pytest.mark.parametrize(
    ("dtype", "declared", "written"),
    [
        (np.int16, -9999, -9999),
        (np.int16, None, -32768),  # SRTM voids whose tag was lost
        (np.int16, None, -9999),
        (np.int16, 0, 0),  # whoever declares 0 unknown is believed
        (np.float32, -3.4e38, -3.4e38),
        (np.float32, np.nan, np.nan),
        (np.float32, None, np.nan),
        (np.float64, None, 1e20),
    ],
)
def test_nodata_becomes_void(tmp_path, dtype, declared, written):
    heights = np.full((40, 40), 250, dtype)
    heights[5:9, 5:9] = written
    path = write(tmp_path / "dem.tif", heights, 30.0, -1.0, nodata=declared)
    elevation = open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50)
    expected = np.zeros((40, 40), bool)
    expected[5:9, 5:9] = True
    np.testing.assert_array_equal(elevation.void, expected)
    assert elevation.heights.dtype == (np.int16 if dtype is np.int16 else np.float32)


def test_heights_below_zero_stay(tmp_path):
    path = write(tmp_path / "dem.tif", np.full((40, 40), -427, np.int16), 35.4, 31.6, nodata=-32768)
    assert (open_elevation([path], lon=[35.41], lat=[31.59], margin_km=50).heights == -427).all()


def test_scale_and_offset_are_applied(tmp_path):
    path = write(tmp_path / "dem.tif", np.full((40, 40), 1234, np.int16), 30.0, -1.0, nodata=-1)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = [0.1], [10.0]
    elevation = open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50)
    np.testing.assert_allclose(elevation.heights, 133.4, rtol=1e-6)


def test_point_registered_rasters_hold_heights_at_points(tmp_path):
    """An HGT file's first value belongs to the degree corner itself; so does a GeoTIFF's tagged as points."""
    heights = heights_of(1201, 1201)
    hgt = tmp_path / "S02E030.hgt"
    hgt.write_bytes(heights.astype(">i2").tobytes())
    elevation = open_elevation([hgt], lon=[30.5], lat=[-1.5], margin_km=100)
    corners = elevation.sample(np.array([30.0, 31.0, 30.5]), np.array([-1.0, -2.0, -1.5]))
    np.testing.assert_allclose(corners, [heights[0, 0], heights[1200, 1200], heights[600, 600]], atol=1e-6)
    # rasterio writes area corners and the tag, GDAL stores the tie point at the cell's centre
    tagged = write(tmp_path / "point.tif", heights, 30.0 - CELL / 2, -1.0 + CELL / 2, tags={"AREA_OR_POINT": "Point"})
    again = open_elevation([tagged], lon=[30.5], lat=[-1.5], margin_km=100)
    assert again.transform.almost_equals(elevation.transform, 1e-9)
    np.testing.assert_array_equal(again.heights, elevation.heights)


def test_vrt_of_tiles(tmp_path):
    write(tmp_path / "w.tif", heights_of(50, 50), 30.0, -1.0)
    write(tmp_path / "e.tif", heights_of(50, 50, left=50), 30.0 + 50 * CELL, -1.0)
    sources = "".join(
        f'<SimpleSource><SourceFilename relativeToVRT="1">{name}.tif</SourceFilename><SourceBand>1</SourceBand>'
        f'<SrcRect xOff="0" yOff="0" xSize="50" ySize="50"/><DstRect xOff="{x}" yOff="0" xSize="50" ySize="50"/>'
        "</SimpleSource>"
        for name, x in (("w", 0), ("e", 50))
    )
    vrt = tmp_path / "both.vrt"
    vrt.write_text(
        f'<VRTDataset rasterXSize="100" rasterYSize="50"><SRS>EPSG:4326</SRS>'
        f"<GeoTransform>30.0, {CELL!r}, 0, -1.0, 0, {-CELL!r}</GeoTransform>"
        f'<VRTRasterBand dataType="Int16" band="1">{sources}</VRTRasterBand></VRTDataset>'
    )
    elevation = open_elevation([vrt], lon=[30.04], lat=[-1.02], margin_km=50)
    np.testing.assert_array_equal(elevation.heights, heights_of(50, 100))


@pytest.mark.parametrize("tiling", ["two tiles", "two tiles past 180", "one tile past 180", "the whole world"])
def test_antimeridian_stays_contiguous(tmp_path, tiling):
    here = write(tmp_path / "here.tif", heights_of(60, 200), 29.95, -16.5, cell=0.01)
    area = {"lat": [-16.7, -16.8], "margin_km": 20.0}
    expected = open_elevation([here], lon=[30.5, 31.2], **area)
    heights = heights_of(60, 200)
    west, east = np.ascontiguousarray(heights[:, :105]), np.ascontiguousarray(heights[:, 105:])
    if tiling == "two tiles":
        files = [
            write(tmp_path / "w.tif", west, 178.95, -16.5, cell=0.01),
            write(tmp_path / "e.tif", east, -180.0, -16.5, cell=0.01),
        ]
    elif tiling == "two tiles past 180":
        files = [
            write(tmp_path / "w.tif", west, -181.05, -16.5, cell=0.01),
            write(tmp_path / "e.tif", east, 180.0, -16.5, cell=0.01),
        ]
    elif tiling == "one tile past 180":
        files = [write(tmp_path / "we.tif", heights, 178.95, -16.5, cell=0.01)]
    else:
        world = np.full((60, 36000), 9, np.int16)
        world[:, -105:], world[:, :95] = west, east
        files = [write(tmp_path / "world.tif", world, -180.0, -16.5, cell=0.01)]
    found = open_elevation(files, lon=[179.5, -179.8], **area)
    np.testing.assert_array_equal(found.heights, expected.heights)
    lon, lat = np.array([30.5, 31.0, 31.2]), np.array([-16.71, -16.75, -16.8])
    np.testing.assert_allclose(found.sample((lon + 149.0 + 180) % 360 - 180, lat), expected.sample(lon, lat), atol=1e-6)
    assert found.contains([180.0, -180.0], [-16.75, -16.75]).all()


def smooth_ground(lon, lat):
    return (800 + 100 * np.sin(lon * 60) * np.cos(lat * 50)).astype(np.float32)


def degrees_tile(path, west, north, cell, rows, columns):
    lon, lat = np.meshgrid(west + cell * (np.arange(columns) + 0.5), north - cell * (np.arange(rows) + 0.5))
    return write(path, smooth_ground(lon, lat), west, north, cell=cell)


def utm_tile(path, epsg, west, north, cell, rows, columns):
    x, y = np.meshgrid(west + cell * (np.arange(columns) + 0.5), north - cell * (np.arange(rows) + 0.5))
    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(x, y)
    lon = np.where(lon < 0, lon + 360, lon)
    return write(path, smooth_ground(lon, lat), west, north, cell=cell, crs=f"EPSG:{epsg}")


def test_other_crs_and_resolution_are_warped_onto_the_first(tmp_path):
    first = degrees_tile(tmp_path / "first.tif", 91.0, 26.0, 0.0005, 400, 400)
    finer = degrees_tile(tmp_path / "finer.tif", 91.2, 26.0, 0.0003, 667, 400)
    x, y = Transformer.from_crs(4326, 32646, always_xy=True).transform(91.3, 26.0)
    utm = utm_tile(tmp_path / "utm.tif", 32646, x, y, 60.0, 360, 300)
    elevation = open_elevation([first, finer, utm], lon=[91.05, 91.4], lat=[25.97, 25.85], margin_km=1.0)
    assert elevation.transform.a == pytest.approx(0.0005)
    assert CRS.from_wkt(elevation.crs_wkt).to_epsg() == 4326
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(91.05, 91.4, 2000), rng.uniform(25.85, 25.97, 2000)
    heights = elevation.sample(lon, lat)
    assert np.isfinite(heights).mean() > 0.995  # seams of unlike grids lose half a cell, elsewhere nothing is lost
    # the ground bends by 0.4 m within a cell; warping interpolates twice
    assert np.nanmax(np.abs(heights - smooth_ground(lon, lat))) < 0.6
    other_way = open_elevation([utm, first], lon=[91.05, 91.4], lat=[25.97, 25.85], margin_km=1.0)
    assert CRS.from_wkt(other_way.crs_wkt).to_epsg() == 32646
    heights = other_way.sample(lon, lat)
    assert np.nanmax(np.abs(heights - smooth_ground(lon, lat))) < 0.6
    assert np.isfinite(heights[lon < 91.19]).all()


def test_projected_tile_warped_across_the_antimeridian(tmp_path):
    first = degrees_tile(tmp_path / "first.tif", 179.0, -16.0, 0.001, 300, 900)
    x, y = Transformer.from_crs(4326, 32701, always_xy=True).transform(179.85, -15.98)
    utm = utm_tile(tmp_path / "utm.tif", 32701, x, y, 110.0, 320, 500)
    elevation = open_elevation([first, utm], lon=[179.5, -179.8], lat=[-16.1, -16.2], margin_km=1.0)
    lon, lat = np.array([179.6, 179.95, 180.0, -179.95, -179.81]), np.full(5, -16.15)
    np.testing.assert_allclose(
        elevation.sample(lon, lat), smooth_ground(np.where(lon < 0, lon + 360, lon), lat), atol=1.5
    )


def test_web_mercator_cut_at_the_places_is_refused(tmp_path):
    path = write(tmp_path / "dem.tif", np.zeros((90, 400), np.int16), -20037508.34, -1.7e6, cell=1e5, crs="EPSG:3857")
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[179.5, -179.8], lat=[-16.1, -16.2], margin_km=1.0)
    assert codes(error) == ["terrain-cut"]


def test_every_faulty_file_is_named(tmp_path):
    good = write(tmp_path / "good.tif", heights_of(40, 40), 30.0, -1.0)
    text = tmp_path / "text.tif"
    text.write_text("not a raster")
    bare = tmp_path / "bare.tif"
    profile = {"driver": "GTiff", "dtype": "int16", "count": 1, "height": 4, "width": 4}
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        rasterio.open(bare, "w", **profile).close()
    picture = write(tmp_path / "picture.tif", np.zeros((3, 40, 40), np.uint8), 30.0, -1.0, photometric="RGB")
    with pytest.raises(InputError) as error:
        open_elevation([good, tmp_path / "no.tif", text, bare, picture], lon=[30.01], lat=[-1.01], margin_km=1)
    assert codes(error) == ["terrain-missing", "terrain-unreadable", "terrain-not-georeferenced", "terrain-bands"]
    for problem, name in zip(error.value.problems, ("no", "text", "bare", "picture"), strict=True):
        assert problem.file == str(tmp_path / f"{name}.tif")
        assert problem.remedy


def test_cut_off_file_is_reported_when_read(tmp_path):
    heights = np.random.default_rng(0).integers(0, 999, (600, 600)).astype(np.int16)
    path = write(tmp_path / "dem.tif", heights, 30.0, -1.0)
    path.write_bytes(path.read_bytes()[:300_000])
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[30.25], lat=[-1.25], margin_km=100)
    assert codes(error) == ["terrain-unreadable"]


def test_alpha_band_beside_the_heights_is_no_fault(tmp_path):
    heights = np.stack([heights_of(40, 40), np.ones((40, 40), np.int16)])
    path = write(tmp_path / "dem.tif", heights, 30.0, -1.0, alpha="yes")
    assert open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50).shape == (40, 40)


def test_terrain_of_somewhere_else(tmp_path):
    path = write(tmp_path / "dem.tif", heights_of(40, 40), 30.0, -1.0)
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[43.3], lat=[-11.7], margin_km=50)
    assert codes(error) == ["terrain-elsewhere"]
    assert "dem.tif" in str(error.value)


def test_unused_tiles_are_left_out(tmp_path):
    near = write(tmp_path / "near.tif", heights_of(40, 40), 30.0, -1.0)
    far = write(tmp_path / "far.tif", heights_of(40, 40), -60.0, 50.0)
    elevation = open_elevation([far, near], lon=[30.01], lat=[-1.01], margin_km=50)
    assert elevation.shape == (40, 40)
    assert (elevation.heights != VOID_HEIGHT).all()


def test_no_place_no_window(tmp_path):
    path = write(tmp_path / "dem.tif", heights_of(40, 40), 30.0, -1.0)
    with pytest.raises(ValueError, match="at least one place"):
        open_elevation([path], lon=[], lat=[], margin_km=1)


@pytest.fixture
def little_memory(monkeypatch):
    """Nothing fits into memory, and files are read a few rows at a time."""
    monkeypatch.setenv(room.GB_VARIABLE, "0.000001")
    monkeypatch.setattr(tiles, "STRIP_CELLS", 5000)


def test_terrain_beyond_memory_lies_in_a_file_and_changes_nothing(tmp_path, little_memory, monkeypatch):
    first = degrees_tile(tmp_path / "first.tif", 91.0, 26.0, 0.0005, 400, 400)
    beside = degrees_tile(tmp_path / "beside.tif", 91.2, 26.0, 0.0005, 400, 300)
    finer = degrees_tile(tmp_path / "finer.tif", 91.35, 26.0, 0.0003, 667, 400)
    x, y = Transformer.from_crs(4326, 32646, always_xy=True).transform(91.35, 25.95)
    utm = utm_tile(tmp_path / "utm.tif", 32646, x, y, 60.0, 300, 300)
    area = {"lon": [91.02, 91.45], "lat": [25.97, 25.85], "margin_km": 1.0}
    in_file = open_elevation([first, beside, finer, utm], **area)
    assert isinstance(in_file.heights, np.memmap)
    monkeypatch.undo()
    whole = open_elevation([first, beside, finer, utm], **area)
    assert not isinstance(whole.heights, np.memmap)
    # GDAL follows coordinates to an eighth of a cell: 0.2 m on this ground
    np.testing.assert_array_equal(in_file.void, whole.void)
    np.testing.assert_allclose(in_file.heights, whole.heights, atol=0.2)
    _row, column = whole.to_pixel(np.array([91.35]), np.array([25.9]))
    same_grid = slice(
        0, int(column[0]) - 1
    )  # west of it no coordinates are followed: the tiles have the grid of the whole
    np.testing.assert_array_equal(in_file.heights[:, same_grid], whole.heights[:, same_grid])

    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(91.02, 91.28, 60), rng.uniform(25.86, 25.97, 60)  # on tiles that are not warped
    u, v = (ends.astype(np.uint32) for ends in np.triu_indices(60, 1))
    ladder = np.arange(10.0, 110.0, 5.0)
    one, other = (
        line_of_sight(
            elevation, lon, lat, u, v, heights_m=ladder, max_level=np.full(60, 19, np.uint8), frequency_ghz=7.0
        )
        for elevation in (in_file, whole)
    )
    np.testing.assert_array_equal(one.least_level, other.least_level)
    np.testing.assert_array_equal(one.state, other.state)
    assert 0.1 < (one.state == 0).mean() < 0.9
    np.testing.assert_array_equal(in_file.sample(lon, lat), whole.sample(lon, lat))
    coarse, coarse_whole = (resample(elevation, 500.0).ground.heights for elevation in (in_file, whole))
    np.testing.assert_allclose(coarse, coarse_whole, atol=0.2)


def test_reading_beyond_memory_takes_little_of_it(tmp_path, little_memory):
    """32 MB of heights are read and looked at in less than 4 MB."""
    path = write(tmp_path / "dem.tif", np.full((4000, 4000), 700, np.int16), 30.0, -1.0, compress="deflate")
    tracemalloc.start()
    elevation = open_elevation([path], lon=[30.5, 32.5], lat=[-1.5, -3.5], margin_km=500.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elevation.shape == (4000, 4000)
    assert peak < 4e6
    assert (elevation.heights[::100, ::100] == 700).all()


def test_no_room_for_terrain_beyond_memory(tmp_path, little_memory, monkeypatch):
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1))
    path = write(tmp_path / "dem.tif", heights_of(400, 400), 30.0, -1.0)
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[30.1], lat=[-1.1], margin_km=50)
    assert codes(error) == ["terrain-no-room"]
    assert "TMPDIR" in error.value.problems[0].remedy


@pytest.mark.parametrize("text", ["much", "-1", "inf"])
def test_memory_that_is_no_number_is_refused(tmp_path, monkeypatch, text):
    monkeypatch.setenv(room.GB_VARIABLE, text)
    path = write(tmp_path / "dem.tif", heights_of(40, 40), 30.0, -1.0)
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50)
    assert [(problem.code, problem.column, problem.value) for problem in error.value.problems] == [
        ("bad-option", room.GB_VARIABLE, text)
    ]


@pytest.mark.parametrize("unit", ["ft", "feet", "US survey foot"])
def test_heights_said_to_be_in_feet_are_refused(tmp_path, unit):
    path = write(tmp_path / "dem.tif", heights_of(40, 40), 30.0, -1.0)
    with rasterio.open(path, "r+") as dataset:
        dataset.units = [unit]
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50)
    assert [(problem.code, problem.value) for problem in error.value.problems] == [("terrain-units", unit)]
    assert "0.3048" in error.value.problems[0].remedy


@pytest.mark.parametrize("unit", ["m", "metre", "meters above sea level", ""])
def test_heights_said_to_be_in_metres_are_read(tmp_path, unit):
    path = write(tmp_path / "dem.tif", heights_of(40, 40), 30.0, -1.0)
    with rasterio.open(path, "r+") as dataset:
        dataset.units = [unit]
    assert open_elevation([path], lon=[30.01], lat=[-1.01], margin_km=50).shape == (40, 40)


@pytest.mark.parametrize(
    ("west", "north", "top_ft", "limit_m"),
    [
        (43.2, -11.5, 7746, 5895),  # Karthala, 2,361 m
        (36.8, -0.1, 17057, 5895),  # Mount Kenya, 5,199 m: above all mountains of the earth, if in metres
        (86.9, 28.0, 29032, 8849),  # Everest
        (178.0, -17.5, 4344, 4205),  # Tomanivi, Fiji, 1,324 m
        (179.98, -16.5, 4344, 4205),  # the same, were it at the antimeridian
    ],
)
def test_heights_in_feet_are_found_out_where_no_ground_is_as_high(tmp_path, west, north, top_ft, limit_m):
    heights = np.full((60, 60), 600, np.int16)
    heights[20:30, 20:30] = top_ft
    path = write(tmp_path / "dem.tif", heights, west, north)
    with pytest.raises(InputError) as error:
        open_elevation([path], lon=[west + 0.02], lat=[north - 0.02], margin_km=5)
    assert [(problem.code, problem.value) for problem in error.value.problems] == [("terrain-too-high", str(top_ft))]
    assert f"{limit_m} m" in error.value.problems[0].message


def test_a_single_spike_is_no_other_unit(tmp_path):
    heights = np.full((200, 200), 600, np.int16)
    heights[100, 100] = 6400
    path = write(tmp_path / "dem.tif", heights, 43.2, -11.5)
    assert open_elevation([path], lon=[43.25], lat=[-11.55], margin_km=50).heights[100, 100] == 6400


def test_voids_that_are_sea_have_height_zero(tmp_path):
    heights = np.full((40, 40), 12, np.int16)
    heights[20:] = -32768
    path = write(tmp_path / "dem.tif", heights, 30.0, -1.0, nodata=-32768)
    area = {"lon": [30.01], "lat": [-1.01], "margin_km": 50}
    unknown, sea = open_elevation([path], **area), open_elevation([path], **area, void_is_sea=True)
    lon, lat = unknown.to_lonlat(np.array([10.0, 19.5, 30.0, 60.0]), np.full(4, 10.0))
    np.testing.assert_array_equal(unknown.sample(lon, lat), [12.0, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(sea.sample(lon, lat), [12.0, 6.0, 0.0, np.nan], atol=1e-6)
