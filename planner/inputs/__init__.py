"""Inputs: every file of a scenario read, checked row by row and joined into tables."""

from planner.inputs.check import check_scenario, read_inputs
from planner.inputs.model import CheckReport, DatasetReport, InputFile, Inputs
from planner.inputs.positions import office_positions
from planner.inputs.template import write_template

__all__ = [
    "CheckReport",
    "DatasetReport",
    "InputFile",
    "Inputs",
    "check_scenario",
    "office_positions",
    "read_inputs",
    "write_template",
]
