"""A scheduler and workers as processes of their own, with or without certificates."""

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager

WAIT_S = 300.0
"""For what takes seconds on a machine of its own."""


def wait_until(holds):
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "nothing happens"
        time.sleep(0.02)


@contextmanager
def dask_processes(folder, *, workers, options=()):
    """Give the address of a scheduler and the processes of its workers, each of one thread."""
    file = folder / "scheduler.json"
    where = ["--scheduler-file", str(file), "--no-dashboard", *options]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "start_new_session": True}
    quiet["env"] = {**os.environ, "DASK_TEMPORARY_DIRECTORY": str(folder)}
    asked = [
        ["dask_scheduler", *where, "--host", "127.0.0.1", "--port", "0"],
        *[["dask_worker", *where, "--nthreads", "1", "--no-nanny"] for _worker in range(workers)],
    ]
    running = []
    try:
        for program, *arguments in asked:
            running.append(subprocess.Popen([sys.executable, "-m", f"distributed.cli.{program}", *arguments], **quiet))
            wait_until(file.exists)
        yield json.loads(file.read_text(encoding="utf-8"))["address"], running[1:]
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()
