"""Money: from priced items to the four columns that budgets bind on, reports print and ``verify`` recomputes.

Amounts are integer cents from here on, so that sums are exact. All four columns are in the currency and price
year of the scenario:

``capex``
    First purchase.
``opex_per_year``
    A full year of operation.
``present_value``
    Purchases, replacements and operation over the horizon, less the residual value at its end, discounted.
``programme_cost``
    Nominal capex plus the opex of the funded years: what a funder commits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MEASURES = ("capex", "opex_per_year", "present_value", "programme_cost")
"""Column order of every money array."""

CAPEX, OPEX, PRESENT_VALUE, PROGRAMME_COST = range(4)

Per = Literal["each", "km", "mbps"]


@dataclass(frozen=True)
class Item:
    """One priced item of a line.

    Attributes
    ----------
    name : str
        Short name, e.g. ``"radios"``; reports show it.
    capex : float
        Price of a unit in the scenario's currency, with duties, freight and contingency in it.
    opex_per_year : float
        Yearly cost of a unit.
    life_years : float or None
        After which it is bought again; None: bought once, worth nothing at the end (survey, licence fee).
    per : {"each", "km", "mbps"}
        What a unit is.
    imported : bool
        Goods that freight is paid for, not works on the spot.
    """

    name: str
    capex: float
    opex_per_year: float
    life_years: float | None
    per: Per = "each"
    imported: bool = False


@dataclass(frozen=True)
class Terms:
    """How money and time are reckoned (``money`` of the scenario).

    Attributes
    ----------
    discount_rate : float
        Per year.
    discount_at : {"year_end", "year_start"}
        When a year's operation is paid. Purchases are paid when they happen: at year 0 and at each replacement.
    horizon_years : int
    funded_years : int
        Years of opex that the programme pays for.
    """

    discount_rate: float
    discount_at: Literal["year_end", "year_start"]
    horizon_years: int
    funded_years: int


def annuity(terms: Terms) -> float:
    """Return the present value of 1 a year over the horizon.

    Closed form of a geometric series: (1 − (1 + r)^−H) / r at year ends, times (1 + r) at year starts; H at r = 0.
    """
    rate, years = terms.discount_rate, terms.horizon_years
    if rate == 0:
        return float(years)
    value = -math.expm1(-years * math.log1p(rate)) / rate
    return value * (1 + rate) if terms.discount_at == "year_start" else value


def purchases(life_years: float | None, terms: Terms) -> float:
    """Return the present value, per unit of capex, of buying now and replacing at the end of each life.

    Nothing is bought at the horizon itself; the unused part of the last life is deducted in proportion, discounted from
    the horizon.
    """
    if life_years is None:
        return 1.0
    # Lives divide the horizon exactly in most cases (5, 10): the small number keeps 10 / 5 from buying a third time.
    replacements = max(math.ceil(terms.horizon_years / life_years - 1e-9) - 1, 0)
    growth = 1 + terms.discount_rate
    bought = math.fsum(growth ** -(i * life_years) for i in range(replacements + 1))
    unused_share = (replacements + 1) - terms.horizon_years / life_years
    return bought - max(unused_share, 0.0) * growth**-terms.horizon_years


SURCHARGE = "regional surcharge"


@dataclass(frozen=True)
class PriceFactors:
    """What first purchases cost in a region, over what they cost elsewhere: imported goods, and works on the spot."""

    freight: float = 1.0
    works: float = 1.0


def surcharged(items: Sequence[Item], factors: PriceFactors) -> tuple[Item, ...]:
    """Return items with what they cost more in a region, as items of their own (`SURCHARGE`)."""
    more = (
        Item(SURCHARGE, item.capex * (of - 1), 0.0, item.life_years, item.per, item.imported)
        for item in items
        if (of := factors.freight if item.imported else factors.works) != 1 and item.capex
    )
    return (*items, *more)


def line_money(items: Sequence[Item], quantity: Mapping[Per, NDArray[np.float64]], terms: Terms) -> NDArray[np.int64]:
    """Return the money columns of n lines that share the same items and differ in quantities.

    Parameters
    ----------
    items : sequence of Item
    quantity : mapping of "each", "km", "mbps" to (n,) float64
        Number of units per line; every unit that an item uses must be there.
    terms : Terms

    Raises
    ------
    ValueError
        If an amount is not finite: no price may be lost in an integer.

    Returns
    -------
    (n, 4) int64
        Cents, columns `MEASURES`. Each line is rounded to the cent before any sum; the programme cost is made of the
        rounded capex and opex.
    """
    size = len(next(iter(quantity.values())))
    capex, opex, purchased = np.zeros(size), np.zeros(size), np.zeros(size)
    for item in items:
        units = quantity[item.per]
        capex += item.capex * units
        opex += item.opex_per_year * units
        purchased += item.capex * purchases(item.life_years, terms) * units
    present_value = purchased + annuity(terms) * opex
    if not np.isfinite(present_value).all():
        raise ValueError("a priced quantity is not finite")
    money = np.empty((size, len(MEASURES)), dtype=np.int64)
    money[:, CAPEX] = np.rint(100 * capex)
    money[:, OPEX] = np.rint(100 * opex)
    money[:, PRESENT_VALUE] = np.rint(100 * present_value)
    money[:, PROGRAMME_COST] = money[:, CAPEX] + terms.funded_years * money[:, OPEX]
    return money
