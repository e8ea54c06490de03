"""The transportation problem: what is paid, to those who pay, in whole cents, the most preferred payers first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def transport(
    supply: NDArray[np.int64], capacity: NDArray[np.int64], most: NDArray[np.int64], rank: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Send every supply to sinks; None if they cannot take it all.

    Parameters
    ----------
    supply
        ``(s,)`` ≥ 0.
    capacity
        ``(t,)`` ≥ 0: what each sink takes at most.
    most
        ``(s, t)`` ≥ 0: what may go from each supply to each sink.
    rank
        ``(t,)`` ≥ 0: cost of a unit at each sink; the sum of costs is least.

    Returns
    -------
    (s, t) int64 or None
    """
    # Only funders need it, and it takes a tenth of a second to load.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow  # noqa: PLC0415

    n_supplies, n_sinks = most.shape
    source, target = np.nonzero(most)
    total = int(supply.sum())
    flow = SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([source, n_supplies + np.arange(n_sinks)]).astype(np.int32),
        np.concatenate([n_supplies + target, np.full(n_sinks, n_supplies + n_sinks)]).astype(np.int32),
        np.concatenate([most[source, target], np.minimum(capacity, total)]),
        np.concatenate([rank[target], np.zeros(n_sinks, np.int64)]),
    )
    flow.set_nodes_supplies(
        np.append(np.arange(n_supplies), n_supplies + n_sinks).astype(np.int32), np.append(supply, -total)
    )
    if flow.solve() != flow.OPTIMAL:
        return None
    sent = np.zeros(most.shape, np.int64)
    sent[source, target] = flow.flows(np.arange(len(source), dtype=np.int32))
    return sent
