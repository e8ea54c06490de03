"""The portfolio report, chapter by chapter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date

from planner.i18n import _, language
from planner.portfolio_words import whose_data
from planner.report.documents.blocks import Document
from planner.report.documents.portfolio.annexes import annexes
from planner.report.documents.portfolio.ceiling import ceiling, limits
from planner.report.documents.portfolio.countries import who_gets_what
from planner.report.documents.portfolio.summary import stand_in, summary
from planner.wording import measure_name, number, sentence, what_data

if TYPE_CHECKING:
    from planner.portfolio import Portfolio


def build_portfolio(portfolio: Portfolio) -> Document:
    """Return the report of a portfolio in the language of now; every figure is one of ``portfolio.json``."""
    facts = (
        (_("Plan of"), format_date(datetime.now(UTC), "long", locale=language())),
        (_("Countries"), number(len(portfolio.countries))),
        (_("Currency"), portfolio.currency),
        (_("What budgets pay for"), sentence(measure_name(portfolio.measure))),
    )
    if portfolio.synthetic:
        # In the head of each page: the names stand where results do.
        banner = whose_data(portfolio.countries, named=False)
    else:
        # The words for places that stand in for offices are those of a single plan.
        banner = next((what_data(synthetic=False, name=country["scenario"]) for country in stand_in(portfolio)), "")
    return Document(
        language=language(),
        title=portfolio.name,
        subtitle=_("One budget for connecting the post offices of several countries"),
        facts=facts,
        banner=banner,
        contents=_("Contents"),
        blocks=(
            *summary(portfolio),
            *who_gets_what(portfolio),
            *ceiling(portfolio),
            *limits(portfolio),
            *annexes(portfolio),
        ),
    )
