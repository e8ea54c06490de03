"""What a run tells, read by others while it is being written."""

import subprocess
import sys

from planner.jobs import Journal, read_events, run_state


def test_a_line_that_is_still_being_written_is_not_read(tmp_path):
    journal = Journal(tmp_path)
    journal.note("inputs", "first")
    journal.close()
    with (tmp_path / "events.jsonl").open("a") as stream:
        stream.write('{"time": "2026-')
    assert [event["message"] for event in read_events(tmp_path)] == ["first"]


def test_any_text_may_be_told(tmp_path):
    """JSON leaves these line separators as they are; half a character stands where a line is being written."""
    message = "two\u2028lines\x85 of “Ngazidja”"
    journal = Journal(tmp_path)
    journal.note("inputs", message)
    journal.close()
    with (tmp_path / "events.jsonl").open("ab") as stream:
        stream.write("{“".encode()[:-1])
    assert [event["message"] for event in read_events(tmp_path)] == [message]


def test_a_process_that_is_gone_is_a_lost_run(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", ""])
    journal = Journal(tmp_path, pid=process.pid)
    journal.note("solve", "searching")
    journal.close()
    process.wait()
    assert run_state(tmp_path) == "lost"
