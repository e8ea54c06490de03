"""What is told of a shared budget: what terminal, report and app share; mappings are those of ``portfolio.json``.

Runs of earlier versions have no ``unspent``, ``beyond_unspent`` and ``no_next``: nothing is told of these then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.wording import benefit_column, figure, money, number, what_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COARSE = 0.01
"""A gap beyond which it is told what would narrow it."""
_STOPPED = ("time_limit", "cancelled")
_EXACT = 10
"""Amounts below are told to the cent: rounded, some would be nothing."""


def whose_data(countries: Sequence[Mapping[str, Any]], *, named: bool = True) -> str:
    """Return which countries do not exist; nothing where all do. ``named``: by their names, not their number alone."""
    invented = [country["name"] for country in countries if country["synthetic"]]
    if len(countries) == len(invented) == 1:
        return what_data(synthetic=True, name=invented[0])
    if len(countries) == len(invented):
        return _("SYNTHETIC DATA: none of these countries exists.")
    if not invented:
        return ""
    if named:
        text = ngettext(
            "SYNTHETIC DATA: {n} of {all} countries does not exist: {names}.",
            "SYNTHETIC DATA: {n} of {all} countries do not exist: {names}.",
            len(invented),
        )
    else:
        text = ngettext(
            "SYNTHETIC DATA: {n} of {all} countries does not exist.",
            "SYNTHETIC DATA: {n} of {all} countries do not exist.",
            len(invented),
        )
    return text.format(n=number(len(invented)), all=number(len(countries)), names=", ".join(invented))


def weighed(weights: Mapping[str, float]) -> str:
    """Return the columns that benefit counts, with their weights where they are not 1."""
    return ", ".join(
        benefit_column(name) if weight == 1 else f"{benefit_column(name)} × {figure(weight)}"
        for name, weight in weights.items()
    )


def what_counts(weights: Mapping[str, float]) -> str:
    """Return what a unit of benefit is."""
    text = _("Benefit counts {weights}; at an office that is too slow today, by the share of its demand that it lacks.")
    return text.format(weights=weighed(weights))


def unspent_words(shared: Mapping[str, Any], currency: str) -> str:
    """Return how much of a budget stays unspent, and why; nothing where it is spent or kept back to the cent."""
    if not shared.get("unspent"):
        return ""
    parts = shared["countries"]
    if any(part["next"] for part in parts):
        text = (
            _(
                "{amount} stays unspent: it pays for no dearer plan that a country may get and that brings more, and "
                "no other allowed choice of the known plans is worth more."
            )
            if shared["best_known"]
            else _(
                "{amount} stays unspent in the best choice of the known plans that was found; another one may be worth "
                "more."
            )
        )
    elif any(part["no_next"] == "most" for part in parts):
        text = _(
            "{amount} stays unspent: every dearer plan that brings more exceeds what its country may get at most, or "
            "none is known."
        )
    else:
        text = _("{amount} stays unspent: no dearer plan that brings more is known of any country.")
    return text.format(amount=_told(shared["unspent"], currency))


def next_words(shared: Mapping[str, Any], currency: str) -> str:
    """Return where the next money brings most, what the step costs, and how much of that is not there yet."""
    first = next((part for part in shared["countries"] if part["name"] == shared["next"]), None)
    if first is None or first["next"] is None:
        return ""
    more = first["next"]
    text = _(
        "The next money brings most benefit in {country}: {amount} more for {people} more people, {each} of each 1,000."
    )
    told = text.format(
        country=first["name"],
        amount=_told(more["money"], currency),
        people=number(more["people"]),
        each=figure(more["people_per_1000"]),
    )
    return " ".join(filter(None, (told, _not_there_yet(first, currency))))


def _not_there_yet(part: Mapping[str, Any], currency: str) -> str:
    """Return how much of a country's next step is there already; nothing where none of it is."""
    price = part["next"]["money"]
    beyond = part["next"].get("beyond_unspent", price)
    if beyond == price:
        return ""
    text = (
        _("Of that, {there} is there, unspent or kept back for {country}: {beyond} more is needed.")
        if part["kept_back"]
        else _("Of that, {there} is there, unspent: {beyond} more is needed.")
    )
    there = _told(round(price - beyond, 2), currency)
    return text.format(there=there, country=part["name"], beyond=_told(beyond, currency))


def without_next(shared: Mapping[str, Any], column: str) -> list[str]:
    """Return why a column of what more money brings has no figure for some countries, a sentence for each reason."""
    reasons = {
        "most": _("“{column}” has a dash where every dearer plan exceeds what the country may get at most: {names}."),
        "dearest": _("“{column}” has a dash where no dearer plan that brings more is known: {names}."),
    }
    told = []
    for reason, text in reasons.items():
        if names := [part["name"] for part in shared["countries"] if part.get("no_next") == reason]:
            told.append(text.format(column=column, names=", ".join(names)))
    return told


def what_narrows(budgets: Sequence[Mapping[str, Any]], countries: Sequence[Mapping[str, Any]]) -> str:
    """Return what would narrow the widest gap of the budgets that can be shared out; nothing where all are narrow."""
    widest = max((one for one in budgets if one["conflict"] is None), key=lambda one: float(one["gap"]), default=None)
    if widest is None:
        return ""
    parts = [part for part in widest["countries"] if part["point"] is not None]
    choice = widest["gap"] - widest["gap_of_countries"]
    if max(widest["gap"], *(part["gap"] for part in parts), 0.0) <= COARSE:
        return ""
    if choice >= widest["gap_of_countries"]:
        return _(
            "The widest gap comes above all from choosing among few plans: frontiers that are found anew for more "
            "budgets (--points) narrow it."
        )
    got = {part["name"] for part in parts}
    if any(country["name"] in got and country["termination"] in _STOPPED for country in countries):
        return _(
            "The widest gap comes above all from the countries' own frontiers: a longer search (--time-limit), or one "
            "for more budgets (--points), may narrow it."
        )
    return _(
        "The widest gap comes above all from the countries' own plans: frontiers that are found anew for more budgets "
        "(--points), or to a smaller gap (--gap), narrow it."
    )


def _told(amount: float, currency: str) -> str:
    return money(100 * amount, currency, exact=amount < _EXACT)
