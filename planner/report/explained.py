"""What ``planner explain RUN`` prints of a whole plan: what binds, what a failure does, which offices come next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.plan.floors import floor_words
from planner.plan.reasons import PER_MONEY
from planner.plan.what_if import some
from planner.report.funding import worth_of_more
from planner.report.layout import Grid, print_grid, say, say_title
from planner.report.resilience import resilience_lines
from planner.report.summary import verdict
from planner.wording import figure, money, number, share, what_data

if TYPE_CHECKING:
    from rich.console import Console

    from planner.plan.model import Plan
    from planner.plan.what_if import Budgets


def overview(plan: Plan, budgets: Budgets | None, unpaid: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what `print_overview` tells as a JSON-ready mapping."""
    funder = ("name", "amount", "paid", "left", "benefit_per_1000")
    return {
        "verdict": verdict(plan),
        "budgets": list(plan.budgets),
        "price_of_money": plan.outcome.price_of_money,
        "funders": [{name: each[name] for name in funder} for each in plan.funders],
        "unpaid": list(unpaid),
        "phases": list(plan.phases),
        "floors": list(plan.floors),
        "failures": plan.failures.told(),
        "next_best": None if budgets is None else next_best(plan, budgets),
    }


def next_best(plan: Plan, budgets: Budgets) -> dict[str, Any]:
    """Return what the smallest of some larger budgets adds to a plan, and what it drops."""
    offices = plan.offices
    gained = set(offices.loc[offices["connected"] & (offices["before"] != "adequate"), "id"])
    then = set(budgets.offices[0])
    new = offices[offices["id"].isin(then - gained)].sort_values("benefit", ascending=False, kind="stable")
    return {
        "limit": budgets.limits[0],
        "value": budgets.values[0],
        "bound": budgets.bounds[0],
        "added": new[["id", "name", "region", "benefit"]].to_dict("records"),
        "dropped": sorted(gained - then),
    }


def print_overview(plan: Plan, budgets: Budgets | None, console: Console, unpaid: tuple[str, ...] = ()) -> None:
    """Print what binds, what a single failure cuts off, and the next best offices.

    Parameters
    ----------
    plan : Plan
    budgets : Budgets or None
        Larger budgets; None where plans of them are not looked for.
    console : Console
    unpaid : tuple of str
        Kinds of cost that no funders may pay in full.
    """
    say_title(console, plan.scenario["name"])
    if warning := what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"]):
        say(console, warning, style="bold yellow")
    for line in (verdict(plan), *_binding(plan), *_funders(plan, unpaid), *_years(plan), *resilience_lines(plan)):
        say(console, line)
    if budgets is None:
        text = _(
            "Next best offices are told of scenarios that ask for the most benefit within one budget alone, "
            "where offices can be connected at all."
        )
        say(console, text)
        return
    _print_next(plan, budgets, console)


def _binding(plan: Plan) -> list[str]:
    """Return what is left of each budget, what more would bring, and how far each floor is reached."""
    currency, lines = plan.scenario["currency"], []
    for budget in plan.budgets:
        text = _("Budget “{name}”: {spent} of {limit} are spent, {left} are left.")
        amounts = {name: money(100 * budget[name], currency) for name in ("spent", "limit")}
        left = money(100 * (budget["limit"] - budget["spent"]), currency)
        lines.append(text.format(name=budget["name"], left=left, **amounts))
    if plan.outcome.price_of_money is not None:
        text = _("At the margin of this budget, {amount} more is worth about {rate} of benefit.")
        rate = figure(PER_MONEY * plan.outcome.price_of_money)
        lines.append(text.format(amount=money(100 * PER_MONEY, currency), rate=rate))
    text = _("Floor – {floor}; the plan reaches {reached}.")
    return [
        *lines,
        *(text.format(floor=floor_words(floor), reached=figure(floor["reached"])) for floor in plan.floors),
    ]


def _funders(plan: Plan, unpaid: tuple[str, ...]) -> list[str]:
    """Return what is left of each funder's money, what more would bring, and what nobody may pay in full."""
    currency, lines = plan.scenario["currency"], []
    for funder in plan.funders:
        amounts = {name: money(100 * funder[name], currency) for name in ("paid", "amount", "left")}
        text = (
            _("Funder “{name}”: all of {amount} is spent.")
            if round(100 * funder["left"]) == 0
            else _("Funder “{name}”: {paid} of {amount} are spent, {left} are left.")
        )
        lines.append(text.format(name=funder["name"], **amounts))
    if unpaid:
        text = _("Of some candidates nobody may pay in full, and these are not built: {costs}.")
        lines.append(text.format(costs=", ".join(unpaid)))
    return [*lines, *worth_of_more(plan)]


def _years(plan: Plan) -> list[str]:
    """Return what is left of the money and works of each phase."""
    currency, lines = plan.scenario["currency"], []
    for row in plan.phases:
        amounts = {name: money(100 * row[name], currency) for name in ("spent", "available")}
        left = money(100 * (row["carried_out"] + row["lapsed"]), currency)
        text = (
            _("{year}: {spent} of {available} are spent; {left} are left for the next year.")
            if row["carry_over"]
            else _("{year}: {spent} of {available} are spent; {left} lapse.")
        )
        told = text.format(year=row["year"], left=left, **amounts)
        if row["max_works"] is not None:
            text = (
                _("{n} of {most} works are done: their limit binds.")
                if row["offices"] >= row["max_works"]
                else _("{n} of {most} works are done.")
            )
            told += " " + text.format(n=number(row["offices"]), most=number(row["max_works"]))
        lines.append(told)
    return lines


def _print_next(plan: Plan, budgets: Budgets, console: Console) -> None:
    told, currency = next_best(plan, budgets), plan.scenario["currency"]
    now = budgets.now
    more = share(told["limit"] / now - 1) if now else "–"
    console.print()
    text = _("Next best offices: a budget of {limit}, {more} more, brings a benefit of {value} instead of {plan}.")
    amounts = {"value": figure(told["value"]), "plan": figure(budgets.value)}
    say(console, text.format(limit=money(100 * told["limit"], currency), more=more, **amounts), style="bold")
    say(console, _("No plan of that budget is worth more than {bound}, proven.").format(bound=figure(told["bound"])))
    rows = [(row["id"], row["name"], row["region"] or "", figure(row["benefit"])) for row in told["added"]]
    if rows:
        print_grid(console, Grid((_("Office"), _("Name"), _("Region")), (_("Benefit"),), tuple(rows)))
    if told["dropped"]:
        count = len(told["dropped"])
        text = ngettext(
            "It leaves out {n} office of this plan: {ids}.", "It leaves out {n} offices of this plan: {ids}.", count
        )
        say(console, text.format(n=number(count), ids=some(told["dropped"])))
