"""Catalogue files: the default one, overriding, currencies, and everything a user can get wrong."""

from __future__ import annotations

import pytest

from planner.catalogue import drawn, load_catalogue, price_list
from planner.catalogue.figures import figures
from planner.errors import InputError
from planner.i18n import use_language
from planner.scenario.yaml_text import field_path

HEAD = "schema_version: 1\ncurrency: USD\nprice_year: 2024\n"


def problems(make_scenario, text, **sections):
    with pytest.raises(InputError) as raised:
        load_catalogue(make_scenario({"mine.yaml": text}, **sections))
    return raised.value.problems


def problem(make_scenario, text, **sections):
    (only,) = problems(make_scenario, text, **sections)
    return only


def test_every_figure_of_the_default_catalogue_has_a_source_a_year_and_a_range(make_scenario):
    listed = list(figures(load_catalogue(make_scenario())))
    assert len(listed) > 70
    for figure in listed:
        estimate = figure.estimate
        if estimate is None:
            pytest.fail(f"{figure.at} is not priced")
        assert estimate.low <= estimate.typical <= estimate.high, figure.at
        assert estimate.source != "user", figure.at
        assert len(estimate.source) > 5, figure.at
        assert estimate.year is not None, figure.at
        assert 2010 <= estimate.year <= 2026, figure.at
        assert figure.unit, figure.at


@pytest.mark.parametrize(
    ("path", "low", "typical", "high"),
    [
        # the published ranges that the catalogue is made from
        (("fibre", "plant_per_km"), 5_000, 12_000, 20_000),
        (("fibre", "operation_per_km"), 100, 300, 1_000),
        (("fibre", "route_factor"), 1.1, 1.15, 1.2),
        # Cartesian 2023: aerial 6.49 a foot, underground 16.25, a ratio of 0.4 on 12,000
        (("fibre", "aerial", "plant_per_km"), 2_000, round(12_000 * 6.49 / 16.25, -2), 9_000),
        (("microwave", "spectrum_per_mhz"), 15, 15, 100),
        (("masts", "relay", "lump"), 20_000, 20_000, 100_000),
        (("leo", "terminal"), 392, 600, 800),
        (("leo", "monthly_fee"), 100, 150, 250),
        (("geo", "monthly_fee"), 230, 300, 400),
        (("cellular", "cpe"), 50, 120, 534),
        (("general", "energy_per_kwh"), 0.087, 0.10, 0.16),
    ],
)
def test_default_figures_are_the_published_ones(make_scenario, path, low, typical, high):
    found = {figure.at: figure.estimate for figure in figures(load_catalogue(make_scenario()))}[path]
    assert (found.low, found.typical, found.high) == (low, typical, high)


def test_radios_and_antennas_of_a_hop_stay_within_the_published_range(make_scenario):
    standard = load_catalogue(make_scenario()).microwave.radios["standard"]
    together = [standard.radios.typical + antennas.price.typical for antennas in standard.antennas.values()]
    assert min(together) == 7_200
    assert max(together) == 10_460


def test_a_later_file_overrides_only_what_it_holds(make_scenario):
    scenario = make_scenario(
        {"first.yaml": HEAD + "leo: {monthly_fee: 90, up_mbps: 7}\n", "second.yaml": HEAD + "leo: {monthly_fee: 80}\n"}
    )
    leo, plain = load_catalogue(scenario).leo, load_catalogue(make_scenario()).leo
    assert leo.monthly_fee.typical == 80
    assert leo.up_mbps == 7
    assert leo.terminal == plain.terminal


def test_a_bare_number_is_the_users_and_has_no_range(make_scenario):
    fee = load_catalogue(make_scenario({"mine.yaml": HEAD + "leo: {monthly_fee: 90}\n"})).leo.monthly_fee
    assert (fee.low, fee.typical, fee.high, fee.source, fee.year) == (90, 90, 90, "user", None)


def test_a_figure_never_stands_beside_the_source_or_range_of_another(make_scenario):
    fee = load_catalogue(make_scenario({"mine.yaml": HEAD + "leo: {monthly_fee: {typical: 900}}\n"})).leo.monthly_fee
    assert (fee.low, fee.typical, fee.high, fee.source) == (900, 900, 900, "user")


def test_the_scenarios_overrides_come_last(make_scenario):
    overrides = {"leo": {"overrides": {"monthly_fee": 70}}}
    scenario = make_scenario({"mine.yaml": HEAD + "leo: {monthly_fee: 90}\n"}, technologies=overrides)
    assert load_catalogue(scenario).leo.monthly_fee.typical == 70


def test_an_entry_set_to_null_is_removed(make_scenario):
    catalogue = load_catalogue(make_scenario({"mine.yaml": HEAD + "microwave: {bands: {5 GHz: null}}\n"}))
    assert "5 GHz" not in catalogue.microwave.bands
    assert "7 GHz" in catalogue.microwave.bands


def test_prices_in_another_currency_are_converted_and_shares_are_not(make_scenario):
    rate = "exchange_rate: {KMF: {typical: 450, source: Central bank, year: 2024}}\n"
    scenario = make_scenario({"rate.yaml": HEAD + rate}, money={"currency": "KMF"})
    catalogue, plain = load_catalogue(scenario), load_catalogue(make_scenario())
    assert catalogue.leo.terminal.typical == 450 * plain.leo.terminal.typical
    assert catalogue.leo.terminal.high == 450 * plain.leo.terminal.high
    assert catalogue.leo.terminal.source == plain.leo.terminal.source
    assert catalogue.leo.terminal_maintenance == plain.leo.terminal_maintenance
    assert catalogue.leo.terminal_life == plain.leo.terminal_life
    assert {conversion.rate.source for conversion in catalogue.conversions} == {"Central bank"}


def test_each_file_is_converted_from_its_own_currency(make_scenario):
    files = {
        "rate.yaml": HEAD + "exchange_rate: {KMF: 450}\n",
        "local.yaml": "schema_version: 1\ncurrency: KMF\nprice_year: 2026\nleo: {monthly_fee: 60000}\n",
        "euro.yaml": "schema_version: 1\ncurrency: EUR\nprice_year: 2026\nexchange_rate: {KMF: 492}\n"
        "geo: {terminal: 2000}\n",
    }
    overrides = {"cellular": {"overrides": {"cpe": 50_000}}}
    catalogue = load_catalogue(make_scenario(files, money={"currency": "KMF"}, technologies=overrides))
    assert catalogue.leo.monthly_fee.typical == 60_000
    assert catalogue.leo.terminal.typical == 600 * 450
    assert catalogue.geo.terminal.typical == 2_000 * 492
    assert catalogue.cellular.cpe.typical == 50_000


def test_another_currency_without_a_rate_is_an_error(make_scenario):
    with pytest.raises(InputError) as raised:
        load_catalogue(make_scenario(money={"currency": "KMF"}))
    (found,) = raised.value.problems
    assert (found.code, found.file, found.column, found.value) == ("no-exchange-rate", "default", "currency", "USD")
    assert found.row is not None
    assert "exchange_rate: {KMF: RATE}" in found.remedy


@pytest.mark.parametrize(
    ("text", "code", "row", "column", "value", "in_text"),
    [
        ("leo: {montly_fee: 90}\n", "unknown-field", 4, "leo.montly_fee", "90", "monthly_fee"),
        ("leo:\n  monthly_fee: -5\n", "wrong-value", 5, "leo.monthly_fee", "-5", "negative"),
        ("leo: {monthly_fee: {typical: -5}}\n", "out-of-range", 4, "leo.monthly_fee.typical", "-5", "0"),
        ("leo:\n  monthly_fee: free\n", "wrong-value", 5, "leo.monthly_fee", "free", "number"),
        ("leo: {monthly_fee: {low: 9, typical: 5}}\n", "wrong-value", 4, "leo.monthly_fee", None, "ascending"),
        ("leo: {monthly_fee: {low: 9}}\n", "missing-field", 4, "leo.monthly_fee.typical", None, "typical"),
        ("fibre: {plant_life: 0}\n", "wrong-value", 4, "fibre.plant_life", "0", "longer than 0"),
        ("leo: {up_mbps: true}\n", "wrong-type", 4, "leo.up_mbps", "True", "number"),
        ("masts: {heights_m: [10, 10]}\n", "wrong-value", 4, "masts", None, "ascend"),
        ("masts: {office: {roof_pole: {price: 99999}}}\n", "wrong-value", 4, "masts", None, "roof pole"),
        ("balloons: {price: 3}\n", "unknown-section", 4, "balloons", "balloons", "microwave"),
        ("balloons: 3\n", "wrong-type", 4, "balloons", "3", "mapping"),
    ],
)
def test_faults_say_file_line_path_value_and_remedy(make_scenario, text, code, row, column, value, in_text):
    found = problem(make_scenario, HEAD + text)
    assert (found.code, found.file, found.row, found.column, found.value) == (code, "mine.yaml", row, column, value)
    assert in_text in f"{found.message} {found.remedy}"


def test_a_new_band_must_be_complete(make_scenario):
    found = problem(make_scenario, HEAD + "microwave: {bands: {26 GHz: {frequency_ghz: 26, radio: standard}}}\n")
    assert (found.code, found.file, found.row, found.column, found.value) == (
        "unknown-band", "mine.yaml", 4, "microwave.bands.26 GHz", "26 GHz",
    )  # fmt: skip
    for name in ("channels_mhz", "net_bit_s_hz", "transmit_dbm", "licensed", "range_km", "max_dish_m"):
        assert name in found.message
    assert "5 GHz, 7 GHz, 11 GHz, 18 GHz, 23 GHz, 38 GHz, 80 GHz" in found.remedy


def test_a_band_that_is_not_there_cannot_be_removed(make_scenario):
    found = problem(make_scenario, HEAD + "microwave: {bands: {13 GHz: null}}\n")
    assert (found.code, found.column, found.value) == ("unknown-band", "microwave.bands.13 GHz", "13 GHz")


def test_an_unknown_band_in_the_scenarios_overrides(make_scenario):
    """A slip of the pen: the user means to change a band that is there."""
    with pytest.raises(InputError) as raised:
        load_catalogue(
            make_scenario(technologies={"microwave": {"overrides": {"bands": {"7GHz": {"transmit_dbm": 20}}}}})
        )
    (found,) = raised.value.problems
    assert (found.code, found.column) == ("unknown-band", "technologies.microwave.overrides.bands.7GHz")
    assert "7 GHz" in found.remedy


def test_a_band_needs_radios_that_exist(make_scenario):
    found = problem(make_scenario, HEAD + "microwave: {bands: {7 GHz: {radio: heavy}}}\n")
    assert "heavy" in found.message


def test_faults_of_the_default_file_are_not_blamed_on_the_users(make_scenario):
    # two faults in two files: each is told where it stands
    scenario = make_scenario({"a.yaml": HEAD + "leo: {x: 1}\n", "b.yaml": HEAD + "leo: {y: 1}\n"})
    with pytest.raises(InputError) as raised:
        load_catalogue(scenario)
    assert {(entry.file, entry.column) for entry in raised.value.problems} == {("a.yaml", "leo.x"), ("b.yaml", "leo.y")}


def test_faults_of_overrides_point_into_the_scenario(make_scenario):
    with pytest.raises(InputError) as raised:
        load_catalogue(make_scenario(technologies={"leo": {"overrides": {"monthly_fee": "dear"}}}))
    assert raised.value.problems[0].column == "technologies.leo.overrides.monthly_fee"


@pytest.mark.parametrize("missing", ["schema_version", "currency", "price_year"])
def test_every_file_must_say_version_currency_and_year(make_scenario, missing):
    lines = [line for line in HEAD.splitlines() if not line.startswith(missing)]
    found = problem(make_scenario, "\n".join(lines) + "\n")
    assert (found.code, found.column) == ("missing-field", missing)


def test_a_file_that_is_not_there_is_an_error(make_scenario):
    with pytest.raises(InputError) as raised:
        load_catalogue(make_scenario(catalogue=["default", "nowhere.yaml"]))
    assert raised.value.problems[0].file == "nowhere.yaml"


def test_a_file_that_is_no_mapping_is_an_error(make_scenario):
    assert problem(make_scenario, "- 1\n- 2\n").code == "not-a-mapping"


@pytest.mark.parametrize(
    ("figure", "wrong", "says"),
    [
        ("sun_hours", "0", "hours of sun"),
        ("sun_hours", "25", "hours of sun"),
        ("system_efficiency", "70", "at most 1"),
        ("system_efficiency", "{low: 0, typical: 0.7, high: 0.8}", "greater than 0"),
        ("depth_of_discharge", "0", "greater than 0"),
        ("depth_of_discharge", "{low: 0.5, typical: 0.8, high: 80}", "at most 1"),
    ],
)
def test_what_solar_sets_are_divided_by_is_a_share_or_hours(make_scenario, figure, wrong, says):
    found = problem(make_scenario, f"{HEAD}power: {{{figure}: {wrong}}}\n")
    assert figure in found.column
    assert says in found.message


def test_more_heights_than_are_told_apart_are_refused(make_scenario):
    text = f"masts: {{heights_m: [{', '.join(map(str, range(1, 129)))}]}}\n"
    fault = problem(make_scenario, HEAD + text)
    assert (fault.code, fault.column) == ("out-of-range", "masts.heights_m")
    assert "at most 127" in fault.message
    with use_language("fr"):
        assert "au plus 127 éléments" in problem(make_scenario, HEAD + text).message
    text = f"masts: {{heights_m: [{', '.join(map(str, range(1, 128)))}]}}\n"
    assert len(load_catalogue(make_scenario({"mine.yaml": HEAD + text})).masts.heights_m) == 127


def test_every_figure_may_be_another_one_in_a_draw(make_scenario):
    overrides = {"fibre": {"overrides": {"road_classes": {"primary": {"low": 1, "typical": 1.5, "high": 2.5}}}}}
    scenario = make_scenario(technologies=overrides)
    catalogue = load_catalogue(scenario)
    values = {field_path(figure.at): 2 * figure.estimate.typical + 1 for figure in figures(catalogue)}
    made = drawn(catalogue, values)
    now = {field_path(figure.at): figure.estimate.typical for figure in figures(made)}
    assert {name for name in values if now[name] != values[name]} <= {f"masts.{at}.roof_pole.price" for at in PLACES}
    assert values["fibre.road_classes.primary"] == 4.0
    assert price_list(made, scenario).fibre.road_factor["primary"] == 4.0


PLACES = ("office", "relay")
