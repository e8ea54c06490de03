"""The card of an office or a link, the same wherever it was clicked: why, what it costs, what else, its profile."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import streamlit as st

from planner.i18n import _, language
from planner.jobs import errand_answer, errand_state, start_errand
from planner.ui.address import note
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch_errand
from planner.wording import (
    budget_line,
    figure,
    item_name,
    labelled,
    measure_name,
    money,
    number,
    option_name,
    share,
    status_name,
    technology_heading,
    technology_name,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner import Plan
    from planner.ui.frame import Here

_PROFILE = "profile.svg"
_WITH_PROFILE = ("microwave", "fibre")
_ROUNDING = "rounding"
_MEASURES = ("capex", "opex_per_year", "present_value", "programme_cost")


@dataclass(frozen=True)
class Selected:
    """What the card is about: its row of the plan."""

    id: str
    kind: Literal["office", "link"]
    row: Mapping[str, Any]


@dataclass(frozen=True)
class _Answer:
    """Of an errand: its folder, and what it has found; None while it is at work, or if it was lost."""

    folder: Path
    found: dict[str, Any] | None


def find_selected(plan: Plan, identifier: str | None) -> Selected | None:
    """Return the office or the link of a name; None if the plan has none of it."""
    if identifier is None:
        return None
    kinds: tuple[tuple[Literal["office", "link"], pd.DataFrame], ...] = (
        ("office", plan.offices),
        ("link", plan.all_links),
    )
    for kind, frame in kinds:
        rows = frame[frame["id"] == identifier]
        if len(rows):
            return Selected(identifier, kind, _first(rows))
    return None


def show_card(here: Here, plan: Plan, run_dir: Path, selected: Selected) -> None:
    """Show the card: first what the plan itself says, then what is found out about it beside the page."""
    currency = plan.scenario["currency"]
    name = selected.row.get("name") or selected.id
    title, close = st.columns([5, 1], vertical_alignment="center")
    title.header(literal(str(name)))
    close.button("✕", help=_("Close the card"), key="close-card", on_click=note, kwargs={"selected": None})
    if selected.kind == "office":
        _show_office(selected, currency)
        link = _entering_link(plan, selected)
    else:
        _show_link(selected, currency)
        link = selected.row
    own = _answer(here, run_dir, plan, selected.id, profile=selected.kind == "link" and _has_profile(selected.row))
    _show_explanation(own)
    if link is not None and _has_profile(link):
        other = selected.kind == "office"
        _show_profile(_answer(here, run_dir, plan, link["id"], profile=True) if other else own, link if other else None)


def _show_office(selected: Selected, currency: str) -> None:
    row = selected.row
    now = technology_heading(row["technology"]) if row["connected"] else _("Not connected")
    st.markdown(f"**{literal(now)}**")
    if row["reason"]:
        st.write(literal(row["reason"]))
    facts = {
        _("Id"): selected.id,
        _("Region"): row["region"] or "–",
        _("Before"): status_name(row["before"]),
        _("People within reach"): _count(row["people_total"]),
        _("of them underserved"): _count(row["people"]),
        _("Demand"): _("{n} Mbit/s").format(n=number(row["demand_mbps"], 1)),
    }
    if row["connected"]:
        facts |= {
            _("Availability"): share(row["availability"], 2) if _known(row["availability"]) else "–",
            _("Equipment: purchases"): money(row["capex_cents"], currency),
            _("Equipment: per year"): money(row["opex_per_year_cents"], currency),
        }
    if _known(row.get("year")):
        facts[_("Year")] = str(int(row["year"]))
    _facts(facts)


def _show_link(selected: Selected, currency: str) -> None:
    row = selected.row
    st.markdown(f"**{literal(technology_heading(row['technology']))}**, {literal(option_name(row['option']))}")
    capacity = row["capacity_mbps"]
    facts = {
        _("From"): "–" if row["from"] == "root" else row["from"],
        _("To"): row["to"],
        _("Length"): _("{n} km").format(n=number(row["length_km"], 1)),
        _("Load"): _("{n} Mbit/s").format(n=number(row["load_mbps"], 1)),
        _("Capacity"): _("{n} Mbit/s").format(n=number(capacity)) if _known(capacity) else _("not limited"),
        _("Availability"): share(row["availability"], 3) if _known(row["availability"]) else "–",
        _("Purchases"): money(row["capex_cents"], currency),
        _("Per year"): money(row["opex_per_year_cents"], currency),
    }
    for heading, column in ((_("Mast at start"), "mast_from_m"), (_("Mast at end"), "mast_to_m")):
        if _known(row[column]):
            facts[heading] = _("{n} m").format(n=number(row[column], 1))
    if _known(row.get("year")):
        facts[_("Year")] = str(int(row["year"]))
    _facts(facts)


def _facts(facts: Mapping[str, str]) -> None:
    st.markdown("  \n".join(literal(labelled(name, text)) for name, text in facts.items()))


def _known(value: Any) -> bool:
    return value is not None and pd.notna(value) and value != math.inf


def _count(value: Any) -> str:
    return number(value) if _known(value) else "–"


def _entering_link(plan: Plan, selected: Selected) -> Mapping[str, Any] | None:
    rows = plan.links[plan.links["to"] == selected.id]
    return _first(rows) if len(rows) else None


def _first(rows: pd.DataFrame) -> dict[str, Any]:
    return {str(column): value for column, value in rows.iloc[0].items()}


def _answer(here: Here, run_dir: Path, plan: Plan, identifier: str, *, profile: bool) -> _Answer:
    """Return what “planner explain” says, and ask it where nobody has."""
    told = "\n".join((str(run_dir), plan.scenario["hash"], str((run_dir / "plan.json").stat().st_mtime_ns), identifier))
    folder = here.session.errands / f"explain-{hashlib.sha256(told.encode()).hexdigest()[:24]}-{language()}"
    state = errand_state(folder)
    if state is None and not read_only():
        more = ["--out", str(folder / _PROFILE)] if profile else []
        # Ids are the user's: one that starts with a dash is no option.
        start_errand(folder, ["explain", *more, "--", str(run_dir), identifier])
        state = "running"
    if state == "running":
        watch_errand(folder, _("Looking into it …"))
    return _Answer(folder, errand_answer(folder) if state in {"done", "failed"} else None)


def _show_explanation(answer: _Answer) -> None:
    found = answer.found
    if found is None:
        return
    if "error" in found:
        st.caption(literal(_("More cannot be said: {reason}").format(reason=found["message"])))
        return
    column = _MEASURES.index(found["measure"])
    currency = found["currency"]
    if found["lines"]:
        with st.expander(_("What it costs, item by item"), expanded=True):
            st.caption(literal(measure_name(found["measure"])))
            _show_lines(found["lines"], column, currency)
            if found["share"] is not None:
                text = money(100 * found["share"], currency, exact=True)
                st.markdown(f"**{literal(labelled(_('Its share'), text))}**")
    if found["others"]:
        with st.expander(_("Other ways"), expanded=not found["inside"]):
            st.caption(_("The cheapest way of each technology on top of the rest of the plan; the first is runner-up."))
            ways = [
                f"- **{literal(technology_name(way['technology']))}**, {literal(money(100 * way['price'], currency))}"
                for way in found["others"]
            ]
            st.markdown("\n".join(ways))
    for line in found["binding"]:
        st.write(literal(line))
    if found["needed"] is not None:
        _show_needed(found)
    if found["sheet"] is not None and found["sheet"].get("budget"):
        with st.expander(_("Link budget")):
            _show_budget(found["sheet"])


def _show_lines(lines: list[dict[str, Any]], column: int, currency: str) -> None:
    for line in lines:
        total = sum(part["cents"][column] for part in line["parts"])
        shared = _("shared by {n} offices").format(n=number(line["shared_by"])) if line["shared_by"] > 1 else ""
        head = labelled(f"**{literal(line['title'])}**", literal(money(total, currency, exact=True)))
        st.markdown(head + (f" ({literal(shared)})" if shared else ""))
        parts = [
            literal(labelled(item_name(part["name"]), money(part["cents"][column], currency, exact=True)))
            for part in line["parts"]
            if part["name"] != _ROUNDING or part["cents"][column]
        ]
        st.caption("  \n".join(parts))


def _show_needed(found: dict[str, Any]) -> None:
    currency = found["currency"]
    needed = money(100 * found["needed"], currency)
    text = _("It would take {needed} more on top of this plan.").format(needed=needed)
    if found["left"] is not None:
        text = _("It would take {needed} more on top of this plan, of whose budget {left} is left.").format(
            needed=needed, left=money(100 * found["left"], currency)
        )
    st.info(literal(text))
    if found["rate"] is not None and found["mean_rate"] is not None:
        told = _("That is {rate} of benefit per {amount}; the plan's money brings {mean} on average.")
        st.caption(
            literal(
                told.format(
                    rate=figure(found["rate"]), mean=figure(found["mean_rate"]), amount=money(100_000, currency)
                )
            )
        )


def _show_budget(sheet: dict[str, Any]) -> None:
    rows = pd.DataFrame(
        {
            _("Line"): [budget_line(entry["key"]) for entry in sheet["budget"]],
            _("Value"): [
                f"{number(entry['value'], 4 if entry['unit'] == '%' else 1)} {entry['unit']}"
                for entry in sheet["budget"]
            ],
        }
    )
    st.dataframe(rows, hide_index=True)


def _has_profile(link: Mapping[str, Any]) -> bool:
    return link["technology"] in _WITH_PROFILE and link["geometry"] is not None


def _show_profile(answer: _Answer, link: Mapping[str, Any] | None) -> None:
    """Show the ground under a link, with its ray, Fresnel zone and masts; ``link``: whose card is one click away."""
    picture = answer.folder / _PROFILE
    if answer.found is None or not picture.exists():
        return
    title = _("Profile") if link is None else _("Profile of its link")
    st.markdown(f"**{title}**")
    st.image(picture.read_text(encoding="utf-8"), width="stretch", alt=title)
    if link is not None:
        st.button(_("Card of this link"), key="to-link", on_click=note, kwargs={"selected": str(link["id"])})
