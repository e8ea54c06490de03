"""Networks of the Open Fibre Data Standard: the same from every format, and each thing that cannot be used is told."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from planner.inputs import group
from planner.inputs.raw import as_text

NODES = [
    {"id": "1", "name": "One", "status": "operational", "location": [30.4, 0.5], "type": ["pop", "exchange"]},
    {"id": "2", "name": "Two", "status": "underConstruction", "location": [30.7, 0.5]},
    {"id": "3", "status": "operational", "accessPoint": False, "location": [30.7, 0.4]},
    {"id": "4", "status": "operational"},
    {"id": "6", "status": "operational", "location": [40.7, 0.4]},
]
SPANS = [
    {"id": "a", "status": "operational", "start": "1", "end": "2", "capacity": 0.5, "transmissionMedium": ["fibre"]},
    {"id": "b", "status": "proposed", "start": "1", "end": "2"},
    {"id": "c", "status": "operational", "start": "3", "end": "2"},
    {"id": "d", "status": "operational", "start": "1", "end": "2", "transmissionMedium": ["microwave"]},
]
ROUTE = [[30.4, 0.5], [30.5, 0.52], [30.7, 0.5]]


def point(place):
    return {"type": "Point", "coordinates": place}


def package(nodes=NODES, spans=SPANS):
    placed = [{**node, "location": point(node["location"])} if "location" in node else node for node in nodes]
    routed = [{**span, "route": {"type": "LineString", "coordinates": span.get("route", ROUTE)}} for span in spans]
    return {"networks": [{"id": "n", "name": "Net", "nodes": placed, "spans": routed}]}


@pytest.fixture
def network(country):
    """Return a writer of networks; the country has one office."""
    country.write("offices.csv", "id,name,lon,lat,status_before\no,O,30.5,0.5,offline\n")

    def write(data, **dataset):
        country.write("net.json", data if isinstance(data, str) else json.dumps(data))
        country.dataset("ofds", file="net.json", **dataset)
        return country

    return write


def told(country):
    return [(p.severity, p.code, p.row, p.column, p.value) for p in country.check().problems]


def test_what_is_usable_becomes_sources_and_routes(network):
    country = network(package())
    inputs = country.read()
    assert inputs.sources[["id", "name", "kind", "lon", "lat"]].to_numpy().tolist() == [
        ["1", "One", "pop;exchange", 30.4, 0.5],
        ["~route:c", "c", "fibre_route", 30.5, 0.52],  # no node of the span is in use; nearest vertex to the office
    ]
    routes = inputs.fibre_routes
    assert routes.id.tolist() == ["a", "c"]
    assert routes.source.tolist() == ["1", "~route:c"]
    assert routes.capacity_mbps.tolist() == [500.0, np.inf]  # Gbit/s in the standard
    assert np.column_stack([routes.lon, routes.lat])[:3].tolist() == ROUTE
    assert [(d.group, d.read, d.used, d.excluded) for d in inputs.datasets[1:]] == [
        ("ofds_nodes", 5, 1, 4),
        ("ofds_spans", 4, 2, 2),
    ]


def test_what_is_not_usable_is_listed(network):
    assert told(network(package())) == [
        ("excluded", "not-in-operation", 3, "status", "underConstruction"),
        ("excluded", "no-access", 4, "access_point", "false"),
        ("excluded", "empty-geometry", 5, "name", None),
        ("excluded", "outside-terrain", 6, "geometry", "40.7, 0.4"),
        ("excluded", "not-in-operation", 3, "status", "proposed"),
        ("excluded", "no-fibre", 5, "medium", "microwave"),
    ]


@pytest.mark.parametrize(
    ("nodes", "spans", "expected"),
    [
        (
            [{"id": "1", "status": "broken", "location": [30.4, 0.5]}],
            [],
            ("error", "bad-status", 2, "status", "broken"),
        ),
        ([{"status": "operational", "location": [30.4, 0.5]}], [], ("error", "missing-value", 2, "id", None)),
        ([NODES[0], NODES[0]], [], ("error", "duplicate-id", 3, "id", "1")),
        ([{**NODES[0], "id": "root"}], [], ("error", "reserved-id", 2, "id", "root")),
        ([{**NODES[0], "id": "~o2"}], [], ("error", "reserved-id", 2, "id", "~o2")),
        (NODES[:2], [{**SPANS[0], "id": "~j1"}], ("error", "reserved-id", 2, "id", "~j1")),
        ([NODES[0]], [SPANS[0]], ("error", "unknown-node", 2, "end", "2")),
        (NODES[:2], [{**SPANS[0], "status": "soon"}], ("error", "bad-status", 2, "status", "soon")),
        (NODES[:2], [{**SPANS[0], "capacity": "much"}], ("error", "not-a-number", 2, "capacity", "much")),
        (
            NODES[:2],
            [{**SPANS[0], "route": [[30.4, 0.5], [200, 0]]}],
            ("error", "bad-coordinates", 2, "geometry", None),
        ),
        ([{"id": "1", "location": [30.4, 0.5]}], [], ("warning", "no-status", 2, "status", None)),
    ],
)
def test_wrong_rows(network, nodes, spans, expected):
    found = told(network(package(nodes, spans)))
    wanted = [row for row in found if row[:4] == expected[:4]]
    assert wanted, found
    if expected[4] is not None:
        assert wanted[0][4] == expected[4]


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [1, 1], [0, 0]]], []]},
        point([10**400, 0.5]),
    ],
)
def test_a_geometry_that_is_none_is_no_location(network, geometry):
    data = package(NODES[:2], [])
    data["networks"][0]["nodes"][0]["location"] = geometry
    assert told(network(data))[0] == ("excluded", "empty-geometry", 2, "name", "One")


def test_nodes_are_read_in_time_that_grows_with_their_number(network, monkeypatch):
    def cells_of(count):
        """Return how many cells are turned into text to read some nodes."""
        seen = []
        monkeypatch.setattr(group, "as_text", lambda value: seen.append(value) or as_text(value))
        nodes = [{**NODES[0], "id": str(k), "name": f"Node {k}"} for k in range(count)]
        assert len(network(package(nodes, [])).read().sources) == count
        return len(seen)

    assert cells_of(100) < 2.5 * cells_of(50)


def test_an_unknown_node_says_which_are_near(network):
    data = package([{**NODES[0], "id": "Accra1"}], [{**SPANS[0], "start": "Accra", "end": "Accra1"}])
    (fault,) = [p for p in network(data).check().problems if p.code == "unknown-node"]
    assert (fault.value, fault.column) == ("Accra", "start")
    assert "Accra1" in fault.remedy


@pytest.mark.parametrize(
    ("text", "code"),
    [("{", "unreadable-file"), ("[]", "not-ofds"), ('{"type": "Point"}', "not-ofds"), ("", "empty-file")],
)
def test_other_files_are_told(network, text, code):
    assert [p.code for p in network(text).check().problems] == [code]


def test_rubbish_among_the_nodes_is_a_row_without_id(network):
    data = package(NODES[:2], [SPANS[0]])
    data["networks"][0]["nodes"].append(3)
    assert told(network(data))[-1][:4] == ("error", "missing-value", 4, "id")


def test_fields_without_meaning_are_told(network):
    (problem,) = network(package(), where="status == 'operational'").check().problems
    assert (problem.code, problem.file) == ("unused-field", "net.json")


def test_ids_that_offices_have_too_are_kept_apart(network):
    country = network(package([{**NODES[0], "id": "o"}, NODES[1]], [{**SPANS[0], "start": "o"}]))
    inputs = country.read()
    assert inputs.sources["id"].tolist() == ["~node:o"]
    assert inputs.fibre_routes.source.tolist() == ["~node:o"]


def test_two_networks_may_use_the_same_ids(network):
    data = package(NODES[:2], [SPANS[0]])
    data["networks"].append({**data["networks"][0], "name": "Other"})
    inputs = network(data).read()
    assert inputs.sources["id"].tolist() == ["Net/1", "Other/1"]
    assert inputs.fibre_routes.source.tolist() == ["Net/1", "Other/1"]


def test_the_standards_own_examples_say_the_same_in_every_format(country, tmp_path):
    """JSON, GeoJSON and CSV of the same fictional network of Ghana."""
    shared = os.environ.get("PLANNER_SHARED")
    if not shared:
        pytest.skip("PLANNER_SHARED names no data (fibre/ofds_standard_examples)")
    folder = Path(shared) / "data" / "fibre" / "ofds_standard_examples"
    with rasterio.open(
        tmp_path / "ghana.tif", "w", driver="GTiff", width=40, height=40, count=1, dtype="int16", crs="EPSG:4326",
        transform=Affine(0.1, 0, -3, 0, -0.1, 8),
    ) as out:  # fmt: skip
        out.write(np.full((40, 40), 100, np.int16), 1)
    country.data["inputs"]["terrain"] = ["ghana.tif"]
    country.write("offices.csv", "id,name,lon,lat,status_before\no,O,-0.2,5.7,offline\n")
    read = []
    for names in (["network-package.json"], ["nodes.geojson", "spans.geojson"], ["nodes.csv", "spans.csv"]):
        country.data["inputs"]["ofds"] = [{"file": str(folder / name)} for name in names]
        read.append(country.read())
    for inputs in read:
        # Kumasi is no access point
        assert inputs.sources[["id", "name", "lon", "lat"]].to_numpy().tolist() == [["1", "Accra", -0.174, 5.625]]
        assert inputs.fibre_routes.digest() == read[0].fibre_routes.digest()
        assert inputs.fibre_routes.source.tolist() == ["1"]
        assert inputs.fibre_routes.capacity_mbps.tolist() == [4976.0]
        assert len(inputs.fibre_routes.lon) == 13
