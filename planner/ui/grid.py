"""The grid in which a table is mended cell by cell; nobody waits for a check to type on.

The grid that was opened stays the same one while its cells are changed: each change is written at once, and no row
moves before the user asks for it, whatever a check that comes back says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.i18n import _, language
from planner.ui.country import TABLES, kind_name
from planner.ui.map import show_map
from planner.ui.problems import forget_length, worst_of_rows
from planner.ui.study_maps import points_legend, points_map
from planner.ui.watching import watch_errand
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from planner.ui.country import Country

_GRID_PX = 320
_ONLY = "only-faulty"
FIRST_ROW = 2
"""The header is row 1, as in a spreadsheet."""


@dataclass
class _Opened:
    """A grid: the table when it was opened, which rows of it are shown, and the table as it was written last."""

    told: tuple[Any, ...]
    base: pd.DataFrame
    shown: list[int]
    turn: int
    written: list[list[str | None]]
    anew: bool = False

    @property
    def table(self) -> pd.DataFrame:
        """The table as it was written last."""
        return pd.DataFrame(self.written, columns=self.base.columns, dtype="object")


def show_grid(country: Country, problems: list[dict[str, Any]], *, checking: bool) -> None:
    """Show a table to be mended, and its places on a map.

    Parameters
    ----------
    country : Country
    problems : list of dict
        That the last check found.
    checking : bool
        A check is at work.
    """
    kinds = [kind for kind in TABLES if _can_edit(country, kind)]
    if not kinds:
        return
    kind = st.segmented_control(
        _("Table to mend"), kinds, default=kinds[0], format_func=kind_name, required=True, key="grid-kind"
    )
    kind = kind if kind in kinds else kinds[0]
    file = country.files[kind]["file"]
    faulty = worst_of_rows(problems, file)
    opened = _opened(country, kind, faulty, checking=checking)
    if opened is None:
        return
    table, places = st.columns([3, 2])
    with table:
        _edit(country, kind, opened)
        _offer_other_rows(opened, faulty, checking=checking)
    with places:
        points = _points(country, kind, opened.table, faulty)
        if points:
            alt = _("Map of the {n} rows that have a place.").format(n=number(len(points)))
            show_map(points_map(points), f"points-{kind}", alt, height=_GRID_PX)
            st.html(points_legend())


def _can_edit(country: Country, kind: str) -> bool:
    given = country.files.get(kind, {})
    return given.get("file", "").endswith(".csv") and "seen" in given and country.can_edit(kind, given["seen"])


def _opened(country: Country, kind: str, faulty: Collection[int], *, checking: bool) -> _Opened | None:
    """Return the grid that is open, or one that is opened now; None while it is not known which rows to show."""
    key = f"opened-{country.name}-{kind}"
    opened: _Opened | None = st.session_state.get(key)
    told = _told(country, kind)
    same = opened is not None and opened.told == told
    # Streamlit forgets what was typed into a grid that is not shown for a while; the table has it.
    if opened is not None and same and not opened.anew and _grid_key(country, kind, opened) in st.session_state:
        return opened
    if opened is not None and opened.told[0] == told[0]:
        table = opened.table
    else:
        state, seen = country.look(kind)
        if state == "running":
            watch_errand(country.looking(kind), _("Reading the file …"))
        if state != "done":
            return None
        table = pd.DataFrame(seen["rows"], columns=seen["columns"], dtype="object")
    if checking and not same:
        return None  # the rows with a problem are known in a moment
    turn = 0 if opened is None else opened.turn + 1
    opened = _Opened(told, table, _wanted(len(table), faulty), turn, _rows(table))
    st.session_state[key] = opened
    forget_length(country)
    return opened


def _wanted(count: int, faulty: Collection[int]) -> list[int]:
    """Return which rows the user wishes to see: those with a problem, else all."""
    rows = [row - FIRST_ROW for row in sorted(faulty) if row - FIRST_ROW < count]
    return rows if rows and st.session_state.get(_ONLY, True) else list(range(count))


def _offer_other_rows(opened: _Opened, faulty: Collection[int], *, checking: bool) -> None:
    """Let the user choose the rows that are shown; they stay as they are until then."""

    def ask_anew() -> None:
        opened.anew = True

    said, button = st.columns([3, 2], vertical_alignment="center")
    with said:
        if faulty:
            st.toggle(_("Only rows with a problem"), value=True, key=_ONLY, on_change=ask_anew)
        text = _("What was changed is written; it is being checked. Go on mending.") if checking else ""
        st.caption(text or _("What is changed is written at once; rows stay where they are until you ask for others."))
    other = _wanted(len(opened.written), faulty) != opened.shown
    button.button(
        _("Show the rows anew"),
        help=_("The last check found problems in other rows than those that are shown."),
        disabled=checking or not other,
        on_click=ask_anew,
        width="stretch",
        key="rows-anew",
    )


def _edit(country: Country, kind: str, opened: _Opened) -> None:
    """Show the rows, and write what was changed at once."""
    names = list(opened.base.columns)
    row = _("Row")
    while row in names:  # the table has a column of that name
        row += " "
    shown = opened.base.iloc[opened.shown]
    numbered = shown.copy()
    numbered.insert(0, row, [position + FIRST_ROW for position in opened.shown])
    edited = st.data_editor(
        numbered,
        hide_index=True,
        height=_GRID_PX,
        num_rows="delete",
        disabled=[row],
        placeholder="–",
        column_config={name: st.column_config.TextColumn(name) for name in names},
        key=_grid_key(country, kind, opened),
    )
    st.caption(_("Double-click a cell to change it; tick a row, then the bin above the table, to take it out."))
    table = mended(opened.base, shown, edited[names])
    rows = _rows(table)
    if rows == opened.written:
        return
    country.write_rows(kind, names, rows)
    opened.written, opened.told = rows, _told(country, kind)
    if len(table) < len(opened.base):
        # Rows have other numbers from here on: the grid shows them.
        opened.shown = [*map(int, table.index.get_indexer(table.index.intersection(shown.index)))]
        opened.base, opened.turn = opened.table, opened.turn + 1
    st.rerun()


def mended(table: pd.DataFrame, shown: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """Return a table after some of its rows were shown and edited: cells are changed, and rows taken out."""
    kept = table.drop(index=shown.index.difference(edited.index))
    kept.loc[edited.index] = edited
    return kept


def _points(
    country: Country, kind: str, table: pd.DataFrame, faulty: Mapping[int, str]
) -> list[tuple[str, float, float, str]]:
    """Return label, lon, lat and how bad its worst problem is, of the rows whose place can be read."""
    columns = country.files[kind]["columns"]
    if not {"lon", "lat"} <= set(columns) or not {columns["lon"], columns["lat"]} <= set(table):
        return []
    lon, lat = (
        pd.to_numeric(table[columns[name]].astype(str).str.replace(",", "."), errors="coerce")
        for name in ("lon", "lat")
    )
    known = lon.between(-180, 180) & lat.between(-85, 85)
    rows = pd.Series(range(FIRST_ROW, len(table) + FIRST_ROW), index=table.index)
    names = table[columns["name"]] if columns.get("name") in table else rows
    return [
        (_("Row {row}: {name}").format(row=row, name=name), x, y, faulty.get(row, ""))
        for row, name, x, y in zip(rows[known], names[known], lon[known], lat[known], strict=True)
    ]


def _told(country: Country, kind: str) -> tuple[Any, ...]:
    """Return what a grid is opened anew after: another file, other meanings of columns, another language."""
    given = country.files[kind]
    stamp = (given["file"], (country.folder / given["file"]).stat().st_mtime_ns)
    return stamp, given["columns"], language()


def _grid_key(country: Country, kind: str, opened: _Opened) -> str:
    return f"grid-{country.name}-{kind}-{opened.turn}"


def _rows(table: pd.DataFrame) -> list[list[str | None]]:
    rows: list[list[str | None]] = table.where(table.notna(), None).to_numpy().tolist()
    return rows
