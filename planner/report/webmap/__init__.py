"""A plan as one HTML file with a map that needs nothing else: no server, no network, no other file.

Texts of users reach the page as data, never as markup, and the page's own policy forbids any request and any script but
its own.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from planner.files import write_whole
from planner.i18n import _, language
from planner.marks import LEFT_OUT, line_picture, mark_of, mark_picture
from planner.report.summary import verdict
from planner.report.webmap.content import LEFT_OUT_KEY, MASTS_KEY, map_content
from planner.wording import money, number, technology_heading, what_data

if TYPE_CHECKING:
    from planner.plan.model import Plan
    from planner.report.exported import ExportedRun

_HERE = Path(__file__).parent
_FIELD = re.compile(r"\{\{(\w+)\}\}")


def write(run: ExportedRun, folder: Path) -> list[Path]:
    """Write ``NAME.html``."""
    path = folder / f"{run.name}.html"
    write_whole(path, page(run))
    return [path]


def page(run: ExportedRun) -> str:
    """Return the page of a run."""
    plan, content = run.plan, map_content(run.plan, run.folder)
    script, style = (_HERE.joinpath(name).read_text(encoding="utf-8") for name in ("map.js", "map.css"))
    warning = what_data(synthetic=plan.data["synthetic"], name=plan.scenario["name"])
    parts = {
        "language": language(),
        "policy": f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'",
        "title": html.escape(plan.scenario["name"]),
        "synthetic": f'<p class="synthetic">{html.escape(warning)}</p>' if warning else "",
        "verdict": html.escape(verdict(plan)),
        "figures": _figures(plan),
        "layers": _layers(plan),
        "find": html.escape(_("Find an office")),
        "zoom_in": html.escape(_("Zoom in")),
        "zoom_out": html.escape(_("Zoom out")),
        "whole": html.escape(_("Whole country")),
        "close": html.escape(_("Close")),
        "map": html.escape(_("Map of the plan: drag to move, scroll or pinch to zoom, click an office for its card.")),
        "noscript": html.escape(_("This map needs JavaScript; it asks for nothing from the network.")),
        "style": style,
        "script": script,
        # "<" is the only sign that could end the element early.
        "content": json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace(
            "<", "\\u003c"
        ),
    }
    template = _HERE.joinpath("page.html").read_text(encoding="utf-8")
    # In one pass: what is put in is not looked at again.
    return _FIELD.sub(lambda field: parts[field[1]], template)


def _hash(text: str) -> str:
    """Return the word by which a page's policy allows exactly this script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _figures(plan: Plan) -> str:
    """Return the figures of the plan as terms and descriptions."""
    totals, currency = plan.totals, plan.scenario["currency"]
    rows = (
        (_("Newly connected"), number(totals["offices_newly_connected"])),
        (_("Upgraded"), number(totals["offices_upgraded"])),
        (_("People within reach"), number(totals["people_total"])),
        (_("Purchases"), money(100 * totals["capex"], currency)),
        (_("Programme cost"), money(100 * totals["programme_cost"], currency)),
        (_("Per year"), money(100 * totals["opex_per_year"], currency)),
    )
    return "".join(f"<div><dt>{html.escape(term)}</dt><dd>{html.escape(text)}</dd></div>" for term, text in rows)


def _layers(plan: Plan) -> str:
    """Return the boxes that show and hide layers, which are the legend too."""
    by_office = {name for name in plan.offices["technology"] if name}
    drawn = set(plan.all_links.loc[plan.all_links["geometry"].notna(), "technology"])
    sources = {"source"} if (plan.places["kind"] == "source").any() else set()
    keys = [
        (name, (line_picture(name) if name in drawn else "") + mark_picture(mark_of(name)), technology_heading(name))
        for name in sorted(by_office | drawn | sources)
    ]
    if not plan.offices["connected"].all():
        keys.append((LEFT_OUT_KEY, mark_picture(LEFT_OUT), _("Not connected")))
    if len(plan.masts):
        keys.append((MASTS_KEY, '<span class="mast"></span>', technology_heading("masts")))
    return "".join(
        f'<label><input type="checkbox" checked data-layer="{html.escape(key)}">{picture} {html.escape(text)}</label>'
        for key, picture, text in keys
    )
