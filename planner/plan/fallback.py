"""The simple rules as plans that can be built: what a plan falls back to where a search was cut short below one.

A rule gives every office a way of its own; here the ways are laid out one after the other, and what stands already is
not built twice. Each office thus costs at most what the rule counts for it, and the money that sharing saves connects
further ones. A rule pays no heed to what many ways carry together: an office whose way would overload a link, or run
through a place whose service cannot be shared, is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planner.finance import MEASURES
from planner.graph import NO_OPTION
from planner.links.choice import Choice
from planner.links.options import NO_MAST, ROOT
from planner.plan.alternatives import Network, Standing, each_by_its_own
from planner.plan.arborescence import NONE
from planner.plan.baselines import (
    CHEAPEST,
    SERVICE_OF_RULE,
    Wanting,
    cheapest_services,
    in_order,
    service_prices,
    take,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from planner.links.options import LinkOptions
    from planner.plan.model import Plan
    from planner.plan.outcome import Budget

    Link = tuple[int, bool]
    """Option, and whether it is used from v to u."""


def better_rule(
    plan: Plan,
    options: LinkOptions,
    offices: pd.DataFrame,
    budget: Budget,
    network: Network,
    forbidden: NDArray[np.int64],
) -> tuple[Choice, float] | None:
    """Return the best simple rule that is worth more than a plan, and its value; None if none is.

    Parameters
    ----------
    plan : Plan
        With its baselines; it has a value.
    options : LinkOptions
    offices : DataFrame
        ``Inputs.offices``.
    budget : Budget
    network : Network
        Of all candidate links that the scenario allows.
    forbidden : (f,) int64
        Option rows that the scenario does not allow.
    """
    least = plan.outcome.value
    assert least is not None
    promising = [
        rule["name"] for rule in plan.baselines if rule["available"] and rule["within_budget"]["benefit"] > least
    ]
    if not promising:
        return None
    wanting = Wanting.of(offices, network)
    measure = MEASURES.index(budget.measure)
    benefit = offices["benefit"].to_numpy(np.float64)
    best, best_value = None, least
    for name in promising:
        price, ways = _each_alone(name, network, options, wanting, measure, forbidden)
        layout = _Layout(options, offices["demand_mbps"].to_numpy(np.float64), measure, budget.limit_cents)
        taken, order = take(wanting.benefit, price, budget.limit_cents), in_order(wanting.benefit, price)
        for rows in (taken, order[~np.isin(order, taken)]):
            layout.add_all(wanting.office[rows].tolist(), ways)
        value = math.fsum(benefit[layout.served])
        if value > best_value:
            best, best_value = layout.choice(len(offices)), value
    return None if best is None else (best, best_value)


def _each_alone(
    rule: str,
    network: Network,
    options: LinkOptions,
    wanting: Wanting,
    measure: int,
    forbidden: NDArray[np.int64],
) -> tuple[NDArray[np.float64], dict[int, list[Link]]]:
    """Return what each office's way costs by a rule, (c,) cents, and the links of the way by office."""
    if rule != CHEAPEST:
        services = cheapest_services(options, wanting, SERVICE_OF_RULE[rule], measure, forbidden)
        served = np.flatnonzero(services != NONE)
        ways = {
            int(wanting.office[row]): [(option, False) for option in options.way_of_service(int(services[row]))]
            for row in served
        }
        return service_prices(options, wanting, services)[:, measure], ways
    demand_mbps = np.zeros(len(network.terminal))
    demand_mbps[wanting.office] = wanting.demand_mbps
    price, ways = np.full(len(network.terminal), np.inf), {}
    for offices, found in each_by_its_own(network, Standing.nowhere(options), demand_mbps, measure=measure):
        price[offices] = found.cents[network.terminal[offices]]
        for office in offices[np.isfinite(price[offices])].tolist():
            arcs = found.trace(int(network.terminal[office]))
            ways[office] = [
                (int(network.option[arc]), bool(network.reversed[arc]))
                for arc in arcs
                if network.option[arc] != NO_OPTION
            ]
    return price[wanting.office], ways


@dataclass
class _Layout:
    """Links that stand, laid out office by office.

    Attributes
    ----------
    options : LinkOptions
    demand_mbps : (o,) float64
    measure : int
        Column of `planner.finance.MEASURES` that the money is counted in.
    left_cents : int
    served : list of int
        Office rows.
    link : dict of int to (int, bool)
        Per place that is entered: the link that enters it.
    tail, load, rung : dict of int
        Per place: where its link comes from, what that carries, the highest rung in use.
    ends : set of int
        Places entered by a service that nothing may hang from.
    """

    options: LinkOptions
    demand_mbps: NDArray[np.float64]
    measure: int
    left_cents: int
    served: list[int] = field(default_factory=list)
    link: dict[int, Link] = field(default_factory=dict)
    tail: dict[int, int] = field(default_factory=dict)
    load: dict[int, float] = field(default_factory=dict)
    rung: dict[int, int] = field(default_factory=dict)
    ends: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Let the connections stand that exist already."""
        self.technology = self.options.technology()
        self.is_service = self.options.is_service()
        for option in np.flatnonzero(self.technology == "existing").tolist():
            self._enter((option, False), 0.0)
            self.left_cents -= int(self.options.money[option, self.measure])

    def add_all(self, offices: Sequence[int], ways: dict[int, list[Link]]) -> None:
        """Connect those of some offices for which capacity and money are left, each by its way.

        Services come last: a place that a network runs through takes its service from that.
        """
        for services in (False, True):
            for office in offices:
                if self._is_service(ways[office][-1]) == services:
                    self._add(office, ways[office])

    def choice(self, n_offices: int) -> Choice:
        """Return what stands."""
        connected = np.zeros(n_offices, dtype=np.bool_)
        connected[self.served] = True
        existing = self.options.v[self.technology == "existing"]
        connected[self.options.places.office[existing]] = True
        links = list(self.link.values())
        return Choice(
            np.array([option for option, _backwards in links], dtype=np.int32),
            np.array([backwards for _option, backwards in links], dtype=np.bool_),
            connected,
        )

    def _is_service(self, link: Link) -> bool:
        return bool(self.is_service[link[0]])

    def _ends(self, link: Link) -> tuple[int, int]:
        """Return where a link comes from and where it leads."""
        u, v = int(self.options.u[link[0]]), int(self.options.v[link[0]])
        return (v, u) if link[1] else (u, v)

    def _add(self, office: int, way: list[Link]) -> None:
        """Connect an office by that part of its way that does not stand yet, if that can be carried and paid."""
        demand = float(self.demand_mbps[office])
        heads = [self._ends(link)[1] for link in way]
        joins = max((step for step, head in enumerate(heads) if head in self.link), default=NONE)
        above = self._chain(heads[joins]) if joins != NONE else []
        new = way[joins + 1 :]
        full = (self.load[head] + demand > self.options.capacity_mbps[self.link[head][0]] for head in above)
        if len(set(heads)) < len(heads) or not self.ends.isdisjoint(above) or any(full):
            return
        rungs = self._rungs(new)
        price = self._price(office, new, rungs)
        if price > self.left_cents:
            return
        self.left_cents -= price
        self.rung.update(rungs)
        for head in above:
            self.load[head] += demand
        for link in new:
            self._enter(link, demand)
        self.served.append(office)

    def _enter(self, link: Link, load_mbps: float) -> None:
        tail, head = self._ends(link)
        self.link[head], self.tail[head], self.load[head] = link, tail, load_mbps
        if self._is_service(link):
            self.ends.add(head)

    def _chain(self, place: int) -> list[int]:
        """Return a place that is entered and those above it."""
        chain = []
        while place != ROOT:
            chain.append(place)
            place = self.tail[place]
        return chain

    def _rungs(self, links: list[Link]) -> dict[int, int]:
        """Return the places where links need higher masts than stand, with the rungs."""
        rungs: dict[int, int] = {}
        for option, _backwards in links:
            for ends, needed in ((self.options.u, self.options.rung_u), (self.options.v, self.options.rung_v)):
                place, rung = int(ends[option]), int(needed[option])
                if rung > rungs.get(place, self.rung.get(place, NO_MAST)):
                    rungs[place] = rung
        return rungs

    def _price(self, office: int, new: list[Link], rungs: dict[int, int]) -> int:
        """Return what new links, higher masts and the office's own line cost in cents."""
        options, measure = self.options, self.measure
        from_root = bool(new) and self._is_service(new[-1])
        line = options.package_money if from_root else options.package_transit_money
        cents = int(line[office, measure]) + sum(int(options.money[option, measure]) for option, _backwards in new)
        for place, rung in rungs.items():
            stands = self.rung.get(place, NO_MAST)
            cents += int(options.mast_money[place, rung, measure])
            cents -= int(options.mast_money[place, stands, measure]) if stands != NO_MAST else 0
        return cents
