"""Text in a narrow terminal: nothing is lost, nothing is cut inside a word or a figure."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from planner.errors import Problem
from planner.i18n import use_language
from planner.report.layout import Grid, broken, new_console, print_grid, print_problems, say

NARROW, FIXED = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


def printed(print_it, width, *arguments):
    console = Console(file=io.StringIO(), width=width, highlight=False, soft_wrap=True)
    print_it(console, *arguments)
    return console.file.getvalue().splitlines()


@given(st.text("ab /é\N{NO-BREAK SPACE}漢", max_size=60), st.integers(1, 30), st.integers(0, 5))
def test_lines_hold_every_sign_and_fit_where_words_do(text, width, first):
    lines = broken(text, width, first=first)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    longest = max(cell_len(piece) for word in text.split(" ") for piece in word.replace("/", "/ ").split(" "))
    for line in lines[1:]:
        assert cell_len(line) <= max(width, longest)


def test_words_and_figures_hold_together():
    figure = f"1{NARROW}234{NARROW}567{FIXED}USD"
    assert broken(f"coûte {figure} par an", 15) == ["coûte", figure, "par an"]
    assert broken("about USD 1,234 and 300,00 XOF a year", 10) == ["about", "USD 1,234", "and", "300,00 XOF", "a year"]
    assert broken("see /data/offices/north.csv now", 12) == ["see /data/", "offices/", "north.csv", "now"]


def test_lines_go_on_under_their_own_indent():
    assert printed(say, 20, "  one two three four five six") == ["  one two three four", "  five six"]


GRID = Grid(
    ("Technology", "Reason"),
    ("Count", "With 5 years"),
    (
        ("microwave", "out of sight of each other with the highest masts allowed", f"1{NARROW}234", "5,678,901"),
        ("fibre", "too long", "7", "0"),
    ),
)


@pytest.mark.parametrize("width", [200, 80, 60, 45, 30, 20])
def test_a_table_of_any_width_holds_every_word_and_figure(width):
    lines = printed(print_grid, width, GRID)
    assert max(map(cell_len, lines)) <= max(width, len("Technology"))
    text = " ".join(lines)
    for row in GRID.rows:
        for word in " ".join(row).split(" "):
            assert word in text
    for heading in ("Reason", "Count"):  # a list has the first cell as its title
        assert heading in text
    assert "…" not in text


def test_figures_stand_under_each_other_and_headings_break_before_texts_do():
    lines = printed(print_grid, 70, GRID)
    ends = [line.rfind("5,678,901") + 9 for line in lines if "5,678,901" in line]
    ends += [len(line) for line in lines if line.endswith(" 0")]
    assert len(ends) == 2
    assert len(set(ends)) == 1
    assert not any("With 5 years" in line for line in lines)


def test_a_table_that_cannot_fit_becomes_a_list():
    lines = printed(print_grid, 24, GRID)
    assert lines[0] == "microwave"
    assert "  With 5 years: 0" in lines


@pytest.mark.parametrize(
    ("language", "place"), [("en", "error: o.csv, row 3"), ("fr", f"erreur{FIXED}: o.csv, ligne 3")]
)
def test_a_problem_is_told_with_its_place_first(language, place):
    with use_language(language):
        problem = Problem("x", "It is [wrong].", "Mend it.", "o.csv", 3, "lat", ":car:")
        first, second = printed(print_problems, 200, [problem])
    assert first.startswith(place)
    assert ":car:" in first, "what users write is text"
    assert second == "  It is [wrong]. Mend it."


def test_a_console_that_is_no_terminal_breaks_nothing_unless_it_is_told_to(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    assert new_console().width > 1000
    monkeypatch.setenv("COLUMNS", "80")
    assert new_console().width == 80
