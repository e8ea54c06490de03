"""The outlines of regions for maps, as fine as a map on a screen shows them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import shapely

from planner.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

FINENESS = 1000
"""Parts of the longer side of the extent that can be told apart: about the pixels of a map."""
_DIGITS = 5


def write_outlines(regions: gpd.GeoDataFrame, run_dir: Path) -> None:
    """Write ``regions.json`` into a run folder.

    Parameters
    ----------
    regions : GeoDataFrame
        Areas in degrees.
    run_dir : Path
    """
    west, south, east, north = regions.total_bounds
    tolerance = max(east - west, north - south) / FINENESS
    # Each by itself, as neighbours share their borders point by point in most files and so stay together.
    simple = shapely.simplify(regions.geometry.to_numpy(), tolerance)
    lines = shapely.get_parts(shapely.boundary(simple))
    outlines = [shapely.get_coordinates(line).round(_DIGITS).tolist() for line in lines]
    write_whole(run_dir / "regions.json", json.dumps({"outlines": [line for line in outlines if len(line) > 1]}) + "\n")
