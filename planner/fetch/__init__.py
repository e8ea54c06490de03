"""Open data over the network, when somebody asks for it: terrain (Copernicus GLO-30) and roads (OpenStreetMap).

Nothing else in the program opens a connection. Every file appears whole, is checked, and is noted with its source,
licence and SHA-256; what was fetched once is not fetched again, and what was interrupted goes on where it stopped.
"""

from planner.fetch.box import Box
from planner.fetch.client import Client
from planner.fetch.dem import GLO30_URL, fetch_dem
from planner.fetch.osm import OVERPASS_URL, ROAD_CLASSES, fetch_roads
from planner.fetch.record import Fetched

__all__ = ["GLO30_URL", "OVERPASS_URL", "ROAD_CLASSES", "Box", "Client", "Fetched", "fetch_dem", "fetch_roads"]
