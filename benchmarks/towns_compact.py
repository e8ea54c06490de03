"""A strong compact model of a problem without capacities and hop limit, solved by HiGHS or SCIP as they come.

One binary a directed arc of the mast-expanded graph and one unit of flow to each terminal that is taken; in-degree at
most 1 per node and per place, an arc leaves only what is entered from elsewhere, flow balance, one budget row.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.math_opt.python import mathopt
from pyscipopt import Model, quicksum

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner.solver import Problem


@dataclass
class CompactModel:
    """Maximise Σ worth · x over binaries x, one an arc, and flows, one an arc, of at most ``units``, under rows.

    Attributes
    ----------
    worth : list of float
        Per arc.
    units : float
    rows : list
        ``(terms, least, most)``: Σ factor · column between the two; columns are arcs, then flows.
    """

    worth: list[float]
    units: float
    rows: list[tuple[list[tuple[int, float]], float, float]] = field(default_factory=list)

    @property
    def n_arcs(self) -> int:
        """Number of binaries, and of flows."""
        return len(self.worth)

    def add(self, terms: Iterable[tuple[int, float]], least: float, most: float) -> None:
        """Add a row."""
        self.rows.append((list(terms), least, most))


def build_model(problem: Problem) -> CompactModel:
    """Return the compact model of a problem, whose capacities and hop limit it leaves out."""
    m = problem.n_arcs
    wanted = problem.prize > 0
    wanted[0] = False
    model = CompactModel(
        np.where(wanted[problem.head], problem.prize[problem.head], 0.0).tolist(), float(np.count_nonzero(wanted))
    )
    into: list[list[int]] = [[] for _node in range(problem.n_nodes)]
    out: list[list[int]] = [[] for _node in range(problem.n_nodes)]
    entering: dict[int, list[int]] = {}
    for arc in range(m):
        tail, head = int(problem.tail[arc]), int(problem.head[arc])
        into[head].append(arc)
        out[tail].append(arc)
        if problem.place[tail] != problem.place[head]:
            entering.setdefault(int(problem.place[head]), []).append(arc)
        model.add([(m + arc, 1.0), (arc, -model.units)], -np.inf, 0.0)
    for node in range(1, problem.n_nodes):
        model.add([(arc, 1.0) for arc in into[node]], -np.inf, 1.0)
        for arc in out[node]:
            back = [(other, -1.0) for other in into[node] if problem.tail[other] != problem.head[arc]]
            model.add([(arc, 1.0), *back], -np.inf, 0.0)
        taken = [(arc, -1.0) for arc in into[node]] if wanted[node] else []
        flow = [(m + arc, 1.0) for arc in into[node]] + [(m + arc, -1.0) for arc in out[node]]
        model.add([*flow, *taken], 0.0, 0.0)
    for arcs in entering.values():
        model.add([(arc, 1.0) for arc in arcs], -np.inf, 1.0)
    paid = np.flatnonzero(problem.cost)
    model.add(
        zip(paid.tolist(), problem.cost[paid].astype(float).tolist(), strict=True), -np.inf, float(problem.budget)
    )
    return model


def solve_with_highs(problem: Problem, *, gap: float, time_limit_s: float) -> dict[str, Any]:
    """Return value, bound and seconds of HiGHS (through OR-Tools MathOpt) on the compact model."""
    compact = build_model(problem)
    model = mathopt.Model()
    columns = [model.add_binary_variable() for _arc in compact.worth]
    columns += [model.add_variable(lb=0.0, ub=compact.units) for _arc in compact.worth]
    for terms, least, most in compact.rows:
        total = mathopt.fast_sum([factor * columns[column] for column, factor in terms])
        model.add_linear_constraint(expr=total, lb=least, ub=most)
    model.maximize(
        mathopt.fast_sum([worth * columns[arc] for arc, worth in enumerate(compact.worth) if worth])
        + float(problem.prize[0])
    )
    parameters = mathopt.SolveParameters(
        relative_gap_tolerance=gap, time_limit=timedelta(seconds=time_limit_s), enable_output=False
    )
    begun = time.monotonic()
    result = mathopt.solve(model, mathopt.SolverType.HIGHS, params=parameters)
    bounds = result.termination.objective_bounds
    return {"value": bounds.primal_bound, "bound": bounds.dual_bound, "seconds": time.monotonic() - begun}


def solve_with_scip(problem: Problem, *, gap: float, time_limit_s: float) -> dict[str, Any]:
    """Return value, bound and seconds of SCIP (through PySCIPOpt) on the compact model."""
    compact = build_model(problem)
    model = Model()
    model.hideOutput()
    columns = [model.addVar(vtype="B", obj=worth) for worth in compact.worth]
    columns += [model.addVar(lb=0.0, ub=compact.units) for _arc in compact.worth]
    for terms, least, most in compact.rows:
        if not terms:
            continue
        total = quicksum(factor * columns[column] for column, factor in terms)
        model.addCons(total == most if least == most else total <= most)
    model.setMaximize()
    model.setParam("limits/gap", gap)
    model.setParam("limits/time", time_limit_s)
    begun = time.monotonic()
    model.optimize()
    root = float(problem.prize[0])
    return {
        "value": model.getPrimalbound() + root,
        "bound": model.getDualbound() + root,
        "seconds": time.monotonic() - begun,
    }


PEERS = {"highs": solve_with_highs, "scip": solve_with_scip}
