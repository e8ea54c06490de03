"""What ``planner evaluate`` prints: what could be priced, somebody else's plan, and what the same money could do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.report.layout import Grid, print_grid, print_problems, say, say_title
from planner.report.summary import print_summary
from planner.wording import figure, measure_name, money, number, rule_name, scope_words

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from planner.evaluation import Evaluation
    from planner.plan.model import Plan


def print_evaluated(found: Evaluation, plan_file: Path, console: Console, run_dir: Path) -> None:
    """Print an evaluation: first what was left out and how the two plans and the budget compare.

    Parameters
    ----------
    found : Evaluation
    plan_file : Path
        Somebody else's table.
    console : Console
    run_dir : Path
        Where the files of both plans lie.
    """
    say(console, _priced(found, plan_file), style="bold")
    for line in (*_against_the_budgets(found), *_against_the_rules(found), _against_ours(found)):
        say(console, line)
    console.print()
    print_grid(console, _beside(found))
    if found.refused:
        console.print()
        print_problems(console, found.refused)
    console.print()
    print_summary(found.theirs, console, run_dir)
    console.print()
    say_title(console, _("What the same money could do"))
    print_summary(found.ours, console, run_dir / "same-money")


def _beside(found: Evaluation) -> Grid:
    """Return their plan, the best of the same money, and the simple rules: offices, people, money, yearly cost."""
    measure, rows = found.theirs.measure, []
    for name, plan in ((_("their plan"), found.theirs), (_("best for the same money"), found.ours)):
        if plan.outcome.value is not None:
            totals = plan.totals
            counts = number(_gained(plan)), figure(plan.benefit), number(totals["people"])
            rows.append((name, *counts, number(totals[measure]), number(totals["opex_per_year"])))
    for rule in found.theirs.baselines:
        part = rule["within_budget"]
        if part is not None:
            counts = number(part["offices"]), figure(part["benefit"]), number(part["people"])
            rows.append((rule_name(rule["name"]), *counts, number(part[measure]), number(part["opex_per_year"])))
    currency = found.theirs.scenario["currency"]
    figures = (
        _("Offices"), _("Benefit"), _("People"), _("Spent ({currency})").format(currency=currency),
        _("Left to the post every year"),
    )  # fmt: skip
    return Grid((_("The same money"),), figures, tuple(rows))


def _priced(found: Evaluation, plan_file: Path) -> str:
    offices = _gained(found.theirs)
    text = ngettext("{file}: {n} office is priced.", "{file}: {n} offices are priced.", offices).format(
        file=plan_file, n=number(offices)
    )
    rows = len({problem.row for problem in found.refused})
    refused = ngettext("{n} row was refused and is left out.", "{n} rows were refused and are left out.", rows)
    return " ".join((text, refused.format(n=number(rows)) if rows else _("No row was refused.")))


def _against_the_budgets(found: Evaluation) -> list[str]:
    """Return what the plan costs beside the scenario's own budgets; the plans themselves are held to that cost."""
    currency, lines = found.theirs.scenario["currency"], []
    for own, budget in zip(found.own_budgets, found.theirs.budgets, strict=False):
        spent = budget["spent"]
        over = round(100 * spent) - own.limit_cents
        text = (
            _("It costs {cost} ({measure}): {over} more than the scenario's own budget “{name}” of {limit}.")
            if over > 0
            else _("It costs {cost} ({measure}), within the scenario's own budget “{name}” of {limit}.")
        )
        lines.append(
            text.format(
                cost=money(100 * spent, currency),
                measure="; ".join([measure_name(own.measure), *scope_words(own.scope)]),
                over=money(over, currency),
                name=own.name,
                limit=money(own.limit_cents, currency),
            )
        )
    if not found.own_budgets:
        (budget,) = found.theirs.budgets
        text = _("It costs {cost} ({measure}).")
        lines.append(text.format(cost=money(100 * budget["spent"], currency), measure=measure_name(budget["measure"])))
    return lines


def _against_the_rules(found: Evaluation) -> list[str]:
    """Return the rules that the plan does not keep."""
    if not found.broken:
        return []
    count = len(found.broken)
    text = ngettext(
        "It does not keep {n} rule of the scenario, which the plan of the same money does:",
        "It does not keep {n} rules of the scenario, which the plan of the same money does:",
        count,
    )
    return [text.format(n=number(count)), *(f"  – {rule}" for rule in found.broken)]


def _against_ours(found: Evaluation) -> str:
    theirs, ours = found.theirs, found.ours
    if ours.outcome.conflict is not None:
        return _("By the rules of the scenario the same money can do nothing: no plan keeps all of them.")
    if ours.outcome.status == "error":
        return _("What the same money could do by the rules of the scenario was not found in time.")
    if ours.outcome.value is None or theirs.outcome.value is None:
        return _("What the same money could do is not known: the search was cancelled before its first plan.")
    text = _("Its benefit: {theirs} (offices: {offices}). What the same money could do: {ours} (offices: {more}).")
    return text.format(
        theirs=figure(theirs.outcome.value),
        offices=number(_gained(theirs)),
        ours=figure(ours.outcome.value),
        more=number(_gained(ours)),
    )


def _gained(plan: Plan) -> int:
    totals = plan.totals
    return int(totals["offices_newly_connected"] + totals["offices_upgraded"])
