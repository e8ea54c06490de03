"""The sheets of the plan's microwave hops, each on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.errors import InputError
from planner.i18n import _
from planner.plan.sheets import Engineer, HopSheet
from planner.report.documents.blocks import Figure, Note, Paragraph, Sheet, Table
from planner.report.documents.profile import profile_drawing, profile_words
from planner.report.sheets import climate_text, sheet_tables, sheet_text
from planner.wording import number

if TYPE_CHECKING:
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

MOST_SHEETS = 200
"""More would make a document that nobody opens."""


def hop_sheets(run: ExportedRun) -> list[Block]:
    """Return a sheet of every microwave hop, or why there are none."""
    hops = np.flatnonzero((run.plan.links["technology"] == "microwave").to_numpy())
    if not len(hops):
        return [Paragraph(_("The plan has no microwave hops."))]
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
        return [Paragraph(said), *_sheets(run, hops)]
    except InputError as error:
        text = _("The sheets are missing, because the data of the run are no longer what they were: {reason}")
        return [Note(text.format(reason=str(error)), serious=True)]


def _sheets(run: ExportedRun, hops: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[Block]:
    plan, choice = run.plan, run.choice
    heights = dict(zip(plan.masts["place"].tolist(), plan.masts["height_m"].tolist(), strict=True))
    engineer = Engineer.of(run.scenario, run.inputs, run.options, heights, run.prices)
    sheets: list[Block] = []
    for row in hops.tolist():
        sheet = engineer.sheet(int(choice.option[row]), backwards=bool(choice.reversed[row]))
        if isinstance(sheet, HopSheet):
            sheets.append(_sheet(sheet, str(plan.links["from"].iloc[row]), str(plan.links["to"].iloc[row])))
    missing = len(hops) - len(sheets)
    if missing:
        sheets.append(Note(_("Hops without a sheet, their equipment being no longer on offer: {n}.").format(n=missing)))
    return sheets


def _sheet(sheet: HopSheet, near: str, far: str) -> Sheet:
    blocks: list[Paragraph | Figure | Table] = [Paragraph(" ".join([*sheet_text(sheet), climate_text(sheet)]))]
    drawing = profile_drawing(sheet)
    if drawing is not None:
        blocks.append(Figure(_("Profile {near} – {far}").format(near=near, far=far), drawing, profile_words(sheet)))
    for title, grid in sheet_tables(sheet, measure="programme_cost", currency=""):
        blocks.append(Table(title, grid.words, grid.figures, grid.rows, small=True))
    return Sheet(f"{near} – {far}", tuple(blocks))
