"""Limits that services share: cells on the ground, shares of providers, and plans that keep to them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from planner.catalogue.kinds import OptionKind
from planner.catalogue.prices import Cell
from planner.graph import build_graph
from planner.links.limits import cell_at, find_limits
from planner.links.options import NO_MAST, ROOT, LinkOptions, PlaceKind, Places
from planner.links.services import Services
from planner.solver import solve


def services_of(*rows):
    """Return services by (office, technology, provider)."""
    keys = list(dict.fromkeys(row[1:] for row in rows))
    size = len(rows)
    return Services(
        kinds=tuple(
            OptionKind(technology, f"{technology} {provider}", 0, (), service=True) for technology, provider in keys
        ),
        office=np.array([row[0] for row in rows], dtype=np.int32),
        kind=np.array([keys.index(row[1:]) for row in rows], dtype=np.int16),
        capacity_mbps=np.full(size, 100.0),
        availability=np.ones(size),
        money=np.zeros((size, 4), dtype=np.int64),
        providers=tuple(provider for _technology, provider in keys),
        rejections=(),
    )


def offices_of(lon, demand=10.0, status="offline"):
    return pd.DataFrame(
        {"lon": np.asarray(lon, np.float64), "lat": 0.1, "status_before": status, "demand_mbps": demand}
    )


def test_cells_are_squares_of_their_side():
    for lon, lat in itertools.product((-179.99, -60.3, 0.0, 12.7, 179.99), (-66.0, -0.1, 0.0, 45.2)):
        row, column, x, y = cell_at(lon, lat, 24.0)
        assert abs(y - lat) * 111.195 <= 12.001
        assert abs((x - lon + 180) % 360 - 180) * 111.195 * np.cos(np.radians(y)) <= 12.02
        assert cell_at(x, y, 24.0)[:2] == (row, column)


@pytest.mark.parametrize("lat", [-89.95, -66.0, -16.8, 0.1, 45.2, 89.99])
@pytest.mark.parametrize("side_km", [24.0, 333.0])
def test_no_cell_is_cut_at_the_antimeridian(lat, side_km):
    """Walking once around the earth, every cell is as wide as the others: a cut one would give its capacity twice."""
    east = np.linspace(0.0, 360.0, 72_001)[:-1]
    columns = np.array([cell_at((lon + 180.0) % 360.0 - 180.0, lat, side_km)[1] for lon in east])
    change = np.flatnonzero(np.diff(columns))
    assert (np.diff(columns)[change] == 1).all()
    widths = np.bincount(columns)
    assert widths.max() - widths.min() <= 1
    assert (columns[0], columns[-1]) == (0, len(widths) - 1)
    assert cell_at(180.0, lat, side_km) == cell_at(-180.0, lat, side_km)


def test_services_begin_at_the_limits_that_they_share():
    found = services_of((0, "leo", ""), (1, "leo", ""), (2, "leo", ""), (0, "leo", "Azur"), (1, "cellular", "Azur"))
    limits, notes = find_limits(found, offices_of([0.01, 0.02, 5.0]), {"Azur": 0.5, "Brio": 0.2}, Cell(24.0, 80.0))
    east = cell_at(5.0, 0.1, 24.0)
    assert limits.ids.tolist() == ["~cell::0:0", f"~cell::0:{east[1]}", "~provider:Azur", "~cell:Azur:0:0"]
    assert limits.begin.tolist() == [0, 0, 1, 3, 2]
    assert limits.above.tolist() == [ROOT, ROOT, ROOT, 2]
    assert limits.capacity_mbps.tolist() == [80, 80, 15, 80]
    assert notes == ("Brio: a share is set, but no service of this provider is offered.",)


def test_without_limits_services_begin_at_the_root():
    limits, notes = find_limits(services_of((0, "leo", "Azur")), offices_of([0.0]), {}, None)
    assert (len(limits), limits.begin.tolist(), notes) == (0, [ROOT], ())


@pytest.mark.parametrize("limit_mbps", [0.0, 10.0, 25.0, 30.0, 99.0])
def test_a_plan_keeps_to_a_limit_and_is_the_best_that_does(limit_mbps):
    """Four offices behind one limit, two of them with a dearer way beside it; against trying every choice."""
    demand, benefit = np.array([10.0, 10.0, 15.0, 5.0]), np.array([4.0, 3.0, 7.0, 2.0])
    price, beside = np.array([10, 10, 10, 10]), np.array([25, 99, 25, 99])
    budget = 45
    n = len(demand)
    ids = [*(f"o{i}" for i in range(n)), "~provider:Azur"]
    kind = [PlaceKind.OFFICE] * n + [PlaceKind.JUNCTION]
    size = n + 1
    places = Places(
        np.array(ids), np.array(kind, np.int8), np.linspace(0, 1, size), np.zeros(size), np.zeros(size),
        np.full(size, ""), np.array([*range(n), -1], np.int32), np.ones(size, np.bool_), np.zeros(size),
        np.full(size, -1, np.int8), np.zeros(size, np.int8), np.zeros(size, np.int8), np.zeros(size),
        np.zeros(size, np.int8), np.ones(size), np.full(size, np.nan), np.zeros(size, np.int32), np.ones(size),
        np.ones(size), np.zeros(size), np.full(size, np.inf), np.full((size, 4), np.nan),
        np.full((size, 4), -1, np.int8),
    )  # fmt: skip
    kinds = (OptionKind("limit", "provider limit", 0, (), True), OptionKind("cellular", "4G", 0, (), True))
    u = np.array([ROOT, *[n] * n, *[ROOT] * n], np.int32)
    v = np.array([n, *range(n), *range(n)], np.int32)
    rows = len(u)
    cents = np.concatenate([[0], price, beside])
    options = LinkOptions(
        places=places, kinds=kinds, u=u, v=v, kind=np.array([0] + [1] * (2 * n), np.int16), length_km=np.zeros(rows),
        priced_km=np.zeros(rows), capacity_mbps=np.concatenate([[limit_mbps], np.full(2 * n, 50.0)]),
        availability=np.ones(rows), rung_u=np.full(rows, NO_MAST, np.int8), rung_v=np.full(rows, NO_MAST, np.int8),
        money=np.repeat(cents[:, None], 4, axis=1).astype(np.int64), geometry_start=np.zeros(rows + 1, np.int64),
        geometry=np.zeros((0, 2)), ladder_m=np.array([10.0]), mast_items=(), site_items=((),), power_items=((),),
        office_items=((),) * n, transit_items=(), mast_money=np.zeros((size, 1, 4), np.int64),
        package_money=np.zeros((n, 4), np.int64), package_transit_money=np.full((n, 4), 7, np.int64), rejections=(),
        notes=(),
    )  # fmt: skip
    offices = pd.DataFrame({"id": ids[:n], "status_before": "offline", "benefit": benefit, "demand_mbps": demand})
    graph = build_graph(options, offices, measure=0, budget_cents=budget)
    result = solve(graph.problem, gap=0.0, time_limit_s=600.0, seed=0)
    best = max(
        sum(benefit[i] for i in range(n) if way[i])
        for way in itertools.product((0, 1, 2), repeat=n)
        if sum(demand[i] for i in range(n) if way[i] == 1) <= limit_mbps
        and sum((0, price[i], beside[i])[way[i]] for i in range(n)) <= budget
    )
    assert result.value == pytest.approx(best)
    assert result.bound == pytest.approx(best, rel=1e-4)
