"""A plan as KMZ for Google Earth and the like: folders by technology and year, icons inside, no outside request."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZipFile

from planner.files import whole_file
from planner.i18n import _
from planner.marks import LEFT_OUT, LINE_WIDTH_PX, LINE_WIDTHS_PX, MARKS, OTHER, Mark, mark_of, png
from planner.report.geojson import feature_layers
from planner.report.zipped import add_bytes
from planner.wording import labelled, money, number, share, status_name, technology_heading, what_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from planner.marks import Colour
    from planner.report.exported import ExportedRun
    from planner.report.geojson import Feature

_MAST: Final = "mast"
_LEFT_OUT: Final = "left-out"
_UNPRINTABLE: Final = {
    code: " " for code in (*range(32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n\r"
}
"""XML has no way to hold these."""


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME.kmz``.

    Services have no course on the ground and no line: the mark of their office tells them.
    """
    path = folder / f"{run.name}.kmz"
    with whole_file(path) as temporary, ZipFile(temporary, "w") as archive:
        add_bytes(archive, "doc.kml", document(run).encode())
        for name, mark in _icons(run).items():
            add_bytes(archive, f"icons/{name}.png", png(mark))
    return [path]


def _icons(run: ExportedRun) -> dict[str, Mark]:
    marks = {name: mark_of(name) for name in run.plan.offices["technology"] if name}
    small = Mark(MARKS["source"].shape, (30, 30, 30), size_px=10)
    return {**marks, _LEFT_OUT: LEFT_OUT, _MAST: small}


def document(run: ExportedRun) -> str:
    """Return the KML of a run."""
    plan, layers = run.plan, feature_layers(run.plan)
    currency = plan.scenario["currency"]
    folders: dict[str, list[str]] = defaultdict(list)
    for feature in sorted(layers["offices"], key=_order):
        row = feature["properties"]
        kind = technology_heading(row["technology"]) if row["connected"] else _("Not connected")
        style = row["technology"] if row["connected"] else _LEFT_OUT
        folders[_folder(_("Offices"), kind, row["year"])] += _placemark(
            feature, row["name"], style, _office_lines(row, currency)
        )
    for feature in sorted(layers["links"], key=_order):
        row = feature["properties"]
        kind = technology_heading(row["technology"])
        folders[_folder(_("Links"), kind, row["year"])] += _placemark(
            feature, row["id"], f"line-{row['technology']}", _link_lines(row, currency)
        )
    for feature in layers["masts"]:
        row = feature["properties"]
        lines = [
            labelled(_("Height (m)"), number(row["height_m"], 1)),
            labelled(_("Purchases"), money(100 * row["capex"], currency, exact=True)),
        ]
        folders[_folder(_("Masts"), None, row["year"])] += _placemark(feature, row["place"], _MAST, lines)
    body = "".join(
        f"<Folder><name>{_text(name)}</name>{''.join(placemarks)}</Folder>"
        for name, placemarks in folders.items()
        if placemarks
    )
    warning = what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{_text(plan.scenario['name'])}</name><description>{_text(warning)}</description>"
        f"{_styles(run)}{body}</Document></kml>\n"
    )


def _order(feature: Feature) -> tuple[bool, str, int]:
    row = feature["properties"]
    return (row["technology"] is None, row["technology"] or "", row["year"] or 0)


def _folder(layer: str, kind: str | None, year: int | None) -> str:
    return " – ".join(part for part in (layer, kind, None if year is None else str(year)) if part)


def _styles(run: ExportedRun) -> str:
    icons = "".join(
        f"<Style id={quoteattr(name)}><IconStyle><scale>{mark.size_px / 24:.2f}</scale><Icon>"
        f"<href>{_text(f'icons/{name}.png')}</href></Icon></IconStyle><LabelStyle><scale>0.7</scale></LabelStyle></Style>"
        for name, mark in _icons(run).items()
    )
    drawn = run.plan.all_links[run.plan.all_links["geometry"].notna()]
    lines = "".join(
        f"<Style id={quoteattr(f'line-{name}')}><LineStyle><color>{_abgr(_colour(name))}</color>"
        f"<width>{LINE_WIDTHS_PX.get(name, LINE_WIDTH_PX):g}</width></LineStyle></Style>"
        for name in sorted(set(drawn["technology"]))
    )
    return icons + lines


def _colour(technology: str) -> Colour:
    return MARKS.get(technology, OTHER).fill


def _abgr(colour: Colour) -> str:
    red, green, blue = colour
    return f"ff{blue:02x}{green:02x}{red:02x}"


def _placemark(feature: Feature, name: str, style: str, lines: Sequence[str]) -> list[str]:
    """Return a placemark, none where there is no geometry; its data are the columns of ``plan.json``."""
    geometry, row = feature["geometry"], feature["properties"]
    if geometry is None:
        return []
    when = "" if row["year"] is None else f"<TimeSpan><begin>{row['year']}</begin></TimeSpan>"
    data = "".join(
        f"<Data name={quoteattr(key)}><value>{_text(_said(value))}</value></Data>"
        for key, value in row.items()
        if value is not None
    )
    shown = "<br/>".join(escape(line.translate(_UNPRINTABLE)) for line in lines)
    placemark = (
        f"<Placemark><name>{_text(name)}</name>{when}<styleUrl>{_text('#' + style)}</styleUrl>"
        f"<description>{escape(shown)}</description><ExtendedData>{data}</ExtendedData>{_drawn(geometry)}</Placemark>"
    )
    return [placemark]


def _drawn(geometry: dict[str, Any]) -> str:
    if geometry["type"] == "Point":
        return f"<Point><coordinates>{_positions([geometry['coordinates']])}</coordinates></Point>"
    positions = _positions(geometry["coordinates"])
    return f"<LineString><tessellate>1</tessellate><coordinates>{positions}</coordinates></LineString>"


def _positions(coordinates: Iterable[Sequence[float]]) -> str:
    return " ".join(f"{position[0]},{position[1]}" for position in coordinates)


def _said(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _text(text: str) -> str:
    return escape(text.translate(_UNPRINTABLE))


def _office_lines(row: dict[str, Any], currency: str) -> list[str]:
    lines = [labelled(_("Before"), status_name(row["before"]))]
    if row["people_total"] is not None:
        lines.append(labelled(_("People within reach"), number(row["people_total"])))
    if row["availability"] is not None:
        lines.append(labelled(_("Availability"), share(row["availability"], 2)))
    lines.append(labelled(_("Equipment"), money(100 * row["capex"], currency, exact=True)))
    return [*lines, row["reason"]] if row["reason"] else lines


def _link_lines(row: dict[str, Any], currency: str) -> list[str]:
    return [
        labelled(technology_heading(row["technology"]), row["option"]),
        labelled(_("Length (km)"), number(row["length_km"], 2)),
        labelled(_("Purchases"), money(100 * row["capex"], currency, exact=True)),
        labelled(_("Per year"), money(100 * row["opex_per_year"], currency, exact=True)),
    ]
