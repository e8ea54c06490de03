"""Texts for users in English and French, by gettext."""

from __future__ import annotations

import gettext
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DOMAIN, FOLDER = "planner", Path(__file__).parent / "locale"
_current: ContextVar[Language] = ContextVar("planner_language", default="en")


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, FOLDER, languages=[language])


def _(message: str) -> str:
    """Return ``message`` in the current language."""
    # The empty text is the key of a catalogue's own header.
    return _catalogue(_current.get()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Return the singular or plural form for ``count`` in the current language."""
    return _catalogue(_current.get()).ngettext(singular, plural, count)


def language() -> Language:
    """Return the current language."""
    return _current.get()


def set_language(language: Language) -> None:
    """Set the language of this thread or task from here on."""
    _current.set(language)


@contextmanager
def use_language(language: Language) -> Iterator[None]:
    """Set the language inside a ``with`` block."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)
