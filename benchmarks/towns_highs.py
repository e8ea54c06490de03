"""A strong compact model for HiGHS, through OR-Tools MathOpt: in-degree, flow balance, mast levels."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from planner.solver import Problem


def solve_with_highs(problem: Problem, *, gap: float, time_limit_s: float) -> dict[str, Any]:
    """Return value, bound and seconds of HiGHS on the compact model of an uncapacitated problem.

    One binary a directed arc of the mast-expanded graph, in-degree at most 1 per place, an arc leaves only what is
    entered, and one unit of flow to each terminal that is taken.
    """
    model = mathopt.Model()
    arcs = range(problem.n_arcs)
    x = [model.add_binary_variable() for _arc in arcs]
    wanted = np.flatnonzero(problem.prize > 0)
    units = float(len(wanted))
    flow = [model.add_variable(lb=0.0, ub=units) for _arc in arcs]
    into: list[list[int]] = [[] for _node in range(problem.n_nodes)]
    out: list[list[int]] = [[] for _node in range(problem.n_nodes)]
    entering: dict[int, list[int]] = {}
    for arc in arcs:
        tail, head = int(problem.tail[arc]), int(problem.head[arc])
        into[head].append(arc)
        out[tail].append(arc)
        if problem.place[tail] != problem.place[head]:
            entering.setdefault(int(problem.place[head]), []).append(arc)
        model.add_linear_constraint(flow[arc] <= units * x[arc])
    for node in range(1, problem.n_nodes):
        taken = mathopt.fast_sum([x[arc] for arc in into[node]])
        model.add_linear_constraint(taken <= 1)
        for arc in out[node]:
            back = [x[other] for other in into[node] if problem.tail[other] != problem.head[arc]]
            model.add_linear_constraint(x[arc] <= mathopt.fast_sum(back))
        balance = mathopt.fast_sum([flow[arc] for arc in into[node]]) - mathopt.fast_sum(
            [flow[arc] for arc in out[node]]
        )
        model.add_linear_constraint(balance == (taken if problem.prize[node] > 0 else 0.0))
    for arcs_in in entering.values():
        model.add_linear_constraint(mathopt.fast_sum([x[arc] for arc in arcs_in]) <= 1)
    spent = mathopt.fast_sum([float(problem.cost[arc]) * x[arc] for arc in arcs if problem.cost[arc] > 0])
    model.add_linear_constraint(spent <= float(problem.budget))
    model.maximize(mathopt.fast_sum([float(problem.prize[node]) * x[arc] for node in wanted for arc in into[node]]))
    parameters = mathopt.SolveParameters(
        relative_gap_tolerance=gap, time_limit=timedelta(seconds=time_limit_s), enable_output=False
    )
    begun = time.monotonic()
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    bounds = result.termination.objective_bounds
    return {"value": bounds.primal_bound, "bound": bounds.dual_bound, "seconds": time.monotonic() - begun}
