"""What the address of the page says, page, run, language, role, selection: a reload or a link finds it again."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import LANGUAGES, set_language

if TYPE_CHECKING:
    from planner.i18n import Language

_NAMES: dict[Language, str] = {"en": "English", "fr": "Français"}

# Screen readers choose their voice by the page's language, and a session is found again by a cookie; only a script can
# set either.
_TELL_BROWSER = st.components.v2.component(
    "postlink_browser",
    js="""export default ({data}) => {
        document.documentElement.lang = data.language;
        const kept = `path=/; SameSite=Strict${location.protocol === "https:" ? "; Secure" : ""}`;
        document.cookie = `postlink_session=${data.session}; ${kept}; max-age=31536000`;
        if (data.entry) { document.cookie = `postlink_entry=${data.entry}; ${kept}`; }
    }""",
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


def asked(name: str) -> str | None:
    """Return what the address says under a name."""
    value = st.query_params.get(name)
    return value or None


def note(**said: str | None) -> None:
    """Write into the address; None takes a name out of it."""
    for name, value in said.items():
        if value is None:
            st.query_params.pop(name, None)
        elif st.query_params.get(name) != value:
            st.query_params[name] = value


def go(page: str, **said: str | None) -> None:
    """Open a page: for buttons to call when they are pressed."""
    note(page=page, **said)


def use_address_language() -> Language:
    """Speak the language of the address, else that of the start; every run of the script starts in English."""
    chosen = next((known for known in LANGUAGES if known == asked("lang")), start().language)
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
        note(lang=chosen)
        st.rerun()


def tell_browser(language: Language, session: str, entry: str | None) -> None:
    """Set the language of the page for the browser and for screen readers, and what the browser is known by."""
    _TELL_BROWSER(data={"language": language, "session": session, "entry": entry}, key="browser")
