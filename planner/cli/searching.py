"""What commands that search share: their arguments and options, and the folders that they write to."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from planner.i18n import _

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help=_("Scenario file (YAML) or its folder."))]
TimeLimit = Annotated[float | None, typer.Option(help=_("Seconds of search."), min=0.0)]
Gap = Annotated[float | None, typer.Option(help=_("Stop at this relative gap, e.g. 0.005."), min=0.0)]
Seed = Annotated[int | None, typer.Option(help=_("Seed of the search."), min=0)]
Force = Annotated[bool, typer.Option("--force", help=_("Replace the run that is in the folder."))]


def stamp() -> str:
    """Return the time for the name of a folder that nobody has named."""
    return datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")


def file_of_scenario(path: Path) -> Path:
    """Accept the folder of a scenario for its file."""
    return path / "scenario.yaml" if path.is_dir() else path


def solver_overrides(gap: float | None, time_limit: float | None, seed: int | None) -> dict[str, object]:
    """Return what the command line says of the search, by scenario field."""
    asked = {"solver.gap": gap, "solver.time_limit_s": time_limit, "solver.seed": seed}
    return {name: value for name, value in asked.items() if value is not None}
