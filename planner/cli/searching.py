"""What commands that search share: their arguments and options, and the folders that they write to."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from planner.jobs.workers import Cluster
    from planner.scenario import Amount, Share

ScenarioFile = Annotated[Path, typer.Argument(metavar="SCENARIO", help=_("Scenario file (YAML) or its folder."))]
TimeLimit = Annotated[float | None, typer.Option(help=_("Seconds of search."), min=0.0)]
Gap = Annotated[float | None, typer.Option(help=_("Stop at this relative gap, e.g. 0.005."), min=0.0)]
Seed = Annotated[int | None, typer.Option(help=_("Seed of the search."), min=0)]
Workers = Annotated[
    int, typer.Option(help=_("Processes that work at the same time; 0: as many as the machine has."), min=0)
]
Scheduler = Annotated[
    str, typer.Option(metavar="ADDRESS", help=_("Dask scheduler, such as tcp://host:8786."), show_default=False)
]
TlsCaFile = Annotated[
    Path | None,
    typer.Option("--tls-ca-file", help=_("PEM file of the authority, for tls:// addresses."), show_default=False),
]
TlsCert = Annotated[
    Path | None, typer.Option("--tls-cert", help=_("PEM file of this client's certificate."), show_default=False)
]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", help=_("PEM file of this client's key."), show_default=False)]
Force = Annotated[bool, typer.Option("--force", help=_("Replace the run that is in the folder."))]


def new_run(out: Path | None, name: str) -> Path:
    """Return the folder of a run: the one that was named, else one below ``runs`` by this name and the time."""
    return out or Path("runs") / f"{name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"


def processes(workers: int) -> int:
    """Return how many processes are to work: as many as asked for, or as the machine has."""
    return workers or os.cpu_count() or 1


def cluster_of(scheduler: str, tls_ca: Path | None, tls_cert: Path | None, tls_key: Path | None) -> "Cluster | None":
    """Return the cluster whose scheduler is named; None where none is.

    Raises
    ------
    InputError
        Certificates without a scheduler.
    """
    from planner.jobs.workers import Cluster

    files = (tls_ca, tls_cert, tls_key)
    if scheduler:
        return Cluster(scheduler, *(str(file) if file else None for file in files))
    if any(files):
        message, remedy = _("Certificates are for a scheduler, and none is named."), _("Give --scheduler ADDRESS.")
        raise InputError(Problem("bad-option", message, remedy, column="--scheduler"))
    return None


def file_of_scenario(path: Path) -> Path:
    """Accept the folder of a scenario for its file."""
    return path / "scenario.yaml" if path.is_dir() else path


def solver_overrides(gap: float | None, time_limit: float | None, seed: int | None) -> dict[str, object]:
    """Return what the command line says of the search, by scenario field."""
    asked = {"solver.gap": gap, "solver.time_limit_s": time_limit, "solver.seed": seed}
    return {name: value for name, value in asked.items() if value is not None}


def limit_option(text: str, option: str = "--limit") -> "Amount | Share":
    """Read an option such as ``--limit``: an amount above zero, or a share of connecting all.

    Raises
    ------
    InputError
        It is neither.
    """
    from planner.numerals import amount_of
    from planner.scenario.rules import NoShareError, read_limit

    remedy = _("For instance: {option} 250000 or {option} 4%.").format(option=option)
    try:
        limit = read_limit(amount_of(text))
    except NoShareError as error:
        remedy = _("Say a share above 0 % and up to 100 %, or an amount of money.")
        raise InputError(Problem("bad-option", str(error), remedy, column=option, value=text)) from error
    except ValueError as error:
        raise InputError(Problem("bad-option", str(error), remedy, column=option, value=text)) from error
    if limit.model_dump().get("amount") == 0:
        message = _("With nothing nothing can be built.")
        raise InputError(Problem("bad-option", message, remedy, column=option, value=text))
    return limit
