"""Marks of the map: a colour and a shape for each technology, so that nobody depends on colour alone.

Colours are those of Okabe and Ito (2008), which colour-blind readers can tell apart.
"""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]

_WHITE, _BLACK, _RED = (255, 255, 255), (0, 0, 0), (150, 0, 0)


@dataclass(frozen=True)
class Mark:
    """How a place is drawn.

    Attributes
    ----------
    shape : tuple of (x, y)
        Polygon inside the unit circle, y downwards.
    fill, border : (3,) tuple of int
    size_px : int
        Width on the map, border included.
    """

    shape: tuple[tuple[float, float], ...]
    fill: Colour
    border: Colour = _WHITE
    size_px: int = 17


def _regular(corners: int, first_deg: float = -90.0) -> tuple[tuple[float, float], ...]:
    angles = (math.radians(first_deg + 360 * corner / corners) for corner in range(corners))
    return tuple((math.cos(angle), math.sin(angle)) for angle in angles)


_CIRCLE = tuple((0.8 * x, 0.8 * y) for x, y in _regular(32))
_ARM = 0.33
_CROSS = tuple(
    (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
    for turn in (0, math.pi / 2, math.pi, 3 * math.pi / 2)
    for x, y in ((-_ARM, -0.95), (_ARM, -0.95), (_ARM, -_ARM))
)

MARKS: dict[str, Mark] = {
    "fibre": Mark(_CIRCLE, (0, 114, 178)),
    "microwave": Mark(_regular(3), (213, 94, 0), size_px=19),
    "leo": Mark(_regular(4), (204, 121, 167)),
    "geo": Mark(_regular(3, 90), (230, 159, 0), size_px=19),
    "cellular": Mark(_CROSS, (0, 158, 115)),
    "existing": Mark(_CIRCLE, (110, 110, 110), size_px=11),
    "source": Mark(_regular(4, 45), _BLACK, size_px=19),
}
"""By technology; those that only the user's catalogue knows are drawn as `OTHER`."""
OTHER = Mark(_regular(6), (86, 180, 233))
LEFT_OUT = Mark(_CIRCLE, _WHITE, _RED, size_px=13)
"""An office without connection: hollow."""
CHANGES: dict[str, Mark] = {
    "added": Mark(_regular(3), (0, 70, 110), size_px=21),
    "dropped": Mark(_regular(3, 90), (255, 214, 120), _BLACK, size_px=21),
    "changed": Mark(_regular(4), (0, 158, 115), size_px=19),
    "same": Mark(_CIRCLE, (110, 110, 110), size_px=10),
}
"""Offices of two plans: dark and upwards, light and downwards, so that grey print tells them apart too."""

LINE_WIDTHS_PX = {"fibre": 3.5}
LINE_WIDTH_PX = 2.5
_AIR_DASHES = (4, 2)
_UNBROKEN = {"fibre", "leased", "existing", "source", "limit"}

_CELL_PX = 64
_FINER = 4


def colour_code(colour: Colour) -> str:
    """Return a colour as ``#rrggbb``."""
    return "#" + "".join(f"{part:02x}" for part in colour)


def mark_of(technology: str) -> Mark:
    """Return the mark of a technology."""
    return MARKS.get(technology, OTHER)


def dashes_of(technology: str) -> tuple[int, ...]:
    """Return dash and gap in line widths of links through the air, which are dashed; none for others."""
    return () if technology in _UNBROKEN else _AIR_DASHES


def png(*marks: Mark) -> bytes:
    """Return a picture of marks side by side, `_CELL_PX` wide each."""
    cell = _CELL_PX * _FINER
    picture = Image.new("RGBA", (cell * len(marks), cell), (*_WHITE, 0))
    draw = ImageDraw.Draw(picture)
    for column, mark in enumerate(marks):
        for radius, colour in ((0.98, mark.border), (0.68, mark.fill)):
            corners = [(cell * (column + 0.5 + radius * x / 2), cell * (0.5 + radius * y / 2)) for x, y in mark.shape]
            draw.polygon(corners, fill=(*colour, 255))
    small = picture.resize((_CELL_PX * len(marks), _CELL_PX), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, format="PNG")
    return stream.getvalue()


def mark_picture(mark: Mark) -> str:
    """Return a mark as an HTML image, for legends."""
    corners = " ".join(f"{8 + 6 * x:.1f},{8 + 6 * y:.1f}" for x, y in mark.shape)
    border = mark.border if mark.border != _WHITE else mark.fill
    polygon = f'<polygon points="{corners}" fill="rgb{mark.fill}" stroke="rgb{border}" stroke-width="1.5"/>'
    return _picture(16, polygon)


def line_picture(technology: str) -> str:
    """Return a piece of a link's line as an HTML image, for legends."""
    width = LINE_WIDTHS_PX.get(technology, LINE_WIDTH_PX)
    dashes = " ".join(f"{width * part:g}" for part in dashes_of(technology))
    colour = f"rgb{mark_of(technology).fill}"
    return _picture(
        28,
        f'<line x1="0" y1="8" x2="28" y2="8" stroke="{colour}" stroke-width="{width:g}" stroke-dasharray="{dashes}"/>',
    )


def _picture(width_px: int, drawing: str) -> str:
    # As an image: Streamlit takes SVG elements out of HTML.
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="16">{drawing}</svg>'
    data = base64.b64encode(svg.encode()).decode("ascii")
    return f'<img alt="" width="{width_px}" height="16" src="data:image/svg+xml;base64,{data}">'
