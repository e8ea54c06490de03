"""Charts of a plan: frontier, cash flow, what the cost is made of. Colours differ in brightness too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.report.documents.drawing import Drawing, legend, text_width, ticks
from planner.wording import number, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.report.cashflow import Year

WIDTH, HEIGHT = 480.0, 230.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 28.0, 16.0, 46.0
DARK, MIDDLE, LIGHT, WARM, INK = "#00466e", "#0072b2", "#9fd3f2", "#d55e00", "#222222"
PARTS = (
    ("#00466e", "#ffffff"),
    ("#9fd3f2", INK),
    ("#0072b2", "#ffffff"),
    ("#f0c878", INK),
    ("#a34700", "#ffffff"),
    ("#cfe8d8", INK),
    ("#00785a", "#ffffff"),
    ("#f3c6d8", INK),
    ("#8c4670", "#ffffff"),
    ("#d9d9d9", INK),
)
"""Fills of parts of a bar, dark and light by turns, with what can be read on each."""


def frontier_drawing(
    points: Sequence[tuple[float, float, float]],
    *,
    rings: Sequence[tuple[str, float, float]],
    ringed: str,
    currency: str,
) -> Drawing:
    """Return benefit against budget with the proven ceiling.

    Parameters
    ----------
    points : sequence of (limit, value, bound)
        The smallest budget first.
    rings : sequence of (label, limit, value)
        Plans to be marked with a ring and, unless it is empty, their label.
    ringed : str
        What a ring means.
    currency : str
    """
    points = [(0.0, 0.0, 0.0), *points]
    drawing = Drawing(WIDTH, HEIGHT)
    most_x = max([limit for limit, _value, _bound in points] + [limit for _label, limit, _value in rings])
    most_y = max([bound for _limit, _value, bound in points] + [value for _label, _limit, value in rings]) * 1.05 or 1.0

    def at(limit: float, value: float) -> tuple[float, float]:
        x = LEFT + limit / most_x * (WIDTH - LEFT - RIGHT)
        return x, HEIGHT - BOTTOM - value / most_y * (HEIGHT - TOP - BOTTOM)

    _heights(drawing, 0.0, most_y)
    for limit in ticks(0.0, most_x, 6):
        x, y = at(limit, 0.0)
        drawing.line((x, y), (x, y + 3), stroke=INK, stroke_width=0.6)
        drawing.text((x, y + 11), number(limit), anchor="middle", size=7)
    drawing.text((WIDTH / 2, HEIGHT - 24), _("Budget, {currency}").format(currency=currency), anchor="middle", size=7.5)
    drawing.text((10, HEIGHT / 2 - 12), _("Benefit"), anchor="middle", upwards=True, size=7.5)
    ceiling = {"stroke": WARM, "stroke_width": 1.2, "stroke_dasharray": "4 2"}
    drawing.polyline([at(limit, bound) for limit, _value, bound in points], **ceiling)
    drawing.polyline([at(limit, value) for limit, value, _bound in points], stroke=MIDDLE, stroke_width=1.6)
    for limit, value, _bound in points[1:]:
        drawing.circle(at(limit, value), 1.8, fill=MIDDLE)
    entries: list[tuple[str, dict[str, object]]] = [
        (_("plans found"), {"stroke": MIDDLE, "stroke_width": 1.6}),
        (_("proven ceiling: no plan does better"), ceiling),
    ]
    for label, limit, value in rings:
        x, y = at(limit, value)
        drawing.circle((x, y), 4, fill="none", stroke=INK, stroke_width=1.4)
        if label:
            drawing.text((x + 6, y + 10), label, size=8, bold=True, halo=True)
    if rings:
        entries.append((ringed, {"fill": "none", "stroke": INK, "stroke_width": 1.4}))
    drawing.height = HEIGHT - 16 + legend(drawing, (LEFT, HEIGHT - 16), WIDTH - LEFT - RIGHT, entries) + 4
    return drawing


def cash_flow_drawing(years: Sequence[Year], *, currency: str) -> Drawing:
    """Return what is paid year by year as stacked bars; what is left at the end hangs below."""
    drawing = Drawing(WIDTH, HEIGHT)
    series = (
        (_("first purchases"), DARK, [year.purchases for year in years]),
        (_("replacements"), WARM, [year.replacements for year in years]),
        (_("operation"), LIGHT, [year.operation for year in years]),
    )
    low = min(0.0, *(year.residual for year in years))
    high = max(year.purchases + year.replacements + year.operation for year in years) or 1.0
    high, low = high * 1.05, low * 1.05
    room = HEIGHT - TOP - BOTTOM

    def y(amount: float) -> float:
        return HEIGHT - BOTTOM - (amount - low) / (high - low) * room

    _heights(drawing, low, high)
    step = (WIDTH - LEFT - RIGHT) / len(years)
    for column, year in enumerate(years):
        x, foot = LEFT + (column + 0.15) * step, 0.0
        for _name, colour, amounts in series:
            if amounts[column] > 0:
                top = y(foot + amounts[column])
                style = {"fill": colour, "stroke": "#ffffff", "stroke_width": 0.5}
                drawing.rectangle((x, top), 0.7 * step, y(foot) - top, **style)
                foot += amounts[column]
        if year.residual < 0:
            style = {"fill": "#ffffff", "stroke": INK, "stroke_width": 0.8}
            drawing.rectangle((x, y(0)), 0.7 * step, y(year.residual) - y(0), **style)
        drawing.text((x + 0.35 * step, HEIGHT - BOTTOM + 11), str(year.year), anchor="middle", size=7)
    drawing.line((LEFT, y(0)), (WIDTH - RIGHT, y(0)), stroke=INK, stroke_width=0.7)
    drawing.text((WIDTH / 2, HEIGHT - 24), _("Years after the first purchases"), anchor="middle", size=7.5)
    drawing.text((10, HEIGHT / 2 - 12), currency, anchor="middle", upwards=True, size=7.5)
    entries: list[tuple[str, dict[str, object]]] = [
        (name, {"fill": colour}) for name, colour, amounts in series if any(amounts)
    ]
    if low < 0:
        entries.append((_("left over (residual value)"), {"fill": "#ffffff", "stroke": INK, "stroke_width": 0.8}))
    drawing.height = HEIGHT - 16 + legend(drawing, (LEFT, HEIGHT - 16), WIDTH - LEFT - RIGHT, entries) + 4
    return drawing


def waterfall_drawing(steps: Sequence[tuple[str, float]], total: tuple[str, float], *, currency: str) -> Drawing:
    """Return how amounts add up to a total, one bar below the other.

    Parameters
    ----------
    steps : sequence of (name, amount)
    total : (name, amount)
    currency : str
    """
    row = 18.0
    names = [*(name for name, _amount in steps), total[0]]
    left = min(max(text_width(name, 7.5) for name in names) + 10, 190.0)
    right = 66.0
    drawing = Drawing(WIDTH, row * (len(steps) + 1) + 26)
    scale = (WIDTH - left - right) / max(total[1], 1e-9)
    so_far = 0.0
    for line, (name, amount) in enumerate((*steps, total)):
        is_total = line == len(steps)
        start = 0.0 if is_total else so_far
        x, y = left + start * scale, 4 + line * row
        drawing.text((left - 6, y + 10), name, anchor="end", size=7.5, bold=is_total)
        drawing.rectangle((x, y + 2), max(amount * scale, 0.6), row - 6, fill=DARK if is_total else MIDDLE)
        drawing.text((left + (start + amount) * scale + 4, y + 10), number(amount), size=7.5, bold=is_total)
        if not is_total:
            so_far += amount
            x = left + so_far * scale
            drawing.line((x, y + 2), (x, y + row + 2), stroke="#777777", stroke_width=0.5, stroke_dasharray="2 2")
    drawing.text((WIDTH / 2, row * (len(steps) + 1) + 18), currency, anchor="middle", size=7.5)
    return drawing


def tornado_drawing(
    rows: Sequence[tuple[str, float, float]], *, base: float, names: tuple[str, str], currency: str
) -> Drawing:
    """Return what each uncertain figure by itself does to an amount, the widest first.

    Parameters
    ----------
    rows : sequence of (name, amount at the figure's low, amount at its high)
    base : float
        The amount at typical figures: the middle line.
    names : tuple of two str
        What bars towards the low and the high mean.
    currency : str
    """
    row, size = 16.0, 7.5
    left = min(max(text_width(name, size) for name, _low, _high in rows) + 10, 210.0)
    drawing = Drawing(WIDTH, row * len(rows) + 44)
    amounts = [base, *(amount for _name, *both in rows for amount in both)]
    low, high = min(amounts), max(amounts)
    scale = (WIDTH - left - RIGHT) / max(high - low, 1e-9)
    styles = [{"fill": fill, "stroke": INK, "stroke_width": 0.5} for fill in (LIGHT, DARK)]

    def x(amount: float) -> float:
        return left + (amount - low) * scale

    for line, (name, *both) in enumerate(rows):
        y = 4 + line * row
        drawing.text((left - 6, y + 9.5), name, anchor="end", size=size)
        for place, amount in enumerate(both):
            # Both ends may lie on one side: the upper half of a row is the low's, the lower half the high's.
            start, end = sorted((x(base), x(amount)))
            drawing.rectangle((start, y + 2 + place * (row - 5) / 2), end - start, (row - 5) / 2, **styles[place])
    foot = row * len(rows) + 4
    drawing.line((x(base), 0), (x(base), foot), stroke=INK, stroke_width=0.8)
    for amount in ticks(low, high, 5):
        drawing.line((x(amount), foot), (x(amount), foot + 3), stroke=INK, stroke_width=0.6)
        drawing.text((x(amount), foot + 11), number(amount), anchor="middle", size=7)
    drawing.text((left - 6, foot + 11), currency, anchor="end", size=7)
    legend(drawing, (left, foot + 18), WIDTH - left, list(zip(names, styles, strict=True)))
    return drawing


def grouped_drawing(groups: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], *, currency: str) -> Drawing:
    """Return amounts of several plans side by side, a group of bars for each name.

    Parameters
    ----------
    groups : sequence of (name, amounts)
        One amount for each plan.
    names : sequence of str
        Of the plans, four at most.
    currency : str
    """
    bar, gap = 10.0, 8.0
    row = bar * len(names) + gap
    left = min(max(text_width(name, 7.5) for name, _amounts in groups) + 10, 190.0)
    right = 66.0
    foot = row * len(groups) + 4
    drawing = Drawing(WIDTH, foot + 30)
    scale = (WIDTH - left - right) / max(1e-9, *(max(amounts) for _name, amounts in groups))
    style = [{"fill": fill, "stroke": INK, "stroke_width": 0.5} for fill in (DARK, LIGHT, MIDDLE, "#ffffff")]
    for place, (name, amounts) in enumerate(groups):
        top = 4 + place * row
        drawing.text((left - 6, top + bar * len(names) / 2 + 2.6), name, anchor="end", size=7.5)
        for line, amount in enumerate(amounts):
            y = top + line * bar
            drawing.rectangle((left, y), amount * scale, bar - 1.5, **style[line])
            drawing.text((left + amount * scale + 4, y + 7), number(amount), size=7)
    drawing.line((left, 0), (left, foot - gap / 2), stroke=INK, stroke_width=0.7)
    drawing.text((WIDTH / 2, foot + 8), currency, anchor="middle", size=7.5)
    legend(drawing, (left, foot + 14), WIDTH - left, list(zip(names, style[: len(names)], strict=True)))
    return drawing


def shares_drawing(
    rows: Sequence[tuple[str, float]], series: Sequence[tuple[str, Sequence[float]]], *, left: str, currency: str
) -> Drawing:
    """Return how wholes are divided, a bar of the same length for each; numbers in the parts say whose they are.

    Parameters
    ----------
    rows : sequence of (label, whole)
    series : sequence of (name, parts)
        Of each name its part of every whole, ten names at most: neighbours differ in brightness.
    left : str
        What the rest is called that belongs to nobody.
    currency : str
        Of the labels.
    """
    height, size = 17.0, 7.5
    start = max(text_width(label, size) for label, _whole in (*rows, (currency, 0.0))) + 10
    room = WIDTH - start - RIGHT
    top = 16.0
    drawing = Drawing(WIDTH, top + height * len(rows) + 20)
    drawing.text((start - 6, top - 5), currency, anchor="end", size=size)
    for line, (label, whole) in enumerate(rows):
        y, x = top + line * height, start
        drawing.text((start - 6, y + 10), label, anchor="end", size=size)
        drawing.rectangle((start, y + 1.5), room, height - 4, fill="#ffffff", stroke=INK, stroke_width=0.5)
        for place, (_name, parts) in enumerate(series):
            wide = parts[line] / whole * room
            fill, ink = PARTS[place % len(PARTS)]
            if wide > 0:
                drawing.rectangle((x, y + 1.5), wide, height - 4, fill=fill, stroke="#ffffff", stroke_width=0.6)
            sign = str(place + 1)
            if wide > text_width(sign, 7, bold=True) + 3:
                drawing.text((x + wide / 2, y + 10.4), sign, anchor="middle", size=7, bold=True, colour=ink)
            x += wide
    foot = top + height * len(rows)
    for part in range(5):
        x = start + part / 4 * room
        drawing.line((x, foot), (x, foot + 3), stroke=INK, stroke_width=0.6)
        drawing.text((x, foot + 11), share(part / 4), anchor="middle", size=7)
    entries: list[tuple[str, dict[str, object]]] = [
        (f"{place + 1} {name}", {"fill": PARTS[place % len(PARTS)][0]}) for place, (name, _parts) in enumerate(series)
    ]
    entries.append((left, {"fill": "#ffffff", "stroke": INK, "stroke_width": 0.5}))
    drawing.height = foot + 18 + legend(drawing, (start, foot + 18), room, entries) + 4
    return drawing


def _heights(drawing: Drawing, low: float, high: float) -> None:
    room = HEIGHT - TOP - BOTTOM
    for value in ticks(low, high, 5):
        y = HEIGHT - BOTTOM - (value - low) / (high - low) * room
        drawing.line((LEFT, y), (WIDTH - RIGHT, y), stroke="#dddddd", stroke_width=0.5)
        drawing.text((LEFT - 4, y + 2.6), number(value), anchor="end", size=7)
