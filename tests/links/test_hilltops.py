"""Hilltops: which are kept, how far apart, how many; an office in a valley that needs one."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import rasterio
from pyproj import Geod
from scipy.sparse import csr_array

from planner.catalogue import MastClass, SiteClass, load_catalogue, price_list
from planner.inputs import InputFile
from planner.inputs.road_network import RoadNetwork
from planner.links import PlaceKind, build_links, relay_sites
from planner.links.cache import cache_file
from planner.links.hilltops import WANTED, choose_greedily, find_hilltops, spaced
from planner.terrain import find_peaks

GEODESIC = Geod(ellps="WGS84")
CELL_DEG = 1 / 1200


def with_hilltops(**rules):
    return {"links": {"microwave": {"hilltops": {"enabled": True, **rules}}}}


@pytest.fixture
def hilly(ground, places_at):
    """Rolling hills of 13 by 13 km and twelve places on them."""
    elevation = ground(shape=(140, 140), relief_m=120.0, seed=5)
    rng = np.random.default_rng(5)
    return elevation, places_at(rng.uniform(30.005, 30.11, 12), rng.uniform(-2.11, -2.005, 12))


def kept(hilly, scenario, roads=None, asking=None, **rules):
    elevation, places = hilly
    asking = np.ones(len(places), np.bool_) if asking is None else asking
    return find_hilltops(elevation, places, asking, roads, scenario(**with_hilltops(**rules)))


def test_spacing_holds_and_no_other_summit_would_fit(hilly, scenario):
    found = kept(hilly, scenario, spacing_km=2.0, prominence_m=10.0, per_100_places=1e4)
    assert 4 < len(found) < found.in_reach <= found.found
    away_km = [
        GEODESIC.line_length(found.lon[[i, j]], found.lat[[i, j]]) / 1000 for i, j in combinations(range(len(found)), 2)
    ]
    assert min(away_km) >= 2.0


def test_spacing_by_brute_force():
    rng = np.random.default_rng(1)
    summit_m, tower_m = rng.uniform(0, 100, (200, 3)), rng.uniform(0, 100, (5, 3))
    by_hand = []
    for row, at in enumerate(summit_m):
        others = np.concatenate([tower_m, summit_m[by_hand]])
        if (np.linalg.norm(others - at, axis=1) >= 25.0).all():
            by_hand.append(row)
    assert spaced(summit_m, tower_m, 25.0).tolist() == by_hand
    assert spaced(summit_m, tower_m, 0.0).tolist() == list(range(200))


@pytest.mark.parametrize(("rules", "most"), [({"per_100_places": 25}, 3), ({"max_number": 2}, 2), ({}, 2)])
def test_number_is_bounded(hilly, scenario, rules, most):
    found = kept(hilly, scenario, spacing_km=0.5, prominence_m=10.0, **rules)
    assert len(found) == most, "12 places: 3 at 25 per 100, 2 at the 20 per 100 of the default"


def test_prominence_asked_for(hilly, scenario):
    counts = [kept(hilly, scenario, prominence_m=least_m).found for least_m in (10.0, 100.0, 200.0)]
    assert counts == [len(find_peaks(hilly[0], 100.0, least_m=least_m)) for least_m in (10.0, 100.0, 200.0)]
    assert counts[0] > counts[1] > counts[2]


def test_nobody_asks(hilly, scenario):
    found = kept(hilly, scenario, asking=np.zeros(12, np.bool_), prominence_m=10.0)
    assert found.found > 0
    assert len(found) == found.in_reach == 0


def test_range_of_hops(hilly, scenario):
    elevation, places = hilly
    links = {"microwave": {"range_km": 1.0, "hilltops": {"enabled": True, "per_100_places": 1e4, "prominence_m": 10}}}
    asking = np.arange(12) == 3
    found = find_hilltops(elevation, places, asking, None, scenario(links=links))
    away_km = [
        GEODESIC.line_length([x, places.lon[3]], [y, places.lat[3]]) / 1000
        for x, y in zip(found.lon, found.lat, strict=True)
    ]
    assert max(away_km, default=0.0) <= 1.0


def test_near_roads(hilly, scenario):
    lon, lat = np.array([30.0, 30.06, 30.116]), np.full(3, -2.05)
    network = RoadNetwork(lon, lat, np.array([[0, 1], [1, 2]]), np.array([0, 0]), ("track",), 1, 0)
    rules = {"prominence_m": 10.0, "spacing_km": 0.1, "per_100_places": 1e4}
    everywhere = kept(hilly, scenario, **rules)
    found = kept(hilly, scenario, network, road_within_km=1.5, **rules)
    # a degree of latitude at the equator measures 110.57 km
    assert found.in_reach == (np.abs(find_peaks(hilly[0], 100.0, least_m=10.0).lat + 2.05) * 110.57 <= 1.5).sum()
    assert 0 < len(found) < len(everywhere)
    assert (np.abs(found.lat + 2.05) * 110.57 <= 1.5 + 1e-3).all()
    # the track is that long, in whole 10 m from the next above; without roads as long as the scenario says
    away_km = np.abs(found.lat + 2.05) * 110.57
    assert (found.access_km - away_km > -0.001).all()
    assert (found.access_km - away_km < 0.011).all()
    assert np.round(found.access_km * 100) == pytest.approx(found.access_km * 100, abs=1e-9)
    assert set(everywhere.access_km) == {2.0}


def plain_greedy(score, most):
    taken = []

    def value(rows):
        return np.sort(np.vstack([np.zeros((WANTED, score.shape[1])), score[rows]]), axis=0)[-WANTED:].sum()

    while len(taken) < most:
        gains = [value([*taken, row]) - value(taken) if row not in taken else 0.0 for row in range(len(score))]
        if max(gains) <= 0:
            break
        taken.append(int(np.argmax(gains)))
    return taken


@pytest.mark.parametrize("seed", range(6))
def test_greedy_choice_is_that_of_the_plain_rule(seed):
    rng = np.random.default_rng(seed)
    # whole numbers: gains are exact, and many are equal
    score = np.round(rng.uniform(0, 9, (30, 12))) * (rng.random((30, 12)) < 0.4)
    for most in (1, 5, 30):
        assert choose_greedily(csr_array(score), most).tolist() == plain_greedy(score, most)


@pytest.fixture
def valley(country, tmp_path):
    """An office in a valley behind a ridge of 300 m, a source on the other side."""
    col = np.arange(240)
    heights = np.broadcast_to(100.0 + 300.0 * np.exp(-(((col - 120) / 25) ** 2)), (100, 240)).copy()
    heights[50, 120] = 480.0
    file = tmp_path / "valley.tif"
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "crs": "EPSG:4326"}
    transform = rasterio.Affine(CELL_DEG, 0, 30, 0, -CELL_DEG, -2)
    with rasterio.open(file, "w", width=240, height=100, transform=transform, **profile) as out:
        out.write(heights.astype(np.float32), 1)
    plain = country(n_offices=1)
    lat = -2 - 50.5 * CELL_DEG
    return replace(
        plain,
        offices=plain.offices.assign(lon=30 + 200.5 * CELL_DEG, lat=lat),
        sources=plain.sources[:1].assign(lon=30 + 40.5 * CELL_DEG, lat=lat),
        towers=plain.towers[:0],
        terrain=(file,),
        files=(InputFile("valley.tif", str(file), file.stat().st_size, "hash of a valley"),),
    )


def test_an_office_in_a_valley_gets_its_hop_over_a_hilltop(valley, scenario, tmp_path):
    rules = {"per_100_places": 100, "prominence_m": 40.0}
    without = build_links(scenario(), valley, cache_dir=tmp_path)
    options = build_links(scenario(**with_hilltops(**rules)), valley, cache_dir=tmp_path)
    assert "microwave" not in set(without.technology())
    hops = np.flatnonzero(options.technology() == "microwave")
    ends = {tuple(sorted((options.places.id[options.u[i]], options.places.id[options.v[i]]))) for i in hops}
    name = f"~h{30 + 120.5 * CELL_DEG:.6f},{-2 - 50.5 * CELL_DEG:.6f}"
    assert ends == {("o0", name), ("s0", name)}

    # what stands there: nothing; what is paid: mast, access, power, upkeep
    (at,) = np.flatnonzero(options.places.id == name)
    assert options.places.kind[at] == PlaceKind.RELAY
    assert options.places.existing_m[at] == 0.0
    assert options.places.site_class[at] == SiteClass.GREENFIELD
    assert options.places.mast_class[at] == MastClass.RELAY
    assert options.places.ground_m[at] == pytest.approx(480.0, abs=0.1), "0.6 ‰ of a cell off, 80 m each way"
    # 20,000 + 10,000 per 10 m of mast, 10,000 for the site and for each of 2 km of track; 10 % contingency
    # 150 W day and night: panels of 4.5 h of sun and 0.7 at 1.6 a watt, a battery of two days of 0.8 at 300 a kWh
    solar = 150 * 24 / 4.5 / 0.7 * 1.6 + 150 * 48 / 0.8 / 1000 * 300
    assert options.mast_money[at, 2, 0] == round(110 * (20_000 + 15_000 + 10_000 + 20_000 + solar))
    assert options.ladder_m[2] == 15.0

    # trenches do not know hilltops
    for one, other in ((without, options), (options, without)):
        rows = one.technology() == "fibre"
        assert one.money[rows].tolist() == other.money[other.technology() == "fibre"].tolist()
    assert any("1 kept" in note for note in options.notes)
    assert not any("hilltops" in note for note in without.notes)


def test_none_without_asking_and_none_without_microwave(valley, scenario):
    def sites(**sections):
        asked = scenario(**sections)
        return relay_sites(asked, valley, price_list(load_catalogue(asked), asked))

    assert sites() is None
    assert sites(**with_hilltops(), technologies={"microwave": {"enabled": False}}) is None
    found = sites(**with_hilltops(per_100_places=50, prominence_m=40.0))
    assert json.loads(json.dumps(found.told())) == {"found": 1, "in_reach": 1, "kept": 1}


@pytest.mark.parametrize(
    "rule",
    [{"spacing_km": 4.0}, {"prominence_m": 60.0}, {"max_number": 3}, {"per_100_places": 1}, {"road_within_km": 1}],
)
def test_the_cache_tells_rules_apart(valley, scenario, rule, tmp_path):
    def file(sections):
        asked = scenario(**sections)
        return cache_file(asked, valley, load_catalogue(asked), tmp_path)

    assert len({file({}), file(with_hilltops()), file(with_hilltops(**rule))}) == 3
