"""The phases of the plan: what each year takes and connects, when what is built, and where."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.documents.blocks import Figure, Heading, Paragraph, Table
from planner.report.documents.gantt import Band, gantt_drawing
from planner.report.documents.map import map_drawing, years_of
from planner.report.phases import phases_grid, phases_words
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    import pandas as pd

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun


def phases(run: ExportedRun) -> list[Block]:
    """Return the part of the results that tells the years; nothing of a plan without phases."""
    plan = run.plan
    if not plan.phases:
        return []
    grid = phases_grid(plan)
    caption = _("The phases, in {currency}").format(currency=plan.scenario["currency"])
    counts = [labelled(str(row["year"]), number(row["offices"])) for row in plan.phases]
    words = _("Offices by the year in which they are connected:") + " " + "; ".join(counts)
    return [
        Heading(_("Phases"), 2),
        *(Paragraph(text) for text in phases_words(plan)),
        Table(caption, grid.words, grid.figures, grid.rows),
        _committed(plan),
        Figure(_("What is built when"), gantt_drawing(bands(plan), years_of(plan)), words),
        Figure(_("The plan by year"), map_drawing(plan, run.folder, by_year=True), words),
    ]


def _committed(plan: Plan) -> Table:
    """Return what is bought in each year, with the operation that it commits to."""
    frames, measures = (plan.offices, plan.links, plan.masts), ("capex", "opex_per_year", "programme_cost")
    rows = []
    for year in years_of(plan):
        bought = [frame[frame["year"].eq(year).fillna(value=False)] for frame in frames]
        amounts = (sum(int(frame[f"{name}_cents"].sum()) for frame in bought) / 100 for name in measures)
        rows.append((str(year), *map(number, amounts)))
    totals = tuple(number(plan.totals[name]) for name in measures)
    return Table(
        _("What is bought in each year and what it commits to, in {currency}").format(
            currency=plan.scenario["currency"]
        ),
        (_("Year"),),
        (_("Purchases"), _("Per year"), _("With {n} years").format(n=plan.scenario["funded_years"])),
        (*rows, (_("Total"), *totals)),
        total=True,
    )


def bands(plan: Plan) -> list[tuple[str, list[Band]]]:
    """Return the rows of the chart of works: links by technology with masts, then offices by region."""
    bought = plan.links[plan.links["year"].notna()]
    works = [
        (technology_heading(name), bought[bought["technology"] == name]) for name in sorted(set(bought["technology"]))
    ]
    works.append((_("Masts and sites"), plan.masts))
    offices = plan.offices[plan.offices["year"].notna()]
    regions = [
        (name or _("no region"), offices[offices["region"].fillna("") == name])
        for name in sorted(set(offices["region"].fillna("")))
    ]
    return [
        (_("Links and sites built"), [Band(name, _by_year(rows)) for name, rows in works if len(rows)]),
        (_("Offices connected"), [Band(name, _by_year(rows)) for name, rows in regions]),
    ]


def _by_year(rows: pd.DataFrame) -> dict[int, int]:
    return Counter(int(year) for year in rows["year"].dropna())
