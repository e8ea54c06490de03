"""The sheets that show the plan as it was solved: offices, links, masts, each line once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from planner.finance import MEASURES
from planner.i18n import _
from planner.plan.model import BACKUPS
from planner.plan.tables import CENTS
from planner.report.progress import MONITORED, monitored_rows
from planner.wording import item_name, labelled, number, status_name, technology_heading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from planner.plan.model import Plan
    from planner.report.workbook.book import Sheet

    Columns = Mapping[str, tuple[str, str, float, Iterable[Any]]]
    """Heading, style, width and values of each column by its name."""

FIRST_ROW: Final = 4


@dataclass(frozen=True)
class Table:
    """Where a sheet holds what."""

    sheet: Sheet
    last_row: int
    columns: Mapping[str, int]

    def column(self, name: str) -> str:
        """Return a reference to the cells of a column."""
        return self.sheet.span(FIRST_ROW, self.last_row, self.columns[name])


def money_headings(currency: str) -> tuple[str, ...]:
    """Return the headings of the money columns."""
    return tuple(
        text.format(currency=currency)
        for text in (
            _("Purchases ({currency})"),
            _("Per year ({currency})"),
            _("Present value ({currency})"),
            _("Programme cost ({currency})"),
        )
    )


def yes_or_no(value: object) -> str:
    """Return a flag in a word."""
    return _("yes") if value else _("no")


def write_offices(sheet: Sheet, plan: Plan) -> Table:
    """Write all offices, those of the plan first, then by benefit; money is their equipment and transit."""
    offices = plan.offices.sort_values(["connected", "benefit"], ascending=False, kind="stable")
    columns: Columns = {
        "id": (_("Office"), "text", 16, offices["id"]),
        "name": (_("Name"), "text", 26, offices["name"]),
        "region": (_("Region"), "text", 16, offices["region"]),
        "kind": (_("Kind"), "text", 14, offices["kind"]),
        "before": (_("Before"), "text", 14, offices["before"].map(status_name)),
        "connected": (_("Connected"), "text", 11, offices["connected"].map(yes_or_no)),
        "technology": (_("Technology"), "text", 26, _technologies(offices["technology"])),
        "parent": (_("Hangs from"), "text", 16, _ends(offices["parent"])),
        "hops": (_("Hops"), "whole", 8, offices["hops"]),
        "demand_mbps": (_("Demand (Mbit/s)"), "real", 11, offices["demand_mbps"]),
        "availability": (_("Availability"), "share", 12, offices["availability"]),
        "benefit": (_("Benefit"), "real", 12, offices["benefit"]),
        **_parts(offices, plan),
        "people": (_("Underserved people within reach"), "whole", 14, offices["people"]),
        "people_total": (_("People within reach"), "whole", 12, offices["people_total"]),
        "lon": (_("Longitude"), "degrees", 12, offices["lon"]),
        "lat": (_("Latitude"), "degrees", 12, offices["lat"]),
        **_money(offices, plan),
        "year": (_("Year"), "text", 8, _years(offices["year"])),
        "reason": (_("Why"), "text", 90, offices["reason"]),
    }
    return write_table(
        sheet, _("Offices"), _("Money is the equipment of the office, with IP transit over own links."), columns
    )


def _parts(offices: pd.DataFrame, plan: Plan) -> Columns:
    """Return what the benefit of each office is made of; nothing where it is people alone."""
    if plan.benefit_is_people:
        return {}
    parts = {row["id"]: row["parts"] for row in plan.benefit_index.get("offices", ())}
    columns = plan.benefit_index.get("columns", ())
    return {
        f"benefit {each['column']}": (
            _("Benefit of “{column}”").format(column=each["column"]),
            "real",
            14,
            [parts[name][place] if name in parts else 0.0 for name in offices["id"]],
        )
        for place, each in enumerate(columns)
    }


def write_links(sheet: Sheet, plan: Plan, options: Sequence[str]) -> Table:
    """Write all links, dearest first; ``options`` are those of ``plan.all_links`` in the user's language."""
    second = plan.backup_links.assign(technology=BACKUPS)
    links = pd.concat([plan.links, second], ignore_index=True) if len(second) else plan.links
    links = links.assign(shown=list(options))
    links = links.sort_values("programme_cost_cents", ascending=False, kind="stable")
    columns: Columns = {
        "id": (_("Link"), "text", 34, links["id"]),
        "from": (_("From"), "text", 16, _ends(links["from"])),
        "to": (_("To"), "text", 16, links["to"]),
        "technology": (_("Technology"), "text", 26, _technologies(links["technology"])),
        "option": (_("Option"), "text", 30, links["shown"]),
        "region": (_("Region"), "text", 16, links["region"]),
        "length_km": (_("Length (km)"), "real", 11, links["length_km"]),
        "capacity_mbps": (_("Capacity (Mbit/s)"), "real", 12, links["capacity_mbps"]),
        "load_mbps": (_("Load (Mbit/s)"), "real", 11, links["load_mbps"]),
        "availability": (_("Availability"), "share", 12, links["availability"]),
        "mast_from_m": (_("Mast at start (m)"), "whole", 10, links["mast_from_m"]),
        "mast_to_m": (_("Mast at end (m)"), "whole", 10, links["mast_to_m"]),
        **_money(links, plan),
        "year": (_("Year"), "text", 8, _years(links["year"])),
    }
    note = _("Each link is here once, however many offices share it; a capacity that is not limited is left empty.")
    return write_table(sheet, _("Links"), note, columns)


def write_masts(sheet: Sheet, plan: Plan) -> Table:
    """Write all masts with their sites."""
    masts, currency = plan.masts, plan.scenario["currency"]

    def parts(breakdown: Mapping[str, Mapping[str, float]]) -> str:
        return "; ".join(labelled(item_name(name), number(row["capex"], 2)) for name, row in breakdown.items())

    columns: Columns = {
        "place": (_("Place"), "text", 20, masts["place"]),
        "region": (_("Region"), "text", 16, masts["region"]),
        "height_m": (_("Height (m)"), "whole", 10, masts["height_m"]),
        "existing_m": (_("Stands there already (m)"), "whole", 14, masts["existing_m"]),
        **_money(masts, plan),
        "year": (_("Year"), "text", 8, _years(masts["year"])),
        "parts": (
            _("Purchases by item ({currency})").format(currency=currency),
            "text",
            70,
            masts["breakdown"].map(parts),
        ),
    }
    note = _("At each place one mast, as tall as the tallest antenna there; its site, power and rent are in its money.")
    return write_table(sheet, _("Masts"), note, columns)


def write_monitoring(sheet: Sheet, plan: Plan) -> None:
    """Write the links for filling in what becomes of them: the sheet is read as it stands by the input ``as_built``."""
    sheet.widths(*(16 if name not in {"option", "technology"} else 26 for name in MONITORED))
    sheet.head(0, MONITORED)
    sheet.keep_in_view(1, 2)
    styles = ["money" if name.startswith("spent") else "real" if name == "mbps" else "text" for name in MONITORED]
    sheet.rows(1, styles, monitored_rows(plan))


def write_table(
    sheet: Sheet, title: str, note: str, columns: Mapping[str, tuple[str, str, float, Iterable[Any]]]
) -> Table:
    """Write a table with a title and a note; columns by their names: heading, style, width, values."""
    headings, styles, widths, values = zip(*columns.values(), strict=True)
    sheet.widths(*widths)
    sheet.text(0, 0, title, "title")
    sheet.note(1, note, min(len(headings), 8), lines=1)
    sheet.head(FIRST_ROW - 1, headings)
    sheet.keep_in_view(FIRST_ROW, 2)
    behind = sheet.rows(FIRST_ROW, styles, zip(*(_plain(column) for column in values), strict=True))
    # Sums over a table without rows still need a cell.
    last = max(behind - 1, FIRST_ROW)
    sheet.filter(FIRST_ROW - 1, last, len(headings))
    return Table(sheet, last, {name: column for column, name in enumerate(columns)})


def _plain(column: Iterable[Any]) -> list[Any]:
    values = column.tolist() if hasattr(column, "tolist") else list(column)
    return [None if value is None or value != value else value for value in map(_known, values)]  # noqa: PLR0124 - NaN


def _known(value: Any) -> Any:
    return None if type(value).__name__ == "NAType" else value


def _money(frame: pd.DataFrame, plan: Plan) -> Columns:
    headings = money_headings(plan.scenario["currency"])
    return {
        measure: (heading, "money", 17, frame[cents] / 100)
        for measure, heading, cents in zip(MEASURES, headings, CENTS, strict=True)
    }


def _technologies(names: Iterable[str | None]) -> list[str]:
    return [technology_heading(name) if name else "" for name in names]


def _ends(ids: pd.Series[Any]) -> list[str]:
    """Return the ids of places; the root of the plan is none."""
    return ["" if name is None or name == "root" else name for name in ids]


def _years(years: Iterable[Any]) -> list[str]:
    return ["" if year is None or _known(year) is None else str(int(year)) for year in years]
