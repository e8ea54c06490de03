"""Budgeted network design on a graph of numbers: plans with proven bounds. Knows no technology."""

from planner.solver.problem import Problem
from planner.solver.result import ConnectAll, Progress, Result, Status, Termination

__all__ = ["ConnectAll", "Problem", "Progress", "Result", "Status", "Termination"]
