"""Faults of the machine, one kind after another.

    python -m benchmarks.faults [--kills 100] [--soak 500] [--seed 1] [--only KIND]

``planner solve`` of the example is run as a process of its own, again and again, and after each fault it is asked: is
every file in the folder whole, is every entry of the cache whole, is the exit code that of docs/contract.md, and does
the next run come to the same plan? Then one process solves many times, and its memory must stay flat. Every tenth case
prints the row of its kind, with cases and findings so far, minutes of the campaign by the clock and of processor time;
a finding is printed at once. Exit code 1 if there is any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.faults.bench import Bench
from benchmarks.faults.clocks import clock_set
from benchmarks.faults.files import cut_rasters, damaged_cache, forbidden, full_disk
from benchmarks.faults.processes import cancelled, killed, together
from benchmarks.faults.soak import soaked
from benchmarks.tally import tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.random import Generator

    Fault = Callable[[Bench, Generator], Iterator[str | None]]

KILLED, SOAKED = "killed", "solves in one process"
FAULTS: dict[str, Callable[..., Iterator[str | None]]] = {
    KILLED: killed,
    "disk full": full_disk,
    "folder forbidden": forbidden,
    "cache damaged": damaged_cache,
    "raster cut": cut_rasters,
    "three at once": together,
    "cancelled": cancelled,
    "clock set": clock_set,
    SOAKED: soaked,
}
"""Each yields what was found in a case, or None."""
_ROW = 10


def main() -> int:
    """Run all faults."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--soak", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=FAULTS)
    asked = parser.parse_args()
    counts = {KILLED: {"kills": asked.kills}, SOAKED: {"solves": asked.soak}}
    with tempfile.TemporaryDirectory() as scratch, tally("fault") as counted:
        bench = Bench(Path(scratch))
        try:
            for name, fault in FAULTS.items():
                if asked.only in {None, name}:
                    of: Fault = partial(fault, **counts.get(name, {}))
                    for found in of(bench, np.random.default_rng(asked.seed)):
                        if found:
                            counted.finding(name, found)
                        counted.count(name, 1, row=(counted.cases.get(name, 0) + 1) % _ROW == 0)
                    counted.count(name, 0)
        finally:
            bench.close()
    return 1 if counted.findings else 0


if __name__ == "__main__":
    sys.exit(main())
