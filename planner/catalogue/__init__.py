"""Technologies, equipment and unit costs: what there is to build with, what it costs, and who says so."""

from planner.catalogue.assumptions import Assumption
from planner.catalogue.bought import bought_services
from planner.catalogue.climate import RadioClimate, radio_climate, zone_notes
from planner.catalogue.estimates import Estimate
from planner.catalogue.fibre import FibreOption
from planner.catalogue.loading import load_catalogue
from planner.catalogue.microwave import MicrowaveOption, RadioOption
from planner.catalogue.prices import MastClass, PriceList, SiteClass, price_list, terms
from planner.catalogue.ranges import Uncertain, drawn, uncertain_figures
from planner.catalogue.schema import Catalogue
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
    "RadioOption",
    "ServiceOption",
    "SiteClass",
    "Uncertain",
    "bought_services",
    "drawn",
    "load_catalogue",
    "price_list",
    "radio_climate",
    "terms",
    "uncertain_figures",
    "zone_notes",
]
