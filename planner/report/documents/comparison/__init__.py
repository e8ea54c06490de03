"""The comparison of plans: what was asked differently, and what came of it."""

from planner.report.documents.comparison.build import build_comparison
from planner.report.documents.comparison.runs import ComparedRuns, read_compared

__all__ = ["ComparedRuns", "build_comparison", "read_compared"]
