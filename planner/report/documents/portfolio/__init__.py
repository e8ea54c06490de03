"""The portfolio report: one budget over several countries, who gets what of it and how near that is to the best."""

from planner.report.documents.portfolio.build import build_portfolio

__all__ = ["build_portfolio"]
