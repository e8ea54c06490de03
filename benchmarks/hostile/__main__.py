"""A campaign of hostile files against every reader.

    python -m benchmarks.hostile [--minutes 10] [--only NAME,…] [--crafted NAME,…] [--seed 1] [--cases 200] [--run RUN]
                                 [--keep FOLDER]

First come files made by hand to do harm; then readers take turns with some cases each until the time is over, one turn
at least. Each turn of a reader prints its row with cases and different findings so far, minutes of the campaign by the
clock and of processor time; a finding is printed at once, and its file is kept. A finished run of the demonstration is
made for ``verify`` and ``export`` unless one is named. Exit code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.hostile.campaign import campaign
from benchmarks.hostile.crafted import crafted_cases
from benchmarks.hostile.readers import ROOT, Reader, readers
from benchmarks.tally import Tally, tally

if TYPE_CHECKING:
    from benchmarks.hostile.campaign import Finding

CRAFTED = "crafted files"


def main() -> int:
    """Run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--only", default="")
    parser.add_argument("--crafted", default="", help="readers that get the files made by hand; all unless named")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("hostile-findings"))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        known = readers(asked.run or _solved(folder / "run"))
        wanted = [reader for name, reader in known.items() if not asked.only or name in asked.only.split(",")]
        harmed = [reader for name, reader in known.items() if not asked.crafted or name in asked.crafted.split(",")]
        with tally("reader") as counted:
            end = monotonic() + 60 * asked.minutes
            _by_hand(harmed, folder, asked.keep, counted)
            _in_turns(wanted, folder, asked, end, counted)
    return 1 if counted.findings else 0


def _by_hand(harmed: list[Reader], folder: Path, keep: Path, counted: Tally) -> None:
    """Give readers the files made by hand."""
    for reader in harmed:
        # one process each: what the first leaves behind must not hide the second
        for content in crafted_cases(reader.name).values():
            cases, findings = campaign(reader, folder / "work", keep, crafted=[content])
            _tell(counted, CRAFTED, findings)
            counted.count(CRAFTED, cases, row=False)
        counted.count(CRAFTED, 0)


def _in_turns(wanted: list[Reader], folder: Path, asked: argparse.Namespace, end: float, counted: Tally) -> None:
    """Give each reader some cases in turn, one turn at least, until the time is over."""
    known: set[tuple[str, str, str]] = set()
    number = asked.seed
    while number == asked.seed or monotonic() < end:
        for reader in wanted:
            if number > asked.seed and monotonic() >= end:
                break
            cases, findings = campaign(reader, folder / "work", asked.keep, number=number, cases=asked.cases)
            new = [finding for finding in findings if (reader.name, finding.kind, finding.where) not in known]
            known |= {(reader.name, finding.kind, finding.where) for finding in new}
            _tell(counted, reader.name, new)
            counted.count(reader.name, cases)
        number += 1


def _tell(counted: Tally, kind: str, findings: list[Finding]) -> None:
    for finding in findings:
        told = f"{finding.reader}: {finding.kind} at {finding.where}: {finding.message} ({finding.case})"
        counted.finding(kind, told)


def _solved(run: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "planner",
        "solve",
        str(ROOT / "scenarios/demo"),
        "--out",
        str(run),
        "--gap",
        "0.1",
    ]
    subprocess.run([*command, "--quiet"], check=True)
    return run


if __name__ == "__main__":
    sys.exit(main())
