"""The plan: headline figures, map, the card of what is selected, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from planner.errors import PlannerError
from planner.i18n import _, ngettext
from planner.jobs import read_events, run_state
from planner.ui.address import asked, follow, go, note, spoken
from planner.ui.card import find_selected, show_card
from planner.ui.frontiers import frontier_of, next_offices
from planner.ui.map import ROOM, has_regions, show_map
from planner.ui.offered import LANGUAGE_NAMES
from planner.ui.plan_maps import description, legend, plan_map
from planner.ui.plan_tabs import choose_year, more_tabs, second_path
from planner.ui.runs import open_plan, written_otherwise
from planner.ui.session import read_only
from planner.ui.tables import baselines_table, links_table, mix_table, offices_table, problems_table
from planner.ui.text import literal
from planner.ui.tiles import show_tiles, verdict
from planner.ui.watching import watch
from planner.ui.widgets import TABLE_HEIGHT_PX, table
from planner.wording import labelled, money, number, rule_name, sentence, too_little, what_data

if TYPE_CHECKING:
    from pathlib import Path

    from planner import Plan
    from planner.ui.frame import Here

_LOG_LINES = 200


def show(here: Here) -> None:
    """Show a run in whatever state it is."""
    plan = plan_or_state(here)
    if plan is not None:
        assert here.run is not None
        _show_plan(here, plan, here.run)


def plan_or_state(here: Here) -> Plan | None:
    """Return the plan of the run that is chosen; if there is none (yet), show why and return None."""
    if here.run is None and read_only():
        st.info(_("There is no run here yet."))
        return None
    if here.run is None:
        st.info(_("There is no run here yet. Make an example, or load your own data."))
        left, right, _rest = st.columns([2, 2, 6])
        left.button(_("Start"), on_click=go, args=("start",), type="primary", width="stretch", key="to-start")
        right.button(_("Data"), on_click=go, args=("data",), width="stretch", key="to-data")
        return None
    state = run_state(here.run)
    if state == "running":
        st.title(literal(here.run.name))
        watch(here.run)
        return None
    if (here.run / "plan.json").exists():
        try:
            return open_plan(here.run)
        except PlannerError as error:
            st.error(literal(str(error)))
            return None
    st.title(literal(here.run.name))
    show_end_without_result(here.run, state)
    return None


def show_end_without_result(run_dir: Path, state: str | None) -> None:
    """Say why a run has left nothing."""
    if state == "cancelled":
        st.info(_("This run was cancelled before the first plan."))
        return
    if state == "failed":
        # A wrong input may have many faults, a line each.
        reasons = [f"- {literal(line)}" for line in read_events(run_dir)[-1]["message"].split("\n")]
        st.error("\n".join([_("This run failed:"), "", *reasons]))
    else:
        st.error(_("This run ended without a word: it was killed, or could not start."))
    st.caption(_("Its log:"))
    log = run_dir / "log.txt"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    st.code("\n".join(lines[-_LOG_LINES:]) or "–", language=None, wrap_lines=True)


def headline(plan: Plan) -> None:
    """Show what the figures are about: name, currency, prices, how good the plan is, and what must be known first."""
    st.title(literal(plan.scenario["name"]))
    warnings(plan)
    st.caption(
        literal(
            _("Amounts in {currency} at prices of {year}. {verdict}").format(
                currency=plan.scenario["currency"], year=plan.scenario["price_year"], verdict=verdict(plan)
            )
        )
    )


def warnings(plan: Plan) -> None:
    """Say what must be known before any figure is read."""
    told = [what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"])]
    excluded = plan.data["rows_excluded"]
    if excluded:
        text = ngettext(
            "{n} row of the inputs was left out: see “What it rests on”.",
            "{n} rows of the inputs were left out: see “What it rests on”.",
            excluded,
        )
        told.append(text.format(n=number(excluded)))
    if any(told):
        st.warning("  \n".join(filter(None, told)))


def _show_plan(here: Here, plan: Plan, run_dir: Path) -> None:
    headline(plan)
    if plan.outcome.conflict is not None:
        st.error("  \n".join(literal(line) for line in plan.outcome.conflict.lines()))
    if plan.outcome.value is None:
        st.button(_("Change the scenario"), on_click=go, args=("scenario",), type="primary", key="to-scenario")
        return
    lacking = plan.shortfall
    if lacking:
        st.info(literal(too_little(**lacking, currency=plan.scenario["currency"])))
    show_tiles(plan)
    selected = find_selected(plan, asked("selected"))
    map_column, side = st.columns([3, 2] if selected else [4, 1])
    with map_column:
        _map(plan, run_dir, selected.id if selected else None)
        if selected is not None:
            st.html(legend(plan))
    with side:
        _find(plan, selected.id if selected else None)
        if selected is None:
            st.html(legend(plan))
            st.caption(_("Click an office or a link on the map or in a table: its card says why, and what it costs."))
            st.button(_("Change the scenario"), on_click=go, args=("scenario",), width="stretch", key="to-scenario")
        else:
            with st.container(height=ROOM[1], border=True, key="card"):
                show_card(here, plan, run_dir, selected)
    _show_tables(here, plan, run_dir)
    st.html(f'<p class="printed">{_("The tables are in the workbook and in the proposal: page “Export”.")}</p>')


def _map(plan: Plan, run_dir: Path, selected: str | None) -> None:
    layers = {"terrain": _("Terrain"), "links": _("Links"), "left_out": _("Offices left out")}
    if has_regions(run_dir):
        layers["regions"] = _("Regions")
    shown = st.pills(
        _("Layers"),
        list(layers),
        selection_mode="multi",
        default=[name for name in layers if name != "regions"],
        format_func=layers.__getitem__,
        label_visibility="collapsed",
        key=spoken("layers"),
    )

    until = choose_year(plan, run_dir.name)
    show_map(
        plan_map(plan, run_dir),
        f"map-{run_dir.name}",
        description(plan),
        selected=selected,
        until=until,
        path=second_path(plan, selected),
        hidden=set(layers) - set(shown),
        on_pick=lambda picked: note(selected=picked),
    )


def _find(plan: Plan, selected: str | None) -> None:
    """Offer every office and link by name: the way to a card for those who do not use the map."""
    names = dict(zip(plan.offices["id"], plan.offices["name"], strict=True))
    ids = [*names, *plan.links["id"]]
    follow("find", selected)
    st.selectbox(
        _("Find an office or a link"),
        ids,
        index=None,
        format_func=lambda one: f"{names[one]} ({one})" if one in names and names[one] != one else one,
        placeholder=_("Find by name"),
        label_visibility="collapsed",
        key="find",
        on_change=lambda: note(selected=st.session_state["find"]),
    )


def _show_tables(here: Here, plan: Plan, run_dir: Path) -> None:
    name = run_dir.name
    others = more_tabs(plan)
    offices, links, *places, more, comparison, grounds = st.tabs(
        [
            _("Offices"),
            _("Links"),
            *others,
            _("With 10 % more"),
            _("Technologies and simple rules"),
            _("What it rests on"),
        ]
    )
    for place, show_part in zip(places, others.values(), strict=True):
        with place:
            show_part(plan, name)
    with offices:
        frame = offices_table(plan)
        table(frame, f"{name}-offices", height=TABLE_HEIGHT_PX, ids=frame[_("Office")].tolist())
    with links:
        frame = links_table(plan)
        table(frame, f"{name}-links", height=TABLE_HEIGHT_PX, ids=frame[_("Link")].tolist())
    with more:
        _with_more(here, plan, run_dir)
    with comparison:
        st.header(_("Technologies of the plan"))
        table(mix_table(plan), f"{name}-technologies")
        st.header(_("The same money by simple rules, every office by itself"))
        table(baselines_table(plan), f"{name}-rules")
        for baseline in plan.baselines:
            if not baseline["available"]:
                st.caption(literal(labelled(sentence(rule_name(baseline["name"])), baseline["reason"])))
    with grounds:
        other = written_otherwise(run_dir)
        if other is not None:
            text = _("Reasons, assumptions and notes keep the language in which this run was solved: {language}.")
            st.caption(text.format(language=LANGUAGE_NAMES[other]))
        show_grounds(plan, name)


def show_grounds(plan: Plan, name: str) -> None:
    """Show what a plan takes for granted, and which rows of the inputs it does without."""
    for title, lines in (
        (_("Assumptions"), plan.data["assumptions"]),
        (_("Notes on what is offered"), plan.data["notes"]),
    ):
        if lines:
            st.header(title)
            st.markdown("\n".join(f"- {literal(line)}" for line in lines))
    if plan.data["problems"]:
        st.header(_("Rows of the inputs that were left out or are doubtful"))
        table(problems_table(plan), f"{name}-problems")


def _with_more(here: Here, plan: Plan, run_dir: Path) -> None:
    """Show which offices a tenth more money adds, as the frontier of the same scenario knows it."""
    frontier = frontier_of(here, run_dir)
    if frontier is None or plan.budget is None:
        st.write(_("The frontier of this scenario says which offices come next; it is not computed yet."))
        st.button(_("Scenario"), on_click=go, args=("scenario",), key="frontier-to-scenario")
        return
    found = next_offices(frontier, plan, 1.1)
    if found is None:
        st.write(_("The frontier knows no larger budget."))
        return
    limit, rows = found
    currency = plan.scenario["currency"]
    text = _("The nearest budget that the frontier knows from a tenth more on is {limit}. Its plan adds:")
    st.write(literal(text.format(limit=money(100 * limit, currency))))
    table(rows, f"{run_dir.name}-next", ids=rows[_("Office")].tolist())
