"""The map of a plan: deck.gl layers over a picture of the terrain, with no request to anywhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
from typing import TYPE_CHECKING, Any

import pandas as pd
import pydeck
from streamlit import runtime

from planner.i18n import _
from planner.marks import (
    LEFT_OUT,
    LINE_WIDTH_PX,
    LINE_WIDTHS_PX,
    MARKS,
    OTHER,
    Mark,
    atlas,
    atlas_cell,
    dashes_of,
    line_picture,
    mark_of,
    mark_picture,
)
from planner.wording import labelled, number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from planner import Plan

Placed = tuple[Mark, str, float, float, str]
"""Mark, id, lon, lat, label."""
Room = tuple[int, int]
ROOM: Room = (700, 440)
"""Width and height in pixels that a map has on a small screen; on a larger one the extent has more room around it."""

_PIXELS = pydeck.types.String("pixels")
_TILE_PX = 512
_CLOSEST_ZOOM = 13
_CASING_PX = 2.0
_KEY = "id "
"""Stands before every id in the data of a layer: deck.gl reads a text that starts with ``@@`` as code."""
_INLINE = 5000
"""Rows of a layer that still go with the page; measured, more are shown sooner from a file."""
_TOOLTIP_STYLE = {
    "backgroundColor": "#1c2733",
    "color": "white",
    "borderRadius": "4px",
    "fontSize": "13px",
    "maxWidth": "24rem",
    "whiteSpace": "pre-line",
}


def plan_map(
    plan: Plan, run_dir: Path, *, selected: str | None = None, room: Room = ROOM, hidden: Collection[str] = ()
) -> pydeck.Deck:
    """Return the map of a plan; the run's picture of the terrain lies under it, if there is one.

    Parameters
    ----------
    plan : Plan
    run_dir : Path
    selected : str or None
        Id of the office or the link that stands out.
    room : tuple of int
        As `ROOM`.
    hidden : collection of str
        Layers that are not drawn: ``terrain``, ``links``, ``left_out``.

    Notes
    -----
    What users named comes only after a word of ours in a label: deck.gl reads a text that starts with ``@@`` as code.
    """
    picture = _picture(run_dir)
    bounds = picture["bounds"] if picture else _extent(plan.places)
    marks = [*_office_marks(plan), *_source_marks(plan)]
    if "left_out" in hidden:
        marks = [mark for mark in marks if mark[0] is not LEFT_OUT]
    links = [] if "links" in hidden else _links(plan.links, bounds[0])
    layers = [*_halo(plan, selected, bounds[0]), *links, _places(marks, bounds[0])]
    return _deck(None if "terrain" in hidden else picture, bounds, layers, room)


def frontier_map(frontier: dict[str, Any], point: dict[str, Any] | None, run_dir: Path, room: Room) -> pydeck.Deck:
    """Return the map of a point of a frontier: offices that its plan connects, with its links; the rest are left out.

    Parameters
    ----------
    frontier, point : dict
        Of ``frontier.json``; without a point nothing is connected.
    run_dir : Path
        With the picture of the terrain.
    room : tuple of int
        As `ROOM`.
    """
    picture = _picture(run_dir)
    places = pd.DataFrame(frontier["places"])
    bounds = picture["bounds"] if picture else _extent(places)
    by = dict(zip(point["offices"], point["technologies"], strict=True)) if point else {}
    marks = []
    for place in frontier["places"]:
        name, where = place["id"], (place["lon"], place["lat"])
        if place["kind"] == "source":
            marks.append((MARKS["source"], name, *where, _("Source {name}").format(name=name)))
            continue
        before = "existing" if place["before"] == "adequate" else None
        technology = by.get(name, before)
        told = technology_heading(technology) if technology else _("Not connected")
        label = "\n".join((_("Office {name}").format(name=place["name"]), told))
        marks.append((mark_of(technology) if technology else LEFT_OUT, name, *where, label))
    rows = [
        _line(name, frontier["links"][name]["technology"], frontier["links"][name]["path"], bounds[0])
        | {
            "label": "\n".join(
                (_("Link {id}").format(id=name), technology_heading(frontier["links"][name]["technology"]))
            )
        }
        for name in (point["links"] if point else [])
    ]
    return _deck(picture, bounds, [*_line_layers(rows), _places(marks, bounds[0])], room)


def map_of_places(placed: list[Placed], extent: pd.DataFrame, run_dir: Path | None, room: Room = ROOM) -> pydeck.Deck:
    """Return a map of marks alone.

    Parameters
    ----------
    placed : list of Placed
    extent : DataFrame
        Columns lon and lat of what the map has to show whole where there is no picture of the terrain.
    run_dir : Path or None
        With that picture.
    room : tuple of int
        As `ROOM`.
    """
    picture = _picture(run_dir) if run_dir is not None else None
    bounds = picture["bounds"] if picture else _extent(extent)
    return _deck(picture, bounds, [_places(placed, bounds[0])], room)


def _deck(picture: dict[str, Any] | None, bounds: list[float], layers: list[pydeck.Layer], room: Room) -> pydeck.Deck:
    return pydeck.Deck(
        layers=[*([_terrain(picture)] if picture else []), *layers],
        initial_view_state=_view(bounds, room),
        map_provider=None,
        tooltip={"text": "{label}", "style": _TOOLTIP_STYLE},
    )


def id_of(row: Mapping[str, Any]) -> str | None:
    """Return the id of what was clicked: of an office, a source or a link."""
    key = row.get("id")
    return key.removeprefix(_KEY) if isinstance(key, str) else None


def legend(plan: Plan) -> str:
    """Return the legend of a plan's map as HTML: each mark and line that is on it, with its name."""
    lines = set(_drawn(plan.links)["technology"])
    return legend_of(set(plan.links["technology"]), lines, left_out=not plan.offices["connected"].all())


def legend_of(technologies: set[str], lines: set[str], *, left_out: bool) -> str:
    """Return a legend as HTML.

    Parameters
    ----------
    technologies, lines : set of str
        Those that have a mark, and those of links that are drawn.
    left_out : bool
        Whether there are offices without connection.
    """
    keys = [
        (line_picture(name) if name in lines else "")
        + mark_picture(mark_of(name))
        + " "
        + html.escape(technology_heading(name))
        for name in (*[name for name in MARKS if name in technologies], *sorted(technologies - set(MARKS)))
    ]
    if left_out:
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


def _view(bounds: list[float], room: Room) -> pydeck.ViewState:
    """Return the view that shows the bounds whole."""
    west, south, east, north = bounds
    low, high = (math.degrees(math.atanh(math.sin(math.radians(lat)))) for lat in (south, north))
    zooms = [
        math.log2(room_px / _TILE_PX * 360 / max(extent, 1e-6))
        for room_px, extent in zip(room, (east - west, high - low), strict=True)
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
        _line(name, technology, geometry["coordinates"], west)
        | {"label": _link_label(name, technology, option, length_km, load_mbps, capacity_mbps)}
        for name, technology, option, length_km, load_mbps, capacity_mbps, geometry in zip(
            *(drawn[column] for column in columns), strict=True
        )
    ]
    return _line_layers(rows)


def _served(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | str:
    """Return rows as they are if they are few, else the address under which the server has them for the page.

    The page's messages carry everything once per change; a file is fetched beside them, compressed, and kept.
    """
    if len(rows) <= _INLINE or not runtime.exists():
        return rows
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    name = f"map-{hashlib.sha256(content).hexdigest()[:24]}"
    address: str = runtime.get_instance().media_file_mgr.add(content, "application/json", name)
    return address


def _line(name: str, technology: str, path: list[list[float]], west: float) -> dict[str, Any]:
    width = LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX)
    return {
        "id": _KEY + name,
        "path": [_at(lon, lat, west) for lon, lat in path],
        "colour": [*mark_of(technology).fill, 255],
        "width": width,
        "casing": width + _CASING_PX,
        "dash": dashes_of(technology) or (0, 0),
    }


def _line_layers(rows: list[dict[str, Any]]) -> list[pydeck.Layer]:
    common = {
        "data": _served(rows),
        "get_path": "path",
        "width_units": _PIXELS,
        "joint_rounded": True,
        "pickable": True,
    }
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


def _halo(plan: Plan, selected: str | None, west: float) -> list[pydeck.Layer]:
    """Return a layer under the others that makes the selected office or link stand out."""
    glow = [255, 214, 0, 230]
    links = plan.links[(plan.links["id"] == selected) & plan.links["geometry"].notna()]
    offices = plan.offices[plan.offices["id"] == selected]
    if len(links):
        path = [_at(lon, lat, west) for lon, lat in links.iloc[0]["geometry"]["coordinates"]]
        return [
            pydeck.Layer(
                "PathLayer", id="halo", data=[{"path": path}], get_path="path", get_color=glow, get_width=12,
                width_units=_PIXELS,
            )
        ]  # fmt: skip
    if len(offices):
        row = offices.iloc[0]
        return [
            pydeck.Layer(
                "ScatterplotLayer", id="halo", data=[{"position": _at(row["lon"], row["lat"], west)}],
                get_position="position", get_fill_color=glow, get_radius=15, radius_units=_PIXELS,
            )
        ]  # fmt: skip
    return []


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


def _places(placed: list[Placed], west: float) -> pydeck.Layer:
    """Return one layer of all marks: what matters most is drawn last."""
    marks = tuple(dict.fromkeys((*MARKS.values(), OTHER, LEFT_OUT, *(mark for mark, *_rest in placed))))
    column = {mark: str(index) for index, mark in enumerate(marks)}
    rows = [
        {"id": _KEY + name, "position": _at(lon, lat, west), "icon": column[mark], "size": mark.size_px, "label": label}
        for mark, name, lon, lat, label in sorted(
            placed,
            key=lambda row: (row[0] is not LEFT_OUT, row[0] is not MARKS["existing"]),
        )
    ]
    return pydeck.Layer(
        "IconLayer",
        id="places",
        data=_served(rows),
        icon_atlas=f'"{atlas(marks)}"',
        icon_mapping={str(index): atlas_cell(index) for index in range(len(marks))},
        get_position="position",
        get_icon="icon",
        get_size="size",
        size_units=_PIXELS,
        pickable=True,
    )


def _office_marks(plan: Plan) -> list[Placed]:
    names = ("id", "name", "lon", "lat", "connected", "technology", "position_known", "reason")
    rows = []
    for identifier, name, lon, lat, connected, technology, known, reason in zip(
        *(plan.offices[column] for column in names), strict=True
    ):
        lines = [
            _("Office {name}").format(name=name),
            technology_heading(technology) if connected else _("Not connected"),
            reason or "",
            "" if known else _("Located to a district only."),
        ]
        mark = mark_of(technology) if connected else LEFT_OUT
        rows.append((mark, identifier, lon, lat, "\n".join(filter(None, lines))))
    return rows


def _source_marks(plan: Plan) -> list[Placed]:
    sources = plan.places[plan.places["kind"] == "source"]
    return [
        (MARKS["source"], name, lon, lat, _("Source {name}").format(name=name))
        for name, lon, lat in zip(sources["id"], sources["lon"], sources["lat"], strict=True)
    ]
