"""The map as data: what is drawn where, and that nothing users wrote can be taken for more than text."""

import json
from dataclasses import replace

import numpy as np
import pytest

from planner.i18n import use_language
from planner.marks import LEFT_OUT, MARKS, OTHER, mark_of
from planner.plan.store import read_plan
from planner.ui.map import Line, Placed, make_map
from planner.ui.plan_maps import legend, plan_map


@pytest.fixture
def plan(home):
    return read_plan(home / "demo")


def lon(columns):
    return np.array(columns["places"]["lon"]) / columns["scale"]


def lat(columns):
    return np.array(columns["places"]["lat"]) / columns["scale"]


def test_every_office_source_and_link_with_a_course_is_drawn(plan, home):
    drawn = plan_map(plan, home / "demo").columns
    sources = plan.places[plan.places["kind"] == "source"]
    assert set(drawn["places"]["id"]) == {*plan.offices["id"], *sources["id"]}
    courses = plan.links[plan.links["geometry"].notna()].set_index("id")
    assert drawn["lines"]["id"] == list(courses.index)
    assert sum(drawn["lines"]["count"]) == len(drawn["lines"]["lon"]) == len(drawn["lines"]["lat"])
    start = 0
    for name, count in zip(drawn["lines"]["id"], drawn["lines"]["count"], strict=True):
        path = (
            np.column_stack([drawn["lines"][axis][start : start + count] for axis in ("lon", "lat")]) / drawn["scale"]
        )
        np.testing.assert_allclose(path, courses.loc[name, "geometry"]["coordinates"], atol=1e-5)
        start += count
    shapes = [drawn["marks"][mark]["fill"] for mark in drawn["places"]["mark"]]
    by_id = dict(zip(drawn["places"]["id"], shapes, strict=True))
    for office in plan.offices.itertuples():
        fill = (mark_of(office.technology) if office.connected else LEFT_OUT).fill
        assert by_id[office.id] == "#{:02x}{:02x}{:02x}".format(*fill)


def test_the_picture_and_the_regions_lie_where_the_run_says(plan, home):
    shown = plan_map(plan, home / "demo")
    drawn = shown.columns
    west, south, east, north = drawn["bounds"]
    assert drawn["bounds"] == json.loads((home / "demo/hillshade.json").read_text())["bounds"]
    assert shown.picture == home / "demo/hillshade.webp"
    assert ((lon(drawn) > west) & (lon(drawn) < east) & (lat(drawn) > south) & (lat(drawn) < north)).all()
    outlines = json.loads((home / "demo/regions.json").read_text())["outlines"]
    assert drawn["regions"]["count"] == [len(line) for line in outlines]


def test_without_a_picture_there_is_a_map_all_the_same(plan, tmp_path):
    shown = plan_map(plan, tmp_path)
    assert shown.picture is None
    assert shown.columns["bounds"] == [
        plan.places["lon"].min(), plan.places["lat"].min(), plan.places["lon"].max(), plan.places["lat"].max(),
    ]  # fmt: skip


def test_each_run_and_language_has_a_map_of_its_own(plan, home, tmp_path):
    """What is kept between pages is told apart by everything that it depends on."""
    first = plan_map(plan, home / "demo")
    assert plan_map(plan, home / "demo") is first
    few = replace(plan, offices=plan.offices.iloc[:3])
    assert len(plan_map(few, tmp_path).columns["places"]["id"]) < len(first.columns["places"]["id"])
    with use_language("fr"):
        assert plan_map(plan, home / "demo").columns["language"] == "fr"


def test_across_the_antimeridian_the_map_goes_on(plan, tmp_path):
    """Half the country is moved beyond 180°: what is near stays near."""
    places = [Placed(OTHER, str(k), where, -17.0, "") for k, where in enumerate((178.5, 179.9, -179.9, -178.5))]
    lines = [Line("a", "fibre", [[179.9, -17.0], [-179.9, -17.0]])]
    (tmp_path / "hillshade.json").write_text(json.dumps({"bounds": [178.0, -18.0, 182.0, -16.0]}))
    (tmp_path / "hillshade.webp").write_bytes(b"")
    drawn = make_map(places, lines, plan.places, tmp_path).columns
    np.testing.assert_allclose(lon(drawn), [178.5, 179.9, 180.1, 181.5])
    np.testing.assert_allclose(np.array(drawn["lines"]["lon"]) / drawn["scale"], [179.9, 180.1])


def test_the_legend_names_what_is_on_the_map_and_escapes_it(plan):
    links = plan.links.copy()
    links.loc[links.index[0], "technology"] = "<b>dove</b>"
    text = legend(replace(plan, links=links))
    assert "&lt;b&gt;dove" in text
    assert "<b>" not in text
    named = legend(plan)
    assert "Existing connection" in named
    assert "Not connected" in named


def test_marks_differ_in_shape_as_well_as_in_colour():
    marks = [*MARKS.values(), OTHER, LEFT_OUT]
    seen = {(mark.shape, mark.fill) for mark in marks}
    assert len(seen) == len(marks)
    bought = [MARKS[name].shape for name in ("fibre", "microwave", "leo", "geo", "cellular")]
    assert len(set(bought)) == len(bought)
    assert mark_of("dove") is OTHER
