"""What the map shows, as data: every figure from the plan, set in the user's language."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from planner.finance import MEASURES
from planner.i18n import _
from planner.marks import LEFT_OUT, LINE_WIDTH_PX, LINE_WIDTHS_PX, Mark, colour_code, dashes_of, mark_of
from planner.plan.tables import LINK_KEYS, MAST_KEYS, OFFICE_KEYS, PLACE_KEYS, to_records
from planner.report.hillshade import hillshade_bounds
from planner.wording import money, number, share, status_name, technology_heading

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from planner.plan.model import Plan

LEFT_OUT_KEY: Final = "~left-out"
MASTS_KEY: Final = "~masts"
"""Layers besides the technologies."""
_DIGITS: Final = 5
"""Of a degree: about a metre."""

Record = dict[str, Any]


def map_content(plan: Plan, folder: Path) -> Record:
    """Return what the script of the page draws: picture, marks, lines, cards.

    Positions are longitude and latitude in degrees; a card is a title, pairs of label and text, and a sentence.
    """
    currency = plan.scenario["currency"]
    places = to_records(plan.places, PLACE_KEYS)
    position = {row["id"]: _position(row) for row in places}
    # A mast is drawn beside the mark of its place, if it has one.
    marked = {row["id"] for row in places if row["kind"] in {"office", "source"}}
    technologies = sorted({name for name in (*plan.all_links["technology"], *plan.offices["technology"]) if name})
    picture = _picture(folder)
    offices: list[Record] = [
        {
            "at": at,
            "layer": row["technology"] if row["connected"] else LEFT_OUT_KEY,
            "card": _office_card(row, currency),
        }
        for row in to_records(plan.offices, OFFICE_KEYS)
        if (at := _position(row)) is not None
    ]
    return {
        "picture": picture,
        "bounds": picture["bounds"] if picture else _extent([row["at"] for row in offices]),
        "marks": {
            **{name: _mark(mark_of(name)) for name in (*technologies, "source")},
            LEFT_OUT_KEY: _mark(LEFT_OUT),
        },
        "lines": {
            name: {
                "colour": colour_code(mark_of(name).fill),
                "width": LINE_WIDTHS_PX.get(name, LINE_WIDTH_PX),
                "dashes": dashes_of(name),
            }
            for name in technologies
        },
        "offices": offices,
        "sources": [
            {"at": position[row["id"]], "layer": "source", "card": _place_card(row)}
            for row in places
            if row["kind"] == "source"
        ],
        "links": [
            {
                "path": [[round(x, _DIGITS), round(y, _DIGITS)] for x, y in row["geometry"]["coordinates"]],
                "layer": row["technology"],
                "card": _link_card(row, currency),
            }
            for row in to_records(plan.all_links, LINK_KEYS)
            if row["geometry"] is not None
        ],
        "masts": [
            {
                "at": position[row["place"]],
                "layer": MASTS_KEY,
                "beside": row["place"] in marked,
                "card": _mast_card(row, currency),
            }
            for row in to_records(plan.masts, MAST_KEYS)
        ],
        "km": "km",
    }


def _picture(folder: Path) -> Record | None:
    """Return the run's picture of the terrain as a data address, and its bounds in degrees."""
    image, frame = folder / "hillshade.webp", folder / "hillshade.json"
    if not (image.exists() and frame.exists()):
        return None
    data = base64.b64encode(image.read_bytes()).decode("ascii")
    if (bounds := hillshade_bounds(frame)) is None:
        return None
    return {"image": f"data:image/webp;base64,{data}", "bounds": list(bounds)}


def _extent(positions: list[list[float]]) -> list[float]:
    """Return west, south, east, north of some positions."""
    lon, lat = zip(*positions, strict=True) if positions else ((0.0,), (0.0,))
    return [min(lon), min(lat), max(lon), max(lat)]


def _position(row: Mapping[str, Any]) -> list[float] | None:
    if row["lon"] is None or row["lat"] is None:
        return None
    return [round(row["lon"], _DIGITS), round(row["lat"], _DIGITS)]


def _mark(mark: Mark) -> Record:
    return {
        "shape": [[round(x, 3), round(y, 3)] for x, y in mark.shape],
        "fill": colour_code(mark.fill),
        "border": colour_code(mark.border),
        "size": mark.size_px,
    }


def _card(title: str, pairs: list[tuple[str, str | None]], sentence: str | None = None) -> Record:
    """Return a card without the pairs that say nothing."""
    return {"title": title, "pairs": [[label, text] for label, text in pairs if text], "text": sentence or ""}


def _office_card(row: Record, currency: str) -> Record:
    pairs = [
        (_("Office"), row["id"]),
        (_("Region"), row["region"]),
        (_("Kind"), row["kind"]),
        (_("Before"), status_name(row["before"])),
        (_("Technology"), technology_heading(row["technology"]) if row["connected"] else _("Not connected")),
        (_("Hangs from"), None if row["parent"] == "root" else row["parent"]),
        (_("Year"), _text(row["year"])),
        (_("Availability"), None if row["availability"] is None else share(row["availability"], 2)),
        (_("Demand (Mbit/s)"), number(row["demand_mbps"], 1)),
        (_("People within reach"), None if row["people_total"] is None else number(row["people_total"])),
        (_("of them underserved"), None if row["people"] is None else number(row["people"])),
        *([(_("Equipment: purchases"), _money(row, "capex", currency))] if row["capex"] else []),
        *([(_("Equipment: per year"), _money(row, "opex_per_year", currency))] if row["opex_per_year"] else []),
    ]
    return _card(row["name"], pairs, row["reason"])


def _link_card(row: Record, currency: str) -> Record:
    capacity = row["capacity_mbps"]
    headings = (_("Purchases"), _("Per year"), _("Present value"), _("Programme cost"))
    pairs = [
        (_("From"), row["from"]),
        (_("To"), row["to"]),
        (_("Option"), row["option"]),
        (_("Length (km)"), number(row["length_km"], 2)),
        (_("Load (Mbit/s)"), number(row["load_mbps"], 1)),
        (_("Capacity (Mbit/s)"), _("unlimited") if capacity is None else number(capacity, 1)),
        (_("Availability"), share(row["availability"], 3)),
        *((label, _money(row, measure, currency)) for label, measure in zip(headings, MEASURES, strict=True)),
        (_("Year"), _text(row["year"])),
    ]
    return _card(technology_heading(row["technology"]), pairs)


def _mast_card(row: Record, currency: str) -> Record:
    pairs = [
        (_("Place"), row["place"]),
        (_("Height (m)"), number(row["height_m"], 1)),
        (_("Stands there already (m)"), number(row["existing_m"], 1) if row["existing_m"] else None),
        (_("Purchases"), _money(row, "capex", currency)),
        (_("Per year"), _money(row, "opex_per_year", currency)),
    ]
    return _card(_("Mast"), pairs)


def _place_card(row: Record) -> Record:
    return _card(technology_heading("source"), [(_("Place"), row["id"]), (_("Region"), row["region"])])


def _money(row: Record, measure: str, currency: str) -> str:
    return money(100 * row[measure], currency, exact=True)


def _text(year: int | None) -> str | None:
    return None if year is None else str(year)
