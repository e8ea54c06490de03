"""Requests that survive a poor line: repeated with growing pauses, taken up where they broke off, and checked."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from planner._version import __version__
from planner.errors import InputError, Problem
from planner.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path

CHUNK_BYTES = 1 << 18
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that mean “later”, not “no”."""
_GONE = frozenset({404, 410})
_TOO_LARGE = 413
_TIMED_OUT = 504
"""Too much was asked for, or the server is busy: only asking again tells which."""
_MD5 = re.compile(r'"([0-9a-f]{32})"')
_COUNT = re.compile(r"[0-9]{1,18}")
_RANGE = re.compile(r"bytes ([0-9]{1,18})-[0-9]+/(?:[0-9]+|\*)")


class _AgainError(Exception):
    """What may go better the next time; ``wait_s``: as long as the server asks for; ``status``: of its answer."""

    def __init__(self, reason: str, wait_s: float | None = None, status: int | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.status = status


@dataclass(frozen=True)
class Client:
    """How hard it is tried.

    Attributes
    ----------
    attempts : int
        In a row without a byte of progress, the first among them.
    first_wait_s, longest_wait_s : float
        The pause after the first failure, which doubles from then on, and the longest, which holds for what a server
        asks for too.
    timeout_s : float
        Silence on the line that counts as a failure.
    sleep : callable
        Waits so many seconds.
    """

    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0
    timeout_s: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def download(self, url: str, path: Path, told: Callable[[int, int | None], None]) -> bool:
        """Fetch a file; return False where the server says that there is none.

        Until it is whole the file stands beside ``path`` as ``.NAME.part``; the next call goes on from there, if the
        server still has the same file. Where the server gives an MD5 (an ETag of Amazon S3), it is checked.

        Parameters
        ----------
        url : str
        path : Path
        told : callable
            Is told of bytes that are there, and of how many there will be where that is known.

        Raises
        ------
        InputError
            It cannot be had: no line, refused, failures one after the other, no room on the disk.
        """
        part = path.with_name(f".{path.name}.part")
        failures, furthest = 0, _size(part)
        while True:
            try:
                if not self._take(url, part, told):
                    return False
                with part.open("r+b") as whole:
                    os.fsync(whole.fileno())
                part.replace(path)
                _tag_file(part).unlink(missing_ok=True)
            except _AgainError as error:
                failures = 1 if _size(part) > furthest else failures + 1
                furthest = max(furthest, _size(part))
                self._pause(url, failures, error)
            except OSError as error:
                message = _("The file cannot be written: {reason}.").format(reason=error.strerror or error)
                remedy = _(
                    "Make room on the disk, or choose a folder that you may write to; then run the command again."
                )
                raise InputError(Problem("unwritable-file", message, remedy, str(path))) from error
            else:
                return True

    def post(self, url: str, form: dict[str, str], *, works_s: float) -> bytes:
        """Send a form and return the whole answer.

        Parameters
        ----------
        url : str
        form : dict
        works_s : float
            How long the server may work on it in silence, on top of ``timeout_s``.

        Raises
        ------
        TooLargeError
            The server had no time or room for so much at once, however often it was asked.
        InputError
            As for `download`.
        """
        failures = 0
        while True:
            try:
                request = urllib.request.Request(_checked(url), urllib.parse.urlencode(form).encode(), _headers())  # noqa: S310
                with self._open(request, frozenset({_TOO_LARGE}), works_s) as answer:
                    if answer.status == _TOO_LARGE:
                        raise TooLargeError
                    return _whole(answer)
            except _AgainError as error:
                failures += 1
                if error.status == _TIMED_OUT and failures >= self.attempts:
                    raise TooLargeError from error
                self._pause(url, failures, error)

    def _take(self, url: str, part: Path, told: Callable[[int, int | None], None]) -> bool:
        """Add to a partial file until it is whole; False where there is no such file."""
        have, tag = _size(part), _read_tag(part)
        headers = _headers()
        if have and tag:
            headers |= {"Range": f"bytes={have}-", "If-Range": tag}
        with self._open(urllib.request.Request(_checked(url), headers=headers), _GONE | {416}) as answer:  # noqa: S310
            if answer.status in _GONE:
                return False
            start = _start_of(answer, have) if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            if start is None or answer.status == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
                raise _AgainError(_("the server gave another part of the file"))
            tag = answer.headers.get("ETag", "")
            _tag_file(part).write_text("" if tag.startswith("W/") else tag, encoding="utf-8")
            length = _length(answer)
            total = None if length is None else start + length
            with part.open("r+b" if start else "wb") as file:
                file.seek(start)
                file.truncate()
                _pour(answer, file, lambda: told(file.tell(), total))
        if total is not None and _size(part) != total:
            raise _AgainError(
                _("the line broke off after {count} of {total} bytes").format(count=_size(part), total=total)
            )
        found = _MD5.fullmatch(tag)
        if found and found[1] != _md5_of(part):
            part.unlink()
            raise _AgainError(_("the file came with another checksum than the server names"))
        return True

    def _open(self, request: urllib.request.Request, known: frozenset[int], works_s: float = 0.0) -> HTTPResponse:
        """Open a request; every way in which it may fail becomes ours, but for the statuses that its sender knows."""
        try:
            timeout_s = works_s + self.timeout_s
            answer: HTTPResponse = urllib.request.urlopen(request, timeout=timeout_s)  # noqa: S310 - checked before it was made
        except urllib.error.HTTPError as error:
            if error.code in known:
                return error  # type: ignore[return-value]  # an answer like any other
            error.close()
            reason = f"{error.code} {error.reason}"
            if error.code in _PASSING:
                raise _AgainError(reason, _asked_wait(error.headers.get("Retry-After")), error.code) from error
            message = _("The server refused: {reason}.").format(reason=reason)
            remedy = _("Check the address, and whether the service asks for a key or has moved.")
            raise InputError(Problem("fetch-refused", message, remedy, request.full_url)) from error
        except (OSError, http.client.HTTPException) as error:
            raise _AgainError(str(getattr(error, "reason", error)) or type(error).__name__) from error
        return answer

    def _pause(self, url: str, failures: int, error: _AgainError) -> None:
        if failures >= self.attempts:
            message = _("Tried {count} times without success; the last time: {reason}.").format(
                count=failures, reason=error
            )
            remedy = _(
                "Check the connection and the address; run the same command again, it goes on where it stopped. Behind "
                "a proxy set HTTPS_PROXY."
            )
            raise InputError(Problem("fetch-failed", message, remedy, url)) from error
        wait = self.first_wait_s * 2 ** (failures - 1) if error.wait_s is None else error.wait_s
        self.sleep(min(wait, self.longest_wait_s))


class TooLargeError(Exception):
    """The server had no time or room for so much at once: ask for less."""


def _checked(url: str) -> str:
    """Return an address of the web; others are refused."""
    address = urllib.parse.urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.netloc:
        message, remedy = _("The address is none of the web."), _("It begins with https:// or http://.")
        raise InputError(Problem("bad-option", message, remedy, column="--url", value=url))
    return url


def _headers() -> dict[str, str]:
    return {"User-Agent": f"postlink-planner/{__version__}", "Accept-Encoding": "identity"}


def _pour(answer: HTTPResponse, file: object, told: Callable[[], None]) -> None:
    """Write an answer to a file piece by piece: what has come stays, whatever happens to the rest."""
    while True:
        try:
            piece = answer.read1(CHUNK_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise _AgainError(str(error) or type(error).__name__) from error
        if not piece:
            return
        file.write(piece)  # type: ignore[attr-defined]  # a binary file
        told()


def _length(answer: HTTPResponse) -> int | None:
    """Return how many bytes an answer says that it has; None where it says none, or no number."""
    text = answer.headers.get("Content-Length", "")
    return int(text) if _COUNT.fullmatch(text) else None


def _whole(answer: HTTPResponse) -> bytes:
    length = _length(answer)
    try:
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise _AgainError(str(error) or type(error).__name__) from error
    if length is not None and len(content) != length:
        raise _AgainError(
            _("the line broke off after {count} of {total} bytes").format(count=len(content), total=length)
        )
    return content


def _start_of(answer: HTTPResponse, have: int) -> int | None:
    """Return where a partial answer starts, None if that is not where ours ends."""
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return have if found and int(found[1]) == have else None


def _asked_wait(text: str | None) -> float | None:
    """Return the seconds of a ``Retry-After``, which is a number or a date."""
    if not text:
        return None
    if _COUNT.fullmatch(text):
        return float(text)
    with suppress(ValueError):
        until = parsedate_to_datetime(text)
        # A date with the zone -0000 is one of UTC, given without a zone.
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        return max(0.0, (until - datetime.now(UTC)).total_seconds())
    return None


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _tag_file(part: Path) -> Path:
    """Return where the server's name for the version of a partial file is kept."""
    return part.with_suffix(".etag")


def _read_tag(part: Path) -> str:
    file = _tag_file(part)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def _md5_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
