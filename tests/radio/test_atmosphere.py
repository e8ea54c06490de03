"""The reference atmosphere against the standard's table, zenith attenuation against equivalent heights."""

import numpy as np
import pytest

from planner import radio
from planner.radio import atmosphere

F_GHZ = np.array([2.0, 10.0, 14.25, 20.0, 22.235, 29.0, 40.0])


@pytest.mark.parametrize(
    ("geopotential_km", "temperature_k", "pressure_hpa"),
    # ISO 2533 standard atmosphere; above 32 km U.S. Standard Atmosphere, 1976, which goes on in the same way
    [
        (-0.5, 291.4, 1074.78),
        (0, 288.15, 1013.25),
        (5, 255.65, 540.20),
        (11, 216.65, 226.32),
        (20, 216.65, 54.749),
        (32, 228.65, 8.6802),
        (47, 270.65, 1.1091),
        (51, 270.65, 0.66939),
        (71, 214.65, 0.039564),
        (84.852, 186.946, 0.0037338),
    ],
)
def test_standard_atmosphere(geopotential_km, temperature_k, pressure_hpa):
    height_km = 6356.766 * geopotential_km / (6356.766 - geopotential_km)
    pressure, temperature, _vapour = radio.reference_air(height_km)
    assert temperature == pytest.approx(temperature_k, abs=1e-3)
    assert pressure == pytest.approx(pressure_hpa, rel=1e-4)


@pytest.mark.parametrize("boundary_km", [11, 20, 32, 47, 51, 71])
def test_layers_meet(boundary_km):
    height_km = 6356.766 * boundary_km / (6356.766 - boundary_km)
    below, above = radio.reference_air(height_km - 1e-6), radio.reference_air(height_km + 1e-6)
    assert below[0] == pytest.approx(above[0], rel=3e-5)  # as printed, where 34.1632 has six digits
    assert below[1] == pytest.approx(above[1], abs=1e-4)


def test_vapour_takes_the_place_of_dry_air():
    """At the same pressure moist air holds less oxygen."""
    moist, dry = (radio.zenith_gases_db(10.0, surface_vapour_g_m3=vapour)[0] for vapour in (20.0, 0.0))
    assert moist < dry


def test_vapour_halves_and_ends():
    vapour = radio.reference_air([0.0, 2.0, 60.0], 20.0)[2]
    assert vapour[:2] == pytest.approx([20.0, 20.0 / np.e])
    pressure, temperature, _vapour = radio.reference_air(60.0)
    assert vapour[2] * temperature / 216.7 == pytest.approx(2e-6 * pressure)


def surface():
    vapour_hpa = radio.water_vapour_hpa(7.5, 288.15)
    return {"dry_hpa": 1013.25 - vapour_hpa}


def test_equivalent_height_of_vapour():
    """P.676-11 Annex 2 eq. (26), a fit to the sum over layers: within 3 %."""
    sigma = 1.013 / (1 + np.exp(-8.6 * (1 - 0.57)))
    lines = [(22.235, 1.39, 2.56), (183.31, 3.37, 4.69), (325.1, 1.58, 2.89)]
    fitted_km = 1.66 * (1 + sum(a * sigma / ((F_GHZ - f0) ** 2 + b * sigma) for f0, a, b in lines))
    height_km = radio.zenith_gases_db(F_GHZ)[1] / radio.water_vapour_db_km(F_GHZ, **surface())
    assert height_km == pytest.approx(fitted_km, rel=0.03)


def test_equivalent_height_of_dry_air():
    """P.676-11 Annex 2 eq. (25a): 6.1 / 1.17 km at sea level, away from the lines: within 4 %."""
    f = F_GHZ[F_GHZ < 30]
    height_km = radio.zenith_gases_db(f)[0] / radio.dry_air_db_km(f, **surface())
    assert height_km == pytest.approx(6.1 / 1.17, rel=0.04)


def test_layers_are_thin_enough(monkeypatch):
    f = np.array([10.0, 22.235, 60.0, 118.75])
    coarse = np.array(radio.zenith_gases_db(f))
    monkeypatch.setattr(atmosphere, "_LAYER_COUNT", 3000)
    assert coarse == pytest.approx(np.array(radio.zenith_gases_db(f)), rel=1e-4)


def test_higher_stations_have_less_above_them():
    dry, moist = radio.zenith_gases_db(20.0, station_height_km=np.array([0.0, 2.5, 80.0]))
    assert dry[0] > dry[1] > dry[2] == 0
    assert moist[0] > moist[1] > moist[2] == 0


def test_sites_broadcast_against_frequencies():
    dry, moist = radio.zenith_gases_db(F_GHZ, surface_vapour_g_m3=np.array([[7.5], [20.0]]))
    assert dry.shape == moist.shape == (2, F_GHZ.size)
    assert (moist[1] > 2 * moist[0]).all()
