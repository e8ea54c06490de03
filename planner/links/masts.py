"""What using an antenna height at a place costs: a mast where none that tall stands, the site, the rent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES, Item, line_money

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.finance import Per, Terms
    from planner.links.options import Places


def mast_money(places: Places, prices: PriceList, terms: Terms) -> NDArray[np.int64]:
    """Return the money columns of each rung at each place, (n, L, 4) cents; zero where no mast is on offer.

    Mast, site and rent are one line and rounded once.

    Raises
    ------
    ValueError
        A higher rung costs less than a lower one, so that a plan's cheapest mast would not be the one it needs.
    """
    money = np.zeros((len(places), len(prices.ladder_m), len(MEASURES)), dtype=np.int64)
    if not prices.mast_items:
        return money
    like = np.column_stack(
        [places.mast_class, places.site_class, places.existing_m, places.rent_per_year, places.access_km]
    )
    _rows, sample, which = np.unique(like, axis=0, return_index=True, return_inverse=True)
    distinct = np.array([_ladder_money(places, int(row), prices, terms) for row in sample], dtype=np.int64)
    if (np.diff(distinct, axis=1) < 0).any():
        raise ValueError("mast prices must not fall with height")
    return np.asarray(distinct.reshape(-1, *money.shape[1:])[which.ravel()])


def _ladder_money(places: Places, row: int, prices: PriceList, terms: Terms) -> list[NDArray[np.int64]]:
    site = [*prices.site_items[places.site_class[row]]]
    if places.rent_per_year[row] > 0:
        site.append(Item("rent", 0.0, float(places.rent_per_year[row]), None))
    quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(1), "km": places.access_km[[row]]}
    ladder = zip(prices.ladder_m, prices.mast_items[places.mast_class[row]], strict=True)
    return [
        line_money([*(() if places.existing_m[row] >= height_m else mast), *site], quantity, terms)[0]
        for height_m, mast in ladder
    ]
