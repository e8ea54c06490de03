"""The map of a plan, and that of a budget on its frontier, with their legends."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from planner.i18n import _, language
from planner.marks import LEFT_OUT, MARKS, line_picture, mark_of, mark_picture
from planner.ui.map import Line, Map, Placed, make_map
from planner.wording import number, technology_heading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner import Plan


def plan_map(plan: Plan, run_dir: Path) -> Map:
    """Return the map of a plan; the run's picture of the terrain lies under it, if there is one.

    It is made once per run and language: other pages and other sessions show the same.
    """
    changed = tuple(
        (run_dir / name).stat().st_mtime_ns if (run_dir / name).exists() else 0
        for name in ("plan.json", "hillshade.json", "regions.json")
    )
    return _kept_map(plan, str(run_dir), changed, language())


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept_map(_plan: Plan, run_dir: str, changed: tuple[int, ...], speech: str) -> Map:  # noqa: ARG001 - keys
    # Streamlit keeps results by the arguments whose names do not start with an underscore.
    placed = [*_office_marks(_plan), *_source_marks(_plan)]
    return make_map(placed, list(_links(_plan)), _plan.places, Path(run_dir))


def frontier_map(frontier: dict[str, Any], point: dict[str, Any] | None, run_dir: Path) -> Map:
    """Return the map of a point of a frontier: offices that its plan connects, with its links; the rest are left out.

    Parameters
    ----------
    frontier, point : dict
        Of ``frontier.json``; without a point nothing is connected.
    run_dir : Path
        With the picture of the terrain.
    """
    by = dict(zip(point["offices"], point["technologies"], strict=True)) if point else {}
    placed = []
    for place in frontier["places"]:
        name, where = place["id"], (place["lon"], place["lat"])
        if place["kind"] == "source":
            placed.append(Placed(MARKS["source"], name, *where, _("Source {name}").format(name=name)))
            continue
        technology = by.get(name, "existing" if place["before"] == "adequate" else None)
        told = technology_heading(technology) if technology else _("Not connected")
        label = "\n".join((_("Office {name}").format(name=place["name"]), told))
        placed.append(Placed(mark_of(technology) if technology else LEFT_OUT, name, *where, label))
    links = frontier["links"]
    lines = [Line(name, links[name]["technology"], links[name]["path"]) for name in (point["links"] if point else [])]
    return make_map(placed, lines, pd.DataFrame(frontier["places"]), run_dir)


def legend(plan: Plan) -> str:
    """Return the legend of a plan's map as HTML: each mark and line that is on it, with its name."""
    lines = set(_drawn(plan.all_links)["technology"])
    return legend_of(set(plan.all_links["technology"]), lines, left_out=not plan.offices["connected"].all())


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
        n=number(len(plan.offices)), links=number(len(_drawn(plan.all_links)))
    )


def _drawn(links: pd.DataFrame) -> pd.DataFrame:
    """Return the links that have a course on the ground; a service is told by the mark of its office."""
    return links[links["geometry"].notna()]


def _links(plan: Plan) -> Iterator[Line]:
    drawn = _drawn(plan.all_links)
    columns = ("id", "technology", "geometry", "option", "length_km", "load_mbps", "capacity_mbps", "year")
    rows = zip(*(drawn[column] for column in columns), strict=True)
    for name, technology, geometry, option, km, load_mbps, capacity_mbps, year in rows:
        yield Line(name, technology, geometry["coordinates"], option, km, load_mbps, capacity_mbps, _year(year))


def _office_marks(plan: Plan) -> Iterator[Placed]:
    office, nowhere, rough = _("Office {name}"), _("Not connected"), _("Located to a district only.")
    headings = {name: technology_heading(name) for name in plan.offices["technology"].dropna().unique()}
    names = ("id", "name", "lon", "lat", "connected", "technology", "position_known", "reason", "year")
    for identifier, name, lon, lat, connected, technology, known, reason, year in zip(
        *(plan.offices[column] for column in names), strict=True
    ):
        told = (
            office.format(name=name),
            headings[technology] if connected else nowhere,
            reason or "",
            "" if known else rough,
        )
        mark = mark_of(technology) if connected else LEFT_OUT
        yield Placed(mark, identifier, lon, lat, "\n".join(filter(None, told)), _year(year) if connected else None)


def _year(year: float | None) -> int | None:
    return None if year is None or pd.isna(year) else int(year)


def _source_marks(plan: Plan) -> Iterator[Placed]:
    sources = plan.places[plan.places["kind"] == "source"]
    for name, lon, lat in zip(sources["id"], sources["lon"], sources["lat"], strict=True):
        yield Placed(MARKS["source"], name, lon, lat, _("Source {name}").format(name=name))
