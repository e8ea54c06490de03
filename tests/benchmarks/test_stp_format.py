"""The reader of STP files and what a benchmark makes of one."""

import numpy as np
import pytest

from benchmarks.stp_format import read_stp
from benchmarks.stprbh import read_instance
from planner.solver import solve

TEXT = """33D32945 STP File, STP Format Version 1.0

SECTION Comment
Name    "Three and a \\"half\\"   nodes"
#BudgetFraction 10
END

SECTION Graph
Nodes 4
Edges 4
Root 3
Budget 7
HopLimit 2
E 3 1 2
E 1 2 3
E 3 4 4
E 4 2 1
A 1 2 1.5
END

SECTION ProfitableVertices
PV 3 5
PV 2 10
TP 1 2.5
END

SECTION Terminals
t 2
T 4
END

EOF
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "small.stp"
    file.write_text(TEXT)
    return file


def test_sections_keys_and_rows_are_read(path):
    file = read_stp(path)
    assert file.name == "small"
    assert file.section("Comment").rows("name") == [('Three and a "half"   nodes',)]
    assert (file.whole_number("Nodes"), file.whole_number("hoplimit"), file.number("Nothing")) == (4, 2, None)
    assert file.ends("E").tolist() == [[3, 1], [1, 2], [3, 4], [4, 2]]
    assert file.costs("A").tolist() == [1.5]
    assert file.marked("T").tolist() == [2, 4]
    assert file.weights("TP").tolist() == [2.5]
    assert file.section("coordinates").lines == ()
    with pytest.raises(ValueError, match="Presolve"):
        file.whole_number("Presolve")


@pytest.mark.parametrize(
    ("text", "what"), [("hello", "not an STP"), ("33D32945\nSECTION Graph\nNodes 3\n", "no end")], ids=["kind", "end"]
)
def test_what_is_no_such_file_is_refused(tmp_path, text, what):
    file = tmp_path / "wrong.stp"
    file.write_text(text)
    with pytest.raises(ValueError, match=what):
        read_stp(file)


def test_the_plan_of_an_instance_is_the_one_found_by_hand(path):
    instance = read_instance(path)
    assert instance.problem.prize.tolist() == [5, 10, 0, 0]
    # Node 2 costs 5 either way, two hops; the root's own revenue counts.
    result = solve(instance.problem, gap=0.0)
    assert (result.value, result.bound) == (15.0, 15.0)
    edges = instance.edges[result.arcs % 4]
    assert np.isin(edges, [[3, 1], [1, 2], [3, 4], [4, 2]]).all()
    assert result.cost == 5
