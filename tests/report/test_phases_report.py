"""A plan with phases as documents and workbook: what each year takes, the chart of works, the map by year."""

import json

import pytest

from planner.demo import make_country
from planner.jobs import solve_run
from planner.report.documents.blocks import Figure
from planner.report.documents.gantt import Band, gantt_drawing
from planner.report.documents.map import year_colours
from planner.report.documents.proposal import build_proposal
from planner.report.documents.proposal.phases import bands
from planner.report.exported import read_exported
from planner.report.phases import phases_grid
from planner.report.workbook import write
from planner.scenario.yaml_text import parse_yaml, write_yaml
from planner.wording import number


def number_of(text):
    return int(text.replace(",", ""))


@pytest.fixture(scope="module")
def phased(tmp_path_factory):
    """Return the run of a small made-up country in three phases."""
    folder = tmp_path_factory.mktemp("phased")
    path = make_country(folder / "country", offices=20, seed=1, terrain_arcsec=9)
    content = parse_yaml(path.read_text(encoding="utf-8"), str(path)).data
    content["phases"] = [{"year": 2027 + year, "limit": "12 %", "carry_over": year != 1} for year in range(3)]
    path.write_text(write_yaml(content), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLANNER_CACHE_DIR", str(folder / "cache"))
        solve_run(path, folder / "run", overrides={"solver.time_limit_s": 5.0})
        yield read_exported(folder / "run")


def test_the_proposal_tells_every_year(phased):
    document = build_proposal(phased)
    (table,) = [table for table in document.tables() if table.caption.startswith("The phases")]
    stored = json.loads((phased.folder / "plan.json").read_text(encoding="utf-8"))["phases"]
    assert [row[0] for row in table.rows] == [str(row["year"]) for row in stored]
    spent = table.headings.index("Spent")
    assert [row[spent] for row in table.rows] == [number(row["spent"]) for row in stored]
    (bought,) = [table for table in document.tables() if table.caption.startswith("What is bought")]
    *years, total = [[number_of(cell) for cell in row[1:]] for row in bought.rows]
    for column in range(3):  # each amount is rounded to a whole unit
        assert sum(row[column] for row in years) == pytest.approx(total[column], abs=0.5 * len(years) + 0.5)
    captions = [block.caption for block in document.blocks if isinstance(block, Figure)]
    assert {"What is built when", "The plan by year"} <= set(captions)
    assert "Beside simple rules" not in [getattr(block, "text", "") for block in document.blocks]


def test_the_chart_of_works_counts_every_piece_once(phased):
    plan = phased.plan
    (_works, links), (_offices, offices) = bands(plan)
    counted = sum(sum(band.count.values()) for band in links)
    assert counted == plan.links["year"].notna().sum() + len(plan.masts)
    assert sum(sum(band.count.values()) for band in offices) == sum(row["offices"] for row in plan.phases)


def test_a_bar_stands_in_its_year():
    svg = gantt_drawing([("Works", [Band("Fibre", {2027: 3, 2029: 1})]), ("None", [])], [2027, 2028, 2029]).svg()
    assert ">2028<" in svg
    assert ">3<" in svg
    assert ">None<" not in svg
    assert svg.count("<rect") == 3  # the ground, and a bar in each of two years


def test_colours_of_years_grow_lighter():
    for count in (1, 2, 5, 12):
        colours = year_colours(count)
        brightness = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in colours]
        assert len(set(colours)) == count
        assert brightness == sorted(brightness)


def test_the_workbook_reckons_the_years_of_the_plan(phased, tmp_path, reckoned):
    (path,) = write(phased, tmp_path)
    sheet = reckoned(path)["Phases"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert len(rows) == 1 + len(phased.plan.phases)
    for row, phase in zip(rows[1:], phased.plan.phases, strict=True):
        told = dict(zip(rows[0], row, strict=True))
        assert told["Year"] == str(phase["year"])
        for heading, name in (
            ("Offices", "offices"), ("Limit", "limit"), ("From before", "carried_in"), ("Purchases", "purchases"),
            ("Operation", "operation"), ("Spent", "spent"), ("Carried over", "carried_out"), ("Lapsed", "lapsed"),
        ):  # fmt: skip
            assert round(told[heading], 2) == phase[name], (phase["year"], heading)


def test_a_plan_without_phases_says_nothing_of_years(example):
    assert phases_grid(example.plan).rows == ()
    assert not any(table.caption.startswith("The phases") for table in build_proposal(example).tables())
