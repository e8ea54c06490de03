"""Comoros, Narok and the Khasi hills, against figures counted from the files by other means."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import rasterio

from planner.inputs import read_inputs
from planner.scenario import load_scenario

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@pytest.fixture(scope="module")
def data():
    shared = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[3] / "shared"))
    if not (shared / "data").is_dir():
        pytest.skip(f"real data missing: no folder {shared / 'data'} (set PLANNER_SHARED)")
    return shared / "data"


def read(name, data, folder):
    folder = data / folder
    if not folder.is_dir():
        pytest.skip(f"real data missing: {folder}")
    return read_inputs(load_scenario(SCENARIOS / name, data_root=data))


def test_comoros(data):
    inputs = read("comoros", data, "comoros")
    offices = inputs.offices
    kinds = Counter(offices["kind"])
    assert (len(offices), kinds["post_office"], kinds["school"], kinds["hospital"]) == (406, 14, 82, 28)
    assert (len(inputs.sources), len(inputs.towers), len(inputs.regions)) == (14, 9, 3)
    assert [problem.code for problem in inputs.problems] == ["shared-id"]
    assert (offices["region"] != "").all()
    with rasterio.open(data / "comoros" / "population.tif") as dataset:
        people = dataset.read(1, masked=True).astype(np.float64)
    reached = int(offices["people_total"].sum())
    # the sum of the raster is the UN's total of 869,595; most but not all live within 5 km of a place on their island
    assert round(float(people.sum())) == 869_595
    assert 0.6 * 869_595 < reached < 869_595
    # no two islands share people: those of Mwali are no more than its raster
    mwali = offices["region"].str.contains("Mwali")
    west, east, south, north = 43.6, 43.95, -12.45, -12.2
    window = rasterio.windows.from_bounds(west, south, east, north, dataset.transform)
    rows, cols = window.round_offsets().round_lengths().toslices()
    assert 0.5 * people[rows, cols].sum() < offices.loc[mwali, "people_total"].sum() <= people[rows, cols].sum()


def test_narok(data):
    inputs = read("narok", data, "narok_kenya")
    assert inputs.datasets[0].read == 1251
    void = [problem for problem in inputs.problems if problem.severity == "excluded"]
    assert {problem.code for problem in void} == {"in-void"}
    assert len(inputs.offices) == 1251 - len(void)
    assert sorted(inputs.sources["name"]) == [
        "Gilgil",
        "Kilgoris",
        "Maai Mahiu",
        "Mau Narok",
        "Naivasha",
        "Narok",
        "Olenguruone",
    ]
    with (data / "narok_kenya" / "schools.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    points = Counter((row["lon"], row["lat"]) for row in rows)
    assert int(inputs.offices["shared_point"].sum()) == sum(n for n in points.values() if n > 1)
    assert set(inputs.offices["kind"]) == {"school"}
    assert inputs.offices["benefit"].sum() == len(inputs.offices)


def test_khasi(data):
    inputs = read("khasi", data, "khasi_hills_india")
    assert len(inputs.offices) == 36
    missing = [problem for problem in inputs.problems if problem.severity == "excluded"]
    assert {problem.code for problem in missing} == {"missing-value"}
    assert {problem.file for problem in missing} == {"khasi_hills_india/post_offices_without_coordinates.csv"}
    assert [problem.row for problem in missing] == list(range(2, 148))
    assert [report.excluded for report in inputs.datasets[:2]] == [0, 146]
    assert sorted(inputs.sources["name"]) == ["Jowai MDG", "Laban S.O"]
    assert set(inputs.offices["region"]) == {
        "East Khasi Hills",
        "South West Khasi Hills",
        "West Jaintia Hills",
        "West Khasi Hills",
    }


@pytest.mark.parametrize("name", ["comoros", "narok"])
def test_second_worlds_read_the_same_data(data, name):
    folder = {"comoros": "comoros", "narok": "narok_kenya"}[name]
    inputs = read(f"{name}_shared", data, folder)
    assert (inputs.offices["demand_mbps"] == 50).all()
