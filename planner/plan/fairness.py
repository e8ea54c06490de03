"""What fairness asks of a plan and what it costs: shares of groups, worst first, and the best plan without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from planner.plan.floors import FloorRow


@dataclass(frozen=True)
class Level:
    """One group and the share that it has at least.

    Attributes
    ----------
    row : FloorRow
        Whose offices count, and for how much.
    share : float
        Of the group's total, that every later step keeps.
    bound : float
        Proven: with what was settled before, no plan brings this group and all that were open with it above this share.
    """

    row: FloorRow
    share: float
    bound: float


@dataclass(frozen=True)
class Fairness:
    """Shares that were settled, worst first, and what a plan would be worth without them and without floors.

    Attributes
    ----------
    levels : tuple of Level
        In the order in which they were settled; empty without ``limits.worst_first``.
    without : (value, bound) or None
        Of the first objective, without floors and levels; None where it is not known.
    settled : bool or None
        False: for ``limits.worst_first`` no plan was found in its part of the time, so that it binds nothing; None:
        it is not asked for.
    """

    levels: tuple[Level, ...]
    without: tuple[float, float | None] | None
    settled: bool | None

    def as_dict(
        self, connected: NDArray[np.bool_], value: float, bound: float | None, sense: Literal["max", "min"]
    ) -> dict[str, Any]:
        """Return it as ``plan.json`` has it, beside value and bound of the first objective of the plan.

        A fair plan is one without fairness too, so that the best known one is no worse.
        """
        told: dict[str, Any] = {
            "settled": self.settled,
            "levels": [
                {
                    "by": level.row.by,
                    "group": level.row.group,
                    "measure": level.row.measure,
                    "total": level.row.total,
                    "share": level.share,
                    "bound": level.bound,
                    "reached": level.row.reached(connected),
                }
                for level in self.levels
            ],
            "without": None,
            "with": {"value": value, "bound": bound},
            "price": None,
            "price_at_most": None,
        }
        if self.without is not None:
            sign = 1.0 if sense == "max" else -1.0
            best = max(sign * self.without[0], sign * value) * sign
            ceiling = self.without[1]
            ceiling = None if ceiling is None else max(sign * ceiling, sign * best) * sign
            told["without"] = {"value": best, "bound": ceiling}
            told["price"] = sign * (best - value)
            told["price_at_most"] = None if ceiling is None else sign * (ceiling - value)
        return told
