"""A smaller graph with the same cheapest tree: what no such tree needs goes, what every such tree needs is joined.

For the classical problem on sparse undirected graphs, such as roads. One after the other, until nothing more gives way:

- nodes of degree one and two that need not be reached go; a wanted node of degree one is joined to its neighbour;
- an edge goes where a walk round it has no piece between wanted nodes that costs as much (special distance: Duin and
  Volgenant, Networks 19, 1989);
- a node of degree three or four goes where its neighbours are joined no more dearly without it, leaving edges between
  them (the same, for nodes);
- the cheapest edge of a wanted node is taken where all others cost more than it and the way on to another wanted node
  (nearest vertex: the same; Polzin and Vahdati Daneshmand, Discrete Applied Mathematics 112, 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from planner.solver.problem import Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_EDGES, MOST_PER_NODE = 50_000, 3
"""Beyond, the tests would take longer than they spare."""
MOST_SEEN = 300
"""Nodes that one search looks at."""
FEWEST_TINES, MOST_TINES = 3, 4
"""Edges of the forks that are looked at."""

_Made = int | tuple["_Made", "_Made"]
"""An edge of the problem, or two edges of which one was made."""
_Graph = dict[int, dict[int, tuple[int, _Made]]]
_Tines = list[tuple[int, tuple[int, _Made]]]


@dataclass(frozen=True)
class Shrunk:
    """A smaller problem and the way back.

    Attributes
    ----------
    problem : Problem
        Its node 0 stands for the root; None where a single node is left.
    wanted : (n,) bool
    cost : int
        Of what every cheapest tree of the original holds.
    """

    problem: Problem | None
    wanted: NDArray[np.bool_]
    cost: int
    _original: Problem
    _taken: tuple[_Made, ...]
    _made: tuple[_Made, ...]

    def arcs_of(self, arcs: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the arborescence of the original that a tree of the smaller problem stands for, parents first."""
        pending = [*self._taken, *(self._made[arc % len(self._made)] for arc in arcs.tolist())]
        edges: set[int] = set()
        while pending:
            made = pending.pop()
            if isinstance(made, int):
                edges.add(made)
            else:
                pending += made
        return _arborescence(self._original, sorted(edges))


def shrink(problem: Problem, wanted: NDArray[np.bool_]) -> Shrunk | None:
    """Return a smaller problem with a cheapest tree of the same cost; None where the tests do not apply.

    They apply where every arc has its opposite at the same cost, neither capacities, places, hops nor rules are in the
    way, and the graph is sparse.
    """
    edges = _edges_of(problem)
    if edges is None:
        return None
    graph: _Graph = {node: {} for node in range(problem.n_nodes)}
    for edge in edges.tolist():
        _join(graph, int(problem.tail[edge]), int(problem.head[edge]), int(problem.cost[edge]), edge)
    goals = {0, *np.flatnonzero(wanted).tolist()}
    if not goals <= _reached(graph):
        return None
    work = _Shrinking(graph, goals)
    work.run()
    return work.result(problem)


def _reached(graph: _Graph) -> set[int]:
    reached, pending = {0}, [0]
    while pending:
        fresh = [node for node in graph[pending.pop()] if node not in reached]
        reached.update(fresh)
        pending += fresh
    return reached


def _edges_of(problem: Problem) -> NDArray[np.int64] | None:
    """Return one arc for each edge; None where the problem is another one, or too large."""
    proper = problem.tail != problem.head
    low, high = np.minimum(problem.tail, problem.head), np.maximum(problem.tail, problem.head)
    order = np.lexsort((problem.cost, problem.tail, high, low))
    order = order[proper[order]]
    forth, back = order[problem.tail[order] == low[order]], order[problem.tail[order] == high[order]]
    back = back[problem.head[back] != 0]

    def cheapest(arcs: NDArray[np.int64]) -> NDArray[np.int64]:
        first = np.r_[True, (np.diff(low[arcs]) != 0) | (np.diff(high[arcs]) != 0)][: len(arcs)]
        return np.asarray(arcs[first])

    forth, back = cheapest(forth), cheapest(back)
    inner = forth[low[forth] != 0]
    alike = len(inner) == len(back) and all(
        np.array_equal(column[inner], column[back]) for column in (low, high, problem.cost)
    )
    rules = problem.rules
    bare = not rules.any and rules.excluded.size == 0 and rules.forbidden.size == 0 and problem.hops is None
    free = bare and np.isinf(problem.capacity).all()
    apart = len(np.unique(problem.place)) == problem.n_nodes
    small = len(forth) <= min(MOST_EDGES, MOST_PER_NODE * problem.n_nodes)
    return forth if alike and free and apart and small else None


def _join(graph: _Graph, u: int, v: int, cost: int, made: _Made) -> None:
    """Lay an edge, unless there is one that costs no more."""
    if u != v and (v not in graph[u] or cost < graph[u][v][0]):
        graph[u][v] = graph[v][u] = (cost, made)


class _Shrinking:
    """The graph while it shrinks.

    ``goals`` are the nodes to reach, ``taken`` what is in the tree for certain.
    """

    def __init__(self, graph: _Graph, goals: set[int]) -> None:
        self.graph, self.goals = graph, goals
        self.taken: list[_Made] = []
        self.cost = 0

    def run(self) -> None:
        """Apply all tests until none changes anything."""
        todo = set(self.graph)
        while todo:
            self._trim(todo)
            changed: set[int] = set()
            for test in (self._drop_edges, self._drop_forks, self._take_nearest):
                changed |= test(todo | changed)
            # what changed lets what is near it give way
            todo = {near for node in changed & self.graph.keys() for near in (node, *self.graph[node])}

    def _trim(self, nodes: set[int]) -> None:
        """Remove nodes of degree one and two, and join wanted ones of degree one to their neighbours."""
        pending = list(nodes)
        while pending:
            node = pending.pop()
            around = self.graph.get(node)
            if around is None:
                continue
            if node not in self.goals and len(around) <= 2:
                ends = list(around.items())
                self._remove(node)
                if len(ends) == 2:
                    (a, (cost_a, made_a)), (b, (cost_b, made_b)) = ends
                    _join(self.graph, a, b, cost_a + cost_b, (made_a, made_b))
                pending += [end for end, _edge in ends]
            elif node in self.goals and len(around) == 1 and len(self.goals) > 1:
                (other,) = around
                pending.append(self._take(node, other))

    def _remove(self, node: int) -> None:
        for other in self.graph.pop(node):
            del self.graph[other][node]

    def _take(self, a: int, b: int) -> int:
        """Put an edge into the tree and make one node of its ends; return that."""
        cost, made = self.graph[a][b]
        self.cost += cost
        self.taken.append(made)
        keep, gone = (b, a) if a != 0 and (b == 0 or len(self.graph[b]) >= len(self.graph[a])) else (a, b)
        edges = [(other, *edge) for other, edge in self.graph[gone].items() if other != keep]
        self._remove(gone)
        for other, other_cost, other_made in edges:
            _join(self.graph, keep, other, other_cost, other_made)
        self.goals.discard(gone)
        self.goals.add(keep)
        return keep

    def _drop_edges(self, nodes: set[int]) -> set[int]:
        """Drop edges with a walk round them of which no piece costs more."""
        found = {(min(u, v), max(u, v)) for u in nodes & self.graph.keys() for v in self.graph[u]}
        changed: set[int] = set()
        for u, v in sorted(found, key=lambda edge: (-self.graph[edge[0]][edge[1]][0], edge)):
            edge = self.graph[u].pop(v)
            del self.graph[v][u]
            if self._special(u, {v}, edge[0]).get(v, edge[0] + 1) <= edge[0]:
                changed |= {u, v}
            else:
                self.graph[u][v] = self.graph[v][u] = edge
        self._trim(set(changed))
        return changed

    def _drop_forks(self, nodes: set[int]) -> set[int]:
        """Replace nodes of degree three or four whose neighbours are joined no more dearly without them."""
        changed: set[int] = set()
        for node in sorted(nodes):
            around = self.graph.get(node)
            if around is None or node in self.goals or not FEWEST_TINES <= len(around) <= MOST_TINES:
                continue
            tines = sorted(around.items())
            self._remove(node)
            apart = self._apart(tines)
            if _is_replaceable(tines, apart):
                for (x, (cost_x, made_x)), (y, (cost_y, made_y)) in combinations(tines, 2):
                    if apart.get((x, y), cost_x + cost_y + 1) > cost_x + cost_y:  # else a walk is no dearer
                        _join(self.graph, x, y, cost_x + cost_y, (made_x, made_y))
                changed |= {end for end, _edge in tines}
            else:
                self.graph[node] = {}
                for end, (cost, made) in tines:
                    _join(self.graph, node, end, cost, made)
        self._trim(set(changed))
        return changed

    def _apart(self, tines: _Tines) -> dict[tuple[int, int], int]:
        """Return the special distances between the ends of a fork, as far as they could matter."""
        limit = sum(cost for _end, (cost, _made) in tines)
        ends = [end for end, _edge in tines]
        found: dict[tuple[int, int], int] = {}
        for k, end in enumerate(ends[:-1]):
            found |= {(end, other): far for other, far in self._special(end, {*ends[k + 1 :]}, limit).items()}
        return found

    def _take_nearest(self, nodes: set[int]) -> set[int]:
        """Take the cheapest edge of wanted nodes where the others cost more than it and the way on."""
        changed: set[int] = set()
        for node in sorted(nodes & self.goals):
            around = self.graph.get(node)
            if node not in self.goals or around is None or len(around) < 2 or len(self.goals) < 2:
                continue
            (first, near), (second, _other) = sorted((cost, end) for end, (cost, _made) in around.items())[:2]
            if first <= second and self._on_to_goal(near, node, second - first):
                changed.add(self._take(node, near))
        self._trim(set(changed))
        return changed

    def _on_to_goal(self, origin: int, without: int, limit: int) -> bool:
        """Say whether a wanted node is within a cost of another node, not by way of a third."""
        best = {origin: 0}
        heap = [(0, origin)]
        done = {without}
        while heap and len(best) < MOST_SEEN:
            cost, here = heappop(heap)
            if here in done:
                continue
            if here in self.goals:
                return True
            done.add(here)
            for other, (step, _made) in self.graph[here].items():
                there = cost + step
                if there <= limit and other not in done and there < best.get(other, limit + 1):
                    best[other] = there
                    heappush(heap, (there, other))
        return False

    def _special(self, origin: int, aims: set[int], limit: int) -> dict[int, int]:
        """Return what the dearest piece of some walk to each aim costs, for aims where that is within the limit.

        Pieces run between wanted nodes, the origin and the aim. Of several walks to a node one is followed, so that the
        figures may be too large, never too small.
        """
        found: dict[int, int] = {}
        best = {origin: 0}
        heap = [(0, 0, origin)]  # the dearest piece with the present one, the present one, node
        done: set[int] = set()
        while heap and len(best) < MOST_SEEN and len(found) < len(aims):
            dearest, piece, here = heappop(heap)
            if here in done:
                continue
            done.add(here)
            if here in aims:
                found[here] = dearest
            start = 0 if here in self.goals else piece
            for other, (step, _made) in self.graph[here].items():
                there = max(dearest, start + step)
                if start + step <= limit and other not in done and there < best.get(other, limit + 1):
                    best[other] = there
                    heappush(heap, (there, start + step, other))
        return found

    def result(self, original: Problem) -> Shrunk:
        """Return what is left as a problem of its own."""
        nodes = [0, *sorted(self.graph.keys() - {0})] if len(self.goals) > 1 else [0]
        number = {node: k for k, node in enumerate(nodes)}
        edges = sorted(
            (number[u], number[v], *edge)
            for u in nodes
            for v, edge in self.graph[u].items()
            if number[u] < number.get(v, 0)
        )
        wanted = np.array([node in self.goals for node in nodes])
        wanted[0] = False
        tail, head = (np.array([edge[k] for edge in edges], dtype=np.int32) for k in (0, 1))
        small = None
        if edges:
            small = Problem(
                n_nodes=len(nodes),
                tail=np.concatenate([tail, head]),
                head=np.concatenate([head, tail]),
                cost=np.tile(np.array([edge[2] for edge in edges], dtype=np.int64), 2),
                capacity=np.full(2 * len(edges), np.inf),
                prize=np.zeros(len(nodes)),
                demand=np.zeros(len(nodes)),
                place=np.arange(len(nodes), dtype=np.int32),
                budget=0,
            )
        return Shrunk(small, wanted, self.cost, original, tuple(self.taken), tuple(edge[3] for edge in edges))


def _is_replaceable(tines: _Tines, apart: dict[tuple[int, int], int]) -> bool:
    """Say whether any three or more ends of a fork can be joined for no more than by way of the fork."""
    for size in range(FEWEST_TINES, len(tines) + 1):
        for some in combinations(tines, size):
            budget = sum(cost for _end, (cost, _made) in some)
            ends = {end for end, _edge in some}
            joined = {end: end for end in ends}
            for (x, y), far in sorted(apart.items(), key=lambda pair: (pair[1], pair[0])):
                if x in ends and y in ends and joined[x] != joined[y]:
                    gone, kept = joined[y], joined[x]
                    joined = {end: kept if group == gone else group for end, group in joined.items()}
                    budget -= far
            if budget < 0 or len(set(joined.values())) > 1:
                return False
    return True


def _arborescence(problem: Problem, edges: list[int]) -> NDArray[np.int32]:
    """Return arcs out of the root along a cheapest tree within some edges, each given by one of its arcs."""
    around: dict[int, list[tuple[int, int, int]]] = {}
    for edge in edges:
        u, v, cost = int(problem.tail[edge]), int(problem.head[edge]), int(problem.cost[edge])
        around.setdefault(u, []).append((cost, u, v))
        around.setdefault(v, []).append((cost, v, u))
    arc_of: dict[tuple[int, int], int] = {}
    for arc in np.argsort(-problem.cost, kind="stable").tolist():  # the cheapest of parallel arcs comes last
        arc_of[int(problem.tail[arc]), int(problem.head[arc])] = arc
    heap, reached, chosen = list(around.get(0, [])), {0}, []
    heap.sort()
    while heap:
        _cost, tail, head = heappop(heap)
        if head not in reached:
            reached.add(head)
            chosen.append(arc_of[tail, head])
            for edge_out in around[head]:
                heappush(heap, edge_out)
    return np.array(chosen, dtype=np.int32)
