"""The command line under a clock that is set while it is at work.

    python -m benchmarks.faults.set_clock LOOK:SECONDS[,…] ARGUMENT…

From the LOOK-th look at the date on (a run looks once an event), the clock of this process is so many seconds ahead of
the machine's, or behind if below zero. The moments at which the machine and processes were started move with it, as
they do when somebody sets the clock of a machine; clocks that nobody can set go on as they are.
"""

from __future__ import annotations

import importlib
import sys
import time
from datetime import datetime, timedelta, tzinfo
from typing import Any
from unittest import mock

import psutil

from planner.cli import main as command_line

DATED = ("planner.jobs.journal", "planner.jobs.errand", "planner.cli.searching")
"""Modules that ask for the date by its own name."""
_SYSTEM: Any = vars(psutil)["_psplatform"]
"""By which all of psutil asks when the machine and its processes were started."""


class SetClock:
    """A clock with jumps, by the number of looks at it."""

    def __init__(self, jumps: dict[int, float]) -> None:
        self.jumps, self.looks, self.ahead = jumps, 0, jumps.get(0, 0.0)
        self.boot, self.time = _SYSTEM.boot_time, time.time

    def boot_time(self) -> float:
        """Return when the machine was started, as the clock has it."""
        return float(self.boot()) + self.ahead

    def now(self, zone: tzinfo | None = None) -> datetime:
        """Return the date; this look is counted."""
        self.looks += 1
        self.ahead = self.jumps.get(self.looks, self.ahead)
        return datetime.now(zone) + timedelta(seconds=self.ahead)

    def seconds(self) -> float:
        """Return seconds since 1970."""
        return self.time() + self.ahead

    def put_up(self) -> list[Any]:
        """Return what puts this clock up here."""
        dates = mock.Mock(wraps=datetime, now=self.now)
        return [
            mock.patch.object(_SYSTEM, "boot_time", self.boot_time),
            mock.patch.object(time, "time", self.seconds),
            *(mock.patch.object(importlib.import_module(name), "datetime", dates) for name in DATED),
        ]

    @staticmethod
    def moved_start(ahead: float) -> Any:
        """Return what lets the machine and its processes have begun so much later, as for whoever looks on."""
        return mock.patch.object(_SYSTEM, "boot_time", SetClock({0: ahead}).boot_time)


def main() -> None:
    """Run the command line."""
    jumps = dict(jump.split(":") for jump in sys.argv[1].split(","))
    for patch in SetClock({int(look): float(seconds) for look, seconds in jumps.items()}).put_up():
        patch.start()
    sys.argv = ["planner", *sys.argv[2:]]
    command_line()


if __name__ == "__main__":
    main()
