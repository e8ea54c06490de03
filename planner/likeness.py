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

_FIRST_NUMBER = re.compile(r"(?P<before>\D+)(?P<number>[0-9]{1,18})(?P<after>.*)")


def nearest_ids(typed: str, known: Sequence[str], count: int = 5) -> list[str]:
    """Return the ids that may be meant, the likeliest first.

    First come those that are the same but for zeros before their numbers, as PO-9 and PO-0009, then those that start
    with what was typed, then the others by edit distance, the nearest first; among equals the order is that of a
    reader, to whom 9 comes before 10. Large and small letters count as the same. Where none of these is there, those
    that differ in their first number alone, the nearest first.

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
        same, starts, steps = _bare(name) == _bare(wanted), name.startswith(wanted), int(distance[row])
        if same or starts or steps < _FAR * max(len(wanted), len(name)):
            ranked.append((not same, not starts, steps, _as_read(name), known[row]))
    if ranked:
        return [identifier for *_rank, identifier in sorted(ranked)[:count]]
    return _by_number(wanted, known)[:count]


def _bare(name: str) -> str:
    """Return a name without zeros before its numbers."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


def _by_number(wanted: str, known: Sequence[str]) -> list[str]:
    """Return the names that differ from what was typed in their first number alone, by how much they do."""
    typed = _FIRST_NUMBER.fullmatch(wanted)
    if typed is None:
        return []
    alike = [(found, name) for name in known if (found := _FIRST_NUMBER.fullmatch(name.casefold()))]
    near = [
        (abs(int(found["number"]) - int(typed["number"])), name)
        for found, name in alike
        if (found["before"], found["after"]) == (typed["before"], typed["after"])
    ]
    return [name for _distance, name in sorted(near)]


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
