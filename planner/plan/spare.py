"""Second paths: what is bought for them alone, and what they keep free on the links of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.links.choice import Backup
    from planner.links.options import LinkOptions


@dataclass(frozen=True)
class Spare:
    """What second paths take beside the plan's own links.

    Attributes
    ----------
    option : (b,) int32
        Rows in ``LinkOptions`` that are bought for second paths.
    reversed : (b,) bool
        In the direction in which the first path that uses it runs.
    tail, head : (b,) int32
        Places; `planner.links.options.ROOT` for those from the root.
    load_mbps : (b,) float64
        What all second paths together would carry over each.
    reserved_mbps : (k,) float64
        The same for each link of the plan, on top of its own load.
    """

    option: NDArray[np.int32]
    reversed: NDArray[np.bool_]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    load_mbps: NDArray[np.float64]
    reserved_mbps: NDArray[np.float64]

    def rungs(self, options: LinkOptions) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Return the rung of the antenna at the tail and at the head of each link."""
        at_u, at_v = options.rung_u[self.option], options.rung_v[self.option]
        return np.where(self.reversed, at_v, at_u), np.where(self.reversed, at_u, at_v)


def spare_of(
    options: LinkOptions, backups: Sequence[Backup], planned: NDArray[np.int32], demand_mbps: NDArray[np.float64]
) -> Spare:
    """Return what second paths take.

    Parameters
    ----------
    options : LinkOptions
    backups : sequence of Backup
    planned : (k,) int32
        Options of the plan's links, in their order.
    demand_mbps : (o,) float64
    """
    row_of = {option: row for row, option in enumerate(planned.tolist())}
    reserved = np.zeros(len(planned))
    bought: dict[int, bool] = {}
    load: dict[int, float] = {}
    for backup in backups:
        needs = float(demand_mbps[backup.office])
        for option, backwards in zip(backup.option.tolist(), backup.reversed.tolist(), strict=True):
            if option in row_of:
                reserved[row_of[option]] += needs
            else:
                bought.setdefault(option, backwards)
                load[option] = load.get(option, 0.0) + needs
    option = np.array(list(bought), dtype=np.int32)
    backwards = np.array(list(bought.values()), dtype=np.bool_)
    u, v = options.u[option], options.v[option]
    tail, head = np.where(backwards, v, u), np.where(backwards, u, v)
    return Spare(option, backwards, tail, head, np.array(list(load.values()), dtype=np.float64), reserved)
