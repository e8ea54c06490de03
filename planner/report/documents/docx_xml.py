"""WordprocessingML for what python-docx has no words for: long tables in one go, fields, captions that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml

from planner.report.documents.widths import SMALL_PT, USUAL_PT, column_widths, fits_a_page, small_if_tight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from planner.report.documents.blocks import Table

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
HEAD, PALE, STRIPE = "00466E", "EAF1F6", "F7F7F7"
WIDER = 1.32
"""How much wider than our own fonts those may be that stand in for the document's where it is opened."""


def table_xml(table: Table, *, room_twips: int, text: Callable[[str], str]) -> Any:
    """Return a table element whose heading row comes again on every page and whose rows are never torn.

    Parameters
    ----------
    table : Table
    room_twips : int
        Width of the page between its margins.
    text : callable
        Sets a text as it is printed.
    """
    table = small_if_tight(table, room_twips / 20, wider=WIDER)
    widths = [int(20 * width) for width in column_widths(table, room_twips / 20, wider=WIDER)]
    size = round(2 * (SMALL_PT if table.small else USUAL_PT))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    edge = f'w:val="single" w:sz="6" w:space="0" w:color="{HEAD}"'
    last, short = len(table.rows) - 1, fits_a_page(table, [width / 20 / WIDER for width in widths])
    rows = [_row(table, table.headings, widths, size, text, head=True, kept=True)]
    for place, row in enumerate(table.rows):
        ends = place == last
        rows.append(
            _row(
                table,
                row,
                widths,
                size,
                text,
                total=table.total and ends,
                striped=place % 2 == 1,
                # The first row stays with the headings, the last one with the sum.
                kept=not ends and (short or place == 0 or place == last - 1),
            )
        )
    described = f'<w:tblCaption w:val="{escape(text(table.caption), {chr(34): "&quot;"})}"/>' if table.caption else ""
    return parse_xml(
        f'<w:tbl {SPACE}><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        f"<w:tblBorders><w:top {edge}/><w:bottom {edge}/></w:tblBorders>"
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
        f'</w:tblCellMar><w:tblLook w:val="0420" w:firstRow="1"/>{described}</w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    table: Table,
    cells: Sequence[str],
    widths: Sequence[int],
    size: int,
    text: Callable[[str], str],
    *,
    head: bool = False,
    total: bool = False,
    striped: bool = False,
    kept: bool = False,
) -> str:
    fill = HEAD if head else PALE if total else STRIPE if striped else ""
    bold = "<w:b/>" if head or total else ""
    colour = '<w:color w:val="FFFFFF"/>' if head else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    row = f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>"
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        side = '<w:jc w:val="right"/>' if column >= len(table.words) else ""
        row += (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
            f"<w:p><w:pPr>{'<w:keepNext/>' if kept else ''}"
            f'<w:spacing w:before="20" w:after="20" w:line="240" w:lineRule="auto"/>{side}</w:pPr>'
            f'<w:r><w:rPr>{bold}{colour}<w:sz w:val="{size}"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(text(cell))}</w:t></w:r></w:p></w:tc>'
        )
    return row + "</w:tr>"


def numbered_caption(label: str, number: int, text: str) -> Iterator[Any]:
    """Yield the runs of a caption whose number is a field: captions that are added or moved later count anew."""
    yield _run(f"{label}\N{NO-BREAK SPACE}", bold=True)
    yield parse_xml(
        f'<w:fldSimple {SPACE} w:instr=" SEQ {escape(label)} \\* ARABIC ">'
        f"<w:r><w:rPr><w:b/></w:rPr><w:t>{number}</w:t></w:r></w:fldSimple>"
    )
    yield _run(". ", bold=True)
    yield _run(text)


def contents_field(entries: Sequence[tuple[str, int]]) -> Iterator[Any]:
    """Yield paragraphs of a table of contents: a field that Word brings up to date, with the headings in it already.

    Parameters
    ----------
    entries : sequence of (text, level)
    """
    instruction = f'<w:r {SPACE}><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
    for place, (text, level) in enumerate(entries):
        paragraph = parse_xml(
            f'<w:p {SPACE}><w:pPr><w:spacing w:before="0" w:after="40"/>'
            f'<w:ind w:left="{360 * (level - 1)}"/></w:pPr></w:p>'
        )
        if place == 0:
            paragraph.append(parse_xml(f'<w:r {SPACE}><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'))
            paragraph.append(parse_xml(instruction))
            paragraph.append(parse_xml(f'<w:r {SPACE}><w:fldChar w:fldCharType="separate"/></w:r>'))
        paragraph.append(_run(text))
        if place == len(entries) - 1:
            paragraph.append(parse_xml(f'<w:r {SPACE}><w:fldChar w:fldCharType="end"/></w:r>'))
        yield paragraph


def banner_line(title: str, banner: str) -> Any:
    """Return the text of a page's head: the title, and what nobody must miss."""
    return _run(f"{title}    {banner}" if banner else title, small=True)


def _run(text: str, *, bold: bool = False, small: bool = False) -> Any:
    properties = ("<w:b/>" if bold else "") + ('<w:sz w:val="15"/>' if small else "")
    return parse_xml(f'<w:r {SPACE}><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>')
