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
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

MEASURES = ("capex", "opex_per_year", "present_value", "programme_cost")
"""Column order of every money array."""

CAPEX, OPEX, PRESENT_VALUE, PROGRAMME_COST = range(4)

Per = Literal["each", "km", "mbps"]

FLOWS = ("purchases", "replacements", "operation", "residual_value", "present_value")
"""Column order of a cash flow."""

_SAME_INSTANT = 1e-9
"""Of a life, or of a year."""


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
        Per year, above inflation: amounts are in the prices of one year.
    discount_at : {"year_end", "year_start"}
        When a year's operation is paid. Purchases are paid when they happen: at year 0 and at each replacement.
    horizon_years : int
    funded_years : int
        Years of opex that the programme pays for.
    tax : float
        Share added to every payment, purchases and operation alike: value added tax that is not recovered.
    """

    discount_rate: float
    discount_at: Literal["year_end", "year_start"]
    horizon_years: int
    funded_years: int
    tax: float = 0.0


def at_actual(
    items: Sequence[Item], quantity: Mapping[Per, float], actual: Mapping[str, float], tax: float
) -> tuple[Item, ...]:
    """Return items at prices so that they add up to what was spent: what is bought again costs as much again.

    Parameters
    ----------
    items : sequence of Item
    quantity : mapping of "each", "km", "mbps" to float
    actual : mapping of str to float
        ``capex``, ``opex_per_year``: with tax; what is not there, or NaN, stays as estimated.
    tax : float
        As in `Terms`.

    Where the estimate is nothing, the amount is an item of its own.
    """
    spent = {name: actual.get(name, math.nan) / (1 + tax) for name in ("capex", "opex_per_year")}
    factor, more = dict.fromkeys(spent, 1.0), dict.fromkeys(spent, 0.0)
    for name, amount in spent.items():
        estimate = math.fsum(getattr(item, name) * quantity[item.per] for item in items)
        if not math.isnan(amount) and estimate > 0:
            factor[name] = amount / estimate
        elif not math.isnan(amount):
            more[name] = amount
    priced = tuple(
        replace(item, capex=factor["capex"] * item.capex, opex_per_year=factor["opex_per_year"] * item.opex_per_year)
        for item in items
    )
    return (*priced, Item("as built", more["capex"], more["opex_per_year"], None)) if any(more.values()) else priced


def real_rate(nominal: float, inflation: float) -> float:
    """Return the yearly rate above inflation: (1 + nominal) / (1 + inflation) − 1 (Fisher).

    Discounting amounts in the prices of one year at this rate is the same as letting them rise with inflation and
    discounting at the nominal one.
    """
    return (1 + nominal) / (1 + inflation) - 1


def annuity(terms: Terms) -> float:
    """Return the present value of 1 a year over the horizon.

    Closed form of a geometric series: (1 − (1 + r)^−H) / r at year ends, times (1 + r) at year starts; H at r = 0.
    """
    rate, years = terms.discount_rate, terms.horizon_years
    if rate == 0:
        return float(years)
    value = -math.expm1(-years * math.log1p(rate)) / rate
    return value * (1 + rate) if terms.discount_at == "year_start" else value


def weights_of_years(terms: Terms, count: int) -> NDArray[np.float64]:
    """Return what a benefit is worth that begins in each of the first years, over what it is worth from the first one.

    A benefit of 1 a year until the horizon, discounted like money: (v^k − v^H) / (1 − v^H) in year k, with
    v = 1 / (1 + r); (H − k) / H without discounting.

    Parameters
    ----------
    terms : Terms
    count : int
        At most the years of the horizon.

    Returns
    -------
    (count,) float64
        1 first, falling, > 0.
    """
    year = np.arange(count, dtype=np.float64)
    growth, horizon = math.log1p(terms.discount_rate), terms.horizon_years
    if growth == 0:
        return 1.0 - year / horizon
    return np.asarray(np.exp(-growth * year) * np.expm1(-growth * (horizon - year)) / np.expm1(-growth * horizon))


def purchases(life_years: float | None, terms: Terms) -> float:
    """Return the present value, per unit of capex, of buying now and replacing at the end of each life.

    Nothing is bought at the horizon itself; the unused part of the last life is deducted in proportion, discounted from
    the horizon.
    """
    if life_years is None:
        return 1.0
    replacements, unused_share = _replacements(life_years, terms.horizon_years)
    growth = 1 + terms.discount_rate
    bought = math.fsum(growth ** -(i * life_years) for i in range(replacements + 1))
    return bought - unused_share * growth**-terms.horizon_years


def _replacements(life_years: float, horizon_years: int) -> tuple[int, float]:
    """Return how often something is bought again before the horizon, and what share of its last life is left there."""
    # Lives divide the horizon exactly in most cases (5, 10): the small number keeps 10 / 5 from buying a third time.
    replacements = max(math.ceil(horizon_years / life_years - _SAME_INSTANT) - 1, 0)
    return replacements, max(replacements + 1 - horizon_years / life_years, 0.0)


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
        Cents with tax, columns `MEASURES`. Each line is rounded to the cent before any sum; the programme cost is made
        of the rounded capex and opex.
    """
    size = len(next(iter(quantity.values())))
    capex, opex, purchased = np.zeros(size), np.zeros(size), np.zeros(size)
    for item in items:
        units = quantity[item.per]
        capex += item.capex * units
        opex += item.opex_per_year * units
        purchased += item.capex * purchases(item.life_years, terms) * units
    paid = 1 + terms.tax
    capex, opex, purchased = paid * capex, paid * opex, paid * purchased
    present_value = purchased + annuity(terms) * opex
    if not np.isfinite(present_value).all():
        raise ValueError("a priced quantity is not finite")
    money = np.empty((size, len(MEASURES)), dtype=np.int64)
    money[:, CAPEX] = np.rint(100 * capex)
    money[:, OPEX] = np.rint(100 * opex)
    money[:, PRESENT_VALUE] = np.rint(100 * present_value)
    money[:, PROGRAMME_COST] = money[:, CAPEX] + terms.funded_years * money[:, OPEX]
    return money


def cash_flow(units: Mapping[Item, float], terms: Terms) -> NDArray[np.float64]:
    """Return what is paid in each year of the horizon.

    Parameters
    ----------
    units : mapping of Item to float
        Number of units of each item.
    terms : Terms

    Returns
    -------
    (horizon_years + 1, 5) float64
        Cents with tax, not rounded, columns `FLOWS`. Row 0 is the start, row t what falls after the end of year t − 1
        and up to the end of year t: operation that is paid at the start of a year stands in the row before. The
        residual value is income, at the horizon. The present value discounts each payment from its own instant.
    """
    years, growth = terms.horizon_years, 1 + terms.discount_rate
    flow = np.zeros((years + 1, len(FLOWS)))
    bought, replaced, operated, left, worth = flow.T
    first = 0 if terms.discount_at == "year_start" else 1
    for item, number in units.items():
        price, fee = (100 * (1 + terms.tax) * number * amount for amount in (item.capex, item.opex_per_year))
        operated[first : first + years] += fee
        bought[0] += price
        worth[0] += price
        if item.life_years is not None and price:
            replacements, unused_share = _replacements(item.life_years, years)
            for instant in (k * item.life_years for k in range(1, replacements + 1)):
                row = math.ceil(instant - _SAME_INSTANT)
                replaced[row] += price
                worth[row] += price * growth**-instant
            left[years] += unused_share * price
    worth += operated * growth ** -np.arange(years + 1.0)
    worth[years] -= left[years] * growth**-years
    return flow
