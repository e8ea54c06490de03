"""The picture of the terrain: where it lies, what is bright, what is flat, what is left open."""

import json

import numpy as np
import pytest
import rasterio
from affine import Affine
from PIL import Image
from pyproj import Transformer

from planner.report.hillshade import LONGEST_SIDE_PX, MARGIN, hillshade, map_bounds, write_hillshade


def write(path, heights, west, north, step, *, crs="EPSG:4326", nodata=None):
    rows, columns = heights.shape
    profile = {"driver": "GTiff", "width": columns, "height": rows, "count": 1, "dtype": "float32", "nodata": nodata}
    with rasterio.open(path, "w", crs=crs, transform=Affine(step, 0, west, 0, -step, north), **profile) as raster:
        raster.write(heights.astype(np.float32), 1)
    return path


def brightness(picture):
    return picture.image[..., :3].astype(float).mean(axis=2)


def test_the_frame_has_a_margin_on_every_side():
    west, south, east, north = map_bounds(np.array([10.0, 12.0]), np.array([-1.0, 3.0]))
    assert (west, east) == pytest.approx((10 - 2 * MARGIN, 12 + 2 * MARGIN))
    assert (south, north) == pytest.approx((-1 - 4 * MARGIN, 3 + 4 * MARGIN))


def test_the_frame_is_the_narrowest_one_across_the_antimeridian_too():
    west, _south, east, _north = map_bounds(np.array([179.0, -179.0, 178.0]), np.array([-17.0, -18.0, -19.0]))
    assert (west, east) == pytest.approx((178 - 3 * MARGIN, 181 + 3 * MARGIN))
    lon = np.array([-170.0, 170.0, 0.0])  # all round the world: the widest gap is left out
    west, _south, east, _north = map_bounds(lon, np.zeros(3))
    assert east - west == pytest.approx(190 * (1 + 2 * MARGIN))


def test_one_place_alone_has_a_frame_too():
    west, south, east, north = map_bounds(np.array([7.0]), np.array([45.0]))
    assert west < 7 < east
    assert south < 45 < north


def test_slopes_that_face_north_west_are_bright(tmp_path):
    # A pyramid: every side faces one of the diagonal directions.
    row, column = np.mgrid[-50:50, -50:50] + 0.5
    pyramid = 100 * (72 - np.abs(row + column) - np.abs(row - column)) * 0.5 + 3000
    file = write(tmp_path / "pyramid.tif", pyramid, 0.0, 0.5, 0.01)
    light = brightness(hillshade([file], (0.1, -0.4, 0.9, 0.4)))
    size = light.shape[0]
    north, middle, south = size // 4, size // 2, 3 * size // 4
    assert light[middle, size // 4] > light[middle, 3 * size // 4] + 20, "west side over east side"
    assert light[north, middle] > light[south, middle] + 20, "north side over south side"


def test_the_sea_is_flat_and_what_is_unknown_is_left_open(tmp_path):
    heights = np.full((40, 60), 100.0)
    heights[:, 20:40] = np.linspace(-500, 0, 20)
    heights[:, 40:] = -9999.0
    file = write(tmp_path / "coast.tif", heights, 0.0, 0.2, 0.01, nodata=-9999.0)
    image = hillshade([file], (0.0, -0.2, 0.6, 0.2)).image
    width = image.shape[1]
    sea = image[5:-5, int(0.36 * width) : int(0.64 * width)]
    assert (sea == sea[0, 0]).all()
    assert sea[0, 0, 2] > sea[0, 0, 0], "blue"
    assert (image[:, : int(0.64 * width), 3] == 255).all()
    assert (image[:, int(0.69 * width) :, 3] == 0).all()


def test_a_projected_raster_lies_where_it_belongs(tmp_path):
    # UTM 30 S, 100 m cells: an island of 2 km with its middle at a known place.
    heights = np.zeros((200, 200))
    heights[50:70, 130:150] = 100.0
    file = write(tmp_path / "utm.tif", heights, 500_000.0, 9_000_000.0, 100.0, crs="EPSG:32730")
    to_degrees = Transformer.from_crs("EPSG:32730", "EPSG:4326", always_xy=True).transform
    (west, east), (north, south) = to_degrees([501_000.0, 519_000.0], [8_999_000.0, 8_981_000.0])
    lon, lat = to_degrees(514_000.0, 8_994_000.0)
    image = hillshade([file], (west, south, east, north)).image
    rows, columns = image.shape[:2]
    y, x = np.argwhere((image[..., :3] != image[-1, 0, :3]).any(axis=2)).mean(axis=0)
    cell_deg = 100 / 111_320
    assert west + (x + 0.5) / columns * (east - west) == pytest.approx(lon, abs=cell_deg / 2)
    assert north - (y + 0.5) / rows * (north - south) == pytest.approx(lat, abs=cell_deg / 2)


def test_tiles_on_both_sides_of_the_antimeridian_make_one_picture(tmp_path):
    land = np.full((100, 100), 50.0)
    files = [
        write(tmp_path / "east.tif", land, 179.0, 0.5, 0.01),
        write(tmp_path / "west.tif", land, -180.0, 0.5, 0.01),
    ]
    picture = hillshade(files, (179.2, -0.4, 180.8, 0.4))
    assert (picture.image[..., 3] == 255).all()
    # Interpolation leaves a rounding error, which may move a colour by one step.
    assert np.ptp(picture.image.astype(int), axis=(0, 1)).max() <= 1


def test_it_is_written_whole_with_its_bounds(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    file = write(tmp_path / "land.tif", np.full((30, 60), 100.0), 10.0, 50.0, 0.01)
    bounds = (10.0, 49.7, 10.6, 50.0)
    write_hillshade([file], bounds, tmp_path)
    with Image.open(tmp_path / "hillshade.webp") as image:
        assert max(image.size) == LONGEST_SIDE_PX
        # Web Mercator at 50° N: a degree of longitude is cos 50° of one of latitude.
        assert image.width / image.height == pytest.approx(2 * np.cos(np.radians(49.85)), rel=0.01)
    assert json.loads((tmp_path / "hillshade.json").read_text())["bounds"] == list(bounds)


def test_it_is_drawn_once_for_a_terrain_and_a_frame(tmp_path, monkeypatch):
    from planner.report import hillshade as module

    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    drawn = []
    draw = module.hillshade
    monkeypatch.setattr(module, "hillshade", lambda files, bounds: drawn.append(bounds) or draw(files, bounds))
    frame, other = (10.0, 49.7, 10.6, 50.0), (10.0, 49.7, 10.5, 50.0)
    pictures = []
    for height, bounds in ((100.0, frame), (100.0, frame), (100.0, other), (-5.0, frame)):
        file = write(tmp_path / "land.tif", np.full((30, 60), height), 10.0, 50.0, 0.01)
        write_hillshade([file], bounds, tmp_path)
        pictures.append((tmp_path / "hillshade.webp").read_bytes())
    assert drawn == [frame, other, frame], "another frame and another content of the same file are drawn anew"
    assert pictures[0] == pictures[1] != pictures[3]
