"""Obviously right and slow: enumeration of all plans, and a checker that shares no code with the solver."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.solver import Problem


def make_problem(n_nodes, arcs, *, prize, demand=None, place=None, budget=0) -> Problem:
    """Build a problem from a list of (tail, head, cost, capacity)."""
    table = np.array(arcs, dtype=float).reshape(-1, 4)
    return Problem(
        n_nodes=n_nodes,
        tail=table[:, 0].astype(np.int32),
        head=table[:, 1].astype(np.int32),
        cost=table[:, 2].astype(np.int64),
        capacity=table[:, 3].copy(),
        prize=np.asarray(prize, dtype=float),
        demand=np.zeros(n_nodes) if demand is None else np.asarray(demand, dtype=float),
        place=np.arange(n_nodes, dtype=np.int32) if place is None else np.asarray(place, dtype=np.int32),
        budget=int(budget),
    )


def plan_errors(problem: Problem, chosen, *, budget=None) -> list[str]:
    """Return what is wrong with a plan given as arc numbers in topological order; an empty list if nothing is."""
    errors = []
    limit = problem.budget if budget is None else budget
    entered_by = {0: None}
    entries = {}
    for a in map(int, chosen):
        u, v = int(problem.tail[a]), int(problem.head[a])
        if u not in entered_by:
            errors.append(f"arc {a} leaves node {u} before anything enters it")
        if v in entered_by:
            errors.append(f"node {v} is entered twice")
        entered_by[v] = a
        if problem.place[u] != problem.place[v]:
            entries.setdefault(int(problem.place[v]), []).append(a)
    errors += [f"place {p} is entered by arcs {e}" for p, e in entries.items() if len(e) > 1]
    if sum(int(problem.cost[a]) for a in chosen) > limit:
        errors.append("over budget")
    load = dict.fromkeys(map(int, chosen), 0.0)
    for v in entered_by:
        u = v
        while u != 0 and u in entered_by:
            load[entered_by[u]] += float(problem.demand[v])
            u = int(problem.tail[entered_by[u]])
    errors += [
        f"arc {a} carries {x} of {problem.capacity[a]}" for a, x in load.items() if x > problem.capacity[a] + 1e-9
    ]
    useful = {v for v in entered_by if problem.prize[v] > 0}
    for v in list(useful):
        while v != 0:
            v = int(problem.tail[entered_by[v]])  # noqa: PLW2901
            useful.add(v)
    errors += [f"node {v} leads to no prize" for v in entered_by if v not in useful and v != 0]
    return errors


def plan_value(problem: Problem, chosen) -> float:
    """Return the sum of the prizes of the root and of the nodes that the arcs enter, less what their cost weighs."""
    spent = problem.cost_weight * sum(int(problem.cost[a]) for a in chosen)
    return math.fsum([float(problem.prize[0]), *(float(problem.prize[problem.head[a]]) for a in chosen), -spent])


@dataclass
class _Enumeration:
    problem: Problem
    out: list[list[int]]
    best_value: float = -1.0
    best_arcs: tuple[int, ...] = ()


def best_plan(problem: Problem) -> tuple[float, tuple[int, ...]]:
    """Return the optimum and a plan that has it, by trying every arborescence within the budget."""
    out = [[] for _ in range(problem.n_nodes)]
    for a in range(problem.n_arcs):
        if problem.tail[a] != problem.head[a] and problem.head[a] != 0:
            out[problem.tail[a]].append(a)
    search = _Enumeration(problem, out)
    _extend(search, [], {0: -1}, {}, frozenset(), out[0])
    return search.best_value, search.best_arcs


def _extend(search, chosen, parent, entries, excluded, boundary) -> None:
    """Try every way to go on: the first usable arc at the boundary is either taken or never taken."""
    problem = search.problem
    value = plan_value(problem, chosen)
    if value > search.best_value:
        search.best_value, search.best_arcs = value, tuple(chosen)
    usable = [a for a in boundary if a not in excluded and int(problem.head[a]) not in parent]
    hope = value + sum(float(problem.prize[v]) for v in range(1, problem.n_nodes) if v not in parent)
    if not usable or hope <= search.best_value:
        return
    a = usable[0]
    u, v = int(problem.tail[a]), int(problem.head[a])
    p = int(problem.place[v])
    crosses = problem.place[u] != problem.place[v]
    spent = sum(int(problem.cost[b]) for b in chosen) + int(problem.cost[a])
    if spent <= problem.budget and not (crosses and p in entries):
        longer, parents = [*chosen, a], {**parent, v: a}
        if _loads_fit(problem, longer, parents):
            _extend(
                search,
                longer,
                parents,
                {**entries, p: a} if crosses else entries,
                excluded,
                [*usable[1:], *search.out[v]],
            )
    _extend(search, chosen, parent, entries, excluded | {a}, usable[1:])


def _loads_fit(problem, chosen, parent) -> bool:
    load = dict.fromkeys(chosen, 0.0)
    for v in parent:
        u = v
        while u != 0:
            load[parent[u]] += float(problem.demand[v])
            u = int(problem.tail[parent[u]])
    return all(x <= problem.capacity[a] + 1e-9 for a, x in load.items())


def least_cost_of_all(problem: Problem, wanted) -> int | None:
    """Return the least cost of an arborescence that holds all ``wanted`` nodes, None if there is none."""
    in_arcs = [[a for a in range(problem.n_arcs) if problem.head[a] == v] for v in range(problem.n_nodes)]
    best = None
    # Dreyfus–Wagner is not needed at this size: choose the arc into every node, or none, and check.
    stack = [(1, {0: -1}, 0)]
    while stack:
        v, parent, spent = stack.pop()
        if best is not None and spent >= best:
            continue
        if v == problem.n_nodes:
            if all(t in parent for t in wanted) and _is_tree(problem, parent):
                best = spent
            continue
        if v not in wanted:
            stack.append((v + 1, parent, spent))
        stack += [(v + 1, {**parent, v: a}, spent + int(problem.cost[a])) for a in in_arcs[v]]
    return best


def _is_tree(problem, parent) -> bool:
    entries = []
    for v, a in parent.items():
        if v == 0:
            continue
        if problem.place[problem.tail[a]] != problem.place[v]:
            entries.append(int(problem.place[v]))
        seen, u = set(), v
        while u != 0:
            if u not in parent or u in seen:
                return False
            seen.add(u)
            u = int(problem.tail[parent[u]])
    arcs = [a for v, a in parent.items() if v != 0]
    return len(entries) == len(set(entries)) and _loads_fit(problem, arcs, parent)


def random_graph(rng: np.random.Generator) -> Problem:
    """Return a small random graph: parallel arcs, capacities, shared places, zero prizes, any budget."""
    n = int(rng.integers(2, 8))
    m = int(rng.integers(1, 3 * n))
    arcs = []
    for _ in range(m):
        u, v = int(rng.integers(0, n)), int(rng.integers(1, n))
        cost = int(rng.choice([0, 1, 5, 20])) * int(rng.integers(0, 10))
        capacity = float(rng.choice([np.inf, np.inf, 3.0, 8.0]))
        arcs.append((u, v, cost, capacity))
        if rng.random() < 0.2:
            arcs.append((u, v, cost + int(rng.integers(0, 30)), capacity * 2))
    prize = np.where(rng.random(n) < 0.6, rng.integers(0, 50, n), 0).astype(float)
    if rng.random() < 0.3:
        prize *= 0.37
    demand = np.where(prize > 0, rng.choice([0.0, 1.0, 2.0, 5.0], n), 0.0)
    place = np.arange(n) if rng.random() < 0.5 else np.r_[0, rng.integers(1, max(2, n - 2), n - 1)]
    budget = int(rng.choice([0, 10, 40, 100, 300, 10**9]))
    return make_problem(n, arcs, prize=prize, demand=demand, place=place, budget=budget)


def random_towns(rng: np.random.Generator) -> Problem:
    """Return a small planning graph: places with mast levels, terminals, direct services, parallel radio options."""
    n_offices, n_sources = int(rng.integers(2, 5)), int(rng.integers(1, 3))
    masts = np.cumsum(np.r_[0, rng.integers(1, 30, 2)])
    n_places = n_offices + n_sources
    levels = rng.integers(1, 3, n_places)
    node, place = {}, [0]
    for p in range(n_places):
        for level in range(levels[p]):
            node[p, level] = len(place)
            place.append(p + 1)
    arcs = [(0, node[n_offices + s, 0], int(rng.integers(0, 20)), np.inf) for s in range(n_sources)]
    for p in range(n_places):
        for level in range(1, levels[p]):
            arcs.append((node[p, level - 1], node[p, level], int(masts[level] - masts[level - 1]), np.inf))
            arcs.append((node[p, level], node[p, level - 1], 0, np.inf))
    pairs = [(p, q) for p in range(n_places) for q in range(p) if rng.random() < 0.6]
    for p, q in pairs:
        k, l = int(rng.integers(0, levels[p])), int(rng.integers(0, levels[q]))
        hop = int(rng.integers(1, 40))
        small = float(rng.choice([np.inf, 5.0, 8.0]))
        for size, price in ((small, hop), (2 * small, hop + 10)):
            if size == small or (np.isfinite(small) and rng.random() < 0.4):
                arcs.append((node[p, k], node[q, l], price + int(masts[l]), size))
                arcs.append((node[q, l], node[p, k], price + int(masts[k]), size))
    prize, demand = [0.0] * len(place), [0.0] * len(place)
    for i in range(n_offices):
        terminal = len(place)
        place.append(i + 1)
        prize.append(float(rng.integers(0, 40)))
        demand.append(float(rng.choice([1.0, 2.0, 5.0])))
        arcs.append((node[i, 0], terminal, int(rng.integers(0, 5)), np.inf))
        if rng.random() < 0.7:
            arcs.append((0, terminal, int(rng.integers(5, 60)), np.inf))
    budget = int(rng.choice([0, 20, 50, 90, 150, 400]))
    return make_problem(len(place), arcs, prize=prize, demand=demand, place=place, budget=budget)


def all_plans(problem: Problem):
    """Yield every arborescence that keeps places and capacities, whatever it costs, as a set of arcs."""
    in_arcs = [[a for a in range(problem.n_arcs) if problem.head[a] == v] for v in range(problem.n_nodes)]
    stack = [(1, {0: -1})]
    while stack:
        v, parent = stack.pop()
        if v == problem.n_nodes:
            if all(int(problem.tail[a]) in parent for w, a in parent.items() if w) and _is_tree(problem, parent):
                yield {a for w, a in parent.items() if w}
            continue
        stack.append((v + 1, parent))
        stack += [(v + 1, {**parent, v: a}) for a in in_arcs[v] if problem.tail[a] != v]
