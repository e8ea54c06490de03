"""Towers that have room for only so many hops: how many neighbours these lead to.

A position holds what a hop needs at an end: one antenna, or with space diversity two, one below the other. A plan
enters a place once, so that each neighbour takes one position at most: a tower with p free ones keeps the hops to p
neighbours. Among them is, if it has any, the cheapest one upstream (a source, an office that serves as one,
another tower); the others are the cheapest (present value of the hop, both masts included). Which neighbours a plan
would have chosen is not known before it is made: this rule may lose some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.links.options import Rejection

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.links.microwave import Hops


def within_ports(
    hops: Hops, ports: NDArray[np.float64], price: NDArray[np.int64], upstream: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], tuple[Rejection, ...]]:
    """Return which hops are kept, and how many pairs of places fall out.

    Parameters
    ----------
    hops : Hops
    ports : (n,) float64
        Of each place; infinite where not limited.
    price : (m,) int64
        Of each hop.
    upstream : (n,) bool
    """
    keep = np.ones(len(hops.u), dtype=np.bool_)
    lost = 0
    for place in np.flatnonzero(np.isfinite(ports)):
        rows = np.flatnonzero(keep & ((hops.u == place) | (hops.v == place)))
        other = np.where(hops.u[rows] == place, hops.v[rows], hops.u[rows])
        neighbours = np.unique(other)
        most = int(ports[place])
        if len(neighbours) <= most:
            continue
        cheapest = np.array([price[rows[other == name]].min() for name in neighbours])
        order = np.lexsort((neighbours, cheapest))
        feeding = order[upstream[neighbours[order]]][:1]
        chosen = np.concatenate([feeding, order[~np.isin(order, feeding)]])[:most]
        lost += len(neighbours) - most
        keep[rows[~np.isin(other, neighbours[chosen])]] = False
    reason = _("pair at a tower that has no room for one more hop")
    return keep, (Rejection("microwave", reason, lost),) if lost else ()
