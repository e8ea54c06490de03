"""Base stations that offices share, and their terminals."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from planner.plan.verify.routes import ROUTE_MARK

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import Link
    from planner.plan.verify.sites import Site

SECTOR_MARK = "~sector:"


def host_of(name: str) -> str:
    """Return the id of the place where the base station of a sector stands; "" for other ids."""
    return name.split(":", 2)[2] if name.startswith(SECTOR_MARK) and name.count(":") > 1 else ""


def sector_site(name: str, basis: Basis) -> Site | None:
    """Return the place of a sector: where its base station stands; None for other ids."""
    host = basis.sites.get(host_of(name))
    return None if host is None else replace(host, kind="junction")


def is_multipoint(link: Link) -> bool:
    """Say whether a link leads into a sector of its technology, or out of one."""
    mark = f"{SECTOR_MARK}{link.technology}:"
    return link.tail.startswith(mark) or link.head.startswith(mark)


def is_base(link: Link) -> bool:
    """Say whether a link leads from the place of a base station into its sector."""
    return link.head == f"{SECTOR_MARK}{link.technology}:{link.tail}"


def antennas(link: Link) -> tuple[bool, bool]:
    """Say at which ends a link has an antenna on a mast; a terminal's other antenna is that of the base station."""
    if is_multipoint(link):
        return is_base(link), not is_base(link)
    return link.technology == "microwave", link.technology == "microwave"


def may_host(name: str, site: Site, basis: Basis) -> bool:
    """Say whether a base station may stand at a place: a tower, a source, or an office that serves as one.

    Not at a tower whose positions are counted, and not where a route that names no source is fed.
    """
    if site.kind == "office":
        return bool(basis.offices[name]["is_source"])
    roomy = math.isinf(site.ports) and not name.startswith(ROUTE_MARK)
    return site.kind in {"relay", "source"} and not site.new and roomy
