"""Radio propagation and power budgets: pure functions of arrays, without geography."""

from planner.radio.budget import Modulation, antenna_gain_dbi, flat_fade_margin_db, receiver_threshold_dbm
from planner.radio.geometry import STANDARD_K, earth_bulge_m, fresnel_radius_m, radio_horizon_km, wavelength_m
from planner.radio.loss import free_space_loss_db, knife_edge_loss_db, knife_edge_parameter

__all__ = [
    "STANDARD_K",
    "Modulation",
    "antenna_gain_dbi",
    "earth_bulge_m",
    "flat_fade_margin_db",
    "free_space_loss_db",
    "fresnel_radius_m",
    "knife_edge_loss_db",
    "knife_edge_parameter",
    "radio_horizon_km",
    "receiver_threshold_dbm",
    "wavelength_m",
]
