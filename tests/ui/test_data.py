"""The page of the user's own data: what happens to tables that are loaded, mapped, checked and mended."""

import csv
import io
import time

import pandas as pd
import pytest
import streamlit as st
import yaml
from conftest import EXAMPLE, click, texts

from planner.inputs.template import TABLES, UNREAD_TABLES
from planner.ui.country import Country
from planner.ui.session import Session
from planner.ui.widgets import csv_bytes

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
        texts(page.warning).replace("\\", "")
    )
    assert not [button for button in page.button if button.key == "solve-country"]
    (submit,) = (button for button in page.button if button.label == "Use these columns")
    submit.click().run()
    assert not country().files["offices"]["lost"]


@pytest.fixture
def typed(monkeypatch):
    """Return what is typed into the grid – position to (column, text) – and the grids that were drawn."""
    cells, gone, drawn = {}, [], []
    real = st.data_editor

    def editor(data, **options):
        real(data, **options)
        drawn.append((options["key"], data.to_numpy().tolist()))
        edited = data.copy()
        for (key, row), (column, text) in cells.items():
            if key == options["key"]:
                edited.loc[edited.index[row], column] = text
        return edited.drop(index=[edited.index[row] for key, row in gone if key == options["key"]])

    monkeypatch.setattr(st, "data_editor", editor)
    return cells, gone, drawn


def checked(page):
    """Return whether a check has come back for the files as they are."""
    caption = texts(page.caption).replace("\\", "")
    return "rows stay where they are" in caption


@pytest.fixture
def opened(land):
    """Return the page with four offices, three of which have a fault, and terrain."""
    page, country = land
    rows = "".join(f"A{k};Poste {k};{'xyz' if k < 4 else '-20,91'};-12,15{k};hors ligne\n" for k in range(1, 5))
    upload(page, "offices", "bureaux.csv", OFFICES.format(rows=rows).encode())
    here = country()
    here.take("terrain", "terrain.tif", (EXAMPLE.parent / "data/terrain.tif").read_bytes())
    return page, country


def test_edits_one_after_another_are_all_kept_in_the_same_grid(opened, typed):
    page, country = opened
    cells, gone, drawn = typed
    wait(page, checked)
    key, shown = drawn[-1]
    assert [row[:2] for row in shown] == [[2, "A1"], [3, "A2"], [4, "A3"]]
    # The second edit comes while the first is being checked, the third when that check has come back.
    for position, lon in enumerate(("-20,911", "-20,912")):
        cells[key, position] = ("X", lon)
        page.run()
        assert not checked(page)
    wait(page, checked)
    assert "1 fault keeps a plan from being made." in texts(page.error)
    cells[key, 2] = ("X", "-20,913")
    page.run()
    assert drawn[-1] == (key, shown)  # not a row has moved, and it is the same grid
    wait(page, checked)
    assert drawn[-1] == (key, shown)
    text = (country().folder / "offices.csv").read_text(encoding="utf-8")
    assert [line.split(",", 2)[0] for line in text.splitlines()] == ["Matricule", "A1", "A2", "A3", "A4"]
    assert [f'"-20,91{k}"' in text for k in (1, 2, 3)] == [True] * 3
    assert "xyz" not in text
    # Asked to, it shows the rows as they are now, and nothing that was typed is lost.
    (button,) = (button for button in page.button if button.key == "rows-anew")
    button.click().run()
    assert drawn[-1][0] != key
    assert [row[3] for row in drawn[-1][1]] == ["-20,911", "-20,912", "-20,913", "-20,91"]
    # A row that is taken out is gone at once, and the others have the numbers of the file.
    gone.append((drawn[-1][0], 1))
    page.run()
    assert [row[:2] for row in drawn[-1][1]] == [[2, "A1"], [3, "A3"], [4, "A4"]]


def test_what_was_typed_is_there_again_after_another_page(opened, typed):
    page, country = opened
    cells, _gone, drawn = typed
    wait(page, checked)
    cells[drawn[-1][0], 0] = ("X", "-20,911")
    page.run()
    for name in ("start", "data"):
        next(group for group in page.get("button_group") if group.key == "page-en").set_value(name).run()
    cells.clear()  # as Streamlit forgets it
    wait(page, checked)
    assert '"-20,911"' in (country().folder / "offices.csv").read_text(encoding="utf-8")
    assert [row[1] for row in drawn[-1][1] if row[3] == "xyz"] == ["A2", "A3"]


def test_faults_stand_before_warnings_and_by_file_and_row(opened):
    page, _country = opened
    wait(page, checked)
    (faults,) = (frame.value for frame in page.dataframe if "Remedy" in frame.value)
    assert list(faults["Row"][faults["Severity"] == "error"]) == [2, 3, 4]
    severities = list(faults["Severity"])
    assert severities == sorted(severities, key=["error", "left out", "warning"].index)


def test_the_panel_turns_to_what_was_loaded_and_says_what_it_took(land):
    page, country = land
    upload(page, "sources", "centraux.csv", SOURCES)
    wait(page, lambda _page: not country().unread())
    page.run()
    assert panel(page).value == "sources"
    assert "Status: built, operational, in service" in texts(page.caption).replace("\\", "")
    click(page, "Use these columns")
    assert "“centraux.csv” is read by these columns now" in texts(page.success).replace("\\", "")
    panel(page).set_value("offices").run()
    assert not page.success
    assert "Connection before: offline" in texts(page.caption).replace("\\", "")
    assert "hors ligne" in texts(page.caption)


def test_rows_are_checked_before_all_that_a_plan_needs_is_there(land):
    page, _country = land
    row = "A3;Poste trois;43,31;-11,71;peut-être\nA4;Poste quatre;43,32;-11,71;oui\n"
    upload(page, "offices", "bureaux.csv", OFFICES.format(rows=ROWS + row).encode())
    upload(page, "sources", "centraux.csv", SOURCES + b"S2,Deux,443.2,-11.7,1000,built\n")
    wait(page, checked)
    assert "Still needed for a plan: Terrain." in texts(page.info).replace("\\", "")
    assert "3 faults keep a plan from being made." in texts(page.error)
    (faults,) = (frame.value for frame in page.dataframe if "Remedy" in frame.value)
    assert [tuple(line) for line in faults[["File", "Row", "Value"]].to_numpy()] == [
        ("bureaux.csv", 4, "peut-être"),
        ("bureaux.csv", 5, "oui"),
        ("centraux.csv", 3, "443.2, -11.7"),
    ]
    (solve,) = (button for button in page.button if button.key == "solve-country")
    assert solve.disabled
    (drop,) = (button for button in page.button if button.key == "drop-offices")
    drop.click().run()
    wait(page, checked)
    assert "Still needed for a plan: Post offices, Terrain." in texts(page.info).replace("\\", "")
    assert "1 fault keeps a plan from being made." in texts(page.error)


def budget(page, text):
    """Type a budget into the form of the country, and keep it."""
    (field,) = (field for field in page.text_input if field.label == "Budget")
    field.set_value(text)
    return click(page, "Keep")


def test_a_budget_is_read_as_in_the_input_files_or_refused(land):
    page, country = land
    before = country().about["budget"]
    budget(page, "500,000")
    assert "field Budget, value “500,000”: The comma could stand" in texts(page.error).replace("\\", "")
    assert country().about["budget"] == before
    budget(page, "500 000")
    assert "The comma" not in texts(page.error)
    assert country().about["budget"] == 500_000.0
    assert yaml.safe_load(country().scenario())["budgets"][0]["limit"] == 500_000.0


def test_a_country_that_cannot_be_read_is_told_and_the_others_are_at_hand(show, tmp_path):
    session = Session("0" * 32, tmp_path)
    for name in ("broken", "sound"):
        Country(session, name).describe(title=name.title())
    (session.countries / "broken/country.json").write_bytes(b"")
    (session.folder / "templates-en").mkdir()
    page = show(tmp_path / "none", page="data", lang="en", session=session.token)
    assert "broken/country.json: This country cannot be read" in texts(page.error).replace("\\", "")
    (choice,) = (box for box in page.selectbox if box.key == "country")
    assert choice.options == ["broken", "Sound", "A new one …"]
    choice.set_value("sound").run()
    assert not page.exception
    assert not page.error
    assert [field.value for field in page.text_input if field.label == "Name"] == ["Sound"]


@pytest.mark.parametrize("lines", [*TABLES.values(), *UNREAD_TABLES.values()], ids=[*TABLES, *UNREAD_TABLES])
def test_templates_are_taken_away_as_the_command_writes_them(lines):
    text = "\n".join(lines) + "\n"
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert csv_bytes(frame, {True: "yes", False: "no"}, {"sep": ",", "decimal": "."}).decode("utf-8-sig") == text


def test_a_negative_number_in_a_table_is_no_formula_and_all_else_that_begins_as_one_is():
    frame = pd.DataFrame({"C": ["-11.7022", "-5", "-1,5", "-1+1", "-x", "-", "+1", "@x", "-1\n=1"]})
    told = csv_bytes(frame, {}, {"sep": ";", "decimal": ","}).decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(told), delimiter=";")][1:] == [
        "-11.7022", "-5", "-1,5", "'-1+1", "'-x", "'-", "'+1", "'@x", "'-1\n=1",
    ]  # fmt: skip
