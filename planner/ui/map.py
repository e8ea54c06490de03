"""The map of a plan: deck.gl layers over a picture of the terrain, with no request to anywhere."""

from __future__ import annotations

import base64
import html
import json
import math
from typing import TYPE_CHECKING, Any

import pydeck

from planner.i18n import _
from planner.marks import (
    LEFT_OUT,
    LINE_WIDTH_PX,
    LINE_WIDTHS_PX,
    MARKS,
    OTHER,
    atlas,
    atlas_cell,
    dashes_of,
    line_picture,
    mark_of,
    mark_picture,
)
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from planner import Plan
    from planner.marks import Mark

WIDTH_PX, HEIGHT_PX = 860, 440
"""What the map has on a small screen; on a larger one the same extent has more room around it."""

_PIXELS = pydeck.types.String("pixels")
_TILE_PX = 512
_CLOSEST_ZOOM = 13
_CASING_PX = 2.0
_TOOLTIP_STYLE = {
    "backgroundColor": "#1c2733",
    "color": "white",
    "borderRadius": "4px",
    "fontSize": "13px",
    "maxWidth": "24rem",
    "whiteSpace": "pre-line",
}


def plan_map(plan: Plan, run_dir: Path) -> pydeck.Deck:
    """Return the map of a plan; the run's picture of the terrain lies under it, if there is one.

    What users named comes only after a word of ours in a label: deck.gl reads a text that starts with ``@@`` as code.
    """
    picture = _picture(run_dir)
    bounds = picture["bounds"] if picture else _extent(plan.places)
    layers = [_terrain(picture)] if picture else []
    layers += [*_links(plan.links, bounds[0]), _places(plan, bounds[0])]
    return pydeck.Deck(
        layers=layers,
        initial_view_state=_view(bounds),
        map_provider=None,
        tooltip={"text": "{label}", "style": _TOOLTIP_STYLE},
    )


def legend(plan: Plan) -> str:
    """Return the legend as HTML: each mark and line that is on the map, with its name."""
    technologies = set(plan.links["technology"])
    lines = set(_drawn(plan.links)["technology"])
    keys = [
        (line_picture(name) if name in lines else "")
        + mark_picture(mark_of(name))
        + " "
        + html.escape(technology_heading(name))
        for name in (*[name for name in MARKS if name in technologies], *sorted(technologies - set(MARKS)))
    ]
    if not plan.offices["connected"].all():
        keys.append(mark_picture(LEFT_OUT) + " " + html.escape(_("Not connected")))
    return '<div class="legend">' + "".join(f'<div class="key">{key}</div>' for key in keys) + "</div>"


def description(plan: Plan) -> str:
    """Return what the map shows, for those who cannot see it."""
    return _("Map of {n} offices and {links} links; the tables below list them.").format(
        n=number(len(plan.offices)), links=number(len(_drawn(plan.links)))
    )


def _picture(run_dir: Path) -> dict[str, Any] | None:
    """Return the picture of the terrain as a data address, and its bounds."""
    image, frame = run_dir / "hillshade.webp", run_dir / "hillshade.json"
    if not (image.exists() and frame.exists()):
        return None
    data = base64.b64encode(image.read_bytes()).decode("ascii")
    return {"image": f"data:image/webp;base64,{data}", **json.loads(frame.read_text(encoding="utf-8"))}


def _terrain(picture: dict[str, Any]) -> pydeck.Layer:
    # pydeck takes strings for expressions; the inner quotes make it a literal.
    return pydeck.Layer("BitmapLayer", id="terrain", data=None, image=f'"{picture["image"]}"', bounds=picture["bounds"])


def _extent(places: pd.DataFrame) -> list[float]:
    """Return west, south, east, north of the places, for runs without a picture."""
    return [float(places[axis].agg(end)) for end in ("min", "max") for axis in ("lon", "lat")]


def _view(bounds: list[float]) -> pydeck.ViewState:
    """Return the view that shows the bounds whole."""
    west, south, east, north = bounds
    low, high = (math.degrees(math.atanh(math.sin(math.radians(lat)))) for lat in (south, north))
    zooms = [
        math.log2(room_px / _TILE_PX * 360 / max(extent, 1e-6))
        for room_px, extent in ((WIDTH_PX, east - west), (HEIGHT_PX, high - low))
    ]
    middle = math.degrees(math.asin(math.tanh(math.radians((low + high) / 2))))
    return pydeck.ViewState(longitude=(west + east) / 2, latitude=middle, zoom=min(*zooms, _CLOSEST_ZOOM))


def _drawn(links: pd.DataFrame) -> pd.DataFrame:
    """Return the links that have a course on the ground; a service is told by the mark of its office."""
    return links[links["geometry"].notna()]


def _at(lon: float, lat: float, west: float) -> list[float]:
    """Return a position east of the map's western edge, beyond 180° if need be."""
    return [round(lon + 360 if lon < west else lon, 6), round(lat, 6)]


def _links(links: pd.DataFrame, west: float) -> list[pydeck.Layer]:
    drawn = _drawn(links)
    columns = ("id", "technology", "option", "length_km", "load_mbps", "capacity_mbps", "geometry")
    rows = [
        {
            "path": [_at(lon, lat, west) for lon, lat in geometry["coordinates"]],
            "colour": [*mark_of(technology).fill, 255],
            "width": LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX),
            "casing": LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX) + _CASING_PX,
            "dash": dashes_of(technology) or (0, 0),
            "label": _link_label(name, technology, option, length_km, load_mbps, capacity_mbps),
        }
        for name, technology, option, length_km, load_mbps, capacity_mbps, geometry in zip(
            *(drawn[column] for column in columns), strict=True
        )
    ]
    common = {"data": rows, "get_path": "path", "width_units": _PIXELS, "joint_rounded": True, "pickable": True}
    return [
        pydeck.Layer("PathLayer", id="casings", get_color=[255, 255, 255, 200], get_width="casing", **common),
        pydeck.Layer(
            "PathLayer",
            id="links",
            get_color="colour",
            get_width="width",
            get_dash_array="dash",
            dash_justified=True,
            extensions=[{"@@type": "PathStyleExtension", "dash": True}],
            **common,
        ),
    ]


def _link_label(
    name: str, technology: str, option: str, length_km: float, load_mbps: float, capacity_mbps: float
) -> str:
    used = (
        _("{load} of {capacity} Mbit/s used").format(load=number(load_mbps), capacity=number(capacity_mbps))
        if math.isfinite(capacity_mbps)
        else _("{load} Mbit/s used").format(load=number(load_mbps))
    )
    return "\n".join(
        (
            _("Link {id}").format(id=name),
            labelled(technology_heading(technology), f"{option}, {number(length_km, 1)} km"),
            used,
        )
    )


def _places(plan: Plan, west: float) -> pydeck.Layer:
    """Return one layer of all marks: what matters most is drawn last."""
    marks = (*MARKS.values(), OTHER, LEFT_OUT)
    column = {mark: str(index) for index, mark in enumerate(marks)}
    rows = [
        {"position": _at(lon, lat, west), "icon": column[mark], "size": mark.size_px, "label": label}
        for mark, lon, lat, label in sorted(
            [*_office_marks(plan), *_source_marks(plan)],
            key=lambda row: (row[0] is not LEFT_OUT, row[0] is not MARKS["existing"]),
        )
    ]
    return pydeck.Layer(
        "IconLayer",
        id="places",
        data=rows,
        icon_atlas=f'"{atlas(marks)}"',
        icon_mapping={str(index): atlas_cell(index) for index in range(len(marks))},
        get_position="position",
        get_icon="icon",
        get_size="size",
        size_units=_PIXELS,
        pickable=True,
    )


def _office_marks(plan: Plan) -> list[tuple[Mark, float, float, str]]:
    names = ("name", "lon", "lat", "connected", "technology", "position_known", "reason")
    rows = []
    for name, lon, lat, connected, technology, known, reason in zip(
        *(plan.offices[column] for column in names), strict=True
    ):
        lines = [
            _("Office {name}").format(name=name),
            technology_heading(technology) if connected else _("Not connected"),
            reason or "",
            "" if known else _("Located to a district only."),
        ]
        mark = mark_of(technology) if connected else LEFT_OUT
        rows.append((mark, lon, lat, "\n".join(filter(None, lines))))
    return rows


def _source_marks(plan: Plan) -> list[tuple[Mark, float, float, str]]:
    sources = plan.places[plan.places["kind"] == "source"]
    return [
        (MARKS["source"], lon, lat, _("Source {name}").format(name=name))
        for name, lon, lat in zip(sources["id"], sources["lon"], sources["lat"], strict=True)
    ]
