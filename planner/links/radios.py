"""The radio configurations on offer: what they carry on a hop, what may be lost on the way, what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue import terms
from planner.finance import MEASURES, line_money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.catalogue import MicrowaveOption
    from planner.finance import Per
    from planner.links.microwave import Hops
    from planner.scenario import Scenario


@dataclass(frozen=True)
class Radios:
    """The radio configurations on offer, r rows, with s modulations.

    Attributes
    ----------
    frequency_ghz, range_km : (r,) float64
    rates_mbps : (r, s) float64
        Of each modulation, slowest first; those that a radio does not have repeat its fastest one.
    system_db : (r, s) float64
        What may be lost on the way with each modulation.
    equipment : (r,) float64
        Share of the year in which it works.
    wanted : (r,) float64
        Share of the year for which fades must leave a modulation that counts as capacity.
    money : (r, 4) int64
        Price of a hop in cents, without masts.
    diverse_money : (r, 4) int64
        The same with space diversity, which hops need whose ray the sea mirrors.
    """

    frequency_ghz: NDArray[np.float64]
    range_km: NDArray[np.float64]
    rates_mbps: NDArray[np.float64]
    system_db: NDArray[np.float64]
    equipment: NDArray[np.float64]
    wanted: NDArray[np.float64]
    money: NDArray[np.int64]
    diverse_money: NDArray[np.int64]

    def of(self, hops: Hops) -> NDArray[np.int64]:
        """Return the price of hops without masts, (m, 4) cents."""
        return np.where(hops.diverse[:, None], self.diverse_money[hops.radio], self.money[hops.radio])

    @cached_property
    def signals(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return one radio of each signal, and the signal of each radio: radios that differ in carriers fade alike."""
        table = np.column_stack([self.frequency_ghz, self.wanted, self.range_km, self.system_db])
        _table, first, of_radio = np.unique(table, axis=0, return_index=True, return_inverse=True)
        return first, of_radio.reshape(-1)


def wanted_share(scenario: Scenario, equipment: float) -> float:
    """Return the share of the year for which fades must leave a hop its capacity.

    The office has to be served for its share of the year although the equipment, which works for the share
    ``equipment``, fails too.
    """
    return max(scenario.links.microwave.availability, scenario.service.availability / equipment)


def radios_of(options: Sequence[MicrowaveOption], scenario: Scenario) -> Radios:
    """Return the configurations that a price list offers, for hops of a scenario."""
    one: dict[Per, NDArray[np.float64]] = {"each": np.ones(1)}
    money, diverse_money = (
        np.array([line_money(kind.items, one, terms(scenario))[0] for kind in kinds], np.int64).reshape(
            -1, len(MEASURES)
        )
        for kinds in ([option.kind for option in options], [option.diverse_kind for option in options])
    )
    steps = max((len(option.rates_mbps) for option in options), default=0)
    equipment = np.array([option.availability for option in options], dtype=np.float64)
    return Radios(
        frequency_ghz=np.array([option.frequency_ghz for option in options], dtype=np.float64),
        range_km=np.array([option.range_km for option in options], dtype=np.float64),
        rates_mbps=_with_steps([option.rates_mbps for option in options], steps),
        system_db=np.array([option.signal_dbm for option in options]).reshape(-1, 1)
        - _with_steps([option.thresholds_dbm for option in options], steps),
        equipment=equipment,
        wanted=np.array([wanted_share(scenario, share) for share in equipment.tolist()], dtype=np.float64),
        money=money,
        diverse_money=diverse_money,
    )


def _with_steps(rows: list[tuple[float, ...]], steps: int) -> NDArray[np.float64]:
    """Return a table of figures by modulation in which short rows repeat their last figure."""
    filled = [[*row, *[row[-1]] * (steps - len(row))] for row in rows]
    return np.array(filled, dtype=np.float64).reshape(len(rows), steps)
