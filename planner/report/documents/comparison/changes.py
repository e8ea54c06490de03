"""The offices that compared plans do not serve alike: on a map, and each with the reason that the other plan gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _, ngettext
from planner.plan.compare import ADDED, CHANGED, DROPPED
from planner.report.documents.blocks import Figure, Heading, Paragraph, Table
from planner.report.documents.comparison.overview import cautions
from planner.report.documents.difference import difference_drawing, difference_words
from planner.report.documents.proposal.assessment import region_name
from planner.wording import number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.plan.compare import Comparison, OfficeChange
    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns

MOST = 1000
"""So many offices of a kind are listed; the rest is counted: JSON has them all."""


def changes(compared: ComparedRuns) -> list[Block]:
    """Return the chapter of offices that differ, from the first plan to each of the others."""
    blocks: list[Block] = [
        Heading(_("Offices that differ"), new_page=True),
        *cautions(compared),
        Paragraph(_("Reasons are what the second plan says of an office, in the words of its run.")),
    ]
    first, others = compared.runs[0], compared.runs[1:]
    for letter, pair, run in zip(compared.letters[1:], compared.pairs, others, strict=True):
        blocks.append(Heading(_("From plan A to plan {letter}").format(letter=letter), 2))
        if not pair.offices:
            blocks.append(Paragraph(_("Both serve the same offices in the same way.")))
            continue
        caption = _("What differs from plan A, the first, to plan {letter}, the second").format(letter=letter)
        drawing = difference_drawing(pair, first.plan, run.plan, run.folder)
        blocks += [Figure(caption, drawing, difference_words(pair)), Paragraph(_counts(pair))]
        blocks += _tables(pair, letter)
    return blocks


def _of_kind(pair: Comparison, kind: str) -> list[OfficeChange]:
    return [office for office in pair.offices if office.change == kind]


def _counts(pair: Comparison) -> str:
    added, dropped, changed = (len(_of_kind(pair, kind)) for kind in (ADDED, DROPPED, CHANGED))
    said = (
        ngettext("{n} office added", "{n} offices added", added).format(n=number(added)),
        ngettext("{n} office dropped", "{n} offices dropped", dropped).format(n=number(dropped)),
        ngettext("{n} office connected otherwise", "{n} offices connected otherwise", changed).format(
            n=number(changed)
        ),
    )
    return ", ".join(said) + "."


def _tables(pair: Comparison, letter: str) -> Iterator[Block]:
    """Yield a table for each kind of change; how the second plan connects an office is said with its reason."""
    for kind, title in (
        (ADDED, _("Offices that plan {letter} adds")),
        (DROPPED, _("Offices that plan {letter} drops")),
        (CHANGED, _("Offices that plan {letter} connects otherwise")),
    ):
        offices = _of_kind(pair, kind)
        if not offices:
            continue
        before = () if kind == ADDED else (_("In plan A"),)
        rows = []
        for office in offices[:MOST]:
            first = (_way(office.first, office.parent_first),) if before else ()
            rows.append((*_office(office), *first, office.reason, _people(office)))
        words = (_("Office"), _("Region"), *before, _("Reason"))
        yield Table(title.format(letter=letter), words, (_("People"),), tuple(rows), small=True)
        if len(offices) > MOST:
            more = _("… and {n} more: planner compare --json lists them.")
            yield Paragraph(more.format(n=number(len(offices) - MOST)))


def _office(office: OfficeChange) -> tuple[str, str]:
    called = office.name if office.name in {office.id, "", None} else f"{office.name} ({office.id})"
    return called or office.id, region_name(office.region)


def _way(technology: str | None, parent: str | None) -> str:
    if technology is None:
        return "–"
    from_place = "" if parent in {None, "root"} else " " + _("from {place}").format(place=parent)
    return technology_heading(technology) + from_place


def _people(office: OfficeChange) -> str:
    return "–" if office.people is None else number(office.people)
