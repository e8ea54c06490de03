"""The method in half a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.documents.blocks import Heading, Paragraph
from planner.wording import number, share

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block


def method(plan: Plan) -> list[Block]:
    """Return how the plan was found."""
    money = plan.scenario
    terms = _(
        "Amounts are in {currency} of {year}. First purchases contain freight, duties and contingency. The programme "
        "cost is first purchases and {funded} years of operation, not discounted; the present value looks {horizon} "
        "years ahead, with replacements, less what is left at the end, discounted at {rate} a year. Every line is "
        "rounded to the cent before lines are added, so that all tables add up."
    )
    return [
        Heading(_("Method")),
        Paragraph(
            _(
                "Candidate links come from the terrain and from what stands already: fibre along least-cost trenches "
                "that several offices share, microwave hops with line of sight over the terrain, satellite and "
                "mobile services where they are offered. Masts are as tall as the terrain asks for and are paid for "
                "once, whoever uses them."
            )
        ),
        Paragraph(
            _(
                "Microwave hops keep the first Fresnel zone free in the usual atmosphere (k = 4/3) and most of it in "
                "the worst (ITU-R P.530). What a hop carries follows from its link budget: free-space loss (P.525), "
                "gases (P.676), rain (P.838, P.530) and multipath (P.530) against every modulation. The annex has "
                "the sheet of each hop."
            )
        ),
        Paragraph(
            _(
                "Of all these candidates the program chooses offices, technologies and network together, so that what "
                "the scenario asks for is reached as well as its budgets and limits allow, and proves how much any "
                "other plan could do better. The proof holds for these inputs; it says nothing about whether the "
                "inputs are true."
            )
        ),
        Paragraph(
            terms.format(
                currency=money["currency"],
                year=money["price_year"],
                funded=number(money["funded_years"]),
                horizon=number(money["horizon_years"]),
                rate=share(money["discount_rate"], 1),
            )
        ),
    ]
