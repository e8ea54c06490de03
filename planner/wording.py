"""Figures, names and judgements in the user's language."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

from planner.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable

    from planner.i18n import Language


# The code of a currency is clear in every country; where it stands is the language's custom.
_MONEY_PATTERNS: dict[Language, str] = {"en": "¤¤ #,##0{decimals}", "fr": "#,##0{decimals} ¤¤"}


def money(cents: float, currency: str, *, exact: bool = False) -> str:
    """Return an amount in whole units of currency, e.g. ``USD 12,345``, or to the cent."""
    pattern = _MONEY_PATTERNS[language()].format(decimals=".00" if exact else "")
    return format_currency(cents / 100, currency, pattern, locale=language(), currency_digits=False)


def money_short(cents: float, currency: str) -> str:
    """Return an amount for narrow places: from ten million up in millions, milliards … with two decimals."""
    if abs(cents) < 1_000_000_000:
        return money(cents, currency)
    amount = format_compact_decimal(cents / 100, locale=language(), fraction_digits=2)
    return f"{amount}\N{NO-BREAK SPACE}{currency}" if language() == "fr" else f"{currency}\N{NO-BREAK SPACE}{amount}"


def number(value: float, digits: int = 0) -> str:
    """Return a number with at most so many decimals."""
    return format_decimal(value, "#,##0." + "#" * digits if digits else "#,##0", locale=language())


def figure(value: float) -> str:
    """Return a number with about three significant figures, none of them lost before the decimal sign."""
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 4)


def share(value: float, digits: int = 0) -> str:
    """Return a share of 1 in per cent."""
    pattern = "#,##0." + "0" * digits + " %" if digits else "#,##0 %"
    return format_percent(value, pattern, locale=language())


def labelled(label: str, text: str) -> str:
    """Return a label and what it says, with the colon set as the language sets it."""
    return _("{label}: {text}").format(label=label, text=text)


_TECHNOLOGIES: dict[str, Callable[[], str]] = {
    "fibre": lambda: _("fibre"),
    "microwave": lambda: _("microwave"),
    "leo": lambda: _("low-orbit satellite (LEO)"),
    "geo": lambda: _("geostationary satellite (GEO)"),
    "cellular": lambda: _("cellular"),
    "source": lambda: _("source"),
    "existing": lambda: _("existing connection"),
}


def technology_name(technology: str) -> str:
    """Return the name of a technology; names that only the user's catalogue knows stay as they are."""
    named = _TECHNOLOGIES.get(technology)
    return named() if named else technology


_ITEMS: dict[str, Callable[[], str]] = {
    "IP transit": lambda: _("IP transit"),
    "access": lambda: _("access"),
    "activation": lambda: _("activation"),
    "antennas": lambda: _("antennas"),
    "cellular router": lambda: _("cellular router"),
    "computers": lambda: _("computers"),
    "energy": lambda: _("energy"),
    "fibre operation": lambda: _("fibre operation"),
    "fibre plant": lambda: _("fibre plant"),
    "fibre terminals": lambda: _("fibre terminals"),
    "handhelds": lambda: _("handhelds"),
    "installation": lambda: _("installation"),
    "licence": lambda: _("licence"),
    "mast": lambda: _("mast"),
    "power": lambda: _("power"),
    "radios": lambda: _("radios"),
    "rent": lambda: _("rent"),
    "router": lambda: _("router"),
    "site": lambda: _("site"),
    "splice": lambda: _("splice"),
    "service fee": lambda: _("service fee"),
    "spectrum": lambda: _("spectrum"),
    "support": lambda: _("support"),
    "survey": lambda: _("survey"),
    "terminal": lambda: _("terminal"),
    "training": lambda: _("training"),
    "upkeep": lambda: _("upkeep"),
    "ups": lambda: _("uninterruptible supply"),
    "wifi": lambda: _("Wi-Fi"),
}


def item_name(item: str) -> str:
    """Return the name of a cost item; names that only the user's catalogue knows stay as they are."""
    named = _ITEMS.get(item)
    return named() if named else item


_MEASURES: dict[str, Callable[[], str]] = {
    "capex": lambda: _("first purchase (capex)"),
    "opex_per_year": lambda: _("operation per year (opex)"),
    "present_value": lambda: _("present value"),
    "programme_cost": lambda: _("programme cost"),
}


def measure_name(measure: str) -> str:
    """Return the name of a money column."""
    return _MEASURES[measure]()


_RULES: dict[str, Callable[[], str]] = {
    "all_leo": lambda: _("all by LEO"),
    "all_cellular": lambda: _("all by cellular"),
    "cheapest_per_office": lambda: _("cheapest for each"),
}


def rule_name(baseline: str) -> str:
    """Return the name of a simple rule that plans are held against."""
    return _RULES[baseline]()


def quality(*, status: str, termination: str, value: float | None, gap: float | None) -> str:
    """Return how good a plan is and why the search ended, in words that claim no more than is proven.

    Parameters
    ----------
    status, termination, value, gap
        As in `planner.plan.outcome.Outcome`.
    """
    if value is None:
        return _("There is no plan: the search was cancelled before the first one.")
    ended = {
        "gap": _("the search reached the gap that was asked for"),
        "time_limit": _("the search ended at its time limit"),
        "cancelled": _("the search was cancelled"),
        "exhausted": _("the search had nothing left to try"),
        "evaluated": _("somebody else's plan, priced"),
    }.get(termination, termination)
    if value <= 0:
        text = (
            _("This plan is worth nothing, and no other of the same money is worth more, proven; {ended}.")
            if gap == 0
            else _("This plan is worth nothing: it brings no benefit; {ended}.")
        )
        return text.format(ended=ended)
    if gap is None or gap > _LOOSE:
        return _("How near this is to the best plan is not known; {ended}.").format(ended=ended)
    if status == "optimal" and termination not in {"time_limit", "cancelled"}:
        # Better than this plan by so much of this plan's value: the gap as it stands.
        text = _("Proven: no plan under these inputs is better by more than {gap}; {ended}.")
        return text.format(gap=_rounded_up(gap), ended=ended)
    if short_of_best(gap) <= _NEAR:
        text = _("Within {gap} of the best plan under these inputs, proven; {ended}.")
        return text.format(gap=_rounded_up(short_of_best(gap)), ended=ended)
    text = _("At least {share} of the best possible under these inputs, proven; {ended}.")
    return text.format(share=_reached(gap), ended=ended)


def short_of_best(gap: float) -> float:
    """Return what a plan lacks at most of the best possible plan's value, as a share of that value.

    Parameters
    ----------
    gap : float
        Relative to the plan's own value v, as plans tell it: (b − v) / v, b being the bound. Relative to the best
        possible value it is (b − v) / b = gap / (1 + gap), which never exceeds 1.
    """
    return gap / (1 + gap)


def nearness(gap: float) -> str:
    """Return in two or three words how near a plan is to the best possible one."""
    if short_of_best(gap) <= _NEAR:
        return _("within {gap}").format(gap=_rounded_up(short_of_best(gap)))
    return _("at least {share}").format(share=_reached(gap)) if gap <= _LOOSE else "?"


def too_little(*, office: str, price: float, limit: float, measure: str, currency: str) -> str:
    """Return that a budget is too small for any office, and what the cheapest one costs; amounts in currency."""
    text = _("The budget of {limit} is too small for any office: the cheapest, {office}, costs {price} ({measure}).")
    # To the cent: the two may be near each other.
    amounts = {name: money(100 * x, currency, exact=True) for name, x in (("limit", limit), ("price", price))}
    return text.format(office=office, measure=measure_name(measure), **amounts)


def so_far(gap: float) -> str:
    """Return how good the best plan of a search still at work is."""
    if short_of_best(gap) <= _NEAR:
        text = _("Best plan so far: within {gap} of the best plan under these inputs.")
        return text.format(gap=_rounded_up(short_of_best(gap)))
    if gap <= 1:
        text = _("Best plan so far: at least {share} of the best possible under these inputs.")
        return text.format(share=_reached(gap))
    # A small share says nothing yet: the bound of the first seconds is loose.
    return _("There is a first plan; how near it is to the best is not known yet.")


_NEAR = 0.2
"""Up to here a sentence says what a plan may lack of the best possible one, from here on what it reaches of it."""
_LOOSE = 99.0
"""Gap of a plan that is proven to reach a hundredth of the best possible one: beyond, nothing is said of it."""


def _rounded_up(lacking: float) -> str:
    """Return in per cent what a plan lacks: never nearer to the best than is proven."""
    digits = 1 if lacking >= 0.01 else 2
    step = 10.0 ** -(digits + 2)
    return share(math.ceil(lacking / step - 1e-9) * step, digits)


def _reached(gap: float) -> str:
    """Return in whole per cent what a plan reaches of the best possible value: never more than is proven."""
    return share(math.floor(100 * (1 - short_of_best(gap)) + 1e-9) / 100)
