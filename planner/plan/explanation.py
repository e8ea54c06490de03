"""What there is to say about an office or a link, as data and as text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from planner.finance import MEASURES
from planner.i18n import _, ngettext
from planner.plan.buildup import ROUNDING
from planner.plan.reasons import PER_MONEY
from planner.wording import figure, item_name, labelled, measure_name, money, number, option_name, technology_name

if TYPE_CHECKING:
    from planner.plan.buildup import Part
    from planner.plan.runner_up import Way
    from planner.plan.sheets import Sheet
    from planner.plan.what_if import Budgets, WithOffice


@dataclass(frozen=True)
class Line:
    """One line of money with the items that add up to it, to the cent.

    Attributes
    ----------
    title : str
        In the user's language.
    parts : tuple of Part
    shared_by : int
        How many offices the line serves.
    """

    title: str
    parts: tuple[Part, ...]
    shared_by: int

    def cents(self, measure: int) -> int:
        """Return the amount in a column of `planner.finance.MEASURES`."""
        return sum(part.cents[measure] for part in self.parts)


@dataclass(frozen=True)
class Explanation:
    """What `explain` finds; ``str()`` of it is for people.

    Attributes
    ----------
    id : str
    kind : {"office", "link"}
    inside : bool
        The plan connects the office, or builds the link.
    reason : str
    currency, measure : str
        Measure: the money column that single amounts are told in, the budget's.
    left : float or None
        What the plan leaves of the budget over everything; None without one.
    mean_rate, marginal_rate : float or None
        Benefit per 1,000 of money, to six figures: of the whole plan on average; of a little more money at most (the
        price of money in the proof).
    lines : tuple of Line
        Of an office in the plan: its own line and every link and mast of its chain, from the office to the source. Of
        a link: itself and the masts at its ends. Empty for an office that is left out.
    others : tuple of Way
        The cheapest other way of each technology, on top of the rest of the plan; the first is the runner-up.
    binding : tuple of str
        Of what is in the plan: limits that would be missed without it. Of an office that is left out: what each budget
        and the limit of hops say to the first of ``others``.
    share : float or None
        What of ``lines`` falls to the office when each link and mast is shared equally by the offices it serves.
    alone : float or None
        What the office alone takes: its own line, and those links and masts that serve nobody else; but for what is
        built or asked for by the scenario, which every plan has.
    benefit : float or None
        Of the office.
    needed : float or None
        What it would take on top of the plan to connect an office that is left out.
    rate : float or None
        Benefit of the office per 1,000 of ``needed``, to six significant figures.
    resilience : tuple of str
        Of what is in the plan: its second path; what of all that it hangs from, or whether itself, cuts off most.
    what_if : WithOffice or None
        Of an office that is left out: the objective with it.
    budgets : Budgets or None
        Of an office that is left out: plans of larger budgets, which tell where it enters.
    sheet : HopSheet, TrenchSheet, ServiceSheet or None
        Of a link: its engineering.
    """

    id: str
    kind: str
    inside: bool
    reason: str
    currency: str
    measure: str
    left: float | None
    mean_rate: float | None
    marginal_rate: float | None
    lines: tuple[Line, ...] = ()
    others: tuple[Way, ...] = ()
    binding: tuple[str, ...] = ()
    share: float | None = None
    alone: float | None = None
    benefit: float | None = None
    needed: float | None = None
    rate: float | None = None
    resilience: tuple[str, ...] = ()
    what_if: WithOffice | None = None
    budgets: Budgets | None = None
    sheet: Sheet | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return everything as a JSON-ready mapping; amounts of parts in cents."""
        told = asdict(self) | {"difference": self.difference}
        told["what_if"] = None if self.what_if is None else self.what_if.as_dict()
        return told | {"enters": None if self.budgets is None else self.budgets.entry(self.id)}

    @property
    def difference(self) -> float | None:
        """What the runner-up costs more, in currency; None where there is none.

        Of an office in the plan: more than what it takes ``alone``; of others: more than the cheapest way.
        """
        if self.inside and self.others and self.alone is not None:
            return self.others[0].price - self.alone
        if not self.inside and len(self.others) > 1:
            return self.others[1].price - self.others[0].price
        return None

    def __str__(self) -> str:
        """Return a text of a few paragraphs."""
        return "\n".join(
            [
                labelled(self.id, self.reason),
                *self._built_up(),
                *self.resilience,
                *self._other_ways(),
                *self.binding,
                *self._would_take(),
                *(self.what_if.lines() if self.what_if is not None else []),
                *([self.budgets.entry_words(self.id)] if self.budgets is not None else []),
            ]
        )

    def _built_up(self) -> list[str]:
        column = MEASURES.index(self.measure)
        text = []
        for line in self.lines:
            amount = money(line.cents(column), self.currency, exact=True)
            shared = ngettext(" (for {n} office)", " (shared by {n} offices)", line.shared_by).format(n=line.shared_by)
            text.append(f"  {line.title} – {amount}{shared if line.shared_by else ''}")
            text += [f"    {_part_text(part, column, self.currency)}" for part in line.parts]
        if text:
            heading = _("What it is made of ({measure}; the parts add up to each line, rounding is shown):")
            text.insert(0, heading.format(measure=measure_name(self.measure)))
        if self.share is not None:
            text.append(_("Its share: {amount}").format(amount=money(100 * self.share, self.currency, exact=True)))
        return text

    def _other_ways(self) -> list[str]:
        if not self.others:
            return [_("There is no other way.")] if self.inside and self.lines else []
        heading = _("Other ways on top of the rest of the plan ({measure}):") if self.inside else _("Ways ({measure}):")
        text = [heading.format(measure=measure_name(self.measure))]
        for way in self.others:
            path = " → ".join(way.links) or _("the plan passes through its place")
            path += f" ({option_name(way.option)})" if way.option else ""
            name, price = technology_name(way.technology), money(100 * way.price, self.currency)
            text.append(f"  {labelled(f'{name} – {price}', path)}")
        return [*text, *self._runner_up()]

    def _runner_up(self) -> list[str]:
        """Return the runner-up and how far it is from what is chosen, or from the cheapest way."""
        if self.difference is None:
            return []
        other = technology_name(self.others[0 if self.inside else 1].technology)
        amount = money(100 * abs(self.difference), self.currency)
        if self.difference < 0:
            text = _(
                "The runner-up, {technology}, is {amount} cheaper by itself than what this office alone takes now."
            )
        elif self.inside:
            text = _("The runner-up, {technology}, is {amount} dearer than what this office alone takes now.")
        else:
            text = _("The runner-up is {technology}, {amount} dearer.")
        return [text.format(technology=other, amount=amount)]

    def _would_take(self) -> list[str]:
        if self.needed is None or self.benefit is None:
            return []
        needed = money(100 * self.needed, self.currency)
        text = [
            _("It would take {needed} more on top of this plan.").format(needed=needed)
            if self.left is None
            else _("It would take {needed} more on top of this plan, of whose budget {left} is left.").format(
                needed=needed, left=money(100 * self.left, self.currency)
            )
        ]
        amount = money(100 * PER_MONEY, self.currency)
        if self.rate is not None and self.mean_rate is not None:
            text.append(
                _("That is {rate} of benefit per {amount}; the plan's money brings {mean} on average.").format(
                    rate=figure(self.rate), mean=figure(self.mean_rate), amount=amount
                )
            )
        if self.marginal_rate is not None:
            text.append(
                _("At the margin of this budget, {amount} more is worth about {rate} of benefit.").format(
                    rate=figure(self.marginal_rate), amount=amount
                )
            )
        return text


def _part_text(part: Part, measure: int, currency: str) -> str:
    """Return an item as quantity × price, with its amount in the column told."""
    amount = money(part.cents[measure], currency, exact=True)
    if part.name == ROUNDING:
        return _("rounding: {amount}").format(amount=amount)
    units = {"each": "", "km": _(" km"), "mbps": _(" Mbit/s")}
    price = [_("{capex} once").format(capex=money(100 * part.capex, currency, exact=True))] if part.capex else []
    if part.capex and part.life_years is not None:
        price = [
            _("{capex} every {n} years").format(
                capex=money(100 * part.capex, currency, exact=True), n=number(part.life_years, 1)
            )
        ]
    if part.opex_per_year:
        price.append(_("{opex} a year").format(opex=money(100 * part.opex_per_year, currency, exact=True)))
    return _("{name}: {amount} = {quantity}{unit} × ({price})").format(
        name=item_name(part.name),
        amount=amount,
        quantity=number(part.quantity, 2),
        unit=units[part.per],
        price=", ".join(price) or money(0, currency),
    )
