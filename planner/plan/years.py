"""The years of a plan: in which each line is bought, and what each year takes of its money.

What a year takes is cash: the purchases of the year, and a year of operation of every line that works in it, as long as
operation is funded. These are the figures that the limits of phases bind on, in cents.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.links.choice import NO_YEAR
from planner.wording import money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.links.choice import Choice
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence
    from planner.scenario import Phase


def year_column(years: NDArray[np.int64]) -> pd.Series[Any]:
    """Return years as the column of a table, without those that are none."""
    return pd.Series([None if year == NO_YEAR else int(year) for year in years], dtype="Int64")


def with_years(
    options: LinkOptions,
    tree: Arborescence,
    choice: Choice,
    lines: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    weights: dict[int, float],
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return links, masts and offices with their years; the benefit of an office counts from its year.

    Parameters
    ----------
    options : LinkOptions
    tree : Arborescence
        Of the choice.
    choice : Choice
    lines : (links, masts, offices)
        As `planner.plan.lines` makes them.
    weights : dict of year to float
        What a benefit is worth that begins in each year.
    """
    links, masts, offices = lines
    if choice.years is None:
        return lines
    of_option = np.full(len(options), NO_YEAR, np.int64)
    of_option[choice.option] = choice.years.link
    place = pd.Series(choice.years.mast, index=options.places.id.astype(object))
    office = choice.years.office
    weight = np.array([weights.get(year, 1.0) for year in office.tolist()])
    return (
        links.assign(year=year_column(of_option[tree.option])),
        masts.assign(year=year_column(place.reindex(masts["place"]).to_numpy(np.int64))),
        offices.assign(year=year_column(office), benefit=offices["benefit"] * weight),
    )


def when_words(phases: Sequence[dict[str, Any]], year: Any, currency: str) -> list[str]:
    """Return when something is bought, and what the year before had left for it.

    Parameters
    ----------
    phases : sequence of dict
        Of the plan.
    year : int or nothing
    currency : str
    """
    if not phases or year is None or pd.isna(year):
        return []
    told = [_("It is bought in {year}.").format(year=int(year))]
    before = next((row for row in phases if row["year"] == int(year) - 1), None)
    if before is not None:
        left = round(100 * before["available"]) - round(100 * before["spent"])
        text = _("Of the money of {year} there was {left} left.")
        told.append(text.format(year=before["year"], left=money(left, currency)))
    return told


def yearly(
    phases: Sequence[Phase],
    limits: Sequence[int],
    funded_years: int,
    weights: dict[int, float],
    lines: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what each phase has and takes, and the funded operation of the years after the last one.

    Parameters
    ----------
    phases : sequence of Phase
    limits : sequence of int
        Cents that each adds.
    funded_years : int
        Of operation, from the year in which a line is bought.
    weights : dict of year to float
    lines : (links, masts, offices)
        With their years.

    Raises
    ------
    RuntimeError
        If a phase takes more than there is: a fault of the program.
    """
    if not phases:
        return [], []
    offices = lines[2]
    bought: dict[int, tuple[int, int]] = {}
    for frame in lines:
        sums = frame[frame["year"].notna()].groupby("year")[["capex_cents", "opex_per_year_cents"]].sum()
        for year, capex, opex in sums.itertuples():
            had = bought.get(int(year), (0, 0))
            bought[int(year)] = had[0] + int(capex), had[1] + int(opex)

    def operation(year: int) -> int:
        return sum(opex for first, (_capex, opex) in bought.items() if first <= year < first + funded_years)

    rows, left = [], 0
    for phase, limit in zip(phases, limits, strict=True):
        purchases, runs = bought.get(phase.year, (0, 0))[0], operation(phase.year)
        available, spent = left + limit, purchases + runs
        if spent > available:
            raise RuntimeError(f"the plan takes {spent} cents of the year {phase.year}, which has {available}")
        new = offices[offices["year"] == phase.year]
        if phase.max_works is not None and len(new) > phase.max_works:
            raise RuntimeError(f"{len(new)} offices in the year {phase.year}, at most {phase.max_works} are allowed")
        rest = available - spent
        amounts = {
            "limit": limit,
            "carried_in": left,
            "available": available,
            "purchases": purchases,
            "operation": runs,
            "spent": spent,
            "carried_out": rest if phase.carry_over else 0,
            "lapsed": 0 if phase.carry_over else rest,
        }
        left = amounts["carried_out"]
        rows.append(
            {
                "year": phase.year,
                "carry_over": phase.carry_over,
                "max_works": phase.max_works,
                **{name: cents / 100 for name, cents in amounts.items()},
                "weight": weights[phase.year],
                "offices": len(new),
                "people": math.fsum(new["people"].dropna()),
                "benefit": math.fsum(new["benefit"]),
            }
        )
    last = phases[-1].year
    after = range(last + 1, max(bought, default=last) + funded_years)
    return rows, [{"year": year, "operation": operation(year) / 100} for year in after if operation(year)]
