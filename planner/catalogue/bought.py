"""All services that can be ordered: those of the catalogue, by provider where coverage names them, and quotes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from planner.catalogue.items import MONTHS, working, yearly
from planner.catalogue.kinds import OptionKind
from planner.catalogue.services import RainFades, ServiceOption, rain_fades
from planner.i18n import _
from planner.wording import technology_name

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from typing import Any

    import pandas as pd

    from planner.catalogue.items import Pricer
    from planner.catalogue.prices import PriceList
    from planner.catalogue.schema import Catalogue
    from planner.scenario import Scenario

CELLULAR = "cellular"
UPLOAD_SHARE = {CELLULAR: 1 / 3}
"""Upload over download of a quote that does not say, as of 3G and 4G in the catalogue; a leased line: the same."""


@dataclass(frozen=True)
class QuoteTerms:
    """What holds of a technology's quotes where they say nothing.

    Attributes
    ----------
    availability, latency_ms : float
    up_mbps : float or None
        None: a share of the download (`UPLOAD_SHARE`).
    energy_w : float
    fades : RainFades or None
    pricer : Pricer
    """

    availability: float
    latency_ms: float
    up_mbps: float | None
    energy_w: float
    fades: RainFades | None
    pricer: Pricer


def quote_terms(
    catalogue: Catalogue, scenario: Scenario, services: Iterable[ServiceOption], pricer: Pricer
) -> dict[str, QuoteTerms]:
    """Return the terms of the technologies that quotes are taken for: those enabled and licensed.

    Of a mobile network the fastest generation of the catalogue counts: that is what is sold under new contracts.
    """
    leased = catalogue.leased
    terms = {"leased": QuoteTerms(leased.availability, leased.latency_ms, None, leased.power_w, None, pricer)}
    zone = scenario.climate.zone
    sections = {"leo": catalogue.leo, "geo": catalogue.geo}
    for name, section in sections.items():
        availability = section.availability[zone] * working(section.mtbf_h, section.repair_h)
        fades = rain_fades(catalogue.geo) if name == "geo" else None
        terms[name] = QuoteTerms(availability, section.latency_ms, section.up_mbps, section.power_w, fades, pricer)
    own = [option for option in services if option.technology == CELLULAR]
    if own:
        fastest = max(own, key=lambda option: option.max_mbps)
        power_w = catalogue.cellular.power_w
        terms[CELLULAR] = QuoteTerms(fastest.availability, fastest.latency_ms, None, power_w, None, pricer)
    return {
        name: entry
        for name, entry in terms.items()
        if scenario.technologies[name].enabled
        and scenario.technologies[name].licensed
        and getattr(catalogue[name], "permitted", True)
        and pricer.energy_per_kwh is not None
    }


def bought_services(
    prices: PriceList, coverage: pd.DataFrame | None, quotes: pd.DataFrame | None
) -> tuple[ServiceOption, ...]:
    """Return all services that can be ordered somewhere.

    Cellular services of the catalogue are told apart by provider where the coverage names providers; each row of the
    quotes is a service of its own, ``quote`` its position.

    Parameters
    ----------
    prices : PriceList
    coverage : DataFrame or None
        ``technology, provider`` of `planner.inputs.Inputs.coverage`.
    quotes : DataFrame or None
        `planner.inputs.Inputs.quotes`.
    """
    services: list[ServiceOption] = []
    for option in prices.services:
        if option.generation is None or coverage is None:
            services.append(option)
            continue
        of_generation = coverage["technology"].astype(str).str.casefold() == option.generation.casefold()
        providers = sorted(set(coverage.loc[of_generation, "provider"])) or [""]
        services += [_by(provider, option) for provider in providers]
    for position, row in enumerate([] if quotes is None else quotes.to_dict("records")):
        terms = prices.quoted.get(str(row["technology"]))
        if terms is not None:
            services.append(_quoted(position, row, terms))
    return tuple(services)


def _by(provider: str, option: ServiceOption) -> ServiceOption:
    if not provider:
        return option
    kind = replace(option.kind, name=f"{option.kind.name}, {provider}")
    return replace(option, kind=kind, provider=provider)


def _quoted(position: int, row: Mapping[Hashable, Any], terms: QuoteTerms) -> ServiceOption:
    technology, mbps, pricer = str(row["technology"]), float(row["mbps"]), terms.pricer
    items = (
        pricer.works("one-off fee", float(row["one_off"])),
        yearly("service fee", MONTHS * float(row["monthly"])),
        pricer.energy(terms.energy_w),
    )
    name = _("{provider}, {technology} {mbps} Mbit/s, quote {n}").format(
        provider=row["provider"], technology=technology_name(technology), mbps=f"{mbps:g}", n=position + 1
    )
    if not np.isnan(row["term_months"]):
        name += _(", {n} months").format(n=f"{row['term_months']:g}")

    def stated(column: str, otherwise: float) -> float:
        return otherwise if np.isnan(row[column]) else float(row[column])

    share = UPLOAD_SHARE.get(technology, 1.0)
    promised = not np.isnan(row["availability"])
    return ServiceOption(
        kind=OptionKind(
            technology, name, 0, tuple(item for item in items if item.capex or item.opex_per_year), service=True
        ),
        technology=technology,
        max_mbps=mbps,
        up_mbps=stated("up_mbps", share * mbps if terms.up_mbps is None else terms.up_mbps),
        availability=stated("availability", terms.availability),
        latency_ms=stated("latency_ms", terms.latency_ms),
        provider=str(row["provider"]),
        fades=None if terms.fades is None else replace(terms.fades, counts=not promised),
        quote=position,
        volume_gb=stated("volume_gb", np.inf),
    )
