"""A dataset's file, read by its format and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.text_table import read_text_table
from planner.inputs.vector import read_layer
from planner.inputs.where import rows_where
from planner.inputs.workbook import read_workbook
from planner.terrain import refuse_network

if TYPE_CHECKING:
    from pathlib import Path

    from planner.inputs.raw import RawTable
    from planner.scenario import Dataset

TEXT_TABLES = {".csv", ".tsv", ".txt"}
WORKBOOKS = {".xlsx", ".xlsm"}
OSM_FILES = {".pbf", ".osm"}
LAYERS = {".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml", ".gml", *OSM_FILES}


def read_raw(dataset: Dataset, path: Path) -> RawTable:
    """Read a dataset's file and keep the rows that its ``where`` takes.

    Raises
    ------
    InputError
        The file is missing or unreadable, empty, of no known format, without the layer; or the condition is faulty.
    """
    table = _read(dataset, require_file(dataset.file, path))
    if len(table) == 0:
        remedy = _("The first row must name the columns and the rows below hold the data.")
        raise InputError(Problem("empty-file", _("The file holds no row of data."), remedy, dataset.file))
    return table if dataset.where is None else table.taken(rows_where(table, dataset.where, dataset.file))


def require_file(file: str, path: Path) -> Path:
    """Return the path of an existing file that is not empty and needs no network.

    Raises
    ------
    InputError
        There is none.
    """
    refuse_network(path, file)
    if not path.is_file():
        message = _("The file is not there; looked for at {path}.").format(path=path)
        remedy = _("Check the path: it counts from the scenario's folder, or from the data folder that was given.")
        raise InputError(Problem("missing-file", message, remedy, file))
    if path.stat().st_size == 0:
        raise InputError(Problem("empty-file", _("The file is empty."), _("Save or copy it again."), file))
    return path


def _read(dataset: Dataset, path: Path) -> RawTable:
    suffix = path.suffix.lower()
    if suffix in TEXT_TABLES:
        return read_text_table(path, dataset.file, encoding=dataset.encoding, delimiter=dataset.delimiter)
    if suffix in WORKBOOKS:
        return read_workbook(path, dataset.file, sheet=dataset.layer)
    if suffix in LAYERS:
        return read_layer(path, dataset.file, layer=dataset.layer)
    message = _("Files of the kind “{suffix}” cannot be read.").format(suffix=suffix)
    names = ", ".join(sorted(TEXT_TABLES | WORKBOOKS | LAYERS))
    raise InputError(Problem("unreadable-file", message, _("Known kinds: {names}.").format(names=names), dataset.file))
