"""What ``planner portfolio`` prints: where the money goes, and where the next money would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.i18n import _
from planner.portfolio_words import next_words, unspent_words, what_counts, what_narrows, whose_data, without_next
from planner.report.layout import Grid, print_grid, say, say_title
from planner.wording import decimals, exact_share, figure, labelled, measure_name, money, number, share

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from planner.portfolio.result import Conflict, CountryPart, Portfolio, Shared


def print_portfolio(portfolio: Portfolio, console: Console, run_dir: Path) -> None:
    """Print all budgets, then who gets what of each, and where the files lie.

    Parameters
    ----------
    portfolio : Portfolio
    console : Console
    run_dir : Path
    """
    say_title(console, portfolio.name)
    if portfolio.synthetic:
        say(console, whose_data(portfolio.countries), style="bold yellow")
    text = _("One budget over {count} countries ({measure}), amounts in {currency}.")
    count = number(len(portfolio.rates))
    say(console, text.format(count=count, measure=measure_name(portfolio.measure), currency=portfolio.currency))
    say(console, what_counts(portfolio.weights))
    for note in portfolio.notes:
        say(console, note, hang=2)
    console.print()
    print_grid(console, _overview(portfolio))
    if hint := what_narrows([shared.as_dict() for shared in portfolio.budgets], portfolio.countries):
        say(console, hint)
    before: Shared | None = None
    for shared in portfolio.budgets:
        console.print()
        _print_budget(portfolio, shared, before, console)
        before = shared
    console.print()
    say(console, _("The results lie in {folder}:").format(folder=run_dir), style="bold")
    say(console, _("  portfolio.json (everything), portfolio.csv (the tables), events.jsonl, log.txt"))


def _overview(portfolio: Portfolio) -> Grid:
    """Return a row for each budget."""
    headings = (
        _("Spent"),
        _("Benefit"),
        _("At most"),
        _("Gap"),
        _("Offices gained"),
        _("People"),
        _("Ceiling rises per 1,000 more"),
    )
    rows = []
    for shared in portfolio.budgets:
        figures = ("–",) * len(headings)
        if shared.conflict is None:
            figures = (
                number(shared.spent),
                figure(shared.value),
                figure(shared.bound),
                share(shared.gap, 2) if shared.gap <= 1 else "–",
                number(shared.offices),
                number(shared.people),
                figure(shared.ceiling_per_1000),
            )
        rows.append((number(shared.budget), *figures))
    title = _("Budget in {currency}").format(currency=portfolio.currency)
    return Grid((), (title, *headings), tuple(rows))


def _print_budget(portfolio: Portfolio, shared: Shared, before: Shared | None, console: Console) -> None:
    """Print who gets what of one budget."""
    say(console, labelled(_("Budget"), _asked(shared, portfolio.currency)), style="bold")
    if shared.conflict is not None:
        say(console, conflict_text(shared.conflict, portfolio.currency), style="red", hang=2)
        return
    print_grid(console, _countries(shared, before))
    kept = sum(part.kept_back for part in shared.countries)
    if kept:
        text = _("Kept back for countries that have to get more than their plans spend: {amount}.")
        say(console, text.format(amount=money(100 * kept, portfolio.currency)))
    told = shared.as_dict()
    dashes = without_next(told, _("People per 1,000 more"))
    for line in (*dashes, unspent_words(told, portfolio.currency), next_words(told, portfolio.currency)):
        if line:
            say(console, line)


def _asked(shared: Shared, currency: str) -> str:
    """Return a budget as an amount, and as the share that it was asked for as."""
    amount = money(100 * shared.budget, currency)
    if shared.share is None:
        return amount
    text = _("{amount} ({share} of what connecting all offices costs)")
    return text.format(amount=amount, share=exact_share(shared.share))


def _countries(shared: Shared, before: Shared | None) -> Grid:
    """Return a row for each country, and what it gets more than of the budget before."""
    rising = before is not None and before.conflict is None
    headings = [_("Money"), _("Share"), _("Offices gained"), _("People"), _("Gap"), _("People per 1,000 more")]
    if rising:
        headings.insert(1, _("More than before"))
    was = {part.name: part.spent for part in before.countries} if before is not None else {}
    rows = []
    for part in shared.countries:
        cells = [
            number(part.spent),
            share(part.spent / shared.budget, 1),
            number(part.offices),
            number(part.people),
            _gap(part),
            "–" if part.next is None else figure(part.next.people_per_1000),
        ]
        if rising:
            cells.insert(1, decimals(part.spent - was[part.name], 0))
        rows.append((part.name, *cells))
    return Grid((_("Country"),), tuple(headings), tuple(rows))


def _gap(part: CountryPart) -> str:
    return "–" if part.point is None or part.gap > 1 else share(part.gap, 2)


def conflict_text(conflict: Conflict, currency: str) -> str:
    """Return why a budget cannot be shared out, and what would be enough, on lines of their own."""
    lines = [_("This budget cannot be shared out: what the countries have to get exceeds it by {amount}.")]
    lines[0] = lines[0].format(amount=money(100 * conflict.missing, currency, exact=True))
    least = _("  – {country}: at least {amount}")
    lines += [least.format(country=name, amount=money(100 * x, currency, exact=True)) for name, x in conflict.least]
    changes = []
    if conflict.budget is not None:
        changes.append(_("  – the budget: {amount}").format(amount=money(100 * conflict.budget, currency, exact=True)))
    change = _("  – {country}: at least {new} instead of {old}")
    changes += [
        change.format(
            country=name,
            old=money(100 * is_now, currency, exact=True),
            new=money(100 * instead, currency, exact=True),
        )
        for name, is_now, instead in conflict.instead
    ]
    if changes:
        lines += [_("Each of these changes by itself would be enough:"), *changes]
    if conflict.budget is None:
        lines.append(_("No larger budget would do: of it a country would have to get more than it may."))
    return "\n".join(lines)
