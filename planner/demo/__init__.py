"""A complete country that exists nowhere, to try the program on without any data of one's own."""

from planner.demo.country import make_country

__all__ = ["make_country"]
