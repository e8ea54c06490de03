"""The plan on disk: ``plan.json``, which says everything, and ``plan.gpkg``, the same for GIS."""

from __future__ import annotations

import errno
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from planner.errors import InputError, Problem
from planner.files import whole_file, write_whole
from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.absent import no_plan
from planner.plan.model import Plan
from planner.plan.tables import LINK_KEYS, MAST_KEYS, OFFICE_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

PLAN_JSON, PLAN_GPKG = "plan.json", "plan.gpkg"
RISK_JSON = "risk.json"
"""A study of risk beside its plan, which `planner.risk` writes."""

_WGS84 = "EPSG:4326"
_SYNCHRONOUS = "OGR_SQLITE_SYNCHRONOUS"


def write_run_files(plan: Plan, run_dir: Path) -> None:
    """Write ``plan.gpkg``, then ``plan.json`` into a run folder; each appears whole or not at all.

    The same plan always gives the same ``plan.json``, byte for byte.

    Raises
    ------
    OSError
        The system does not write them.
    """
    with whole_file(run_dir / PLAN_GPKG) as temporary, _without_syncing():
        # The format's driver makes its file itself; an empty one that is already there is no GeoPackage to it.
        temporary.unlink()
        for layer, frame in layers(plan).items():
            mode = "a" if temporary.exists() else "w"
            try:
                frame.to_file(temporary, layer=layer, driver="GPKG", engine="pyogrio", mode=mode)
            except (DataSourceError, DataLayerError, FeatureError) as error:  # a full disk, in the library's words
                raise OSError(errno.EIO, str(error), str(run_dir / PLAN_GPKG)) from error
    write_whole(run_dir / PLAN_JSON, _as_text(plan.document()))


@contextmanager
def _without_syncing() -> Iterator[None]:
    """Spare SQLite its waits for the disk, of which there are several a layer: the whole file is flushed at its end."""
    before = pyogrio.get_gdal_config_option(_SYNCHRONOUS)
    pyogrio.set_gdal_config_options({_SYNCHRONOUS: "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_SYNCHRONOUS: before})


def read_plan(run_dir: Path) -> Plan:
    """Return the plan of a run folder.

    Raises
    ------
    InputError
        If there is none, or it cannot be understood.
    """
    path = run_dir / PLAN_JSON
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        return Plan.from_document(json.loads(text))
    except FileNotFoundError:
        problem = no_plan(path)
    except OSError as error:
        problem = Problem(
            "unreadable-plan",
            _("The plan cannot be read: {reason}.").format(reason=error.strerror),
            _("Check that the file may be read."),
            file=str(path),
        )
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as error:
        problem = _bad_plan(path, error, _field_lacking(text) if isinstance(error, KeyError) else None)
    raise InputError(problem)


def _bad_plan(path: Path, error: Exception, field: str | None) -> Problem:
    """Return what is wrong with a plan that cannot be understood; ``field``: that it lacks, if that is known."""
    if field is not None:
        message = _("The plan lacks what plans of this version have: {fields}. Another version of the program made it.")
        remedy = _("Solve its scenario again with: planner solve.")
        return Problem("bad-plan", message.format(fields=field), remedy, file=str(path))
    message = _("This is not a whole plan of this program: {reason}.")
    reason = f"{type(error).__name__}: {error}"
    return Problem("bad-plan", message.format(reason=reason), _("Make it again with: planner solve."), file=str(path))


class _FieldLackingError(KeyError):
    """A field of a document itself, not a key of anything else."""


class _Told(dict[str, Any]):
    """An object of a document that says when it lacks a field."""

    def __missing__(self, key: str) -> Any:
        raise _FieldLackingError(key)


def _field_lacking(text: str) -> str | None:
    """Return the field that a document lacks; None where what is missed is no field of it."""
    try:
        Plan.from_document(json.loads(text, object_hook=_Told))
    except _FieldLackingError as error:
        return str(error.args[0])
    except KeyError:
        pass
    return None


def _as_text(document: dict[str, Any]) -> str:
    """Return JSON with one office, link or mast a line: short, and two plans can be compared line by line."""
    one_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode  # one for all of the thousands of lines

    def block(value: Any) -> str:
        return (
            "[\n" + ",\n".join(map(one_line, value)) + "\n]" if value and isinstance(value, list) else one_line(value)
        )

    return "{\n" + ",\n".join(f"{one_line(key)}: {block(value)}" for key, value in document.items()) + "\n}\n"


def layers(plan: Plan) -> dict[str, geopandas.GeoDataFrame]:
    """Return the layers of the GeoPackage: the columns of ``plan.json`` with geometry."""
    at_mast = plan.places.set_index("id").loc[plan.masts["place"]]
    breakdown = [json.dumps(parts, ensure_ascii=False) for parts in plan.masts["breakdown"]]
    lines = np.empty(len(plan.all_links), dtype=object)
    lines[:] = [line and shapely.LineString(line["coordinates"]) for line in plan.all_links["geometry"]]
    return {
        "offices": _layer(plan.offices, OFFICE_KEYS, _points(plan.offices)),
        "links": _layer(plan.all_links.drop(columns="geometry"), LINK_KEYS[:-1], lines),
        "masts": _layer(plan.masts.assign(breakdown=breakdown), MAST_KEYS, _points(at_mast)),
    }


def _points(frame: pd.DataFrame) -> NDArray[np.object_]:
    return np.asarray(shapely.points(frame["lon"].to_numpy(), frame["lat"].to_numpy()), dtype=object)


def _layer(frame: pd.DataFrame, keys: tuple[str, ...], geometry: NDArray[np.object_]) -> geopandas.GeoDataFrame:
    """Return the columns in the order of ``keys``, money in currency, null for what is unknown or unlimited."""
    columns = {key: frame[f"{key}_cents"] / 100 if key in MEASURES else frame[key] for key in keys}
    if "capacity_mbps" in columns:
        columns["capacity_mbps"] = columns["capacity_mbps"].replace(np.inf, np.nan)
    return geopandas.GeoDataFrame(columns, geometry=geometry, crs=_WGS84)
