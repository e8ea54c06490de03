"""Tests that run once for each mutant, in forks of the process that has collected them."""

from __future__ import annotations

import importlib
import os
import random
import signal
import sys
import time
from dataclasses import asdict
from enum import Enum, EnumType
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from benchmarks.mutation.equivalent import EQUIVALENT
from benchmarks.mutation.mutants import ROOT, mutants

if TYPE_CHECKING:
    from types import CodeType

    import pytest

    from benchmarks.mutation.subjects import Subject


def put_in(module: ModuleType, code: CodeType) -> None:
    """Let a module that others have imported from do what other code says.

    Functions and methods get the code of those of the same name, members of an enumeration their values, and so do
    numbers and tables wherever they were imported to by their own name.
    """
    other = ModuleType(module.__name__)
    other.__file__ = module.__file__
    kept = sys.modules[module.__name__]
    sys.modules[module.__name__] = other  # classes look their module up while they are made
    try:
        exec(code, other.__dict__)
    finally:
        sys.modules[module.__name__] = kept
    for name, new in vars(other).items():
        old = vars(module).get(name)
        elsewhere = (getattr(new, "__module__", None) or module.__name__) != module.__name__
        if isinstance(new, ModuleType) or name.startswith("__") or elsewhere:
            continue
        if isinstance(new, EnumType) and isinstance(old, EnumType):
            member: Enum
            for member in new:
                old[member.name]._value_ = member.value
        if isinstance(new, type) and isinstance(old, type):
            for method, of in vars(new).items():
                _put_function(vars(old).get(method), of)
        elif not _put_function(old, new):
            for place in [*sys.modules.values()]:
                if isinstance(place, ModuleType) and vars(place).get(name) is old:
                    setattr(place, name, new)


def _put_function(old: object, new: object) -> bool:
    """Give a function another's code; False if it is none."""
    if isinstance(old, property) and isinstance(new, property):
        return _put_function(old.fget, new.fget)
    if isinstance(old, classmethod | staticmethod) and isinstance(new, classmethod | staticmethod):
        return _put_function(old.__func__, new.__func__)
    while hasattr(old, "__wrapped__") and hasattr(new, "__wrapped__"):
        if hasattr(old, "cache_clear"):
            old.cache_clear()
        old, new = old.__wrapped__, new.__wrapped__
    if not (isinstance(old, FunctionType) and isinstance(new, FunctionType)):
        return False
    if old.__code__.co_freevars == new.__code__.co_freevars:
        old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__
    return True


class Trial:
    """A plugin of pytest that runs the tests it has collected in forks, once as all is and once for each mutant."""

    def __init__(self, subject: Subject, sample: int, seed: int) -> None:
        self.subject, self.sample, self.seed = subject, sample, seed
        self.found: dict[str, object] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Take the place of the loop that runs each test once."""
        begun = time.monotonic()
        assert not _notices(session, None, 600), "the tests do not pass as it is"
        limit_s = 10 + 5 * (time.monotonic() - begun)
        everything = [row for file in self.subject.modules for row in mutants(ROOT / file)]
        able = [row for row in everything if row[0].name not in EQUIVALENT]
        few = self.sample and self.sample < len(able)
        drawn = random.Random(self.seed).sample(able, self.sample) if few else able
        alive = [mutant for mutant, code in drawn if not _notices(session, (mutant.module, code), limit_s)]
        self.found = {
            "all": len(everything),
            "equivalent": len(everything) - len(able),
            "drawn": len(drawn),
            "killed": len(drawn) - len(alive),
            "alive": [asdict(mutant) for mutant in sorted(alive, key=lambda mutant: (mutant.module, mutant.line))],
        }
        return True


def _notices(session: pytest.Session, mutant: tuple[str, CodeType] | None, limit_s: float) -> bool:
    """Return whether one of the collected tests fails or runs out of time, in a fork of this process."""
    child = os.fork()
    if child == 0:
        os.setsid()
        code = 1
        try:
            if mutant is not None:
                put_in(importlib.import_module(mutant[0]), mutant[1])
            code = 0
            for item, following in zip(session.items, [*session.items[1:], None], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    code = 1
                    break
        except BaseException:  # noqa: BLE001 - a module that cannot even be loaded is noticed
            code = 1
        finally:
            os._exit(code)
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True
