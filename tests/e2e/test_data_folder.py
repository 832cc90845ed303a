"""The data folder: what cannot be used is refused with its path and a remedy; what was kept is there again."""

import contextlib
import os
import shutil
import sqlite3

import pytest

from fcemu import fcemu

DATABASE = "fcemu.db"


def change(path, statement):
    with contextlib.closing(sqlite3.connect(path)) as database:
        rows = database.execute(statement).fetchall()
        database.commit()
    return rows


@pytest.fixture
def kept(daemon, tmp_path):
    """A folder that a daemon has written and left."""
    folder = tmp_path / "deep" / "below" / "data"
    running = daemon(arguments=["--data", folder])
    assert running.call("POST", "/2016-08-15/services", '{"serviceName": "kept"}').status == 200
    running.stop()
    return folder


def refusal(folder):
    """Why the daemon does not start, in one line."""
    ended = fcemu("serve", "--listen", "127.0.0.1:0", "--data", folder, "--ca-dir", folder.parent / "ca", folder=folder.parent)
    lines = ended.stderr.strip().splitlines()
    assert ended.returncode == 2 and len(lines) == 1, ended.stderr
    assert str(folder) in lines[0]
    return lines[0]


def test_folders_above_are_made_and_the_state_is_there_again(daemon, kept):
    again = daemon(arguments=["--data", kept])
    assert again.call("GET", "/2016-08-15/services/kept").status == 200
    assert oct(kept.stat().st_mode & 0o777) == "0o700"


def test_file_is_no_folder(tmp_path):
    (tmp_path / "file").touch()
    assert "Not a directory; choose another with --data" in refusal(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_unwritable_folder_says_who_and_how_to_mend_it(tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    line = refusal(folder)
    assert f"uid {os.geteuid()} cannot write" in line and f"chown {os.geteuid()} '{folder}'" in line


def test_second_daemon_is_told_who_has_it(daemon, tmp_path):
    first = daemon(arguments=["--data", tmp_path / "data"])
    assert f"in use by another fcemu (process {first.pid})" in refusal(tmp_path / "data")
    assert first.call("GET", "/2016-08-15/services").status == 200


def test_newer_format_is_refused_and_left_alone(kept):
    change(kept / DATABASE, "PRAGMA user_version = 99")
    before = (kept / DATABASE).read_bytes()
    assert "format 99 was written by a newer fcemu" in refusal(kept)
    assert (kept / DATABASE).read_bytes() == before


def overwrite(offset, data):
    def damage(path):
        with open(path, "r+b") as file:
            file.seek(offset)
            file.write(data)

    return damage


def cut_documents(path):
    change(path, "UPDATE resource SET document = '{\"a\": '")


@pytest.mark.parametrize(
    "damage",
    [overwrite(0, b"garbage!" * 200), overwrite(4096, b"\xff" * 8192), lambda path: os.truncate(path, 5000), cut_documents],
    ids=["header", "pages", "truncated", "document"],
)
def test_damaged_database_is_refused_with_a_remedy(kept, damage):
    damage(kept / DATABASE)
    assert "the database is damaged: put back a copy, or move the file away to start empty" in refusal(kept)


def test_database_of_another_program_is_left_alone(tmp_path):
    folder = tmp_path / "foreign"
    folder.mkdir()
    change(folder / DATABASE, "CREATE TABLE addresses (name)")
    assert "made by another program" in refusal(folder)
    assert change(folder / DATABASE, "SELECT name FROM sqlite_master") == [("addresses",)]


def test_copy_of_a_folder_is_a_folder(daemon, kept, tmp_path):
    shutil.copytree(kept, tmp_path / "copy")
    assert daemon(arguments=["--data", tmp_path / "copy"]).call("GET", "/2016-08-15/services/kept").status == 200
