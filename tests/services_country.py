"""A made-up country with quotes, providers, a grid, shares, cells, dear regions and tax, and a plan without solver."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import yaml
from shapely.geometry import LineString

from planner.demo import make_country
from planner.files import write_whole
from planner.finance import PROGRAMME_COST
from planner.i18n import language
from planner.inputs import read_inputs
from planner.links import build_links
from planner.plan.evaluate import Wish, choose
from planner.plan.plan import Budget, Outcome, build_plan
from planner.plan.store import write_run_files
from planner.scenario import dump_scenario, load_scenario

LIMIT = 9_000_000


def make_services_run(folder):
    """Make the country and its run in a folder, in the language of now; its links are kept in ``cache`` there."""
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    data = path.parent / "data"
    offices = pd.read_csv(data / "offices.csv")
    lon, lat = offices["lon"].to_numpy(), offices["lat"].to_numpy()
    wanting = offices.index[offices["status_before"] != "adequate"].tolist()
    # no mains at two offices, one of them beside the grid; hours unknown at a third, far from it
    offices["grid_hours_per_day"] = offices["grid_hours_per_day"].astype(float)
    offices.loc[wanting[0], "grid_hours_per_day"] = offices.loc[wanting[1], "grid_hours_per_day"] = 0
    offices.loc[wanting[2], "grid_hours_per_day"] = np.nan
    offices.to_csv(data / "offices.csv", index=False)
    at = wanting[0]
    line = LineString([(lon[at] + 0.001, lat[at] - 0.01), (lon[at] + 0.001, lat[at] + 0.01)])
    gpd.GeoDataFrame({"id": ["L"]}, geometry=[line], crs=4326).to_file(data / "grid.gpkg")
    quotes = "office,provider,technology,one_off,monthly,mbps,volume_gb\n"
    quotes += "".join(f"{offices['id'][i]},Azur,leased,400,95,150,90000\n" for i in wanting[3:5])
    write_whole(data / "quotes.csv", quotes)
    island, hills = (str(offices["region"][wanting[k]]) for k in (0, 1))
    sections = {
        "inputs.power": [{"file": "data/grid.gpkg"}],
        "inputs.quotes": [{"file": "data/quotes.csv"}],
        "money.regions": {island: {"freight": 1.6, "works": 1.25}, hills: {"works": 1.1}},
        "money.vat": {"rate": 0.15},
        "links.services": {"provider_shares": {"Azur": 0.8}},
        "technologies.leo.overrides": {"mbps_per_cell": 400.0},
        "technologies.geo.overrides": {"satellite_longitude_deg": float(lon[0]) + 20.0},
        "inputs.coverage": [{"file": "data/coverage.geojson", "defaults": {"provider": "Azur"}}],
    }
    scenario = load_scenario(with_sections(path, sections), overrides={"budgets.programme": LIMIT})
    inputs = read_inputs(scenario)
    options = build_links(scenario, inputs, cache_dir=folder / "cache")
    ids = inputs.offices["id"].to_numpy()
    words = ["leo", "microwave", "leo", "leased", "leased", "cellular", "geo", "microwave", "leo", "cellular", "fibre"]
    wishes = [Wish(k, ids[i], words[k % len(words)], "") for k, i in enumerate(wanting)]
    demand = inputs.offices["demand_mbps"].to_numpy(np.float64)
    choice, _left_out = choose(wishes, options, demand, PROGRAMME_COST, "theirs.csv")
    gains = choice.connected & (inputs.offices["status_before"] != "adequate").to_numpy()
    value = float(inputs.offices["benefit"].to_numpy()[gains].sum())
    return keep_run(folder, path, scenario, inputs, options, choice, value)


def keep_run(folder, path, scenario, inputs, options, choice, value):
    """Write a choice as a run that a search has ended with, and return its folder."""
    outcome = Outcome(
        "feasible", "time_limit", "max", "benefit", value, value * 1.1, 0.005, ((0.1, value, value * 1.1),)
    )
    plan = build_plan(scenario, inputs, options, choice, outcome, [Budget("programme", "programme_cost", 100 * LIMIT)])
    run_dir = folder / "run"
    run_dir.mkdir()
    write_whole(run_dir / "scenario.yaml", dump_scenario(scenario))
    record = {
        "scenario_file": str(path), "data_root": None, "files": [vars(f) for f in inputs.files],
        "language": language(),
    }  # fmt: skip
    write_whole(run_dir / "inputs.json", json.dumps(record))
    write_run_files(plan, run_dir)
    return run_dir


def with_sections(path, sections):
    """Write sections into a scenario file."""
    scenario = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in sections.items():
        inner = scenario
        *way, last = name.split(".")
        for key in way:
            inner = inner.setdefault(key, {})
        inner[last] = value
    write_whole(path, yaml.safe_dump(scenario, sort_keys=False, allow_unicode=True))
    return path
