"""Files that say of themselves that they are synthetic, and that are the same bytes whenever they are written."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import geopandas
import pyogrio
import rasterio
from shapely.geometry import mapping

from planner.demo.offices import LABEL
from planner.files import whole_file, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from planner.demo.grid import Grid

DESCRIPTION = f"{LABEL}: made by a program for demonstration; no such country exists."
DATE_WRITTEN = (
    "2026-01-01T00:00:00Z"  # GeoPackage stores a date: always this one, so that the same country is the same bytes
)


def write_raster(path: Path, grid: Grid, cells: NDArray[np.integer], *, nodata: int, unit: str) -> None:
    """Write one band as a compressed GeoTIFF in EPSG:4326."""
    with (
        whole_file(path) as temporary,
        rasterio.open(
            temporary,
            "w",
            driver="GTiff",
            height=grid.rows,
            width=grid.cols,
            count=1,
            dtype=cells.dtype,
            crs="EPSG:4326",
            transform=grid.transform,
            nodata=nodata,
            compress="deflate",
            predictor=2,
            tiled=True,
        ) as dataset,
    ):
        dataset.write(cells, 1)
        dataset.update_tags(TIFFTAG_IMAGEDESCRIPTION=DESCRIPTION)
        dataset.set_band_unit(1, unit)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write a CSV file in UTF-8."""
    write_whole(path, table.to_csv(index=False, lineterminator="\n"))


def write_geojson(path: Path, name: str, features: Sequence[tuple[dict[str, Any], BaseGeometry]]) -> None:
    """Write a GeoJSON file, a line per feature; the collection carries name and description."""
    lines = [
        json.dumps(
            {"type": "Feature", "properties": {**properties, "note": LABEL}, "geometry": mapping(geometry)},
            ensure_ascii=False,
        )
        for properties, geometry in features
    ]
    head = json.dumps({"type": "FeatureCollection", "name": f"{name} ({LABEL})", "description": DESCRIPTION})
    write_whole(path, head[:-1] + ', "features": [\n' + ",\n".join(lines) + "\n]}\n")


def write_geopackage(path: Path, layer: str, columns: dict[str, Any], geometry: Sequence[BaseGeometry]) -> None:
    """Write a GeoPackage with one layer in EPSG:4326."""
    frame = geopandas.GeoDataFrame({**columns, "note": LABEL}, geometry=list(geometry), crs="EPSG:4326")
    with whole_file(path) as temporary, _fixed_date():
        temporary.unlink()  # the writer would try to add to the empty file
        pyogrio.write_dataframe(
            frame, temporary, layer=layer, driver="GPKG", layer_options={"DESCRIPTION": DESCRIPTION}
        )


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": DATE_WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
