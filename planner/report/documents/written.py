"""Reports as files, in the format that the name of the file asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from pathlib import Path

    from planner.report.documents.blocks import Document

FORMATS = (".pdf", ".docx")


def check_report(file: Path | None, template: Path | None) -> None:
    """Refuse a name that says no format, or a template that nothing uses, before any work is done.

    Parameters
    ----------
    file : Path or None
        None: no report is asked for.
    template : Path or None

    Raises
    ------
    InputError
    """
    if file is None:
        if template is not None:
            message, remedy = _("This option is for reports."), _("Add --report FILE.pdf or --report FILE.docx.")
            raise InputError(Problem("bad-option", message, remedy, column="--template", value=str(template)))
        return
    kind = file.suffix.lower()
    if kind not in FORMATS:
        message, remedy = _("A report is written as PDF or DOCX."), _("Give a name that ends in .pdf or .docx.")
        raise InputError(Problem("bad-option", message, remedy, column="--report", value=str(file)))
    if template is not None and kind != ".docx":
        message, remedy = _("A template is for DOCX."), _("Give --report a name that ends in .docx.")
        raise InputError(Problem("bad-option", message, remedy, column="--template", value=str(template)))


def write_named(document: Document, file: Path, *, template: Path | None = None) -> None:
    """Write a document as PDF or DOCX, whichever its name says; the file appears whole or not at all.

    Raises
    ------
    InputError
        For a template that cannot be read, or a file that cannot be written.
    """
    # The typesetter and what it draws with take their time to load; commands without a report need none of it.
    from planner.report.documents.files import write_document  # noqa: PLC0415

    if file.suffix.lower() == ".docx":
        from planner.report.documents.docx import as_docx  # noqa: PLC0415 - as above

        write_document(file, as_docx(document, template=template))
    else:
        from planner.report.documents.pdf import as_pdf  # noqa: PLC0415 - as above

        write_document(file, as_pdf(document))
