"""Vector layers: GeoPackage, GeoJSON, Shapefile and their like."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import ShapelyError

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.inputs.raw import FIRST_DATA_ROW, RawTable, cell

if TYPE_CHECKING:
    from pathlib import Path

    from planner.inputs.raw import Cells

_OSM_REST, _OSM_TAGS = "other_tags", ("bridge", "tunnel", "layer")
"""Tags of roads that GDAL does not give as columns of OpenStreetMap files, and the column that holds all such tags."""
_OFFLINE = {"GML_DOWNLOAD_SCHEMA": "NO", "GML_DOWNLOAD_WFS_SCHEMA": "NO"}
"""For GDAL: an answer of a web service that was saved (GML) names its schema by an address there. Earlier versions know
the second name alone."""


def read_layer(path: Path, file: str, *, layer: str | None) -> RawTable:
    """Read a layer, the first one if none is named.

    Raises
    ------
    InputError
        The file is no vector file, has no such layer, or the layer is empty.
    """
    pyogrio.set_gdal_config_options(_OFFLINE)
    try:
        with warnings.catch_warnings():
            # GDAL's remarks on odd files (ring order, mixed types, text that looks like JSON) are answered by our own
            # checks of what was read
            warnings.simplefilter("ignore")
            layers = [str(name) for name, _geometry in pyogrio.list_layers(path)]
            if layer is not None and layer not in layers:
                message = _("The file has no layer “{layer}”.").format(layer=layer)
                remedy = _("Its layers: {names}.").format(names=", ".join(layers))
                raise InputError(Problem("wrong-layer", message, remedy, file, value=layer))
            frame = pyogrio.read_dataframe(path, layer=layer if layer is not None else 0)
    except (DataSourceError, DataLayerError, ShapelyError, ValueError) as error:
        message = _("The file cannot be read: {reason}.").format(reason=error)
        remedy = _("Save it again as GeoPackage or GeoJSON.")
        raise InputError(Problem("unreadable-file", message, remedy, file)) from error
    if frame.empty:
        raise InputError(Problem("empty-file", _("The layer holds no feature."), _("Choose another layer."), file))
    geometry = np.array(frame["geometry"], dtype=object) if "geometry" in frame else None
    columns = {
        # objects from the start: as an array of text each cell would take the room of the longest one
        str(name): np.array(
            [cell(value) for value in frame[name].astype(object).where(frame[name].notna(), None)], dtype=object
        )
        for name in frame.columns
        if name != "geometry"
    }
    if _OSM_REST in columns:
        columns |= {tag: _tag(columns[_OSM_REST], tag) for tag in _OSM_TAGS if tag not in columns}
    crs = getattr(frame, "crs", None)
    row = np.arange(len(frame), dtype=np.int64) + FIRST_DATA_ROW
    return RawTable(columns, row, geometry, None if crs is None else crs.to_wkt(), in_file=len(frame))


def _tag(cells: Cells, tag: str) -> Cells:
    """Return the values of a tag from cells such as ``"bridge"=>"yes","layer"=>"1"``."""
    pattern = re.compile(rf'"{tag}"=>"([^"]*)"')
    found = (pattern.search(text) if isinstance(text, str) else None for text in cells)
    return np.array([match[1] if match else None for match in found], dtype=object)
