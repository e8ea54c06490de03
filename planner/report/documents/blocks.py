"""What a document consists of, whatever it is written as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.i18n import Language
    from planner.report.documents.drawing import Drawing


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2; annexes are numbered with letters and begin on pages of their own, as others may."""

    text: str
    level: int = 1
    annex: bool = False
    new_page: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A paragraph that stands out: what a reader must not miss."""

    text: str
    serious: bool = False


@dataclass(frozen=True)
class KeyFigures:
    """Figures at a glance: value, and what it is."""

    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    caption : str
    words, figures : tuple of str
        Headings of the columns of text, which stand left and may be broken, and of those of figures, which stand right.
    rows : tuple of tuple of str
    total : bool
        The last row is a sum.
    small : bool
        For long or wide tables.
    """

    caption: str
    words: tuple[str, ...]
    figures: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False
    small: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings."""
        return (*self.words, *self.figures)


@dataclass(frozen=True)
class Figure:
    """A drawing.

    Attributes
    ----------
    caption : str
    drawing : Drawing
    words : str
        What it shows, for readers who do not see it.
    """

    caption: str
    drawing: Drawing
    words: str


@dataclass(frozen=True)
class Sheet:
    """What belongs on one page: a heading of level 2 without number, and what follows it."""

    title: str
    blocks: tuple[Paragraph | Figure | Table, ...]


Block = Heading | Paragraph | Bullets | Note | KeyFigures | Table | Figure | Sheet


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes
    ----------
    language : {"en", "fr"}
    title, subtitle : str
    facts : tuple of (str, str)
        On the cover: what, and its value.
    banner : str
        On top of every page; empty: none.
    contents : str
        Heading of the table of contents.
    blocks : tuple of Block
    """

    language: Language
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    banner: str
    contents: str
    blocks: tuple[Block, ...]

    def tables(self) -> Iterator[Table]:
        """Yield all tables, those on sheets too."""
        for block in self.blocks:
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Sheet):
                yield from (part for part in block.blocks if isinstance(part, Table))
