"""Somebody else's plan: which links it means, by the rules stated, and which rows cannot be priced."""

from __future__ import annotations

import numpy as np
import openpyxl
import pytest
from evaluate_country import Country

from planner.errors import InputError
from planner.finance import PROGRAMME_COST
from planner.links.options import PlaceKind
from planner.plan.arborescence import follow
from planner.plan.evaluate import Wish, choose
from planner.plan.evaluate.table import read_wishes

OFFICE, SOURCE, RELAY, JUNCTION = PlaceKind.OFFICE, PlaceKind.SOURCE, PlaceKind.RELAY, PlaceKind.JUNCTION


def priced(country, rows, demand=10.0):
    """Return links as (from, to, technology, cents), connected office ids, and (row, code, column) of problems."""
    options = country.options()
    wishes = [Wish(number, *(*row, "", "")[:3]) for number, row in enumerate(rows, start=2)]
    demands = np.full(country.offices, demand) if np.isscalar(demand) else np.array(demand, dtype=float)
    choice, problems = choose(wishes, options, demands, PROGRAMME_COST, "their.csv")
    follow(options, choice, demands)  # refuses whatever is no arborescence of connected offices
    names = [*options.places.id.tolist(), "root"]
    links = set()
    for option, backwards in zip(choice.option, choice.reversed, strict=True):
        tail, head = names[options.u[option]], names[options.v[option]]
        tail, head = (head, tail) if backwards else (tail, head)
        links.add((tail, head, str(options.technology()[option]), int(options.money[option, 0])))
    offices = [name for name, kind in zip(country.ids, country.kinds, strict=True) if kind == OFFICE]
    return links, [offices[i] for i in np.flatnonzero(choice.connected)], [(p.row, p.code, p.column) for p in problems]


@pytest.fixture
def country():
    """Source S – junction J – offices A and B by fibre; A – C and A – R – C by microwave; satellite at A, B, C, D."""
    made = Country()
    for name, kind in [
        ("S", SOURCE), ("A", OFFICE), ("B", OFFICE), ("C", OFFICE), ("D", OFFICE), ("J", JUNCTION), ("R", RELAY),
    ]:  # fmt: skip
        made.place(name, kind)
    made.link("root", "S", "source", 50)
    made.link("S", "J", "fibre", 1000)
    made.link("A", "J", "fibre", 100)
    made.link("B", "J", "fibre", 200)
    made.link("A", "C", "microwave", 500, mbps=100, rungs=(0, 2))
    made.link("A", "C", "microwave", 550, mbps=100, rungs=(1, 1))
    made.link("A", "C", "microwave", 900, mbps=200, rungs=(1, 0))
    made.link("A", "R", "microwave", 300, mbps=100, rungs=(0, 0))
    made.link("C", "R", "microwave", 300, mbps=100, rungs=(0, 0))
    for office in "ABCD":
        made.link("root", office, "leo", 700, mbps=50)
        made.link("root", office, "leo", 900, mbps=150)
    return made


def test_services_take_the_cheapest_plan_that_carries_the_demand(country):
    links, connected, problems = priced(country, [("A", "leo"), ("D", "leo", "root")], demand=[10, 10, 10, 100])
    assert links == {("root", "A", "leo", 700), ("root", "D", "leo", 900)}
    assert connected == ["A", "D"]
    assert problems == []


def test_fibre_from_a_parent_runs_through_junctions_and_shares_trenches(country):
    links, connected, problems = priced(country, [("A", "fibre", "S"), ("B", "fibre", "S")])
    assert links == {
        ("root", "S", "source", 50),
        ("S", "J", "fibre", 1000),
        ("J", "A", "fibre", 100),
        ("J", "B", "fibre", 200),
    }
    assert connected == ["A", "B"]
    assert problems == []


def test_without_parents_the_cheapest_to_attach_comes_first(country):
    # B first in the table; A is cheaper (50 + 1000 + 100), then B needs 200 more.
    links, connected, _ = priced(country, [("B", "fibre"), ("A", "fibre")])
    assert links == priced(country, [("A", "fibre"), ("B", "fibre")])[0]
    assert ("J", "B", "fibre", 200) in links
    assert connected == ["A", "B"]


def test_fibre_passes_a_place_without_a_row_and_connects_only_who_is_asked_for(country):
    country.link("A", "D", "fibre", 10)
    links, connected, problems = priced(country, [("D", "fibre", "S")])
    assert {(tail, head) for tail, head, *_ in links} == {("root", "S"), ("S", "J"), ("J", "A"), ("A", "D")}
    assert connected == ["D"]
    assert problems == []


def test_hops_are_chosen_with_the_masts_that_they_add(country):
    # 500 + 100 + 300 = 900 beats 550 + 200 + 200 = 950 and 900 + 200 + 100 = 1200.
    links, *_ = priced(country, [("A", "fibre", "S"), ("C", "microwave", "A")])
    assert ("A", "C", "microwave", 500) in links
    # 120 Mbit/s fit only the dearest
    links, *_ = priced(country, [("A", "fibre", "S"), ("C", "microwave", "A")], demand=[10, 10, 120, 10])
    assert ("A", "C", "microwave", 900) in links


def test_a_mast_that_stands_already_is_not_paid_again(country):
    # A hop to D takes 20 m at A; from then on 550 + 0 + 200 = 750 beats 500 + 0 + 300 = 800.
    country.link("A", "D", "microwave", 400, mbps=100, rungs=(1, 0))
    links, *_ = priced(country, [("A", "fibre", "S"), ("D", "microwave", "A"), ("C", "microwave", "A")])
    assert ("A", "C", "microwave", 550) in links


def test_hops_without_a_parent_may_run_over_relays(country):
    # Over the relay: (300 + 100 + 100) + (300 + 100) = 900; the direct hop costs 900 too; cheaper relay wins clearly.
    country.rows = [(*row[:3], 100, *row[4:]) if 6 in row[:2] else row for row in country.rows]
    links, connected, problems = priced(country, [("A", "fibre", "S"), ("C", "microwave")])
    assert {("A", "R", "microwave", 100), ("R", "C", "microwave", 100)} <= links
    assert connected == ["A", "C"]
    assert problems == []


def test_a_relay_may_have_a_row_of_its_own(country):
    rows = [("A", "fibre", "S"), ("R", "microwave", "A"), ("C", "microwave", "R")]
    links, connected, problems = priced(country, rows)
    assert {("A", "R", "microwave", 300), ("R", "C", "microwave", 300)} <= links
    assert connected == ["A", "C"]
    assert problems == []
    assert priced(country, rows[:2])[2] == [(3, "leads-nowhere", "office")]


def test_adequate_offices_stand_and_carry_others(country):
    country.link("root", "A", "existing", 0)
    links, connected, problems = priced(country, [("C", "microwave")])
    assert links == {("root", "A", "existing", 0), ("A", "C", "microwave", 500)}
    assert connected == ["A", "C"]
    assert problems == []
    assert priced(country, [("A", "existing")])[1:] == (["A"], [])
    assert priced(country, [("A", "leo")])[2] == [(2, "already-adequate", "technology")]


def test_rows_that_cannot_be_priced_say_why_and_leave_the_rest(country):
    rows = [
        ("nowhere", "leo"),
        ("A", "leo"),
        ("A", "geo"),
        ("B", "pigeon"),
        ("D", "fibre"),
        ("C", "leo", "A"),
    ]
    links, connected, problems = priced(country, rows)
    assert links == {("root", "A", "leo", 700)}
    assert connected == ["A"]
    assert problems == [
        (2, "unknown-office", "office"),
        (4, "duplicate-office", "office"),
        (5, "unknown-technology", "technology"),
        (6, "technology-not-offered", "technology"),
        (7, "wrong-parent", "parent"),
    ]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("C", "microwave", "B"), ("B", "fibre", "S")], (2, "no-candidate", "parent")),
        ([("C", "microwave", "elsewhere")], (2, "unknown-parent", "parent")),
        ([("C", "microwave", "A")], (2, "parent-not-connected", "parent")),
        ([("C", "microwave", "A"), ("A", "leo")], (2, "parent-cannot-share", "parent")),
        ([("C", "microwave", "A"), ("A", "microwave", "C")], (2, "circle", "parent")),
        ([("A", "fibre", "root")], (2, "wrong-parent", "parent")),
        ([("C", "microwave")], (2, "no-candidate", "technology")),
    ],
)
def test_parents_that_do_not_work(country, rows, problem):
    assert problem in priced(country, rows)[2]


def test_an_overloaded_link_refuses_the_last_rows_beyond_it(country):
    country.link("C", "D", "microwave", 1, mbps=500, rungs=(0, 0))
    rows = [("A", "fibre", "S"), ("C", "microwave", "A"), ("D", "microwave", "C")]
    links, connected, problems = priced(country, rows, demand=[10, 10, 150, 60])
    assert connected == ["A", "C"]
    assert ("A", "C", "microwave", 900) in links
    assert problems == [(4, "no-capacity", "office")]


def test_order_of_rows_changes_nothing(country):
    rows = [("A", "fibre"), ("B", "fibre"), ("C", "microwave"), ("D", "leo")]
    expected = priced(country, rows)[:2]
    for seed in range(5):
        shuffled = [rows[i] for i in np.random.default_rng(seed).permutation(len(rows))]
        assert priced(country, shuffled)[:2] == expected


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "office,technology,parent\nBüro 1,LEO,\n17,fibre,S\n"),
        ("cp1252", "Office;Technology;Parent\nBüro 1;leo;\n17;fibre;S\n"),
        ("utf-16", "office\ttechnology\tparent\nBüro 1\tleo\t\n17\tfibre\tS\n"),
    ],
)
def test_tables_of_any_delimiter_and_encoding(tmp_path, encoding, text):
    path = tmp_path / "their.csv"
    path.write_bytes(text.encode(encoding))
    table = read_wishes(path)
    assert (table.wishes, table.problems) == ([Wish(2, "Büro 1", "leo", ""), Wish(3, "17", "fibre", "S")], [])


@pytest.mark.parametrize(
    ("header", "word", "technology"),
    [
        ("Bureau;Technologie;Parent", "Faisceau hertzien", "microwave"),
        ("Identifiant;TECHNOLOGIE;Rattaché à", "Fibre optique", "fibre"),
        ("code_bureau;techno;amont", "Réseau mobile", "cellular"),
        ("id;technology;from", "existing connection", "existing"),
    ],
)
def test_columns_and_technologies_in_both_languages(tmp_path, header, word, technology):
    path = tmp_path / "leur.csv"
    path.write_text(f"{header}\nA;{word};S\n;{word};\n", encoding="utf-8")
    table = read_wishes(path)
    assert table.wishes == [Wish(2, "A", technology, "S")]
    assert [problem.column for problem in table.problems] == [header.split(";")[0]], "as the file calls it"


def test_a_workbook_is_read_like_a_text_table(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Bureau", "Technologie", "Parent"], ["A", "LEO", None], [17, "Fibre", "S"]):
        book.active.append(row)
    book.save(tmp_path / "their.xlsx")
    assert read_wishes(tmp_path / "their.xlsx").wishes == [Wish(2, "A", "leo", ""), Wish(3, "17", "fibre", "S")]


def test_the_parent_column_may_be_left_out_and_empty_cells_are_told(tmp_path):
    path = tmp_path / "their.csv"
    path.write_text("office,technology\nA,leo\n,leo\nB,\n")
    table = read_wishes(path)
    assert table.wishes == [Wish(2, "A", "leo", "")]
    assert [(p.row, p.column, p.code, p.severity) for p in table.problems] == [
        (3, "office", "missing-value", "excluded"),
        (4, "technology", "missing-value", "excluded"),
    ]


@pytest.mark.parametrize(("content", "code"), [("office,how\nA,leo\n", "missing-column"), (None, "unreadable-file")])
def test_tables_that_are_none(tmp_path, content, code):
    path = tmp_path / "their.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError) as caught:
        read_wishes(path)
    assert [problem.code for problem in caught.value.problems] == [code]
