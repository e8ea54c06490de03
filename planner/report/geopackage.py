"""A plan as a GeoPackage that QGIS opens in colour: the run's layers, the places between them, and their styles."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import shapely

from planner.catalogue.climate import FIGURES
from planner.files import whole_file
from planner.i18n import _
from planner.plan.store import layers
from planner.plan.tables import PLACE_KEYS
from planner.report.qgis import line_style, point_style
from planner.wording import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30),
    ui TEXT(30), update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
)
"""
"""As QGIS makes it."""


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME.gpkg``: layers offices, links, masts and places, and the table ``layer_styles`` of QGIS."""
    plan = run.plan
    path = folder / f"{run.name}.gpkg"
    with whole_file(path) as temporary:
        # The format's driver makes its file itself; an empty one that is already there is no GeoPackage to it.
        temporary.unlink()
        for layer, frame in {**layers(plan), "places": _places(plan)}.items():
            mode = "a" if temporary.exists() else "w"
            frame.to_file(temporary, layer=layer, driver="GPKG", engine="pyogrio", mode=mode)
        _add_styles(temporary, styles(plan))
    return [path]


def styles(plan: Plan) -> dict[str, str]:
    """Return the style of each layer in QGIS' own format (QML), for the technologies that the plan has."""
    by_office = sorted({name for name in plan.offices["technology"] if name})
    drawn = plan.all_links[plan.all_links["geometry"].notna()]
    return {
        "offices": point_style("technology", by_office, _("Not connected")),
        "links": line_style("technology", sorted(set(drawn["technology"]))),
        "masts": point_style("", [], sentence(_("mast"))),
        "places": point_style("kind", ["source"], _("Relays and junctions")),
    }


def _places(plan: Plan) -> geopandas.GeoDataFrame:
    """Return sources, relays and junctions: where links meet besides offices."""
    places = plan.places[plan.places["kind"] != "office"]
    points = np.asarray(shapely.points(places["lon"].to_numpy(), places["lat"].to_numpy()), dtype=object)
    plain = places[[key for key in PLACE_KEYS if key != "climate"]]
    return geopandas.GeoDataFrame(plain.assign(**_climate(places)), geometry=points, crs="EPSG:4326")


def _climate(places: pd.DataFrame) -> dict[str, Any]:
    """Return the climate of places as columns that a table can hold: each figure, and its source."""
    columns: dict[str, Any] = {}
    for figure in FIGURES:
        told = [(climate or {}).get(figure, {}) for climate in places["climate"]]
        columns[figure] = [entry.get("value") for entry in told]
        columns[f"{figure}_source"] = [entry.get("source") for entry in told]
    return columns


def _add_styles(path: Path, qml: Mapping[str, str]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(_STYLES_TABLE)
        connection.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, 'geom', ?, ?, '', 1, '', '')",
            [(layer, layer, style) for layer, style in qml.items()],
        )
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', '', strftime('%Y-%m-%dT%H:%M:%fZ','now'))"
        )
