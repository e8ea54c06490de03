"""Candidate link options: fibre, microwave, satellite, cellular."""

from planner.links.build import build_links
from planner.links.options import NO_MAST, ROOT, LinkOptions, OptionKind, PlaceKind, Places, Rejection
from planner.links.polyline import price_polyline
from planner.links.store import load_options, save_options

__all__ = [
    "NO_MAST",
    "ROOT",
    "LinkOptions",
    "OptionKind",
    "PlaceKind",
    "Places",
    "Rejection",
    "build_links",
    "load_options",
    "price_polyline",
    "save_options",
]
