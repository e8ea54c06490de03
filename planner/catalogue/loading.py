"""Catalogue files: read, laid over one another, checked, brought to the scenario's currency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from planner.catalogue.figures import Figure, replaced
from planner.catalogue.schema import Catalogue, Conversion, Head
from planner.errors import InputError, Problem
from planner.i18n import _
from planner.scenario import DEFAULT_CATALOGUE
from planner.scenario.faults import nearest, problem_at
from planner.scenario.yaml_text import field_path, line_of, parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic_core import ErrorDetails

    from planner.catalogue.estimates import Estimate
    from planner.scenario import Scenario
    from planner.scenario.yaml_text import Location

_BANDS = ("microwave", "bands")
DEFAULT_FILE = Path(__file__).with_name("default.yaml")


@dataclass(frozen=True)
class _Layer:
    """What one file, or the scenario's overrides of one technology, says.

    ``rows`` are the lines of its values.
    """

    file: str
    head: Head
    content: dict[str, Any]
    rows: Mapping[Location, int]
    override: bool = False

    def place(self, problem: Problem, at: Location) -> Problem:
        """Return a problem at a location of this layer with file, line and path in the file."""
        path = field_path(("technologies", at[0], "overrides", *at[1:]) if self.override else at)
        return replace(problem, file=self.file, row=line_of(at, self.rows), column=path or None)


def load_catalogue(scenario: Scenario) -> Catalogue:
    """Return the catalogue that a scenario plans with, in its currency.

    Later files override earlier ones key by key, and the scenario's own overrides come last; an estimate is replaced as
    a whole, so that a figure never stands beside the source of another one.

    Raises
    ------
    InputError
        With every fault: file, line, path in the file, value, remedy.
    """
    layers = [_read(name, scenario) for name in scenario.catalogue] + list(_overrides(scenario))
    merged: dict[str, Any] = {}
    origin: dict[Location, _Layer] = {(): layers[0]}
    for layer in layers:
        _check_removed_bands(merged, layer)
        _lay_over(merged, layer.content, (), layer, origin)
    try:
        catalogue = Catalogue.model_validate(merged)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        half = [details["loc"] for details in faults if _lacks_in_band(details)]
        parts = [details["loc"] for details in faults if _lacks_in_technology(details)]
        halves = {at[0] for at in parts}  # whatever else is wrong in them: mostly the name is not the catalogue's
        others = [
            _fault(details, origin)
            for details in faults
            if not _lacks_in_band(details) and not halves.intersection(details["loc"][:1])
        ]
        unknown = [*_unknown_technologies(parts, origin), *_unknown_bands(merged, half, origin)]
        raise InputError([*unknown, *others]) from error
    _check_names(scenario, catalogue)
    rates = _exchange_rates(layers, scenario.money.currency)

    def in_currency(figure: Figure) -> Estimate | None:
        rate = rates[_origin(figure.at, origin).head.currency]
        if figure.estimate is None or rate is None or not figure.is_money:
            return figure.estimate
        return figure.estimate.scaled(rate.typical)

    converted: Catalogue = replaced(catalogue, in_currency)
    heads = {layer.file: layer.head for layer in layers if not layer.override}
    converted._conversions = tuple(  # noqa: SLF001 - set once, here; no part of the content
        Conversion(file, head.currency, head.price_year, rates[head.currency]) for file, head in heads.items()
    )
    return converted


def _read(name: str, scenario: Scenario) -> _Layer:
    path = DEFAULT_FILE if name == DEFAULT_CATALOGUE else scenario.locate(name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        message = _("The catalogue file cannot be read: {reason}.").format(reason=getattr(error, "strerror", "UTF-8"))
        remedy = _("Check “catalogue” in the scenario; the file is YAML in UTF-8. “default” is the program's own.")
        raise InputError(Problem("unreadable-catalogue", message, remedy, name)) from error
    document = parse_yaml(text, name)
    if not isinstance(document.data, dict):
        message = _("A catalogue is a mapping of fields (name: value); this file is not.")
        raise InputError(Problem("not-a-mapping", message, _("See the default catalogue."), name))
    content = {key: value for key, value in document.data.items() if key not in Head.model_fields}
    stated = {key: value for key, value in document.data.items() if key in Head.model_fields}
    try:
        head = Head.model_validate(stated)
    except ValidationError as error:
        faults = [(problem_at(details, details["loc"], Head), details["loc"]) for details in error.errors()]
        raise InputError(
            [replace(problem, file=name, row=line_of(at, document.rows)) for problem, at in faults]
        ) from error
    return _Layer(name, head, content, document.rows)


def _overrides(scenario: Scenario) -> Iterable[_Layer]:
    """Yield what the scenario itself says of each technology, in its own currency."""
    head = Head(schema_version=1, currency=scenario.money.currency, price_year=scenario.money.price_year)
    for name in (*type(scenario.technologies).model_fields, *scenario.technologies.added):
        overrides = scenario.technologies[name].overrides
        if overrides:
            yield _Layer(_("scenario"), head, {name: overrides}, {}, override=True)


def _lay_over(
    base: dict[str, Any], over: dict[str, Any], at: Location, layer: _Layer, origin: dict[Location, _Layer]
) -> None:
    for key, value in over.items():
        here, old = (*at, key), base.get(key)
        if isinstance(old, dict) and isinstance(value, dict) and "typical" not in old:
            _lay_over(old, value, here, layer, origin)
            continue
        base[key] = _own(value)
        for replaced_at in [location for location in origin if location[: len(here)] == here]:
            del origin[replaced_at]
        origin[here] = layer


def _own(value: Any) -> Any:
    """Return a copy whose mappings may be laid over without changing the layer that they came from."""
    return {key: _own(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _origin(at: Location, origin: Mapping[Location, _Layer]) -> _Layer:
    return next(origin[at[:size]] for size in range(len(at), -1, -1) if at[:size] in origin)


def _fault(details: ErrorDetails, origin: Mapping[Location, _Layer]) -> Problem:
    """Say a fault of pydantic's in terms of the file that it came from.

    A fault of a whole section is that of the last file that touched it.
    """
    at = details["loc"]
    within = [layer for location, layer in origin.items() if location[: len(at)] == at]
    layer = within[-1] if within else _origin(at, origin)
    return layer.place(problem_at(details, at, Catalogue), at)


def _check_names(scenario: Scenario, catalogue: Catalogue) -> None:
    """Raise where the scenario speaks of technologies that no catalogue has."""
    message = _("No catalogue of the scenario has this technology.")
    known = sorted({*type(scenario.technologies).model_fields, *catalogue.multipoint})
    problems = [
        Problem(
            "unknown-technology",
            message,
            nearest(name, known),
            column=field_path(("technologies", name)),
            value=name,
        )
        for name in scenario.technologies.added
        if name not in known
    ]
    if problems:
        raise InputError(problems)


def _lacks_in_technology(details: ErrorDetails) -> bool:
    name = details["loc"][0] if details["loc"] else ""
    return details["type"] == "missing" and len(details["loc"]) > 1 and name not in Catalogue.model_fields


def _unknown_technologies(lacking: list[Location], origin: Mapping[Location, _Layer]) -> list[Problem]:
    """Return one problem for each section that neither the schema knows nor describes a technology in full."""
    problems = []
    for name in map(str, dict.fromkeys(at[0] for at in lacking)):
        fields = ", ".join(str(at[-1]) for at in lacking if at[0] == name)
        message = _("The catalogue has no section “{name}”, and for a new technology this lacks: {fields}.")
        remedy = _("Correct the name, or give all fields, as “ptmp” has them. {names}")
        problem = Problem(
            "unknown-section",
            message.format(name=name, fields=fields),
            remedy.format(names=nearest(name, [*Catalogue.model_fields])),
            value=name,
        )
        problems.append(_origin((name,), origin).place(problem, (name,)))
    return problems


def _lacks_in_band(details: ErrorDetails) -> bool:
    return details["type"] == "missing" and details["loc"][: len(_BANDS)] == _BANDS


def _unknown_bands(
    merged: Mapping[str, Any], lacking: list[Location], origin: Mapping[Location, _Layer]
) -> list[Problem]:
    """Return one problem for each band that is not whole: mostly the name is not that of the catalogue's."""
    problems = []
    halves = {at[len(_BANDS)] for at in lacking}
    whole = [name for name in merged["microwave"]["bands"] if name not in halves] if lacking else []
    for name in dict.fromkeys(at[len(_BANDS)] for at in lacking):
        fields = ", ".join(str(at[-1]) for at in lacking if at[len(_BANDS)] == name)
        message = _("The catalogue has no band “{name}”, and for a new one this lacks: {fields}.")
        problem = _band_problem(message.format(name=name, fields=fields), whole, str(name))
        problems.append(_origin((*_BANDS, name), origin).place(problem, (*_BANDS, name)))
    return problems


def _check_removed_bands(merged: Mapping[str, Any], layer: _Layer) -> None:
    """Raise where a layer removes a band that is not there."""
    known, said = (content.get("microwave") for content in (merged, layer.content))
    known, said = (part.get("bands") if isinstance(part, dict) else None for part in (known, said))
    if not isinstance(known, dict) or not isinstance(said, dict):
        return
    missing = [name for name, band in said.items() if band is None and name not in known]
    message = _("The catalogue has no band “{name}” that could be removed.")
    problems = [
        layer.place(_band_problem(message.format(name=name), known, str(name)), (*_BANDS, name)) for name in missing
    ]
    if problems:
        raise InputError(problems)


def _band_problem(message: str, known: Iterable[Any], name: str) -> Problem:
    remedy = _("Its bands: {names}. Correct the name, or give all fields of a new band.")
    return Problem("unknown-band", message, remedy.format(names=", ".join(map(str, known))), value=name)


def _exchange_rates(layers: Iterable[_Layer], target: str) -> dict[str, Estimate | None]:
    """Return what one unit of each layer's currency is worth in the scenario's, None for the same currency."""
    layers = list(layers)
    stated = {layer.head.currency: rate for layer in layers if (rate := layer.head.exchange_rate.get(target))}
    rates: dict[str, Estimate | None] = {}
    for layer in layers:
        currency = layer.head.currency
        rates[currency] = None if currency == target else stated.get(currency)
        if currency != target and currency not in stated:
            message = _("Prices are in {currency}, the scenario is in {target}, and no exchange rate is given.")
            remedy = _(
                "Give it in a file of its own, `{{schema_version: 1, currency: {currency}, price_year: {year}, "
                "exchange_rate: {{{target}: RATE}}}}`, where one {currency} is worth RATE {target}, and name that file "
                "in the scenario: `catalogue: [default, rates.yaml]`."
            )
            raise InputError(
                Problem(
                    "no-exchange-rate",
                    message.format(currency=currency, target=target),
                    remedy.format(currency=currency, target=target, year=layer.head.price_year),
                    layer.file,
                    line_of(("currency",), layer.rows),
                    "currency",
                    currency,
                )
            )
    return rates
