"""What uncertain prices and demand do to the plan, where the run's folder holds such a study of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _
from planner.plan.store import RISK_JSON
from planner.price_words import drawn_name
from planner.report.documents.blocks import Bullets, Figure, Heading, Note, Paragraph, Table
from planner.report.documents.charts import tornado_drawing
from planner.report.documents.typography import about_money
from planner.risk_words import benefit_words, limits_missed, no_plan_found, with_bars
from planner.wording import measure_name, number, sentence, share

if TYPE_CHECKING:
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

SHOWN = 10
"""So many figures are drawn; the study has all."""
BANDS = ("p05", "p50", "p95")


def risk(run: ExportedRun) -> list[Block]:
    """Return the study of risk; nothing where there is none.

    A study of another scenario, such as one that was left behind, is named and not shown.

    Raises
    ------
    InputError
        If the study cannot be read.
    """
    if not (run.folder / RISK_JSON).is_file():
        return []
    from planner.risk.result import read_risk  # noqa: PLC0415 - it brings the solver, and few runs have a study

    heading = Heading(_("What prices and demand may do"), 2)
    told = read_risk(run.folder)
    if not told["draws_done"]:
        return [heading, Note(_("The study of risk in this folder ended before its first draw: it tells nothing."))]
    if told["scenario"]["hash"] != run.plan.scenario["hash"]:
        return [heading, Note(_("The study of risk in this folder belongs to another scenario and is not shown."))]
    currency, measure = run.plan.scenario["currency"], told["budget"]["measure"]
    return [
        heading,
        Paragraph(_drawn(told)),
        Bullets(tuple(_kept(told, currency, measure))),
        _bands(told, currency),
        *_tornado(told, currency, measure),
    ]


def _drawn(told: dict[str, Any]) -> str:
    text = _(
        "{draws} times all {figures} uncertain figures were drawn from their ranges, and this plan was reckoned anew. "
        "The ranges are those of the price catalogue and the scenario."
    )
    return text.format(draws=number(told["draws_done"]), figures=number(len(told["figures"])))


def _kept(told: dict[str, Any], currency: str, measure: str) -> list[str]:
    fixed, value = told["fixed"], max(told["plan"]["value"], 1e-9)
    lines = [
        _(
            "The plan stays within its budget in {share} of the draws; in {carried} all its links have the capacity "
            "and availability asked."
        ).format(share=share(fixed["within_budget_share"]), carried=share(1 - fixed["overloaded_share"])),
        _("It costs at most {most} in 95 % of the draws, and at most {half} in half of them ({measure}).").format(
            most=about_money(fixed[measure]["p95"], currency),
            half=about_money(fixed[measure]["p50"], currency),
            measure=measure_name(measure),
        ),
        _("Cut back to its budget it keeps {kept} of its benefit on average, and {least} at the worst.").format(
            kept=share(fixed["value_kept"]["mean"] / value), least=share(fixed["value_kept"]["least"] / value)
        ),
        *limits_missed(fixed),
        *benefit_words(told),
    ]
    if told["best"] is not None:
        text = _("Had the prices been known, another plan would have brought {more} more benefit on average.")
        lines.append(text.format(more=share(told["best"]["regret"]["mean"] / value, 1)))
        lines += no_plan_found(told["best"])
    return lines


def _bands(told: dict[str, Any], currency: str) -> Table:
    fixed, plan = told["fixed"], told["plan"]
    rows = [
        (sentence(measure_name(name)), number(plan[name]), *(number(fixed[name][band]) for band in BANDS))
        for name in ("capex", "opex_per_year", "programme_cost", "present_value")
    ]
    rows += [
        (label, number(plan[typical]), *(number(fixed[kept][band]) for band in BANDS))
        for label, typical, kept in (
            (_("Offices that fit the budget"), "offices", "offices_kept"),
            (_("Benefit that fits the budget"), "value", "value_kept"),
        )
    ]
    headings = (_("At typical prices"), _("5 % of draws below"), _("Half of them below"), _("95 % of draws below"))
    caption = _("The plan over all draws, money in {currency}").format(currency=currency)
    return Table(caption, (_("What"),), headings, tuple(rows))


def _tornado(told: dict[str, Any], currency: str, measure: str) -> list[Block]:
    """Return what each figure does by itself to the cost; nothing where none does anything."""
    base = told["plan"][measure]
    shown = with_bars(told["tornado"], SHOWN)
    rows = [(drawn_name(row["name"]), row["low"]["cost"], row["high"]["cost"]) for row in shown]
    if not rows:
        return []
    names = (_("the figure at its low"), _("the figure at its high"))
    drawing = tornado_drawing(rows, base=base, names=names, currency=currency)
    caption = _("One figure at a time: {measure}, in {currency}").format(
        measure=measure_name(measure), currency=currency
    )
    first, low, high = rows[0]
    words = _("The line in the middle is {base}. The widest: with {name} at its low {low}, at its high {high}.")
    told_words = words.format(base=number(base), name=first, low=number(low), high=number(high))
    return [Figure(caption, drawing, told_words)]
