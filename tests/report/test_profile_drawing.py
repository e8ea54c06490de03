"""Profiles as drawings: what stands in them, and that they are whole documents."""

import io
import xml.etree.ElementTree as ET

import pytest
from PIL import Image

from planner.i18n import use_language
from planner.plan.sheets import Criterion, Entry, HopEnd, HopSheet, Section, Step, TrenchSheet
from planner.report.documents.drawing import Drawing, shortened, text_width, ticks
from planner.report.documents.profile import profile_drawing, profile_words
from planner.report.documents.typesetting import as_png

SVG = "{http://www.w3.org/2000/svg}"


def hop(**changes):
    plain = {
        "technology": "microwave",
        "option": "7 GHz",
        "frequency_ghz": 7.5,
        "channel_mhz": 28.0,
        "dish_m": 1.2,
        "length_km": 10.0,
        "ends": (HopEnd("A<&>", 0, 0, 100.0, 20.0, 24.0, 0.0), HopEnd("B", 0, 0, 120.0, 30.0, 30.0, 0.0)),
        "distance_km": tuple(float(km) for km in range(11)),
        "ground_m": (100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 60.0, 70.0, 90.0, 110.0, 120.0),
        "cover_m": (0.0,) * 11,
        "margin_m": 3.0,
        "criteria": (Criterion(4 / 3, 1.0, 12.25, 8.0), Criterion(2 / 3, 0.6, 14.5, 8.0)),
        "budget": (Entry("received", -50.0, "dBm", "sum"),),
        "steps": (Step("QAM16", 84.0, -70.0, 20.0, 0.9999, used=True),),
        "capacity_mbps": 84.0,
        "availability": 0.9999,
        "wanted": 0.9995,
        "climate": (),
        "mirror_km": None,
    }
    return HopSheet(**{**plain, **changes})


def words(drawing):
    return [element.text for element in ET.fromstring(drawing.svg()).iter(f"{SVG}text")]


def test_a_profile_names_its_ends_and_what_the_rules_leave():
    said = words(profile_drawing(hop()))
    assert "A<&>: antenna 20 m" in said
    assert "B: antenna 30 m" in said
    assert any("12.3 m at 8.0 km (k = 4/3" in text or "12.2 m at 8.0 km (k = 4/3" in text for text in said)
    assert any("14.5 m at 8.0 km (k = 2/3" in text for text in said)


def test_a_profile_speaks_french():
    with use_language("fr"):
        said = words(profile_drawing(hop()))
    assert "Distance (km)" in said
    assert any("4/3" in text and "12,2" in text for text in said)


def test_trees_are_drawn_where_they_are_reckoned_with():
    assert "trees and buildings" not in words(profile_drawing(hop()))
    assert "trees and buildings" in words(profile_drawing(hop(cover_m=(0.0, *(10.0,) * 9, 0.0))))


def test_unknown_ground_is_left_open():
    heights = [*hop().ground_m]
    heights[4:6] = None, None
    drawing = profile_drawing(hop(ground_m=tuple(heights), criteria=(Criterion(4 / 3, 1.0, None, None),) * 2))
    assert "Part of the ground is unknown." in words(drawing)
    assert "nan" not in drawing.svg()
    assert profile_drawing(hop(ground_m=(None, *heights[1:]))) is None, "no antenna stands on unknown ground"


def test_a_trench_is_drawn_along_its_ground():
    section = Section(0.0, 2.0, 30.0, 2.3, (1, 1, 1, 1))
    sheet = TrenchSheet("fibre", "fibre", 2.0, 2.3, 1.15, 3.0, (section,), (0.0, 1.0, 2.0), (10.0, 40.0, 10.0))
    assert "trench" in words(profile_drawing(sheet))
    assert "between 10 and 40 m" in profile_words(sheet)


def test_a_picture_of_dots_has_the_size_asked_for():
    drawing = Drawing(72, 36)
    drawing.rectangle((0, 0), 72, 36, fill="#d55e00")
    picture = Image.open(io.BytesIO(as_png(drawing, dots_per_inch=100)))
    assert picture.size == (100, 50)
    assert picture.convert("RGB").getpixel((50, 25)) == (213, 94, 0)


def test_what_no_xml_can_hold_is_left_out():
    drawing = Drawing(10, 10)
    drawing.text((0, 5), "a\x00b\x1bc")
    assert words(drawing) == ["abc"]


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [(0, 10, 5, [0, 2, 4, 6, 8, 10]), (3, 47, 5, [10, 20, 30, 40]), (-20, 480, 6, [0, 100, 200, 300, 400])],
)
def test_ticks_are_round(low, high, most, expected):
    assert ticks(low, high, most) == pytest.approx(expected)


def test_names_too_long_for_their_room_are_cut_with_an_ellipsis():
    cut = shortened("A very long name of a post office", 8, 60)
    assert cut.endswith("…")
    assert text_width(cut, 8) <= 60
    assert shortened("short", 8, 60) == "short"
