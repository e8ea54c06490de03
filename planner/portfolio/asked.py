"""The portfolio file: which countries share a budget, in which currency, and what each gets at least and at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import PlainSerializer, PlainValidator, ValidationError, WithJsonSchema, model_validator

from planner.errors import InputError, Problem
from planner.i18n import _
from planner.scenario.faults import problems_of
from planner.scenario.fields import FilePath, Positive, Section, Text, said
from planner.scenario.rules import LIMIT_SCHEMA, Amount, Share, read_limit, say_limit
from planner.scenario.yaml_text import parse_yaml

if TYPE_CHECKING:
    from pathlib import Path


def _read_part(value: Any) -> Amount | Share:
    try:
        return read_limit(value)
    except ValueError as error:
        message = _("Say an amount of money, such as 2000000, or a share of the whole budget, such as “20 %”.")
        raise ValueError(message) from error


_Part = Annotated[Amount | Share, PlainValidator(_read_part), PlainSerializer(say_limit), WithJsonSchema(LIMIT_SCHEMA)]


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
        tuple[Positive, ...], said("Budgets", "Amounts of money to share out, in the portfolio's currency.")
    ] = ()
    countries: Annotated[tuple[CountryAsked, ...], said("Countries", "Those that share the budget.", min_length=1)]

    @model_validator(mode="after")
    def _each_name_once(self) -> PortfolioAsked:
        names = [country.name for country in self.countries]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(_("The country “{name}” is there more than once.").format(name=name))
        return self


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
        return PortfolioAsked.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems_of(error, file, document.rows, PortfolioAsked)) from error
