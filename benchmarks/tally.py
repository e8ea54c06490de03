"""A campaign's cases and findings, told as they come: what is interrupted has counted what it did."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Tally:
    """Rows of a campaign: each one holds what its kind has had so far, so that the last row of a kind counts.

    Parameters
    ----------
    what : str
        Heading of the kinds.
    """

    def __init__(self, what: str) -> None:
        self.cases: dict[str, int] = {}
        self.found: dict[str, int] = {}
        self.begun, self.worked = time.monotonic(), _worked_s()
        print(f"{what:28} {'cases':>8} {'findings':>9} {'minutes':>8} {'of work':>8}", flush=True)

    def finding(self, kind: str, told: str) -> None:
        """Count and print a finding."""
        self.found[kind] = self.found.get(kind, 0) + 1
        print(json.dumps({"found": kind, "told": told}, ensure_ascii=False), flush=True)

    def count(self, kind: str, cases: int, *, row: bool = True) -> None:
        """Count cases of a kind; print its row."""
        self.cases[kind] = self.cases.get(kind, 0) + cases
        if row:
            self._print(kind, self.cases[kind], self.found.get(kind, 0))

    @property
    def findings(self) -> int:
        """Findings of all kinds."""
        return sum(self.found.values())

    def end(self) -> None:
        """Print the row of everything."""
        self._print("all", sum(self.cases.values()), self.findings)

    def _print(self, kind: str, cases: int, findings: int) -> None:
        minutes, worked = (time.monotonic() - self.begun) / 60, (_worked_s() - self.worked) / 60
        print(f"{kind:28} {cases:8d} {findings:9d} {minutes:8.1f} {worked:8.1f}", flush=True)


@contextmanager
def tally(what: str) -> Iterator[Tally]:
    """Give the tally of a campaign; its last row is printed also when the campaign is asked to stop."""
    here = os.getpid()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if os.getpid() != here:  # a fork of the campaign has nothing to tell
            os._exit(1)
        raise KeyboardInterrupt

    kept = signal.signal(signal.SIGTERM, stop)
    counted = Tally(what)
    try:
        yield counted
    except KeyboardInterrupt:
        print("stopped before its end", flush=True)
    finally:
        signal.signal(signal.SIGTERM, kept)
        counted.end()


def _worked_s() -> float:
    """Return processor time of this process and of those that it has waited for."""
    used = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
