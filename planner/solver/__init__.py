"""Budgeted network design on a graph of numbers: plans with proven bounds. Knows no technology."""

from planner.solver.connect import connect_all
from planner.solver.problem import Problem
from planner.solver.rules import Floor, Limit, Ports, Rules
from planner.solver.result import ConnectAll, Progress, Result, Status, Termination
from planner.solver.solve import solve
from planner.solver.warm import compile_kernels

__all__ = [
    "ConnectAll",
    "Floor",
    "Limit",
    "Ports",
    "Problem",
    "Progress",
    "Result",
    "Rules",
    "Status",
    "Termination",
    "compile_kernels",
    "connect_all",
    "solve",
]
