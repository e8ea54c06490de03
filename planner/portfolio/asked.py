"""The portfolio file: which countries share a budget, in which currency, and what each gets at least and at most."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, PrivateAttr, ValidationError, WithJsonSchema, model_validator

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.scenario.faults import problems_of
from planner.scenario.fields import FilePath, Positive, Section, Text, said
from planner.scenario.placing import Written, value_as_typed
from planner.scenario.rules import LIMIT_SCHEMA, Amount, NoShareError, Share, read_limit, say_limit
from planner.scenario.yaml_text import parse_yaml, write_yaml
from planner.wording import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


MOST_MONEY = 1e15
"""Of an amount in a portfolio: plans are chosen by whole cents in 64 bits."""


def _read_part(value: Any) -> Amount | Share:
    try:
        part = read_limit(value)
    except NoShareError as error:
        raise ValueError(_("A share of the whole budget is more than 0 % and at most 100 %.")) from error
    except ValueError as error:
        message = _("Say an amount of money, such as 2000000, or a share of the whole budget, such as “20 %”.")
        raise ValueError(message) from error
    return _countable(part)


def _read_budget(value: Any) -> Amount | Share:
    budget = _countable(read_limit(value))
    if isinstance(budget, Amount) and round(100 * budget.amount) < 1:
        raise ValueError(_("A budget of less than a cent cannot be shared out."))
    return budget


def _countable(limit: Amount | Share) -> Amount | Share:
    """Return a limit whose cents can be counted."""
    if isinstance(limit, Amount) and limit.amount > MOST_MONEY:
        raise ValueError(_("An amount of at most {most} is expected.").format(most=number(MOST_MONEY)))
    return limit


_Part = Annotated[Amount | Share, PlainValidator(_read_part), PlainSerializer(say_limit), WithJsonSchema(LIMIT_SCHEMA)]
_Budget = Annotated[
    Amount | Share, PlainValidator(_read_budget), PlainSerializer(say_limit), WithJsonSchema(LIMIT_SCHEMA)
]


class CountryAsked(Section):
    """One country: where its frontier is, what its money is worth, and what it gets at least and at most."""

    name: Annotated[Text, said("Country", "Names the country in results; each name once.")]
    run: Annotated[
        FilePath | None,
        said("Run", "Folder of a finished “planner frontier”, relative to this file; or give scenario instead."),
    ] = None
    scenario: Annotated[
        FilePath | None,
        said("Scenario", "Folder or file of a scenario whose frontier is still to be found, relative to this file."),
    ] = None
    rate: Annotated[
        Positive | None,
        said(
            "Exchange rate",
            "Worth of one unit of the country's currency in the portfolio's; may be left out where both are the same.",
        ),
    ] = None
    rate_source: Annotated[Text, said("Source", "Who says so, and of which day.")] = "user"
    least: Annotated[
        _Part | None,
        said("Least", "Money that the country gets at least: an amount in the portfolio's currency, or “5 %”."),
    ] = None
    most: Annotated[
        _Part | None,
        said("Most", "Money that the country gets at most: an amount in the portfolio's currency, or “40 %”."),
    ] = None

    @model_validator(mode="after")
    def _one_origin(self) -> CountryAsked:
        if (self.run is None) == (self.scenario is None):
            raise ValueError(_("Name either run or scenario of the country “{name}”.").format(name=self.name))
        return self


class PortfolioAsked(Section):
    """What ``planner portfolio`` is asked."""

    schema_version: Annotated[Literal[1], said("Version", "Of this file's form: 1.")]
    name: Annotated[Text, said("Name", "Heads the results.")]
    currency: Annotated[str, said("Currency", "Of budgets and results; ISO 4217.", pattern="^[A-Z]{3}$")]
    budgets: Annotated[
        tuple[_Budget, ...],
        said(
            "Budgets",
            "Amounts of money to share out, in the portfolio's currency, or shares of what connecting everyone in all "
            "countries costs, such as “20 %”.",
        ),
    ] = ()
    countries: Annotated[tuple[CountryAsked, ...], said("Countries", "Those that share the budget.", min_length=1)]
    # How it stands in its file: no part of the content.
    _written: Written | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _each_name_once(self) -> PortfolioAsked:
        names = [country.name for country in self.countries]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(_("The country “{name}” is there more than once.").format(name=name))
        return self

    def with_budgets(self, budgets: Sequence[float | Amount | Share]) -> PortfolioAsked:
        """Return the same with other budgets, for which the file is not to blame.

        Raises
        ------
        InputError
            One is none that can be shared out.
        """
        read: list[Amount | Share] = []
        problems: list[Problem] = []
        remedy = _("For instance: {option} 250000 or {option} 4%.").format(option="--budget")
        for budget in budgets:
            try:
                read.append(_read_budget(budget))
            except ValueError as error:
                value = as_written(budget)
                problems.append(Problem("bad-option", str(error), remedy, column="--budget", value=value))
        if problems:
            raise InputError(problems)
        asked = self.model_copy(update={"budgets": tuple(read)})
        written = self._written and replace(self._written, said_after=frozenset({"budgets"}))
        asked._written = written  # noqa: SLF001 - of its own kind
        return asked

    def placed(self, problems: Iterable[Problem]) -> tuple[Problem, ...]:
        """Return problems with file and line of the portfolio where they name no file of their own."""
        written = self._written
        return tuple(problem if written is None or problem.file else written.placed(problem) for problem in problems)

    @contextmanager
    def reading(self, country: CountryAsked) -> Iterator[None]:
        """Give faults of a country that are raised inside their place in the portfolio, or those elsewhere its name."""
        try:
            yield
        except InputError as error:
            at = f"countries[{self.countries.index(country)}]"
            raise InputError(self._of_country(problem, country.name, at) for problem in error.problems) from error

    def _of_country(self, problem: Problem, name: str, at: str) -> Problem:
        if problem.file is None and problem.column in CountryAsked.model_fields:
            return self.placed([replace(problem, column=f"{at}.{problem.column}")])[0]
        (entry,) = self.placed([Problem("", "", column=at)])
        message = _("“{name}” ({place}): {message}")
        return replace(problem, message=message.format(name=name, place=entry.place, message=problem.message))


def as_written(limit: float | Amount | Share) -> str:
    """Return an amount or a share as people write it."""
    return value_as_typed(say_limit(limit) if isinstance(limit, Amount | Share) else limit)


def load_portfolio(path: Path) -> PortfolioAsked:
    """Read and check a portfolio file; the folders that it names are not opened.

    Raises
    ------
    InputError
        With every fault: file, line, field, value, remedy.
    """
    file = str(path)
    try:
        document = parse_yaml(path.read_text(encoding="utf-8-sig"), file)
    except OSError as error:
        message = _("The file cannot be read: {reason}.").format(reason=error.strerror)
        remedy = _("Name a portfolio file: docs/method/portfolio.md says what stands in it.")
        raise InputError(Problem("missing-file", message, remedy, file)) from error
    except UnicodeDecodeError as error:
        message, remedy = _("The file is not UTF-8 text."), _("Save it as UTF-8 in your editor.")
        raise InputError(Problem("unreadable-file", message, remedy, file)) from error
    if not isinstance(document.data, dict):
        message = _("A portfolio is a mapping of fields (name: value); this file is not.")
        remedy = _("Name a portfolio file: docs/method/portfolio.md says what stands in it.")
        raise InputError(Problem("not-a-mapping", message, remedy, file))
    try:
        asked = PortfolioAsked.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, file, document.rows, PortfolioAsked)) from error
    # Set once, here; no part of the content.
    asked._written = Written.of(document, file, ())  # noqa: SLF001
    return asked


def dump_portfolio(asked: PortfolioAsked, folder: Path, run_dir: Path) -> str:
    """Return a portfolio in full as YAML, for the folder of its run.

    Parameters
    ----------
    asked : PortfolioAsked
    folder : Path
        That relative paths start from.
    run_dir : Path
        That they start from in the text.
    """
    content = asked.model_dump(mode="json", exclude_none=True)
    for country in content["countries"]:
        country |= {key: _from(run_dir, folder, country[key]) for key in ("run", "scenario") if key in country}
    header = _("# Portfolio in full, as it was shared out; relative paths start from this folder.")
    return f"{header}\n{write_yaml(content)}"


def _from(run_dir: Path, folder: Path, path: str) -> str:
    """Return a path that starts from a run's folder in place of another one; what is absolute stays."""
    if Path(path).is_absolute():
        return path
    place = (folder / path).resolve()
    try:
        # Where a link leads decides what is above a folder.
        return Path(os.path.relpath(place, run_dir.resolve())).as_posix()
    except ValueError:  # on another drive of Windows
        return place.as_posix()
