"""Blocks of link options, one per technology, and how they are joined and priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.finance import MEASURES, line_money
from planner.links.options import NO_MAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.links.options import Rejection


@dataclass(frozen=True)
class Block:
    """Link options of one technology, b rows; columns as in `planner.links.options.LinkOptions`.

    Attributes
    ----------
    kinds : tuple of OptionKind
    kind : (b,) int64
        Index into the block's own ``kinds``.
    vertices : (k, 2) float64
        lon, lat of all polylines, one after the other.
    vertex_count : (b,) int64
        Of each polyline; 0 where the option has none.
    rejections : tuple of Rejection
    notes : tuple of str
    """

    kinds: tuple[OptionKind, ...]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    kind: NDArray[np.int64]
    capacity_mbps: NDArray[np.float64]
    availability: NDArray[np.float64]
    length_km: NDArray[np.float64]
    priced_km: NDArray[np.float64]
    rung_u: NDArray[np.int8]
    rung_v: NDArray[np.int8]
    vertices: NDArray[np.float64]
    vertex_count: NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    notes: tuple[str, ...]

    @classmethod
    def of(cls, kinds: tuple[OptionKind, ...], *, v: NDArray[np.int32], **columns: Any) -> Block:
        """Return a block in which columns that are not given say: no length, no mast, no geometry, nothing to tell."""
        size = len(v)
        plain: dict[str, Any] = {
            "length_km": np.zeros(size),
            "priced_km": np.zeros(size),
            "rung_u": np.full(size, NO_MAST, dtype=np.int8),
            "rung_v": np.full(size, NO_MAST, dtype=np.int8),
            "vertices": np.zeros((0, 2)),
            "vertex_count": np.zeros(size, dtype=np.int64),
            "rejections": (),
            "notes": (),
        }
        return cls(kinds, v=v, **(plain | columns))

    def money(self, terms: Terms) -> NDArray[np.int64]:
        """Return the money columns of the options without masts, (b, 4) cents."""
        return money_of_kinds(self.kinds, self.kind, self.priced_km, terms)


def money_of_kinds(
    kinds: Sequence[OptionKind], kind: NDArray[np.int64], priced_km: NDArray[np.float64], terms: Terms
) -> NDArray[np.int64]:
    """Return the money columns of options of some kinds and lengths, (b, 4) cents."""
    money = np.zeros((len(kind), len(MEASURES)), dtype=np.int64)
    for index, each in enumerate(kinds):
        rows = np.flatnonzero(kind == index)
        quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(rows)), "km": priced_km[rows]}
        money[rows] = line_money(each.items, quantity, terms)
    return money


def join(blocks: Sequence[Block], terms: Terms) -> dict[str, Any]:
    """Return the option columns and kinds of `LinkOptions`, block after block."""
    first_kind = np.cumsum([0, *(len(block.kinds) for block in blocks)])
    kind = [block.kind + first for block, first in zip(blocks, first_kind[:-1], strict=True)]
    counts = np.concatenate([block.vertex_count for block in blocks])
    same = ("capacity_mbps", "availability", "length_km", "priced_km")
    return {
        "kinds": tuple(kind for block in blocks for kind in block.kinds),
        "kind": np.concatenate(kind).astype(np.int16),
        "u": np.concatenate([block.u for block in blocks]).astype(np.int32),
        "v": np.concatenate([block.v for block in blocks]).astype(np.int32),
        "rung_u": np.concatenate([block.rung_u for block in blocks]).astype(np.int8),
        "rung_v": np.concatenate([block.rung_v for block in blocks]).astype(np.int8),
        "money": np.concatenate([block.money(terms) for block in blocks]),
        "geometry": np.concatenate([block.vertices for block in blocks]),
        "geometry_start": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        **{name: np.concatenate([getattr(block, name) for block in blocks]).astype(np.float64) for name in same},
    }
