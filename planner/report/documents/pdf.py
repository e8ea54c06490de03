"""The proposal as PDF: tagged for screen readers (PDF/UA-1), with its fonts in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner._version import __version__
from planner.i18n import _
from planner.report.documents.blocks import Bullets, Figure, Heading, KeyFigures, Note, Paragraph, Sheet, Table
from planner.report.documents.drawing import text_width
from planner.report.documents.files import write_document
from planner.report.documents.proposal import build_proposal
from planner.report.documents.typesetting import typeset
from planner.report.documents.typography import figure_in_print, in_print

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.i18n import Language
    from planner.report.documents.blocks import Block, Document
    from planner.report.exported import ExportedRun

USUAL_PT, SMALL_PT, INSET_PT = 8.0, 7.0, 4.0
"""Text of tables and the blanks at the sides of its cells, as in the template."""
TEMPLATE = Path(__file__).with_name("proposal.typ")


def write(run: ExportedRun, folder: Path) -> Sequence[Path]:
    """Write the proposal of a run into a folder; return the file."""
    file = folder / f"{run.name}.pdf"
    write_document(file, as_pdf(build_proposal(run)))
    return [file]


def as_pdf(document: Document) -> bytes:
    """Return a document as PDF."""
    return typeset(TEMPLATE.read_bytes(), document_data(document))


def document_data(document: Document) -> dict[str, Any]:
    """Return a document as the template reads it, in the signs of print."""
    blocks = [_data(block) for block in document.blocks]
    for kind in ("annex", "sheet"):
        first = next((block for block in blocks if block["kind"] == kind or block.get(kind)), None)
        if first is not None:
            first["first"] = True
    data = {
        "language": document.language,
        "title": document.title,
        "subtitle": document.subtitle,
        "facts": document.facts,
        "banner": document.banner,
        "contents": document.contents,
        "made": _("Made with PostLink Planner {version}.").format(version=__version__),
        "table": _("Table"),
        "figure": _("Figure"),
        "annex": _("Annex"),
        "blocks": blocks,
    }
    return {name: _printed(value, document.language) for name, value in data.items()}


_KINDS: dict[type[Any], str] = {
    Heading: "heading",
    Paragraph: "paragraph",
    Bullets: "bullets",
    Note: "note",
    KeyFigures: "key-figures",
    Table: "table",
    Figure: "figure",
    Sheet: "sheet",
}


def _data(block: Block) -> dict[str, Any]:
    data: dict[str, Any] = {"kind": _KINDS[type(block)], "first": False}
    if isinstance(block, Table):
        return {**data, **vars(minus_signs(block)), "room": _figure_widths(block)}
    if isinstance(block, Figure):
        return {**data, "caption": block.caption, "words": block.words, "svg": block.drawing.svg()}
    if isinstance(block, Sheet):
        return {**data, "title": block.title, "blocks": [_data(part) for part in block.blocks]}
    return {**data, **{name.replace("_", "-"): value for name, value in vars(block).items()}}


def _figure_widths(table: Table) -> list[float]:
    """Return how wide the columns of figures are, points: no figure is broken, headings are broken between words."""
    size = SMALL_PT if table.small else USUAL_PT
    widths = []
    for column in range(len(table.words), len(table.headings)):
        # A figure may be a sum, and sums are bold.
        cells = max((text_width(row[column], size, bold=True) for row in table.rows), default=0.0)
        heading = max((text_width(word, size, bold=True) for word in table.headings[column].split()), default=0.0)
        widths.append(max(cells, heading) + 2 * INSET_PT + 1)
    return widths


def minus_signs(table: Table) -> Table:
    """Return a table with true minus signs in its columns of figures."""
    words = len(table.words)
    rows = tuple((*row[:words], *map(figure_in_print, row[words:])) for row in table.rows)
    return replace(table, rows=rows)


def _printed(value: Any, language: Language) -> Any:
    """Return a value with all its texts in the signs of print; pictures have theirs already."""
    if isinstance(value, str):
        return in_print(value, language)
    if isinstance(value, dict):
        return {name: part if name == "svg" else _printed(part, language) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printed(part, language) for part in value]
    return value
