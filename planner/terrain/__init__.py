"""Terrain: elevation rasters, pairs in range, line of sight, path profiles, cost surface."""

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
