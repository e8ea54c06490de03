"""Costs reckoned the long way: every purchase and every year's payment by itself, in decimal arithmetic.

Slower than the closed forms of `planner.finance` and independent of them: only what an item and what the terms are is
taken from there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.plan.verify.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from planner.finance import Item, Terms
    from planner.plan.verify.overall import CashFlow, Measure, Money, Totals

DIGITS = 50
TIE = Decimal("1e-5")
"""Of a cent: an exact amount this close to half a cent may have been rounded either way by binary arithmetic."""
SAME_INSTANT = Decimal("1e-9")
"""Of a life: a life that divides the horizon must not buy once more because 10 / 3 has no last digit."""


@dataclass(frozen=True)
class Amounts:
    """Unrounded amounts in cents."""

    capex: Decimal
    opex_per_year: Decimal
    present_value: Decimal


def line_amounts(priced: Iterable[tuple[Item, float]], terms: Terms) -> Amounts:
    """Return what a line costs.

    Parameters
    ----------
    priced : iterable of (Item, float)
        Items and how many units of each (pieces, kilometres, Mbit/s).
    terms : Terms
    """
    with localcontext() as context:
        context.prec = DIGITS
        lines = [(unit_amounts(item, terms), Decimal(quantity)) for item, quantity in priced]
        return Amounts(
            capex=sum((unit.capex * quantity for unit, quantity in lines), Decimal(0)),
            opex_per_year=sum((unit.opex_per_year * quantity for unit, quantity in lines), Decimal(0)),
            present_value=sum((unit.present_value * quantity for unit, quantity in lines), Decimal(0)),
        )


@lru_cache(maxsize=4096)
def unit_amounts(item: Item, terms: Terms) -> Amounts:
    """Return what one unit of an item costs, paid year by year over the horizon."""
    with localcontext() as context:
        context.prec = DIGITS
        paid = 100 * (1 + Decimal(terms.tax))
        price, yearly = paid * Decimal(item.capex), paid * Decimal(item.opex_per_year)
        present = sum(
            (amount / _growth(terms, year) for year, amount, _kind in _payments(item.life_years, price, yearly, terms)),
            Decimal(0),
        )
        return Amounts(price, yearly, present)


def rounds_to(stated_cents: int, amount: Decimal) -> bool:
    """Say whether an exact amount may have been rounded to ``stated_cents``."""
    return abs(stated_cents - amount) <= Decimal("0.5") + TIE


def _payments(
    life_years: float | None, price: Decimal, yearly: Decimal, terms: Terms
) -> Iterator[tuple[Decimal, Decimal, str]]:
    """Yield (year, amount, kind): purchase, replacements before the horizon, residual value at it, operation."""
    horizon = Decimal(terms.horizon_years)
    yield Decimal(0), price, "purchases"
    if life_years is not None:
        life, last = Decimal(life_years), Decimal(0)
        while last + life < horizon - SAME_INSTANT * life:
            last += life
            yield last, price, "replacements"
        unused = (last + life - horizon) / life
        yield horizon, -price * max(unused, Decimal(0)), "residual_value"
    first = 0 if terms.discount_at == "year_start" else 1
    for year in range(first, first + terms.horizon_years):
        yield Decimal(year), yearly, "operation"


def _growth(terms: Terms, year: Decimal) -> Decimal:
    """Return what 1 grows to by then: year by year, and a power for what is left of a year."""
    rate = 1 + Decimal(terms.discount_rate)
    whole = int(year)
    growth = Decimal(1)
    for _year in range(whole):
        growth *= rate
    return growth if year == whole else growth * rate ** (year - whole)


def agrees(line: Money, priced: Iterable[tuple[Item, float]], terms: Terms) -> bool:
    """Say whether a line's own columns are what its items cost, to the cent."""
    amounts = line_amounts(priced, terms)
    stated = line.cents("capex"), line.cents("opex_per_year"), line.cents("present_value")
    return all(map(rounds_to, stated, (amounts.capex, amounts.opex_per_year, amounts.present_value)))


def check_money(
    line: Money, where: str, priced: Sequence[tuple[Item, float]], terms: Terms, findings: Findings
) -> None:
    """Compare the four columns of a line with what its items cost, to the cent; the findings keep these items."""
    findings.priced += priced
    amounts = line_amounts(priced, terms)
    own: tuple[tuple[Measure, Decimal], ...] = (
        ("capex", amounts.capex),
        ("opex_per_year", amounts.opex_per_year),
        ("present_value", amounts.present_value),
    )
    for measure, exact in own:
        stated = line.cents(measure)
        findings.require(rounds_to(stated, exact), measure, where, stated / 100, float(round(exact / 100, 2)))
    programme = line.cents("capex") + terms.funded_years * line.cents("opex_per_year")
    findings.compare("programme_cost", where, line.cents("programme_cost") / 100, programme / 100)


def check_cash_flow(
    stated: CashFlow, totals: Totals, priced: Sequence[tuple[Item, float]], terms: Terms, n_lines: int
) -> Findings:
    """Pay for every item of the plan again, year by year, and compare what each year takes.

    Parameters
    ----------
    stated : CashFlow
    totals : Totals
    priced : sequence of (Item, float)
        All items of all lines and how many units of each.
    terms : Terms
    n_lines : int
        Lines of the plan: what rounding may take is half a cent for each of them, and for each year.
    """
    findings, where = Findings(_("Cash flow")), "cash_flow"
    findings.compare(_("years"), where, [row.year for row in stated.years] == [*range(terms.horizon_years + 1)], True)
    years = _years(priced, terms)
    first = 0 if terms.discount_at == "year_start" else 1
    for row in stated.years:
        at, own = f"{where}, {row.year}", years.get(row.year, {})
        findings.compare("purchases", at, round(100 * row.purchases), totals.cents("capex") if row.year == 0 else 0)
        operates = first <= row.year < first + terms.horizon_years
        opex = totals.cents("opex_per_year") if operates else 0
        findings.compare("operation", at, round(100 * row.operation), opex)
        for name in ("replacements", "residual_value", "present_value"):
            cents, exact = round(100 * getattr(row, name)), own.get(name, Decimal(0))
            close = abs(cents - exact) <= Decimal("0.5") + TIE * max(n_lines, 1)
            findings.require(close, name, at, cents / 100, float(round(exact / 100, 2)))
        paid = sum(round(100 * amount) for amount in (row.purchases, row.replacements, row.operation))
        findings.compare("net", at, round(100 * row.net), paid - round(100 * row.residual_value))
    whole = sum(round(100 * row.present_value) for row in stated.years) + round(100 * stated.rounding)
    findings.compare("present_value", where, whole, totals.cents("present_value"))
    most = Decimal(n_lines + len(stated.years) + 1) / 200
    findings.require(abs(Decimal(stated.rounding)) <= most, "rounding", where, stated.rounding, float(most))
    return findings


def _years(priced: Sequence[tuple[Item, float]], terms: Terms) -> dict[int, dict[str, Decimal]]:
    """Return, by year, what is bought again, what is left at the end, and what all payments are worth now."""
    units: dict[Item, Decimal] = {}
    for item, quantity in priced:
        units[item] = units.get(item, Decimal(0)) + Decimal(quantity)
    years: dict[int, dict[str, Decimal]] = {}
    with localcontext() as context:
        context.prec = DIGITS
        paid = 100 * (1 + Decimal(terms.tax))
        for item, number in units.items():
            price, yearly = (paid * number * Decimal(amount) for amount in (item.capex, item.opex_per_year))
            for instant, amount, kind in _payments(item.life_years, price, yearly, terms):
                year = math.ceil(instant - SAME_INSTANT)
                row = years.setdefault(year, {})
                row["present_value"] = row.get("present_value", Decimal(0)) + amount / _growth(terms, instant)
                row[kind] = row.get(kind, Decimal(0)) + abs(amount)
    return years
