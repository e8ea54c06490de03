"""What simple rules would do with the same money: the plan stands beside them.

A baseline gives every office one way of its own, without sharing any link, mast or source activation with another:
the satellite or cellular service named, or whatever is cheapest for it alone (its own fibre or microwave all the way to
a source included). Under the budget, offices are taken in the order of benefit per money; one that no longer fits is
passed over and the next one tried. What has no benefit is not taken.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.i18n import _
from planner.links.options import ROOT
from planner.plan.arborescence import NONE
from planner.wording import technology_name

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.options import LinkOptions
    from planner.plan.alternatives import Network

ALL_LEO, ALL_CELLULAR, CHEAPEST = "all_leo", "all_cellular", "cheapest_per_office"
SERVICE_OF_RULE = {ALL_LEO: "leo", ALL_CELLULAR: "cellular"}


@dataclass(frozen=True)
class Part:
    """What a set of offices brings and costs, in currency.

    Attributes
    ----------
    offices : int
    benefit : float
    people : float
        Within reach, of the offices whose number is known.
    capex, opex_per_year, present_value, programme_cost : float
    """

    offices: int
    benefit: float
    people: float
    capex: float
    opex_per_year: float
    present_value: float
    programme_cost: float


@dataclass(frozen=True)
class Single:
    """What one office costs, in currency.

    Attributes
    ----------
    office : str
        Its id.
    capex, opex_per_year, present_value, programme_cost : float
    """

    office: str
    capex: float
    opex_per_year: float
    present_value: float
    programme_cost: float


@dataclass(frozen=True)
class Baseline:
    """One rule and what comes of it.

    Attributes
    ----------
    name : str
        ``all_leo``, ``all_cellular`` or ``cheapest_per_office``.
    available : bool
    reason : str
        Why it is not available, in the user's language; empty if it is.
    candidates, without_option : int
        Offices that want a connection; those of them that the rule has nothing for.
    within_budget, everyone : Part or None
        Under the budget; all offices that the rule has something for, whatever the money.
    cheapest : Single or None
        The office of some benefit that costs least; None if there is none.
    """

    name: str
    available: bool
    reason: str
    candidates: int
    without_option: int
    within_budget: Part | None
    everyone: Part | None
    cheapest: Single | None

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)


@dataclass(frozen=True)
class Wanting:
    """The offices that want a connection, c rows.

    Attributes
    ----------
    office : (c,) int64
        Row in ``Inputs.offices``.
    id : (c,) str
    benefit, people, demand_mbps : (c,) float64
    """

    office: NDArray[np.int64]
    id: NDArray[np.object_]
    benefit: NDArray[np.float64]
    people: NDArray[np.float64]
    demand_mbps: NDArray[np.float64]

    @classmethod
    def of(cls, offices: pd.DataFrame, network: Network) -> Wanting:
        """Return the candidates of a network among ``Inputs.offices``."""
        rows = np.flatnonzero(network.terminal != NONE)
        benefit, people, demand_mbps = (
            offices[name].to_numpy(np.float64)[rows] for name in ("benefit", "people", "demand_mbps")
        )
        return cls(rows, offices["id"].to_numpy(object)[rows], benefit, people, demand_mbps)


def baselines(
    options: LinkOptions,
    wanting: Wanting,
    alone: NDArray[np.float64],
    *,
    measure: int,
    limit_cents: int,
    forbidden: NDArray[np.int64],
) -> list[Baseline]:
    """Return all baselines under one budget.

    Parameters
    ----------
    options : LinkOptions
    wanting : Wanting
    alone : (c, 4) float64
        Cents of each office's cheapest way of its own, ``inf`` where there is none.
    measure : int
        Column of `planner.finance.MEASURES` that the budget binds on.
    limit_cents : int
    forbidden : (f,) int64
        Option rows that the scenario does not allow.
    """
    found = []
    for name, technology in SERVICE_OF_RULE.items():
        price = service_prices(options, wanting, cheapest_services(options, wanting, technology, measure, forbidden))
        reason = _("{technology} is not offered to any office in this scenario.").format(
            technology=technology_name(technology)
        )
        found.append(_baseline(name, wanting, price, measure, limit_cents, reason))
    reason = _("No office has any way to be connected in this scenario.")
    found.append(_baseline(CHEAPEST, wanting, alone, measure, limit_cents, reason))
    return found


def cheapest_services(
    options: LinkOptions, wanting: Wanting, technology: str, measure: int, forbidden: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the option row of each office's cheapest service of a technology, (c,), `NONE` where there is none.

    A service that is slower than the office's demand does not count.
    """
    rows = np.setdiff1d(np.flatnonzero((options.technology() == technology) & (options.u == ROOT)), forbidden)
    office = options.places.office[options.v[rows]]
    place_in_list = np.full(len(options.office_items), -1, dtype=np.int64)
    place_in_list[wanting.office] = np.arange(len(wanting.office))
    row = place_in_list[office]
    usable = (office >= 0) & (row >= 0)
    usable[usable] &= options.capacity_mbps[rows[usable]] >= wanting.demand_mbps[row[usable]]
    rows, row = rows[usable], row[usable]
    # Dearest first, so that the cheapest is written last and stays.
    order = np.argsort(-options.money[rows, measure], kind="stable")
    cheapest = np.full(len(wanting.office), NONE, dtype=np.int64)
    cheapest[row[order]] = rows[order]
    return cheapest


def service_prices(options: LinkOptions, wanting: Wanting, services: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what services cost with the offices' packages, (c, 4) cents; ``inf`` where there is none."""
    price = np.full((len(services), options.money.shape[1]), np.inf)
    served = services != NONE
    price[served] = options.money[services[served]] + options.package_money[wanting.office[served]]
    return price


def in_order(benefit: NDArray[np.float64], price_cents: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rows of some benefit and a price in the order of benefit per money; what costs nothing comes first."""
    wanted = (benefit > 0) & np.isfinite(price_cents)
    ratio = np.where(wanted, np.inf, 0.0)
    np.divide(benefit, price_cents, out=ratio, where=wanted & (price_cents > 0))
    order = np.argsort(-ratio, kind="stable")
    return order[wanted[order]]


def take(benefit: NDArray[np.float64], price_cents: NDArray[np.float64], limit_cents: int) -> NDArray[np.int64]:
    """Return the rows that are taken in the order of benefit per money while the money lasts."""
    left, taken = float(limit_cents), []
    for row in in_order(benefit, price_cents).tolist():
        if price_cents[row] <= left:
            left -= float(price_cents[row])
            taken.append(row)
    return np.array(taken, dtype=np.int64)


def _baseline(
    name: str, wanting: Wanting, price: NDArray[np.float64], measure: int, limit_cents: int, reason: str
) -> Baseline:
    offered = np.flatnonzero(np.isfinite(price[:, measure]))
    missing = len(wanting.office) - len(offered)
    if not len(offered):
        return Baseline(name, False, reason, len(wanting.office), missing, None, None, None)
    chosen = take(wanting.benefit, price[:, measure], limit_cents)
    return Baseline(
        name,
        True,
        "",
        len(wanting.office),
        missing,
        _part(wanting, price, chosen),
        _part(wanting, price, offered),
        _cheapest(wanting, price, measure),
    )


def _cheapest(wanting: Wanting, price: NDArray[np.float64], measure: int) -> Single | None:
    rows = in_order(wanting.benefit, price[:, measure])
    if not len(rows):
        return None
    row = rows[np.argmin(price[rows, measure])]
    return Single(str(wanting.id[row]), *(price[row] / 100).tolist())


def _part(wanting: Wanting, price: NDArray[np.float64], rows: NDArray[np.int64]) -> Part:
    amounts = (price[rows].sum(axis=0) / 100).tolist()
    return Part(len(rows), float(wanting.benefit[rows].sum()), float(np.nansum(wanting.people[rows])), *amounts)
