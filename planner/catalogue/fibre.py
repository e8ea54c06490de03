"""Fibre on offer: in trenches, on poles, in ducts; along roads by class and surroundings; and splices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from planner.catalogue.items import figure, working, yearly
from planner.catalogue.kinds import OptionKind
from planner.i18n import LANGUAGES, _, use_language
from planner.wording import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from planner.catalogue.items import Pricer
    from planner.catalogue.works import Fibre, Plant
    from planner.finance import Item
    from planner.scenario import Scenario

    Kinds = tuple[OptionKind, OptionKind, OptionKind]

BURIED, AERIAL, DUCT = "buried", "aerial", "duct"
HOURS_PER_YEAR = 8766.0
ENVIRONMENTS = ("", "urban", "rural")
"""What a road says of its surroundings; empty: nothing, then the land cover decides."""


class RoadWay(NamedTuple):
    """A way to lay fibre along a road.

    Attributes
    ----------
    road_class : str
        Empty for all classes without a price of their own.
    environment : str
        One of `ENVIRONMENTS`.
    method : str
        ``buried``, ``aerial`` or ``duct``.
    """

    road_class: str
    environment: str
    method: str


@dataclass(frozen=True)
class FibreOption:
    """Fibre along a trench.

    Attributes
    ----------
    kinds : tuple of three OptionKind
        ``kinds[n]`` is a section with terminal equipment at n of its ends. Equipment stands at offices and sources and
        never at junctions, so that a trench that is cut into sections by junctions does not pay for it again and again.
    road_kinds : dict of RoadWay to tuple of three OptionKind
        The same along a road; only methods that the scenario allows and that are priced.
    road_factor : dict of str to float
        Price of plant along a road over that on rural ground, by class.
    method_price : dict of str to float
        Price of plant of each method on offer over that in a trench.
    cut_share_per_km : dict of str to float
        Share of the year that a kilometre of cable is cut, repair included, by the same methods.
    terminal_availability : float
        Share of the year in which the equipment of one end works, repair included.
    splice : OptionKind or None
        Joining a place to an existing route: the splice, and the terminal at the far end that lights it. None where it
        is not priced.
    route : OptionKind
        From a source into a route that it feeds: nothing is bought.
    urban_factor, submarine_factor : float
        Price of a kilometre over that on rural ground.
    cover_factor : dict of int to float
        The same on open ground by class of land cover.
    urban_codes, water_codes : tuple of int
        Classes of land cover.
    route_factor, road_route_factor : float
        Real over drawn length, off and along roads.
    climb_factor : float
        Extra length paid per metre of climb or fall.
    capacity_mbps : float
        ``inf`` where unlimited.
    notes : tuple of str
        Methods that are not on offer, and why.
    """

    kinds: Kinds
    road_kinds: dict[RoadWay, Kinds]
    road_factor: dict[str, float]
    method_price: dict[str, float]
    cut_share_per_km: dict[str, float]
    terminal_availability: float
    splice: OptionKind | None
    route: OptionKind
    urban_factor: float
    submarine_factor: float
    cover_factor: dict[int, float]
    urban_codes: tuple[int, ...]
    water_codes: tuple[int, ...]
    route_factor: float
    road_route_factor: float
    climb_factor: float
    capacity_mbps: float
    notes: tuple[str, ...]

    def availability(
        self, length_km: NDArray[np.float64], lit_ends: NDArray[np.int64], methods: Sequence[str]
    ) -> NDArray[np.float64]:
        """Return the share of the year in which sections work: neither cut, nor lit equipment out of order.

        Parameters
        ----------
        length_km : (n,) float64
        lit_ends : (n,) int64
            Ends with equipment.
        methods : sequence of str
            How the cable of each lies; existing routes count as buried.
        """
        cut = np.array([self.cut_share_per_km[method] for method in methods], dtype=np.float64)
        return np.asarray(self.terminal_availability**lit_ends / (1 + cut * length_km))


class _Names(NamedTuple):
    """Names of the sections that no, one and both ends of are lit."""

    dark: str
    one: str
    both: str


def fibre_option(fibre: Fibre, pricer: Pricer, scenario: Scenario) -> FibreOption:
    """Return fibre as it is offered; the trench must be priced.

    Parameters
    ----------
    fibre : Fibre
    pricer : Pricer
    scenario : Scenario
    """
    plants: dict[str, Plant] = {AERIAL: fibre.aerial, DUCT: fibre.duct}
    methods, notes = [BURIED], []
    for method in dict.fromkeys(scenario.links.fibre.also):
        plant = plants[method]
        if plant.plant_per_km is None or plant.operation_per_km is None:
            notes.append(_("fibre: {method} is not offered, not priced.").format(method=method))
        else:
            methods.append(method)
    if fibre.splice is None:
        notes.append(_("fibre: nothing is spliced into existing routes, splices are not priced."))
    road_factor = {"": 1.0, **{name: figure(factor) for name, factor in fibre.road_classes.items()}}
    road_kinds = {
        RoadWay(name, environment, method): _kinds(
            fibre, pricer, plants.get(method), _road_names(method, name, environment), factor
        )
        for name, factor in road_factor.items()
        for environment in ENVIRONMENTS
        for method in methods
    }
    names = _Names(_("fibre section"), _("fibre section, one end lit"), _("fibre section, both ends lit"))
    return FibreOption(
        kinds=_kinds(fibre, pricer, None, names, 1.0),
        road_kinds=road_kinds,
        road_factor=road_factor,
        method_price={name: _relative_price(fibre, plants.get(name)) for name in methods},
        cut_share_per_km={name: _cut_share(plants.get(name, fibre)) for name in methods},
        terminal_availability=working(fibre.terminal_mtbf_h, fibre.terminal_repair_h),
        splice=None if fibre.splice is None else _splice(fibre, pricer),
        route=OptionKind("fibre", _("existing fibre route"), 0, ()),
        urban_factor=fibre.urban_factor.typical,
        submarine_factor=fibre.submarine_factor.typical,
        cover_factor={int(code): factor.typical for code, factor in fibre.land_cover.items()},
        urban_codes=tuple(map(int, fibre.urban_codes)),
        water_codes=tuple(map(int, fibre.water_codes)),
        route_factor=fibre.route_factor.typical,
        road_route_factor=fibre.road_route_factor.typical,
        climb_factor=fibre.climb_factor.typical,
        capacity_mbps=np.inf if fibre.capacity_mbps is None else fibre.capacity_mbps,
        notes=tuple(notes),
    )


def _relative_price(fibre: Fibre, plant: Plant | None) -> float:
    trench = figure(fibre.plant_per_km)
    return 1.0 if plant is None or trench == 0 else figure(plant.plant_per_km) / trench


def _cut_share(laid: Fibre | Plant) -> float:
    return laid.cuts_per_1000_km.typical / 1000 * laid.cut_repair_h.typical / HOURS_PER_YEAR


def _road_names(method: str, road_class: str, environment: str) -> _Names:
    """Return the names of sections along roads; class and surroundings stand behind a colon."""
    plain = {
        BURIED: _Names(
            _("fibre along a road"), _("fibre along a road, one end lit"), _("fibre along a road, both ends lit")
        ),
        AERIAL: _Names(
            _("aerial fibre along a road"),
            _("aerial fibre along a road, one end lit"),
            _("aerial fibre along a road, both ends lit"),
        ),
        DUCT: _Names(
            _("fibre in a duct along a road"),
            _("fibre in a duct along a road, one end lit"),
            _("fibre in a duct along a road, both ends lit"),
        ),
    }[method]
    words = {"": "", "urban": _("urban"), "rural": _("rural")}
    behind = ", ".join(part for part in (road_class, words[environment]) if part)
    return _Names(*(labelled(name, behind) for name in plain)) if behind else plain


def is_aerial(name: str) -> bool:
    """Say whether a section of a name, in any language, hangs on poles."""
    for known in LANGUAGES:
        with use_language(known):
            if name.startswith(_("aerial fibre along a road")):
                return True
    return False


def _kinds(fibre: Fibre, pricer: Pricer, plant: Plant | None, names: _Names, factor: float) -> Kinds:
    """Return sections with no, one and both ends lit; plant None: in a trench."""
    laid = fibre if plant is None else plant
    price = factor * figure(laid.plant_per_km)
    along = (
        pricer.works("fibre plant", price, laid.plant_life, per="km"),
        yearly("fibre operation", figure(laid.operation_per_km), per="km"),
    )

    def kind(ends: int) -> OptionKind:
        return OptionKind("fibre", names[ends], 0, (*along, *_lit(fibre, pricer, ends)))

    return kind(0), kind(1), kind(2)


def _lit(fibre: Fibre, pricer: Pricer, ends: int) -> tuple[Item, ...]:
    if not ends:
        return ()
    upkeep = figure(fibre.terminal_maintenance)
    terminals = pricer.goods("fibre terminals", ends * figure(fibre.terminal), fibre.terminal_life, upkeep)
    return terminals, pricer.energy(ends * fibre.terminal_power_w)


def _splice(fibre: Fibre, pricer: Pricer) -> OptionKind:
    work = pricer.works("splice", figure(fibre.splice), fibre.plant_life)
    return OptionKind("fibre", _("splice into an existing route"), 0, (work, *_lit(fibre, pricer, 1)))
