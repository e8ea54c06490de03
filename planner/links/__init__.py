"""Candidate link options: fibre, microwave, satellite, cellular."""

from planner.kept import cache_folder
from planner.links.build import build_links, read_terrain, relay_sites
from planner.links.fibre_block import ground_weights, setting_of
from planner.links.ground import GroundWeights
from planner.links.options import NO_MAST, ROOT, LinkOptions, OptionKind, PlaceKind, Places, Rejection
from planner.links.polyline import price_polyline
from planner.links.store import load_options, save_options
from planner.retention import Limits, Usage, cache_limits, cache_usage

__all__ = [
    "NO_MAST",
    "ROOT",
    "GroundWeights",
    "Limits",
    "LinkOptions",
    "OptionKind",
    "PlaceKind",
    "Places",
    "Rejection",
    "Usage",
    "build_links",
    "cache_folder",
    "cache_limits",
    "cache_usage",
    "ground_weights",
    "load_options",
    "price_polyline",
    "read_terrain",
    "relay_sites",
    "save_options",
    "setting_of",
]
