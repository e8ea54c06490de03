"""Figures as files, in the format that the name asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.files import whole_file
from planner.i18n import _
from planner.report.documents.profile import profile_drawing

if TYPE_CHECKING:
    from pathlib import Path

    from planner.plan.explain import Explanation
    from planner.report.documents.drawing import Drawing

FORMATS = (".svg", ".png")


def check_figure_name(file: Path) -> None:
    """Refuse a name that says no format, before any work is done.

    Raises
    ------
    InputError
    """
    if file.suffix.lower() not in FORMATS:
        message = _("A figure is written as SVG or PNG.")
        remedy = _("Give a name that ends in .svg or .png.")
        raise InputError(Problem("bad-option", message, remedy, column="--out", value=str(file)))


def write_figure(drawing: Drawing, file: Path, title: str) -> None:
    """Write a drawing as SVG or PNG; the file appears whole or not at all.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    from planner.report.documents.typesetting import as_png  # noqa: PLC0415 - only pictures of dots need the typesetter

    content = drawing.svg(title).encode() if file.suffix.lower() == ".svg" else as_png(drawing)
    write_document(file, content)


def write_profile(explanation: Explanation, file: Path) -> None:
    """Write the profile of an explained link.

    Raises
    ------
    InputError
        If there is none, or the file cannot be written.
    """
    drawing = profile_drawing(explanation.sheet) if explanation.sheet is not None else None
    if drawing is None:
        message = _("There is no profile of {id}: only microwave and fibre links over known ground have one.")
        remedy = _("Name such a link, or leave out --out.")
        raise InputError(Problem("no-profile", message.format(id=explanation.id), remedy, column="--out"))
    write_figure(drawing, file, explanation.id)


def write_document(file: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        message = _("This file cannot be written: {reason}.").format(reason=error.strerror or error)
        remedy = _("Close it if it is open elsewhere, or name another file or folder with --out.")
        raise InputError(Problem("unwritable", message, remedy, file=str(file))) from error
