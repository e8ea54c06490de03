"""The comparison report of the runs that are side by side: asked for, written by the command, taken away."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import LANGUAGES, _, language, use_language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.offered import LANGUAGE_NAMES, offer_file
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch_errand

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from planner.i18n import Language
    from planner.ui.frame import Here

_FORMATS = {".pdf": "PDF", ".docx": "Word"}


def offer_comparison(here: Here, runs: Sequence[Path]) -> None:
    """Show what the report holds, what is asked of it, and those that are written."""
    st.write(
        _(
            "Key figures, settings that differ, money and offices by technology and region, maps and lists of the "
            "offices that each plan adds, drops or connects otherwise; the first run is what the others differ from."
        )
    )
    with st.form("comparison"):
        kind = st.segmented_control(
            _("Format"),
            _FORMATS,
            default=".pdf",
            required=True,
            format_func=_FORMATS.__getitem__,
            key="comparison-kind",
        )
        asked = st.segmented_control(
            _("Language of the documents"),
            LANGUAGES,
            default=language(),
            required=True,
            format_func=LANGUAGE_NAMES.__getitem__,
            key="comparison-language",
        )
        pressed = st.form_submit_button(_("Write the report"), type="primary", disabled=read_only())
    if read_only():
        st.caption(_("This page is for reading only: nothing new is written."))
    if pressed and kind is not None and asked is not None:
        file = _file(here, runs, kind, asked)
        with use_language(asked):
            start_errand(_errand(file), ["compare", *map(str, runs), "--report", str(file)])
        st.rerun()
    for known in LANGUAGES:
        for ending in _FORMATS:
            _show(_file(here, runs, ending, known), known)


def _file(here: Here, runs: Sequence[Path], ending: str, asked: Language) -> Path:
    """Return where the report of these runs, as they are now, is written."""
    told = "\n".join(f"{run} {(run / 'plan.json').stat().st_mtime_ns}" for run in runs)
    name = hashlib.sha256(told.encode()).hexdigest()[:16]
    return here.session.folder / "exports" / f".comparison-{name}-{asked}" / f"comparison{ending}"


def _errand(file: Path) -> Path:
    return file.parent / f".errand-{file.suffix[1:]}"


def _show(file: Path, known: Language) -> None:
    errand = _errand(file)
    state = errand_state(errand)
    if state == "running":
        watch_errand(errand, _("Writing the report ({language}) …").format(language=LANGUAGE_NAMES[known]))
    elif state == "failed":
        st.error(literal(errand_answer(errand)["message"]))
    elif state == "done" and file.exists():
        offer_file(file, known)
