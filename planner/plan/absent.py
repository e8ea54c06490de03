"""What is told where a plan is asked for and there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.errors import Problem
from planner.i18n import _

if TYPE_CHECKING:
    from pathlib import Path


def no_plan(file: Path) -> Problem:
    """Return that there is no plan, and what the folder holds instead if that is known.

    Parameters
    ----------
    file : Path
        Where the plan would be.
    """
    message, remedy = (
        _("There is no plan here."),
        _("Give the folder of a finished run, or make one with: planner solve."),
    )
    if (file.parent / "portfolio.json").exists():
        message = _("This is a portfolio: each of its countries has a frontier, and none has its plan stored.")
        remedy = _(
            "Find a country's plan with: planner solve SCENARIO --budget NAME=AMOUNT, where AMOUNT is the country's "
            "limit_own in portfolio.json; then give the folder of that run."
        )
    elif (file.parent / "frontier.json").exists():
        message = _("This is a frontier, which stores what its plans come to and not the plans themselves.")
        remedy = _(
            "Find the plan of a point with: planner solve SCENARIO --budget NAME=AMOUNT, where AMOUNT is the point's "
            "limit in frontier.json; then give the folder of that run."
        )
    return Problem("no-plan", message, remedy, str(file))
