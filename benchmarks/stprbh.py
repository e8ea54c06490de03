"""Steiner trees with revenues, budget and hop limits: the public instances, against their published optima.

python -m benchmarks.stprbh PATH… --time-limit S [--quick] [--json] [--out FILE.csv] [--solutions DIR]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.stp_format import read_stp
from planner.solver import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


@dataclass(frozen=True)
class Instance:
    """One instance and what leads back to its file.

    Attributes
    ----------
    problem
        Arc i and arc i + k are the two directions of edge i.
    edges
        ``(k, 2)``: the file's edges in its own node numbers.
    """

    name: str
    problem: Problem
    edges: NDArray[np.int64]


def read_instance(path: Path) -> Instance:
    """Read an instance; its root becomes node 0 and changes places with the file's first node."""
    file = read_stp(path)
    n, root = file.whole_number("Nodes"), file.whole_number("Root")
    edges = file.ends("E")
    number = np.arange(-1, n)
    number[1], number[root] = number[root], 0
    ends = number[edges].astype(np.int32)
    cost = file.costs("E").astype(np.int64)
    prize = np.zeros(n)
    prize[number[file.marked("PV")]] = file.weights("PV")
    problem = Problem(
        n_nodes=n,
        tail=np.r_[ends[:, 0], ends[:, 1]],
        head=np.r_[ends[:, 1], ends[:, 0]],
        cost=np.r_[cost, cost],
        capacity=np.full(2 * len(edges), np.inf),
        prize=prize,
        demand=np.zeros(n),
        place=np.arange(n, dtype=np.int32),
        budget=file.whole_number("Budget"),
        hops=np.ones(2 * len(edges), np.int8),
        hop_limit=file.whole_number("HopLimit"),
    )
    return Instance(file.name, problem, edges)
