"""The planning graph: what the solver is asked in numbers, made from link options, and its answer as a choice."""

from planner.graph.arcs import arcs_of
from planner.graph.build import PlanningGraph, build_graph, chosen
from planner.graph.parts import EVERYTHING, NO_OPTION, Parts, Scope, cost_of, hops_of, lines_of, money_of

__all__ = [
    "EVERYTHING",
    "NO_OPTION",
    "Parts",
    "PlanningGraph",
    "Scope",
    "arcs_of",
    "build_graph",
    "chosen",
    "cost_of",
    "hops_of",
    "lines_of",
    "money_of",
]
