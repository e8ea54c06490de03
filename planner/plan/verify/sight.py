"""Line of sight of the microwave links of a plan, by plain sampling of one path at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.plan.verify.as_built import STANDS, rows_of_links
from planner.plan.verify.findings import Findings
from planner.plan.verify.mirror import is_mirrored
from planner.plan.verify.multipoint import is_base, is_multipoint
from planner.terrain import clearance_m, terrain_profile

if TYPE_CHECKING:
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.document import PlanDocument

SAMPLES_PER_CELL = 4
TOLERANCE_M = 0.5
"""By how much a path may fall short of what is asked.

The search follows a parabola that strays up to 0.2 m from the geodesic over 50 km (0.44 m at 70° of latitude), and the
ground beside it may be that much higher in steep country.
"""
K_STANDARD = 4 / 3
"""Effective earth radius factor at which the whole first Fresnel zone must be free."""


def check_sight(plan: PlanDocument, basis: Basis) -> Findings:
    """Sample every microwave link and hold both criteria of the scenario against it, land cover and margin added."""
    findings = Findings(_("Line of sight"))
    search, elevation = basis.scenario.links.microwave, basis.elevation
    criteria = ((K_STANDARD, 1.0), (search.k_low, search.fresnel_low))
    radios = [*basis.prices.microwave, *(option.terminal for option in basis.prices.multipoint)]
    frequency_ghz = {(option.kind.technology, option.kind.name): option.frequency_ghz for option in radios}
    diverse = {option.diverse_kind.name: option.frequency_ghz for option in basis.prices.microwave}
    frequency_ghz |= {("microwave", name): ghz for name, ghz in diverse.items()}
    base_m = {link.head: link.mast_from_m for link in plan.links if is_base(link)}
    places = {place.id: place for place in plan.places}
    built = {name: row for name, row in rows_of_links(plan, basis).items() if row["status"] in STANDS}
    what = _("clearance above the terrain in m, at least")
    for link in [*plan.links, *plan.backup_links]:
        if not (link.technology == "microwave" or is_multipoint(link)) or is_base(link):
            continue
        if not findings.require(elevation is not None, _("terrain under the hop"), link.id, link.option, None):
            continue
        a, b = places.get(link.tail), places.get(link.head)
        h_a, h_b, ghz = link.mast_from_m, link.mast_to_m, frequency_ghz.get((link.technology, link.option))
        h_a = base_m.get(link.tail) if is_multipoint(link) else h_a
        if elevation is None or a is None or b is None or h_a is None or h_b is None or ghz is None:
            continue  # said where places, prices and masts are checked
        profile = terrain_profile(elevation, a.lon, a.lat, b.lon, b.lat, elevation.cell_m / SAMPLES_PER_CELL)
        least_m = search.margin_m - TOLERANCE_M
        for k, share in criteria:
            # Between the ends: at them the antenna stands on the ground that is sampled.
            free_m = clearance_m(profile, h_a, h_b, ghz, k, share, bare_ends_m=search.bare_ends_m)
            worst_m = float(np.min(free_m[1:-1], initial=np.inf))
            shown = None if np.isnan(worst_m) else round(worst_m, 3)
            findings.require(worst_m >= least_m, what, link.id, round(least_m, 3), shown)
        if link.technology == "microwave":
            mirrored = is_mirrored(profile, (h_a, h_b), elevation.cell_m)
            has = link.option in diverse
            if link.id in built and built[link.id]["option"] == link.option:
                continue  # it stands, whatever would be asked of a new hop
            findings.require(mirrored in (has, None), _("space diversity"), link.id, has, mirrored)
    return findings
