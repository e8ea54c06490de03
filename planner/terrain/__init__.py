"""Terrain: elevation rasters, pairs in range, line of sight, path profiles, cost surface.

Each name is loaded when it is first used: reading inputs needs little of the room, and a run that finds its candidate
links in the cache neither the kernels of the line of sight nor the warping of rasters.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.terrain.cost_surface import Grid, resample
    from planner.terrain.elevation import VOID_HEIGHT, Elevation
    from planner.terrain.geodesy import WGS84, earth_centred, surface_normals
    from planner.terrain.land_cover import is_silent, open_land_cover, with_land_cover
    from planner.terrain.offline import refuse_network
    from planner.terrain.pairs import pairs_within
    from planner.terrain.peaks import Peaks, find_peaks
    from planner.terrain.profile import Profile, clearance_m, terrain_profile
    from planner.terrain.rasters import open_elevation
    from planner.terrain.reflection import mirror_km, sea_mirrors
    from planner.terrain.sight import NO_LEVEL, TWO_CRITERIA, PathState, Sight, line_of_sight

_MODULES = {
    "NO_LEVEL": "planner.terrain.sight",
    "TWO_CRITERIA": "planner.terrain.sight",
    "VOID_HEIGHT": "planner.terrain.elevation",
    "WGS84": "planner.terrain.geodesy",
    "Elevation": "planner.terrain.elevation",
    "Grid": "planner.terrain.cost_surface",
    "PathState": "planner.terrain.sight",
    "Peaks": "planner.terrain.peaks",
    "Profile": "planner.terrain.profile",
    "Sight": "planner.terrain.sight",
    "clearance_m": "planner.terrain.profile",
    "earth_centred": "planner.terrain.geodesy",
    "find_peaks": "planner.terrain.peaks",
    "is_silent": "planner.terrain.land_cover",
    "line_of_sight": "planner.terrain.sight",
    "mirror_km": "planner.terrain.reflection",
    "open_elevation": "planner.terrain.rasters",
    "open_land_cover": "planner.terrain.land_cover",
    "pairs_within": "planner.terrain.pairs",
    "refuse_network": "planner.terrain.offline",
    "resample": "planner.terrain.cost_surface",
    "sea_mirrors": "planner.terrain.reflection",
    "surface_normals": "planner.terrain.geodesy",
    "terrain_profile": "planner.terrain.profile",
    "with_land_cover": "planner.terrain.land_cover",
}

__all__ = [
    "NO_LEVEL",
    "TWO_CRITERIA",
    "VOID_HEIGHT",
    "WGS84",
    "Elevation",
    "Grid",
    "PathState",
    "Peaks",
    "Profile",
    "Sight",
    "clearance_m",
    "earth_centred",
    "find_peaks",
    "is_silent",
    "line_of_sight",
    "mirror_km",
    "open_elevation",
    "open_land_cover",
    "pairs_within",
    "refuse_network",
    "resample",
    "sea_mirrors",
    "surface_normals",
    "terrain_profile",
    "with_land_cover",
]


def __getattr__(name: str) -> Any:
    """Load a name of the room on first use (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module 'planner.terrain' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)
