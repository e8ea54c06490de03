"""How few years it takes, in the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.report.layout import Grid, print_grid, say, say_title
from planner.wording import number, what_data

if TYPE_CHECKING:
    from rich.console import Console

    from planner.plan.fewest import FewestYears

SHOWN = 5
"""So many ids of offices that are left out are named."""


def print_fewest(found: FewestYears, console: Console) -> None:
    """Print in how few years all offices can be connected, and what each year takes."""
    say_title(console, found.scenario)
    if warning := what_data(synthetic=found.synthetic, name=found.scenario):
        say(console, warning, style="bold yellow")
    for line in (verdict(found), *_built(found), *_left_out(found)):
        say(console, line)
    if found.by_year:
        console.print()
        rows = [
            (
                str(row["year"]),
                number(row["offices"]),
                *(number(row[name]) for name in ("purchases", "operation", "spent")),
            )
            for row in found.by_year
        ]
        figures = (_("Offices"), _("Purchases"), _("Operation"), _("Spent"))
        say(console, _("The years, in {currency}").format(currency=found.currency), style="bold")
        print_grid(console, Grid((_("Year"),), figures, tuple(rows)))
        if any(not row["spent"] for row in found.by_year[:-1]):
            say(
                console, _("Money is saved up first: what is bought later has to be operated for fewer of these years.")
            )
        say(
            console,
            _("For the plan that is worth most in these years, write them as phases; see docs/method/phases.md."),
        )


def verdict(found: FewestYears) -> str:
    """Return how few years it takes, as a sentence that claims no more than is proven."""
    money = {"currency": found.currency, "limit": number(found.limit), "offices": number(found.offices)}
    if found.years is None:
        text = (
            _("With {currency} {limit} a year {offices} offices are not connected within {most} years: proven.")
            if found.at_least > found.most
            else _("With {currency} {limit} a year no plan for {offices} offices within {most} years is known.")
        )
        return text.format(**money, most=found.most)
    if found.years == found.at_least:
        text = ngettext(
            "With {currency} {limit} a year all {offices} offices are connected in {n} year; fewer do not do: proven.",
            "With {currency} {limit} a year all {offices} offices are connected in {n} years; fewer do not do: proven.",
            found.years,
        )
        return text.format(**money, n=found.years)
    return _(
        "With {currency} {limit} a year all {offices} offices are connected in {n} years; that fewer than {least} do "
        "not do is proven."
    ).format(**money, n=found.years, least=found.at_least)


def _built(found: FewestYears) -> list[str]:
    if not found.built:
        return []
    text = _(
        "What is contracted, built or working was paid for before the first year ({currency} {amount}) and takes "
        "nothing of the limits; its operation is paid from the first year on."
    )
    return [text.format(currency=found.currency, amount=number(found.built))]


def _left_out(found: FewestYears) -> list[str]:
    if not found.left_out:
        return []
    text = ngettext(
        "Not counted is {n} office that nothing can connect beside the others: {ids}.",
        "Not counted are {n} offices that nothing can connect beside the others: {ids}.",
        len(found.left_out),
    )
    ids = [*found.left_out[:SHOWN], *(["…"] if len(found.left_out) > SHOWN else [])]
    return [text.format(n=number(len(found.left_out)), ids=", ".join(ids))]
