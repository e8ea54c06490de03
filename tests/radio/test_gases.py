"""Oxygen and water vapour against the ITU-R's examples."""

from pathlib import Path

import numpy as np
import pytest

from planner import radio
from planner.radio import gases


def test_rows(table):
    """Every row to 1e-6, or to the printed digits where they are fewer (5.09e-05 at 1 GHz)."""
    rows = table("p676_12_gamma_1_100GHz.csv")
    air = {"dry_hpa": rows["P"], "temperature_k": rows["T"], "vapour_g_m3": rows["rho"]}
    rows.assert_holds(radio.dry_air_db_km(rows["f"], **air), "gamma0")
    rows.assert_holds(radio.water_vapour_db_km(rows["f"], **air), "gammaw")
    rows.assert_holds(radio.gases_db_km(rows["f"], **air), "gamma")


def test_peaks_lie_on_the_lines():
    f = np.arange(20.0, 200.0, 0.01)
    # high up, where lines are narrow
    dry, moist = radio.dry_air_db_km(f, dry_hpa=30.0), radio.water_vapour_db_km(f, dry_hpa=30.0, vapour_g_m3=0.01)
    assert 58.3 < f[dry.argmax()] < 61.9  # the middle of 37 lines
    assert f[f > 100][dry[f > 100].argmax()] == pytest.approx(118.750, abs=0.011)
    assert f[moist.argmax()] == pytest.approx(183.310, abs=0.011)
    assert f[f < 30][moist[f < 30].argmax()] == pytest.approx(22.235, abs=0.011)


def test_no_vapour_no_attenuation_by_it():
    assert radio.water_vapour_db_km([10.0, 22.0], vapour_g_m3=0.0).tolist() == [0.0, 0.0]


def test_vapour_pressure():
    # 7.5 g/m³ at 15 °C: 9.97 hPa (P.676-12 eq. (4))
    assert radio.water_vapour_hpa(7.5, 288.15) == pytest.approx(9.97, abs=0.005)


def test_arguments_broadcast():
    f, vapour = np.array([10.0, 22.0, 80.0]), np.array([[1.0], [20.0]])
    whole = radio.gases_db_km(f, vapour_g_m3=vapour)
    assert whole.shape == (2, 3)
    assert whole[1, 2] == radio.gases_db_km(80.0, vapour_g_m3=20.0)


@pytest.mark.parametrize(
    ("lines", "file", "columns"),
    [
        ("_OXYGEN_LINES", "oxygen", (0, 1, 2, 3, 5, 6)),  # a4 is 0 throughout
        ("_WATER_LINES", "water_vapour", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_lines_are_those_of_another_implementation(lines, file, columns):
    """P.676-12 Tables 1 and 2 as the package itur has them: most lie beyond the table of examples."""
    itur = pytest.importorskip("itur", reason="the extra itu is not installed")
    path = Path(itur.__file__).parent / "data" / "676" / f"v12_lines_{file}.txt"
    theirs = np.loadtxt(path, delimiter=",", skiprows=1)
    assert np.array_equal(np.array(getattr(gases, lines)), theirs[:, columns])
