"""Where a finished run comes from, and the same once more with another budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from planner.errors import Problem
    from planner.plan.plan import Plan


def changed_inputs(run_dir: Path, plan: Plan) -> list[Problem]:
    """Return what is no longer as it was when a run made its plan: scenario, input files, prices of the program.

    Raises
    ------
    InputError
        If the run does not say what it read, or its scenario cannot be read any more.
    """
    # Pydantic and the readers of scenarios and prices: the app imports this module before anybody asks.
    from planner.plan.record import changes_since, read_record  # noqa: PLC0415
    from planner.scenario import load_scenario  # noqa: PLC0415

    record = read_record(run_dir)
    return changes_since(record, load_scenario(run_dir, data_root=record.data_folder), plan)


def again(run_dir: Path, budget: str, amount: float) -> list[str]:
    """Return the command that solves the scenario of a run, as it was solved then, with another budget.

    Raises
    ------
    InputError
        If the run does not say where it found its inputs.
    """
    from planner.plan.record import read_record  # noqa: PLC0415

    folder = read_record(run_dir).data_folder
    return ["solve", str(run_dir / "scenario.yaml"), "--data-root", str(folder), "--budget", f"{budget}={amount}"]
