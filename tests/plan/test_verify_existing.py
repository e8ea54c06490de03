"""A plan over existing fibre, priced ground, poles, ducts and limited towers holds; one that cheats is noticed."""

import copy
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
import yaml
from scipy.sparse.csgraph import minimum_spanning_tree

from planner.demo import make_country
from planner.jobs import solve_run
from planner.plan.verify import PlanDocument, check_plan, read_basis, verify

SPLICE, ROUTE = "splice into an existing route", "existing fibre route"


def write_network(path, xy, source):
    """A node that is in use, one that is planned, and spans: from the node past the offices, and one without a node."""
    order = np.argsort(xy[:, 0])
    nodes = [
        {"id": "pop", "status": "operational", "location": {"type": "Point", "coordinates": source.tolist()}},
        {"id": "far", "status": "planned", "location": {"type": "Point", "coordinates": xy[order[-1]].tolist()}},
    ]
    line, other = xy[order[::3]] + 0.004, xy[order[1::5]] - 0.006
    spans = [
        {"id": "trunk", "status": "operational", "start": "pop", "end": "far", "capacity": 0.2, "route": line},
        {"id": "ring", "status": "operational", "capacity": 10, "route": other},
        {"id": "dream", "status": "proposed", "start": "pop", "end": "far", "route": other},
    ]
    for span in spans:
        span["route"] = {"type": "LineString", "coordinates": span["route"].round(6).tolist()}
    path.write_text(json.dumps({"networks": [{"id": "n", "nodes": nodes, "spans": spans}]}), encoding="utf-8")


def write_roads(path, xy):
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    tree = minimum_spanning_tree(away).tocoo()
    lines = [shapely.LineString(xy[[a, b]]) for a, b in zip(tree.row, tree.col, strict=True)]
    size = range(len(lines))
    traits = {
        "highway": "track",
        "environment": [("urban", "rural", None)[k % 3] for k in size],
        "duct": [("yes", "no")[k % 4 > 0] for k in size],
        "poles": ["no" if k % 5 == 0 else None for k in size],
    }
    gpd.GeoDataFrame(traits, geometry=lines, crs=4326).to_file(path)


def write_cover(path, xy):
    west, south = xy.min(axis=0) - 0.2
    size = 0.0025
    columns, rows = np.ceil((xy.max(axis=0) + 0.2 - [west, south]) / size).astype(int)
    codes = (
        np.random.default_rng(1).choice([10, 30, 50, 90], (rows // 8 + 1, columns // 8 + 1)).repeat(8, 0).repeat(8, 1)
    )
    transform = rasterio.Affine(size, 0, west, 0, -size, south + rows * size)
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype="uint8", crs=4326, transform=transform
    ) as out:
        out.write(codes[:rows, :columns].astype(np.uint8), 1)


def make(folder, *, with_roads):
    path = make_country(folder / "country", offices=24, seed=2)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables = [pd.read_csv(path.parent / data["inputs"][group][0]["file"]) for group in ("offices", "sources")]
    xy, source = (table[["lon", "lat"]].dropna().to_numpy() for table in tables)
    write_network(path.parent / "net.json", xy, source[0] + 0.001)
    data["inputs"].pop("sources")
    data["inputs"]["ofds"] = [{"file": "net.json"}]
    if with_roads:
        write_roads(path.parent / "roads.gpkg", np.concatenate([xy, source]) + 0.001)
        data["inputs"]["roads"] = [{"file": "roads.gpkg"}]
    write_cover(path.parent / "cover.tif", xy)
    data["inputs"]["land_cover"] = ["cover.tif"]
    towers = pd.read_csv(path.parent / data["inputs"]["towers"][0]["file"])
    towers.assign(ports=2).to_csv(path.parent / data["inputs"]["towers"][0]["file"], index=False)
    data["technologies"] = {name: {"enabled": False} for name in ("leo", "geo", "cellular")}
    data["links"] = {
        "fibre": {
            "cell_m": 250.0,
            "also": ["aerial", "duct"],
            "water": "price",
            "splice": {"at": "every_km", "every_km": 1.5},
        },
        "microwave": {"hilltops": {"enabled": True, "prominence_m": 20.0, "spacing_km": 1.0, "per_100_places": 40.0}},
    }
    data["budgets"] = [{"name": "programme", "limit": "70 %"}]
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    solve_run(path, folder / "run", overrides={"solver.time_limit_s": 6.0, "solver.gap": 0.05})
    return folder / "run"


@pytest.fixture(scope="module", params=[True, False], ids=["roads", "open ground"])
def run(request, tmp_path_factory):
    """A small country with everything at once, and its solved run."""
    return make(tmp_path_factory.mktemp("existing"), with_roads=request.param)


@pytest.fixture(scope="module")
def basis(run):
    return read_basis(run, None)[0]


@pytest.fixture
def document(run):
    return json.loads((run / "plan.json").read_text(encoding="utf-8"))


def differences(document, basis):
    plan = PlanDocument.model_validate_json(json.dumps(document))
    return {difference.what for area in check_plan(plan, basis) for difference in area.differences}


def test_the_plan_holds(run, document, referee):
    options = [link["option"] for link in document["links"]]
    assert SPLICE in options
    assert {place["kind"] for place in document["places"] if place["id"].startswith("~splice:")} == {"junction"}
    assert referee(document) == []
    report = verify(run)
    assert not report.differences, str(report)


def of_option(document, start):
    return [link for link in document["links"] if link["option"].startswith(start)]


def test_a_splice_that_moved_is_free_or_carries_more_is_noticed(document, basis):
    (splice, *_more) = of_option(document, SPLICE)
    name = splice["to"] if splice["to"].startswith("~splice:") else splice["from"]
    moved = json.loads(json.dumps(document).replace(f'"{name}"', f'"{name}1"'))  # 0.1 m on, as far as ids tell
    farther = json.loads(json.dumps(document).replace(name, name.rpartition("@")[0] + "@0.777"))
    assert differences(moved, basis) >= {"offered there"} or "place of the inputs" in differences(farther, basis)
    assert differences(farther, basis) & {"place of the inputs", "offered there"}
    for field, value, what in (
        ("capex", 0.0, "capex"),
        ("capacity_mbps", 99_999.0, "capacity_mbps"),
        ("option", ROUTE, "option"),
        ("length_km", splice["length_km"] + 0.001, "length_km"),
    ):
        changed = copy.deepcopy(document)
        next(link for link in changed["links"] if link["id"] == splice["id"])[field] = value
        assert what in differences(changed, basis)


def test_a_splice_off_its_route_is_noticed(document, basis):
    changed = copy.deepcopy(document)
    splice = max(of_option(changed, SPLICE), key=lambda link: link["length_km"])
    line = splice["geometry"]["coordinates"]
    line.insert(1, [(line[0][0] + line[1][0]) / 2 + 1e-4, (line[0][1] + line[1][1]) / 2])
    assert "offered there" in differences(changed, basis)


def test_a_trench_from_where_a_route_is_fed_is_noticed(document, basis):
    """It would leave out the splice."""
    (splice, *_more) = of_option(document, SPLICE)
    name = next(end for end in (splice["from"], splice["to"]) if end.startswith("~splice:"))
    trenches = of_option(document, "fibre ") + of_option(document, "aerial")
    trench = next(link for link in trenches if name in (link["from"], link["to"]))
    changed = copy.deepcopy(document)
    for link in changed["links"]:
        if link["id"] == trench["id"]:
            for end in ("from", "to"):
                link[end] = "~route:trunk" if link[end] == name else link[end]
    assert "offered there" in differences(changed, basis)


def test_ground_and_method_are_noticed(document, basis):
    trenches = [link for link in document["links"] if link["technology"] == "fibre" and link["capex"] > 0]
    assert len(trenches) > 5
    for link in trenches[:6]:
        for measure in ("capex", "opex_per_year", "present_value"):
            changed = copy.deepcopy(document)
            next(one for one in changed["links"] if one["id"] == link["id"])[measure] = link[measure] + 0.01
            assert measure in differences(changed, basis)
    aerial = of_option(document, "aerial")
    for link in aerial[:3]:
        changed = copy.deepcopy(document)
        claimed = next(one for one in changed["links"] if one["id"] == link["id"])
        claimed["option"] = claimed["option"].removeprefix("aerial ")
        assert differences(changed, basis) & {"capex", "offered there"}


def test_more_antennas_than_a_tower_takes_are_noticed(document, basis):
    hops = [link for link in document["links"] if link["technology"] == "microwave"]
    towers = {name for name, site in basis.sites.items() if site.ports < np.inf}
    assert towers
    changed = copy.deepcopy(document)
    name = min(towers)
    if not hops:
        pytest.skip("no hop in this plan")
    for link in [link for link in changed["links"] if link["technology"] == "microwave"][:3]:
        link["from"] = name
    if len(hops) >= 3:
        assert "hops that a tower has room for" in differences(changed, basis)
