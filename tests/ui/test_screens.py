"""What each page says and does, without a browser."""

import json
from pathlib import Path

import pytest
from conftest import click, texts

from planner.i18n import _, use_language
from planner.plan.store import read_plan
from planner.ui.edits import Edit
from planner.ui.edits import told as wish_words
from planner.ui.frame import ORDERS, page_name
from planner.ui.text import literal
from planner.wording import figure, number, share

PAGES = ORDERS["planner"]


def words(page):
    return " ".join(
        texts(elements) for elements in (page.markdown, page.caption, page.info, page.warning, page.error, page.title)
    ).replace("\\", "")


def metrics(page):
    return {metric.label: metric.value for metric in page.metric}


def element(elements, key):
    (found,) = (each for each in elements if each.key == key)
    return found


def note_fields(page, lines):
    """Type fields of the scenario into “any other field”, and note them."""
    element(page.text_area, "wish-advanced").set_value(lines)
    (submit,) = (button for button in page.button if button.key and button.key.endswith("submit-advanced"))
    submit.click().run()
    assert not page.exception
    return page


def chips(page):
    return [button.label for button in page.button if button.key and button.key.startswith("chip-")]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_the_language(show, home, name, language):
    page = show(home / "demo", page=name, lang=language)
    assert not page.error
    with use_language(language):
        (pages,) = (group for group in page.get("button_group") if group.key == f"page-{language}")
        assert [option.content for option in pages.proto.options] == [page_name(each) for each in PAGES]
        # That no such country exists stands on every page with figures.
        if name in {"start", "scenario", "plan", "uncertainty", "invest", "export"}:
            assert _("SYNTHETIC DATA: this country does not exist.") in words(page)


def test_roles_order_the_pages_and_hide_none():
    assert {frozenset(order) for order in ORDERS.values()} == {frozenset(PAGES)}
    assert ORDERS["planner"][:4] == ("start", "data", "scenario", "plan")
    assert ORDERS["donor"][:4] == ("start", "compare", "invest", "uncertainty")
    assert ORDERS["author"][:3] == ("start", "plan", "export")


def test_a_request_with_an_older_address_undoes_no_click(show, home):
    page = show(home / "demo", page="plan")
    element(page.get("button_group"), "page-en").set_value("compare").run()
    assert page.query_params["page"] == "compare"
    # What the timer of a page at work sends: the address as the browser knew it before the click was answered.
    page.query_params["page"] = "plan"
    page.run()
    assert not page.exception
    assert page.query_params["page"] == "compare"
    assert texts(page.title) == "Compare"


def test_another_language_changes_neither_role_nor_page(show, home):
    page = show(home / "demo", page="compare", role="donor")
    element(page.get("button_group"), "language").set_value("fr").run()
    assert not page.exception
    assert texts(page.title) == "Comparer"
    assert {name: page.query_params[name] for name in ("lang", "page", "role")} == {
        "lang": "fr", "page": "compare", "role": "donor",
    }  # fmt: skip
    assert element(page.selectbox, "role-fr").value == "donor"
    assert element(page.selectbox, "role-fr").options == ["Planificateur", "Bailleur", "Auteur de proposition"]


def test_first_there_is_a_solved_example(show, home):
    page = show(home / "demo", page="start")
    totals = json.loads((home / "demo/plan.json").read_text(encoding="utf-8"))["totals"]
    assert metrics(page)["People within reach"] == number(totals["people"])
    assert "Open the plan" in [button.label for button in page.button]


def test_the_slider_answers_from_the_frontier(show, home):
    page = show(home / "demo", page="scenario")
    frontier = json.loads((home / "demo-frontier/frontier.json").read_text(encoding="utf-8"))
    (slider,) = page.select_slider
    last = frontier["points"][-1]
    plan = json.loads((home / "demo/plan.json").read_text(encoding="utf-8"))
    # At the plan's own budget the plan's own proof stands, unless that of the frontier is closer.
    beyond = [point["bound"] for point in frontier["points"] if point["limit"] >= plan["budgets"][0]["limit"]]
    assert metrics(page)["At most, proven"] == figure(min(plan["objective"]["bound"], *beyond))
    slider.set_value(slider.options[-1] if isinstance(slider.options[-1], int) else round(last["limit"])).run()
    assert not page.exception
    assert metrics(page)["Offices gained"] == number(len(last["offices"]))
    assert metrics(page)["People within reach"] == number(last["totals"]["people"])
    click(page, "Take this budget")
    (chip,) = (button.label for button in page.button if button.key and button.key.startswith("chip-"))
    assert "Budget “programme”" in chip


def test_wishes_are_chips_that_can_be_taken_back_and_outlive_a_reload(show, home, started):
    page = show(home / "demo", page="scenario")
    element(page.number_input, "wish-money-horizon_years-10").set_value(15)
    (submit,) = (button for button in page.button if button.key and button.key.endswith("submit-money"))
    submit.click().run()
    assert not page.exception

    assert chips(page) == [literal("Horizon: 10 → 15") + " ✕"]
    session = page.query_params["session"]
    again = show(home / "demo", page="scenario", session=session)
    assert chips(again) == chips(page)
    click(again, "Solve exactly")
    (command,) = started
    assert "horizon_years: 15" in Path(command[1]).read_text(encoding="utf-8")
    undone = click(show(home / "demo", page="scenario", session=session), "Undo")
    assert chips(undone) == []


def test_other_sessions_see_nothing_of_it(show, home):
    one, other = (show(home / "demo", page="scenario") for _time in range(2))
    assert one.query_params["session"] != other.query_params["session"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("solver.time_limit_s: 120", 120.0),
        ("solver.gap: 0", 0.0),
        ("money.discount_rate: 0", 0.0),
        ("money.horizon_years: 12", 12),
        (
            "money.second_currency: {currency: EUR, rate: 1, source: 2026-05-01}",
            {"currency": "EUR", "rate": 1.0, "source": "2026-05-01"},
        ),
        (
            "limits.floors: [{by: region, share: 30 %}]",
            [{"by": "region", "measure": "offices", "share": 0.3, "count": None, "groups": []}],
        ),
        ("technologies.leo.overrides.monthly_fee: {typical: much}", {"typical": "much"}),
    ],
)
def test_any_other_field_is_kept_as_the_scenario_has_it(show, home, line, kept):
    page = note_fields(show(home / "demo", page="scenario"), line)
    assert not page.error
    assert len(chips(page)) == 1
    session = page.query_params["session"]
    (wish,) = json.loads((home / "sessions" / session / "wishes/demo.json").read_text(encoding="utf-8"))
    assert wish["value"] == kept
    assert type(wish["value"]) is type(kept)
    again = show(home / "demo", page="scenario", session=session)  # fails where a form cannot show it
    assert chips(again) == chips(page)
    if line.startswith("limits.floors"):
        assert [slider.value for slider in again.slider if slider.key.startswith("wish-floor")] == [30]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("money.horizon_years: 2026-13-45", "money.horizon_years, value “2026-13-45”"),
        ("limits.floors: 3", "limits.floors"),
        ("limits.floors: [{by: region}]", "A floor is a share or a count"),
        ("solver.gap: 1e6", "Write 1000000"),
        ("solver.gap: 7", "solver.gap, value “7”"),
        ("solver.gap.x.y: 1", "There is no field “solver.gap.x.y” to set."),
        ("solver.gap: [", "cannot be read as YAML"),
        ("solver.gap 0.1", "Write one field a line"),
    ],
)
def test_what_the_scenario_does_not_take_is_told_and_not_kept(show, home, line, told):
    page = note_fields(show(home / "demo", page="scenario"), line)
    assert told in texts(page.error).replace("\\", "")
    assert not chips(page)
    note_fields(page, "solver.seed: 3")
    assert len(chips(page)) == 1


def test_a_floor_is_told_in_the_language():
    edit = Edit("limits.floors", [{"by": "region", "measure": "offices", "share": 0.3, "count": None}], [])
    assert wish_words(edit, "USD") == f"Floors: – → {share(0.3)} of offices by region"
    with use_language("fr"):
        assert "(bureaux) par région" in wish_words(edit, "USD")


@pytest.mark.parametrize("field", ["inputs.offices", "catalogue", "inputs.terrain[0]", "name"])
def test_no_wish_names_a_file(show, home, field):
    page = show(home / "demo", page="scenario")
    element(page.text_area, "wish-advanced").set_value(f"{field}: /etc/passwd")
    (submit,) = (button for button in page.button if button.key and button.key.endswith("submit-advanced"))
    submit.click().run()
    assert "cannot be changed here" in texts(page.error)
    assert not [button for button in page.button if button.key and button.key.startswith("chip-")]


def test_two_runs_stand_side_by_side(show, home):
    page = show(home / "demo", page="compare", **{"with": "demo~long"})
    plans = [read_plan(home / name) for name in ("demo", "long")]
    (figures,) = (frame.value for frame in page.dataframe if "demo" in frame.value and "long" in frame.value)
    row = figures[figures["Measure"] == "Programme cost"].iloc[0]
    assert [row["demo"], row["long"]] == [number(plan.totals["programme_cost"]) for plan in plans]


def test_the_comparison_of_the_runs_side_by_side_is_written_by_a_command(show, home, monkeypatch):
    commands = []
    monkeypatch.setattr(
        "planner.ui.comparison.start_errand", lambda folder, command: commands.append((folder, command))
    )
    page = show(home / "demo", page="compare", **{"with": "demo~long"})
    click(page, "Write the report")
    ((folder, command),) = commands
    assert command[0] == "compare"
    assert [Path(name).name for name in command[1:3]] == ["demo", "long"]
    assert command[3] == "--report"
    assert Path(command[4]).suffix == ".pdf"
    assert folder.parent == Path(command[4]).parent


def test_a_study_is_told_by_bands_only(show, home):
    page = show(home / "demo", page="uncertainty")
    risk = json.loads((home / "demo-risk/risk.json").read_text(encoding="utf-8"))
    told = metrics(page)
    kept = risk["fixed"]["offices_kept"]
    assert told["Offices it keeps, 9 of 10 draws"] == f"{number(kept['p05'])} – {number(kept['p95'])}"
    assert len(told) == 3


def test_a_figure_that_halves_the_benefit_for_little_money_is_in_the_chart(show, home, monkeypatch):
    risk = json.loads((home / "demo-risk/risk.json").read_text(encoding="utf-8"))
    cost, value, limit = risk["plan"]["programme_cost"], risk["plan"]["value"], risk["budget"]["limit"]

    def row(name, costs, kept):
        sides = [{"figure": 1.0, "cost": cost + c, "value_kept": k * value} for c, k in zip(costs, kept, strict=True)]
        return {"name": name, "low": sides[0], "high": sides[1]}

    prices = [row(f"price.{k:02}", (0, (0.3 - 0.01 * k) * limit), (1, 1)) for k in range(14)]
    told = {**risk, "tornado": [row("demand", (0, 0.001 * limit), (1, 0.5)), *prices]}
    monkeypatch.setattr("planner.ui.screens.uncertainty.open_document", lambda _path: told)
    shown = {}
    monkeypatch.setattr(
        "planner.ui.screens.uncertainty.chart", lambda drawing, frame, name: shown.update({name: (drawing, frame)})
    )
    page = show(home / "demo", page="uncertainty")
    drawing, frame = shown["tornado"]
    (bars,) = [rows for rows in drawing.to_dict()["datasets"].values() if "figure" in rows[0]]
    assert [bar["figure"] for bar in bars] == [*(f"price: {k:02}" for k in range(11)), "demand of all offices"]
    assert frame["Figure"].tolist()[:2] == ["demand of all offices", "price: 00"], "the table is by what figures do"
    assert frame["Kept at high"][0] == pytest.approx(value / 2)
    assert len(frame) == 15
    said = [caption.value for caption in page.caption if "demand of all offices" in caption.value]
    assert len(said) == 1
    assert "its cost changes by less than 1 % of the budget" in said[0]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_ranges_of_a_study_are_told_in_the_language(show, home, monkeypatch, language):
    shown = {}
    monkeypatch.setattr(
        "planner.ui.screens.uncertainty.chart", lambda _drawing, frame, name: shown.update({name: frame})
    )
    page = show(home / "demo", page="uncertainty", lang=language)
    risk = json.loads((home / "demo-risk/risk.json").read_text(encoding="utf-8"))
    currency = risk["scenario"]["currency"]
    with use_language(language):
        (ranges,) = (frame.value for frame in page.dataframe if _("Group") in frame.value)
        per_km = {"en": f"{currency} per km", "fr": f"{currency} par km"}[language]
        told = dict(zip([figure["group"] for figure in risk["figures"]], ranges[_("Group")], strict=True))
        names = {"en": ("Microwave", "Cellular"), "fr": ("Faisceau hertzien", "Réseau cellulaire")}[language]
        assert (told["microwave"], told["cellular"]) == names
        assert not {"masts", "power", "general", "source"} & set(ranges[_("Group")])
        assert per_km in set(ranges[_("Unit")])
        assert not [unit for unit in ranges[_("Unit")] if "currency" in unit or _("currency") in unit]
    heading = {"en": f"Programme cost ({currency})", "fr": f"Coût du programme ({currency})"}[language]
    assert list(shown["risk-costs"].columns) == [heading]


def test_tranches_add_up_to_the_whole(show, home):
    page = show(home / "demo", page="invest")
    frontier = json.loads((home / "demo-frontier/frontier.json").read_text(encoding="utf-8"))
    (steps,) = (frame.value for frame in page.dataframe if "More offices" in frame.value)
    last = frontier["points"][-1]
    assert steps["More offices"].sum() == len(last["offices"])
    assert steps["More people"].sum() == pytest.approx(last["totals"]["people"])
    regions = next(
        frame.value for frame in page.dataframe if "Offices gained" in frame.value and "Share" in frame.value
    )
    plan = read_plan(home / "demo")
    assert regions["Connected"].sum() == plan.offices["connected"].sum()


def test_read_only_starts_nothing(show, home, started, monkeypatch):
    monkeypatch.setenv("PLANNER_APP_READ_ONLY", "1")
    errands = []
    monkeypatch.setattr("planner.ui.card.start_errand", lambda *given, **_more: errands.append(given))
    for name in PAGES:
        page = show(home / "demo", page=name, selected="PO-00001")
        labels = {button.label for button in page.button if not button.disabled}
        assert not labels & {
            "Solve exactly",
            "Compute the frontier",
            "Start the study",
            "Write the files",
            "Keep",
            "Begin",
        }
    assert started == []
    assert errands == []


def test_read_only_writes_nothing(show, tmp_path, home, monkeypatch):
    """Not even the example where there is no run, nor what is wished for on the page."""
    monkeypatch.setenv("PLANNER_APP_READ_ONLY", "1")
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in PAGES:
        page = show(page=name)
        assert not page.error
    assert "There is no run here yet." in texts(show(page="start").info)
    assert [*tmp_path.rglob("*")] == [tmp_path / "runs"]
    page = note_fields(show(home / "demo", page="scenario"), "solver.seed: 3")
    assert len(chips(page)) == 1
    assert not (home / "sessions" / page.query_params["session"]).exists()


def test_a_password_is_asked_for_before_anything_is_shown(show, home, monkeypatch):
    monkeypatch.setenv("PLANNER_APP_PASSWORD", "sésame")
    monkeypatch.setattr("planner.ui.session._WRONG_S", 0.0)
    page = show(home / "demo")
    assert not page.metric
    (field,) = page.text_input
    field.set_value("guess")
    (enter,) = page.button
    enter.click().run()
    assert "not the password" in texts(page.error)
    assert not page.metric
    page.text_input[0].set_value("sésame")
    page.button[0].click().run()
    assert page.metric


@pytest.mark.parametrize("token", ["../../etc", "x", "0" * 31, "G" * 32])
def test_no_address_leads_out_of_the_folder_of_sessions(show, home, token):
    page = show(home / "demo", page="scenario", session=token)
    assert page.query_params["session"] != token


@pytest.mark.parametrize("language", ["en", "fr"])
def test_no_two_pages_have_a_tab_of_the_same_name(show, home, language):
    """The browser keeps the chosen tab by its name when the page changes; others would not begin with their first."""
    pages = [{tab.label for tab in show(home / "demo", page=name, lang=language).tabs} for name in PAGES]
    assert sum(map(len, pages)) == len(set().union(*pages))
