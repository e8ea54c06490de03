"""The scenario: what another budget would buy, answered at once; wishes as chips; an exact solve."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from planner import load_scenario
from planner.errors import InputError, PlannerError
from planner.i18n import _
from planner.jobs import changed_inputs, run_state
from planner.ui.address import note, use_address_language
from planner.ui.charts import frontier_chart
from planner.ui.edits import Edits, told
from planner.ui.frontiers import ceiling_at, frontier_of, frontier_run_of, own_point, point_at
from planner.ui.map import show_map
from planner.ui.plan_maps import frontier_map, legend_of
from planner.ui.runs import new_run_folder, start_run
from planner.ui.screens.plan import plan_or_state, show_end_without_result, warnings
from planner.ui.session import read_only
from planner.ui.text import literal
from planner.ui.watching import watch
from planner.ui.wishes import wish_forms
from planner.wording import figure, labelled, money, money_short, number

if TYPE_CHECKING:
    from planner import Plan
    from planner.ui.frame import Here

_HEIGHT_PX = 330
_POINTS = "25"
_WISH = "solve-wish"
"""A solve that was asked for, kept until it is agreed on what its plan would rest."""
_STEPS = 200


def show(here: Here) -> None:
    """Show the scenario of the run that is chosen, and what could be asked instead."""
    plan = plan_or_state(here)
    if plan is None:
        return
    assert here.run is not None
    st.title(_("Scenario"))
    st.caption(
        literal(
            _("{name}. Amounts in {currency} at prices of {year}.").format(
                name=plan.scenario["name"], currency=plan.scenario["currency"], year=plan.scenario["price_year"]
            )
        )
    )
    warnings(plan)
    edits = Edits(here)
    left, right = st.columns([5, 3])
    with left:
        _budgets(here, plan, edits)
    with right:
        _ask(here, plan, edits)
    try:
        scenario = load_scenario(here.run)
    except InputError as error:
        st.error(literal(str(error)))
        return
    st.header(_("What may be changed"))
    wish_forms(here, plan, scenario, edits)


def _budgets(here: Here, plan: Plan, edits: Edits) -> None:
    """Show what each budget buys, if that is known; else offer to find out."""
    assert here.run is not None
    st.header(_("What a budget buys"))
    frontier = frontier_of(here, here.run)
    if frontier is not None:
        _slider(here, plan, frontier, edits)
        return
    at_work = frontier_run_of(here, here.run)
    if at_work is not None and run_state(at_work) == "running":
        watch(at_work)
        return
    if at_work is not None:
        show_end_without_result(at_work, run_state(at_work))
    st.write(
        _(
            "Once the frontier of this scenario is computed, a slider answers at once what any budget would buy, and "
            "the map follows."
        )
    )
    if not read_only() and st.button(_("Compute the frontier"), key="compute-frontier"):
        _start(here, edits, "frontier", ["--points", _POINTS], with_wishes=False)


@st.fragment
def _slider(here: Here, plan: Plan, frontier: dict[str, Any], edits: Edits) -> None:
    """Answer from the frontier: the largest plan that is known for the money, and what none can exceed."""
    use_address_language()
    currency = plan.scenario["currency"]
    points = frontier["points"]
    most = round(points[-1]["limit"])
    now = round(plan.budget["limit"]) if plan.budget else most // 2
    name = frontier["budget"]["name"]
    amount = st.select_slider(
        _("Budget ({currency})").format(currency=currency),
        _amounts(most, now),
        value=min(now, most),
        format_func=number,
        key=f"slider-{plan.scenario['hash'][:12]}",
        help=_("What the programme may cost: purchases and the funded years of operation."),
    )
    own = own_point(plan)
    point = point_at(frontier, amount, own)
    _tiles(point, ceiling_at(frontier, amount, own), currency)
    if st.button(_("Take this budget"), key="take-budget", disabled=amount == now):
        edits.wish(f"budgets.{name}", amount, plan.budget["limit"] if plan.budget else None)
        st.rerun()
    run = frontier_run_of(here, here.run) if here.run else None
    links = frontier["links"] | (point or {}).get("drawn", {})
    on_map, on_curve = st.tabs([_("Map"), _("Curve")])
    with on_map:
        show_map(
            frontier_map(frontier | {"links": links}, point, run or here.session.home),
            "frontier-map",
            _("Map of the {n} offices that this budget connects or upgrades.").format(
                n=number(len(point["offices"]) if point else 0)
            ),
            height=_HEIGHT_PX,
        )
        drawn = {links[link]["technology"] for link in (point["links"] if point else [])}
        st.html(legend_of({*(point["technologies"] if point else []), "existing", "source"}, drawn, left_out=True))
    with on_curve:
        frontier_chart({plan.scenario["name"]: frontier}, f"frontier-{plan.scenario['hash'][:8]}", amount)
    if point:
        text = _("This plan was made for {limit}, the nearest budget below that is known.")
        st.caption(literal(text.format(limit=money(100 * point["limit"], currency))))


def _amounts(most: int, now: int) -> list[int]:
    """Return round amounts up to the largest budget that is known, and the budget of the plan on screen."""
    rough = most / _STEPS
    size = 10 ** math.floor(math.log10(max(rough, 1)))
    step = next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough)
    return sorted({*range(0, most, step), most, min(now, most)})


def _tiles(point: dict[str, Any] | None, ceiling: float, currency: str) -> None:
    totals = point["totals"] if point else {"people": 0}
    tiles = (
        (_("Offices gained"), number(len(point["offices"]) if point else 0)),
        (_("People within reach"), number(totals["people"])),
        (_("Spent"), money_short(100 * point["spent"], currency) if point else "–"),
        (_("Benefit"), figure(point["value"]) if point else "0"),
        (_("At most, proven"), figure(ceiling)),
    )
    for column, (label, text) in zip(st.columns(len(tiles), gap="small"), tiles, strict=True):
        column.metric(label, text, border=True, height="stretch")


def _ask(here: Here, plan: Plan, edits: Edits) -> None:
    """Show the wishes as chips, and the buttons that act on them."""
    currency = plan.scenario["currency"]
    st.header(_("Changes"))
    with st.container(border=True):
        if not edits.all:
            st.write(_("Nothing is changed yet: this is the scenario of the run on screen."))
        last = {edit.field: edit for edit in edits.all}
        for field, edit in last.items():
            st.button(
                literal(told(edit, currency)) + " ✕",
                key=f"chip-{field}",
                on_click=edits.drop,
                args=(field,),
                help=_("Take this change back"),
            )
        if edits.all:
            undo, clear = st.columns(2)
            undo.button(_("Undo"), key="undo", on_click=edits.undo, width="stretch")
            clear.button(_("Take all back"), key="clear", on_click=edits.clear, width="stretch")
    if read_only():
        st.caption(_("This page is for reading only: nothing is solved here."))
        return
    name = st.text_input(_("Name of the new run"), value=f"{here.run.name if here.run else ''}-2", key="new-name")
    if st.button(_("Solve exactly"), type="primary", width="stretch", key="solve"):
        st.session_state[_WISH] = (here.run, name)
    if st.session_state.get(_WISH, (None, ""))[0] == here.run and _agreed(here, plan):
        _run, wanted = st.session_state.pop(_WISH)
        _start(here, edits, "solve", [], name=wanted)
    _offer_file(here, edits)


def _agreed(here: Here, plan: Plan) -> bool:
    """Ask whether to solve on other inputs than the plan on screen, for then the two differ by more than wishes."""
    assert here.run is not None
    try:
        changes = changed_inputs(here.run, plan)
    except PlannerError as error:
        _show_faults(error)
        return False
    if not changes:
        return True
    lines = [f"- {literal(labelled(change.file or '', change.message))}" for change in changes]
    st.warning("\n".join([_("The new plan would rest on other inputs than this one:"), "", *lines]))
    return all(change.code != "missing-file" for change in changes) and st.button(
        _("Solve with the inputs as they are now"), key="solve-anyway"
    )


def _offer_file(here: Here, edits: Edits) -> None:
    assert here.run is not None
    try:
        load_scenario(here.run, overrides=edits.wishes)
    except PlannerError:
        # Whoever solves is told why.
        return
    st.download_button(
        _("Save as a scenario file"),
        lambda: Path(edits.save("draft")[0]).read_bytes(),
        file_name="scenario.yaml",
        mime="application/yaml",
        key="save-scenario",
        on_click="ignore",
        width="stretch",
    )


def _start(
    here: Here, edits: Edits, command: str, options: list[str], *, name: str | None = None, with_wishes: bool = True
) -> None:
    """Start a run of what is wished for."""
    assert here.run is not None
    run_dir = new_run_folder(here.session, name or f"{here.run.name}-{command}")
    try:
        arguments = edits.save(run_dir.name, with_wishes=with_wishes)
    except PlannerError as error:
        _show_faults(error)
        return
    if start_run(run_dir, [command, *arguments, *options]):
        if command == "solve":
            note(run=run_dir.name, page="plan", selected=None)
        st.rerun()


def _show_faults(error: PlannerError) -> None:
    problems = error.problems if isinstance(error, InputError) else ()
    lines = [f"- {literal(str(problem))}" for problem in problems] or [f"- {literal(str(error))}"]
    st.error("\n".join([_("This cannot be asked:"), "", *lines]))
