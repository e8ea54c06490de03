"""What would be otherwise: a plan with one more office in it, and plans of other budgets; as data and as text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from planner.i18n import _, ngettext
from planner.wording import figure, money, number, share

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 5
"""So many ids are named."""


@dataclass(frozen=True)
class WithOffice:
    """What becomes of the objective if an office that is left out has to be in.

    Attributes
    ----------
    sense : {"max", "min"}
    unit : str
        ``benefit``, or the currency of the money that is least.
    plan : float
        Value of the plan.
    value, bound : float or None
        Of the best plan found with the office, and proven for every plan with it; None where there is none.
    gap : float
        Relative gap to which a new search is said to go.
    added, dropped : tuple of str
        Offices that the plan found gains, the office itself first, and loses.
    refused : str
        Why no plan has it; empty where one was found, or where none was found in time.
    """

    sense: str
    unit: str
    plan: float
    value: float | None
    bound: float | None
    gap: float
    added: tuple[str, ...]
    dropped: tuple[str, ...]
    refused: str = ""

    @property
    def change(self) -> tuple[float, float] | None:
        """The range in which a new search to the gap will find the objective changed; None where that is not known.

        The best value with the office lies between ``value`` and ``bound``; a search may end short of it by the gap.
        """
        if self.value is None or self.bound is None:
            return None
        if self.sense == "max":
            return min(self.value / (1 + self.gap), self.bound) - self.plan, self.bound - self.plan
        return self.bound - self.plan, max(self.value / max(1 - self.gap, 1e-9), self.bound) - self.plan

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and the range as a JSON-ready mapping."""
        return {**asdict(self), "change": self.change}

    def lines(self) -> list[str]:
        """Return what to tell."""
        if self.refused:
            return [_("No plan that keeps all limits has it. {reason}").format(reason=self.refused)]
        if self.change is None or self.value is None or self.bound is None:
            return [_("Whether a plan within the limits has it was not found in time: give more with --time-limit.")]
        low, high = (self._amount(value, signed=True) for value in self.change)
        least, most = (self._amount(value) for value in sorted((self.value, self.bound)))
        text = (
            _("With it the best plan is worth between {least} and {most}, proven; this plan is worth {plan}.")
            if self.sense == "max"
            else _("With it the cheapest plan costs between {least} and {most}, proven; this plan costs {plan}.")
        )
        told = [text.format(least=least, most=most, plan=self._amount(self.plan))]
        text = _("Asked for with must_connect, it changes the objective by between {low} and {high}.")
        told.append(text.format(low=low, high=high))
        if self.dropped:
            text = ngettext(
                "The plan found with it leaves out {n} office instead: {ids}.",
                "The plan found with it leaves out {n} offices instead: {ids}.",
                len(self.dropped),
            )
            told.append(text.format(n=number(len(self.dropped)), ids=some(self.dropped)))
        return told

    def _amount(self, value: float, *, signed: bool = False) -> str:
        text = figure(value) if self.unit == "benefit" else money(100 * value, self.unit)
        return f"+{text}" if signed and value > 0 else text


@dataclass(frozen=True)
class Budgets:
    """Plans of other budgets, smallest first; money in currency.

    Attributes
    ----------
    name, currency : str
        Of the budget.
    now, value : float
        Its limit, and the benefit of the plan within it.
    limits, values, bounds : tuple of float
        Of each larger budget: limit, benefit of the plan, proven ceiling.
    offices : tuple of tuple of str
        That the plan of each budget connects or upgrades.
    """

    name: str
    currency: str
    now: float
    value: float
    limits: tuple[float, ...]
    values: tuple[float, ...]
    bounds: tuple[float, ...]
    offices: tuple[tuple[str, ...], ...]

    @property
    def gap(self) -> float:
        """The widest of the proven gaps."""
        return max(bound / max(value, 1e-9) - 1 for value, bound in zip(self.values, self.bounds, strict=True))

    def as_dict(self) -> dict[str, Any]:
        """Return the fields as a JSON-ready mapping."""
        return asdict(self)

    def entry(self, office: str) -> tuple[float, float | None]:
        """Return between which budgets an office enters for good; the second is None if no plan here has it."""
        inside = [office in offices for offices in self.offices]
        last_out = max((place for place, has in enumerate(inside) if not has), default=-1)
        least = self.limits[last_out] if last_out >= 0 else self.now
        return least, self.limits[last_out + 1] if last_out + 1 < len(self.limits) else None

    def entry_words(self, office: str) -> str:
        """Return at which budget an office enters."""
        least, most = self.entry(office)
        amounts = {"least": money(100 * least, self.currency)}
        if most is None:
            text = _("No plan of a budget up to {least} has it (budget “{name}”; plans proven to {gap}).")
        else:
            amounts["most"] = money(100 * most, self.currency)
            text = _(
                "It enters between {least} and {most}: of the plans of growing budgets it is in all from there on "
                "(budget “{name}”; plans proven to {gap})."
            )
        return text.format(name=self.name, gap=share(self.gap, 2), **amounts)


def some(ids: Sequence[str]) -> str:
    """Return the first ids and how many more there are."""
    more = [_("… and {n} more").format(n=number(len(ids) - SHOWN))] if len(ids) > SHOWN else []
    return ", ".join([*ids[:SHOWN], *more])
