"""Availability of links and of their modulations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import radio


def link(**changes):
    return {"frequency_ghz": 18.0, "rain_001_db": 25.0, "occurrence_pct": 0.5, "conversion_db": 6.0} | changes


class TestLink:
    def test_shares_add(self):
        rain = radio.rain_unavailability_pct(20.0, 25.0, 18.0)
        multipath = radio.multipath_exceeded_pct(20.0, 0.5, 6.0)
        assert radio.link_availability_pct(20.0, **link()) == pytest.approx(100 - rain - multipath)

    def test_at_the_attenuation_of_a_hundredth_of_a_per_cent(self):
        """Without multipath, a margin of what rain takes for 0.01 % of the year makes a link of 99.99 %."""
        found = radio.link_availability_pct(25.0, **link(occurrence_pct=0.0))
        assert found == pytest.approx(99.99, abs=1e-4)  # the law is off by 0.2 % at its own reference

    def test_no_margin_no_link(self):
        assert radio.link_availability_pct([0.0, -5.0], **link()).tolist() == [0.0, 0.0]

    @settings(deadline=None)
    @given(
        st.floats(90.0, 99.998), st.sampled_from([6.0, 11.0, 18.0, 80.0]), st.floats(0.1, 150.0), st.floats(0.0, 100.0)
    )
    def test_needed_margin_is_the_inverse(self, wanted, f_ghz, worst_db, p0):
        of = link(frequency_ghz=f_ghz, rain_001_db=worst_db, occurrence_pct=p0)
        margin = radio.needed_margin_db(wanted, **of)
        assert radio.link_availability_pct(margin, **of) >= wanted
        assert radio.link_availability_pct(margin - 1e-6, **of) < wanted

    def test_what_no_margin_reaches(self):
        # rain's law ends at 0.001 %
        assert radio.needed_margin_db([99.9995, 99.9], **link())[0] == np.inf
        assert np.isfinite(radio.needed_margin_db(99.9, **link()))


class TestModulations:
    def test_axes(self):
        """Modulations × links: slower ones have more margin, and work for more of the year."""
        modulations = list(radio.Modulation)
        thresholds = np.array([radio.receiver_threshold_dbm(56.0, one) for one in modulations])[:, None]
        d = np.array([5.0, 10.0, 20.0])
        margins = radio.flat_fade_margin_db(d, 18.0, transmit_dbm=20.0, gain_dbi=77.0, threshold_dbm=thresholds)
        worst = radio.rain_001_db(d, 18.0, rate_001_mm_h=60.0, tilt_deg=radio.VERTICAL_DEG)
        found = radio.link_availability_pct(margins, **link(rain_001_db=worst))
        assert found.shape == (len(modulations), 3)
        assert (np.diff(found, axis=0) <= 0).all()
        assert (np.diff(found, axis=1) <= 0).all()

    def test_rate_at_an_availability(self):
        available = np.array([[99.99, 99.5], [99.9, 98.0], [99.0, 90.0]])
        assert radio.rate_at_availability([100, 200, 400], available, 99.9).tolist() == [200, 0]
        assert radio.rate_at_availability([100, 200, 400], available, [99.0, 98.0]).tolist() == [400, 200]

    def test_each_link_has_its_own_availabilities(self):
        """Three modulations of two links."""
        availability = np.array([[99.99, 99.9], [99.9, 99.0], [99.0, 90.0]])
        assert radio.rate_at_availability([10, 20, 30], availability, 99.5).tolist() == [20, 10]
        # what each adds while it works: 10 · 0.9999 + 10 · 0.999 + 10 · 0.99
        assert radio.mean_rate([10, 20, 30], availability) == pytest.approx([29.889, 28.89])

    def test_mean_rate(self):
        # 400 for 90 % of the year, 200 for 5 %, 100 for 4 %, nothing for 1 %
        assert radio.mean_rate([100, 200, 400], [99.0, 95.0, 90.0]) == pytest.approx(360 + 10 + 4)
        of_links = radio.mean_rate([100, 200, 400], np.array([[99.0, 100.0], [95.0, 100.0], [90.0, 100.0]]))
        assert of_links == pytest.approx([374, 400])


class TestBudget:
    def test_margin_by_hand(self):
        """P.525: 92.45 + 20 log(10 · 18) = 137.56 dB; 20 + 84 − 137.56 − 10 · 0.1 + 70."""
        hop = {"transmit_dbm": 20.0, "gain_dbi": 84.0, "threshold_dbm": -70.0}
        margin = radio.flat_fade_margin_db(10.0, 18.0, gases_db_km=0.1, **hop)
        assert margin == pytest.approx(35.44, abs=0.02)  # the constant has two decimals

    @pytest.mark.parametrize("name", ["QPSK", "QAM16", "QAM32", "QAM64", "QAM128", "QAM256"])
    def test_rates_lie_among_those_of_data_sheets(self, table, name):
        """Net rate over channel width, of single-carrier radios of the equipment table: within their spread."""
        sheets = [
            float(row["capacity_Mbps"]) / float(row["channel_MHz"])
            for row in table("equipment_facts.csv").rows
            if row["modulation"].split(" ")[0] == (name if name == "QPSK" else f"{name[3:]}QAM")
            and row["capacity_Mbps"]
        ]
        least, most = min(sheets), max(sheets)
        assert 0.995 * least <= radio.Modulation[name].net_bit_s_hz <= 1.005 * most  # sheets have three digits

    def test_air_costs_margin(self):
        """60 GHz, 2 km: oxygen takes 2 · 15 dB more than free space."""
        hop = {"transmit_dbm": 10.0, "gain_dbi": 90.0, "threshold_dbm": -60.0}
        gases = radio.gases_db_km(60.0)
        clear, real = (radio.flat_fade_margin_db(2.0, 60.0, gases_db_km=g, **hop) for g in (0.0, gases))
        assert clear - real == pytest.approx(2 * float(gases))
        assert float(gases) == pytest.approx(15, abs=0.5)

    def test_thresholds_near_data_sheets(self, table):
        """Every single-carrier radio of the equipment table, within 2 dB: makers differ by about this much."""
        names = {"QPSK": "QPSK"} | {f"{n}QAM": f"QAM{n}" for n in (16, 32, 64, 128, 256)}
        checked = 0
        for row in table("equipment_facts.csv").rows:
            name = names.get(row["modulation"].split(" ")[0])
            if name is None or row["item"].startswith("PTP 650"):  # OFDM, two polarisations at once
                continue
            threshold = row["rx_threshold_dBm_1e-6"]
            found = radio.receiver_threshold_dbm(float(row["channel_MHz"]), radio.Modulation[name])
            assert found == pytest.approx(float(threshold), abs=2.0), row
            checked += 1
        assert checked == 15


def test_the_unknown_stays_unknown():
    """A missing rain rate, height or margin must not become a perfect link."""
    nan = np.nan
    place = {"latitude_deg": 0.0, "elevation_deg": 40.0}
    found = [
        radio.rain_001_db(10.0, 18.0, rate_001_mm_h=nan, tilt_deg=0.0),
        radio.rain_unavailability_pct(nan, 10.0, 18.0),
        radio.rain_unavailability_pct(30.0, nan, 18.0),
        radio.multipath_exceeded_pct(nan, 1.0),
        radio.multipath_exceeded_pct(30.0, nan),
        radio.link_availability_pct(30.0, **link(rain_001_db=nan)),
        radio.link_availability_pct(nan, **link()),
        radio.diffraction_loss_db([0.0, 5.0, 10.0], [0.0, nan, 0.0], height1_m=20.0, height2_m=20.0, frequency_ghz=7.0),
        radio.slant_unavailability_pct(nan, rain_001_db=10.0, **place),
        radio.slant_unavailability_pct(10.0, rain_001_db=nan, **place),
        radio.scintillation_sigma_db(nan, 20.0, wet_refractivity=100.0, diameter_m=1.0),
        radio.reference_air(nan)[0],
    ]
    assert np.isnan(np.array([float(value) for value in found])).all(), found
