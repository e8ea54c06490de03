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

from planner.finance import MEASURES
from planner.i18n import _
from planner.links.options import ROOT
from planner.wording import technology_name

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.options import LinkOptions

ALL_LEO, ALL_CELLULAR, CHEAPEST = "all_leo", "all_cellular", "cheapest_per_office"
_SERVICE = {ALL_LEO: "leo", ALL_CELLULAR: "cellular"}


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
    """

    name: str
    available: bool
    reason: str
    candidates: int
    without_option: int
    within_budget: Part | None
    everyone: Part | None

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
    benefit, people, demand_mbps : (c,) float64
    """

    office: NDArray[np.int64]
    benefit: NDArray[np.float64]
    people: NDArray[np.float64]
    demand_mbps: NDArray[np.float64]


def baselines(
    options: LinkOptions, wanting: Wanting, alone: NDArray[np.float64], *, measure: int, limit_cents: int
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
    """
    found = []
    for name, technology in _SERVICE.items():
        price = service_prices(options, wanting, technology, measure)
        reason = _("{technology} is not offered to any office in this scenario.").format(
            technology=technology_name(technology)
        )
        found.append(_baseline(name, wanting, price, measure, limit_cents, reason))
    reason = _("No office has any way to be connected in this scenario.")
    found.append(_baseline(CHEAPEST, wanting, alone, measure, limit_cents, reason))
    return found


def service_prices(options: LinkOptions, wanting: Wanting, technology: str, measure: int) -> NDArray[np.float64]:
    """Return what each office's cheapest service of a technology costs with its package, (c, 4) cents.

    A service that is slower than the office's demand does not count; ``inf`` where none is left.
    """
    rows = np.flatnonzero((options.technology() == technology) & (options.u == ROOT))
    office = options.places.office[options.v[rows]]
    place_in_list = np.full(len(options.office_items), -1, dtype=np.int64)
    place_in_list[wanting.office] = np.arange(len(wanting.office))
    row = place_in_list[office]
    usable = (office >= 0) & (row >= 0)
    usable[usable] &= options.capacity_mbps[rows[usable]] >= wanting.demand_mbps[row[usable]]
    rows, row, office = rows[usable], row[usable], office[usable]
    money = (options.money[rows] + options.package_money[office]).astype(np.float64)
    # Dearest first, so that the cheapest is written last and stays.
    order = np.argsort(-money[:, measure], kind="stable")
    price = np.full((len(wanting.office), len(MEASURES)), np.inf)
    price[row[order]] = money[order]
    return price


def take(benefit: NDArray[np.float64], price_cents: NDArray[np.float64], limit_cents: int) -> NDArray[np.int64]:
    """Return the rows that are taken in the order of benefit per money while the money lasts."""
    wanted = benefit > 0
    ratio = np.where(wanted, np.inf, 0.0)  # what costs nothing comes first
    np.divide(benefit, price_cents, out=ratio, where=wanted & (price_cents > 0))
    order = np.argsort(-ratio, kind="stable")
    left, taken = float(limit_cents), []
    for row in order[ratio[order] > 0].tolist():
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
        return Baseline(name, False, reason, len(wanting.office), missing, None, None)
    chosen = offered[take(wanting.benefit[offered], price[offered, measure], limit_cents)]
    return Baseline(
        name,
        True,
        "",
        len(wanting.office),
        missing,
        _part(wanting, price, chosen),
        _part(wanting, price, offered),
    )


def _part(wanting: Wanting, price: NDArray[np.float64], rows: NDArray[np.int64]) -> Part:
    amounts = (price[rows].sum(axis=0) / 100).tolist()
    return Part(len(rows), float(wanting.benefit[rows].sum()), float(np.nansum(wanting.people[rows])), *amounts)
