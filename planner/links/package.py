"""Office lines: what equipping and supplying an office costs, without and with IP transit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES, line_money, surcharged

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.finance import Item, Per, PriceFactors, Terms


@dataclass(frozen=True)
class OfficeLines:
    """The office columns of `planner.links.options.LinkOptions`, o offices.

    Attributes
    ----------
    office_items : tuple of tuple of Item
        The office package of each office, its supply with electricity in it.
    transit_items : tuple of Item
        Per Mbit/s of demand, where the chain starts at a source.
    package_money, package_transit_money : (o, 4) int64
        Cents; the office line without and with transit, each rounded as one line.
    """

    office_items: tuple[tuple[Item, ...], ...]
    transit_items: tuple[Item, ...]
    package_money: NDArray[np.int64]
    package_transit_money: NDArray[np.int64]


def office_lines(
    offices: pd.DataFrame,
    power_items: Sequence[tuple[Item, ...]],
    factors: Sequence[PriceFactors],
    prices: PriceList,
    terms: Terms,
) -> OfficeLines:
    """Return the office lines of all offices.

    Parameters
    ----------
    offices : DataFrame
        ``kind`` and ``demand_mbps`` of ``Inputs.offices``.
    power_items : sequence of tuple of Item
        The supply with electricity of each office.
    factors : sequence of PriceFactors
        Of each office's region.
    prices : PriceList
    terms : Terms
    """
    demand = offices["demand_mbps"].to_numpy(dtype=np.float64)
    kinds = offices["kind"].to_numpy(dtype=np.str_)
    items = [
        surcharged((*prices.package_items(str(kind)), *power), own)
        for kind, power, own in zip(kinds, power_items, factors, strict=True)
    ]
    rows_of: dict[tuple[Item, ...], list[int]] = defaultdict(list)
    for row, own in enumerate(items):
        rows_of[own].append(row)
    package, with_transit = (np.zeros((len(offices), len(MEASURES)), dtype=np.int64) for _column in range(2))
    for own, rows in rows_of.items():
        quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(rows)), "mbps": demand[rows]}
        package[rows] = line_money(own, quantity, terms)
        with_transit[rows] = line_money((*own, *prices.transit_items), quantity, terms)
    return OfficeLines(tuple(items), prices.transit_items, package, with_transit)
