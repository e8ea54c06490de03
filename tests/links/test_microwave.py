"""Hops against brute force over all pairs, radios and rungs, with the plain path profile."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from planner.catalogue import RadioClimate
from planner.finance import PRESENT_VALUE
from planner.links import microwave
from planner.links.microwave import SightRules, find_hops
from planner.links.options import PlaceKind
from planner.links.radios import Radios
from planner.plan.verify.mirror import is_mirrored
from planner.terrain import VOID_HEIGHT
from planner.terrain.pairs import pairs_within
from planner.terrain.profile import clearance_m, terrain_profile

LADDER_M = np.array([6.0, 15.0, 30.0])
RULES = SightRules(criteria=((4 / 3, 1.0), (2 / 3, 0.6)), margin_m=2.0, bare_ends_m=0.0)
CLIMATE = RadioClimate(rain_mm_h=60.0, dn1_per_km=-250.0, vapour_g_m3=10.0, roughness_m=None)
RADIOS = Radios(
    frequency_ghz=np.array([5.8, 18.0, 18.0, 80.0]),
    range_km=np.array([5.0, 4.0, 4.0, 1.5]),
    rates_mbps=np.array([[100.0], [200.0], [800.0], [5000.0]]),
    system_db=np.full((4, 1), 400.0),  # no fade is as deep
    equipment=np.array([0.998, 0.999, 0.999, 0.999]),
    wanted=np.full(4, 0.9995),
    money=np.array([[300, 30, 450, 450], [800, 60, 1200, 1100], [1000, 70, 1400, 1350], [900, 80, 1500, 1300]]),
    diverse_money=np.full((4, 4), 5000),
)


def mast_money(n, step=400):
    return np.broadcast_to(step * np.arange(3)[None, :, None], (n, 3, 4)).astype(np.int64)


def scattered(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(30.003, 30.063, count), rng.uniform(-2.047, -2.003, count)


def search(elevation, places, *, radios=RADIOS, climate=CLIMATE, upstream=None, max_neighbours=99, useful_mbps=np.inf):
    return find_hops(
        elevation,
        places,
        places.position_known,
        radios,
        ladder_m=LADDER_M,
        mast_money=mast_money(len(places)),
        rules=RULES,
        climate=climate,
        upstream=places.kind != PlaceKind.OFFICE if upstream is None else upstream,
        max_neighbours=max_neighbours,
        useful_mbps=useful_mbps,
    )


def rows_of(hops):
    columns = (hops.u, hops.v, hops.radio, hops.rung_u, hops.rung_v)
    return sorted(zip(*(column.tolist() for column in columns), strict=True))


def sees(elevation, lon, lat, u, v, rung_u, rung_v, ghz):
    """None where a criterion is met or missed by less than what sampling differently can change."""
    profile = terrain_profile(elevation, lon[u], lat[u], lon[v], lat[v], 20.0)
    inner = slice(1, -1)
    free = [
        (clearance_m(profile, LADDER_M[rung_u], LADDER_M[rung_v], ghz, k, share) - RULES.margin_m)[inner].min()
        for k, share in RULES.criteria
    ]
    return None if abs(min(free)) < 0.5 else bool(min(free) > 0)


def brute(elevation, lon, lat, u, v, length_km, useful_mbps):
    """All alternatives of a pair that none other beats; None if one of them is too close to call."""
    able = []
    for radio, rung_u, rung_v in itertools.product(range(len(RADIOS.money)), range(3), range(3)):
        if length_km <= RADIOS.range_km[radio]:
            clear = sees(elevation, lon, lat, u, v, rung_u, rung_v, RADIOS.frequency_ghz[radio])
            if clear is None:
                return None
            if clear:
                able.append((radio, rung_u, rung_v))
    capacity = np.minimum(RADIOS.rates_mbps[:, 0], useful_mbps)

    def beats(one, other):
        better_radio = capacity[one[0]] >= capacity[other[0]] and (RADIOS.money[one[0]] <= RADIOS.money[other[0]]).all()
        return one != other and better_radio and one[1] <= other[1] and one[2] <= other[2]

    return [(u, v, *way) for way in able if not any(beats(other, way) for other in able)]


@pytest.mark.parametrize(("seed", "useful_mbps"), [(0, np.inf), (1, np.inf), (2, 150.0)])
def test_alternatives_are_those_of_brute_force(ground, places_at, seed, useful_mbps):
    elevation = ground(seed=seed, relief_m=9.0)
    lon, lat = scattered(14, seed)
    found = rows_of(search(elevation, places_at(lon, lat), useful_mbps=useful_mbps))
    compared = 0
    for u, v, length_km in zip(*pairs_within(lon, lat, 5.0), strict=True):
        want = brute(elevation, lon, lat, int(u), int(v), length_km, useful_mbps)
        if want is not None:
            assert [row for row in found if row[:2] == (u, v)] == sorted(want)
            compared += len(want)
    assert compared > 40
    assert len({row[3:] for row in found}) > 3  # not only the lowest masts


def test_reasons_are_counted(ground, places_at):
    heights = np.full((60, 80), 20.0)
    heights[:, 40:42] = 400.0  # a ridge
    heights[30:, 60:62] = VOID_HEIGHT
    lon, lat = [30.01, 30.02, 30.044, 30.044, 30.06, 30.02], [-2.01, -2.01, -2.01, -2.04, -2.04, -2.02]
    places = places_at(lon, lat, max_rung=[2, 2, 2, 2, 2, -1])
    hops = search(ground(heights), places)
    assert {(u, v) for u, v, *_rest in rows_of(hops)} == {(0, 1), (2, 3)}
    counts = [rejection.count for rejection in hops.rejections]
    length_km = pairs_within(places.lon[:5], places.lat[:5], 9.0)[2]
    beyond = 10 - np.count_nonzero(length_km <= 5.0)
    blocked_or_void = 10 - beyond - 2
    assert counts[0] == 1  # no mast
    assert counts[1] == beyond
    assert counts[2] + counts[3] == blocked_or_void
    assert counts[2] >= 1  # (3, 4) crosses the void


def test_rungs_beyond_the_highest_allowed_are_not_used(ground, places_at):
    elevation = ground(seed=1, relief_m=9.0)
    places = places_at(*scattered(14, 1), max_rung=np.arange(14) % 3)
    hops = search(elevation, places)
    assert (hops.rung_u <= places.max_rung[hops.u]).all()
    assert (hops.rung_v <= places.max_rung[hops.v]).all()
    assert 0 < len(hops.u) < len(search(elevation, places_at(*scattered(14, 1))).u)


def test_each_place_keeps_cheap_and_upstream_neighbours_and_all_stay_joined(ground, places_at, monkeypatch):
    monkeypatch.setattr(microwave, "UPSTREAM_NEIGHBOURS", 1)
    elevation = ground(np.full((60, 80), 20.0))
    # Two dense clusters 4 km apart; the source stands at the far end of the second one.
    rng = np.random.default_rng(0)
    lon = np.concatenate([30.01 + rng.uniform(0, 0.002, 12), 30.046 + rng.uniform(0, 0.002, 12), [30.05]])
    lat = np.concatenate([-2.02 + rng.uniform(0, 0.002, 24), [-2.02]])
    places = places_at(lon, lat, kind=np.append(np.zeros(24, np.int8), PlaceKind.SOURCE))
    everything = search(elevation, places)
    some = search(elevation, places, max_neighbours=2)
    pairs = {(u, v) for u, v, *_rest in rows_of(some)}
    assert set(rows_of(some)) <= set(rows_of(everything))
    assert len(pairs) < len({(u, v) for u, v, *_rest in rows_of(everything)}) / 2

    # Every office sees the source within 5 km, and keeps the hop.
    seen = {int(u) for u, v in zip(everything.u, everything.v, strict=True) if v == 24}
    assert {u for u, v in pairs if v == 24} == seen
    masts = 400 * (everything.rung_u.astype(int) + everything.rung_v)
    price = RADIOS.money[everything.radio, PRESENT_VALUE] + masts
    for place in range(24):
        by_price = sorted(
            (price[row], everything.length_km[row], int(everything.u[row]), int(everything.v[row]))
            for row in np.flatnonzero((everything.u == place) | (everything.v == place))
        )
        assert set(list(dict.fromkeys((u, v) for _price, _length, u, v in by_price))[:2]) <= pairs


def test_an_office_that_serves_as_a_source_is_upstream_like_any_source(ground, places_at, monkeypatch):
    """A dozen offices with cheap neighbours of their own keep a hop to the one that has the connection."""
    monkeypatch.setattr(microwave, "UPSTREAM_NEIGHBOURS", 1)
    rng = np.random.default_rng(0)
    places = places_at(np.append(30.01 + rng.uniform(0, 0.002, 12), 30.04), np.full(13, -2.02))
    elevation = ground(np.full((60, 80), 20.0))
    seen = []
    for serving in (False, True):
        hops = search(elevation, places, upstream=np.append(np.zeros(12, np.bool_), serving), max_neighbours=2)
        seen.append({int(u) for u, v in zip(hops.u, hops.v, strict=True) if v == 12})
    # The two that it chooses itself and at most one of the forest; then all, who see it within 5 km.
    assert len(seen[0]) <= 3
    assert seen[1] == set(range(12))


def test_clusters_stay_joined(ground, places_at):
    elevation = ground(np.full((60, 80), 20.0))
    rng = np.random.default_rng(0)
    lon = np.concatenate([30.01 + rng.uniform(0, 0.002, 12), 30.046 + rng.uniform(0, 0.002, 12)])
    hops = search(elevation, places_at(lon, -2.02 + rng.uniform(0, 0.002, 24)), max_neighbours=2)
    between = [(u, v) for u, v, *_rest in rows_of(hops) if (u < 12) != (v < 12)]
    assert len(set(between)) == 1
    assert hops.rejections[-1].count > 0


def test_no_radio_no_hop(ground, places_at):
    none, no_step = np.zeros(0), np.zeros((0, 1))
    nothing = Radios(none, none, no_step, no_step, none, none, *[np.zeros((0, 4), np.int64)] * 2)
    assert len(search(ground(), places_at(*scattered(3)), radios=nothing).u) == 0


@pytest.mark.parametrize("count", [0, 1])
def test_nobody_to_see(ground, places_at, count):
    hops = search(ground(), places_at([30.02] * count, [-2.02] * count))
    assert len(hops.u) == 0
    assert hops.rejections == ()


def shores(ground, places_at, sea_m=0.0, island_m=0.0):
    """Two places 4.7 km apart on shores of 12 m, an island off the second one."""
    heights = np.full((60, 80), sea_m)
    heights[:, :6] = heights[:, 50:58] = 12.0
    heights[:, 40:42] = island_m or sea_m
    return ground(heights), replace(places_at([30.003, 30.045], [-2.02, -2.02]), ground_m=np.full(2, 12.0))


def test_hops_over_the_sea_have_space_diversity(ground, places_at):
    """Where the sea is a plain of one metre instead, none has."""
    for sea_m, diverse in ((0.0, True), (1.0, False)):
        hops = search(*shores(ground, places_at, sea_m))
        assert len(hops.u)
        assert (hops.diverse == diverse).all()
        price = RADIOS.diverse_money if diverse else RADIOS.money
        np.testing.assert_array_equal(RADIOS.of(hops), price[hops.radio])


@pytest.mark.parametrize("island_m", [6.0, 8.0, 10.0, 12.0])
def test_each_pair_of_masts_is_looked_at_by_itself(ground, places_at, island_m):
    elevation, places = shores(ground, places_at, island_m=island_m)
    hops = search(elevation, places)
    profile = terrain_profile(elevation, *(axis[end] for end in (0, 1) for axis in (places.lon, places.lat)), 10.0)
    said = [
        is_mirrored(profile, (LADDER_M[rung_u], LADDER_M[rung_v]), elevation.cell_m)
        for rung_u, rung_v in zip(hops.rung_u, hops.rung_v, strict=True)
    ]
    assert any(one is not None for one in said)
    assert all(one in (has, None) for one, has in zip(said, hops.diverse.tolist(), strict=True))
