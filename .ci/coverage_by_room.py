"""How much of each room the tests reach: statements and branches that ran, by room of docs/architecture.md.

python .ci/coverage_by_room.py [ARGUMENT OF PYTEST ...]      without arguments the whole of tests/

Commands that tests start as processes of their own count too. Compiled kernels do not: Python does not see them run;
the tests hold them against plain oracles, and `benchmarks.mutation` says what would be noticed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORST = 3
"""Modules that are named beside a room: those with most statements that did not run."""


def room_of(file: str) -> str:
    """Return the room of a file: the package below ``planner``, else the module itself."""
    parts = Path(file).parts
    return parts[1] if len(parts) > 2 else Path(file).name


def table(files: dict[str, dict]) -> list[tuple[str, int, float, float, str]]:
    """Return room, statements, shares of statements and branches that ran, and where most did not run."""
    rooms: dict[str, list[tuple[str, dict]]] = defaultdict(list)
    for file, told in files.items():
        if told["summary"]["num_statements"]:
            rooms[room_of(file)].append((file, told["summary"]))
    rows = []
    for room, members in sorted(rooms.items()):
        total = {
            key: sum(summary[key] for _file, summary in members)
            for key in ("num_statements", "covered_lines", "num_branches", "covered_branches")
        }
        by_lack = sorted(members, key=lambda member: -member[1]["missing_lines"])[:WORST]
        lacking = ", ".join(
            f"{Path(file).name} {summary['missing_lines']}" for file, summary in by_lack if summary["missing_lines"]
        )
        statements, branches = total["num_statements"], total["num_branches"]
        reached = total["covered_branches"] / branches if branches else 1.0
        rows.append((room, statements, total["covered_lines"] / statements, reached, lacking))
    return rows


def main(arguments: list[str]) -> int:
    """Run the tests, print the table; exit code of pytest."""
    asked = arguments or ["--numprocesses", "auto", "--dist", "worksteal", "tests"]
    with tempfile.TemporaryDirectory() as folder:
        data = f"--data-file={folder}/coverage"

        def coverage(*words: str) -> int:
            return subprocess.run([sys.executable, "-m", "coverage", *words], check=False, cwd=ROOT).returncode

        code = coverage("run", data, "-m", "pytest", "-q", *asked)
        if coverage("combine", "--quiet", data, folder) or coverage("json", "-q", data, "-o", f"{folder}/told.json"):
            return code or 1
        told = json.loads(Path(folder, "told.json").read_text(encoding="utf-8"))
    sys.stdout.write(
        f"\n{'room':16} {'statements':>10} {'ran':>7} {'branches':>9}  statements that did not run, most in\n"
    )
    for room, statements, ran, branches, lacking in table(told["files"]):
        sys.stdout.write(f"{room:16} {statements:10} {ran:7.1%} {branches:9.1%}  {lacking}\n")
    totals = told["totals"]
    ran = totals["covered_lines"] / totals["num_statements"]
    branches = totals["covered_branches"] / totals["num_branches"]
    sys.stdout.write(f"{'all':16} {totals['num_statements']:10} {ran:7.1%} {branches:9.1%}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
