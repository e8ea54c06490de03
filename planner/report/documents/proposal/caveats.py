"""How sure the plan is, and what it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.i18n import _
from planner.report.documents.blocks import Bullets, Heading, Note, Paragraph, Table
from planner.wording import number

if TYPE_CHECKING:
    from planner.catalogue import Assumption
    from planner.plan.model import Plan
    from planner.report.documents.blocks import Block
    from planner.report.exported import ExportedRun

SHOWN = 10
"""So many ranges are told here; the annex has all."""


def uncertainty(run: ExportedRun) -> list[Block]:
    """Return how wide the figures behind the plan are known to be."""
    blocks: list[Block] = [
        Heading(_("Uncertainty")),
        Paragraph(
            _(
                "The distance from the best plan is proven under these inputs. It is no statement about prices, "
                "population or terrain: with other prices another plan would be best, and this one would cost "
                "something else. The amounts of this document are those of typical prices."
            )
        ),
    ]
    try:
        prices = run.prices
    except InputError as error:
        return [*blocks, Note(str(error), serious=True)]
    ranged = [one for one in prices.assumptions if one.low < one.high and one.value > 0]
    judged = sum(one.judgement for one in prices.assumptions)
    text = _(
        "{all} prices and rates are in force; {ranged} of them are known as a range, {judged} are judgements without "
        "a source."
    )
    blocks.append(
        Paragraph(text.format(all=number(len(prices.assumptions)), ranged=number(len(ranged)), judged=number(judged)))
    )
    used = {*run.plan.all_links["technology"], "package", "masts", "sites", "climate"}
    wide = sorted((one for one in ranged if one.name.partition(".")[0] in used), key=_width)[:SHOWN]
    if wide:
        rows = tuple(
            (one.name, one.unit, *(number(value, 4) for value in (one.low, one.value, one.high))) for one in wide
        )
        caption = _("The widest ranges among the figures that this plan uses")
        blocks.append(Table(caption, (_("Assumption"), _("Unit")), (_("Low"), _("Typical"), _("High")), rows))
    return blocks


def risks(plan: Plan) -> list[Block]:
    """Return risks and limits: the program's own, and the run's notes."""
    limits = (
        _(
            "Terrain models have errors of some metres and know no single tree or building: every hop needs a site "
            "survey."
        ),
        _("Rain and layered air are those of a climate zone unless scenario, offices or maps give them for places."),
        _("Interference, licences and the load of existing masts are not examined."),
        _("Satellite and mobile tariffs can change at any time; their capacity is that of the offer."),
        _("Delivery, customs and building seasons are not planned; nor are way-leaves for trenches."),
        _("Benefit is counted by people within reach; use of the services is not forecast."),
    )
    blocks: list[Block] = [Heading(_("Risks and limits")), Bullets(limits)]
    if notes := tuple(plan.data["notes"]):
        blocks += [
            Paragraph(_("What was not offered, and remarks on what was, in the words of the run:")),
            Bullets(notes),
        ]
    return blocks


def _width(one: Assumption) -> float:
    return -one.high / one.low if one.low > 0 else float("-inf")
