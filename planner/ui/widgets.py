"""Tables and charts with what goes with them: files to take away, and a selection that the address keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.i18n import _
from planner.ui.address import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

_LARGE = 1000
TABLE_HEIGHT_PX = 420


def table(frame: pd.DataFrame, name: str, *, height: int | None = None, ids: Sequence[str] | None = None) -> None:
    """Show a table, large figures without decimals, and offer it in full as a file that spreadsheets open.

    Parameters
    ----------
    frame : DataFrame
        With headings in the user's words.
    name : str
        Of the file, and of the widgets.
    height : int or None
        In pixels; as many as it takes if None.
    ids : sequence of str or None
        What each row is about: a click on one selects it.
    """
    key = f"table-{name}"

    def select() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        note(selected=ids[rows[0]] if rows and ids is not None else None)

    numbers = [str(column) for column in frame.select_dtypes("number")]
    percents = [column for column in numbers if column in {_("Availability"), _("Share")}]
    figures = [column for column in numbers if column not in percents]
    formats = dict.fromkeys(figures, "localized") | dict.fromkeys(percents, "percent")
    chosen: dict[str, Any] = {} if ids is None else {"on_select": select, "selection_mode": "single-row"}
    st.dataframe(
        frame.round({column: 0 if frame[column].abs().max() >= _LARGE else 2 for column in figures}),
        hide_index=True,
        height=height or "auto",
        column_config={column: st.column_config.NumberColumn(format=form) for column, form in formats.items()},
        placeholder="–",
        key=key,
        **chosen,
    )
    as_csv(frame, name)


def as_csv(frame: pd.DataFrame, name: str, label: str | None = None) -> None:
    """Offer a table as a file."""
    st.download_button(
        label or _("Download this table (CSV)"),
        # The mark at the start tells spreadsheets that the text is UTF-8.
        lambda: tame(frame).to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
    )


def tame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text starts a formula when a spreadsheet opens it."""
    return frame.map(lambda cell: f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell)


def chart(drawing: alt.Chart | alt.LayerChart | alt.FacetChart, frame: pd.DataFrame, name: str) -> None:
    """Show a chart whose menu saves it as PNG or SVG, and offer its figures as a file."""
    st.altair_chart(
        drawing.properties(usermeta={"embedOptions": {"actions": {"export": True, "source": False, "editor": False}}}),
        key=f"chart-{name}",
    )
    as_csv(frame, name, _("Download the figures (CSV)"))
