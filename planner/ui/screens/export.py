"""Exports: what to take away, in which language; each set is written once and kept for the session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import LANGUAGES, _, language, use_language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.offered import LANGUAGE_NAMES, offer_file
from planner.ui.screens.plan import plan_or_state, warnings
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.tiles import verdict
from planner.ui.watching import watch_errand
from planner.wording import number

if TYPE_CHECKING:
    from pathlib import Path

    from planner.i18n import Language
    from planner.ui.frame import Here

_FIRST = ("pdf", "xlsx")
_PAGES_SHOWN = 3


def _formats() -> dict[str, tuple[str, str]]:
    return {
        "pdf": (_("Investment proposal (PDF)"), _("Ready to print: figures, maps, tables, annexes.")),
        "docx": (_("Investment proposal (Word)"), _("The same to edit.")),
        "xlsx": (_("Workbook (Excel)"), _("Every line of cost, with formulas that reckon.")),
        "figures": (_("Figures (SVG, PNG)"), _("Map and charts of the proposal, each as a file.")),
        "html": (_("Offline map (HTML)"), _("One file that opens in any browser, without internet.")),
        "gpkg": (_("Layers for GIS (GeoPackage)"), _("Offices, links and masts for QGIS and others.")),
        "geojson": (_("Layers as GeoJSON"), _("The same for the web.")),
        "kmz": (_("Google Earth (KMZ)"), _("Offices, links and masts with their figures.")),
        "ofds": (_("Open Fibre Data Standard"), _("The fibre network as others exchange it.")),
        "zip": (_("Archive"), _("Everything that another person needs to do the run again.")),
    }


def show(here: Here) -> None:
    """Show the tick list, what is at work, and the files."""
    plan = plan_or_state(here)
    if plan is None:
        return
    assert here.run is not None
    st.title(_("Export"))
    st.caption(literal(f"{plan.scenario['name']} – {verdict(plan)}"))
    warnings(plan)
    if plan.outcome.value is None:
        st.info(_("A run without a plan has nothing to export."))
        return
    left, right = st.columns([3, 2])
    with left:
        _ask(here, here.run)
    with right:
        _show_files(here, here.run)
    _preview(here, here.run)


def _folder(here: Here, run_dir: Path, asked: Language) -> Path:
    return here.session.folder / "exports" / f"{run_dir.name}-{asked}"


def _ask(here: Here, run_dir: Path) -> None:
    formats = _formats()
    with st.form("export"):
        st.header(_("What to take away"))
        columns = st.columns(2)
        ticked = [
            name
            for position, (name, (title, told)) in enumerate(formats.items())
            if columns[position % 2].checkbox(title, value=name in _FIRST, help=told, key=f"to-{name}")
        ]
        asked = st.segmented_control(
            _("Language of the documents"),
            LANGUAGES,
            default=language(),
            required=True,
            format_func=LANGUAGE_NAMES.__getitem__,
            key="export-language",
        )
        pressed = st.form_submit_button(_("Write the files"), type="primary", disabled=read_only())
    if read_only():
        st.caption(_("This page is for reading only: nothing new is written."))
    if pressed and not ticked:
        st.warning(_("Tick at least one format."))
    elif pressed and asked is not None:
        out = _folder(here, run_dir, asked)
        with use_language(asked):
            start_errand(out / ".errand", ["export", str(run_dir), "--to", ",".join(ticked), "--out", str(out)])
        st.rerun()


def _preview(here: Here, run_dir: Path) -> None:
    """Show the pages of the proposal as they are printed, in the language of the page."""
    st.header(_("Preview of the proposal"))
    changed = (run_dir / "plan.json").stat().st_mtime_ns
    folder = here.session.folder / "exports" / f".preview-{run_dir.name}-{language()}-{changed}"
    state = errand_state(folder / ".errand")
    if state == "running":
        watch_errand(folder / ".errand", _("Setting the pages …"))
        return
    if state == "failed":
        st.error(literal(errand_answer(folder / ".errand")["message"]))
    pages = sorted(folder.glob("*-[0-9][0-9][0-9].png"))
    if state != "done" or not pages:
        if read_only():
            st.caption(_("This page is for reading only: nothing new is written."))
        elif st.button(_("Show the pages"), key="preview"):
            start_errand(folder / ".errand", ["export", str(run_dir), "--to", "png", "--out", str(folder)])
            st.rerun()
        return
    first = st.number_input(_("From page"), 1, len(pages), 1, step=_PAGES_SHOWN, key="preview-from")
    for column, number_of, page in zip(
        st.columns(_PAGES_SHOWN), range(first, first + _PAGES_SHOWN), pages[first - 1 :], strict=False
    ):
        told = _("Page {n} of {count}").format(n=number(number_of), count=number(len(pages)))
        column.image(page.read_bytes(), caption=told, width="stretch", alt=told)


def _show_files(here: Here, run_dir: Path) -> None:
    st.header(_("Files"))
    nothing = True
    for known in LANGUAGES:
        folder = _folder(here, run_dir, known)
        state = errand_state(folder / ".errand")
        if state is None:
            continue
        nothing = False
        if state == "running":
            watch_errand(
                folder / ".errand", _("Writing the files ({language}) …").format(language=LANGUAGE_NAMES[known])
            )
            continue
        if state == "failed":
            st.error(literal(errand_answer(folder / ".errand")["message"]))
        elif state == "lost":
            st.warning(_("The last export was stopped; files that were finished are below."))
        for file in sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")):
            offer_file(file, known)
    if nothing:
        st.write(_("Nothing is written yet. Files of this run will stay here when you come back."))
