"""Office lines: what equipping an office costs, without and with IP transit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES, line_money

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.finance import Item, Per, Terms


@dataclass(frozen=True)
class OfficeLines:
    """The office columns of `planner.links.options.LinkOptions`, o offices.

    Attributes
    ----------
    office_items : tuple of tuple of Item
        The office package of each office.
    transit_items : tuple of Item
        Per Mbit/s of demand, where the chain starts at a source.
    package_money, package_transit_money : (o, 4) int64
        Cents; the office line without and with transit, each rounded as one line.
    """

    office_items: tuple[tuple[Item, ...], ...]
    transit_items: tuple[Item, ...]
    package_money: NDArray[np.int64]
    package_transit_money: NDArray[np.int64]


def office_lines(offices: pd.DataFrame, prices: PriceList, terms: Terms) -> OfficeLines:
    """Return the office lines of all offices.

    Parameters
    ----------
    offices : DataFrame
        ``kind`` and ``demand_mbps`` of ``Inputs.offices``.
    prices : PriceList
    terms : Terms
    """
    kinds = offices["kind"].to_numpy(dtype=np.str_)
    demand = offices["demand_mbps"].to_numpy(dtype=np.float64)
    items = {str(kind): prices.package_items(str(kind)) for kind in np.unique(kinds)}
    package, with_transit = (np.zeros((len(offices), len(MEASURES)), dtype=np.int64) for _column in range(2))
    for kind, package_items in items.items():
        rows = np.flatnonzero(kinds == kind)
        quantity: dict[Per, NDArray[np.float64]] = {"each": np.ones(len(rows)), "mbps": demand[rows]}
        package[rows] = line_money(package_items, quantity, terms)
        with_transit[rows] = line_money((*package_items, *prices.transit_items), quantity, terms)
    return OfficeLines(tuple(items[kind] for kind in kinds), prices.transit_items, package, with_transit)
