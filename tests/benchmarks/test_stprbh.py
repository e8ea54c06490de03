"""The reader of STP files and what a benchmark makes of one."""

from decimal import Decimal

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
END

SECTION ProfitableVertices
PV 3 5
PV 2 10
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
    assert (file.n_nodes, file.root, file.directed, file.whole_number("hoplimit")) == (4, 3, False, 2)
    assert np.column_stack([file.tail, file.head]).tolist() == [[3, 1], [1, 2], [3, 4], [4, 2]]
    assert file.cost == tuple(map(Decimal, ("2", "3", "4", "1")))
    assert file.terminals == (2, 4)
    assert file.prizes == {3: 5, 2: 10}
    with pytest.raises(ValueError, match="presolve"):
        file.whole_number("presolve")


def test_the_plan_of_an_instance_is_the_one_found_by_hand(path):
    instance = read_instance(path)
    assert instance.problem.prize.tolist() == [5, 10, 0, 0]
    # Node 2 costs 5 either way, two hops; the root's own revenue counts.
    result = solve(instance.problem, gap=0.0)
    assert (result.value, result.bound) == (15.0, 15.0)
    edges = instance.edges[result.arcs % 4]
    assert np.isin(edges, [[3, 1], [1, 2], [3, 4], [4, 2]]).all()
    assert result.cost == 5
