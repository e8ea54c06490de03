"""The user's own data: upload, what the columns mean, what to mend and where, and what the data are good for."""

from __future__ import annotations

import io
import shutil
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.errors import InputError
from planner.i18n import _, ngettext
from planner.jobs import errand_state, start_errand, stop_errand
from planner.ui.address import asked, note
from planner.ui.amounts import typed_amount
from planner.ui.columns import column_name, lost_columns, show_columns, unreadable
from planner.ui.country import (
    KINDS,
    NEEDED,
    NEW,
    Country,
    country_names,
    endings,
    fault_of,
    folder_name,
    kind_name,
    what_for,
)
from planner.ui.grid import show_grid
from planner.ui.problems import list_problems
from planner.ui.runs import new_run_folder, start_run
from planner.ui.session import no_room, read_only, upload_limit_mb
from planner.ui.starter import open_terrain
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.ui.widgets import as_csv
from planner.wording import labelled, number

if TYPE_CHECKING:
    from pathlib import Path

    from planner.ui.frame import Here

_MB = 1 << 20


def show(here: Here) -> None:
    """Show the data of a country of the user's own, from the first upload to the start of a run."""
    st.title(_("Data"))
    if read_only():
        st.info(_("This page is for reading only: no data can be loaded here."))
        return
    _templates(here)
    country = _choose(here)
    if country is None:
        return
    left, right = st.columns([2, 3])
    with left:
        _upload(country)
        _given(country)
        open_terrain(country)
    with right:
        # Looked into before anything else is shown: a check of columns that are not mapped yet says what is not so.
        unread = country.unread()
        if not country.tables:
            st.info(_("Begin with your list of post offices, as it is: CSV, Excel, GeoJSON or GeoPackage."))
        else:
            show_columns(country, country.tables)
    if country.files:
        st.header(_("Check"))
        if _columns_settled(country, unread):
            _check(here, country)


def _columns_settled(country: Country, unread: list[str]) -> bool:
    """Return whether it is known what all columns mean; where it is not, say what is awaited."""
    # The panel of the columns tells of the table that it shows.
    elsewhere = [kind for kind in unread if kind != st.session_state.get("columns-kind")]
    for kind in elsewhere:
        state, told = country.look(kind)
        if state == "done":  # just now
            st.rerun()
        if state != "running":
            called = country.files[kind]["called"]
            st.error(literal(labelled(called, told.get("message") or unreadable())))
    running = [kind for kind in elsewhere if country.look(kind)[0] == "running"]
    if running:
        watch_errand(country.looking(running[0]), _("Reading the file …"))
    lost = [kind for kind in country.tables if country.files[kind].get("lost")]
    for kind in lost:
        st.warning(literal(lost_columns(country, kind)))
    return not unread and not lost


def _templates(here: Here) -> None:
    """Offer the empty tables that “planner new” writes."""
    folder = here.session.folder / f"templates-{here.language}"
    errand = here.session.errands / f"templates-{here.language}"
    with st.expander(_("Templates to fill in")):
        if errand_state(errand) is None and not folder.exists():
            start_errand(errand, ["new", str(folder)])
        if errand_state(errand) == "running":
            watch_errand(errand, _("Writing the templates …"))
            return
        st.caption(_("Each has one example row. Any other table will do as well: its columns are asked for below."))
        for column, file in zip(st.columns(6), sorted(folder.glob("*.csv")), strict=False):
            frame = pd.read_csv(file, dtype=str, keep_default_na=False)
            with column:
                as_csv(frame, file.stem, f"{file.stem}.csv")
                st.download_button(
                    f"{file.stem}.xlsx",
                    partial(_as_workbook, frame),
                    file_name=f"{file.stem}.xlsx",
                    key=f"xlsx-{file.stem}",
                    on_click="ignore",
                )


def _as_workbook(frame: pd.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_excel(stream, index=False, engine="xlsxwriter")
    return stream.getvalue()


def _choose(here: Here) -> Country | None:
    """Return the country that is worked on; the first thing to say of one is its name."""
    names = country_names(here.session)
    current = asked("country") if asked("country") in names else next(iter(names), None)
    panel = st.expander(_("Country and money"), expanded=current is None)
    if names:
        with panel:
            current = _pick(here, names, current)
    try:
        country = Country(here.session, current) if current else None
    except InputError as error:
        st.error(literal(str(error)))
        return None
    with panel:
        _describe(here, country)
    return country


def _pick(here: Here, names: list[str], current: str | None) -> str | None:
    """Show the choice among the countries of the session, and return the one that is chosen; None for a new one."""
    options = [*names, ""]
    if st.session_state.get("country") not in options:
        st.session_state["country"] = current
    st.selectbox(
        _("Country"),
        options,
        format_func=lambda name: _called(here, name) if name else _("A new one …"),
        key="country",
        on_change=lambda: note(country=st.session_state["country"] or None),
    )
    return current if st.session_state["country"] else None


def _called(here: Here, name: str) -> str:
    """Return the title of a country, or the name of its folder where its file cannot be read."""
    try:
        return str(Country(here.session, name).about["title"])
    except InputError:  # whoever chooses it is told
        return name


def _describe(here: Here, country: Country | None) -> None:
    """Ask for name, money and budget of a country, or of a new one."""
    about = country.about if country else NEW
    if country is None:
        st.caption(_("First name your country; then its files are loaded here. All of this can be changed later."))
    with st.form(f"country-{country.name if country else None}", border=False):
        name, currency, year, budget, press = st.columns([3, 1, 1, 2, 1], vertical_alignment="bottom")
        title = name.text_input(_("Name"), about["title"], placeholder=_("My country"), max_chars=80)
        code = currency.text_input(_("Currency"), about["currency"], max_chars=3)
        prices = year.number_input(_("Price year"), 1990, 2100, about["price_year"])
        limit = budget.text_input(
            _("Budget"), str(about["budget"]), help=_("An amount, or a share of connecting all, such as 20 %.")
        )
        pressed = press.form_submit_button(
            _("Begin") if country is None else _("Keep"),
            type="primary" if country is None else "secondary",
            width="stretch",
        )
    if not pressed:
        return
    try:
        amount = typed_amount(limit or "", _("Budget"))
    except InputError as error:
        st.error(literal(str(error)))
        return
    country = country or Country(here.session, _free_name(here, title or ""))
    country.describe(
        title=title or _("My country"), currency=(code or "USD").upper(), price_year=int(prices), budget=amount
    )
    note(country=country.name)
    st.session_state.pop("country", None)
    st.rerun()


def _free_name(here: Here, title: str) -> str:
    stem, taken = folder_name(title), country_names(here.session)
    return next(name for name in (stem, *(f"{stem}-{count}" for count in range(2, 1000))) if name not in taken)


def _upload(country: Country) -> None:
    st.header(_("Load a file"))
    kind = st.selectbox(_("What it holds"), KINDS, format_func=kind_name, key="upload-kind")
    st.caption(what_for(kind))
    generation = st.session_state.setdefault("uploads", 0)
    # Streamlit says these two in English alone; the label above has the limit already.
    words = _("Choose a file")
    st.html(
        "<style>[data-testid='stFileUploaderDropzone'] button p { font-size: 0; } "
        "[data-testid='stFileUploaderDropzoneInstructions'] { display: none; } "
        f"[data-testid='stFileUploaderDropzone'] button::after {{ content: '{words}'; font-size: 0.875rem; }}</style>"
    )
    given = st.file_uploader(
        _("File ({endings}; at most {limit} MB)").format(endings=", ".join(endings(kind)), limit=upload_limit_mb()),
        max_upload_size=upload_limit_mb(),
        key=f"upload-{kind}-{generation}",
    )
    if given is None:
        return
    data = given.getvalue()
    fault = fault_of(kind, given.name, data)
    if len(data) > upload_limit_mb() * _MB:
        fault = _("The file is larger than {limit} MB.").format(limit=upload_limit_mb())
    fault = fault or no_room(country.session.folder, len(data))
    if fault is not None:
        st.error(literal(labelled(given.name, fault)))
        return
    country.take(kind, given.name, data)
    # A new generation of the widget is empty: the file is ours now.
    st.session_state["uploads"] = generation + 1
    if kind in country.tables:
        st.session_state["columns-kind"] = kind
    st.rerun()


def _given(country: Country) -> None:
    st.header(_("What there is"))
    for kind in KINDS:
        given = country.files.get(kind)
        if given is None:
            mark = _("needed") if kind in NEEDED else _("not given")
            st.caption(literal(f"○ {kind_name(kind)} – {mark}"))
            continue
        name, out = st.columns([5, 1], vertical_alignment="center")
        name.markdown(f"● **{kind_name(kind)}** – {literal(given['called'])}")
        out.button("✕", key=f"drop-{kind}", help=_("Take this file out"), on_click=country.drop, args=(kind,))


def _check(here: Here, country: Country) -> None:
    """Show what the check has found, where it can be mended, and what the data are good for."""
    missing = [kind_name(kind) for kind in country.absent]
    if missing:
        st.info(literal(_("Still needed for a plan: {names}.").format(names=", ".join(missing))))
    folder, state, found = country.check()
    _stop_earlier(country, folder)
    key = f"problems-{country.name}"
    checking = state == "running"
    if checking:
        watch_errand(folder, _("Checking scenario and files …"), boxed=True)
    else:
        st.session_state[key] = found.get("problems", [])
    # What was found before stays in sight until the new answer is there: whoever mends rows goes on.
    problems = st.session_state.get(key, [])
    errors = [problem for problem in problems if problem["severity"] == "error"]
    answered = bool(found) and (state == "done" or bool(problems))
    if not checking:
        _say(found, errors, answered=answered, complete=not missing)
    list_problems(country, problems)
    show_grid(country, problems, checking=checking)
    if not answered:
        return
    _score(country, found)
    if st.button(_("Solve this country"), type="primary", disabled=bool(errors or missing), key="solve-country"):
        run_dir = new_run_folder(here.session, country.name)
        if start_run(run_dir, ["solve", str(country.scenario_file)]):
            note(page="plan", run=run_dir.name, selected=None)
            st.rerun()


def _stop_earlier(country: Country, folder: Path) -> None:
    """Stop a check of files that have changed since: nobody waits for what it would say."""
    key = f"checking-{country.name}"
    last = st.session_state.get(key)
    st.session_state[key] = folder
    if last is not None and last != folder and errand_state(last) == "running":
        stop_errand(last)
        # Files and settings may be the same again: then it is asked anew.
        shutil.rmtree(last, ignore_errors=True)


def _say(found: dict[str, Any], errors: list[dict[str, Any]], *, answered: bool, complete: bool) -> None:
    """Say what the check comes to."""
    if not answered:
        told = found.get("message") or _("The check ended without an answer: a file may be broken or too large.")
        st.error(literal(told))
    elif errors:
        text = ngettext(
            "{n} fault keeps a plan from being made.", "{n} faults keep a plan from being made.", len(errors)
        )
        st.error(text.format(n=number(len(errors))))
    elif complete:
        st.success(_("Nothing keeps a plan from being made."))
    else:
        st.success(_("The files that are there have no fault."))


def _score(country: Country, found: dict[str, Any]) -> None:
    """Show what was read and used of each file, and what more would help."""
    st.header(_("Score card"))
    rows = pd.DataFrame(found.get("datasets", []), columns=["group", "file", "in_file", "used", "excluded", "columns"])
    read, wanting = st.columns([3, 2])
    with read:
        st.dataframe(
            pd.DataFrame(
                {
                    _("Data"): [kind_name(group) if group in KINDS else group for group in rows["group"]],
                    _("Rows"): rows["in_file"],
                    _("Used"): rows["used"],
                    _("Left out"): rows["excluded"],
                    _("Columns understood"): [", ".join(map(column_name, columns)) for columns in rows["columns"]],
                }
            ),
            hide_index=True,
            key="score",
        )
        for line in found.get("assumptions", []):
            st.caption(literal(line))
    with wanting:
        more = [kind for kind in KINDS if kind not in country.files]
        if more:
            st.markdown(f"**{_('What more would help')}**")
            st.caption("  \n".join(literal(labelled(kind_name(kind), what_for(kind))) for kind in more))
