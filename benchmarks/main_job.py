"""Where the time of ``planner solve`` goes, from the start of the process to the last file.

    python -m benchmarks.main_job [SCENARIO] [--offices 2000] [--gap 0.01] [--repeats 3] [--before FILE] [--json FILE]

The command runs as a process of its own, warm: candidate links and compiled kernels are in their caches. Each stage is
a function of the program; the processor time that passes within it is counted for it, less what passes within another
stage or while modules are loaded, which are a stage of their own. Printed is the least of the repeats with its share
of the whole; what libraries cost to load is printed by package, from one more run with ``-X importtime``. Without
SCENARIO a demonstration country is made. ``--json`` keeps the figures, ``--before`` prints kept ones beside.
"""

from __future__ import annotations

import argparse
import builtins
import functools
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[1]
LOADING, REST = "loading modules", "all else"
STAGES = {
    "planner.scenario.loading:load_scenario": "scenario",
    "planner.inputs.check:read_inputs": "reading the inputs",
    "planner.links.candidates:build_links": "candidate links from the cache",
    "planner.report.hillshade:write_hillshade": "picture of the terrain, outlines",
    "planner.report.outlines:write_outlines": "picture of the terrain, outlines",
    "planner.solver.warm:compile_kernels": "compiled kernels from their cache",
    "planner.question.asked:ask": "budgets, limits, graph",
    "planner.solver.connect:connect_all": "search: cost of connecting all",
    "planner.question.answering:answer": "search",
    "planner.plan.plan:find_surroundings": "accounting and reasons",
    "planner.plan.plan:build_plan": "accounting and reasons",
    "planner.plan.plan:with_reasons": "accounting and reasons",
    "planner.plan.fallback:better_rule": "accounting and reasons",
    "planner.plan.store:write_run_files": "writing",
    "planner.report.summary:print_summary": "summary",
}
"""Stage of each function, by module and name."""
SEARCHES = ("search: cost of connecting all", "search")
CHILD = "--child"


class Clock:
    """Processor time by stage: what passes within a stage inside another counts for the inner one alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._open = [REST]
        self._since = 0.0  # the interpreter's own start counts too

    def _turn(self) -> None:
        now = time.process_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count for a stage what passes within."""
        self._turn()
        # kernels are loaded by searches of their own, which are none of the search
        self._open.append("compiled kernels from their cache" if self._warming(name) else name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def is_loading(self) -> bool:
        """Return whether what passes now is counted as loading."""
        return self._open[-1] == LOADING

    def _warming(self, name: str) -> bool:
        return name != LOADING and self._open[-1] == "compiled kernels from their cache"

    def close(self) -> dict[str, float]:
        """Return seconds of processor time by stage."""
        self._turn()
        return dict(self.seconds)


def _timed(clock: Clock, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with clock.stage(name):
            return function(*args, **kwargs)

    return inside


def _is_there(name: str, _globals: Any = None, _locals: Any = None, fromlist: Any = (), level: int = 0) -> bool:
    """Return whether an import, with the arguments of ``__import__``, finds all that it asks for."""
    module = sys.modules.get(name) if level == 0 else None
    return module is not None and all(hasattr(module, each) for each in fromlist or ())


def _watch_imports(clock: Clock) -> None:
    """Count what loading takes, and put a clock around each stage's function as soon as its module is there.

    Numba asks ten thousand times for modules that are there already: those must pass without a look at the clock.
    """
    load, waiting = builtins.__import__, dict(STAGES)

    def loading(*args: Any, **kwargs: Any) -> Any:
        before = len(sys.modules)
        if clock.is_loading() or _is_there(*args, **kwargs):
            module = load(*args, **kwargs)
        else:
            with clock.stage(LOADING):
                module = load(*args, **kwargs)
        if len(sys.modules) > before:
            watch()
        return module

    def watch() -> None:
        for place in [place for place in waiting if place.partition(":")[0] in sys.modules]:
            name, _colon, function = place.partition(":")
            if hasattr(sys.modules[name], function):
                stage = waiting.pop(place)
                setattr(sys.modules[name], function, _timed(clock, stage, getattr(sys.modules[name], function)))

    builtins.__import__ = loading
    by_name = importlib.import_module

    def loading_by_name(*args: Any, **kwargs: Any) -> Any:
        with clock.stage(LOADING):
            return by_name(*args, **kwargs)

    importlib.import_module = loading_by_name


def child(kept: Path, arguments: list[str]) -> None:
    """Run the command line within the clock, and keep the seconds by stage."""
    clock = Clock()
    _watch_imports(clock)
    sys.argv = ["planner", *arguments]
    from planner.cli import main as command_line  # noqa: PLC0415 - within the clock

    try:
        command_line()
    finally:
        kept.write_text(json.dumps(clock.close()), encoding="utf-8")


def _command(folder: Path, scenario: Path, gap: float) -> list[str]:
    return ["solve", str(scenario), "--gap", str(gap), "--out", str(folder / "run"), "--force"]


def _run(command: list[str]) -> str:
    # as users have it: modules are read as they were compiled the last time
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, *command], check=True, capture_output=True, text=True, env=environment, cwd=ROOT
    ).stderr


def stages(folder: Path, scenario: Path, *, gap: float, repeats: int) -> dict[str, float]:
    """Return the least processor time of each stage, in seconds."""
    rows = []
    for _repeat in range(repeats + 1):  # the first fills the caches
        _run(["-m", "benchmarks.main_job", CHILD, str(folder / "kept"), *_command(folder, scenario, gap)])
        rows.append(json.loads((folder / "kept").read_text(encoding="utf-8")))
    names = dict.fromkeys([LOADING, *STAGES.values(), REST])
    return {name: min(row.get(name, 0.0) for row in rows[1:]) for name in names}


def loading(folder: Path, scenario: Path, gap: float) -> dict[str, float]:
    """Return what each package takes to load, in seconds by the clock."""
    lines = _run(["-X", "importtime", "-m", "planner", *_command(folder, scenario, gap), "--quiet"]).splitlines()
    found: dict[str, float] = defaultdict(float)
    for line in lines:
        own, bar, rest = line.removeprefix("import time:").partition("|")
        if bar and own.strip().isdigit():
            found[rest.rpartition("|")[2].strip().partition(".")[0]] += int(own) / 1e6
    return dict(sorted(found.items(), key=lambda row: -row[1]))


def main() -> int:
    """Print the table of stages."""
    if sys.argv[1:2] == [CHILD]:
        child(Path(sys.argv[2]), sys.argv[3:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="?", type=Path)
    parser.add_argument("--offices", type=int, default=2000)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        scenario = asked.scenario.resolve() if asked.scenario else folder / "country"
        if not asked.scenario:
            from planner.demo import make_country  # noqa: PLC0415 - the timed processes have none of it loaded

            make_country(scenario, offices=asked.offices, seed=1)
        found = stages(folder, scenario, gap=asked.gap, repeats=asked.repeats)
        packages = loading(folder, scenario, asked.gap)
    before = json.loads(asked.before.read_text(encoding="utf-8"))["stages"] if asked.before else {}
    if asked.json:
        asked.json.write_text(json.dumps({"stages": found, "packages": packages}, indent=1), encoding="utf-8")
    beyond = {name: seconds for name, seconds in found.items() if name not in SEARCHES}
    rows = {**found, "all": sum(found.values()), "all but search": sum(beyond.values())}
    whole = {**before, "all": sum(before.values()), "all but search": sum(before[name] for name in beyond if before)}
    for name, seconds in rows.items():
        share = f"{seconds / rows['all']:6.1%}"
        was = f"{whole[name]:8.2f} {whole[name] / whole['all']:6.1%}" if before else ""
        print(f"{name:36} {was} {seconds:8.2f} {share}")
    print("\nloading, s by the clock: " + ", ".join(f"{name} {s:.2f}" for name, s in packages.items() if s >= 0.02))
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
