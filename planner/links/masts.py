"""What using an antenna height at a place costs: a mast where none that tall stands, the site, its power, the rent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES, line_money
from planner.links.options import mast_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.finance import Item, Terms
    from planner.links.options import Places


def mast_money(
    places: Places, prices: PriceList, power_items: Sequence[tuple[Item, ...]], terms: Terms
) -> NDArray[np.int64]:
    """Return the money columns of each rung at each place, (n, L, 4) cents; zero where no mast is on offer.

    Mast, site, power and rent are one line and rounded once.

    Raises
    ------
    ValueError
        A higher rung costs less than a lower one, so that a plan's cheapest mast would not be the one it needs.
    """
    money = np.zeros((len(places), len(prices.ladder_m), len(MEASURES)), dtype=np.int64)
    if not prices.mast_items:
        return money
    own = places.mast_class, places.site_class, places.power_class, places.existing_m, places.rent_per_year
    like = np.column_stack([*own, places.access_km, places.freight, places.works])
    _rows, sample, which = np.unique(like, axis=0, return_index=True, return_inverse=True)
    distinct = np.array([_ladder_money(places, int(row), prices, power_items, terms) for row in sample], dtype=np.int64)
    if (np.diff(distinct, axis=1) < 0).any():
        raise ValueError("mast prices must not fall with height")
    return np.asarray(distinct.reshape(-1, *money.shape[1:])[which.ravel()])


def _ladder_money(
    places: Places, row: int, prices: PriceList, power_items: Sequence[tuple[Item, ...]], terms: Terms
) -> list[NDArray[np.int64]]:
    def line(height_m: float, mast: tuple[Item, ...]) -> NDArray[np.int64]:
        stands = places.existing_m[row] >= height_m
        items = mast_line(places, row, () if stands else mast, prices.site_items, power_items)
        return np.asarray(line_money(items, {"each": np.ones(1)}, terms)[0])

    ladder = zip(prices.ladder_m.tolist(), prices.mast_items[places.mast_class[row]], strict=True)
    return [line(height_m, mast) for height_m, mast in ladder]
