"""The plan: places, links, masts and offices with their money."""

from __future__ import annotations

from planner.plan.outcome import Budget, Outcome

__all__ = ["Budget", "Outcome"]
