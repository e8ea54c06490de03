"""Limits that services share: which service begins at which, and what each may carry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.sites import Site
from planner.plan.verify.tree import LIMIT, ROOT_ID

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.bought import ServiceFinder
    from planner.plan.verify.document import Link, PlanDocument
    from planner.plan.verify.findings import Findings

PROVIDER_MARK, CELL_MARK = "~provider:", "~cell:"
KM_PER_DEGREE = 111.195


def limit_site(name: str, basis: Basis, plan: PlanDocument) -> Site | None:
    """Return the place of a limit, as its id says; None for other ids and for cells that nothing limits."""
    if name.startswith(PROVIDER_MARK):
        return _provider_site(name.removeprefix(PROVIDER_MARK), plan)
    corner = _corner(name)
    cell = basis.prices.leo_cell
    if corner is None or cell is None:
        return None
    middle = min(max((corner[0] + 0.5) * cell.side_km / KM_PER_DEGREE, -89.9), 89.9)
    lon = (corner[1] + 0.5) * 360.0 / _columns(middle, cell.side_km)
    lon = round((lon + 180.0) % 360.0 - 180.0, 6)
    return Site("junction", lon, round(middle, 6), position_known=False)


def _provider_site(provider: str, plan: PlanDocument) -> Site | None:
    """Return where a provider's limit is drawn: at any office, since nothing of it stands anywhere."""
    stated = next((place for place in plan.places if place.id == f"{PROVIDER_MARK}{provider}"), None)
    at_office = stated is not None and any(
        (office.lon, office.lat) == (stated.lon, stated.lat) for office in plan.offices
    )
    return Site("junction", stated.lon, stated.lat, position_known=False) if stated and at_office else None


def _corner(name: str) -> tuple[int, int] | None:
    parts = name.removeprefix(CELL_MARK).rsplit(":", 2)
    if not name.startswith(CELL_MARK) or len(parts) != 3:
        return None
    try:
        return int(parts[1]), int(parts[2])
    except ValueError:
        return None


def limit_mbps(name: str, basis: Basis) -> float | None:
    """Return what a limit lets through; None where the scenario and the catalogue know no such limit."""
    if name.startswith(PROVIDER_MARK):
        share = basis.scenario.links.services.provider_shares.get(name.removeprefix(PROVIDER_MARK))
        if share is None:
            return None
        offices = basis.inputs.offices.to_dict("records")
        demand = math.fsum(row["demand_mbps"] for row in offices if row["status_before"] != "adequate")
        return float(share * demand)
    cell = basis.prices.leo_cell
    return None if cell is None or _corner(name) is None else cell.mbps


def check_beginning(link: Link, services: ServiceFinder, basis: Basis, findings: Findings) -> None:
    """Check that a service, or a limit, begins at the limits that it shares."""
    if link.technology == LIMIT:
        provider = link.head.removeprefix(CELL_MARK).rsplit(":", 2)[0] if link.head.startswith(CELL_MARK) else ""
        findings.compare(_("limit that it begins at"), link.id, link.tail, _of_provider(provider, basis))
        return
    service, office = services.named(link.technology, link.option), basis.sites.get(link.head)
    if service is None or office is None:
        return
    begins = _of_provider(service.provider, basis)
    cell = basis.prices.leo_cell
    if cell is not None and service.technology == "leo":
        row = math.floor(office.lat * KM_PER_DEGREE / cell.side_km)
        middle = min(max((row + 0.5) * cell.side_km / KM_PER_DEGREE, -89.9), 89.9)
        columns = _columns(middle, cell.side_km)
        column = min(math.floor(office.lon % 360.0 * columns / 360.0), columns - 1)
        begins = f"{CELL_MARK}{service.provider}:{row}:{column}"
    findings.compare(_("limit that it begins at"), link.id, link.tail, begins)


def _columns(latitude: float, side_km: float) -> int:
    """Return how many cells go around the earth: a whole number, so that none is cut at 180°."""
    return max(round(360.0 * KM_PER_DEGREE * math.cos(math.radians(latitude)) / side_km), 1)


def _of_provider(provider: str, basis: Basis) -> str:
    return f"{PROVIDER_MARK}{provider}" if provider in basis.scenario.links.services.provider_shares else ROOT_ID
