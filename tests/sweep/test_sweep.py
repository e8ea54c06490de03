"""Many plans at once: the same answers whoever does the work, and nothing done twice."""

import csv
import json
import os
import signal
import time
from concurrent.futures import BrokenExecutor, Future
from contextlib import closing

import pandas as pd
import pytest
import yaml
from rich.console import Console
from sweep_question import DRAWS, LIMITS, TASKS, WISHES
from typer.testing import CliRunner

from planner.catalogue import load_catalogue
from planner.catalogue.figures import figures
from planner.cli.commands import app
from planner.errors import CancelledError, InputError, PlannerError
from planner.i18n import set_language
from planner.jobs import request_cancel, run_state, solve_run, sweep_run
from planner.jobs.sweeping import Swept
from planner.report.sweep import print_sweep
from planner.scenario import Amount, Share, load_scenario
from planner.scenario.yaml_text import field_path
from planner.sweep import MOST_LOSSES, DoneTasks, Task, cases, chunk_size, do_tasks
from planner.wording import figure


@pytest.fixture(autouse=True)
def _english():
    yield
    set_language("en")


def known(folder):
    with closing(DoneTasks(folder)) as done:
        return done.rows


def lines_of(folder):
    return (folder / "sweep.jsonl").read_text(encoding="utf-8").splitlines()


def test_the_plan_at_typical_prices_is_that_of_solve(serial, country, tmp_path):
    table = pd.read_parquet(serial / "sweep.parquet")
    assert len(table) == TASKS
    typical = table[(table.draw == 0) & (table.budget == 250_000)].iloc[0]
    overrides = {**WISHES, "budgets.programme": 250_000.0}
    plan = solve_run(country, tmp_path / "run", overrides=overrides)
    assert (typical["value"], typical["bound"]) == (plan.outcome.value, plan.outcome.bound)
    for name in ("programme_cost", "capex", "people", "offices_connected"):
        assert typical[name] == plan.totals[name]
    assert typical["spent"] == plan.budgets[0]["spent"] <= 250_000


def test_draws_have_the_same_money_and_other_prices(serial):
    table = pd.read_parquet(serial / "sweep.parquet")
    drawn = pd.read_parquet(serial / "draws.parquet")
    assert set(table.budget) == {250_000.0, table.budget.min()}
    assert sorted(drawn.draw.unique()) == list(range(1, DRAWS + 1))
    assert (drawn.drop_duplicates(["figure", "value"]).figure.value_counts() == DRAWS).all()
    rich = table[table.budget == 250_000]
    assert len(set(rich.value)) > 1
    assert (rich.spent <= 250_000).all()


def test_processes_find_the_same_bit_for_bit(serial, country, tmp_path, same_tables):
    found = sweep_run([country], tmp_path / "pool", limits=LIMITS, draws=DRAWS, overrides=WISHES, workers=2)
    assert found.termination == "done"
    assert same_tables(serial, tmp_path / "pool")


def test_what_is_done_is_not_done_again(serial, country, tmp_path, same_tables):
    """A sweep that was killed in the middle of a line goes on behind the last whole one."""
    folder = tmp_path / "half"
    folder.mkdir()
    lines = lines_of(serial)
    half = TASKS // 2
    (folder / "sweep.jsonl").write_text("\n".join(lines[:half]) + "\n" + lines[half][:40], encoding="utf-8")
    told = []
    asked = {"limits": LIMITS, "draws": DRAWS, "overrides": WISHES}
    found = sweep_run([country], folder, **asked, listener=lambda event: told.append(event.message))
    assert found.known == half
    assert f"Plans found: {half} of {TASKS}" in told
    assert any("left" in message for message in told)
    keys = [json.loads(line)["row"]["key"] for line in lines_of(folder)]
    assert len(keys) == len(set(keys)) == TASKS
    assert same_tables(serial, folder)
    again = sweep_run([country], folder, **asked)
    assert again.known == TASKS
    assert len(lines_of(folder)) == TASKS


def test_another_question_is_asked_anew_and_answers_stay(serial, country, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "sweep.jsonl").write_bytes((serial / "sweep.jsonl").read_bytes())
    found = sweep_run([country], folder, limits=[Amount(amount=300_000.0)], overrides=WISHES)
    assert (found.known, len(found.rows)) == (0, 1)
    assert len(lines_of(folder)) == TASKS + 1


def test_cancelled_it_keeps_what_is_done_and_goes_on(serial, country, tmp_path, same_tables):
    folder = tmp_path / "run"
    asked = {"limits": LIMITS, "draws": DRAWS, "overrides": WISHES}

    def after_the_first(event):
        seen.append(event.message)
        if event.message.startswith("Plans found: ") and not event.message.startswith("Plans found: 0 "):
            request_cancel(folder)

    seen = []
    found = sweep_run([country], folder, **asked, listener=after_the_first)
    assert found.termination == run_state(folder) == "cancelled", seen
    assert 1 <= len(found.rows) < TASKS
    assert sweep_run([country], folder, **asked).known == len(found.rows)
    assert same_tables(serial, folder)


def test_scenarios_of_one_name_are_refused(country, tmp_path):
    with pytest.raises(InputError) as refused:
        sweep_run([country, country], tmp_path / "run", overrides=WISHES)
    (problem,) = refused.value.problems
    assert (problem.code, problem.file) == ("same-name", str(country))
    assert not (tmp_path / "run").exists()


class Mortal:
    """Workers of which the n-th submission kills one."""

    def __init__(self, fatal, answer=lambda task: {"row": {"key": task.key, "status": "feasible"}, "seconds": 0.01}):
        self.fatal, self.answer, self.sent, self.renewed = fatal, answer, 0, 0

    def submit(self, _case, tasks, _version):
        self.sent += 1
        future = Future()
        if self.fatal(self.sent):
            future.set_exception(BrokenExecutor("gone"))
        else:
            future.set_result([self.answer(task) for task in tasks])
        return future

    def count(self):
        return 2

    def renew(self):
        self.renewed += 1


def many(n):
    return [Task(0, "x", None, k, {}, f"key{k}") for k in range(n)]


def drive(workers, tasks, folder):
    told = []
    with closing(DoneTasks(folder)) as done:
        whole = do_tasks(
            [None], tasks, done, workers, cancelled=lambda: False, on_progress=lambda *now: told.append(now)
        )
    return whole, done, told


def test_lost_workers_are_replaced_and_nothing_is_lost(tmp_path):
    workers = Mortal(lambda n: n % 3 == 0)
    whole, done, told = drive(workers, many(100), tmp_path)
    assert whole
    assert set(done.rows) == {f"key{k}" for k in range(100)}
    assert workers.renewed > 0
    assert told[-1][:2] == (100, 100)
    assert [n for n, *_rest in told] == sorted(n for n, *_rest in told)


def test_workers_that_are_lost_again_and_again_end_the_sweep(tmp_path):
    workers = Mortal(lambda n: n > 4)
    with pytest.raises(PlannerError, match="lost 5 times in a row"):
        drive(workers, many(100), tmp_path)
    assert MOST_LOSSES == 5
    assert workers.renewed == 4, "the fifth loss in a row is the last one"
    assert len(known(tmp_path)) >= 4


def test_a_process_of_the_pool_that_dies_is_replaced(serial, country, tmp_path, same_tables):
    folder = tmp_path / "run"
    killed = []

    def kill_one(event):
        if not killed and event.message.startswith(("Plans found: 2", "Plans found: 3")):
            import psutil

            victims = [p for p in psutil.Process().children() if "spawn_main" in " ".join(p.cmdline())]
            os.kill(victims[0].pid, signal.SIGKILL)
            killed.append(victims[0].pid)

    found = sweep_run([country], folder, limits=LIMITS, draws=DRAWS, overrides=WISHES, workers=2, listener=kill_one)
    assert killed
    assert found.termination == "done"
    assert same_tables(serial, folder)


def test_an_error_of_one_task_is_told_and_asked_again(tmp_path):
    bad = {"key5", "key7"}

    def answer(task):
        status = "error" if task.key in bad else "feasible"
        return {"row": {"key": task.key, "status": status, "message": "x"}, "seconds": 0.01}

    _whole, done, _told = drive(Mortal(lambda _n: False, answer), many(10), tmp_path)
    assert {key for key, row in done.rows.items() if row["status"] == "error"} == bad
    assert set(known(tmp_path)) == {f"key{k}" for k in range(10)} - bad


@pytest.mark.parametrize(
    ("seconds", "waiting", "workers", "size"),
    [(None, 100, 2, 1), (0.01, 100, 2, 10), (0.01, 6, 2, 3), (3.0, 100, 2, 1), (0.0, 1000, 2, 100), (0.06, 100, 4, 2)],
)
def test_chunks_are_worth_sending_and_leave_work_for_all(seconds, waiting, workers, size):
    assert chunk_size(seconds, waiting, workers) == size


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_command_tells_what_it_has_found(country, tmp_path, lang):
    asked = (country, "--budget", "20%", "--budget", "250000", "--gap", 0.3, "--workers", 1, "--lang", lang)
    result = call("sweep", *asked, "--out", tmp_path / "run")
    assert result.exit_code == 0, result.stderr
    assert {"en": "Benefit", "fr": "Bénéfice"}[lang] in result.stdout
    assert "250,000" in result.stdout.replace("\u202f", ",").replace("\xa0", ",")
    again = call("sweep", *asked, "--out", tmp_path / "run", "--json")
    document = json.loads(again.stdout)
    assert (document["tasks"], len(document["rows"])) == (2, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--budget", "much"), "--budget"),
        (("--tls-cert", "x.pem"), "--scheduler"),
        (("--scheduler", "tcp://127.0.0.1:9"), "dask scheduler"),
        (("--scheduler", "nonsense://x"), "dask scheduler"),
    ],
)
def test_wrong_usage_is_told(country, tmp_path, arguments, words, monkeypatch):
    from planner.jobs import workers

    monkeypatch.setattr(workers, "_CONNECT_S", 0.5)
    result = call("sweep", country, *arguments, "--out", tmp_path / "run")
    assert result.exit_code == 2, result.stdout + result.stderr
    assert words in result.stderr


@pytest.fixture
def variant(country, tmp_path):
    """Return a maker of the country's scenario with other sections, written as YAML of one line each."""

    def make(**sections):
        asked = yaml.safe_load(country.read_text(encoding="utf-8")) | sections
        file = tmp_path / "scenario.yaml"
        file.write_text("".join(f"{name}: {json.dumps(asked[name])}\n" for name in asked), encoding="utf-8")
        return file, {name: row for row, name in enumerate(asked, 1)}

    return make


def refused(country, file, tmp_path, **asked):
    with pytest.raises(InputError) as caught:
        sweep_run([file], tmp_path / "run", data_root=country.parent, overrides=WISHES, **asked)
    (problem,) = caught.value.problems
    return problem.code, problem.file, problem.row, problem.column


def test_where_nothing_is_uncertain_the_scenario_is_named(country, variant, tmp_path):
    catalogue = load_catalogue(load_scenario(country))
    sections = {field_path(entry.at).partition(".")[0] for entry in figures(catalogue) if entry.estimate}
    file, rows = variant(uncertainty={"fixed": sorted(sections)})
    expected = ("nothing-uncertain", str(file), rows["uncertainty"], "uncertainty")
    assert refused(country, file, tmp_path, draws=1) == expected


def test_a_share_of_nothing_names_who_asked_for_it(country, variant, tmp_path):
    """Nobody can be connected; the share is that of the scenario, or of the command line."""
    with (country.parent / "data/offices.csv").open(encoding="utf-8") as table:
        everybody = [row["id"] for row in csv.DictReader(table)]
    file, rows = variant(limits={"exclude": everybody}, budgets=[{"name": "programme", "limit": "20 %"}])
    there = (str(file), rows["budgets"], "budgets[0].limit")
    assert refused(country, file, tmp_path, draws=1) == ("no-candidates", *there)
    said = refused(country, file, tmp_path, limits=[Share(share=0.2)])
    assert said == ("no-candidates", None, None, "--budget")
    # a task that ends so tells the same in its row
    found = sweep_run([file], tmp_path / "told", data_root=country.parent, overrides=WISHES)
    assert [row["termination"] for row in found.rows] == ["input"]
    assert found.rows[0]["message"].startswith(f"{file}, line {rows['budgets']}, field budgets[0].limit")


def test_a_folder_of_another_run_is_not_taken(country, tmp_path):
    folder = tmp_path / "run"
    solve_run(country, folder, overrides=WISHES)
    with pytest.raises(InputError, match="already holds a run"):
        sweep_run([country], folder, overrides=WISHES)
    assert (folder / "plan.json").exists()


def test_cancelled_while_it_prepares_it_ends_there_and_keeps_what_was_done(serial, country, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "sweep.jsonl").write_bytes((serial / "sweep.jsonl").read_bytes())

    def at_once(event):
        told.append(event.message)
        if event.message.startswith("Preparing"):
            request_cancel(folder)
            time.sleep(0.2)  # the folder is looked at ten times a second

    told = []
    with pytest.raises(CancelledError, match="prepared"):
        sweep_run([country], folder, limits=LIMITS, draws=DRAWS, overrides=WISHES, listener=at_once)
    assert told[-1].startswith("Preparing")
    assert run_state(folder) == "cancelled"
    assert sweep_run([country], folder, limits=LIMITS, draws=DRAWS, overrides=WISHES).known == TASKS


def test_what_connecting_all_costs_is_reckoned_once(country, monkeypatch):
    """Shares of one cost, however many: it takes longer than all else that is prepared."""
    asked, reckon = [], cases.cost_of_all

    def reckoned(*question):
        asked.append(question)
        return reckon(*question)

    monkeypatch.setattr(cases, "cost_of_all", reckoned)
    case = cases.make_case(load_scenario(country, overrides=WISHES))
    half, whole, amount = cases.tasks_of(case, 0, [Share(share=0.5), Share(share=1.0), Amount(amount=7.0)], 0)
    assert len(asked) == 1
    assert half.budget == pytest.approx(whole.budget / 2, abs=0.01)
    assert amount.budget == 7.0
    assert len(cases.tasks_of(case, 0, [Amount(amount=7.0)], 0)) == len(asked) == 1


def test_the_name_of_the_only_budget_may_be_said(country, tmp_path):
    """As ``planner solve`` has it; another name is none of the scenario's."""
    asked = ("--gap", 0.3, "--workers", 1, "--out", tmp_path / "run", "--json")
    named = call("sweep", country, "--budget", "programme=250000", "--budget", "programme=20%", *asked)
    assert named.exit_code == 0, named.stderr
    plain = call("sweep", country, "--budget", "250000", "--budget", "20%", *asked)
    assert json.loads(plain.stdout)["rows"] == json.loads(named.stdout)["rows"]
    refused = call("sweep", country, "--budget", "20%", "--budget", "other=20%", *asked)
    assert refused.exit_code == 2
    (problem,) = json.loads(refused.stdout)["problems"]
    assert (problem["file"], problem["column"], problem["value"]) == (str(country), "--budget", "other")
    assert "“programme”" in problem["message"]


@pytest.mark.parametrize(("lang", "heading"), [("en", "Offices gained"), ("fr", "Bureaux gagnés")])
def test_the_table_counts_offices_that_are_gained(serial, capsys, lang, heading):
    """Newly connected and upgraded ones, as a portfolio does: not those that were adequate before."""
    table = pd.read_parquet(serial / "sweep.parquet")
    row = table[(table.draw == 0) & (table.budget == 250_000)].iloc[0]
    gained = int(row.offices_newly_connected + row.offices_upgraded)
    assert gained < row.offices_connected
    set_language(lang)
    found = Swept("done", (row.to_dict(),), 1, 0)
    console = Console(width=200, force_terminal=False)
    print_sweep(found, console, serial)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(heading)
    assert lines[1].split()[-1] == str(gained)


def test_figures_of_the_typical_draw_are_told_apart_from_those_of_all(serial, capsys):
    table = pd.read_parquet(serial / "sweep.parquet")
    of_one = table[table.budget == 250_000]
    console = Console(width=200, force_terminal=False)
    note = "Benefit and offices are those at typical prices"
    for rows, told in ((of_one, True), (of_one[of_one.draw == 0], False)):
        print_sweep(Swept("done", tuple(rows.to_dict("records")), len(rows), 0), console, serial)
        said = capsys.readouterr().out
        assert (note in said) == told
        (typical,) = of_one[of_one.draw == 0].value
        expected = [figure(value) for value in (typical, rows.value.min(), rows.value.max())]
        assert said.splitlines()[1].split()[-6:-3] == expected
