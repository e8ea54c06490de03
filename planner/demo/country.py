"""The made-up country as a whole: a folder with a scenario and all the data it reads."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from planner.demo.files import DESCRIPTION, write_geojson, write_geopackage, write_raster, write_table
from planner.demo.grid import Grid
from planner.demo.landscape import Landscape, make_landscape
from planner.demo.names import make_names
from planner.demo.network import Network, make_network
from planner.demo.offices import LABEL, office_table, source_table, tower_table
from planner.demo.people import PEOPLE_PER_OFFICE, covered_area, make_population, on_sketch
from planner.demo.regions import make_regions, region_of
from planner.demo.settlement import (
    Sketch,
    Towns,
    choose_office_cells,
    choose_tower_cells,
    choose_towns,
    dry_points,
    sketch,
)
from planner.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

COUNTRY = "Velmora"
MIDDLE_LON, MIDDLE_LAT = -21.0, -12.0  # open South Atlantic, farther than 700 km from any land
AREA_PER_OFFICE_KM2 = 60.0  # 150 × 120 km for 300 offices, sea included
ASPECT = 1.25
SKETCH_ARCSEC = 18
MOST_CELLS = 10_000_000  # of terrain; larger countries get coarser cells
FEWEST_OFFICES = 10
FIBRE_TOWN_SHARE, MAIN_TOWN_SHARE = 0.4, 0.5


def make_country(directory: Path, *, offices: int = 300, seed: int = 0, terrain_arcsec: int | None = None) -> Path:
    """Write a complete synthetic country and return the path of its ``scenario.yaml``.

    The country grows with the number of offices. The same arguments give the same files, byte for byte.

    Parameters
    ----------
    directory : Path
        Made if it is not there; files of the same names are replaced.
    offices : int
        At least 10.
    seed : int
        Another seed, another country.
    terrain_arcsec : int, optional
        Side of a terrain cell in seconds of arc: 1, 3 or 9. Default: 3 (about 90 m), 9 for very large countries.

    Raises
    ------
    ValueError
        Fewer than 10 offices, or another terrain cell.
    """
    if offices < FEWEST_OFFICES:
        raise ValueError(f"a country needs at least {FEWEST_OFFICES} offices")
    country = _imagine(_frame(offices, terrain_arcsec), offices, np.random.default_rng(seed))
    _write(country, directory)
    # Whoever compares several has to tell them apart, by eye and by the hash of what the scenario says.
    called = f"{COUNTRY} {seed}" if seed else COUNTRY
    words = {"country": called, "label": LABEL, "description": DESCRIPTION, "offices": offices, "seed": seed}
    if terrain_arcsec is not None:
        words["cell"] = f", terrain_arcsec={terrain_arcsec}"
    templates = files("planner.demo").joinpath("templates")
    for name, place in (("README.md", "."), ("scenario.yaml", "."), ("prices.yaml", "data")):
        template = Template(templates.joinpath(name).read_text(encoding="utf-8"))
        write_whole(directory / place / name, template.substitute({"cell": "", **words}))
    return directory / "scenario.yaml"


@dataclass(frozen=True)
class _Country:
    landscape: Landscape
    offices: pd.DataFrame
    sources: pd.DataFrame
    towers: pd.DataFrame
    network: Network
    regions: list[tuple[str, Polygon | MultiPolygon]]
    population: tuple[Grid, NDArray[np.int32]]
    coverage: list[tuple[str, float, Polygon | MultiPolygon]]


def _frame(offices: int, terrain_arcsec: int | None) -> Grid:
    """Return the terrain grid: whole sketch cells that hold the country's area around the middle."""
    middle = Grid(MIDDLE_LON, MIDDLE_LAT, SKETCH_ARCSEC, 1, 1)
    height_km = np.sqrt(AREA_PER_OFFICE_KM2 * offices / ASPECT)
    rows = int(np.ceil(height_km / middle.cell_km[0]))
    cols = int(np.ceil(height_km * ASPECT / middle.cell_km[1]))
    fitting = (s for s in (3, 9) if rows * cols * (SKETCH_ARCSEC // s) ** 2 <= MOST_CELLS)
    arcsec = terrain_arcsec or next(fitting, 9)
    if arcsec not in {1, 3, 9}:
        raise ValueError("terrain_arcsec must be 1, 3 or 9")
    factor = SKETCH_ARCSEC // arcsec
    west = MIDDLE_LON - cols / 2 * middle.step_deg
    return Grid(west, MIDDLE_LAT + rows / 2 * middle.step_deg, arcsec, rows * factor, cols * factor)


def _imagine(grid: Grid, count: int, rng: np.random.Generator) -> _Country:
    """Draw the country; every step takes its dice from the same generator, so their order is part of the country."""
    landscape = make_landscape(grid, rng)
    ground = sketch(landscape, SKETCH_ARCSEC // grid.arcsec)
    towns = choose_towns(ground, rng, count)
    town_names = make_names(rng, len(towns))
    island = ground.island[towns.row, towns.col]
    on_main_island = island == island[0]
    has_fibre = on_main_island & (np.arange(len(towns)) < np.ceil(FIBRE_TOWN_SHARE * len(towns)))
    cells = choose_office_cells(ground, towns, rng, count)
    areas = make_regions(ground, towns, rng, count)
    regions = list(zip(make_names(rng, len(areas)), areas, strict=True))
    offices = _offices(landscape, ground, towns, town_names, has_fibre, cells, regions, rng)

    node_lon, node_lat = dry_points(landscape, ground, rng, towns.row[has_fibre], towns.col[has_fibre])
    sources = source_table(node_lon, node_lat, [town_names[i] for i in np.flatnonzero(has_fibre)])

    population = make_population(landscape, ground, towns, cells, rng, PEOPLE_PER_OFFICE * count)
    tower_cells = choose_tower_cells(ground, on_sketch(population[1], ground), rng, max(count // 6, 4))
    tower_lon, tower_lat = dry_points(landscape, ground, rng, *tower_cells, highest=True)
    towers = tower_table(tower_lon, tower_lat, rng)
    network = make_network(ground, towns, has_fibre, *cells)
    coverage = _coverage(ground, towns, has_fibre, tower_lon, tower_lat)
    return _Country(landscape, offices, sources, towers, network, regions, population, coverage)


def _offices(
    landscape: Landscape,
    ground: Sketch,
    towns: Towns,
    town_names: list[str],
    has_fibre: NDArray[np.bool_],
    cells: tuple[NDArray[np.int64], NDArray[np.int64]],
    regions: list[tuple[str, Polygon | MultiPolygon]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    lon, lat = dry_points(landscape, ground, rng, *cells)
    sites, town_sites = ground.grid.plane_km(*cells), ground.grid.plane_km(towns.row, towns.col)
    town_km, town = KDTree(town_sites).query(sites)
    fibre_km, _node = KDTree(town_sites[has_fibre]).query(sites)
    region = region_of([area for _name, area in regions], lon, lat)
    return office_table(
        lon,
        lat,
        np.array([name for name, _area in regions])[region],
        town=np.asarray(town),
        town_km=np.asarray(town_km),
        fibre_km=np.asarray(fibre_km),
        town_names=town_names,
        n_main=int(np.ceil(MAIN_TOWN_SHARE * len(towns))),
        rng=rng,
    )


def _coverage(
    ground: Sketch,
    towns: Towns,
    has_fibre: NDArray[np.bool_],
    tower_lon: NDArray[np.float64],
    tower_lat: NDArray[np.float64],
) -> list[tuple[str, float, Polygon | MultiPolygon]]:
    """Return generation, Mbit/s and area: fast 4G in fibre towns, slow 4G in all towns, 3G also around towers."""
    lon, lat = ground.grid.lonlat(towns.row, towns.col)
    radius_km = 2 * towns.radius_km
    fast = covered_area(lon[has_fibre], lat[has_fibre], radius_km[has_fibre], ground.grid)
    slow = covered_area(lon, lat, radius_km + 1.5, ground.grid)
    wide = covered_area(
        np.concatenate([lon, tower_lon]),
        np.concatenate([lat, tower_lat]),
        np.concatenate([radius_km + 4, np.full(len(tower_lon), 7.0)]),
        ground.grid,
    )
    return [("4G", 30.0, fast), ("4G", 15.0, slow), ("3G", 2.0, wide)]


def _write(country: _Country, directory: Path) -> None:
    data = directory / "data"
    data.mkdir(parents=True, exist_ok=True)
    write_raster(data / "terrain.tif", country.landscape.grid, country.landscape.height_m, nodata=-32768, unit="m")
    write_raster(data / "population.tif", *country.population, nodata=-1, unit="people")
    write_table(data / "offices.csv", country.offices)
    write_table(data / "sources.csv", country.sources)
    write_table(data / "towers.csv", country.towers)
    write_geojson(
        data / "regions.geojson", f"Regions of {COUNTRY}", [({"name": n}, area) for n, area in country.regions]
    )
    coverage = [({"technology": generation, "mbps": mbps}, area) for generation, mbps, area in country.coverage]
    write_geojson(data / "coverage.geojson", f"Mobile coverage of {COUNTRY}", coverage)
    network = country.network
    write_geopackage(
        data / "roads.gpkg",
        "roads",
        {"class": ["primary"] * len(network.primary) + ["secondary"] * len(network.secondary)},
        network.primary + network.secondary,
    )
    write_geopackage(
        data / "fibre_routes.gpkg", "fibre_routes", {"status": ["built"] * len(network.fibre)}, network.fibre
    )
