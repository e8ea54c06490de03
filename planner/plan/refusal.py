"""Why there is no plan: which limits cannot be kept together, and how far one of them would have to give way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Relaxation:
    """What one limit would have to be for a plan to exist, all others as they are.

    Attributes
    ----------
    limit : str
        In the user's language.
    now, needed : float
        In the unit of the limit: currency, offices, people, hops.
    proven : bool
        Nothing nearer will do.
    text : str
        The same as a sentence.
    enough : bool
        A plan exists then; False: it may take more, for years or second paths are not counted.
    """

    limit: str
    now: float
    needed: float
    proven: bool
    text: str
    enough: bool = True


@dataclass(frozen=True)
class Refusal:
    """Limits that no plan keeps together.

    Attributes
    ----------
    limits : tuple of str
        Each in the user's language.
    minimal : bool
        Proven: without any one of them there is a plan.
    relaxations : tuple of Relaxation
        Each mends the conflict by itself; the least change first.
    remedy : str
        What else to do, where no number would help.
    """

    limits: tuple[str, ...]
    minimal: bool
    relaxations: tuple[Relaxation, ...] = ()
    remedy: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as ``plan.json`` has it."""
        told = asdict(self)
        return {**told, "limits": list(self.limits), "relaxations": [asdict(each) for each in self.relaxations]}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Refusal:
        """Return what `as_dict` was made from."""
        relaxations = tuple(Relaxation(**each) for each in told["relaxations"])
        return cls(tuple(told["limits"]), told["minimal"], relaxations, told["remedy"])

    def lines(self) -> list[str]:
        """Return what to tell: the conflict, one limit a line, and what would mend it."""
        head = (
            _("There is no plan: these limits cannot be kept together.")
            if self.minimal
            else _("There is no plan: not all of these limits can be kept together. Some of them may not be to blame.")
        )
        told = [head, *(f"  – {limit}" for limit in self.limits)]
        for enough, heading in (
            (True, _("Each of these changes by itself would be enough:")),
            (False, _("One of these changes is needed at least, and it may take more:")),
        ):
            lines = [f"  – {relaxed.text}" for relaxed in self.relaxations if relaxed.enough == enough]
            told += [heading, *lines] if lines else []
        return [*told, self.remedy] if self.remedy else told

    def __str__(self) -> str:
        """Return the lines as one text."""
        return "\n".join(self.lines())
