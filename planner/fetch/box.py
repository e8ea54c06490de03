"""The part of the earth that is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTION = "--bbox"


@dataclass(frozen=True)
class Box:
    """A box of longitudes and latitudes in degrees; ``west > east`` crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, text: str) -> Box:
        """Read ``W,S,E,N``.

        Raises
        ------
        InputError
            It is not four numbers, or they lie outside the earth or in the wrong order.
        """
        remedy = _("For instance: --bbox 43.2,-12.4,44.6,-11.3 (west, south, east, north in degrees).")
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError as error:
            message = _("A box is four numbers with commas.")
            raise InputError(Problem("bad-option", message, remedy, column=_OPTION, value=text)) from error
        sound = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south < north <= 90 and west != east
        if not sound:
            message = _("The box has no area on the earth: south lies below north, longitudes within ±180.")
            raise InputError(Problem("bad-option", message, remedy, column=_OPTION, value=text))
        return cls(west, south, east, north)

    @property
    def width(self) -> float:
        """Degrees of longitude."""
        return self.east - self.west + (360 if self.west > self.east else 0)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield the south-west corners of the cells of one degree that it touches, from the south-west."""
        first = math.floor(self.west)
        last = math.ceil(self.west + self.width)
        for south in range(math.floor(self.south), math.ceil(self.north)):
            for west in range(first, last):
                yield (west + 180) % 360 - 180, south

    def within(self, west: int, south: int) -> Box:
        """Return what a cell of one degree has of the box."""
        turned = west + 360 if west < math.floor(self.west) else west
        left, right = max(self.west, turned), min(self.west + self.width, turned + 1)
        shift = turned - west
        return Box(left - shift, max(self.south, south), right - shift, min(self.north, south + 1))

    def quarters(self) -> tuple[Box, Box, Box, Box]:
        """Return its four quarters; it does not cross the 180th meridian."""
        x, y = (self.west + self.east) / 2, (self.south + self.north) / 2
        return (
            Box(self.west, self.south, x, y),
            Box(x, self.south, self.east, y),
            Box(self.west, y, x, self.north),
            Box(x, y, self.east, self.north),
        )

    def as_list(self) -> list[float]:
        """Return west, south, east, north."""
        return [self.west, self.south, self.east, self.north]
