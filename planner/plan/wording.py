"""Figures and names in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_currency, format_decimal, format_percent

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


_MEASURES: dict[str, Callable[[], str]] = {
    "capex": lambda: _("first purchase (capex)"),
    "opex_per_year": lambda: _("operation per year (opex)"),
    "present_value": lambda: _("present value"),
    "programme_cost": lambda: _("programme cost"),
}


def measure_name(measure: str) -> str:
    """Return the name of a money column."""
    return _MEASURES[measure]()
