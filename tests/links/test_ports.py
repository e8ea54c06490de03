"""Towers with little room, and ways along roads that others beat: against brute force."""

from dataclasses import replace

import numpy as np
import pytest

from planner.links.fibre_block import _beaten, _vertices
from planner.links.microwave import Hops
from planner.links.multipoint import hosts_of
from planner.links.options import PlaceKind
from planner.links.ports import within_ports


def hops_of(u, v):
    size = len(u)
    plain, rungs = np.ones(size), np.zeros(size, np.int8)
    return Hops(
        np.array(u, np.int32),
        np.array(v, np.int32),
        rungs.astype(np.int16),
        plain,
        plain,
        plain,
        rungs,
        rungs,
        np.zeros(size, np.int64),
        np.zeros(size, np.bool_),
        (),
    )


def test_the_cheapest_neighbours_are_kept_and_one_that_feeds():
    # tower 0 sees 1 to 4; 4 is a source and the dearest; neighbour 2 has two alternatives
    hops = hops_of([0, 0, 0, 0, 0, 1], [1, 2, 2, 3, 4, 2])
    price = np.array([10, 40, 20, 30, 90, 5])
    ports = np.array([2.0, *[np.inf] * 4])
    upstream = np.array([True, False, False, False, True])
    keep, (lost,) = within_ports(hops, ports, price, upstream)
    assert keep.tolist() == [True, False, False, False, True, True]
    assert lost.count == 2
    keep, (lost,) = within_ports(hops, np.where(np.isfinite(ports), 3.0, ports), price, upstream)
    assert keep.tolist() == [True, True, True, False, True, True]
    keep, none = within_ports(hops, np.full(5, np.inf), price, upstream)
    assert keep.all()
    assert none == ()


@pytest.mark.parametrize("seed", range(5))
def test_no_tower_has_more_neighbours_than_room(seed):
    rng = np.random.default_rng(seed)
    pairs = np.sort(rng.integers(0, 12, (120, 2)), axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    ports = np.where(np.arange(12) < 4, rng.integers(2, 5, 12), np.inf)
    price = rng.integers(1, 100, len(pairs))
    upstream = np.arange(12) < 6
    keep, _lost = within_ports(hops_of(*pairs.T), ports, price, upstream)
    for place in range(12):
        near = {int(b if a == place else a) for a, b in pairs if place in (a, b)}
        left = {
            int(b if a == place else a) for (a, b), kept in zip(pairs, keep, strict=True) if kept and place in (a, b)
        }
        assert len(left) <= ports[place]
        # a limited neighbour may have dropped the hop; what is left else is all there was
        if np.isinf(ports[place]):
            assert {name for name in near if np.isinf(ports[name])} <= left


def test_beaten_ways_against_brute_force():
    rng = np.random.default_rng(0)
    money, offered = rng.integers(0, 3, (4, 300, 4)), rng.random((4, 300)) < 0.7
    for number in range(4):
        beaten = _beaten(money, number, offered)
        for row in range(300):
            own = money[number, row]
            expected = any(
                offered[other, row]
                and (money[other, row] <= own).all()
                and ((money[other, row] < own).any() or other < number)
                for other in range(4)
                if other != number
            )
            assert beaten[row] == expected
    kept = np.array([offered[number] & ~_beaten(money, number, offered) for number in range(4)])
    assert (kept.any(axis=0) == offered.any(axis=0)).all()


def test_vertices_of_some_lines():
    start = np.array([0, 3, 3, 5, 9])
    assert _vertices(start, np.array([2, 0, 2, 1])).tolist() == [3, 4, 0, 1, 2, 3, 4]
    assert _vertices(start, np.zeros(0, dtype=np.int64)).tolist() == []


def test_base_stations_stand_neither_where_room_is_short_nor_where_nothing_stands(places_at):
    kinds = [PlaceKind.RELAY, PlaceKind.RELAY, PlaceKind.SOURCE, PlaceKind.JUNCTION, PlaceKind.OFFICE]
    places = places_at([30.01, 30.02, 30.03, 30.04, 30.05], [-2.0] * 5, kind=kinds)
    places = replace(places, site_class=np.array([2, 2, 0, 0, 0], np.int8), ports=np.array([np.inf, 4, *[np.inf] * 3]))
    feeds = np.array([False, False, True, True, False])
    assert hosts_of(places, np.ones(5, np.bool_), feeds).tolist() == [True, False, True, False, False]
