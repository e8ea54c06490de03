"""The comparison as a file, in the format that its name asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FORMATS = (".pdf", ".docx")


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
    # The typesetter and what it draws with take their time to load; comparing on the terminal needs none of it.
    from planner.report.documents.comparison import build_comparison, read_compared  # noqa: PLC0415
    from planner.report.documents.files import write_document  # noqa: PLC0415

    kind = file.suffix.lower()
    if kind not in FORMATS:
        message, remedy = _("A report is written as PDF or DOCX."), _("Give a name that ends in .pdf or .docx.")
        raise InputError(Problem("bad-option", message, remedy, column="--report", value=str(file)))
    if template is not None and kind != ".docx":
        message, remedy = _("A template is for DOCX."), _("Give --report a name that ends in .docx.")
        raise InputError(Problem("bad-option", message, remedy, column="--template", value=str(template)))
    document = build_comparison(read_compared(folders, frontier=frontier))
    if kind == ".docx":
        from planner.report.documents.docx import as_docx  # noqa: PLC0415 - as above

        write_document(file, as_docx(document, template=template))
    else:
        from planner.report.documents.pdf import as_pdf  # noqa: PLC0415 - as above

        write_document(file, as_pdf(document))
