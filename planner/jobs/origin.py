"""Where a finished run comes from, and the same once more with other wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
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


def revise(run_dir: Path, wishes: Mapping[str, object], scenario_file: Path) -> list[str]:
    """Write the scenario of a run with other wishes, and return what a command needs to be given after its name.

    Parameters
    ----------
    run_dir : Path
    wishes : mapping
        Scenario fields by dotted path, as `planner.load_scenario` takes them.
    scenario_file : Path
        Where it is written; its folder is made.

    Raises
    ------
    InputError
        If the run does not say where it found its inputs, or a wish is not understood.
    """
    from planner.plan.record import read_record  # noqa: PLC0415
    from planner.scenario import dump_scenario, load_scenario  # noqa: PLC0415

    folder = read_record(run_dir).data_folder
    scenario = load_scenario(run_dir, data_root=folder, overrides=wishes)
    scenario_file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(scenario_file, dump_scenario(scenario))
    return [str(scenario_file), "--data-root", str(folder)]
