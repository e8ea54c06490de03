"""Budgeted network design on a graph of numbers: plans with proven bounds. Knows no technology."""

from planner.solver.anywhere import FreeTree, best_tree_anywhere
from planner.solver.conflict import Conflict, Relaxation, explain_conflict
from planner.solver.connect import connect_all
from planner.solver.curve import Frontier, Point
from planner.solver.fewest import MOST_PHASES, Fewest, Money, fewest_phases
from planner.solver.frontier import Headway, find_frontier
from planner.solver.objectives import solve_cheapest, solve_in_order
from planner.solver.parts import Part, find_part, join_parts
from planner.solver.paths import shortest_ways
from planner.solver.phased import ALL_MONEY, PhasedResult, solve_phases, whole_money
from planner.solver.phases import FREE, Phases
from planner.solver.problem import Problem
from planner.solver.result import ConnectAll, Progress, Result, Status, Termination
from planner.solver.rules import Floor, Limit, Ports, Rules
from planner.solver.solve import solve
from planner.solver.steiner import SteinerTree, cheapest_tree
from planner.solver.transport import transport
from planner.solver.warm import compile_kernels, kernels_are_compiled

__all__ = [
    "ALL_MONEY",
    "FREE",
    "MOST_PHASES",
    "Conflict",
    "ConnectAll",
    "Fewest",
    "Floor",
    "FreeTree",
    "Frontier",
    "Headway",
    "Limit",
    "Money",
    "Part",
    "PhasedResult",
    "Phases",
    "Point",
    "Ports",
    "Problem",
    "Progress",
    "Relaxation",
    "Result",
    "Rules",
    "Status",
    "SteinerTree",
    "Termination",
    "best_tree_anywhere",
    "cheapest_tree",
    "compile_kernels",
    "connect_all",
    "explain_conflict",
    "fewest_phases",
    "find_frontier",
    "find_part",
    "join_parts",
    "kernels_are_compiled",
    "shortest_ways",
    "solve",
    "solve_cheapest",
    "solve_in_order",
    "solve_phases",
    "transport",
    "whole_money",
]
