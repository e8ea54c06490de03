"""Files that appear whole or not at all."""

import os
import threading

import pytest

from planner.files import held, whole_file, write_whole

posix_only = pytest.mark.skipif(os.name == "nt", reason="permission bits are those of POSIX")


@posix_only
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_a_file_is_as_readable_as_any_other_of_the_user(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "result.json", "{}")
        (tmp_path / "other.json").write_text("{}")
    finally:
        os.umask(before)
    assert (tmp_path / "result.json").stat().st_mode == (tmp_path / "other.json").stat().st_mode


@posix_only
def test_the_mask_of_the_process_is_left_alone_meanwhile(tmp_path):
    """Other threads make files too: theirs must not become writable for everybody."""
    before, loose, done = os.umask(0o077), [], threading.Event()

    def others():
        for i in range(10_000):
            if done.is_set():
                return
            file = tmp_path / f"other-{i}"
            file.touch()
            loose.append(file.stat().st_mode & 0o077)

    try:
        thread = threading.Thread(target=others)
        thread.start()
        for _i in range(200):
            write_whole(tmp_path / "result.json", "{}")
        done.set()
        thread.join()
    finally:
        os.umask(before)
    assert loose
    assert not any(loose)


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path):
    write_whole(tmp_path / "plan.json", "old")

    def fail_half_way():
        with whole_file(tmp_path / "plan.json") as temporary:
            temporary.write_text("ne")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert (tmp_path / "plan.json").read_text() == "old"


def test_the_temporary_file_lies_beside_the_file_and_keeps_its_suffix(tmp_path):
    with whole_file(tmp_path / "plan.gpkg") as temporary:
        assert (temporary.parent, temporary.suffix, temporary.name[0]) == (tmp_path, ".gpkg", ".")
        temporary.write_bytes(b"new")
    assert (tmp_path / "plan.gpkg").read_bytes() == b"new"


def test_one_at_a_time_holds_a_file(tmp_path):
    """What each reads, raises by one and writes is lost as soon as two do it at once."""
    count = tmp_path / "count"
    count.write_text("0")

    def raise_it():
        for _time in range(100):
            with held(tmp_path / "lock"):
                count.write_text(str(int(count.read_text()) + 1))

    threads = [threading.Thread(target=raise_it) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count.read_text() == "400"
    assert (tmp_path / "lock").read_bytes() == b""


def test_what_fails_lets_go_of_the_file(tmp_path):
    with pytest.raises(RuntimeError, match="inside"), held(tmp_path / "lock"):
        raise RuntimeError("inside")
    with held(tmp_path / "lock"):
        pass
