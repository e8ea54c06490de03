"""Open data over the network, from a server of this machine that lays it out as the real ones do."""

import hashlib
import json
import socket

import numpy as np
import pyogrio
import pytest
import rasterio
from open_data_server import serving
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import InputError
from planner.fetch import Box, Client, fetch_dem, fetch_roads
from planner.fetch.dem import tile_name
from planner.i18n import set_language
from planner.inputs import read_inputs
from planner.scenario import load_scenario


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture
def bucket():
    with serving() as bucket:
        yield bucket


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client(waits):
    return Client(attempts=4, sleep=waits.append, timeout_s=5)


def code_of(raised):
    return raised.value.problems[0].code


# Names of the readme of the bucket and of its tile list.
@pytest.mark.parametrize(
    ("west", "south", "name"),
    [
        (6, 0, "Copernicus_DSM_COG_10_N00_00_E006_00_DEM"),
        (-172, -14, "Copernicus_DSM_COG_10_S14_00_W172_00_DEM"),
        (-75, -1, "Copernicus_DSM_COG_10_S01_00_W075_00_DEM"),
        (43, -12, "Copernicus_DSM_COG_10_S12_00_E043_00_DEM"),
    ],
)
def test_tiles_are_named_by_their_south_west_corner(west, south, name):
    assert tile_name(west, south) == name


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("43.2,-12.4,44.6,-11.3", [(43, -13), (44, -13), (43, -12), (44, -12)]),
        ("10,20,11,21", [(10, 20)]),
        ("179.5,-17,-179.2,-16.5", [(179, -17), (-180, -17)]),
    ],
)
def test_a_box_takes_the_cells_that_it_touches(text, cells):
    assert list(Box.of(text).cells()) == cells


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "10,5,11,4", "0,0,200,1", "nan,0,1,1"])
def test_what_is_no_box_is_refused(text):
    with pytest.raises(InputError) as raised:
        Box.of(text)
    assert code_of(raised) == "bad-option"


def test_tiles_come_whole_and_only_once(bucket, client, tmp_path):
    name = bucket.add(43, -12)
    found = fetch_dem(Box.of("43.1,-11.9,44.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert [path.stem for path in found.files] == [name]
    assert found.sea == ("Copernicus_DSM_COG_10_S12_00_E044_00_DEM",)
    content = found.files[0].read_bytes()
    assert content == bucket.files[f"/{name}/{name}.tif"]
    record = json.loads(found.record.read_bytes())
    assert record["files"][f"{name}.tif"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert "Airbus" in record["attribution"]
    asked = len(bucket.asked)
    again = fetch_dem(Box.of("43.1,-11.9,44.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert (again.new, again.kept, len(bucket.asked)) == (0, 1, asked + 1), "what was sea is asked for again"
    found.files[0].write_bytes(content[:-1] + b"?")  # same size, other content
    mended = fetch_dem(Box.of("43.1,-11.9,44.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert mended.new == 1
    assert found.files[0].read_bytes() == content


def test_a_tile_that_was_missing_is_had_once_it_is_there(bucket, client, tmp_path):
    bucket.add(43, -12)
    box = Box.of("43.1,-11.9,44.5,-11.2")
    east = tile_name(44, -12)
    assert fetch_dem(box, tmp_path, url=bucket.url, client=client).sea == (east,)
    bucket.add(44, -12)
    found = fetch_dem(box, tmp_path, url=bucket.url, client=client)
    assert (found.new, found.kept, found.sea) == (1, 1, ())
    record = json.loads(found.record.read_bytes())
    assert (sorted(record["files"]), record["sea"]) == ([f"{tile_name(43, -12)}.tif", f"{east}.tif"], {})


def test_a_broken_line_is_taken_up_where_it_broke(bucket, client, waits, tmp_path):
    name = bucket.add(43, -12)
    bucket.failures = [503, ("cut", 3000), ("cut", 2000), 500]
    found = fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert found.files[0].read_bytes() == bucket.files[f"/{name}/{name}.tif"]
    assert [span for _path, span in bucket.asked] == [None, None, "bytes=3000-", "bytes=5000-", "bytes=5000-"]
    assert waits == [1.0, 1.0, 1.0, 2.0]  # progress starts the count anew
    assert not list((tmp_path / "terrain").glob(".*"))


def test_a_server_says_how_long_to_wait(bucket, client, waits, tmp_path):
    bucket.add(43, -12)
    bucket.failures = [("retry", 429, 17), ("retry", 503, 9999)]
    fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert waits == [17.0, client.longest_wait_s]


@pytest.mark.parametrize(
    ("asked", "wait_s"),
    [
        ("Fri, 01 Jan 2100 00:00:00 -0000", 120.0),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 120.0),
        ("Fri, 01 Jan 1999 00:00:00 -0000", 0.0),
        ("\u00b2", 1.0),
        ("soon", 1.0),
    ],
)
def test_what_a_server_may_say_instead_of_seconds(bucket, client, waits, tmp_path, asked, wait_s):
    bucket.add(43, -12)
    bucket.failures = [("retry", 503, asked)]
    fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert waits == [wait_s]


@pytest.mark.parametrize("length", ["abc", "\u00b2", "9" * 5000])
def test_a_length_that_is_no_number_is_not_known(bucket, client, waits, tmp_path, length):
    name = bucket.add(43, -12)
    bucket.failures = [("length", length)]
    found = fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert found.files[0].read_bytes() == bucket.files[f"/{name}/{name}.tif"]
    assert waits == []


@pytest.mark.parametrize("damage", ["[]", "null", "{", '{"source": 1}', "without size"])
def test_a_damaged_record_is_begun_anew(bucket, client, tmp_path, damage):
    bucket.add(43, -12)
    box = Box.of("43.1,-11.9,43.5,-11.2")
    found = fetch_dem(box, tmp_path, url=bucket.url, client=client)
    whole = found.record.read_text(encoding="utf-8")
    found.record.write_text(whole.replace('"size"', '"extent"') if damage == "without size" else damage)
    again = fetch_dem(box, tmp_path, url=bucket.url, client=client)
    assert (again.new, again.kept) == (1, 0)
    assert json.loads(found.record.read_bytes())["files"].keys() == json.loads(whole)["files"].keys()


def test_what_was_left_of_another_version_is_not_continued(bucket, client, tmp_path):
    name = bucket.add(43, -12)
    bucket.failures = [("cut", 3000), 503, 503, 503]
    with pytest.raises(InputError) as raised:
        fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert code_of(raised) == "fetch-failed"
    assert not (tmp_path / "terrain" / f"{name}.tif").exists()
    assert (tmp_path / "terrain" / f".{name}.tif.part").stat().st_size == 3000
    bucket.files[f"/{name}/{name}.tif"] += b"a new version"
    found = fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert found.files[0].read_bytes() == bucket.files[f"/{name}/{name}.tif"]


def test_a_wrong_checksum_is_noticed(bucket, client, waits, tmp_path):
    name = bucket.add(43, -12)
    bucket.failures = ["wrong-etag"]
    found = fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
    assert found.files[0].read_bytes() == bucket.files[f"/{name}/{name}.tif"]
    assert len(waits) == 1


def test_what_is_no_tile_is_not_kept(bucket, client, tmp_path):
    name = bucket.add(43, -12)
    good = bucket.files[f"/{name}/{name}.tif"]
    for body in (b"<html>log in</html>", bucket.files[f"/{bucket.add(10, 10)}/{tile_name(10, 10)}.tif"]):
        bucket.files[f"/{name}/{name}.tif"] = body
        with pytest.raises(InputError) as raised:
            fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client)
        assert code_of(raised) == "not-a-tile"
        assert not list((tmp_path / "terrain").glob("*.tif"))
    bucket.files[f"/{name}/{name}.tif"] = good
    assert fetch_dem(Box.of("43.1,-11.9,43.5,-11.2"), tmp_path, url=bucket.url, client=client).new == 1


def test_a_box_at_sea_and_a_wrong_address_are_told_and_not_remembered(bucket, client, tmp_path):
    with pytest.raises(InputError) as raised:
        fetch_dem(Box.of("0.1,0.1,0.9,0.9"), tmp_path, url=bucket.url, client=client)
    assert code_of(raised) == "no-tiles"
    bucket.add(0, 0)
    assert fetch_dem(Box.of("0.1,0.1,0.9,0.9"), tmp_path, url=bucket.url, client=client).new == 1


@pytest.mark.parametrize(("status", "code"), [(403, "fetch-refused"), (401, "fetch-refused"), (504, "fetch-failed")])
def test_refusals_end_at_once_and_failures_after_some_tries(bucket, client, waits, tmp_path, status, code):
    bucket.failures = [status] * 4
    with pytest.raises(InputError) as raised:
        fetch_dem(Box.of("0.1,0.1,0.9,0.9"), tmp_path, url=bucket.url, client=client)
    assert code_of(raised) == code
    assert waits == ([] if code == "fetch-refused" else [1.0, 2.0, 4.0])


def test_nobody_there(client, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(InputError) as raised:
            fetch_dem(
                Box.of("0.1,0.1,0.9,0.9"), tmp_path, url=f"http://127.0.0.1:{taken.getsockname()[1]}", client=client
            )
    assert code_of(raised) == "fetch-failed"
    with pytest.raises(InputError) as raised:
        fetch_dem(Box.of("0.1,0.1,0.9,0.9"), tmp_path, url="file:///etc", client=client)
    assert code_of(raised) == "bad-option"


def way(number, highway, points, **tags):
    geometry = [{"lon": lon, "lat": lat} for lon, lat in points]
    return {"type": "way", "id": number, "tags": {"highway": highway, **tags}, "geometry": geometry}


WAYS = [
    way(1, "primary", [(43.2, -11.7), (43.3, -11.6), (44.2, -11.6)], name="Route <1>"),
    way(2, "primary_link", [(43.3, -11.6), (43.31, -11.61)]),
    way(3, "track", [(43.4, -11.6), (43.5, -11.6)]),
    way(4, "tertiary", [(43.7, -11.3), (43.8, -11.3)], bridge="viaduct", layer="1"),
]


def test_roads_of_all_cells_come_once_each_with_their_tags(bucket, client, tmp_path):
    bucket.ways = WAYS
    found = fetch_roads(Box.of("43,-12,44.5,-11"), tmp_path, url=bucket.url, client=client)
    assert len(bucket.asked) == 2  # two cells; way 1 lies in both
    frame = pyogrio.read_dataframe(found.files[0])
    assert sorted(frame["osm_id"]) == ["1", "2", "4"]
    assert frame.set_index("osm_id").loc["4", ["highway", "bridge", "layer"]].tolist() == ["tertiary", "viaduct", "1"]
    course = frame.set_index("osm_id").geometry["1"]
    np.testing.assert_array_equal(course.coords, [(43.2, -11.7), (43.3, -11.6), (44.2, -11.6)])
    assert not (tmp_path / ".roads").exists()
    again = fetch_roads(Box.of("43,-12,44.5,-11"), tmp_path, url=bucket.url, client=client)
    assert (again.kept, len(bucket.asked)) == (1, 2)
    fetch_roads(Box.of("43,-12,44.5,-11"), tmp_path, url=bucket.url, client=client, classes=("tertiary",))
    assert pyogrio.read_dataframe(found.files[0])["osm_id"].tolist() == ["4"]


def test_a_cell_that_is_too_much_is_asked_for_in_quarters(bucket, client, tmp_path):
    bucket.ways, bucket.largest_answer = WAYS, 2
    fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=client)
    frame = pyogrio.read_dataframe(tmp_path / "roads.gpkg")
    assert sorted(frame["osm_id"]) == ["1", "2", "4"]
    assert len(bucket.asked) == 5


def test_a_server_that_times_out_is_asked_again_before_the_question_is_cut(bucket, client, waits, tmp_path):
    bucket.ways = WAYS
    bucket.failures = [504, 504]
    fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=client)
    assert (waits, len({question for _path, question in bucket.asked})) == ([1.0, 2.0], 1)


def test_what_times_out_as_often_as_it_is_asked_is_asked_for_in_quarters(bucket, client, waits, tmp_path):
    bucket.ways = WAYS
    bucket.failures = [504] * client.attempts
    fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=client)
    assert (waits, len(bucket.asked)) == ([1.0, 2.0, 4.0], client.attempts + 4)
    assert sorted(pyogrio.read_dataframe(tmp_path / "roads.gpkg")["osm_id"]) == ["1", "2", "4"]


def test_a_server_may_think_about_a_question_as_long_as_it_was_told(bucket, waits, tmp_path):
    bucket.ways, bucket.thinks_s = WAYS, 0.6
    impatient = Client(attempts=2, sleep=waits.append, timeout_s=0.2)
    fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=impatient)
    assert (waits, len(bucket.asked)) == ([], 1)


def way_of(**changes):
    return {**way(1, "primary", [(43.2, -11.7), (43.3, -11.6)]), **changes}


@pytest.mark.parametrize(
    "elements",
    [
        None,
        7,
        ["way"],
        [way_of(id="first")],
        [{name: value for name, value in way_of().items() if name != "id"}],
        [way_of(tags=["primary"])],
        [way_of(geometry=[{"lat": -11.7}, {"lat": -11.6}])],
        [way_of(geometry=[{"lon": "east", "lat": -11.7}, {"lon": 43.3, "lat": -11.6}])],
        [way_of(geometry=["here", "there"])],
    ],
)
def test_answers_of_another_shape_are_told_as_none_of_overpass(bucket, client, tmp_path, elements):
    bucket.answer = json.dumps({"elements": elements}).encode()
    with pytest.raises(InputError) as raised:
        fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=client)
    assert code_of(raised) == "not-overpass"
    assert raised.value.problems[0].value.startswith('{"elements"')


def test_ways_without_tags_and_points_out_of_sight_are_taken_as_they_are(bucket, client, tmp_path):
    course = [None, {"lon": 43.2, "lat": -11.7}, {"lon": 43.3, "lat": -11.6}, None]
    bucket.answer = json.dumps({"elements": [way_of(tags=None, geometry=course), way_of(id=2, geometry=None)]}).encode()
    fetch_roads(Box.of("43,-12,44,-11"), tmp_path, url=bucket.url, client=client)
    frame = pyogrio.read_dataframe(tmp_path / "roads.gpkg")
    assert (frame["osm_id"].tolist(), frame["highway"].tolist()) == (["1"], [None])
    assert list(frame.geometry[0].coords) == [(43.2, -11.7), (43.3, -11.6)]


def test_an_interrupted_fetch_of_roads_keeps_the_cells_that_came(bucket, client, tmp_path):
    bucket.ways = WAYS
    bucket.failures = [None, 503, ("cut", 5), 429, 503]
    with pytest.raises(InputError):
        fetch_roads(Box.of("43,-12,44.5,-11"), tmp_path, url=bucket.url, client=client)
    asked = len(bucket.asked)
    fetch_roads(Box.of("43,-12,44.5,-11"), tmp_path, url=bucket.url, client=client)
    assert len(bucket.asked) == asked + 1
    assert sorted(pyogrio.read_dataframe(tmp_path / "roads.gpkg")["osm_id"]) == ["1", "2", "4"]


def test_what_is_no_overpass_server_is_said_to_be_none(bucket, client, tmp_path):
    bucket.failures = []
    with pytest.raises(InputError) as raised:
        fetch_roads(Box.of("0,0,1,1"), tmp_path, url=bucket.url, client=client)
    assert code_of(raised) == "no-roads"
    with pytest.raises(InputError) as raised:
        fetch_roads(Box.of("0,0,1,1"), tmp_path, url=bucket.url, client=client, classes=('x"];out;',))
    assert code_of(raised) == "bad-option"
    assert len(bucket.asked) == 1


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_new_scenario_becomes_ready_to_run(bucket, tmp_path, monkeypatch):
    """From ``planner new`` to inputs that are read: terrain and roads around the offices of its table."""
    folder = tmp_path / "land"
    assert call("new", folder).exit_code == 0
    bucket.add(43, -12)
    bucket.ways = WAYS
    monkeypatch.setenv("PLANNER_DEM_URL", bucket.url)
    monkeypatch.setenv("PLANNER_OVERPASS_URL", bucket.url + "/api/interpreter")
    before = (folder / "scenario.yaml").read_text(encoding="utf-8")
    terrain = json.loads(call("fetch", "dem", "--out", folder, "--json").stdout)
    roads = json.loads(call("fetch", "roads", "--out", folder, "--json").stdout)
    assert terrain["entered"] == {"terrain": [f"terrain/{tile_name(43, -12)}.tif"]}
    assert roads["entered"] == {"roads": [{"file": "roads.gpkg"}]}
    after = (folder / "scenario.yaml").read_text(encoding="utf-8")
    assert [line for line in before.splitlines() if "#" in line] == [line for line in after.splitlines() if "#" in line]
    inputs = read_inputs(load_scenario(folder))
    assert inputs.roads.roads == 3 - 1  # the bridge lies outside the box around the example office
    with rasterio.open(inputs.terrain[0]) as dataset:
        assert dataset.transform.c == pytest.approx(43, abs=0.01)


def test_sea_beside_land_becomes_a_rule_of_the_scenario(bucket, tmp_path):
    folder = tmp_path / "land"
    call("new", folder)
    bucket.add(43, -12)
    result = call(
        "fetch", "dem", "--out", folder, "--bbox", "43.1,-11.9,44.5,-11.2", "--url", bucket.url, "--lang", "fr"
    )
    assert result.exit_code == 0, result.stderr
    assert "hauteur 0" in result.stdout
    assert load_scenario(folder).inputs.terrain_voids == "sea"


def test_without_box_and_scenario_it_is_asked_for(tmp_path):
    result = call("fetch", "dem", "--out", tmp_path / "none", "--lang", "fr")
    assert result.exit_code == 2
    assert "--bbox" in result.stderr
    assert call("fetch", "satellites", "--out", tmp_path).exit_code == 2


@pytest.mark.parametrize("address", ["nonsense", "ftp://example.org", "https://"])
@pytest.mark.parametrize("what", ["dem", "roads"])
def test_what_is_no_address_of_the_web_is_refused(what, address, tmp_path):
    ended = call("fetch", what, "--url", address, "--bbox", "43,-12,43.1,-11.9", "--out", tmp_path)
    assert ended.exit_code == 2, ended.output
    assert "https://" in ended.output
