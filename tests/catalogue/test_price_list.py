"""The price list: what is offered, what it costs item by item, and what is assumed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.catalogue import MastClass, SiteClass, load_catalogue, price_list, terms
from planner.catalogue.microwave import _dominated
from planner.finance import CAPEX, OPEX, PROGRAMME_COST, Item, line_money

HEAD = "schema_version: 1\ncurrency: USD\nprice_year: 2024\n"
KWH_A_YEAR = 24 * 365.25 / 1000


def priced(scenario):
    return price_list(load_catalogue(scenario), scenario)


def named(items):
    return {item.name: item for item in items}


def cost(items, scenario, mbps=0.0):
    quantity = {"each": np.ones(1), "km": np.ones(1), "mbps": np.full(1, mbps)}
    return line_money(items, quantity, terms(scenario))[0]


def test_freight_duties_and_contingency_are_added_once_and_to_purchases_only(make_scenario):
    text = HEAD + "general: {freight_factor: 1.5}\nleo: {terminal: 1000, installation: 200, monthly_fee: 100}\n"
    prices = priced(make_scenario({"mine.yaml": text}, money={"duties": 0.2, "contingency": 0.1}))
    leo = named(prices.services[0].kind.items)
    assert leo["terminal"].capex == pytest.approx(1_000 * 1.5 * 1.2 * 1.1)
    assert leo["installation"].capex == pytest.approx(200 * 1.1)
    assert leo["service fee"].opex_per_year == 1_200
    assert leo["terminal"].opex_per_year == pytest.approx(0.10 * 1_000)


def test_every_technology_on_offer_costs_something_every_year(make_scenario):
    scenario = make_scenario()
    prices = priced(scenario)
    kinds = [option.kind for option in (*prices.microwave, *prices.services)] + list(prices.fibre.kinds)
    assert {kind.technology for kind in kinds} == {"fibre", "microwave", "leo", "geo", "cellular"}
    for kind in (*kinds, prices.source_kind):
        assert cost(kind.items, scenario)[OPEX] > 0, kind.name
    assert cost(prices.transit_items, scenario, mbps=1)[OPEX] == 12 * 10 * 100


def test_a_hop_item_by_item(make_scenario):
    prices = priced(make_scenario(climate={"zone": "wet_tropics"}))
    hop = next(option for option in prices.microwave if option.kind.name.startswith("18 GHz 56 MHz 1+0, 10 km"))
    items = named(hop.kind.items)
    assert (items["radios"].capex, items["antennas"].capex, items["survey"].capex) == (6_000, 1_200, 8_700)
    assert (items["radios"].life_years, items["survey"].life_years) == (7, None)
    assert items["radios"].opex_per_year + items["antennas"].opex_per_year == pytest.approx(720)
    assert items["spectrum"].opex_per_year == 15 * 56
    assert items["licence"].capex == 50
    assert items["energy"].opex_per_year == pytest.approx(120 * KWH_A_YEAR * 0.10)
    assert hop.capacity_mbps == pytest.approx(56 * 6.4)
    assert hop.kind.hop_weight == 1


def test_two_carriers_pay_for_two_sets_of_radios_and_twice_the_spectrum(make_scenario):
    prices = priced(make_scenario())
    by_name = {option.kind.name: option for option in prices.microwave}
    single, double = (by_name[f"7 GHz 56 MHz {carriers}+0, 50 km"] for carriers in (1, 2))
    assert double.capacity_mbps == 2 * single.capacity_mbps
    for name in ("radios", "spectrum", "energy"):
        one, two = named(single.kind.items)[name], named(double.kind.items)[name]
        assert (two.capex, two.opex_per_year) == (2 * one.capex, pytest.approx(2 * one.opex_per_year))
    assert named(double.kind.items)["antennas"] == named(single.kind.items)["antennas"]


@pytest.mark.parametrize(
    ("zone", "longest"),
    [
        ("wet_tropics", {5.8: 30, 7.5: 50, 11.2: 20, 18.7: 10, 22.4: 6, 38.2: 3, 78.5: 1}),
        ("temperate", {5.8: 40, 7.5: 60, 11.2: 35, 18.7: 20, 22.4: 15, 38.2: 6, 78.5: 3}),
    ],
)
def test_bands_reach_as_far_as_the_climate_lets_them(make_scenario, zone, longest):
    prices = priced(make_scenario(climate={"zone": zone}, links={"microwave": {"range_km": 100}}))
    found = {
        ghz: max(option.range_km for option in prices.microwave if option.frequency_ghz == ghz)
        for ghz in {option.frequency_ghz for option in prices.microwave}
    }
    assert found == longest


def test_the_search_range_caps_every_band(make_scenario):
    prices = priced(make_scenario(links={"microwave": {"range_km": 12}}))
    assert max(option.range_km for option in prices.microwave) == 12


def test_no_range_of_a_catalogue_goes_beyond_what_lines_of_sight_are_laid_for(make_scenario):
    far = "{wet_tropics: 900, temperate: 900}"
    bands, antennas = f"{{7 GHz: {{range_km: {far}}}}}", "{to 60 km: {up_to_km: 900}}"
    text = f"microwave: {{bands: {bands}, radios: {{standard: {{antennas: {antennas}}}}}}}\nptmp: {{range_km: {far}}}\n"
    links = {"microwave": {"range_km": 200}}
    prices = priced(make_scenario({"mine.yaml": HEAD + text}, links=links, technologies={"ptmp": {"enabled": True}}))
    assert max(option.range_km for option in prices.microwave) == 200
    assert [option.terminal.range_km for option in prices.multipoint] == [200]


def merits(option, scenario):
    costs = [-cents for cents in cost(option.kind.items, scenario)]
    margins = [option.signal_dbm - threshold for threshold in option.thresholds_dbm]
    rates = list(option.rates_mbps)
    missing = 6 - len(rates)
    margins += [-np.inf] * missing
    return [option.range_km, option.availability, *margins, *rates, *[0.0] * missing, *costs]


def test_no_option_on_offer_is_beaten_by_another(make_scenario):
    scenario = make_scenario()
    options = priced(scenario).microwave
    table = [merits(option, scenario) for option in options]
    for i, this in enumerate(table):
        for j, other in enumerate(table):
            same_band = options[i].frequency_ghz == options[j].frequency_ghz
            assert i == j or not same_band or any(mine > theirs for mine, theirs in zip(this, other, strict=True)), (
                f"{options[j].kind.name} is as good as {options[i].kind.name} in everything"
            )
    keys = [(option.range_km, option.frequency_ghz, option.capacity_mbps) for option in options]
    assert keys == sorted(keys)


BAND = (
    "{{frequency_ghz: {ghz}, radio: standard, channels_mhz: [28, 56], net_bit_s_hz: 6.4, transmit_dbm: {dbm}, "
    "licensed: true, range_km: {{wet_tropics: 50, temperate: 60}}, max_dish_m: 2.4}}"
)


@pytest.mark.parametrize(
    ("ghz", "dbm", "offered"),
    [
        (7.5, 25, False),  # the same as 7 GHz, with less power
        (7.5, 27, True),
        (7.1, 26, True),  # which frequency is better depends on the hop
    ],
)
def test_a_band_that_another_of_its_frequency_beats_throughout_is_left_out(make_scenario, ghz, dbm, offered):
    text = f"microwave: {{bands: {{other band: {BAND.format(ghz=ghz, dbm=dbm)}}}}}\n"
    names = [option.kind.name for option in priced(make_scenario({"mine.yaml": HEAD + text})).microwave]
    assert any(name.startswith("other band") for name in names) == offered
    assert any(name.startswith("7 GHz") for name in names) != (dbm == 27)


def test_signal_and_modulations_of_a_hop(make_scenario):
    """26 dBm and twice 39.83 dBi (1.8 m at 7 GHz: 39.8 in data sheets); 16QAM of 28 MHz needs -114 + 14.47 + 19.75."""
    text = f"microwave: {{bands: {{new: {BAND.format(ghz=7.0, dbm=26)}}}}}\n"
    prices = priced(make_scenario({"mine.yaml": HEAD + text}, links={"microwave": {"range_km": 30}}))
    hop = next(option for option in prices.microwave if option.kind.name == "new 28 MHz 1+0, 30 km")
    assert hop.signal_dbm == pytest.approx(26 + 2 * 39.8, abs=0.1)
    assert hop.thresholds_dbm[1] == pytest.approx(-79.78, abs=0.005)
    assert hop.rates_mbps == pytest.approx([28 * rate for rate in (1.5, 3.0, 3.65, 4.6, 5.3, 6.4)])
    light = next(option for option in prices.microwave if option.frequency_ghz == 5.8)
    assert light.rates_mbps == pytest.approx([60, 120])  # up to 16QAM


def test_the_climate_in_force_is_told_with_its_source(make_scenario):
    def told(**climate):
        assumptions = priced(make_scenario(climate=climate)).assumptions
        return {a.name: (a.value, a.unit, a.source) for a in assumptions if a.name.startswith("climate.")}

    wet, dry = told(zone="wet_tropics"), told()
    assert (wet["climate.rain_mm_h"][0], dry["climate.rain_mm_h"][0]) == (95, 42)  # rain zones N and K
    assert "P.837-1" in wet["climate.rain_mm_h"][2]
    mine = told(zone="wet_tropics", rain_mm_h=80.5, roughness_m=40.0)
    assert mine["climate.rain_mm_h"] == (80.5, "mm/h", "user")
    assert mine["climate.roughness_m"] == (40.0, "m", "user")
    assert mine["climate.dn1_per_km"] == wet["climate.dn1_per_km"]
    assert not {name for name in wet if "roughness" in name}


def test_masts_by_class_and_height(make_scenario):
    scenario = make_scenario()
    prices = priced(scenario)
    np.testing.assert_array_equal(prices.ladder_m, [6, 10, 15, 20, 25, 30, 40, 50, 60])
    rung_20m = 3
    assert named(prices.mast_items[MastClass.OFFICE][rung_20m])["mast"].capex == 20_000
    assert named(prices.mast_items[MastClass.RELAY][rung_20m])["mast"].capex == 20_000 + 20_000
    assert named(prices.mast_items[MastClass.OFFICE][0])["mast"].capex == 600  # a pole on the roof
    for row in prices.mast_items:
        columns = np.array([cost(items, scenario) for items in row])
        assert (np.diff(columns, axis=0) > 0).all()


def test_sites_by_class(make_scenario):
    scenario = make_scenario()
    sites = priced(scenario).site_items
    assert sites[SiteClass.OFFICE] == ()
    assert sites[SiteClass.RENTED_TOWER] == ()
    assert cost(sites[SiteClass.TOWER], scenario)[CAPEX] == 0
    assert cost(sites[SiteClass.TOWER], scenario)[OPEX] > 0
    assert {item.name for item in sites[SiteClass.GREENFIELD]} == {"site", "access", "upkeep"}
    # a greenfield hilltop with a 30 m mast: 60 000 to 150 000 all in
    mast = priced(scenario).mast_items[MastClass.RELAY][5]
    assert 60_000_00 <= cost((*sites[SiteClass.GREENFIELD], *mast), scenario)[CAPEX] <= 150_000_00


def test_a_trench_cut_into_sections_pays_for_two_terminals_only(make_scenario):
    scenario = make_scenario()
    fibre = priced(scenario).fibre
    whole = cost(fibre.kinds[2].items, scenario)
    sections = [cost(fibre.kinds[ends].items, scenario) for ends in (1, 0, 1)]
    # two more km of plant, and nothing else
    np.testing.assert_allclose(sum(sections), whole + 2 * cost(fibre.kinds[0].items, scenario), atol=2)
    assert [named(kind.items).get("fibre terminals") is None for kind in fibre.kinds] == [True, False, False]
    assert fibre.capacity_mbps == np.inf


def test_satellite_plans_pay_by_speed_and_terminal(make_scenario):
    prices = priced(make_scenario())
    geo = {option.max_mbps: named(option.kind.items) for option in prices.services if option.technology == "geo"}
    assert geo[10]["service fee"].opex_per_year == 12 * (300 + 10 * 50)
    assert geo[60]["service fee"].opex_per_year == 12 * (2 * 300 + 60 * 50)
    assert geo[60]["terminal"].capex == 2 * geo[10]["terminal"].capex


def test_a_plan_beyond_the_terminals_is_not_on_offer(make_scenario):
    prices = priced(make_scenario({"mine.yaml": HEAD + "geo: {max_terminals: 1}\n"}))
    assert max(option.max_mbps for option in prices.services if option.technology == "geo") == 30


@pytest.mark.parametrize(
    ("text", "missing", "gone"),
    [
        ("leo: {monthly_fee: null}\n", "leo.monthly_fee", {"leo"}),
        ("fibre: {operation_per_km: null}\n", "fibre.operation_per_km", {"fibre"}),
        ("microwave: {spectrum_per_mhz: null}\n", "microwave.spectrum_per_mhz", {"microwave"}),
        ("microwave: {radios: {light: {survey: null}}}\n", "microwave.radios.light.survey", {"microwave"}),
        ("masts: {relay: {lump: null}}\n", "masts.relay.lump", {"microwave"}),
        ("sites: {tower_rent: null}\n", "sites.tower_rent", {"microwave"}),
        ("source: {transit_per_mbps: null}\n", "source.transit_per_mbps", {"fibre", "microwave"}),
        ("cellular: {generations: {4G: {monthly_fee: null}}}\n", "cellular.generations.4G.monthly_fee", {"cellular"}),
        (
            "general: {energy_per_kwh: null}\n",
            "general.energy_per_kwh",
            {"fibre", "microwave", "leo", "geo", "cellular", "leased"},
        ),
    ],
)
def test_what_is_not_priced_is_not_offered_and_is_listed(make_scenario, text, missing, gone):
    prices = priced(make_scenario({"mine.yaml": HEAD + text}))
    offered = {option.technology for option in prices.services}
    offered |= {"fibre"} if prices.fibre else set()
    offered |= {"microwave"} if prices.microwave else set()
    assert offered == {"fibre", "microwave", "leo", "geo", "cellular"} - gone
    assert {note.partition(":")[0] for note in prices.notes if missing in note} == gone
    shapes = [len(row) for row in prices.mast_items], len(prices.site_items)
    assert shapes == ([9, 9], 4)  # whoever reads the ladder finds every rung


@pytest.mark.parametrize(("switch", "word"), [("licensed", "not licensed"), ("enabled", "disabled")])
def test_what_is_switched_off_is_not_offered_and_is_listed(make_scenario, switch, word):
    prices = priced(make_scenario(technologies={"leo": {switch: False}}))
    assert "leo" not in {option.technology for option in prices.services}
    assert any(note.startswith("leo") and word in note for note in prices.notes)
    assert not any(assumption.name.startswith("leo.") for assumption in prices.assumptions)


OWN_TRANSIT = {
    "quotes.yaml": "schema_version: 1\ncurrency: USD\nprice_year: 2024\nsource: {transit_per_mbps: 12}\n",
}


ALL = {"ptmp": {"enabled": True}}
"""What is not on offer unless asked for."""


def test_nothing_is_noted_where_all_is_on_offer_in_the_catalogues_year(make_scenario):
    here = {"rain_mm_h": 50.0, "dn1_per_km": -250.0, "vapour_g_m3": 9.0}
    assert priced(make_scenario(OWN_TRANSIT, climate=here, technologies=ALL)).notes == ()


def test_a_price_of_bandwidth_that_nobody_gave_is_noted_with_its_range(make_scenario):
    here = {"rain_mm_h": 50.0, "dn1_per_km": -250.0, "vapour_g_m3": 9.0}
    (note,) = priced(make_scenario(climate=here, technologies=ALL)).notes
    assert "10 USD per Mbit/s and month" in note
    assert "between 1 and 100" in note


def test_inflation_makes_the_rate_real_and_tax_is_in_every_amount(make_scenario):
    money = {"discount_rate": 0.12, "real": False, "inflation": 0.05, "vat": {"rate": 0.18}}
    scenario = make_scenario(money=money)
    assert terms(scenario).discount_rate == pytest.approx(1 / 15)  # 1.12 / 1.05
    assert terms(scenario).tax == 0.18
    notes = " ".join(priced(scenario).notes)
    assert "6.67" in notes
    assert "not recovered" in notes
    back = {**money, "vat": {"rate": 0.18, "recoverable": True}}
    assert terms(make_scenario(money=back)).tax == 0.0


def test_another_price_year_and_a_nominal_rate_are_remarked_on(make_scenario):
    here = {"rain_mm_h": 50.0, "dn1_per_km": -250.0, "vapour_g_m3": 9.0}
    quotes = {name: text.replace("2024", "2026") for name, text in OWN_TRANSIT.items()}
    notes = priced(
        make_scenario(quotes, money={"price_year": 2026, "real": False}, climate=here, technologies=ALL)
    ).notes
    assert len(notes) == 2
    assert "2024" in notes[0]
    assert "2026" in notes[0]
    assert "nominal" in notes[1]


def test_every_price_in_force_is_an_assumption_with_range_and_source(make_scenario):
    listed = {assumption.name: assumption for assumption in priced(make_scenario()).assumptions}
    transit = listed["source.transit_per_mbps"]
    assert (transit.unit, transit.judgement) == ("USD per Mbit/s and month", True)
    assert transit.high / transit.low == 100  # sources differ by two orders of magnitude: never silently
    assert listed["package.default.items.router.price"].unit == "USD per office"
    assert listed["leo.terminal_maintenance"].unit == "share of price per year"
    assert {"money.contingency", "money.duties", "money.discount_rate"} <= set(listed)
    for assumption in listed.values():
        assert assumption.low <= assumption.value <= assumption.high
        assert assumption.source
        assert "currency" not in assumption.unit


def test_the_exchange_rate_is_an_assumption_with_its_source(make_scenario):
    rate = HEAD + "exchange_rate: {KMF: {typical: 450, low: 430, high: 480, source: Central bank, year: 2024}}\n"
    listed = priced(make_scenario({"rate.yaml": rate}, money={"currency": "KMF"})).assumptions
    (found,) = [assumption for assumption in listed if assumption.name.startswith("exchange_rate")]
    assert (found.name, found.value, found.unit) == ("exchange_rate.USD", 450, "KMF per USD")
    assert (found.low, found.high, found.source) == (430, 480, "Central bank")


def test_the_package_of_a_kind_comes_from_the_scenario_before_the_catalogue(make_scenario):
    packages = {"branch": {"router": 400, "training": 100, "support_per_year": 60}}
    prices = priced(make_scenario(package=packages, money={"contingency": 0.1, "duties": 0.2}))
    branch = named(prices.package_items("branch"))
    assert set(branch) == {"router", "training", "support"}
    assert branch["router"].capex == pytest.approx(400 * 1.2 * 1.1)
    assert (branch["router"].life_years, branch["training"].life_years) == (5, None)
    assert branch["training"].capex == pytest.approx(100 * 1.1)
    assert branch["support"].opex_per_year == 60
    others = named(prices.package_items("agency"))
    assert set(others) == {"router", "wifi", "ups", "computers", "handhelds", "training", "installation"}


def test_the_scenarios_default_package_counts_for_kinds_without_one(make_scenario):
    prices = priced(make_scenario(package={"default": {"router": 111}, "branch": {"router": 222}}))
    assert [prices.package_items(kind)[0].capex for kind in ("branch", "agency")] == [222, 111]
    names = {assumption.name for assumption in prices.assumptions}
    assert {name for name in names if name.startswith("package.")} == {
        "package.default.router",
        "package.branch.router",
    }


def test_support_is_a_share_of_what_is_bought_again(make_scenario):
    scenario = make_scenario()
    package = cost(priced(scenario).package_items("post"), scenario)
    equipment, once = 200 + 150 + 800 + 700 + 250, 250 + 350
    assert package[CAPEX] == (equipment + once) * 100
    assert package[OPEX] == round(equipment * 0.075 * 100)


def test_terms_are_those_of_the_scenario(make_scenario):
    money = {"discount_rate": 0.07, "discount_at": "year_start", "horizon_years": 12, "funded_years": 3}
    found = terms(make_scenario(money=money))
    assert (found.discount_rate, found.discount_at, found.horizon_years, found.funded_years) == (
        0.07,
        "year_start",
        12,
        3,
    )


def test_in_the_default_world_leo_is_cheaper_than_any_hop_with_transit(make_scenario):
    scenario = make_scenario()
    prices = priced(scenario)
    leo = cost(prices.services[0].kind.items, scenario)[PROGRAMME_COST]
    hops = [cost((*hop.kind.items, *prices.transit_items), scenario, mbps=10) for hop in prices.microwave]
    assert leo < min(hop[PROGRAMME_COST] for hop in hops)


def test_without_leo_and_with_much_demand_a_dear_hop_is_cheaper_than_geo(make_scenario):
    scenario = make_scenario(technologies={"leo": {"licensed": False}}, climate={"zone": "wet_tropics"})
    prices = priced(scenario)
    geo = min(
        cost(option.kind.items, scenario)[PROGRAMME_COST]
        for option in prices.services
        if option.technology == "geo" and option.max_mbps >= 50
    )
    # the dearest long hop between two 30 m masts of its own, with transit for 50 Mbit/s
    masts = 2 * cost(prices.mast_items[MastClass.OFFICE][5], scenario)[PROGRAMME_COST]
    hop = cost((*prices.microwave[-1].kind.items, *prices.transit_items), scenario, mbps=50)[PROGRAMME_COST]
    fibre_10km = 10 * cost(prices.fibre.kinds[2].items, scenario)[PROGRAMME_COST]
    transit = cost(prices.transit_items, scenario, mbps=50)[PROGRAMME_COST]
    assert geo > hop + masts
    assert geo > fibre_10km + transit


@pytest.mark.parametrize(("diversity", "beaten"), [(500.0, False), (100.0, True)])
def test_a_radio_is_beaten_only_where_it_is_with_space_diversity_too(make_scenario, diversity, beaten):
    """Of two radios that do the same, the dearer one stays if it is the cheaper one over the sea."""
    scenario = make_scenario()
    first = priced(scenario).microwave[0]

    def sold(name, plain, diverse):
        kinds = (
            replace(first.kind, name=name + mark, items=(Item("radios", cost, 10.0, 10),))
            for mark, cost in (("", plain), (" SD", diverse))
        )
        return replace(first, **dict(zip(("kind", "diverse_kind"), kinds, strict=True)))

    cheap, dear = sold("cheap", 1000.0, 1000.0 + diversity), sold("dear", 1200.0, 1300.0)
    assert _dominated([cheap, dear], terms(scenario)) == [False, beaten]
