"""Recombining: the best plan that can be put together from branches of the trees that the search has stood at.

Where links can be filled, one region at a time is not enough: what a branch may hold depends on what its neighbours
hold, and a better plan often has some branches of one tree and some of another. So branches are kept, and those worth
most within the budget that share no place are chosen by an integer program: the set packing of vehicle routing, where
routes stand for branches (Y. Rochat, E. D. Taillard, "Probabilistic diversification and intensification in local search
for vehicle routing", Journal of Heuristics 1 (1995)).

The *trunk* of a tree are the arcs that nothing can fill, from the root as far as they hang together; a *branch* is what
hangs from the trunk by an arc that can be filled. A branch carries what its arcs can, wherever else the plan leads.
Arcs of the trunk are chosen one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from pyscipopt import SCIP_PARAMSETTING, Model, quicksum

from planner.solver.grow import grow_everywhere
from planner.solver.improve import draw_guide
from planner.solver.program import BUDGET_UNITS
from planner.solver.tree import find_arcs, find_whole, preorder, tree_of_arcs
from planner.solver.watch import interrupting, numerical_troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from planner.solver.graph import Graph
    from planner.solver.search import Search

    Ints = NDArray[np.integer[Any]]

CHUNKS = 10
"""Chunks of local search between two recombinations."""
MOST_ARCS = 200_000
"""Arcs of a graph whose plans are put together; those of larger ones have more branches than are kept."""
MOST_BRANCHES, MOST_TRUNK = 2_000, 5_000
"""Branches and arcs of trunks kept: those that stood in a tree last."""
NODES, OFFERED_NODES = 100, 20
"""Nodes of branch and bound: what these do not find is rarely worth more. The latter with branches that were offered,
most of which no tree has held: there cuts and dives find more than as many nodes as take their time."""


class Parts(NamedTuple):
    """What a plan can be put together from: arcs of the trunk, then branches.

    Attributes
    ----------
    arcs
        All their arcs in a row, the first arc of each part being the one that it hangs by.
    start
        ``(k + 1,)``: where each part begins.
    trunk
        How many of the parts are single arcs of the trunk.
    """

    arcs: Ints
    start: Ints
    trunk: int

    @property
    def part(self) -> Ints:
        """The part that each of the arcs belongs to."""
        return np.repeat(np.arange(self.start.size - 1), np.diff(self.start))

    def value(self, graph: Graph) -> NDArray[np.float64]:
        """Return the ``(k,)`` values of the parts: their prizes less what their cost takes from a plan's value."""
        gain = graph.prize[graph.head[self.arcs]] - graph.cost_weight * graph.cost[self.arcs]
        return self.sums(gain)

    def cost(self, graph: Graph) -> NDArray[np.float64]:
        """Return the ``(k,)`` costs of the parts in cents."""
        return self.sums(graph.cost[self.arcs])

    def sums(self, amount: NDArray[Any]) -> NDArray[np.float64]:
        """Return the ``(k,)`` sums of amounts of the arcs over the parts."""
        total = np.zeros(self.start.size - 1)
        np.add.at(total, self.part, amount)
        return total


class Recombination:
    """Branches of trees of one search, and the choice among them.

    Arcs are kept by their numbers in the graph that was built first. What is left of the graph later leaves out only
    what no better plan holds, and so do the branches with such arcs.
    """

    def __init__(self) -> None:
        self.branches: dict[bytes, NDArray[np.int32]] = {}
        self.offered: list[NDArray[np.int32]] = []
        self.trunk: dict[int, None] = {}
        self.turns = 0

    def take(self, graph: Graph, tree: NDArray[np.int32]) -> None:
        """Keep the branches of a tree that carries no more than it can."""
        branch_of: dict[int, list[int]] = {}
        endless = np.isinf(graph.capacity)
        for v in preorder(tree, graph.tail)[1:].tolist():
            a = int(tree[v])
            u = int(graph.tail[a])
            if u in branch_of:
                branch_of[v] = branch_of[u]
                branch_of[v].append(a)
            elif endless[a]:
                self.trunk.pop(int(graph.number[a]), None)
                self.trunk[int(graph.number[a])] = None
            else:
                branch_of[v] = [a]
        for arcs in {id(arcs): arcs for arcs in branch_of.values()}.values():
            numbers = graph.number[arcs]
            key = np.sort(numbers).tobytes()
            self.branches.pop(key, None)
            self.branches[key] = numbers
        for key in list(self.branches)[:-MOST_BRANCHES]:
            del self.branches[key]
        for number in list(self.trunk)[:-MOST_TRUNK]:
            del self.trunk[number]

    def offer(self, graph: Graph, trunk: Ints, branches: Iterable[Ints]) -> None:
        """Take branches and arcs of trunks that no tree has held yet, instead of those offered before."""
        self.trunk.update(dict.fromkeys(graph.number[trunk].tolist()))
        self.offered = [graph.number[arcs] for arcs in branches]

    def combine(
        self,
        graph: Graph,
        budget: int,
        floor: float,
        stopped: Callable[[], bool],
        *,
        offered: bool = False,
    ) -> NDArray[np.int32] | None:
        """Return a tree within the budget of branches kept that is worth more than ``floor``; None if none is found.

        Parameters
        ----------
        offered
            Whether branches count that were offered.
        """
        parts = self.parts(graph, offered)
        worth, cost = parts.value(graph), parts.cost(graph)
        model = Model()
        model.hideOutput()
        model.setParam("misc/catchctrlc", False)
        if offered:
            model.setParam("limits/nodes", OFFERED_NODES)
            model.setParam("separating/maxroundsroot", 5)
        else:
            # The linear program is nearly whole: cuts and dives take five times as long and find no more.
            model.setParam("limits/nodes", NODES)
            model.setPresolve(SCIP_PARAMSETTING.FAST)
            model.setSeparating(SCIP_PARAMSETTING.OFF)
            model.setHeuristics(SCIP_PARAMSETTING.OFF)
        taken = [model.addVar(vtype="B", obj=each) for each in worth.tolist()]
        model.setMaximize()
        for row in apart(graph, parts):
            model.addCons(quicksum(taken[i] for i in row) <= 1.0)
        for row, from_above in hanging(graph, parts):
            model.addCons(quicksum(taken[i] for i in row) <= quicksum(taken[i] for i in from_above))
        add_depths(model, graph, parts, taken)
        unit = BUDGET_UNITS / max(budget, 1)
        model.addCons(
            quicksum(unit * each * one for each, one in zip(cost.tolist(), taken, strict=True)) <= unit * budget
        )
        model.setObjlimit(floor - float(graph.prize[0]))
        with numerical_troubles(), interrupting(model, stopped):
            model.optimizeNogil()  # the thread that interrupts it has to run
        best = model.getBestSol() if model.getNSols() > 0 else None
        if best is None:
            return None
        chosen = np.array([best[one] > 0.5 for one in taken], np.bool_)
        tree = tree_of_arcs(graph, parts.arcs[chosen[parts.part]].astype(np.int32))
        held = tree[tree >= 0]
        value = graph.prize[0] + (graph.prize[graph.head[held]] - graph.cost_weight * graph.cost[held]).sum()
        return tree if value > floor and graph.cost[held].sum() <= budget else None

    def take_turn(self, search: Search) -> None:
        """Keep the branches of the tree that a search stands at; every so often, go on from what is put together.

        Where that brings no better plan, rules considered, the search goes on from a tree grown anew: its branches will
        be others.
        """
        graph = search.graph
        if not 0 < graph.n_arcs <= MOST_ARCS:
            return
        self.take(graph, search.tree)
        self.turns += 1
        if self.turns % CHUNKS:
            return
        if search.value is not None:
            self.take(graph, search.tree_of_plan(search.plan))
        floor = search.least if search.value is None else search.value + search.shift
        tree = self.combine(graph, search.problem.budget, floor, search.stopped)
        before = search.value
        if tree is not None:
            search.note_plan(graph, tree)
        if tree is not None and search.value != before:
            search.tree = tree
        elif not search.stopped():
            guide = draw_guide(search.guide.price, search.guide.reduced, search.dice)
            guide = guide._replace(salt=np.uint64(guide.salt))  # plain ints would be of two types, small and large
            search.tree = grow_everywhere(graph, search.desk, guide)

    def parts(self, graph: Graph, offered: bool) -> Parts:
        """Return what a graph has left of the trunk and of the branches, the cheapest of branches that do the same."""
        trunk = find_arcs(graph, np.fromiter(self.trunk, np.int32))
        cheapest: dict[tuple[int, bytes], tuple[int, Ints]] = {}
        for arcs in find_whole(graph, [*self.branches.values(), *(self.offered if offered else ())]):
            key = int(graph.tail[arcs[0]]), np.sort(graph.head[arcs]).tobytes()
            cost = int(graph.cost[arcs].sum())
            if key not in cheapest or cost < cheapest[key][0]:
                cheapest[key] = cost, arcs
        branches = [arcs for _cost, arcs in cheapest.values()]
        sizes = np.array([1] * trunk.size + [arcs.size for arcs in branches], np.int64)
        return Parts(np.concatenate([trunk, *branches]), np.append(0, np.cumsum(sizes)), trunk.size)


def apart(graph: Graph, parts: Parts) -> Iterator[list[int]]:
    """Yield lists of parts of which a plan has one at most: they enter the same node or the same place."""
    tail, head = graph.tail[parts.arcs], graph.head[parts.arcs]
    outside = graph.place[tail] != graph.place[head]
    key = np.append(head, graph.n_nodes + graph.place[head[outside]])
    yield from (row for row in distinct(key, np.append(parts.part, parts.part[outside])) if len(row) > 1)


def hanging(graph: Graph, parts: Parts) -> Iterator[tuple[list[int], list[int]]]:
    """Yield lists of parts, of which a plan has one at most, with the arcs of the trunk of which it then has one.

    Branches from one node that enter the same place, or the same node of its own place, are such a list; an arc of the
    trunk is one by itself, and its own way back does not count as what it hangs from.
    """
    tail, head = graph.tail[parts.arcs], graph.head[parts.arcs]
    into: dict[int, list[int]] = {}
    for i in range(parts.trunk):
        into.setdefault(int(head[i]), []).append(i)
    for i in range(parts.trunk):
        if tail[i] != 0:
            yield [i], [j for j in into.get(int(tail[i]), []) if tail[j] != head[i]]
    first = tail[parts.start[parts.part]]
    outside = graph.place[tail] != graph.place[head]
    branch = (outside | (tail == first)) & (first != 0) & (parts.part >= parts.trunk)
    reached = np.where(outside, graph.n_nodes + graph.place[head], head)[branch]
    key = first[branch].astype(np.int64) * (graph.n_nodes + graph.place_start.size) + reached
    for row in distinct(key, parts.part[branch]):
        yield row, into.get(int(first[parts.start[row[0]]]), [])


def add_depths(model: Model, graph: Graph, parts: Parts, taken: list[Any]) -> None:
    """Let no arcs of the trunk hang from each other in a circle: each leads one deeper (C. E. Miller and others, 1960).

    Rows are needed only where the arcs of the trunk have circles, and for those alone.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415 - plans are put together only where links can be filled
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    tail, head = graph.tail[parts.arcs[: parts.trunk]], graph.head[parts.arcs[: parts.trunk]]
    links = csr_array((np.ones(parts.trunk), (tail, head)), shape=(graph.n_nodes, graph.n_nodes))
    _count, circle = connected_components(links, directed=True, connection="strong")
    size = np.bincount(circle)
    depth: dict[int, Any] = {}
    for i in np.flatnonzero((circle[tail] == circle[head]) & (size[circle[head]] > 2)).tolist():
        most = float(size[circle[head[i]]])
        above, below = int(tail[i]), int(head[i])
        for v in (above, below):
            if v not in depth:
                depth[v] = model.addVar(ub=most)
        model.addCons(depth[below] >= depth[above] + 1.0 - (most + 1.0) * (1.0 - taken[i]))


def distinct(key: Ints, part: Ints) -> Iterable[list[int]]:
    """Return the lists of parts of each key, each list once."""
    order = np.lexsort((part, key))
    cuts = np.flatnonzero(np.diff(key[order])) + 1
    rows = {tuple(dict.fromkeys(row.tolist())) for row in np.split(part[order], cuts) if row.size}
    return [list(row) for row in sorted(rows)]
