"""The portfolio report: opened by other programs, its figures held against portfolio.json."""

import io
import json
import re
import shutil
import subprocess
from itertools import pairwise

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from typer.testing import CliRunner

from planner.cli.commands import app
from planner.i18n import set_language, use_language
from planner.portfolio import load_portfolio, read_country, share_out
from planner.report.documents.blocks import Bullets, Figure, Heading, Note, Paragraph
from planner.report.documents.charts import PARTS
from planner.report.documents.docx import as_docx
from planner.report.documents.pdf import as_pdf, document_data
from planner.report.documents.portfolio import build_portfolio
from planner.report.documents.typography import figure_in_print, in_print
from planner.scenario import dump_scenario

BLANKS = re.compile(r"[\s\u00a0\u202f\u200b\u2060\u00ad]+")
CURVES = {"Nord": [(100, 50), (300, 90), (600, 120)], "Süd & Co": [(200, 160), (500, 300)], "East": [(150, 20)]}
"""Money in thousands and benefit of the plans of made-up frontiers; their ceilings lie a tenth above."""


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def packed(text):
    return BLANKS.sub("", text)


def frontier(folder, plans, scenario, *, currency="USD", synthetic=True):
    """Write what a run of ``planner frontier`` leaves, with plans as told."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(dump_scenario(scenario), encoding="utf-8")
    points = [
        {
            "limit": 1000.0 * money, "spent": 1000.0 * money, "value": float(benefit), "bound": 1.1 * benefit,
            "gap": 0.1, "status": "feasible",
            "totals": {"offices_newly_connected": benefit // 10, "offices_upgraded": 1, "people": 2 * benefit},
        }
        for money, benefit in plans
    ]  # fmt: skip
    stored = {
        "scenario": {"currency": currency, "price_year": 2026, "hash": scenario.hash},
        "synthetic": synthetic,
        "budget": {"measure": "programme_cost"},
        "termination": "gap",
        "points": points,
        "ceiling": [[0.0, 0.0], *([1000.0 * money, 1.1 * benefit] for money, benefit in plans)],
    }
    (folder / "frontier.json").write_text(json.dumps(stored), encoding="utf-8")


@pytest.fixture
def asked(tmp_path, make):
    """Return what writes a portfolio file of three countries and their frontiers, with changes to countries."""

    def write(budgets=(100_000, 350_000, 700_000), *, synthetic=True, **changes):
        countries = []
        for name, plans in CURVES.items():
            other = changes.get(name.split()[0], {})
            scenario = make["scenario"](name=other.pop("scenario_name", "Handmade"))
            currency = "XOF" if "rate" in other else "USD"
            frontier(tmp_path / name, plans, scenario, currency=currency, synthetic=synthetic)
            countries.append({"name": name, "run": name, **other})
        file = tmp_path / "countries.yaml"
        document = {
            "schema_version": 1, "name": "Three", "currency": "USD", "budgets": list(budgets), "countries": countries,
        }  # fmt: skip
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return file

    return write


def shared(file):
    portfolio = load_portfolio(file)
    countries = [read_country(one, file.parent / one.run, portfolio.currency) for one in portfolio.countries]
    return share_out(portfolio, countries, portfolio.budgets)


def tables_of(document):
    return {table.caption: list(table.rows) for table in document.tables()}


def notes_of(document):
    return [block.text for block in document.blocks if isinstance(block, Note)]


def test_every_country_has_its_figures_by_budget(asked):
    portfolio = shared(asked(Nord={"rate": 0.5, "rate_source": "central bank, 2 May 2026"}))
    tables = tables_of(build_portfolio(portfolio))
    for told in portfolio.document()["budgets"]:
        rows = {row[0]: row[1:] for row in tables[f"A budget of {told['budget']:,.0f}, country by country, in USD"]}
        for part in told["countries"]:
            more = part["next"]
            money, share, offices, people, _near, step, lacking, each = rows[part["name"]]
            assert (money, offices, people) == (f"{part['spent']:,.0f}", str(part["offices"]), f"{part['people']:,.0f}")
            assert packed(share) == f"{100 * part['spent'] / told['budget']:.1f}%"
            assert step == (f"{more['money']:,.0f}" if more else "–")
            free = told["budget"] - sum(one["spent"] for one in told["countries"])
            assert lacking == (f"{more['money'] - free:,.0f}" if more else "–")
            if more:
                assert float(each.replace(",", "")) == pytest.approx(1000 * more["people"] / more["money"], rel=0.01)
            else:
                assert each == "–"
        assert rows["Total"][0] == f"{sum(part['spent'] for part in told['countries']):,.0f}"
        assert rows["Total"][3] == f"{told['people']:,.0f}"
    (rate,) = [row for row in tables["Rates of exchange"] if row[0] == "Nord"]
    assert rate == ("Nord", "XOF", "central bank, 2 May 2026", "2026", "0.5")
    side = tables["What each country's plan costs, by budget, in USD"]
    assert [row[0] for row in side] == [*CURVES, "Total"]


def test_the_report_tells_one_measure_of_the_gap(asked):
    """What a plan lacks is a share of the ceiling in words and in both tables, not of its own value in one of them."""
    portfolio = shared(asked())
    tables = tables_of(build_portfolio(portfolio))
    near = {row[0]: row[4] for row in tables["What each budget does, in USD"]}
    lacks = {row[0]: row[3] for row in tables["Benefit and proven ceiling by budget, in USD"]}
    for told in portfolio.document()["budgets"]:
        budget = f"{told['budget']:,.0f}"
        short = 100 * (told["bound"] - told["value"]) / told["bound"]
        digits = float(lacks[budget].removesuffix("%").strip())
        assert short <= digits <= short + 0.1, "rounded up"
        if short <= 20:
            assert near[budget] == f"within {lacks[budget]}"


def test_a_budget_that_buys_nothing_is_said_to(asked):
    document = build_portfolio(shared(asked((50_000,))))
    text = " ".join(item for block in document.blocks if isinstance(block, Bullets) for item in block.items)
    assert "nothing is built" in text
    assert "?" not in str(tables_of(document)["What each budget does, in USD"])


def test_what_limits_cost_is_the_difference_to_the_same_budget_without_them(asked):
    # 350,000 buy two plans (50 + 160 in 6 + 17 offices); if East has to get 150,000 (20 in 3), one of them is lost.
    free = shared(asked((350_000,)))
    assert (free.budgets[0].value, free.budgets[0].without_limits) == (210.0, None)
    bound = shared(asked((350_000,), East={"least": 150_000}))
    assert bound.budgets[0].value == 180.0
    assert bound.budgets[0].without_limits.value == 210.0
    tables = tables_of(build_portfolio(bound))
    assert tables["Least and most money of countries; amounts in USD"] == [("East", "150,000", "–")]
    ((budget, value, without, lost, people, offices, kept),) = tables["What the limits cost, by budget, in USD"]
    assert (budget, value, without, people, offices, kept) == ("350,000", "180", "210", "60", "3", "0")
    assert packed(lost) == "14.29%"


def test_the_report_says_what_stays_unspent_and_why_there_is_no_next_step(asked):
    """350,000 buy North's and South's first plans; South's dearer one (500,000) is beyond its most."""
    document = build_portfolio(shared(asked((350_000,), Süd={"most": 300_000}, East={"least": 10_000})))
    told = [block.text for block in document.blocks if isinstance(block, Paragraph)]
    assert any(text.startswith("USD 40,000 stays unspent: it pays for no dearer plan") for text in told)
    assert (
        "“Next step costs” has a dash where every dearer plan exceeds what the country may get at most: Süd & Co."
        in (told)
    )
    # From 100,000 to 300,000, less the 40,000 that are there.
    assert any(
        "a step that costs USD\N{NO-BREAK SPACE}200,000. Of that, USD\N{NO-BREAK SPACE}160,000 is" in x for x in told
    )


def test_a_budget_that_cannot_be_shared_out_is_told_with_what_would_be_enough(asked):
    document = build_portfolio(shared(asked((100_000, 700_000), East={"least": 150_000})))
    (told,) = [text for text in notes_of(document) if "cannot be shared out" in text]
    assert "USD\N{NO-BREAK SPACE}100,000" in told
    assert "150,000.00" in told
    assert tables_of(document)["What each budget does, in USD"][0] == ("100,000", *["–"] * 6)
    nothing = build_portfolio(shared(asked((100_000,), East={"least": 150_000})))
    assert not [block for block in nothing.blocks if isinstance(block, Figure)]


def test_invented_and_borrowed_data_is_told_with_the_results(asked):
    document = build_portfolio(shared(asked()))
    assert document.banner.startswith("SYNTHETIC DATA")
    assert sum("none of these countries exists" in text for text in notes_of(document)) == 4
    borrowed = build_portfolio(shared(asked(synthetic=False, East={"scenario_name": "East (STAND-IN)"})))
    assert borrowed.banner.startswith("STAND-IN DATA")
    assert sum(text.endswith("Countries: East.") for text in notes_of(borrowed)) == 4
    file = asked(synthetic=False)
    stored = file.parent / "East/frontier.json"
    stored.write_text(stored.read_text(encoding="utf-8").replace('"synthetic": false', '"synthetic": true'), "utf-8")
    mixed = build_portfolio(shared(file))
    assert mixed.banner == "SYNTHETIC DATA: 1 of 3 countries does not exist."
    said = "SYNTHETIC DATA: 1 of 3 countries does not exist: East. What follows of them is invented."
    assert notes_of(mixed) == [said] * 4
    real = build_portfolio(shared(asked(synthetic=False)))
    assert (real.banner, notes_of(real)) == ("", [])


def test_bars_show_shares_of_the_budget_and_neighbours_differ_in_grey(asked):
    portfolio = shared(asked((700_000,)))
    figures = [block for block in build_portfolio(portfolio).blocks if isinstance(block, Figure)]
    bars, curve = (figure.drawing.svg() for figure in figures)
    ground, *parts = [
        float(width) for width in re.findall(r'<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="13.00"', bars)
    ]
    spent = [part.spent for part in portfolio.budgets[0].countries if part.spent]
    assert [width / ground for width in parts] == pytest.approx([money / 700_000 for money in spent], abs=1e-3)
    assert "proven ceiling: no plan does better" in curve

    def brightness(colour):
        return sum(
            weight * int(colour[k : k + 2], 16) for weight, k in zip((0.299, 0.587, 0.114), (1, 3, 5), strict=True)
        )

    fills = [fill for fill, _ink in PARTS]
    assert all(abs(brightness(first) - brightness(second)) > 60 for first, second in pairwise(fills))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pdf_and_word_hold_every_cell(asked, language, tmp_path):
    file = asked(East={"least": "5 %"}, Nord={"rate": 0.5})
    with use_language(language):
        document = build_portfolio(shared(file))
        (tmp_path / "it.pdf").write_bytes(as_pdf(document))
        word = docx.Document(io.BytesIO(as_docx(document)))
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    run = ["pdftotext", "-layout", str(tmp_path / "it.pdf"), "-"]
    said = packed(subprocess.run(run, capture_output=True, text=True, check=True).stdout)
    assert b"pdfuaid" in (tmp_path / "it.pdf").read_bytes()
    cells = [packed(in_print(figure_in_print(cell), language)) for table in document.tables()
             for row in table.rows for cell in row[len(table.words) :]]  # fmt: skip
    assert len(cells) > 100
    assert [cell for cell in cells if cell not in said] == []
    blank = " \N{NO-BREAK SPACE}" if language == "fr" else "\N{NULL}"
    assert not re.search(f"[{blank}][;!?]", json.dumps(document_data(document), ensure_ascii=False))
    assert len(word.element.body.findall(qn("w:tbl"))) == len(list(document.tables())) + 1  # the key figures
    headings = [p.text.partition("  ")[2] for p in word.paragraphs if p.style.name in ("Heading 1", "Heading 2")]
    assert headings == [in_print(block.text, language) for block in document.blocks if isinstance(block, Heading)]


def test_the_command_writes_what_the_name_says(asked, tmp_path):
    file = asked()
    for name, start in (("it.pdf", b"%PDF"), ("it.docx", b"PK")):
        report = tmp_path / "reports" / name
        told = CliRunner().invoke(
            app, ["portfolio", str(file), "--out", str(tmp_path / "run"), "--force", "--report", str(report), "--json"]
        )
        assert told.exit_code == 0, told.output
        assert json.loads(told.stdout) == json.loads((tmp_path / "run/portfolio.json").read_text(encoding="utf-8"))
        assert report.read_bytes().startswith(start)


def test_a_report_is_written_of_budgets_in_conflict_too(asked, tmp_path):
    report = tmp_path / "it.pdf"
    file = asked((100_000,), East={"least": 150_000})
    told = CliRunner().invoke(app, ["portfolio", str(file), "--out", str(tmp_path / "run"), "--report", str(report)])
    assert told.exit_code == 3, told.output
    assert report.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("options", "column"),
    [
        (["--report", "it.odt"], "--report"),
        (["--report", "it.pdf", "--template", "ours.docx"], "--template"),
        (["--template", "ours.docx"], "--template"),
    ],
)
def test_wrong_requests_are_refused_before_any_search(asked, tmp_path, options, column):
    told = CliRunner().invoke(app, ["portfolio", str(asked()), "--out", str(tmp_path / "run"), *options, "--json"])
    assert told.exit_code == 2, told.output
    (problem,) = json.loads(told.stdout)["problems"]
    assert (problem["column"], bool(problem["remedy"])) == (column, True)
    assert not (tmp_path / "run").exists()
