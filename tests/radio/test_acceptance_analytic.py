"""Every row of the shared closed-form acceptance table, each to the tolerance that the table states."""

import csv
import os
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Geod

from planner import radio
from planner.terrain import TWO_CRITERIA, Elevation, clearance_m, line_of_sight, pairs_within, terrain_profile
from planner.terrain.geodesy import great_circle_middles, surface_normals

SHARED = Path(os.environ.get("PLANNER_SHARED", Path(__file__).parents[3] / "shared"))
TABLE = SHARED / "data" / "radio" / "acceptance_analytic.csv"
GEOD = Geod(ellps="WGS84")
WGS84 = CRS.from_epsg(4326).to_wkt()
CELL_DEG = 1 / 1200


def rows():
    if not TABLE.is_file():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"{TABLE.name} not found under PLANNER_SHARED"))]
    with TABLE.open(newline="") as file:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(file)]


def numbers(text):
    """Read ``d=10 km, k=4/3`` as {"d": 10.0, "k": 1.333…}; ``d1=d2=10`` gives both."""
    pairs = re.findall(r"(?:(\w+)=)?(\w+)=(-?[\d.]+(?:/\d+)?)", text)
    return {name: float(Fraction(value)) for *names, value in pairs for name in names if name}


def tolerance(row, expected):
    number, unit = re.match(r"([\d.e-]+)\s*(.*)", row["tol"]).groups()
    return float(number) / 100 * abs(expected) if unit.startswith("%") else float(number)


def smooth_sea_holds(height_m, d_km, f_ghz, criteria):
    """Answer by the fast line of sight and by the plain profile whether equal masts see each other over the sea."""
    sea = Elevation(np.zeros((7, 1200), np.int16), Affine(CELL_DEG, 0, 0, 0, -CELL_DEG, 3.5 * CELL_DEG), WGS84)
    lon_end, _lat, _azimuth = GEOD.fwd(0.1, 0.0, 90.0, d_km * 1000)
    lon, lat = np.array([0.1, lon_end]), np.zeros(2)
    ends, top = np.arange(2, dtype=np.uint32), np.zeros(2, np.uint8)
    ladder = np.array([height_m])
    sight = line_of_sight(
        sea, lon, lat, ends[:1], ends[1:], heights_m=ladder, max_level=top, frequency_ghz=f_ghz, criteria=criteria
    )
    profile = terrain_profile(sea, lon[0], 0.0, lon[1], 0.0, 50.0)
    plain = all((clearance_m(profile, height_m, height_m, f_ghz, k, share) >= 0).all() for k, share in criteria)
    return bool(sight.least_level[0, 0] == 0), plain


def spike_levels(spike_m, t, ladder):
    """Least rungs over flat ground with one spike, without bulge or Fresnel zone."""
    cells, start = 400, 10
    heights = np.zeros((3, cells + 2 * start), np.int16)
    heights[1, start + round(t * cells)] = spike_m
    ground = Elevation(heights, Affine(CELL_DEG, 0, 0, 0, -CELL_DEG, 1.5 * CELL_DEG), WGS84)
    lon, lat = (np.array([start, start + cells]) + 0.5) * CELL_DEG, np.zeros(2)
    ends, top = np.arange(2, dtype=np.uint32), np.full(2, ladder.size - 1, np.uint8)
    return line_of_sight(
        ground,
        lon,
        lat,
        ends[:1],
        ends[1:],
        heights_m=ladder,
        max_level=top,
        frequency_ghz=7.0,
        criteria=[(np.inf, 0.0)],
    ).least_level[0]


def check_bulge(row, x):
    d1 = x.get("d1", x["d"] / 2)
    return [radio.earth_bulge_m(d1, x["d"] - d1, x["k"])]


def check_smooth(row, x):
    share = 0.6 if "0.6F1" in row["inputs"] else 1.0
    return check_smooth_sea(row, x, [(x["k"], share)])


def check_smooth_sea(row, x, criteria):
    expected = float(row["expected"])
    margin = tolerance(row, expected)
    assert smooth_sea_holds(expected + margin, x["d"], x["f"], criteria) == (True, True)
    assert smooth_sea_holds(expected - margin, x["d"], x["f"], criteria) == (False, False)
    half = x["d"] / 2
    return [
        max(
            radio.earth_bulge_m(half, half, k) + share * radio.fresnel_radius_m(half, half, x["f"])
            for k, share in criteria
        )
    ]


def check_spike(row, x):
    expected, margin = float(row["expected"]), 0.01
    ladder = np.array([x["ha"], expected - margin, expected + margin])
    assert spike_levels(int(x["H"]), x["t"], ladder)[0] == 2
    return [expected]  # the bracket above is the check


def check_sum_spike(row, x):
    ladder = np.unique(np.append(np.arange(0, 120, 0.5), float(row["expected"]) + 0.005))
    least = spike_levels(int(x["H"]), x["t"], ladder)
    found = least != 255
    return [(ladder[found] + ladder[least[found]]).min()]


def check_geodesic(row, x):
    lon, lat = np.array(re.findall(r"\((-?[\d.]+),(-?[\d.]+)\)", row["inputs"]), float).T
    (_u, _v, length_km), normals = pairs_within(lon, lat, 200.0), surface_normals(lon, lat)
    middle = [float(value[0]) for value in great_circle_middles(normals[:1], normals[1:])]
    assert middle == pytest.approx([float(value) for value in row["expected"].split(";")[1].split(",")], abs=1e-4)
    return [length_km[0] * 1000]


def check_rhumb(row, x):
    half_deg = np.degrees(x["d"] / 2 / 6371 / np.cos(np.radians(x["lat"])))
    ends = surface_normals([-half_deg, half_deg], [x["lat"], x["lat"]])
    _lon, lat = great_circle_middles(ends[:1], ends[1:])
    return [GEOD.inv(0.0, x["lat"], 0.0, lat[0])[2]]


def check_fade_margin(row, x):
    gain = radio.antenna_gain_dbi(x["D"], x["f"])
    margin = radio.flat_fade_margin_db(x["d"], x["f"], transmit_dbm=x["Ptx"], gain_dbi=2 * gain, threshold_dbm=x["thr"])
    return [gain, margin]


def check_knife_edge(row, x):
    nu = radio.knife_edge_parameter(x["h"], x["d1"], x["d2"], x["f"])
    return [radio.knife_edge_loss_db(nu)]


CHECKS = {
    "bulge": check_bulge,
    "F1": lambda _row, x: [radio.fresnel_radius_m(x["d"] / 2, x["d"] / 2, x["f"])],
    "FSPL": lambda _row, x: [radio.free_space_loss_db(x["d"], x["f"])],
    "hor": lambda _row, x: [radio.radio_horizon_km(x["h1"], x["h2"], x["k"])],
    "smooth": check_smooth,
    "twocrit": lambda row, x: check_smooth_sea(row, x, TWO_CRITERIA),
    "J": lambda _row, x: [radio.knife_edge_loss_db(x["nu"])],
    "ke": check_knife_edge,
    "spike": check_spike,
    "sum": check_sum_spike,
    "geod": check_geodesic,
    "rhumb": check_rhumb,
    "fm": check_fade_margin,
}


@pytest.mark.parametrize("row", rows())
def test_row(row):
    found = CHECKS[row["id"].split("_")[0]](row, numbers(row["inputs"]))
    expected = [float(value) for value in row["expected"].split(";")[: len(found)]]
    for value, wanted in zip(found, expected, strict=True):
        assert float(value) == pytest.approx(wanted, abs=max(tolerance(row, wanted), 1e-9))
