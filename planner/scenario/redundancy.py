"""Which offices get a second path that shares nothing with the first."""

from __future__ import annotations

from typing import Annotated

from planner.i18n import _
from planner.scenario.fields import Section, Text, said


class Redundancy(Section):
    """An office that stays connected whichever relay or span fails."""

    office: Annotated[Text, said("Office", "Id of an office that every plan connects, by two paths.")]


def different_offices(value: tuple[Redundancy, ...]) -> tuple[Redundancy, ...]:
    """Check that no office stands twice.

    Raises
    ------
    ValueError
        One does.
    """
    names = [each.office for each in value]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        message = _("Office “{name}” stands twice: a second path is all that can be asked for, remove one.")
        raise ValueError(message.format(name=twice))
    return value
