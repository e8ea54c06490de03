"""`planner export`: files where they are said to be, and a clear word where there can be none."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


@pytest.fixture
def run_dir(example, tmp_path):
    """Return a copy of the example's run."""
    return shutil.copytree(example.folder, tmp_path / "example", ignore=shutil.ignore_patterns("export"))


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_several_formats_at_once(run_dir, tmp_path):
    out = tmp_path / "to"
    result = call("export", run_dir, "--to", "xlsx,gpkg,geojson,kmz,ofds,html,zip", "--out", out, "--json")
    assert result.exit_code == 0, result.stderr
    files = [Path(name) for name in json.loads(result.stdout)["files"]]
    assert {file.name for file in files} == {
        "example.xlsx", "example.gpkg", "example-offices.geojson", "example-links.geojson", "example-masts.geojson",
        "example.kmz", "example-ofds.json", "example.html", "example.zip",
    }  # fmt: skip
    assert set(out.iterdir()) == set(files), "nothing is left over"
    assert all(file.stat().st_size for file in files)


def test_the_run_has_a_folder_for_exports(run_dir):
    result = call("export", run_dir, "--to", "geojson", "--to", "OFDS", "--lang", "fr")
    assert result.exit_code == 0, result.stderr
    assert (run_dir / "export/example-ofds.json").exists()
    assert (
        json.loads((run_dir / "export/example-ofds.json").read_text(encoding="utf-8"))["networks"][0]["language"]
        == "fr"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "xlsx,shp"], ["shp", "xlsx", "geojson", "--to"]),
        (["--to", ","], ["--to", "xlsx"]),
        ([], ["--to"]),
        (["--to", "xlsx", "--with-inputs"], ["--with-inputs", "zip"]),
        (["--to", "pdf", "--template", "ours.docx"], ["--template", "docx"]),
        (["--to", "docx", "--template", "ours.docx"], ["--template", "ours.docx"]),
        (["--to", "xlsx", "--anonymous"], ["--anonymous", "ofds"]),
        (["--to", "ofds", "--anonymous", "--operator", "Post"], ["--anonymous", "--operator", "Post"]),
        (["--to", "ofds", "--out", "{run}"], ["--out"]),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_what(run_dir, arguments, words):
    before = sorted(run_dir.iterdir())
    result = call("export", run_dir, *(argument.format(run=run_dir) for argument in arguments))
    assert result.exit_code == 2, result.output
    assert all(word in result.stderr for word in words), result.stderr
    assert [path for path in sorted(run_dir.iterdir()) if path.name != "export"] == [
        path for path in before if path.name != "export"
    ]


def test_a_folder_without_a_plan(tmp_path):
    result = call("export", tmp_path, "--to", "xlsx")
    assert result.exit_code == 2
    assert "plan.json" in result.stderr


@pytest.mark.parametrize("status", ["cancelled", "infeasible"])
def test_a_run_that_ended_without_a_plan(run_dir, status):
    plan = json.loads((run_dir / "plan.json").read_text(encoding="utf-8"))
    plan["status"] = status
    plan["objective"].update(value=None, bound=None, gap=None)
    empty = {**plan, "links": [], "masts": [], "places": []}
    (run_dir / "plan.json").write_text(json.dumps(empty), encoding="utf-8")
    result = call("export", run_dir, "--to", "zip,xlsx")
    assert result.exit_code == 2
    assert status in result.stderr
    assert not (run_dir / "export").exists()


def test_prices_that_have_changed_are_told(run_dir):
    record = json.loads((run_dir / "inputs.json").read_text(encoding="utf-8"))
    (run_dir / "inputs.json").write_text(json.dumps({**record, "prices": "0" * 64}), encoding="utf-8")
    result = call("export", run_dir, "--to", "xlsx")
    assert result.exit_code == 2
    assert "prices" in result.stderr
    assert call("export", run_dir, "--to", "html").exit_code == 0, "a map needs no prices"


def test_a_run_beside_that_will_not_do_is_told_before_anything_is_written(run_dir, tmp_path):
    out, other = tmp_path / "to", shutil.copytree(run_dir, tmp_path / "other")
    asked = ("export", run_dir, "--to", "html,xlsx", "--out", out, "--beside")
    result = call(*asked, tmp_path / "nonexist")
    assert (result.exit_code, out.exists()) == (2, False)
    assert "nonexist" in result.stderr
    plan = json.loads((other / "plan.json").read_text(encoding="utf-8"))
    plan["scenario"]["currency"] = "EUR"
    (other / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    result = call(*asked, other)
    assert (result.exit_code, out.exists()) == (2, False)
    assert "different currencies" in result.stderr
