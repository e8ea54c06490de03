"""Candidate link options: fibre, microwave, satellite, cellular.

What searches for links is loaded when it is first used: a run that finds them in the cache goes without.
"""

import importlib
from typing import TYPE_CHECKING, Any

from planner.kept import cache_folder
from planner.links.candidates import build_links
from planner.links.options import NO_MAST, ROOT, LinkOptions, OptionKind, PlaceKind, Places, Rejection
from planner.links.store import load_options, save_options
from planner.retention import Limits, Usage, cache_limits, cache_usage

if TYPE_CHECKING:
    from planner.links.build import read_terrain, relay_sites
    from planner.links.fibre_block import ground_weights, setting_of
    from planner.links.ground import GroundWeights
    from planner.links.polyline import price_polyline

_SEARCH = {
    "GroundWeights": "planner.links.ground",
    "ground_weights": "planner.links.fibre_block",
    "price_polyline": "planner.links.polyline",
    "read_terrain": "planner.links.build",
    "relay_sites": "planner.links.build",
    "setting_of": "planner.links.fibre_block",
}

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


def __getattr__(name: str) -> Any:
    """Load a name of the search for links on first use (PEP 562)."""
    if name not in _SEARCH:
        raise AttributeError(f"module 'planner.links' has no attribute {name!r}")
    return getattr(importlib.import_module(_SEARCH[name]), name)
