"""Layers of lines, checked row by row: roads, fibre routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.i18n import _
from planner.inputs.areas import in_degrees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.group import Group

    Geometries = NDArray[np.object_]

_LINES = shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING


def checked_lines(group: Group) -> Geometries:
    """Return every row's line in longitudes and latitudes, (n,); what is no line is a fault."""
    remedy = _("Give a layer of lines: GeoPackage, GeoJSON, Shapefile or OpenStreetMap PBF.")
    geometry = in_degrees(group, _("The file holds no lines."), remedy)
    empty = group.sound & (shapely.is_missing(geometry) | shapely.is_empty(geometry))
    group.fault(empty, "empty-geometry", _("The line has no geometry."), _("Remove it or draw it."), column="geometry")
    kinds = shapely.get_type_id(geometry)
    names = np.array([None if line is None else line.geom_type for line in geometry], dtype=object)
    wrong = group.sound & ~np.isin(kinds, _LINES)
    remedy = _("Remove it, draw it as a line, or take lines alone with “where”.")
    group.fault(wrong, "not-a-line", _("The feature is no line."), remedy, column="geometry", values=names)
    bounds = shapely.bounds(geometry)
    possible = (np.abs(bounds[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(bounds[:, [1, 3]]) <= 90).all(axis=1)
    group.fault(
        group.sound & ~possible,
        "bad-coordinates",
        _("No place on earth has these coordinates."),
        _("Give decimal degrees, or say the coordinate reference system as “crs” of the dataset."),
        column="geometry",
        values=corners_of(bounds),
    )
    short = group.sound & ~(shapely.length(geometry) > 0)
    message = _("The line has no length; it is not used.")
    group.leave_out(
        short, "zero-length", message, _("Remove it or draw it."), column="geometry", values=corners_of(bounds)
    )
    return geometry


def corners_of(bounds: NDArray[np.float64]) -> Geometries:
    """Return where each geometry begins in the south-west, as text."""
    return np.array([f"{x:.6f}, {y:.6f}" for x, y in bounds[:, :2]], dtype=object)
