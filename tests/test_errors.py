"""Where a fault is said to be."""

import pytest

from planner.errors import Problem


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"file": "offices.csv", "row": 2, "column": "LON"}, "offices.csv, row 2, column LON"),
        ({"file": "offices.csv", "row": 2, "column": "lon"}, "offices.csv, row 2, column lon"),
        ({"file": "a.yaml", "row": 3, "column": "NAME"}, "a.yaml, line 3, field NAME"),
        ({"column": "RUN", "value": "x"}, "argument RUN, value “x”"),
        ({"column": "--to"}, "option --to"),
        ({"column": "limits.floors"}, "field limits.floors"),
    ],
)
def test_a_column_is_called_what_it_is(where, place):
    assert Problem("some-fault", "…", **where).place == place
