"""In how few years all offices can be connected with so much a year, as told and saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FewestYears:
    """The answer of ``planner years``.

    Attributes
    ----------
    scenario, currency : str
    synthetic : bool
    limit : float
        Cash of each year, in currency.
    carry_over : bool
    built : float
        Purchases of what is contracted, built or working; paid for before the first year.
    at_least : int
        Proven: fewer years do not do.
    years : int or None
        Of the plan that is known; None where it would take more than `most`.
    most : int
        Years looked at.
    offices : int
        That can be connected and are not yet.
    left_out : tuple of str
        Ids of those that no candidate link and no service can connect, or that have no room beside the others.
    by_year : tuple of dict
        year (from 1), offices, purchases without what is built, operation, spent; amounts in currency.
    """

    scenario: str
    currency: str
    synthetic: bool
    limit: float
    carry_over: bool
    built: float
    at_least: int
    years: int | None
    most: int
    offices: int
    left_out: tuple[str, ...]
    by_year: tuple[dict[str, Any], ...]

    def document(self) -> dict[str, Any]:
        """Return everything as a JSON-ready mapping."""
        return {**vars(self), "left_out": list(self.left_out), "by_year": list(self.by_year)}
