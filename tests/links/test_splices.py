"""Splices into existing routes: where they are, what leads there, and what the route's capacity does to a plan."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from planner.catalogue import load_catalogue, price_list, terms
from planner.graph import build_graph
from planner.inputs.fibre_routes import FibreRoutes
from planner.links import build_links
from planner.links.options import ROOT, PlaceKind
from planner.links.reprice import reprice
from planner.links.splices import find_splices, splice_metres
from planner.solver import connect_all
from planner.terrain.geodesy import WGS84

BEND = np.array([[30.005, -2.004], [30.030, -2.006], [30.055, -2.004]])


def routes(lines=(BEND,), source=("s0",), capacity=(np.inf,)):
    names = [f"r{k}" for k in range(len(lines))]
    xy = np.concatenate(lines)
    start = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
    return FibreRoutes(
        np.array(names), np.array(source), np.array(capacity, float), xy[:, 0].copy(), xy[:, 1].copy(), start
    )


def length_m(line):
    return float(sum(WGS84.inv(*a, *b)[2] for a, b in pairwise(line)))


@pytest.mark.parametrize(
    ("length", "every", "expected"),
    [
        (5000.0, np.inf, [0, 5000]),
        (5000.0, 2000.0, [0, 2000, 4000, 5000]),
        (4000.0, 2000.0, [0, 2000, 4000]),
        (4000.4, 2000.0, [0, 2000, 4000.4]),  # ids could not tell the last two apart
        (0.5, 2000.0, [0]),
    ],
)
def test_where_a_route_may_be_spliced(length, every, expected):
    assert splice_metres(length, every).tolist() == expected


def test_places_and_links_along_a_route(ground, places_at, scenario):
    elevation = ground(relief_m=25.0)
    places = places_at([30.006, 30.04], [-2.003, -2.02], kind=[PlaceKind.SOURCE, PlaceKind.OFFICE], ids=["s0", "o"])
    asked = scenario(links={"fibre": {"splice": {"at": "every_km", "every_km": 1.0}}})
    found = find_splices(routes(capacity=[300.0]), places, np.array([False, True]), elevation, asked)
    whole_m = length_m(BEND)
    assert found.ids.tolist()[:2] == ["~route:r0", "~splice:r0@0.000"]
    assert found.ids.tolist()[-1] == f"~splice:r0@{whole_m / 1000:.3f}"
    assert len(found) == 1 + 2 + int(whole_m // 1000)
    assert found.is_splice.tolist() == [False, *[True] * (len(found) - 1)]
    # fed at the vertex nearest to its source; everything else hangs from there
    assert (found.lon[0], found.lat[0]) == tuple(BEND[0])
    assert found.tail.tolist() == [0, *[2] * (len(found) - 1)]
    assert found.head.tolist() == list(range(len(found)))
    assert found.bought.tolist() == found.is_splice.tolist()
    assert set(found.capacity_mbps) == {300.0}
    lines = np.split(found.vertices, np.cumsum(found.vertex_count)[:-1])
    assert lines[0].tolist() == [[30.006, -2.003], BEND[0].tolist()]
    for name, line, lon, lat in zip(found.ids[1:], lines[1:], found.lon[1:], found.lat[1:], strict=True):
        assert line[0].tolist() == BEND[0].tolist()
        assert line[-1].tolist() == [lon, lat]
        assert length_m(line) == pytest.approx(1000 * float(name.partition("@")[2]), abs=0.7)


def test_splices_that_nobody_reaches_are_left_out(ground, places_at, scenario):
    places = places_at([30.006, 30.004], [-2.003, -2.004], kind=[PlaceKind.SOURCE, PlaceKind.OFFICE], ids=["s0", "o"])
    asked = scenario(links={"fibre": {"max_km": 1.0}})
    found = find_splices(routes(), places, np.array([False, True]), ground(), asked)
    assert (found.ids.tolist(), found.beyond) == (["~route:r0", "~splice:r0@0.000"], 1)
    nobody = find_splices(routes(), places, np.array([False, False]), ground(), asked)
    assert (len(nobody), nobody.beyond, nobody.routes) == (0, 2, 0)


@pytest.fixture
def built(country, scenario, tmp_path):
    """Return options of a country whose only way in is a route of a given capacity."""

    def make(capacity_mbps, n_offices=4, **overrides):
        inputs = country(n_offices=n_offices)
        sources = inputs.sources.iloc[:1].assign(lon=BEND[0, 0] + 0.0005, lat=BEND[0, 1])
        inputs = replace(inputs, sources=sources, fibre_routes=routes(capacity=[capacity_mbps]))
        off = {name: {"enabled": False} for name in ("microwave", "leo", "geo", "cellular")}
        asked = scenario(
            technologies={**off, "fibre": {"overrides": overrides}},
            links={"fibre": {"cell_m": 150.0, "splice": {"at": "every_km", "every_km": 0.5}}},
        )
        return build_links(asked, inputs, cache_dir=tmp_path), inputs, asked

    return make


def test_a_splice_is_paid_once_and_lit_at_the_far_end(built):
    options, _inputs, asked = built(np.inf)
    names = np.array([kind.name for kind in options.kinds])[options.kind]
    splices = np.flatnonzero(names == "splice into an existing route")
    assert len(splices) > 8
    local = 1 + asked.money.contingency
    # 1,000 for the splice, 500 for the terminal at the source's end
    assert set(options.money[splices, 0].tolist()) == {round(100 * 1500 * local)}
    assert set(options.money[names == "existing fibre route"].ravel().tolist()) == {0}
    at_splice = np.char.startswith(options.places.id, "~splice:")
    assert set(options.places.kind[at_splice].tolist()) == {PlaceKind.JUNCTION}
    # trenches from a splice to an office are lit at the office alone
    trench = np.flatnonzero(np.char.startswith(names, "fibre section") & (options.u != ROOT))
    ends = np.stack([options.u[trench], options.v[trench]])
    lit = (options.places.kind[ends] != PlaceKind.JUNCTION).sum(axis=0)
    words = {"fibre section": 0, "fibre section, one end lit": 1, "fibre section, both ends lit": 2}
    assert [words[name] for name in names[trench]] == lit.tolist()
    assert (at_splice[ends].any(axis=0) & (lit == 1)).any()


def test_along_a_route_the_cable_may_be_cut_and_one_end_fail(built):
    options, _inputs, _asked = built(np.inf)
    names = np.array([kind.name for kind in options.kinds])[options.kind]
    # 5 cuts a year and 1,000 km of 24 h each; 150,000 h between failures of a terminal, 24 h to repair one
    cable = 1 / (1 + 5 / 1000 * 24 / 8766 * options.length_km)
    lit = np.array([{"existing fibre route": 0, "splice into an existing route": 1}.get(name, -1) for name in names])
    along = lit >= 0
    assert along.sum() > 9
    expected = cable[along] * (150_000 / 150_024.0) ** lit[along]
    np.testing.assert_allclose(options.availability[along], expected, rtol=1e-12)


def test_other_prices_of_splices_are_those_of_building_with_them(built):
    options, inputs, asked = built(np.inf)
    prices = {"splice": 2500, "plant_per_km": 7000, "terminal": 900}
    other, _inputs, dearer = built(np.inf, **prices)
    base, now = (price_list(load_catalogue(one), one) for one in (asked, dearer))
    same = reprice(options, inputs, inputs.offices, asked, terms(asked), now, base)
    assert (same.money != options.money).any()
    for name in ("u", "v", "money", "mast_money", "priced_km"):
        np.testing.assert_array_equal(getattr(same, name), getattr(other, name))


@pytest.mark.parametrize(("capacity_mbps", "reached"), [(np.inf, 4), (45.0, 2)])
def test_the_route_carries_no_more_than_it_can(built, capacity_mbps, reached):
    """Offices draw 20 Mbit/s each; trenches from the source itself are taken away."""
    options, inputs, _asked = built(capacity_mbps)
    source = int(np.flatnonzero(options.places.id == "s0")[0])
    names = np.array([kind.name for kind in options.kinds])[options.kind]
    direct = ((options.u == source) | (options.v == source)) & np.char.startswith(names, "fibre section")
    closed = replace(options, capacity_mbps=np.where(direct, 0.0, options.capacity_mbps))
    graph = build_graph(closed, inputs.offices, measure=3, budget_cents=0)
    assert len(connect_all(graph.problem, seed=0).arcs) > 0
    prize = graph.problem.prize[graph.problem.head[connect_all(graph.problem, seed=0).arcs]]
    assert np.count_nonzero(prize) == reached


def test_order_of_routes_changes_nothing(ground, places_at, scenario):
    other = BEND + np.array([0.0, -0.02])
    places = places_at([30.006, 30.04], [-2.003, -2.02], kind=[PlaceKind.SOURCE, PlaceKind.OFFICE], ids=["s0", "o"])
    asking = np.array([False, True])
    one = find_splices(routes((BEND, other), ("s0", "s0"), (1.0, 2.0)), places, asking, ground(), scenario())
    turned = FibreRoutes(
        np.array(["r1", "r0"]),
        np.array(["s0", "s0"]),
        np.array([2.0, 1.0]),
        *np.concatenate([other, BEND]).T.copy(),
        np.array([0, 3, 6]),
    )
    two = find_splices(turned, places, asking, ground(), scenario())
    assert sorted(one.ids.tolist()) == sorted(two.ids.tolist())
    frames = [pd.DataFrame({"lon": each.lon, "lat": each.lat}, index=each.ids).sort_index() for each in (one, two)]
    pd.testing.assert_frame_equal(*frames)
