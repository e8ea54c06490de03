"""Services per office: the cheapest that carries the demand, and why others get none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from planner.catalogue import load_catalogue, price_list, radio_climate, terms
from planner.finance import PRESENT_VALUE, line_money
from planner.links.services import service_options
from planner.scenario import Scenario


def scenario_of(**sections):
    return Scenario.model_validate(
        {
            "schema_version": 1,
            "name": "services",
            "money": {"currency": "USD", "price_year": 2024},
            "inputs": {"offices": [{"file": "offices.csv"}], "terrain": ["terrain.tif"]},
            "budgets": [{"limit": 1_000_000}],
            **sections,
        }
    )


def offices_of(demand_mbps, *, lon=None, known=None, status="offline"):
    n = len(demand_mbps)
    return pd.DataFrame(
        {
            "lon": lon if lon is not None else np.zeros(n),
            "lat": np.zeros(n),
            "kind": "branch",
            "status_before": status,
            "demand_mbps": np.asarray(demand_mbps, dtype=np.float64),
            "id": [f"o{i}" for i in range(n)],
            "region": "",
            "position_known": known if known is not None else np.ones(n, dtype=np.bool_),
        }
    )


def coverage_of(*rows):
    return gpd.GeoDataFrame(
        {
            "technology": [row[0] for row in rows],
            "provider": [row[3] if len(row) > 3 else "" for row in rows],
            "mbps": np.array([row[1] for row in rows], dtype=np.float64),
            "geometry": [row[2] for row in rows],
        },
        crs="EPSG:4326",
    )


def services(scenario, offices, coverage=None, quotes=None):
    prices = price_list(load_catalogue(scenario), scenario)
    climate = radio_climate(scenario)
    return service_options(offices, coverage, quotes, prices, scenario, terms(scenario), climate), prices


def table(found):
    """Return {(office, technology): (name of the option, Mbit/s)}."""
    return {
        (int(office), found.kinds[kind].technology): (found.kinds[kind].name, float(mbps))
        for office, kind, mbps in zip(found.office, found.kind, found.capacity_mbps, strict=True)
    }


def reasons(found):
    return {(rejection.technology, rejection.reason): rejection.count for rejection in found.rejections}


def test_each_office_gets_the_smallest_plan_that_carries_its_demand():
    found, _prices = services(scenario_of(), offices_of([10, 10.1, 60, 100.5, 500]))
    assert table(found) == {
        (0, "leo"): ("LEO 100 Mbit/s", 100),
        (1, "leo"): ("LEO 100 Mbit/s", 100),
        (2, "leo"): ("LEO 100 Mbit/s", 100),
        (3, "leo"): ("LEO 200 Mbit/s, 2 terminals", 200),
        (0, "geo"): ("GEO 10 Mbit/s", 10),
        (1, "geo"): ("GEO 15 Mbit/s", 15),
        (2, "geo"): ("GEO 60 Mbit/s, 2 terminals", 60),
    }
    assert reasons(found)["leo", "demand above the capacity"] == 1
    assert reasons(found)["geo", "demand above the capacity"] == 2


def test_choice_and_money_agree_with_trying_every_option():
    # five generations of random prices and speeds, 200 offices, latency and availability that rule some out
    rng = np.random.default_rng(7)
    for _round in range(5):
        overrides = {
            name: {
                "overrides": {
                    "plans_mbps": sorted(rng.integers(1, 80, 4).astype(float).tolist()),
                    "monthly_fee": float(rng.integers(10, 400)),
                    "monthly_fee_per_mbps": float(rng.integers(0, 9)),
                    "latency_ms": float(rng.integers(20, 700)),
                    "mbps_per_terminal": float(rng.integers(10, 80)),
                    "availability": {"wet_tropics": 0.99, "temperate": float(rng.choice([0.994, 0.999]))},
                }
            }
            for name in ("leo", "geo")
        }
        scenario = scenario_of(technologies=overrides, service={"max_latency_ms": 600})
        offices = offices_of(rng.uniform(0.5, 90, 200))
        found, prices = services(scenario, offices)
        expected = {}
        for row, demand in enumerate(offices["demand_mbps"]):
            for option in prices.services:
                if (
                    option.technology == "cellular"
                    or option.latency_ms > 600
                    or option.availability < 0.995
                    or option.up_mbps < 3
                ):
                    continue
                money = line_money(option.kind.items, {"each": np.ones(1)}, terms(scenario))[0]
                best = expected.get((row, option.technology))
                if option.max_mbps >= demand and (best is None or money[PRESENT_VALUE] < best[PRESENT_VALUE]):
                    expected[row, option.technology] = money
        keys = [(int(o), found.kinds[k].technology) for o, k in zip(found.office, found.kind, strict=True)]
        assert set(keys) == set(expected)
        for key, money in zip(keys, found.money, strict=True):
            np.testing.assert_array_equal(money, expected[key])


def test_cellular_needs_a_polygon_around_the_office():
    offices = offices_of([10, 10, 10, 2.5], lon=[0.5, 1.0, 3.0, 0.5])
    coverage = coverage_of(("4g", np.nan, box(0, -1, 1, 1)), ("3G", 5, box(0, -1, 10, 1)))
    found, _prices = services(scenario_of(service={"availability": 0.99, "min_up_mbps": 1}), offices, coverage)
    cellular = {key[0]: value for key, value in table(found).items() if key[1] == "cellular"}
    # the second stands on the border; the third has 3G alone; the fourth needs no more than 3G, which is cheaper
    assert cellular == {0: ("4G", 15), 1: ("4G", 15), 3: ("3G", 5)}
    assert reasons(found) == {("cellular", "demand above the capacity"): 1}


def test_of_overlapping_polygons_the_fastest_counts_and_the_data_beat_the_catalogue():
    offices = offices_of([18, 2], lon=[0.5, 5.0])
    coverage = coverage_of(
        ("4G", 12, box(0, -1, 1, 1)),
        ("4G", 20, box(0, -1, 2, 1)),
        ("4G", 1, box(4, -1, 6, 1)),
        ("2G", 9, box(0, -9, 9, 9)),
    )
    found, _prices = services(scenario_of(), offices, coverage)
    assert {key: value for key, value in table(found).items() if key[1] == "cellular"} == {(0, "cellular"): ("4G", 20)}
    assert reasons(found)["cellular", "demand above the capacity"] == 1  # 1 Mbit/s where the catalogue says 15


def test_no_cellular_without_position_coverage_or_data():
    offices = offices_of([5, 5, 5], lon=[0.5, 0.5, 50], known=np.array([True, False, True]))
    found, _prices = services(scenario_of(), offices, coverage_of(("4G", np.nan, Point(0.5, 0).buffer(0.1))))
    assert [key for key in table(found) if key[1] == "cellular"] == [(0, "cellular")]
    assert reasons(found) == {
        ("cellular", "position of the office unknown"): 1,
        ("cellular", "no coverage"): 1,
    }
    found, _prices = services(scenario_of(), offices)
    assert reasons(found) == {("cellular", "no coverage data"): 3}
    # satellite does not ask where the office is
    assert sum(key[1] == "leo" for key in table(found)) == 3


@pytest.mark.parametrize(
    ("service", "reason", "left"),
    [
        ({"max_latency_ms": 100}, ("geo", "latency above the limit"), {"leo"}),
        ({"max_latency_ms": 20}, ("leo", "latency above the limit"), set()),
        ({"min_up_mbps": 7}, ("geo", "upload slower than what is asked"), {"leo"}),
        ({"availability": 0.9985}, ("leo", "availability below what is asked"), set()),
    ],
)
def test_services_below_the_asked_quality_are_counted_out(service, reason, left):
    found, _prices = services(scenario_of(service=service), offices_of([10, 35]))
    assert reasons(found)[reason] == 2
    assert {technology for _office, technology in table(found)} == left


def test_a_second_terminal_may_be_bought_for_its_upload():
    found, _prices = services(scenario_of(service={"min_up_mbps": 5}), offices_of([10]))
    assert table(found)[0, "geo"] == ("GEO 40 Mbit/s, 2 terminals", 40)


def test_adequate_offices_ask_for_nothing():
    found, _prices = services(scenario_of(), offices_of([10, 10, 10], status=["adequate", "insufficient", "unknown"]))
    assert {office for office, _technology in table(found)} == {1, 2}
    assert reasons(found) == {("cellular", "no coverage data"): 2}


def test_without_offices_or_services_there_is_nothing():
    found, _prices = services(scenario_of(), offices_of([]))
    assert (len(found.office), found.money.shape, found.rejections) == (0, (0, 4), ())
    switched_off = {name: {"enabled": False} for name in ("leo", "geo", "cellular")}
    found, _prices = services(scenario_of(technologies=switched_off), offices_of([10]))
    assert (len(found.office), found.money.shape, found.kinds) == (0, (0, 4), ())


def quotes_of(*rows):
    plain = {"office": "", "area": "", "provider": "Azur", "technology": "leased", "one_off": 0.0, "monthly": 50.0,
             "mbps": 20.0, "up_mbps": np.nan, "volume_gb": np.nan, "availability": np.nan, "latency_ms": np.nan,
             "term_months": np.nan}  # fmt: skip
    return pd.DataFrame([plain | row for row in rows])


def test_a_quote_is_priced_as_it_stands_and_offered_where_it_holds():
    offices = offices_of([10, 10, 10]).assign(region=["N", "S", "S"])
    quotes = quotes_of(
        {"office": "o0", "one_off": 300}, {"area": "S", "provider": "Brio", "monthly": 70, "term_months": 36}
    )
    found, _prices = services(scenario_of(), offices, quotes=quotes)
    leased = {key[0]: value for key, value in table(found).items() if key[1] == "leased"}
    south = ("Brio, leased line 20 Mbit/s, quote 2, 36 months", 20.0)
    assert leased == {0: ("Azur, leased line 20 Mbit/s, quote 1", 20.0), 1: south, 2: south}
    row = next(i for i, kind in enumerate(found.kind) if found.kinds[kind].name.startswith("Azur"))
    # 300 with a tenth of contingency; twelve months of 50, and 15 W of electricity at 0.10
    assert found.money[row, 0] == 330_00
    assert found.money[row, 1] == round(100 * (600 + 15 * 8.766 * 0.10))
    assert "leo" in {technology for _office, technology in table(found)}


def test_a_quote_takes_the_place_of_the_price_list():
    quotes = quotes_of({"office": "o0", "technology": "leo", "monthly": 900.0, "mbps": 50.0})
    found, _prices = services(scenario_of(), offices_of([10, 10]), quotes=quotes)
    names = {key[0]: name for key, (name, _mbps) in table(found).items() if key[1] == "leo"}
    assert names[0].startswith("Azur")  # dearer than the list, and yet what there is
    assert names[1] == "LEO 100 Mbit/s"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"volume_gb": 449.0}, "data volume above the cap"),  # 10 Mbit/s for 100 h are 450 GB
        ({"availability": 0.99}, "availability below what is asked"),
        ({"mbps": 9.0}, "demand above the capacity"),
        ({"up_mbps": 1.0}, "upload slower than what is asked"),
        ({"office": "o1"}, "no quote"),
    ],
)
def test_quotes_below_the_asked_quality(row, reason):
    found, _prices = services(scenario_of(), offices_of([10]), quotes=quotes_of({"volume_gb": 450.0} | row))
    assert reasons(found)["leased", reason] == 1
    found, _prices = services(scenario_of(), offices_of([10]), quotes=quotes_of({"volume_gb": 450.0}))
    assert (0, "leased") in table(found)


def test_technologies_that_are_not_licensed_take_no_quotes():
    scenario = scenario_of(technologies={"leased": {"licensed": False}})
    found, prices = services(scenario, offices_of([10]), quotes=quotes_of({}))
    assert "leased" not in {technology for _office, technology in table(found)}
    assert "leased: not offered, not licensed." in prices.notes


def test_entries_that_may_not_be_used_are_not_offered_and_listed():
    overrides = {
        "cellular": {"overrides": {"generations": {"4G": {"permitted": False}}}},
        "leo": {"overrides": {"permitted": False}},
        "microwave": {"overrides": {"bands": {"5 GHz": {"permitted": False}}}},
    }
    coverage = coverage_of(("4G", np.nan, box(-1, -1, 1, 1)), ("5G", np.nan, box(-1, -1, 1, 1)))
    found, prices = services(scenario_of(technologies=overrides), offices_of([10]), coverage)
    assert {name for name, _mbps in table(found).values()} == {"5G", "GEO 10 Mbit/s"}
    assert {"leo: not offered, not licensed.", "cellular 4G: not offered, not licensed.",
            "microwave 5 GHz: not offered, not licensed."} <= set(prices.notes)  # fmt: skip
    assert not any(option.kind.name.startswith("5 GHz") for option in prices.microwave)
    assert reasons(found)["cellular", "areas of coverage of 4G, which the price list does not offer"] == 1


def test_coverage_names_providers():
    coverage = coverage_of(("4G", 12, box(0, -1, 1, 1), "Azur"), ("4G", np.nan, box(0, -1, 2, 1), "Brio"))
    found, _prices = services(scenario_of(), offices_of([10, 10], lon=[0.5, 1.5]), coverage)
    cellular = {key[0]: value for key, value in table(found).items() if key[1] == "cellular"}
    assert cellular == {0: ("4G, Azur", 12), 1: ("4G, Brio", 15)}


def test_an_area_quote_of_a_mobile_network_holds_where_the_provider_covers():
    coverage = coverage_of(("4G", 12, box(0, -1, 1, 1), "Azur"), ("4G", 12, box(0, -1, 2, 1), "Brio"))
    quotes = quotes_of({"technology": "cellular", "provider": "Azur", "mbps": 25.0})
    found, _prices = services(scenario_of(), offices_of([10, 10, 20], lon=[0.5, 1.5, 1.5]), coverage, quotes)
    cellular = {key[0]: name for key, (name, _mbps) in table(found).items() if key[1] == "cellular"}
    assert cellular == {0: "Azur, cellular 25 Mbit/s, quote 1", 1: "4G, Brio"}


def test_a_satellite_low_over_the_horizon_is_not_offered():
    # from 0, 0 a satellite at 71.4 degrees stands 10 degrees high, at 78 only 3: spherical trigonometry
    for longitude, offered in ((71.0, True), (72.0, False), (-71.0, True), (120.0, False)):
        scenario = scenario_of(technologies={"geo": {"overrides": {"satellite_longitude_deg": longitude}}},
                               service={"availability": 0.9})  # fmt: skip
        found, _prices = services(scenario, offices_of([10]))
        assert ((0, "geo") in table(found)) == offered
        if not offered:
            assert reasons(found)["geo", "satellite too low over the horizon"] == 1


def test_rain_takes_its_part_of_a_geostationary_service():
    shares = []
    for rain in (20.0, 60.0, 145.0):
        found, prices = services(
            scenario_of(climate={"rain_mm_h": rain}, service={"availability": 0.9}), offices_of([10])
        )
        row = next(i for i, kind in enumerate(found.kind) if found.kinds[kind].technology == "geo")
        clear = next(option.availability for option in prices.services if option.technology == "geo")
        shares.append(found.availability[row] / clear)
    assert 1 > shares[0] > shares[1] > shares[2] > 0.98
    # Ka band in the wet tropics is a link of 99 to 99.5 % of the year
    overrides = {"geo": {"overrides": {"downlink_ghz": 19.95, "satellite_longitude_deg": 30.0}}}
    scenario = scenario_of(climate={"zone": "wet_tropics"}, technologies=overrides, service={"availability": 0.9})
    found, prices = services(scenario, offices_of([10]))
    row = next(i for i, kind in enumerate(found.kind) if found.kinds[kind].technology == "geo")
    clear = next(option.availability for option in prices.services if option.technology == "geo")
    assert 0.985 < found.availability[row] / clear < 0.995
