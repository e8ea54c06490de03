"""Tables of a plan, with headings in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.i18n import _
from planner.wording import rule_name, sentence, status_name, technology_heading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from planner import Plan


def offices_table(plan: Plan) -> pd.DataFrame:
    """Return the offices, those of the plan first, then by benefit."""
    offices = plan.offices.sort_values(["connected", "benefit"], ascending=False, kind="stable")
    currency = plan.scenario["currency"]
    return pd.DataFrame(
        {
            _("Office"): offices["id"],
            _("Name"): offices["name"],
            _("Region"): offices["region"],
            _("Kind"): offices["kind"],
            _("Before"): offices["before"].map(status_name),
            _("Connected"): offices["connected"],
            _("Technology"): _headings(offices["technology"]),
            _("Hangs from"): _places(offices["parent"]),
            **_years(plan, offices),
            _("People within reach"): offices["people_total"],
            _("of them underserved"): offices["people"],
            _("Equipment: purchases ({currency})").format(currency=currency): offices["capex_cents"] / 100,
            _("Equipment: per year ({currency})").format(currency=currency): offices["opex_per_year_cents"] / 100,
            _("Why"): offices["reason"],
        }
    )


def links_table(plan: Plan) -> pd.DataFrame:
    """Return the links of the plan, dearest first."""
    links = plan.all_links.sort_values("programme_cost_cents", ascending=False, kind="stable")
    currency = plan.scenario["currency"]
    return pd.DataFrame(
        {
            _("Link"): links["id"],
            _("From"): _places(links["from"]),
            _("To"): links["to"],
            _("Technology"): _headings(links["technology"]),
            _("Option"): links["option"],
            **_years(plan, links),
            _("Length (km)"): links["length_km"],
            _("Capacity (Mbit/s)"): links["capacity_mbps"].replace(np.inf, np.nan),
            _("Load (Mbit/s)"): links["load_mbps"],
            _("Availability"): links["availability"],
            _("Mast at start (m)"): links["mast_from_m"],
            _("Mast at end (m)"): links["mast_to_m"],
            _("Purchases ({currency})").format(currency=currency): links["capex_cents"] / 100,
            _("Per year ({currency})").format(currency=currency): links["opex_per_year_cents"] / 100,
            _("Programme cost ({currency})").format(currency=currency): links["programme_cost_cents"] / 100,
        }
    )


def mix_table(plan: Plan) -> pd.DataFrame:
    """Return offices, links and money by technology, dearest first; the masts are a row of their own."""
    currency = plan.scenario["currency"]
    rows = pd.DataFrame(plan.technology_mix)
    return pd.DataFrame(
        {
            _("Technology"): rows["technology"].map(technology_heading),
            _("Offices"): rows["offices"],
            _("Links"): rows["links"],
            _("Length (km)"): rows["length_km"],
            _("People within reach"): rows["people"],
            _("Purchases ({currency})").format(currency=currency): rows["capex"],
            _("Per year ({currency})").format(currency=currency): rows["opex_per_year"],
            _("With {n} years ({currency})").format(n=plan.scenario["funded_years"], currency=currency): rows[
                "programme_cost"
            ],
        }
    )


def baselines_table(plan: Plan) -> pd.DataFrame:
    """Return the plan beside what simple rules would do with the same money; rules that are not available are left out.

    The reasons are in ``plan.baselines``.
    """
    totals, measure, currency = plan.totals, plan.measure, plan.scenario["currency"]
    gained = totals["offices_newly_connected"] + totals["offices_upgraded"]
    benefit = plan.benefit if plan.outcome.value is not None else None
    parts: dict[str, dict[str, Any]] = {
        _("This plan"): {**totals, "offices": gained, "benefit": benefit},
        **{
            sentence(rule_name(baseline["name"])): baseline["within_budget"]
            for baseline in plan.baselines
            if baseline["available"]
        },
    }
    rows = pd.DataFrame(list(parts.values()))
    return pd.DataFrame(
        {
            _("Rule"): list(parts),
            _("Offices"): rows["offices"],
            _("Benefit"): rows["benefit"],
            _("People within reach"): rows["people"],
            _("Spent ({currency})").format(currency=currency): rows[measure],
            _("Per year ({currency})").format(currency=currency): rows["opex_per_year"],
        }
    )


def problems_table(plan: Plan) -> pd.DataFrame:
    """Return the rows of the inputs that were left out or warned about, each with its remedy."""
    words = {"excluded": _("left out"), "warning": _("warning"), "error": _("error")}
    keys = ("severity", "file", "row", "column", "value", "message", "remedy")
    headings = (_("Severity"), _("File"), _("Row"), _("Column"), _("Value"), _("Problem"), _("Remedy"))
    problems = pd.DataFrame(plan.data["problems"], columns=list(keys))
    problems["severity"] = problems["severity"].map(words)
    return problems.rename(columns=dict(zip(keys, headings, strict=True)))


def _years(plan: Plan, rows: pd.DataFrame) -> dict[str, Any]:
    """Return the column of years, where the plan has phases."""
    return {_("Year"): [str(int(year)) if pd.notna(year) else None for year in rows["year"]]} if plan.phases else {}


def _places(ids: pd.Series[Any]) -> pd.Series[Any]:
    """Return the names of places; the root of the plan is none."""
    return ids.where(ids != "root", "").fillna("")


def _headings(technologies: Iterable[str | None]) -> list[str]:
    return [technology_heading(name) if name else "" for name in technologies]
