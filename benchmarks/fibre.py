"""Least-cost trees along real roads: proven ones beside networkx's approximation, on the same graph.

    python -m benchmarks.fibre [--seeds 20] [--terminals 100] [--time-limit 20] [--json]

The graph is the largest connected piece of the roads of the Comoros (the island of Ngazidja), split where roads meet
and reduced to branching points; an edge costs its length and three metres for each metre that it climbs or falls, in
decimetres. For each seed as many of its points as asked are terminals. `planner.solver.cheapest_tree` and
``networkx.algorithms.approximation.steiner_tree`` (Mehlhorn, its default) get the same edges. Both trees are checked
and added up again; the exit code is 1 where one is no tree, or the bound lies above the other's cost. Data are read
below ``PLANNER_SHARED``; kernels are warm.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

from benchmarks.sight import shared_data
from planner.inputs.roads import read_roads
from planner.links.fibre import edge_cost
from planner.links.junctions import contract
from planner.scenario import load_scenario
from planner.solver import Problem, cheapest_tree, compile_kernels
from planner.terrain import open_elevation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

SCENARIO = Path(__file__).parents[1] / "tests" / "scenarios" / "comoros_roads"
CLIMB_FACTOR = 3.0
UNITS_PER_KM = 10_000
AIM_SAVING, AIM_S = 0.02, 20.0


@dataclass(frozen=True)
class Roads:
    """Edges between points of one island, with their costs in decimetres."""

    edges: Ints
    cost: Ints


def read_island() -> Roads:
    """Return the largest connected piece of the network."""
    file = shared_data("comoros", "osm.gpkg")
    network, _rows, _notes = read_roads(load_scenario(SCENARIO / "scenario.yaml", data_root=file.parents[1]), ())
    if network is None:
        sys.exit(f"{file}: no road can be used")
    elevation = open_elevation([shared_data("comoros", "dem.tif")], lon=network.lon, lat=network.lat, margin_km=1.0)
    island = network.piece[network.edges[:, 0]] == np.bincount(network.piece).argmax()
    edges = network.edges[island]
    priced_km = edge_cost(elevation, network.lon, network.lat, edges, CLIMB_FACTOR)
    return Roads(edges, np.round(UNITS_PER_KM * priced_km).astype(np.int64))


def reduced(roads: Roads, terminals: Ints) -> tuple[Ints, Ints]:
    """Return the arcs between terminals and branching points, numbered so that the terminals come first, and costs."""
    chains = contract(roads.edges, roads.cost.astype(np.float64), terminals)
    size = int(roads.edges.max()) + 1
    key = np.sort(roads.edges, axis=1) @ [size, 1]
    order = np.argsort(key)
    chain = np.repeat(np.arange(len(chains)), np.diff(chains.start))
    inner = chain[1:] == chain[:-1]
    steps = np.column_stack([chains.node[:-1], chains.node[1:]])[inner]
    cost = roads.cost[order][np.searchsorted(key[order], np.sort(steps, axis=1) @ [size, 1])]
    number = np.full(size, -1)
    others = np.setdiff1d(np.concatenate([chains.first, chains.last]), terminals)
    number[np.concatenate([terminals, others])] = np.arange(len(terminals) + len(others))
    total = np.bincount(chain[1:][inner], cost, len(chains)).astype(np.int64)
    return np.column_stack([number[chains.first], number[chains.last]]), total


def problem_of(edges: Ints, cost: Ints, n_terminals: int) -> tuple[Problem, NDArray[np.bool_]]:
    """Return the problem with an arc each way for every edge, rooted in the first terminal, and what it must reach."""
    size = int(edges.max()) + 1
    both = np.concatenate([edges, edges[:, ::-1]]).astype(np.int32)
    problem = Problem(
        n_nodes=size,
        tail=both[:, 0].copy(),
        head=both[:, 1].copy(),
        cost=np.tile(cost, 2),
        capacity=np.full(len(both), np.inf),
        prize=np.zeros(size),
        demand=np.zeros(size),
        place=np.arange(size, dtype=np.int32),
        budget=0,
    )
    return problem, (np.arange(size) > 0) & (np.arange(size) < n_terminals)


def tree_cost(edges: Iterable[tuple[int, int]], costs: dict[tuple[int, int], int], n_terminals: int) -> int | None:
    """Return what a tree costs, None where it is no tree or misses a terminal."""
    tree = nx.Graph(edges)
    if not set(range(n_terminals)) <= set(tree) or not nx.is_tree(tree):
        return None
    return sum(costs[min(edge), max(edge)] for edge in tree.edges)


def measure(roads: Roads, seed: int, n_terminals: int, time_limit_s: float) -> dict[str, Any]:
    """Return the row of one seed."""
    terminals = np.random.default_rng(seed).choice(np.unique(roads.edges), n_terminals, replace=False)
    edges, cost = reduced(roads, terminals)
    problem, wanted = problem_of(edges, cost, n_terminals)
    began = time.perf_counter()
    found = cheapest_tree(problem, wanted, time_limit_s=time_limit_s)
    ours_s = time.perf_counter() - began

    graph = nx.Graph()
    graph.add_weighted_edges_from((u, v, each) for (u, v), each in zip(edges.tolist(), cost.tolist(), strict=True))
    began = time.perf_counter()
    theirs = nx.algorithms.approximation.steiner_tree(graph, range(n_terminals), weight="weight")
    theirs_s = time.perf_counter() - began

    costs = {(min(u, v), max(u, v)): each for (u, v), each in zip(edges.tolist(), cost.tolist(), strict=True)}
    arcs = zip(problem.tail[found.arcs].tolist(), problem.head[found.arcs].tolist(), strict=True)
    ours, other = tree_cost(arcs, costs, n_terminals), tree_cost(theirs.edges, costs, n_terminals)
    wrong = ours is None or other is None or ours != found.cost or found.lower_bound > min(ours, other)
    return {
        "seed": seed,
        "nodes": problem.n_nodes,
        "edges": len(edges),
        "ours_km": None if ours is None else ours / UNITS_PER_KM,
        "bound_km": found.lower_bound / UNITS_PER_KM,
        "status": str(found.status),
        "ours_s": round(ours_s, 3),
        "networkx_km": None if other is None else other / UNITS_PER_KM,
        "networkx_s": round(theirs_s, 3),
        "saving": None if not ours or not other else 1 - ours / other,
        "wrong": bool(wrong),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures over all seeds."""
    savings = [row["saving"] for row in rows if row["saving"] is not None]
    return {
        "seeds": len(rows),
        "proven": sum(row["ours_km"] == row["bound_km"] for row in rows),
        "mean_saving": statistics.mean(savings) if savings else None,
        "least_saving": min(savings, default=None),
        "largest_saving": max(savings, default=None),
        "median_ours_s": statistics.median(row["ours_s"] for row in rows),
        "worst_ours_s": max(row["ours_s"] for row in rows),
        "median_networkx_s": statistics.median(row["networkx_s"] for row in rows),
        "wrong": sum(row["wrong"] for row in rows),
        "load_1min": os.getloadavg()[0],
    }


def report(row: dict[str, Any]) -> str:
    """Return the line of one row."""
    return (
        f"{row['seed']:4}{row['nodes']:7,}{row['edges']:7,}{row['ours_km'] or 0:11.3f}{row['bound_km']:11.3f}"
        f"  {row['status']:9}{row['ours_s']:8.2f} s{row['networkx_km'] or 0:11.3f}{row['networkx_s']:8.2f} s"
        f"{row['saving'] or 0:9.2%}{'  WRONG' if row['wrong'] else ''}"
    )


def main() -> None:
    """Print the figures; end with code 1 where one of them contradicts another."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fibre", description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many sets of terminals")
    parser.add_argument("--terminals", type=int, default=100, help="how many in each")
    parser.add_argument("--time-limit", type=float, default=AIM_S, help="seconds for each proof")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    compile_kernels()
    roads = read_island()
    if not asked.json:
        print("seed  nodes  edges   ours, km  bound, km  status        time    nx, km       time   saving")
    rows = []
    for seed in range(asked.seeds):
        rows.append(measure(roads, seed, asked.terminals, asked.time_limit))
        if not asked.json:
            print(report(rows[-1]), flush=True)
    found = summary(rows)
    if asked.json:
        print(
            json.dumps(
                {"terminals": asked.terminals, "time_limit_s": asked.time_limit, "rows": rows, **found}, indent=1
            )
        )
    else:
        print(
            f"{found['proven']} of {found['seeds']} proven (median {found['median_ours_s']:.2f} s, worst "
            f"{found['worst_ours_s']:.2f} s; networkx {found['median_networkx_s']:.2f} s); mean saving "
            f"{found['mean_saving']:.2%} (aim: all within {AIM_S:.0f} s, {AIM_SAVING:.0%}); "
            f"load {found['load_1min']:.1f}"
        )
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()
