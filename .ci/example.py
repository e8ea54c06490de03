"""Make the example that comes with the app, again after prices or the schema have changed: python .ci/example.py."""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from pathlib import Path

from planner.jobs import demo_run, frontier_run

TARGET = Path(__file__).resolve().parents[1] / "planner" / "ui" / "example.zip"
LEFT_OUT = {".lock", "plan.gpkg"}
OFFICES, POINTS = 60, 12
STAMP = (2026, 1, 1, 0, 0, 0)


def main() -> None:
    """Solve, look for the frontier, pack both."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder)
        demo_run(runs / "example", offices=OFFICES, seed=0, command=["demo"])
        frontier_run(
            runs / "example" / "country" / "scenario.yaml",
            runs / "example-frontier",
            points=POINTS,
            command=["frontier"],
            overrides={"solver.gap": 0.02},
        )
        with zipfile.ZipFile(TARGET, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
            for file in sorted(path for path in runs.rglob("*") if path.is_file() and path.name not in LEFT_OUT):
                entry = zipfile.ZipInfo(file.relative_to(runs).as_posix(), STAMP)
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, _anywhere(file) if file.name == "inputs.json" else file.read_bytes())
    sys.stdout.write(f"{TARGET}: {TARGET.stat().st_size / 1e3:.0f} kB\n")


def _anywhere(record: Path) -> str:
    """Return the record of a run without the folders of whoever made it; who unpacks it says where it lies."""
    content = json.loads(record.read_bytes())
    content |= {"scenario_file": "", "data_root": None, "command": content["command"][:1]}
    content["files"] = [file | {"path": file["file"]} for file in content["files"]]
    return json.dumps(content, ensure_ascii=False, indent=1)


if __name__ == "__main__":
    main()
