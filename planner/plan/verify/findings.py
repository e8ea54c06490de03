"""What a verification found: how many figures were compared, and which did not agree."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.wording import number

if TYPE_CHECKING:
    from planner.finance import Item

Value = str | float | bool | None


@dataclass(frozen=True)
class Difference:
    """One figure or rule of a stored plan that does not hold.

    Attributes
    ----------
    what : str
        The figure or rule, in the user's language.
    where : str
        Id of the office, link, place, budget or file that it belongs to.
    stated : str, float, bool or None
        What the plan says.
    recomputed : str, float, bool or None
        What follows from the inputs, or the limit that is broken.
    """

    what: str
    where: str
    stated: Value
    recomputed: Value

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)

    def __str__(self) -> str:
        """Return one line."""
        return _("{where}: {what}: the plan says {stated}, recomputed {recomputed}").format(
            where=self.where, what=self.what, stated=_text(self.stated), recomputed=_text(self.recomputed)
        )


def _text(value: Value) -> str:
    return _("nothing") if value is None else str(value)


@dataclass
class Findings:
    """Comparisons of one area (tree, masts, money …), filled while its checks run.

    Attributes
    ----------
    area : str
        Heading, in the user's language.
    count : int
        Comparisons made.
    differences : list of Difference
        Those that failed.
    priced : list of (Item, float)
        Items of the lines whose money was compared, and how many units of each.
    """

    area: str
    count: int = 0
    differences: list[Difference] = field(default_factory=list)
    priced: list[tuple[Item, float]] = field(default_factory=list)

    def compare(self, what: str, where: str, stated: Value, recomputed: Value, *, tolerance: float = 0.0) -> bool:
        """Count one comparison and note it where the two disagree; numbers may differ by ``tolerance``."""
        return self.require(_agree(stated, recomputed, tolerance), what, where, stated, recomputed)

    def require(self, holds: bool, what: str, where: str, stated: Value, recomputed: Value) -> bool:
        """Count one rule and note it where it does not hold; return whether it does."""
        self.count += 1
        if not holds:
            self.differences.append(Difference(what, where, stated, recomputed))
        return holds


def _agree(stated: Value, recomputed: Value, tolerance: float) -> bool:
    if isinstance(stated, bool | str | None) or isinstance(recomputed, bool | str | None):
        return type(stated) is type(recomputed) and stated == recomputed
    return abs(stated - recomputed) <= tolerance


@dataclass(frozen=True)
class Report:
    """All findings about one run.

    Attributes
    ----------
    areas : tuple of Findings
        In the order in which they were checked.
    """

    areas: tuple[Findings, ...]

    @property
    def differences(self) -> list[Difference]:
        """Everything that does not hold, area by area."""
        return [difference for area in self.areas for difference in area.differences]

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict, checks by area and differences as a JSON-ready mapping."""
        return {
            "holds": not self.differences,
            "checks": {area.area: area.count for area in self.areas},
            "differences": [difference.as_dict() for difference in self.differences],
        }

    def __str__(self) -> str:
        """Return a short report: one line per area, then one per difference, then the verdict."""
        lines = [
            _("{area}: {count} checks, {faults} differences").format(
                area=area.area, count=area.count, faults=len(area.differences)
            )
            for area in self.areas
        ]
        return "\n".join([*lines, *(str(difference) for difference in self.differences), self.verdict])

    @property
    def verdict(self) -> str:
        """One line: whether the plan holds."""
        checks, faults = sum(area.count for area in self.areas), len(self.differences)
        if not faults:
            return _("The plan holds: all {checks} checks agree.").format(checks=number(checks))
        text = ngettext(
            "The plan does not hold: {faults} of {checks} checks differs.",
            "The plan does not hold: {faults} of {checks} checks differ.",
            faults,
        )
        return text.format(faults=number(faults), checks=number(checks))
