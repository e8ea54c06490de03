"""Typst, the typesetter: markup and data in, PDF or PNG out; with the fonts that come with the program."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import typst

from planner.report.documents.drawing import FONTS

if TYPE_CHECKING:
    from planner.report.documents.drawing import Drawing

_FIGURE = b"""
#let figure = json(bytes(sys.inputs.at("data")))
#set page(width: figure.width * 1pt, height: figure.height * 1pt, margin: 0pt)
#image(bytes(figure.svg), format: "svg", width: 100%)
"""


def typeset(markup: bytes, data: dict[str, Any]) -> bytes:
    """Return a PDF for everybody (PDF/UA-1).

    Parameters
    ----------
    markup : bytes
        A Typst document that reads ``data`` from ``sys.inputs.data``. What users wrote comes in there and nowhere else:
        data is never read as markup.
    data : dict
        JSON-ready.

    Notes
    -----
    A script that no font on this machine has cannot be told to screen readers, so that the standard forbids it; such a
    document is made without the standard rather than not at all.
    """
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    try:
        return _compiled(markup, inputs, format="pdf", pdf_standards="ua-1")
    except typst.TypstError as error:
        if "PDF/UA-1" not in str(error):
            raise
        return _compiled(markup, inputs, format="pdf")


def typeset_pages(markup: bytes, data: dict[str, Any], *, dots_per_inch: float = 96) -> list[bytes]:
    """Return the pages of a document as PNG; see `typeset`."""
    compiler = typst.Compiler(font_paths=_fonts())
    inputs = {"data": json.dumps(data, ensure_ascii=False)}
    made = compiler.compile(markup, format="png", ppi=dots_per_inch, sys_inputs=inputs)
    return [made] if isinstance(made, bytes) else [page for page in made or [] if page is not None]


def as_png(drawing: Drawing, *, dots_per_inch: float = 200) -> bytes:
    """Return a drawing as PNG."""
    figure = {"svg": drawing.svg(), "width": drawing.width, "height": drawing.height}
    return _compiled(_FIGURE, {"data": json.dumps(figure)}, format="png", ppi=dots_per_inch)


@cache
def _fonts() -> typst.Fonts:
    """Return our fonts and, for scripts that they lack, those of the machine; looking for them takes time."""
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=[str(FONTS)])


def _compiled(
    markup: bytes,
    inputs: dict[str, str],
    *,
    format: Literal["pdf", "png"],  # noqa: A002 - the compiler's own word
    ppi: float | None = None,
    pdf_standards: Any = (),
) -> bytes:
    compiler = typst.Compiler(font_paths=_fonts())
    made = compiler.compile(markup, format=format, ppi=ppi, pdf_standards=pdf_standards or [], sys_inputs=inputs)
    assert isinstance(made, bytes)
    return made
