"""Documents as PDF: tagged for screen readers (PDF/UA-1), with its fonts in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner._version import __version__
from planner.i18n import _
from planner.report.documents.blocks import Bullets, Figure, Heading, KeyFigures, Note, Paragraph, Sheet, Table
from planner.report.documents.files import write_document
from planner.report.documents.proposal import build_proposal
from planner.report.documents.typesetting import typeset
from planner.report.documents.typography import figure_in_print, in_print
from planner.report.documents.widths import breakable, column_widths, fits_a_page, row_heights, small_if_tight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.i18n import Language
    from planner.report.documents.blocks import Block, Document
    from planner.report.exported import ExportedRun

ROOM_PT = 476.0
"""Between the margins of the template."""
TEMPLATE = Path(__file__).with_name("document.typ")


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
    _number(blocks)
    first_annex = next((block for block in blocks if block.get("annex")), None)
    if first_annex is not None:
        first_annex["first"] = True
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


def _number(blocks: Sequence[dict[str, Any]]) -> None:
    """Count tables and figures, those on sheets too."""
    counts = {"table": 0, "figure": 0}
    for block in blocks:
        for part in block["blocks"] if block["kind"] == "sheet" else (block,):
            if part["kind"] in counts:
                counts[part["kind"]] += 1
                part["number"] = str(counts[part["kind"]])


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
        return {**data, **_table(block)}
    if isinstance(block, Figure):
        return {**data, "caption": block.caption, "words": block.words, "svg": block.drawing.svg()}
    if isinstance(block, Sheet):
        return {**data, "title": block.title, "blocks": [_data(part) for part in block.blocks]}
    return {**data, **{name.replace("_", "-"): value for name, value in vars(block).items()}}


def _table(table: Table) -> dict[str, Any]:
    """Return a table with widths of columns and heights of rows; words that do not fit theirs may be broken."""
    table = small_if_tight(minus_signs(table), ROOM_PT)
    widths = column_widths(table, ROOM_PT)
    words = len(table.words)
    rows = [
        [
            breakable(cell, width, small=table.small) if column < words else cell
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in table.rows
    ]
    return {
        **vars(table),
        "rows": rows,
        "widths": widths,
        "heights": row_heights(table, widths),
        "kept": fits_a_page(table, widths),
    }


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
