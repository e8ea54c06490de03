"""Documents as DOCX: the same content with real headings, captions and tables, to be edited."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import docx
from docx.enum.text import WD_BREAK
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Cm, Length, Pt, RGBColor

from planner._version import __version__
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.report.documents.blocks import Bullets, Figure, Heading, KeyFigures, Note, Paragraph, Sheet, Table
from planner.report.documents.docx_xml import banner_line, contents_field, numbered_caption, table_xml
from planner.report.documents.files import write_document
from planner.report.documents.pdf import minus_signs
from planner.report.documents.proposal import build_proposal
from planner.report.documents.typesetting import as_png
from planner.report.documents.typography import in_print
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from docx.document import Document as WordDocument

    from planner.report.documents.blocks import Block, Document
    from planner.report.exported import ExportedRun

PLACEHOLDER = "{{ proposal }}"
"""A paragraph of a template that says this is replaced by the document; without it the document comes last."""
ACCENT = RGBColor(0x00, 0x46, 0x6E)
FONT, FONT_PT = "Calibri", 10.5
PICTURE_DPI = 170
LONGEST_PROPERTY = 255
"""Signs that a property of a Word document may have."""


def write(run: ExportedRun, folder: Path) -> Sequence[Path]:
    """Write the proposal of a run into a folder; return the file.

    Raises
    ------
    InputError
        If the template that the run was given with cannot be read.
    """
    file = folder / f"{run.name}.docx"
    write_document(file, as_docx(build_proposal(run), template=run.template))
    return [file]


def as_docx(document: Document, *, template: Path | None = None) -> bytes:
    """Return a document as DOCX.

    Parameters
    ----------
    document : Document
    template : Path or None
        A DOCX whose styles, page, header and footer are used, see `PLACEHOLDER`; None: plain ones of our own.

    Raises
    ------
    InputError
        If the template cannot be read.
    """
    word = _plain(document) if template is None else _opened(template)
    writer = _Writer(word, document)
    writer.write()
    stream = io.BytesIO()
    word.save(stream)
    return stream.getvalue()


def _opened(template: Path) -> WordDocument:
    try:
        return docx.Document(str(template))
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, OSError) as error:
        message = _("The template cannot be read as a Word document: {reason}.").format(reason=error)
        remedy = _("Give a file that was saved as .docx.")
        raise InputError(Problem("bad-template", message, remedy, file=str(template), column="--template")) from error


def _plain(document: Document) -> WordDocument:
    """Return an empty document in our own styles."""
    word = docx.Document()
    styles: Any = word.styles
    styles["Normal"].font.name, styles["Normal"].font.size = FONT, Pt(FONT_PT)
    for name, size in (("Title", 26), ("Heading 1", 17), ("Heading 2", 13), ("Heading 3", 11.5), ("Caption", 9)):
        font = styles[name].font
        font.name, font.size, font.color.rgb = FONT, Pt(size), ACCENT
        fonts = styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        styles[name].paragraph_format.keep_with_next = name != "Title"
    styles["Caption"].font.color.rgb = RGBColor(0x22, 0x22, 0x22)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    section.header.paragraphs[0]._p.append(banner_line(in_print(document.title, document.language), document.banner))  # noqa: SLF001
    footer = section.footer.paragraphs[0]
    footer._p.append(  # noqa: SLF001
        parse_xml(
            '<w:fldSimple xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" w:instr=" PAGE ">'
            "<w:r><w:t>1</w:t></w:r></w:fldSimple>"
        )
    )
    footer.alignment = 2
    return word


class _Writer:
    """Writes blocks at the end of a Word document, then puts them where the template wants them."""

    def __init__(self, word: WordDocument, document: Document) -> None:
        self._word: Any = word
        self._document = document
        self._known = {style.name: style for style in word.styles}
        self._counts = {"table": 0, "figure": 0}
        self._next_picture: int = word.part.next_id
        self._numbers, self._in_annex = [0, 0], False
        section = word.sections[-1]
        self._room: int = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)

    def write(self) -> None:
        """Write the whole document."""
        body = self._word.element.body
        before = len(body)
        self._core()
        self._cover()
        for block in self._document.blocks:
            self._block(block)
        target = next((one for one in self._word.paragraphs if one.text.strip() == PLACEHOLDER), None)
        if target is not None:
            # The section's own element stays last; all that is new stands before it.
            for element in list(body)[before - 1 : -1]:
                target._p.addprevious(element)  # noqa: SLF001
            body.remove(target._p)  # noqa: SLF001

    def _core(self) -> None:
        core = self._word.core_properties
        title, subject = self._text(self._document.title), self._text(self._document.subtitle)
        core.title, core.subject = title[:LONGEST_PROPERTY], subject[:LONGEST_PROPERTY]
        core.author, core.language = "PostLink Planner", self._document.language
        normal = self._word.styles["Normal"].element.get_or_add_rPr()
        tag = {"en": "en-GB", "fr": "fr-FR"}[self._document.language]
        for old in normal.findall(qn("w:lang")):
            normal.remove(old)
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        normal.append(parse_xml(f'<w:lang {space} w:val="{tag}"/>'))

    def _text(self, text: str) -> str:
        return in_print(text, self._document.language)

    def _style(self, wanted: str) -> Any:
        """Return a style if the template has it; else None: paragraphs stay as its normal ones are."""
        return self._known.get(wanted)

    def _paragraph(self, text: str, style: str = "Normal") -> Any:
        paragraph = self._word.add_paragraph(self._text(text))
        known = self._style(style)
        if known is not None:
            # Setting `style` would look for the default one among all, each time.
            paragraph._p.style = known.style_id  # noqa: SLF001
        return paragraph

    def _cover(self) -> None:
        document = self._document
        self._paragraph(document.title, "Title")
        self._paragraph(document.subtitle, "Subtitle")
        if document.banner:
            self._note(Note(document.banner, serious=True))
        for what, value in document.facts:
            line = self._paragraph(labelled(what, value))
            line.paragraph_format.space_after = Pt(2)
        self._paragraph(_("Made with PostLink Planner {version}.").format(version=__version__))
        self._page_break()
        heading = self._paragraph(document.contents)
        heading.runs[0].font.size, heading.runs[0].bold = Pt(15), True
        entries = [self._numbered(block) for block in document.blocks if isinstance(block, Heading)]
        self._numbers, self._in_annex = [0, 0], False
        body = self._word.element.body
        for element in contents_field([(self._text(text), level) for text, level in entries]):
            body.insert(len(body) - 1, element)

    def _numbered(self, block: Heading) -> tuple[str, int]:
        """Return a heading with its number, and its level; annexes count in letters."""
        if block.annex and not self._in_annex:
            self._in_annex, self._numbers = True, [0, 0]
        if block.level == 1:
            self._numbers = [self._numbers[0] + 1, 0]
        else:
            self._numbers[1] += 1
        first = chr(ord("A") + self._numbers[0] - 1) if self._in_annex else str(self._numbers[0])
        number = first if block.level == 1 else f"{first}.{self._numbers[1]}"
        return f"{number}  {block.text}", block.level

    def _page_break(self) -> None:
        self._word.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _block(self, block: Block) -> None:
        if isinstance(block, Heading):
            text, level = self._numbered(block)
            heading = self._paragraph(text, f"Heading {level}")
            heading.paragraph_format.page_break_before = block.annex or block.new_page
        elif isinstance(block, Paragraph):
            paragraph = self._paragraph(block.text)
            # What leads over to a list or a table stays with it.
            paragraph.paragraph_format.keep_with_next = block.text.endswith(":")
        elif isinstance(block, Bullets):
            for item in block.items:
                self._paragraph(item if "List Bullet" in self._known else f"• {item}", "List Bullet")
        elif isinstance(block, Note):
            self._note(block)
        elif isinstance(block, KeyFigures):
            rows = tuple((what, value) for value, what in block.figures)
            self._table(Table("", (_("Key figure"),), (_("Value"),), rows))
        elif isinstance(block, Table):
            self._table(block)
        elif isinstance(block, Figure):
            self._figure(block)
        else:
            self._sheet(block)

    def _sheet(self, sheet: Sheet) -> None:
        heading = self._paragraph(sheet.title, "Heading 3")
        heading.paragraph_format.page_break_before = True
        for part in sheet.blocks:
            if isinstance(part, Figure):
                self._figure(part, room_cm=6.4)
            else:
                self._block(part)

    def _note(self, note: Note) -> None:
        paragraph = self._paragraph(note.text)
        paragraph.runs[0].bold = note.serious
        colour, ground = ("D55E00", "FDF0E8") if note.serious else ("8C8C8C", "F4F4F4")
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
        left = f'<w:pBdr {space}><w:left w:val="single" w:sz="24" w:space="6" w:color="{colour}"/></w:pBdr>'
        properties.insert_element_before(parse_xml(left), "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")
        shade = f'<w:shd {space} w:val="clear" w:color="auto" w:fill="{ground}"/>'
        properties.insert_element_before(parse_xml(shade), "w:spacing", "w:ind", "w:jc", "w:rPr")

    def _caption(self, kind: str, text: str, *, above: bool) -> None:
        self._counts[kind] += 1
        paragraph = self._paragraph("", "Caption")
        paragraph.paragraph_format.keep_with_next = above
        label = _("Table") if kind == "table" else _("Figure")
        for run in numbered_caption(label, self._counts[kind], self._text(text)):
            paragraph._p.append(run)  # noqa: SLF001

    def _table(self, table: Table) -> None:
        if table.caption:
            self._caption("table", table.caption, above=True)
        body = self._word.element.body
        body.insert(len(body) - 1, table_xml(minus_signs(table), room_twips=self._room // 635, text=self._text))
        after = self._word.add_paragraph()
        after.paragraph_format.space_after = Pt(4)

    def _figure(self, figure: Figure, *, room_cm: float = 10.0) -> None:
        """Place a picture as wide as the page, unless it would be taller than the room it has."""
        drawing = figure.drawing
        width = min(self._room, int(room_cm * drawing.width / drawing.height * Cm(1)))
        paragraph = self._word.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        content = io.BytesIO(as_png(drawing, dots_per_inch=PICTURE_DPI))
        # As `add_picture` does it, which searches the whole document for a free number each time.
        relation, image = self._word.part.get_or_add_image(content)
        wide, high = Length(width), Length(int(width * drawing.height / drawing.width))
        inline = CT_Inline.new_pic_inline(self._next_picture, relation, image.filename, wide, high)
        self._next_picture += 1
        paragraph.add_run()._r.add_drawing(inline)  # noqa: SLF001
        inline.docPr.set("descr", self._text(figure.words))
        inline.docPr.set("title", self._text(figure.caption))
        self._caption("figure", figure.caption, above=False)
