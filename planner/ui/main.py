"""The app's script: the frame, and the page that is asked for inside it."""

from __future__ import annotations

import importlib
from pathlib import Path

import streamlit as st

from planner.ui.address import settle, start, tell_browser, use_address_language
from planner.ui.frame import draw_frame
from planner.ui.session import may_enter, open_session

_HERE = Path(__file__).parent


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="PostLink Planner", page_icon=str(_HERE / "icon.png"), layout="wide")
    st.html(_HERE / "style.css")
    settle()
    language = use_address_language()
    if not may_enter():
        return
    started = start()
    session = open_session(started.home)
    here = draw_frame(started, session, language)
    tell_browser(language, session.token, st.session_state.get("entry"))
    importlib.import_module(f"planner.ui.screens.{here.page}").show(here)


if __name__ == "__main__":
    main()
