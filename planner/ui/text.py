"""Text on the page: what users wrote is shown as it is, never read as markup."""

from __future__ import annotations

import re

_SHORTCODE = re.compile(r":(?=\w)")
_WORD_JOINER = "\N{WORD JOINER}"
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def literal(text: str) -> str:
    """Return text for Markdown that shows it letter by letter: no link, no picture, no formula."""
    # Icons such as :home: are put in after the backslashes are gone; an invisible character breaks their name.
    return _MARKUP.sub(r"\\\1", _SHORTCODE.sub(f":{_WORD_JOINER}", text)).replace("\n", " ")
