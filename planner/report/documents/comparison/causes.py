"""What the scenarios and inputs of compared plans do not share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.documents.blocks import Bullets, Heading, Paragraph, Table
from planner.report.documents.comparison.runs import plan_name
from planner.wording import labelled, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns

HASH_SIGNS = 12
"""So many signs of a file's SHA-256 are enough to see that two differ."""
LONGEST = 160
"""Signs of a setting that are shown."""


def causes(compared: ComparedRuns) -> list[Block]:
    """Return settings and inputs that differ."""
    names = tuple(plan_name(letter) for letter in compared.letters)
    rows = tuple(_settings(compared))
    files = tuple(_files(compared))
    alone = tuple(_alone(compared))
    blocks: list[Block] = [Heading(_("What was asked differently"))]
    if not (rows or files or alone):
        blocks.append(Paragraph(_("Scenarios and input data are the same; what differs comes from the searches.")))
    if rows:
        text = _("Settings that differ, by their names in the scenario; “–”: not set.")
        table = Table(_("Settings that differ"), (_("Setting"), *names), (), rows, small=True)
        blocks += [Paragraph(text), table]
    if files:
        text = _("Input files that differ, with the beginning of their SHA-256; “–”: not read.")
        table = Table(_("Input files that differ"), (_("File"), *names), (), files, small=True)
        blocks += [Paragraph(text), table]
    return [*blocks, Bullets(alone)] if alone else blocks


def _settings(compared: ComparedRuns) -> Iterator[tuple[str, ...]]:
    """Yield each field that one of the plans does not share with the first, with its value in all."""
    currency = compared.runs[0].plan.scenario["currency"]
    found = [{setting.field: setting for setting in pair.settings} for pair in compared.pairs]
    for field in sorted({name for pair in found for name in pair}):
        words = [pair[field].words(currency) if field in pair else None for pair in found]
        first = next(each[0] for each in words if each is not None)
        told = [_short(text) for text in (first, *(first if each is None else each[1] for each in words))]
        # Fields of a section that one of the plans lacks are there by their defaults, which may say nothing.
        if len(set(told)) > 1:
            yield field, *told


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rstrip() + "…"


def _files(compared: ComparedRuns) -> Iterator[tuple[str, ...]]:
    hashes = [{file.file: file.sha256[:HASH_SIGNS] for file in run.record.files} for run in compared.runs]
    for name in sorted({name for pair in compared.pairs for name in pair.inputs}):
        yield name, *(known.get(name, "–") for known in hashes)


def _alone(compared: ComparedRuns) -> Iterator[str]:
    """Yield how many offices only one of two scenarios has."""
    for letter, pair in zip(compared.letters[1:], compared.pairs, strict=True):
        for text, offices in (
            (_("Offices of plan A that the scenario of plan {letter} lacks"), pair.only_first),
            (_("Offices of plan {letter} that the scenario of plan A lacks"), pair.only_second),
        ):
            if offices:
                yield labelled(text.format(letter=letter), number(len(offices)))
