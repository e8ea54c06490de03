"""The bill of quantities of a plan: what is bought and paid for, item by item, adding up to the plan's lines.

A plan says what each line costs; what a line consists of is in the price list that it was made with. Each line is
priced again from there and must come out the same to a few cents. The difference that rounding every line to the cent
makes is kept by technology, so that everything adds up to the plan exactly.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError, Problem
from planner.finance import CAPEX, OPEX, Item, annuity, line_money, purchases
from planner.i18n import _
from planner.plan.buildup import ROUNDING
from planner.plan.tables import CENTS
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from planner.catalogue import PriceList
    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.plan.model import Plan

LINKS, MASTS, OFFICES = "links", "masts", "offices"
"""Parts of a bill, as in ``plan.json``."""
ALLOWED_CENTS = 5
"""By which a line priced again may differ: its quantity is read from an amount that was rounded to the cent."""
_OWN_NETWORK = {"source", "existing"}
"""Technologies of first links behind which an office pays for IP transit."""


@dataclass(frozen=True)
class Entry:
    """An item of the bill: equal items at equal prices are one entry.

    Attributes
    ----------
    part : {"links", "masts", "offices"}
    technology : str
        Of the link; of the link that enters the office; ``"masts"``.
    option : str
        What was chosen, in the user's language; the kind of an office, the height of a mast.
    item : Item
        Prices of a unit in currency, as paid: freight, duties and contingency are in them.
    quantity : float
        Number of units.
    """

    part: str
    technology: str
    option: str
    item: Item
    quantity: float

    @property
    def capex(self) -> float:
        """First purchase, not rounded, in currency."""
        return self.item.capex * self.quantity

    @property
    def opex_per_year(self) -> float:
        """A year of operation, not rounded, in currency."""
        return self.item.opex_per_year * self.quantity

    def present_value(self, terms: Terms) -> float:
        """Return purchases, replacements and operation less residual value, discounted, in currency."""
        return self.capex * purchases(self.item.life_years, terms) + self.opex_per_year * annuity(terms)


@dataclass(frozen=True)
class Remainder:
    """What rounding each line to the cent leaves of a technology: the plan less the entries, in currency.

    ``present_value`` is what is left when capex and a year's operation of the remainder are reckoned in.
    """

    technology: str
    capex: float
    opex_per_year: float
    present_value: float


@dataclass(frozen=True)
class Bill:
    """A bill of quantities: entries by technology, part, option, and what rounding leaves."""

    entries: tuple[Entry, ...]
    remainders: tuple[Remainder, ...]
    terms: Terms


def bill_of_quantities(plan: Plan, prices: tuple[PriceList, PriceList], terms: Terms) -> Bill:
    """Return the bill of a plan.

    Parameters
    ----------
    plan : Plan
    prices : tuple of two PriceList
        With the names of the run's language, which the plan knows, and with those to show.
    terms : Terms

    Raises
    ------
    InputError
        If a line cannot be priced again from the price list: it was made with another one.
    """
    then, now = prices
    kinds: dict[tuple[str, str], list[tuple[OptionKind, str]]] = defaultdict(list)
    for kind, shown in zip(option_kinds(then), option_kinds(now), strict=True):
        kinds[kind.technology, kind.name].append((kind, shown.name))
    billed = [*_links(plan, kinds, terms), *_masts(plan, then), *_offices(plan, then, terms)]
    entries = _gathered(billed)
    return Bill(entries, _remainders(plan, entries, terms), terms)


def option_kinds(prices: PriceList) -> list[OptionKind]:
    """Return all kinds of links of a price list, always in the same order."""
    fibre = prices.fibre
    return [
        prices.source_kind,
        prices.existing_kind,
        *(() if fibre is None else fibre.kinds),
        *(() if fibre is None else (kind for kinds in fibre.road_kinds.values() for kind in kinds)),
        *(option.kind for option in prices.microwave),
        *(option.kind for option in prices.services),
    ]


def _links(plan: Plan, kinds: dict[tuple[str, str], list[tuple[OptionKind, str]]], terms: Terms) -> Iterable[Entry]:
    links = plan.links
    columns = ("id", "technology", "option", "length_km")
    for name, technology, option, length_km, *cents in zip(
        *(links[column] for column in (*columns, *CENTS)), strict=True
    ):
        for kind, shown in kinds.get((technology, option), ()):
            priced_km = _priced_km(kind.items, cents, length_km)
            quantity: dict[Per, float] = {"each": 1.0, "km": priced_km}
            if _is_priced(kind.items, quantity, cents, terms):
                for item in kind.items:
                    yield Entry(LINKS, technology, shown, item, quantity[item.per])
                break
        else:
            raise InputError(_other_prices(name))


def _priced_km(items: Sequence[Item], cents: Sequence[int], length_km: float) -> float:
    """Return the kilometres that a line pays for: its climb and its detours are in them, which only its price tells."""
    for column, price in ((CAPEX, "capex"), (OPEX, "opex_per_year")):
        per_km = math.fsum(getattr(item, price) for item in items if item.per == "km")
        each = math.fsum(getattr(item, price) for item in items if item.per == "each")
        if per_km > 0:
            return (cents[column] / 100 - each) / per_km
    return length_km


def _masts(plan: Plan, prices: PriceList) -> Iterable[Entry]:
    """Yield the items of the masts, which the plan itself tells; how long they last is in the price list."""
    priced = [*prices.site_items, *(items for by_rung in prices.mast_items for items in by_rung)]
    lives = {item.name: item.life_years for items in priced for item in items}
    for height_m, breakdown in zip(plan.masts["height_m"], plan.masts["breakdown"], strict=True):
        option = _("{height} m").format(height=number(height_m, 1))
        for name, amounts in breakdown.items():
            if name != ROUNDING:
                item = Item(name, amounts["capex"], amounts["opex_per_year"], lives.get(name))
                yield Entry(MASTS, MASTS, option, item, 1.0)


def _offices(plan: Plan, prices: PriceList, terms: Terms) -> Iterable[Entry]:
    """Yield the packages of the offices that gain, and transit where a chain starts at a source."""
    columns = _columns(plan.links, "to", "from", "technology")
    into: dict[str, tuple[str, str]] = {head: (tail, technology) for head, tail, technology in columns}

    def first(place: str) -> str:
        tail, technology = into[place]
        while tail in into:
            tail, technology = into[tail]
        return technology

    offices = plan.offices[plan.offices["connected"] & (plan.offices["before"] != "adequate")]
    own = ("id", "kind", "technology", "demand_mbps", *CENTS)
    for name, kind, technology, demand_mbps, *cents in _columns(offices, *own):
        transit = prices.transit_items if first(name) in _OWN_NETWORK else ()
        items = (*prices.package_items(kind), *transit)
        quantity: dict[Per, float] = {"each": 1.0, "mbps": demand_mbps}
        if not _is_priced(items, quantity, cents, terms):
            raise InputError(_other_prices(name))
        for item in items:
            yield Entry(OFFICES, technology, kind, item, quantity[item.per])


def _columns(frame: Any, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def _is_priced(items: Sequence[Item], quantity: dict[Per, float], cents: Sequence[int], terms: Terms) -> bool:
    """Return whether a line costs what its items say."""
    again = line_money(items, {per: np.array([units]) for per, units in quantity.items()}, terms)[0]
    return bool((np.abs(again - np.array(cents)) <= ALLOWED_CENTS * (1 + terms.funded_years)).all())


def _other_prices(name: str) -> Problem:
    message = _("{line} was priced from another price list than the one in force.").format(line=name)
    return Problem("changed-since", message, _("Solve again, or use the version of the program that made the run."))


def _gathered(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Add up equal items at equal prices."""
    quantity: dict[Entry, list[float]] = defaultdict(list)
    for entry in entries:
        quantity[replace(entry, quantity=0.0)].append(entry.quantity)
    summed = [replace(entry, quantity=math.fsum(units)) for entry, units in quantity.items()]
    return tuple(sorted(summed, key=lambda entry: (entry.technology == MASTS, entry.technology, entry.part)))


def _remainders(plan: Plan, entries: Sequence[Entry], terms: Terms) -> tuple[Remainder, ...]:
    left = []
    for row in plan.technology_mix:
        own = [entry for entry in entries if entry.technology == row["technology"]]
        capex = row["capex"] - math.fsum(entry.capex for entry in own)
        opex = row["opex_per_year"] - math.fsum(entry.opex_per_year for entry in own)
        present = row["present_value"] - math.fsum(entry.present_value(terms) for entry in own)
        left.append(Remainder(row["technology"], capex, opex, present - capex - annuity(terms) * opex))
    return tuple(left)
