"""Values and bytes that no file should hold, and ways to put them into a sound one."""

# ruff: noqa: E501 - tables of cases are read across

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEP = 3000
"""Levels of brackets: more than Python's stack holds."""
TEXTS = (
    "", " ", "nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e999", "1e-999", "-0", "0", "-1", "1", "181", "-91", "90",
    "1e30", "9" * 400, "0x10", "1,5", "1.5.5", "1 000", "12:30", "off", "=1+1", "@SUM(A1)", "+1", "-2+3", "\t=1",
    "../../etc/passwd", "/dev/zero", "C:\\CON", "\ufeff", "\u202e", "\x00", "\ud7ff", "é", "é", "🏤" * 50, "a" * 40_000,
    "null", "None", "[]", "{}", "%s%n", "{0}", "'\"", "</a>", "&amp;", "a;b", "a\nb", "a\rb", "a\u2028b", "١٢", "½", "²",
    "planned 2030", "planned 99999999999999999999", "closed", "built", "offline", "EPSG:0", "urban",
)  # fmt: skip
BYTES = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b'"', b"'", b";", b",", b"\t", b"[", b"]", b"{", b"}",
    b"<", b">", b"&", b":", b"- ", b"\n  ", b"&a ", b"*a", b"!!python/object:os.system ", b"!!binary ", b"!x ", b"%YAML 9\n", b"---\n", b"...",
    b"|", b"? ", b"nan", b"1e999", b"-1", b"99999999999999999999", b"null", b"true", b"\\ud800", b"\\u0000", b"=cmd|' /C calc'!A0",
)  # fmt: skip

scalars = st.one_of(
    st.sampled_from(TEXTS),
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.sampled_from([0, -1, 1, 2**31, 2**63, 2**64, 10**400]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=20),
)
nodes = st.one_of(
    scalars,
    st.lists(scalars, max_size=4),
    st.dictionaries(st.sampled_from(["id", "name", "", "a"]), scalars, max_size=3),
)


@st.composite
def mutated_bytes(draw: st.DrawFn, sound: bytes) -> bytes:
    """Cut, swap, repeat and strew hostile bytes into sound ones."""
    data = bytearray(sound)
    for _edit in range(draw(st.integers(1, 6))):
        # as a share: the size of what some writers make changes with the time of day
        at = draw(st.integers(0, 0xFFFF)) * len(data) >> 16
        match draw(st.integers(0, 5)):
            case 0:
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=4))
            case 1:
                data[at:at] = draw(st.sampled_from(BYTES))
            case 2:
                del data[at : at + draw(st.integers(1, 200))]
            case 3:
                data[at:at] = data[at : at + draw(st.integers(1, 200))]
            case 4 if len(data) > 0:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case _ if draw(st.integers(0, 3)) == 0:
                del data[at:]
    return bytes(data)


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every container with each of its keys."""
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(entries):
        yield node, key
        yield from _places(value)


@st.composite
def mutated_tree(draw: st.DrawFn, sound: Any) -> Any:
    """Replace, remove, repeat and swap nodes of sound JSON."""
    tree = copy.deepcopy(sound)
    for _edit in range(draw(st.integers(1, 3))):
        places = list(_places(tree))
        if not places:
            break
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        match draw(st.integers(0, 5)):
            case 0 | 1 | 2:
                holder[key] = draw(nodes)
            case 3:
                del holder[key]
            case 4:
                other, theirs = places[draw(st.integers(0, len(places) - 1))]
                holder[key] = copy.deepcopy(other[theirs])
            case _ if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case _:
                holder[draw(st.text(max_size=8))] = draw(nodes)
    return tree


def as_json(tree: Any) -> bytes:
    """Return JSON as Python writes it: NaN, Infinity and lone surrogates among it."""
    return json.dumps(tree).encode()


def hostile_json(sound: Any) -> st.SearchStrategy[bytes]:
    """Return JSON that is wrong in its nodes, or in its bytes."""
    return st.one_of(mutated_tree(sound).map(as_json), mutated_tree(sound).map(as_json), mutated_bytes(as_json(sound)))
