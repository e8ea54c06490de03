"""Styles of layers in QGIS' own format (QML), with the colours of the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from planner.marks import LEFT_OUT, LINE_WIDTH_PX, LINE_WIDTHS_PX, MARKS, OTHER, dashes_of, mark_of
from planner.wording import technology_heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from planner.marks import Colour

_SHAPES: Final = {
    "fibre": "circle", "microwave": "triangle", "leo": "diamond", "geo": "equilateral_triangle",
    "cellular": "cross_fill", "existing": "circle", "source": "square",
}  # fmt: skip
"""QGIS' names of the shapes nearest to the marks."""
_MM_PER_PX: Final = 0.2
_BLACK: Final = (30, 30, 30)


def point_style(column: str, values: Sequence[str], rest: str) -> str:
    """Return the style of points by the technology in a column; ``rest`` names what has none of the values."""
    symbols = [
        (
            value,
            technology_heading(value),
            _marker(_SHAPES.get(value, "hexagon"), mark_of(value).fill, mark_of(value).size_px),
        )
        for value in values
    ]
    shape, fill, size = ("circle", LEFT_OUT.fill, LEFT_OUT.size_px) if column == "technology" else ("square", _BLACK, 9)
    symbols.append(("", rest, _marker(shape, fill, size, LEFT_OUT.border if column == "technology" else _BLACK)))
    return _document("marker", column, symbols)


def line_style(column: str, values: Sequence[str]) -> str:
    """Return the style of lines by the technology in a column."""
    symbols = [(value, technology_heading(value), _line(value)) for value in values]
    symbols.append(("", "", _line("")))
    return _document("line", column, symbols)


def _document(kind: str, column: str, symbols: Sequence[tuple[str, str, str]]) -> str:
    categories = "".join(
        f'<category render="true" symbol="{number}" value={quoteattr(value)} type="string" label={quoteattr(label)}/>'
        for number, (value, label, _layer) in enumerate(symbols)
    )
    drawn = "".join(
        f'<symbol name="{number}" type="{kind}" alpha="1" clip_to_extent="1" force_rhr="0">{layer}</symbol>'
        for number, (_value, _label, layer) in enumerate(symbols)
    )
    if column:
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr={quoteattr(column)} enableorderby="0" symbollevels="0">'
            f"<categories>{categories}</categories><symbols>{drawn}</symbols></renderer-v2>"
        )
    else:
        head = '<renderer-v2 type="singleSymbol" enableorderby="0" symbollevels="0">'
        renderer = f"{head}<symbols>{drawn}</symbols></renderer-v2>"
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
        f'<qgis version="3.22.0" styleCategories="Symbology">{renderer}</qgis>'
    )


def _marker(shape: str, fill: Colour, size_px: float, border: Colour = (255, 255, 255)) -> str:
    return _layer(
        "SimpleMarker",
        name=shape, color=_rgba(fill), outline_color=_rgba(border), outline_style="solid", outline_width="0.3",
        outline_width_unit="MM", size=f"{size_px * _MM_PER_PX:.2f}", size_unit="MM", scale_method="diameter", angle="0",
    )  # fmt: skip


def _line(technology: str) -> str:
    width_px = LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX)
    colour = mark_of(technology).fill if technology in MARKS else OTHER.fill
    dashes = ";".join(f"{part * width_px * _MM_PER_PX:.2f}" for part in dashes_of(technology) or (5, 2))
    return _layer(
        "SimpleLine",
        line_color=_rgba(colour), line_width=f"{width_px * _MM_PER_PX:.2f}", line_width_unit="MM", line_style="solid",
        capstyle="flat" if dashes_of(technology) else "round", joinstyle="round",
        use_custom_dash="1" if dashes_of(technology) else "0", customdash=dashes, customdash_unit="MM",
    )  # fmt: skip


def _layer(kind: str, **options: str) -> str:
    """Return a symbol layer; options are told twice, for QGIS from 3.26 on and for those before."""
    new = "".join(f'<Option name="{name}" type="QString" value={quoteattr(value)}/>' for name, value in options.items())
    old = "".join(f'<prop k="{name}" v={quoteattr(value)}/>' for name, value in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{new}</Option>{old}</layer>'


def _rgba(colour: Colour) -> str:
    return ",".join(map(str, (*colour, 255)))
