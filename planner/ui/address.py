"""What the address of the page says, page, run, language, role, selection: a reload or a link finds it again.

A request of the browser carries the address that it knew when it was sent, which may be older than what was noted
since: a click goes out while the timer of a page at work is under way, and each of the two is answered by a run of the
script. So what was noted leads, and the address only where the browser was led to it: at its first run, and by its
buttons back and forward.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from planner.i18n import LANGUAGES, language, set_language

if TYPE_CHECKING:
    from planner.i18n import Language

_NAMES: dict[Language, str] = {"en": "English", "fr": "Français"}

_NOTED = "noted-address"
"""What the address says, in the state of the session."""

# Screen readers choose their voice by the page's language, tables write their numbers by the browser's languages, and a
# session is found again by a cookie; only a script can set any of them.
_TELL_BROWSER = st.components.v2.component(
    "postlink_browser",
    js="""export default ({data}) => {
        document.documentElement.lang = data.language;
        const own = window.postlinkLanguages ??= [...navigator.languages];
        const languages = [...own.filter((one) => one.startsWith(data.language)), data.language, ...own];
        Object.defineProperty(navigator, "languages", {get: () => languages, configurable: true});
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


def settle() -> None:
    """Take what the address says where the browser was led to it, else put back what was noted; first of all."""
    context = get_script_run_ctx()
    if _NOTED not in st.session_state or (context is not None and context.is_history_navigation):
        st.session_state[_NOTED] = st.query_params.to_dict()
    _write()


def asked(name: str) -> str | None:
    """Return what the address says under a name."""
    return st.session_state[_NOTED].get(name) or None


def note(**said: str | None) -> None:
    """Write into the address; None takes a name out of it."""
    noted = {**st.session_state[_NOTED], **said}
    st.session_state[_NOTED] = {name: value for name, value in noted.items() if value is not None}
    _write()


def _write() -> None:
    if st.query_params.to_dict() != st.session_state[_NOTED]:
        st.query_params.from_dict(st.session_state[_NOTED])


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
    follow("language", current)
    st.segmented_control(
        "Language / Langue",
        LANGUAGES,
        format_func=_NAMES.__getitem__,
        required=True,
        label_visibility="collapsed",
        key="language",
        on_change=lambda: note(lang=st.session_state["language"]),
    )


def spoken(key: str) -> str:
    """Return the key of a control whose choices are words of the language: the browser sends the words that it shows.

    With one key for all languages those of the language before would come back after a change, and be no choice.
    """
    return f"{key}-{language()}"


def follow(key: str, value: Any) -> None:
    """Let a control show what the address says, also when the browser goes back."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def tell_browser(language: Language, session: str, entry: str | None) -> None:
    """Set the language of the page for tables and screen readers, and what the browser is known by."""
    _TELL_BROWSER(data={"language": language, "session": session, "entry": entry}, key="browser")
