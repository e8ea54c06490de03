"""Speed of the radio functions: availability of many links, terrain profiles, next to the package itur if it is there.

``python -m benchmarks.radio [--links N] [--json]`` draws links in eight bands and times P.530 from rain rate and
terrain roughness to annual availability, the delta-Bullington model of P.526 on drawn profiles, and the rain
attenuation of itur on a few of the same links, one call per link. Warm, median of five.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import statistics
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from planner import radio

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

BANDS_GHZ = (6.0, 7.0, 11.0, 15.0, 18.0, 23.0, 38.0, 80.0)
REPEATS = 5
TARGET_S = 0.1  # for 100,000 links
PROFILES, POINTS = 1000, 500
PEER_LINKS = 200


def draw_links(count: int) -> dict[str, Numbers]:
    """Return drawn links as columns."""
    random = np.random.default_rng(1)
    return {
        "distance_km": random.uniform(1.0, 50.0, count),
        "frequency_ghz": random.choice(BANDS_GHZ, count),
        "rate_mm_h": random.uniform(20.0, 120.0, count),
        "height1_m": random.uniform(0.0, 500.0, count),
        "height2_m": random.uniform(0.0, 500.0, count),
        "latitude_deg": random.uniform(-60.0, 60.0, count),
        "gradient_n_km": random.uniform(-600.0, -100.0, count),
        "roughness_m": random.uniform(1.0, 200.0, count),
        "margin_db": random.uniform(15.0, 45.0, count),
    }


def rain_db(links: dict[str, Numbers]) -> Numbers:
    """Return what rain takes for 0.01 % of the year in vertical polarisation."""
    d, f = links["distance_km"], links["frequency_ghz"]
    return radio.rain_001_db(d, f, rate_001_mm_h=links["rate_mm_h"], tilt_deg=radio.VERTICAL_DEG)


def availability_pct(links: dict[str, Numbers]) -> Numbers:
    """Return the annual availability of all links, from rain rate and roughness on."""
    d, f, h1, h2 = (links[name] for name in ("distance_km", "frequency_ghz", "height1_m", "height2_m"))
    factor = radio.geoclimatic_factor(links["gradient_n_km"], links["roughness_m"])
    return radio.link_availability_pct(
        links["margin_db"],
        frequency_ghz=f,
        rain_001_db=rain_db(links),
        occurrence_pct=radio.multipath_occurrence_pct(d, f, height1_m=h1, height2_m=h2, geoclimatic=factor),
        conversion_db=radio.annual_conversion_db(d, links["latitude_deg"], radio.path_inclination_mrad(d, h1, h2)),
    )


def diffraction_db(distance_km: Numbers, ground_m: Numbers) -> Numbers:
    """Return the diffraction loss of drawn profiles."""
    return radio.diffraction_loss_db(distance_km, ground_m, height1_m=150.0, height2_m=150.0, frequency_ghz=7.0)


def seconds(work: Callable[[], object]) -> float:
    """Return the median wall-clock time of warm runs."""
    work()
    runs = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        runs.append(time.perf_counter() - began)
    return statistics.median(runs)


def peer(links: dict[str, Numbers]) -> dict[str, Any]:
    """Time the rain attenuation of itur on the first links, and compare; empty where it is not installed."""
    if importlib.util.find_spec("itur") is None:
        return {}
    rain = importlib.import_module("itur.models.itu530").rain_attenuation
    some = [{name: float(column[n]) for name, column in links.items()} for n in range(PEER_LINKS)]

    def one(x: dict[str, float]) -> float:
        where = x["latitude_deg"], 0.0
        found = rain(*where, x["distance_km"], x["frequency_ghz"], 0.0, 0.01, radio.VERTICAL_DEG, x["rate_mm_h"])
        return float(np.ravel(found.value)[0])

    def all_of_them() -> list[float]:
        return [one(link) for link in some]

    ours = radio.rain_attenuation_db(rain_db(links), links["frequency_ghz"], 0.01)[:PEER_LINKS]
    return {
        "itur_links_per_s": PEER_LINKS / seconds(all_of_them),
        "itur_largest_ratio": float(np.abs(np.array(all_of_them()) / ours - 1.0).max()),
    }


def measure(count: int) -> dict[str, Any]:
    """Run everything and return the figures."""
    links = draw_links(count)
    link_s = seconds(lambda: availability_pct(links))
    distance_km = np.linspace(0.0, 40.0, POINTS)
    ground_m = np.random.default_rng(2).uniform(0.0, 120.0, (PROFILES, POINTS))
    profile_s = seconds(lambda: diffraction_db(distance_km, ground_m))
    return {
        "links": count,
        "links_s": link_s,
        "links_per_s": count / link_s,
        "target_s": TARGET_S * count / 100_000,
        "profiles": PROFILES,
        "points": POINTS,
        "profiles_per_s": PROFILES / profile_s,
        "cores": os.cpu_count(),
        "load_1min": os.getloadavg()[0],
        **peer(links),
    }


def as_text(found: dict[str, Any]) -> str:
    """Lay the figures out for reading."""
    lines = [
        "availability by P.530  {links_per_s:>12,.0f} links/s ({links:,} in {links_s:.3f} s; target {target_s:.3f} s)",
        "delta-Bullington P.526 {profiles_per_s:>12,.0f} profiles/s of {points} points",
        "itur, rain alone       {itur_links_per_s:>12,.0f} links/s, at most {itur_largest_ratio:.2%} apart"
        if "itur_links_per_s" in found
        else "itur                   not installed: no comparison",
        "{cores} cores, load {load_1min:.2f}",
    ]
    return "\n".join(line.format(**found) for line in lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.radio", description=__doc__.splitlines()[0])
    parser.add_argument("--links", type=int, default=100_000, help="how many links to draw")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    found = measure(options.links)
    print(json.dumps(found, indent=2) if options.json else as_text(found))


if __name__ == "__main__":
    main()
