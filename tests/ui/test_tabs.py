"""Every tab of every page in a real browser, in both languages: nothing that axe finds serious or critical."""

import shutil

import pytest
import yaml
from serving import assert_accessible, free_port, serving, settled

from planner.i18n import LANGUAGES, _, use_language
from planner.jobs import portfolio_run
from planner.ui.frame import page_name

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def everything(home, runs, tmp_path_factory, elsewhere, environment):
    """Serve a home that has something for every tab: years, funders, second paths, what is built, a shared budget."""
    folder = tmp_path_factory.mktemp("everything")
    for run in (
        home / "demo",
        home / "demo-frontier",
        home / "demo-risk",
        home / "long",
        runs / "phased",
        runs / "twice",
    ):
        shutil.copytree(run, folder / run.name)
    shutil.copytree(home / "demo-frontier", folder / "again-frontier")
    countries = [{"name": name, "run": str(folder / f"{name}-frontier")} for name in ("demo", "again")]
    file = folder / "both.yaml"
    document = {"schema_version": 1, "name": "Both", "currency": "USD", "countries": countries}
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    portfolio_run(file, folder / "both", budgets=[100_000.0, 200_000.0])
    port = free_port()
    with serving(["planner", "app", folder / "demo", "--port", port], port, elsewhere, environment) as address:
        yield address


def assert_tabs_accessible(page, most=20):
    """Open one tab after the other, the tabs inside a tab too."""
    tabs = page.get_by_role("tab")
    assert 1 < tabs.count() <= most
    for at in range(tabs.count()):
        if tabs.nth(at).is_visible():
            tabs.nth(at).click()
            settled(page)
            page.wait_for_timeout(300)  # charts are drawn after their tab is there
            assert_accessible(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tab_is_accessible(everything, page, language):
    with use_language(language):
        for name, run in (
            ("plan", "phased"),
            ("plan", "twice"),
            ("scenario", "demo"),
            ("compare", "demo"),
            ("uncertainty", "demo"),
            ("invest", "demo"),
        ):
            page.goto(f"{everything}/?page={name}&run={run}&lang={language}&with=demo~long")
            page.locator("h1").wait_for()
            page.get_by_role("tab").first.wait_for()
            page.get_by_text(_("Comparing …")).wait_for(state="detached")
            settled(page)
            assert_tabs_accessible(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_prices_and_the_preview_are_accessible(everything, page, language):
    with use_language(language):
        page.goto(f"{everything}/?page=scenario&run=demo&lang={language}")
        page.get_by_role("tab", name=_("Prices")).click()
        page.get_by_role("button", name=_("Show the prices")).click()
        page.get_by_role("combobox", name=_("Prices of")).wait_for()
        settled(page)
        assert_accessible(page)
        page.get_by_role("radio", name=page_name("export"), exact=True).click()
        page.get_by_role("button", name=_("Show the pages")).click()
        page.locator('[data-testid="stImage"] img').first.wait_for()
        settled(page)
        assert_accessible(page)
