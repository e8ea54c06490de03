"""Every reader of the program, with the hostile files that it is given."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import yaml
from hypothesis import strategies as st

from benchmarks.hostile import country, tables
from benchmarks.hostile.values import hostile_json, mutated_bytes, mutated_tree
from planner.catalogue import load_catalogue
from planner.catalogue.loading import DEFAULT_FILE
from planner.inputs import read_inputs
from planner.inputs.preview import preview
from planner.jobs import read_events
from planner.plan.frontier import read_frontier
from planner.plan.record import read_record
from planner.plan.verify import check_plan, read_basis
from planner.plan.verify.document import read_document
from planner.portfolio.asked import CountryAsked, load_portfolio
from planner.portfolio.country import read_country
from planner.report.exported import read_exported
from planner.report.exports import export_run
from planner.scenario import load_scenario
from planner.sweep.results import DoneTasks

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[bytes], object]

ROOT = Path(__file__).resolve().parents[2]
EXPORTS = ("geojson", "kmz", "ofds", "html", "gpkg", "xlsx")
"""Formats without typesetting, which takes longer and reads the plan by the same tables."""


@dataclass(frozen=True)
class Reader:
    """One way in.

    Attributes
    ----------
    name : str
        What is read, and as what.
    cases : callable
        Makes the strategy of hostile files.
    prepare : callable
        Of an empty folder: makes the surroundings, returns what writes a file there and reads it.
    """

    name: str
    cases: Callable[[], st.SearchStrategy[bytes]]
    prepare: Callable[[Path], Read]


def _dataset(kind: str, suffix: str, folder: Path) -> Read:
    """Read the whole inputs of a country of which one dataset is hostile, and show the file as ``table`` does."""
    file = f"case{suffix}"
    datasets: dict[str, Any] = {kind: [{"file": file}]}
    if kind in {"terrain", "land_cover"}:
        datasets = {kind: [file]}
    elif kind == "population":
        datasets = {kind: file}
    country.write_country(folder, country.scenario(**datasets))

    def read(content: bytes) -> None:
        (folder / file).write_bytes(content)
        if kind in {"offices", "regions"}:
            preview(folder / file, kind, rows=5)
        inputs = read_inputs(load_scenario(folder))
        inputs.as_dict() if hasattr(inputs, "as_dict") else None

    return read


def _scenario(folder: Path) -> Read:
    country.write_country(folder, country.scenario())

    def read(content: bytes) -> None:
        (folder / "scenario.yaml").write_bytes(content)
        scenario = load_scenario(folder)
        load_catalogue(scenario)
        _ = scenario.hash

    return read


def _catalogue(folder: Path) -> Read:
    country.write_country(folder, {**country.scenario(), "catalogue": ["default", "case.yaml"]})

    def read(content: bytes) -> None:
        (folder / "case.yaml").write_bytes(content)
        load_catalogue(load_scenario(folder))

    return read


def _portfolio(folder: Path) -> Read:
    def read(content: bytes) -> None:
        (folder / "case.yaml").write_bytes(content)
        load_portfolio(folder / "case.yaml")

    return read


def _frontier(folder: Path) -> Read:
    country.write_country(folder, country.scenario())

    def read(content: bytes) -> None:
        (folder / "frontier.json").write_bytes(content)
        read_frontier(folder)
        read_country(CountryAsked(name="A", run="."), folder, "USD")

    return read


def _run(folder: Path, run: Path) -> None:
    for name in ("scenario.yaml", "inputs.json", "plan.json", "hillshade.json", "hillshade.webp", "regions.json"):
        if (run / name).exists():
            shutil.copy(run / name, folder / name)


def _verified(run: Path, folder: Path) -> Read:
    _run(folder, run)
    basis, _files = read_basis(folder, None)

    def read(content: bytes) -> None:
        (folder / "plan.json").write_bytes(content)
        plan, _form = read_document(folder)
        if plan is not None:
            check_plan(plan, basis)

    return read


def _exported(run: Path, folder: Path) -> Read:
    _run(folder, run)
    turn = iter(range(10**12))

    def read(content: bytes) -> None:
        (folder / "plan.json").write_bytes(content)
        export_run(read_exported(folder), [EXPORTS[next(turn) % len(EXPORTS)]], folder / "export")

    return read


def _beside(name: str, run: Path, folder: Path) -> Read:
    """Export a sound plan whose neighbours in the run folder are hostile."""
    _run(folder, run)
    wanted = {"regions.json": ["html"], "hillshade.json": ["html"], "inputs.json": ["xlsx", "zip"]}[name]

    def read(content: bytes) -> None:
        (folder / name).write_bytes(content)
        if name == "inputs.json":
            read_record(folder)
        export_run(read_exported(folder), wanted, folder / "export")

    return read


def _journal(folder: Path) -> Read:
    def read(content: bytes) -> None:
        (folder / "events.jsonl").write_bytes(content)
        read_events(folder)
        (folder / "sweep.jsonl").write_bytes(content)
        DoneTasks(folder).close()

    return read


def _yaml_text(tree: Any) -> bytes:
    return yaml.safe_dump(tree, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")


def _hostile_yaml(tree: Any) -> st.SearchStrategy[bytes]:
    return st.one_of(mutated_tree(tree).map(_yaml_text), mutated_bytes(_yaml_text(tree)))


def _example() -> Any:
    return yaml.safe_load((ROOT / "scenarios/demo/scenario.yaml").read_text(encoding="utf-8"))


def _prices() -> Any:
    return yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))


PORTFOLIO = {
    "schema_version": 1,
    "name": "Donor",
    "currency": "USD",
    "budgets": [1000, 2000],
    "countries": [{"name": "A", "run": "a", "least": "5 %"}, {"name": "B", "scenario": "b", "rate": 1.5, "most": 100}],
}
_TOTALS = {"offices": 3, "people": 10, "capex": 5.0}
FRONTIER = {
    "scenario": {"currency": "USD", "price_year": 2026},
    "budget": {"name": "programme", "measure": "programme_cost"},
    "points": [
        {"limit": 10.0 * k, "spent": 9.5 * k, "value": 3.0 * k, "bound": 3.5 * k, "gap": 0.1, "status": "feasible",
         "totals": _TOTALS}
        for k in (1, 2, 3)
    ],
    "ceiling": [[0.0, 0.0], [10.0, 4.0], [30.0, 9.0]],
    "termination": "gap",
    "synthetic": True,
}  # fmt: skip
EVENT = {
    "time": "2026-01-01T00:00:00+00:00",
    "pid": 1,
    "seconds": 0.1,
    "phase": "solve",
    "row": {"key": "a", "status": "x"},
}


def _lines() -> st.SearchStrategy[bytes]:
    sound = (json.dumps(EVENT) + "\n").encode() * 3
    return st.one_of(mutated_bytes(sound), mutated_tree(EVENT).map(lambda tree: json.dumps(tree).encode() + b"\n"))


@st.composite
def _rasters(draw: st.DrawFn) -> bytes:
    """Return a raster of odd values, sizes, places and systems, or a damaged one."""
    dtype = draw(st.sampled_from(["int16", "uint8", "float32", "float64", "int32", "complex64", "uint16"]))
    shape = draw(st.tuples(st.sampled_from([1, 2, 17, 50]), st.sampled_from([1, 3, 50])))
    with np.errstate(all="ignore"):
        fill = np.full(shape, draw(st.sampled_from([0, 1, 500, -32768, 1e30, np.nan, np.inf, -np.inf]))).astype(dtype)
    from affine import Affine  # noqa: PLC0415 - for this alone

    scale = draw(st.sampled_from([1 / 50, 0.0, -1 / 50, 1e-12, 1e12, float("nan")]))
    more = {
        "crs": draw(st.sampled_from(["EPSG:4326", "EPSG:3857", "EPSG:32636", "EPSG:4978", "EPSG:5773", None])),
        "transform": Affine(scale, draw(st.sampled_from([0, 0.01])), 30, 0, -scale, draw(st.sampled_from([1, 1e9]))),
        "nodata": draw(st.sampled_from([None, 0, -32768])) if dtype in {"int16", "float32"} else None,
    }
    try:
        data = tables.raster_bytes(fill, **more)
    except Exception:  # noqa: BLE001 - what the library does not even write is no case
        data = country.georeferenced(country.heights())
    return draw(mutated_bytes(data)) if draw(st.booleans()) else data


@cache
def _sound_geopackage(kind: str) -> bytes:
    return tables.sound_geopackage([[str(cell) for cell in row] for row in country.TABLES[kind][0]])


@cache
def readers(run: Path) -> dict[str, Reader]:
    """Return all readers by name.

    Parameters
    ----------
    run : Path
        A finished run, which ``verify`` and ``export`` are given in hostile copies.
    """
    found: list[Reader] = []
    for kind, (table, geometries) in country.TABLES.items():
        flat = kind not in {"regions", "coverage", "power", "roads", "fibre_routes"}
        if flat:
            found.append(Reader(f"{kind}.csv", partial(tables.csv_bytes, table), partial(_dataset, kind, ".csv")))
        if kind in {"offices", "quotes"}:
            found.append(Reader(f"{kind}.xlsx", partial(tables.xlsx_bytes, table), partial(_dataset, kind, ".xlsx")))
        if kind != "as_built":
            cases = partial(tables.geojson_bytes, table, geometries)
            found.append(Reader(f"{kind}.geojson", cases, partial(_dataset, kind, ".geojson")))
        if kind in {"offices", "regions"}:
            found.append(Reader(f"{kind}.kml", partial(tables.kml_bytes, table), partial(_dataset, kind, ".kml")))
            package = partial(_packages, kind)
            found.append(Reader(f"{kind}.gpkg", package, partial(_dataset, kind, ".gpkg")))
    found += [
        Reader("ofds.json", partial(hostile_json, country.OFDS), partial(_dataset, "ofds", ".json")),
        Reader("terrain.tif", _rasters, partial(_dataset, "terrain", ".tif")),
        Reader("population.tif", _rasters, partial(_dataset, "population", ".tif")),
        Reader("land_cover.tif", _rasters, partial(_dataset, "land_cover", ".tif")),
        Reader("scenario.yaml", lambda: _hostile_yaml(_example()), _scenario),
        Reader("catalogue.yaml", lambda: _hostile_yaml(_prices()), _catalogue),
        Reader("portfolio.yaml", lambda: _hostile_yaml(PORTFOLIO), _portfolio),
        Reader("frontier.json", partial(hostile_json, FRONTIER), _frontier),
        Reader("journals", _lines, _journal),
        Reader("plan.json in verify", partial(_stored, run, "plan.json"), partial(_verified, run)),
        Reader("plan.json in export", partial(_stored, run, "plan.json"), partial(_exported, run)),
        Reader("inputs.json in export", partial(_stored, run, "inputs.json"), partial(_beside, "inputs.json", run)),
        Reader("regions.json in export", partial(_stored, run, "regions.json"), partial(_beside, "regions.json", run)),
        Reader(
            "hillshade.json in export", partial(_stored, run, "hillshade.json"), partial(_beside, "hillshade.json", run)
        ),
    ]
    return {reader.name: reader for reader in found}


def _packages(kind: str) -> st.SearchStrategy[bytes]:
    return tables.gpkg_bytes(_sound_geopackage(kind))


def _stored(run: Path, name: str) -> st.SearchStrategy[bytes]:
    return hostile_json(json.loads((run / name).read_text(encoding="utf-8")))
