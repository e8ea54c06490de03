"""The map as data: what is drawn where, and that nothing users wrote can be taken for more than text."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from planner.marks import LEFT_OUT, MARKS, OTHER, atlas, mark_of
from planner.plan.store import read_plan
from planner.ui.map import legend, plan_map


@pytest.fixture
def plan(home):
    return read_plan(home / "demo")


def layers(plan, run_dir):
    return {layer["id"]: layer for layer in json.loads(plan_map(plan, run_dir).to_json())["layers"]}


def test_every_office_source_and_link_with_a_course_is_drawn(plan, home):
    drawn = layers(plan, home / "demo")
    assert list(drawn) == ["terrain", "casings", "links", "places"]
    sources = int((plan.places["kind"] == "source").sum())
    assert len(drawn["places"]["data"]) == len(plan.offices) + sources
    assert len(drawn["links"]["data"]) == int(plan.links["geometry"].notna().sum())


def test_the_picture_lies_where_the_run_says(plan, home):
    drawn = layers(plan, home / "demo")
    bounds = json.loads((home / "demo/hillshade.json").read_text())["bounds"]
    assert drawn["terrain"]["bounds"] == bounds
    west, south, east, north = bounds
    positions = np.array([row["position"] for row in drawn["places"]["data"]])
    assert ((positions > [west, south]) & (positions < [east, north])).all()


def test_without_a_picture_there_is_a_map_all_the_same(plan, tmp_path):
    assert list(layers(plan, tmp_path)) == ["casings", "links", "places"]


def test_across_the_antimeridian_the_map_goes_on(plan, home, tmp_path):
    """Half the country is moved beyond 180°: what is near stays near."""
    middle = plan.places["lon"].median()

    def moved(frame):
        lon = frame["lon"] - middle + 180.0
        return frame.assign(lon=lon.where(lon <= 180.0, lon - 360.0))

    pacific = replace(plan, offices=moved(plan.offices), places=moved(plan.places), links=plan.links.iloc[:0])
    west, east = 180.0 - 2.0, 180.0 + 2.0
    (tmp_path / "hillshade.json").write_text(json.dumps({"bounds": [west, -13.0, east, -11.0]}))
    (tmp_path / "hillshade.webp").write_bytes(b"")
    lon, before = (
        np.array([row["position"][0] for row in layers(*shown)["places"]["data"]])
        for shown in ((pacific, tmp_path), (plan, home / "demo"))
    )
    assert lon.min() > west
    assert lon.max() < east
    assert np.ptp(lon) == pytest.approx(np.ptp(before), abs=3e-6)  # six decimals are drawn


def test_no_label_starts_with_what_users_wrote(home):
    """deck.gl evaluates texts that start with @@: an office of that name must stay a name."""
    for layer in layers(read_plan(home / "hostile"), home / "hostile").values():
        for row in layer.get("data", ()):
            assert row["label"].startswith(("Office ", "Source ", "Link "))
            assert not any(text.startswith("@@") for text in row.values() if isinstance(text, str))


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


def test_the_atlas_shows_each_mark_in_its_colour():
    marks = (*MARKS.values(), LEFT_OUT)
    picture = Image.open(io.BytesIO(base64.b64decode(atlas(marks).partition(",")[2])))
    cell = picture.width // len(marks)
    for column, mark in enumerate(marks):
        assert picture.getpixel((column * cell + cell // 2, cell // 2)) == (*mark.fill, 255)
        assert picture.getpixel((column * cell, 0))[3] == 0
