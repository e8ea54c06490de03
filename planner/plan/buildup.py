"""What a line of money is made of, item by item, adding up to the line to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from planner.finance import MEASURES, line_money
from planner.links.options import NO_MAST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from planner.finance import Item, Per, Terms
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence

ROUNDING = "rounding"
"""Name of the part that holds what rounding every item by itself leaves over, a cent or two."""


class LineItems(NamedTuple):
    """What a line of a plan is priced from.

    Attributes
    ----------
    part : {"links", "backup_links", "masts", "offices"}
        As in ``plan.json``.
    row : int
        Of the arborescence, in ``LinkOptions.places``, or of the offices.
    items : sequence of Item
    quantity : mapping of "each", "km", "mbps" to float
    """

    part: Literal["links", "backup_links", "masts", "offices"]
    row: int
    items: Sequence[Item]
    quantity: Mapping[Per, float]


@dataclass(frozen=True)
class Part:
    """One item of a line.

    Attributes
    ----------
    name : str
        The item's name in the catalogue, or `ROUNDING`.
    quantity : float
        Number of units.
    per : {"each", "km", "mbps"}
        What a unit is.
    capex, opex_per_year : float
        Price and yearly cost of a unit in currency, with tax.
    life_years : float or None
        After which it is bought again.
    cents : tuple of int
        Columns `planner.finance.MEASURES`.
    """

    name: str
    quantity: float
    per: Per
    capex: float
    opex_per_year: float
    life_years: float | None
    cents: tuple[int, ...]


def build_up(
    items: Iterable[Item], quantity: Mapping[Per, float], line_cents: Sequence[int] | NDArray[np.int64], terms: Terms
) -> tuple[Part, ...]:
    """Return the items of a line, and a part for rounding where the items do not add up by themselves.

    Parameters
    ----------
    items : iterable of Item
    quantity : mapping of "each", "km", "mbps" to float
    line_cents : (4,) int
        The line as priced.
    terms : Terms

    Raises
    ------
    RuntimeError
        If the items miss the line by more than rounding can: it was priced from other items.
    """
    units: dict[Per, NDArray[np.float64]] = {per: np.array([number]) for per, number in quantity.items()}
    parts = [
        Part(
            item.name,
            quantity[item.per],
            item.per,
            item.capex * (1 + terms.tax),
            item.opex_per_year * (1 + terms.tax),
            item.life_years,
            tuple(line_money([item], units, terms)[0].tolist()),
        )
        for item in items
    ]
    summed = [sum(part.cents[column] for part in parts) for column in range(len(MEASURES))]
    rest = tuple(int(line) - have for line, have in zip(line_cents, summed, strict=True))
    # Half a cent for each item and for the line, in capex and in each funded year of opex.
    allowed = (len(parts) + 1) * (1 + terms.funded_years) / 2
    if max(map(abs, rest)) > allowed:
        raise RuntimeError(f"items add up to {summed} cents, the line is {list(map(int, line_cents))}")
    if any(rest):
        parts.append(Part(ROUNDING, 1.0, "each", 0.0, 0.0, None, rest))
    return tuple(parts)


def link_parts(options: LinkOptions, option: int, terms: Terms) -> tuple[Part, ...]:
    """Return what a link option is made of, without masts."""
    items, quantity = link_items(options, option)
    return build_up(items, quantity, options.money[option], terms)


def link_items(options: LinkOptions, option: int) -> tuple[tuple[Item, ...], dict[Per, float]]:
    """Return the items of a link option, and how many of each unit it takes."""
    return options.kinds[options.kind[option]].items, {"each": 1.0, "km": float(options.priced_km[option])}


def mast_parts(options: LinkOptions, place: int, rung: int, terms: Terms) -> tuple[Part, ...]:
    """Return what using a rung at a place is made of: the mast where none that tall stands there, and its site."""
    return build_up(options.mast_parts(place, rung), {"each": 1.0}, options.mast_money[place, rung], terms)


def office_parts(
    options: LinkOptions, office: int, demand_mbps: float, terms: Terms, *, transit: bool
) -> tuple[Part, ...]:
    """Return what an office's own line is made of: its package, and transit where its chain starts at a source."""
    line = (options.package_transit_money if transit else options.package_money)[office]
    items = office_items(options, office, transit=transit)
    return build_up(items, {"each": 1.0, "mbps": demand_mbps}, line, terms)


def office_items(options: LinkOptions, office: int, *, transit: bool) -> list[Item]:
    """Return the items of an office's own line."""
    return [*options.office_items[office], *(options.transit_items if transit else ())]


def plan_items(
    options: LinkOptions, tree: Arborescence, transit: NDArray[np.int8], demand_mbps: NDArray[np.float64]
) -> Iterator[LineItems]:
    """Yield what each line of a plan is priced from: its links, those of second paths, masts, the offices that gain.

    Parameters
    ----------
    options : LinkOptions
    tree : Arborescence
    transit : (o,) int8
        As `planner.plan.lines.office_transit` tells it.
    demand_mbps : (o,) float64
    """
    for row, option in enumerate(tree.option.tolist()):
        yield LineItems("links", row, *link_items(options, option))
    for row, option in enumerate(tree.spare.option.tolist()):
        yield LineItems("backup_links", row, *link_items(options, option))
    rung = tree.mast_rung(options)
    for place in np.flatnonzero(rung != NO_MAST).tolist():
        yield LineItems("masts", place, options.mast_parts(place, int(rung[place])), {"each": 1.0})
    for office in np.flatnonzero(transit >= 0).tolist():
        items = office_items(options, office, transit=bool(transit[office]))
        yield LineItems("offices", office, items, {"each": 1.0, "mbps": float(demand_mbps[office])})
