"""Verification's own reckoning of fades against `planner.radio`, which is held against the ITU's examples."""

import math

import numpy as np
import pytest

from planner import radio
from planner.catalogue import MicrowaveOption, RadioClimate
from planner.catalogue.kinds import OptionKind
from planner.plan.verify.fading import Hop, carried

OPTION = MicrowaveOption(
    kind=OptionKind("microwave", "any", 1, ()),
    diverse_kind=OptionKind("microwave", "any SD", 1, ()),
    frequency_ghz=7.5,
    range_km=60.0,
    signal_dbm=95.0,
    channel_mhz=28.0,
    transmit_dbm=0.0,
    diameter_m=1.2,
    modulations=tuple(radio.Modulation)[:5],
    thresholds_dbm=(-90.0, -80.0, -71.0, -62.0, -20.0),
    rates_mbps=(42.0, 84.0, 129.0, 179.0, 400.0),
    availability=0.9995,
)


@pytest.mark.parametrize("ghz", [2.4, 5.8, 7.5, 11.2, 18.7, 38.2, 78.5])
@pytest.mark.parametrize(
    "climate",
    [
        RadioClimate(95.0, -350.0, 20.0, None),
        RadioClimate(30.0, -700.0, 7.5, 60.0),
        RadioClimate(0.0, -79.0, 0.1, None),
    ],
)
def test_shares_of_the_year_are_those_of_the_recommendations(ghz, climate):
    rng = np.random.default_rng(int(10 * ghz))
    fields = vars(OPTION) | {"frequency_ghz": ghz}
    option, quick, kinds = MicrowaveOption(**fields), climate.roughness_m is None, set()
    for _hop in range(60):
        length_km, latitude = float(10 ** rng.uniform(-0.5, 1.8)), float(rng.uniform(-70, 70))
        ground_m = tuple(rng.uniform(-5, 1500, 2).tolist())
        air = float(radio.gases_db_km(ghz, vapour_g_m3=climate.vapour_g_m3))
        factor = radio.geoclimatic_factor(climate.dn1_per_km, climate.roughness_m)
        heights = {"height1_m": ground_m[0], "height2_m": ground_m[1]}
        p0 = radio.multipath_occurrence_pct(length_km, ghz, geoclimatic=factor, quick=quick, **heights)
        slope = radio.path_inclination_mrad(length_km, *ground_m)
        margins = radio.flat_fade_margin_db(
            length_km,
            ghz,
            transmit_dbm=95.0,
            gain_dbi=0.0,
            threshold_dbm=np.array(OPTION.thresholds_dbm),
            gases_db_km=air,
        )
        percent = radio.link_availability_pct(
            margins,
            frequency_ghz=ghz,
            rain_001_db=radio.rain_001_db(length_km, ghz, rate_001_mm_h=climate.rain_mm_h, tilt_deg=0.0),
            occurrence_pct=p0,
            conversion_db=radio.annual_conversion_db(length_km, latitude, slope),
        )
        found = carried(Hop(length_km, latitude, ground_m), option, (climate, climate))
        assert [gives.capacity_mbps for gives in found] == list(OPTION.rates_mbps)
        np.testing.assert_allclose([gives.share for gives in found], percent / 100, atol=1e-10)
        meets_db = 25 + 1.2 * math.log10(float(p0))
        kinds |= {(margin > 0) + (margin > meets_db) for margin in margins.tolist()}
    assert kinds == {0, 1, 2}  # without margin, shallow fades, deep fades
