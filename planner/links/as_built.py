"""Links that are contracted, built or working: found among the candidates, at what was spent on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.microwave import DIVERSITY
from planner.errors import InputError, Problem
from planner.finance import PROGRAMME_COST, PriceFactors, at_actual, line_money, surcharged
from planner.i18n import _
from planner.inputs.as_built import FIXED
from planner.links.named import named_links

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from planner.catalogue.kinds import OptionKind
    from planner.finance import Per, Terms
    from planner.links.options import LinkOptions

FIELD = "inputs.as_built"


@dataclass(frozen=True)
class _Row:
    """A row of the input, the candidate that it means, and the kind that it is built as, at estimated prices."""

    option: int
    kind: OptionKind
    office: int
    spent: dict[str, float]
    spent_equipment: float


def with_as_built(
    options: LinkOptions, as_built: pd.DataFrame | None, demand_mbps: NDArray[np.float64], terms: Terms
) -> LinkOptions:
    """Return the candidates with what is contracted, built or working among them: fixed, at actual prices.

    Parameters
    ----------
    options : LinkOptions
        At estimated prices; what is fixed in them already stays what a row means, whatever is the cheapest now.
    as_built : DataFrame or None
        See `planner.inputs.as_built.read_as_built`.
    demand_mbps : (o,) float64
    terms : Terms

    Raises
    ------
    InputError
        A row means no candidate link.
    """
    if as_built is None:
        return options
    rows = _found(options, as_built[as_built["status"].isin(FIXED)])
    kinds, kind, money = list(options.kinds), options.kind.copy(), options.money.copy()
    items = list(options.office_items)
    package, transit = options.package_money.copy(), options.package_transit_money.copy()
    for row in rows:
        quantity: dict[Per, float] = {"each": 1.0, "km": float(options.priced_km[row.option])}
        priced = at_actual(row.kind.items, quantity, row.spent, terms.tax)
        kind[row.option] = len(kinds)
        kinds.append(replace(row.kind, items=priced))
        money[row.option] = line_money(priced, {per: np.array([units]) for per, units in quantity.items()}, terms)[0]
        if row.office < 0:
            continue
        quantity = {"each": 1.0, "mbps": float(demand_mbps[row.office])}
        units = {per: np.array([number]) for per, number in quantity.items()}
        equipment = at_actual(items[row.office], quantity, {"capex": row.spent_equipment}, terms.tax)
        items[row.office] = equipment
        package[row.office] = line_money(equipment, units, terms)[0]
        transit[row.office] = line_money((*equipment, *options.transit_items), units, terms)[0]
    return replace(
        options,
        kinds=tuple(kinds),
        kind=kind,
        money=money,
        office_items=tuple(items),
        package_money=package,
        package_transit_money=transit,
        fixed=np.array([row.option for row in rows], dtype=np.int32),
        fixed_offices=np.array([row.office for row in rows if row.office >= 0], dtype=np.int32),
    )


def _found(options: LinkOptions, as_built: pd.DataFrame) -> list[_Row]:
    """Return the candidate that each row means, of several the cheapest."""
    told = as_built.to_dict("records")
    names = [(str(row["from"]), str(row["to"]), str(row["technology"])) for row in told]
    found, problems = named_links(options, names, field=FIELD, without="error")
    rows = []
    for row, name, candidates in zip(told, names, found, strict=True):
        kinds = np.array([options.kinds[kind].name for kind in options.kind[candidates].tolist()], dtype=object)
        same = candidates[kinds == row["option"]] if row["option"] else candidates
        built: OptionKind | None = None
        if name[2] == "microwave" and row["option"] and not len(same):
            same, built = _regardless_of_diversity(options, candidates, row["option"])
        if len(candidates) and not len(same):
            message = _("No candidate of this option joins these places; there are: {options}.")
            text = message.format(options=", ".join(sorted(set(kinds.tolist()))))
            remedy = _("Correct the option, or leave it out.")
            problems.append(Problem("no-candidate", text, remedy, column=f"{FIELD}.option", value=str(row["option"])))
        if not len(same):
            continue
        same = same[np.isin(same, options.fixed)] if len(options.fixed) else same
        option = int(same[np.argmin(options.money[same, PROGRAMME_COST])])
        head = options.v[option] if str(options.places.id[options.v[option]]) == name[1] else options.u[option]
        spent = {"capex": float(row["spent"]), "opex_per_year": float(row["spent_per_year"])}
        kind = options.kinds[options.kind[option]] if built is None else _in_its_region(options, built, option)
        rows.append(_Row(option, kind, int(options.places.office[head]), spent, float(row["spent_equipment"])))
    if problems:
        raise InputError(problems)
    return rows


def _regardless_of_diversity(
    options: LinkOptions, candidates: NDArray[np.int64], name: str
) -> tuple[NDArray[np.int64], OptionKind | None]:
    """Return the hops that differ from a name by space diversity alone, and the kind of this name at plain prices.

    What stands was built with or without it, whatever is asked of a new hop there.
    """
    named = [kind for kind in options.kinds if (kind.technology, kind.name) == ("microwave", name)]
    if not named:
        return candidates[:0], None
    plain = [options.kinds[kind].name.replace(DIVERSITY, "") for kind in options.kind[candidates].tolist()]
    # Kinds of regions with prices of their own, and those at what was spent, stand behind all others.
    return candidates[np.array(plain, dtype=object) == name.replace(DIVERSITY, "")], named[0]


def _in_its_region(options: LinkOptions, kind: OptionKind, option: int) -> OptionKind:
    """Return a kind at the prices of the region of a link, the dearer of its ends."""
    ends = [options.places.price_factors(int(end)) for end in (options.u[option], options.v[option])]
    factors = PriceFactors(max(end.freight for end in ends), max(end.works for end in ends))
    return replace(kind, items=surcharged(kind.items, factors))
