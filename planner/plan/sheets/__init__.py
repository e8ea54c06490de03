"""Sheets of links: what the engineering of one link rests on, recomputed from the run's own inputs."""

from planner.plan.sheets.engineer import Engineer
from planner.plan.sheets.model import (
    ClimateFigure,
    Criterion,
    Entry,
    HopEnd,
    HopSheet,
    Look,
    Section,
    ServiceSheet,
    Sheet,
    Step,
    TrenchSheet,
)

__all__ = [
    "ClimateFigure",
    "Criterion",
    "Engineer",
    "Entry",
    "HopEnd",
    "HopSheet",
    "Look",
    "Section",
    "ServiceSheet",
    "Sheet",
    "Step",
    "TrenchSheet",
]
