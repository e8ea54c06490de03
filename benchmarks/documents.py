"""How long the proposal of a run takes, and how much memory: python -m benchmarks.documents RUN [--lang fr]."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from planner.i18n import use_language
from planner.report.exported import read_exported
from planner.report.exports import export_run


def main() -> None:
    """Measure by processor time, since others may be at work on the machine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("--lang", choices=("en", "fr"), default="en")
    parser.add_argument("--to", default="pdf,docx")
    asked = parser.parse_args()
    with use_language(asked.lang), tempfile.TemporaryDirectory() as folder:
        for name in asked.to.split(","):
            begun = time.process_time()
            (file,) = export_run(read_exported(asked.run), [name], Path(folder))
            seconds, size = time.process_time() - begun, file.stat().st_size / 1e6
            print(f"{name}: {seconds:.1f} s of processor time, {size:.1f} MB")
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
