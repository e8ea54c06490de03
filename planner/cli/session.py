"""What every command shares: language, output, progress, errors and exit codes."""

from __future__ import annotations

import gc
import importlib
import json
import sys
import traceback
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column

from planner.errors import InputError, PlannerError, Problem
from planner.i18n import LANGUAGES, _, set_language
from planner.report.layout import new_console, print_problems, say
from planner.wording import so_far

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from planner.i18n import Language
    from planner.jobs import Event

RunDir = Annotated[Path, typer.Argument(metavar="RUN", help=_("Run folder."))]
DataRoot = Annotated[
    Path | None,
    typer.Option("--data-root", help=_("Folder that the scenario's input files are relative to."), show_default=False),
]
Out = Annotated[Path | None, typer.Option("--out", help=_("Folder to write to."), show_default=False)]
LangOption = Annotated[str, typer.Option("--lang", help=_("Language: en or fr."), show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help=_("One JSON document on standard output, nothing else."))]
QuietOption = Annotated[bool, typer.Option("--quiet", help=_("No progress, no summary."))]
DebugOption = Annotated[bool, typer.Option("--debug", help=_("Show the traceback of an error."))]

NEW_OBJECTS = 50_000
"""After so many new objects garbage is looked for: some 10 MB of them."""

_BLAS, _ARITHMETIC = "scipy.linalg.cython_blas", "numba.np.arraymath"


@dataclass
class Session:
    """The two channels of a command: results on standard output, progress and errors on standard error."""

    json: bool
    quiet: bool
    out: Console = field(default_factory=new_console)
    err: Console = field(default_factory=lambda: new_console(stderr=True))

    def document(self, content: object) -> None:
        """Print the one JSON document of ``--json``."""
        sys.stdout.write(json.dumps(content, ensure_ascii=False, indent=1, default=str, allow_nan=False) + "\n")

    def say(self, text: str) -> None:
        """Print a text of the result for people."""
        if not self.json and not self.quiet:
            say(self.out, text, hang=2)

    def complain(self, text: str) -> None:
        """Print on standard error why there is no result."""
        say(self.err, text, style="red")

    @contextmanager
    def progress(self) -> Iterator[ProgressLine]:
        """Show progress on standard error: a bar on a terminal, plain lines otherwise, nothing when quiet."""
        if self.quiet:
            yield ProgressLine(None, None)
        elif self.err.is_terminal:
            text = TextColumn("{task.description}", markup=False, table_column=Column(overflow="fold"))
            columns = (SpinnerColumn(), text, BarColumn(bar_width=20), TimeElapsedColumn())
            with Progress(*columns, console=self.err, transient=True) as bar:
                yield ProgressLine(bar, None)
        else:
            yield ProgressLine(None, self.err)


class ProgressLine:
    """Turns the events of a run into a bar or into lines."""

    def __init__(self, bar: Progress | None, lines: Console | None) -> None:
        self._bar, self._lines = bar, lines
        self._task = bar.add_task("", total=None) if bar else None
        self._last = ("", -1e9)

    def show(self, event: Event) -> None:
        """Show one event."""
        text = event.message
        if event.gap is not None:
            text = so_far(event.gap, least=event.least)
        if self._bar is not None and self._task is not None:
            total = None if event.share is None else 1.0
            description = text or self._bar.tasks[0].description
            self._bar.update(self._task, description=description, total=total, completed=event.share or 0.0)
        elif self._lines is not None and text and text != self._last[0]:
            # A search reports many times a second; a log wants a line now and then.
            if event.phase == "solve" and event.gap is not None and event.seconds - self._last[1] < 2:
                return
            self._last = (text, event.seconds)
            say(self._lines, f"{event.seconds:7.1f} s  {text}", hang=11)


@contextmanager
def session(lang: str, *, json: bool, quiet: bool, debug: bool, run: Path | None = None) -> Iterator[Session]:
    """Run a command: set the language, and turn the error family into messages and exit codes.

    Parameters
    ----------
    lang, json, quiet, debug
        The options that every command has.
    run : Path or None
        Folder that the command was told to write its run to. If it was taken for this process, errors end in its
        journal too, those in the command's own options among them: nobody else may be watching.
    """
    here = Session(json, quiet)
    try:
        with _told_in(run):
            if lang:
                set_language(_language(lang))
            yield here
    except typer.Exit:
        raise
    except PlannerError as error:
        _show_traceback(here, debug=debug)
        _report(here, error)
        raise typer.Exit(error.exit_code) from None
    except (BrokenPipeError, KeyboardInterrupt):
        raise typer.Exit(4) from None
    except Exception as error:  # noqa: BLE001 - the last resort: nobody is shown a traceback without asking
        _show_traceback(here, debug=debug)
        message = _("Internal error: {kind}: {error}. Please report it, with what --debug shows.")
        say(here.err, message.format(kind=type(error).__name__, error=error), style="red")
        raise typer.Exit(1) from None


@contextmanager
def _told_in(run: Path | None) -> Iterator[None]:
    try:
        yield
    except typer.Exit:
        raise
    except BaseException as error:
        if run is not None:
            from planner.jobs import tell_failure

            tell_failure(run, error)
        raise


@contextmanager
def loading() -> Iterator[None]:
    """Load modules without looking for garbage: nearly all that loading makes stays, and the search is a seventh of it.

    What is there at the end is never looked at again, and later searches come once in `NEW_OBJECTS`, not in 700: the
    tables of a plan are many objects that stay, and a command ends soon.
    """
    gc.disable()
    try:
        _go_without_blas()
        yield
    finally:
        gc.freeze()
        gc.set_threshold(NEW_OBJECTS)
        gc.enable()


def _go_without_blas() -> None:
    """Load Numba's arithmetic of arrays as if SciPy had no BLAS: no kernel multiplies matrices.

    Numba looks for BLAS before the first kernel, and loads all of SciPy's linear algebra for it. Who needs that later
    finds it as ever. No other thread may load it meanwhile: a command has none yet.
    """
    if _BLAS in sys.modules or _ARITHMETIC in sys.modules:
        return
    sys.modules[_BLAS] = None  # type: ignore[assignment]  # how the import system is told that there is none
    try:
        with suppress(ImportError):  # a room of Numba's own, which may have another name one day
            importlib.import_module(_ARITHMETIC)
    finally:
        del sys.modules[_BLAS]


def _show_traceback(here: Session, *, debug: bool) -> None:
    """Show where an error comes from, if that was asked for; the message and the exit code stay the same."""
    if debug:
        here.err.print(traceback.format_exc(), markup=False)


def _language(lang: str) -> Language:
    for known in LANGUAGES:
        if lang == known:
            return known
    message = _("There is no language “{lang}”.").format(lang=lang)
    raise InputError(Problem("bad-option", message, _("Choose en or fr."), column="--lang"))


def _report(here: Session, error: PlannerError) -> None:
    """Print an error: as a list if it has several problems, as JSON if that was asked for."""
    problems = error.problems if isinstance(error, InputError) else ()
    if here.json:
        content: dict[str, Any] = {"error": type(error).__name__, "message": str(error)}
        here.document({**content, "problems": [problem.as_dict() for problem in problems]})
    elif len(problems) > 1:
        print_problems(here.err, problems)
    else:
        say(here.err, str(error), style="red")
