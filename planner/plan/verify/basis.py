"""What a plan was made from: scenario, inputs, prices and terrain, read again from their files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.catalogue import bought_services, load_catalogue, price_list, terms
from planner.files import sha256_of
from planner.i18n import _, use_language
from planner.inputs import read_inputs
from planner.plan.record import RECORD, read_record
from planner.plan.verify.climate import Climates
from planner.plan.verify.findings import Findings
from planner.plan.verify.routes import RouteBook
from planner.plan.verify.sites import Site, sites_of
from planner.scenario import load_scenario, placing
from planner.terrain import open_elevation, with_land_cover

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    from planner.catalogue import PriceList, ServiceOption
    from planner.finance import Terms
    from planner.inputs import Inputs
    from planner.scenario import Scenario
    from planner.terrain import Elevation

TERRAIN_MARGIN_KM = 10.0
"""How far beyond the outermost places terrain is read: trenches may swing out."""


@dataclass(frozen=True)
class Basis:
    """What a plan has to agree with.

    Elevation is None without terrain; services are all that can be ordered; hilltops are those of the plan.
    """

    scenario: Scenario
    inputs: Inputs
    prices: PriceList
    terms: Terms
    elevation: Elevation | None
    services: tuple[ServiceOption, ...] = ()
    hilltops: Mapping[str, Site] = field(default_factory=dict)

    @cached_property
    def sites(self) -> dict[str, Site]:
        """Offices, sources, towers and hilltops by id."""
        return {**self.hilltops, **sites_of(self.inputs)}

    @cached_property
    def climates(self) -> Climates:
        """Rain and air at these places."""
        return Climates(self.scenario, self.inputs, self.sites)

    @cached_property
    def routes(self) -> RouteBook:
        """Existing fibre routes."""
        return RouteBook(self.inputs.fibre_routes, self.scenario, self.sites)

    @cached_property
    def offices(self) -> dict[str, dict[Hashable, Any]]:
        """Rows of the offices by id."""
        return {row["id"]: row for row in self.inputs.offices.to_dict("records")}


def read_basis(run_dir: Path, data_root: Path | None) -> tuple[Basis, Findings]:
    """Read what a run was made from and compare every file with its fingerprint in the run.

    Raises
    ------
    InputError
        The run's record or scenario cannot be read, or the inputs no longer make sense.
    """
    findings = Findings(_("Input files"))
    record = read_record(run_dir)
    scenario = load_scenario(run_dir, data_root=data_root or record.data_folder)
    for file in record.files:
        path = scenario.locate(file.file)
        now = sha256_of(path) if path.is_file() else None
        findings.compare(_("SHA-256 of an input file, changed since the run"), file.file, file.sha256, now)
    # Names of options and texts of problems are those of the run's language.
    with use_language(record.language), placing(scenario):
        inputs = read_inputs(scenario)
        catalogue = load_catalogue(scenario)
        prices = price_list(catalogue, scenario)
        services = bought_services(prices, inputs.coverage, inputs.quotes)
    if record.prices is not None:
        findings.compare(
            _("SHA-256 of the prices in force, changed since the run"), RECORD, record.prices, catalogue.hash
        )
    recorded, read_now = {file.file for file in record.files}, {file.file for file in inputs.files}
    for name in sorted(read_now | recorded):
        findings.compare(_("input file of the run"), name, name in recorded, name in read_now)
    return Basis(scenario, inputs, prices, terms(scenario), _elevation(scenario, inputs, prices), services), findings


def _elevation(scenario: Scenario, inputs: Inputs, prices: PriceList) -> Elevation | None:
    """Read the terrain around every place of the inputs: the search reads it there too, so tiles meet alike."""
    offices = inputs.offices[inputs.offices["position_known"]]
    lon, lat = (
        np.concatenate([frame[name].to_numpy(np.float64) for frame in (offices, inputs.sources, inputs.towers)])
        for name in ("lon", "lat")
    )
    if not inputs.terrain or lon.size == 0:
        return None
    void_is_sea = scenario.inputs.terrain_voids == "sea"
    elevation = open_elevation(inputs.terrain, lon=lon, lat=lat, margin_km=TERRAIN_MARGIN_KM, void_is_sea=void_is_sea)
    sees = prices.microwave or prices.multipoint
    if scenario.inputs.terrain_model == "bare_earth" and inputs.land_cover and sees:
        return with_land_cover(elevation, inputs.land_cover, prices.clutter_m)
    return elevation
