"""Maps: what is drawn, in columns, and the canvas that draws it; no request goes anywhere but to the app's own server.

A canvas and not WebGL: without a graphics card a browser draws fifty thousand marks on it in a fraction of a second.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit import runtime

from planner.i18n import _, language
from planner.marks import LEFT_OUT, LINE_WIDTH_PX, LINE_WIDTHS_PX, MARKS, OTHER, Mark, colour_code, dashes_of, mark_of
from planner.wording import technology_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import pandas as pd

Room = tuple[int, int]
ROOM: Room = (700, 440)
"""Width and height in pixels that a map has on a small screen; on a larger one there is more around its extent."""

_HERE = Path(__file__).parent
_SCALE = 100_000
"""Positions go to the page as whole numbers of 1e-5 degrees, about a metre."""
_INLINE_BYTES = 30_000
"""More than this is fetched beside the page's messages, compressed, and kept by the browser."""

_COMPONENT = st.components.v2.component(
    "postlink_map",
    html='<div class="map"><canvas tabindex="0" role="img"></canvas><div class="tools">'
    '<button type="button" name="nearer">+</button><button type="button" name="further">−</button>'
    '<button type="button" name="whole">⤢</button></div><div class="tooltip" hidden></div></div>',
    css=(_HERE / "map.css").read_text(encoding="utf-8"),
    js=(_HERE / "map.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Placed:
    """A mark on a map; ``id`` is empty where a click means nothing, ``year`` that from which it is there."""

    mark: Mark
    id: str
    lon: float
    lat: float
    label: str
    year: int | None = None


@dataclass(frozen=True)
class Line:
    """A link on a map; without ``km`` only its technology is told."""

    id: str
    technology: str
    path: Sequence[Sequence[float]]
    option: str = ""
    km: float | None = None
    load_mbps: float = 0.0
    capacity_mbps: float = math.inf
    year: int | None = None


@dataclass(frozen=True)
class Map:
    """What a map shows: the content as JSON, and the picture of the terrain."""

    content: bytes
    picture: Path | None

    @property
    def columns(self) -> dict[str, Any]:
        """The content."""
        columns: dict[str, Any] = json.loads(self.content)
        return columns


def make_map(placed: Iterable[Placed], lines: Sequence[Line], extent: pd.DataFrame, run_dir: Path | None = None) -> Map:
    """Return a map.

    Parameters
    ----------
    placed : iterable of Placed
    lines : sequence of Line
    extent : DataFrame
        Columns lon and lat of what has to be shown whole where there is no picture of the terrain.
    run_dir : Path or None
        With that picture, and the outlines of regions.
    """
    frame = _json(run_dir, "hillshade.json")
    picture = run_dir / "hillshade.webp" if run_dir is not None and frame else None
    bounds = (
        frame["bounds"]
        if frame
        else [float(extent[axis].agg(end)) for end in ("min", "max") for axis in ("lon", "lat")]
    )
    # What matters most is drawn last.
    marks_last = sorted(placed, key=lambda one: (one.mark is not LEFT_OUT, one.mark is not MARKS["existing"]))
    marks = list(dict.fromkeys((*MARKS.values(), OTHER, LEFT_OUT, *(one.mark for one in marks_last))))
    styles = list(dict.fromkeys(line.technology for line in lines))
    options = list(dict.fromkeys(line.option for line in lines))
    column, style, option = ({name: k for k, name in enumerate(names)} for names in (marks, styles, options))
    west = bounds[0]
    content = {
        "language": language(),
        "scale": _SCALE,
        "bounds": bounds,
        "marks": [_shape(mark) for mark in marks],
        "left_out": column[LEFT_OUT],
        "styles": [_style(name) for name in styles],
        "options": options,
        "words": {
            "link": _("Link {id}"),
            "kind": _("{label}: {text}"),
            "used": _("{load} Mbit/s used"),
            "used_of": _("{load} of {capacity} Mbit/s used"),
            "year": _("Year {year}"),
        },
        "places": {
            "lon": [_east(one.lon, west) for one in marks_last],
            "lat": [round(one.lat * _SCALE) for one in marks_last],
            "mark": [column[one.mark] for one in marks_last],
            "id": [one.id for one in marks_last],
            "text": [one.label for one in marks_last],
            "year": [one.year for one in marks_last],
        },
        "lines": {
            **_courses([line.path for line in lines], west),
            "id": [line.id for line in lines],
            "style": [style[line.technology] for line in lines],
            "option": [option[line.option] for line in lines],
            "km": [line.km for line in lines],
            "load": [line.load_mbps for line in lines],
            "capacity": [line.capacity_mbps if math.isfinite(line.capacity_mbps) else None for line in lines],
            "year": [line.year for line in lines],
        },
        "regions": _courses(_json(run_dir, "regions.json").get("outlines", []), west) | {"id": []},
    }
    return Map(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), picture)


def has_regions(run_dir: Path) -> bool:
    """Return whether a run knows the outlines of regions."""
    return bool(_json(run_dir, "regions.json"))


def show_map(
    shown: Map,
    key: str,
    alt: str,
    *,
    height: int = ROOM[1],
    selected: str | None = None,
    hidden: Collection[str] = ("regions",),
    until: int | None = None,
    path: Sequence[str] = (),
    on_pick: Callable[[str | None], None] | None = None,
) -> None:
    """Draw a map on the page.

    Parameters
    ----------
    shown : Map
    key : str
        Of the map on its page; what is in sight is kept under it when the page changes.
    alt : str
        What it shows, for those who cannot see it.
    height : int
        In pixels.
    selected : str or None
        Id of the place or the link that stands out.
    hidden : collection of str
        Layers that are not drawn: ``terrain``, ``regions``, ``links``, ``left_out``.
    until : int or None
        Offices and links of later years are drawn as not there.
    path : sequence of str
        Ids of links that are marked as one way.
    on_pick : callable or None
        Is told the id of what was clicked, None where there is nothing.
    """

    def pick() -> None:
        picked = st.session_state[key].get("picked")
        if picked is not None and on_pick is not None:
            on_pick(picked or None)

    big = len(shown.content) > _INLINE_BYTES and runtime.exists()
    _COMPONENT(
        key=key,
        data={
            "inline": None if big else shown.content.decode(),
            "address": _address(shown.content, "application/json") if big else None,
            "picture": _address(shown.picture.read_bytes(), "image/webp")
            if shown.picture and runtime.exists()
            else None,
            "view": key,
            "alt": alt,
            "height": height,
            "selected": selected,
            "hidden": sorted(hidden),
            "until": until,
            "path": list(path),
            "picks": on_pick is not None,
            "words": {"nearer": _("Zoom in"), "further": _("Zoom out"), "whole": _("Whole country")},
        },
        on_picked_change=pick,
    )


def _address(content: bytes, kind: str) -> str:
    """Return the address under which the server has some content for this page, by what it is."""
    # As a download it outlives the moment in which the page is drawn anew; other files may be gone before that.
    address: str = runtime.get_instance().media_file_mgr.add(
        content, kind, f"map-{hash(content)}", is_for_static_download=True
    )
    return address


def _json(run_dir: Path | None, name: str) -> dict[str, Any]:
    if run_dir is None or not (run_dir / name).exists():
        return {}
    content: dict[str, Any] = json.loads((run_dir / name).read_bytes())
    return content


def _shape(mark: Mark) -> dict[str, Any]:
    return {
        "shape": [[round(x, 3), round(y, 3)] for x, y in mark.shape],
        "fill": colour_code(mark.fill),
        "border": colour_code(mark.border),
        "size": mark.size_px,
    }


def _style(technology: str) -> dict[str, Any]:
    return {
        "name": technology_heading(technology),
        "colour": colour_code(mark_of(technology).fill),
        "width": LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX),
        "dash": list(dashes_of(technology)),
    }


def _east(lon: float, west: float) -> int:
    """Return a longitude east of the map's western edge, beyond 180° if need be."""
    return round((lon + 360 if lon < west else lon) * _SCALE)


def _courses(paths: Sequence[Sequence[Sequence[float]]], west: float) -> dict[str, list[int]]:
    return {
        "lon": [_east(at[0], west) for path in paths for at in path],
        "lat": [round(at[1] * _SCALE) for path in paths for at in path],
        "count": [len(path) for path in paths],
    }
