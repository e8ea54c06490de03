"""Which ids are like the one that somebody typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_FAR = 0.5
"""Share of the longer id's letters from which on two ids have nothing to do with each other."""


def nearest_ids(typed: str, known: Sequence[str], count: int = 5) -> list[str]:
    """Return the ids that may be meant, the likeliest first.

    First come those that start with what was typed, then the others by edit distance, the nearest first; among equals
    the order is that of a reader, to whom 9 comes before 10. Large and small letters count as the same.

    Parameters
    ----------
    typed : str
    known : sequence of str
    count : int
        How many at most. Ids that share less than half of their letters with what was typed are left out, unless they
        start with it.
    """
    wanted, names = typed.casefold(), [name.casefold() for name in known]
    distance = edit_distances(wanted, names)
    ranked = []
    for row, name in enumerate(names):
        starts, steps = name.startswith(wanted), int(distance[row])
        if starts or steps < _FAR * max(len(wanted), len(name)):
            ranked.append((not starts, steps, _as_read(name), known[row]))
    return [identifier for *_rank, identifier in sorted(ranked)[:count]]


def edit_distances(text: str, others: Sequence[str]) -> NDArray[np.int64]:
    """Return how many letters must be put in, left out or changed to make each other text of the one.

    Wagner and Fischer, The String-to-String Correction Problem, 1974; all texts at once, column by column.
    """
    length = np.array([len(other) for other in others], dtype=np.int64)
    letters = np.zeros((int(length.max(initial=0)), len(others)), dtype=np.int64)
    for row, other in enumerate(others):
        letters[: len(other), row] = [ord(letter) for letter in other]
    # Entry i: from the first i letters of the text to the first letters of the others, one more with each round.
    column = [np.full(len(others), i, dtype=np.int64) for i in range(len(text) + 1)]
    found = column[-1]
    for size, drawn in enumerate(letters, start=1):
        above = [np.full(len(others), size, dtype=np.int64)]
        for i, letter in enumerate(text):
            changed = column[i] + (drawn != ord(letter))
            above.append(np.minimum(changed, 1 + np.minimum(column[i + 1], above[i])))
        column = above
        found = np.where(length == size, column[-1], found)
    return found


def _as_read(name: str) -> list[str | int]:
    """Return the parts of a name by which it is sorted: words and numbers in turn."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
