"""People within reach against counting by hand: every cell, every office, geodesic distances, flood-filled land."""

import numpy as np
import pytest
from affine import Affine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer

from planner.inputs import catchment
from planner.inputs.catchment import find_catchments, open_population, whole_people

NODATA = -99999.0
GEOD = Geod(ellps="WGS84")


def flood_fill(land):
    """Label connected land, corners touching, by hand."""
    label = np.full(land.shape, -1)
    for start in zip(*np.nonzero(land), strict=True):
        if label[start] >= 0:
            continue
        waiting, name = [start], label.max() + 1
        while waiting:
            row, col = waiting.pop()
            inside = 0 <= row < land.shape[0] and 0 <= col < land.shape[1]
            if inside and land[row, col] and label[row, col] < 0:
                label[row, col] = name
                waiting += [(row + i, col + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return label


def by_hand(values, lon_of, lat_of, land, lon, lat, catchment_km):
    """Return the people of each office, counting cell by cell."""
    label = flood_fill(land)
    row_col = list(zip(*np.nonzero(land), strict=True))
    office_label = []
    for x, y in zip(lon, lat, strict=True):
        distance = [GEOD.inv(x, y, lon_of[cell], lat_of[cell])[2] for cell in row_col]
        k = int(np.argmin(distance))
        office_label.append(label[row_col[k]] if distance[k] <= 1000 else -2)
    people = np.zeros(len(lon))
    for cell in row_col:
        if not values[cell] > 0:
            continue
        distance = np.array([GEOD.inv(x, y, lon_of[cell], lat_of[cell])[2] for x, y in zip(lon, lat, strict=True)])
        distance[np.array(office_label) != label[cell]] = np.inf
        nearest = distance.min(initial=np.inf)
        if nearest <= 1000 * catchment_km:
            winners = distance == nearest
            people[winners] += values[cell] / winners.sum()
    return people


@pytest.fixture
def population(tmp_path, raster):
    def write(values, **where):
        filled = np.where(np.isnan(values), NODATA, values).astype(np.float32)
        return raster(tmp_path / "people.tif", filled, nodata=NODATA, **where)

    return write


def cell_centres(shape, west, north, cell, crs):
    rows, cols = np.indices(shape)
    x, y = Affine(cell, 0.0, west, 0.0, -cell, north) @ (cols + 0.5, rows + 0.5)
    return Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)


GRIDS = {
    "degrees": {"west": 30.0, "north": 1.0, "cell": 0.004, "crs": "EPSG:4326"},
    "high latitude": {"west": 30.0, "north": 65.0, "cell": 0.006, "crs": "EPSG:4326"},
    "metres": {"west": 300_000.0, "north": 4_000_000.0, "cell": 450.0, "crs": "EPSG:32636"},
    "antimeridian": {"west": 179.98, "north": -17.0, "cell": 0.004, "crs": "EPSG:4326"},
}


@pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS)
@pytest.mark.parametrize("seed", range(3))
def test_against_counting_by_hand(population, monkeypatch, grid, seed):
    rng = np.random.default_rng(seed)
    shape = (14, 17)
    values = rng.gamma(1.0, 20.0, shape)
    values[rng.random(shape) < 0.2] = 0.0
    values[rng.random(shape) < 0.35] = np.nan  # water in patches: several lands
    values[:, 8] = np.nan
    path = population(values, **grid)
    values = values.astype(np.float32).astype(np.float64)
    lon_of, lat_of = cell_centres(shape, **grid)
    # offices on land, none at a cell's exact centre, two of them at the same point
    cells = rng.choice(np.flatnonzero(~np.isnan(values)), 9, replace=False)
    lon = lon_of.ravel()[cells] + rng.uniform(-0.0015, 0.0015, 9)
    lat = lat_of.ravel()[cells] + rng.uniform(-0.0015, 0.0015, 9)
    lon, lat = (np.append(a, a[0]) for a in (lon, lat))
    expected = by_hand(values, lon_of, lat_of, ~np.isnan(values), lon, lat, 1.7)
    monkeypatch.setattr(catchment, "_CELLS_AT_ONCE", 5 * shape[1])  # three strips: lands run across their edges
    with open_population(path, "people.tif") as opened:
        found = find_catchments(opened, (), (lon + 180) % 360 - 180, lat, 1.7)
    assert found.on_land.all()
    # float sums of a few hundred cells in another order
    np.testing.assert_allclose(found.people, expected, rtol=1e-12, atol=1e-9)
    assert found.total == pytest.approx(np.nansum(values), rel=1e-12)
    assert expected.sum() > 0.2 * found.total


def test_people_across_water_are_not_within_reach(population):
    values = np.full((5, 11), 10.0)
    values[:, 5] = np.nan  # a strait of 0.004 degrees, 445 m
    path = population(values, west=30.0, north=1.0, cell=0.004, crs="EPSG:4326")
    lon, lat = np.array([30.014]), np.array([0.99])
    with open_population(path, "x") as opened:
        assert find_catchments(opened, (), lon, lat, 50).people.tolist() == [250]
    values[2, 5] = 0  # a causeway where nobody lives: zero people is land
    path = population(values, west=30.0, north=1.0, cell=0.004, crs="EPSG:4326")
    with open_population(path, "x") as opened:
        assert find_catchments(opened, (), lon, lat, 50).people.tolist() == [500]


def test_terrain_above_zero_is_land_where_the_raster_is_silent(population, raster, tmp_path):
    values = np.full((5, 11), 10.0)
    values[:, 5] = np.nan
    path = population(values, west=30.0, north=1.0, cell=0.004, crs="EPSG:4326")
    lon, lat = np.array([30.014]), np.array([0.99])
    for height, people in ((0, 250), (-3, 250), (7, 500), (-32768, 250)):
        terrain = raster(tmp_path / "t.tif", np.full((60, 100), height, np.int16), west=29.99, north=1.01, cell=0.001)
        with open_population(path, "x") as opened:
            assert find_catchments(opened, (terrain,), lon, lat, 50).people.tolist() == [people]


def test_an_office_on_the_quay_belongs_to_its_shore(population):
    values = np.full((40, 40), np.nan)
    values[:, :10] = 1.0
    values[:, 25:] = 1.0
    path = population(values, west=30.0, north=1.0, cell=0.001, crs="EPSG:4326")
    # 3 cells (330 m) off the western shore; 8 cells (890 m) off it and 700 m off the eastern one; far outside
    lon, lat = np.array([30.0125, 30.0185, 30.6]), np.array([0.98, 0.98, 0.98])
    with open_population(path, "x") as opened:
        found = find_catchments(opened, (), lon, lat, 100)
    assert found.on_land.tolist() == [True, True, False]
    assert found.people.tolist() == [400, 600, 0]


def test_negative_cells_are_nobody(population):
    values = np.array([[5.0, -7.0, 3.0]])
    path = population(values, west=30.0, north=1.0, cell=0.01, crs="EPSG:4326")
    with open_population(path, "x") as opened:
        found = find_catchments(opened, (), np.array([30.005]), np.array([0.995]), 50)
    assert found.total == 8
    assert found.people.tolist() == [5]  # the negative cell is no land either


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.floats(0.5, 20))
def test_nobody_is_counted_twice_and_order_does_not_matter(population, seed, catchment_km):
    rng = np.random.default_rng(seed)
    values = rng.gamma(0.5, 3.0, (12, 12))
    values[rng.random((12, 12)) < 0.2] = np.nan
    path = population(values, west=30.0, north=1.0, cell=0.005, crs="EPSG:4326")
    # on cell corners, where distances tie
    lon = 30.0 + 0.005 * rng.integers(0, 12, 8)
    lat = 1.0 - 0.005 * rng.integers(0, 12, 8)
    ids = np.array([f"o{k}" for k in range(8)], dtype=object)
    order = rng.permutation(8)
    with open_population(path, "x") as opened:
        found = find_catchments(opened, (), lon, lat, catchment_km)
        other = find_catchments(opened, (), lon[order], lat[order], catchment_km)
    np.testing.assert_array_equal(found.people[order], other.people)
    whole = whole_people(found.people, ids)
    np.testing.assert_array_equal(whole[order], whole_people(other.people, ids[order]))
    assert whole.sum() <= found.total * (1 + 1e-12)
    assert (np.abs(whole - found.people) < 1).all()
    assert whole.sum() > found.people.sum() - 1 - 1e-9


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_whole_people_are_the_whole_part_of_the_sum(people):
    ids = np.array([str(k) for k in range(len(people))], dtype=object)
    whole = whole_people(np.array(people), ids)
    exact = sum(int(p * 2**60) for p in people) / 2**60  # no float addition: integers are exact
    assert int(whole.sum()) in {int(exact), int(np.floor(np.nextafter(exact, np.inf)))}
    assert (np.abs(whole - people) < 1).all()


def test_thirds_are_rounded_to_one_person():
    ids = np.array(["c", "a", "b"], dtype=object)
    assert whole_people(np.array([1 / 3, 1 / 3, 1 / 3]), ids).tolist() == [0, 1, 0]


@pytest.mark.parametrize(("content", "code"), [(b"no raster", "unreadable-file"), (b"", "empty-file")])
def test_unreadable_population(country, content, code):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\n")
    country.write("people.tif", content)
    country.data["inputs"]["population"] = "people.tif"
    (problem,) = country.check().errors
    assert (problem.code, problem.file) == (code, "people.tif")


def test_through_the_scenario(country, population):
    values = np.full((100, 100), 2.0)
    values[:, 80:] = np.nan
    path = population(values, west=30.0, north=1.0, cell=0.01, crs="EPSG:4326")
    country.data["inputs"]["population"] = path.name
    country.data["benefit"] = {"catchment_km": 1000}
    country.write(
        "offices.csv",
        "id,lon,lat,status_before,population\na,30.395,0.5,,7\nb,30.405,0.5,adequate,7\nsea,30.95,0.5,,\n",
    )
    inputs = country.read()
    # the border between the two lies at 30.40: 40 columns each of 100 cells of 2 people; the raster beats the column
    assert inputs.offices["people_total"].tolist() == [8000, 8000, 0]
    assert inputs.offices["benefit"].tolist() == [8000, 0, 0]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [("outside-population", 4)]
    assert any("16,000 of 16,000 people" in text for text in inputs.assumptions)
