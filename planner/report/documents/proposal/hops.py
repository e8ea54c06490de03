"""The sheets of the plan's microwave hops, each on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError
from planner.i18n import _
from planner.plan.sheets import Engineer, HopSheet
from planner.report.documents.blocks import Figure, Note, Paragraph, Sheet, Table
from planner.report.documents.profile import profile_drawing, profile_words
from planner.report.resilience import called
from planner.report.sheets import climate_text, sheet_tables, sheet_text
from planner.wording import number, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

MOST_SHEETS = 200
"""More would make a document that nobody opens."""


def hop_sheets(run: ExportedRun) -> list[Block]:
    """Return a sheet of every microwave hop, or why there are none."""
    hops = np.flatnonzero((run.plan.links["technology"] == "microwave").to_numpy())
    if not len(hops):
        return [Paragraph(_("The plan has no microwave hops."))]
    every = _every(run.plan, hops)
    said = _(
        "Each sheet is computed again from the terrain, the prices and the climate of the run: the path with the "
        "clearance that it leaves, the link budget line by line, and what every modulation would give."
    )
    if len(hops) > MOST_SHEETS:
        text = _(
            "Of {n} hops the {most} longest have their sheet here; “planner explain” tells that of every other one."
        )
        said = " ".join((said, text.format(n=number(len(hops)), most=number(MOST_SHEETS))))
        longest = np.argsort(-run.plan.links["length_km"].to_numpy()[hops], kind="stable")[:MOST_SHEETS]
        hops = hops[np.sort(longest)]
    try:
        return [every, Paragraph(said), *_sheets(run, hops)]
    except InputError as error:
        text = _("The sheets are missing, because the data of the run are no longer what they were: {reason}")
        return [every, Note(text.format(reason=str(error)), serious=True)]


def _every(plan: Plan, hops: NDArray[np.int64]) -> Table:
    """Return all hops of the plan, a row each."""
    names = called(plan)
    columns = ("from", "to", "length_km", "mast_from_m", "mast_to_m", "capacity_mbps", "load_mbps", "availability")
    rows = [
        (
            names.get(near, near),
            names.get(far, far),
            number(length_km, 1),
            f"{number(mast_near, 1)} / {number(mast_far, 1)}",
            number(capacity),
            number(load),
            share(availability, 2),
        )
        for near, far, length_km, mast_near, mast_far, capacity, load, availability in zip(
            *(plan.links[column].to_numpy()[hops].tolist() for column in columns), strict=True
        )
    ]
    figures = (
        _("km"), _("Antennas at, m"), _("Mbit/s"), _("Busy hour, Mbit/s"), _("Available"),
    )  # fmt: skip
    return Table(_("Microwave hops of the plan"), (_("From"), _("To")), figures, tuple(rows), small=True)


def _sheets(run: ExportedRun, hops: NDArray[np.int64]) -> list[Block]:
    plan, choice, names = run.plan, run.choice, called(run.plan)
    heights = dict(zip(plan.masts["place"].tolist(), plan.masts["height_m"].tolist(), strict=True))
    engineer = Engineer.of(run.scenario, run.inputs, run.options, heights, run.prices)
    sheets: list[Block] = []
    for row in hops.tolist():
        sheet = engineer.sheet(int(choice.option[row]), backwards=bool(choice.reversed[row]))
        if isinstance(sheet, HopSheet):
            near, far = str(plan.links["from"].iloc[row]), str(plan.links["to"].iloc[row])
            sheets.append(_sheet(sheet, f"{names.get(near, near)} – {names.get(far, far)}", f"{near} – {far}"))
    missing = len(hops) - len(sheets)
    if missing:
        sheets.append(Note(_("Hops without a sheet, their equipment being no longer on offer: {n}.").format(n=missing)))
    return sheets


def _sheet(sheet: HopSheet, title: str, ends: str) -> Sheet:
    blocks: list[Paragraph | Figure | Table] = [Paragraph(" ".join([*sheet_text(sheet), climate_text(sheet)]))]
    drawing = profile_drawing(sheet)
    if drawing is not None:
        blocks.append(Figure(_("Profile {ends}").format(ends=ends), drawing, profile_words(sheet)))
    for caption, grid in sheet_tables(sheet, measure="programme_cost", currency=""):
        blocks.append(Table(caption, grid.words, grid.figures, grid.rows, small=True))
    return Sheet(title, tuple(blocks))
