"""The prices of a scenario in a form: typical, low, high and source; what is changed becomes a wish.

A scenario can say prices of technologies and of office equipment. All others stand in a price file: they are shown, and
given as such a file to be changed and loaded on the page of the data.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
import yaml

from planner.errors import PlannerError
from planner.i18n import _, language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.price_words import price_group, price_part
from planner.ui.address import spoken
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.ui.widgets import table
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner import Plan
    from planner.ui.edits import Edits
    from planner.ui.frame import Here

_GRID_PX = 340
_FIGURES = ("low", "typical", "high")
_PACKAGE = "package."
_IN_FILES = ("masts", "sites", "source", "power", "general")
"""Groups of prices that no field of a scenario can replace."""


def price_form(here: Here, plan: Plan, content: Mapping[str, Any], edits: Edits) -> None:
    """Show the prices that are in force, once they are asked for, and note what is changed.

    Parameters
    ----------
    here : Here
    plan : Plan
    content : mapping
        The scenario, JSON-ready.
    edits : Edits
    """
    prices = _prices(here, plan, content, edits)
    if prices is None:
        return
    chosen = st.selectbox(_("Prices of"), list(prices), format_func=price_group, key=spoken("prices-of"))
    rows = prices[chosen]
    if chosen in _IN_FILES:
        _show_fixed(chosen, rows, plan)
        return
    now = {path: _with_wish(told, edits.wishes.get(path)) for path, told in rows.items()}
    units = {path: told["unit"] for path, told in rows.items()}
    frame = pd.DataFrame(
        {
            "path": list(now),
            _("Price"): [_price_name(path) for path in now],
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


def _price_name(path: str) -> str:
    """Return what a price is called within its group."""
    return price_part(path.partition(".overrides.")[2] or path.partition(".")[2])


def _show_fixed(group: str, rows: dict[str, dict[str, Any]], plan: Plan) -> None:
    """Show prices that stand in price files, and offer them as one to be changed."""
    st.caption(
        _(
            "These prices stand in a price file. Download them, change the figures in any text editor, and load the "
            "file on the page “Data” as “Price file”."
        )
    )
    frame = pd.DataFrame(
        {
            _("Price"): [_price_name(path) for path in rows],
            _("Unit"): [told["unit"] for told in rows.values()],
            **{title: [told[key] for told in rows.values()] for key, title in _headings().items()},
        }
    )
    table(frame, f"prices-{group}", height=_GRID_PX)
    st.download_button(
        _("Download as a price file (YAML)"),
        lambda: price_file(rows, plan.scenario["currency"], plan.scenario["price_year"]),
        file_name=f"{group}.yaml",
        mime="application/yaml",
        key=f"price-file-{group}",
        on_click="ignore",
    )


def _headings() -> dict[str, str]:
    return {"low": _("Low"), "typical": _("Typical"), "high": _("High"), "source": _("Source")}


def price_file(rows: Mapping[str, Mapping[str, Any]], currency: str, year: int) -> str:
    """Return prices as a catalogue file, by their paths there."""
    content: dict[str, Any] = {"schema_version": 1, "currency": currency, "price_year": year}
    for path, told in rows.items():
        *sections, last = path.split(".")
        place = content
        for section in sections:
            place = place.setdefault(section, {})
        place[last] = {key: told[key] for key in (*_FIGURES, "source")}
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def _prices(
    here: Here, plan: Plan, content: Mapping[str, Any], edits: Edits
) -> dict[str, dict[str, dict[str, Any]]] | None:
    """Return the prices of the run's scenario by group and field, as “planner check” knows them."""
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
    listed: dict[str, dict[str, dict[str, Any]]] = {}
    for price in errand_answer(folder)["prices"]:
        group, _dot, name = price["name"].partition(".")
        path = price["name"]
        if group in content["technologies"]:
            path = f"technologies.{group}.overrides.{name}"
        elif group not in _IN_FILES and not _said(content, path):
            continue
        told = {"typical": price["value"], **{key: price[key] for key in ("low", "high", "source", "unit")}}
        listed.setdefault(group, {})[path] = told
    last = [*_IN_FILES]
    return dict(sorted(listed.items(), key=lambda entry: last.index(entry[0]) if entry[0] in last else -1))


def _said(content: Mapping[str, Any], path: str) -> bool:
    """Return whether a scenario itself says a price of office equipment."""
    group, kind, item = [*path.split("."), "", ""][:3]
    return group == "package" and content["package"].get(kind, {}).get(item) is not None


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


def _with_wish(told: dict[str, Any], wish: Any) -> dict[str, Any]:
    """Return a price as it is wished: an estimate or parts of one, or the bare amount of a price without a range.

    What is no number there is for the command to refuse: the form shows the figure that is in force.
    """
    if wish is None:
        return told
    said = wish if isinstance(wish, dict) else dict.fromkeys(_FIGURES, wish)
    figures = {key: said[key] for key in _FIGURES if isinstance(said.get(key), int | float)}
    return {**told, **figures, "source": str(said.get("source", told["source"]))}


def _note(edited: pd.DataFrame, rows: dict[str, dict[str, Any]], edits: Edits) -> None:
    """Make wishes of the rows that differ from what is in force; a range that is none is said and not taken."""
    faults: list[str] = []
    wished: list[tuple[str, Any, Any]] = []
    for path, name, _unit, *figures, source in edited.itertuples(index=False):
        told = rows[path]
        if path.startswith(_PACKAGE):
            # The scenario says these as bare amounts.
            if figures[0] != figures[2]:
                faults.append(labelled(name, _("This price has no range: change “Typical” alone.")))
            else:
                wished.append((path, float(figures[1]), told["typical"]))
            continue
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
