"""The figures of the proposal, each as SVG and PNG: for slides and for other reports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from planner.report.documents.blocks import Figure
from planner.report.documents.files import FORMATS, write_figure
from planner.report.documents.proposal import build_proposal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.report.exported import ExportedRun


def write(run: ExportedRun, folder: Path) -> Sequence[Path]:
    """Write ``NAME-figure-01.svg``, ``NAME-figure-01.png`` and so on, numbered as in the proposal.

    Profiles of hops, which stand in its annex, are left to ``planner explain``. Those of an earlier export that had
    more figures are taken away: they would be taken for this one's.
    """
    figures = [block for block in build_proposal(run).blocks if isinstance(block, Figure)]
    files: list[Path] = []
    for number, figure in enumerate(figures, start=1):
        for suffix in FORMATS:
            file = folder / f"{run.name}-figure-{number:02d}{suffix}"
            write_figure(figure.drawing, file, f"{figure.caption}. {figure.words}")
            files.append(file)
    earlier = re.compile(re.escape(f"{run.name}-figure-") + r"\d{2,}(?:" + "|".join(map(re.escape, FORMATS)) + ")")
    for file in set(folder.iterdir()) - set(files):
        if earlier.fullmatch(file.name) and file.is_file():
            file.unlink()
    return files
