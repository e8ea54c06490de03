"""Offices, sources and towers of the inputs, and hilltops that a plan uses, as places by id."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.inputs import Inputs


@dataclass(frozen=True)
class Site:
    """A place as the inputs know it.

    Attributes
    ----------
    kind : str
    lon, lat : float
    region : str or None
        As the input says; None where it leaves that to the regions' outlines.
    position_known : bool
    existing_m : float
        Height of the mast that stands there, 0 if none.
    rent_per_year : float or None
        Of an existing tower, None where the owner's rent is not known.
    capacity_mbps : float
        What a source can pass on, or an office with an adequate connection beyond its own demand; infinite elsewhere.
    shares : bool
        False for offices with an adequate connection that serve as no source.
    new : bool
        True for a relay on a hilltop: access, power and upkeep are paid, and no rent.
    mains_hours : float or None
        A day, at a tower whose owner does not supply it; None elsewhere.
    ports : float
        Hops that it has room for.
    """

    kind: str
    lon: float
    lat: float
    region: str | None = None
    position_known: bool = True
    existing_m: float = 0.0
    rent_per_year: float | None = None
    capacity_mbps: float = math.inf
    shares: bool = True
    new: bool = False
    mains_hours: float | None = None
    ports: float = math.inf


def site_of_id(name: str, mark: str, like: Site) -> Site | None:
    """Return a place that the program made, where its id says: a mark, longitude and latitude; None for other ids."""
    lon, comma, lat = name.removeprefix(mark).partition(",")
    if not name.startswith(mark) or not comma:
        return None
    try:
        return replace(like, lon=float(lon), lat=float(lat))
    except ValueError:
        return None


def sites_of(inputs: Inputs) -> dict[str, Site]:
    """Return all offices, sources and towers by id."""
    sites: dict[str, Site] = {}
    for row in inputs.offices.to_dict("records"):
        adequate = row["status_before"] == "adequate"
        spare_mbps = max(row["mbps_before"] - row["demand_mbps"], 0.0) if adequate else math.nan
        sites[row["id"]] = Site(
            kind="office",
            lon=row["lon"],
            lat=row["lat"],
            region=row["region"] or None,
            position_known=bool(row["position_known"]),
            capacity_mbps=math.inf if math.isnan(spare_mbps) else spare_mbps,
            shares=not adequate or bool(row["is_source"]),
        )
    for row in inputs.sources.to_dict("records"):
        sites[row["id"]] = Site("source", row["lon"], row["lat"], capacity_mbps=row["capacity_mbps"])
    for row in inputs.towers.to_dict("records"):
        rent = None if math.isnan(row["rent_per_year"]) else float(row["rent_per_year"])
        hours = row["grid_hours_per_day"]
        sites[row["id"]] = Site(
            "relay",
            row["lon"],
            row["lat"],
            existing_m=row["height_m"],
            rent_per_year=rent,
            mains_hours=None if math.isnan(hours) else float(hours),
            ports=row.get("ports", math.inf),
        )
    return sites
