"""The summary: one page that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.report.documents.blocks import Figure, Heading, KeyFigures, Note, Paragraph
from planner.report.documents.map import map_drawing, map_words
from planner.report.documents.typography import about, about_money
from planner.report.rules import what_rules_heed
from planner.report.summary import verdict
from planner.wording import measure_name, number, rule_name, share, too_little, what_data

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun


def summary(run: ExportedRun) -> list[Block]:
    """Return the summary with key figures and map."""
    plan = run.plan
    return [
        Heading(_("Summary"), new_page=True),
        *cautions(plan),
        Paragraph(_what(plan)),
        KeyFigures(_key_figures(plan)),
        Paragraph(" ".join([_proof(plan), *_beside(plan)])),
        Paragraph(_afterwards(plan)),
        Figure(_("The plan on the map"), map_drawing(plan, run.folder), map_words(plan)),
    ]


def cautions(plan: Plan) -> list[Block]:
    """Return what must be known where results stand: invented data, rows left out, offices of unknown position."""
    said: list[Block] = []
    if warning := what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"]):
        invented = [_("Every figure below follows from invented data.")] if plan.data["synthetic"] else []
        said.append(Note(" ".join((warning, *invented)), serious=True))
    if excluded := plan.data["rows_excluded"]:
        text = ngettext(
            "{n} row of the inputs was left out of everything that follows; the national assessment says which.",
            "{n} rows of the inputs were left out of everything that follows; the national assessment says which.",
            excluded,
        )
        said.append(Note(text.format(n=number(excluded)), serious=True))
    if unknown := plan.totals["offices_position_unknown"]:
        text = ngettext(
            "{n} office is located to a district only; no link is planned to it, only a service.",
            "{n} offices are located to a district only; no links are planned to them, only services.",
            unknown,
        )
        said.append(Note(text.format(n=number(unknown))))
    return said


def _what(plan: Plan) -> str:
    """Return what the plan does, without what there is none of."""
    totals = plan.totals
    new = totals["offices_newly_connected"]
    before = totals["offices_connected"] - new - totals["offices_upgraded"]
    first = (
        ngettext(
            "This plan connects {new} post office that has no adequate connection today and upgrades {upgraded} whose "
            "connection is too slow, of {total} in all.",
            "This plan connects {new} post offices that have no adequate connection today and upgrades {upgraded} "
            "whose connection is too slow, of {total} in all.",
            new,
        )
        if totals["offices_upgraded"]
        else ngettext(
            "This plan connects {new} post office that has no adequate connection today, of {total} in all.",
            "This plan connects {new} post offices that have no adequate connection today, of {total} in all.",
            new,
        )
    )
    already = ngettext("{n} is adequately connected already.", "{n} are adequately connected already.", before)
    people = _("It puts about {people} people who lack adequate service within reach of a connected post office.")
    return " ".join(
        [
            first.format(
                new=number(new),
                upgraded=number(totals["offices_upgraded"]),
                total=number(totals["offices"]),
            ),
            *([already.format(n=number(before))] if before else []),
            people.format(people=about(totals["people"])),
            *_money(plan),
        ]
    )


def _money(plan: Plan) -> list[str]:
    """Return the budget that the plan is told against; nothing where there is none over everything."""
    budget = plan.budget
    if budget is None or budget["scope"]:
        return []
    text = _("Its budget is {limit} ({measure}).")
    limit = about_money(budget["limit"], plan.scenario["currency"])
    return [text.format(limit=limit, measure=measure_name(budget["measure"]))]


def _key_figures(plan: Plan) -> tuple[tuple[str, str], ...]:
    totals, currency = plan.totals, plan.scenario["currency"]
    gained = totals["offices_newly_connected"] + totals["offices_upgraded"]
    cost = totals["programme_cost"]
    each = about_money(cost / gained, currency) if gained else "–"
    person = about_money(cost / totals["people"], currency) if totals["people"] else "–"
    return (
        (number(gained), _("offices newly connected or upgraded")),
        (about(totals["people"]), _("underserved people within reach")),
        (about_money(totals["capex"], currency), _("first purchases")),
        (
            about_money(cost, currency),
            _("programme cost, with {n} years of operation").format(n=plan.scenario["funded_years"]),
        ),
        (each, _("programme cost per office")),
        (person, _("programme cost per person")),
    )


def _proof(plan: Plan) -> str:
    lacking = plan.shortfall
    return " ".join([verdict(plan), *([too_little(**lacking, currency=plan.scenario["currency"])] if lacking else [])])


def _beside(plan: Plan) -> list[str]:
    """Return what the best simple rule, which knows no years, does with the same money, and what it need not keep."""
    rules = [rule for rule in plan.baselines if rule["available"] and rule["within_budget"]]
    if plan.phases or not rules or not plan.benefit:
        return []
    best = max(rules, key=lambda rule: rule["within_budget"]["benefit"])
    there = best["within_budget"]["benefit"]
    text = _("The best simple rule for the same money ({rule}) reaches {share} of this plan's benefit.")
    return [text.format(rule=rule_name(best["name"]), share=share(there / plan.benefit)), *what_rules_heed(plan)]


def _afterwards(plan: Plan) -> str:
    totals, currency = plan.totals, plan.scenario["currency"]
    text = _("After the programme the network costs about {opex} a year to operate, for as long as it is to work.")
    said = [text.format(opex=about_money(totals["opex_per_year"], currency))]
    if totals["fees_saved_per_year"]:
        text = _("Upgrades save about {fees} a year of present fees.")
        said.append(text.format(fees=about_money(totals["fees_saved_per_year"], currency)))
    return " ".join(said)
