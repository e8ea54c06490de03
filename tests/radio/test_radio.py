"""Formulas against their published values and against each other."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner import radio

distances = st.floats(0.1, 80.0)


@pytest.mark.parametrize(("d_km", "bulge_m"), [(10, 1.47), (20, 5.89), (30, 13.24), (50, 36.79), (80, 94.18)])
def test_bulge_at_mid_path(d_km, bulge_m):
    # d² / (8 k R), k = 4/3
    assert radio.earth_bulge_m(d_km / 2, d_km / 2) == pytest.approx(bulge_m, abs=0.005)


@pytest.mark.parametrize(("k", "bulge_m"), [(1, 49.05), (2 / 3, 73.58)])
def test_bulge_at_other_k(k, bulge_m):
    assert radio.earth_bulge_m(25, 25, k) == pytest.approx(bulge_m, abs=0.005)


@pytest.mark.parametrize(
    ("d_km", "f_ghz", "radius_m"), [(50, 7, 23.14), (30, 11, 14.30), (20, 18, 9.13), (5, 80, 2.16)]
)
def test_fresnel_radius_at_mid_path(d_km, f_ghz, radius_m):
    # √(λ d) / 2
    assert radio.fresnel_radius_m(d_km / 2, d_km / 2, f_ghz) == pytest.approx(radius_m, abs=0.011)


@given(distances, distances, st.floats(1.0, 90.0))
def test_fresnel_radius_of_the_recommendation(d1, d2, f_ghz):
    # P.526-15 eq. (3) in practical units, 550 √(d1 d2 / ((d1 + d2) f_MHz)), rounded by up to 0.5 %
    practical = 550 * np.sqrt(d1 * d2 / ((d1 + d2) * f_ghz * 1000))
    assert radio.fresnel_radius_m(d1, d2, f_ghz) == pytest.approx(practical, rel=5e-3)


@pytest.mark.parametrize(("d_km", "f_ghz", "loss_db"), [(50, 7, 143.329), (10, 23, 139.682), (5, 80, 144.489)])
def test_free_space_loss(d_km, f_ghz, loss_db):
    assert radio.free_space_loss_db(d_km, f_ghz) == pytest.approx(loss_db, abs=1e-3)


@given(distances, st.floats(1.0, 90.0))
def test_free_space_loss_of_the_recommendation(d_km, f_ghz):
    # P.525-4 eq. (4): 32.4 + 20 log f_MHz + 20 log d_km, rounded to 0.05 dB
    practical = 32.4 + 20 * np.log10(f_ghz * 1000) + 20 * np.log10(d_km)
    assert radio.free_space_loss_db(d_km, f_ghz) == pytest.approx(practical, abs=0.06)


@pytest.mark.parametrize(("h1", "h2", "km"), [(30, 30, 45.152), (60, 60, 63.855), (10, 50, 42.180), (100, 2, 47.047)])
def test_radio_horizon(h1, h2, km):
    assert radio.radio_horizon_km(h1, h2) == pytest.approx(km, abs=1e-3)


@given(st.floats(1.0, 200.0), st.floats(1.0, 200.0), st.floats(0.5, 4.0))
def test_ray_grazes_at_the_horizon(h1, h2, k):
    """At the horizon's distance the ray touches the bulge, at the point that divides it as √h1 : √h2."""
    total = float(radio.radio_horizon_km(h1, h2, k))
    t = np.sqrt(h1) / (np.sqrt(h1) + np.sqrt(h2))
    assert (1 - t) * h1 + t * h2 == pytest.approx(float(radio.earth_bulge_m(t * total, (1 - t) * total, k)))


@pytest.mark.parametrize(("nu", "loss_db"), [(0, 6.033), (1, 13.926), (2.4, 20.539)])
def test_knife_edge_loss(nu, loss_db):
    assert radio.knife_edge_loss_db(nu) == pytest.approx(loss_db, abs=1e-3)


def test_knife_edge_loss_against_fresnel_integrals():
    """J(ν) approximates the exact −20 log10 |(1 + j) / 2 ∫ exp(−j π t² / 2)| where it is meant to hold."""
    from scipy.special import fresnel

    nu = np.linspace(-0.7, 5, 60)
    sine, cosine = fresnel(nu)
    exact = -20 * np.log10(np.sqrt((1 - cosine - sine) ** 2 + (cosine - sine) ** 2) / 2)
    assert radio.knife_edge_loss_db(nu) == pytest.approx(exact, abs=0.3)
    assert (radio.knife_edge_loss_db(np.array([-0.78, -3.0])) == 0).all()


def test_knife_edge_of_one_fresnel_radius():
    # h = F1 is ν = √2, whatever the distances and the frequency
    nu = radio.knife_edge_parameter(radio.fresnel_radius_m(7, 13, 11), 7, 13, 11)
    assert nu == pytest.approx(np.sqrt(2))


@pytest.mark.parametrize(("diameter", "f_ghz", "gain"), [(0.6, 18, 38.5), (1.8, 7, 39.8), (0.6, 80, 51.4)])
def test_antenna_gain(diameter, f_ghz, gain):
    assert radio.antenna_gain_dbi(diameter, f_ghz) == pytest.approx(gain, abs=0.06)  # printed to a tenth


@pytest.mark.parametrize(
    ("modulation", "published_dbm"),
    # a 17 GHz radio with 56 MHz channels (maker's manual): thresholds at a bit error ratio of 1e-6
    [("QPSK", -85), ("QAM16", -78), ("QAM32", -74), ("QAM64", -70), ("QAM128", -67), ("QAM256", -64)],
)
def test_receiver_threshold_near_a_data_sheet(modulation, published_dbm):
    found = radio.receiver_threshold_dbm(56, radio.Modulation[modulation])
    assert found == pytest.approx(published_dbm, abs=2.0)  # makers differ by about this much


def test_more_bits_need_more_signal():
    steps = list(radio.Modulation)
    assert all(a.above_noise_db < b.above_noise_db and a.net_bit_s_hz < b.net_bit_s_hz for a, b in pairwise(steps))


def test_fade_margin_falls_six_decibels_per_doubling():
    margins = radio.flat_fade_margin_db(np.array([10.0, 20.0]), 18, transmit_dbm=20, gain_dbi=77, threshold_dbm=-67)
    assert margins[0] - margins[1] == pytest.approx(20 * np.log10(2))


def test_functions_take_arrays():
    d = np.array([[1.0, 2.0, 3.0]])
    assert radio.earth_bulge_m(d, d.T).shape == (3, 3)
    assert radio.free_space_loss_db(d.T, d).shape == (3, 3)
