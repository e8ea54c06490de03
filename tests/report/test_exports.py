"""All formats at once: of the smallest plan that there can be, and files that appear whole or not at all."""

import json
import re
import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pytest
from PIL import Image

from planner.errors import InputError
from planner.finance import MEASURES
from planner.plan.record import read_record
from planner.report import exports
from planner.report.exports import WRITERS, export_run, formats


@pytest.fixture
def nothing(handmade, make):
    """Return a plan that connects nobody: no link, no mast, nothing to pay."""
    choice = handmade.country.choice([], "")
    return make["plan"](handmade.country, choice)


def test_a_plan_of_nothing_goes_into_every_format(priced, nothing, tmp_path):
    assert nothing.outcome.value == 0
    run = priced(tmp_path / "run", nothing)
    files = export_run(run, [name for name in WRITERS if name != "zip"], tmp_path / "out")
    assert all(path.exists() for path in files)
    summary = openpyxl.load_workbook(tmp_path / "out/run.xlsx", data_only=True)["Summary"]
    (total,) = [row for row in summary.iter_rows(values_only=True) if row[0] == "Total"]
    assert total[4:8] == (0,) * len(MEASURES)
    assert json.loads((tmp_path / "out/run-links.geojson").read_text(encoding="utf-8"))["features"] == []


def test_formats_are_named_once_in_any_case():
    assert formats(["xlsx,GPKG", " gpkg , kmz"]) == ["xlsx", "gpkg", "kmz"]
    with pytest.raises(InputError) as caught:
        formats(["shp,xlsx,dwg"])
    assert [problem.value for problem in caught.value.problems] == ["shp", "dwg"]
    assert all(name in caught.value.problems[0].remedy for name in WRITERS)


@pytest.mark.parametrize("name", ["xlsx", "gpkg", "geojson", "kmz", "ofds", "html"])
def test_what_fails_in_the_middle_leaves_the_old_file(priced, tmp_path, monkeypatch, name):
    run = priced(tmp_path / "run")
    (path, *_others) = export_run(run, [name], tmp_path / "out")
    before = {file: file.read_bytes() for file in (tmp_path / "out").iterdir()}

    def fail(_file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planner.files.os.fsync", fail)
    with pytest.raises(InputError) as caught:
        export_run(run, [name], tmp_path / "out")
    assert "No space left on device" in str(caught.value)
    assert {file: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    assert path in before


def test_a_folder_that_cannot_be_made(priced, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError) as caught:
        export_run(priced(tmp_path / "run"), ["ofds"], tmp_path / "file/out")
    (problem,) = caught.value.problems
    assert problem.code == "unwritable-folder"
    assert "--out" in problem.remedy


def test_every_writer_is_there():
    for module in exports.WRITERS.values():
        assert callable(exports.importlib.import_module(module).write)


def test_inputs_and_templates_are_not_replaced(priced, tmp_path):
    run = priced(tmp_path / "run")
    data = tmp_path / "data"
    data.mkdir()
    (data / "run.gpkg").write_text("the roads of a country")
    record = {
        "scenario_file": str(data / "scenario.yaml"), "data_root": None, "language": "en",
        "files": [{"file": "run.gpkg", "sha256": "0" * 64}],
    }  # fmt: skip
    (run.folder / "inputs.json").write_text(json.dumps(record))
    run.__dict__["record"] = read_record(run.folder)
    with pytest.raises(InputError, match=r"run\.gpkg"):
        export_run(run, ["gpkg"], data)
    assert (data / "run.gpkg").read_text() == "the roads of a country"
    assert export_run(run, ["geojson"], tmp_path / "out")

    template = tmp_path / "out/run.docx"
    template.write_text("letterhead")
    with pytest.raises(InputError, match=r"run\.docx"):
        export_run(replace(run, template=template), ["docx"], tmp_path / "out")
    assert template.read_text() == "letterhead"


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="poppler is not installed")
def test_pages_are_pictures_of_the_proposal(priced, tmp_path):
    files = export_run(priced(tmp_path / "run"), ["pdf", "png"], tmp_path / "out")
    pages = [file for file in files if file.suffix == ".png"]
    assert [file.name for file in pages[:2]] == ["run-001.png", "run-002.png"]
    told = subprocess.run(["pdfinfo", tmp_path / "out/run.pdf"], capture_output=True, text=True, check=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", told)[1]) == len(pages)
    for page in pages:
        with Image.open(page) as picture:
            assert picture.height / picture.width == pytest.approx(297 / 210, rel=0.01)


def test_figures_of_an_earlier_export_are_taken_away(priced, tmp_path):
    run, out = priced(tmp_path / "run"), tmp_path / "out"
    out.mkdir()
    for name in ("run-figure-98.svg", "run-figure-98.png", "run-figure-100.svg"):
        (out / name).touch()
    kept = {out / name for name in ("run-figure-98.txt", "run-figure-mine.svg", "my-run-figure-98.svg")}
    for path in kept:
        path.touch()
    assert set(out.iterdir()) > kept
    files = export_run(run, ["figures"], out)
    assert set(out.iterdir()) == {*files, *kept}
