"""What ``planner risk`` prints: whether the plan holds, what it may cost, which offices are in whatever prices do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.price_words import drawn_name
from planner.report.layout import Grid, print_grid, say, say_title
from planner.risk_words import limits_missed, moves, no_plan_found
from planner.wording import figure, measure_name, money, number, share, what_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from planner.risk import Risk

SHOWN = 10
"""So many figures and offices are listed; the rest is in the files."""
SURE, UNSURE = 0.9, 0.5
"""Offices in at least so many of the plans are called robust, in fewer than the other share doubtful."""


def print_risk(risk: Risk, console: Console, run_dir: Path) -> None:
    """Print what uncertain prices and demand do to a plan.

    Parameters
    ----------
    risk : Risk
    console : Console
    run_dir : Path
        Where the files lie.
    """
    say_title(console, risk.scenario["name"])
    if warning := what_data(synthetic=risk.synthetic, name=risk.scenario["name"]):
        say(console, warning, style="bold yellow")
    for line in (*_headline(risk), *_regret(risk), *_offices(risk), *_robust(risk)):
        say(console, line)
    for title, grid in (
        (_("Bands over all draws"), _bands(risk)),
        (
            _(
                "One figure at a time, the widest effect first: on the cost as a share of the budget, or on the "
                "benefit kept as a share of the most kept, whichever is larger"
            ),
            _tornado(risk),
        ),
        (_("The best plan found then: benefit beside that of this plan"), _best_alone(risk)),
        (_("Offices of the plan that are in doubt"), _doubtful(risk)),
    ):
        if grid.rows:
            console.print()
            say(console, title, style="bold")
            print_grid(console, grid)
    console.print()
    say(console, _("The results lie in {folder}:").format(folder=run_dir), style="bold")
    say(console, _("  risk.json (everything), risk.csv (one row a draw), plan.json (the plan), events.jsonl, log.txt"))
    if risk.robust is not None:
        say(console, _("  robust/ (the robust plan, a run of its own)"))


def _headline(risk: Risk) -> list[str]:
    """Return whether the plan holds, and what reserve it would take."""
    settings, fixed, budget = risk.settings, risk.fixed, risk.budget
    currency, measure = risk.scenario["currency"], budget["measure"]
    known = _("pert") if settings["distribution"] == "pert" else _("triangular")
    lines = [
        _(
            "{draws} draws of {figures} uncertain figures ({distribution}, correlation within a technology {rho})."
        ).format(
            draws=number(len(risk.draws)),
            figures=number(len(risk.figures)),
            distribution=known,
            rho=number(settings["correlation"], 2),
        ),
        _("The plan at typical prices: {n} offices, benefit {value}, {measure} {cost} of {limit}.").format(
            n=number(risk.plan["offices"]),
            value=figure(risk.plan["value"]),
            measure=measure_name(measure),
            cost=money(100 * risk.plan[measure], currency),
            limit=money(100 * budget["limit"], currency),
        ),
        _(
            "It stays within its budget in {share} of the draws; in {carried} all its links have the capacity and "
            "availability asked."
        ).format(share=share(fixed["within_budget_share"]), carried=share(1 - fixed["overloaded_share"])),
        _("It costs at most {most} in 95 % of the draws, and at most {half} in half of them.").format(
            most=money(100 * fixed[measure]["p95"], currency), half=money(100 * fixed[measure]["p50"], currency)
        ),
        _("Cut back to its budget it keeps {kept} of its benefit on average, and {least} at the worst.").format(
            kept=share(fixed["value_kept"]["mean"] / max(risk.plan["value"], 1e-9), 1),
            least=share(fixed["value_kept"]["least"] / max(risk.plan["value"], 1e-9), 1),
        ),
    ]
    lines += limits_missed(fixed)
    if risk.termination == "cancelled":
        lines.insert(0, _("The study was cancelled; what is known so far is shown."))
    return lines


def _regret(risk: Risk) -> list[str]:
    """Return how much better one could have done, had one known the prices."""
    if risk.best is None:
        return [_("Which offices another plan would take instead is not known: run again with --reoptimise.")]
    regret, most = risk.best["regret"], risk.best["regret_at_most"]
    told = []
    if risk.best["widest_gap"] is not None:
        gap = _("The best plan of each draw is proven to a gap of {gap} at the widest; asked for was {asked}.")
        wanted = risk.settings["requested_gap"]
        told.append(gap.format(gap=share(risk.best["widest_gap"], 1), asked=share(wanted, 1)))
    told += no_plan_found(risk.best)
    return [
        _(
            "Had the prices been known, a plan found would have brought {mean} more benefit on average, {p95} more in "
            "one draw of twenty; no plan more than {bound} on average."
        ).format(mean=figure(regret["mean"]), p95=figure(regret["p95"]), bound=figure(most["mean"])),
        *told,
    ]


def _robust(risk: Risk) -> list[str]:
    """Return what the plan made for all draws keeps, and what that gains on the plan made for typical prices."""
    made = risk.robust
    if made is None:
        return []
    if made["is_plan"]:
        line = _("None of {n} plans tried keeps more on average than this one: {value}; no plan more than {bound}.")
    else:
        line = _(
            "The robust plan, the best of {n} tried, keeps {value} on average, {gain} more than this one; no plan more "
            "than {bound}. At typical prices it has {offices} offices and benefit {typical}; it fits whole in {fits} "
            "of the draws, this one in {this}."
        )
    return [
        line.format(
            n=number(made["tried"]),
            value=figure(made["value"]),
            gain=figure(made["gain"]),
            bound=figure(made["bound"]),
            offices=number(made["plan"]["offices"]),
            typical=figure(made["plan"]["value"]),
            fits=share(made["fits_share"]),
            this=share(risk.fixed["fits_share"]),
        )
    ]


def _offices(risk: Risk) -> list[str]:
    """Return how many offices are in nearly every plan."""
    if risk.best is None:
        return []
    inside = [office for office in risk.offices if office["in_plan"]]
    outside = [office for office in risk.offices if not office["in_plan"]]
    return [
        _(
            "Of the plan's {n} offices {sure} are in at least {high} of the best plans, {unsure} in fewer than {low}; "
            "of the {m} left out, {missed} are in at least {high}."
        ).format(
            n=number(len(inside)),
            sure=number(sum(office["chosen_share"] >= SURE for office in inside)),
            unsure=number(sum(office["chosen_share"] < UNSURE for office in inside)),
            m=number(len(outside)),
            missed=number(sum(office["chosen_share"] >= SURE for office in outside)),
            high=share(SURE),
            low=share(UNSURE),
        )
    ]


def _bands(risk: Risk) -> Grid:
    currency, fixed, best = risk.scenario["currency"], risk.fixed, risk.best
    rows: list[tuple[str, Mapping[str, float]]] = [
        (_("{measure} of the plan, {currency}").format(measure=measure_name(name), currency=currency), fixed[name])
        for name in ("programme_cost", "capex", "opex_per_year", "present_value")
    ]
    rows += [(_("offices that it keeps"), fixed["offices_kept"]), (_("benefit that it keeps"), fixed["value_kept"])]
    if risk.robust is not None:
        rows.append((_("benefit that the robust plan keeps"), risk.robust["value_kept"]))
    if best is not None:
        rows += [
            (_("benefit of the best plan found"), best["value"]),
            (_("proven ceiling of any plan"), best["bound"]),
            (_("offices of the best plan found"), best["offices"]),
        ]
    shown = ("p05", "p25", "p50", "p75", "p95", "mean")
    headings = ("5 %", "25 %", "50 %", "75 %", "95 %", _("Mean"))
    return Grid((_("What"),), headings, tuple((name, *(figure(of[key]) for key in shown)) for name, of in rows))


def _tornado(risk: Risk) -> Grid:
    """Return what each figure does by itself to the cost of the plan and to what it keeps: what the order is by."""
    currency, cost, rows = risk.scenario["currency"], risk.plan[risk.budget["measure"]], []
    for row, moved in zip(risk.tornado[:SHOWN], moves(risk.tornado, risk.budget["limit"]), strict=False):
        sides = (row["low"], row["high"])
        costs = [_signed(side["cost"] - cost) for side in sides]
        kept = [figure(side["value_kept"]) for side in sides]  # as it is: a change of 0 would read as nothing kept
        ends = [figure(side["figure"]) for side in sides]
        rows.append((drawn_name(row["name"]), share(max(moved), 1), *ends, *costs, *kept))
    headings = (
        _("Effect"), _("Low"), _("High"),
        _("{currency} at low").format(currency=currency), _("{currency} at high").format(currency=currency),
        _("Kept at low"), _("Kept at high"),
    )  # fmt: skip
    return Grid((_("Assumption"),), headings, tuple(rows))


def _best_alone(risk: Risk) -> Grid:
    """Return what the best plan found brings with each figure by itself; a table of its own, for a page has no room."""
    sought = [row for row in risk.tornado[:SHOWN] if row["low"]["value"] is not None]
    rows = [
        (drawn_name(row["name"]), *(_signed(row[side]["value"] - risk.plan["value"]) for side in ("low", "high")))
        for row in sought
    ]
    return Grid((_("Assumption"),), (_("Benefit at low"), _("Benefit at high")), tuple(rows))


def _signed(value: float) -> str:
    return f"+{figure(value)}" if value > 0 else figure(value)


def _doubtful(risk: Risk) -> Grid:
    """Return the offices of the plan that fewest of the best plans have."""
    if risk.best is None:
        return Grid((), (), ())
    inside = [office for office in risk.offices if office["in_plan"] and office["chosen_share"] < SURE]
    inside.sort(key=lambda office: (office["chosen_share"], office["id"]))
    rows = [
        (f"{office['name']} ({office['id']})", share(office["chosen_share"]), share(office["kept_share"]))
        for office in inside[:SHOWN]
    ]
    return Grid((_("Office"),), (_("In best plans"), _("Kept in the plan")), tuple(rows))
