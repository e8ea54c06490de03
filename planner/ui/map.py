"""The map of a plan: deck.gl layers over a picture of the terrain, with no request to anywhere."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pydeck

from planner.i18n import _
from planner.ui.colours import LEFT_OUT, RGB, technology_name

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_PIXELS = pydeck.types.String("pixels")


def plan_map(offices: pd.DataFrame, links: pd.DataFrame, places: pd.DataFrame, run_dir: Path) -> pydeck.Deck:
    """Return the map.

    Parameters
    ----------
    offices, links, places : DataFrame
        Those of a `Plan`.
    run_dir : Path
        Run folder; its hillshade lies under everything if it is there.
    """
    layers = [*_terrain(run_dir), _links(links), _sources(places), _offices(offices)]
    west, east = float(offices["lon"].min()), float(offices["lon"].max())
    south, north = float(offices["lat"].min()), float(offices["lat"].max())
    view = pydeck.data_utils.compute_view([[west, south], [east, north]], view_proportion=1)
    view.zoom = min(view.zoom, 12)
    return pydeck.Deck(
        layers=layers,
        initial_view_state=view,
        map_provider=None,
        tooltip={"text": "{label}"},
    )


def legend(links: pd.DataFrame) -> str:
    """Return the legend as HTML: line or circle, colour, name."""
    marks = [
        f'<span class="key"><svg width="26" height="12" aria-hidden="true"><line x1="1" y1="6" x2="25" y2="6" '
        f'stroke="rgb{RGB[technology]}" stroke-width="4"/></svg> {technology_name(technology)}</span>'
        for technology in sorted(set(links["technology"]) & {"fibre", "microwave"})
    ]
    circle = (
        '<span class="key"><svg width="14" height="14" aria-hidden="true"><circle cx="7" cy="7" r="5" '
        'fill="{fill}" stroke="{stroke}" stroke-width="2"/></svg> {name}</span>'
    )
    marks += [
        circle.format(fill=f"rgb{RGB[technology]}", stroke="white", name=technology_name(technology))
        for technology in sorted(set(links["technology"]) & {"leo", "geo", "cellular", "existing"})
    ]
    marks.append(circle.format(fill="white", stroke="rgb(150,0,0)", name=_("Not connected")))
    marks.append(
        '<span class="key"><svg width="14" height="14" aria-hidden="true"><rect x="2" y="2" width="10" height="10" '
        f'fill="black"/></svg> {technology_name("source")}</span>'
    )
    return f'<div class="legend">{" ".join(marks)}</div>'


def _terrain(run_dir: Path) -> list[pydeck.Layer]:
    picture, place = run_dir / "hillshade.webp", run_dir / "hillshade.json"
    if not (picture.exists() and place.exists()):
        return []
    data = base64.b64encode(picture.read_bytes()).decode("ascii")
    # pydeck takes strings for expressions; the inner quotes make it a literal.
    image = f'"data:image/webp;base64,{data}"'
    bounds = json.loads(place.read_text(encoding="utf-8"))["bounds"]
    return [pydeck.Layer("BitmapLayer", data=None, image=image, bounds=bounds, id="terrain")]


def _links(links: pd.DataFrame) -> pydeck.Layer:
    # Services from the root have no course on the ground: the office's colour tells them.
    drawn = links[(links["from"] != "root") & links["geometry"].notna()]
    rows = [
        {"path": geometry["coordinates"], "colour": [*RGB[technology], 230], "label": f"{identifier}\n{option}"}
        for identifier, technology, option, geometry in zip(
            drawn["id"], drawn["technology"], drawn["option"], drawn["geometry"], strict=True
        )
    ]
    return pydeck.Layer(
        "PathLayer",
        id="links",
        data=rows,
        get_path="path",
        get_color="colour",
        width_units=_PIXELS,
        get_width=3,
        joint_rounded=True,
        pickable=True,
    )


def _sources(places: pd.DataFrame) -> pydeck.Layer:
    sources = places[places["kind"] == "source"]
    rows = [
        {"position": [lon, lat], "label": f"{technology_name('source')} {identifier}", "mark": "■"}
        for identifier, lon, lat in zip(sources["id"], sources["lon"], sources["lat"], strict=True)
    ]
    return pydeck.Layer(
        "TextLayer",
        id="sources",
        data=rows,
        get_position="position",
        get_text="mark",
        get_size=16,
        get_color=[0, 0, 0],
        character_set=["■"],
        pickable=True,
    )


def _offices(offices: pd.DataFrame) -> pydeck.Layer:
    rows = [
        {
            "position": [lon, lat],
            "fill": [*(RGB.get(technology or "", LEFT_OUT) if connected else LEFT_OUT), 255],
            "line": [255, 255, 255] if connected else [150, 0, 0],
            "label": f"{name}\n{technology_name(technology) if connected else _('Not connected')}\n{reason or ''}",
            "id": identifier,
        }
        for identifier, name, lon, lat, connected, technology, reason in zip(
            *(offices[column] for column in ("id", "name", "lon", "lat", "connected", "technology", "reason")),
            strict=True,
        )
    ]
    return pydeck.Layer(
        "ScatterplotLayer",
        id="offices",
        data=rows,
        get_position="position",
        get_fill_color="fill",
        get_line_color="line",
        stroked=True,
        radius_units=_PIXELS,
        get_radius=5,
        line_width_units=_PIXELS,
        get_line_width=1.5,
        pickable=True,
    )
