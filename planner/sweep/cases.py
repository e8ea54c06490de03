"""What a sweep is made of: cases, which any process can work at, and tasks, each with a key made of what it asks."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planner._version import __version__
from planner.catalogue import load_catalogue, price_list
from planner.errors import InputError, PlannerError
from planner.finance import MEASURES
from planner.i18n import _, language, use_language
from planner.inputs import read_inputs
from planner.kept import code_hash
from planner.links import build_links
from planner.links.cache import cache_file
from planner.pipeline import only_budget, solve
from planner.question import cost_of_all
from planner.risk.figures import figures_of, in_draw, room_of
from planner.risk.sampling import draw
from planner.scenario import Amount, Share, placing
from planner.solver import compile_kernels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from planner.catalogue import Catalogue, PriceList
    from planner.i18n import Language
    from planner.inputs import Inputs
    from planner.links import LinkOptions
    from planner.scenario import Scenario

_ROOMS = ("graph", "plan", "question", "risk", "solver", "sweep", "pipeline.py")
"""Code that plans depend on besides that of candidate links."""
TOTALS = ("offices_connected", "offices_newly_connected", "offices_upgraded", "people", *MEASURES)
"""Totals of a plan that a row has."""


@dataclass(frozen=True)
class Case:
    """One scenario with everything that its tasks need; plain values, so that any process can work at it.

    Attributes
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
        At typical prices.
    catalogue : Catalogue
    content : str
        Hash over all of these, and over the code that makes plans of them.
    language : str
        In which the options are named.
    room_m : (m,) float64 or None
        By how much the ground under each option may rise; None where that is not drawn.
    """

    scenario: Scenario
    inputs: Inputs
    options: LinkOptions
    catalogue: Catalogue
    content: str
    language: Language
    room_m: NDArray[np.float64] | None

    @cached_property
    def base_prices(self) -> PriceList:
        """The price list that the options were built with."""
        return price_list(self.catalogue, self.scenario)


@dataclass(frozen=True)
class Task:
    """One plan to be found.

    Attributes
    ----------
    case : int
        Number of the scenario.
    scenario : str
        Its name.
    budget : float or None
        Limit of the only budget, in currency; None: as the scenario has it.
    draw : int
        0: typical prices and demand.
    values : mapping of str to float
        Of the uncertain figures; empty for typical ones.
    key : str
        Hash over what is asked: scenario, inputs, prices, code, budget and values. The same key has the same answer.
    """

    case: int
    scenario: str
    budget: float | None
    draw: int
    values: Mapping[str, float]
    key: str


def make_case(scenario: Scenario, progress: Callable[[str, float], None] | None = None) -> Case:
    """Read the inputs of a scenario and build its candidate links, or take them from the cache.

    Parameters
    ----------
    scenario : Scenario
    progress : callable or None
        Told what is being done to the links, and which share of it is.
    """
    inputs = read_inputs(scenario)
    catalogue = load_catalogue(scenario)
    options = build_links(scenario, inputs, progress=progress)
    content = _hash(
        [
            cache_file(scenario, inputs, catalogue).stem,
            scenario.hash,
            [[file.file, file.sha256] for file in inputs.files],
            code_hash(*_ROOMS),
        ]
    )
    room_m = room_of(scenario, inputs, options, catalogue)
    return Case(scenario, inputs, options, catalogue, content, language(), room_m)


def tasks_of(case: Case, number: int, limits: Sequence[Amount | Share], draws: int) -> list[Task]:
    """Return the tasks of a scenario: each limit of its budget at typical figures and at each draw.

    Parameters
    ----------
    case : Case
    number : int
    limits : sequence of Amount or Share
        Shares are of the best known cost of connecting all at typical prices, at draws too; empty: as the scenario has
        them.
    draws : int
        0: typical figures alone.

    Raises
    ------
    InputError
        Limits or draws are asked for, and the scenario has more than one budget; nothing is uncertain; or a limit is a
        share and no office can be connected.
    """
    scenario = case.scenario
    budgets: list[float | None] = [None]
    if limits or draws:
        budget = only_budget(scenario, "sweep")
        budgets, field = [], "--budget" if limits else "budgets[0].limit"
        asked_for = limits or (budget.limit,)
        shares = any(isinstance(limit, Share) for limit in asked_for)
        all_cents = cost_of_all(scenario, case.inputs, case.options, budget.measure, field) if shares else 0
        for limit in asked_for:
            if isinstance(limit, Share):
                budgets.append(round(limit.share * all_cents) / 100)
            else:
                budgets.append(limit.amount)
    points: list[dict[str, float]] = [{}]
    if draws:
        figures = figures_of(scenario, case.catalogue)
        low, typical, high = np.array([[one.low, one.typical, one.high] for one in figures]).T
        asked = scenario.uncertainty
        drawn_values = draw(
            low,
            typical,
            high,
            [figure.group for figure in figures],
            draws=draws,
            seed=scenario.solver.seed,
            distribution=asked.distribution,
            correlation=asked.correlation,
        )
        names = [figure.name for figure in figures]
        points += [dict(zip(names, row, strict=True)) for row in drawn_values.tolist()]
    return [
        Task(number, scenario.name, money, k, values, _hash([case.content, money, values]))
        for money in budgets
        for k, values in enumerate(points)
    ]


def _hash(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def work_at(
    case: Case, tasks: Sequence[Task], version: str, cancelled: Callable[[], bool] | None = None
) -> list[dict[str, Any] | None]:
    """Find the plans of some tasks of a case, in whichever process this is.

    Parameters
    ----------
    case : Case
    tasks : sequence of Task
    version : str
        Of the program that asks; another one would not give the same answers.
    cancelled : callable or None
        True ends the search; the tasks that are not done have None.

    Returns
    -------
    list of dict
        For each task its row and the seconds that it took.

    Raises
    ------
    PlannerError
        This process runs another version of the program.
    """
    if version != __version__:
        text = _("A worker runs version {here} of the program, the sweep version {there}: they have to be the same.")
        raise PlannerError(text.format(here=__version__, there=version))
    compile_kernels()
    found: list[dict[str, Any] | None] = []
    with use_language(case.language):
        for task in tasks:
            begun = time.monotonic()
            row = _row(case, task, cancelled)
            stopped = cancelled is not None and cancelled()
            found.append(None if stopped else {"row": row, "seconds": round(time.monotonic() - begun, 3)})
    return found


def _row(case: Case, task: Task, cancelled: Callable[[], bool] | None) -> dict[str, Any]:
    """Return what comes of a task; an error of one task is told in its row and ends no other."""
    row: dict[str, Any] = {"scenario": task.scenario, "draw": task.draw, "key": task.key, "message": ""}
    try:
        with placing(case.scenario):
            scenario, inputs, options = at_values(case, task)
            plan = solve(scenario, inputs, options, cancelled=cancelled)
    except InputError as error:
        return {**row, "budget": task.budget, "status": "error", "termination": "input", "message": str(error)}
    except Exception as error:  # noqa: BLE001 - one crash must not lose a sweep of thousands; the row and the exit code tell
        text = f"{type(error).__name__}: {error}"
        return {**row, "budget": task.budget, "status": "error", "termination": "crash", "message": text}
    outcome, first = plan.outcome, plan.budgets[0] if plan.budgets else None
    return {
        **row,
        "budget": first["limit"] if first else None,
        "spent": first["spent"] if first and outcome.value is not None else None,
        "status": str(outcome.status),
        "termination": str(outcome.termination),
        "value": outcome.value,
        "bound": outcome.bound,
        "gap": outcome.gap,
        "message": str(outcome.conflict) if outcome.conflict is not None else "",
        **{name: plan.totals[name] for name in TOTALS if outcome.value is not None},
    }


def at_values(case: Case, task: Task) -> tuple[Scenario, Inputs, LinkOptions]:
    """Return scenario, inputs and candidate links of a task: its budget, prices, demand, rain, ground."""
    scenario = case.scenario
    if task.budget is not None:
        budget = scenario.budgets[0].model_copy(update={"limit": Amount(amount=task.budget)})
        scenario = scenario.model_copy(update={"budgets": (budget,)})
    if not task.values:
        return scenario, case.inputs, case.options
    options, offices = in_draw(
        case.scenario, case.inputs, case.options, case.catalogue, case.base_prices, case.room_m, task.values
    )
    return scenario, replace(case.inputs, offices=offices), options
