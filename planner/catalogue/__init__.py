"""Technologies, equipment and unit costs: what there is to build with, what it costs, and who says so."""

from planner.catalogue.assumptions import Assumption
from planner.catalogue.climate import RadioClimate, radio_climate
from planner.catalogue.fibre import FibreOption
from planner.catalogue.loading import load_catalogue
from planner.catalogue.microwave import MicrowaveOption
from planner.catalogue.prices import MastClass, PriceList, SiteClass, price_list, terms
from planner.catalogue.schema import Catalogue, Estimate
from planner.catalogue.services import ServiceOption

__all__ = [
    "Assumption",
    "Catalogue",
    "Estimate",
    "FibreOption",
    "MastClass",
    "MicrowaveOption",
    "PriceList",
    "RadioClimate",
    "ServiceOption",
    "SiteClass",
    "load_catalogue",
    "price_list",
    "radio_climate",
    "terms",
]
