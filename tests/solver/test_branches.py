"""The best branches by load are those of a plain programme, and ceilings of their packing are true of every plan."""

import itertools
import math
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from oracles import (
    all_plans,
    best_ruled_plan,
    make_problem,
    plan_value,
    random_graph,
    random_hops,
    random_rules,
    random_towns,
)

from planner.solver import Status, branch_pricing, compile_kernels, exact, solve
from planner.solver.bound import search_price
from planner.solver.branch_arcs import as_tree, unfold
from planner.solver.branch_pricing import new_tables, price_branches, worth_by
from planner.solver.branch_rows import ascent_row
from planner.solver.branches import find_load, find_loads, find_splits, lay_out
from planner.solver.from_branches import find_rows
from planner.solver.graph import build_graph
from planner.solver.packing import Packing


def drawing_graph(rng):
    """Return a small random graph where all that has a prize draws something, be it an end or not."""
    problem = random_graph(rng)
    return replace(problem, demand=np.where(problem.prize > 0, np.maximum(problem.demand, 1.0), problem.demand))


MAKERS = {"graph": drawing_graph, "towns": random_towns, "hops": random_hops}
MOST_ARCS = 16
"""Arcs of a problem whose plans are all enumerated."""


def none(graph):
    """Return that a program begins with no arc of the trunk."""
    return np.zeros(graph.n_arcs, np.bool_)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    compile_kernels()


@pytest.fixture(autouse=True)
def _past_tiny(monkeypatch):
    """Let the programs have their turns on graphs that branch and cut would search at once."""
    monkeypatch.setattr(exact, "TINY", 0)


def laid_out(maker, seed):
    """Return a random problem's graph and its branches; None where nothing can be filled."""
    problem = MAKERS[maker](np.random.default_rng(seed))
    graph = build_graph(problem, problem.budget)
    return problem, graph, lay_out(graph, cost_alone=bool(seed % 2)) if graph.n_arcs else None


def some_gains(graph, branches, rng, free_below=False):
    """Return what arcs gain at random prices: less than nothing for all that do not lead to an end.

    With ``free_below`` the lower levels of a place are reached for nothing, as those of a mast are.
    """
    inside = ~branches.end[graph.head]
    gain = -graph.cost * rng.uniform(0.0, 1.0) - rng.uniform(0.01, 1.0, graph.n_arcs) * (rng.random() < 0.5)
    gain = np.where(graph.place[graph.tail] != graph.place[graph.head], gain - 1e-6, np.minimum(gain, 0.0))
    if free_below:
        down = inside & (graph.place[graph.tail] == graph.place[graph.head]) & (graph.cost == 0)
        gain[down] = 0.0
    return np.where(inside, gain, gain + graph.prize[graph.head] * rng.uniform(0.2, 1.0))


class Plain:
    """The same programme without loads in order, labels or tables: rounds over all arcs until nothing changes."""

    def __init__(self, graph, branches, gain):
        self.graph, self.branches, self.gain = graph, branches, gain
        self.ways = [self.ways_of(p) for p in range(branches.n_places)]
        self.worth = {}
        while self.round():
            pass

    def levels(self, p):
        return self.branches.level_nodes[self.branches.level_start[p] : self.branches.level_start[p + 1]].tolist()

    def ways_of(self, p):
        nodes = self.levels(p)
        way = {(u, v): 0.0 if u == v else math.inf for u in nodes for v in nodes}
        for _ in nodes:
            for a in range(self.graph.n_arcs):
                u, v = int(self.graph.tail[a]), int(self.graph.head[a])
                for w in nodes:
                    if u in nodes and v in nodes:
                        way[w, v] = min(way[w, v], way[w, u] - self.gain[a])
        return way

    def index(self, amount):
        load = self.branches.load
        i = int(np.argmin(np.abs(load - amount)))
        return i if abs(load[i] - amount) <= 1e-9 * load[-1] else None

    def below(self, a):
        """Return the best that hangs from an arc by load, of several parts or one."""
        graph, branches = self.graph, self.branches
        v, back = int(graph.head[a]), graph.place[graph.tail[a]]
        if branches.end[v]:
            return {int(branches.draws[v]): 0.0} if branches.draws[v] >= 0 else {}
        p = int(graph.place[v])
        here = range(branches.place_groups[p], branches.place_groups[p + 1])
        groups = [self.arcs_of(g) for g in here if branches.leads_to[g] != back]
        found = {}
        for height, top in enumerate(self.levels(p)):
            if top in graph.tail[branches.group_arcs]:  # the highest level that is left is left by some arc
                for carried, worth in self.several(groups, height).items():
                    q = self.index(carried)
                    found[q] = max(found.get(q, -math.inf), worth - self.ways[p][v, top])
        for b in itertools.chain(*groups):
            for q in self.loads_of(b):
                worth = self.worth[b, q] - self.ways[p][v, int(graph.tail[b])]
                found[q] = max(found.get(q, -math.inf), worth)
        return {q: worth for q, worth in found.items() if q is not None}

    def arcs_of(self, g):
        return self.branches.group_arcs[self.branches.group_start[g] : self.branches.group_start[g + 1]].tolist()

    def loads_of(self, a):
        return [q for q in range(self.branches.load.size) if self.worth.get((a, q), 0.0) > 0.0]

    def several(self, groups, height):
        """Return the most that at least two groups are worth, one arc of each, by the load of all."""
        level, load = self.branches.level[self.graph.tail], self.branches.load
        sums = {(0.0, 0): 0.0}
        for arcs in groups:
            allowed = [(b, q) for b in arcs if level[b] <= height for q in self.loads_of(b)]
            for ((carried, parts), before), (b, q) in itertools.product(list(sums.items()), allowed):
                key = (round(carried + load[q], 9), min(parts + 1, 2))
                sums[key] = max(sums.get(key, -math.inf), before + self.worth[b, q])
        return {carried: worth for (carried, parts), worth in sums.items() if parts > 1}

    def round(self):
        changed = False
        for a in [*self.branches.group_arcs.tolist(), *self.branches.first_arcs.tolist()]:
            for q, worth in self.below(a).items():
                new = worth + self.gain[a]
                if q <= self.branches.fits[a] and new > self.worth.get((a, q), 0.0) + 1e-12:
                    self.worth[a, q], changed = new, True
        return changed


@pytest.mark.parametrize("name", ["towns", "hops"])
def test_the_best_branches_are_those_of_a_plain_programme(name):
    compared = 0
    for seed in range(25):
        _problem, graph, branches = laid_out(name, 30_000 + seed)
        if branches is None:
            continue
        gain = some_gains(graph, branches, np.random.default_rng(seed))
        plain = Plain(graph, branches, gain)
        tables = new_tables(graph, branches)
        price_branches(graph, branches, gain, tables)
        for a in {*branches.group_arcs.tolist(), *branches.first_arcs.tolist()}:
            for q in range(branches.fits[a] + 1):
                found = max(worth_by(graph, branches, gain, tables, a, q), 0.0)
                expected = plain.worth.get((a, q), 0.0)
                assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
                compared += expected > 0.0
    assert compared > 100


@pytest.mark.parametrize("name", ["towns", "hops"])
def test_the_arcs_of_a_branch_are_worth_what_was_told_and_carry_their_load(name):
    looked_at = trees = 0
    for seed in range(250):
        _problem, graph, branches = laid_out(name, 31_000 + seed)
        if branches is None:
            continue
        gain = some_gains(graph, branches, np.random.default_rng(seed), free_below=True)
        tables = new_tables(graph, branches)
        price_branches(graph, branches, gain, tables)
        for a, q in itertools.product(branches.first_arcs.tolist(), range(branches.load.size)):
            worth = worth_by(graph, branches, gain, tables, a, q) if q <= branches.fits[a] else -math.inf
            if worth <= 0.0:
                continue
            arcs = unfold(graph, branches, gain, tables, a, q)
            ends = graph.head[arcs[branches.end[graph.head[arcs]]]]
            assert gain[arcs].sum() == pytest.approx(worth, rel=1e-9)
            assert branches.load[branches.draws[ends]].sum() == pytest.approx(branches.load[q])
            looked_at += 1
            tree = as_tree(graph, branches, tables, arcs)
            if tree is None:
                continue
            trees += 1
            above = {int(graph.tail[a])}
            for b in tree.tolist():
                assert graph.tail[b] in above
                assert graph.head[b] not in above
                above.add(int(graph.head[b]))
            loads = {
                b: sum(graph.demand[v] for v in graph.head[tree] if passes(graph, tree, b, v)) for b in tree.tolist()
            }
            assert all(load <= graph.capacity[b] for b, load in loads.items())
            assert set(ends.tolist()) <= set(graph.head[tree].tolist())
    assert looked_at > 100
    assert trees > 50


@pytest.mark.parametrize("maker", ["towns", "hops"])
def test_loads_gone_through_one_by_one_fill_the_same_tables_and_prove_nothing_once_stopped(monkeypatch, maker):
    compared = 0
    for seed in range(30):
        problem, graph, branches = laid_out(maker, 37_000 + seed)
        if branches is None or branches.load.size < 2:
            continue
        gain = some_gains(graph, branches, np.random.default_rng(seed))
        whole, single = new_tables(graph, branches), new_tables(graph, branches)
        assert price_branches(graph, branches, gain, whole)
        program = Packing(graph, problem, branches)
        price = program.solve(lambda: False)
        with monkeypatch.context() as patch:
            patch.setattr(branch_pricing, "MUCH", 0)
            asked = iter(range(branches.load.size))
            assert price_branches(graph, branches, gain, single, lambda asked=asked: next(asked) < 0)
            assert next(asked, None) is None  # after every load
            begun = iter([False, True])
            assert program.look_for_branches(price, lambda begun=begun: next(begun)) == 0
        for one, other in zip(whole, single, strict=True):
            np.testing.assert_array_equal(one, other)
        assert (program.ceiling, program.priced, program.found) == (math.inf, None, [])
        compared += 1
    assert compared > 5


def passes(graph, tree, a, v):
    """Whether the way from the root of a tree to a node leads over an arc."""
    into = {int(graph.head[b]): b for b in tree.tolist()}
    while v in into:
        if into[v] == a:
            return True
        v = int(graph.tail[into[v]])
    return False


@pytest.mark.parametrize("name", ["graph", "towns"])
def test_no_plan_is_worth_more_than_any_ceiling_on_the_way(name):
    compared = tight = 0
    for seed in range(900):
        problem, graph, branches = laid_out(name, 32_000 + seed)
        if branches is None or problem.n_arcs > MOST_ARCS:
            continue
        best = max(
            plan_value(problem, plan) for plan in all_plans(problem) if problem.cost[list(plan)].sum() <= problem.budget
        )
        program, rng = Packing(graph, problem, branches, none(graph)), np.random.default_rng(seed)
        for _ in range(200):
            price = program.solve(lambda: False)
            n_new = program.look_for_branches(price)
            assert program.ceiling >= best - 1e-6
            rows = find_rows(program)
            program.cut(rows)
            if not n_new and not rows:
                break
        else:
            raise AssertionError("the program does not come to an end")
        if name != "graph":  # prizes on the way to others are not seen by the program, but counted in full
            assert program.ceiling == pytest.approx(program.value, rel=1e-5, abs=1e-5)
        tight += program.ceiling <= best * (1 + 1e-6) + 1e-6
        for _ in range(3):
            program.ceiling = math.inf
            program.look_for_branches(rng.normal(0.0, 2.0, program.over.size) * (rng.random(program.over.size) < 0.3))
            assert program.ceiling >= best - 1e-6
        compared += 1
    assert compared > 15
    assert tight > compared / 3


@pytest.mark.parametrize("name", ["graph", "towns"])
def test_the_prices_of_an_ascent_prove_its_ceiling_and_programs_that_begin_there_come_as_low(name):
    compared = at_prices = 0
    for seed in range(1100):
        problem, graph, branches = laid_out(name, 35_000 + seed)
        if branches is None or problem.n_arcs > MOST_ARCS:
            continue
        pricing = search_price(graph, problem.budget, lambda _pricing: None, lambda: False)
        plans = [plan for plan in all_plans(problem) if problem.cost[list(plan)].sum() <= problem.budget]
        row = ascent_row(graph, pricing)
        whole = [plan for plan in plans if set(plan) <= set(graph.origin.tolist())]  # without dominated arcs
        assert all(keeps(graph, row, plan) for plan in whole)
        best = max(plan_value(problem, plan) for plan in plans)
        plain, begun = (Packing(graph, problem, branches, none(graph)) for _ in range(2))
        begun.begin_at(pricing)
        if begun.best is not None:
            assert best - 1e-6 <= begun.ceiling <= pricing.bound(problem.budget) + 1e-6 * (1.0 + abs(best))
            at_prices += 1
        for program in (plain, begun):
            for _ in range(300):
                if not program.look_for_branches(program.solve(lambda: False)) and (
                    program.best is None or not program.inward
                ):
                    break
        assert begun.ceiling >= best - 1e-6
        if name != "graph":
            assert begun.value <= plain.value + 1e-6
            assert begun.ceiling == pytest.approx(begun.value, rel=1e-5, abs=1e-5)
        compared += 1
    assert compared > 15
    assert at_prices > 10


def keeps(graph, row, plan):
    """Whether a plan, given by arcs of the problem, keeps a row of a graph."""
    arcs = np.isin(graph.origin, np.array(sorted(plan), np.int64))
    reached = np.isin(np.arange(graph.n_nodes), graph.head[arcs])
    arcs |= (graph.origin < 0) & (reached[graph.tail] | (graph.tail == 0))  # what only collects a prize
    held = np.isin(np.arange(graph.n_nodes), graph.head[arcs])
    return row.slack(arcs.astype(float), held.astype(float)) >= -1e-9


def test_ceilings_hold_under_rules():
    compared = 0
    for seed in range(450):
        rng = np.random.default_rng(33_000 + seed)
        problem = random_towns(rng)
        problem = replace(problem, rules=random_rules(rng, problem))
        graph = build_graph(problem, problem.budget) if problem.n_arcs <= 26 else None
        branches = lay_out(graph) if graph is not None and graph.n_arcs else None
        best = best_ruled_plan(problem) if branches is not None else None
        if best is None:
            continue
        program = Packing(graph, problem, branches, none(graph))
        for _ in range(60):
            price = program.solve(lambda: False)
            if price is None:
                break
            n_new = program.look_for_branches(price)
            assert program.ceiling >= best - 1e-6
            rows = find_rows(program)
            program.cut(rows)
            if not n_new and not rows:
                break
        compared += 1
    assert compared > 15


def test_branches_of_plans_hang_where_the_trunk_is():
    # 0 → 1 is fibre, 1 → 2 a hop; 0 → 3 a hop that is the only way to 4.
    problem = make_problem(
        5,
        [(0, 1, 1, 100), (1, 2, 1, 10), (0, 3, 1, 10), (3, 4, 1, 10)],
        prize=[0, 0, 5, 0, 7],
        demand=[0, 0, 8, 0, 8],
        budget=4,
    )
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph))
    arc = {int(a): i for i, a in enumerate(graph.origin)}
    program.take([np.array([arc[0], arc[1]]), np.array([arc[2], arc[3]]), np.array([arc[3]])])
    assert [graph.origin[arcs].tolist() for arcs in program.found] == [[1], [2, 3]]
    assert program.solve(lambda: False) is not None
    assert program.value == pytest.approx(12.0)


def test_capacities_are_proven_by_the_program_alone():
    # Three offices of 5 each behind one hop of 10: two of them at most, whatever shares of a plan promise.
    arcs = [(0, 1, 10, 10), *((1, k, 1, 5) for k in (2, 3, 4))]
    problem = make_problem(5, arcs, prize=[0, 0, 3, 3, 3], demand=[0, 0, 5, 5, 5], budget=100)
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph), none(graph))
    while program.look_for_branches(program.solve(lambda: False)):
        pass
    assert program.ceiling == pytest.approx(6.0, abs=1e-6)
    found = solve(problem, gap=0.0)
    assert (found.status, found.value) == (Status.OPTIMAL, 6.0)


def test_loads_are_all_sums_of_demands_up_to_the_largest_capacity_with_few_enough():
    rng = np.random.default_rng(5)
    for _ in range(50):
        demand = np.unique(rng.integers(3, 12, 3)).astype(float)
        capacity = np.unique(rng.integers(5, 60, 3)).astype(float)
        load, most = find_loads(demand, capacity, most_loads=25)

        def sums(limit, demand=demand):
            counts = itertools.product(*(range(int(limit // each) + 1) for each in demand))
            return sorted({t for c in counts if 0 < (t := float(np.dot(c, demand))) <= limit})

        useful = [each for each in capacity.tolist() if each >= demand[0]]
        few = [each for each in useful if len(sums(each)) <= 25]
        if few and (len(few) == len(useful) or sums(few[-1])[-1] >= 3 * demand[0]):
            assert most == few[-1]
            np.testing.assert_allclose(load, sums(most))
        elif load.size:
            assert load.size == 25
            assert most == pytest.approx(load[-1])
            assert most <= 25 * demand[0]


def test_demands_between_steps_are_rounded_down():
    demand = np.array([10.0, 10.1, 10.3, 10.7, 11.9, 13.3, 14.1])
    load, most = find_loads(demand, np.array([200.0, 400.0]), most_loads=20)
    assert most == 200.0
    np.testing.assert_allclose(load, np.arange(1, 21) * 10.0)
    assert (load[find_load(load, demand)] <= demand).all()


def test_what_is_a_little_too_much_is_the_next_smaller_load_and_a_rounding_is_none():
    load = np.array([10.0, 20.0])
    amounts = np.array([9.95, 10.0 - 1e-9, 10.0, 19.9, 20.0 - 1e-8, 25.0])
    assert find_load(load, amounts).tolist() == [-1, 0, 0, 0, 1, 1]


def test_hops_that_carry_nothing_reach_no_load():
    load, most = find_loads(np.array([5.0]), np.array([3.0]))
    assert (load.size, most) == (0, 0.0)


def test_nothing_is_laid_out_where_nothing_can_be_filled_or_demands_are_nothing():
    def laid(capacity, demand):
        arcs = [(0, 1, 1, np.inf), (1, 2, 1, capacity), (1, 3, 1, capacity), (0, 3, 9, np.inf)]
        problem = make_problem(4, arcs, prize=[0, 0, 3, 3], demand=[0, 0, demand, 2], budget=20)
        return lay_out(build_graph(problem, problem.budget))

    assert laid(3, 2) is not None
    assert laid(np.inf, 2) is None
    assert laid(3, 0) is None


def test_ties_of_the_trunk_to_what_hangs_behind_it_are_counted(monkeypatch):
    # Behind 0-1 hang 1-2 and the hop 1-3, behind 1-2 the hops 2-4 and 2-5, behind 0-6 the hop 6-4: five.
    arcs = [
        (0, 1, 1, np.inf),
        (1, 2, 1, np.inf),
        (1, 3, 1, 3),
        (2, 4, 1, 3),
        (2, 5, 1, 3),
        (0, 6, 1, np.inf),
        (6, 4, 1, 3),
    ]
    problem = make_problem(7, arcs, prize=[0, 0, 0, 3, 3, 3, 0], demand=[0, 0, 0, 2, 2, 2, 0], budget=20)
    graph = build_graph(problem, problem.budget)
    assert graph.n_arcs == len(arcs)
    monkeypatch.setattr("planner.solver.branches.MOST_TIES", 5)
    assert lay_out(graph) is not None
    monkeypatch.setattr("planner.solver.branches.MOST_TIES", 4)
    assert lay_out(graph) is None


def test_splits_are_all_pairs_of_loads_that_add_up():
    load = np.array([3.0, 5.0, 6.0, 8.0, 9.0, 10.0])
    found = {tuple(load[list(each)].tolist()) for each in zip(*find_splits(load), strict=True)}
    assert found == {(a + b, a, b) for a, b in itertools.product(load.tolist(), repeat=2) if a + b in load}


def test_a_way_round_for_nothing_has_an_end():
    # Three junctions that lead to each other for nothing, an office behind each.
    round_about = [(u, v, 0, 100) for u, v in permutations((1, 2, 3), 2)]
    arcs = [(0, 1, 1, 20), *round_about, (1, 4, 0, 10), (2, 5, 0, 10), (3, 6, 0, 10)]
    problem = make_problem(7, arcs, prize=[0, 0, 0, 0, 2, 3, 4], demand=[0, 0, 0, 0, 10, 10, 10], budget=10)
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph), none(graph))
    for _ in range(20):
        n_new = program.look_for_branches(program.solve(lambda: False))
        rows = find_rows(program)
        program.cut(rows)
        if not n_new and not rows:
            break
    assert program.ceiling >= 7.0 - 1e-9
    assert solve(problem, gap=0.0).value == 7.0


def test_demands_that_are_nearly_the_same_lose_no_plan():
    # Three of 2 and a bit fill the hop; their sums differ from those of the others by less than loads are told apart.
    bit = 1.6e-9
    arcs = [(0, 1, 1, 6 + 4 * bit), *((1, t, 1, np.inf) for t in range(2, 7))]
    prize, demand = [0, 0, 10, 10, 10, 1, 1], [0, 0, 2 + bit, 2 + bit, 2 + bit, 2.0, 3 + 2 * bit]
    problem = make_problem(7, arcs, prize=prize, demand=demand, budget=100)
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph), none(graph))
    while program.look_for_branches(program.solve(lambda: False)):
        pass
    assert program.ceiling >= 30.0


def test_a_branch_that_hangs_by_an_arc_inside_the_root_s_next_place_is_a_tree():
    problem = make_problem(
        5,
        [(0, 1, 1, np.inf), (1, 2, 1, 1), (2, 3, 0, np.inf), (0, 4, 5, np.inf)],
        prize=[0, 0, 0, 3, 4],
        demand=[0, 0, 0, 1, 1],
        place=[0, 1, 1, 2, 3],
        budget=10,
    )
    graph = build_graph(problem, problem.budget)
    program = Packing(graph, problem, lay_out(graph), none(graph))
    while program.look_for_branches(program.solve(lambda: False)):
        pass
    trees = [graph.origin[tree].tolist() for tree in program.near_best(1e9, 10)]
    assert [1, 2] in trees
