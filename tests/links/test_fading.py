"""Capacity and availability of hops against the Recommendations one hop at a time, and figures worked by hand."""

import itertools
import math
from dataclasses import asdict

import numpy as np
import pytest

from planner import radio
from planner.catalogue import RadioClimate, load_catalogue, price_list, radio_climate
from planner.links.fading import NO_STEP, Fades, Paths, fastest_steps
from planner.links.microwave import SightRules, find_hops
from planner.links.radios import Radios

WET = RadioClimate(rain_mm_h=95.0, dn1_per_km=-350.0, vapour_g_m3=20.0, roughness_m=None)
DRY = RadioClimate(rain_mm_h=42.0, dn1_per_km=-200.0, vapour_g_m3=7.5, roughness_m=None)


def paths(length_km, *, latitude=-2.0, u_m=100.0, v_m=130.0):
    length_km = np.atleast_1d(np.asarray(length_km, dtype=np.float64))
    columns = (np.broadcast_to(np.asarray(x, dtype=np.float64), length_km.shape) for x in (latitude, u_m, v_m))
    ends = np.zeros((2, len(length_km)), dtype=np.int64)
    return Paths(length_km, *columns, *ends)


def test_a_hop_of_7_ghz_worked_by_hand():
    """30 km at 7.5 GHz, dN1 = -200, antennas at 0 and 30 m, equator; nothing from `planner.radio`.

    Multipath is on its deep line: A_t = 25 + 1.2 log p0 is below the margin.
    """
    fades = Fades.of(paths(30.0, latitude=0.0, u_m=0.0, v_m=30.0), 7.5, DRY)
    free_db = 92.45 + 20 * math.log10(30 * 7.5)
    factor = 10 ** (-4.6 + 0.0027 * 200)
    p0 = factor * 30**3.1 * (1 + 1) ** -1.29 * 7.5**0.8
    milder_db = 10.5 - 5.6 * math.log10(1.1 + 1) - 2.7 * math.log10(30) + 1.7 * math.log10(1 + 1)
    assert fades.occurrence_pct[0] == pytest.approx(p0, rel=1e-9)
    assert fades.conversion_db[0] == pytest.approx(milder_db, rel=1e-9)
    assert fades.unfaded_db[0] - free_db == pytest.approx(0.35, abs=0.15)  # 0.01 dB/km of air
    margin_db = 35.0
    multipath = p0 * 10 ** (-(margin_db + milder_db) / 10)
    # A(0.01 %) of rain at 42 mm/h is some 7 dB: the law gives its least share, 0.001 %
    assert 5 < fades.rain_001_db[0] < 9
    share = fades.availability(margin_db + fades.unfaded_db)[0]
    assert share == pytest.approx(1 - (multipath + 0.001) / 100, abs=1e-9)


def test_a_hop_of_18_ghz_fails_for_a_hundredth_of_a_per_cent_when_its_margin_is_the_rain_of_that_share():
    fades = Fades.of(paths(5.0), 18.7, WET)
    without_multipath = Fades(18.7, fades.unfaded_db, fades.rain_001_db, np.zeros(1), np.zeros(1))
    share = without_multipath.availability(fades.unfaded_db + 0.998 * fades.rain_001_db)
    assert share[0] == pytest.approx(0.9999, abs=1e-6)


def one_at_a_time(length_km, latitude, u_m, v_m, ghz, climate, vapours, system_db):
    """Availability of one hop from the primitives."""
    air = np.mean([radio.gases_db_km(ghz, vapour_g_m3=vapour) for vapour in vapours]) * length_km
    margin_db = system_db - radio.free_space_loss_db(length_km, ghz) - air
    factor = radio.geoclimatic_factor(climate.dn1_per_km, climate.roughness_m)
    quick = climate.roughness_m is None
    p0 = radio.multipath_occurrence_pct(length_km, ghz, height1_m=u_m, height2_m=v_m, geoclimatic=factor, quick=quick)
    milder = radio.annual_conversion_db(length_km, latitude, abs(u_m - v_m) / length_km)
    rain = radio.rain_001_db(length_km, ghz, rate_001_mm_h=climate.rain_mm_h, tilt_deg=0.0)
    lost = radio.rain_unavailability_pct(margin_db, rain, ghz) + radio.multipath_exceeded_pct(margin_db, p0, milder)
    return max(1 - float(lost) / 100, 0.0)


def place_by_place(roughness_m):
    rng = np.random.default_rng(1)
    columns = rng.uniform([20.0, -700.0, 2.0], [150.0, -40.0, 25.0], (12, 3)).T
    return RadioClimate(*columns, roughness_m)


def of_ends(climate, u, v):
    """Return the climate of a hop: the wetter end, the mean of the gradients, and the vapour of both ends."""
    if isinstance(climate.rain_mm_h, float):
        return climate, (climate.vapour_g_m3,) * 2
    rain, gradient, vapour = climate.rain_mm_h, climate.dn1_per_km, climate.vapour_g_m3
    one = RadioClimate(max(rain[u], rain[v]), (gradient[u] + gradient[v]) / 2, 0.0, climate.roughness_m)
    return one, (vapour[u], vapour[v])


@pytest.mark.parametrize(
    "climate",
    [WET, DRY, RadioClimate(63.0, -300.0, 15.0, 80.0), place_by_place(None), place_by_place(60.0)],
    ids=["wet", "dry", "rough", "by place", "by place, rough"],
)
def test_many_hops_at_once_are_each_hop_by_itself(climate):
    rng = np.random.default_rng(0)
    size = 60
    ends = rng.integers(0, 12, (2, size))
    hops = Paths(rng.uniform(0.5, 45, size), rng.uniform(-60, 60, size), *rng.uniform(0, 900, (2, size)), *ends)
    system_db = np.array([190.0, 184.0, 177.0, 170.0])
    steps_seen = set()
    for ghz in (5.8, 7.5, 18.7, 38.2):
        fades = Fades.of(hops, ghz, climate)
        found = fastest_steps(fades, system_db, 0.9995)
        for i in range(size):
            hop = (hops.length_km[i], hops.latitude_deg[i], hops.ground_u_m[i], hops.ground_v_m[i])
            shares = [one_at_a_time(*hop, ghz, *of_ends(climate, *ends[:, i]), db) for db in system_db]
            assert fades.availability(184.0)[i] == pytest.approx(shares[1], abs=1e-12)
            assert found[i] == max((step for step, share in enumerate(shares) if share >= 0.9995), default=NO_STEP)
        steps_seen |= set(found.tolist())
    assert steps_seen == {NO_STEP, 0, 1, 2, 3}


def test_longer_paths_wetter_air_and_faster_modulations_fail_more():
    longer = Fades.of(paths(np.linspace(1, 50, 200)), 11.2, WET).availability(175.0)
    assert (np.diff(longer) <= 0).all()
    for ghz in (5.8, 7.5, 18.7):
        wet, dry = (Fades.of(paths([3.0, 15.0, 40.0]), ghz, climate).availability(180.0) for climate in (WET, DRY))
        assert (wet <= dry).all()
        assert (wet < dry).any()
    fades = Fades.of(paths(np.linspace(1, 50, 200)), 7.5, WET)
    assert (fades.availability(180.0) >= fades.availability(170.0)).all()


def test_nothing_fades_between_places_with_the_same_coordinates():
    fades = Fades.of(paths([0.0, 0.001]), 18.7, WET)
    assert fades.availability(140.0) == pytest.approx([0.99999, 0.99999], abs=1e-9)
    assert fastest_steps(fades, np.array([160.0, 150.0]), 0.9995).tolist() == [1, 1]


@pytest.mark.parametrize("zone", ["wet_tropics", "temperate"])
def test_the_programs_own_bands_reach_about_as_far_as_practice_has_it(scenario, zone):
    """With 99.95 % against fades the fastest modulation of a band reaches half to twice the range of practice."""
    of_practice = {
        "wet_tropics": {7.5: 50, 11.2: 20, 18.7: 10, 22.4: 6, 38.2: 3},
        "temperate": {7.5: 60, 11.2: 35, 18.7: 20, 22.4: 15, 38.2: 6},
    }[zone]
    asked = scenario(climate={"zone": zone})
    climate = radio_climate(asked)
    # Field by field: some are not a number, which is no equal of itself.
    np.testing.assert_equal(asdict(climate), asdict({"wet_tropics": WET, "temperate": DRY}[zone]))
    options = price_list(load_catalogue(asked), asked).microwave
    length_km = np.linspace(0.2, 130, 1300)
    for ghz, range_km in of_practice.items():
        fades = Fades.of(paths(length_km), ghz, climate)
        reach_km = max(
            length_km[fades.availability(option.signal_dbm - option.thresholds_dbm[-1]) >= 0.9995].max()
            for option in options
            if option.frequency_ghz == ghz
        )
        assert range_km / 2 <= reach_km <= range_km * 2, f"{ghz} GHz: {reach_km:.1f} km"


LADDER_M = np.array([6.0, 15.0, 30.0])
RADIOS = Radios(
    frequency_ghz=np.array([7.5, 7.5, 18.7, 18.7, 38.2]),
    range_km=np.array([9.0, 9.0, 9.0, 9.0, 4.0]),
    rates_mbps=np.array([[84, 168, 358], [168, 336, 716], [84, 168, 358], [168, 336, 716], [336, 672, 1434]]),
    system_db=np.array([[151, 145, 132], [151, 145, 132], [163, 157, 144], [160, 154, 141], [156, 150, 137.0]]),
    equipment=np.array([0.9995, 0.9995, 0.9995, 0.9995, 0.998]),
    wanted=np.array([0.9995, 0.9995, 0.9995, 0.9995, 0.9999]),
    money=np.array([[100], [150], [80], [120], [70]]) * np.ones(4, dtype=np.int64),
    diverse_money=np.full((5, 4), 999),
)


@pytest.mark.parametrize("climate", [WET, place_by_place(None)], ids=["everywhere", "by place"])
def test_hops_carry_what_fades_leave_them(ground, places_at, climate):
    """On flat ground every pair sees every other from the lowest masts: all alternatives, by plain loops."""
    rng = np.random.default_rng(3)
    elevation = ground(np.full((60, 80), 20.0))
    places = places_at(rng.uniform(30.003, 30.063, 12), rng.uniform(-2.047, -2.003, 12))
    hops = find_hops(
        elevation,
        places,
        places.position_known,
        RADIOS,
        ladder_m=LADDER_M,
        mast_money=np.zeros((12, 3, 4), np.int64) + 400 * np.arange(3)[:, None],
        rules=SightRules(criteria=((4 / 3, 0.2),), margin_m=0.0, bare_ends_m=0.0),
        climate=climate,
        upstream=np.zeros(12, np.bool_),
        max_neighbours=99,
        useful_mbps=1000.0,
    )
    assert set(hops.rung_u) == set(hops.rung_v) == {0}
    found = {
        (int(u), int(v), int(r)): (mbps, share)
        for u, v, r, mbps, share in zip(hops.u, hops.v, hops.radio, hops.capacity_mbps, hops.availability, strict=True)
    }
    length_of = {(int(u), int(v)): km for u, v, km in zip(hops.u, hops.v, hops.length_km, strict=True)}
    capacities = set()
    for (u, v), length_km in length_of.items():
        latitude = (places.lat[u] + places.lat[v]) / 2
        able = {}
        for r in range(5):
            if length_km > RADIOS.range_km[r]:
                continue
            ghz = RADIOS.frequency_ghz[r]
            here = of_ends(climate, u, v)
            shares = [one_at_a_time(length_km, latitude, 0.0, 0.0, ghz, *here, db) for db in RADIOS.system_db[r]]
            steps = [step for step, share in enumerate(shares) if share >= RADIOS.wanted[r]]
            if steps:
                able[r] = (RADIOS.rates_mbps[r, steps[-1]], shares[steps[-1]] * RADIOS.equipment[r])
        kept = {
            r
            for r, (mbps, _share) in able.items()
            if not any(
                min(able[o][0], 1000) >= min(mbps, 1000) and RADIOS.money[o, 0] < RADIOS.money[r, 0] for o in able
            )
        }
        assert {r for r in range(5) if (u, v, r) in found} == kept
        for r in kept:
            assert found[u, v, r] == pytest.approx(able[r], abs=1e-12)
        capacities |= {(r, able[r][0]) for r in kept}
    assert len(length_of) > 40
    assert len(capacities) > 6  # the same radios carry less on longer hops


def test_pairs_that_fades_close_are_counted(ground, places_at):
    places = places_at([30.005, 30.06], [-2.02, -2.02])
    hops = find_hops(
        ground(np.full((60, 80), 20.0)),
        places,
        places.position_known,
        Radios(
            *(np.array([18.7]), np.array([9.0]), np.array([[100.0]]), np.array([[140.0]])),
            *(np.array([0.9995]), np.array([0.9995]), *[np.ones((1, 4), np.int64)] * 2),
        ),
        ladder_m=LADDER_M,
        mast_money=np.zeros((2, 3, 4), np.int64),
        rules=SightRules(criteria=((4 / 3, 0.2),), margin_m=0.0, bare_ends_m=0.0),
        climate=WET,
        upstream=np.zeros(2, np.bool_),
        max_neighbours=9,
        useful_mbps=1000.0,
    )
    assert len(hops.u) == 0
    (reason,) = hops.rejections
    assert "fades" in reason.reason
    assert reason.count == 1


def test_of_equal_alternatives_the_more_available_stays(ground, places_at):
    places = places_at([30.005, 30.03], [-2.02, -2.02])
    for order in itertools.permutations([0, 1]):
        radios = Radios(
            frequency_ghz=np.array([7.5, 18.7])[list(order)],
            range_km=np.full(2, 9.0),
            rates_mbps=np.full((2, 1), 100.0),
            system_db=np.full((2, 1), 165.0),
            equipment=np.full(2, 0.9995),
            wanted=np.full(2, 0.99),
            money=np.ones((2, 4), np.int64),
            diverse_money=np.ones((2, 4), np.int64),
        )
        hops = find_hops(
            ground(np.full((60, 80), 20.0)),
            places,
            places.position_known,
            radios,
            ladder_m=LADDER_M,
            mast_money=np.zeros((2, 3, 4), np.int64),
            rules=SightRules(criteria=((4 / 3, 0.2),), margin_m=0.0, bare_ends_m=0.0),
            climate=WET,
            upstream=np.zeros(2, np.bool_),
            max_neighbours=9,
            useful_mbps=1000.0,
        )
        assert radios.frequency_ghz[hops.radio].tolist() == [7.5]
