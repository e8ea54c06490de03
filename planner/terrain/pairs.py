"""Pairs of places close enough to think of a link between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.terrain.geodesy import WGS84, earth_centred, surface_normals

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pairs_within(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    range_km: float,
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.float64]]:
    """Return all pairs of places within range of each other, sorted by ``(u, v)``.

    A k-d tree on earth-centred coordinates finds the pairs whose chord is within range (a superset, as no arc is
    shorter than its chord), wherever the antimeridian or a pole lies; geodesic lengths then decide.

    Parameters
    ----------
    lon, lat : ndarray of float64, shape (n,)
        WGS84 degrees.
    range_km : float
        Longest geodesic wanted.

    Returns
    -------
    u, v : ndarray of uint32, shape (m,)
        Indices of the places; ``u < v``.
    length_km : ndarray of float64, shape (m,)
        Length of the WGS84 geodesic.
    """
    # Candidate links are kept: most runs do not need the library, which takes a quarter of a second to load.
    from scipy.spatial import KDTree  # noqa: PLC0415

    tree = KDTree(earth_centred(surface_normals(lon, lat)))
    pairs = tree.query_pairs(range_km * 1000.0, output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    u, v = pairs.T
    _azimuth, _back, length_m = WGS84.inv(lon[u], lat[u], lon[v], lat[v])
    length_km = np.asarray(length_m, np.float64) / 1000.0
    near = length_km <= range_km
    return u[near].astype(np.uint32), v[near].astype(np.uint32), length_km[near]
