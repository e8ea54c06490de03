"""Reading everything a scenario names, and collecting all faults before any of them stops the run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.errors import InputError, Problem
from planner.files import sha256_of
from planner.i18n import _
from planner.inputs.areas import read_regions, regions_at
from planner.inputs.as_built import read_as_built
from planner.inputs.coverage import read_coverage
from planner.inputs.fibre_routes import read_fibre_routes
from planner.inputs.ground import ground_at
from planner.inputs.infrastructure import keep_ids_apart, read_sources, read_towers
from planner.inputs.limits import check_limits
from planner.inputs.model import CheckReport, InputFile, Inputs
from planner.inputs.named import named_files
from planner.inputs.ofds import Ofds, read_ofds
from planner.inputs.offices import ReadOffices, read_offices
from planner.inputs.people import add_people_and_benefit, people_from_column, people_from_raster
from planner.inputs.power import read_grid
from planner.inputs.quotes import one_spelling, read_quotes
from planner.inputs.reading import require_file
from planner.inputs.roads import read_roads
from planner.scenario import load_scenario, placed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from planner.scenario import Scenario

# fmt: off
_OFFICE_ORDER = [
    "id", "name", "lon", "lat", "kind", "status_before", "technology_before", "mbps_before", "monthly_cost_before",
    "region", "demand_mbps", "people", "people_total", "benefit", "location_accuracy_m", "position_known", "is_source",
    "grid_hours_per_day", "grid_distance_km", "rain_mm_h", "dn1_per_km", "vapour_g_m3", "isotherm_km", "shared_point",
]
# fmt: on


def read_inputs(scenario: Scenario) -> Inputs:
    """Read and check every file that the scenario names.

    Raises
    ------
    InputError
        With all faults of all files that stop the run. Rows that the scenario says to exclude are no such faults: they
        are in ``Inputs.problems``.
    """
    inputs, report = read_all(scenario)
    if inputs is None:
        raise InputError(report.errors)
    return inputs


def check_scenario(
    path: str | Path, *, data_root: str | Path | None = None, overrides: Mapping[str, Any] | None = None
) -> CheckReport:
    """Check a scenario and every file it names; faults are reported, not raised.

    Parameters
    ----------
    path, data_root, overrides
        As `planner.scenario.load_scenario` takes them.
    """
    try:
        scenario = load_scenario(path, data_root=data_root, overrides=overrides)
        return read_all(scenario)[1]
    except InputError as error:
        return CheckReport(error.problems)


def read_all(scenario: Scenario) -> tuple[Inputs | None, CheckReport]:
    """Return the inputs (None if a fault stops the run) and everything that was noticed.

    Raises
    ------
    InputError
        A file cannot be read at all.
    """
    problems: list[Problem] = []
    terrain = _terrain(scenario, problems)
    _check_land_cover(scenario, problems)
    regions, of_regions = read_regions(scenario)
    coverage, of_coverage = read_coverage(scenario)
    offices = read_offices(scenario, regions, terrain)
    sources, of_sources = read_sources(scenario, terrain)
    towers, of_towers = read_towers(scenario, terrain)
    sources = keep_ids_apart(offices.frame["id"], sources, "source", of_sources)
    ofds = read_ofds(scenario, terrain)
    sources, ofds = _with_nodes(offices.frame["id"], sources, ofds)
    idle = {*of_sources.text("id")} - {*of_sources.text("id")[of_sources.sound]}
    existing = read_fibre_routes(scenario, terrain, offices.frame, sources, idle, ofds)
    sources = _together(sources, existing.own_sources)
    towers = keep_ids_apart(pd.concat([offices.frame["id"], sources["id"]]), towers, "tower", of_towers)
    roads, of_roads, notes = read_roads(scenario, terrain)
    grid, of_grid = read_grid(scenario)
    known = {str(text) for text in (*offices.frame["id"], *offices.group.text("id"))}
    quotes, of_quotes = read_quotes(scenario, offices.frame, known, regions)
    as_built, of_as_built = read_as_built(scenario, _places(offices.frame, sources, towers, regions))
    names = [*scenario.links.services.provider_shares]
    for table in (coverage, quotes):
        if table is not None:
            table["provider"] = one_spelling(table["provider"], names)
    assumptions = list(offices.assumptions)
    _check_region_prices(scenario, offices, regions, problems)
    problems += check_limits(scenario, offices, sources, towers, regions)
    frame = _complete(scenario, offices, terrain, problems, assumptions)
    assumptions += notes
    assumptions += existing.assumptions
    of_fibre = (*existing.groups, ofds.nodes, ofds.spans)
    groups = (
        offices.group,
        of_sources,
        *of_fibre,
        of_towers,
        of_regions,
        of_coverage,
        of_roads,
        of_grid,
        of_quotes,
        of_as_built,
    )
    problems += [problem for group in groups for problem in group.in_file_order()]
    datasets = tuple(report for group in groups for report in group.reports())
    told = {} if roads is None else roads.told()
    report = CheckReport(placed(problems, scenario), datasets, tuple(assumptions), scenario.assumed(), told)
    if report.errors or frame is None:
        return None, report
    inputs = Inputs(
        offices=frame,
        sources=sources,
        towers=towers,
        regions=regions,
        coverage=coverage,
        terrain=terrain,
        files=_files(scenario),
        problems=report.problems,
        datasets=datasets,
        assumptions=report.assumptions,
        roads=roads,
        grid=grid,
        quotes=quotes,
        land_cover=tuple(scenario.locate(file) for file in scenario.inputs.land_cover),
        fibre_routes=existing.routes,
        as_built=as_built,
    )
    return inputs, report


def _places(
    offices: pd.DataFrame, sources: pd.DataFrame, towers: pd.DataFrame, regions: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Return id, region and kind of office (NaN: none) of all places that files name."""
    others = pd.concat([sources[["id", "lon", "lat"]], towers[["id", "lon", "lat"]]], ignore_index=True)
    lon, lat = (others[name].to_numpy(np.float64) for name in ("lon", "lat"))
    others["region"] = "" if regions is None else regions_at(regions, lon, lat)
    return pd.concat([offices[["id", "region", "kind"]], others[["id", "region"]]], ignore_index=True)


def _with_nodes(offices: pd.Series[str], sources: pd.DataFrame, ofds: Ofds) -> tuple[pd.DataFrame, Ofds]:
    """Return the sources with the nodes of networks behind them; spans know their nodes by the ids of these places."""
    taken = pd.concat([offices, sources["id"]])
    nodes = keep_ids_apart(taken, ofds.sources, "node", ofds.nodes)
    renamed = dict(zip(ofds.sources["id"], nodes["id"], strict=True))
    fed_by = np.array([renamed.get(name, name) for name in ofds.fed_by], dtype=object)
    return _together(sources, nodes), dataclasses.replace(ofds, sources=nodes, fed_by=fed_by)


def _together(sources: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([sources, more], ignore_index=True) if len(more) else sources


def _terrain(scenario: Scenario, problems: list[Problem]) -> tuple[Path, ...]:
    """Return the terrain files; none if any of them, or of land cover, is missing or unreadable, which is noted."""
    names = {str(scenario.locate(file)): file for file in scenario.inputs.terrain}
    faults: list[Problem] = []
    for file in (*scenario.inputs.terrain, *scenario.inputs.land_cover):
        try:
            require_file(file, scenario.locate(file))
        except InputError as error:
            faults += error.problems
    paths = tuple(scenario.locate(file) for file in scenario.inputs.terrain)
    if not faults:
        try:
            ground_at(paths, np.zeros(1), np.zeros(1))
        except InputError as error:
            faults += [
                dataclasses.replace(problem, file=names.get(problem.file or "", problem.file))
                for problem in error.problems
            ]
    problems += faults
    return () if faults else paths


def _check_land_cover(scenario: Scenario, problems: list[Problem]) -> None:
    """Note rasters of land cover that cannot be read; those that are not there are noted with the terrain."""
    if not scenario.inputs.land_cover:
        return
    from planner.terrain.land_cover import check_land_cover  # noqa: PLC0415 - most scenarios have none

    for file in scenario.inputs.land_cover:
        path = scenario.locate(file)
        if path.is_file():
            try:
                check_land_cover([path])
            except InputError as error:
                problems += [dataclasses.replace(problem, file=file) for problem in error.problems]


def _check_region_prices(
    scenario: Scenario, offices: ReadOffices, regions: gpd.GeoDataFrame | None, problems: list[Problem]
) -> None:
    """Note regions under ``money.regions`` that no layer and no office knows."""
    known = {str(text) for text in offices.frame["region"] if text}
    if regions is not None:
        known |= {str(text) for column in ("id", "name") for text in regions[column]}
    for name in scenario.money.regions:
        if name not in known:
            message = _("No region has this id or name.")
            remedy = _("The regions: {names}.").format(names=", ".join(sorted(known)))
            problems.append(Problem("unknown-region", message, remedy, column="money.regions", value=name))


def _complete(
    scenario: Scenario,
    offices: ReadOffices,
    terrain: tuple[Path, ...],
    problems: list[Problem],
    assumptions: list[str],
) -> pd.DataFrame | None:
    """Return the offices with people and benefit; None if there is none or the population cannot be read."""
    if offices.frame.empty:
        if not offices.group.problems:
            problems.append(Problem("no-offices", _("No office is left to plan for."), _("Check “where”.")))
        elif all(problem.severity != "error" for problem in offices.group.problems):
            problems.append(Problem("no-offices", _("All offices were left out."), _("Mend the rows listed.")))
        return None
    try:
        reached = (
            people_from_column(scenario, offices.frame)
            if scenario.inputs.population is None
            else people_from_raster(scenario, offices, terrain)
        )
    except InputError as error:
        problems += error.problems
        return None
    frame, taken_for_granted = add_people_and_benefit(scenario, offices.frame, reached.people)
    assumptions += [*reached.assumptions, *taken_for_granted]
    return frame[[*_OFFICE_ORDER, *(name for name in frame.columns if name not in _OFFICE_ORDER)]]


def _files(scenario: Scenario) -> tuple[InputFile, ...]:
    files = []
    for name in named_files(scenario):
        path = scenario.locate(name)
        files.append(InputFile(name, str(path), path.stat().st_size, sha256_of(path)))
    return tuple(files)
