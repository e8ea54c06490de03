"""The bill of quantities of a plan: what is bought and paid for, item by item, adding up to the plan's lines.

A plan says what each line costs; what a line consists of is said by the candidate links that the plan was made from.
The difference that rounding every line to the cent makes is kept by technology, so that everything adds up to the plan
exactly.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import terms
from planner.errors import InputError, Problem
from planner.finance import annuity, purchases
from planner.i18n import _
from planner.plan.arborescence import follow
from planner.plan.buildup import plan_items
from planner.plan.lines import entering_links, mast_cents, office_money, office_transit
from planner.plan.model import BACKUPS
from planner.plan.tables import CENTS
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from planner.finance import Item, Terms
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence
    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

LINKS, BACKUP_LINKS, MASTS, OFFICES = "links", "backup_links", "masts", "offices"
"""Parts of a bill, as in ``plan.json``."""


@dataclass(frozen=True)
class Entry:
    """An item of the bill: equal items at equal prices are one entry.

    Attributes
    ----------
    part : {"links", "backup_links", "masts", "offices"}
    technology : str
        Of the link; of the link that enters the office; ``"backups"`` of links of second paths; ``"masts"``.
    option : str
        What was chosen, in the user's language; the kind of an office, the height of a mast.
    item : Item
        Prices of a unit in currency before tax: freight, duties and contingency are in them.
    quantity : float
        Number of units.
    tax : float
        Share that comes on top of every payment, as in `planner.finance.Terms`.
    """

    part: str
    technology: str
    option: str
    item: Item
    quantity: float
    tax: float = 0.0

    @property
    def part_name(self) -> str:
        """The part, in the user's language."""
        names = {
            LINKS: _("Links"),
            BACKUP_LINKS: _("Links of second paths"),
            MASTS: _("Masts"),
            OFFICES: _("Offices"),
        }
        return names[self.part]

    @property
    def unit_capex(self) -> float:
        """First purchase of a unit with tax, in currency."""
        return self.item.capex * (1 + self.tax)

    @property
    def unit_opex_per_year(self) -> float:
        """A year of operation of a unit with tax, in currency."""
        return self.item.opex_per_year * (1 + self.tax)

    @property
    def capex(self) -> float:
        """First purchase with tax, not rounded, in currency."""
        return self.unit_capex * self.quantity

    @property
    def opex_per_year(self) -> float:
        """A year of operation with tax, not rounded, in currency."""
        return self.unit_opex_per_year * self.quantity

    def present_value(self, terms: Terms) -> float:
        """Return purchases, replacements and operation less residual value, discounted, in currency."""
        return self.capex * purchases(self.item.life_years, terms) + self.opex_per_year * annuity(terms)


@dataclass(frozen=True)
class Remainder:
    """What rounding each line to the cent leaves of a technology: the plan less the entries, in currency.

    ``present_value`` is what is left when capex and a year's operation of the remainder are reckoned in.
    """

    technology: str
    capex: float
    opex_per_year: float
    present_value: float


@dataclass(frozen=True)
class Bill:
    """A bill of quantities: entries by technology, part, option, and what rounding leaves."""

    entries: tuple[Entry, ...]
    remainders: tuple[Remainder, ...]
    terms: Terms


def bill_of_quantities(run: ExportedRun) -> Bill:
    """Return the bill of a run's plan.

    Raises
    ------
    InputError
        If scenario, inputs or prices are no longer those of the run, or a line is no longer priced as it was.
    """
    plan, options, reckoned = run.plan, run.options, terms(run.scenario)
    demand_mbps = plan.offices["demand_mbps"].to_numpy(np.float64)
    tree = follow(options, run.choice, demand_mbps)
    gains = (plan.offices["connected"] & (plan.offices["before"] != "adequate")).to_numpy(np.bool_)
    transit = office_transit(options, tree, entering_links(options, tree, len(gains)), gains)
    _check_prices(plan.masts, "place", mast_cents(options, tree))
    _check_prices(plan.offices, "id", office_money(options, transit))
    of_line = _of_line(plan, options, tree, run.option_names())
    units: dict[tuple[str, str, str, Item], list[float]] = defaultdict(list)
    for line in plan_items(options, tree, transit, demand_mbps):
        technology, option = of_line[line.part](line.row)
        for item in line.items:
            units[line.part, technology, option, item].append(line.quantity[item.per])
    entries = [Entry(*what, math.fsum(quantity), reckoned.tax) for what, quantity in units.items()]
    entries.sort(key=lambda entry: (entry.technology == MASTS, entry.technology, entry.part))
    return Bill(tuple(entries), _remainders(plan, entries, reckoned), reckoned)


def _of_line(
    plan: Plan, options: LinkOptions, tree: Arborescence, shown: Mapping[tuple[str, str], str]
) -> dict[str, Callable[[int], tuple[str, str]]]:
    """Return how technology and option of a line of each part are told from its row."""
    kinds, spare = (
        [options.kinds[kind] for kind in options.kind[rows].tolist()] for rows in (tree.option, tree.spare.option)
    )
    links = [(kind.technology, shown[kind.technology, kind.name]) for kind in kinds]
    second = [(BACKUPS, shown[kind.technology, kind.name]) for kind in spare]
    heights = [_("{height} m").format(height=number(height_m, 1)) for height_m in options.ladder_m.tolist()]
    rung = tree.mast_rung(options).tolist()
    offices = list(zip(plan.offices["technology"].tolist(), plan.offices["kind"].tolist(), strict=True))
    return {
        LINKS: links.__getitem__,
        BACKUP_LINKS: second.__getitem__,
        MASTS: lambda place: (MASTS, heights[rung[place]]),
        OFFICES: offices.__getitem__,
    }


def _check_prices(lines: pd.DataFrame, name: str, cents: NDArray[np.int64]) -> None:
    """Raise the error for lines of a plan that now cost something else; links are found again by what they cost."""
    then = lines[list(CENTS)].to_numpy(np.int64)
    if then.shape == cents.shape and (then == cents).all():
        return
    differ = (then != cents).any(axis=1) if then.shape == cents.shape else np.ones(len(then), np.bool_)
    which = ", ".join(map(str, lines.loc[differ, name].head(1)))
    message = _("{line} was priced from another price list than the one in force.").format(line=which)
    remedy = _("Solve again, or use the version of the program that made the run.")
    raise InputError(Problem("changed-since", message, remedy))


def _remainders(plan: Plan, entries: Sequence[Entry], terms: Terms) -> tuple[Remainder, ...]:
    left = []
    for row in plan.technology_mix:
        own = [entry for entry in entries if entry.technology == row["technology"]]
        capex = row["capex"] - math.fsum(entry.capex for entry in own)
        opex = row["opex_per_year"] - math.fsum(entry.opex_per_year for entry in own)
        present = row["present_value"] - math.fsum(entry.present_value(terms) for entry in own)
        left.append(Remainder(row["technology"], capex, opex, present - capex - annuity(terms) * opex))
    # Half a cent for each line, and what adding floats leaves.
    allowed = 0.005 * sum(map(len, (plan.links, plan.backup_links, plan.masts, plan.offices)))
    allowed += 1e-9 * plan.totals["programme_cost"]
    if any(math.fsum(abs(getattr(one, of)) for one in left) > allowed for of in ("capex", "opex_per_year")):
        raise RuntimeError(f"the items of the plan miss its lines by more than rounding can: {left}")
    return tuple(left)
