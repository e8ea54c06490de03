"""What the columns of a user's table mean: as the program understands their names, and as the user says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.i18n import _, ngettext
from planner.ui.country import kind_name
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.wording import labelled, number, sentence

if TYPE_CHECKING:
    from planner.ui.country import Country

_RARE = (
    "location_accuracy_m", "serves_as_source", "grid_hours_per_day", "grid_distance_km", "rain_mm_h", "rain_zone",
    "dn1_per_km", "vapour_g_m3", "isotherm_km", "ports",
)  # fmt: skip
"""Columns that few tables have: they are folded away."""


def show_columns(country: Country, tables: list[str]) -> None:
    """Show which of their columns is taken for which of ours, and let the user say otherwise."""
    st.header(_("What the columns mean"))
    if st.session_state.get("columns-kind") not in tables:
        st.session_state["columns-kind"] = tables[0]
    kind = st.segmented_control(_("Table"), tables, format_func=kind_name, required=True, key="columns-kind")
    kind = kind if kind in tables else tables[0]
    seen = country.files[kind].get("seen")
    if seen is None:
        _await_look(country, kind)
        return
    st.caption(
        literal(
            ngettext("{n} row, {k} columns.", "{n} rows, {k} columns.", seen["count"]).format(
                n=number(seen["count"]), k=number(len(seen["columns"]))
            )
        )
    )
    if country.files[kind].get("lost"):
        st.warning(literal(lost_columns(country, kind)))
    current = country.files[kind]["columns"]
    unused = [name for name in seen["columns"] if name not in current.values()]
    if unused:
        text = _("Columns of yours that are not used yet: {names}. Choose below what they mean, or leave them.")
        st.info(literal(text.format(names=", ".join(unused))))
    with st.form(f"columns-{kind}", border=True):
        wanted = [name for name in seen["ours"] if not (seen["has_geometry"] and name in {"lon", "lat"})]
        usual = [name for name in wanted if name in current or name not in _RARE]
        rest = [name for name in wanted if name not in usual]
        chosen = _choose_columns(country, kind, usual, seen["columns"])
        if rest:
            with st.expander(_("More that a table may say")):
                chosen |= _choose_columns(country, kind, rest, seen["columns"])
        for ours, words in seen["values"].items():
            st.caption(literal(labelled(column_name(ours), _allowed(words))))
        if st.form_submit_button(_("Use these columns"), type="primary"):
            country.map_columns(kind, {ours: theirs for ours, theirs in chosen.items() if theirs}, seen["columns"])
            st.session_state["columns-taken"] = _taken(country, kind)
            st.rerun()
    if st.session_state.get("columns-taken") == _taken(country, kind):
        text = _("“{name}” is read by these columns now, and so is every table with the same headers.")
        st.success(literal(text.format(name=country.files[kind]["called"])))


def _await_look(country: Country, kind: str) -> None:
    state, told = country.look(kind)
    if state == "done":  # just now
        st.rerun()
    if state == "running":
        watch_errand(country.looking(kind), _("Reading the file …"))
    else:
        st.error(literal(told.get("message") or unreadable()))


def _taken(country: Country, kind: str) -> tuple[str, str, dict[str, str]]:
    return country.name, kind, country.files[kind]["columns"]


def _allowed(words: dict[str, list[str]]) -> str:
    """Return which words may stand in a column: those of one meaning side by side."""
    return " · ".join(", ".join(same) for same in words.values())


def unreadable() -> str:
    """Return what is said of a file that nothing could be read of."""
    return _("The file could not be read: it may be broken, or too large to be unpacked.")


def lost_columns(country: Country, kind: str) -> str:
    """Return which columns the table before had and this one has not, and what to do."""
    text = _(
        "The table before it had columns that are not found in this one: {names}. Choose them under “What the columns "
        "mean”, or press “Use these columns” to do without them."
    )
    names = ", ".join(map(column_name, country.files[kind]["lost"]))
    return labelled(country.files[kind]["called"], text.format(names=names))


def _choose_columns(country: Country, kind: str, wanted: list[str], theirs: list[str]) -> dict[str, str]:
    """Ask which of their columns is which of ours."""
    current = country.files[kind]["columns"]
    columns = st.columns(3)
    chosen = {}
    for position, ours in enumerate(wanted):
        options = ["", *theirs]
        now = current.get(ours, "")
        chosen[ours] = columns[position % 3].selectbox(
            column_name(ours),
            options,
            index=options.index(now) if now in options else 0,
            format_func=lambda name: name or "–",
            key=f"column-{country.name}-{kind}-{ours}-{now}",
        )
    return chosen


def column_name(ours: str) -> str:
    """Return what a column of ours is called."""
    named = {
        "id": _("Id"),
        "name": _("Name"),
        "lon": _("Longitude"),
        "lat": _("Latitude"),
        "kind": _("Kind"),
        "status_before": _("Connection before"),
        "technology_before": _("Technology before"),
        "mbps_before": _("Mbit/s before"),
        "monthly_cost_before": _("Monthly cost before"),
        "region": _("Region"),
        "demand_mbps": _("Demand (Mbit/s)"),
        "population": _("Population"),
        "share_underserved": _("Share underserved"),
        "location_accuracy_m": _("Accuracy of the place (m)"),
        "serves_as_source": _("Serves as source"),
        "grid_hours_per_day": _("Hours of grid power a day"),
        "grid_distance_km": _("Distance to the grid (km)"),
        "rain_mm_h": _("Rain rate R0.01 (mm/h)"),
        "rain_zone": _("Rain zone (ITU-R)"),
        "dn1_per_km": _("Refractivity gradient dN1 (N/km)"),
        "vapour_g_m3": _("Water vapour (g/m³)"),
        "isotherm_km": _("Zero-degree isotherm (km)"),
        "capacity_mbps": _("Capacity (Mbit/s)"),
        "status": _("Status"),
        "height_m": _("Height (m)"),
        "rent_per_year": _("Rent per year"),
        "owner": _("Owner"),
        "ports": _("Free positions"),
        "technology": _("Technology"),
        "provider": _("Provider"),
    }
    return named.get(ours, sentence(ours.replace("_", " ")))
