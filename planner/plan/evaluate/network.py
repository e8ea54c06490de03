"""A network that is laid out place by place, as a table asks for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.links.options import NO_MAST, ROOT, PlaceKind
from planner.plan.evaluate.ways import Candidates, Front

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from planner.plan.evaluate.table import Wish

NETWORKS = ("fibre", "microwave")
"""Technologies whose links join two places."""


@dataclass(frozen=True)
class Entry:
    """How a place is entered.

    Attributes
    ----------
    tail : int
        Place, or `ROOT`.
    technology : str
    wish : Wish or None
        The row that asked for it; None for existing connections, which stand anyway.
    """

    tail: int
    technology: str
    wish: Wish | None


class Network:
    """The network so far.

    Parameters
    ----------
    candidates : Candidates
    named : collection of int
        Places with a row of their own: no way runs through them before they are entered.

    Attributes
    ----------
    entered : dict of int to Entry
        Per place; parents before what hangs from them.
    order : list of int
        The places in the order in which they were entered.
    """

    def __init__(self, candidates: Candidates, named: Collection[int]) -> None:
        options = candidates.options
        self.entered: dict[int, Entry] = {}
        self.order: list[int] = []
        self._candidates = candidates
        self._named = frozenset(named)
        self._kind = options.places.kind
        self._held: dict[int, int] = defaultdict(lambda: NO_MAST)
        self._fronts = {name: Front(candidates, name, self._passable(name)) for name in NETWORKS}
        for row in np.flatnonzero(candidates.technology == "existing").tolist():
            self._enter(ROOT, int(options.v[row]), "existing", None)
        self._sources = frozenset(options.v[candidates.technology == "source"].tolist())
        for place in sorted(self._sources):
            price = min(
                candidates.cents(row, ROOT, place, NO_MAST) for row in candidates.between(ROOT, place, "source")
            )
            for front in self._fronts.values():
                front.join(place, NO_MAST, price)

    def can_feed(self, place: int) -> bool:
        """Say whether links may start at a place: a source, or one that a network or an existing connection enters."""
        entry = self.entered.get(place)
        return place in self._sources if entry is None else entry.technology in {*NETWORKS, "source", "existing"}

    def serve(self, place: int, technology: str, wish: Wish) -> None:
        """Hang a place from the root by its cheapest service, with the limits that this shares."""
        options, rows = self._candidates.options, self._candidates.at(place, technology)
        row = min(rows.tolist(), key=lambda row: (self._candidates.cents(row, ROOT, place, NO_MAST), row))
        *limits, _service = options.way_of_service(row)
        for limit in limits:
            if int(options.v[limit]) not in self.entered:
                self._enter(int(options.u[limit]), int(options.v[limit]), str(self._candidates.technology[limit]), wish)
        self._enter(int(options.u[row]), place, technology, wish)

    def attach(self, place: int, parent: int, technology: str, wish: Wish) -> bool:
        """Hang a place from a parent in the network; return whether there is a way."""
        way = self._way_from(parent, place, technology)
        self._lay(way, technology, wish)
        return bool(way)

    def attach_nearest(self, goals: dict[str, dict[int, Wish]]) -> Wish | None:
        """Attach whichever goal (technology, place, row) is cheapest; return its row, None where none can be."""
        found = [(near, name) for name, places in goals.items() if (near := self._fronts[name].nearest(places))]
        if not found:
            return None
        (_cents, place), technology = min(found)
        wish = goals[technology][place]
        self._lay(self._fronts[technology].way_to(place), technology, wish)
        return wish

    def _enter(self, tail: int, head: int, technology: str, wish: Wish | None) -> None:
        self.entered[head] = Entry(tail, technology, wish)
        self.order.append(head)
        if technology in NETWORKS:
            self._hold_masts(tail, head, technology)
            for front in self._fronts.values():
                front.join(tail, self._held[tail])
        if technology in {*NETWORKS, "source", "existing"}:
            for front in self._fronts.values():
                front.join(head, self._held[head])

    def _lay(self, way: list[tuple[int, int]], technology: str, wish: Wish) -> None:
        """Enter places along a way; a source that is used for the first time comes with it."""
        for tail, head in way:
            if tail not in self.entered:
                self._enter(ROOT, tail, "source", wish)
            self._enter(tail, head, technology, wish)

    def _way_from(self, parent: int, goal: int, technology: str) -> list[tuple[int, int]]:
        """Return the cheapest steps from a parent, or from the trenches that lead on from it, to a place."""
        if technology == "microwave":
            return [(parent, goal)] if len(self._candidates.between(parent, goal, technology)) else []
        front = Front(
            self._candidates, technology, lambda place: place not in self.entered and self._passable(technology)(place)
        )
        members = {parent}
        for place, entry in self.entered.items():
            if entry.tail in members and entry.technology == technology and place not in self._named:
                members.add(place)
        for place in members:
            front.join(place, self._held[place])
        return front.way_to(goal) if front.nearest({goal}) else []

    def _passable(self, technology: str) -> Callable[[int], bool]:
        """Say which places ways may run through: relays and junctions, with fibre past any place without a row."""

        def passable(place: int) -> bool:
            kind = self._kind[place]
            return (
                place not in self._named
                and kind != PlaceKind.SOURCE
                and (technology == "fibre" or kind == PlaceKind.RELAY)
            )

        return passable

    def _hold_masts(self, tail: int, head: int, technology: str) -> None:
        """Remember the masts of the cheapest link, so that later links are priced with what they add to them."""
        row = self._candidates.cheapest(self._candidates.between(tail, head, technology), tail, head, self._held[tail])
        for place in (tail, head):
            self._held[place] = max(self._held[place], self._candidates.rung(row, place))
