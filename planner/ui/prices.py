"""The prices of a scenario's technologies in a form: typical, low, high and source; what is changed becomes a wish."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.errors import PlannerError
from planner.i18n import _, language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.wording import labelled, sentence, technology_heading

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from planner import Plan
    from planner.ui.edits import Edits
    from planner.ui.frame import Here

_GRID_PX = 340
_FIGURES = ("low", "typical", "high")


def price_form(here: Here, plan: Plan, technologies: Collection[str], edits: Edits) -> None:
    """Show the prices of technologies that are in force, once they are asked for, and note what is changed."""
    prices = _prices(here, plan, technologies, edits)
    if prices is None:
        return
    chosen = st.selectbox(_("Technology"), list(prices), format_func=technology_heading, key="prices-of")
    rows = prices[chosen]
    now = {path: edits.wishes.get(path, told) for path, told in rows.items()}
    units = {path: told["unit"] for path, told in rows.items()}
    frame = pd.DataFrame(
        {
            "path": list(now),
            _("Price"): [
                sentence(path.partition(".overrides.")[2].replace("_", " ").replace(".", ", ")) for path in now
            ],
            _("Unit"): [units[path] for path in now],
            _("Low"): [price["low"] for price in now.values()],
            _("Typical"): [price["typical"] for price in now.values()],
            _("High"): [price["high"] for price in now.values()],
            _("Source"): [price["source"] for price in now.values()],
        }
    )
    fixed = ["path", _("Price"), _("Unit")]
    figures = {name: st.column_config.NumberColumn(min_value=0.0, format="localized") for name in frame.columns[3:6]}
    stamp = hashlib.sha256(repr(now).encode()).hexdigest()[:12]
    with st.form("prices", border=False):
        edited = st.data_editor(
            frame,
            hide_index=True,
            height=_GRID_PX,
            disabled=fixed,
            column_config={"path": None, **figures},
            key=f"prices-{chosen}-{stamp}",
        )
        pressed = st.form_submit_button(_("Note the changes"), key="submit-prices")
    if pressed:
        _note(edited, rows, edits)


def _prices(here: Here, plan: Plan, technologies: Collection[str], edits: Edits) -> dict[str, dict[str, Any]] | None:
    """Return the prices of the run's scenario by technology and field, as “planner check” knows them."""
    folder = here.session.errands / f"prices-{plan.scenario['hash'][:24]}-{language()}"
    state = errand_state(folder)
    if state == "running":
        watch_errand(folder, _("Reading the price list …"))
        return None
    if state != "done":
        if state is not None:
            st.error(literal(errand_answer(folder).get("message") or _("The price list could not be read.")))
        _offer(folder, edits)
        return None
    listed: dict[str, dict[str, Any]] = {}
    for price in errand_answer(folder)["prices"]:
        technology, _dot, name = price["name"].partition(".")
        if technology not in technologies:
            continue
        told = {"typical": price["value"], **{key: price[key] for key in ("low", "high", "source", "unit")}}
        listed.setdefault(technology, {})[f"technologies.{technology}.overrides.{name}"] = told
    return listed


def _offer(folder: Path, edits: Edits) -> None:
    st.write(_("The price list has every figure with its range and its source."))
    if read_only() or not st.button(_("Show the prices"), key="show-prices"):
        return
    try:
        arguments = edits.save("prices", with_wishes=False)
    except PlannerError as error:
        st.error(literal(str(error)))
        return
    start_errand(folder, ["check", *arguments])
    st.rerun()


def _note(edited: pd.DataFrame, rows: dict[str, dict[str, Any]], edits: Edits) -> None:
    """Make wishes of the rows that differ from what is in force; a range that is none is said and not taken."""
    faults, wished = [], []
    for path, name, _unit, *figures, source in edited.itertuples(index=False):
        told = rows[path]
        before = {key: told[key] for key in (*_FIGURES, "source")}
        after: dict[str, Any] = {
            **dict(zip(_FIGURES, map(float, figures), strict=True)),
            "source": str(source or "").strip() or "user",
        }
        low, typical, high = map(float, figures)
        if not 0 <= low <= typical <= high:
            faults.append(labelled(name, _("low, typical and high must be in ascending order.")))
        # Whoever changes a figure and leaves the source as it was would put words into somebody's mouth.
        elif any(after[key] != before[key] for key in _FIGURES) and after["source"] == before["source"]:
            wished.append((path, {**after, "source": "user"}, before))
        else:
            wished.append((path, after, before))
    if faults:
        st.error("  \n".join(map(literal, faults)))
        return
    for path, after, before in wished:
        edits.wish(path, after, before)
    st.rerun()
