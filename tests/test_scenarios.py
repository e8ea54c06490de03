"""The example that is ready to run: small, and exactly what the program makes."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import pytest
import rasterio
from geopandas.testing import assert_geodataframe_equal

from planner.demo import make_country

EXAMPLE = Path(__file__).parents[1] / "scenarios/demo"
FILES = sorted(path.relative_to(EXAMPLE) for path in EXAMPLE.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def made_again(tmp_path_factory):
    return make_country(tmp_path_factory.mktemp("demo"), offices=60, seed=0).parent


def test_it_is_small():
    assert 0 < sum((EXAMPLE / file).stat().st_size for file in FILES) < 1_000_000


def test_it_is_complete(made_again):
    assert sorted(path.relative_to(made_again) for path in made_again.rglob("*") if path.is_file()) == FILES


@pytest.mark.parametrize("file", FILES, ids=str)
def test_it_is_what_the_program_makes(made_again, file):
    """By value: another version of GDAL may compress otherwise."""
    kept, made = EXAMPLE / file, made_again / file
    if file.suffix == ".tif":
        with rasterio.open(kept) as a, rasterio.open(made) as b:
            assert (a.crs, a.transform, a.nodata, a.dtypes, a.tags()) == (
                b.crs,
                b.transform,
                b.nodata,
                b.dtypes,
                b.tags(),
            )
            np.testing.assert_array_equal(a.read(1), b.read(1))
    elif file.suffix == ".gpkg":
        assert pyogrio.list_layers(kept).tolist() == pyogrio.list_layers(made).tolist()
        assert_geodataframe_equal(geopandas.read_file(kept), geopandas.read_file(made))
    else:
        assert kept.read_text(encoding="utf-8") == made.read_text(encoding="utf-8")
