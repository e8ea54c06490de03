"""Branch and cut for what fixing leaves over: the exact end of the search.

Directed cuts are found as the relaxation needs them; the budget, and flows where capacities can bind, stand in the
model. After T. Koch, A. Martin (1998), I. Ljubić et al., "An algorithmic framework for the exact solution of the
prize-collecting Steiner tree problem", Mathematical Programming 105 (2006), and M. Sinnl, I. Ljubić, "A node-based
layered graph approach for the Steiner tree problem with revenues, budget and hop-constraints", Mathematical Programming
Computation 8 (2016). Linear programs and branching are SCIP's.
"""

from __future__ import annotations

import math
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from pyscipopt import SCIP_HEURTIMING, SCIP_PARAMSETTING, SCIP_RESULT, Conshdlr, Heur, Model, quicksum

from planner.solver.cuts import CutList, find_cuts, new_cut_list
from planner.solver.tree import OUTSIDE, preorder, tree_of_arcs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from planner.solver.graph import Graph

TOLERANCE = 0.01
"""Violation from which a cut is worth a row."""
NESTED = 1
CUTS_PER_ROUND = 100
BUDGET_UNITS = 1_000.0
"""What the budget counts in the model: keeps its coefficients near those of the other rows."""
MARGIN = 1e-6
"""Relative tolerance of the linear programs, by which their ceiling is raised."""
POLL_S = 0.1


@dataclass(frozen=True)
class Outcome:
    """What branch and cut found.

    Attributes
    ----------
    ceiling
        No plan of the graph that is worth the target or more is worth more than this; −inf if there is none.
    complete
        Whether the search ended by itself.
    """

    ceiling: float
    complete: bool


@dataclass(frozen=True)
class Watch:
    """How the search is watched while it runs.

    Attributes
    ----------
    stopped
        Whether it shall end; asked several times a second, from another thread.
    seconds_left
        Time until it has to end.
    node_limit
        Nodes of the tree after which it ends, −1 for no limit.
    note_ceiling
        Told the falling ceiling.
    propose
        Returns a tree within the budget that follows the ``(m,)`` values of the arcs in a relaxation, None if it finds
        none better than it had.
    note_plan
        Told the trees that the branching finds.
    """

    stopped: Callable[[], bool]
    seconds_left: float
    node_limit: int
    note_ceiling: Callable[[float], None]
    propose: Callable[[NDArray[np.float64]], NDArray[np.int32] | None]
    note_plan: Callable[[NDArray[np.int32]], None]


class Program:
    """The model of one graph.

    Attributes
    ----------
    arc
        Variables of the arcs: whether the plan holds them.
    node
        Variables of the nodes with a prize: whether the plan reaches them, by node.
    flow
        Variables of the flows between clusters, and ``flow_of`` ``(m,)`` the one that each arc carries, −1 if none.
    """

    def __init__(self, graph: Graph, budget: int) -> None:
        self.graph = graph
        self.budget = budget
        self.model = Model()
        self.model.setMaximize()
        self.arc = [self.model.addVar(vtype="B") for _ in range(graph.n_arcs)]
        self.prized = np.flatnonzero(graph.prize[1:] > 0).astype(np.int32) + 1
        self.node = {int(v): self.model.addVar(vtype="B", obj=float(graph.prize[v])) for v in self.prized}
        for variable in self.node.values():
            self.model.chgVarBranchPriority(variable, 1)
        self.flow: list[Any] = []
        self.flow_of = np.full(graph.n_arcs, -1)
        self._add_degrees()
        self._add_places()
        if graph.capacitated:
            self._add_flows()
        money = graph.cost * (BUDGET_UNITS / max(budget, 1))
        self.model.addCons(self.sum_of(np.flatnonzero(money), money) <= BUDGET_UNITS)

    def sum_of(self, arcs: NDArray[np.integer[Any]], weight: NDArray[np.float64] | None = None) -> Any:
        """Return the (weighted) sum of the variables of some arcs."""
        if weight is None:
            return quicksum(self.arc[a] for a in arcs)
        return quicksum(float(weight[a]) * self.arc[a] for a in arcs)

    def _add_degrees(self) -> None:
        """One arc enters what is reached; what has no prize is left again."""
        graph = self.graph
        for v in range(1, graph.n_nodes):
            entering = np.arange(graph.in_start[v], graph.in_start[v + 1])
            if v in self.node:
                self.model.addCons(self.sum_of(entering) == self.node[v])
            elif entering.size:
                leaving = graph.out_arcs[graph.out_start[v] : graph.out_start[v + 1]]
                self.model.addCons(self.sum_of(entering) <= self.sum_of(leaving))
                self.model.addCons(self.sum_of(entering) <= 1)

    def _add_places(self) -> None:
        """One arc from elsewhere enters a place."""
        graph = self.graph
        crossing = graph.place[graph.tail] != graph.place[graph.head]
        for p in range(graph.place_start.size - 1):
            nodes = graph.place_nodes[graph.place_start[p] : graph.place_start[p + 1]]
            entering = np.concatenate([np.arange(graph.in_start[v], graph.in_start[v + 1]) for v in nodes])
            entering = entering[crossing[entering]]
            if nodes.size > 1 and entering.size > 1:
                self.model.addCons(self.sum_of(entering) <= 1)

    def _add_flows(self) -> None:
        """What is drawn flows in from the root; the arcs between two clusters carry at most their capacity.

        A cluster is a place whose own arcs carry everything, else a single node: either is entered by one arc, so that
        the flow into it is the load of that arc.
        """
        graph = self.graph
        inside = graph.place[graph.tail] == graph.place[graph.head]
        narrow = np.zeros(graph.place_start.size - 1, np.bool_)
        narrow[graph.place[graph.head[inside & np.isfinite(graph.capacity)]]] = True
        cluster = np.where(narrow[graph.place], narrow.size + np.arange(graph.n_nodes), graph.place)
        whole = float(graph.demand[self.prized].sum() + graph.demand[graph.prize == 0].sum())
        tail, head = cluster[graph.tail], cluster[graph.head]
        between = np.flatnonzero(tail != head)
        pairs, self.flow_of[between] = np.unique(
            np.column_stack([tail[between], head[between]]), axis=0, return_inverse=True
        )
        self.flow = [self.model.addVar(vtype="C", lb=0.0) for _ in pairs]
        room = np.minimum(graph.capacity, whole)
        order = between[np.argsort(self.flow_of[between], kind="stable")]
        for arcs in np.split(order, np.flatnonzero(np.diff(self.flow_of[order])) + 1):
            self.model.addCons(self.flow[self.flow_of[arcs[0]]] <= self.sum_of(arcs, room))
        balance: dict[int, list[Any]] = {}
        for i, (p, q) in enumerate(pairs.tolist()):
            balance.setdefault(q, []).append(self.flow[i])
            balance.setdefault(p, []).append(-1.0 * self.flow[i])
        drawn: dict[int, list[Any]] = {}
        for v in range(1, graph.n_nodes):
            if graph.demand[v] > 0:
                reached = self.node.get(v)
                if reached is None:
                    reached = self.sum_of(np.arange(graph.in_start[v], graph.in_start[v + 1]))
                drawn.setdefault(int(cluster[v]), []).append(float(graph.demand[v]) * reached)
        for c, terms in balance.items():
            if c != cluster[0]:
                self.model.addCons(quicksum(terms) == quicksum(drawn.get(c, [])))

    def read_tree(self, value: NDArray[np.float64]) -> NDArray[np.int32]:
        """Return the tree of the arcs of value 1 that hang together from the root."""
        return tree_of_arcs(self.graph, np.flatnonzero(value > 0.5).astype(np.int32))

    def loads(self, tree: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return ``(n,)``: what the arc into each node of the tree carries."""
        load = np.where(tree == OUTSIDE, 0.0, self.graph.demand)
        for v in preorder(tree, self.graph.tail)[:0:-1]:
            load[self.graph.tail[tree[v]]] += load[v]
        return load

    def keeps_limits(self, tree: NDArray[np.int32]) -> bool:
        """Whether a tree is within the budget and no arc of it carries too much."""
        held = tree[tree >= 0]
        fits = self.loads(tree)[self.graph.head[held]] <= self.graph.capacity[held]
        return bool(self.graph.cost[held].sum() <= self.budget and fits.all())

    def values_of(self, tree: NDArray[np.int32]) -> Iterator[tuple[Any, float]]:
        """Return the variables that are not 0 in a plan, with their values."""
        load = self.loads(tree)
        flow = np.zeros(len(self.flow))
        for v in preorder(tree, self.graph.tail)[1:]:
            a = tree[v]
            yield self.arc[a], 1.0
            if v in self.node:
                yield self.node[int(v)], 1.0
            if self.flow_of[a] >= 0:
                flow[self.flow_of[a]] += load[v]
        for i in np.flatnonzero(flow):
            yield self.flow[i], float(flow[i])


class Connectivity(Conshdlr):  # type: ignore[misc]
    """What the rows do not say: the plan hangs together, and keeps within the money to the cent."""

    def __init__(self, program: Program, first_cuts: CutList, watch: Watch) -> None:
        self.program = program
        self.watch = watch
        self.waiting: CutList | None = first_cuts
        self.arc: list[Any] = []
        self.node: dict[int, Any] = {}

    def consinitsol(self, _constraints: Sequence[Any]) -> None:
        """Look up the variables that the linear programs work with."""
        self.arc = [self.model.getTransformedVar(variable) for variable in self.program.arc]
        self.node = {v: self.model.getTransformedVar(variable) for v, variable in self.program.node.items()}

    def arc_values(self) -> NDArray[np.float64]:
        """Return the ``(m,)`` values of the arcs in the linear program's solution."""
        return np.array([variable.getLPSol() for variable in self.arc])

    def conssepalp(self, _constraints: Sequence[Any], _n_useful: int) -> dict[str, Any]:
        """Add cuts that the linear program's solution violates."""
        self.watch.note_ceiling(self.model.getDualbound())
        if self.waiting is not None:
            cuts, self.waiting = self.waiting, None
        else:
            cuts = self.find(self.arc_values(), TOLERANCE, NESTED)
        return {"result": self.add(cuts, SCIP_RESULT.DIDNOTFIND)}

    def consenfolp(self, _constraints: Sequence[Any], _n_useful: int, _infeasible: bool) -> dict[str, Any]:
        """Cut off a whole-numbered solution that is no plan."""
        value = self.arc_values()
        result = self.add(self.find(value, 0.5, 1), SCIP_RESULT.FEASIBLE)
        if result == SCIP_RESULT.FEASIBLE:
            tree = self.program.read_tree(value)
            if not self.program.keeps_limits(tree):
                held = tree[tree >= 0]
                return {"result": self.add_row(held, -1.0, None, 1.0 - held.size)}
        return {"result": result}

    def consenfops(
        self, _constraints: Sequence[Any], _n_useful: int, _infeasible: bool, _objective_infeasible: bool
    ) -> dict[str, Any]:
        """Ask for the linear program: nothing can be said without."""
        return {"result": SCIP_RESULT.SOLVELP}

    def conscheck(self, _constraints: Sequence[Any], solution: Any, *_how: bool) -> dict[str, Any]:
        """Say whether a whole-numbered solution is a plan; tell it."""
        program = self.program
        value = np.array([self.model.getSolVal(solution, variable) for variable in program.arc])
        tree = program.read_tree(value)
        wanted = [v for v, variable in program.node.items() if self.model.getSolVal(solution, variable) > 0.5]
        if (tree[wanted] < 0).any() or not program.keeps_limits(tree):
            return {"result": SCIP_RESULT.INFEASIBLE}
        self.watch.note_plan(tree)
        return {"result": SCIP_RESULT.FEASIBLE}

    def conslock(self, _constraint: Any, _lock_type: int, n_positive: int, n_negative: int) -> None:
        """Taking an arc away or reaching one more node can break a cut."""
        for variable in self.program.arc:
            self.model.addVarLocks(variable, n_positive, n_negative)
        for variable in self.program.node.values():
            self.model.addVarLocks(variable, n_negative, n_positive)

    def find(self, value: NDArray[np.float64], tolerance: float, nested: int) -> CutList:
        """Return directed cuts that arc values violate."""
        graph, prized = self.program.graph, self.program.prized
        reached = np.bincount(graph.head, value, graph.n_nodes)
        targets = prized[np.argsort(-reached[prized], kind="stable")]
        cuts = new_cut_list(CUTS_PER_ROUND, CUTS_PER_ROUND * graph.n_arcs)
        find_cuts(graph, value, reached, targets[reached[targets] > tolerance], tolerance, nested, cuts)
        return cuts

    def add(self, cuts: CutList, none: int) -> int:
        """Add a row for each cut; return what SCIP has to know, ``none`` if there is no cut."""
        result = none
        for i in range(cuts.count[0]):
            row = self.add_row(cuts.of(i), 1.0, int(cuts.target[i]), 0.0)
            result = row if result != SCIP_RESULT.CUTOFF else result
        return result

    def add_row(self, arcs: NDArray[np.int32], weight: float, target: int | None, least: float) -> int:
        """Add the row weight · Σ arcs − target ≥ least."""
        row = self.model.createEmptyRowUnspec(lhs=least, rhs=None, local=False, removable=True)
        self.model.cacheRowExtensions(row)
        for a in arcs:
            self.model.addVarToRow(row, self.arc[a], weight)
        if target is not None:
            self.model.addVarToRow(row, self.node[target], -1.0)
        self.model.flushRowExtensions(row)
        impossible = self.model.addCut(row, forcecut=True)
        self.model.addPoolCut(row)
        self.model.releaseRow(row)
        return int(SCIP_RESULT.CUTOFF if impossible else SCIP_RESULT.SEPARATED)


class FollowRelaxation(Heur):  # type: ignore[misc]
    """Lets the growing of plans follow the linear program; less and less often while that brings nothing."""

    def __init__(self, program: Program, connectivity: Connectivity, watch: Watch) -> None:
        self.program = program
        self.connectivity = connectivity
        self.watch = watch
        self.pause = 1.0
        self.calls_left = 0.0

    def heurexec(self, _timing: int, _node_infeasible: bool) -> dict[str, Any]:
        """Propose a plan to SCIP."""
        self.calls_left -= 1
        if self.calls_left > 0 or self.model.getLPSolstat() != 1:
            return {"result": SCIP_RESULT.DIDNOTRUN}
        tree = self.watch.propose(self.connectivity.arc_values())
        self.pause = 1.5 * self.pause if tree is None else 1.0
        self.calls_left = self.pause
        if tree is None:
            return {"result": SCIP_RESULT.DIDNOTFIND}
        solution = self.model.createSol(self)
        for variable, value in self.program.values_of(tree):
            self.model.setSolVal(solution, variable, value)
        accepted = self.model.trySol(solution, printreason=False)
        return {"result": SCIP_RESULT.FOUNDSOL if accepted else SCIP_RESULT.DIDNOTFIND}


def branch_and_cut(graph: Graph, budget: int, target: float, first_cuts: CutList, watch: Watch) -> Outcome:
    """Search the plans of a graph that are worth at least ``target``.

    Parameters
    ----------
    target
        What a plan has to be worth; above 0.
    first_cuts
        Cuts to start from.
    """
    program = Program(graph, budget)
    model = program.model
    connectivity = Connectivity(program, first_cuts, watch)
    model.includeConshdlr(
        connectivity,
        "connectivity",
        "the plan hangs together",
        sepapriority=1_000,
        enfopriority=-10,
        chckpriority=-10,
        sepafreq=1,
        propfreq=-1,
        eagerfreq=-1,
        needscons=False,
    )
    timing = SCIP_HEURTIMING.DURINGLPLOOP | SCIP_HEURTIMING.AFTERLPNODE
    model.includeHeur(
        FollowRelaxation(program, connectivity, watch), "follow", "plans along the relaxation", "F", timingmask=timing
    )
    constant = float(graph.prize[0])
    set_up(model, watch)
    model.setObjlimit(target - constant)
    with interrupting(model, watch.stopped):
        model.optimizeNogil()
    status = model.getStatus()
    ceiling = model.getDualbound() + constant
    if status == "infeasible":
        ceiling = -math.inf
    return Outcome(ceiling, status in ("optimal", "infeasible"))
