"""A plan as GeoJSON (RFC 7946): offices, links and masts, one file each, with the columns of ``plan.json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from planner.files import write_whole
from planner.plan.tables import LINK_KEYS, MAST_KEYS, OFFICE_KEYS, to_records

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

Feature = dict[str, Any]


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME-offices.geojson``, ``NAME-links.geojson`` and ``NAME-masts.geojson``.

    Services have no course on the ground: their features have no geometry, as offices whose position is not known.
    """
    paths = []
    for layer, features in feature_layers(run.plan).items():
        path = folder / f"{run.name}-{layer}.geojson"
        lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
        write_whole(path, f'{{"type": "FeatureCollection", "name": "{layer}", "features": [\n{lines}\n]}}\n')
        paths.append(path)
    return paths


def feature_layers(plan: Plan) -> dict[str, list[Feature]]:
    """Return the features of each layer; their properties are the columns of ``plan.json``."""
    position = {row["id"]: row for row in to_records(plan.places, ("id", "lon", "lat"))}
    return {
        "offices": [_feature(row, _point(row)) for row in to_records(plan.offices, OFFICE_KEYS)],
        "links": [_feature(row, row.pop("geometry")) for row in to_records(plan.all_links, LINK_KEYS)],
        "masts": [_feature(row, _point(position[row["place"]])) for row in to_records(plan.masts, MAST_KEYS)],
    }


def _point(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if row["lon"] is None or row["lat"] is None:
        return None
    return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}


def _feature(properties: Mapping[str, Any], geometry: Mapping[str, Any] | None) -> Feature:
    return {"type": "Feature", "geometry": geometry, "properties": properties}
