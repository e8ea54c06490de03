"""A tiny country: one degree by one, terrain of 0.01° cells with a hole and a strip of sea."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import yaml
from affine import Affine

from planner.inputs import check_scenario, read_inputs
from planner.scenario import load_scenario

NODATA = -32768


def write_raster(path: Path, values: np.ndarray, *, west=30.0, north=1.0, cell=0.01, crs="EPSG:4326", nodata=NODATA):
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=values.shape[0],
        width=values.shape[1],
        count=1,
        dtype=values.dtype,
        crs=crs,
        transform=Affine(cell, 0.0, west, 0.0, -cell, north),
        nodata=nodata,
    ) as dataset:
        dataset.write(values, 1)
    return path


class Country:
    """Writes input files and a scenario into a folder and reads them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        heights = np.full((100, 100), 500, dtype=np.int16)
        heights[:20, :20] = NODATA  # 30.0…30.2 E, 0.8…1.0 N: unknown
        heights[:, 80:] = 0  # east of 30.8 E: sea
        write_raster(folder / "dem.tif", heights)
        self.data = {
            "schema_version": 1,
            "name": "tiny",
            "money": {"currency": "USD", "price_year": 2026},
            "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["dem.tif"]},
            "missing": {"population": "one"},
            "budgets": [{"limit": 1000}],
        }

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def dataset(self, group: str, **fields) -> None:
        self.data["inputs"][group] = [fields]

    @property
    def scenario(self):
        self.write("scenario.yaml", yaml.safe_dump(self.data, sort_keys=False))
        return load_scenario(self.folder)

    def read(self):
        return read_inputs(self.scenario)

    def check(self):
        _ = self.scenario
        return check_scenario(self.folder)


@pytest.fixture
def country(tmp_path) -> Country:
    return Country(tmp_path)


@pytest.fixture
def raster():
    return write_raster
