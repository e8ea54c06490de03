"""The user's own data: upload, what the columns mean, what to mend and where, and what the data are good for."""

from __future__ import annotations

import io
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.i18n import _, ngettext
from planner.jobs import errand_state, start_errand
from planner.ui.address import asked, note
from planner.ui.columns import column_name, lost_columns, show_columns, unreadable
from planner.ui.country import (
    KINDS,
    NEEDED,
    NEW,
    TABLES,
    Country,
    country_names,
    endings,
    fault_of,
    folder_name,
    kind_name,
    what_for,
)
from planner.ui.map import show_map
from planner.ui.runs import new_run_folder, start_run
from planner.ui.session import no_room, read_only, upload_limit_mb
from planner.ui.starter import open_terrain
from planner.ui.study_maps import points_map
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.ui.widgets import as_csv
from planner.wording import labelled, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planner.ui.frame import Here

_MB = 1 << 20
_GRID_PX = 320


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
    for kind in unread:
        state, told = country.look(kind)
        if state != "running":
            called = country.files[kind]["called"]
            st.error(literal(labelled(called, told.get("message") or unreadable())))
    running = [kind for kind in unread if country.look(kind)[0] == "running"]
    # The panel of the columns watches the table that it shows.
    if running and st.session_state.get("columns-kind") not in running:
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
    with st.expander(_("Country and money"), expanded=current is None):
        if names:
            options = [*names, ""]
            if st.session_state.get("country") not in options:
                st.session_state["country"] = current
            st.selectbox(
                _("Country"),
                options,
                format_func=lambda name: Country(here.session, name).about["title"] if name else _("A new one …"),
                key="country",
                on_change=lambda: note(country=st.session_state["country"] or None),
            )
            if st.session_state["country"] == "":
                current = None
        country = Country(here.session, current) if current else None
        about = country.about if country else NEW
        if country is None:
            st.caption(_("First name your country; then its files are loaded here. All of this can be changed later."))
        with st.form(f"country-{current}", border=False):
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
        if pressed:
            country = country or Country(here.session, _free_name(here, title or ""))
            amount = limit if limit and "%" in limit else _amount(limit or "")
            if amount is None:
                st.error(_("Say the budget as an amount, such as 2000000, or as a share, such as 20 %."))
            else:
                country.describe(
                    title=title or _("My country"),
                    currency=(code or "USD").upper(),
                    price_year=int(prices),
                    budget=amount,
                )
                note(country=country.name)
                st.session_state.pop("country", None)
                st.rerun()
    return country


def _free_name(here: Here, title: str) -> str:
    stem, taken = folder_name(title), country_names(here.session)
    return next(name for name in (stem, *(f"{stem}-{count}" for count in range(2, 1000))) if name not in taken)


def _amount(text: str) -> float | None:
    bare = "".join(letter for letter in text if not letter.isspace()).replace(",", ".")
    try:
        return float(bare)
    except ValueError:
        return None


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
    missing = [kind_name(kind) for kind in NEEDED if kind not in country.files]
    if missing:
        st.info(literal(_("Still needed for a plan: {names}.").format(names=", ".join(missing))))
        if "offices" in country.files:
            _grid(country, [])
        return
    folder, state, found = country.check()
    if state == "running":
        watch_errand(folder, _("Checking scenario and files …"))
        # What was found before stays in sight until the new answer is there: whoever mends rows goes on.
        _grid(country, st.session_state.get(f"problems-{country.name}", []))
        return
    problems = found.get("problems", [])
    st.session_state[f"problems-{country.name}"] = problems
    if not found or (state == "failed" and not problems):
        st.error(
            literal(found.get("message") or _("The check ended without an answer: a file may be broken or too large."))
        )
        return
    errors = [problem for problem in problems if problem["severity"] == "error"]
    if errors:
        text = ngettext(
            "{n} fault keeps a plan from being made.", "{n} faults keep a plan from being made.", len(errors)
        )
        st.error(text.format(n=number(len(errors))))
    else:
        st.success(_("Nothing keeps a plan from being made."))
    _list_problems(country, problems)
    _grid(country, problems)
    _score(country, found)
    if st.button(_("Solve this country"), type="primary", disabled=bool(errors), key="solve-country"):
        run_dir = new_run_folder(here.session, country.name)
        if start_run(run_dir, ["solve", str(country.scenario_file)]):
            note(page="plan", run=run_dir.name, selected=None)
            st.rerun()


def _list_problems(country: Country, problems: list[dict[str, Any]]) -> None:
    if not problems:
        return
    words = {"excluded": _("left out"), "warning": _("warning"), "error": _("error")}
    # Uploads are kept under names of ours; whoever mends them knows them by their own.
    called = {given["file"]: given["called"] for given in country.files.values()}
    frame = pd.DataFrame(
        {
            _("Severity"): [words[problem["severity"]] for problem in problems],
            _("File"): [called.get(problem["file"], problem["file"]) for problem in problems],
            _("Row"): [problem["row"] for problem in problems],
            _("Column"): [problem["column"] for problem in problems],
            _("Value"): [problem["value"] for problem in problems],
            _("Problem"): [_as_called(problem["message"], called) for problem in problems],
            _("Remedy"): [problem["remedy"] for problem in problems],
        }
    )
    st.dataframe(frame, hide_index=True, placeholder="–", key="problems")
    exclude = st.checkbox(
        _("Leave faulty rows out; every report says how many"), value=country.about["exclude"], key="exclude-rows"
    )
    if exclude != country.about["exclude"]:
        country.describe(exclude=exclude)
        st.rerun()


def _as_called(message: str, called: Mapping[str, str]) -> str:
    """Return a message that names files as the user does."""
    for file, name in called.items():
        literal = name.replace("\\", r"\\")
        message = re.sub(rf"(?<![\w./-]){re.escape(file)}(?![\w/-])", literal, message)
    return message


def _grid(country: Country, problems: list[dict[str, Any]]) -> None:
    """Show the table as it is, to be mended cell by cell; each change is checked at once."""
    kinds = [kind for kind in TABLES if country.files.get(kind, {}).get("file", "").endswith(".csv")]
    if not kinds:
        return
    kind = st.segmented_control(
        _("Table to mend"), kinds, default=kinds[0], format_func=kind_name, required=True, key="grid-kind"
    )
    kind = kind if kind in kinds else kinds[0]
    state, seen = country.look(kind)
    if state != "done" or not country.can_edit(kind, seen):
        return
    frame = pd.DataFrame(seen["rows"], columns=seen["columns"], dtype="object")
    frame.insert(0, _("Row"), range(2, len(frame) + 2))
    file = country.files[kind]["file"]
    faulty = {problem["row"] for problem in problems if problem["file"] == file and problem["row"]}
    only = bool(faulty) and st.toggle(_("Only rows with a problem"), value=True, key="only-faulty")
    shown = frame[frame[_("Row")].isin(faulty)] if only else frame
    stamp = (country.folder / file).stat().st_mtime_ns
    table, places = st.columns([3, 2])
    with table:
        edited = st.data_editor(
            shown,
            hide_index=True,
            height=_GRID_PX,
            num_rows="delete",
            disabled=[_("Row")],
            placeholder="–",
            column_config={name: st.column_config.TextColumn(name) for name in seen["columns"]},
            key=f"grid-{kind}-{stamp}-{only}",
        )
        st.caption(_("Double-click a cell to change it; tick a row, then the bin above the table, to take it out."))
    with places:
        points = _points(country, kind, frame, faulty)
        if points:
            alt = _("Map of the {n} rows that have a place.").format(n=number(len(points)))
            show_map(points_map(points), f"points-{kind}", alt, height=_GRID_PX)
    if not edited.equals(shown):
        cells = mended(frame, shown, edited)[seen["columns"]]
        country.write_rows(kind, seen["columns"], cells.where(cells.notna(), None).to_numpy().tolist())
        st.rerun()


def mended(frame: pd.DataFrame, shown: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Return a table after some of its rows were shown and edited: cells are changed, and rows taken out."""
    kept = frame.drop(index=shown.index.difference(edited.index))
    kept.loc[edited.index] = edited
    return kept


def _points(country: Country, kind: str, frame: pd.DataFrame, faulty: set[int]) -> list[tuple[str, float, float, bool]]:
    """Return label, lon, lat and whether it is faulty, of the rows whose place can be read."""
    columns = country.files[kind]["columns"]
    if not {"lon", "lat"} <= set(columns) or not {columns["lon"], columns["lat"]} <= set(frame):
        return []
    lon, lat = (
        pd.to_numeric(frame[columns[name]].astype(str).str.replace(",", "."), errors="coerce")
        for name in ("lon", "lat")
    )
    known = lon.between(-180, 180) & lat.between(-85, 85)
    rows = frame[_("Row")]
    names = frame[columns["name"]] if columns.get("name") in frame else rows
    return [
        (_("Row {row}: {name}").format(row=row, name=name), x, y, row in faulty)
        for row, name, x, y in zip(rows[known], names[known], lon[known], lat[known], strict=True)
    ]


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
