"""What a bought service is at an office: coverage, quotes, satellites, reckoned for one office at a time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.catalogue.services import UNKNOWN_OFFSET_DEG
from planner.radio import CIRCULAR_DEG, rain_height_of_latitude_km, slant_rain_001_db, slant_rain_db

if TYPE_CHECKING:
    from planner.catalogue import ServiceOption
    from planner.catalogue.services import RainFades
    from planner.plan.verify.basis import Basis
    from planner.plan.verify.sites import Site

EARTH_KM, ORBIT_KM = 6378.137, 42164.17
FLATTENING = 1 / 298.257223563
LEAST_PCT, MOST_PCT = 0.001, 5.0
"""Percentages of a year for which P.618 states its law of rain (0.001: also where less would do)."""
LEAST_ELEVATION_DEG = 1.0
"""Of the paths that rain is reckoned on; lower satellites are a fault of their own."""
ABOVE_ISOTHERM_KM = 0.36
"""How far above the zero-degree isotherm rain begins (P.839-4)."""
_HALVINGS = 60


class ServiceFinder:
    """Services by technology and name, and what they deliver where."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis
        self._services = {(option.technology, option.kind.name): option for option in basis.services}

    def named(self, technology: str, name: str) -> ServiceOption | None:
        """Return a service by technology and name; None where nothing of that name is sold."""
        return self._services.get((technology, name))

    def mbps(self, service: ServiceOption, name: str, site: Site) -> float:
        """Return what a service delivers at an office; 0 where it is not to be had, or another price holds there."""
        if service.quote is not None:
            return service.max_mbps if self._is_quoted(service, name, site) else 0.0
        others = (option for option in self._services.values() if option.quote is not None)
        if any(other.technology == service.technology and self._is_quoted(other, name, site) for other in others):
            return 0.0
        if service.generation is None:
            return service.max_mbps
        speeds = self._speeds(site, service.provider, service.generation)
        return float(np.where(np.isnan(speeds), service.max_mbps, speeds).max(initial=0.0))

    def availability(self, service: ServiceOption, name: str, site: Site) -> float:
        """Return the share of the year in which a service works at an office."""
        if service.fades is None or not service.fades.counts:
            return service.availability
        return service.availability * (1 - self._rain_pct(service.fades, name, site) / 100)

    def elevation_deg(self, fades: RainFades, site: Site) -> float:
        """Return how high the satellite stands, from the corners of the triangle earth centre, office, satellite."""
        away = UNKNOWN_OFFSET_DEG if fades.satellite_longitude_deg is None else fades.satellite_longitude_deg - site.lon
        sin, cos = math.sin(math.radians(site.lat)), math.cos(math.radians(site.lat))
        bend = EARTH_KM / math.sqrt(1 - FLATTENING * (2 - FLATTENING) * sin**2)
        here = np.array([bend * cos, 0.0, bend * (1 - FLATTENING) ** 2 * sin])
        there = ORBIT_KM * np.array([math.cos(math.radians(away)), math.sin(math.radians(away)), 0.0])
        ray, up = there - here, np.array([cos, 0.0, sin])
        return math.degrees(math.asin(float(ray @ up) / float(np.linalg.norm(ray))))

    def _rain_pct(self, fades: RainFades, name: str, site: Site) -> float:
        """Return the percentage of a year in which rain takes more than the margin, sought in the law of P.618."""
        elevation = max(self.elevation_deg(fades, site), LEAST_ELEVATION_DEG)
        told = self._basis.climates.told(name)
        isotherm_km = told["isotherm_km"].value
        by_latitude = math.isnan(isotherm_km)
        worst_db = slant_rain_001_db(
            site.lat,
            elevation,
            fades.downlink_ghz,
            rate_001_mm_h=told["rain_mm_h"].value,
            tilt_deg=CIRCULAR_DEG,
            rain_height_km=rain_height_of_latitude_km(site.lat) if by_latitude else isotherm_km + ABOVE_ISOTHERM_KM,
        )

        def exceeds(percent: float) -> bool:
            return bool(
                slant_rain_db(worst_db, percent, latitude_deg=site.lat, elevation_deg=elevation) > fades.rain_margin_db
            )

        low, high = math.log(LEAST_PCT), math.log(MOST_PCT)
        if not exceeds(LEAST_PCT):
            return LEAST_PCT
        if exceeds(MOST_PCT):
            return 100.0
        for _halving in range(_HALVINGS):
            middle = (low + high) / 2
            low, high = (middle, high) if exceeds(math.exp(middle)) else (low, middle)
        return math.exp(high)

    def _is_quoted(self, service: ServiceOption, name: str, site: Site) -> bool:
        """Say whether a quote is for an office."""
        assert self._basis.inputs.quotes is not None
        assert service.quote is not None
        quote = self._basis.inputs.quotes.iloc[service.quote]
        if quote["office"]:
            return bool(quote["office"] == name)
        if quote["area"] and quote["area"] != (site.region or ""):
            return False
        coverage = self._basis.inputs.coverage
        if service.technology != "cellular" or coverage is None:
            return True
        known = service.provider in set(coverage["provider"])
        return len(self._speeds(site, service.provider if known else None, None)) > 0

    def _speeds(
        self, site: Site, provider: str | None, generation: str | None
    ) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the speeds of the areas of coverage around an office; None: of any provider, any generation."""
        coverage = self._basis.inputs.coverage
        if coverage is None or not site.position_known:
            return np.zeros(0)
        here = shapely.intersects(coverage.geometry.to_numpy(), shapely.Point(site.lon, site.lat))
        if provider is not None:
            here &= (coverage["provider"] == provider).to_numpy()
        if generation is not None:
            here &= coverage["technology"].astype(str).str.casefold().to_numpy() == generation.casefold()
        return np.asarray(coverage["mbps"].to_numpy(np.float64)[here])
