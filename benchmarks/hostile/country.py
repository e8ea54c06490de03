"""A sound country so small that a reader of everything takes a tenth of a second, and sound tables of each kind."""

# ruff: noqa: E501 - tables of cases are read across

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from affine import Affine

from benchmarks.hostile.tables import raster_bytes

if TYPE_CHECKING:
    from pathlib import Path

PLACE = {"type": "Point", "coordinates": [30.5, 0.5]}
LINE = {"type": "LineString", "coordinates": [[30.2, 0.2], [30.5, 0.5]]}
AREA = {"type": "Polygon", "coordinates": [[[30, 0], [31, 0], [31, 1], [30, 1], [30, 0]]]}

TABLES: dict[str, tuple[list[list[Any]], list[Any]]] = {
    "offices": (
        [
            ["id", "name", "lon", "lat", "kind", "region", "status_before", "mbps_before", "monthly_cost_before", "demand_mbps",
             "population", "share_underserved", "location_accuracy_m", "serves_as_source", "grid_hours_per_day"],
            ["A", "Ay", 30.3, 0.3, "branch", "North", "offline", "", "", 10, 500, 0.5, 10, "no", 20],
            ["B", "Bé", 30.4, 0.5, "agency", "North", "adequate", 50, 100.5, 20, 700, 1, "", "yes", 24],
            ["C", "Cx", 30.6, 0.6, "main", "South", "unknown", 1, 10, "", 900, 0, 5000, "", ""],
        ],
        [PLACE],
    ),
    "sources": (
        [
            ["id", "name", "lon", "lat", "kind", "capacity_mbps", "status"],
            ["S", "Es", 30.2, 0.2, "fibre_node", 1000, "built"],
            ["T", "Te", 30.7, 0.7, "exchange", "", "planned 2030"],
        ],
        [PLACE],
    ),
    "towers": (
        [
            ["id", "name", "lon", "lat", "height_m", "rent_per_year", "owner", "grid_hours_per_day", "status", "ports"],
            ["M", "Em", 30.4, 0.4, 40, 500, "Co", 12, "built", 3],
            ["N", "En", 30.6, 0.4, "", "", "", "", "", ""],
        ],
        [PLACE],
    ),
    "as_built": (
        [
            ["from", "to", "technology", "option", "status", "spent", "spent_per_year", "mbps", "funder"],
            ["S", "A", "fibre", "", "planned", 1000, 10, 100, "bank"],
            ["", "C", "leo", "", "working", "", "", "", ""],
        ],
        [LINE],
    ),
    "quotes": (
        [
            ["office", "provider", "technology", "one_off", "monthly", "mbps", "up_mbps", "volume_gb", "availability",
             "latency_ms", "term_months"],
            ["A", "P", "leo", 100, 50, 100, 10, "", 0.99, 50, 24],
            ["", "Q", "cellular", 0, 20, 20, 5, 100, "", "", ""],
        ],
        [AREA],
    ),
    "regions": ([["id", "name"], ["N", "North"], ["S", "South"]], [AREA]),
    "coverage": ([["technology", "provider", "mbps"], ["4G", "P", 20], ["3G", "Q", ""]], [AREA]),
    "power": ([["id", "kv"], ["g", 33]], [LINE]),
    "roads": (
        [["class", "bridge", "tunnel", "layer", "environment", "duct", "poles"], ["primary", "", "", 0, "urban", "yes", "no"]],
        [LINE],
    ),
    "fibre_routes": (
        [["id", "name", "status", "capacity_mbps", "source"], ["F", "Ef", "built", 1000, "S"], ["G", "", "closed", "", ""]],
        [LINE],
    ),
}  # fmt: skip
"""Of each kind of data a sound table, header first, and the geometries of its rows."""

OFDS: dict[str, Any] = {
    "networks": [
        {
            "id": "n1",
            "name": "Net",
            "nodes": [
                {"id": "1", "name": "One", "status": "operational", "type": ["core"], "accessPoint": True, "location": PLACE},
                {"id": "2", "name": "Two", "location": {"type": "Point", "coordinates": [30.2, 0.2]}},
            ],
            "spans": [
                {"id": "s", "start": {"id": "1"}, "end": {"id": "2"}, "capacity": 10, "transmissionMedium": ["fibre"], "route": LINE}
            ],
        }
    ]
}  # fmt: skip


def georeferenced(values: Any, **more: Any) -> bytes:
    """Return a GeoTIFF over the country."""
    size = np.asarray(values).shape[0]
    profile = {"crs": "EPSG:4326", "transform": Affine(1 / size, 0, 30, 0, -1 / size, 1), "nodata": -32768}
    return raster_bytes(values, **{**profile, **more})


def heights() -> Any:
    """Return 50 × 50 heights with a hole and a strip of sea."""
    values = np.full((50, 50), 500, np.int16)
    values[:5, :5] = -32768
    values[:, 45:] = 0
    return values


def scenario(**inputs: Any) -> dict[str, Any]:
    """Return a sound scenario with more inputs."""
    return {
        "schema_version": 1,
        "name": "tiny",
        "money": {"currency": "USD", "price_year": 2026},
        "inputs": {"offices": [{"file": "sound.csv"}], "terrain": ["dem.tif"], **inputs},
        "missing": {"population": "one"},
        "budgets": [{"limit": 1000}],
    }


def write_country(folder: Path, said: dict[str, Any]) -> None:
    """Write a country with the scenario that is said."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dem.tif").write_bytes(georeferenced(heights()))
    header, *data = TABLES["offices"][0]
    text = "\n".join(",".join(str(cell) for cell in row) for row in [header, *data])
    (folder / "sound.csv").write_text(text + "\n", encoding="utf-8")
    (folder / "scenario.yaml").write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False), encoding="utf-8")
