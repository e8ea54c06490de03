"""Cheapest ways against brute force over all simple paths, with masts reckoned at the end."""

import numpy as np
import pytest

from planner.finance import MEASURES
from planner.links.options import NO_MAST, ROOT
from planner.plan.alternatives import Network, Standing, office_ways
from planner.plan.arborescence import follow

PROGRAMME = MEASURES.index("programme_cost")


def all_ways(options, start, goal, entered, demand_mbps):
    """Yield every simple chain of arcs (tail, head, row, reversed) from a start to the goal."""
    arcs = [(int(u), int(v), row, False) for row, (u, v) in enumerate(zip(options.u, options.v, strict=True))]
    arcs += [(v, u, row, True) for u, v, row, _backwards in arcs if u != ROOT]
    technology = options.technology()
    fixed = {int(v) for v in options.v[technology == "existing"]}
    arcs = [arc for arc in arcs if options.capacity_mbps[arc[2]] >= demand_mbps]

    def extend(chain, here, been):
        if here == goal:
            yield chain
            return
        for tail, head, row, backwards in arcs:
            ends_there = tail == ROOT and technology[row] not in ("source", "existing")
            if tail != here or head in been or head in entered or (ends_there and head != goal):
                continue
            if head in fixed and tail != ROOT:
                continue
            yield from extend([*chain, (tail, head, row, backwards)], head, been | {head})

    yield from extend([], start, {start})


def price(options, chain, office, have):
    """Return the four money columns of a chain for one office, on top of the mast rungs that are there."""
    technology = options.technology()
    money = sum(options.money[row] for _tail, _head, row, _backwards in chain) + np.zeros(4, np.int64)
    need = dict(have)
    for tail, head, row, backwards in chain:
        rungs = (options.rung_v[row], options.rung_u[row]) if backwards else (options.rung_u[row], options.rung_v[row])
        for place, rung in ((tail, rungs[0]), (head, rungs[1])):
            if rung != NO_MAST:
                need[place] = max(need.get(place, NO_MAST), int(rung))
    for place, rung in need.items():
        money = money + options.mast_money[place, rung]
        if place in have:
            money = money - options.mast_money[place, have[place]]
    alone = len(chain) == 1 and chain[0][0] == ROOT and technology[chain[0][2]] not in ("source", "existing")
    return money + (options.package_money if alone else options.package_transit_money)[office]


@pytest.mark.parametrize("seed", range(25))
def test_prices_alone_agree_with_brute_force(make, seed):
    country = make["random_country"](np.random.default_rng(seed), n_offices=4, n_others=2, extra=5, capacity=25.0)
    options, offices = country.options(), country.inputs().offices
    demand = offices["demand_mbps"].to_numpy()
    network = Network.of(options, offices)
    ways = office_ways(network, options, Standing.nowhere(options), demand, measure=PROGRAMME)
    checked = 0
    for office in np.flatnonzero(offices["status_before"] != "adequate"):
        place = country.names[offices["id"][office]]
        chains = list(all_ways(options, ROOT, place, set(), demand[office]))
        prices = [price(options, chain, office, {}) for chain in chains]
        best = min((int(money[PROGRAMME]) for money in prices), default=np.inf)
        assert ways.money[office, PROGRAMME] == best
        if chains:
            checked += 1
            # All columns are those of one and the same way.
            assert any((money == ways.money[office]).all() for money in prices if money[PROGRAMME] == best)
    assert checked or np.isinf(ways.money).all()


@pytest.mark.parametrize("seed", range(25))
def test_prices_on_top_of_a_plan_agree_with_brute_force(make, seed):
    rng = np.random.default_rng(seed)
    country = make["random_country"](rng, n_offices=4, n_others=2, extra=5, capacity=60.0)
    options, offices = country.options(), country.inputs().offices
    demand = offices["demand_mbps"].to_numpy()
    choice = make["random_choice"](country, rng)
    # Only half of what was chosen: the connected offices whose chains are kept.
    tree = follow(options, choice, demand)
    depth_limit = int(np.median(tree.depth)) if len(tree) else 0
    keep = tree.depth <= depth_limit
    network = Network.of(options, offices)
    standing = Standing.of(network, options, tree, keep)
    ways = office_ways(network, options, standing, demand, measure=PROGRAMME)

    entered = set(tree.head[keep].tolist())
    feeds = keep & ~np.isin(options.technology()[tree.option], ["leo"])
    residual = dict(zip(tree.head[feeds].tolist(), tree.residual_mbps(options)[feeds].tolist(), strict=True))
    have = {}
    for places, rungs in zip((tree.tail, tree.head), tree.rungs(options), strict=True):
        for place, rung in zip(places[keep].tolist(), rungs[keep].tolist(), strict=True):
            if rung != NO_MAST:
                have[place] = max(have.get(place, NO_MAST), rung)
    for office in np.flatnonzero(offices["status_before"] != "adequate"):
        place = country.names[offices["id"][office]]
        starts = [ROOT, *(start for start, room in residual.items() if room >= demand[office])]
        found = [
            price(options, chain, office, have)[PROGRAMME]
            for start in starts
            for chain in all_ways(options, start, place, entered - {start}, demand[office])
        ]
        if place in entered and place not in residual:
            continue  # its own service enters it: asked by nobody
        assert ways.money[office, PROGRAMME] == min(found, default=np.inf)


def test_arcs_that_cost_nothing_are_arcs(make):
    """An adequate office is reached for nothing, and coming down from a mast level costs nothing."""
    country = make["country"]()
    country.office("D", before="adequate")
    country.office("E")
    country.link("existing", None, "D")
    country.link("microwave", "D", "E", rungs=(2, 1))
    options, offices = country.options(), country.inputs().offices
    network = Network.of(options, offices)
    ways = office_ways(network, options, Standing.nowhere(options), np.full(2, 10.0), measure=PROGRAMME)
    # hop 12000; masts of 30 and 20 m: 33000 + 22000, sites 2 × 2250; package and transit 1200
    assert ways.money[1, PROGRAMME] == 100 * (12_000 + 33_000 + 22_000 + 4500 + 1200)
    assert ways.technology[1] == "microwave"
    assert np.isinf(ways.money[0]).all()
