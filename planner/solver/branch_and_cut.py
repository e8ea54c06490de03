"""Branch and cut for what fixing leaves over: the exact end of the search.

Degrees, places and the budget stand in the program; directed cuts and capacity cuts are found as the relaxation needs
them. After T. Koch, A. Martin (1998), I. Ljubić et al., "An algorithmic framework for the exact solution of the
prize-collecting Steiner tree problem", Mathematical Programming 105 (2006), and M. Sinnl, I. Ljubić, "A node-based
layered graph approach for the Steiner tree problem with revenues, budget and hop-constraints", Mathematical Programming
Computation 8 (2016). Linear programs and branching are SCIP's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyscipopt import SCIP_HEURTIMING, SCIP_PARAMSETTING, SCIP_RESULT, Conshdlr, Heur, Model

from planner.solver.cuts import CutList, find_balances, find_cuts, join, new_cut_list
from planner.solver.folding import Folding, count_own, fold
from planner.solver.program import BUDGET_UNITS, MARGIN, Program
from planner.solver.relaxation import TIGHT, Relaxation, Row, balance, rows_of, tie
from planner.solver.room_cuts import find_room_cuts
from planner.solver.tree import OUTSIDE
from planner.solver.watch import guarded, interrupting, numerical_troubles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.problem import Problem
    from planner.solver.watch import Watch

TOLERANCE = 0.01
"""Violation from which a cut is worth a row."""
OVERLOAD = 1e-4
"""Violation from which a capacity cut takes away a whole-numbered solution."""
CUTS_PER_ROUND, ROOM_CUTS_PER_ROUND = 100, 25
"""Rows that are added at once; capacity cuts have many coefficients, and those of sets that overlap say the same."""
FIRST, SECOND = 3, 2
"""Priorities in branching, above the 1 of the offices."""
ROWS_AGE = 3
"""Linear programs after which a row that does not bind leaves; capacity cuts come back when they are needed."""
NOTHING = 0
"""No result of SCIP's: nothing was added."""
SOLVED = 1
"""SCIP's state of a linear program that is solved to its optimum."""
MUCH_UNFOLDED, MANY_UNFOLDED = 2.5, 6_000
"""Arcs of a layered graph, for each of the problem's and all together, above which the program has one variable for
each of the problem's."""


@dataclass(frozen=True)
class Outcome:
    """What branch and cut found.

    Attributes
    ----------
    ceiling
        No plan of the graph that is worth the target or more is worth more than this; −inf if there is none.
    complete
        Whether the search ended by itself.
    relaxation
        What the root has proven; None if that was not asked for, or its linear program not solved.
    """

    ceiling: float
    complete: bool
    relaxation: Relaxation | None = None


class Solved(NamedTuple):
    """A linear program's value, the reduced costs of its arcs, and the values of arcs and nodes in its solution."""

    value: float
    reduced: NDArray[np.float64]
    arc_value: NDArray[np.float64]
    node_value: NDArray[np.float64]


class Connectivity(Conshdlr):
    """What the rows do not say: the plan hangs together, and keeps within the money to the cent."""

    def __init__(self, program: Program, first_rows: list[Row], watch: Watch, folding: Folding | None = None) -> None:
        self.program = program
        self.watch = watch
        self.folding = folding
        self.waiting = first_rows
        self.rows: list[Row] = []
        self.scale = 1.0
        self.root: Solved | None = None
        self.relaxing = False
        self.arc: list[Any] = []
        self.node: dict[int, Any] = {}
        self.told = -math.inf

    def consinitsol(self, _constraints: Sequence[Any]) -> None:
        """Look up the variables that the linear programs work with."""
        self.arc = [self.model.getTransformedVar(variable) for variable in self.program.arc]
        self.node = {v: self.model.getTransformedVar(variable) for v, variable in self.program.node.items()}
        variables = [*self.program.arc, *self.program.node.values()]
        most = max(variables, key=lambda variable: abs(variable.getObj()), default=None)
        if most is not None and most.getObj() != 0.0:  # SCIP counts values in units of its own
            self.scale = abs(self.model.getTransformedVar(most).getObj() / most.getObj())

    def arc_values(self) -> NDArray[np.float64]:
        """Return the ``(m,)`` values of the arcs in the linear program's solution."""
        return np.array([variable.getLPSol() for variable in self.arc])

    def conssepalp(self, _constraints: Sequence[Any], _n_useful: int) -> dict[str, Any]:
        """Add cuts that the linear program's solution violates."""
        if self.program.asked is not None:
            self.tell_plan()
            self.watch.note_ceiling(self.program.ceiling())
            if self.watch.proven():
                self.model.interruptSolve()
                return {"result": SCIP_RESULT.DIDNOTRUN}
        value = self.arc_values()
        if self.waiting:
            rows, self.waiting = self.waiting, []
            return {"result": self.add_rows(rows)}
        result = self.add_room_cuts(value, TOLERANCE)
        if result != SCIP_RESULT.CUTOFF:
            result = self.add_balances(value) or self.add(self.find(value, TOLERANCE)) or result
        return {"result": result or SCIP_RESULT.DIDNOTFIND}

    def consenfolp(self, _constraints: Sequence[Any], _n_useful: int, _infeasible: bool) -> dict[str, Any]:
        """Cut off a whole-numbered solution that is no plan."""
        value = self.arc_values()
        result = self.add(self.find(value, 0.5))
        if result != NOTHING:
            return {"result": result}
        tree = self.program.read_tree(value)
        if self.program.keeps_limits(tree):
            return {"result": SCIP_RESULT.FEASIBLE}
        loose = np.flatnonzero((value > 0.5) & (tree[self.program.graph.head] == OUTSIDE))
        if loose.size:
            return {"result": self.add_tie(tree, int(loose[0]))}
        result = self.add_room_cuts(value, OVERLOAD)
        return {"result": self.add_other_arcs(tree) if result == NOTHING else result}

    def consenfops(
        self, _constraints: Sequence[Any], _n_useful: int, _infeasible: bool, _objective_infeasible: bool
    ) -> dict[str, Any]:
        """Ask for the linear program: nothing can be said without."""
        return {"result": SCIP_RESULT.SOLVELP}

    def conscheck(self, _constraints: Sequence[Any], solution: Any, *_how: bool) -> dict[str, Any]:
        """Say whether a whole-numbered solution is a plan."""
        program = self.program
        value = np.array([self.model.getSolVal(solution, variable) for variable in program.arc])
        tree = program.read_tree(value)
        wanted = [v for v, variable in program.node.items() if self.model.getSolVal(solution, variable) > 0.5]
        whole = (tree[wanted] >= 0).all() and program.keeps_limits(tree)
        whole = whole and (self.folding is None or self.folding.holds(tree))
        return {"result": SCIP_RESULT.FEASIBLE if whole else SCIP_RESULT.INFEASIBLE}

    def conslock(self, _constraint: Any, _lock_type: int, n_positive: int, n_negative: int) -> None:
        """Say that taking an arc away or reaching one more node can break a cut, one more arc the budget."""
        for variable in self.program.arc:
            self.model.addVarLocks(variable, n_positive + n_negative, n_positive + n_negative)
        for variable in self.program.node.values():
            self.model.addVarLocks(variable, n_negative, n_positive)

    def tell_plan(self) -> None:
        """Tell the best plan found so far, once."""
        if self.model.getNSols() > 0 and self.model.getPrimalbound() != self.told:
            self.told = self.model.getPrimalbound()
            best = self.model.getBestSol()
            self.watch.note_plan(
                self.program.read_tree(
                    np.array([self.model.getSolVal(best, variable) for variable in self.program.arc])
                )
            )

    def speaks_of_root(self) -> bool:
        """Whether the search is at its root, and what it proves there will be asked for."""
        graph = self.program.graph
        wanted = self.relaxing and self.folding is None and not graph.capacitated and not graph.layered
        return wanted and self.model.getDepth() == 0

    def note_root(self) -> None:
        """Take down the linear program, if it is the root's: its value, solution and reduced costs."""
        if not self.speaks_of_root():
            return
        value = self.arc_values()
        node_value = np.zeros(self.program.graph.n_nodes)
        for v, variable in self.node.items():
            node_value[v] = variable.getLPSol()
        gain = -np.array([self.model.getVarRedcost(variable) for variable in self.arc]) / self.scale
        # The value of the program counts an arc that every plan holds already.
        gain[[variable.getLbLocal() > 0.5 for variable in self.arc]] = 0.0
        self.root = Solved(self.program.value_of(value, node_value), np.maximum(gain, 0.0), value, node_value)

    def relaxation(self, floor: float) -> Relaxation | None:
        """Return what the root has proven of the plans worth more than ``floor``."""
        if self.root is None:
            return None
        root = self.root
        rows = [row for row in self.rows if row.slack(root.arc_value, root.node_value) <= TIGHT]
        return Relaxation(self.program.graph, floor, self.program.rounded_up(root.value), root.reduced, rows)

    def find(self, value: NDArray[np.float64], tolerance: float) -> CutList:
        """Return directed cuts that arc values violate."""
        graph, prized = self.program.graph, self.program.prized
        reached = np.asarray(np.bincount(graph.head, value, graph.n_nodes), np.float64)
        targets = prized[np.argsort(-reached[prized], kind="stable")]
        targets = targets[reached[targets] > tolerance]
        cuts = new_cut_list(CUTS_PER_ROUND, CUTS_PER_ROUND * graph.n_arcs)
        find_cuts(graph, value, reached, targets, tolerance, cuts)
        if self.folding is not None and int(cuts.size[0]) == 0:
            return join(cuts, self.folding.find_cuts(value, reached, targets, tolerance, CUTS_PER_ROUND))
        return cuts

    def add_balances(self, value: NDArray[np.float64]) -> int:
        """Add rows that let an arc be used only as its tail is entered from elsewhere; return what SCIP has to know."""
        graph = self.program.graph
        return self.add_rows([balance(graph, a) for a in find_balances(graph, value, TOLERANCE).tolist()])

    def add(self, cuts: CutList) -> int:
        """Add a row for each directed cut; return what SCIP has to know, `NOTHING` if there is no cut."""
        return self.add_rows(rows_of(cuts))

    def add_room_cuts(self, value: NDArray[np.float64], tolerance: float) -> int:
        """Add violated capacity cuts; return what SCIP has to know, `NOTHING` if there is none."""
        graph = self.program.graph
        if not graph.capacitated:
            return NOTHING
        reached = np.zeros(graph.n_nodes)
        prized = self.program.prized
        reached[prized] = np.bincount(graph.head, value, graph.n_nodes)[prized]
        cuts = find_room_cuts(graph, value, reached, tolerance, ROOM_CUTS_PER_ROUND)
        return self.add_rows([Row(cut.arcs, cut.room, cut.nodes, cut.drawn, cut.least) for cut in cuts])

    def add_tie(self, tree: NDArray[np.int32], arc: int) -> int:
        """Add the row that an arc which hangs from nothing needs one that leaves the tree."""
        graph = self.program.graph
        leaving = (tree[graph.tail] != OUTSIDE) & (tree[graph.head] == OUTSIDE)
        return self.add_rows([tie(np.flatnonzero(leaving), arc)])

    def add_other_arcs(self, tree: NDArray[np.int32]) -> int:
        """Add the row that takes away a tree: not all of its arcs, or, where rules ask for more, another one too."""
        held = np.zeros(self.program.graph.n_arcs, np.bool_)
        held[tree[tree >= 0]] = True
        size = int(np.count_nonzero(held))
        asked = self.program.asked
        arcs = np.flatnonzero(held) if asked is None or not asked.rules.any else np.arange(held.size)
        weight = np.where(held[arcs], -1.0, 1.0)
        return self.add_rows([Row(arcs.astype(np.int32), weight, arcs[:0].astype(np.int32), np.empty(0), 1.0 - size)])

    def add_rows(self, rows: list[Row]) -> int:
        """Add rows; return what SCIP has to know, `NOTHING` if there are none."""
        result = NOTHING
        for row in rows:
            result = worse(result, self.add_row(row))
        return result

    def add_row(self, asked: Row) -> int:
        """Add one row; return what SCIP has to know."""
        row = self.model.createEmptyRowUnspec(lhs=asked.least, rhs=None, local=False, removable=True)
        self.model.cacheRowExtensions(row)
        for a, factor in zip(asked.arcs.tolist(), asked.weight.tolist(), strict=True):
            self.model.addVarToRow(row, self.arc[a], factor)
        for v, factor in zip(asked.nodes.tolist(), asked.drawn.tolist(), strict=True):
            self.model.addVarToRow(row, self.node[v], -factor)
        self.model.flushRowExtensions(row)
        impossible = self.model.addCut(row, forcecut=True)
        self.model.addPoolCut(row)
        self.model.releaseRow(row)
        if self.speaks_of_root():
            self.rows.append(asked)
        return int(SCIP_RESULT.CUTOFF if impossible else SCIP_RESULT.SEPARATED)


def worse(result: int, other: int) -> int:
    """Return what SCIP has to know of two rows."""
    return result if result == SCIP_RESULT.CUTOFF else other


class FollowRelaxation(Heur):
    """Lets the growing of plans follow the linear program; less and less often while that brings nothing."""

    def __init__(self, program: Program, connectivity: Connectivity, watch: Watch) -> None:
        self.program = program
        self.connectivity = connectivity
        self.watch = watch
        self.pause = 1.0
        self.calls_left = 0.0

    def heurexec(self, _timing: int, _node_infeasible: bool) -> dict[str, Any]:
        """Propose a plan to SCIP."""
        if self.model.getLPSolstat() != SOLVED:
            return {"result": SCIP_RESULT.DIDNOTRUN}
        self.connectivity.note_root()
        self.calls_left -= 1
        if self.calls_left > 0:
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


def branch_and_cut(
    graph: Graph,
    asked: Problem,
    floor: float,
    required: NDArray[np.bool_],
    first_cuts: CutList,
    watch: Watch,
    first_rows: Sequence[Row] = (),
    *,
    relaxing: bool = False,
) -> Outcome:
    """Search the plans of a graph that keep budget and rules and are worth more than ``floor``.

    Parameters
    ----------
    asked
        Whose prizes are earned and whose rules are kept.
    required
        ``(n,)``: nodes that the plans have to hold.
    first_cuts, first_rows
        Cuts and other rows to start from; the latter where a node has no copies.
    relaxing
        Whether what the root has proven is asked for.
    """
    folding = fold(graph) if worth_folding(graph) else None
    if folding is not None:
        first_cuts, watch = folding.fold_cuts(first_cuts), folded_watch(watch, folding)
        graph, required = folding.plain, folding.fold_nodes(required)
    errors: list[BaseException] = []
    watch = guarded(watch, errors)
    program = Program(graph, asked.budget, required, asked)
    if not program.possible:
        return Outcome(-math.inf, True)
    model = program.model
    connectivity = include_connectivity(program, [*first_rows, *rows_of(first_cuts)], watch, folding)
    connectivity.relaxing = relaxing
    if graph.cost_weight > 0.0 and not graph.capacitated and not graph.layered:
        # cuts of cheapest trees often leave the value for some rounds, and close the gap once there are enough of them
        model.setParam("separating/maxstallroundsroot", -1)
    timing = SCIP_HEURTIMING.DURINGLPLOOP | SCIP_HEURTIMING.AFTERLPNODE
    follow = FollowRelaxation(program, connectivity, watch)
    model.includeHeur(follow, "follow", "plans along the relaxation", "F", timingmask=timing)
    model.setObjlimit(floor - program.constant)
    optimize(connectivity, errors)
    status = model.getStatus()
    best = model.getPrimalbound() + program.constant if model.getNSols() else -math.inf
    if status == "infeasible" or (status == "optimal" and best <= floor):  # it keeps solutions below the limit too
        return Outcome(-math.inf, True)
    return Outcome(program.ceiling(), status == "optimal", connectivity.relaxation(max(floor, best)))


def find_within(graph: Graph, budget: int, required: NDArray[np.bool_], first_cuts: CutList, watch: Watch) -> bool:
    """Look for a plan within the budget that holds what is required, and note it; False if there is none, proven.

    What costs at least as much as the budget in the linear programs is given up only beyond their tolerance.
    """
    folding = fold(graph) if worth_folding(graph) else None
    if folding is not None:
        first_cuts, watch = folding.fold_cuts(first_cuts), folded_watch(watch, folding)
        graph, required = folding.plain, folding.fold_nodes(required)
    errors: list[BaseException] = []
    watch = guarded(watch, errors)
    program = Program(graph, budget, required, None)
    model = program.model
    connectivity = include_connectivity(program, rows_of(first_cuts), watch, folding)
    model.setObjlimit(BUDGET_UNITS * (1.0 + MARGIN))
    model.setParam("limits/solutions", 1)
    model.setHeuristics(SCIP_PARAMSETTING.OFF)
    optimize(connectivity, errors)
    return model.getStatus() != "infeasible"


def worth_folding(graph: Graph) -> bool:
    """Whether a program with one variable per arc of the problem is so much smaller that it may be weaker."""
    return graph.layered and graph.n_arcs > min(MUCH_UNFOLDED * count_own(graph), MANY_UNFOLDED)


def folded_watch(watch: Watch, folding: Folding) -> Watch:
    """Return the watch of a program on the plain graph of a folding."""

    def propose(value: NDArray[np.float64]) -> NDArray[np.int32] | None:
        tree = watch.propose(folding.spread(value))
        return None if tree is None else folding.fold_tree(tree)

    return replace(watch, propose=propose, note_plan=lambda tree: watch.note_plan(folding.unfold_tree(tree)))


def include_connectivity(
    program: Program, first_rows: list[Row], watch: Watch, folding: Folding | None = None
) -> Connectivity:
    """Give the model its parameters and what its rows do not say."""
    connectivity = Connectivity(program, first_rows, watch, folding)
    program.model.includeConshdlr(
        connectivity,
        "connectivity",
        "the plan hangs together",
        sepapriority=1_000,
        enfopriority=-10,  # after integrality
        chckpriority=-2_000_000,  # after the rows
        sepafreq=1,
        propfreq=-1,
        eagerfreq=-1,
        needscons=False,
    )
    set_up(program.model, watch)
    if program.graph.capacitated:
        branch_near_the_root(program)
    return connectivity


def branch_near_the_root(program: Program) -> None:
    """Let SCIP decide on sources first, then on what leaves them, then on the rest; without its own rows and dives.

    How many links feed an area is what linear programs with capacities leave open longest. Rounded capacity cuts see
    it; rows that SCIP derives from the budget and the degrees take longer than they save.
    """
    graph, model = program.graph, program.model
    onwards = graph.prize[graph.head] == 0
    sources = (graph.tail == 0) & onwards
    leaving = np.isin(graph.tail, graph.head[sources]) & onwards & (graph.cost > 0)
    for priority, arcs in ((FIRST, sources), (SECOND, leaving)):
        for a in np.flatnonzero(arcs):
            model.chgVarBranchPriority(program.arc[a], priority)
    for name in ("constraints/linear/sepafreq", "separating/aggregation/freq", "separating/gomory/freq"):
        model.setParam(name, -1)
    model.setParam("lp/rowagelimit", ROWS_AGE)
    model.setHeuristics(SCIP_PARAMSETTING.OFF)


def optimize(connectivity: Connectivity, errors: list[BaseException]) -> None:
    """Let SCIP run until it ends or is stopped, tell its plan; raise what was raised meanwhile."""
    model = connectivity.program.model
    with interrupting(model, connectivity.watch.stopped), numerical_troubles():
        model.optimizeNogil()
    connectivity.tell_plan()
    if errors:
        raise errors[0]


def set_up(model: Model, watch: Watch) -> None:
    """Set SCIP's parameters: silent, no reductions of its own, limits."""
    model.hideOutput()
    model.setPresolve(SCIP_PARAMSETTING.OFF)
    model.setParam("misc/usesymmetry", 0)
    model.setParam("misc/catchctrlc", False)
    model.setParam("limits/time", max(watch.seconds_left, 0.01))
    model.setParam("limits/nodes", watch.node_limit)
