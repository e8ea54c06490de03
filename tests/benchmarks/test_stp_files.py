"""STP files: what stands in them is what is read, and what is solved is what they ask."""

from decimal import Decimal

import pytest

from benchmarks import steiner
from benchmarks.steiner_kind import cost_scale, problem_of, solve_file, worth
from benchmarks.stp_format import read_stp

HEAD = '33D32945 STP File, STP Format Version 1.0\n\nSECTION Comment\nName "x"\nProblem   "a b"\nEND\n\n'
GRAPH = "SECTION Graph\nNodes 4\nEdges 4\nE 1 2 1.50\nE 2\t3 2\nE 3 4 1.000000\nE 1 4 9\nEND\n"


def write(folder, text, name="x"):
    path = folder / f"{name}.stp"
    path.write_text(text)
    return path


def test_sections_keys_and_decimals_are_kept(tmp_path):
    file = read_stp(write(tmp_path, HEAD + GRAPH + "SECTION Terminals\nTerminals 2\nT 1\nT 4\nEND\nEOF\n"))
    assert (file.name, file.n_nodes, file.directed, file.root) == ("x", 4, False, None)
    assert (file.tail.tolist(), file.head.tolist()) == ([1, 2, 3, 1], [2, 3, 4, 4])
    assert file.cost == (Decimal("1.5"), 2, 1, 9)
    assert (file.terminals, file.prizes) == ((1, 4), {})
    assert file.extra["problem"] == '"a b"'
    assert cost_scale(file) == 10


def test_prizes_root_arcs_and_coordinates(tmp_path):
    text = (
        "section graph\nnodes 3\narcs 2\na 1 2 4\na 2 3 5\nend\nsection terminals\nRootP 1\nTP 3   \t7.250001\nend\n"
        "SECTION Coordinates\nDD 1 20 30\nEND\nSECTION Hop\nLimit 5\nEND\n"
    )
    file = read_stp(write(tmp_path, text))
    assert (file.directed, file.root, file.terminals) == (True, 1, ())
    assert file.prizes == {3: Decimal("7.250001")}
    assert (file.extra["limit"], file.extra["arcs"]) == ("5", "2")
    assert "dd" not in file.extra
    assert problem_of(file, 1).n_arcs == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GRAPH.replace("E 2\t3 2", "E 2 3"), "line 5"),
        (GRAPH.replace("E 2\t3 2", "E 2 3 dear"), "line 5"),
        (GRAPH.replace("E 2\t3 2", "E 2 7 2"), "node 7"),
        (GRAPH.replace("E 2\t3 2", "A 2 3 2"), "mixed"),
        (GRAPH.replace("Nodes 4", ""), "Nodes"),
    ],
)
def test_what_is_not_understood_is_named(tmp_path, text, said):
    with pytest.raises(ValueError, match=said) as caught:
        read_stp(write(tmp_path, text))
    assert "x.stp" in str(caught.value)


@pytest.mark.parametrize(
    ("terminals", "value", "edges"),
    [
        ("T 1\nT 4\n", "4.5", {(1, 2), (2, 3), (3, 4)}),
        ("RootP 2\nTP 4 3.25\nTP 1 1\n", "4", {(2, 3), (3, 4)}),  # the prize of node 1 is left
        ("TP 4 3.25\nTP 1 1\n", "1", set()),  # node 4 alone
        ("TP 3 9\nTP 1 4\nTP 2 0.2\n", "3.5", {(1, 2), (2, 3)}),
    ],
)
def test_each_kind_is_solved(tmp_path, terminals, value, edges):
    file = read_stp(write(tmp_path, HEAD + GRAPH + f"SECTION Terminals\n{terminals}END\n"))
    answer = solve_file(file, 10.0)
    assert (answer.value, answer.status, set(answer.edges)) == (Decimal(value), "optimal", edges)
    assert answer.value * (1 - Decimal("1e-5")) <= answer.bound <= answer.value


def test_edges_that_are_no_tree_are_refused(tmp_path):
    file = read_stp(write(tmp_path, GRAPH + "SECTION Terminals\nT 1\nT 3\nEND\n"))
    assert worth(file, ((1, 2), (2, 3)), 1) == Decimal("3.5")
    for edges in (((2, 3), (1, 2)), ((1, 2),), ((1, 2), (2, 3), (3, 4), (1, 4))):
        with pytest.raises(ValueError, match="x: the"):
            worth(file, edges, 1)


def test_the_benchmark_writes_its_files_and_reports_contradictions(tmp_path, monkeypatch, capsys):
    for name, prizes in (("good", "T 1\nT 4\n"), ("odd", "T 1\nT 3\n")):
        write(tmp_path, GRAPH + f"SECTION Terminals\n{prizes}END\n", name)
    (tmp_path / "reference.csv").write_text(
        "file,best_known,status\ngood.stp,4.5,proven optimal\nodd.stp,3.6,proven optimal\n"
    )
    table, trees = tmp_path / "out.csv", tmp_path / "trees"
    said = ["steiner", str(tmp_path), "--time-limit", "10", "--out", str(table), "--solutions", str(trees)]
    monkeypatch.setattr("sys.argv", said)
    with pytest.raises(SystemExit) as ended:
        steiner.main()
    assert ended.value.code == 1
    assert "value below the optimum 3.6" in capsys.readouterr().out
    lines = table.read_text().splitlines()
    assert lines[0] == "instance,value,bound,status,seconds"
    assert lines[1].startswith("good,4.5,4.5,optimal,")
    assert (trees / "good.sol").read_text().split("\n")[0] == "4.5"
    assert sorted((trees / "good.sol").read_text().split("\n")[1:4]) == ["1 2", "2 3", "3 4"]
