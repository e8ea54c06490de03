"""What a way on top of a plan buys, line by line, and which funders and which years could pay for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.graph import lines_of
from planner.i18n import _, ngettext
from planner.plan.arborescence import NONE
from planner.plan.funding import Lack, bills_of, lack_of
from planner.wording import labelled, money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from planner.links.options import LinkOptions
    from planner.plan.alternatives import Network
    from planner.plan.model import Plan
    from planner.scenario import Scenario

CAPEX, OPEX = 0, 1
"""Columns of `planner.finance.MEASURES`."""


@dataclass(frozen=True)
class NewLine:
    """A line that a way buys, or what it adds to a mast of the plan.

    Attributes
    ----------
    line : {"link", "mast", "office"}
    place : str
        Where the link arrives, where the mast stands, or the office.
    region : str or None
    technology : str or None
        None for masts.
    kind : str or None
        Of the office at the place.
    capex_cents, opex_per_year_cents : int
    """

    line: str
    place: str
    region: str | None
    technology: str | None
    kind: str | None
    capex_cents: int
    opex_per_year_cents: int


def new_lines(
    network: Network,
    options: LinkOptions,
    offices: pd.DataFrame,
    arcs: Sequence[int],
    own: tuple[int, NDArray[np.int64], str],
) -> tuple[NewLine, ...]:
    """Return what arcs buy, and the own line of an office that a technology serves.

    Parameters
    ----------
    network, options
    offices : DataFrame
        ``Inputs.offices``.
    arcs : sequence of int
        Of the network.
    own : (int, (4,) int64, str)
        The office's row (`NONE` where its line is part of the arcs), its line in cents, and the technology.
    """
    office, line, technology = own
    parts = network.parts.take(np.array(arcs, np.int64))
    lines, found = lines_of(options, offices, parts), []
    for what, rows, cents in zip(("link", "mast", "office"), lines.arcs, lines.money, strict=True):
        for arc, amounts in zip(rows.tolist(), cents, strict=True):
            place = int(parts.place[arc])
            served = int(parts.office[arc]) if what == "office" else int(options.places.office[place])
            name = options.kinds[parts.kind[arc]].technology if what == "link" else technology
            found.append(_line(what, options, offices, (place, served), None if what == "mast" else name, amounts))
    if office != NONE:
        place = int(np.flatnonzero(options.places.office == office)[0])
        found.append(_line("office", options, offices, (place, office), technology, line))
    return tuple(found)


def _line(
    what: str,
    options: LinkOptions,
    offices: pd.DataFrame,
    at: tuple[int, int],
    technology: str | None,
    cents: NDArray[np.int64],
) -> NewLine:
    place, office = at
    region = offices["region"].iloc[office] if what == "office" else options.places.region[place]
    kind = None if office == NONE else offices["kind"].iloc[office]
    return NewLine(
        what, str(options.places.id[place]), region or None, technology, kind, int(cents[CAPEX]), int(cents[OPEX])
    )


def funders_words(scenario: Scenario, plan: Plan, lines: Sequence[NewLine], as_built: pd.DataFrame | None) -> list[str]:
    """Return whether the funders could pay for more lines on top of a plan, and if not, what binds.

    Parameters
    ----------
    scenario : Scenario
    plan : Plan
    lines : sequence of NewLine
    as_built : DataFrame or None
        ``Inputs.as_built``.
    """
    if not scenario.funders:
        return []
    lack = lack_of(scenario, bills_of(with_lines(plan, lines), scenario, as_built))
    if lack is None:
        return [_("The funders do not bind: together they could pay for the first of these ways beside the plan.")]
    currency = plan.scenario["currency"]
    amounts = {
        name: money(cents, currency, exact=True) for name, cents in (("needed", lack.needed_cents), ("has", lack.cents))
    }
    amounts["short"] = money(lack.needed_cents - lack.cents, currency, exact=True)
    if not lack.members:
        text = _("Of the first of these ways {short} may be paid by no funder, whatever their amounts: {costs}.")
        return [text.format(costs=_costs(lack), **amounts)]
    if len(lack.members) == len(scenario.funders):
        text = _(
            "The money of all funders binds: with the first of these ways they would have to pay {needed}; there is "
            "{has}, {short} too little."
        )
        return [text.format(**amounts)]
    names = ", ".join(f"“{scenario.funders[each].name}”" for each in lack.members)
    text = ngettext(
        "The money of {names} binds: with the first of these ways {needed} would have to come from it, which the "
        "others may not pay; there is {has}, {short} too little.",
        "The money of {names} binds: with the first of these ways {needed} would have to come from them, which the "
        "others may not pay; there is {has}, {short} too little.",
        len(lack.members),
    )
    return [text.format(names=names, **amounts)]


def _costs(lack: Lack) -> str:
    """Return costs in words: of links, masts and offices, purchases or years of operation."""
    names = {"link": _("links"), "mast": _("masts"), "office": _("the office's own equipment")}
    return ", ".join(labelled(names[what], cost_words(first, last)) for what, first, last in lack.costs)


def cost_words(first: int, last: int) -> str:
    """Return a kind of cost in words: purchases where the last year is 0, else years of operation."""
    if last == 0:
        return _("purchases")
    text = _("operation of year {last}") if first == last else _("operation of years {first} to {last}")
    return text.format(first=first, last=last)


def with_lines(plan: Plan, lines: Sequence[NewLine]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return links, masts and offices of a plan with more lines; a mast of the plan grows.

    Parameters
    ----------
    plan : Plan
    lines : sequence of NewLine
    """
    links, masts, offices = plan.links, plan.masts.copy(), plan.offices.copy()
    money_columns = ["capex_cents", "opex_per_year_cents"]
    new: dict[str, list[dict[str, Any]]] = {"link": [], "mast": []}
    for each in lines:
        cents = [each.capex_cents, each.opex_per_year_cents]
        row: dict[str, Any] = dict(zip(money_columns, cents, strict=True))
        if each.line == "office":
            at = offices["id"] == each.place
            offices.loc[at, money_columns] = cents
            offices.loc[at, "technology"] = each.technology
        elif each.line == "mast" and (masts["place"] == each.place).any():
            masts.loc[masts["place"] == each.place, money_columns] += cents
        elif each.line == "mast":
            new["mast"].append({"place": each.place, "region": each.region, **row})
        else:
            name = f"{each.technology}:{each.place}"
            about = {"id": name, "to": each.place, "region": each.region, "technology": each.technology}
            new["link"].append(about | row)
    return _more(links, new["link"]), _more(masts, new["mast"]), offices


def _more(frame: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    if not rows:
        return frame
    new = pd.DataFrame(rows)
    shared = [column for column in frame.columns if column in new.columns]
    return pd.concat([frame[shared].astype(object), new[shared].astype(object)], ignore_index=True)


@dataclass(frozen=True)
class Entry:
    """What buying more lines in one year would take beyond the money of the years, everything else in its year.

    Attributes
    ----------
    year : int
    lacks : tuple of (int, int)
        Years with what they lack, in cents; empty where the money does.
    max_works : int or None
        The limit of works of the year, if it is used up.
    """

    year: int
    lacks: tuple[tuple[int, int], ...]
    max_works: int | None


def entries(phases: Sequence[Mapping[str, Any]], cash: Mapping[int, Mapping[int, int]]) -> list[Entry]:
    """Return, for each year in which more lines could be bought, what the years would lack.

    Parameters
    ----------
    phases : sequence of dict
        Of the plan.
    cash : mapping of int to mapping of int to int
        By year of purchase: what it takes of each year, in cents.
    """
    found = []
    for row in phases:
        if row["year"] not in cash:
            continue
        left, lacks = 0, []
        for each in phases:
            rest = left + _cents(each["limit"]) - _cents(each["spent"]) - cash[row["year"]].get(each["year"], 0)
            if rest < 0:
                lacks.append((each["year"], -rest))
            left = max(rest, 0) if each["carry_over"] else 0
        full = row["max_works"] is not None and row["offices"] >= row["max_works"]
        found.append(Entry(row["year"], tuple(lacks), row["max_works"] if full else None))
    return found


def _cents(amount: float) -> int:
    return round(100 * amount)


def cash_of(lines: Sequence[NewLine], masts: Mapping[str, int], year: int, funded_years: int) -> dict[int, int]:
    """Return what lines take of each year if they are bought in one; masts of the plan grow in their own year."""
    taken: dict[int, int] = {}
    for each in lines:
        first = masts.get(each.place, year) if each.line == "mast" else year
        taken[first] = taken.get(first, 0) + each.capex_cents
        for of_year in range(first, first + funded_years):
            taken[of_year] = taken.get(of_year, 0) + each.opex_per_year_cents
    return taken


def years_words(scenario: Scenario, plan: Plan, lines: Sequence[NewLine], earliest: int) -> list[str]:
    """Return in which year more lines would enter, and which money and works they would need beside the plan's.

    Parameters
    ----------
    scenario : Scenario
    plan : Plan
    lines : sequence of NewLine
        Of one office.
    earliest : int
        The first year in which what they hang on is there.
    """
    masts = {
        place: int(year) for place, year in zip(plan.masts["place"], plan.masts.get("year", ()), strict=False)
    } if plan.phases else {}  # fmt: skip
    funded = scenario.money.funded_years
    years = [row["year"] for row in plan.phases if row["year"] >= earliest]
    found = entries(plan.phases, {year: cash_of(lines, masts, year, funded) for year in years})
    if not found:
        return []
    best = min(found, key=lambda entry: (entry.max_works is not None, _total(entry), entry.year))
    currency, told = plan.scenario["currency"], []
    full = [entry for entry in found if entry.max_works is not None]
    if full:
        text = _("Works bind in {years}: as many offices as the year allows are connected or upgraded then.")
        told.append(text.format(years=", ".join(str(entry.year) for entry in full)))
    if not best.lacks:
        if best.max_works is None:
            text = _("The years do not bind: there is money and room for the first of these ways in {year}.")
        else:
            text = _(
                "Money does not bind in {year}: with one work more there would be enough for the first of these ways."
            )
        return [*told, text.format(year=best.year)]
    lacks = ", ".join(
        _("{amount} in {year}").format(amount=money(cents, currency, exact=True), year=year)
        for year, cents in best.lacks
    )
    text = _(
        "With everything else in its year, the first of these ways lacks least if it is bought in {year}: it would "
        "enter with this much more money: {lacks}."
    )
    return [*told, text.format(year=best.year, lacks=lacks)]


def _total(entry: Entry) -> int:
    return sum(cents for _year, cents in entry.lacks)
