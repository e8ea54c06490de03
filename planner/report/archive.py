"""A run as an archive (ZIP) from which it can be made again: scenario, fingerprints of the inputs, plan, log."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

import rasterio

from planner.errors import InputError, Problem
from planner.files import whole_file
from planner.i18n import _
from planner.inputs.named import parts_beside
from planner.plan.record import RECORD, changes_since
from planner.plan.store import PLAN_JSON
from planner.report.zipped import add_bytes, add_file
from planner.scenario import Scenario, dump_scenario

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from planner.report.exported import ExportedRun

_ALONG: Final = (PLAN_JSON, "events.jsonl", "log.txt")
"""Files of a run that go into its archive as they are, where they are there."""
_MACHINE: Final = {"path"}
"""What the record says of the machine that the run was made on: no use elsewhere."""


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME.zip``; with ``run.with_inputs``, ``planner solve`` on the unpacked archive gives the same plan.

    Raises
    ------
    InputError
        With inputs: if scenario, inputs or prices are no longer those of the run, or if a file cannot be moved.
    """
    if run.with_inputs and (changes := changes_since(run.record, run.scenario, run.plan)):
        raise InputError(changes)
    names = _names(run) if run.with_inputs else {}
    path = folder / f"{run.name}.zip"
    with whole_file(path) as temporary, ZipFile(temporary, "w") as archive:
        add_bytes(archive, "README.txt", _read_me(run).encode())
        add_bytes(archive, "scenario.yaml", _scenario(run, names).encode())
        add_bytes(archive, RECORD, _record(run, names).encode())
        for name in _ALONG:
            if (run.folder / name).is_file():
                add_file(archive, name, run.folder / name)
        for inside, file in dict(_input_files(run, names)).items():
            add_file(archive, inside, file)
    return [path]


def _names(run: ExportedRun) -> dict[str, str]:
    """Return where each input stands in the archive: where the scenario looks for it, if that is inside its folder."""
    names: dict[str, str] = {}
    folders: dict[PurePosixPath, int] = {}
    for file in run.record.files:
        asked = PurePosixPath(file.file.replace("\\", "/"))
        inside = not asked.is_absolute() and ".." not in asked.parts and ":" not in asked.parts[0]
        # The parts of a Shapefile stay together.
        count = folders.setdefault(asked.with_suffix(""), len(folders) + 1)
        names[file.file] = str(asked) if inside else f"inputs/{count}/{asked.name}"
    return names


def _scenario(run: ExportedRun, names: Mapping[str, str]) -> str:
    """Return the scenario as solved; inputs from outside its folder are named as they stand in the archive."""
    if all(name == inside for name, inside in names.items()):
        return (run.folder / "scenario.yaml").read_text(encoding="utf-8")

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: moved(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [moved(entry) for entry in value]
        return names.get(value, value) if isinstance(value, str) else value

    content = run.scenario.model_dump(mode="json")
    for section in ("inputs", "catalogue"):
        content[section] = moved(content[section])
    return dump_scenario(Scenario.model_validate(content))


def _record(run: ExportedRun, names: Mapping[str, str]) -> str:
    """Return the record of the run without what it says of the machine."""
    content = json.loads((run.folder / RECORD).read_text(encoding="utf-8"))
    content.update(scenario_file="scenario.yaml", data_root=None)
    content["files"] = [
        {
            **{key: value for key, value in file.items() if key not in _MACHINE},
            "file": names.get(file["file"], file["file"]),
        }
        for file in content["files"]
    ]
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _input_files(run: ExportedRun, names: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """Yield name in the archive and file, of the inputs and of everything that belongs to them."""
    scenario, inputs = run.scenario, run.scenario.inputs
    rasters = {*inputs.terrain, *inputs.land_cover, inputs.population}
    for name, inside in names.items():
        path = scenario.locate(name)
        yield inside, path
        for beside in _beside(path, is_raster=name in rasters):
            try:
                place = beside.resolve().relative_to(path.resolve().parent)
            except ValueError:
                raise InputError(_unmovable(name, beside)) from None
            yield str(PurePosixPath(inside).parent / place.as_posix()), beside


def _beside(path: Path, *, is_raster: bool) -> list[Path]:
    """Return the files that an input does not work without: parts of a shapefile, the rasters of a mosaic."""
    if is_raster:
        with rasterio.open(path) as source:
            return [file for file in map(Path, source.files) if file.resolve() != path.resolve()]
    return parts_beside(path)  # which records of earlier versions do not name


def _unmovable(name: str, beside: Path) -> Problem:
    message = _("This input needs {file}, which is not in its folder: the archive cannot hold both as they are.")
    remedy = _("Put the files into one folder, or make the archive without --with-inputs.")
    return Problem("unmovable-file", message.format(file=beside), remedy, file=name)


def _read_me(run: ExportedRun) -> str:
    scenario = run.plan.scenario
    lines = [
        f"{scenario['name']}\nSHA-256: {scenario['hash']}\n",
        _("scenario.yaml: the scenario in full. inputs.json: size and SHA-256 of each input, versions, seed, command."),
        _("plan.json: the plan. log.txt and events.jsonl: how it was found."),
    ]
    if run.with_inputs:
        lines.append(
            _("The inputs are in this archive. In its folder: planner solve . --out again, or planner verify .")
        )
    else:
        lines.append(
            _("The inputs are not in this archive. With them: planner solve . --data-root FOLDER --out again.")
        )
    lines.append(
        _(
            "With the same versions, a search that reached its gap ends with the same plan; one that ended at its time "
            "limit may end elsewhere."
        )
    )
    return "\n".join(lines) + "\n"
