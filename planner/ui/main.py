"""The app's script: one run on screen, another budget one click away."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner import read_plan
from planner.errors import PlannerError
from planner.i18n import _, ngettext
from planner.jobs import read_events, run_state
from planner.ui.address import language_switch, run_switch, start, tell_browser, use_address_language
from planner.ui.map import HEIGHT_PX, description, legend, plan_map
from planner.ui.solving import budget_form, offer_demonstration, watch
from planner.ui.tables import baselines_table, links_table, mix_table, offices_table, problems_table
from planner.ui.text import literal
from planner.ui.tiles import show_tiles, verdict
from planner.wording import labelled, number, rule_name, sentence, too_little

if TYPE_CHECKING:
    import pandas as pd

    from planner import Plan

_HERE = Path(__file__).parent
_LOG_LINES = 200
_TABLE_HEIGHT_PX = 420
_LARGE = 1000


def main() -> None:
    """Draw the page."""
    st.set_page_config(page_title="PostLink Planner", page_icon=str(_HERE / "icon.png"), layout="wide")
    st.html(_HERE / "style.css")
    language = use_address_language()
    started = start()
    title, run, switch = st.columns([6, 3, 2], vertical_alignment="center")
    with switch:
        language_switch(language)
    with run:
        run_dir = run_switch(started.home, started.run)
    with title:
        # The title says what is shown; it is known only once the run has been read.
        top = st.container()
    tell_browser(language)
    if run_dir is None:
        top.title("PostLink Planner")
        st.info(_("There is no run here yet. Make an example, or solve your own scenario with “planner solve”."))
        offer_demonstration(started.home)
        return
    _show_run(run_dir, top)


def _show_run(run_dir: Path, top: st.delta_generator.DeltaGenerator) -> None:
    """Show a run in whatever state it is."""
    state = run_state(run_dir)
    if state == "running":
        top.title(literal(run_dir.name))
        watch(run_dir)
    elif (run_dir / "plan.json").exists():
        try:
            plan = _read(str(run_dir), (run_dir / "plan.json").stat().st_mtime_ns)
        except PlannerError as error:
            st.error(literal(str(error)))
            return
        _show_plan(plan, run_dir, top)
    else:
        top.title(literal(run_dir.name))
        _show_end_without_plan(run_dir, state)


def _show_end_without_plan(run_dir: Path, state: str | None) -> None:
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


def _show_plan(plan: Plan, run_dir: Path, top: st.delta_generator.DeltaGenerator) -> None:
    top.title(literal(plan.scenario["name"]))
    _warnings(plan)
    st.caption(
        literal(
            _("Amounts in {currency} at prices of {year}. {verdict}").format(
                currency=plan.scenario["currency"], year=plan.scenario["price_year"], verdict=verdict(plan)
            )
        )
    )
    if plan.outcome.conflict is not None:
        st.error("  \n".join(literal(line) for line in plan.outcome.conflict.lines()))
    if plan.outcome.value is None:
        budget_form(plan, run_dir)
        return
    lacking = plan.shortfall
    if lacking:
        st.info(literal(too_little(**lacking, currency=plan.scenario["currency"])))
    show_tiles(plan)
    map_column, side = st.columns([4, 1])
    with map_column:
        st.pydeck_chart(plan_map(plan, run_dir), height=HEIGHT_PX, key="map", alt=description(plan))
    with side:
        budget_form(plan, run_dir)
        st.html(legend(plan))
    _show_tables(plan, run_dir.name)


def _warnings(plan: Plan) -> None:
    """Say what must be known before any figure is read."""
    if plan.data["synthetic"]:
        st.warning(_("Synthetic data: this country does not exist."))
    excluded = plan.data["rows_excluded"]
    if excluded:
        text = ngettext(
            "{n} row of the inputs was left out: see “What it rests on”.",
            "{n} rows of the inputs were left out: see “What it rests on”.",
            excluded,
        )
        st.warning(text.format(n=number(excluded)))


def _show_tables(plan: Plan, name: str) -> None:
    offices, links, comparison, grounds = st.tabs(
        [_("Offices"), _("Links"), _("Technologies and simple rules"), _("What it rests on")]
    )
    with offices:
        _table(offices_table(plan), f"{name}-offices", height=_TABLE_HEIGHT_PX)
    with links:
        _table(links_table(plan), f"{name}-links", height=_TABLE_HEIGHT_PX)
    with comparison:
        st.subheader(_("Technologies of the plan"))
        _table(mix_table(plan), f"{name}-technologies")
        st.subheader(_("The same money by simple rules, every office by itself"))
        _table(baselines_table(plan), f"{name}-rules")
        for baseline in plan.baselines:
            if not baseline["available"]:
                st.caption(literal(labelled(sentence(rule_name(baseline["name"])), baseline["reason"])))
    with grounds:
        for title, lines in (
            (_("Assumptions"), plan.data["assumptions"]),
            (_("Notes on what is offered"), plan.data["notes"]),
        ):
            if lines:
                st.subheader(title)
                st.markdown("\n".join(f"- {literal(line)}" for line in lines))
        if plan.data["problems"]:
            st.subheader(_("Rows of the inputs that were left out or are doubtful"))
            _table(problems_table(plan), f"{name}-problems")


def _table(frame: pd.DataFrame, name: str, height: int | None = None) -> None:
    """Show a table, large figures without decimals, and offer it in full as a file that spreadsheets open."""
    numbers = [str(column) for column in frame.select_dtypes("number")]
    percents = [column for column in numbers if column == _("Availability")]
    figures = [column for column in numbers if column not in percents]
    formats = dict.fromkeys(figures, "localized") | dict.fromkeys(percents, "percent")
    st.dataframe(
        frame.round({column: 0 if frame[column].abs().max() >= _LARGE else 2 for column in figures}),
        hide_index=True,
        height=height or "auto",
        column_config={column: st.column_config.NumberColumn(format=form) for column, form in formats.items()},
        placeholder="–",
        key=f"table-{name}",
    )
    st.download_button(
        _("Download this table (CSV)"),
        # The mark at the start tells spreadsheets that the text is UTF-8.
        lambda: frame.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv-{name}",
        on_click="ignore",
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _read(run_dir: str, _changed_ns: int) -> Plan:
    """Read a plan once per change of its file."""
    return read_plan(Path(run_dir))


if __name__ == "__main__":
    main()
