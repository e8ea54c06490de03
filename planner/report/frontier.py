"""What ``planner frontier`` prints: benefit against budget as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.layout import Grid, print_grid, say, say_title
from planner.wording import figure, measure_name, money, number, share, what_data

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from planner.plan.frontier import BenefitFrontier


def print_frontier(frontier: BenefitFrontier, console: Console, run_dir: Path) -> None:
    """Print what each budget buys, what any plan could at most, and where the files lie.

    Parameters
    ----------
    frontier : BenefitFrontier
    console : Console
    run_dir : Path
    """
    currency = frontier.scenario["currency"]
    say_title(console, frontier.scenario["name"])
    if warning := what_data(synthetic=frontier.synthetic, name=frontier.scenario["name"]):
        say(console, warning, style="bold yellow")
    text = _("Benefit against budget ({measure}), up to the best known cost of connecting all offices, {all}.")
    everything = money(100 * frontier.connect_all, currency)
    say(console, text.format(measure=measure_name(frontier.measure), all=everything))
    say(console, _verdict(frontier))
    if frontier.without_plan:
        say(console, _without_plan(frontier))
    console.print()
    print_grid(console, _table(frontier))
    console.print()
    say(console, _("The results lie in {folder}:").format(folder=run_dir), style="bold")
    say(console, _("  frontier.json (everything), frontier.csv (the table), inputs.json, events.jsonl, log.txt"))


def _verdict(frontier: BenefitFrontier) -> str:
    """Return how good the worst point is."""
    if frontier.termination == "cancelled":
        return _("The search was cancelled; what is known so far is shown.")
    worst = max(point.gap for point in frontier.points)
    text = (
        _("At every budget the gap that was asked for is reached; the widest is {gap}.")
        if frontier.termination == "gap"
        else _("The search ended at its time limit; the widest gap is {gap}.")
    )
    return text.format(gap=share(worst, 2) if worst <= 1 else _("more than {share}").format(share=share(1)))


def _without_plan(frontier: BenefitFrontier) -> str:
    """Return at which budgets no plan keeps all limits."""
    most = frontier.without_plan[-1][0]
    text = (
        _("Budgets up to {most} have no plan that keeps all limits, proven.")
        if all(proven for _limit, proven in frontier.without_plan)
        else _("At {n} budgets up to {most} no plan that keeps all limits was found in time.")
    )
    return text.format(n=number(len(frontier.without_plan)), most=money(100 * most, frontier.scenario["currency"]))


def _table(frontier: BenefitFrontier) -> Grid:
    figures = (_("Spent"), _("Benefit"), _("At most"), _("Gap"), _("Offices"), _("People"), _("Per year"))
    rows = []
    for point in frontier.points:
        totals = point.totals
        gained = totals["offices_newly_connected"] + totals["offices_upgraded"]
        rows.append(
            (
                number(point.limit),
                number(point.spent),
                figure(point.value),
                figure(point.bound),
                share(point.gap, 2) if point.gap <= 1 else "–",
                number(gained),
                number(totals["people"]),
                number(totals["opex_per_year"]),
            )
        )
    title = _("Budget in {currency}").format(currency=frontier.scenario["currency"])
    return Grid((), (title, *figures), tuple(rows))
