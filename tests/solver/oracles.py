"""Obviously right and slow: enumeration of all plans, and a checker that shares no code with the solver."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from itertools import pairwise, permutations
from types import SimpleNamespace

import numpy as np

from planner.solver import Floor, Limit, Ports, Problem, Rules


def make_problem(n_nodes, arcs, *, prize, demand=None, place=None, budget=0, hops=None, hop_limit=None) -> Problem:
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
        hops=None if hops is None else np.asarray(hops, dtype=np.int8),
        hop_limit=hop_limit,
    )


def in_lists(problem: Problem) -> SimpleNamespace:
    """Return the problem with lists for arrays: plain Python reads a number of a list five times as fast."""
    values = {field.name: getattr(problem, field.name) for field in fields(problem)}
    lists = {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()}
    return SimpleNamespace(**lists, n_arcs=problem.n_arcs)


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
    limit = np.inf if problem.hop_limit is None else problem.hop_limit
    errors += [f"node {v} lies too many hops away" for v in entered_by if _hops(problem, entered_by, v) > limit]
    useful = {v for v in entered_by if problem.prize[v] > 0}
    for v in list(useful):
        while v != 0:
            v = int(problem.tail[entered_by[v]])  # noqa: PLW2901
            useful.add(v)
    errors += [f"node {v} leads to no prize" for v in entered_by if v not in useful and v != 0]
    return errors


def plan_value(problem: Problem, chosen) -> float:
    """Return the sum of the prizes of the root and of the nodes that the arcs enter, less the weighed cost."""
    spent = problem.cost_weight * sum(int(problem.cost[a]) for a in chosen) if problem.cost_weight else 0.0
    return math.fsum([float(problem.prize[0]), *(float(problem.prize[problem.head[a]]) for a in chosen), -spent])


@dataclass
class _Enumeration:
    problem: SimpleNamespace
    out: list[list[int]]
    best_value: float = -math.inf
    best_arcs: tuple[int, ...] = ()

    def note(self, chosen, value) -> None:
        if value > self.best_value:
            self.best_value, self.best_arcs = value, tuple(chosen)

    def may_hold(self, chosen) -> bool:
        return sum(int(self.problem.cost[b]) for b in chosen) <= self.problem.budget


def arcs_out_of(problem: Problem) -> list[list[int]]:
    """Return the arcs out of each node that a plan can hold."""
    out = [[] for _ in range(problem.n_nodes)]
    for a in range(problem.n_arcs):
        if problem.tail[a] != problem.head[a] and problem.head[a] != 0:
            out[problem.tail[a]].append(a)
    return out


def best_plan(problem: Problem) -> tuple[float, tuple[int, ...]]:
    """Return the optimum and a plan that has it, by trying every arborescence within the budget."""
    problem = in_lists(problem)
    search = _Enumeration(problem, arcs_out_of(problem))
    _extend(search, [], {0: -1}, {}, frozenset(), search.out[0])
    return search.best_value, search.best_arcs


def _extend(search, chosen, parent, entries, excluded, boundary) -> None:
    """Try every way to go on: the first usable arc at the boundary is either taken or never taken."""
    problem = search.problem
    value = plan_value(problem, chosen)
    search.note(chosen, value)
    hope = value + sum(float(problem.prize[v]) for v in range(1, problem.n_nodes) if v not in parent)
    usable = [a for a in boundary if a not in excluded and int(problem.head[a]) not in parent]
    while usable and hope > search.best_value:
        a, *usable = usable
        u, v = int(problem.tail[a]), int(problem.head[a])
        p = int(problem.place[v])
        crosses = problem.place[u] != problem.place[v]
        longer = [*chosen, a]
        if search.may_hold(longer) and not (crosses and p in entries):
            parents = {**parent, v: a}
            near = problem.hop_limit is None or _hops(problem, parents, v) <= problem.hop_limit
            if near and _loads_fit(problem, longer, parents):
                _extend(
                    search,
                    longer,
                    parents,
                    {**entries, p: a} if crosses else entries,
                    excluded,
                    [*usable, *search.out[v]],
                )
        excluded = excluded | {a}


def _hops(problem, parent, v) -> int:
    """Return the hops on the path from the root to v, as far as it is known."""
    count = 0
    while v != 0 and v in parent and problem.hops is not None:
        count += int(problem.hops[parent[v]])
        v = int(problem.tail[parent[v]])
    return count


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
    problem = in_lists(problem)
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
    if problem.hop_limit is not None and any(_hops(problem, parent, v) > problem.hop_limit for v in parent):
        return False
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


def random_hops(rng):
    """Return places with levels that reach each other by hops of small capacity, each with one end or two."""
    n_places = int(rng.integers(3, 7))
    place, arcs, prize, demand, levels = [0], [], [0.0], [0.0], []
    for p in range(1, n_places + 1):
        nodes = list(range(len(place), len(place) + int(rng.integers(1, 4))))
        levels.append(nodes)
        place += [p] * len(nodes)
        for low, high in pairwise(nodes):
            arcs += [(low, high, int(rng.integers(0, 9)), np.inf), (high, low, 0, np.inf)]
    prize, demand = [0.0] * len(place), [0.0] * len(place)
    for here, there in permutations(range(n_places), 2):
        for _ in range(int(rng.integers(0, 3))):
            u, v = int(rng.choice(levels[here])), int(rng.choice(levels[there]))
            arcs.append((u, v, int(rng.choice([0, 3, 10])), float(rng.choice([2.0, 4.0, 7.0, np.inf]))))
    for p in range(n_places):
        if rng.random() < 0.4:
            arcs.append((0, int(rng.choice(levels[p])), int(rng.integers(0, 20)), float(rng.choice([6.0, np.inf]))))
        for _ in range(int(rng.integers(1, 3))):
            arcs.append((int(rng.choice(levels[p])), len(place), int(rng.integers(0, 5)), np.inf))
            arcs += [(0, len(place), 30, np.inf)] * int(rng.random() < 0.3)
            place.append(p + 1)
            prize.append(float(rng.integers(1, 40)))
            demand.append(float(rng.choice([1.0, 2.0, 3.0])))
    return make_problem(len(place), arcs, prize=prize, demand=demand, place=place, budget=10**6)


def with_hops(problem: Problem, rng: np.random.Generator) -> Problem:
    """Return the problem under a random hop limit; within a place, arcs mostly have no hops."""
    hops = rng.choice([0, 1, 1, 2], problem.n_arcs)
    if rng.random() < 0.7:
        hops[problem.place[problem.tail] == problem.place[problem.head]] = 0
    return replace(problem, hops=hops.astype(np.int8), hop_limit=int(rng.integers(0, 5)))


def random_mesh(rng: np.random.Generator) -> Problem:
    """Return a small dense graph whose edges go both ways, one hop each: many ways of different hops to every node."""
    n = int(rng.integers(4, 7))
    pairs = [(u, v) for v in range(n) for u in range(v) if rng.random() < 0.8]
    costs = rng.integers(1, 10, len(pairs))
    arcs = [(*ends, int(c), np.inf) for (u, v), c in zip(pairs, costs, strict=True) for ends in ((u, v), (v, u))]
    prize = np.where(rng.random(n) < 0.7, rng.integers(1, 30, n), 0)
    limit, budget = int(rng.integers(1, 5)), int(rng.integers(5, 30))
    return make_problem(n, arcs, prize=prize, budget=budget, hops=np.ones(len(arcs)), hop_limit=limit)


def all_plans(problem: Problem):
    """Yield every arborescence that keeps places and capacities, whatever it costs, as a set of arcs."""
    problem = in_lists(problem)
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


def rule_errors(problem: Problem, chosen) -> list[str]:
    """Return which rules a plan, a set of arcs, does not keep; reckoned with plain Python."""
    rules, errors = problem.rules, []
    chosen = [int(a) for a in chosen]
    reached = {0, *(int(problem.head[a]) for a in chosen)}
    errors += [x.name for x in rules.limits if sum(int(x.cost[a]) for a in chosen) > x.most]
    errors += [x.name for x in rules.floors if math.fsum(float(x.weight[v]) for v in reached) < x.least]
    errors += [f"node {v} is missing" for v in rules.required.tolist() if v not in reached]
    errors += [f"node {v} is entered" for v in rules.excluded.tolist() if v in reached]
    errors += [f"no arc of {group.tolist()} is held" for group in rules.held if not set(group.tolist()) & set(chosen)]
    errors += [f"arc {a} is forbidden" for a in rules.forbidden.tolist() if a in chosen]
    if rules.ports is not None:
        for v in range(problem.n_nodes):
            p = problem.place[v]
            used = [
                a
                for a in chosen
                if rules.ports.uses[a] and problem.place[problem.tail[a]] == p and problem.place[problem.head[a]] != p
            ]
            if len(used) > rules.ports.most[v]:
                errors.append(f"place {p} has too few ports")
    return errors


def best_ruled_plan(problem: Problem) -> float | None:
    """Return the largest value of a plan that keeps the budget and all rules, None if there is none."""
    search = _RuledEnumeration(problem, arcs_out_of(problem))
    _extend(search, [], {0: -1}, {}, frozenset(), search.out[0])
    return search.best_value if search.best_value > -math.inf else None


class _RuledEnumeration(_Enumeration):
    """Enumeration that gives up what breaks a limit, which more arcs cannot mend, and notes what keeps all rules."""

    def note(self, chosen, value) -> None:
        if value > self.best_value and not rule_errors(self.problem, chosen):
            super().note(chosen, value)

    def may_hold(self, chosen) -> bool:
        limits = self.problem.rules.limits
        return super().may_hold(chosen) and all(sum(int(x.cost[a]) for a in chosen) <= x.most for x in limits)


def random_rules(rng: np.random.Generator, problem: Problem) -> Rules:
    """Draw rules of every kind, about two at a time."""
    n, m = problem.n_nodes, problem.n_arcs
    likely = rng.random() < 0.5
    chance = 0.5 if likely else 0.25

    def some() -> bool:
        return bool(rng.random() < chance)

    limits = []
    while some() and len(limits) < 3:
        cost = rng.integers(0, 12, m) * (rng.random(m) < 0.7)
        limits.append(Limit(f"limit {len(limits)}", cost.astype(np.int64), int(rng.integers(0, 40))))
    floors = []
    while some() and len(floors) < 2:
        weight = np.where(problem.prize > 0, rng.integers(0, 4, n), 0) * (rng.random(n) < 0.6)
        floors.append(Floor(f"floor {len(floors)}", weight.astype(float), float(rng.integers(0, 4))))
    prized = np.flatnonzero(problem.prize > 0)
    pick = prized if rng.random() < 0.8 and prized.size else np.arange(n)

    def nodes(size: int) -> np.ndarray:
        return rng.choice(pick, min(size, pick.size), replace=False).astype(np.int32)

    excluded = nodes(1) if some() else np.empty(0, np.int32)
    ports = None
    if some():
        per_place = rng.integers(0, 3, int(problem.place.max()) + 1)
        ports = Ports(rng.random(m) < 0.7, per_place[problem.place].astype(np.int64))
    held = int(rng.integers(1, 3)) if some() else 0  # groups may share arcs
    return Rules(
        limits=tuple(limits),
        floors=tuple(floors),
        required=nodes(int(rng.integers(1, 3))) if some() else np.empty(0, np.int32),
        excluded=excluded[excluded > 0],
        held=tuple(rng.choice(m, min(m, 2), replace=False).astype(np.int32) for _group in range(held)) if m else (),
        forbidden=rng.choice(m, min(m, 2), replace=False).astype(np.int32) if some() and m else np.empty(0, np.int32),
        ports=ports,
    )
