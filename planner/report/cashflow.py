"""What a bill of quantities costs year by year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.report.bill import Bill

SAME_INSTANT = 1e-9
"""Of a life: what is bought again at 10 / 3 · 3 years is bought at the horizon of 10, not before it."""


@dataclass(frozen=True)
class Year:
    """What is paid after the end of the year before and up to the end of this one, as ``plan.json`` has it.

    Amounts are in currency, not discounted; year 0 is the start.

    Attributes
    ----------
    year : int
    purchases : float
        First ones; all at year 0.
    replacements : float
    operation : float
        At year ends that of the year before: none at 0, the last at the horizon.
    residual : float
        Unused part of the last lives, at the horizon; zero or less.
    programme : float
        The part that the programme pays: first purchases and the funded years of operation.
    present_value : float
        All but ``programme``, discounted, each replacement from its own date.
    """

    year: int
    purchases: float
    replacements: float
    operation: float
    residual: float
    programme: float
    present_value: float

    @property
    def total(self) -> float:
        """Everything that is paid, not discounted."""
        return self.purchases + self.replacements + self.operation + self.residual


def yearly_flows(bill: Bill) -> list[Year]:
    """Return the years 0 to the horizon; what is rounded line by line is in them.

    Their present values add up to that of the plan, but for `rounding_of_present_values`.
    """
    terms = bill.terms
    horizon, growth = terms.horizon_years, 1 + terms.discount_rate
    parts = (*bill.entries, *bill.remainders)
    capex, opex = (math.fsum(getattr(part, name) for part in parts) for name in ("capex", "opex_per_year"))
    lasting = [(entry.capex, life) for entry in bill.entries if (life := entry.item.life_years) is not None]
    first_paid = 1 if terms.discount_at == "year_end" else 0
    years = []
    for year in range(horizon + 1):
        bought = capex if year == 0 else 0.0
        operation = opex if first_paid <= year < first_paid + horizon else 0.0
        funded = opex if first_paid <= year < first_paid + terms.funded_years else 0.0
        again, again_discounted = 0.0, 0.0
        for amount, life in lasting:
            for count in range(*replaced_in(year, life, horizon)):
                again += amount
                again_discounted += amount * growth ** (-count * life)
        residual = -math.fsum(amount * _unused(life, horizon) for amount, life in lasting) if year == horizon else 0.0
        present = (bought + operation + residual) * growth**-year + again_discounted
        years.append(Year(year, bought, again, operation, residual, bought + funded, present))
    return years


def rounding_of_present_values(bill: Bill) -> float:
    """Return what rounding the lines' present values to the cent leaves, in currency."""
    return math.fsum(remainder.present_value for remainder in bill.remainders)


def replaced_in(year: int, life_years: float, horizon_years: int) -> tuple[int, int]:
    """Return the first and the end of the numbers of lives after which something is bought again in a year."""

    def end(when: int) -> int:
        if when >= horizon_years:
            return max(math.ceil(horizon_years / life_years - SAME_INSTANT), 1)
        return math.floor(max(when, 0) / life_years + SAME_INSTANT) + 1

    return end(year - 1), end(year)


def _unused(life_years: float, horizon_years: int) -> float:
    lives = horizon_years / life_years
    return max(max(math.ceil(lives - SAME_INSTANT), 1) - lives, 0.0)
