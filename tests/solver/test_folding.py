"""Layered graphs folded back: trees there and back, and cuts that every plan keeps."""

from dataclasses import replace

import numpy as np
from oracles import all_plans, make_problem, plan_errors, random_mesh, random_towns, with_hops

from planner.solver.folding import count_own, fold
from planner.solver.graph import build_graph
from planner.solver.layers import find_plan
from planner.solver.tree import OUTSIDE, tree_of_arcs


def layered_problems(count):
    """Yield problems with a hop limit that binds, their layered graphs and foldings."""
    seed = 0
    while count:
        rng = np.random.default_rng(seed)
        problem = random_mesh(rng) if seed % 2 else with_hops(random_towns(rng), rng)
        seed += 1
        if problem.n_arcs > 20:
            continue
        layered = build_graph(problem, problem.budget)
        if layered.layered:
            count -= 1
            yield problem, layered, fold(layered), rng


def test_arcs_and_nodes_of_both_graphs_are_those_of_the_problem():
    for problem, layered, folding, _rng in layered_problems(40):
        if folding is None:
            continue
        plain = folding.plain
        own = folding.arc >= 0
        assert (own == (layered.origin >= 0)).all()
        assert (plain.origin[folding.arc[own]] == layered.origin[own]).all()
        assert (plain.node[folding.node] == layered.node).all()
        assert (plain.node[plain.tail] == problem.tail[plain.origin]).all()
        assert (plain.node[plain.head] == problem.head[plain.origin]).all()
        assert (plain.cost == problem.cost[plain.origin]).all()
        assert count_own(layered) == np.unique(layered.origin).size
        assert count_own(plain) == plain.n_arcs == np.unique(layered.origin[own]).size
        prized = np.flatnonzero(plain.prize > 0)
        assert (folding.holder[prized] >= 0).all()
        assert (layered.prize[folding.holder[prized]] == plain.prize[prized]).all()
        assert (folding.node[folding.holder[prized]] == prized).all()
        assert (folding.holder[plain.prize == 0] == -1).all()
        for v in range(plain.n_nodes):
            copies = folding.node == v
            assert plain.demand[v] == layered.demand[copies].max()
            assert np.unique(layered.place[copies]).size == 1


def test_plans_there_and_back():
    """A plan of the problem has a layered tree; that folds to it; what has too many hops is not held."""
    there = beyond = 0
    for problem, layered, folding, _rng in layered_problems(40):
        if folding is None:
            continue
        number = {int(a): i for i, a in enumerate(folding.plain.origin)}
        free = [plan for plan in all_plans(replace(problem, hop_limit=None)) if affordable(problem, plan, number)]
        for plan in free:
            tree = tree_of_arcs(folding.plain, np.array([number[a] for a in plan], np.int32))
            ordered = in_order(problem, plan)
            errors = [e for e in plan_errors(problem, ordered, budget=10**12) if "hops" in e]
            prized_far = [int(e.split()[1]) for e in errors if problem.prize[int(e.split()[1])] > 0]
            assert folding.holds(tree) == (not prized_far)
            if errors:
                beyond += 1
                continue
            up = folding.unfold_tree(tree)
            held = np.flatnonzero((tree != OUTSIDE) & (folding.holder >= 0))
            assert (up[folding.holder[held]] != OUTSIDE).all()
            if "no prize" in " ".join(plan_errors(problem, ordered, budget=10**12)):
                continue
            found = find_plan(problem, layered, np.array(ordered, np.int32))
            again = folding.fold_tree(tree_of_arcs(layered, found))
            assert again.tolist() == tree.tolist()
            there += 1
    assert there > 100
    assert beyond > 30


def affordable(problem, plan, number):
    """Whether a graph that was built for the budget has to hold a plan."""
    return plan <= number.keys() and problem.cost[list(plan)].sum() <= problem.budget


def in_order(problem, plan):
    reached, order = {0}, []
    while len(order) < len(plan):
        order += [a for a in sorted(plan) if int(problem.tail[a]) in reached and a not in order]
        reached |= {int(problem.head[a]) for a in order}
    return order


def test_cuts_hold_for_every_plan_within_the_hops_and_are_violated():
    checked = found = 0
    for problem, _layered, folding, rng in layered_problems(60):
        if folding is None:
            continue
        plain = folding.plain
        value = np.where(rng.random(plain.n_arcs) < 0.7, rng.random(plain.n_arcs), 0.0)
        reached = np.minimum(np.bincount(plain.head, value, plain.n_nodes), 1.0)
        targets = np.flatnonzero(plain.prize > 0).astype(np.int32)
        targets = targets[targets > 0]
        spread = folding.spread(value)
        assert (spread[folding.arc < 0] == 1.0).all()
        assert (spread[folding.arc >= 0] == value[folding.arc[folding.arc >= 0]]).all()
        cuts = folding.find_cuts(value, reached, targets, 0.01, 20)
        listed = [(int(cuts.target[i]), tuple(cuts.of(i).tolist())) for i in range(int(cuts.size[0]))]
        assert len(set(listed)) == len(listed)
        number = {int(a): i for i, a in enumerate(plain.origin)}
        plans = [{number[a] for a in plan} for plan in all_plans(problem) if affordable(problem, plan, number)]
        for target, arcs in listed:
            found += 1
            assert len(set(arcs)) == len(arcs)
            assert value[list(arcs)].sum() < reached[target] - 0.01 + 1e-6
            for plan in plans:
                if target in plain.head[list(plan)].tolist():
                    checked += 1
                    assert set(arcs) & plan
    assert found > 30
    assert checked > 100


def test_nodes_with_a_chosen_copy():
    for _problem, layered, folding, rng in layered_problems(15):
        if folding is not None:
            chosen = rng.random(layered.n_nodes) < 0.3
            assert set(np.flatnonzero(folding.fold_nodes(chosen))) == set(folding.node[chosen])


def test_a_dearer_arc_of_fewer_hops_cannot_be_folded():
    """Root → 1 in two hops for 1 or in one for 5; → 2 in one more, with two hops allowed."""
    arcs = [(0, 1, 1, np.inf), (0, 1, 5, np.inf), (1, 2, 1, np.inf)]
    problem = make_problem(3, arcs, prize=[0, 1, 9], budget=9, hops=[2, 1, 1], hop_limit=2)
    assert fold(build_graph(problem, 9)) is None
