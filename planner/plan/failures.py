"""What a single failure would cut off: of a relay or another place that passes traffic on, a source, a span.

An office is cut off by whatever lies on its path from the root. One with a second path is cut off by what lies on both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.catalogue.kinds import AT_SOURCE
from planner.i18n import _
from planner.plan.lines import ROOT_ID
from planner.wording import technology_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from planner.plan.model import Plan

TOLD = 10
"""So many failures stand in ``plan.json``."""
PLACE, SPAN = "place", "span"


@dataclass(frozen=True)
class Failure:
    """What is cut off while one thing is out of order.

    Attributes
    ----------
    what : {"place", "span"}
    id : str
        Of the place or link.
    kind : str
        Of a place ``office``, ``source``, ``relay`` or ``junction``; of a span its technology.
    offices, people
        Offices that gain by the plan and are cut off, and underserved people within their reach.
    offices_without, people_without
        The same if there were no second paths.
    """

    what: str
    id: str
    kind: str
    offices: int
    people: float
    offices_without: int
    people_without: float

    @property
    def words(self) -> str:
        """What fails, in the user's language."""
        return self.told({})

    def told(self, names: Mapping[str, str]) -> str:
        """Return what fails, in the user's language, places that have a name by it."""
        kinds = {
            "office": _("office {id}"),
            "source": _("source {id}"),
            "relay": _("relay {id}"),
            "junction": _("junction {id}"),
        }
        if self.what == PLACE:
            return kinds.get(self.kind, _("place {id}")).format(id=names.get(self.id, self.id))
        first, _arrow, last = (names.get(end, end) for end in self.id.partition(":")[2].partition(">"))
        if first == ROOT_ID:
            return _("link of {place} by {technology}").format(technology=technology_name(self.kind), place=last)
        text = _("link from {first} to {last} by {technology}")
        return text.format(technology=technology_name(self.kind), first=first, last=last)

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)


@dataclass(frozen=True)
class Failures:
    """Every single failure of a plan that cuts anybody off, worst first: by people, then by offices."""

    every: tuple[Failure, ...]

    @property
    def worst(self) -> Failure | None:
        """The failure that cuts off most people; None if the plan connects nobody."""
        return self.every[0] if self.every else None

    @property
    def worst_without(self) -> Failure | None:
        """The failure that would cut off most people if there were no second paths."""
        return max(self.every, key=lambda each: (each.people_without, each.offices_without), default=None)

    def of(self, name: str) -> Failure | None:
        """Return the failure of a place or a link; None if it cuts nobody off."""
        return next((each for each in self.every if each.id == name), None)

    def told(self) -> list[dict[str, Any]]:
        """Return what stands in ``plan.json``: the worst, and the worst without second paths if it is none of them."""
        shown, other = list(self.every[:TOLD]), self.worst_without
        return [each.as_dict() for each in ([*shown, other] if other and other not in shown else shown)]


def failures_of(plan: Plan) -> Failures:
    """Return what each single failure of a plan cuts off.

    Sources are places: the activation of one is no span. A place at which no chain goes on is none that passes traffic
    on; the span into it says the same.
    """
    paths = _Paths.of(plan)
    people: defaultdict[Thing, float] = defaultdict(float)
    saved_people: defaultdict[Thing, float] = defaultdict(float)
    offices: Counter[Thing] = Counter()
    saved_offices: Counter[Thing] = Counter()
    for name, worth in paths.gains():
        backup = paths.backup.get(name)
        for thing in paths.first(name):
            people[thing] += worth
            offices[thing] += 1
            if backup is not None and thing not in backup:
                saved_people[thing] += worth
                saved_offices[thing] += 1
    every = [
        Failure(
            what=what,
            id=name,
            kind=paths.kind[what, name],
            offices=offices[what, name] - saved_offices[what, name],
            people=people[what, name] - saved_people[what, name],
            offices_without=offices[what, name],
            people_without=people[what, name],
        )
        for what, name in offices
    ]
    return Failures(tuple(sorted(every, key=lambda each: (-each.people, -each.offices, each.what, each.id))))


Thing = tuple[str, str]


@dataclass(frozen=True)
class _Paths:
    """The first path of every place and the second of some offices, as places and spans that may fail."""

    plan: Plan
    tail: dict[str, str]
    entering: dict[str, str]
    passes_on: frozenset[str]
    kind: dict[Thing, str]
    backup: dict[str, frozenset[Thing]]

    @classmethod
    def of(cls, plan: Plan) -> _Paths:
        """Read the paths of a plan."""
        links = plan.links
        ends = dict(zip(links["to"], links["from"], strict=True))
        kinds: dict[Thing, str] = {(PLACE, name): kind for name, kind in _pairs(plan.places, "id", "kind")}
        for frame in (links, plan.backup_links):
            kinds |= {(SPAN, name): technology for name, technology in _pairs(frame, "id", "technology")}
        entering = {head: name for name, head in _pairs(links, "id", "to") if kinds[SPAN, name] not in AT_SOURCE}
        joined = {name: (tail, head) for frame in (links, plan.backup_links) for name, tail, head in _ends(frame)}
        backups = {backup["office"]: _things(backup, joined, kinds) for backup in plan.backups}
        return cls(plan, ends, entering, frozenset(ends.values()), kinds, backups)

    def gains(self) -> Iterator[tuple[str, float]]:
        """Yield the offices that gain by the plan, with the people within their reach."""
        offices = self.plan.offices
        gained = offices[(offices["connected"] & (offices["before"] != "adequate")).to_numpy(np.bool_)]
        yield from zip(
            gained["id"].tolist(), np.nan_to_num(gained["people"].to_numpy(np.float64)).tolist(), strict=True
        )

    def first(self, office: str) -> Iterator[Thing]:
        """Yield what lies on the path of an office in the plan."""
        place = office
        while place in self.tail:
            if place in self.passes_on:
                yield PLACE, place
            if place in self.entering:
                yield SPAN, self.entering[place]
            place = self.tail[place]


def _things(backup: dict[str, Any], ends: dict[str, tuple[str, str]], kinds: dict[Thing, str]) -> frozenset[Thing]:
    """Return the places and spans of a second path; the office's own place is where both paths end."""
    things: set[Thing] = set()
    for step in backup["path"]:
        if kinds[SPAN, step["link"]] not in AT_SOURCE:
            things.add((SPAN, step["link"]))
        things |= {(PLACE, end) for end in ends[step["link"]]}
    # Whatever fails at the office itself, it is cut off: nothing there is saved by a second path.
    return frozenset(things)


def _pairs(frame: pd.DataFrame, one: str, other: str) -> Iterator[tuple[str, str]]:
    return zip(frame[one].tolist(), frame[other].tolist(), strict=True)


def _ends(frame: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    names: Sequence[str] = ("id", "from", "to")
    return zip(*(frame[name].tolist() for name in names), strict=True)
