"""The comparison of plans, chapter by chapter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date

from planner.i18n import _, language
from planner.plan.store import PLAN_JSON
from planner.report.documents.blocks import Document, Heading, Paragraph, Table
from planner.report.documents.comparison.causes import causes
from planner.report.documents.comparison.changes import changes
from planner.report.documents.comparison.figures import frontier, money
from planner.report.documents.comparison.overview import overview
from planner.report.documents.comparison.payers import funders, years
from planner.report.documents.comparison.runs import plan_name
from planner.wording import ended_words, sentence

if TYPE_CHECKING:
    from planner.report.documents.blocks import Block
    from planner.report.documents.comparison.runs import ComparedRuns
    from planner.report.exported import ExportedRun


def build_comparison(compared: ComparedRuns) -> Document:
    """Return the comparison in the language of now."""
    titles = list(dict.fromkeys(plan.scenario["name"] for plan in compared.plans))
    facts = [
        (plan_name(letter), f"{name}, {_made(run)}")
        for letter, name, run in zip(compared.letters, compared.names, compared.runs, strict=True)
    ]
    heads = list(dict.fromkeys(f"{plan.scenario['currency']} {plan.scenario['price_year']}" for plan in compared.plans))
    return Document(
        language=language(),
        title=" / ".join(titles),
        subtitle=_("Comparison of {n} plans for connecting post offices").format(n=len(compared.runs)),
        facts=(*facts, (_("Currency and price year"), ", ".join(heads))),
        banner=_("SYNTHETIC DATA: this country does not exist.") if compared.synthetic else "",
        contents=_("Contents"),
        blocks=(
            *overview(compared),
            *causes(compared),
            *money(compared),
            *years(compared),
            *funders(compared),
            *frontier(compared),
            *changes(compared),
            *_again(compared),
        ),
    )


def _made(run: ExportedRun) -> str:
    when = datetime.fromtimestamp((run.folder / PLAN_JSON).stat().st_mtime, tz=UTC)
    return format_date(when, "long", locale=language())


def _again(compared: ComparedRuns) -> list[Block]:
    """Return where the figures come from, and how to make them again."""
    rows = (
        (_("Fingerprint of the scenario"), *compared.per_run(lambda run: str(run.plan.scenario["hash"])[:16])),
        (_("Fingerprint of the prices"), *compared.per_run(lambda run: (run.record.prices or "–")[:16])),
        (_("Search"), *compared.per_run(lambda run: sentence(ended_words(run.plan.outcome.termination)))),
        (_("Program"), *compared.per_run(lambda run: run.plan.versions.get("postlink-planner", "–"))),
    )
    headings = (_("What"), *(plan_name(letter) for letter in compared.letters))
    text = _(
        "All figures are those of the plans as they lie in the folders of the runs; nothing was solved or priced "
        "again. “planner verify” recomputes each plan without the solver, “planner compare --json” lists every "
        "difference."
    )
    return [
        Heading(_("Reproducibility"), annex=True),
        Paragraph(text),
        Table(_("Scenarios and versions"), headings, (), rows, small=True),
    ]
