"""Readers at work on hostile files, each in a process of its own that may die."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import resource
import shutil
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from hypothesis import HealthCheck, Phase, given, seed, settings

from planner.errors import PlannerError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.hostile.readers import Read, Reader

GREATEST_BYTES = 1_500_000_000
"""Of memory beyond what a process has before it reads its first file."""
GREATEST_SECONDS = 20.0
"""Of processor time for one file of some kilobytes."""


@dataclass(frozen=True)
class Finding:
    """What went wrong, and with which file."""

    reader: str
    kind: str
    where: str
    message: str
    case: str


def tried(read: Read, content: bytes) -> tuple[str, str, str] | None:
    """Return kind, place and message of what a reader should not have raised; None if it did as it should."""
    try:
        read(content)
    except PlannerError:
        return None
    except Exception as error:  # noqa: BLE001 - what comes out is what is asked
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/planner/" in frame.filename]
        last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
        return type(error).__name__, f"{Path(last.filename).name}:{last.lineno}", str(error)[:300]
    return None


def campaign(
    reader: Reader, folder: Path, kept: Path, *, number: int = 0, cases: int = 0, crafted: Sequence[bytes] = ()
) -> tuple[int, list[Finding]]:
    """Give a reader some cases in a process of its own; return how many it had, and what was found.

    Parameters
    ----------
    reader : Reader
    folder : Path
        Emptied before and after.
    kept : Path
        Where files that something was found with are kept.
    number : int
        Seed of the cases.
    cases : int
    crafted : sequence of bytes
        Cases that are given instead.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    told = folder / "told.jsonl"
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_work, args=(reader, folder, number, cases, crafted))
    process.start()
    try:
        fate = _watched(process, folder)
    finally:  # a campaign that is stopped leaves no reader at work
        process.kill()
        process.join()
    lines = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()] if told.exists() else []
    findings = [_kept(reader, kept, folder / f"{line['case']}.found", line) for line in lines]
    if fate:
        line = {"kind": fate, "where": "process", "message": "", "case": "last"}
        findings.append(_kept(reader, kept, folder / "last", line))
    count = _count(folder)
    shutil.rmtree(folder, ignore_errors=True)
    return count, findings


def _count(folder: Path) -> int:
    counter = folder / "count"
    return int(counter.read_text() or 0) if counter.exists() else 0


def _kept(reader: Reader, kept: Path, source: Path, line: dict[str, str]) -> Finding:
    content = source.read_bytes() if source.exists() else b""
    name = f"{reader.name.replace(' ', '-')}-{hashlib.sha256(content).hexdigest()[:12]}"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / name).write_bytes(content)
    return Finding(reader.name, line["kind"], line["where"], line["message"], name)


def _watched(process: multiprocessing.process.BaseProcess, folder: Path) -> str:
    """Wait for a process; end it when a case takes too long. Return how it ended unless that was well."""
    here, at, since = psutil.Process(process.pid), -1, 0.0
    while process.is_alive():
        process.join(0.5)
        try:
            spent = sum(here.cpu_times()[:2])
        except psutil.Error:
            continue
        try:
            now = _count(folder)
        except ValueError:
            continue
        if now != at:
            at, since = now, spent
        # the first case waits for the compiler
        elif spent - since > GREATEST_SECONDS * (10 if now <= 1 else 1):
            process.kill()
            process.join()
            return "hang"
    return "" if process.exitcode == 0 else f"process ended with {process.exitcode}"


def _work(reader: Reader, folder: Path, number: int, cases: int, crafted: Sequence[bytes]) -> None:
    warnings.simplefilter("ignore")
    place = folder / "place"
    place.mkdir()
    read = reader.prepare(place)
    room = psutil.Process().memory_info().vms + GREATEST_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (room, room))
    count = 0
    seen: set[tuple[str, str]] = set()
    with (folder / "told.jsonl").open("a", encoding="utf-8") as told:

        def once(content: bytes) -> None:
            nonlocal count
            count += 1
            (folder / "last").write_bytes(content)
            (folder / "count").write_text(str(count))
            wrong = tried(read, content)
            if wrong and wrong[:2] not in seen:
                seen.add(wrong[:2])
                name = f"{count}"
                (folder / f"{name}.found").write_bytes(content)
                kind, where, message = wrong
                told.write(json.dumps({"kind": kind, "where": where, "message": message, "case": name}) + "\n")
                told.flush()

        for content in crafted:
            once(content)
        if not crafted:
            plain = settings(
                max_examples=cases,
                database=None,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            seed(number)(plain(given(content=reader.cases())(once)))()
