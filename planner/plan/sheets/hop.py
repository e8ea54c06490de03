"""Sheets of microwave hops: the path over the terrain, and where every decibel goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planner.links.fading import SHORTEST_KM, Fades, Paths, air_db_km
from planner.links.radios import wanted_share
from planner.links.task import clearance_criteria
from planner.plan.sheets.climate import hop_climate
from planner.plan.sheets.model import Criterion, Entry, HopEnd, HopSheet, Step
from planner.radio import free_space_loss_db, multipath_exceeded_pct, rain_unavailability_pct
from planner.terrain import clearance_m, mirror_km, terrain_profile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from planner.catalogue import MicrowaveOption
    from planner.plan.sheets.engineer import Engineer
    from planner.terrain import Elevation, Profile

MOST_SAMPLES = 1500
"""Of a profile: more would not be seen in a picture."""

FREE_SPACE, GASES = "ITU-R P.525-4 eq. (3)", "ITU-R P.676-12 Annex 1"
APERTURE, MARGIN = "ITU-R F.699 (η = 0.55)", "ITU-R P.530-17 §2.3"
RAIN, RAIN_SHARE = "ITU-R P.838-3; P.530-17 §2.4.1", "ITU-R P.530-17 §2.4.1 eq. (34)"
WORST_MONTH, MULTIPATH = "ITU-R P.530-17 §2.3.1", "ITU-R P.530-17 §2.3.2, §2.3.4"
CATALOGUE, SCENARIO, SUM = "catalogue", "scenario", "sum"


def hop_sheet(
    engineer: Engineer, elevation: Elevation, radio: MicrowaveOption, option: int, *, backwards: bool
) -> HopSheet:
    """Return the sheet of a microwave hop."""
    options = engineer.options
    near, far = int(options.u[option]), int(options.v[option])
    rungs = (int(options.rung_u[option]), int(options.rung_v[option]))
    if backwards:
        near, far, rungs = far, near, rungs[::-1]
    ends = _end(engineer, near, rungs[0]), _end(engineer, far, rungs[1])
    search = engineer.scenario.links.microwave
    length_km = float(options.length_km[option])
    step_m = max(elevation.cell_m, 1000 * length_km / MOST_SAMPLES)
    profile = terrain_profile(elevation, ends[0].lon, ends[0].lat, ends[1].lon, ends[1].lat, step_m)
    fades = _fades(engineer, radio, option)
    steps = _steps(radio, fades, float(options.capacity_mbps[option]))
    wanted = wanted_share(engineer.scenario, radio.availability)
    return HopSheet(
        technology="microwave",
        option=radio.kind.name,
        frequency_ghz=radio.frequency_ghz,
        channel_mhz=radio.channel_mhz,
        dish_m=radio.diameter_m,
        length_km=length_km,
        ends=ends,
        distance_km=tuple((profile.distance_m / 1000).tolist()),
        ground_m=tuple(engineer.known(height) for height in profile.ground_m.tolist()),
        margin_m=search.margin_m,
        cover_m=tuple(engineer.known(height) for height in _cover_m(profile, search.bare_ends_m).tolist()),
        criteria=tuple(
            _criterion(profile, ends, radio.frequency_ghz, k, share, search.bare_ends_m)
            for k, share in clearance_criteria(engineer.scenario)
        ),
        budget=_budget(
            radio,
            fades,
            length_km,
            _air_db_km(engineer, radio, near, far),
            wanted,
            next(step for step in steps if step.used),
        ),
        steps=steps,
        capacity_mbps=float(options.capacity_mbps[option]),
        availability=float(options.availability[option]),
        wanted=wanted,
        climate=hop_climate(engineer, near, far),
        mirror_km=_mirror_km(radio, ends, length_km),
    )


def _mirror_km(radio: MicrowaveOption, ends: tuple[HopEnd, HopEnd], length_km: float) -> float | None:
    if radio.kind != radio.diverse_kind:
        return None
    above_sea_m = [np.array([(end.ground_m or 0.0) + end.antenna_m]) for end in ends]
    return float(mirror_km(np.array([length_km]), *above_sea_m)[0])


def _end(engineer: Engineer, place: int, rung: int) -> HopEnd:
    places, name = engineer.options.places, engineer.place_name(place)
    antenna_m = float(engineer.options.ladder_m[rung])
    return HopEnd(
        place=name,
        lon=float(places.lon[place]),
        lat=float(places.lat[place]),
        ground_m=engineer.known(places.ground_m[place]),
        antenna_m=antenna_m,
        mast_m=max(engineer.mast_m.get(name, antenna_m), antenna_m),
        existing_m=float(places.existing_m[place]),
    )


def _cover_m(profile: Profile, bare_ends_m: float) -> NDArray[np.float64]:
    """Return how high what stands on the ground is taken to be, nothing near the ends."""
    to_end_m = np.minimum(profile.distance_m, profile.distance_m[-1] - profile.distance_m)
    return np.where(to_end_m <= bare_ends_m, 0.0, profile.surface_m - profile.ground_m)


def _criterion(
    profile: Profile, ends: tuple[HopEnd, HopEnd], ghz: float, k: float, share: float, bare_ends_m: float
) -> Criterion:
    """Return the least clearance between the ends: at them it is the antenna's height, whatever the path."""
    heights = ends[0].antenna_m, ends[1].antenna_m
    inside = clearance_m(profile, *heights, ghz, k, share, bare_ends_m=bare_ends_m)[1:-1]
    if not len(inside) or np.isnan(inside).any():
        return Criterion(k, share, None, None)
    least = int(np.argmin(inside))
    return Criterion(k, share, float(inside[least]), float(profile.distance_m[least + 1]) / 1000)


def _fades(engineer: Engineer, radio: MicrowaveOption, option: int) -> Fades:
    """Return what the hop's capacity was found with: one row of what all hops are computed with."""
    options, places = engineer.options, engineer.options.places
    ends = np.array([options.u[option], options.v[option]], dtype=np.int64)
    ground_m = np.nan_to_num(places.ground_m[ends], nan=0.0)
    lat = places.lat[ends]
    one = Paths(options.length_km[[option]], lat.mean(keepdims=True), ground_m[:1], ground_m[1:], ends[:1], ends[1:])
    return Fades.of(one, radio.frequency_ghz, engineer.climate)


def _air_db_km(engineer: Engineer, radio: MicrowaveOption, near: int, far: int) -> float:
    return float(np.max(air_db_km(radio.frequency_ghz, engineer.climate, np.array([near]), np.array([far]))))


def _steps(radio: MicrowaveOption, fades: Fades, capacity_mbps: float) -> tuple[Step, ...]:
    found = []
    for modulation, rate, threshold in zip(radio.modulations, radio.rates_mbps, radio.thresholds_dbm, strict=True):
        system_db = radio.signal_dbm - threshold
        found.append(
            Step(
                modulation=modulation.name,
                rate_mbps=rate,
                threshold_dbm=threshold,
                margin_db=float(system_db - fades.unfaded_db[0]),
                availability=float(fades.availability(system_db)[0]) * radio.availability,
                used=abs(rate - capacity_mbps) <= 1e-6 * rate,
            )
        )
    return tuple(found)


def _budget(
    radio: MicrowaveOption, fades: Fades, length_km: float, air: float, wanted: float, step: Step
) -> tuple[Entry, ...]:
    """Return the link budget line by line, in the order in which the signal meets what it tells."""
    ghz, km = radio.frequency_ghz, max(length_km, SHORTEST_KM)
    gases_db = air * km
    margin_db = step.margin_db
    rain_pct = float(rain_unavailability_pct(margin_db, fades.rain_001_db, ghz)[0])
    multipath_pct = float(multipath_exceeded_pct(margin_db, fades.occurrence_pct, fades.conversion_db)[0])
    return (
        Entry("transmit_power", radio.transmit_dbm, "dBm", CATALOGUE),
        Entry("first_antenna", radio.gain_dbi, "dBi", APERTURE),
        Entry("free_space", -float(free_space_loss_db(km, ghz)), "dB", FREE_SPACE),
        Entry("gases", -gases_db, "dB", GASES),
        Entry("second_antenna", radio.gain_dbi, "dBi", APERTURE),
        Entry("received", step.threshold_dbm + margin_db, "dBm", SUM),
        Entry("threshold", step.threshold_dbm, "dBm", CATALOGUE),
        Entry("fade_margin", margin_db, "dB", MARGIN),
        Entry("rain_001", -float(fades.rain_001_db[0]), "dB", RAIN),
        Entry("rain_outage", rain_pct, "%", RAIN_SHARE),
        Entry("multipath_occurrence", float(fades.occurrence_pct[0]), "%", WORST_MONTH),
        Entry("multipath_outage", multipath_pct, "%", MULTIPATH),
        Entry("equipment_outage", 100 * (1 - radio.availability), "%", CATALOGUE),
        Entry("availability", 100 * step.availability, "%", SUM),
        Entry("fades_wanted", 100 * wanted, "%", SCENARIO),
    )
