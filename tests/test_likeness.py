"""Ids like the one that was typed, held against a plain reckoning."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.likeness import edit_distances, nearest_ids

OFFICES = [f"PO-{number:05d}" for number in range(1, 61)]
LINKS = [f"leo:root>{office}" for office in OFFICES]
WORDS = st.text(alphabet="ab0é", max_size=7)


def plain_distance(one, other):
    """Return the edit distance by its definition."""

    @cache
    def between(i, j):
        if not i or not j:
            return i + j
        changed = between(i - 1, j - 1) + (one[i - 1] != other[j - 1])
        return min(changed, 1 + between(i - 1, j), 1 + between(i, j - 1))

    return between(len(one), len(other))


@given(WORDS, st.lists(WORDS, max_size=5))
def test_distances_are_those_of_the_definition(text, others):
    assert edit_distances(text, others).tolist() == [plain_distance(text, other) for other in others]


@pytest.mark.parametrize("order", [OFFICES + LINKS, [*reversed(OFFICES + LINKS)]])
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("PO-0000", ["PO-00001", "PO-00002", "PO-00003", "PO-00004", "PO-00005"]),
        ("po-0006", ["PO-00006", "PO-00060", "PO-00016", "PO-00026", "PO-00036"]),
        ("P0-00017", ["PO-00017", "PO-00007", "PO-00010", "PO-00011", "PO-00012"]),
        ("leo:root>PO-0004", ["leo:root>PO-00004", "leo:root>PO-00040", "leo:root>PO-00041"]),
        ("PO-9", ["PO-00009"]),
        ("leo:root>po-9", ["leo:root>PO-00009"]),
        ("PO-999", ["PO-00060", "PO-00059", "PO-00058", "PO-00057", "PO-00056"]),
    ],
)
def test_what_starts_alike_comes_first_then_what_differs_least(typed, first, order):
    assert nearest_ids(typed, order)[: len(first)] == first


def test_numbers_are_sorted_as_they_are_read():
    assert nearest_ids("PO-", ["PO-10", "PO-9", "PO-100", "PO-1a", "PO-08"]) == [
        "PO-9",
        "PO-1a",
        "PO-08",
        "PO-10",
        "PO-100",
    ]


@pytest.mark.parametrize("typed", ["Nairobi", "1", "fibre:PO-00001>PO-00002"])
def test_what_is_like_nothing_names_nothing(typed):
    assert nearest_ids(typed, OFFICES) == []
