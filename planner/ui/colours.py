"""Colours of technologies: Okabe and Ito's palette, which colour-blind readers can tell apart (2008)."""

from planner.i18n import _

RGB = {
    "fibre": (0, 114, 178),
    "microwave": (213, 94, 0),
    "leo": (204, 121, 167),
    "geo": (230, 159, 0),
    "cellular": (0, 158, 115),
    "existing": (86, 86, 86),
    "source": (0, 0, 0),
}
LEFT_OUT = (255, 255, 255)
"""Fill of an office without connection: the hollow circle says it without colour too."""


def technology_name(technology: str) -> str:
    """Return what users call a technology."""
    names = {
        "fibre": _("Fibre"),
        "microwave": _("Microwave"),
        "leo": _("Satellite (LEO)"),
        "geo": _("Satellite (GEO)"),
        "cellular": _("Cellular"),
        "existing": _("Existing connection"),
        "source": _("Source"),
    }
    return names.get(technology, technology)
