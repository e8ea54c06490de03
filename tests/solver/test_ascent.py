"""Dual ascent against the same algorithm in plain Python, and against the optimum."""

import numpy as np
import pytest
from oracles import best_plan, make_problem, random_graph, random_towns

from planner.solver.ascent import PATIENCE, ascend, ascend_noting_cuts, begin_ascent, go_on
from planner.solver.bound import price_out
from planner.solver.cuts import new_cut_list
from planner.solver.graph import build_graph


def plain_ascent(graph, reduced, spare, weight):
    """Raise cuts with sets and dictionaries."""
    arcs_into = [range(graph.in_start[v], graph.in_start[v + 1]) for v in range(graph.n_nodes)]
    waiting = {t: weight[t] * len(arcs_into[t]) for t in range(1, graph.n_nodes) if spare[t] > 0}
    total = 0
    while waiting:
        t = min(waiting, key=waiting.get)
        del waiting[t]
        while spare[t] > 0:
            members, frontier = {t}, [t]
            while frontier:
                v = frontier.pop()
                for a in arcs_into[v]:
                    u = int(graph.tail[a])
                    if reduced[a] == 0 and u not in members:
                        members.add(u)
                        frontier.append(u)
            if 0 in members:
                break
            cut = [a for v in members for a in arcs_into[v] if int(graph.tail[a]) not in members]
            if waiting and weight[t] * len(cut) > PATIENCE * min(waiting.values()):
                waiting[t] = weight[t] * len(cut)
                break
            step = min([spare[t], *(reduced[a] for a in cut)])
            total += step
            spare[t] -= step
            for a in cut:
                reduced[a] -= step
    return total


@pytest.mark.parametrize("seed", range(60))
def test_compiled_ascent_is_the_plain_one(seed):
    rng = np.random.default_rng(seed)
    graph = build_graph(random_towns(rng), None)
    # Random weights: no two components tie, so that the order is the same whatever the heap does with ties.
    weight = rng.uniform(0.5, 2.0, graph.n_nodes)
    costs, prizes = graph.cost * 7, (graph.prize * 11).astype(np.int64)
    if seed % 2:  # prizes of one and two, that are spent by the first steps
        prizes = np.minimum(prizes, rng.integers(1, 3, graph.n_nodes))
    reduced, spare = costs.copy(), prizes.copy()
    total = ascend(graph.in_start, graph.tail, reduced, spare, weight)
    plain_reduced, plain_spare = costs.copy(), prizes.copy()
    assert total == plain_ascent(graph, plain_reduced, plain_spare, weight)
    assert np.array_equal(reduced, plain_reduced)
    assert np.array_equal(spare, plain_spare)


def begun(seed):
    """Return the graph of a random problem, and an ascent on it that has not raised anything."""
    rng = np.random.default_rng(seed)
    graph = build_graph(random_towns(rng), None)
    spare = (graph.prize * 11).astype(np.int64)
    cuts = new_cut_list(50, 50 * max(graph.n_arcs, 1))
    weight = rng.uniform(0.5, 2.0, graph.n_nodes)
    return graph, begin_ascent(graph.in_start, graph.tail, graph.cost * 7, spare, weight, cuts)


@pytest.mark.parametrize("seed", range(20))
def test_an_ascent_goes_on_where_it_was_left(seed):
    """A little work raises a component at a time, and comes in the end to what one ascent does."""
    graph, whole = begun(seed)
    _graph, parts = begun(seed)
    n_waiting = int(whole.state[0])
    assert n_waiting == (graph.prize[1:] > 0).sum()
    assert go_on(whole, 10**9)
    assert go_on(whole, 0), "nothing is left to do"
    before, turns = 0, 0
    while not go_on(parts, 1):
        turns += 1
        assert before <= parts.state[1] <= whole.state[1]
        assert parts.state[0] >= n_waiting - turns
        before = int(parts.state[1])
    assert turns >= n_waiting - 1 - (graph.in_start[1:] == graph.in_start[:-1]).sum()
    assert parts.state.tolist() == whole.state.tolist() == [0, whole.state[1]]
    assert np.array_equal(parts.reduced, whole.reduced)
    assert np.array_equal(parts.spare, whole.spare)


@pytest.mark.parametrize("seed", range(20))
def test_cuts_that_are_noted_part_their_terminal_from_the_root(seed):
    """Without the arcs of a cut nothing leads to its terminal, and each arc enters what still leads there."""
    graph, ascent = begun(seed)
    cuts, costs = ascent.component.raised, ascent.reduced.copy()
    total = ascend_noting_cuts(graph.in_start, graph.tail, costs, ascent.spare.copy(), ascent.weight, cuts)
    assert total == 0 or cuts.size[0] > 0
    for i in range(int(cuts.size[0])):
        cut = set(cuts.of(i).tolist())
        inside, frontier = {int(cuts.target[i])}, [int(cuts.target[i])]
        while frontier:
            v = frontier.pop()
            for a in set(range(graph.in_start[v], graph.in_start[v + 1])) - cut:
                if (u := int(graph.tail[a])) not in inside:
                    inside.add(u)
                    frontier.append(u)
        assert 0 not in inside
        assert graph.prize[cuts.target[i]] > 0
        assert all(int(graph.head[a]) in inside and int(graph.tail[a]) not in inside for a in cut)


@pytest.mark.parametrize("maker", [random_graph, random_towns])
@pytest.mark.parametrize("seed", range(60))
def test_reduced_costs_and_bound_hold_together(maker, seed):
    """Weak duality: the priced cost of any plan is the bound plus its reduced costs plus what it wastes, at least."""
    problem = maker(np.random.default_rng(seed))
    graph = build_graph(problem, None)
    reduced, spare = graph.cost.copy(), (np.ceil(graph.prize)).astype(np.int64)
    prizes = spare.copy()
    total = ascend(graph.in_start, graph.tail, reduced, spare, np.ones(graph.n_nodes))
    assert (reduced >= 0).all()
    assert (spare >= 0).all()
    _, arcs = best_plan(problem)
    number = {int(origin): a for a, origin in enumerate(graph.origin)}
    if not all(a in number for a in arcs):
        return  # the optimum holds a dominated arc; another one without it is as good
    chosen = [number[a] for a in arcs]
    held = {0, *(int(graph.head[a]) for a in chosen)}
    missed = [v for v in range(1, graph.n_nodes) if v not in held]
    primal = sum(int(graph.cost[a]) for a in chosen) + sum(int(prizes[v]) for v in missed)
    waste = sum(int(reduced[a]) for a in chosen) + sum(int(spare[v]) for v in missed)
    assert primal >= total + waste


def test_a_fork_is_priced_exactly():
    """One arc of 10 to a fork with arcs of 4 and 3: what two terminals pay together is known at every price."""
    arcs = [(0, 1, 10, np.inf), (1, 2, 4, np.inf), (1, 3, 3, np.inf)]
    graph = build_graph(make_problem(4, arcs, prize=[0, 0, 20, 20]), None)
    bought = price_out(graph, 1.0)
    assert bought.bound(0) == pytest.approx(40 - 17, abs=1e-9)  # the grains of the ascent are far finer
    assert bought.bound(5) == pytest.approx(40 - 17 + 5, abs=1e-9)
    assert bought.reached_all
    given_up = price_out(graph, 10.0)
    assert given_up.bound(0) == pytest.approx(0.0, abs=1e-9)
    assert not given_up.reached_all
