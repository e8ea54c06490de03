"""The comparison report: opened by other programs, its figures held against the plans that it compares."""

import io
import json
import re
import shutil
import subprocess
from dataclasses import replace

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.errors import InputError
from planner.i18n import set_language, use_language
from planner.plan.record import Record
from planner.plan.store import write_run_files
from planner.report.documents.blocks import Bullets, Figure, Heading, Note, Paragraph
from planner.report.documents.comparison import build_comparison, read_compared
from planner.report.documents.docx import as_docx
from planner.report.documents.pdf import as_pdf, document_data
from planner.report.documents.typography import figure_in_print, in_print
from planner.report.documents.widths import KEPT_ROWS, column_widths, fits_a_page
from planner.scenario import dump_scenario

BLANKS = re.compile(r"[\s\u00a0\u202f\u200b\u2060\u00ad]+")


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def packed(text):
    return BLANKS.sub("", text)


def run_program(name, *arguments):
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def stored(folder, plan, scenario, *, language="en", prices="p", **files):
    """Write a run as the command finds it."""
    listed = [{"file": f"{name}.csv", "sha256": sha256 * 64} for name, sha256 in files.items()]
    known = Record(scenario_file="scenario.yaml", data_root=None, files=listed, prices=prices, language=language)
    folder.mkdir()
    write_run_files(plan, folder)
    (folder / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    (folder / "inputs.json").write_text(known.model_dump_json(), encoding="utf-8")
    return folder


@pytest.fixture
def plans(handmade, make):
    """Return three plans: A, B by fibre, C and E by microwave; without C, B by satellite, and F; nobody but A."""
    rows, country = handmade.rows, handmade.country
    changed = [rows[name] for name in ("S", "SJ", "JA", "D", "DE", "leo B", "leo F")]
    return (
        make["plan"](country, handmade.choice),
        make["plan"](country, country.choice(changed, "ABDEF")),
        make["plan"](country, country.choice([rows[name] for name in ("S", "SJ", "JA", "D")], "AD")),
    )


@pytest.fixture
def folders(plans, make, tmp_path):
    first, second, third = plans
    synthetic = replace(second, data={**second.data, "synthetic": True})
    other = make["scenario"](budgets=[{"name": "programme", "limit": 150_000}], solver={"gap": 0.02})
    return [
        stored(tmp_path / "one", first, make["scenario"](), offices="1", towers="2"),
        stored(tmp_path / "two", synthetic, other, offices="1", towers="3"),
        stored(tmp_path / "three", third, make["scenario"](), offices="1", towers="2"),
    ]


def tables_of(document):
    return {table.caption: {row[0]: row[1:] for row in table.rows} for table in document.tables()}


def test_figures_stand_side_by_side_as_in_the_plans(folders):
    tables = tables_of(build_comparison(read_compared(folders)))
    told = [json.loads((folder / "plan.json").read_text()) for folder in folders]
    key = tables["Key figures side by side, money in USD"]
    assert key["Offices newly connected"] == tuple(str(plan["totals"]["offices_newly_connected"]) for plan in told)
    assert key["Programme cost"] == tuple(f"{plan['totals']['programme_cost']:,.0f}" for plan in told)
    assert key["Underserved people within reach"] == tuple(f"{plan['totals']['people']:,.0f}" for plan in told)
    by_technology, by_region = (tables[f"Programme cost by {kind}, in USD"] for kind in ("technology", "region"))
    for column, plan in enumerate(told):
        mix = {row["technology"]: row["programme_cost"] for row in plan["technology_mix"]}
        for name, heading in (("fibre", "Fibre"), ("microwave", "Microwave"), ("leo", "Low-orbit satellite (LEO)")):
            assert by_technology[heading][column] == f"{mix.get(name, 0.0):,.0f}"
        for row in filter(lambda row: row["programme_cost"], plan["region_mix"]):
            assert by_region[row["region"] or "(no region)"][column] == f"{row['programme_cost']:,.0f}"
        for table in (by_technology, by_region):
            assert table["Total"][column] == f"{plan['totals']['programme_cost']:,.0f}"


def test_of_two_plans_the_difference_is_a_column(folders):
    tables = tables_of(build_comparison(read_compared(folders[:2])))
    first, second, difference = tables["Programme cost by technology, in USD"]["Fibre"]
    assert int(difference.replace(",", "")) == pytest.approx(
        int(second.replace(",", "")) - int(first.replace(",", "")), abs=1
    )
    assert difference.startswith("-")
    assert tables["Programme cost by technology, in USD"]["Low-orbit satellite (LEO)"][2].startswith("+")


def phased(plan):
    """Return a plan whose offices are connected in two years by turns, the second worth half, with two funders."""
    gains = plan.offices["connected"] & (plan.offices["before"] != "adequate")
    years = pd.Series(pd.NA, index=plan.offices.index, dtype="Int64")
    years[gains] = [2027 + k % 2 for k in range(gains.sum())]
    weight = years.map({2027: 1.0, 2028: 0.5}).fillna(1.0).astype(float)
    offices = plan.offices.assign(year=years, benefit=plan.offices["benefit"] * weight)
    phases = tuple(
        {"year": year, "weight": weight, "offices": int((years == year).sum()), "people": 100.0, "spent": 1000.0 * k}
        for k, (year, weight) in enumerate({2027: 1.0, 2028: 0.5}.items(), start=1)
    )
    terms = {"scope": {}, "cost_kinds": ["capex"], "opex_years": 5, "match": 1.0}
    funders = tuple(
        {"name": name, "amount": 4000.0, "paid": paid, "people": 50.0, **terms}
        for name, paid in (("Bank", 3000.0), ("Post", 500.0))
    )
    return replace(plan, offices=offices, phases=phases, funders=funders)


def test_years_and_funders_are_told_and_benefits_can_be_held_against_each_other(folders, plans, make, tmp_path):
    known = read_compared(folders[:2])
    late = replace(known.runs[1], plan=phased(plans[0]))
    told = build_comparison(replace(known, runs=(known.runs[0], late)))
    tables = tables_of(told)
    key = tables["Key figures side by side, money in USD"]
    # The same plan but for its years: nothing is lost when they are left aside.
    first, second, difference = key["Benefit, years left aside"]
    assert (first, difference) == (second, "0")
    one, other, less = key["Benefit, each office from its year on"]
    assert one == first
    assert float(other.replace(",", "")) < float(one.replace(",", ""))
    assert less.startswith("-")
    counts = [phase["offices"] for phase in late.plan.phases]
    assert tables["Offices connected in each year"] == {
        "2027": ("–", str(counts[0]), "–"), "2028": ("–", str(counts[1]), "–"), "Total": ("–", str(sum(counts)), "–"),
    }  # fmt: skip
    assert tables["Spent in each year, purchases and operation, in USD"]["Total"] == ("–", "3,000", "–")
    assert tables["What funders pay, in USD"] == {
        "Bank": ("–", "3,000", "–"), "Post": ("–", "500", "–"), "Total": ("–", "3,500", "–"),
    }  # fmt: skip
    both = build_comparison(replace(known, runs=(late, late)))
    assert tables_of(both)["What funders pay, in USD"]["Bank"] == ("3,000", "3,000", "0")


def test_offices_are_told_with_the_reason_of_the_other_plan(folders, plans):
    tables = tables_of(build_comparison(read_compared(folders)))
    reasons = plans[1].offices.set_index("id")["reason"]
    assert {name: row[-2] for name, row in tables["Offices that plan B adds"].items()} == {"Office F (F)": reasons["F"]}
    assert {name: row[-2] for name, row in tables["Offices that plan B drops"].items()} == {
        "Office C (C)": reasons["C"]
    }
    assert tables["Offices that plan B connects otherwise"]["Office B (B)"][1] == "Fibre from ~j1"
    assert set(tables["Offices that plan C drops"]) == {"Office B (B)", "Office C (C)", "Office E (E)"}


def test_what_is_not_like_for_like_is_said_first(folders, plans, make, tmp_path):
    warned = {
        "money": make["scenario"](money={"currency": "USD", "price_year": 2026, "horizon_years": 20}),
        "benefit": make["scenario"](benefit={"weights": {"people_underserved": 2}}),
    }
    for name, scenario in warned.items():
        folders.append(stored(tmp_path / name, plans[2], scenario, prices="q", offices="1", towers="2"))
    blocks = build_comparison(read_compared([folders[0], folders[1], *folders[3:]])).blocks
    start = next(place for place, block in enumerate(blocks) if isinstance(block, Paragraph))
    notes = [block.text for block in blocks[:start] if isinstance(block, Note)]
    assert notes[0].startswith("SYNTHETIC DATA")
    for words in (
        "Plan B was made from other input data than plan A (towers.csv)",
        "Plan C reckons money by other terms",
        "Plan D counts benefit or service otherwise",
        "Plan D was made at other prices",
    ):
        assert any(note.startswith(words) for note in notes), (words, notes)
    assert not any(note.startswith("Plan B reckons") for note in notes)


def test_settings_and_files_that_differ_are_listed(folders):
    tables = tables_of(build_comparison(read_compared(folders)))
    assert tables["Settings that differ"] == {
        "budgets[0].limit": ("100,000", "150,000", "100,000"), "solver.gap": ("0.005", "0.02", "0.005"),
    }  # fmt: skip
    assert tables["Input files that differ"] == {"towers.csv": ("2" * 12, "3" * 12, "2" * 12)}


def test_a_plan_that_met_its_time_limit_is_never_called_optimal(folders, plans, make, tmp_path):
    late = replace(plans[0], outcome=make["found"](460.0, 460.0, status="feasible", termination="time_limit"))
    folders.append(stored(tmp_path / "late", late, make["scenario"](), offices="1", towers="2"))
    document = build_comparison(read_compared([folders[0], folders[3]]))
    (proven,) = [
        block.items[1] for block in document.blocks if isinstance(block, Bullets) and "the search" in block.items[0]
    ]
    assert proven.startswith("Plan\N{NO-BREAK SPACE}B: Within 0.00")
    assert "the search ended at its time limit" in proven
    assert "optimal" not in str(document).lower().replace("gap': none", "")


def frontier_of(folder, points, **head):
    told = {"scenario": {"name": "Handmade"}, "budget": {"measure": "programme_cost"}, "points": points, **head}
    (folder / "frontier.json").write_text(json.dumps(told), encoding="utf-8")


def test_plans_are_marked_on_the_frontier_of_their_scenario(folders, plans, make, tmp_path):
    points = [{"limit": 50_000.0 * k, "value": 100.0 * k, "bound": 110.0 * k} for k in (1, 2, 3)]
    other = make["scenario"](budgets=[{"name": "programme", "limit": 90_000}])
    folders.append(stored(tmp_path / "four", plans[2], other, offices="1", towers="2"))
    assert not any("ceiling" in b.caption for b in build_comparison(read_compared(folders)).blocks
                   if isinstance(b, Figure))  # fmt: skip
    frontier_of(folders[0], points)
    document = build_comparison(read_compared(folders))
    # B has read other towers: the frontier's ceiling is none of its own.
    assert list(tables_of(document)["The plans that are marked, in USD"]) == [
        f"Plan\N{NO-BREAK SPACE}{letter}" for letter in "ACD"
    ]
    said = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert "Not marked, since the frontier does not answer their scenario: B." in said
    (figure,) = [b for b in document.blocks if isinstance(b, Figure) and "ceiling" in b.caption]
    svg = figure.drawing.svg()
    assert [f">{letter}</text>" in svg for letter in "ABCD"] == [True, False, True, True]
    with pytest.raises(InputError) as caught:
        read_compared(folders, frontier=tmp_path / "nowhere")
    assert (caught.value.problems[0].code, caught.value.problems[0].column) == ("no-frontier", "--frontier")


def test_changes_differ_in_shape_and_brightness_on_the_map(folders):
    document = build_comparison(read_compared(folders[:2]))
    (figure,) = [b for b in document.blocks if isinstance(b, Figure) and "What differs" in b.caption]
    svg = figure.drawing.svg()
    for name in ("In the second plan only", "In the first plan only", "Connected otherwise", "The same in both"):
        assert f">{name}</text>" in svg
    fills = [re.search(rf'fill="(#\w+)"[^>]*>(?=.*{name})', svg) for name in ("In the second", "In the first")]
    assert all(fills)
    from planner.marks import CHANGES

    def brightness(colour):
        return sum(weight * part for weight, part in zip((0.299, 0.587, 0.114), colour, strict=True))

    levels = [brightness(CHANGES[kind].fill) for kind in ("added", "changed", "dropped")]
    assert levels[1] - levels[0] > 40
    assert levels[2] - levels[1] > 40
    assert len({CHANGES[kind].shape for kind in ("added", "changed", "dropped", "same")}) == 4


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pdf_and_word_hold_every_cell(folders, language, tmp_path):
    with use_language(language):
        document = build_comparison(read_compared(folders))
        (tmp_path / "it.pdf").write_bytes(as_pdf(document))
        word = docx.Document(io.BytesIO(as_docx(document)))
    said = packed(run_program("pdftotext", "-layout", tmp_path / "it.pdf", "-"))
    assert re.search(r"Tagged: +yes", run_program("pdfinfo", tmp_path / "it.pdf"))
    cells = [packed(in_print(figure_in_print(cell), language)) for table in document.tables()
             for row in table.rows for cell in row[len(table.words) :]]  # fmt: skip
    assert len(cells) > 100
    assert [cell for cell in cells if cell not in said] == []
    blank = " \N{NO-BREAK SPACE}" if language == "fr" else "\N{NULL}"
    assert not re.search(f"[{blank}][;!?]", json.dumps(document_data(document), ensure_ascii=False))
    assert {"en": "SYNTHETIC DATA", "fr": "DONNÉES SYNTHÉTIQUES"}[language] in document.banner
    tables = word.element.body.findall(qn("w:tbl"))
    assert len(tables) == len(list(document.tables()))
    headings = [p.text.partition("  ")[2] for p in word.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    assert headings == [in_print(block.text, language) for block in document.blocks if isinstance(block, Heading)]


def test_tables_of_sentences_may_leave_their_page():
    from planner.report.documents.blocks import Table

    rows = tuple((f"Office {k}", "A reason of many words. " * 20, "1") for k in range(KEPT_ROWS))
    long, short = (Table("t", ("Office", "Reason"), ("People",), kept) for kept in (rows, rows[:2]))
    assert not fits_a_page(long, column_widths(long, 476))
    assert fits_a_page(short, column_widths(short, 476))


def test_the_command_writes_what_the_name_says(folders, tmp_path):
    runs = [str(folder) for folder in folders]
    for name, start in (("it.pdf", b"%PDF"), ("it.docx", b"PK")):
        file = tmp_path / "reports" / name
        told = CliRunner().invoke(app, ["compare", *runs, "--report", str(file), "--json"])
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout) == {"files": [str(file)]}
        assert file.read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("runs", "options", "column"),
    [
        ("one", ["--report", "it.pdf"], "RUN"),
        ("one two three one two", ["--report", "it.pdf"], "RUN"),
        ("one two", ["--report", "it.odt"], "--report"),
        ("one two", ["--report", "it.pdf", "--template", "ours.docx"], "--template"),
        ("one two", ["--template", "ours.docx"], "--template"),
        ("one two", ["--frontier", "somewhere"], "--frontier"),
        ("one nowhere", ["--report", "it.pdf"], None),
    ],
)
def test_wrong_requests_are_refused(folders, tmp_path, runs, options, column):
    named = [str(tmp_path / name) for name in runs.split()]
    result = CliRunner().invoke(app, ["compare", *named, *options, "--json"])
    assert result.exit_code == 2, result.output
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["column"] == column
    assert problem["remedy"]
    assert not list(tmp_path.glob("it.*"))


def test_another_country_is_refused(folders, plans, make, tmp_path):
    moved = plans[1].offices.assign(lon=plans[1].offices["lon"] + 5)
    elsewhere = stored(tmp_path / "elsewhere", replace(plans[1], offices=moved), make["scenario"]())
    result = CliRunner().invoke(app, ["compare", str(folders[0]), str(elsewhere), "--report", str(tmp_path / "it.pdf")])
    assert result.exit_code == 2
    assert "different countries" in result.output
