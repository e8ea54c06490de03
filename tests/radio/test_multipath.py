"""Multipath fading against a second implementation, in its limits, and the faults of published codes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import radio

occurrences = st.floats(1e-6, 1e5)


def meeting_db(p0):
    """A_t, eq. (12)."""
    return 25 + 1.2 * np.log10(p0)


class TestAllDepths:
    def test_rows_of_a_second_implementation(self, table):
        rows = table("p530_18_fade_all_depths_crossimpl.csv")
        rows.assert_holds(radio.multipath_exceeded_pct(rows["A_dB"], rows["p0_pct"]), "pw_pct")

    @settings(deadline=None)
    @given(occurrences)
    def test_shallow_law_meets_the_deep_line(self, p0):
        """Published codes that multiply in the first line of eq. (16), or move a bracket in (17), jump at A_t."""
        at = meeting_db(p0)
        shallow, deep = radio.multipath_exceeded_pct([at - 1e-9, at], p0)
        # ppm would do; where p_t nears 100 % the law is held at 99.999 % (p0 > 1e5)
        assert shallow == pytest.approx(deep, rel=1e-6)
        assert deep == pytest.approx(p0 * 10 ** (-at / 10))

    def test_not_the_published_code_that_jumps(self, table):
        """A well-known code has brackets misplaced in eqs. (16) and (17): up to hundreds of times too much."""
        rows = table("p530_18_fade_all_depths_crossimpl.csv")
        p0, a = rows["p0_pct"], rows["A_dB"]
        at = meeting_db(p0)
        q_a1 = -20 * np.log10(-np.log(1 - p0 * 10 ** (-at / 10) / 100)) / at
        q_t = (q_a1 - 2) / (1 + 0.3 * 10 ** (-at / 20) * 10 ** (-0.016 * at)) - 4.3 * (10 ** (-at / 20) + at / 800)
        q_a = 2 + (1 + 0.3 * 10 ** (-a / 20)) * 10 ** (-0.016 * a) * (q_t + 4.3 * 10 ** (-a / 20 + a / 800))
        wrong = 100 * (1 - np.exp(-(10 ** (-q_a * a / 20))))
        shallow = (a < at) & (a > 3)
        ratio = wrong[shallow] / radio.multipath_exceeded_pct(a, p0)[shallow]
        assert np.median(ratio) > 2
        assert ratio.max() > 100

    # beyond the range of any link, p0 > 2500 %, the law itself rises a little around 6 dB
    @settings(deadline=None)
    @given(st.floats(1e-6, 2000.0), st.floats(0.0, 60.0), st.floats(0.0, 5.0), st.floats(0.0, 10.8))
    def test_deeper_is_rarer(self, p0, fade_db, more_db, conversion_db):
        often, seldom = radio.multipath_exceeded_pct([fade_db, fade_db + more_db], p0, conversion_db)
        assert seldom <= often * (1 + 1e-9)

    def test_ends(self):
        # all of the time without margin; 1 − 1/e of it at the unfaded level, eq. (18) with A = 0; never without fading
        found = radio.multipath_exceeded_pct([-0.1, 0.0, 20.0], [1.0, 1.0, 0.0])
        assert found == pytest.approx([100, 100 * (1 - np.exp(-1)), 0])

    def test_ten_decibels_a_decade(self):
        deep = radio.multipath_exceeded_pct([30.0, 40.0], 1.0)
        assert deep == pytest.approx([1e-3, 1e-4])


class TestYear:
    def test_rows_of_a_second_implementation(self, table):
        """Every row with ΔG ≤ 10.8, the correction that its sources name: the other code takes at least 10.8."""
        rows = table("p530_18_deltaG_crossimpl.csv")
        slope = radio.path_inclination_mrad(rows["d_km"], rows["he_m"], rows["hr_m"])
        found = radio.annual_conversion_db(rows["d_km"], rows["lat"], slope)
        rows.assert_holds(found, "deltaG_dB")
        assert (found < 10.8).any()
        assert (found == 10.8).any()

    @settings(deadline=None)
    @given(st.floats(0.1, 100.0), st.floats(-90.0, 90.0), st.floats(0.0, 100.0))
    def test_at_most_10_8_db(self, d_km, latitude, slope):
        assert radio.annual_conversion_db(d_km, latitude, slope) <= 10.8

    def test_by_hand(self):
        # at 45° |cos 2ξ| = 0: 10.5 − 5.6 log 1.1 − 2.7 log 50 + 1.7 log 2; at the equator 1.1 + 1, at the pole 1.1 − 1
        base = 10.5 - 2.7 * np.log10(50) + 1.7 * np.log10(2)
        found = radio.annual_conversion_db(50.0, [45.0, 0.0, -90.0], 1.0)
        assert found == pytest.approx([base - 5.6 * np.log10(1.1), base - 5.6 * np.log10(2.1), 10.8], abs=1e-9)

    def test_the_sign_turns_at_45_degrees(self):
        """|cos 2ξ| is 0.0069813 at 45.2° as at 44.8°, to the power of 0.7 0.030956: 1.1 less it, and 1.1 with it."""
        wanted = 10.5 - 5.6 * np.log10([1.1 + 0.030956, 1.1 - 0.030956]) - 2.7 * 2
        assert radio.annual_conversion_db(100.0, [44.8, 45.2], 0.0) == pytest.approx(wanted, abs=1e-5)

    def test_deep_fades_of_a_year_are_rarer_by_the_conversion(self):
        month, year = radio.multipath_exceeded_pct(35.0, 2.0, [0.0, 7.0])
        assert year == pytest.approx(month * 10**-0.7)

    @settings(deadline=None)
    @given(occurrences, st.floats(0.0, 10.8))
    def test_year_meets_its_deep_line_too(self, p0, conversion_db):
        at = meeting_db(p0)
        shallow, deep = radio.multipath_exceeded_pct([at - 1e-9, at], p0, conversion_db)
        assert shallow == pytest.approx(deep, rel=1e-6)


class TestOccurrence:
    def test_factor_by_hand(self):
        # dN1 = −400: 10^(−4.4 + 1.08) · 100^−0.46 with s_a = 90 m, 10^(−4.6 + 1.08) without
        assert radio.geoclimatic_factor(-400.0, 90.0) == pytest.approx(10**-3.32 * 10**-0.92)
        assert radio.geoclimatic_factor(-400.0) == pytest.approx(10**-3.52)

    def test_powers_of_length_slope_and_frequency(self):
        def p0(d_km=10.0, f_ghz=10.0, rise_m=0.0, base_m=0.0, quick=False):
            ends = {"height1_m": base_m, "height2_m": base_m + rise_m}
            return radio.multipath_occurrence_pct(d_km, f_ghz, geoclimatic=1e-4, quick=quick, **ends)

        assert p0() == pytest.approx(1e-4 * 10 ** (3.4 + 0.8))
        assert p0(rise_m=90.0) == pytest.approx(p0() * 10**-1.03)  # 9 mrad
        assert p0(base_m=1000.0) == pytest.approx(p0() * 10**-0.76)
        assert p0(quick=True) == pytest.approx(1e-4 * 10 ** (3.1 + 0.8))
        assert p0(rise_m=90.0, quick=True) == pytest.approx(p0(quick=True) * 10**-1.29)
        assert p0(base_m=1000.0, quick=True) == pytest.approx(p0(quick=True) * 10**-0.89)

    def test_either_end_may_be_the_higher(self):
        there = radio.multipath_occurrence_pct(30.0, 7.0, height1_m=50.0, height2_m=300.0, geoclimatic=1e-4)
        back = radio.multipath_occurrence_pct(30.0, 7.0, height1_m=300.0, height2_m=50.0, geoclimatic=1e-4)
        assert there == back

    def test_by_map_at_the_middle_of_its_clearance_term(self):
        """P.530-18: level antennas at h_c = 147 m, no surface ducts: K d^3.51 (f² + 13)^0.447 · 10^(−0.00027 h_L)."""
        ground = 1000.0 - 147.0 - 51.0**2 / 102.0
        found = radio.multipath_occurrence_by_map_pct(
            51.0, 6.0, height1_m=1000.0, height2_m=1000.0, ground_m=ground, log_geoclimatic=-7.0, increase_n=0.0
        )
        assert found == pytest.approx(1e-7 * 51**3.51 * 49**0.447 * 10**-0.27)

    def test_by_map_limit_of_surface_ducts(self):
        """Low over the ground the surface term is what its limit dN75 d^1.5 √f / 24730 allows, times 17.85 decades."""
        with_ducts, without = (
            radio.multipath_occurrence_by_map_pct(
                25.0, 4.0, height1_m=20.0, height2_m=20.0, ground_m=300.0, log_geoclimatic=-7.0, increase_n=n
            )
            for n in (5.0, 0.0)
        )
        assert with_ducts / without == pytest.approx(10 ** (17.85 * 5 * 125 * 2 / 24730))
