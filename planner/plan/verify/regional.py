"""What a region adds to prices, as items of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.finance import Item

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.plan.verify.basis import Basis

SURCHARGE = "regional surcharge"

Priced = list[tuple[Item, float]]


def factors_at(regions: Iterable[str | None], basis: Basis) -> tuple[float, float]:
    """Return the dearest freight and works of some regions, each by id or name."""
    given, known = basis.scenario.money.regions, basis.inputs.regions
    if not given:
        return 1.0, 1.0  # asked of every line of a plan
    name_of = {} if known is None else dict(zip(known["id"].astype(str), known["name"].astype(str), strict=True))
    entries = [given.get(region) or given.get(name_of.get(region, "")) for region in regions if region]
    found = [entry for entry in entries if entry is not None]
    freight, works = (max((getattr(e, name) for e in found), default=1.0) for name in ("freight", "works"))
    return freight, works


def with_surcharges(priced: Priced, factors: tuple[float, float]) -> Priced:
    """Return items and quantities with what they cost more."""
    more: Priced = []
    for item, quantity in priced:
        extra = item.capex * ((factors[0] if item.imported else factors[1]) - 1)
        if extra > 0:
            more.append((Item(SURCHARGE, extra, 0.0, item.life_years, item.per), quantity))
    return [*priced, *more]
