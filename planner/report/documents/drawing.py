"""Drawings as SVG: a canvas in points, y downwards, with text in the fonts that come with the program."""

from __future__ import annotations

import base64
import math
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from PIL import ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Noto Sans"

Point = tuple[float, float]

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What has no width: the library that measures text refuses some of these."""


@lru_cache(maxsize=32)
def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
    # Ten times as large, because glyphs are measured in whole pixels.
    return ImageFont.truetype(FONTS / f"NotoSans-{'Bold' if bold else 'Regular'}.ttf", round(10 * size))


@lru_cache(maxsize=1 << 16)
def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a text is in one line, in points."""
    return float(_font(size, bold=bold).getlength(_CONTROL.sub(" ", text))) / 10


def shortened(text: str, size: float, room: float) -> str:
    """Return a text that fits a room, with an ellipsis where it was cut."""
    if text_width(text, size) <= room:
        return text
    while text and text_width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values inside an interval, at most so many or one more."""
    span = max(high - low, 1e-12)
    step = next(
        size * 10.0**power
        for power in range(math.floor(math.log10(span / most)), 16)
        for size in (1, 2, 2.5, 5)
        if span / (size * 10.0**power) <= most
    )
    first = math.ceil(low / step - 1e-9)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


@dataclass
class Drawing:
    """A canvas; what is drawn later covers what was drawn before.

    Attributes
    ----------
    width, height : float
        Points.
    """

    width: float
    height: float
    _parts: list[str] = field(default_factory=list)

    def polygon(self, points: Iterable[Point], **style: object) -> None:
        """Draw a closed area."""
        self._parts.append(f'<path d="M{_path(points)}Z"{_attributes(style)}/>')

    def polyline(self, points: Iterable[Point], **style: object) -> None:
        """Draw an open line."""
        self._parts.append(f'<path d="M{_path(points)}"{_attributes({"fill": "none", **style})}/>')

    def line(self, start: Point, end: Point, **style: object) -> None:
        """Draw a straight line."""
        self.polyline((start, end), **style)

    def rectangle(self, corner: Point, width: float, height: float, **style: object) -> None:
        """Draw an upright rectangle from its upper left corner."""
        x, y = corner
        self._parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{max(height, 0):.2f}"'
            f"{_attributes(style)}/>"
        )

    def circle(self, centre: Point, radius: float, **style: object) -> None:
        """Draw a circle."""
        x, y = centre
        self._parts.append(f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:.2f}"{_attributes(style)}/>')

    def picture(self, corner: Point, width: float, height: float, content: bytes, kind: str) -> None:
        """Place a picture (``kind``: png or jpeg)."""
        x, y = corner
        data = base64.b64encode(content).decode()
        self._parts.append(
            f'<image x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" preserveAspectRatio="none" '
            f'href="data:image/{kind};base64,{data}"/>'
        )

    def text(
        self,
        at: Point,
        text: str,
        *,
        size: float = 8,
        anchor: str = "start",
        bold: bool = False,
        colour: str = "#222222",
        upwards: bool = False,
        halo: bool = False,
    ) -> None:
        """Write a line of text; ``at`` is on its base line.

        Parameters
        ----------
        at : Point
        text : str
        size : float
        anchor : {"start", "middle", "end"}
            Where ``at`` lies.
        bold : bool
        colour : str
        upwards : bool
            Written from bottom to top.
        halo : bool
            With a light border, over pictures.
        """
        x, y = at
        turned = f' transform="rotate(-90 {x:.2f} {y:.2f})"' if upwards else ""
        weight = ' font-weight="bold"' if bold else ""
        place = (
            f'x="{x:.2f}" y="{y:.2f}" font-family="{FAMILY}, DejaVu Sans, Arial, sans-serif" font-size="{size:g}"'
            f' text-anchor="{anchor}"{weight}{turned}'
        )
        said = escape(_NOT_XML.sub("", text))
        if halo:
            self._parts.append(
                f'<text {place} fill="none" stroke="#ffffff" stroke-width="2.4" stroke-linejoin="round">{said}</text>'
            )
        self._parts.append(f'<text {place} fill="{colour}">{said}</text>')

    def clip(self, corner: Point, width: float, height: float) -> None:
        """Keep what follows inside a rectangle, until `unclip`."""
        name = f"c{len(self._parts)}"
        x, y = corner
        self._parts.append(
            f'<clipPath id="{name}"><rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}"/>'
            f'</clipPath><g clip-path="url(#{name})">'
        )

    def unclip(self) -> None:
        """End what `clip` began."""
        self._parts.append("</g>")

    def svg(self, title: str = "") -> str:
        """Return the drawing as an SVG document whose title readers' programs may tell."""
        named = f"<title>{escape(_NOT_XML.sub('', title))}</title>" if title else ""
        size = f'width="{self.width:g}pt" height="{self.height:g}pt" viewBox="0 0 {self.width:g} {self.height:g}"'
        ground = f'<rect width="{self.width:g}" height="{self.height:g}" fill="#ffffff"/>'
        return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{named}{ground}{"".join(self._parts)}</svg>\n'


def _path(points: Iterable[Point]) -> str:
    return "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _attributes(style: dict[str, object]) -> str:
    return "".join(f" {name.replace('_', '-')}={quoteattr(str(value))}" for name, value in style.items())


def legend(drawing: Drawing, at: Point, room: float, entries: Sequence[tuple[str, dict[str, object]]]) -> float:
    """Write samples of lines and areas with their meaning, in as many rows as they need; return the height used.

    Parameters
    ----------
    drawing : Drawing
    at : Point
        Upper left corner.
    room : float
        Width.
    entries : sequence of (text, style)
        A style with a ``fill`` is shown as an area (as a ring where that is ``none``), one without as a line.
    """
    x, y = at
    size, swatch, gap = 7.5, 16.0, 12.0
    for text, style in entries:
        wide = swatch + 4 + text_width(text, size)
        if x > at[0] and x + wide > at[0] + room:
            x, y = at[0], y + 12
        if style.get("fill") == "none":
            drawing.circle((x + swatch / 2, y + 4.5), 3.6, **style)
        elif "fill" in style:
            drawing.rectangle((x, y + 1), swatch, 7, **style)
        else:
            drawing.line((x, y + 4.5), (x + swatch, y + 4.5), **style)
        drawing.text((x + swatch + 4, y + 7.2), text, size=size)
        x += wide + gap
    return y + 12 - at[1]
