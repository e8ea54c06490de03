"""One draw: what the plan costs at its prices, what it still does for its money, and what another plan could do."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue import Catalogue, load_catalogue, price_list
from planner.finance import MEASURES
from planner.graph import NO_OPTION, PlanningGraph, build_graph, chosen
from planner.i18n import language, use_language
from planner.links.named import named_links
from planner.links.options import NO_MAST
from planner.plan.arborescence import follow
from planner.plan.floors import floor_rows
from planner.plan.lines import office_money, office_transit
from planner.plan.outcome import Budget
from planner.plan.plan import forbidden_links
from planner.plan.recall import recall
from planner.question import Kept, Question, Run
from planner.risk.figures import DEMAND, figures_of, in_draw, room_of
from planner.solver import Status, compile_kernels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.catalogue import PriceList
    from planner.catalogue.ranges import Uncertain
    from planner.i18n import Language
    from planner.inputs import Inputs
    from planner.links.choice import Choice
    from planner.links.options import LinkOptions
    from planner.plan.arborescence import Arborescence
    from planner.plan.floors import FloorRow
    from planner.plan.plan import Plan
    from planner.question import Found
    from planner.scenario import Scenario

_BETWEEN_LOOKS_S = 0.1
_NONE = np.empty(0, np.int32)
TRIM_GAP, TRIM_SECONDS = 1e-4, 10.0
"""What a plan still does for its money is a small search, carried to its end."""


@dataclass(frozen=True)
class Assessment:
    """What one set of prices does to a plan; money in cents, offices by row.

    Attributes
    ----------
    money : (4,) tuple of int
        What the whole plan costs, technologies and links as they are, columns of `planner.finance.MEASURES`.
    overloaded : int
        Links of the plan that carry more than they can.
    keeps_limits : bool
        Whether a part of the plan was found that is within its budget and its links, and has what has to be in a plan.
    kept_value : float
        Benefit of the best such part; 0 where none was found.
    kept : (k,) int32
        Offices of that part.
    value, bound : float or None
        Benefit of the best plan that was found at these prices, and a proven ceiling; None if it was not looked for.
        0 where none was found; both are where it is proven that there is none.
    spent : int or None
        What that plan costs in the measure of the budget.
    chosen : (c,) int32
        Its offices.
    best : Choice or None
        Its links and offices; None where it is a part of the plan, or was not looked for.
    """

    money: tuple[int, ...]
    overloaded: int
    keeps_limits: bool
    kept_value: float
    kept: NDArray[np.int32]
    value: float | None
    bound: float | None
    spent: int | None
    chosen: NDArray[np.int32]
    best: Choice | None = None


@dataclass(frozen=True)
class Priced:
    """Candidate links at some values of the uncertain figures.

    Attributes
    ----------
    options : LinkOptions
    question : Question
        Under the budget and the limits of the study.
    factor : float
        On all demand.
    """

    options: LinkOptions
    question: Question
    factor: float

    @property
    def graph(self) -> PlanningGraph:
        """The planning graph at these values."""
        return self.question.graph


class Part(NamedTuple):
    """Benefit, cost in the measure of the budget, and rows of the offices of a plan or of a part of it."""

    value: float
    cents: int
    offices: NDArray[np.int32]


@dataclass(frozen=True)
class Study:
    """All that a draw needs; plain values, so that any process can make it.

    Attributes
    ----------
    scenario : Scenario
    inputs : Inputs
    options : LinkOptions
        At typical prices, without geometry.
    catalogue : Catalogue
    figures : tuple of Uncertain
    choice : Choice
        The plan.
    measure : int
        Column of `planner.finance.MEASURES` that the budget binds on.
    limit_cents : int
    language : str
        In which the options are named.
    forbidden : (f,) int64
        Option rows of forbidden links.
    held : tuple of (k,) int64
        Option rows of each fixed link.
    floors : tuple of FloorRow
    room_m : (m,) float64 or None
        By how much the ground under each option may rise; None where that is not drawn.
    cancel_file : str or None
        Its appearance ends the searches.
    """

    scenario: Scenario
    inputs: Inputs
    options: LinkOptions
    catalogue: Catalogue
    figures: tuple[Uncertain, ...]
    choice: Choice
    measure: int
    limit_cents: int
    language: Language
    forbidden: NDArray[np.int64]
    held: tuple[NDArray[np.int64], ...]
    floors: tuple[FloorRow, ...]
    room_m: NDArray[np.float64] | None
    cancel_file: str | None = None

    @property
    def typical(self) -> NDArray[np.float64]:
        """The figures that the plan was made with, (k,)."""
        return np.array([figure.typical for figure in self.figures])

    @cached_property
    def base_prices(self) -> PriceList:
        """The price list that the options were built with."""
        return price_list(self.catalogue, self.scenario)

    @cached_property
    def tree(self) -> Arborescence:
        """The plan's links as they hang from the root; loads at the demand of the inputs."""
        return follow(self.options, self.choice, self.inputs.offices["demand_mbps"].to_numpy(np.float64))

    @cached_property
    def gains(self) -> NDArray[np.bool_]:
        """Offices that the plan connects or upgrades, (o,)."""
        return self.choice.connected & (self.inputs.offices["status_before"] != "adequate").to_numpy()

    def watch(self) -> Callable[[], bool]:
        """Return what says whether somebody asked to stop; it looks at the disk ten times a second at most."""
        looked, asked = -math.inf, False

        def cancelled() -> bool:
            nonlocal looked, asked
            now = time.monotonic()
            if self.cancel_file is not None and not asked and now - looked > _BETWEEN_LOOKS_S:
                looked, asked = now, Path(self.cancel_file).exists()
            return asked

        return cancelled


def make_study(
    scenario: Scenario, inputs: Inputs, options: LinkOptions, plan: Plan, *, cancel_file: Path | None = None
) -> Study:
    """Return the study of a plan.

    Parameters
    ----------
    scenario, inputs, options
        That the plan was made from.
    plan : Plan
    cancel_file : Path or None

    Raises
    ------
    InputError
        Nothing in the scenario and its catalogue is uncertain, or a figure that it names is not there.
    """
    catalogue = load_catalogue(scenario)
    figures = figures_of(scenario, catalogue)
    budget = plan.budgets[0]
    return Study(
        scenario=scenario,
        inputs=inputs,
        options=replace(options, geometry=np.empty((0, 2)), geometry_start=np.zeros_like(options.geometry_start)),
        catalogue=catalogue,
        figures=figures,
        choice=recall(plan, options, inputs.offices),
        measure=MEASURES.index(budget["measure"]),
        limit_cents=round(100 * budget["limit"]),
        language=language(),
        forbidden=forbidden_links(options, scenario.limits.forbid_links),
        held=tuple(named_links(options, scenario.limits.fix_links, field="limits.fix_links", without="error")[0]),
        floors=floor_rows(scenario, inputs.offices),
        room_m=room_of(scenario, inputs, options, catalogue),
        cancel_file=None if cancel_file is None else str(cancel_file),
    )


def assess_all(study: Study, points: NDArray[np.float64], reoptimise: bool) -> list[Assessment | None]:
    """Return what each of some draws does to the plan, None for those that were cancelled; see `assess`."""
    compile_kernels()
    with use_language(study.language):
        return [assess(study, point, reoptimise=reoptimise) for point in points]


def assess(study: Study, point: NDArray[np.float64], *, reoptimise: bool) -> Assessment | None:
    """Return what some values of the uncertain figures do to the plan; None if it was cancelled.

    Parameters
    ----------
    study : Study
    point : (k,) float64
        One value for each of ``study.figures``.
    reoptimise : bool
        Look for the best plan at these prices too, from nothing: what is left of the plan is a poor start.
    """
    priced = price(study, point)
    asked, cancelled = study.scenario.uncertainty, study.watch()
    kept = trim(study, priced, cancelled)
    best = None
    if reoptimise and not cancelled():
        best = _search(priced.question, asked.gap, asked.time_limit_s, cancelled)
    if cancelled():
        return None
    return _assessment(study, priced, kept, best)


def price(study: Study, point: NDArray[np.float64]) -> Priced:
    """Return the candidate links at some values of the uncertain figures, (k,)."""
    values = {figure.name: float(value) for figure, value in zip(study.figures, point, strict=True)}
    options, offices = in_draw(
        study.scenario, study.inputs, study.options, study.catalogue, study.base_prices, study.room_m, values
    )
    budget = Budget("budget", MEASURES[study.measure], study.limit_cents)
    scenario = study.scenario
    graph = build_graph(
        options, offices, measure=study.measure, budget_cents=study.limit_cents, exclude=scenario.limits.exclude
    )
    question = Question(
        scenario=scenario,
        inputs=replace(study.inputs, offices=offices),
        options=options,
        graph=graph,
        budgets=(budget,),
        funding=(),
        floors=study.floors,
        target=None,
        held=study.held,
        forbidden=study.forbidden,
        also_held=tuple(options.fixed.tolist()),
    )
    return Priced(options, question, values.get(DEMAND, 1.0))


def trim(study: Study, priced: Priced, cancelled: Callable[[], bool]) -> Found:
    """Return the best part of the plan that the budget, its links and all limits allow; without a value there is none.

    Where limits ask for nothing that has to be in a plan, the empty part is one.
    """
    graph = priced.graph
    capacity = np.where(_of_plan(graph, study.choice), graph.problem.capacity, 0.0)
    part = replace(priced.question, graph=replace(graph, problem=replace(graph.problem, capacity=capacity)))
    return _search(part, TRIM_GAP, TRIM_SECONDS, cancelled)


def _search(question: Question, gap: float, time_limit_s: float, cancelled: Callable[[], bool]) -> Found:
    """Look for the plan worth most, so near to the best."""
    scenario = question.scenario
    nearer = scenario.model_copy(update={"solver": scenario.solver.model_copy(update={"gap": gap})})
    run = Run(replace(question, scenario=nearer), time.monotonic(), cancelled, None)
    return run.stage(scenario.objective[0], Kept(), time_limit_s, None)


def whole_plan(study: Study, priced: Priced) -> tuple[tuple[int, ...], int, Part | None]:
    """Return money and overloaded links of the whole plan, and what it is worth; None if it does not fit."""
    tree, money = study.tree, tuple(plan_money(study, priced.options).tolist())
    capacity = priced.options.capacity_mbps[tree.option]
    over = int(np.count_nonzero(priced.factor * tree.load_mbps > capacity * (1 + 1e-9)))
    if over or money[study.measure] > study.limit_cents:
        return money, over, None
    benefit = study.inputs.offices["benefit"].to_numpy(np.float64)
    gains = np.flatnonzero(study.gains).astype(np.int32)
    return money, over, Part(math.fsum(benefit[gains]), money[study.measure], gains)


def _assessment(study: Study, priced: Priced, kept: Found, best: Found | None) -> Assessment:
    graph = priced.graph
    money, over, whole = whole_plan(study, priced)
    # Where nothing has to be cut, all is kept, wherever within its gap the search for the best part has ended.
    part = whole or _part(graph, kept)
    found, links = part, None
    if best is not None and best.value is not None and (part is None or best.value > part.value):
        found = _part(graph, best)
        links = chosen(graph, priced.options, best.arcs, len(study.inputs.offices))
    return Assessment(
        money=money,
        overloaded=over,
        keeps_limits=part is not None,
        kept_value=0.0 if part is None else part.value,
        kept=_NONE if part is None else part.offices,
        value=None if best is None else 0.0 if found is None else found.value,
        bound=None if best is None else _ceiling(graph, best, found),
        spent=None if best is None or found is None else found.cents,
        chosen=_NONE if best is None or found is None else found.offices,
        best=links,
    )


def _part(graph: PlanningGraph, found: Found) -> Part | None:
    """Return what was found; None where nothing was."""
    if found.value is None:
        return None
    reached = graph.terminal_office[graph.problem.head[found.arcs]]
    offices = np.sort(reached[reached >= 0]).astype(np.int32)
    return Part(found.value, int(graph.problem.cost[found.arcs].sum()), offices)


def _ceiling(graph: PlanningGraph, best: Found, known: Part | None) -> float:
    """Return what no plan exceeds: what the search has proven, at least what is known."""
    if known is None and best.result.status == Status.INFEASIBLE:
        return 0.0
    bound = math.fsum(graph.problem.prize) if best.bound is None else best.bound
    return bound if known is None else max(bound, known.value)


def plan_money(study: Study, options: LinkOptions) -> NDArray[np.int64]:
    """Return what the whole plan costs at the prices of some options, (4,) cents."""
    tree = study.tree
    rung = tree.mast_rung(options)
    places = np.flatnonzero(rung != NO_MAST)
    at_office = np.flatnonzero(options.places.office >= 0)
    entering = np.full(len(study.inputs.offices), -1, dtype=np.int64)
    entering[options.places.office[at_office]] = tree.entering[at_office]
    own = office_money(options, office_transit(options, tree, entering, study.gains))
    money: NDArray[np.int64] = (
        options.money[tree.option].sum(axis=0)
        + options.money[tree.spare.option].sum(axis=0)
        + options.mast_money[places, rung[places]].sum(axis=0)
        + own.sum(axis=0)
    )
    return money


def _of_plan(graph: PlanningGraph, choice: Choice) -> NDArray[np.bool_]:
    """Return which arcs belong to the plan: its links, the masts wherever they stand, and its offices."""
    direction = np.full(int(graph.arc_option.max(initial=0)) + 1, -1, dtype=np.int8)
    direction[choice.option] = choice.reversed
    office = graph.terminal_office[graph.problem.head]
    inside = (office < 0) | choice.connected[office]
    links = graph.arc_option != NO_OPTION
    inside[links] = direction[graph.arc_option[links]] == graph.arc_reversed[links]
    return inside
