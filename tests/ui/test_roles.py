"""Each role's way through the app in a real browser, in both languages, with every page checked for accessibility."""

import csv
import json
import re
import zipfile
from pathlib import Path

import pytest
from conftest import EXAMPLE
from serving import assert_accessible, settled, wait_until

from planner.i18n import LANGUAGES, _, ngettext, use_language
from planner.ui.country import what_for
from planner.ui.frame import ORDERS, page_name, role_name

pytestmark = pytest.mark.browser

HEADERS = {
    "id": "Code", "name": "Nom du bureau", "lon": "X", "lat": "Y", "kind": "Type", "status_before": "Liaison actuelle",
}  # fmt: skip


def made_anew(page):
    """Wait until what a click asks for has begun, and is done."""
    page.wait_for_timeout(1000)
    settled(page)


def open_page(page, name):
    """Go to a page by the navigation, and wait for what it starts beside the page."""
    page.get_by_role("radio", name=page_name(name), exact=True).click()
    page.wait_for_url(f"**page={name}**")
    settled(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ORDERS)
def test_every_page_is_accessible_in_the_order_of_the_role(app, page, role, language):
    page.goto(f"{app}/?page=start&lang={language}")
    with use_language(language):
        page.get_by_role("combobox", name=_("I am a")).click()
        page.get_by_role("option", name=role_name(role), exact=True).click()
        page.wait_for_url(f"**role={role}**")
        settled(page)
        buttons = page.get_by_role("radiogroup", name=_("Pages")).get_by_role("radio").all_inner_texts()
        assert [text.strip() for text in buttons] == [page_name(name) for name in ORDERS[role]]
        for name in ORDERS[role]:
            open_page(page, name)
            page.locator("h1").wait_for()
            assert_accessible(page)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_author_takes_a_plan_away(app, page, language):
    page.goto(f"{app}/?role=author&page=export&lang={language}")
    with use_language(language):
        for title in (_("Investment proposal (PDF)"), _("Workbook (Excel)")):
            page.get_by_text(title, exact=True).click()
        page.get_by_text(_("Offline map (HTML)"), exact=True).click()
        page.get_by_role("button", name=_("Write the files")).click()
        button = page.get_by_role("button", name=f"demo-{language}.html")
        button.wait_for()
        with page.expect_download() as download:
            button.click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert f'lang="{language}"' in text


def test_the_same_card_wherever_one_clicks(app, page, home):
    plan = json.loads((home / "demo/plan.json").read_text(encoding="utf-8"))
    office = next(each for each in plan["offices"] if each["connected"] and each["before"] != "adequate")
    page.goto(f"{app}/?page=plan&selected={office['id']}")
    page.get_by_role("heading", name=office["name"]).wait_for()
    page.get_by_text("What it costs, item by item").wait_for()
    page.get_by_text("Looking into it …").wait_for(state="detached")
    assert_accessible(page)
    # The keyboard leads there as well: the list of all offices and links.
    page.goto(f"{app}/?page=plan")
    page.get_by_role("combobox", name="Find an office or a link").click()
    page.keyboard.type(office["id"])
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=office["name"]).wait_for()
    page.wait_for_url(f"**selected={office['id']}**")
    page.get_by_text("What it costs, item by item").wait_for()


@pytest.fixture
def french_table(tmp_path):
    """Return the offices as a ministry keeps them: semicolons, decimal commas, its own headers; and a cell to mend."""
    with (EXAMPLE.parent / "data/offices.csv").open(encoding="utf-8", newline="") as file:
        rows = [{HEADERS[name]: row[name] for name in HEADERS} for row in csv.DictReader(file)]
    for row in rows:
        row["X"], row["Y"] = (row[axis].replace(".", ",") for axis in ("X", "Y"))
    mended, rows[3]["X"] = rows[3]["X"], "abc"
    file = tmp_path / "bureaux.csv"
    with file.open("w", encoding="cp1252", newline="", errors="replace") as out:
        table = csv.DictWriter(out, list(rows[0]), delimiter=";")
        table.writeheader()
        table.writerows(rows)
    return file, mended


def choose(page, label, option):
    settled(page)
    page.get_by_role("combobox", name=label, exact=True).click()
    page.keyboard.type(option)
    page.keyboard.press("Enter")
    settled(page)


def test_a_ministry_loads_its_own_table_mends_it_and_starts_a_run(app, page, home, french_table):
    file, mended = french_table
    page.goto(f"{app}/?page=data&lang=fr")
    with use_language("fr"):
        page.get_by_role("textbox", name=_("Name"), exact=True).fill("Velmora d’essai")
        page.get_by_role("button", name=_("Begin")).click()
        made_anew(page)  # a file that is given meanwhile is lost
        upload = page.locator('input[type="file"]')
        button = page.locator('[data-testid="stFileUploaderDropzone"] button')
        assert button.evaluate("it => getComputedStyle(it, '::after').content") == f'"{_("Choose a file")}"'
        assert not page.get_by_text("per file").is_visible()
        upload.set_input_files(file)
        page.get_by_text(
            ngettext("{n} row, {k} columns.", "{n} rows, {k} columns.", 60).format(n=60, k=len(HEADERS))
        ).wait_for()
        choose(page, _("Connection before"), "Liaison actuelle")
        page.get_by_role("button", name=_("Use these columns")).click()
        made_anew(page)
        choose(page, _("What it holds"), _("Terrain"))
        page.get_by_text(what_for("terrain")).first.wait_for()
        wait_until(lambda: upload.count() == 1, page)
        made_anew(page)
        upload.set_input_files(EXAMPLE.parent / "data/terrain.tif")
        fault = ngettext("{n} fault keeps a plan from being made.", "{n} faults keep a plan from being made.", 1)
        page.get_by_text(fault.format(n=1)).wait_for()
        assert_accessible(page)
        # The only row that is shown is the bad one; its fourth cell is the longitude.
        grid = page.locator('[data-testid="stDataFrame"]').nth(1)
        grid.scroll_into_view_if_needed()
        grid.click(position={"x": 60, "y": 52})
        for _time in range(3):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.locator(".gdg-input").fill(mended)
        page.keyboard.press("Enter")
        page.get_by_text(_("Nothing keeps a plan from being made.")).wait_for()
        page.get_by_role("button", name=_("Solve this country")).click()
        page.wait_for_url("**page=plan**")
        page.get_by_role("button", name=_("Cancel")).click()
    session = re.search(r"session=(\w+)", page.url)[1]
    (scenario,) = (home / "sessions" / session / "countries").glob("*/scenario.yaml")
    table = (scenario.parent / "offices.csv").read_text(encoding="utf-8")
    assert "abc" not in table
    text = scenario.read_text(encoding="utf-8")
    assert "status_before: Liaison actuelle" in text
    assert file.name not in text


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_in_words(app, page, tmp_path):
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * 600_000_000)
    page.goto(f"{app}/?page=data")
    page.get_by_role("textbox", name="Name", exact=True).fill("Bomb")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url("**country=bomb**")  # the page before it takes files too, and is gone in a moment
    page.locator('input[type="file"]').set_input_files(bomb)
    page.get_by_text("The workbook unpacks to 600 MB").wait_for()


def test_charts_can_be_taken_away_as_pictures(app, page):
    page.goto(f"{app}/?page=invest")
    page.locator(".vega-embed svg").first.wait_for()
    for kind, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as download:
            page.get_by_role("button", name=f"Save the picture as {kind}").first.click()
        assert Path(download.value.path()).read_bytes().startswith(start)
