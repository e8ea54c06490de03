"""Plans on disk: read back, GIS layers, and what a failure in the middle leaves behind."""

import json

import geopandas
import pyogrio
import pytest

from planner.errors import InputError
from planner.plan.store import read_plan, write_run_files
from planner.plan.verify.document import read_document


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_plan_comes_back(handmade, tmp_path):
    plan = handmade.plan()
    write_run_files(plan, tmp_path)
    assert files(tmp_path) == ["plan.gpkg", "plan.json"]
    assert read_plan(tmp_path).document() == plan.document()
    assert json.loads((tmp_path / "plan.json").read_text(encoding="utf-8")) == plan.document()


def test_the_same_plan_gives_the_same_bytes(handmade, tmp_path):
    contents = []
    for _time in range(2):
        write_run_files(handmade.plan(), tmp_path)
        contents.append((tmp_path / "plan.json").read_bytes())
    assert contents[0] == contents[1]


def test_text_is_utf_8(handmade, make, tmp_path):
    write_run_files(handmade.plan(scenario=make["scenario"](name="Île de Ngazidja – 岛")), tmp_path)
    assert "Île de Ngazidja – 岛".encode() in (tmp_path / "plan.json").read_bytes()


def test_layers_hold_what_the_document_holds(handmade, tmp_path):
    plan = handmade.plan()
    write_run_files(plan, tmp_path)
    document = plan.document()
    assert {name for name, _kind in pyogrio.list_layers(tmp_path / "plan.gpkg")} == {"offices", "links", "masts"}
    for name in ("offices", "links", "masts"):
        layer = geopandas.read_file(tmp_path / "plan.gpkg", layer=name)
        assert layer.crs.to_epsg() == 4326
        assert len(layer) == len(document[name])
        for measure in ("capex", "opex_per_year", "present_value", "programme_cost"):
            assert layer[measure].tolist() == [record[measure] for record in document[name]]
    links = geopandas.read_file(tmp_path / "plan.gpkg", layer="links").set_index("id")
    stored = {link["id"]: link["geometry"] for link in document["links"]}
    assert links.geometry["source:root>S"] is None
    assert [list(point) for point in links.geometry["fibre:~j1>B"].coords] == stored["fibre:~j1>B"]["coordinates"]
    offices = geopandas.read_file(tmp_path / "plan.gpkg", layer="offices").set_index("id")
    assert (offices.geometry["C"].x, offices.geometry["C"].y) == (30.0 + 4 / 60, -2.0)
    masts = geopandas.read_file(tmp_path / "plan.gpkg", layer="masts").set_index("place")
    assert masts.geometry["C"].equals(offices.geometry["C"])
    assert json.loads(masts["breakdown"]["C"])["mast"]["capex"] == 20_000.0


def test_a_plan_of_nothing_can_be_stored(handmade, make, tmp_path):
    outcome = make["found"](0.0, value=None, bound=None, status="cancelled", termination="cancelled", trace=())
    write_run_files(handmade.plan(outcome=outcome), tmp_path)
    assert len(read_plan(tmp_path).links) == 0
    assert len(geopandas.read_file(tmp_path / "plan.gpkg", layer="links")) == 0


class Killed(BaseException):
    """Stands for a kill: nothing that catches exceptions catches it."""


@pytest.mark.parametrize("layer", ["links", "masts"])
def test_a_failure_in_the_middle_leaves_the_old_files(handmade, tmp_path, monkeypatch, layer):
    write_run_files(handmade.plan(), tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in files(tmp_path)}
    whole = geopandas.GeoDataFrame.to_file

    def half(self, path, **options):
        if options["layer"] == layer:
            raise Killed
        whole(self, path, **options)

    monkeypatch.setattr(geopandas.GeoDataFrame, "to_file", half)
    with pytest.raises(Killed):
        write_run_files(handmade.plan(limit_cents=13_000_000), tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in files(tmp_path)} == before


def test_a_failure_while_the_document_is_written_leaves_the_old_one(handmade, tmp_path, monkeypatch):
    from pathlib import Path

    write_run_files(handmade.plan(), tmp_path)
    before = (tmp_path / "plan.json").read_bytes()
    write = Path.write_text

    def half(self, text, **options):
        write(self, text[: len(text) // 2], **options)
        raise Killed

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(Killed):
        write_run_files(handmade.plan(limit_cents=13_000_000), tmp_path)
    assert (tmp_path / "plan.json").read_bytes() == before
    assert files(tmp_path) == ["plan.gpkg", "plan.json"]


def test_a_missing_plan_names_the_file_and_the_remedy(tmp_path):
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.code, problem.file) == ("no-plan", str(tmp_path / "plan.json"))
    assert "planner solve" in problem.remedy


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "{}", '{"schema_version": 2}', '{"schema_version": 1, "objective": 3}', "\x00\x01"],
)
def test_a_broken_plan_names_the_file_and_the_remedy(tmp_path, text):
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.code, problem.file) == ("bad-plan", str(tmp_path / "plan.json"))
    assert problem.remedy


def test_a_plan_of_an_earlier_version_says_what_it_lacks(handmade, tmp_path):
    write_run_files(handmade.plan(), tmp_path)
    document = json.loads((tmp_path / "plan.json").read_text())
    for place in document["places"]:
        del place["climate"]
    (tmp_path / "plan.json").write_text(json.dumps(document))
    for read, field in ((read_plan, "climate"), (read_document, "places[].climate")):
        with pytest.raises(InputError) as caught:
            read(tmp_path)
        (problem,) = caught.value.problems
        assert f"lacks what plans of this version have: {field}. " in problem.message
        assert "planner solve" in problem.remedy


def test_a_key_that_is_no_field_of_the_document_is_not_told_as_one(handmade, tmp_path, monkeypatch):
    write_run_files(handmade.plan(), tmp_path)
    monkeypatch.setattr("planner.plan.model.from_records", lambda _records, _keys: {}["inside"])
    with pytest.raises(InputError) as caught:
        read_plan(tmp_path)
    (problem,) = caught.value.problems
    assert problem.code == "bad-plan"
    assert "lacks" not in problem.message
    assert "KeyError: 'inside'" in problem.message


def test_a_plan_cut_off_anywhere_is_refused(handmade, tmp_path):
    write_run_files(handmade.plan(), tmp_path)
    whole = (tmp_path / "plan.json").read_bytes()
    for length in range(0, len(whole) - 2, 997):
        (tmp_path / "plan.json").write_bytes(whole[:length])
        with pytest.raises(InputError):
            read_plan(tmp_path)
