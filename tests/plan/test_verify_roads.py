"""Plans with fibre along roads hold, and a trench that leaves its road is noticed."""

import copy
import json
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from scipy.sparse.csgraph import minimum_spanning_tree

from planner.catalogue.fibre import RoadWay
from planner.demo import make_country
from planner.inputs.road_network import DUCT, NO_POLES, POLES, RURAL, URBAN, RoadNetwork
from planner.jobs import solve_run
from planner.plan.verify import verify
from planner.plan.verify.along import RoadFinder
from planner.plan.verify.basis import read_basis
from planner.plan.verify.offers import OfferFinder

METRE = 1 / 111_195
BURIED = RoadWay("", "", "buried")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A small country without satellites whose offices lie along roads with bends, and its solved run."""
    folder = tmp_path_factory.mktemp("roads")
    path = make_country(folder / "country", offices=24, seed=1)
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    tables = [pd.read_csv(path.parent / data["inputs"][group][0]["file"]) for group in ("offices", "sources")]
    xy = np.concatenate([table[["lon", "lat"]].to_numpy() for table in tables])
    xy = xy[np.isfinite(xy).all(axis=1)] + 100 * METRE
    away = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    tree = minimum_spanning_tree(away).tocoo()
    lines = [
        shapely.LineString([xy[a], (xy[a] + xy[b]) / 2 + [0, 0.05 * away[a, b]], xy[b]])
        for a, b in zip(tree.row, tree.col, strict=True)
    ]
    classes = ["primary" if k % 2 else "track" for k in range(len(lines))]
    gpd.GeoDataFrame({"highway": classes}, geometry=lines, crs=4326).to_file(path.parent / "roads.gpkg")
    data["inputs"]["roads"] = [{"file": "roads.gpkg"}]
    data["technologies"] = {name: {"enabled": False} for name in ("leo", "geo", "cellular", "microwave")}
    data["technologies"]["fibre"] = {"overrides": {"road_classes": {"primary": 1.2}}}
    data["budgets"] = [{"name": "programme", "limit": "60 %"}]
    path.write_text(yaml.safe_dump(data), encoding="utf-8")
    solve_run(path, folder / "run", overrides={"solver.time_limit_s": 5.0})
    return folder / "run"


def test_a_plan_along_roads_holds(run, referee):
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    options = {link["option"].split(",")[0] for link in plan["links"] if link["technology"] == "fibre"}
    assert {"fibre section", "fibre along a road", "fibre along a road: primary"} <= options
    assert referee(plan) == []
    report = verify(run)
    assert not report.differences, str(report)


def test_a_trench_that_leaves_its_road_is_noticed(run):
    document = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    finder = OfferFinder(read_basis(run, None)[0])
    seen = 0
    for link in document["links"]:
        if link["technology"] != "fibre" or not link["option"].startswith("fibre along a road"):
            continue
        assert finder.find(as_link(link), None) is not None
        moved = copy.deepcopy(link)
        first, *rest = np.array(moved["geometry"]["coordinates"])
        along = rest[0] - first
        aside = np.array([-along[1], along[0]]) * METRE / np.hypot(*along)
        moved["geometry"]["coordinates"] = np.array([first, (first + rest[0]) / 2 + aside, *rest]).tolist()
        assert finder.find(as_link(moved), None) is None
        other = "fibre along a road" if ": primary" in link["option"] else "fibre along a road: primary"
        claimed = link | {"option": link["option"].replace(link["option"].split(",")[0], other)}
        assert finder.find(as_link(claimed), None) is None
        seen += 1
    assert seen > 5


def as_link(entry):
    from planner.plan.verify.document import Link

    return Link.model_validate_json(json.dumps(entry))


def roads(lon, lat, edges, road_class=None, classes=("",)):
    edges = np.array(edges)
    road_class = np.zeros(len(edges), dtype=np.int64) if road_class is None else np.array(road_class)
    return RoadNetwork(np.array(lon), np.array(lat), edges, road_class, classes, 1, 0)


def test_roads_are_followed_on_both_sides_of_the_antimeridian():
    finder = RoadFinder(roads([179.99, -179.99, -179.99], [60.0, 60.0, 60.01], [[0, 1], [1, 2]]), [""])
    assert finder.follows([179.995, -179.995, -179.99, -179.99], [60.0, 60.0, 60.0, 60.005], BURIED)
    assert not finder.follows([179.995, -179.99], [60.0, 60.005], BURIED)
    assert not finder.follows([179.995, 179.98], [60.0, 60.0], BURIED)


@pytest.mark.parametrize(("metres", "follows"), [(0.0, True), (0.4, True), (0.6, False), (20.0, False)])
def test_half_a_metre_is_the_tolerance(metres, follows):
    finder = RoadFinder(roads([30.0, 30.01], [0.0, 0.0], [[0, 1]]), [""])
    assert finder.follows([30.001, 30.009], [0.0, metres / 110_574], BURIED) == follows


def test_no_road_is_followed_where_there_is_none():
    assert not RoadFinder(None, [""]).follows([30.0, 30.001], [0.0, 0.0], BURIED)


@pytest.mark.parametrize(
    ("trait", "way", "fits"),
    [
        (0, ("", "aerial"), True),
        (0, ("", "duct"), False),
        (0, ("urban", "buried"), False),
        (URBAN, ("urban", "buried"), True),
        (URBAN, ("", "buried"), False),
        (RURAL + DUCT, ("rural", "duct"), True),
        (POLES, ("", "aerial"), True),
        (NO_POLES, ("", "aerial"), False),
        (NO_POLES, ("", "buried"), True),
    ],
)
def test_a_way_is_there_only_where_the_road_takes_it(trait, way, fits):
    network = replace(roads([30.0, 30.01], [0.0, 0.0], [[0, 1]]), trait=np.array([trait]))
    assert RoadFinder(network, [""]).follows([30.001, 30.009], [0.0, 0.0], RoadWay("", *way)) == fits


def test_how_far_the_nearest_road_is():
    """Against the geodesic to a point found by hand: a road due north, one that ends short, one on unknown ground."""
    network = roads([30.0, 30.02, 30.05, 30.06], [0.01, 0.01, 0.0, 0.0], [[0, 1], [2, 3]])

    class Flat:
        def sample(self, lon, _lat):
            return np.where(np.asarray(lon) > self.known_to, np.nan, 100.0)

    ground = Flat()
    finder = RoadFinder(network, ())
    ground.known_to = 180.0
    assert finder.away_m(30.01, 0.0, ground, 5000.0) == pytest.approx(1105.74, abs=0.01)
    assert finder.away_m(30.049, 0.0, ground, 5000.0) == pytest.approx(111.32, abs=0.01)
    assert finder.away_m(30.01, 0.0, ground, 1000.0) == np.inf
    ground.known_to = 30.03
    assert finder.away_m(30.049, 0.0, ground, 5000.0) == pytest.approx(3411.4, abs=2.0)
