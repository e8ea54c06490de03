"""The page of the user's own data: what happens to tables that are loaded, mapped, checked and mended."""

import time

import pytest
from conftest import texts

from planner.ui.country import Country
from planner.ui.session import Session

PATIENCE_S = 120
OFFICES = "Matricule;Nom du bureau;X;Y;Liaison actuelle\n{rows}"
ROWS = "A1;Poste une;43,25;-11,70;hors ligne\nA2;Poste deux;43,30;-11,72;insuffisant\n"
MEANING = {"id": "Matricule", "name": "Nom du bureau", "lon": "X", "lat": "Y", "status_before": "Liaison actuelle"}
SOURCES = b"id,name,lon,lat,capacity_mbps,status\nS1,Central,43.26,-11.71,1000,built\n"


def wait(page, done):
    """Run the page until something is so; the page itself is drawn anew by timers that are not here."""
    deadline = time.monotonic() + PATIENCE_S
    while not done(page):
        assert time.monotonic() < deadline, texts(page.info) + texts(page.error) + texts(page.caption)
        time.sleep(0.1)
        page.run()
        assert not page.exception
    return page


def upload(page, kind, name, content):
    (choice,) = (box for box in page.selectbox if box.key == "upload-kind")
    choice.set_value(kind).run()
    (uploader,) = page.file_uploader
    uploader.set_value((name, content, "text/csv")).run()
    assert not page.exception
    return page


@pytest.fixture
def land(show, tmp_path):
    """Return the page with offices that were mapped by hand, and the country as it is on the disk."""
    session = Session("0" * 32, tmp_path)
    country = Country(session, "here")
    country.describe(title="Here")
    country.take("offices", "bureaux.csv", OFFICES.format(rows=ROWS).encode())
    while country.look("offices")[0] == "running":
        time.sleep(0.05)
    country.map_columns("offices", MEANING, country.files["offices"]["seen"]["columns"])
    (session.folder / "templates-en").mkdir(parents=True)  # they are no matter here
    return show(tmp_path / "none", page="data", lang="en", session=session.token), lambda: Country(session, "here")


def panel(page):
    return next(group for group in page.get("button_group") if group.key == "columns-kind")


def test_a_table_that_is_loaded_again_is_mapped_before_anything_checks_it(land):
    page, country = land
    upload(page, "sources", "centraux.csv", SOURCES)
    wait(page, lambda _page: not country().unread())
    panel(page).set_value("sources").run()
    upload(
        page, "offices", "bureaux.csv", OFFICES.format(rows=ROWS + "A3;Poste trois;43,31;-11,71;suffisant\n").encode()
    )
    panel(page).set_value("sources").run()
    checked = []
    wait(page, lambda _page: checked.append(country().files["offices"]["columns"]) or not country().unread())
    page.run()
    assert country().files["offices"]["columns"] == MEANING
    assert country().files["offices"]["seen"]["count"] == 3
    assert all(columns == MEANING for columns in checked)


def test_a_column_that_is_gone_is_asked_for_before_a_check(land):
    page, country = land
    upload(page, "offices", "bureaux.csv", b"Nom du bureau;X;Y;Etat\nPoste une;43,25;-11,70;hors ligne\n")
    wait(page, lambda _page: not country().unread())
    page.run()
    given = country().files["offices"]
    # Those that are still there mean what they meant; of a column that is not, the user is asked.
    assert given["lost"] == ["id", "status_before"]
    assert given["columns"] == {ours: MEANING[ours] for ours in ("name", "lon", "lat")}
    assert "bureaux.csv: The table before it had columns that are not found in this one: Id, Connection before." in (
        texts(page.warning)
    )
    assert not [button for button in page.button if button.key == "solve-country"]
    (submit,) = (button for button in page.button if button.label == "Use these columns")
    submit.click().run()
    assert not country().files["offices"]["lost"]
