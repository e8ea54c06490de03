"""Who is a candidate, an upgrade, a source; what an office is worth; duplicates, regions, positions."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from planner.errors import InputError


def test_what_status_means_for_benefit_and_sources(country):
    country.write(
        "offices.csv",
        "id,lon,lat,status_before,mbps,demand,people,share_underserved,serves_as_source\n"
        "off,30.31,0.5,hors ligne,,20,100,,\n"
        "slow,30.32,0.5,Insufficient,5,20,100,,\n"
        "slower,30.33,0.5,insufficient,,20,100,,\n"
        "fine,30.34,0.5,adéquat,50,20,100,,yes\n"
        "quiet,30.35,0.5,adequate,50,20,100,,\n"
        "eh,30.36,0.5,,,,100,0.25,oui\n"
        "fast,30.37,0.5,insufficient,30,20,100,,\n",
    )
    inputs = country.read()
    offices = inputs.offices.set_index("id")
    assert offices["status_before"].to_dict() == {
        "off": "offline",
        "slow": "insufficient",
        "slower": "insufficient",
        "fine": "adequate",
        "quiet": "adequate",
        "eh": "unknown",
        "fast": "insufficient",
    }
    # the increment of "slow" is 100 x (1 - 5/20); "eh" lacks service for a quarter of 100 people
    assert offices["benefit"].to_dict() == {
        "off": 100,
        "slow": 75,
        "slower": 100,
        "fine": 0,
        "quiet": 0,
        "eh": 25,
        "fast": 0,
    }
    assert offices["people"].to_dict()["eh"] == 25
    assert (offices["people_total"] == 100).all()
    assert offices.index[offices["is_source"]].tolist() == ["fine"]
    assert offices["demand_mbps"].tolist() == [20] * 5 + [10, 20]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [("not-a-source", 7)]
    assert sum("unknown speed" in text for text in inputs.assumptions) == 1
    assert sum("unknown status" in text for text in inputs.assumptions) == 1


def test_benefit_is_the_weighted_sum_of_columns(country):
    country.write("offices.csv", "id,lon,lat,people,Pupils,shops\na,30.5,0.5,1000,40,\nb,30.6,0.5,10,0,7\n")
    country.data["benefit"] = {"weights": {"people_underserved": 0.5, "pupils": 2, "shops": 10}}
    country.data["inputs"]["offices"][0]["defaults"] = {"shops": 1}
    offices = country.read().offices
    assert offices["benefit"].tolist() == [0.5 * 1000 + 2 * 40 + 10, 0.5 * 10 + 10 * 7]
    assert offices["pupils"].tolist() == [40, 0]
    country.data["inputs"]["offices"][0]["defaults"] = {}
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.column) == ("missing-value", 2, "shops")


@pytest.mark.parametrize(("rule", "people"), [("one", [7, 1]), (250, [7, 250]), (0, [7, 0])])
def test_rule_for_missing_population(country, rule, people):
    country.write("offices.csv", "id,lon,lat,population\na,30.5,0.5,7\nb,30.6,0.5,\n")
    country.data["missing"]["population"] = rule
    inputs = country.read()
    assert inputs.offices["people_total"].tolist() == people
    assert any("missing.population" in text for text in inputs.assumptions)


def test_missing_population_is_a_fault_by_default(country):
    country.write("offices.csv", "id,lon,lat,population\na,30.5,0.5,7\nb,30.6,0.5,\n")
    del country.data["missing"]
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.column) == ("missing-value", 3, "population")


DUPLICATES = (
    "id,name,lon,lat,mbps,technology\na,A,30.5,0.5,,vsat\na,AA,30.6,0.5,3,\nb,a,30.5,0.5,4,\na,A3,30.7,0.5,5,4g\n"
)


def test_duplicates_kept_get_ids_of_their_own(country):
    country.write("offices.csv", DUPLICATES)
    country.dataset("offices", file="offices.csv", duplicates="keep")
    inputs = country.read()
    assert list(inputs.offices["id"]) == ["a", "a#2", "b", "a#3"]
    assert [(problem.code, problem.row, problem.severity) for problem in inputs.problems] == [
        ("shared-point", 2, "warning"),
        ("duplicate-id", 3, "warning"),
        ("duplicate-row", 4, "warning"),
        ("shared-point", 4, "warning"),
        ("duplicate-id", 5, "warning"),
    ]


def test_duplicates_merged_fill_the_first_row(country):
    country.write("offices.csv", DUPLICATES)
    country.dataset("offices", file="offices.csv", duplicates="merge")
    inputs = country.read()
    (office,) = inputs.offices.to_dict("records")
    assert (office["id"], office["name"], office["mbps_before"], office["technology_before"]) == ("a", "A", 3, "vsat")
    assert [(problem.row, problem.severity) for problem in inputs.problems] == [
        (3, "excluded"),
        (4, "excluded"),
        (5, "excluded"),
    ]
    assert (inputs.datasets[0].used, inputs.datasets[0].excluded) == (1, 3)


def test_a_row_left_out_is_nobodys_duplicate(country):
    country.write("offices.csv", "id,lon,lat\na,,\na,30.5,0.5\n")
    country.dataset("offices", file="offices.csv", bad_rows="exclude")
    inputs = country.read()
    assert list(inputs.offices["id"]) == ["a"]
    assert [problem.code for problem in inputs.problems] == ["missing-value"]


CHAIN = "id,name,lon,lat,mbps\n1,X,30.5,0.5,\n1,Y,30.6,0.5,3\n2,Y,30.6,0.5,4\n"


@pytest.mark.parametrize("rules", [{"duplicates": "merge"}, {"duplicates": "error", "bad_rows": "exclude"}])
def test_an_office_is_no_duplicate_of_a_row_that_its_id_has_left_out(country, rules):
    country.write("offices.csv", CHAIN)
    country.dataset("offices", file="offices.csv", **rules)
    inputs = country.read()
    assert inputs.offices[["id", "name"]].to_numpy().tolist() == [["1", "X"], ["2", "Y"]]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [("duplicate-id", 3)]


def test_of_three_rows_of_a_place_the_third_is_held_against_the_first_that_is_left(country):
    country.write("offices.csv", CHAIN + "3,y,30.6,0.5,\n")
    country.dataset("offices", file="offices.csv", duplicates="merge")
    inputs = country.read()
    assert list(inputs.offices["id"]) == ["1", "2"]
    assert inputs.offices["mbps_before"].tolist() == [3, 4]
    assert [(p.code, p.row, "row 4 of" in p.message) for p in inputs.problems] == [
        ("duplicate-id", 3, False),
        ("duplicate-row", 5, True),
    ]


def test_ids_are_made_from_rows(country):
    country.write("one.csv", "name,lon,lat\nA,30.5,0.5\n,30.6,0.5\n")
    country.write("two.csv", "name,lon,lat\nC,30.7,0.5\n")
    country.data["inputs"]["offices"] = [{"file": "one.csv"}, {"file": "two.csv"}]
    inputs = country.read()
    assert list(inputs.offices["id"]) == ["~o2", "~o3", "~o2.2"]
    assert list(inputs.offices["name"]) == ["A", "~o3", "C"]


def test_one_building_in_two_files(country):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\n")
    country.write("other.csv", "id,lon,lat,height_m\na,30.5,0.5,20\nb,30.6,0.5,30\n")
    for group in ("sources", "towers"):
        country.dataset(group, file="other.csv")
    inputs = country.read()
    assert list(inputs.sources["id"]) == ["~source:a", "b"]
    assert list(inputs.towers["id"]) == ["~tower:a", "~tower:b"]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [
        ("shared-id", 2),
        ("shared-id", 2),
        ("shared-id", 3),
    ]


def test_only_sources_in_operation_are_used(country):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\n")
    country.write(
        "sources.csv",
        "id,lon,lat,kind,capacity,statut\n"
        "s1,30.51,0.5,pop,1000,en service\ns2,30.52,0.5,,,\ns3,30.53,0.5,,,Planned 2027\ns4,30.54,0.5,,,fermé\n",
    )
    country.dataset("sources", file="sources.csv")
    inputs = country.read()
    assert inputs.sources[["id", "kind", "capacity_mbps", "status"]].to_numpy().tolist() == [
        ["s1", "pop", 1000, "built"],
        ["s2", "fibre_node", np.inf, "built"],
    ]
    assert [(problem.row, problem.severity, problem.value) for problem in inputs.problems] == [
        (4, "excluded", "Planned 2027"),
        (5, "excluded", "fermé"),
    ]


def test_rough_positions_need_no_terrain(country):
    country.write(
        "offices.csv",
        "id,lon,lat,location_accuracy_m\n"
        "exact,30.5,0.5,10\nlimit,30.6,0.5,500\nrough,30.1,0.9,501\npost,30.1,0.92,Postcode\nsilent,30.7,0.5,\n",
    )
    inputs = country.read()
    assert inputs.offices["position_known"].tolist() == [True, True, False, False, True]
    assert inputs.offices["location_accuracy_m"].tolist()[:4] == [10, 500, 501, np.inf]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [
        ("rough-position", 4),
        ("rough-position", 5),
    ]


def write_regions(folder):
    polygons = [box(30, 0, 30.5, 1), box(30.4, 0, 30.8, 1), Polygon([(31, 0), (31, 1), (32, 1)])]
    gpd.GeoDataFrame({"code": ["W", "E", "F"], "nom": ["Ouest", "Est", "Far"]}, geometry=polygons, crs=4326).to_crs(
        32636
    ).to_file(folder / "regions.gpkg")


def test_regions_by_name_or_by_place(country):
    write_regions(country.folder)
    country.dataset("regions", file="regions.gpkg")
    country.write(
        "offices.csv",
        "id,lon,lat,region\nin,30.2,0.5,\nboth,30.45,0.5,\nnear,30.81,0.5,\noff,30.95,0.5,\nsaid,30.2,0.5,EST\ncode,30.3,0.5,f\n",
    )
    inputs = country.read()
    # 30.81 E lies 1.1 km beyond the outline, 30.95 E 16.7 km; where two regions overlap, the first in the file has it
    assert inputs.offices["region"].tolist() == ["W", "W", "E", "", "E", "F"]
    assert [(problem.code, problem.row) for problem in inputs.problems] == [
        ("shared-point", 2),
        ("in-the-sea", 5),
        ("outside-regions", 5),
        ("shared-point", 6),
    ]
    assert inputs.regions["id"].tolist() == ["W", "E", "F"]
    assert inputs.regions.crs.to_epsg() == 4326


def test_unknown_region(country):
    write_regions(country.folder)
    country.dataset("regions", file="regions.gpkg")
    country.write("offices.csv", "id,lon,lat,region\na,30.2,0.5,Oest\n")
    (problem,) = country.check().errors
    assert (problem.code, problem.row, problem.value) == ("unknown-region", 2, "Oest")
    assert "Ouest" in problem.remedy


def test_swapped_inside_the_terrain_but_outside_all_regions(country, raster):
    raster(country.folder / "world.tif", np.full((40, 40), 100, dtype=np.int16), west=0.0, north=40.0, cell=1.0)
    country.data["inputs"]["terrain"] = ["world.tif"]
    write_regions(country.folder)
    country.dataset("regions", file="regions.gpkg")
    country.write("offices.csv", "id,lon,lat\na,0.5,30.2\nb,30.3,0.5\n")
    (problem,) = country.check().errors
    assert (problem.code, problem.row) == ("swapped-coordinates", 2)


def test_faulty_regions(country):
    crossed = Polygon([(30, 0), (31, 1), (31, 0), (30, 1)])
    frame = gpd.GeoDataFrame(
        {"id": ["x", "x", None]}, geometry=[crossed, box(30, 0, 31, 1), box(30, 0, 31, 1)], crs=4326
    )
    frame.to_file(country.folder / "regions.gpkg")
    country.dataset("regions", file="regions.gpkg")
    country.write("offices.csv", "id,lon,lat\na,30.2,0.5\n")
    assert [(problem.code, problem.row, problem.severity) for problem in country.check().problems] == [
        ("invalid-area", 2, "warning"),
        ("duplicate-id", 3, "error"),
        ("missing-value", 4, "error"),
    ]


def test_coverage(country):
    frame = gpd.GeoDataFrame(
        {"generation": ["4G", "3G"], "mbps": [20.0, None]}, geometry=[box(30, 0, 31, 1), box(30, 0, 30.5, 1)], crs=4326
    )
    frame.to_file(country.folder / "coverage.gpkg")
    country.dataset("coverage", file="coverage.gpkg")
    country.write("offices.csv", "id,lon,lat\na,30.2,0.5\n")
    coverage = country.read().coverage
    assert coverage["technology"].tolist() == ["4G", "3G"]
    assert coverage["mbps"][0] == 20
    assert np.isnan(coverage["mbps"][1])


def test_files_are_recorded_with_their_hash(country):
    path = country.write("offices.csv", "id,lon,lat\na,30.2,0.5\n")
    files = {file.file: file for file in country.read().files}
    assert set(files) == {"offices.csv", "dem.tif"}
    # what sha256sum says of these 22 bytes
    assert files["offices.csv"].sha256 == "d387c0c6648a9965c49f084a26760bf659d6f2b943d093b6ac36d1e91e7d82f7"
    assert files["offices.csv"].size == path.stat().st_size == 22


ROWS = [
    "a,30.31,0.5,offline,,12",
    "b,30.32,0.5,insufficient,3,40",
    "c,30.33,0.52,,,7",
    "d,30.33,0.52,adequate,30,1",
    "e,30.1,0.9,,,2",
    "f,,,,,2",
    "g,0.5,30.5,,,3",
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(ROWS))
def test_order_of_rows_changes_nothing_but_the_order(country, rows):
    def read(lines):
        country.write("offices.csv", "id,lon,lat,status_before,mbps,people\n" + "\n".join(lines) + "\n")
        country.dataset("offices", file="offices.csv", bad_rows="exclude")
        return country.read()

    first, other = read(ROWS), read(rows)
    expected = first.offices.set_index("id").loc[other.offices["id"]].reset_index()
    assert other.offices.astype(object).fillna("").equals(expected[other.offices.columns].astype(object).fillna(""))
    kept = [row.split(",")[0] for row in rows]
    assert list(other.offices["id"]) == [text for text in kept if text in set(first.offices["id"])]

    def facts(inputs):
        return sorted((problem.code, problem.value or "", problem.severity) for problem in inputs.problems)

    assert facts(first) == facts(other)


def test_warnings_do_not_stop_a_run_and_errors_do(country):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\nb,30.5,0.5\n")
    report = country.check()
    assert [problem.severity for problem in report.problems] == ["warning", "warning"]
    assert report.errors == ()
    assert country.read().offices["shared_point"].tolist() == [True, True]
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\nb,30.5,x\n")
    with pytest.raises(InputError, match="A number is expected"):
        country.read()


def test_report_is_json_ready(country):
    country.write("offices.csv", "id,lon,lat\na,30.5,0.5\nb,30.5,x\n")
    report = country.check().as_dict()
    assert report["datasets"][0]["columns"] == {"id": "id", "lon": "lon", "lat": "lat"}
    assert report["defaults"]["money.discount_rate"] == 0.08
    assert report["problems"][0]["row"] == 3
