"""Climate columns of office files: found by their usual names, in range, or told by file, row and column."""

import numpy as np
import pytest

from planner.errors import InputError

HEAD = "id,lon,lat"


def told(country):
    return [(p.code, p.file, p.row, p.column, p.value) for p in country.check().problems if p.severity == "error"]


def test_columns_are_found_by_their_names(country):
    country.write(
        "offices.csv",
        f"{HEAD},R0.01,dN1,vapeur d'eau,isotherme_0_km,zone de pluie\n"
        "a,30.5,0.5,131.5,-412,19.5,4.75,K\nb,30.6,0.5,,,,,q\nc,30.7,0.5,,,,,\n",
    )
    offices = country.read().offices
    np.testing.assert_array_equal(offices["rain_mm_h"], [131.5, 115.0, np.nan])  # a rate says more than a zone
    np.testing.assert_array_equal(offices["dn1_per_km"], [-412.0, np.nan, np.nan])
    np.testing.assert_array_equal(offices["vapour_g_m3"], [19.5, np.nan, np.nan])
    np.testing.assert_array_equal(offices["isotherm_km"], [4.75, np.nan, np.nan])


def test_without_columns_nothing_is_said(country):
    country.write("offices.csv", f"{HEAD}\na,30.5,0.5\n")
    offices = country.read().offices
    assert offices[["rain_mm_h", "dn1_per_km", "vapour_g_m3", "isotherm_km"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("rain_mm_h", "0", "out-of-range"),
        ("rain_mm_h", "301", "out-of-range"),
        ("rain_mm_h", "heavy", "not-a-number"),
        ("dn1_per_km", "350", "out-of-range"),
        ("dn1_per_km", "-1501", "out-of-range"),
        ("vapour_g_m3", "-3", "out-of-range"),
        ("vapour_g_m3", "humid", "not-a-number"),
        ("isotherm_km", "4500", "out-of-range"),
        ("isotherm_km", "-1", "negative-number"),
        ("rain_zone", "R", "unknown-rain-zone"),
        ("rain_zone", "I", "unknown-rain-zone"),
        ("rain_zone", "95", "unknown-rain-zone"),
    ],
)
def test_wrong_figures(country, column, value, code):
    country.write("offices.csv", f"{HEAD},{column}\na,30.5,0.5,{value}\nb,30.6,0.5,\n")
    assert told(country) == [(code, "offices.csv", 2, column, value)]
    assert all(problem.remedy for problem in country.check().problems)


@pytest.mark.parametrize(
    ("field", "value"),
    [("source", "itur"), ("source", None), ("rain_mm_h", 0), ("rain_mm_h", 301), ("isotherm_km", 4500), ("dn1", -300)],
)
def test_wrong_climate_of_a_scenario(country, field, value):
    country.write("offices.csv", f"{HEAD}\na,30.5,0.5\n")
    country.data["climate"] = {field: value}
    with pytest.raises(InputError) as error:
        country.read()
    (problem,) = error.value.problems
    assert (problem.column, problem.row is not None) == (f"climate.{field}", True)
    assert problem.message
