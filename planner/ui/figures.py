"""Numbers as users read them, in their language."""

from __future__ import annotations

from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent

from planner.i18n import _, language


def count(number: float) -> str:
    """Return a whole number with the language's grouping."""
    return str(format_decimal(round(number), locale=language()))


def money(amount: float, currency: str) -> str:
    """Return an amount without cents."""
    return str(format_currency(round(amount), currency, locale=language(), currency_digits=False, format="#,##0 ¤"))


def money_short(amount: float, currency: str) -> str:
    """Return an amount in thousands or millions, for tiles."""
    if amount < 100_000:
        return money(amount, currency)
    return str(format_compact_currency(amount, currency, locale=language(), fraction_digits=2))


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage."""
    pattern = "#,##0." + "0" * digits + "\N{NO-BREAK SPACE}%" if language() == "fr" else "#,##0." + "0" * digits + "%"
    return str(format_percent(share, format=pattern, locale=language()))


def gap_in_words(status: str, gap: float | None) -> str:
    """Return how good a plan is, as a sentence."""
    if gap is None:
        return _("No plan yet")
    if status == "optimal":
        return _("The best possible plan under these inputs")
    return _("Within {share} of the best plan under these inputs").format(share=percent(gap, 2 if gap < 0.01 else 1))
