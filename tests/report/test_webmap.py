"""The map in one file: it asks for nothing, runs nothing of a user's, and shows what the plan says."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from planner.i18n import use_language
from planner.report.webmap import page, write
from planner.wording import money, number

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
CONTENT = re.compile(r'<script type="application/json" id="content">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as running:
        system = shutil.which("chromium") or shutil.which("google-chrome")
        if not (system or Path(running.chromium.executable_path).exists()):
            pytest.skip("no chromium here")
        opened = running.chromium.launch(executable_path=system, args=FLAGS)
        yield opened
        opened.close()


def content(text):
    return json.loads(CONTENT.search(text)[1])


def test_it_holds_every_object_of_the_plan(priced, tmp_path):
    run = priced(tmp_path / "run")
    plan, data = run.plan, content(page(run))
    assert len(data["offices"]) == len(plan.offices)
    assert len(data["links"]) == plan.links["geometry"].notna().sum()
    assert len(data["masts"]) == len(plan.masts)
    cards = {dict(office["card"]["pairs"])["Office"]: office["card"] for office in data["offices"]}
    for name, office in plan.offices.set_index("id").iterrows():
        assert cards[name]["title"] == office["name"]
        assert cards[name]["text"] == office["reason"]
        assert dict(cards[name]["pairs"])["People within reach"] == number(office["people_total"])
    link = next(link for link in data["links"] if dict(link["card"]["pairs"])["To"] == "~j1")
    capex = plan.links.set_index("id")["capex_cents"]["fibre:S>~j1"]
    assert dict(link["card"]["pairs"])["Purchases"] == money(capex, "USD", exact=True)


def test_it_names_no_address_and_allows_no_request(priced, tmp_path):
    text = page(priced(tmp_path / "run"))
    assert not re.search(
        r"https?:|//[a-z]+\.|@import|url\(", CONTENT.sub("", text).replace("http://www.w3.org/2000/svg", "")
    )
    assert "default-src 'none'" in text


def test_hostile_names_are_data(priced, handmade, hostile, renamed, tmp_path):
    text = page(priced(tmp_path / "run", renamed(handmade.plan(), hostile)))
    assert "<img src=x" not in text.replace('"', "")
    assert text.count("</script>") == 2
    assert [office["card"]["title"] for office in content(text)["offices"]][: len(hostile)] == hostile


def test_french(priced, tmp_path):
    with use_language("fr"):
        text = page(priced(tmp_path / "run"))
    assert '<html lang="fr">' in text
    assert "Non raccordé" in text


@pytest.mark.browser
def test_in_a_browser(browser, priced, handmade, hostile, renamed, tmp_path):
    run = priced(tmp_path / "run", renamed(handmade.plan(), ["Alpha", *hostile]))
    (path,) = write(run, tmp_path)
    opened = browser.new_page(viewport={"width": 1000, "height": 700})
    asked, said = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("dialog", lambda dialog: said.append(dialog.message))
    opened.goto(path.as_uri())
    opened.fill("#find", "Alpha")
    opened.keyboard.press("Enter")
    card = opened.locator("#card")
    card.wait_for(state="visible", timeout=20_000)
    office = run.plan.offices.iloc[0]
    assert card.locator("h2").inner_text() == "Alpha"
    assert office["reason"] in card.inner_text()
    # The office found stands in the middle of the map: a click there shows it again.
    opened.click("#close")
    assert not card.is_visible()
    frame = opened.locator("#map").bounding_box()
    opened.mouse.click(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    assert card.locator("h2").inner_text() == "Alpha"
    before = opened.locator("#map").screenshot()
    opened.uncheck('[data-layer="fibre"]')
    opened.wait_for_timeout(200)
    assert not card.is_visible(), "it is of a layer that is hidden now"
    assert opened.locator("#map").screenshot() != before
    opened.fill("#find", hostile[4])
    opened.keyboard.press("Enter")
    assert card.locator("h2").inner_text() == hostile[4]
    opened.close()
    assert said == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_least_money_is_not_told_as_most_benefit(priced, handmade, tmp_path):
    plan = handmade.plan()
    cost = plan.totals["programme_cost"]
    found = replace(plan.outcome, sense="min", objective="programme_cost", value=cost, bound=0.9 * cost, trace=())
    text = page(priced(tmp_path / "run", replace(plan, outcome=found, budgets=())))
    assert "no plan that keeps all limits and targets costs less by more than" in text
