"""The planning graph: its best arborescence is the best plan, to the cent."""

import itertools

import networkx as nx
import numpy as np
import pytest

from planner.finance import PROGRAMME_COST
from planner.graph import NO_OPTION, build_graph, chosen
from planner.links.options import NO_MAST, ROOT
from planner.solver import Status, solve

SEEDS = range(40)


@pytest.fixture(scope="module", autouse=True)
def _compiled(make):
    """Compile the search before any clock runs."""
    country = make["random_country"](np.random.default_rng(0))
    graph = build_graph(country.options(), country.inputs().offices, measure=PROGRAMME_COST, budget_cents=10_000_000)
    solve(graph.problem, time_limit_s=0.1)


def programme_cost(options, rows, connected):
    """Return what links and offices cost: tallest mast per place, package with transit behind a source."""
    cost = int(sum(options.money[row, PROGRAMME_COST] for row in rows))
    tallest = {}
    for row in rows:
        for place, rung in ((options.u[row], options.rung_u[row]), (options.v[row], options.rung_v[row])):
            if rung != NO_MAST:
                tallest[int(place)] = max(tallest.get(int(place), NO_MAST), int(rung))
    cost += int(sum(options.mast_money[place, rung, PROGRAMME_COST] for place, rung in tallest.items()))
    technology = options.technology()
    direct = {int(options.v[row]) for row in rows if technology[row] in {"leo", "cellular"}}
    for office, place in connected:
        money = options.package_money if place in direct else options.package_transit_money
        cost += int(money[office, PROGRAMME_COST])
    return cost


def fits(options, offices, entering, parent, taken):
    """Return whether no link carries more than it can."""
    load = dict.fromkeys(entering, 0.0)
    for office, place in taken:
        at = place
        while at != ROOT:
            load[at] += offices["demand_mbps"][office]
            at = parent[at]
    return all(load[place] <= options.capacity_mbps[row] for place, row in entering.items())


def best_of_tree(country, options, offices, entering, parent, reached, budget):
    """Return the best benefit that a tree can bring: any part of the offices that it reaches may be connected."""
    free = options.technology() == "existing"
    links = [row for row in entering.values() if not free[row]]
    return max(
        (
            float(sum(offices["benefit"][office] for office, _place in taken))
            for count in range(len(reached) + 1)
            for taken in itertools.combinations(reached, count)
            if programme_cost(options, links, taken) <= budget and fits(options, offices, entering, parent, taken)
        ),
        default=0.0,
    )


def best_value(country, options, offices, budget):
    """Return the best benefit by trying every set of links (each in every direction that hangs together)."""
    technology = options.technology()
    candidates = offices[offices["status_before"] != "adequate"]
    place_of = {row: country.names[offices["id"][row]] for row in candidates.index}
    best = 0.0
    rows = [row for row in range(len(options)) if technology[row] != "existing"]
    free = [row for row in range(len(options)) if technology[row] == "existing"]
    fixed = {int(options.v[row]) for row in free}
    for size in range(min(len(rows), 7) + 1):
        for subset in itertools.combinations(rows, size):
            tree = nx.Graph([(int(options.u[row]), int(options.v[row])) for row in (*subset, *free)])
            if tree.number_of_edges() != size + len(free):
                continue  # two links between the same places
            tree.add_node(ROOT)
            if not nx.is_tree(tree):
                continue
            parent = dict(nx.bfs_predecessors(tree, ROOT))
            if any(parent[place] != ROOT for place in fixed):
                continue
            direct = {int(options.v[row]) for row in subset if technology[row] in {"leo", "cellular"}}
            if any(above in direct for above in parent.values()):
                continue  # a service from the root ends at its office
            reached = [(office, place) for office, place in place_of.items() if place in parent]
            rows_of = {frozenset((int(options.u[row]), int(options.v[row]))): row for row in (*subset, *free)}
            entering = {place: rows_of[frozenset((place, above))] for place, above in parent.items()}
            best = max(best, best_of_tree(country, options, offices, entering, parent, reached, budget))
    return best


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_plan_by_brute_force_lies_between_value_and_bound(make, seed):
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=4, n_others=1, extra=1)
    options, offices = country.options(), country.inputs().offices
    budget = int(rng.integers(0, 15_000_000))
    graph = build_graph(options, offices, measure=PROGRAMME_COST, budget_cents=budget)
    result = solve(graph.problem, gap=0.0, time_limit_s=0.2)
    best = best_value(country, options, offices, budget)
    assert result.value <= best <= result.bound + 1e-9
    if result.status is Status.OPTIMAL:
        assert result.value == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plan_costs_what_its_arcs_cost(make, seed):
    rng = np.random.default_rng(1000 + seed)
    country = make["random_country"](rng, n_offices=8, n_others=4, extra=10)
    options, offices = country.options(), country.inputs().offices
    graph = build_graph(options, offices, measure=PROGRAMME_COST, budget_cents=40_000_000)
    result = solve(graph.problem, gap=0.05, time_limit_s=0.2)
    plan = make["plan"](country, chosen(graph, options, result.arcs, len(offices)))
    assert round(100 * plan.totals["programme_cost"]) == result.cost


def test_masts_cost_their_steps_and_going_down_is_free(handmade):
    options = handmade.country.options()
    graph = build_graph(options, handmade.country.inputs().offices, measure=PROGRAMME_COST, budget_cents=0)
    problem = graph.problem
    inside = (problem.place[problem.tail] == problem.place[problem.head]) & (graph.arc_option == NO_OPTION)
    levels = inside & (graph.terminal_office[problem.head] < 0)
    up = nx.DiGraph()
    up.add_weighted_edges_from(zip(problem.tail[levels], problem.head[levels], problem.cost[levels], strict=True))
    for place in np.unique(problem.place[problem.head[levels]]):
        ground = int(place)  # node of the ground level: places are numbered from 1, in order
        ends = zip((*options.u, *options.v), (*options.rung_u, *options.rung_v), strict=True)
        rungs = sorted({int(rung) for end, rung in ends if end == place - 1 and rung != NO_MAST})
        prices = [int(options.mast_money[place - 1, rung, PROGRAMME_COST]) for rung in rungs]
        costs = nx.single_source_dijkstra_path_length(up, ground)
        assert sorted(costs.values()) == sorted([0, *prices])
        assert all(nx.dijkstra_path_length(up, node, ground) == 0 for node in costs)


def test_nothing_enters_an_office_that_is_adequately_connected_but_its_own_connection(handmade):
    options = handmade.country.options()
    graph = build_graph(options, handmade.country.inputs().offices, measure=PROGRAMME_COST, budget_cents=0)
    place = 1 + handmade.country.names["D"]
    from_outside = (graph.problem.place[graph.problem.head] == place) & (
        graph.problem.place[graph.problem.tail] != place
    )
    assert options.technology()[graph.arc_option[from_outside]].tolist() == ["existing"]


def test_excluded_offices_have_no_terminal(handmade):
    offices = handmade.country.inputs().offices
    graph = build_graph(
        handmade.country.options(), offices, measure=PROGRAMME_COST, budget_cents=10**9, exclude=["A", "F"]
    )
    stands = offices["id"].iloc[graph.terminal_office[graph.terminal_office >= 0]]
    assert set(stands) == {"B", "C", "E", "G"}
