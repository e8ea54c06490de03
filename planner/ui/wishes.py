"""The forms in which a scenario is changed; what they say becomes wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.errors import InputError
from planner.i18n import _
from planner.ui.prices import price_form
from planner.ui.text import literal
from planner.wording import technology_heading

if TYPE_CHECKING:
    from planner import Plan
    from planner.ui.edits import Edits
    from planner.ui.frame import Here


def wish_forms(here: Here, plan: Plan, scenario: Any, edits: Edits) -> None:
    """Show the forms, each with the values of the scenario as it is wished so far.

    Parameters
    ----------
    here : Here
    plan : Plan
    scenario : Scenario
        Of the run.
    edits : Edits
    """
    content = scenario.model_dump(mode="json")
    # Tabs keep their choice by their names when the page changes: no two pages have a tab of the same name.
    budget, technologies, prices, offices, equity, money, advanced = st.tabs(
        [
            _("Budget"),
            _("Technologies"),
            _("Prices"),
            _("In or out"),
            _("Equity"),
            _("Horizon and discount"),
            _("Advanced"),
        ]
    )
    with budget:
        _budgets(plan, edits)
    with technologies:
        _technologies(content, edits)
    with prices:
        price_form(here, plan, content, edits)
    with offices:
        _offices(plan, content, edits)
    with equity:
        _equity(content, edits)
    with money:
        _figures(
            content,
            edits,
            "money",
            {
                "horizon_years": (_("Horizon (years)"), 1, 1),
                "funded_years": (_("Funded years of operation"), 1, 1),
                "discount_rate": (_("Discount rate (a year)"), 0.01, 1.0),
                "contingency": (_("Contingency (share)"), 0.01, 1.0),
            },
        )
    with advanced:
        _advanced(content, edits)


def _submit(key: str) -> bool:
    return st.form_submit_button(_("Note the changes"), key=f"submit-{key}")


def _budgets(plan: Plan, edits: Edits) -> None:
    if not plan.budgets:
        st.write(_("This scenario asks for least money and has no budget."))
        return
    with st.form("budgets", border=False):
        amounts = {}
        currency = plan.scenario["currency"]
        for position, budget in enumerate(plan.budgets, 1):
            limit = round(budget["limit"], 2)
            wished = edits.wishes.get(f"budgets.{budget['name']}", limit)
            label = _("Budget ({currency})").format(currency=currency)
            if len(plan.budgets) > 1:
                # A label is read aloud as it is written: what the user called it stands above, where it can be escaped.
                st.caption(literal(budget["name"]))
                label = _("Budget {n} ({currency})").format(n=position, currency=currency)
            amounts[budget["name"]] = st.number_input(
                label,
                min_value=0.0,
                value=float(wished),
                step=float(10 ** max(len(str(round(limit))) - 2, 0)),
                format="%.0f",  # no sign of decimals, which every language has its own for
                key=f"wish-budget-{budget['name']}-{wished}",
            )
        if _submit("budgets"):
            for budget in plan.budgets:
                edits.wish(f"budgets.{budget['name']}", amounts[budget["name"]], round(budget["limit"], 2))
            st.rerun()


def _technologies(content: dict[str, Any], edits: Edits) -> None:
    with st.form("technologies", border=False):
        st.caption(_("What may be built or rented. Costs: see “Prices”."))
        columns = st.columns(4)
        ticked = {}
        for position, (name, technology) in enumerate(content["technologies"].items()):
            wished = edits.wishes.get(f"technologies.{name}.enabled", technology["enabled"])
            ticked[name] = columns[position % 4].checkbox(
                technology_heading(name), value=wished, key=f"wish-technology-{name}-{wished}"
            )
        if _submit("technologies"):
            for name, technology in content["technologies"].items():
                edits.wish(f"technologies.{name}.enabled", ticked[name], technology["enabled"])
            st.rerun()


def _offices(plan: Plan, content: dict[str, Any], edits: Edits) -> None:
    names = dict(zip(plan.offices["id"], plan.offices["name"], strict=True))
    with st.form("offices", border=False):
        chosen = {}
        for field, label in (("must_connect", _("Must be connected")), ("exclude", _("Left out whatever happens"))):
            before = list(content["limits"][field])
            wished = edits.wishes.get(f"limits.{field}", before)
            chosen[field] = st.multiselect(
                label,
                list(names),
                default=[name for name in wished if name in names],
                format_func=lambda name: f"{names[name]} ({name})",
                placeholder=_("Choose offices"),
                key=f"wish-{field}-{len(wished)}",
            )
        if _submit("offices"):
            for field, ids in chosen.items():
                edits.wish(f"limits.{field}", ids, list(content["limits"][field]))
            st.rerun()


def _equity(content: dict[str, Any], edits: Edits) -> None:
    """Offer a floor for every region: the most usual rule of equity; others are for the scenario file."""
    before = content["limits"]["floors"]
    wished = edits.wishes.get("limits.floors", before)
    now = next((floor["share"] for floor in wished if floor["by"] == "region" and floor["share"]), 0.0)
    with st.form("equity", border=False):
        least = st.slider(
            _("Every region has at least this share of its offices connected (%)"),
            0,
            100,
            round(100 * now),
            key=f"wish-floor-{now}",
        )
        if _submit("equity"):
            others = [floor for floor in wished if floor["by"] != "region"]
            mine: list[dict[str, Any]] = [
                {"by": "region", "measure": "offices", "share": least / 100, "count": None, "groups": []}
            ]
            edits.wish("limits.floors", [*others, *(mine if least else [])], before)
            st.rerun()


def _figures(content: dict[str, Any], edits: Edits, section: str, fields: dict[str, tuple[str, float, float]]) -> None:
    """Show number fields of a section: name, label, step, and what a whole unit is."""
    with st.form(section, border=False):
        columns = st.columns(len(fields))
        given = {}
        for column, (name, (label, step, _unit)) in zip(columns, fields.items(), strict=True):
            # Streamlit takes value and step of one type alone; wishes may be kept from before they were checked.
            wished = type(step)(edits.wishes.get(f"{section}.{name}", content[section][name]))
            given[name] = column.number_input(label, value=wished, step=step, key=f"wish-{section}-{name}-{wished}")
        if _submit(section):
            for name, value in given.items():
                edits.wish(f"{section}.{name}", value, content[section][name])
            st.rerun()


def _advanced(content: dict[str, Any], edits: Edits) -> None:
    """Offer every other field by its path, folded away from those who do not look for it."""
    _figures(
        content,
        edits,
        "solver",
        {"gap": (_("Stop at this gap (share)"), 0.001, 1.0), "time_limit_s": (_("Time limit (s)"), 10.0, 1.0)},
    )
    with st.expander(_("Any other field of the scenario")), st.form("advanced", border=False):
        text = st.text_area(
            _("One field a line: path: value"),
            placeholder="technologies.leo.overrides.monthly_fee: 90\nlinks.microwave.max_mast_m.relay: 45",
            help=_("Paths are those of the scenario file; prices are overrides of their technology."),
            key="wish-advanced",
        )
        if _submit("advanced"):
            _take(text, content, edits)
    with st.expander(_("The scenario in full")):
        rows = [(path, "" if value is None else str(value)) for path, value in _flat(content, "")]
        st.dataframe(pd.DataFrame(rows, columns=[_("Field"), _("Value")]), hide_index=True, height=300)


def _take(text: str, content: dict[str, Any], edits: Edits) -> None:
    try:
        said = edits.typed(text)
    except InputError as error:
        st.error("  \n".join(literal(str(problem)) for problem in error.problems))
        return
    known = dict(_flat(content, ""))
    for path, value in said.items():
        edits.wish(path, value, known.get(path))
    st.rerun()


def _flat(value: Any, at: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        return [row for key, entry in value.items() for row in _flat(entry, f"{at}.{key}" if at else str(key))]
    return [(at, value)]
