"""The user's own files: which are taken, under which names they are kept, and what is remembered of their columns."""

import csv
import json
import time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from conftest import EXAMPLE

from planner.errors import InputError
from planner.i18n import LANGUAGES, use_language
from planner.ui.country import KINDS, Country, country_names, endings, fault_of, folder_name, kind_name, what_for
from planner.ui.edits import Edits
from planner.ui.grid import mended
from planner.ui.problems import as_called, worst_of_rows
from planner.ui.session import Session, no_room
from planner.ui.study_maps import points_map

PATIENCE_S = 180


@pytest.fixture
def session(tmp_path):
    return Session("0" * 32, tmp_path)


def looked(country, kind):
    deadline = time.monotonic() + PATIENCE_S
    while (found := country.look(kind))[0] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        ("terrain", "dem.tif", b"<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>"),
        ("terrain", "dem.vrt", b"<VRTDataset/>"),
        ("offices", "offices.gpkg", b"not a database"),
        ("offices", "offices.xlsx", b"<html>"),
        ("regions", "regions.geojson", b"<OGRVRTDataSource/>"),
        ("offices", "offices.zip", b"PK\x03\x04"),
        ("offices", "offices", b"id,lon,lat"),
        ("offices", "offices.csv", b""),
    ],
)
def test_what_is_not_what_it_says_is_refused_before_anything_reads_it(kind, name, data):
    assert fault_of(kind, name, data)


@pytest.mark.parametrize(
    ("kind", "file"), [("terrain", "terrain.tif"), ("offices", "offices.csv"), ("regions", "regions.geojson")]
)
def test_honest_files_are_taken(kind, file):
    assert fault_of(kind, file, (EXAMPLE.parent / "data" / file).read_bytes()) is None


@pytest.mark.parametrize(
    "called", ["../../evil.csv", "/etc/passwd.csv", "C:\\x.csv", "a\x00b.csv", "=cmd|' /C calc'!A0.csv"]
)
def test_names_of_uploads_open_nothing(session, called):
    country = Country(session, "here")
    country.take("offices", called, b"id,lon,lat\nA,1,2\n")
    assert {path.name for path in country.folder.iterdir()} == {"offices.csv", "country.json"}
    assert called not in country.scenario()


def test_titles_make_folders_of_letters_and_dashes_alone(session):
    for title in ("../../etc", "C:\\Windows", "Côte d’Ivoire", "", "<b>"):
        assert Path(folder_name(title)).name == folder_name(title)
        assert set(folder_name(title)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_ô")


def test_a_broken_geopackage_ends_in_words(session):
    country = Country(session, "here")
    country.take("offices", "offices.gpkg", b"SQLite format 3\x00" + b"\xff" * 5000)
    state, seen = looked(country, "offices")
    assert state == "failed"
    assert "cannot be read" in seen["message"]


def test_columns_are_remembered_for_tables_with_the_same_headers(session):
    text = b"Code,Nom,X,Y,Liaison\nA,Poste,1.0,2.0,offline\n"
    first = Country(session, "first")
    first.take("offices", "a.csv", text)
    seen = looked(first, "offices")[1]
    assert "status_before" not in first.files["offices"]["columns"]
    said = {**first.files["offices"]["columns"], "status_before": "Liaison"}
    first.map_columns("offices", said, seen["columns"])
    second = Country(session, "second")
    second.take("offices", "b.csv", text)
    looked(second, "offices")
    assert second.files["offices"]["columns"] == said
    assert yaml.safe_load(second.scenario())["inputs"]["offices"][0]["columns"] == said
    assert country_names(session) == ["first", "second"]


def test_rows_are_written_as_the_grid_holds_them(session):
    country = Country(session, "here")
    country.take("offices", "a.tsv", b"id\tname\tlon\tlat\nA\tx\t1\t2\n")
    rows = [["A", 'one, "two"\nthree', "1,5", None], ["B", "=1+1", "3", "4"]]
    country.write_rows("offices", ["id", "name", "lon", "lat"], rows)
    with (country.folder / "offices.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [["" if cell is None else cell for cell in row] for row in rows]
    assert not (country.folder / "offices.tsv").exists()


def test_every_kind_of_data_is_named_and_explained_in_both_languages():
    for language in LANGUAGES:
        with use_language(language):
            assert len({kind_name(kind) for kind in KINDS}) == len({what_for(kind) for kind in KINDS}) == len(KINDS)
    assert all(endings(kind) for kind in KINDS)


def test_a_session_has_so_much_room_and_no_more(session, monkeypatch):
    monkeypatch.setenv("PLANNER_APP_SESSION_MB", "1")
    Country(session, "here").take("offices", "offices.csv", b"x" * 600_000)
    assert no_room(session.folder) is None
    assert no_room(session.folder, 300_000) is None
    told = no_room(session.folder, 500_000)
    assert told is not None
    assert "1 MB" in told


def test_terrain_that_was_fetched_into_the_folder_is_taken_up(session):
    country = Country(session, "here")
    country.take("offices", "offices.csv", b"id,lon,lat\nA,1,2\n")
    assert not country.take_fetched()
    (country.folder / "terrain").mkdir()
    for name in ("b.tif", "a.tif"):
        (country.folder / "terrain" / name).write_bytes(b"II*\x00")
    (country.folder / "terrain/fetched.json").write_text('{"sea": {"c": ""}}', encoding="utf-8")
    assert country.take_fetched()
    inputs = yaml.safe_load(country.scenario())["inputs"]
    assert inputs["terrain"] == ["terrain/a.tif", "terrain/b.tif"]
    assert inputs["terrain_voids"] == "sea"
    country.drop("terrain")
    assert not list(country.folder.glob("terrain/*.tif"))
    assert "terrain" not in Country(session, "here").files


def test_a_price_file_lies_over_the_prices_of_the_program(session):
    country = Country(session, "here")
    country.take("offices", "offices.csv", b"id,lon,lat\nA,1,2\n")
    assert yaml.safe_load(country.scenario())["catalogue"] == ["default"]
    country.take("prices", "../masts.yml", b"schema_version: 1\ncurrency: USD\nprice_year: 2026\n")
    document = yaml.safe_load(country.scenario())
    assert document["catalogue"] == ["default", "prices.yml"]
    assert "prices" not in document["inputs"]
    assert fault_of("prices", "prices.csv", b"a,b")


def test_rows_that_were_shown_are_changed_or_taken_out_and_the_others_stay():
    frame = pd.DataFrame({"id": ["A", "B", "B", "D"], "lon": ["1", "x", "3", "4"]}, index=[0, 1, 2, 3])
    shown = frame.loc[[1, 2]]
    edited = pd.DataFrame({"id": ["B"], "lon": ["2"]}, index=[1])
    assert mended(frame, shown, edited).to_numpy().tolist() == [["A", "1"], ["B", "2"], ["D", "4"]]


def test_messages_name_files_as_their_owner_does():
    called = {"offices.csv": "bureaux \\1.csv", "sources.csv": "nœuds.csv"}
    told = as_called("The same id as row 21 of offices.csv.", called)
    assert told == "The same id as row 21 of bureaux \\1.csv."
    assert as_called("my-offices.csv and sources.csv", called) == "my-offices.csv and nœuds.csv"


def test_rows_stand_on_the_map_by_how_bad_what_is_wrong_with_them_is():
    problems = [
        {"file": "offices.csv", "row": 2, "severity": "error"},
        {"file": "offices.csv", "row": 2, "severity": "warning"},
        {"file": "offices.csv", "row": 3, "severity": "warning"},
        {"file": "offices.csv", "row": None, "severity": "error"},
        {"file": "sources.csv", "row": 4, "severity": "error"},
    ]
    assert worst_of_rows(problems, "offices.csv") == {2: "error", 3: "warning"}
    content = points_map([("a", 1.0, 2.0, "error"), ("b", 1.1, 2.0, "warning"), ("c", 1.2, 2.0, "")]).columns
    shown = [content["marks"][k] for k in content["places"]["mark"]]
    assert len({json.dumps(mark["shape"]) for mark in shown}) == len({str(mark["fill"]) for mark in shown}) == 3


@contextmanager
def full_disk():
    """Let no file grow beyond ten bytes, as on a disk that is full: what is opened for writing is emptied first."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(session):
    return {path.relative_to(session.folder): path.read_bytes() for path in session.folder.rglob("*") if path.is_file()}


def test_what_cannot_be_written_in_full_leaves_what_was_there(session, monkeypatch):
    monkeypatch.setattr("planner.ui.edits.st", SimpleNamespace(session_state={}))
    monkeypatch.setattr("planner.ui.country.start_errand", lambda *_given, **_more: None)
    country = Country(session, "here")
    country.take("offices", "offices.csv", b"id,lon,lat\nA,1,2\n")
    country.map_columns("offices", {"id": "id"}, ["id", "lon", "lat"])
    country.check()
    edits = Edits(SimpleNamespace(session=session, run=session.runs / "demo"))
    edits.wish("solver.gap", 0.1, 0.2)
    before = contents(session)
    assert {path.name for path in before} == {
        "country.json",
        "offices.csv",
        "columns.json",
        "scenario.yaml",
        "demo.json",
    }
    for write in (
        lambda: country.describe(title="Another title"),
        lambda: country.write_rows("offices", ["id", "lon", "lat"], [["B", "3", "4"]]),
        lambda: country.map_columns("offices", {"id": "id", "lon": "lon"}, ["id", "lon", "lat"]),
        lambda: country.take("offices", "another.xlsx", b"PK\x03\x04 and so on"),
        lambda: country.drop("offices"),
        country.check,
        lambda: edits.wish("solver.gap", 0.3, 0.2),
    ):
        with full_disk(), pytest.raises(OSError, match="too large"):
            write()
        assert contents(session) == before
    assert edits.wishes == {"solver.gap": 0.1}
    assert Country(session, "here").files["offices"]["columns"] == {"id": "id"}


def test_a_scenario_is_written_when_it_says_something_else_and_not_at_every_look(session, monkeypatch):
    monkeypatch.setattr("planner.ui.country.start_errand", lambda *_given, **_more: None)
    country = Country(session, "here")
    country.describe(title="Here")
    country.check()
    first = country.scenario_file.stat()
    country.check()
    assert (country.scenario_file.stat().st_ino, country.scenario_file.stat().st_mtime_ns) == (
        first.st_ino, first.st_mtime_ns,
    )  # fmt: skip
    country.describe(title="There")
    country.check()
    assert yaml.safe_load(country.scenario_file.read_bytes())["name"] == "There"


@pytest.mark.parametrize("content", [b"", b'{"title": "He', b"\xff\xfe", b"[1]"])
def test_a_country_whose_record_is_broken_says_so(session, content):
    country = Country(session, "here")
    country.describe(title="Here")
    (country.folder / "country.json").write_bytes(content)
    with pytest.raises(InputError, match=r"here/country\.json: This country cannot be read"):
        Country(session, "here")
