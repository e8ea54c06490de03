"""The proposal as PDF and DOCX: opened by other programs, its figures held against plan.json."""

import io
import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

from planner.errors import InputError
from planner.files import write_whole
from planner.i18n import use_language
from planner.report.documents.blocks import Document, Figure, Heading, Note, Paragraph, Table
from planner.report.documents.docx import PLACEHOLDER, as_docx
from planner.report.documents.drawing import text_width
from planner.report.documents.pdf import TEMPLATE, as_pdf, document_data
from planner.report.documents.proposal import build_proposal
from planner.report.documents.proposal.costs import _steps
from planner.report.documents.typesetting import typeset
from planner.report.documents.typography import about, about_money, figure_in_print, in_print
from planner.report.documents.widths import INSET_PT, SMALL_PT, breakable, column_widths, row_heights, small_if_tight
from planner.report.exported import read_exported

BLANKS = re.compile(r"[\s\u00a0\u202f\u200b\u2060\u00ad]+")
NARROW = "\N{NARROW NO-BREAK SPACE}"


def run_program(name, *arguments):
    """Run a program of the system; the test is skipped by name where it is not installed."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, check=True).stdout


def packed(text):
    return BLANKS.sub("", text)


def number_of(cell):
    """Return the number of an English cell, NaN where there is none."""
    try:
        return float(cell.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return math.nan


@pytest.fixture(scope="module", params=["en", "fr"])
def proposal(request, example):
    """Return the proposal of the example in each language, with its PDF."""
    with use_language(request.param):
        document = build_proposal(example)
        return document, as_pdf(document)


@pytest.fixture
def handmade_run(priced, tmp_path):
    """Return the run of the country reckoned by hand."""
    return lambda plan=None: priced(tmp_path / "run", plan)


def small(*blocks, language="en", **changes):
    plain = {
        "language": language, "title": "A title", "subtitle": "A subtitle", "facts": (("Plan of", "today"),),
        "banner": "", "contents": "Contents", "blocks": (Heading("First"), *blocks),
    }  # fmt: skip
    return Document(**{**plain, **changes})


def texts_of(pdf, tmp_path):
    (tmp_path / "it.pdf").write_bytes(pdf)
    return run_program("pdftotext", "-layout", tmp_path / "it.pdf", "-")


def test_the_pdf_is_for_everybody_and_carries_its_fonts(proposal, tmp_path):
    document, pdf = proposal
    (tmp_path / "it.pdf").write_bytes(pdf)
    told = run_program("pdfinfo", tmp_path / "it.pdf")
    assert re.search(r"Tagged: +yes", told)
    assert document.title in told
    assert "<pdfuaid:part>1</pdfuaid:part>" in run_program("pdfinfo", "-meta", tmp_path / "it.pdf")
    assert f"/Lang({document.language})" in packed(pdf.decode("latin-1"))
    fonts = run_program("pdffonts", tmp_path / "it.pdf").splitlines()[2:]
    assert fonts
    assert all(re.search(r" yes +yes +yes +\d+ +0$", line) for line in fonts), fonts


def test_every_cell_of_every_table_is_in_the_text_of_the_pdf(proposal, tmp_path):
    document, pdf = proposal
    said = packed(texts_of(pdf, tmp_path))
    cells = [packed(in_print(figure_in_print(cell), document.language)) for table in document.tables()
             for row in table.rows for cell in row[len(table.words) :]]  # fmt: skip
    assert len(cells) > 500
    assert [cell for cell in cells if cell not in said] == []
    for table in document.tables():
        assert packed(in_print(table.caption, document.language)) in said


def test_no_page_is_empty_and_contents_stand_under_their_name(proposal, tmp_path):
    document, pdf = proposal
    pages = texts_of(pdf, tmp_path).split("\f")[:-1]
    assert min(len(packed(page)) for page in pages) > 150
    assert {"en": "Contents", "fr": "Table des matières"}[document.language] in pages[1]
    blank = " \N{NO-BREAK SPACE}" if document.language == "fr" else "\N{NULL}"
    assert not re.search(f"[{blank}][;!?]", json.dumps(document_data(document), ensure_ascii=False))


def test_tables_are_sums_over_plan_json(example):
    """Reckoned again from the file, by other means."""
    told = json.loads((example.folder / "plan.json").read_text())
    tables = {table.caption: table for table in build_proposal(example).tables()}
    offices, links, masts = (pd.DataFrame(told[name]) for name in ("offices", "links", "masts"))
    gained = offices[offices["connected"] & (offices["before"] != "adequate")]

    rows = {row[0]: [number_of(cell) for cell in row[1:]] for row in tables["The plan by region, in USD"].rows}
    assert set(rows) == {*offices["region"].dropna(), "Total"}
    for region, figures in rows.items():
        of_region = [f if region == "Total" else f[f["region"] == region] for f in (offices, gained, links, masts)]
        money = [
            sum(f[name].sum() for f in (of_region[0], of_region[2], of_region[3]))
            for name in ("capex", "opex_per_year", "programme_cost")
        ]
        expected = [len(of_region[0]), len(of_region[1]), of_region[1]["people"].sum(), *money]
        assert figures == pytest.approx(expected, abs=0.501)
    assert rows["Total"][3:] == pytest.approx(
        [told["totals"][name] for name in ("capex", "opex_per_year", "programme_cost")], abs=0.501
    )

    states = {row[0]: [number_of(cell) for cell in row[1:]] for row in tables["Post offices today, by region"].rows}
    for region, figures in states.items():
        there = offices if region == "Total" else offices[offices["region"] == region]
        counts = [(there["before"] == state).sum() for state in ("offline", "insufficient", "unknown", "adequate")]
        assert figures == pytest.approx([len(there), *counts, there["people_total"].sum()], abs=0.501)

    listed = {row[0]: row for row in tables["Post offices, in USD"].rows}
    assert set(listed) == set(offices["id"])
    for office in told["offices"]:
        row = listed[office["id"]]
        assert number_of(row[6]) == pytest.approx(office["capex"], abs=0.501)
        assert (row[4] == "Left out") == (not office["connected"])

    mix = tables["The plan by technology, in USD"].rows
    assert [number_of(row[6]) for row in mix[:-1]] == pytest.approx(
        [row["programme_cost"] for row in told["technology_mix"]], abs=0.501
    )


def test_what_the_money_is_for_adds_up(example):
    steps, (_name, total) = _steps(example.plan)
    assert sum(amount for _step, amount in steps) == pytest.approx(total, abs=0.01)
    (flows,) = [t for t in build_proposal(example).tables() if t.caption == "Cash flow by year, in USD"]
    columns = [[number_of(cell) for cell in column] for column in list(zip(*flows.rows, strict=True))[1:]]
    for *years, total in columns:
        assert sum(years) == pytest.approx(total, abs=len(years) / 2 + 0.5)
    assert columns[0][0] == pytest.approx(example.plan.totals["capex"], abs=0.501)
    assert columns[5][-1] == pytest.approx(example.plan.totals["programme_cost"], abs=0.501)


def test_every_hop_has_its_sheet(example):
    document = build_proposal(example)
    hops = example.plan.links[example.plan.links["technology"] == "microwave"]
    titles = [block.title for block in document.blocks if hasattr(block, "title")]
    names = {row.id: f"{row.name} ({row.id})" for row in example.plan.offices.itertuples() if row.name}
    ends = [[names.get(end, end) for end in pair] for pair in zip(hops["from"], hops["to"], strict=True)]
    assert titles == [f"{near} – {far}" for near, far in ends]
    (every,) = [table for table in document.tables() if table.caption == "Microwave hops of the plan"]
    assert [list(row[:2]) for row in every.rows] == ends
    assert document.banner.startswith("SYNTHETIC DATA")


def test_the_word_document_has_headings_captions_and_words_for_figures(proposal, tmp_path):
    document, _pdf = proposal
    with use_language(document.language):
        content = as_docx(document)
    word = docx.Document(io.BytesIO(content))
    headings = [p.text.partition("  ")[2] for p in word.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    assert headings == [
        in_print(block.text, document.language) for block in document.blocks if isinstance(block, Heading)
    ]
    tables = word.element.body.findall(qn("w:tbl"))
    assert len(tables) == len(list(document.tables())) + 1  # the key figures are one more
    for table in tables:
        head, *rows = table.findall(qn("w:tr"))
        assert head.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:trPr")).find(qn("w:cantSplit")) is not None for row in rows)
    pictures = list(word.element.body.iter(qn("wp:docPr")))
    assert pictures
    assert all(len(picture.get("descr")) > 20 for picture in pictures)
    captions = [p for p in word.paragraphs if p.style.name == "Caption"]
    assert len(captions) == len(list(document.tables())) + len(pictures)
    assert all(p._p.find(qn("w:fldSimple")) is not None for p in captions)
    (tmp_path / "it.docx").write_bytes(content)
    office = shutil.which("soffice")
    if office and not (Path(office).resolve().parent / "libswlo.so").exists():
        pytest.skip("LibreOffice has no Writer here")
    # Its own settings: another office that is running would take the work over and drop it.
    run_program("soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf",
                "--outdir", tmp_path, tmp_path / "it.docx")  # fmt: skip
    said = packed(run_program("pdftotext", "-layout", tmp_path / "it.pdf", "-"))
    assert all(packed(heading) in said for heading in headings)
    assert packed(document.contents) in said


def test_a_template_keeps_its_words_and_styles(tmp_path):
    template = docx.Document()
    template.styles["Heading 1"].font.name = "Georgia"
    for text in ("Ministry of Posts", PLACEHOLDER, "Signature"):
        template.add_paragraph(text)
    template.save(tmp_path / "ours.docx")
    table = Table("A table", ("What",), ("Value",), (("one", "1"),))
    content = as_docx(small(Paragraph("Said."), table), template=tmp_path / "ours.docx")
    word = docx.Document(io.BytesIO(content))
    said = [p.text for p in word.paragraphs]
    assert said[0] == "Ministry of Posts"
    assert said[-1] == "Signature"
    assert said.index("1  First") < said.index("Said.")
    assert PLACEHOLDER not in said
    assert word.styles["Heading 1"].font.name == "Georgia"
    assert len(word.tables) == 1


def test_a_template_that_is_none_is_refused(tmp_path):
    (tmp_path / "ours.docx").write_text("no document")
    with pytest.raises(InputError) as caught:
        as_docx(small(), template=tmp_path / "ours.docx")
    (problem,) = caught.value.problems
    assert (problem.code, problem.column) == ("bad-template", "--template")


def test_users_words_are_no_markup(tmp_path):
    hostile = '#panic("no") *bold* $x^2$ <b>&amp; = Heading `raw` @ref'
    document = small(Paragraph(hostile), Table("Table", ("What",), (), ((hostile,),)), title=hostile)
    assert texts_of(as_pdf(document), tmp_path).count('#panic("no") *bold* $x^2$ <b>&amp;') >= 3
    word = docx.Document(io.BytesIO(as_docx(document)))
    assert hostile in [p.text for p in word.paragraphs]
    assert word.tables[0].cell(1, 0).text == hostile


def test_scripts_that_no_font_knows_do_not_stop_a_document(tmp_path):
    pdf = as_pdf(small(Paragraph("\N{CUNEIFORM SIGN A} and \ue123 and مكتب البريد")))
    assert pdf.startswith(b"%PDF")
    assert "and" in texts_of(pdf, tmp_path)


def test_what_can_no_longer_be_computed_is_said(handmade_run):
    run = handmade_run()
    for gone in ("record", "inputs", "options"):
        del run.__dict__[gone]
    document = build_proposal(run)
    notes = [block.text for block in document.blocks if isinstance(block, Note)]
    assert any("The sheets are missing" in text for text in notes)
    assert any("inputs.json" in text for text in notes)
    assert any("This part is missing" in text for text in notes)
    bill = "Bill of quantities, in USD"
    assert bill not in [table.caption for table in document.tables()]
    assert bill in [table.caption for table in build_proposal(handmade_run()).tables()]


def test_rows_left_out_and_unknown_places_are_told_with_the_results(handmade_run, handmade):
    plan = handmade.plan()
    problem = {"severity": "excluded", "file": "offices.csv", "row": 7, "column": "lat", "message": "No number."}
    run = handmade_run(replace(plan, data={**plan.data, "rows_excluded": 1, "problems": [problem], "synthetic": True}))
    blocks = build_proposal(run).blocks
    notes = [block.text for block in blocks if isinstance(block, Note)]
    assert sum(text.startswith("1 row of the inputs was left out") for text in notes) == 3
    assert sum("invented data" in text for text in notes) == 3
    assert sum(text.startswith("1 office is located to a district only") for text in notes) == 3
    assert any("offices.csv, row 7, lat: No number." in item for b in blocks if hasattr(b, "items") for item in b.items)


@pytest.mark.parametrize(("name", "shown"), [("Handmade", True), ("Elsewhere", False)])
def test_a_frontier_in_the_folder_is_drawn_if_it_is_of_the_same_scenario(handmade_run, name, shown):
    run = handmade_run()
    points = [
        {"limit": 50_000.0 * k, "value": 100.0 * k, "bound": 110.0 * k, "totals": {"offices_connected": k}}
        for k in (1, 2, 3)
    ]
    told = {"scenario": {"name": name}, "budget": {"measure": "programme_cost"}, "points": points}
    write_whole(run.folder / "frontier.json", json.dumps(told))
    blocks = build_proposal(run).blocks
    figures = [block for block in blocks if isinstance(block, Figure) and "ceiling" in block.caption]
    assert bool(figures) == shown
    assert any(isinstance(block, Note) and "another scenario" in block.text for block in blocks) != shown
    if shown:
        assert "proven ceiling: no plan does better" in figures[0].drawing.svg()


def test_a_run_without_a_plan_has_no_proposal(tmp_path):
    with pytest.raises(InputError):
        read_exported(tmp_path)


@pytest.mark.parametrize(
    ("amount", "english", "french"),
    [
        (1_176_900, "USD 1.18 million", "1,18 million USD"),
        (2_000_000, "USD 2 million", "2 millions USD"),
        (217_544.6, "USD 218,000", f"218{NARROW}000 USD"),
        (2.7733, "USD 2.77", "2,77 USD"),
        (0, "USD 0", "0 USD"),
    ],
)
def test_prose_claims_three_digits(amount, english, french):
    assert packed(about_money(amount, "USD")) == packed(english)
    with use_language("fr"):
        assert packed(about_money(amount, "USD")) == packed(french)
    assert (about(476_211), about(999)) == ("476,000", "999")


def test_blanks_and_signs_of_print():
    assert in_print("a ; b ! 5 % de 12 km et k = 4/3 : oui", "fr") == (
        f"a{NARROW}; b{NARROW}! 5{NARROW}% de 12\N{NO-BREAK SPACE}km et k\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}4/3 : oui"
    )
    assert in_print("USD 12 and\x00 more; no", "en") == "USD\N{NO-BREAK SPACE}12 and more; no"
    assert in_print("dN1 -350 N/km, FN-001, 2024-2030", "en") == "dN1 \N{MINUS SIGN}350 N/km, FN-001, 2024-2030"
    # Without the mark a figure behind an Arabic name is drawn on the name's other side.
    assert in_print("موهيلي 23 760", "fr") == "موهيلي\N{LEFT-TO-RIGHT MARK} 23 760"
    assert [figure_in_print(text) for text in ("-1,320", "2024-2030", "7-GHz")] == [
        "\N{MINUS SIGN}1,320", "2024-2030", "7-GHz",
    ]  # fmt: skip


def test_a_table_that_is_too_wide_is_set_in_small_print_and_breaks_no_heading():
    headings = ("Investissement initial", "Remplacements", "Exploitation", "Valeur résiduelle", "Total", "Programme")
    table = Table("t", ("Année",), headings, (("10", *["12 345 678"] * 6),))
    assert small_if_tight(table, 476) is table
    tight = small_if_tight(table, 476, wider=1.32)
    assert tight.small
    widths = column_widths(tight, 476, wider=1.32)
    assert sum(widths) == pytest.approx(476)
    for heading, width in zip(table.headings, widths, strict=True):
        longest = max(text_width(word, SMALL_PT, bold=True) for word in heading.split(" "))
        assert 1.32 * longest + 2 * INSET_PT <= width


def test_headings_of_figures_stand_in_one_line_where_there_is_room():
    table = Table("t", ("Country",), ("People per 1,000 more",), (("North", "1"),))
    words, figures = column_widths(table, 476)
    assert text_width("People per 1,000 more", 8, bold=True) + 2 * INSET_PT <= figures
    assert words + figures == pytest.approx(476)
    tight = column_widths(table, 90)
    assert tight[1] < figures


def test_rows_of_one_line_are_as_high_as_the_typesetter_makes_them(tmp_path):
    """What is measured here must be what it would be there: the same pages, with heights given and without."""
    rows = tuple((f"Bureau {k} Ég", "Ωmega", f"{k * 1234:,}") for k in range(120))
    document = small(Table("T", ("Nom", "Signe"), ("Total",), rows, total=True), Paragraph("After the table."))
    data = document_data(document)
    (table,) = [block for block in data["blocks"] if block["kind"] == "table"]
    assert all(table["heights"])
    places = []
    for heights in (table["heights"], [None] * len(rows)):
        table["heights"] = heights
        (tmp_path / "it.pdf").write_bytes(typeset(TEMPLATE.read_bytes(), data))
        told = run_program("pdftotext", "-bbox", tmp_path / "it.pdf", "-")
        places.append([float(y) for y in re.findall(r'yMin="([\d.]+)"', told)])
    assert len(places[0]) > 300
    assert places[0] == pytest.approx(places[1], abs=0.3)


def test_rows_that_may_take_two_lines_are_left_to_the_typesetter():
    table = Table("t", ("What",), ("Value",), (("short", "1"), ("long " * 60, "2"), ("two\nlines", "3"), ("مكتب", "4")))
    assert [height is None for height in row_heights(table, column_widths(table, 200))] == [False, True, True, True]


def test_columns_fill_their_room_and_break_no_figure():
    rows = (("node/1234567890", "A very long name of a post office in the mountains", "1,234,567"),) * 3
    table = Table("t", ("Id", "Name"), ("Amount",), rows)
    wide, tight = column_widths(table, 476), column_widths(table, 220)
    assert sum(wide) == pytest.approx(476)
    assert sum(tight) == pytest.approx(220)
    assert tight[2] == pytest.approx(wide[2])
    assert tight[0] < wide[0]
    assert breakable("node/1234567890", 40, small=False).replace("\N{ZERO WIDTH SPACE}", "") == "node/1234567890"
    assert breakable("short", 80, small=False) == "short"


def of_least_money(plan, **changes):
    """Return a plan as one that least money was asked of, for half of all offices, without any budget."""
    cost = plan.totals["programme_cost"]
    floor = {"name": "target", "by": None, "group": None, "measure": "offices", "least": 1.0, "total": 2.0}
    found = replace(
        plan.outcome, sense="min", objective="programme_cost", value=cost, bound=0.9 * cost, status="feasible",
        trace=(), target={"offices_share": 0.5}, **changes,
    )  # fmt: skip
    return replace(plan, outcome=found, budgets=(), floors=({**floor, "reached": 1.0},))


def words_of(document):
    return " ".join(
        text
        for block in document.blocks
        for text in (block.items if hasattr(block, "items") else (getattr(block, "text", ""),))
    )


def test_least_money_without_a_budget_is_told_as_what_it_is(handmade_run, handmade):
    plan = of_least_money(handmade.plan())
    document = build_proposal(handmade_run(plan))
    said = words_of(document)
    assert "no plan that keeps all limits and targets costs less by more than 10" in said
    assert "Its budget is" not in said
    assert "at least 1 of 2 offices" in said
    (beside,) = [table for table in document.tables() if table.caption.startswith("The same money by simple rules")]
    benefit = sum(plan.offices.loc[plan.offices["connected"], "benefit"])
    assert number_of(beside.rows[0][2]) == pytest.approx(benefit, rel=0.01)


@pytest.mark.parametrize(("offices", "words"), [("A", "1 post office that has no"), ("AB", "2 post offices that have")])
def test_one_office_is_told_as_one(handmade_run, handmade, make, offices, words):
    rows = handmade.rows
    links = [rows[f"leo {name}"] for name in offices]
    plan = make["plan"](handmade.country, handmade.country.choice(links, offices))
    said = words_of(build_proposal(handmade_run(plan)))
    assert f"This plan connects {words}" in said


def test_what_simple_rules_need_not_keep_is_said(handmade_run, handmade):
    """Money is all that binds them: beside a plan with limits their benefit may be a multiple."""
    plan, told = handmade.plan(), "none of the other limits"
    for limits, times in ((plan.limits, 0), ({**plan.limits, "must_connect": ["A"]}, 2)):
        said = words_of(build_proposal(handmade_run(replace(plan, limits=limits))))
        assert said.count(told) == times, "in the summary and over the table"
        assert "The best simple rule for the same money" in said


def test_every_budget_and_its_scope_is_told(handmade_run, handmade):
    plan = handmade.plan()
    second = {**plan.budgets[0], "name": "islands", "scope": {"regions": ["Isles"]}, "limit": 7000.0, "spent": 5000.25}
    said = words_of(build_proposal(handmade_run(replace(plan, budgets=(*plan.budgets, second)))))
    assert "“islands”" in said
    assert "regions: Isles" in said
    assert "5,000.25 of" in said


def test_the_cash_flow_of_a_document_is_that_of_plan_json(handmade_run, handmade):
    plan = handmade.plan()
    rows = [{**row, "replacements": 1000.0 + row["year"]} for row in plan.cash_flow["years"]]
    plan = replace(plan, cash_flow={**plan.cash_flow, "years": rows})
    (table,) = [t for t in build_proposal(handmade_run(plan)).tables() if t.caption == "Cash flow by year, in USD"]
    assert [number_of(row[2]) for row in table.rows[:-1]] == [row["replacements"] for row in rows]


@pytest.mark.parametrize("name", ["a" * 300, "x\x0by", "x\ufffey", "two\nlines =1+1 <script>", "tab\tand\rreturn"])
@pytest.mark.parametrize("write", [as_docx, as_pdf])
def test_names_of_any_signs_and_length_stop_no_document(write, name):
    table = Table("Offices", ("Office",), ("Cost",), ((name, "1"),))
    assert write(small(Paragraph(name), table, title=name, facts=(("Plan of", name),)))
