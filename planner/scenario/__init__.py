"""The scenario: what is asked, in one YAML file with a checked schema, units and help in every field."""

from planner.scenario.amend import amend
from planner.scenario.datasets import Dataset, InputFiles
from planner.scenario.funding import Funder, FunderScope
from planner.scenario.loading import SCENARIO_FILE, dump_scenario, load_scenario
from planner.scenario.needs import DEFAULT_KIND, PEOPLE_UNDERSERVED, Package, Profile
from planner.scenario.phases import Phase
from planner.scenario.placing import placed, placing
from planner.scenario.rules import Amount, Budget, Floor, Limits, Objective, Scope, Share, Target, WorstFirst
from planner.scenario.schema import DEFAULT_CATALOGUE, Scenario, scenario_json_schema
from planner.scenario.techniques import Technology

__all__ = [
    "DEFAULT_CATALOGUE",
    "DEFAULT_KIND",
    "PEOPLE_UNDERSERVED",
    "SCENARIO_FILE",
    "Amount",
    "Budget",
    "Dataset",
    "Floor",
    "Funder",
    "FunderScope",
    "InputFiles",
    "Limits",
    "Objective",
    "Package",
    "Phase",
    "Profile",
    "Scenario",
    "Scope",
    "Share",
    "Target",
    "Technology",
    "WorstFirst",
    "amend",
    "dump_scenario",
    "load_scenario",
    "placed",
    "placing",
    "scenario_json_schema",
]
