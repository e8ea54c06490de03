"""The tables of the made-up country: offices, fibre nodes, towers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.demo.names import make_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABEL = "SYNTHETIC"
"""What every table, raster and layer says of itself."""

STATUSES = ("offline", "insufficient", "adequate", "unknown")
STATUS_SHARES = {  # by kind and whether the nearest fibre node is near
    ("main", True): (0.05, 0.20, 0.75, 0.00),
    ("main", False): (0.40, 0.50, 0.05, 0.05),
    ("branch", True): (0.24, 0.26, 0.38, 0.12),
    ("branch", False): (0.55, 0.27, 0.04, 0.14),
    ("agency", True): (0.55, 0.20, 0.10, 0.15),
    ("agency", False): (0.76, 0.09, 0.02, 0.13),
}
NEAR_FIBRE_KM, BRANCH_KM = 8.0, 4.0
ADEQUATE_MBPS = {"main": 150.0, "branch": 60.0, "agency": 20.0}


def office_table(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    region: NDArray[np.str_],
    *,
    town: NDArray[np.int64],
    town_km: NDArray[np.float64],
    fibre_km: NDArray[np.float64],
    town_names: list[str],
    n_main: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the offices in the columns that scenarios know.

    Parameters
    ----------
    lon, lat : (n,) float64
        The first of them stand in the towns, by rank.
    region : (n,) str
    town, town_km, fibre_km : (n,)
        Nearest town, and the distances to it and to the nearest fibre node.
    town_names : list of str
    n_main : int
        Towns whose office is a main one.
    rng : Generator
    """
    count, n_towns = len(lon), min(len(town_names), len(lon))
    rank = np.arange(count)
    is_town_office = rank < n_towns
    kind = np.where(rank < n_main, "main", np.where(is_town_office | (town_km < BRANCH_KM), "branch", "agency"))
    own = make_names(rng, count)
    name = [
        town_names[town[i]]
        if is_town_office[i]
        else f"{town_names[town[i]]} {own[i]}"
        if kind[i] == "branch"
        else own[i]
        for i in range(count)
    ]
    near = fibre_km < NEAR_FIBRE_KM
    limits = np.array([np.cumsum(STATUS_SHARES[str(k), bool(n)]) for k, n in zip(kind, near, strict=True)])
    status = np.array(STATUSES)[(rng.random(count)[:, None] > limits[:, :-1]).sum(axis=1)]
    adequate, insufficient = status == "adequate", status == "insufficient"
    by_satellite = rng.random(count) < np.where(near, 0.1, 0.5)
    technology = np.where(insufficient, np.where(by_satellite, "geo", "cellular"), "")
    technology = np.where(adequate, np.where(near, "fibre", "microwave"), technology)
    slow_mbps, dear = rng.integers(1, 7, count), rng.integers(0, 12, count)
    mbps = np.where(adequate, [ADEQUATE_MBPS[k] for k in kind], np.where(insufficient, slow_mbps, np.nan))
    fee = np.where(adequate, 120 + 20 * dear, np.where(insufficient, 40 + 10 * dear, np.nan))
    urban = np.exp(-((town_km / 6) ** 2))
    grid_hours = np.clip(np.rint(rng.normal(4 + 19 * urban, 3)), 0, 24)
    return pd.DataFrame(
        {
            "id": [f"PO-{i + 1:05d}" for i in range(count)],
            "name": name,
            "lon": lon,
            "lat": lat,
            "kind": kind,
            "region": region,
            "status_before": status,
            "technology_before": technology,
            "mbps_before": mbps,
            "monthly_cost_before": fee,
            "grid_hours_per_day": grid_hours,
            "note": LABEL,
        }
    )


def source_table(lon: NDArray[np.float64], lat: NDArray[np.float64], town_names: list[str]) -> pd.DataFrame:
    """Return the fibre nodes by rank of their towns."""
    rank = np.arange(len(lon))
    return pd.DataFrame(
        {
            "id": [f"FN-{i + 1:03d}" for i in rank],
            "name": [f"{name} fibre node" for name in town_names],
            "lon": lon,
            "lat": lat,
            "kind": np.where(rank == 0, "core_site", "fibre_node"),
            "capacity_mbps": np.where(rank == 0, 100_000, 10_000),
            "status": "built",
            "note": LABEL,
        }
    )


def tower_table(lon: NDArray[np.float64], lat: NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    """Return existing towers, 25 to 60 m high, of two owners."""
    count = len(lon)
    return pd.DataFrame(
        {
            "id": [f"TW-{i + 1:04d}" for i in range(count)],
            "name": [f"{name} hill" for name in make_names(rng, count)],
            "lon": lon,
            "lat": lat,
            "height_m": rng.choice([25, 30, 35, 40, 45, 60], size=count),
            "rent_per_year": 100 * rng.integers(3, 10, size=count),
            "owner": rng.choice(["Phone company", "Broadcaster"], size=count, p=[0.8, 0.2]),
            "note": LABEL,
        }
    )
