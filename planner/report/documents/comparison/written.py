"""The comparison as a file, in the format that its name asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.report.documents.written import check_report, write_named

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def write_report(
    folders: Sequence[Path], file: Path, *, frontier: Path | None = None, template: Path | None = None
) -> None:
    """Write the comparison of two to four runs as PDF or DOCX; the file appears whole or not at all.

    Parameters
    ----------
    folders : sequence of Path
        Of the runs; the first is what others differ from.
    file : Path
        Its name ends in .pdf or .docx.
    frontier : Path or None
        Folder of a frontier of the same scenario.
    template : Path or None
        Word document whose styles are used.

    Raises
    ------
    InputError
        For another format, a template of a PDF, runs that cannot be compared, or a file that cannot be written.
    """
    # Comparing on the terminal needs nothing of this, which takes its time to load.
    from planner.report.documents.comparison import build_comparison, read_compared  # noqa: PLC0415

    check_report(file, template)
    write_named(build_comparison(read_compared(folders, frontier=frontier)), file, template=template)
