"""Kernels compiled before a clock starts."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np
from numba import config

from planner.solver.ascent import ascend_noting_cuts
from planner.solver.branch_arcs import unfold
from planner.solver.branch_pricing import new_tables, price_branches, price_firsts
from planner.solver.branches import lay_out
from planner.solver.connect import connect_all
from planner.solver.cuts import find_balances, find_cuts, new_cut_list
from planner.solver.dice import draw, new_dice, uniform
from planner.solver.graph import build_graph
from planner.solver.problem import Problem
from planner.solver.reductions import find_needed
from planner.solver.room_cuts import find_room_cuts
from planner.solver.rules import Limit, Rules
from planner.solver.solve import solve


def compile_kernels() -> None:
    """Compile the kernels of the search, unless the user's cache has them all: each is loaded when it is first called.

    The first run on a machine compiles for minutes; no time limit should pay for that. Where Numba is told to
    compile nothing there is nothing to wait for.
    """
    if getattr(config, "DISABLE_JIT", False) or kernels_are_compiled():
        return
    _call_all()
    with suppress(OSError):  # where the cache cannot be written, the next run calls them all again
        _mark().parent.mkdir(parents=True, exist_ok=True)
        _mark().touch()


def kernels_are_compiled() -> bool:
    """Return whether a run on this machine, with these libraries and sources, has compiled all kernels."""
    return _mark().exists()


def _mark() -> Path:
    """Return the file that says of this machine, these libraries and these sources that all kernels are compiled."""
    told = hashlib.sha256(f"{sys.version} {numba.__version__} {llvmlite.__version__}".encode())
    told.update(f"{llvmlite.binding.get_host_cpu_name()} {llvmlite.binding.get_host_cpu_features()}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        found = source.stat()  # as Numba does, which compiles anew what has changed
        told.update(f"{source} {found.st_mtime_ns} {found.st_size}".encode())
    return Path(os.environ["NUMBA_CACHE_DIR"]) / f"compiled-{told.hexdigest()[:32]}"


def _call_all() -> None:
    """Call every kernel with the kinds of arguments that searches have.

    Two offices of which the budget buys one and a half leave a gap, so that every part of the search has its turn.
    """
    problem = Problem(
        n_nodes=4,
        tail=np.array([0, 1, 0, 1, 0], np.int32),
        head=np.array([1, 2, 2, 3, 3], np.int32),
        cost=np.array([1, 20, 25, 20, 25], np.int64),
        capacity=np.array([9.0, 9.0, np.inf, 9.0, np.inf]),
        prize=np.array([0.0, 0.0, 30.0, 31.0]),
        demand=np.array([0.0, 0.0, 5.0, 5.0]),
        place=np.arange(4, dtype=np.int32),
        budget=32,
    )
    connect_all(problem)
    solve(problem, gap=0.0, time_limit_s=0.05)
    graph = build_graph(problem, problem.budget)
    half = np.where((graph.tail == 0) & (graph.prize[graph.head] > 0), 0.0, 0.5)
    reached = np.where(graph.prize > 0, 0.9, 0.0)
    find_cuts(graph, half, reached, np.flatnonzero(reached).astype(np.int32), 0.01, new_cut_list(4, 40))
    find_room_cuts(graph, half, reached, 0.01, 1)
    find_balances(graph, half, 0.01)
    spare = np.where(graph.prize > 0, 100, 0)
    ascend_noting_cuts(graph.in_start, graph.tail, graph.cost.copy(), spare, np.ones(4), new_cut_list(4, 40))
    branches = lay_out(graph)
    assert branches is not None
    gain = graph.prize[graph.head] - 1.0
    tables = new_tables(graph, branches)
    price_branches(graph, branches, gain, tables)
    _worth, load = price_firsts(graph, branches, gain, tables)
    unfold(graph, branches, gain, tables, int(branches.first_arcs[0]), int(load[0]))
    both_ways = replace(
        problem,
        tail=np.array([0, 1, 2, 1, 3], np.int32),
        head=np.array([1, 2, 1, 3, 1], np.int32),
        cost=np.full(5, 20),
        capacity=np.full(5, np.inf),
        budget=100,
        cost_weight=1.0,
    )
    find_needed(build_graph(both_ways, None), both_ways.budget)
    opex = Limit("opex", np.ones(5, np.int64), 1)
    solve(replace(problem, rules=Rules(limits=(opex,))), gap=0.0, time_limit_s=0.05)  # a tree of two arcs is mended
    dice = new_dice(0)
    draw(dice)
    uniform(dice)
