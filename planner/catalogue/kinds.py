"""What the links of one row of the price list have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.finance import Item

AT_SOURCE = ("source", "existing")
"""Technologies of first links from which a network hangs: IP transit is due there."""


@dataclass(frozen=True)
class OptionKind:
    """What the links of one row of the catalogue have in common.

    Attributes
    ----------
    technology : str
        ``fibre``, ``microwave``, ``ptmp``, ``leo``, ``geo``, ``cellular``, ``leased``, ``limit``, ``source`` or
        ``existing``.
    name : str
        The catalogue's name of the option, e.g. ``"18 GHz 56 MHz 2+0"``.
    hop_weight : int
        What it adds to the hop count: microwave 1, everything else 0.
    items : tuple of Item
        Its price, item by item; quantities are 1, ``LinkOptions.priced_km``.
    service : bool
        It is bought from a provider: directed away from the root, it ends at an office, or at a limit that services
        share.
    directed : bool
        Of own links: it runs from u to v alone.
    """

    technology: str
    name: str
    hop_weight: int
    items: tuple[Item, ...]
    service: bool = False
    directed: bool = False


def kinds_in(held: object) -> Iterator[OptionKind]:
    """Yield every kind that a price list, or a part of it, holds, always in the same order."""
    if isinstance(held, OptionKind):
        yield held
    elif is_dataclass(held):
        for field in fields(held):
            yield from kinds_in(getattr(held, field.name))
    elif isinstance(held, tuple | Mapping):
        for part in held.values() if isinstance(held, Mapping) else held:
            yield from kinds_in(part)
