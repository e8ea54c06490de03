"""Tables and charts with what goes with them: files to take away, and a selection that the address keeps."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner.i18n import _, language
from planner.ui.address import note
from planner.wording import no_formula

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt
    import pandas as pd

    from planner.i18n import Language

_LARGE = 1000
_NEGATIVE = re.compile(r"-[0-9]+([.,][0-9]+)?")
"""A number that starts as a formula does and is none: templates have longitudes and latitudes as text."""
_SIGNS: dict[Language, dict[str, str]] = {"en": {"sep": ",", "decimal": "."}, "fr": {"sep": ";", "decimal": ","}}
"""How spreadsheets of a language take CSV apart."""

# Only the browser has the chart as it is drawn; Streamlit's own menu of charts is off.
_SAVE_PICTURE = st.components.v2.component(
    "postlink_save_picture",
    html='<button type="button" data-kind="svg">SVG</button> <button type="button" data-kind="png">PNG</button>',
    css="""button { font: inherit; font-size: 0.875rem; padding: 0.35rem 0.8rem; border: 1px solid #c8cdd2;
        border-radius: 0.5rem; background: white; color: inherit; cursor: pointer; }
        button:hover, button:focus-visible { border-color: #00568f; color: #00568f; }""",
    js="""export default ({data, parentElement}) => {
        const save = (blob, kind) => {
            const link = document.createElement("a");
            link.href = URL.createObjectURL(blob);
            link.download = `${data.name}.${kind}`;
            link.click();
            setTimeout(() => URL.revokeObjectURL(link.href), 1000);
        };
        const drawn = () => {
            const svg = document.querySelector(`.st-key-${CSS.escape(data.chart)} .vega-embed svg`);
            // Outside the page the letters are those of another font: room for wider ones.
            const [width, height] = [svg.clientWidth + 48, svg.clientHeight + 16];
            const copy = svg.cloneNode(true);
            copy.setAttribute("viewBox", `-24 -8 ${width} ${height}`);
            copy.setAttribute("width", width);
            copy.setAttribute("height", height);
            const text = new XMLSerializer().serializeToString(copy);
            return [new Blob([text], {type: "image/svg+xml"}), width, height];
        };
        const png = () => {
            const [blob, width, height] = drawn();
            const picture = new Image();
            picture.onload = () => {
                const canvas = document.createElement("canvas");
                canvas.width = 2 * width;
                canvas.height = 2 * height;
                const brush = canvas.getContext("2d");
                brush.fillStyle = "white";
                brush.fillRect(0, 0, canvas.width, canvas.height);
                brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
                canvas.toBlob((made) => save(made, "png"));
                URL.revokeObjectURL(picture.src);
            };
            picture.src = URL.createObjectURL(blob);
        };
        for (const button of parentElement.querySelectorAll("button")) {
            const kind = button.dataset.kind;
            button.setAttribute("aria-label", data.words.replace("{kind}", kind.toUpperCase()));
            button.onclick = kind === "svg" ? () => save(drawn()[0], "svg") : png;
        }
    }""",
)
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
    """Offer a table as a file that spreadsheets of the page's language open."""
    # The file is made when it is asked for, in a thread that knows no language.
    words, signs = {True: _("yes"), False: _("no")}, _SIGNS[language()]
    st.download_button(
        label or _("Download this table (CSV)"),
        lambda: csv_bytes(frame, words, signs),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
    )


def csv_bytes(frame: pd.DataFrame, words: dict[bool, str], signs: dict[str, str]) -> bytes:
    """Return a table as CSV; ``words`` stand for true and false, ``signs`` are those between cells and of decimals."""
    told = frame.assign(**{str(column): frame[column].map(words) for column in frame.select_dtypes("bool")})
    # The mark at the start tells spreadsheets that the text is UTF-8.
    return tame(told).to_csv(index=False, sep=signs["sep"], decimal=signs["decimal"]).encode("utf-8-sig")


def tame(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in which no text starts a formula when a spreadsheet opens it; plain numbers stay as they are."""

    def tamed(cell: Any) -> Any:
        return no_formula(cell) if isinstance(cell, str) and not _NEGATIVE.fullmatch(cell) else cell

    return frame.map(tamed)


def chart(drawing: alt.Chart | alt.LayerChart | alt.FacetChart, frame: pd.DataFrame, name: str) -> None:
    """Show a chart, and offer it as a picture and its figures as a table."""
    key = f"chart-{name}"
    with st.container(key=key):
        # As SVG whatever its size: that is what is saved.
        st.altair_chart(drawing.properties(usermeta={"embedOptions": {"renderer": "svg"}}))
    figures, picture = st.columns([3, 2], vertical_alignment="center")
    with figures:
        as_csv(frame, name, _("Download the figures (CSV)"))
    with picture:
        _SAVE_PICTURE(data={"chart": key, "name": name, "words": _("Save the picture as {kind}")}, key=f"save-{name}")
