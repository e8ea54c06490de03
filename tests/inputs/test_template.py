"""The folder that ``planner new`` writes is a scenario but for the terrain, which nobody can give in advance."""

import os

import numpy as np
import pytest
import yaml

from planner.errors import InputError
from planner.inputs import check_scenario, read_inputs, write_template
from planner.scenario import Scenario, load_scenario


def test_template_lacks_nothing_but_the_terrain(tmp_path, raster):
    files = write_template(tmp_path / "new" / "country")
    assert [path.name for path in files] == [
        *("scenario.yaml", "offices.csv", "sources.csv", "towers.csv", "coverage.csv", "quotes.csv")
    ]
    (problem,) = check_scenario(tmp_path / "new" / "country").errors
    assert (problem.code, problem.file) == ("missing-file", "terrain.tif")
    raster(files[0].parent / "terrain.tif", np.full((200, 200), 80, np.int16), west=42.0, north=-11.0)
    inputs = read_inputs(load_scenario(files[0]))
    assert inputs.offices[["name", "kind", "people"]].to_numpy().tolist() == [["Example post office", "branch", 1200]]
    assert len(inputs.sources) == len(inputs.towers) == 1


def test_every_field_is_in_it_and_explained(tmp_path):
    text = write_template(tmp_path)[0].read_text(encoding="utf-8")
    lines = text.splitlines()
    assert set(yaml.safe_load(text)) == set(Scenario.model_fields)
    for name, field in Scenario.model_fields.items():
        (k,) = (k for k, line in enumerate(lines) if line.startswith(f"{name}:"))
        # of lists, their entries' fields are explained in between
        if name not in {"budgets", "funders", "objective", "package", "phases", "redundancy"}:
            assert lines[k - 1] == f"# {field.title}: {field.description}"
    assert any(line.strip().startswith("#   duplicates – Duplicates:") for line in lines)


def test_examples_that_nobody_changed_are_warned_of(tmp_path, raster):
    files = {path.name: path for path in write_template(tmp_path)}
    raster(tmp_path / "terrain.tif", np.full((200, 200), 80, np.int16), west=42.0, north=-11.0)
    warned = [(p.file, p.row, p.code, p.severity) for p in check_scenario(tmp_path).problems]
    assert warned == [(f"{name}.csv", 2, "example-row", "warning") for name in ("offices", "sources", "towers")]
    for name, old, new in (("offices", "Example post office", "Ours"), ("sources", "-11.6919", "-11.6918")):
        text = files[f"{name}.csv"].read_text()
        files[f"{name}.csv"].write_text(text.replace(old, new))
    assert [problem.file for problem in check_scenario(tmp_path).problems] == ["towers.csv"]


def test_tables_of_coverage_and_quotes_are_read_once_they_are_named(tmp_path, raster):
    scenario_file = write_template(tmp_path)[0]
    raster(tmp_path / "terrain.tif", np.full((200, 200), 80, np.int16), west=42.0, north=-11.0)
    inputs = read_inputs(load_scenario(scenario_file))
    assert (inputs.coverage, inputs.quotes) == (None, None)
    named = {f"inputs.{name}": [{"file": f"{name}.csv"}] for name in ("coverage", "quotes")}
    inputs = read_inputs(load_scenario(scenario_file, overrides=named))
    assert (len(inputs.coverage), len(inputs.quotes)) == (1, 1)
    warned = {problem.file for problem in inputs.problems if problem.code == "example-row"}
    assert warned >= {"coverage.csv", "quotes.csv"}


@pytest.mark.parametrize("where", ["a file", "a file/below", "closed/below"])
def test_a_folder_that_cannot_be_written_is_an_input_error(tmp_path, where):
    (tmp_path / "a file").write_text("mine")
    (tmp_path / "closed").mkdir(mode=0o500)
    if where.startswith("closed") and os.access(tmp_path / "closed", os.W_OK):
        pytest.skip("this user may write anywhere")
    with pytest.raises(InputError) as caught:
        write_template(tmp_path / where)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file) == ("unwritable-folder", str(tmp_path / where))
    assert problem.remedy
    assert (tmp_path / "a file").read_text() == "mine"


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "towers.csv").write_text("mine")
    with pytest.raises(InputError) as caught:
        write_template(tmp_path)
    assert [problem.code for problem in caught.value.problems] == ["file-exists"]
    assert [path.name for path in tmp_path.iterdir()] == ["towers.csv"]
    assert (tmp_path / "towers.csv").read_text() == "mine"
