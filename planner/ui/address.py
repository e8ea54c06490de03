"""What the address of the page says: which run, in which language; so that a reload or a bookmark finds it again."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import LANGUAGES, _, set_language
from planner.ui.text import literal

if TYPE_CHECKING:
    from planner.i18n import Language

_NAMES: dict[Language, str] = {"en": "English", "fr": "Français"}

# Screen readers choose their voice by the page's language, which only a script can set.
_SET_LANGUAGE = st.components.v2.component(
    "postlink_page_language", js="export default ({data}) => { document.documentElement.lang = data; }"
)


@dataclass(frozen=True)
class Start:
    """What the app was started with.

    Attributes
    ----------
    home : Path
        Folder that holds the runs.
    run : str or None
        Name of the run to open first.
    language : str
    """

    home: Path
    run: str | None
    language: Language


def start() -> Start:
    """Read the command line: ``[RUN] [--lang en|fr]``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("run", nargs="?", type=Path)
    parser.add_argument("--lang", choices=LANGUAGES, default="en")
    asked = parser.parse_args(sys.argv[1:])
    run = asked.run and asked.run.resolve()
    return Start(run.parent if run else Path("runs").resolve(), run.name if run else None, asked.lang)


def use_address_language() -> Language:
    """Speak the language of the address, else that of the start; every run of the script starts in English."""
    asked = st.query_params.get("lang")
    chosen = next((known for known in LANGUAGES if known == asked), start().language)
    set_language(chosen)
    return chosen


def language_switch(current: Language) -> None:
    """Show the choice of language."""
    chosen = st.segmented_control(
        "Language / Langue",
        LANGUAGES,
        default=current,
        format_func=_NAMES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="language",
    )
    if chosen != current:
        st.query_params["lang"] = chosen
        st.rerun()


def tell_browser(language: Language) -> None:
    """Set the language of the page for the browser and for screen readers."""
    _SET_LANGUAGE(data=language, key="page_language")


def run_names(home: Path) -> list[str]:
    """Return the names of the runs in a folder, newest first; those that hold a frontier have no plan to show."""
    every = (path.parent for path in home.glob("*/events.jsonl"))
    runs = [run for run in every if not (run / "frontier.json").exists()]
    return [run.name for run in sorted(runs, key=lambda run: (run / "events.jsonl").stat().st_ctime, reverse=True)]


def run_switch(home: Path, first: str | None) -> Path | None:
    """Show the choice of run; the address may only ever name one of those that are listed."""
    names = run_names(home)
    if not names:
        return None
    asked = st.query_params.get("run", first)
    if asked is not None and asked not in names:
        st.warning(_("There is no run “{name}” here.").format(name=literal(asked)))
    current = asked if asked in names else names[0]
    chosen = st.selectbox(
        _("Run"), names, index=names.index(current), label_visibility="collapsed", help=literal(str(home))
    )
    st.query_params["run"] = chosen
    return home / chosen
