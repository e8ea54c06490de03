"""A folder belongs to one run at a time, whoever asks and whenever."""

import multiprocessing
import subprocess
import sys
from pathlib import Path

import pytest

from planner.errors import CancelledError, InfeasibleError, InputError
from planner.jobs import (
    Journal,
    demo_run,
    evaluate_run,
    portfolio_run,
    read_events,
    run_folder,
    run_state,
    solve_run,
)

EXAMPLE = Path(__file__).parents[2] / "scenarios/demo/scenario.yaml"
RIVALS, ROUNDS = 4, 25
PATIENCE_S = 120


def left_behind(folder, ending):
    """Make a folder as an earlier run left it: nothing, finished, or gone without a word."""
    if ending is None:
        return
    folder.mkdir()
    (folder / "plan.json").write_text("{}")
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    journal = Journal(folder, pid=process.pid)
    journal.note("solve" if ending == "lost" else ending, "the earlier run")
    journal.close()


def rival(home, barrier, answers):
    """Want each folder at the same instant as the others; keep it until all have tried."""
    for number in range(ROUNDS):
        barrier.wait(PATIENCE_S)
        try:
            with run_folder(home / str(number), force=True):
                answers.put((number, "taken"))
                barrier.wait(PATIENCE_S)
        except InputError as error:
            answers.put((number, error.problems[0].code))
            barrier.wait(PATIENCE_S)


@pytest.mark.parametrize("ending", [None, "done", "lost"])
def test_of_those_who_want_a_folder_at_the_same_instant_one_gets_it(tmp_path, ending):
    for number in range(ROUNDS):
        left_behind(tmp_path / str(number), ending)
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(RIVALS), context.Queue()
    rivals = [context.Process(target=rival, args=(tmp_path, barrier, answers)) for _each in range(RIVALS)]
    for process in rivals:
        process.start()
    told = [answers.get(timeout=PATIENCE_S) for _answer in range(RIVALS * ROUNDS)]
    for process in rivals:
        process.join()
    for number in range(ROUNDS):
        answered = sorted(answer for folder, answer in told if folder == number)
        assert answered == ["run-in-use"] * (RIVALS - 1) + ["taken"]
        assert not (tmp_path / str(number) / "plan.json").exists()


def test_a_folder_is_free_again_when_whoever_was_taking_it_was_killed(tmp_path):
    code = (
        "import pathlib, sys, time\n"
        "from planner.jobs.folder import entrance\n"
        "with entrance(pathlib.Path(sys.argv[1])):\n"
        "    print('inside', flush=True)\n"
        "    time.sleep(600)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout.readline().strip() == b"inside"
        process.kill()
    with run_folder(tmp_path / "run"):
        assert run_state(tmp_path / "run") == "running"


def test_a_run_is_replaced_only_on_request(tmp_path):
    left_behind(tmp_path / "run", "lost")
    (tmp_path / "run/notes.txt").write_text("the user's own")
    with pytest.raises(InputError, match="already holds a run") as caught, run_folder(tmp_path / "run"):
        pass
    assert "--force" in caught.value.problems[0].remedy
    assert (tmp_path / "run/plan.json").exists()
    with run_folder(tmp_path / "run", force=True):
        names = {path.name for path in (tmp_path / "run").iterdir()}
        assert names == {"notes.txt", "events.jsonl", "log.txt", ".lock"}
        assert len(read_events(tmp_path / "run")) == 1


def test_not_even_the_same_process_has_a_folder_twice(tmp_path):
    with (
        run_folder(tmp_path),
        pytest.raises(InputError, match="at work in this folder"),
        run_folder(tmp_path, force=True),
    ):
        pass


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (InputError(()), "failed", ""),
        (ValueError("a fault of ours"), "failed", "ValueError: a fault of ours"),
        (CancelledError("before the first plan"), "cancelled", "before the first plan"),
        (InfeasibleError("limits conflict"), "done", "limits conflict"),
        (KeyboardInterrupt(), "cancelled", "Cancelled before the first plan."),
    ],
)
def test_the_last_line_says_which_error_ended_a_run(tmp_path, error, state, message):
    with pytest.raises(type(error)), run_folder(tmp_path):
        raise error
    assert run_state(tmp_path) == state
    assert read_events(tmp_path)[-1]["message"] == message


@pytest.mark.parametrize(
    ("error", "told"), [(CancelledError("before"), 0), (ValueError("ours"), 0), (KeyboardInterrupt(), 1)]
)
def test_whoever_listens_is_told_of_the_end_by_the_error_itself(tmp_path, error, told):
    """Else it is told twice; an interrupt has no text of its own."""
    events = []
    with pytest.raises(type(error)), run_folder(tmp_path, listener=events.append):
        raise error
    assert sum(event.phase in {"failed", "cancelled"} for event in events) == told


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written") as caught, run_folder(tmp_path / "file/run"):
        pass
    assert caught.value.problems[0].file == str(tmp_path / "file/run")


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("scenario.yaml", lambda folder, force: solve_run(EXAMPLE, folder, force=force)),
        ("scenario.yaml", lambda folder, force: evaluate_run(EXAMPLE, EXAMPLE, folder, force=force)),
        ("scenario.yaml", lambda folder, force: demo_run(folder, offices=10, seed=0, force=force)),
        ("country/scenario.yaml", lambda folder, force: demo_run(folder, offices=10, seed=0, force=force)),
    ],
)
def test_what_a_user_wrote_where_no_run_has_been_is_never_written_over(tmp_path, name, run, force):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("# my own words\n")
    with pytest.raises(InputError, match="no run's") as caught:
        run(tmp_path, force)
    assert name.split("/")[0] in caught.value.problems[0].message
    assert "--out" in caught.value.problems[0].remedy
    assert file.read_text() == "# my own words\n"
    assert {path.name for path in tmp_path.iterdir()} == {name.split("/")[0], ".lock"}


def test_a_folder_of_a_users_country_keeps_no_run_but_a_demo_from_lying_beside_it(tmp_path):
    (tmp_path / "country").mkdir()
    with run_folder(tmp_path):
        assert run_state(tmp_path) == "running"


def test_nothing_of_a_run_that_is_replaced_stays_where_readers_look_for_it(tmp_path):
    """A map would have outlines of the old country, and the app would take the new run for a portfolio."""
    left_behind(tmp_path / "run", "done")
    theirs = {"notes.txt", "robust/notes.txt", "other/plan.json"}
    made = {"regions.json", "portfolio.json", "portfolio.yaml", "scenario.yaml"} | {
        f"{part}/{name}" for part in ("robust", "same-money") for name in ("plan.json", "inputs.json", "scenario.yaml")
    }
    for name in theirs | made:
        (tmp_path / "run" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "run" / name).write_text("{}")
    with run_folder(tmp_path / "run", force=True):
        files = {
            path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*") if path.is_file()
        }
    # the scenario is what the new run writes first
    assert files == theirs | {"scenario.yaml", "events.jsonl", "log.txt", ".lock"}


def test_a_portfolio_file_that_no_portfolio_lies_beside_is_the_users(tmp_path):
    left_behind(tmp_path / "run", "done")
    (tmp_path / "run/portfolio.yaml").write_text("mine")
    (tmp_path / "run/sweep.jsonl").write_text("")
    with run_folder(tmp_path / "run", resumed_by="sweep.jsonl", command="sweep") as journal:
        journal.note("done")
    with run_folder(tmp_path / "run", force=True):
        pass
    assert (tmp_path / "run/portfolio.yaml").read_text() == "mine"


def test_a_folder_whose_clearing_was_killed_is_still_a_runs(tmp_path):
    left_behind(tmp_path / "run", "done")
    for name in ("scenario.yaml", "inputs.json"):
        (tmp_path / "run" / name).write_text("{}")
    (tmp_path / "run/events.jsonl").unlink()
    with run_folder(tmp_path / "run", force=True):
        assert run_state(tmp_path / "run") == "running"


def test_a_portfolio_file_where_no_run_has_been_is_not_written_over(tmp_path):
    file = tmp_path / "p.yaml"
    country = f"{{name: One, scenario: {EXAMPLE}}}"
    file.write_text(f"schema_version: 1\nname: One\ncurrency: USD\nbudgets: [1000]\ncountries: [{country}]\n")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/portfolio.yaml").write_text("mine")
    with pytest.raises(InputError, match="no run's"):
        portfolio_run(file, tmp_path / "out", force=True)
    assert (tmp_path / "out/portfolio.yaml").read_text() == "mine"


def test_a_sweep_writes_over_nothing_of_a_users(tmp_path):
    (tmp_path / "scenario.yaml").write_text("mine")
    with run_folder(tmp_path, command="sweep"):
        assert (tmp_path / "scenario.yaml").read_text() == "mine"


def test_a_folder_beside_that_no_run_has_made_is_left_alone(tmp_path):
    left_behind(tmp_path / "run", "done")
    (tmp_path / "run/robust").mkdir()
    (tmp_path / "run/robust/scenario.yaml").write_text("mine")
    with run_folder(tmp_path / "run", force=True):
        assert (tmp_path / "run/robust/scenario.yaml").read_text() == "mine"


def test_a_file_holds_no_run(tmp_path):
    (tmp_path / "plan.json").write_text("{}")
    assert run_state(tmp_path / "plan.json") is None
