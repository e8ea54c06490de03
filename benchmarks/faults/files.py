"""Disks, folders and files: full, forbidden, damaged, cut."""

from __future__ import annotations

import resource
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.faults.bench import EXAMPLE, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from benchmarks.faults.bench import Bench

FULL_KB = (0, 1, 2, 4, 8, 16, 32, 64, 100)
"""Sizes beyond which no file can be written: another file is the first to fail at each."""


def full_disk(bench: Bench, _rng: Generator) -> Iterator[str | None]:
    """Let every write beyond some size of a file fail, with the cache empty and warm."""
    for kb in FULL_KB:

        def limited(size: int = 1024 * kb) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        name = f"full-{kb}"
        done = bench.solve(name, preexec_fn=limited)
        found = [] if done.returncode == 0 else told(done, 2)
        found += bench.halves(name)
        if done.returncode != 0 and (bench.folder / name / "plan.json").exists():
            found.append("a plan in the folder of a run that failed")
        found += bench.next_run(name)
        yield "; ".join(found) or None


def forbidden(bench: Bench, _rng: Generator) -> Iterator[str | None]:
    """Ask for folders in which nothing can be made, for the run and for the cache."""
    (bench.folder / "file").write_text("")
    for place in (bench.folder / "file/run", Path("/proc/run"), Path("/sys/run")):
        yield "; ".join(told(bench.solve(str(place)), 2)) or None
    cache, bench.cache = bench.cache, bench.folder / "file/cache"
    yield "; ".join(told(bench.solve("no-cache"), 0)) or None
    bench.cache = cache


def damaged_cache(bench: Bench, rng: Generator) -> Iterator[str | None]:
    """Cut, change or empty every entry of the cache."""
    for damage in ("cut", "changed", "empty", "longer"):
        bench.solve("warm", "--force")
        for file in bench.cache.glob("[!.]*"):
            data = bytearray(file.read_bytes())
            at = int(rng.integers(len(data)))
            data[at] ^= 1 << int(rng.integers(8))
            kinds = {"cut": data[:at], "changed": data, "empty": b"", "longer": file.read_bytes() + b"\0"}
            file.write_bytes(bytes(kinds[damage]))
        yield "; ".join(bench.next_run("damaged-cache")) or None


def cut_rasters(bench: Bench, rng: Generator) -> Iterator[str | None]:
    """Cut each raster short."""
    for raster in ("terrain.tif", "population.tif"):
        for share in (0.0, *rng.uniform(0.01, 0.99, 3)):
            country = bench.folder / "country"
            shutil.copytree(EXAMPLE, country, dirs_exist_ok=True)
            data = (EXAMPLE / "data" / raster).read_bytes()
            (country / "data" / raster).write_bytes(data[: int(share * len(data))])
            done = bench.solve("cut", "--force", scenario=country)
            # what is missing may never be read
            yield "; ".join([] if done.returncode == 0 else told(done, 2)) or None
