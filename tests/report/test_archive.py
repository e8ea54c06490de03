"""The archive: whole, the same on every machine, and enough to make the plan again."""

import json
import shutil
from dataclasses import replace
from types import SimpleNamespace
from zipfile import ZipFile

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.shutil import copy as copy_raster

from planner.errors import InputError
from planner.inputs import read_inputs
from planner.jobs import solve_run
from planner.plan.store import read_plan
from planner.report.archive import _input_files, _names, write
from planner.report.exported import read_exported
from planner.scenario import load_scenario

SAME = ("status", "objective", "budgets", "totals", "offices", "links", "masts", "baselines")


def test_it_holds_scenario_fingerprints_plan_and_log(example, tmp_path):
    (path,) = write(example, tmp_path)
    with ZipFile(path) as archive:
        assert set(archive.namelist()) == {
            "README.txt", "scenario.yaml", "inputs.json", "plan.json", "events.jsonl", "log.txt"
        }  # fmt: skip
        record = json.loads(archive.read("inputs.json"))
        assert archive.read("plan.json") == (example.folder / "plan.json").read_bytes()
    assert {file["sha256"] for file in record["files"]} == {file.sha256 for file in example.record.files}
    assert {"versions", "seed", "command"} <= set(record)
    assert str(example.folder.parent) not in json.dumps(record["files"]), "nothing of the machine"
    assert path.read_bytes() == write(example, tmp_path)[0].read_bytes()


def test_what_is_unpacked_gives_the_same_plan(example, tmp_path):
    (path,) = write(replace(example, with_inputs=True), tmp_path)
    folder = tmp_path / "unpacked"
    with ZipFile(path) as archive:
        archive.extractall(folder)
    assert load_scenario(folder).hash == example.plan.scenario["hash"]
    solve_run(folder / "scenario.yaml", tmp_path / "again")
    document, again = example.plan.document(), read_plan(tmp_path / "again").document()
    assert {name: again[name] for name in SAME} == {name: document[name] for name in SAME}


def test_inputs_from_elsewhere_are_found_in_the_archive(example, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(example.record.data_folder, home / "data root")
    shutil.copytree(example.folder, home / "run")
    offices = (home / "data root/data/offices.csv").rename(home / "offices.csv")
    scenario = home / "run/scenario.yaml"
    text = scenario.read_text(encoding="utf-8").replace("file: data/offices.csv", f"file: {offices}")
    scenario.write_text(text, encoding="utf-8")
    for file, change in (
        ("plan.json", lambda it: it["scenario"].update(hash=load_scenario(scenario).hash)),
        (
            "inputs.json",
            lambda it: it.update(
                data_root=str(home / "data root"),
                files=[
                    {**row, "file": str(offices) if row["file"] == "data/offices.csv" else row["file"]}
                    for row in it["files"]
                ],
            ),
        ),
    ):
        content = json.loads((home / "run" / file).read_text(encoding="utf-8"))
        change(content)
        (home / "run" / file).write_text(json.dumps(content), encoding="utf-8")
    (path,) = write(read_exported(home / "run", with_inputs=True), tmp_path)
    shutil.rmtree(home)
    with ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert len(read_inputs(load_scenario(tmp_path / "unpacked")).offices) == len(example.plan.offices)


def test_inputs_that_have_changed_are_refused(example, tmp_path):
    shutil.copytree(example.record.data_folder, tmp_path / "data root")
    with (tmp_path / "data root/data/offices.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    with pytest.raises(InputError) as caught:
        write(read_exported(example.folder, data_root=tmp_path / "data root", with_inputs=True), tmp_path)
    assert [(problem.code, problem.file) for problem in caught.value.problems] == [
        ("changed-since", "data/offices.csv")
    ]
    assert not list(tmp_path.glob("*.zip")), "nothing half"


def test_the_parts_of_a_mosaic_of_land_cover_go_along(example, tmp_path):
    (tmp_path / "cover").mkdir()
    part, mosaic = tmp_path / "cover/part.tif", tmp_path / "cover/all.vrt"
    with rasterio.open(
        part, "w", driver="GTiff", width=2, height=2, count=1, dtype="uint8", crs="EPSG:4326",
        transform=Affine(0.1, 0, 30, 0, -0.1, 1),
    ) as out:  # fmt: skip
        out.write(np.full((2, 2), 10, np.uint8), 1)
    copy_raster(part, mosaic, driver="VRT")
    scenario = load_scenario(example.folder, data_root=tmp_path, overrides={"inputs.land_cover": ["cover/all.vrt"]})
    found = dict(_input_files(SimpleNamespace(scenario=scenario), {"cover/all.vrt": "cover/all.vrt"}))
    assert found == {"cover/all.vrt": mosaic.resolve(), "cover/part.tif": part}


def test_the_parts_of_a_shapefile_stay_together():
    asked = ["data/offices.csv", "../maps/roads.shp", "../maps/roads.dbf", "/srv/roads.csv", "../maps/roads.prj"]
    run = SimpleNamespace(record=SimpleNamespace(files=[SimpleNamespace(file=name) for name in asked]))
    named = _names(run)
    folders = [named[name].rpartition("/")[0] for name in asked]
    assert folders[0] == "data"
    assert folders[1] == folders[2] == folders[4] != folders[3]
    assert len({*named.values()}) == len(asked)
