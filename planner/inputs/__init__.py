"""Inputs: every file of a scenario read, checked row by row and joined into tables."""

from planner.inputs.check import check_scenario, read_all, read_inputs
from planner.inputs.model import CheckReport, DatasetReport, InputFile, Inputs
from planner.inputs.positions import office_positions
from planner.inputs.starter import ATTRIBUTION as STARTER_ATTRIBUTION
from planner.inputs.starter import Starter, write_starter
from planner.inputs.template import write_template

__all__ = [
    "STARTER_ATTRIBUTION",
    "CheckReport",
    "DatasetReport",
    "InputFile",
    "Inputs",
    "Starter",
    "check_scenario",
    "office_positions",
    "read_all",
    "read_inputs",
    "write_starter",
    "write_template",
]
