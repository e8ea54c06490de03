"""One budget in place of many rows: the surrogate of the Lagrangian.

Rows Σ c_k x ≤ B_k weighed by λ_k ≥ 0 add up to one budget that every plan keeps which keeps them all; floors
Σ w_g y ≥ F_g weighed by μ_g ≥ 0 add to the prizes what every plan then has. So every ceiling of the surrogate is one of
the problem, and all that is known of one budget serves: F. Glover, "Surrogate constraints", Operations Research 16
(1968). The weights are searched by their ceiling: what a tree grown at these weights takes too much of becomes dearer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.bound import price_out, round_up
from planner.solver.desk import Guide, new_desk
from planner.solver.graph import build_graph
from planner.solver.grow import grow_everywhere
from planner.solver.patterns import pattern_search
from planner.solver.problem import MAX_MONEY
from planner.solver.terms import Terms, terms_of
from planner.solver.tree import preorder, prune

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from planner.solver.bound import Pricing
    from planner.solver.graph import Graph
    from planner.solver.problem import Problem

ROUNDS = 40
"""Weights that are tried."""
PATTERNS, PATTERN_WORK = 600, 30_000_000
"""Ceilings at which the weights are settled, at most, and arcs that these look at in all."""
PROOF = 1e-6
"""By which part of what the floors are worth a ceiling has to lie below all plans to be a proof that there is none."""
FARTHEST = 25.0
"""How far the logarithms go from where they begin: a weight that much smaller counts for nothing."""
FIRST_STEP, LAST_STEP = 1.0, 0.1
"""Steps of the logarithm of a weight, for a row that is used twice over."""
COUNTED = 2.0**-40
"""Prize, as a share of all, of a node that has none of its own but counts for a rule: it has to be worth reaching."""
LONG_WAY = 100
"""Dearest arcs that the way to a required node costs at most, by this guess."""
COST_UNITS = 2.0**50
"""What all costs of the surrogate add up to."""
MARGIN = 2.0**-40
"""Relative margin for the sums that are rounded."""


@dataclass(frozen=True)
class Surrogate:
    """The problem with one budget, and what its values say of those asked for.

    Attributes
    ----------
    problem
        Rules stay with it; its cost, budget and prize are those of the weighed rows.
    shift
        A plan that keeps all rules and is worth v is worth at least v + ``shift`` here.
    slopes
        What one more cent of the budget asked for, and one more of each further limit, adds to the budget here.
    """

    problem: Problem
    shift: float
    slopes: tuple[float, ...]


def stand_in(problem: Problem, stopped: Callable[[], bool]) -> Surrogate:
    """Return the surrogate of a problem: itself where there is nothing but its budget."""
    if not problem.rules.any:
        return Surrogate(problem, 0.0, (1.0,))
    counted, shift = with_counted_prizes(problem)
    rules = problem.rules
    if not rules.limits and not rules.floors:
        return Surrogate(counted, shift, (1.0,))
    money, merit = search_weights(counted, shift - problem.cost_weight * float(problem.cost.sum()), stopped)
    weight = np.array([floor.weight for floor in rules.floors]).reshape(-1, problem.n_nodes)
    prize = counted.prize + merit @ weight
    shift += float(merit @ np.array([floor.least for floor in rules.floors])) * (1.0 - MARGIN)
    if not rules.limits:
        return Surrogate(replace(counted, prize=prize), shift, (1.0,))
    cost, budget, unit = blend(problem, money)
    if problem.cost_weight > 0.0:  # the rows are priced like the cost, and none is left
        spared = round_up(unit * budget, unit * budget)
        blended = replace(counted, cost=cost, budget=MAX_MONEY, prize=prize, cost_weight=unit)
        return Surrogate(blended, shift - spared, (0.0,) * len(money))
    weighed = replace(counted, cost=cost, budget=budget, prize=prize)
    return Surrogate(weighed, shift, tuple((money / unit).tolist()))


def with_counted_prizes(problem: Problem) -> tuple[Problem, float]:
    """Return the problem with prizes for all that rules count, and what every plan that keeps them has of these.

    A required node gets more than all prizes together and than what it costs to reach it, so that plans without it are
    of no use.
    """
    rules, total = problem.rules, math.fsum(problem.prize)
    little = (total or 1.0) * COUNTED
    counts = np.zeros(problem.n_nodes, np.bool_)
    for floor in rules.floors:
        counts |= floor.weight > 0
    for group in rules.held:
        counts[problem.head[group]] = True
    prize = np.where(counts & (problem.prize == 0), little, problem.prize)
    required = np.setdiff1d(rules.required, [0])
    most = problem.cost_weight * float(problem.cost.max(initial=0)) * min(problem.n_nodes, LONG_WAY)
    bonus = 2.0 ** math.frexp(2.0 * (math.fsum(prize) + 1.0 + most))[1]
    prize[required] += bonus
    return replace(problem, prize=prize), bonus * required.size


def blend(problem: Problem, money: NDArray[np.float64]) -> tuple[NDArray[np.int64], int, float]:
    """Return the weighed sum of the limits in whole units, costs rounded down and the budget up, and the unit."""
    rows = [problem.cost, *(limit.cost for limit in problem.rules.limits)]
    most = [problem.budget, *(limit.most for limit in problem.rules.limits)]
    sums = problem.cost_weight * problem.cost
    for factor, row in zip(money.tolist(), rows, strict=True):
        sums += factor * row
    if not sums.any():
        return np.zeros(problem.n_arcs, np.int64), MAX_MONEY, 1.0
    unit = math.fsum(sums) / COST_UNITS
    budget = math.fsum(factor * bound for factor, bound in zip(money.tolist(), most, strict=True)) / unit
    cost = np.floor(sums / unit * (1.0 - MARGIN)).astype(np.int64)
    return cost, min(math.ceil(budget * (1.0 + MARGIN)), MAX_MONEY), unit


def search_weights(
    problem: Problem, worst: float, stopped: Callable[[], bool]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the weights of limits and floors with the lowest ceiling found: benefit per unit of each.

    Every plan is worth ``worst`` at least: a ceiling below it is a proof that there is none, and the search ends.
    """
    graph = build_graph(problem, None)
    terms = terms_of(problem, graph)
    total = math.fsum(graph.prize)
    if graph.n_arcs == 0 or total == 0:
        return np.eye(1, terms.most.size)[0], np.zeros(terms.least.size)
    money = total / (3.0 * terms.most.size * np.maximum(terms.most, 1.0))
    reachable = terms.weight.sum(axis=1)
    distance = graph.from_root(graph.cost.astype(np.float64))
    apart = graph.cost_weight * (terms.weight @ np.where(np.isfinite(distance), distance, 0.0))
    merit = (0.1 * total / max(terms.least.size, 1) + apart) / np.where(reachable > 0, reachable, np.inf)
    best, best_weights = math.inf, (money, merit)
    for turn in range(ROUNDS):
        ceiling, used, got = evaluate(graph, terms, money, merit, stopped)
        if ceiling < best:
            best, best_weights = ceiling, (money, merit)
        if best < worst - PROOF * float(merit @ terms.least):
            return best_weights
        if stopped():
            break
        step = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** (turn / ROUNDS)
        money = money * np.exp(step * np.clip(used / np.maximum(terms.most, 1.0) - 1.0, -1.0, 1.0))
        merit = merit * np.exp(step * np.clip(1.0 - got / np.maximum(terms.least, 1e-300), -1.0, 1.0))
    return settle_weights(graph, terms, best_weights, worst, stopped)


def settle_weights(
    graph: Graph,
    terms: Terms,
    weights: tuple[NDArray[np.float64], NDArray[np.float64]],
    worst: float,
    stopped: Callable[[], bool],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return better weights near those found: their logarithms are searched by the ceiling alone."""
    split = terms.most.size
    begin = np.log(np.maximum(np.concatenate(weights), np.finfo(float).tiny))

    def ceiling(logarithms: NDArray[np.float64]) -> float:
        if np.abs(logarithms - begin).max() > FARTHEST:
            return math.inf
        values = np.exp(logarithms)
        return price_rows(graph, terms, values[:split], values[split:], stopped)[0]

    def over(logarithms: NDArray[np.float64], lowest: float) -> bool:
        return stopped() or lowest < worst - PROOF * float(np.exp(logarithms[split:]) @ terms.least)

    settled = np.exp(pattern_search(ceiling, begin, min(PATTERNS, PATTERN_WORK // graph.n_arcs), over))
    return settled[:split], settled[split:]


def price_rows(
    graph: Graph,
    terms: Terms,
    money: NDArray[np.float64],
    merit: NDArray[np.float64],
    stopped: Callable[[], bool],
) -> tuple[float, Graph, Pricing]:
    """Return the ceiling at weights, the graph of the weighed rows with a price of 1, and its pricing."""
    priced = money @ terms.spend + graph.cost_weight * terms.spend[0]
    unit = max(math.fsum(priced), np.finfo(float).tiny) / COST_UNITS
    blended = graph._replace(
        cost=(priced / unit).astype(np.int64), prize=graph.prize + merit @ terms.weight, cost_weight=0.0
    )
    pricing = price_out(blended, unit, stopped=stopped)
    return pricing.intercept + float(money @ terms.most) - float(merit @ terms.least), blended, pricing


def evaluate(
    graph: Graph,
    terms: Terms,
    money: NDArray[np.float64],
    merit: NDArray[np.float64],
    stopped: Callable[[], bool],
) -> tuple[float, NDArray[np.int64], NDArray[np.float64]]:
    """Return the ceiling at weights, and what a tree grown at them takes of the limits and has of the floors."""
    ceiling, blended, pricing = price_rows(graph, terms, money, merit, stopped)
    unit = pricing.price
    guide = Guide(unit, 0.3, pricing.reduced, 0.0, np.uint64(1), 1.5, 0.0, 1.0, 0.0)
    tree = grow_everywhere(blended, new_desk(blended), guide)
    order = preorder(tree, graph.tail)
    work = np.empty(graph.n_nodes), np.empty(graph.n_nodes)
    _, _, left = prune(blended, tree, order, order.size, unit, *work)
    nodes = order[:left]
    return ceiling, terms.spend[:, tree[nodes[1:]]].sum(axis=1), terms.weight[:, nodes].sum(axis=1)
