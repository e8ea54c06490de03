"""Sheets of fibre links: length, climb and cost, section by section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.finance import line_money
from planner.links import setting_of
from planner.plan.sheets.model import Section, TrenchSheet
from planner.terrain import WGS84

if TYPE_CHECKING:
    from planner.catalogue import FibreOption
    from planner.plan.sheets.engineer import Engineer
    from planner.terrain import Elevation

SECTION_KM = 1.0
MOST_SECTIONS = 12
"""Longer links have longer sections."""


def trench_sheet(
    engineer: Engineer, elevation: Elevation, fibre: FibreOption, option: int, *, backwards: bool
) -> TrenchSheet:
    """Return the sheet of a fibre link.

    The route factor is what makes the drawn length and its climb, weighted by the ground they run through, the priced
    length; it is the catalogue's, of open ground or of roads.
    """
    options = engineer.options
    kind = options.kinds[options.kind[option]]
    vertices = options.vertices(option)[:: -1 if backwards else 1]
    lon, lat = vertices.T
    _azimuth, _back, length_m = WGS84.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    ground_m = elevation.sample(lon, lat)
    rise_m = np.abs(np.diff(ground_m))
    along_m = np.concatenate([[0.0], np.cumsum(length_m)])
    drawn_m = length_m + fibre.climb_factor * rise_m
    if engineer.weights is not None:
        setting = np.full(len(length_m), setting_of(fibre, kind.name), dtype=np.int64)
        drawn_m *= engineer.weights.of_pieces(elevation, (lon[:-1], lat[:-1], lon[1:], lat[1:]), length_m, setting)
    priced_km = float(options.priced_km[option])
    route_factor = 1000 * priced_km / max(float(drawn_m.sum()), 1e-9)

    size = max(SECTION_KM * 1000, along_m[-1] / MOST_SECTIONS)
    section = np.minimum((along_m[:-1] + length_m / 2) // size, MOST_SECTIONS - 1).astype(np.int64)
    _numbers, first, section = np.unique(section, return_index=True, return_inverse=True)
    of_section = np.bincount(section, drawn_m) * route_factor / 1000
    per_km = [item for item in kind.items if item.per == "km"]
    cents = line_money(per_km, {"km": of_section}, engineer.terms)
    edges = np.append(along_m[first], along_m[-1]) / 1000
    return TrenchSheet(
        technology="fibre",
        option=kind.name,
        length_km=float(options.length_km[option]),
        priced_km=priced_km,
        route_factor=route_factor,
        climb_factor=fibre.climb_factor,
        sections=tuple(
            Section(float(start), float(end), float(rise), float(priced), tuple(money))
            for start, end, rise, priced, money in zip(
                edges[:-1], edges[1:], np.bincount(section, rise_m), of_section, cents.tolist(), strict=True
            )
        ),
        distance_km=tuple((along_m / 1000).tolist()),
        ground_m=tuple(engineer.known(height) for height in ground_m.tolist()),
    )
