"""From estimates to priced items: duties, freight and contingency are added here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.finance import Item

if TYPE_CHECKING:
    from planner.catalogue.estimates import Estimate, Price
    from planner.catalogue.schema import Catalogue
    from planner.finance import Per
    from planner.scenario import Scenario

MONTHS = 12
KWH_PER_WATT_YEAR = 24 * 365.25 / 1000


def figure(price: Price) -> float:
    """Return the figure that plans are made with; the price must be known."""
    if price is None:
        raise ValueError("a price that is not known was used; what needs it must not be offered")
    return price.typical


def working(mtbf_h: Estimate, repair_h: Estimate) -> float:
    """Return the share of the year in which equipment works, MTBF / (MTBF + MTTR)."""
    return mtbf_h.typical / (mtbf_h.typical + repair_h.typical)


@dataclass(frozen=True)
class Pricer:
    """Turns list prices into items in the scenario's money.

    Attributes
    ----------
    imported : float
        Paid price over list price of imported goods: freight, duties and contingency.
    local : float
        The same for works and services bought once: contingency.
    energy_per_kwh : Estimate or None
    """

    imported: float
    local: float
    energy_per_kwh: Estimate | None

    @classmethod
    def of(cls, catalogue: Catalogue, scenario: Scenario) -> Pricer:
        """Return the pricer of a scenario."""
        money, general = scenario.money, catalogue.general
        local = 1 + money.contingency
        imported = general.freight_factor.typical * (1 + money.duties) * local
        return cls(imported, local, general.energy_per_kwh)

    def goods(
        self,
        name: str,
        price: float,
        life: Estimate,
        maintenance: float = 0.0,
        *,
        per: Per = "each",
        yearly: float = 0.0,
    ) -> Item:
        """Return imported goods; their yearly maintenance is a share of the list price."""
        return Item(name, price * self.imported, price * maintenance + yearly, life.typical, per, imported=True)

    def works(
        self, name: str, price: float, life: Estimate | None = None, maintenance: float = 0.0, *, per: Per = "each"
    ) -> Item:
        """Return works on the spot; a life of None: paid once and worth nothing at the end."""
        return Item(name, price * self.local, price * maintenance, life.typical if life else None, per)

    def energy(self, watts: float) -> Item:
        """Return the electricity of equipment that is always on."""
        return yearly("energy", watts * KWH_PER_WATT_YEAR * figure(self.energy_per_kwh))


def yearly(name: str, amount: float, per: Per = "each") -> Item:
    """Return something that is only paid by the year: a fee, a rent."""
    return Item(name, 0.0, amount, None, per)
