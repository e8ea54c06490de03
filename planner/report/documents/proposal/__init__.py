"""The investment proposal: what a plan does, for whom, for which money, how sure that is, and what it rests on."""

from planner.report.documents.proposal.build import build_proposal

__all__ = ["build_proposal"]
