"""What ``planner evaluate`` prints: what could be priced, somebody else's plan, and what the same money could do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.report.layout import print_problems, say, say_title
from planner.report.summary import print_summary
from planner.wording import figure, measure_name, money, number

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from planner.pipeline import Evaluation
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
    say(console, _against_the_budget(found))
    say(console, _against_ours(found))
    if found.refused:
        console.print()
        print_problems(console, found.refused)
    console.print()
    print_summary(found.theirs, console, run_dir)
    console.print()
    say_title(console, _("What the same money could do"))
    print_summary(found.ours, console, run_dir / "same-money")


def _priced(found: Evaluation, plan_file: Path) -> str:
    offices = _gained(found.theirs)
    text = ngettext("{file}: {n} office is priced.", "{file}: {n} offices are priced.", offices).format(
        file=plan_file, n=number(offices)
    )
    rows = len({problem.row for problem in found.refused})
    refused = ngettext("{n} row was refused and is left out.", "{n} rows were refused and are left out.", rows)
    return " ".join((text, refused.format(n=number(rows)) if rows else _("No row was refused.")))


def _against_the_budget(found: Evaluation) -> str:
    """Return what the plan costs beside the scenario's own budget; the plans themselves are held to that cost."""
    (spent,) = (budget["spent"] for budget in found.theirs.budgets)
    own, currency = found.own_budget, found.theirs.scenario["currency"]
    over = round(100 * spent) - own.limit_cents
    text = (
        _("It costs {cost} ({measure}): {over} more than the scenario's own budget “{name}” of {limit}.")
        if over > 0
        else _("It costs {cost} ({measure}), within the scenario's own budget “{name}” of {limit}.")
    )
    return text.format(
        cost=money(100 * spent, currency),
        measure=measure_name(own.measure),
        over=money(over, currency),
        name=own.name,
        limit=money(own.limit_cents, currency),
    )


def _against_ours(found: Evaluation) -> str:
    theirs, ours = found.theirs, found.ours
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
