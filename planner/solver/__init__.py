"""Budgeted network design on a graph of numbers: plans with proven bounds. Knows no technology."""

from planner.solver.connect import connect_all
from planner.solver.curve import Frontier, Point
from planner.solver.frontier import Headway, find_frontier
from planner.solver.problem import Problem
from planner.solver.result import ConnectAll, Progress, Result, Status, Termination
from planner.solver.solve import solve
from planner.solver.warm import compile_kernels

__all__ = [
    "ConnectAll",
    "Frontier",
    "Headway",
    "Point",
    "Problem",
    "Progress",
    "Result",
    "Status",
    "Termination",
    "compile_kernels",
    "connect_all",
    "find_frontier",
    "solve",
]
