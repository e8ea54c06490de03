"""Tables of a plan, with headings in the user's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.ui.colours import technology_name

if TYPE_CHECKING:
    import pandas as pd

    from planner import Plan


def offices_table(plan: Plan) -> pd.DataFrame:
    """Return the offices, those of the plan first."""
    currency = plan.scenario["currency"]
    offices = plan.offices.sort_values(["connected", "benefit"], ascending=False)
    table = offices[["id", "name", "region", "kind", "before", "connected", "technology", "parent", "people"]].copy()
    table["technology"] = [technology_name(name) if name else "" for name in table["technology"]]
    table["programme_cost"] = offices["programme_cost_cents"] / 100
    table["reason"] = offices["reason"]
    return table.rename(
        columns={
            "id": _("Office"),
            "name": _("Name"),
            "region": _("Region"),
            "kind": _("Kind"),
            "before": _("Before"),
            "connected": _("Connected"),
            "technology": _("Technology"),
            "parent": _("Hangs from"),
            "people": _("People within reach"),
            "programme_cost": _("Office equipment and transit ({currency})").format(currency=currency),
            "reason": _("Why"),
        }
    )


def links_table(plan: Plan) -> pd.DataFrame:
    """Return the links of the plan."""
    currency = plan.scenario["currency"]
    columns = ["id", "from", "to", "technology", "option", "length_km", "capacity_mbps", "load_mbps", "availability"]
    table = plan.links[columns].copy()
    table["technology"] = [technology_name(name) for name in table["technology"]]
    table["programme_cost"] = plan.links["programme_cost_cents"] / 100
    return table.rename(
        columns={
            "id": _("Link"),
            "from": _("From"),
            "to": _("To"),
            "technology": _("Technology"),
            "option": _("Option"),
            "length_km": _("Length (km)"),
            "capacity_mbps": _("Capacity (Mbit/s)"),
            "load_mbps": _("Load (Mbit/s)"),
            "availability": _("Availability"),
            "programme_cost": _("Programme cost ({currency})").format(currency=currency),
        }
    )
