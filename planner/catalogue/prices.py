"""The price list of a scenario: what is offered in it, item by item, in its money."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Literal

import numpy as np

from planner.catalogue.assumptions import assumptions, remarks
from planner.catalogue.bought import QuoteTerms, quote_terms
from planner.catalogue.climate import climate_assumptions
from planner.catalogue.fibre import AERIAL, DUCT, FibreOption, fibre_option
from planner.catalogue.figures import figures
from planner.catalogue.items import MONTHS, Pricer, figure, yearly
from planner.catalogue.kinds import OptionKind
from planner.catalogue.microwave import microwave_options
from planner.catalogue.multipoint import MultipointOption, multipoint_option
from planner.catalogue.power import PowerPrices
from planner.catalogue.services import cellular_options, satellite_options
from planner.finance import Terms, real_rate
from planner.i18n import _
from planner.scenario import DEFAULT_KIND
from planner.scenario.yaml_text import field_path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from planner.catalogue.assumptions import Assumption
    from planner.catalogue.microwave import MicrowaveOption
    from planner.catalogue.schema import Catalogue, Generation, Package, PackageItem
    from planner.catalogue.services import ServiceOption
    from planner.catalogue.works import Band, MastPrices, Masts, Sites, Source
    from planner.finance import Item
    from planner.scenario import Package as ScenarioPackage
    from planner.scenario import Scenario


class MastClass(IntEnum):
    """Row of ``PriceList.mast_items``."""

    OFFICE = 0
    RELAY = 1


class SiteClass(IntEnum):
    """Row of ``PriceList.site_items``: what using any rung at a place costs besides the mast."""

    OFFICE = 0
    """An office or source: nothing."""
    GREENFIELD = 1
    """A new relay site: land, track, upkeep; its power comes on top (`planner.catalogue.power`)."""
    TOWER = 2
    """An existing tower whose owner's rent is not known: the catalogue's rent."""
    RENTED_TOWER = 3
    """An existing tower whose rent the input gives: nothing besides (``Places.rent_per_year``)."""


@dataclass(frozen=True)
class Cell:
    """Cells on the ground in which offices share the capacity of low-orbit satellites: side in km, Mbit/s."""

    side_km: float
    mbps: float


@dataclass(frozen=True)
class PriceList:
    """All that can be bought. Capex has freight, duties and contingency in it.

    Attributes
    ----------
    fibre : FibreOption or None
        None where it is not offered.
    microwave : tuple of MicrowaveOption
        Non-dominated, by range, frequency, capacity; empty where it is not offered.
    multipoint : tuple of MultipointOption
        One for each technology of this kind that is offered.
    services : tuple of ServiceOption
    ladder_m : (L,) float64
        Antenna heights that masts come in, ascending.
    mast_items : tuple of tuple of tuple of Item
        ``mast_items[MastClass][rung]``; without items where no radio is offered.
    site_items : tuple of tuple of Item
        ``site_items[SiteClass]``; without items where no radio is offered.
    source_kind, existing_kind : OptionKind
        The links from the root to a source and to an office that is connected already (no items).
    transit_items : tuple of Item
        IP transit, per Mbit/s of an office's demand.
    packages : mapping of str to tuple of Item
        Office packages by kind of office; use `package_items`.
    power : PowerPrices
    quoted : mapping of str to QuoteTerms
        Terms of the technologies that quotes are taken for.
    leo_cell : Cell or None
        None: no limit by cell is known.
    supply : mapping of str to {"build", "buy"}
        Of each technology on offer: works of one's own, or a provider's service.
    clutter_m : mapping of int to float
        Height of what stands on the ground, by class of land cover.
    notes : tuple of str
        What is not offered and why; what a reader of the prices must know.
    assumptions : tuple of Assumption
    """

    fibre: FibreOption | None
    microwave: tuple[MicrowaveOption, ...]
    multipoint: tuple[MultipointOption, ...]
    services: tuple[ServiceOption, ...]
    ladder_m: NDArray[np.float64]
    mast_items: tuple[tuple[tuple[Item, ...], ...], ...]
    site_items: tuple[tuple[Item, ...], ...]
    source_kind: OptionKind
    existing_kind: OptionKind
    transit_items: tuple[Item, ...]
    packages: Mapping[str, tuple[Item, ...]]
    power: PowerPrices
    quoted: Mapping[str, QuoteTerms]
    leo_cell: Cell | None
    supply: Mapping[str, Literal["build", "buy"]]
    clutter_m: Mapping[int, float]
    notes: tuple[str, ...]
    assumptions: tuple[Assumption, ...]

    def package_items(self, kind: str) -> tuple[Item, ...]:
        """Return the office package of a kind of office."""
        return self.packages.get(kind, self.packages[DEFAULT_KIND])


def terms(scenario: Scenario) -> Terms:
    """Return how the scenario reckons money and time."""
    money = scenario.money
    rate = money.discount_rate if money.inflation is None else real_rate(money.discount_rate, money.inflation)
    tax = 0.0 if money.vat.recoverable else money.vat.rate
    return Terms(rate, money.discount_at, money.horizon_years, money.funded_years, tax)


_NEEDS = {
    "fibre": ("fibre", "source", "general"),
    "microwave": ("microwave", "masts", "sites", "source", "general"),
    "leo": ("leo", "general"),
    "geo": ("geo", "general"),
    "cellular": ("cellular", "general"),
    "leased": ("leased", "general"),
}
_MULTIPOINT_NEEDS = ("masts", "sites", "source", "general")
"""Sections of the catalogue in which every price must be known before a technology is offered; its own on top."""

_APART = {("fibre", "aerial"), ("fibre", "duct"), ("fibre", "splice")}
"""Prices that other ways of the same technology do without."""


def price_list(catalogue: Catalogue, scenario: Scenario, *, dominated: bool = False) -> PriceList:
    """Return what the scenario can buy.

    A technology that is disabled, not licensed, or lacks any price is not offered; the notes say so. Microwave options
    that others beat are left out unless ``dominated``: what is beaten at one price may not be at another.
    """
    needs = _NEEDS | {name: (name, *_MULTIPOINT_NEEDS) for name in catalogue.multipoint}
    notes = {name: _why_not(name, needs[name], catalogue, scenario) for name in needs}
    offered = {name for name, note in notes.items() if note is None}
    pricer = Pricer.of(catalogue, scenario)
    services = [
        *(satellite_options("leo", catalogue.leo, scenario.climate.zone, pricer) if "leo" in offered else ()),
        *(satellite_options("geo", catalogue.geo, scenario.climate.zone, pricer) if "geo" in offered else ()),
        *(cellular_options(catalogue.cellular, pricer) if "cellular" in offered else ()),
    ]
    leo = catalogue.leo
    radio = {"microwave", *catalogue.multipoint}
    by_own_links = offered & {"fibre", *radio}
    microwave, masts = "microwave" in offered, bool(offered & radio)
    fibre = fibre_option(catalogue.fibre, pricer, scenario) if "fibre" in offered else None
    sections = {"general", "power"}.union(*(needs[name] for name in offered))
    if DEFAULT_KIND not in scenario.package:
        sections.add("package")
    return PriceList(
        fibre=fibre,
        microwave=microwave_options(catalogue.microwave, pricer, scenario, terms(scenario), dominated=dominated)
        if microwave
        else (),
        multipoint=tuple(
            multipoint_option(name, section, pricer, scenario)
            for name, section in catalogue.multipoint.items()
            if name in offered
        ),
        services=tuple(services),
        ladder_m=np.array(catalogue.masts.heights_m, dtype=np.float64),
        mast_items=_masts(catalogue.masts, pricer) if masts else _no_masts(catalogue.masts),
        site_items=_sites(catalogue.sites, pricer) if masts else ((),) * len(SiteClass),
        source_kind=OptionKind("source", "source", 0, _activation(catalogue.source, pricer) if by_own_links else ()),
        existing_kind=OptionKind("existing", "existing", 0, ()),
        transit_items=_transit(catalogue.source) if by_own_links else (),
        packages=_packages(catalogue, scenario, pricer),
        power=PowerPrices.of(catalogue.power, pricer),
        leo_cell=None if leo.mbps_per_cell is None else Cell(leo.cell_km, leo.mbps_per_cell),
        supply={name: catalogue[name].supply for name in needs if name in offered},
        quoted=quote_terms(catalogue, scenario, services, pricer),
        clutter_m={entry.code: figure(entry.height_m) for entry in catalogue.microwave.clutter.values()},
        notes=(
            # What the scenario does not speak of and is off unless asked for is no news.
            *(note for name, note in notes.items() if note is not None and not _is_unasked(name, scenario)),
            *(() if fibre is None else fibre.notes),
            *_not_permitted(catalogue, offered),
            *remarks(catalogue, scenario, sections),
        ),
        assumptions=(
            *(entry for entry in assumptions(catalogue, scenario, sections) if not _is_of_another_way(entry, fibre)),
            *(climate_assumptions(scenario) if masts else ()),
        ),
    )


def _is_unasked(name: str, scenario: Scenario) -> bool:
    technologies = scenario.technologies
    return name not in technologies.model_fields_set and not technologies[name].enabled


def _why_not(name: str, needs: Sequence[str], catalogue: Catalogue, scenario: Scenario) -> str | None:
    """Return why a technology is not offered, None if it is."""
    technology = scenario.technologies[name]
    if not technology.enabled:
        return _("{technology}: not offered, disabled in the scenario.").format(technology=name)
    if not technology.licensed or not getattr(catalogue[name], "permitted", True):
        return _("{technology}: not offered, not licensed.").format(technology=name)
    unknown = [
        field_path(entry.at)
        for section in needs
        for entry in figures(catalogue[section], (section,))
        if entry.estimate is None and entry.at[:2] not in _APART
    ]
    if unknown:
        return _("{technology}: not offered, not priced: {names}.").format(technology=name, names=", ".join(unknown))
    return None


def _is_of_another_way(entry: Assumption, fibre: FibreOption | None) -> bool:
    """Say whether a figure is one of a way to lay fibre that is not on offer."""
    ways = () if fibre is None else tuple(f"fibre.{way}." for way in (AERIAL, DUCT) if way not in fibre.method_price)
    return entry.name.startswith(ways)


def _not_permitted(catalogue: Catalogue, offered: Collection[str]) -> tuple[str, ...]:
    """Return which bands and generations of technologies on offer may not be used in the country."""
    entries: dict[str, Mapping[str, Band | Generation]] = {
        "microwave": catalogue.microwave.bands,
        "cellular": catalogue.cellular.generations,
    }
    text = _("{technology} {entry}: not offered, not licensed.")
    return tuple(
        text.format(technology=technology, entry=name)
        for technology, listed in entries.items()
        if technology in offered
        for name, entry in listed.items()
        if not entry.permitted
    )


def _masts(masts: Masts, pricer: Pricer) -> tuple[tuple[tuple[Item, ...], ...], ...]:
    upkeep = figure(masts.maintenance)

    def mast(prices: MastPrices, height_m: float) -> tuple[Item, ...]:
        price = prices.typical(height_m)
        if price is None:
            raise ValueError("a mast that is not priced was offered")
        return (pricer.goods("mast", price, masts.life, upkeep),)

    by_class = {MastClass.OFFICE: masts.office, MastClass.RELAY: masts.relay}
    return tuple(tuple(mast(by_class[row], height_m) for height_m in masts.heights_m) for row in MastClass)


def _no_masts(masts: Masts) -> tuple[tuple[tuple[Item, ...], ...], ...]:
    return tuple(tuple(() for _height_m in masts.heights_m) for _row in MastClass)


def _sites(sites: Sites, pricer: Pricer) -> tuple[tuple[Item, ...], ...]:
    items: dict[SiteClass, tuple[Item, ...]] = {
        SiteClass.OFFICE: (),
        SiteClass.GREENFIELD: (
            pricer.works("site", figure(sites.greenfield_access)),
            pricer.works("access", figure(sites.access_per_km), per="km"),
            yearly("upkeep", figure(sites.greenfield_upkeep)),
        ),
        SiteClass.TOWER: (yearly("rent", figure(sites.tower_rent)),),
        SiteClass.RENTED_TOWER: (),
    }
    return tuple(items[row] for row in SiteClass)


def _activation(source: Source, pricer: Pricer) -> tuple[Item, ...]:
    upkeep = figure(source.activation_maintenance)
    return (pricer.goods("activation", figure(source.activation), source.activation_life, upkeep),)


def _transit(source: Source) -> tuple[Item, ...]:
    return (yearly("IP transit", MONTHS * figure(source.transit_per_mbps), per="mbps"),)


def _packages(catalogue: Catalogue, scenario: Scenario, pricer: Pricer) -> dict[str, tuple[Item, ...]]:
    """Return the packages by kind of office.

    A kind's own entry in the scenario counts first, then the scenario's default, then the catalogue.
    """
    packages = {}
    for kind in {*catalogue.package, *scenario.package, DEFAULT_KIND}:
        said = scenario.package.get(kind, scenario.package.get(DEFAULT_KIND))
        packages[kind] = (
            _catalogue_package(catalogue, kind, pricer)
            if said is None
            else _scenario_package(said, catalogue.package[DEFAULT_KIND], pricer)
        )
    return packages


def _catalogue_package(catalogue: Catalogue, kind: str, pricer: Pricer) -> tuple[Item, ...]:
    package = catalogue.package.get(kind, catalogue.package[DEFAULT_KIND])
    support = package.support.typical
    return tuple(
        _package_item(name, entry.price.typical, entry, support, pricer) for name, entry in package.items.items()
    )


def _scenario_package(said: ScenarioPackage, usual: Package, pricer: Pricer) -> tuple[Item, ...]:
    """Price what the scenario lists; how long things last and whether they are imported is the catalogue's."""
    amounts = said.model_dump(exclude_none=True)
    support_per_year = amounts.pop("support_per_year", None)
    items = [_package_item(name, amount, usual.items.get(name), 0.0, pricer) for name, amount in amounts.items()]
    return (*items, *([] if support_per_year is None else [yearly("support", support_per_year)]))


def _package_item(name: str, price: float, entry: PackageItem | None, support: float, pricer: Pricer) -> Item:
    """Return one item; support is paid for what is bought again, not for training."""
    if entry is None or entry.life is None:
        return pricer.works(name, price)
    if entry.imported:
        return pricer.goods(name, price, entry.life, support)
    return pricer.works(name, price, entry.life, support)
