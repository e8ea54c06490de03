"""Phases: what each year adds to the money, and how much can be built in it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from planner.i18n import _
from planner.scenario.fields import Flag, Section, Whole, said
from planner.scenario.rules import LIMIT_SCHEMA, Amount, Share, read_limit, say_limit

if TYPE_CHECKING:
    from pydantic import ValidationInfo


class Phase(Section):
    """One year of the programme."""

    year: Annotated[Whole, said("Year", "Calendar year; phases follow each other year by year.", ge=1990, le=2200)]
    limit: Annotated[
        Amount | Share,
        PlainValidator(read_limit),
        PlainSerializer(say_limit),
        WithJsonSchema(LIMIT_SCHEMA),
        said(
            "Limit",
            "Cash that the year adds: purchases of the year, and a year of operation of all that works in it. "
            "A percentage is one of the best known programme cost of connecting all.",
            unit="currency or %",
        ),
    ]
    carry_over: Annotated[
        Flag, said("Carry over", "true: what is left at the end of the year is there in the next; false: it lapses.")
    ] = False
    max_works: Annotated[
        Whole | None, said("Most works", "Offices connected or upgraded in the year at most; null: any number.", ge=0)
    ] = None


def one_after_another(value: tuple[Phase, ...], info: ValidationInfo) -> tuple[Phase, ...]:
    """Check that phases follow each other, lie within the horizon and have something to spend.

    Raises
    ------
    ValueError
        They do not.
    """
    years = [phase.year for phase in value]
    for before, after in pairwise(years):
        if after == before:
            raise ValueError(_("The year {year} stands twice: give each year one phase.").format(year=after))
        if after < before:
            raise ValueError(
                _("The year {year} stands after {before}: write the phases in the order of their years.").format(
                    year=after, before=before
                )
            )
        if after > before + 1:
            raise ValueError(
                _(
                    "Between {before} and {after} a year is missing: what works has to be paid for in every year. "
                    "Give {missing} a phase too, with `max_works: 0` if nothing is built in it."
                ).format(before=before, after=after, missing=before + 1)
            )
    if value and not any(_something(phase.limit) for phase in value):
        raise ValueError(_("The limits of all phases are zero: there is nothing to spend."))
    money = info.data.get("money")
    if value and money is not None:
        if years[0] < money.price_year:
            raise ValueError(
                _("The first phase, {year}, lies before the price year {price_year}: prices are not known.").format(
                    year=years[0], price_year=money.price_year
                )
            )
        if len(years) > money.horizon_years:
            raise ValueError(
                _(
                    "{n} phases do not fit into a horizon of {horizon} years (money.horizon_years): what is connected "
                    "after it would be worth nothing."
                ).format(n=len(years), horizon=money.horizon_years)
            )
    objective = info.data.get("objective")
    if value and objective and [each.sense for each in objective] != ["max"]:
        raise ValueError(
            _(
                "Phases go with the most benefit alone: leave the objective out. How many years it takes to connect "
                "all is told by “planner years”."
            )
        )
    return value


def _something(limit: Amount | Share) -> bool:
    return (limit.amount if isinstance(limit, Amount) else limit.share) > 0
