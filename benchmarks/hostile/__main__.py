"""A campaign of hostile files against every reader.

    python -m benchmarks.hostile [--minutes 10] [--only NAME,…] [--crafted NAME,…] [--seed 1] [--cases 200] [--run RUN]
                                 [--keep FOLDER]

Readers take turns with some cases each until the time is over, one turn at least; then come files made by hand to do
harm. Printed are cases and different findings of each reader;
every finding's file is kept. A finished run of the demonstration is made for ``verify`` and ``export`` unless one is
named. Exit code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic

from benchmarks.hostile.campaign import Finding, as_lines, campaign, until
from benchmarks.hostile.crafted import crafted_cases
from benchmarks.hostile.readers import ROOT, Reader, readers


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
        count, found = _all_turns(wanted, folder, asked)
        crafted = 0
        wrong: list[Finding] = []
        for reader in known.values():
            if reader.name not in (asked.crafted.split(",") if asked.crafted else known):
                continue
            harmful = crafted_cases(reader.name)
            # one process each: what the first leaves behind must not hide the second
            for content in harmful.values():
                cases, findings = campaign(reader, folder / "work", asked.keep, crafted=[content])
                crafted, wrong = crafted + cases, wrong + findings
    _print(count, found)
    print(f"{'crafted files':28} {crafted:8d} {len(wrong):9d}")
    everything = [finding for findings in found.values() for finding in findings.values()] + wrong
    print(f"{'all':28} {sum(count.values()) + crafted:8d} {len(everything):9d}")
    if everything:
        print(as_lines(everything))
    return 1 if everything else 0


def _all_turns(
    wanted: list[Reader], folder: Path, asked: argparse.Namespace
) -> tuple[Counter[str], dict[str, dict[tuple[str, str], Finding]]]:
    count: Counter[str] = Counter()
    found: dict[str, dict[tuple[str, str], Finding]] = {reader.name: {} for reader in wanted}
    end, number = until(asked.minutes), asked.seed
    while number == asked.seed or monotonic() < end:
        for reader in wanted:
            if number > asked.seed and monotonic() >= end:
                break
            cases, findings = campaign(reader, folder / "work", asked.keep, number=number, cases=asked.cases)
            count[reader.name] += cases
            for finding in findings:
                if (finding.kind, finding.where) not in found[reader.name]:
                    found[reader.name][finding.kind, finding.where] = finding
                    print(as_lines([finding]), file=sys.stderr, flush=True)
        number += 1
    return count, found


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


def _print(count: Counter[str], found: dict[str, dict[tuple[str, str], Finding]]) -> None:
    print(f"{'reader':28} {'cases':>8} {'findings':>9}")
    for name, findings in found.items():
        print(f"{name:28} {count[name]:8d} {len(findings):9d}")


if __name__ == "__main__":
    sys.exit(main())
