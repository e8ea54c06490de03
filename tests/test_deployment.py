"""The page on deployment: its unit and its proxy are understood by the programs they are for, its names are ours."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return found


def test_systemd_takes_the_unit(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = tmp_path / "postlink.service"
    unit.write_text(block("ini").replace("/opt/postlink/bin/planner", shutil.which("true")))
    done = subprocess.run(["systemd-analyze", "verify", unit], check=False, capture_output=True, text=True)
    # It looks at all that the unit begins after, too; what this machine has there is not ours.
    assert (done.returncode, [line for line in done.stderr.splitlines() if "postlink" in line]) == (0, [])


def test_sessions_in_use_are_not_called_old(tmp_path):
    """A folder's own time is that of its last entry, not of what is written further below."""
    if os.name == "nt":
        pytest.skip("the server is one of Linux")
    year_ago = time.time() - 365 * 86_400
    for name in ("used", "left"):
        (tmp_path / name / "runs/first").mkdir(parents=True)
        plan = tmp_path / name / "runs/first/plan.json"
        plan.write_text("{}")
        for path in (plan, *list(plan.parents)[:3]):
            os.utime(path, (year_ago, year_ago))
    (tmp_path / "used/runs/first/plan.json").write_text("{ }")
    script = block("bash").replace("/var/lib/postlink/runs/sessions", str(tmp_path))
    done = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)
    assert [Path(line).name for line in done.stdout.splitlines()] == ["left"]


def test_nginx_takes_the_proxy(tmp_path):
    nginx = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed")
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=planner.example.org",
    ]
    files = ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    subprocess.run([*map(str, [*make, *files])], check=True, capture_output=True)
    server = block("nginx").replace("/etc/nginx/planner", str(tmp_path))
    config = tmp_path / "nginx.conf"
    kept = [f"{what}_temp_path {tmp_path}/{what};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")]
    outer = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n"
    config.write_text(outer + "\n".join(kept) + server + "}\n")
    done = subprocess.run([nginx, "-t", "-c", config], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_every_variable_is_one_that_the_program_reads():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "planner").rglob("*.py"))
    names = set(re.findall(r"PLANNER_[A-Z_]+", PAGE))
    assert len(names) >= 6
    assert [name for name in sorted(names) if name not in code] == []


@pytest.mark.parametrize("page", ["deploy.md", "release.md", "../CONTRIBUTING.md"])
def test_every_target_of_make_is_there(page):
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert {name for words in re.findall(r"`make ([a-z ]+)`", text) for name in words.split()} <= set(targets)
    for script in re.findall(r"python (\.?[\w./]+\.py)", text):
        assert (ROOT / script).is_file(), script
