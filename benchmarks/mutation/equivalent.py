"""Mutants that no test can notice, and why: what stands there comes to the same."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {}
"""Reason of each mutant, by its name (`benchmarks.mutation.Mutant.name`)."""
