"""Ways along candidate links: what a link costs from one of its ends, and the cheapest way from a growing network."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

from planner.links.options import NO_MAST, ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.typing import NDArray

    from planner.links.options import LinkOptions


class Candidates:
    """Candidate links by the place they touch, priced in one money column.

    Parameters
    ----------
    options : LinkOptions
    measure : int
        Column of `planner.finance.MEASURES`.
    """

    def __init__(self, options: LinkOptions, measure: int) -> None:
        self.options = options
        self.technology = options.technology()
        self._cents = options.money[:, measure]
        self._mast_cents = options.mast_money[:, :, measure]
        rows = np.flatnonzero(options.u != ROOT)
        services = np.flatnonzero(options.u == ROOT)
        ends = np.concatenate([options.u[rows], options.v[rows], options.v[services]])
        order = np.argsort(ends, kind="stable")
        self._rows = np.concatenate([rows, rows, services])[order]
        self._start = np.searchsorted(ends[order], np.arange(len(options.places) + 1))

    def at(self, place: int, technology: str) -> NDArray[np.int64]:
        """Return the options of a technology that touch a place."""
        rows = self._rows[self._start[place] : self._start[place + 1]]
        return np.asarray(rows[self.technology[rows] == technology])

    def between(self, tail: int, head: int, technology: str) -> NDArray[np.int64]:
        """Return the options of a technology that join two places, or the root and a place."""
        rows = self.at(head, technology)
        return np.asarray(rows[self.far_end(rows, head) == tail])

    def far_end(self, rows: NDArray[np.int64], place: int) -> NDArray[np.int32]:
        """Return the other end of options that touch a place; `ROOT` for services."""
        return np.asarray(np.where(self.options.v[rows] == place, self.options.u[rows], self.options.v[rows]))

    def rung(self, row: int, place: int) -> int:
        """Return the rung that an option needs at one of its ends."""
        return int((self.options.rung_v if self.options.v[row] == place else self.options.rung_u)[row])

    def cents(self, row: int, tail: int, head: int, held: int) -> int:
        """Return what an option costs from tail to head: the link, the head's mast, what it adds to the tail's.

        Parameters
        ----------
        row, tail, head : int
        held : int
            Highest rung in use at the tail already, `NO_MAST` for none.
        """
        price = int(self._cents[row]) + self._mast(head, self.rung(row, head))
        if tail == ROOT:
            return price
        return price + max(self._mast(tail, self.rung(row, tail)) - self._mast(tail, held), 0)

    def cheapest(self, rows: NDArray[np.int64], tail: int, head: int, held: int) -> int:
        """Return the option that costs least from tail to head, the first among equals."""
        return int(min(rows.tolist(), key=lambda row: (self.cents(row, tail, head, held), row)))

    def _mast(self, place: int, rung: int) -> int:
        return 0 if rung == NO_MAST else int(self._mast_cents[place, rung])


class Front:
    """Cheapest ways from a network to the places around it (Dijkstra), going on where the network grows.

    Parameters
    ----------
    candidates : Candidates
    technology : str
        Ways run along options of this technology alone.
    passable : callable
        Says whether a way may run through a place that does not belong to the network.
    """

    def __init__(self, candidates: Candidates, technology: str, passable: Callable[[int], bool]) -> None:
        self._candidates = candidates
        self._technology = technology
        self._passable = passable
        self._cents: dict[int, int] = {}
        self._tail: dict[int, int] = {}
        self._held: dict[int, int] = {}
        self._joined: set[int] = set()
        self._heap: list[tuple[int, int]] = []

    def join(self, place: int, held: int, cents: int = 0) -> None:
        """Add a place to the network, with the rung in use there and what using the place costs first."""
        self._joined.add(place)
        self._cents[place], self._held[place] = cents, held
        self._tail.pop(place, None)
        heapq.heappush(self._heap, (cents, place))

    def nearest(self, goals: Collection[int]) -> tuple[int, int] | None:
        """Return (cents, place) of the goal that is cheapest to reach, the first in order among equals."""
        while self._heap:
            cents, place = self._heap[0]
            if cents == self._cents[place]:
                if place in goals and place not in self._joined:
                    return cents, place
                if place in self._joined or self._passable(place):
                    heapq.heappop(self._heap)
                    self._expand(place, cents)
                    continue
            heapq.heappop(self._heap)
        return None

    def way_to(self, place: int) -> list[tuple[int, int]]:
        """Return the steps (tail, head) from the network to a place that `nearest` named."""
        steps: list[tuple[int, int]] = []
        while place in self._tail:
            steps.append((self._tail[place], place))
            place = self._tail[place]
        return steps[::-1]

    def _expand(self, place: int, cents: int) -> None:
        rows = self._candidates.at(place, self._technology)
        for row, head in zip(rows.tolist(), self._candidates.far_end(rows, place).tolist(), strict=True):
            if head == ROOT or head in self._joined:
                continue
            reached = cents + self._candidates.cents(row, place, head, self._held[place])
            if head not in self._cents or reached < self._cents[head]:
                self._cents[head], self._tail[head] = reached, place
                self._held[head] = self._candidates.rung(row, head)
                heapq.heappush(self._heap, (reached, head))
