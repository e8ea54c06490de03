"""P.837's rain rates where closed forms and what has fallen say them; with the ITU-R's maps: test_itu_maps.py."""

import numpy as np
import pytest
from scipy.special import ndtri

from planner import radio

DAYS = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
ALIKE = {"monthly_rain_mm": 3.0 * DAYS, "temperature_k": np.full(12, 293.15)}
"""Months that differ in nothing but their length: 3 mm a day at 20 °C."""

MEAN_MM_H = 0.5874 * np.exp(0.0883 * 20)
WET_PCT = 100 * 3 / 24 / MEAN_MM_H


class TestRainRate:
    @pytest.mark.parametrize("percentage", [0.001, 0.01, 0.1, 1.0])
    def test_of_months_alike_it_is_one_lognormal(self, percentage):
        wanted = MEAN_MM_H * np.exp(-0.7938 - 1.26 * ndtri(percentage / WET_PCT))
        # exceeded for p within 1e-5 of it: the rate is off by less than that where p falls faster than 1 / rate
        assert radio.rain_rate_mm_h(percentage, **ALIKE) == pytest.approx(wanted, rel=1e-5)

    def test_none_where_it_rains_less_often(self):
        found = radio.rain_rate_mm_h([WET_PCT * 0.999, WET_PCT * 1.001], **ALIKE)
        assert 0 < found[0] < 0.1
        assert found[1] == 0
        dry = radio.rain_rate_mm_h(0.01, monthly_rain_mm=np.zeros(12), temperature_k=np.full(12, 300.0))
        assert dry == 0

    def test_what_falls_over_the_year_is_what_the_months_say(self):
        """∫ R dp is the year's total: also with a frosty month, and one in which it rains at most of the time."""
        rain = np.array([20, 10, 0, 35, 60, 90, 1500, 400, 80, 30, 25, 20.0])
        temperature = np.array([263, 265, 271, 278, 284, 290, 285, 285, 288, 282, 275, 268.0])
        # midpoints in ln p from 1e-9 % on; what lies beyond falls in less than a second of the year
        edges = np.linspace(np.log(1e-9), np.log(100.0), 4001)
        p = np.exp((edges[1:] + edges[:-1]) / 2.0)
        rate = radio.rain_rate_mm_h(p, monthly_rain_mm=rain, temperature_k=temperature)
        fallen_mm = np.sum(rate * p * np.diff(edges)) / 100.0 * 365.25 * 24.0
        assert fallen_mm == pytest.approx(rain.sum(), rel=1e-4)

    def test_where_the_search_starts_moves_the_last_digits_alone(self):
        starts = np.array([0.0, 1e-3, 50.0, 99.1, 499.0])
        found = radio.rain_rate_mm_h(0.01, **ALIKE, first_mm_h=starts)
        np.testing.assert_allclose(found, found[0], rtol=1e-5)
        assert radio.rain_rate_mm_h(0.01, **ALIKE, first_mm_h=found[0]) == found[0]  # near enough: it stays

    def test_many_at_once_are_each_by_itself(self):
        """itur 0.4 answers arrays with their first value."""
        rng = np.random.default_rng(0)
        rain, temperature = rng.uniform(0, 400, (20, 12)), rng.uniform(260, 305, (20, 12))
        p, start = rng.uniform(0.001, 1, 20), rng.uniform(0, 150, 20)
        together = radio.rain_rate_mm_h(p, monthly_rain_mm=rain, temperature_k=temperature, first_mm_h=start)
        alone = [
            float(
                radio.rain_rate_mm_h(p[i], monthly_rain_mm=rain[i], temperature_k=temperature[i], first_mm_h=start[i])
            )
            for i in range(20)
        ]
        np.testing.assert_allclose(together, alone, rtol=1e-14)
        assert len(set(alone)) == 20

    def test_an_unknown_month_stays_unknown(self):
        rain = np.where(np.arange(12) == 3, np.nan, 50.0)
        found = radio.rain_rate_mm_h([0.01, 99.0], monthly_rain_mm=rain, temperature_k=np.full(12, 290.0))
        assert np.isnan(found).all()
