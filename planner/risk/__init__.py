"""A plan when prices, demand, rain and terrain are not what they seemed: draws, bands, robustness, regret.

Candidate links are not built anew for a draw: the same arcs get other prices. See docs/method/risk.md.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from planner.plan.store import RISK_JSON
from planner.risk.result import RISK_CSV, Risk, swing_widths, tell, write_risk
from planner.risk.robust import ROBUST, best_of, candidates, prudent_points, rate_all, robust_plan, spread
from planner.risk.sampling import draw
from planner.risk.study import Assessment, Study, assess, assess_all, make_study

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    from planner.plan.plan import Plan
    from planner.risk.robust import Robust

__all__ = [
    "RISK_CSV",
    "RISK_JSON",
    "ROBUST",
    "WIDEST",
    "Assessment",
    "Risk",
    "Study",
    "assess",
    "draw",
    "make_study",
    "robust_plan",
    "run_study",
    "write_risk",
]

A = TypeVar("A")
T = TypeVar("T")

_CHUNK = 5
"""Draws that a process is sent at once: a study is sent with each."""
_BETWEEN_LOOKS_S = 0.2
WIDEST = 10
"""Figures whose effect on the best plan is looked for: those that do most to what the plan costs or keeps."""


def run_study(
    study: Study,
    plan: Plan,
    executor: Executor,
    *,
    draws: int,
    reoptimise: bool,
    robust: bool = False,
    cancelled: Callable[[], bool] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Risk | None:
    """Draw, assess and tell; the same for every executor, whatever the order in which it works.

    Parameters
    ----------
    study : Study
    plan : Plan
        That the study is of.
    executor : Executor
        Of processes here or elsewhere, or of this one.
    draws : int
    reoptimise : bool
        Look for the best plan of each draw too.
    robust : bool
        Look for the plan that keeps most on average too; takes the best plan of each draw.
    cancelled : callable or None
        Asked several times a second; True ends with the draws that are done.
    on_progress : callable or None
        Told how many assessments are done, and of how many.

    Returns
    -------
    Risk or None
        None if it was cancelled before the first draw was done.
    """
    scenario = study.scenario
    asked, seed = scenario.uncertainty, scenario.solver.seed
    low, typical, high = np.array([[one.low, one.typical, one.high] for one in study.figures]).T
    points = draw(
        low,
        typical,
        high,
        [figure.group for figure in study.figures],
        draws=draws,
        seed=seed,
        distribution=asked.distribution,
        correlation=asked.correlation,
    )
    # Each figure alone, at its low and at its high.
    alone = np.repeat(typical[None, :], 2 * len(typical), axis=0)
    row = np.arange(len(typical))
    alone[2 * row, row], alone[2 * row + 1, row] = low, high
    work = _Work(study, executor, cancelled or (lambda: False), on_progress, draws + len(alone))
    reoptimise = reoptimise or robust
    found = work.assess(points, reoptimise=reoptimise)
    done = np.flatnonzero([one is not None for one in found])
    if not len(done):
        return None
    swings = _swings(study, work, alone, reoptimise=reoptimise)
    whole = len(done) == draws and len(swings) == len(typical)
    every = [one for one in found if one is not None]
    made = _robust(study, plan, work, points, every, swings) if robust and whole else None
    whole = whole and (made is not None or not robust)
    settings = {
        "draws": draws,
        "seed": seed,
        "distribution": asked.distribution,
        "correlation": asked.correlation,
        "reoptimised": reoptimise,
        "requested_gap": asked.gap,
    }
    return tell(
        study,
        plan,
        settings,
        points[done],
        every,
        swings if len(swings) == len(typical) else [],
        "done" if whole else "cancelled",
        made,
    )


def _robust(
    study: Study,
    plan: Plan,
    work: _Work,
    points: NDArray[np.float64],
    found: list[Assessment],
    swings: list[tuple[Assessment, Assessment]],
) -> Robust | None:
    """Return the plan that keeps most on average of those that are tried; None if it was cancelled."""
    prudent = prudent_points(study, swings)
    work.total += len(prudent) + len(points)
    ahead = [one for one in work.assess(prudent, reoptimise=True) if one is not None]
    if len(ahead) < len(prudent):
        return None
    plans = candidates(study, [*ahead, *spread(found, study.measure)])
    rated = [one for one in work.each(points, rate_all, plans) if one is not None]
    if len(rated) < len(points) or plan.outcome.bound is None:
        return None
    return best_of(plans, rated, [one.bound or 0.0 for one in found], plan.outcome.bound)


def _swings(
    study: Study, work: _Work, alone: NDArray[np.float64], *, reoptimise: bool
) -> list[tuple[Assessment, Assessment]]:
    """Return what each figure does alone, at its low and at its high; the widest are re-optimised."""
    found = work.assess(alone, reoptimise=False)
    if any(one is None for one in found):
        return []
    ends = [one for one in found if one is not None]
    widest = np.sort(np.argsort(-swing_widths(study, list(_pairs(ends))), kind="stable")[:WIDEST])
    if reoptimise:
        rows = np.stack([2 * widest, 2 * widest + 1], axis=1).ravel()
        work.total += len(rows)
        for row, one in zip(rows.tolist(), work.assess(alone[rows], reoptimise=True), strict=True):
            if one is None:
                return []
            ends[row] = one
    return list(_pairs(ends))


def _pairs(ends: list[Assessment]) -> Iterator[tuple[Assessment, Assessment]]:
    """Yield the assessments of low and high of each figure."""
    return zip(ends[::2], ends[1::2], strict=True)


@dataclass
class _Work:
    """Hands points to an executor and keeps count."""

    study: Study
    executor: Executor
    cancelled: Callable[[], bool]
    on_progress: Callable[[int, int], None] | None
    total: int
    n_done: int = 0

    def assess(self, points: NDArray[np.float64], *, reoptimise: bool) -> list[Assessment | None]:
        """Assess all points; None stands for those that were cancelled."""
        return self.each(points, assess_all, reoptimise)

    def each(
        self, points: NDArray[np.float64], look: Callable[[Study, NDArray[np.float64], A], list[T | None]], asked: A
    ) -> list[T | None]:
        """Return what is seen at each point; None stands for those that were cancelled."""
        found: list[T | None] = [None] * len(points)
        waiting: dict[Future[list[T | None]], int] = {}
        for start in range(0, len(points), _CHUNK):
            if not self.cancelled():
                part = points[start : start + _CHUNK]
                waiting[self.executor.submit(look, self.study, part, asked)] = start
        while waiting:
            if self.cancelled():
                for future in waiting:
                    future.cancel()
            for future in wait(waiting, timeout=_BETWEEN_LOOKS_S, return_when=FIRST_COMPLETED).done:
                start = waiting.pop(future)
                if future.cancelled():
                    continue
                done = future.result()
                found[start : start + len(done)] = done
                self.n_done += len(done)
                if self.on_progress is not None:
                    self.on_progress(self.n_done, self.total)
        return found
