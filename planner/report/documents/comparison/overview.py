"""The summary of a comparison: what must be known, key figures side by side, what is proven of each plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.finance import MEASURES
from planner.i18n import _, ngettext
from planner.report.documents.blocks import Bullets, Heading, Note, Paragraph, Table
from planner.report.documents.comparison.runs import plan_name
from planner.report.documents.typography import about, about_money, figure_in_print
from planner.report.summary import verdict
from planner.wording import figure, labelled, measure_name, nearness, number, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns

Row = tuple[str, ...]


def overview(compared: ComparedRuns) -> list[Block]:
    """Return the summary."""
    proven = tuple(
        labelled(plan_name(letter), verdict(plan))
        for letter, plan in zip(compared.letters, compared.plans, strict=True)
    )
    text = _(
        "What the search of each plan has proven. A difference in benefit that is smaller than what one of the plans "
        "may lack of the best one can come from the searches and not from the settings."
    )
    return [
        Heading(_("Summary"), new_page=True),
        *cautions(compared),
        *unlike(compared),
        Paragraph(_first(compared)),
        Bullets(tuple(_others(compared))),
        Table(
            _("Key figures side by side, money in {currency}").format(currency=compared.plans[0].scenario["currency"]),
            (_("Key figure"),),
            headings(compared),
            tuple(_rows(compared)),
        ),
        Paragraph(text),
        Bullets(proven),
    ]


def headings(compared: ComparedRuns) -> Row:
    """Return the headings of the columns of plans; of two plans the difference is a column too."""
    names = tuple(plan_name(letter) for letter in compared.letters)
    return (*names, _("Difference")) if len(names) == 2 else names


def side_by_side(values: list[float]) -> Row:
    """Return figures as `headings` has them."""
    told = tuple(number(value) for value in values)
    return (*told, signed(values[1] - values[0])) if len(values) == 2 else told


def signed(value: float) -> str:
    """Return a difference in whole numbers with its sign."""
    text = number(value)
    return f"+{text}" if round(value) > 0 else "0" if round(value) == 0 else text


def cautions(compared: ComparedRuns) -> list[Block]:
    """Return what must be known where results stand: invented data, rows left out."""
    said: list[Block] = []
    if compared.synthetic:
        text = " ".join(
            (_("SYNTHETIC DATA: this country does not exist."), _("Every figure below follows from invented data."))
        )
        said.append(Note(text, serious=True))
    for letter, plan in zip(compared.letters, compared.plans, strict=True):
        if excluded := plan.data["rows_excluded"]:
            text = ngettext(
                "Plan {letter}: {n} row of the inputs was left out.",
                "Plan {letter}: {n} rows of the inputs were left out.",
                excluded,
            )
            said.append(Note(text.format(letter=letter, n=number(excluded)), serious=True))
    return said


def unlike(compared: ComparedRuns) -> list[Block]:
    """Return in what the plans cannot be held against each other like for like."""
    said = []
    for letter, pair in zip(compared.letters[1:], compared.pairs, strict=True):
        fields = [setting.field for setting in pair.settings]
        if pair.inputs:
            text = _("Plan {letter} was made from other input data than plan A ({files}): what follows tells of both.")
            said.append(text.format(letter=letter, files=", ".join(pair.inputs)))
        if any(field.startswith("money.") for field in fields):
            text = _("Plan {letter} reckons money by other terms than plan A; amounts are not like for like.")
            said.append(text.format(letter=letter))
        if any(field.startswith(("benefit.", "service.")) for field in fields):
            text = _("Plan {letter} counts benefit or service otherwise than plan A; benefits are not like for like.")
            said.append(text.format(letter=letter))
        if any(field == "phases" or field.startswith("phases[") for field in fields):
            text = _(
                "Plan {letter} has other phases than plan A. The benefit of an office counts from its year on, "
                "discounted, so that benefits are not like for like; “benefit, years left aside” is."
            )
            said.append(text.format(letter=letter))
        if any(field == "funders" or field.startswith("funders[") for field in fields):
            text = _("Plan {letter} has other funders than plan A; what each pays is told with the money.")
            said.append(text.format(letter=letter))
    prices = [run.record.prices for run in compared.runs]
    for letter, known in zip(compared.letters[1:], prices[1:], strict=True):
        if known != prices[0]:
            said.append(_("Plan {letter} was made at other prices than plan A.").format(letter=letter))
    return [Note(text, serious=True) for text in said]


def _gained(plan: Plan) -> int:
    return int(plan.totals["offices_newly_connected"] + plan.totals["offices_upgraded"])


def _first(compared: ComparedRuns) -> str:
    plan = compared.plans[0]
    text = _(
        "Plan A ({name}) connects or upgrades {offices} post offices with {people} underserved people within reach, "
        "for a programme cost of {cost}. The other plans, held against it:"
    )
    return text.format(
        name=compared.names[0],
        offices=number(_gained(plan)),
        people=about(plan.totals["people"]),
        cost=about_money(plan.totals["programme_cost"], plan.scenario["currency"]),
    )


def _others(compared: ComparedRuns) -> Iterator[str]:
    """Yield what each plan does, and what that is more or less than the first does."""
    first = compared.plans[0]
    text = _(
        "Plan {letter} ({name}): {offices} offices ({more_offices}), {people} people ({more_people}), {cost} "
        "({more_cost})."
    )
    for letter, name, plan in zip(compared.letters[1:], compared.names[1:], compared.plans[1:], strict=True):
        more = plan.totals["people"] - first.totals["people"]
        cost = plan.totals["programme_cost"] - first.totals["programme_cost"]
        currency = plan.scenario["currency"]
        yield text.format(
            letter=letter,
            name=name,
            offices=number(_gained(plan)),
            more_offices=figure_in_print(signed(_gained(plan) - _gained(first))),
            people=about(plan.totals["people"]),
            more_people=_sign(more) + about(abs(more)),
            cost=about_money(plan.totals["programme_cost"], currency),
            more_cost=_sign(cost) + about_money(abs(cost), currency),
        )


def _sign(value: float) -> str:
    return "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""


def _rows(compared: ComparedRuns) -> Iterator[Row]:
    plans = compared.plans
    totals = [plan.totals for plan in plans]
    blank = ("",) if len(plans) == 2 else ()
    for label, name in (
        (_("Offices newly connected"), "offices_newly_connected"),
        (_("Offices upgraded"), "offices_upgraded"),
        (_("Underserved people within reach"), "people"),
    ):
        yield label, *side_by_side([each[name] for each in totals])
    benefits = [plan.benefit for plan in plans]
    if any(plan.phases for plan in plans):
        yield _("Benefit, years left aside"), *_worth([plan.full_benefit for plan in plans])
        yield _("Benefit, each office from its year on"), *_worth(benefits)
    else:
        yield _("Benefit"), *_worth(benefits)
    if all(_most_benefit(plan) for plan in plans):
        yield _("Benefit, proven at most"), *(_bound(plan) for plan in plans), *blank
    yield _("Distance from the best plan"), *(_near(plan) for plan in plans), *blank
    for measure in MEASURES:
        yield sentence(measure_name(measure)), *side_by_side([each[measure] for each in totals])
    per_office = [each["programme_cost"] / max(_gained(plan), 1) for plan, each in zip(plans, totals, strict=True)]
    yield _("Programme cost per office"), *side_by_side(per_office)
    for name in dict.fromkeys(budget["name"] for plan in plans for budget in plan.budgets):
        told = [_budget(plan, name) for plan in plans]
        yield _("Budget “{name}”").format(name=name), *told, *blank
    if any(each["fees_saved_per_year"] for each in totals):
        yield _("Present fees saved a year"), *side_by_side([each["fees_saved_per_year"] for each in totals])
    if any(each["offices_below_availability"] for each in totals):
        label = _("Offices below the availability asked for")
        yield label, *side_by_side([each["offices_below_availability"] for each in totals])


def _worth(values: list[float]) -> Row:
    """Return benefits as `headings` has them."""
    told = tuple(map(figure, values))
    if len(values) != 2:
        return told
    more = values[1] - values[0]
    return (*told, (("+" if more > 0 else "") + figure(more)) if more else "0")


def _most_benefit(plan: Plan) -> bool:
    found = plan.outcome
    return not found.stages and found.sense == "max" and found.bound is not None


def _bound(plan: Plan) -> str:
    return figure(plan.outcome.bound) if plan.outcome.bound is not None else "–"


def _near(plan: Plan) -> str:
    gap = plan.outcome.gap
    return "–" if gap is None else nearness(gap, least=plan.outcome.sense == "min")


def _budget(plan: Plan, name: str) -> str:
    return next((number(budget["limit"]) for budget in plan.budgets if budget["name"] == name), "–")
