"""Where a finished run comes from, and the same once more with other wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.errors import InputError, Problem
from planner.files import write_whole
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

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


def read_wishes(run_dir: Path, text: str, wishes: Mapping[str, object], sections: Collection[str]) -> dict[str, Any]:
    """Return what is typed about the scenario of a run, a line ``path: value`` each, as that scenario has it.

    Parameters
    ----------
    run_dir : Path
    text : str
        YAML; it may be empty.
    wishes : mapping
        What is wished for already: the scenario has to hold with both.
    sections : collection of str
        Those of the scenario that may be spoken of.

    Returns
    -------
    dict of str to value
        Ready for JSON, numbers and shares as they are in the scenario: 120 seconds are 120.0, 30 % are 0.3.

    Raises
    ------
    InputError
        With every fault: line, field, value, remedy.
    """
    from planner.scenario import load_scenario  # noqa: PLC0415
    from planner.scenario.yaml_text import parse_yaml  # noqa: PLC0415

    said = parse_yaml(text, "").data
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise InputError(Problem("not-a-mapping", _("Write one field a line, such as solver.seed: 1")))
    barred = [path for path in said if path.partition(".")[0].partition("[")[0] not in sections]
    if barred:
        message = _("These fields cannot be changed here: {names}").format(names=", ".join(barred))
        raise InputError(Problem("barred-field", message))
    content = load_scenario(run_dir, overrides={**wishes, **said}).model_dump(mode="json")
    return {path: _value_at(content, path, value) for path, value in said.items()}


def _value_at(content: Any, path: str, typed: Any) -> Any:
    """Return what a scenario says at a path, or what was typed where the path names an entry of a list."""
    for name in path.split("."):
        if not isinstance(content, dict) or name not in content:
            return typed
        content = content[name]
    return content
