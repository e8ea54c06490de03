"""The proposal from a run, chapter by chapter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from babel.dates import format_date

from planner.i18n import _, language
from planner.plan.store import PLAN_JSON
from planner.report.documents.blocks import Document
from planner.report.documents.proposal.annexes import annexes
from planner.report.documents.proposal.assessment import assessment
from planner.report.documents.proposal.caveats import risks, uncertainty
from planner.report.documents.proposal.costs import bill_or_note, costs
from planner.report.documents.proposal.equity import surroundings
from planner.report.documents.proposal.method import method
from planner.report.documents.proposal.results import results
from planner.report.documents.proposal.risk import risk
from planner.report.documents.proposal.summary import summary
from planner.wording import what_data

if TYPE_CHECKING:
    from planner.report.exported import ExportedRun


def build_proposal(run: ExportedRun) -> Document:
    """Return the proposal of a run in the language of now.

    What is no longer there (inputs that changed since, another price list) is said in the place where it is missing.
    """
    plan = run.plan
    made = datetime.fromtimestamp((run.folder / PLAN_JSON).stat().st_mtime, tz=UTC)
    head = plan.scenario
    facts = (
        (_("Plan of"), format_date(made, "long", locale=language())),
        (_("Currency and price year"), f"{head['currency']} {head['price_year']}"),
        (
            _("Horizon"),
            _("{n} years, {funded} of operation funded").format(n=head["horizon_years"], funded=head["funded_years"]),
        ),
        (_("Fingerprint of the scenario"), str(head["hash"])[:16]),
    )
    bill = bill_or_note(run)
    blocks = (
        *summary(run),
        *assessment(plan),
        *surroundings(run),
        *method(plan),
        *results(run),
        *costs(plan),
        *uncertainty(run),
        *risk(run),
        *risks(plan),
        *annexes(run, bill),
    )
    return Document(
        language=language(),
        title=head["name"],
        subtitle=_("Investment proposal for connecting post offices"),
        facts=facts,
        banner=what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"]),
        contents=_("Contents"),
        blocks=blocks,
    )
