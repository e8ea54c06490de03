"""Arrays kept by the content of what they were reckoned from."""

import numpy as np
import pytest

from planner.kept import kept_arrays


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def asked_for(*parts):
    """Return what comes back, and whether it was reckoned."""
    reckoned = []

    def reckon():
        reckoned.append(True)
        return {"a": np.arange(5.0), "b": np.array([[True, False]]), "n": np.array(7)}

    found = kept_arrays(("inputs",), parts, reckon)
    assert found["a"].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert found["b"].dtype == np.bool_
    assert int(found["n"]) == 7
    return bool(reckoned)


def test_the_same_is_reckoned_once():
    assert [asked_for("x", b"1"), asked_for("x", b"1")] == [True, False]


def test_anything_else_is_something_else():
    parts = [("x", b"1"), ("x", b"2"), ("y", b"1"), ("x", b"1", b""), ("x1",), ("", "x1"), ("x", b"12"), ("x1", b"2")]
    assert all(asked_for(*one) for one in parts)
    assert not any(asked_for(*one) for one in parts)


@pytest.mark.parametrize("damage", ["cut", "altered", "empty"])
def test_what_is_damaged_is_reckoned_anew(folder, damage):
    asked_for("x")
    (file,) = folder.glob("*.arrays")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes({"cut": bytes(data[: len(data) // 2]), "altered": bytes(data), "empty": b""}[damage])
    assert asked_for("x")
    assert not asked_for("x")


def test_what_cannot_be_kept_is_reckoned_all_the_same(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path / "file"))
    assert asked_for("x")
    assert asked_for("x")


def test_an_error_is_the_callers_and_nothing_is_kept(folder):
    def fail():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        kept_arrays(("inputs",), ("x",), fail)
    assert not folder.exists()
    assert asked_for("x")
