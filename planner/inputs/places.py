"""What every table of places has: coordinates, ids, names; and what goes wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from planner.errors import Problem
from planner.i18n import _

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.inputs.group import Group, Part

    Floats = NDArray[np.float64]

ROOT_ID = "root"
OWN_IDS = "~"
"""Ids that the program makes start with it."""

_SAME_PLACE_DECIMALS = 6  # of a degree: about 0.1 m


def read_coordinates(group: Group) -> tuple[Floats, Floats]:
    """Return longitude and latitude of every row in WGS84 degrees, NaN where faulty.

    Layers give their geometry (polygons: a point on the surface), tables their columns; the dataset's ``crs`` says what
    they mean. Whether they are plausible is left to `planner.inputs.ground`.
    """
    lon = group.numbers("lon", least=-np.inf)
    lat = group.numbers("lat", least=-np.inf)
    for k, part in enumerate(group.parts):
        mine = group.part == k
        if part.table.geometry is not None:
            # an empty or missing geometry gives NaN
            points = shapely.point_on_surface(part.table.geometry)
            # GEOS calls some geometries without extent, such as POINT (inf nan), empty only once it looks for a point
            points[shapely.is_empty(points)] = None
            lon[mine], lat[mine] = shapely.get_x(points), shapely.get_y(points)
        try:
            lon[mine], lat[mine] = _to_degrees(part, lon[mine], lat[mine])
        except ProjError as error:
            group.problems.append(wrong_crs(part, error))
            group.left_out |= mine
    _report_missing(group, lon, lat)
    lon[~np.isfinite(lon) | ~np.isfinite(lat)] = np.nan
    lat[np.isnan(lon)] = np.nan
    zero = group.sound & (lon == 0) & (lat == 0)
    remedy = _("Fill in the true coordinates; 0, 0 lies in the Gulf of Guinea.")
    group.fault(
        zero, "zero-coordinates", _("Both coordinates are zero."), remedy, column="lon, lat", values=_pair(lon, lat)
    )
    return lon, lat


def table_points(group: Group) -> NDArray[np.object_]:
    """Return the points of rows of tables with coordinates, None for other rows; impossible ones are faults."""
    points = np.full(len(group), None, dtype=object)
    tables = np.array([part.table.geometry is None for part in group.parts], dtype=bool)[group.part]
    if not group.has("lon") or not group.has("lat") or not tables.any():
        return points
    lon, lat = read_coordinates(group)
    impossible = tables & group.sound & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    remedy = _("Give decimal degrees, or say the coordinate reference system as “crs” of the dataset.")
    message = _("No place on earth has these coordinates.")
    group.fault(impossible, "bad-coordinates", message, remedy, column="lon, lat", values=_pair(lon, lat))
    drawn = tables & group.sound
    points[drawn] = shapely.points(lon[drawn], lat[drawn])
    return points


def _to_degrees(part: Part, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude; inf where a projection has none."""
    given = part.dataset.crs or part.table.crs
    if given is None:
        if part.table.geometry is not None:
            raise CRSError("unknown")
        return x, y
    crs = CRS.from_user_input(given)
    if crs.equals(CRS.from_epsg(4326), ignore_axis_order=True):
        return x, y
    lon, lat = Transformer.from_crs(crs, 4326, always_xy=True).transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def wrong_crs(part: Part, error: ProjError) -> Problem:
    """Return the problem of a file whose coordinates cannot be brought to degrees.

    Parameters
    ----------
    part : Part
    error : ProjError
        A `CRSError` where the system itself is not known; else no way leads from it to degrees, as from a local grid.
    """
    known = not isinstance(error, CRSError)
    no_way = _("No way is known from this coordinate reference system to longitude and latitude on earth.")
    message = no_way if known else _("The coordinate reference system is unknown.")
    remedy = _("Say it as “crs” of the dataset, such as EPSG:32738.")
    return Problem("wrong-crs", message, remedy, part.dataset.file, column="crs", value=part.dataset.crs)


def _report_missing(group: Group, lon: Floats, lat: Floats) -> None:
    missing = group.sound & (np.isnan(lon) | np.isnan(lat))
    for k, part in enumerate(group.parts):
        absent = [name for name in ("lon", "lat") if name not in part.columns and name not in part.dataset.defaults]
        if part.table.geometry is not None or not absent or part.dataset.bad_rows == "exclude":
            continue
        # one fault of the file says more than one of each of its rows
        mine = group.part == k
        for name in absent:
            message = _("No column of the file is understood as “{name}”.").format(name=name)
            remedy = _("Say which it is: columns: {{{name}: …}}; the file has: {names}.").format(
                name=name, names=", ".join(part.table.columns)
            )
            group.problems.append(Problem("missing-column", message, remedy, part.dataset.file, 1, name))
        missing &= ~mine
        group.left_out |= mine
    remedy = _("Fill in both coordinates in decimal degrees.")
    says = {
        "lon": _("{name} has no longitude."),
        "lat": _("{name} has no latitude."),
        "lon, lat": _("{name} has no coordinates."),
        "geometry": _("{name} has no coordinates."),
    }
    names = group.text("name", _("The place"))
    for i in np.flatnonzero(missing):
        lacking = ", ".join(name for name, degrees in (("lon", lon), ("lat", lat)) if np.isnan(degrees[i]))
        column = lacking if group.parts[group.part[i]].table.geometry is None else "geometry"
        one = np.arange(len(group)) == i
        group.fault(one, "missing-value", says[column].format(name=names[i]), remedy, column=column)


def _pair(lon: Floats, lat: Floats) -> NDArray[np.object_]:
    return np.array([f"{x:.10g}, {y:.10g}" for x, y in zip(lon, lat, strict=True)], dtype=object)


def read_identity(group: Group, letter: str) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return ids and names, (n,) of str.

    A row without an id gets ``~``, ``letter`` and its row number (and the number of the dataset from the second on); a
    nameless place is called by its id.
    """
    ids, names = group.text("id"), group.text("name")
    refuse_reserved(group, ids)
    for i in np.flatnonzero(ids == ""):
        dataset = f"{group.part[i] + 1}." if group.part[i] else ""
        ids[i] = f"{OWN_IDS}{letter}{dataset}{group.row[i]}"
    return ids, np.where(names == "", ids, names)


def refuse_reserved(group: Group, ids: NDArray[np.object_]) -> None:
    """Note a fault of every row whose id is the program's own."""
    reserved = np.array([text == ROOT_ID or text.startswith(OWN_IDS) for text in ids], dtype=bool)
    message = _("This id is reserved: “root” and ids that start with “~” are the program's own.")
    group.fault(reserved, "reserved-id", message, _("Choose another id."), column="id")


def settle_duplicates(
    group: Group, ids: NDArray[np.object_], names: NDArray[np.object_], lon: Floats, lat: Floats
) -> NDArray[np.object_]:
    """Apply each dataset's rule to rows with the id, or the name and place, of an earlier row; return unique ids."""
    rules = np.array([group.parts[k].dataset.duplicates for k in group.part], dtype=object)
    places = np.array(
        [
            f"{name.casefold()}|{x:.{_SAME_PLACE_DECIMALS}f}|{y:.{_SAME_PLACE_DECIMALS}f}"
            for name, x, y in zip(names, lon, lat, strict=True)
        ],
        dtype=object,
    )
    settled = np.zeros(len(group), dtype=bool)
    for keys, values, code, column in (
        (ids, ids, "duplicate-id", "id"),
        (places, names, "duplicate-row", "name"),
    ):
        # Looked for anew each time: a row that its id has left out is nobody's first.
        first = _first_of_its_kind(pd.Series(keys, dtype=object), group.sound)
        same = ~settled & (first != np.arange(len(group)))
        for rule in ("error", "merge", "keep"):
            for i in np.flatnonzero(same & (rules == rule)):
                _settle(group, int(i), int(first[i]), rule, code, column, values)
        settled |= same
    return _unique(ids, group.sound)


def _first_of_its_kind(keys: pd.Series[str], sound: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return for each row the first sound row of the same key; itself where it is faulty."""
    rows = pd.Series(np.arange(len(keys)))
    first = rows[sound].groupby(keys[sound]).transform("first")
    return np.asarray(first.reindex(rows.index).fillna(rows).astype(np.int64))


def _settle(group: Group, i: int, first: int, rule: str, code: str, column: str, values: NDArray[np.object_]) -> None:
    one = np.zeros(len(group), dtype=bool)
    one[i] = True
    earlier = _("row {row} of {file}").format(row=group.row[first], file=group.file(first))
    what = _("The same id as {earlier}.") if code == "duplicate-id" else _("The same name and place as {earlier}.")
    message = what.format(earlier=earlier)
    if rule == "error":
        remedy = _("Remove one of them, or say “duplicates: keep” or “duplicates: merge” in the dataset.")
        group.fault(one, code, message, remedy, column=column, values=values)
    elif rule == "merge":
        for cells in group.cells.values():
            if cells[first] is None:
                cells[first] = cells[i]
        group.leave_out(one, code, message, _("It was merged into that row."), column=column, values=values)
    else:
        group.warn(one, code, message, _("Both were kept."), column=column, values=values)


def _unique(ids: NDArray[np.object_], sound: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the ids with ``#2``, ``#3`` … behind those that were kept although an earlier row has them."""
    taken = set(ids[sound])
    seen: set[str] = set()
    unique = ids.copy()
    for i in np.flatnonzero(sound):
        count = 2
        while unique[i] in seen:
            candidate, count = f"{ids[i]}#{count}", count + 1
            unique[i] = ids[i] if candidate in taken else candidate
        seen.add(unique[i])
    return unique


def shared_points(group: Group, lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Return which sound rows share their coordinates with another one, and warn of each."""
    points = pd.DataFrame({"lon": np.round(lon, _SAME_PLACE_DECIMALS), "lat": np.round(lat, _SAME_PLACE_DECIMALS)})
    shared = np.zeros(len(group), dtype=bool)
    shared[group.sound] = points[group.sound].duplicated(keep=False).to_numpy()
    message = _("Other places have exactly these coordinates.")
    remedy = _("Check that they truly stand together; rough coordinates belong into location_accuracy_m.")
    group.warn(shared, "shared-point", message, remedy, column="lon, lat", values=_pair(lon, lat))
    return shared
