"""One budget over many countries: where the next money goes, by the frontiers of the countries.

See docs/method/portfolio.md.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.portfolio.allocation import Curve, allocate, ceiling_of
from planner.portfolio.asked import CountryAsked, PortfolioAsked, as_written, dump_portfolio, load_portfolio
from planner.portfolio.country import (
    CountryFrontier,
    Terms,
    comparable,
    rate_of,
    read_country,
    refuse_missing,
    refuse_what_has_to_be,
)
from planner.portfolio.result import (
    PORTFOLIO_CSV,
    PORTFOLIO_JSON,
    Conflict,
    CountryPart,
    Next,
    Portfolio,
    Shared,
    Unlimited,
    write_portfolio,
)
from planner.scenario import Share
from planner.scenario.rules import say_limit
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from planner.portfolio.allocation import Allocation
    from planner.scenario import Amount

__all__ = [
    "PORTFOLIO_CSV",
    "PORTFOLIO_JSON",
    "CountryAsked",
    "CountryFrontier",
    "Curve",
    "Portfolio",
    "PortfolioAsked",
    "Terms",
    "allocate",
    "comparable",
    "dump_portfolio",
    "load_portfolio",
    "rate_of",
    "read_country",
    "refuse_missing",
    "refuse_what_has_to_be",
    "share_out",
    "write_portfolio",
]

THOUSAND_CENTS = 100_000
"""A thousand of the portfolio's currency."""
NOISE = 1e-11
"""Of a ceiling: sums that differ by less differ by rounding."""


def share_out(
    asked: PortfolioAsked, countries: Sequence[CountryFrontier], budgets: Sequence[Amount | Share]
) -> Portfolio:
    """Share each of some budgets out among countries so that their plans bring most benefit together.

    Parameters
    ----------
    asked : PortfolioAsked
    countries : sequence of CountryFrontier
        One for each that is asked for, in the same order.
    budgets : sequence of Amount or Share
        In the portfolio's currency; shares are of what the dearest plans of all countries cost together.

    Raises
    ------
    InputError
        Benefits or money of the countries cannot be added up, one has to get more than it may, or a budget is less
        than a cent.
    """
    everything = sum(country.connect_all_cents for country in countries)
    money = _money_of(budgets, everything)
    terms = [country.terms for country in countries]
    if problems := (
        *comparable(terms),
        *_crossed(asked.countries, countries, list(money)),
        *_too_small(budgets, everything),
    ):
        raise InputError(asked.placed(problems))
    return Portfolio(
        name=asked.name,
        currency=asked.currency,
        measure=countries[0].measure,
        weights=countries[0].weights,
        rates={
            country.name: {
                "currency": country.currency,
                "rate": country.rate,
                "source": None if country.currency == asked.currency else wish.rate_source,
                "price_year": country.price_year,
            }
            for wish, country in zip(asked.countries, countries, strict=True)
        },
        notes=_notes(countries),
        synthetic=any(country.synthetic for country in countries),
        budgets=tuple(
            replace(_shared(asked.countries, countries, cents), share=share) for cents, share in sorted(money.items())
        ),
        countries=tuple(map(_asked_of, asked.countries, countries)),
    )


def _money_of(budgets: Sequence[Amount | Share], all_cents: int) -> dict[int, float | None]:
    """Return each budget once, in cents, and the share of connecting all that it was asked for as, if it was."""
    money: dict[int, float | None] = {}
    for budget in budgets:
        cents = _budget_cents(budget, all_cents)
        money[cents] = budget.share if isinstance(budget, Share) else money.get(cents)
    return money


def _budget_cents(budget: Amount | Share, all_cents: int) -> int:
    return round(budget.share * all_cents if isinstance(budget, Share) else 100 * budget.amount)


def _too_small(budgets: Sequence[Amount | Share], all_cents: int) -> list[Problem]:
    """Return which budgets are nothing."""
    message, remedy = _("A budget of less than a cent cannot be shared out."), _("Name a larger budget.")
    return [
        Problem("bad-budget", message, remedy, column=f"budgets[{k}]", value=as_written(budget))
        for k, budget in enumerate(budgets)
        if _budget_cents(budget, all_cents) < 1
    ]


def _asked_of(wish: CountryAsked, country: CountryFrontier) -> dict[str, Any]:
    """Return where the figures of a country come from, and what it was to get."""
    return {
        "name": country.name,
        "run": str(country.folder),
        "scenario": country.scenario,
        "hash": country.scenario_hash,
        "synthetic": country.synthetic,
        "termination": country.termination,
        "connect_all": country.connect_all_cents / 100,
        "least": None if wish.least is None else say_limit(wish.least),
        "most": None if wish.most is None else say_limit(wish.most),
    }


def _crossed(
    asked: Sequence[CountryAsked], countries: Sequence[CountryFrontier], budgets: Sequence[int]
) -> list[Problem]:
    """Return which countries would have to get more than they may of budgets in cents."""
    problems = []
    for budget in budgets:
        for k, (wish, own) in enumerate(zip(asked, least_money(asked, countries, budget), strict=True)):
            if wish.most is not None and _cents(wish.most, budget) < own:
                message = _("Of a budget of {budget}, “{name}” would have to get {least} at least, and may get less.")
                remedy = _("Lower least, or raise most.")
                text = message.format(budget=number(budget / 100, 2), name=wish.name, least=number(own / 100, 2))
                column, value = f"countries[{k}].most", as_written(wish.most)
                problems.append(Problem("bad-part", text, remedy, column=column, value=value))
    return problems


def _notes(countries: Sequence[CountryFrontier]) -> tuple[str, ...]:
    """Return what a reader of the figures has to know."""
    notes = []
    years = sorted({country.price_year for country in countries})
    if len(years) > 1:
        text = _("Amounts are in prices of different years ({years}): rates have to allow for that.")
        notes.append(text.format(years=", ".join(map(str, years))))
    if unfinished := [country.name for country in countries if country.termination == "cancelled"]:
        text = _("The search of these frontiers was cancelled; their ceilings may be loose: {names}.")
        notes.append(text.format(names=", ".join(unfinished)))
    return tuple(notes)


def _shared(asked: Sequence[CountryAsked], countries: Sequence[CountryFrontier], budget: int) -> Shared:
    """Share one budget in cents out."""
    least = least_money(asked, countries, budget)
    if sum(least) > budget:
        return Shared(budget=budget / 100, conflict=_conflict(asked, countries, least, budget))
    most = _most_money(asked, least, budget)
    found = allocate(_within(countries, least, most), budget)
    # Plans that cost more than a country may get are none of its curve any more.
    within = [np.flatnonzero(country.curve.cost <= top) for country, top in zip(countries, most, strict=True)]
    plans = [int(numbers[k]) for numbers, k in zip(within, found.plan.tolist(), strict=True)]
    return _told(asked, countries, least, plans, budget, found)


def _most_money(asked: Sequence[CountryAsked], least: Sequence[int], budget: int) -> list[int]:
    """Return in cents what each country can get of a budget that pays for what all have to get."""
    free = budget - sum(least)
    return [
        own + free if wish.most is None else min(max(_cents(wish.most, budget), own), own + free)
        for wish, own in zip(asked, least, strict=True)
    ]


def _within(countries: Sequence[CountryFrontier], least: Sequence[int], most: Sequence[int]) -> list[Curve]:
    """Return the curves of countries between what they have to get and what they can."""
    return [country.curve.between(own, top) for country, own, top in zip(countries, least, most, strict=True)]


def _rise(asked: Sequence[CountryAsked], countries: Sequence[CountryFrontier], budget: int) -> float:
    """Return by how much the ceiling rises for 1,000 more, of which countries have to get and may get shares too."""
    ceilings = []
    for money in (budget, budget + THOUSAND_CENTS):
        least = least_money(asked, countries, money)
        if sum(least) > money:
            return 0.0  # shares that grow faster than the budget: the larger one cannot be shared out
        ceilings.append(ceiling_of(_within(countries, least, _most_money(asked, least, money)), money))
    rise = ceilings[1] - ceilings[0]
    return rise if rise > NOISE * ceilings[1] else 0.0


def _cents(part: Amount | Share, budget: int) -> int:
    """Return an amount of the portfolio's currency, or a share of the budget, in cents."""
    return math.floor(part.share * budget) if isinstance(part, Share) else round(100 * part.amount)


def least_money(asked: Sequence[CountryAsked], countries: Sequence[CountryFrontier], budget: int) -> list[int]:
    """Return in cents what each country has to get of a budget, at most what its dearest plan can put to use."""
    return [
        0 if wish.least is None else min(_cents(wish.least, budget), country.connect_all_cents)
        for wish, country in zip(asked, countries, strict=True)
    ]


def _conflict(
    asked: Sequence[CountryAsked], countries: Sequence[CountryFrontier], least: Sequence[int], budget: int
) -> Conflict:
    """Return why a budget cannot be shared out, and what would be enough."""
    missing = sum(least) - budget
    # What countries have to get grows with the budget, where it is a share: the first budget that keeps up with it.
    enough = budget
    while (needed := sum(least_money(asked, countries, enough))) > enough:
        enough = needed
    # Where a country would then have to get more than it may, it would of every larger budget too: its share grows on.
    would_do = not _crossed(asked, countries, [enough])
    rows = list(zip(asked, least, strict=True))
    return Conflict(
        least=tuple((wish.name, cents / 100) for wish, cents in rows if cents),
        missing=missing / 100,
        budget=enough / 100 if would_do else None,
        instead=tuple((wish.name, cents / 100, (cents - missing) / 100) for wish, cents in rows if cents >= missing),
    )


def _told(
    asked: Sequence[CountryAsked],
    countries: Sequence[CountryFrontier],
    least: Sequence[int],
    plans: Sequence[int],
    budget: int,
    found: Allocation,
) -> Shared:
    """Return an allocation in the words of the result."""
    # What countries have to get counts as spent there.
    left = budget - found.spent
    parts, ceilings = [], 0.0
    for wish, country, own, plan in zip(asked, countries, least, plans, strict=True):
        part = _part(wish, country, own, plan, budget, left)
        parts.append(part)
        money = max(int(country.curve.cost[plan]), own)
        ceilings += max(country.curve.at_most(money), part.value)
    best = max((part for part in parts if part.next), key=_gain, default=None)
    size = max(found.value, 1e-9)
    limited = any(wish.least is not None or wish.most is not None for wish in asked)
    return Shared(
        budget=budget / 100,
        spent=sum(round(100 * part.spent) for part in parts) / 100,
        unspent=left / 100,
        value=found.value,
        bound=found.bound,
        gap=(found.bound - found.value) / size,
        gap_of_countries=min(ceilings - found.value, found.bound - found.value) / size,
        best_known=found.best_known,
        ceiling_per_1000=_rise(asked, countries, budget),
        offices=sum(part.offices for part in parts),
        people=math.fsum(part.people for part in parts),
        next=None if best is None else best.name,
        countries=tuple(parts),
        without_limits=_unlimited(countries, budget) if limited else None,
    )


def _unlimited(countries: Sequence[CountryFrontier], budget: int) -> Unlimited:
    """Share a budget in cents out as if no country had least or most money."""
    found = allocate([country.curve for country in countries], budget)
    plans = found.plan.tolist()
    totals = [country.points[plan]["totals"] for country, plan in zip(countries, plans, strict=True)]
    spent = [int(country.curve.cost[plan]) / 100 for country, plan in zip(countries, plans, strict=True)]
    return Unlimited(
        spent=found.spent / 100,
        value=found.value,
        bound=found.bound,
        offices=sum(map(_gained, totals)),
        people=math.fsum(total["people"] for total in totals),
        countries=tuple((country.name, money) for country, money in zip(countries, spent, strict=True)),
    )


def _gain(part: CountryPart) -> float:
    return part.next.benefit_per_1000 if part.next else 0.0


def _part(wish: CountryAsked, country: CountryFrontier, least: int, plan: int, budget: int, left: int) -> CountryPart:
    """Return what one country gets and does with it; ``left``: what of the budget nobody gets."""
    point, spent = country.points[plan], int(country.curve.cost[plan])
    totals = point["totals"]
    kept_back = max(least - spent, 0)
    most = None if wish.most is None else _cents(wish.most, budget)
    more = _next(country, plan, most, left + kept_back)
    beyond_most = more is None and _next(country, plan, None, 0) is not None
    return CountryPart(
        name=country.name,
        run=str(country.folder),
        point=plan - 1 if plan else None,
        limit_own=point["limit"],
        spent_own=point["spent"],
        spent=spent / 100,
        kept_back=kept_back / 100,
        least=None if wish.least is None else least / 100,
        most=None if most is None else most / 100,
        value=point["value"],
        bound=point["bound"],
        gap=point["gap"],
        offices=_gained(totals),
        connected=totals["offices_newly_connected"],
        upgraded=totals["offices_upgraded"],
        people=totals["people"],
        next=more,
        no_next=None if more else "most" if beyond_most else "dearest",
    )


def _gained(totals: Mapping[str, Any]) -> int:
    return int(totals["offices_newly_connected"] + totals["offices_upgraded"])


def _next(country: CountryFrontier, plan: int, most: int | None, free: int) -> Next | None:
    """Return the dearer plan that brings most benefit for each unit of money more; none beyond what may be got.

    Of its money ``free`` cents are there already.
    """
    more = country.curve.cost - country.curve.cost[plan]
    gain = country.curve.value - country.curve.value[plan]
    allowed = True if most is None else country.curve.cost <= most
    dearer = np.flatnonzero((more > 0) & (gain > 0) & allowed)
    if not dearer.size:
        return None
    k = int(dearer[np.argmax(gain[dearer] / more[dearer])])
    before, after = country.points[plan]["totals"], country.points[k]["totals"]
    people, thousands = after["people"] - before["people"], float(more[k]) / 100_000
    return Next(
        money=float(more[k]) / 100,
        beyond_unspent=max(int(more[k]) - free, 0) / 100,
        benefit=float(f"{gain[k]:.12g}"),  # without the last digits that the difference of floats leaves
        offices=_gained(after) - _gained(before),
        people=people,
        benefit_per_1000=float(gain[k]) / thousands,
        people_per_1000=people / thousands,
    )
