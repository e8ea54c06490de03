"""Mutation tests of formulas and of the search."""
