"""What ``planner links`` says of the cache."""

import io

import pytest
from rich.console import Console

from planner.i18n import use_language
from planner.report.candidates import cache_state, print_cache


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PLANNER_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("PLANNER_CACHE_GB", "0.25")
    (tmp_path / f"{'a' * 64}.links").write_bytes(bytes(1_400_000))
    (tmp_path / f"{'b' * 64}.links").write_bytes(bytes(100_000))
    return tmp_path


def test_where_it_lies_and_how_large_it_is(cache):
    assert cache_state() == {
        "folder": str(cache),
        "files": 2,
        "bytes": 1_500_000,
        "limit_bytes": 250_000_000,
        "limit_days": 90.0,
    }


@pytest.mark.parametrize(
    ("language", "figures"),
    [("en", ["2 files, 1.5 MB", "250 MB", "90 days"]), ("fr", ["2 fichiers, 1,5 Mo", "250 Mo", "90 jours"])],
)
def test_it_is_told_in_words(cache, language, figures):
    shown = io.StringIO()
    with use_language(language):
        print_cache(Console(file=shown, width=400))
    text = shown.getvalue().replace("\N{NO-BREAK SPACE}", " ")
    assert str(cache) in text
    assert all(figure in text for figure in figures), text
