"""What stands on every page: where one is, for whom the pages are ordered, which run, which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

import streamlit as st

from planner.i18n import _
from planner.ui.address import asked, follow, language_switch, note, spoken
from planner.ui.example import EXAMPLE, unpack_example
from planner.ui.glossary import glossary
from planner.ui.runs import choose_run, find_runs, unknown_run, with_plans
from planner.ui.session import read_only
from planner.ui.text import literal

if TYPE_CHECKING:
    from pathlib import Path

    from planner.i18n import Language
    from planner.ui.address import Start
    from planner.ui.session import Session

Role = Literal["planner", "donor", "author"]

ORDERS: dict[Role, tuple[str, ...]] = {
    "planner": ("start", "data", "scenario", "plan", "compare", "uncertainty", "invest", "export"),
    "donor": ("start", "compare", "invest", "uncertainty", "plan", "export", "scenario", "data"),
    "author": ("start", "plan", "export", "compare", "uncertainty", "invest", "scenario", "data"),
}
"""The pages, for each role in the order of its way; none is hidden from anybody."""


@dataclass(frozen=True)
class Here:
    """What a page is drawn for.

    Attributes
    ----------
    session : Session
    language : str
    role, page : str
    runs : dict of str to Path
        All runs, of whatever kind, by name; newest first.
    run : Path or None
        The one that is chosen; None where there is none.
    """

    session: Session
    language: Language
    role: Role
    page: str
    runs: dict[str, Path]
    run: Path | None


def page_name(page: str) -> str:
    """Return the name of a page."""
    return {
        "start": _("Start"),
        "data": _("Data"),
        "scenario": _("Scenario"),
        "plan": _("Plan"),
        "compare": _("Compare"),
        "uncertainty": _("Uncertainty"),
        "invest": _("Invest"),
        "export": _("Export"),
    }[page]


def role_name(role: str) -> str:
    """Return the name of a role."""
    return {"planner": _("Planner"), "donor": _("Donor"), "author": _("Proposal author")}[role]


def draw_frame(started: Start, session: Session, language: Language) -> Here:
    """Draw the top of the page and return what is chosen there."""
    runs = find_runs(session)
    if not runs and EXAMPLE.exists() and not read_only():
        unpack_example(session)
        runs = find_runs(session)
    role = _role()
    order = ORDERS[role]
    first_page = "plan" if started.run else "start"
    page = next((page for page in order if page == asked("page")), first_page)
    note(role=role)
    widths = [2.2, 3, 2, 2, 1.2]
    brand, run_column, role_column, language_column, help_column = st.columns(widths, vertical_alignment="center")
    brand.html('<div class="brand">PostLink Planner</div>')
    with role_column:
        _role_switch(role)
    with language_column:
        language_switch(language)
    with run_column:
        shown = with_plans(runs)
        missing = unknown_run(shown)
        run = choose_run(shown, started.run, session.home)
    _navigation(order, page)
    with help_column:
        _help()
    if missing is not None:
        st.warning(_("There is no run “{name}” here.").format(name=literal(missing)))
    return Here(session, language, role, page, runs, run)


def _help() -> None:
    with st.popover(_("Help"), width="stretch"):
        st.markdown(f"**{_('Link to this view')}**")
        address = st.context.url
        bare = address.partition("?")[0] if isinstance(address, str) else ""
        st.code(f"{bare}?{urlencode(st.query_params.to_dict())}", language=None, wrap_lines=True)
        st.caption(_("Whoever has this link sees this session's runs."))
        st.markdown(f"**{_('Glossary')}**")
        words = [f"**{literal(word)}** – {literal(text)}" for word, text in glossary().items()]
        st.markdown("  \n".join(words))


def _role() -> Role:
    wanted = asked("role")
    return next((role for role in ORDERS if role == wanted), "planner")


def _role_switch(role: Role) -> None:
    key = spoken("role")
    follow(key, role)
    st.selectbox(
        _("I am a"),
        list(ORDERS),
        format_func=role_name,
        label_visibility="collapsed",
        help=_("Puts the pages in the order of your work; all of them stay."),
        key=key,
        on_change=lambda: note(role=st.session_state[key]),
    )


def _navigation(order: tuple[str, ...], page: str) -> None:
    key = spoken("page")
    follow(key, page)
    with st.container(key="page"):
        st.segmented_control(
            _("Pages"),
            order,
            format_func=page_name,
            required=True,
            label_visibility="collapsed",
            key=key,
            on_change=lambda: note(page=st.session_state[key]),
            width="stretch",
        )
    note(page=page)
