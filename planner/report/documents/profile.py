"""The profile of a link: terrain, earth bulge, Fresnel zone, masts; or the ground along a trench."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.i18n import _
from planner.plan.sheets import HopSheet, TrenchSheet
from planner.radio import earth_bulge_m, fresnel_radius_m
from planner.report.documents.drawing import Drawing, legend, shortened, ticks
from planner.wording import decimals, labelled, number, radius_factor, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.plan.sheets import Criterion, Sheet
    from planner.report.documents.drawing import Point

    Numbers = NDArray[np.float64]

WIDTH, HEIGHT = 480.0, 250.0
LEFT, RIGHT, TOP = 44.0, 14.0, 30.0
AXES, LEGEND = 30.0, 28.0
"""Height of the numbers below the picture, and of the legend below them."""

MOST_POINTS = 240

GROUND, CLUTTER, EARTH = "#c9b99a", "#8fae7d", "#9a8f80"
ZONE, RAY, STRICT, MAST = "#56b4e9", "#0072b2", "#d55e00", "#222222"


@dataclass(frozen=True)
class _Frame:
    """From kilometres and metres to points."""

    length_km: float
    low_m: float
    high_m: float

    def x(self, km: float) -> float:
        return LEFT + km / self.length_km * (WIDTH - LEFT - RIGHT)

    def y(self, metres: float) -> float:
        bottom = HEIGHT - AXES - LEGEND
        return bottom - (metres - self.low_m) / (self.high_m - self.low_m) * (bottom - TOP)

    def points(self, km: Numbers, metres: Numbers) -> list[Point]:
        return [(self.x(a), self.y(b)) for a, b in zip(km.tolist(), metres.tolist(), strict=True)]


def profile_drawing(sheet: Sheet) -> Drawing | None:
    """Return the profile of a hop or a trench; None for services and where there is no terrain."""
    if isinstance(sheet, HopSheet):
        return _hop(sheet)
    if isinstance(sheet, TrenchSheet):
        return _trench(sheet)
    return None


def profile_words(sheet: Sheet) -> str:
    """Return the profile in words, for readers who do not see it."""
    if isinstance(sheet, HopSheet):
        near, far = sheet.ends
        said = _(
            "Terrain profile of {km} km from {near} (antenna {a} m above ground) to {far} (antenna {b} m), with the "
            "ray, the first Fresnel zone and the earth's bulge. {clearance}"
        )
        cleared = [
            _("At k = {k} at least {metres} m remain above {share} of the Fresnel zone.").format(
                k=radius_factor(rule.k), metres=number(rule.clearance_m, 1), share=share(rule.fresnel_share)
            )
            for rule in sheet.criteria
            if rule.clearance_m is not None
        ]
        return said.format(
            km=number(sheet.length_km, 1),
            near=near.place,
            far=far.place,
            a=number(near.antenna_m, 1),
            b=number(far.antenna_m, 1),
            clearance=" ".join(cleared),
        )
    if isinstance(sheet, TrenchSheet):
        known = [height for height in sheet.ground_m if height is not None]
        said = _("Ground along a trench of {km} km, between {low} and {high} m above sea level.")
        return said.format(km=number(sheet.length_km, 1), low=number(min(known)), high=number(max(known)))
    return ""


def _hop(sheet: HopSheet) -> Drawing | None:
    km, ground, cover = _thinned(sheet)
    near, far = sheet.ends
    if not np.isfinite(ground[[0, -1]]).all() or km[-1] <= 0:
        return None
    rest = km[-1] - km
    top = ground + cover
    usual, strict = sheet.criteria[0], sheet.criteria[-1]
    bulges = {rule.k: earth_bulge_m(km, rest, rule.k) for rule in sheet.criteria}
    inside = np.maximum(km * rest, 0.0) > 0
    radius = np.zeros_like(km)
    radius[inside] = fresnel_radius_m(km[inside], rest[inside], sheet.frequency_ghz)
    tops = ground[0] + near.antenna_m, ground[-1] + far.antenna_m
    ray = tops[0] + km / km[-1] * (tops[1] - tops[0])
    stands = ground[0] + near.mast_m, ground[-1] + far.mast_m

    low = float(np.nanmin(ground))
    high = max(float(np.nanmax(top + bulges[strict.k])) + sheet.margin_m, float((ray + radius).max()), *stands)
    pad = 0.06 * max(high - low, 20.0)
    frame = _Frame(float(km[-1]), low - pad, high + 1.2 * pad)
    drawing = Drawing(WIDTH, HEIGHT)
    _axes(drawing, frame)
    zone = [*frame.points(km, ray + radius), *frame.points(km[::-1], (ray - radius)[::-1])]
    drawing.polygon(zone, fill=ZONE, fill_opacity=0.3, stroke=ZONE, stroke_width=0.6)
    shown = {"stroke": STRICT, "stroke_width": 0.9, "stroke_dasharray": "4 2"}
    drawing.polyline(frame.points(km, ray - strict.fresnel_share * radius), **shown)
    _ground(drawing, frame, km, ground, bulges[usual.k], cover)
    known = np.isfinite(ground)
    if known.all():
        drawing.polyline(frame.points(km, top + bulges[strict.k]), **shown)
    drawing.polyline(frame.points(km[[0, -1]], ray[[0, -1]]), stroke=RAY, stroke_width=1.3)
    for rule in sheet.criteria:
        _least(drawing, frame, rule, km, top + bulges[rule.k], ray - rule.fresnel_share * radius)
    for place, foot, antenna, mast, at in (
        (near, ground[0], tops[0], stands[0], 0.0),
        (far, ground[-1], tops[1], stands[1], float(km[-1])),
    ):
        _mast(drawing, frame, at, foot, antenna, mast)
        name = shortened(place.place, 8, WIDTH / 2 - 90)
        label = _("{place}: antenna {height} m").format(place=name, height=number(place.antenna_m, 1))
        drawing.text((LEFT if at == 0 else WIDTH - RIGHT, 13), label, anchor="start" if at == 0 else "end", bold=True)
    drawing.text((LEFT, 24), _cleared(sheet), size=7.5)
    entries: list[tuple[str, dict[str, object]]] = [
        (_("ray"), {"stroke": RAY, "stroke_width": 1.3}),
        (_("first Fresnel zone"), {"fill": ZONE, "fill_opacity": 0.3, "stroke": ZONE}),
        (_("terrain with earth bulge, k = {k}").format(k=radius_factor(usual.k)), {"fill": GROUND}),
        (
            _("terrain and {share} of the zone at k = {k}").format(
                share=share(strict.fresnel_share), k=radius_factor(strict.k)
            ),
            shown,
        ),
        (_("earth bulge"), {"fill": EARTH}),
    ]
    if cover.any():
        entries.append((_("trees and buildings"), {"fill": CLUTTER}))
    legend(drawing, (LEFT, HEIGHT - LEGEND + 2), WIDTH - LEFT - RIGHT, entries)
    return drawing


def _thinned(sheet: HopSheet) -> tuple[Numbers, Numbers, Numbers]:
    """Return as many samples as a picture can show, with what stands there: the highest, or an unknown."""
    km = np.array(sheet.distance_km)
    ground = np.array([np.nan if height is None else height for height in sheet.ground_m])
    cover = np.array([0.0 if height is None else height for height in sheet.cover_m])
    top = np.nan_to_num(ground + cover, nan=np.inf)
    stretches = np.array_split(np.arange(1, len(km) - 1), MOST_POINTS)
    rows = [int(part[np.argmax(top[part])]) for part in stretches if len(part)]
    chosen = np.array([0, *rows, len(km) - 1])
    return km[chosen], ground[chosen], cover[chosen]


def _cleared(sheet: HopSheet) -> str:
    """Return in a line what every rule leaves."""
    left = [
        _("{metres} m at {km} km (k = {k}, {share} of the zone)").format(
            metres=decimals(rule.clearance_m, 1),
            km=decimals(rule.at_km, 1),
            k=radius_factor(rule.k),
            share=share(rule.fresnel_share),
        )
        for rule in sheet.criteria
        if rule.clearance_m is not None and rule.at_km is not None
    ]
    return labelled(_("Least clearance"), "; ".join(left)) if left else _("Part of the ground is unknown.")


def _ground(drawing: Drawing, frame: _Frame, km: Numbers, ground: Numbers, bulge: Numbers, cover: Numbers) -> None:
    """Draw what is known of the ground, on the bulge of the earth below it."""
    known = np.isfinite(ground)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(np.int8), [0]])))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        part = slice(start, stop)
        base = [(frame.x(km[stop - 1]), frame.y(frame.low_m)), (frame.x(km[start]), frame.y(frame.low_m))]
        if cover[part].any():
            covered = ground[part] + bulge[part] + cover[part]
            drawing.polygon([*frame.points(km[part], covered), *base], fill=CLUTTER)
        drawing.polygon([*frame.points(km[part], ground[part] + bulge[part]), *base], fill=GROUND)
    swell = np.minimum(frame.low_m + bulge, np.where(known, ground + bulge, np.inf))
    base = [(frame.x(km[-1]), frame.y(frame.low_m)), (frame.x(0.0), frame.y(frame.low_m))]
    drawing.polygon([*frame.points(km, swell), *base], fill=EARTH)


def _least(drawing: Drawing, frame: _Frame, rule: Criterion, km: Numbers, below_m: Numbers, above_m: Numbers) -> None:
    """Mark where a rule leaves least."""
    if rule.clearance_m is None or rule.at_km is None:
        return
    at = int(np.argmin(np.abs(km - rule.at_km)))
    colour = STRICT if rule.fresnel_share < 1 else RAY
    x, ends = frame.x(float(km[at])), (frame.y(float(below_m[at])), frame.y(float(above_m[at])))
    for end in ends:
        drawing.circle((x, end), 1.8, fill=colour)
    drawing.line((x, ends[0]), (x, ends[1]), stroke=colour, stroke_width=1)


def _mast(drawing: Drawing, frame: _Frame, km: float, foot_m: float, antenna_m: float, mast_m: float) -> None:
    x = frame.x(km)
    drawing.line((x, frame.y(foot_m)), (x, frame.y(mast_m)), stroke=MAST, stroke_width=2.2)
    drawing.circle((x, frame.y(antenna_m)), 2.8, fill="#ffffff", stroke=MAST, stroke_width=1.2)


def _axes(drawing: Drawing, frame: _Frame) -> None:
    bottom = frame.y(frame.low_m)
    for height in ticks(frame.low_m, frame.high_m, 6):
        y = frame.y(height)
        drawing.line((LEFT, y), (WIDTH - RIGHT, y), stroke="#dddddd", stroke_width=0.5)
        drawing.text((LEFT - 4, y + 2.8), number(height, 1), anchor="end")
    for km in ticks(0.0, frame.length_km, 8):
        x = frame.x(km)
        drawing.line((x, bottom), (x, bottom + 3), stroke="#444444", stroke_width=0.6)
        drawing.text((x, bottom + 11), number(km, 2), anchor="middle")
    drawing.line((LEFT, bottom), (WIDTH - RIGHT, bottom), stroke="#444444", stroke_width=0.6)
    drawing.text(((LEFT + WIDTH - RIGHT) / 2, bottom + 21), _("Distance, km"), anchor="middle")
    drawing.text((9, (TOP + bottom) / 2), _("Height above sea level, m"), anchor="middle", upwards=True)


def _trench(sheet: TrenchSheet) -> Drawing | None:
    km = np.array(sheet.distance_km)
    ground = np.array([np.nan if height is None else height for height in sheet.ground_m])
    if len(km) < 2 or km[-1] <= 0 or not np.isfinite(ground).all():
        return None
    low, high = float(ground.min()), float(ground.max())
    pad = 0.1 * max(high - low, 20.0)
    frame = _Frame(float(km[-1]), low - pad, high + pad)
    drawing = Drawing(WIDTH, HEIGHT)
    _axes(drawing, frame)
    base = [(frame.x(float(km[-1])), frame.y(frame.low_m)), (frame.x(0.0), frame.y(frame.low_m))]
    drawing.polygon([*frame.points(km, ground), *base], fill=GROUND)
    drawing.polyline(frame.points(km, ground), stroke=RAY, stroke_width=1.6)
    for section in sheet.sections[1:]:
        x = frame.x(section.from_km)
        drawing.line((x, TOP), (x, frame.y(frame.low_m)), stroke=MAST, stroke_width=0.5, stroke_dasharray="2 2")
    entries: list[tuple[str, dict[str, object]]] = [
        (_("trench"), {"stroke": RAY, "stroke_width": 1.6}),
        (_("ground"), {"fill": GROUND}),
        (_("sections of the cost table"), {"stroke": MAST, "stroke_width": 0.5, "stroke_dasharray": "2 2"}),
    ]
    legend(drawing, (LEFT, HEIGHT - LEGEND + 2), WIDTH - LEFT - RIGHT, entries)
    return drawing
