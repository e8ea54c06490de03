"""The solved example that is on screen where there is no run yet: it comes with the program, packed."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.ui.session import Session

EXAMPLE = Path(__file__).with_name("example.zip")
"""A run with its country and the run of its frontier; ``python .ci/example.py`` makes it again."""
_COUNTRY = ("example", "country", "scenario.yaml")


def unpack_example(session: Session) -> None:
    """Put the example among the runs of a session, as if it had been solved there."""
    making = session.folder / "example-being-unpacked"
    shutil.rmtree(making, ignore_errors=True)
    with zipfile.ZipFile(EXAMPLE) as packed:
        packed.extractall(making)
    for run in list(making.iterdir()):
        record = run / "inputs.json"
        content = json.loads(record.read_bytes())
        content |= {"scenario_file": str(session.runs.joinpath(*_COUNTRY)), "data_root": None}
        record.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    session.runs.mkdir(parents=True, exist_ok=True)
    for run in list(making.iterdir()):
        if not (session.runs / run.name).exists():
            run.replace(session.runs / run.name)
    shutil.rmtree(making, ignore_errors=True)
