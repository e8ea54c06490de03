"""The pages of the proposal as pictures: to look at before anything is taken away, and for slides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report.documents.files import write_document
from planner.report.documents.pdf import TEMPLATE, document_data
from planner.report.documents.proposal import build_proposal
from planner.report.documents.typesetting import typeset_pages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.report.exported import ExportedRun


def write(run: ExportedRun, folder: Path) -> Sequence[Path]:
    """Write ``NAME-001.png`` and so on, a file a page."""
    pages = typeset_pages(TEMPLATE.read_bytes(), document_data(build_proposal(run)))
    files = [folder / f"{run.name}-{number:03d}.png" for number in range(1, len(pages) + 1)]
    for file, page in zip(files, pages, strict=True):
        write_document(file, page)
    return files
