"""The cash flow of a plan: what is paid in each year, from the same items that its lines are priced from."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.finance import CAPEX, FLOWS, OPEX, PRESENT_VALUE, cash_flow
from planner.plan.buildup import plan_items

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.finance import Item, Terms
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence


def plan_cash_flow(
    options: LinkOptions,
    tree: Arborescence,
    transit: NDArray[np.int8],
    demand_mbps: NDArray[np.float64],
    totals: Sequence[int],
    terms: Terms,
) -> dict[str, Any]:
    """Return what a plan costs in each year, and what rounding leaves over.

    Parameters
    ----------
    options : LinkOptions
    tree : Arborescence
    transit : (o,) int8
        Per office: 1 where its line has IP transit, 0 where it has not, -1 where it has no line.
    demand_mbps : (o,) float64
    totals : (4,) int
        Cents of the plan, columns of `planner.finance.MEASURES`.
    terms : Terms

    Returns
    -------
    dict
        ``years``: one row for each year from 0, the start, to the horizon with the columns of `planner.finance.FLOWS`
        and ``net``, what is paid less the residual value, all in currency. Purchases and operation are the totals.
        ``rounding``: the present value of the totals less that of the rows, since lines and rows are rounded each by
        itself.
    """
    units: defaultdict[Item, float] = defaultdict(float)
    for line in plan_items(options, tree, transit, demand_mbps):
        for item in line.items:
            units[item] += line.quantity[item.per]
    cents = np.rint(cash_flow(units, terms)).astype(np.int64)
    first = 0 if terms.discount_at == "year_start" else 1
    # Of these the plan has exact sums: its lines, each rounded.
    cents[0, FLOWS.index("purchases")] = totals[CAPEX]
    cents[first : first + terms.horizon_years, FLOWS.index("operation")] = totals[OPEX]
    rounding = int(totals[PRESENT_VALUE] - cents[:, FLOWS.index("present_value")].sum())
    return {"years": [_row(year, row) for year, row in enumerate(cents.tolist())], "rounding": rounding / 100}


def _row(year: int, cents: list[int]) -> dict[str, Any]:
    told = dict(zip(FLOWS, cents, strict=True))
    net = told["purchases"] + told["replacements"] + told["operation"] - told["residual_value"]
    return {"year": year, **{name: amount / 100 for name, amount in {**told, "net": net}.items()}}
