"""Names that exist nowhere, pronounceable, some with accents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

ONSETS = ("b", "d", "f", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "kr", "tr", "gl", "ch", "ny", "mb")
VOWELS = ("a", "a", "a", "e", "e", "i", "o", "o", "u", "é", "è", "ô", "â", "ai", "ou")
CODAS = ("", "", "", "", "", "l", "n", "r", "s", "m")


def make_names(rng: np.random.Generator, count: int) -> list[str]:
    """Return ``count`` different names of two to four syllables."""
    names: dict[str, None] = {}  # keeps the order in which they were made
    while len(names) < count:
        names[_name(rng)] = None
    return list(names)


def _name(rng: np.random.Generator) -> str:
    syllables = [
        ONSETS[rng.integers(len(ONSETS))] + VOWELS[rng.integers(len(VOWELS))]
        for _syllable in range(rng.choice([2, 3, 4], p=[0.3, 0.55, 0.15]))
    ]
    return ("".join(syllables) + CODAS[rng.integers(len(CODAS))]).capitalize()
