"""Errands: commands in a process of their own whose answer stays in a folder."""

import json
import time

import pytest

from planner.i18n import use_language
from planner.jobs import errand_answer, errand_state, start_errand, stop_errand

PATIENCE_S = 180


def ended(folder):
    deadline = time.monotonic() + PATIENCE_S
    while errand_state(folder) == "running":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return errand_state(folder)


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "--offices.csv"
    file.write_text("Code;Nom;Longitude;Latitude\nA;Poste <b>;43,25;-11,7\nB;=1+1;43,3;-11,8\n", encoding="utf-8")
    return file


def test_what_a_file_holds_is_told_as_it_is(tmp_path, table):
    folder = tmp_path / "errand"
    assert errand_state(folder) is None
    start_errand(folder, ["table", "--kind", "offices", "--", str(table)])
    assert ended(folder) == "done"
    answer = errand_answer(folder)
    assert answer["columns"] == ["Code", "Nom", "Longitude", "Latitude"]
    assert answer["rows"] == [["A", "Poste <b>", "43,25", "-11,7"], ["B", "=1+1", "43,3", "-11,8"]]
    assert answer["mapping"] == {"id": "Code", "name": "Nom", "lon": "Longitude", "lat": "Latitude"}


def test_an_error_is_the_answer_in_the_users_language(tmp_path):
    with use_language("fr"):
        start_errand(tmp_path / "errand", ["table", str(tmp_path / "nothing.csv")])
    assert ended(tmp_path / "errand") == "failed"
    answer = errand_answer(tmp_path / "errand")
    assert "n’existe pas" in answer["message"]
    assert answer["problems"][0]["code"] == "missing-file"


def test_an_errand_that_was_stopped_has_no_answer_and_can_be_done_again(tmp_path, table):
    folder = tmp_path / "errand"
    start_errand(folder, ["table", "--", str(table)])
    stop_errand(folder)
    assert ended(folder) == "lost"
    assert errand_answer(folder) == {}
    start_errand(folder, ["table", "--", str(table)])
    assert ended(folder) == "done"


def test_an_errand_at_work_is_left_to_finish(tmp_path, table):
    folder = tmp_path / "errand"
    start_errand(folder, ["table", "--", str(table)])
    first = json.loads((folder / "errand.json").read_text(encoding="utf-8"))["pid"]
    start_errand(folder, ["table", "--", str(table)])
    assert json.loads((folder / "errand.json").read_text(encoding="utf-8"))["pid"] == first
    assert ended(folder) == "done"


def test_a_file_that_wants_all_memory_ends_the_errand_and_nothing_else(tmp_path):
    file = tmp_path / "offices.csv"
    file.write_text("id,lon,lat\n" + "x,1,2\n" * 3_000_000, encoding="utf-8")
    start_errand(tmp_path / "errand", ["table", str(file)], memory_mb=700)
    assert ended(tmp_path / "errand") == "lost"
