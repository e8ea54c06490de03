"""Who does the tasks of a sweep, or parts of a frontier: this process, several, or a cluster that Dask runs."""

from __future__ import annotations

import pickle
import tempfile
import time
import warnings
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from planner.errors import InputError, PlannerError, Problem
from planner.i18n import _
from planner.jobs.cancellation import cancel_file, request_cancel
from planner.jobs.executors import InThisProcess, at_work, new_executor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import distributed

    from planner.question import Spread
    from planner.sweep import Case, Task, Workers

Found = list[dict[str, Any] | None]
P = ParamSpec("P")
T = TypeVar("T")

_BETWEEN_LOOKS_S = 0.1
_CONNECT_S = 10.0
_CONNECTED = "running"
"""What Dask calls a client that its scheduler hears."""
_CASES_AT_HAND = 2
"""Scenarios that a process of the pool keeps in memory: tasks come scenario by scenario."""


@dataclass(frozen=True)
class Cluster:
    """Where a Dask scheduler listens, and how connections to it are secured; paths of PEM files.

    Attributes
    ----------
    address : str
        Such as ``tcp://host:8786``, or ``tls://host:8786``.
    ca_file, cert_file, key_file : str or None
        Authority that signs, certificate and key of this client.
    """

    address: str
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


@contextmanager
def new_workers(workers: int, cluster: Cluster | None, run_dir: Path, stop: Callable[[], bool]) -> Iterator[Workers]:
    """Give whoever does the tasks of a sweep: a cluster if one is named, else processes of this machine.

    Parameters
    ----------
    workers : int
        Processes; 1: this one. A cluster has its own.
    cluster : Cluster or None
    run_dir : Path
        Whose cancel file ends the searches of other processes of this machine.
    stop : callable
        Ends those of this process.

    Raises
    ------
    InputError
        The cluster cannot be reached, or the package for it is not installed.
    """
    if cluster is not None:
        with _client(cluster) as client:
            yield _OnCluster(client)
        return
    with tempfile.TemporaryDirectory(prefix="planner-sweep-") as folder:
        here = _OnThisMachine(workers, Path(folder), cancel_file(run_dir), stop)
        try:
            yield here
        finally:
            here.end()


@contextmanager
def new_spread(workers: int, cluster: Cluster | None, run_dir: Path) -> Iterator[Spread | None]:
    """Give whoever searches parts of a frontier; None where one process of this machine does it all.

    Parameters
    ----------
    workers, cluster
        As for `new_workers`.
    run_dir : Path
        Whose cancel file ends the searches of other processes of this machine.

    Raises
    ------
    InputError
        The cluster cannot be reached, or the package for it is not installed.
    PlannerError
        A process of this machine was lost.
    """
    from planner.question import Spread  # noqa: PLC0415

    if cluster is not None:
        with _client(cluster) as client:
            executor = _ClusterExecutor(client)
            yield Spread(executor, max(executor.count(), 1), check=executor.count)
    elif workers == 1:
        yield None
    else:
        lost = _("A process was lost: it may lack memory. Run the same again with --force and fewer workers.")
        with at_work(workers, partial(request_cancel, run_dir), lost) as pool:
            yield Spread(pool, workers, new_cancelled=partial(watched, cancel_file(run_dir)))


class _OnThisMachine:
    """Processes of a pool, or this process. Cases travel as files, so that each process reads them once."""

    def __init__(self, workers: int, folder: Path, flag: Path, stop: Callable[[], bool]) -> None:
        self._workers, self._folder, self._flag, self._stop = workers, folder, flag, stop
        self._executor: Executor = new_executor(workers)
        self._files: dict[str, Path] = {}

    def submit(self, case: Case, tasks: Sequence[Task], version: str) -> Future[Found]:
        if isinstance(self._executor, InThisProcess):
            return self._executor.submit(_work_at, case, tasks, version, self._stop)
        if case.content not in self._files:
            file = self._folder / f"{case.content}.case"
            file.write_bytes(pickle.dumps(case))
            self._files[case.content] = file
        return self._executor.submit(_work_from_file, self._files[case.content], tasks, version, self._flag)

    def count(self) -> int:
        return self._workers

    def renew(self) -> None:
        self.end()
        self._executor = new_executor(self._workers)

    def end(self) -> None:
        self._executor.shutdown(cancel_futures=True)


def _work_from_file(file: Path, tasks: Sequence[Task], version: str, flag: Path) -> Found:
    return _work_at(_case_of(file), tasks, version, watched(flag))


@lru_cache(maxsize=_CASES_AT_HAND)
def _case_of(file: Path) -> Case:
    case: Case = pickle.loads(file.read_bytes())  # noqa: S301 - written by the parent of this process
    return case


def _work_at(case: Case, tasks: Sequence[Task], version: str, cancelled: Callable[[], bool] | None = None) -> Found:
    from planner.sweep import work_at  # noqa: PLC0415

    return work_at(case, tasks, version, cancelled)


def watched(flag: Path) -> Callable[[], bool]:
    """Return what says whether a file has appeared; it looks at the disk ten times a second at most."""
    looked, asked = -1e9, False

    def cancelled() -> bool:
        nonlocal looked, asked
        now = time.monotonic()
        if not asked and now - looked > _BETWEEN_LOOKS_S:
            looked, asked = now, flag.exists()
        return asked

    return cancelled


class _OnCluster:
    """Workers of a Dask cluster.

    A case is a task of its own, whose result stays with the workers that have made use of it: a worker that joins late
    or takes the place of a lost one gets it from another, or anew from the scheduler.
    """

    def __init__(self, client: distributed.Client) -> None:
        self._executor = _ClusterExecutor(client)
        self._cases: dict[str, distributed.Future] = {}

    def submit(self, case: Case, tasks: Sequence[Task], version: str) -> Future[Found]:
        if case.content not in self._cases:
            self._cases = {case.content: self._executor.send(_same, case)}
        return self._executor.submit(_work_at, self._cases[case.content], list(tasks), version)

    def count(self) -> int:
        return self._executor.count()

    def renew(self) -> None:
        """Lost workers are replaced by whoever runs the cluster; cases are sent anew."""
        self._cases = {}


class _ClusterExecutor(Executor):
    """The workers of a Dask cluster behind the interface of a pool; a task whose worker is lost is done by another."""

    def __init__(self, client: distributed.Client) -> None:
        self._client = client

    def send(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> distributed.Future:
        """Have something done whose result stays with the workers."""
        with self._scheduler(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sending large graph")
            return self._client.submit(fn, *args, pure=False, **kwargs)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have something done; cancelled, nobody waits for it any more."""
        asked = self.send(fn, *args, **kwargs)
        found: Future[T] = Future()
        asked.add_done_callback(lambda ended: _hand_over(ended, found))
        found.add_done_callback(lambda here: asked.cancel() if here.cancelled() else None)
        return found

    def count(self) -> int:
        """Return how many tasks are done at the same time now."""
        with self._scheduler():
            return sum(self._client.nthreads().values())

    @contextmanager
    def _scheduler(self) -> Iterator[None]:
        """Turn what the client raises when its scheduler is gone, and not to be reached again, into an error for users.

        Raises
        ------
        PlannerError
        """
        try:
            yield
        except Exception as error:
            # A client that has given its scheduler up closes, and then fails in many ways.
            if not isinstance(error, OSError) and self._client.status == _CONNECTED:
                raise
            text = _("The scheduler was lost. What is done is kept; start it again, then run the same again.")
            raise PlannerError(text) from error


def _reason(error: Exception) -> str:
    """Return the first line of what an error says, its kind where it says nothing."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def _same(case: Case) -> Case:
    return case


def _hand_over(asked: distributed.Future, found: Future[Any]) -> None:
    """Give the outcome of a task of the cluster to the future that waits for it."""
    from distributed.scheduler import KilledWorker  # noqa: PLC0415

    if found.cancelled():
        return
    if asked.status == "finished":
        found.set_result(asked.result())
        return
    error = asked.exception() if asked.status == "error" else None
    if error is None or isinstance(error, KilledWorker):
        found.set_exception(BrokenExecutor(str(error or asked.status)))
    else:
        found.set_exception(error)


@contextmanager
def _client(cluster: Cluster) -> Iterator[distributed.Client]:
    """Give a client of a scheduler."""
    try:
        from dask import config  # noqa: PLC0415
        from distributed import Client, Security  # noqa: PLC0415
    except ImportError as error:
        message = _("Clusters need the package distributed, which is not installed.")
        remedy = _("Install it with: pip install 'postlink-planner[distributed]'.")
        raise InputError(Problem("not-installed", message, remedy, column="--scheduler")) from error
    given = {"tls_ca_file": cluster.ca_file, "tls_client_cert": cluster.cert_file, "tls_client_key": cluster.key_file}
    named = {name: file for name, file in given.items() if file}
    # What is not named may stand in Dask's own configuration, where a program of its own may bring it.
    brought = not named and config.get("distributed.client.security-loader", None)
    security = None if brought else Security(**named, **({"require_encryption": True} if named else {}))
    if security is not None:
        _check_certificates(cluster, security)
    try:
        client = Client(cluster.address, security=security, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        message = _("The scheduler cannot be reached: {reason}.").format(reason=_reason(error))
        remedy = _("Start it with “dask scheduler”, and check address and certificates.")
        problem = Problem("no-scheduler", message, remedy, column="--scheduler", value=cluster.address)
        raise InputError(problem) from error
    try:
        yield client
    finally:
        with suppress(OSError, TimeoutError):
            client.close(timeout=_CONNECT_S)


def _check_certificates(cluster: Cluster, security: distributed.Security) -> None:
    """Refuse certificates that are not there, and an address that asks for some where there are none.

    Raises
    ------
    InputError
    """
    options = {"--tls-ca-file": cluster.ca_file, "--tls-cert": cluster.cert_file, "--tls-key": cluster.key_file}
    for option, file in options.items():
        if file and not Path(file).is_file():
            message, remedy = _("There is no such file."), _("Give the PEM file that whoever runs the cluster made.")
            raise InputError(Problem("missing-file", message, remedy, column=option, value=file))
    in_force = {"--tls-ca-file": security.tls_ca_file, "--tls-cert": security.tls_client_cert}
    lacking = [option for option, file in in_force.items() if not file]
    if lacking and cluster.address.startswith("tls://"):
        message = _("A scheduler at a tls:// address asks for certificates, and these are not given: {options}.")
        remedy = _("Name the PEM files that whoever runs the cluster made, --tls-key too; or give a tcp:// address.")
        problem = Problem(
            "no-certificate",
            message.format(options=", ".join(lacking)),
            remedy,
            column="--scheduler",
            value=cluster.address,
        )
        raise InputError(problem)
