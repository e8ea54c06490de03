"""The formats that a run is exported to, and the writer of each."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from planner.errors import InputError, PlannerError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from planner.report.exported import ExportedRun

    Writer = Callable[[ExportedRun, Path], Sequence[Path]]

_PLAN = "plan.json"
WRITERS = {
    "pdf": "planner.report.documents.pdf",
    "docx": "planner.report.documents.docx",
    "png": "planner.report.documents.pages",
    "figures": "planner.report.documents.figures",
    "xlsx": "planner.report.workbook",
    "gpkg": "planner.report.geopackage",
    "geojson": "planner.report.geojson",
    "kmz": "planner.report.kmz",
    "ofds": "planner.report.ofds",
    "html": "planner.report.webmap",
    "zip": "planner.report.archive",
}
"""Format: the module whose ``write(run, folder)`` writes it into a folder and returns the files.

Modules are loaded when they are first used; every file appears whole or not at all."""


def formats(asked: Sequence[str]) -> list[str]:
    """Return the formats that were asked for, each once, from texts such as ``"xlsx,gpkg"``.

    Raises
    ------
    InputError
        Naming each format that there is not.
    """
    names = list(dict.fromkeys(name.strip().lower() for text in asked for name in text.split(",") if name.strip()))
    unknown = [name for name in names if name not in WRITERS]
    if unknown or not names:
        remedy = _("Formats: {names}.").format(names=", ".join(WRITERS))
        message = _("There is no such export format.") if unknown else _("No export format is given.")
        raise InputError(
            Problem("bad-option", message, remedy, column="--to", value=name) for name in unknown or [",".join(asked)]
        )
    return names


def export_run(run: ExportedRun, names: Sequence[str], folder: Path) -> list[Path]:
    """Write a run in some formats.

    Parameters
    ----------
    run : ExportedRun
    names : sequence of str
        Keys of `WRITERS`.
    folder : Path
        Made if it is not there; files of the same names are replaced.

    Returns
    -------
    files : list of Path

    Raises
    ------
    InputError
        If the folder is the run's own or cannot be written, if an export would stand where an input of the run or the
        template may be, or if a format needs what the run no longer has.
    """
    if folder.resolve() == run.folder.resolve():
        raise InputError(
            Problem(
                "run-folder",
                _("Exports would stand among the files of the run itself."),
                _("Choose another folder with --out."),
                file=str(folder),
            )
        )
    _spare_what_is_read(run, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files: list[Path] = []
        for name in names:
            write: Writer = importlib.import_module(WRITERS[name]).write
            files += _written(write, run, folder)
    except OSError as error:
        raise InputError(
            Problem(
                "unwritable-folder",
                _("The exports cannot be written: {reason}.").format(reason=error.strerror or error),
                _("Choose a folder that you may write to with --out."),
                file=str(folder),
            )
        ) from error
    return files


def _written(write: Writer, run: ExportedRun, folder: Path) -> Sequence[Path]:
    """Write one format.

    Writers take ``plan.json`` for what this program wrote. Where one fails, verification says whether it was that: if
    the plan does not hold, the plan is to blame, else the writer, whose error comes out.

    Raises
    ------
    InputError
        The writer's own; or the plan does not hold.
    """
    try:
        return write(run, folder)
    except (PlannerError, OSError):
        raise
    except Exception as error:
        from planner.plan.verify import verify  # noqa: PLC0415 - only where something is wrong

        try:
            differences = verify(run.folder, data_root=run.data_root).differences
        except PlannerError as refused:
            if isinstance(refused, InputError) and any(fault.code == "old-plan" for fault in refused.problems):
                raise refused from error
            differences = []
        if not differences:
            raise
        first = differences[0]
        message = _("The plan was changed after it was made: “{what}” of {where} does not hold.")
        raise InputError(
            Problem(
                "bad-plan",
                message.format(what=first.what, where=first.where),
                _("See all differences with: planner verify. Make the plan again with: planner solve."),
                file=str(run.folder / _PLAN),
            )
        ) from error


def _spare_what_is_read(run: ExportedRun, folder: Path) -> None:
    """Refuse a folder in which a file that was given has a name such as exports have: the run's, whatever follows."""
    # Behind it stand the catalogue and the schema of scenarios: `planner --help` names the formats without them.
    from planner.plan.record import RECORD  # noqa: PLC0415

    given = [] if run.template is None else [run.template]
    if (run.folder / RECORD).is_file():
        roots = {run.data_root or run.record.data_folder, run.record.data_folder}
        given += [root / file.file for root in roots for file in run.record.files]
    for file in given:
        if file.resolve().parent == folder.resolve() and file.name.startswith(run.name):
            raise InputError(
                Problem(
                    "run-folder",
                    _("The exports might replace this file, which was given as an input or a template."),
                    _("Choose another folder with --out."),
                    file=str(file),
                )
            )
