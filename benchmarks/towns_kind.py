"""Random towns: reading the frozen ones, making others of the same kind, and their planning graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.spatial import cKDTree

from planner.solver import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BUDGET_PER_OFFICE = 60_000
MICROWAVE, FIBRE = 0, 1
MAST_COST = (0, 15_000, 35_000, 70_000)
SATELLITE_COST = 150_000
KM2_PER_OFFICE = 150.0


@dataclass(frozen=True)
class Towns:
    """Offices 0…n−1, then sources, and undirected link options between them.

    Attributes
    ----------
    name : str
    offices, sources : int
    benefit : (offices,) float64
    demand_mbps : (offices,) float64
    u, v : (m,) int32
    kind : (m,) int8
        `MICROWAVE` or `FIBRE`.
    cost : (m,) int64
    level_u, level_v : (m,) int8
        Mast level that the link needs at each end.
    capacity_mbps : (m,) float64
    mast_cost : (levels,) int64
        Cumulative price of a mast up to each level; level 0 is none.
    satellite_cost : int
    """

    name: str
    offices: int
    sources: int
    benefit: NDArray[np.float64]
    demand_mbps: NDArray[np.float64]
    u: NDArray[np.int32]
    v: NDArray[np.int32]
    kind: NDArray[np.int8]
    cost: NDArray[np.int64]
    level_u: NDArray[np.int8]
    level_v: NDArray[np.int8]
    capacity_mbps: NDArray[np.float64]
    mast_cost: NDArray[np.int64]
    satellite_cost: int


def read_towns(path: Path) -> Towns:
    """Read a frozen instance."""
    with np.load(path) as file:
        return Towns(
            name=path.stem,
            offices=int(file["offices"]),
            sources=int(file["sources"]),
            benefit=file["benefit"].astype(np.float64),
            demand_mbps=file["demand"].astype(np.float64),
            u=file["u"],
            v=file["v"],
            kind=file["kind"].astype(np.int8),
            cost=np.rint(file["cost"]).astype(np.int64),
            level_u=file["level_u"],
            level_v=file["level_v"],
            capacity_mbps=file["capacity"].astype(np.float64),
            mast_cost=file["mast_cost"].astype(np.int64),
            satellite_cost=round(float(file["satellite_cost"])),
        )


def make_towns(offices: int, seed: int) -> Towns:
    """Make an instance of the same kind: half the offices in clusters, microwave within 45 km, fibre to neighbours."""
    rng = np.random.default_rng(seed)
    side_km = np.sqrt(KM2_PER_OFFICE * offices)
    sources = max(offices // 20, 1)
    places = rng.uniform(0, side_km, (offices + sources, 2))
    centres = rng.uniform(0, side_km, (max(offices // 20, 1), 2))
    clustered = rng.random(offices) < 0.5
    near = centres[rng.integers(0, len(centres), clustered.sum())] + rng.normal(0, 6.0, (clustered.sum(), 2))
    places[:offices][clustered] = np.clip(near, 0, side_km)
    tree = cKDTree(places)
    pairs = tree.query_pairs(45.0, output_type="ndarray")
    # About nine microwave options per place, whatever the density.
    hops = pairs[rng.random(len(pairs)) < min(1.0, 9.0 * len(places) / max(len(pairs), 1))]
    hop_km = np.hypot(*(places[hops[:, 0]] - places[hops[:, 1]]).T)
    neighbours = np.asarray(tree.query(places, k=min(6, len(places)))[1])
    trenches = np.unique(
        np.sort(
            np.column_stack([np.repeat(np.arange(len(places)), neighbours.shape[1] - 1), neighbours[:, 1:].ravel()])
        ),
        axis=0,
    )
    trench_km = np.hypot(*(places[trenches[:, 0]] - places[trenches[:, 1]]).T)
    ends = np.vstack([hops, trenches]).astype(np.int32)
    flat = np.zeros(len(trenches), np.int8)
    return Towns(
        name=f"made-{offices}-{seed}",
        offices=offices,
        sources=sources,
        benefit=np.maximum(np.rint(rng.lognormal(7.5, 0.9, offices)), 1.0),
        demand_mbps=rng.choice([5.0, 10.0, 20.0, 50.0], offices, p=[0.4, 0.28, 0.22, 0.1]),
        u=ends[:, 0].copy(),
        v=ends[:, 1].copy(),
        kind=np.repeat(np.array([MICROWAVE, FIBRE], np.int8), [len(hops), len(trenches)]),
        cost=np.concatenate(
            [
                np.where(hop_km < 20.0, 12_000, 18_000),
                np.rint(2_000 + rng.uniform(5_000, 12_000, len(trench_km)) * trench_km),
            ]
        ).astype(np.int64),
        level_u=np.concatenate([rng.integers(0, len(MAST_COST), len(hops)).astype(np.int8), flat]),
        level_v=np.concatenate([rng.integers(0, len(MAST_COST), len(hops)).astype(np.int8), flat]),
        capacity_mbps=np.concatenate([np.where(hop_km < 20.0, 400.0, 200.0), np.full(len(trenches), 10_000.0)]),
        mast_cost=np.array(MAST_COST, np.int64),
        satellite_cost=SATELLITE_COST,
    )


def towns_problem(
    towns: Towns,
    share: float,
    *,
    satellite_cost: int | None = None,
    capacities: bool = False,
    hop_limit: int | None = None,
) -> Problem:
    """Return the planning graph: root, places by mast level, terminals; budget a share of 60,000 per office.

    With ``hop_limit``, an arc of microwave counts as one hop, every other as none.
    """
    levels, places = len(towns.mast_cost), towns.offices + towns.sources

    def node(place: NDArray[np.int64], level: NDArray[np.int64] | int) -> NDArray[np.int64]:
        return 1 + place * levels + level

    terminals = 1 + places * levels + np.arange(towns.offices)
    every = np.arange(places)
    steps = np.diff(towns.mast_cost)
    u, v = towns.u.astype(np.int64), towns.v.astype(np.int64)
    low, high = towns.level_u.astype(np.int64), towns.level_v.astype(np.int64)
    root_of_source = node(np.arange(towns.offices, places), 0)
    satellite = towns.satellite_cost if satellite_cost is None else satellite_cost
    up_tail = np.concatenate([node(every, level) for level in range(levels - 1)])
    up_head = up_tail + 1
    tail = [
        np.zeros_like(root_of_source),
        up_tail,
        up_head,
        node(u, low),
        node(v, high),
        node(every[: towns.offices], 0),
    ]
    head = [root_of_source, up_head, up_tail, node(v, high), node(u, low), terminals]
    cost = [
        np.zeros(towns.sources, np.int64),
        np.repeat(steps, places),
        np.zeros(places * (levels - 1), np.int64),
        towns.cost + towns.mast_cost[high],
        towns.cost + towns.mast_cost[low],
        np.zeros(towns.offices, np.int64),
    ]
    free = np.inf
    room = towns.capacity_mbps if capacities else np.full(len(u), free)
    capacity = [np.full(towns.sources, free), np.full(2 * len(up_tail), free), room, room, np.full(towns.offices, free)]
    tail, head = [*tail, np.zeros(towns.offices, np.int64)], [*head, terminals]
    cost, capacity = [*cost, np.full(towns.offices, satellite)], [*capacity, np.full(towns.offices, free)]
    size = 1 + places * levels + towns.offices
    prize, demand = np.zeros(size), np.zeros(size)
    prize[terminals], demand[terminals] = towns.benefit, towns.demand_mbps
    limit: dict[str, Any] = {}
    if hop_limit is not None:
        link = (towns.kind == MICROWAVE).astype(np.int8)
        hops = [np.zeros(arcs.size, np.int8) for arcs in tail]
        hops[3] = hops[4] = link
        limit = {"hops": np.concatenate(hops), "hop_limit": hop_limit}
    return Problem(
        n_nodes=size,
        tail=np.concatenate(tail).astype(np.int32),
        head=np.concatenate(head).astype(np.int32),
        cost=np.concatenate(cost).astype(np.int64),
        capacity=np.concatenate(capacity),
        prize=prize,
        demand=demand,
        place=np.concatenate([[0], np.repeat(1 + every, levels), 1 + every[: towns.offices]]).astype(np.int32),
        budget=round(share * BUDGET_PER_OFFICE * towns.offices),
        **limit,
    )
