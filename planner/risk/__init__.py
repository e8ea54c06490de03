"""A plan when prices and demand are not what they seemed: draws, bands, robustness, regret.

Candidate links are not built anew for a draw: the same arcs get other prices. See docs/method/risk.md.
"""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from typing import TYPE_CHECKING

import numpy as np

from planner.risk.result import RISK_CSV, RISK_JSON, Risk, tell, write_risk
from planner.risk.sampling import draw
from planner.risk.study import Assessment, Study, assess, assess_all, make_study

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    from planner.plan.plan import Plan

__all__ = [
    "RISK_CSV",
    "RISK_JSON",
    "Assessment",
    "Risk",
    "Study",
    "assess",
    "draw",
    "make_study",
    "run_study",
    "write_risk",
]

_CHUNK = 5
"""Draws that a process is sent at once: a study is sent with each."""
_BETWEEN_LOOKS_S = 0.2


def run_study(
    study: Study,
    plan: Plan,
    executor: Executor,
    *,
    draws: int,
    reoptimise: bool,
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
    every = np.concatenate([points, alone])
    found = _assess(study, every, executor, reoptimise, cancelled or (lambda: False), on_progress)
    done = np.flatnonzero([one is not None for one in found[:draws]])
    if not len(done):
        return None
    swings = [one for one in found[draws:] if one is not None]
    whole = len(done) == draws and len(swings) == len(alone)
    settings = {
        "draws": draws,
        "seed": seed,
        "distribution": asked.distribution,
        "correlation": asked.correlation,
        "reoptimised": reoptimise,
        "requested_gap": scenario.solver.gap,
    }
    return tell(
        study,
        plan,
        settings,
        points[done],
        [one for one in found[:draws] if one is not None],
        list(zip(swings[::2], swings[1::2], strict=True)) if whole else [],
        "done" if whole else "cancelled",
    )


def _assess(
    study: Study,
    points: NDArray[np.float64],
    executor: Executor,
    reoptimise: bool,
    cancelled: Callable[[], bool],
    on_progress: Callable[[int, int], None] | None,
) -> list[Assessment | None]:
    """Assess all points; None stands for those that were cancelled."""
    found: list[Assessment | None] = [None] * len(points)
    waiting: dict[Future[list[Assessment | None]], int] = {}
    for start in range(0, len(points), _CHUNK):
        if not cancelled():
            waiting[executor.submit(assess_all, study, points[start : start + _CHUNK], reoptimise)] = start
    n_done = 0
    while waiting:
        if cancelled():
            for future in waiting:
                future.cancel()
        for future in wait(waiting, timeout=_BETWEEN_LOOKS_S, return_when=FIRST_COMPLETED).done:
            start = waiting.pop(future)
            try:
                part = future.result()
            except CancelledError:
                continue
            found[start : start + len(part)] = part
            n_done += len(part)
            if on_progress is not None:
                on_progress(n_done, len(points))
    return found
