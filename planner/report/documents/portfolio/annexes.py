"""What the figures of a portfolio rest on: method and limits, rates of exchange, frontiers and where they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner._version import __version__
from planner.i18n import _
from planner.portfolio_words import what_counts
from planner.report.documents.blocks import Bullets, Heading, Paragraph, Table
from planner.report.documents.portfolio.summary import cautions
from planner.wording import ended_words, number, sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.portfolio import Portfolio
    from planner.report.documents.blocks import Block

HASH_SIGNS = 16


def annexes(portfolio: Portfolio) -> list[Block]:
    """Return method, limits and annexes."""
    return [
        Heading(_("Method and limits")),
        Bullets(_limits()),
        Heading(_("Assumptions and their sources"), annex=True),
        *cautions(portfolio),
        *_assumptions(portfolio),
        Heading(_("Reproducibility"), annex=True),
        *_again(portfolio),
    ]


def _limits() -> tuple[str, ...]:
    return (
        _(
            "Each country is known by the plans on its frontier. Which of them to take is a knapsack problem that is "
            "solved exactly unless the table of states grows too large; the ceiling is its Lagrangian bound."
        ),
        _(
            "Plans between two points of a frontier are not sought anew for the money that a country gets: where steps "
            "are coarse, ask for more points."
        ),
        _("Benefit of all countries counts alike: a person in one country weighs as much as a person in another."),
        _("Rates of exchange and prices stand as they are; neither has a range here."),
        _("Costs of a country are those of its own plan document, which names its assumptions and risks."),
    )


def _assumptions(portfolio: Portfolio) -> list[Block]:
    """Return rates of exchange with their sources, and what benefit counts."""
    rows = tuple(
        (name, rate["currency"], _rate_source(rate, portfolio), str(rate["price_year"]), number(rate["rate"], 8))
        for name, rate in portfolio.rates.items()
    )
    text = _("Costs are converted by the rates of this table and rounded up to the cent.")
    headings = (_("Country"), _("Currency"), _("Source"), _("Price year"))
    worth = _("Worth of one unit in {currency}").format(currency=portfolio.currency)
    return [
        Paragraph(f"{text} {what_counts(portfolio.weights)}"),
        Table(_("Rates of exchange"), headings, (worth,), rows, small=True),
    ]


def _rate_source(rate: Mapping[str, object], portfolio: Portfolio) -> str:
    if rate["currency"] == portfolio.currency:
        return _("the same currency")
    return _("user") if rate["source"] == "user" else str(rate["source"])


def _again(portfolio: Portfolio) -> list[Block]:
    """Return the frontiers that the figures rest on, and how to make them again."""
    rows = tuple(
        (
            country["name"],
            country["scenario"],
            str(country["hash"])[:HASH_SIGNS],
            sentence(ended_words(country["termination"])),
            number(country["connect_all"]),
        )
        for country in portfolio.countries
    )
    text = _(
        "All figures are those of portfolio.json in the folder of this run. Each country's frontier is a run of its "
        "own with scenario, prices and fingerprints of its inputs in its folder; “planner portfolio” shares the "
        "money out again. Made with PostLink Planner {version}."
    )
    headings = (_("Country"), _("Scenario"), _("Fingerprint of the scenario"), _("Search"))
    most = _("Dearest plan, {currency}").format(currency=portfolio.currency)
    return [
        Paragraph(text.format(version=__version__)),
        Table(_("Frontiers of the countries"), headings, (most,), rows, small=True),
    ]
