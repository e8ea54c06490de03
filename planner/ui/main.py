"""The app's script: one run on screen, another budget one click away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from planner import read_plan
from planner.errors import PlannerError
from planner.i18n import LANGUAGES, _, set_language
from planner.jobs import run_state
from planner.ui.figures import count, gap_in_words, money, money_short
from planner.ui.map import legend, plan_map
from planner.ui.solving import budget_form, watch
from planner.ui.tables import links_table, offices_table

if TYPE_CHECKING:
    from planner import Plan

_STYLE = """<style>
.legend {font-size: 0.875rem; line-height: 1.8}
.legend .key {margin-right: 1.2em; white-space: nowrap}
</style>"""


def main() -> None:
    """Draw the page."""
    _choose_language()
    st.set_page_config(page_title="PostLink Planner", page_icon=str(Path(__file__).parent / "icon.png"), layout="wide")
    st.html(_STYLE)
    home = _home()
    with st.sidebar:
        _language_switch()
        run_dir = _choose_run(home)
    if run_dir is None:
        st.title("PostLink Planner")
        st.info(_("There is no run yet. On the command line, “planner demo” makes one."))
        return
    if (run_dir / "plan.json").exists():
        _show_plan(run_dir)
    elif run_state(run_dir) in {"running", None}:
        watch(run_dir)
    else:
        st.error(_("This run ended without a plan. Its log says why:"))
        st.code((run_dir / "log.txt").read_text(encoding="utf-8"), language=None)


def _home() -> Path:
    """Return the folder that holds the runs: that of the run named on the command line, else ``runs``."""
    return Path(sys.argv[1]).parent if len(sys.argv) > 1 else Path("runs").resolve()


def _choose_language() -> None:
    asked = st.query_params.get("lang", "")
    set_language(next((known for known in LANGUAGES if known == asked), "en"))


def _language_switch() -> None:
    names = {"en": "English", "fr": "Français"}
    asked = st.query_params.get("lang", "en")
    chosen = st.radio(
        "Language / Langue",
        LANGUAGES,
        index=LANGUAGES.index(asked) if asked in LANGUAGES else 0,  # type: ignore[arg-type]
        format_func=names.__getitem__,
        horizontal=True,
    )
    if chosen != asked:
        st.query_params["lang"] = chosen
        st.rerun()


def _choose_run(home: Path) -> Path | None:
    """Let the user pick a run; the address of the page names it, so that it survives a reload."""
    names = sorted((path.parent.name for path in home.glob("*/events.jsonl")), reverse=True)
    if not names:
        return None
    first = Path(sys.argv[1]).name if len(sys.argv) > 1 else names[0]
    asked = st.query_params.get("run", first)
    chosen = st.selectbox(_("Run"), names, index=names.index(asked) if asked in names else 0)
    if chosen != asked:
        st.query_params["run"] = chosen
    return home / chosen


def _show_plan(run_dir: Path) -> None:
    try:
        plan = _read(str(run_dir), (run_dir / "plan.json").stat().st_mtime_ns)
    except PlannerError as error:
        st.error(str(error))
        return
    st.title(plan.scenario["name"])
    if plan.data["synthetic"]:
        st.warning(_("Synthetic data: this country does not exist."))
    st.caption(
        _("Amounts in {currency}, prices of {year}. {gap}.").format(
            currency=plan.scenario["currency"],
            year=plan.scenario["price_year"],
            gap=gap_in_words(plan.outcome.status, plan.gap),
        )
    )
    _tiles(plan)
    map_column, form_column = st.columns([4, 1])
    with map_column:
        st.pydeck_chart(plan_map(plan.offices, plan.links, plan.places, run_dir), height=520)
        st.html(legend(plan.links))
    with form_column:
        budget_form(plan, run_dir)
    offices_tab, links_tab = st.tabs([_("Offices"), _("Links")])
    with offices_tab:
        st.dataframe(offices_table(plan), hide_index=True, height=420)
    with links_tab:
        st.dataframe(links_table(plan), hide_index=True, height=420)


def _tiles(plan: Plan) -> None:
    """Show the headline figures."""
    totals, currency = plan.totals, plan.scenario["currency"]
    newly = totals["offices_newly_connected"] + totals["offices_upgraded"]
    budget = plan.budgets[0]
    connected_of = _("Of {total} offices").format(total=count(totals["offices"]))
    spent_of = _("{spent} of {limit}").format(
        spent=money(budget["spent"], currency), limit=money(budget["limit"], currency)
    )
    per_office = money_short(totals["programme_cost"] / newly, currency) if newly else "–"
    nearest = _("People whose nearest office is one of these, within the stated distance")
    tiles = [
        (_("Offices connected or upgraded"), count(newly), connected_of),
        (_("People within reach"), count(totals["people"]), nearest),
        (_("Purchases"), money_short(totals["capex"], currency), money(totals["capex"], currency)),
        (
            _("Per year afterwards"),
            money_short(totals["opex_per_year"], currency),
            _("What somebody must pay for ever after"),
        ),
        (_("Budget spent"), money_short(budget["spent"], currency), spent_of),
        (_("Cost per office"), per_office, _("Programme cost divided by offices connected or upgraded")),
    ]
    for column, (label, value, help_text) in zip(st.columns(len(tiles)), tiles, strict=True):
        column.metric(label, value, help=help_text, border=True)


@st.cache_data(max_entries=8, show_spinner=False)
def _read(run_dir: str, _changed_ns: int) -> Plan:
    """Read a plan once per change of its file."""
    return read_plan(Path(run_dir))


if __name__ == "__main__":
    main()
