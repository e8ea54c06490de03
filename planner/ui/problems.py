"""The list of what a check has found in the user's files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.elements.lib.column_types import ColumnConfig

    from planner.ui.country import Country

_LINES, _LINE_PX, _HEAD_PX = 5, 66, 40
"""Lines that are seen at once; each has room for three lines of text. Streamlit wraps it above 64 pixels alone."""
_LISTED = "listed-{name}"
_WORST_FIRST = ("error", "excluded", "warning")
_WIDTHS_PX = (75, 110, 55, 105, 115, 320, 420)
"""Of the columns, in their order: on a screen of 1400 pixels the text of problem and remedy is seen whole."""


def worst_of_rows(problems: list[dict[str, Any]], file: str) -> dict[int, str]:
    """Return how bad the worst problem is of each row of a file that has one."""
    mine = [problem for problem in problems if problem["file"] == file and problem["row"]]
    mine.sort(key=lambda problem: _WORST_FIRST.index(problem["severity"]), reverse=True)
    return {problem["row"]: problem["severity"] for problem in mine}


def forget_length(country: Country) -> None:
    """Let the list be as long as it must: the rows below it are other ones now."""
    st.session_state.pop(_LISTED.format(name=country.name), None)


def list_problems(country: Country, problems: list[dict[str, Any]]) -> None:
    """Show what the check has found, worst first, and whether faulty rows are left out.

    The list does not grow shorter while rows are mended: what stands below it stays where it is.
    """
    key = _LISTED.format(name=country.name)
    lines = st.session_state[key] = max(st.session_state.get(key, 0), min(len(problems), _LINES))
    if not lines:
        return
    words = {"excluded": _("left out"), "warning": _("warning"), "error": _("error")}
    # Uploads are kept under names of ours; whoever mends them knows them by their own.
    called = {given["file"]: given["called"] for given in country.files.values()}
    problems = sorted(
        problems,
        key=lambda one: (
            _WORST_FIRST.index(one["severity"]),
            called.get(one["file"], one["file"]) or "",
            one["row"] or 0,
        ),
    )
    frame = pd.DataFrame(
        {
            _("Severity"): [words[problem["severity"]] for problem in problems],
            _("File"): [called.get(problem["file"], problem["file"]) for problem in problems],
            _("Row"): [problem["row"] for problem in problems],
            _("Column"): [problem["column"] for problem in problems],
            _("Value"): [problem["value"] for problem in problems],
            _("Problem"): [as_called(problem["message"], called) for problem in problems],
            _("Remedy"): [problem["remedy"] for problem in problems],
        }
    )
    st.dataframe(
        frame,
        hide_index=True,
        height=_HEAD_PX + lines * _LINE_PX,
        row_height=_LINE_PX,
        placeholder="–",
        column_config=dict(zip(frame.columns, map(_wide, _WIDTHS_PX), strict=True)),
        key="problems",
    )
    exclude = st.checkbox(
        _("Leave faulty rows out; every report says how many"), value=country.about["exclude"], key="exclude-rows"
    )
    if exclude != country.about["exclude"]:
        country.describe(exclude=exclude)
        st.rerun()


def _wide(width_px: int) -> ColumnConfig:
    return st.column_config.Column(width=width_px)


def as_called(message: str, called: Mapping[str, str]) -> str:
    """Return a message that names files as the user does."""
    for file, name in called.items():
        literal = name.replace("\\", r"\\")
        message = re.sub(rf"(?<![\w./-]){re.escape(file)}(?![\w/-])", literal, message)
    return message
