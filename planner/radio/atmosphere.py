"""The reference atmosphere, and what its gases take from a path through all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.radio.gases import dry_air_db_km, water_vapour_db_km, water_vapour_hpa

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Numbers = NDArray[np.float64]

SURFACE_VAPOUR_G_M3 = 7.5
"""Water vapour at sea level in the mean annual global reference atmosphere; the wet tropics have 20 or more."""

_EARTH_KM = 6356.766  # of the geopotential height
# P.835-6 eqs. (2) and (3): bottom of a layer in km of geopotential height, temperature there in K, lapse rate in K/km,
# pressure there in hPa
_LAYERS = (
    (0.0, 288.15, -6.5, 1013.25),
    (11.0, 216.65, 0.0, 226.3226),
    (20.0, 216.65, 1.0, 54.74980),
    (32.0, 228.65, 2.8, 8.680422),
    (47.0, 270.65, 0.0, 1.109106),
    (51.0, 270.65, -2.8, 0.6694167),
    (71.0, 214.65, -2.0, 0.03956649),
)
_TOP_KM = 80.0  # above it less than 1e-5 of the air is left
_VAPOUR_SCALE_KM = 2.0
_LEAST_MIXING_RATIO = 2e-6
_LAYER_COUNT = 400


def reference_air(
    height_km: ArrayLike, surface_vapour_g_m3: ArrayLike = SURFACE_VAPOUR_G_M3
) -> tuple[Numbers, Numbers, Numbers]:
    """Return pressure (hPa), temperature (K) and water vapour (g/m³) of the reference atmosphere.

    Parameters
    ----------
    height_km : array_like
        Above sea level, up to 80; somewhat below it too.
    surface_vapour_g_m3 : array_like
        Density of water vapour at sea level.

    Notes
    -----
    ITU-R P.835-6 §1.1 and §1.2: total pressure and temperature by layers, vapour falling by e every 2 km down to a
    mixing ratio of 2e-6.
    """
    height = np.asarray(height_km, np.float64)
    geopotential = _EARTH_KM * height / (_EARTH_KM + height)
    temperature = pressure = np.full_like(geopotential, np.nan)
    for bottom, at_bottom_k, lapse, at_bottom_hpa in _LAYERS:
        above = geopotential - bottom
        inside = (above >= 0.0) | (bottom == 0.0)  # the lowest layer goes on below the sea
        # a layer is continued above itself until the next one takes over, and as far as it stays warm
        layer_k = np.maximum(at_bottom_k + lapse * np.where(inside, above, 0.0), 100.0)
        if lapse:
            layer_hpa = at_bottom_hpa * (at_bottom_k / layer_k) ** (34.1632 / lapse)
        else:
            layer_hpa = at_bottom_hpa * np.exp(-34.1632 * np.where(inside, above, 0.0) / at_bottom_k)
        temperature, pressure = np.where(inside, layer_k, temperature), np.where(inside, layer_hpa, pressure)
    vapour = np.asarray(surface_vapour_g_m3, np.float64) * np.exp(-height / _VAPOUR_SCALE_KM)
    return pressure, temperature, np.maximum(vapour, _LEAST_MIXING_RATIO * pressure * 216.7 / temperature)


def zenith_gases_db(
    frequency_ghz: ArrayLike,
    *,
    station_height_km: ArrayLike = 0.0,
    surface_vapour_g_m3: ArrayLike = SURFACE_VAPOUR_G_M3,
) -> tuple[Numbers, Numbers]:
    """Return what dry air and water vapour take from a path straight up, dB.

    Parameters
    ----------
    frequency_ghz : array_like
        1 to 1000.
    station_height_km : array_like
        Above sea level.
    surface_vapour_g_m3 : array_like
        Density of water vapour, brought down to sea level.

    Returns
    -------
    ndarray, ndarray
        Divide by sin θ for elevations θ of 5° to 90° (P.676-12 Annex 2 §2.2).

    Notes
    -----
    ITU-R P.676-12 Annex 1 §2.2, its specific attenuation summed over layers of the atmosphere of P.835-6 along the
    vertical.
    """
    f, station = np.asarray(frequency_ghz, np.float64), np.asarray(station_height_km, np.float64)
    vapour = np.asarray(surface_vapour_g_m3, np.float64)
    # layers grow with the square of their number: thin where the air is dense
    edges = (np.arange(_LAYER_COUNT + 1) / _LAYER_COUNT) ** 2
    column_km = (_TOP_KM - station)[..., None]
    middle_km = station[..., None] + column_km * (edges[:-1] + edges[1:]) / 2.0
    pressure, temperature, density = reference_air(middle_km, vapour[..., None])
    dry = pressure - water_vapour_hpa(density, temperature)
    air = {"dry_hpa": dry, "temperature_k": temperature, "vapour_g_m3": density}
    thick_km = column_km * np.diff(edges)
    oxygen = (thick_km * dry_air_db_km(f[..., None], **air)).sum(axis=-1)
    return oxygen, (thick_km * water_vapour_db_km(f[..., None], **air)).sum(axis=-1)
