"""The data folder: what cannot be used is refused with its path and a remedy; what was kept is there again."""

import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import urllib.parse

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


# ---- what is written into files that are nobody's any more ----


def create(running, name):
    return running.call("POST", "/2016-08-15/services", json.dumps({"serviceName": name}))


def replace(path):
    shutil.copy(path, f"{path}.other")
    os.replace(f"{path}.other", path)


def remove_folder(path):
    path.parent.rename(path.parent.with_name("moved"))


DAMAGE = {
    "folder moved": (DATABASE, remove_folder, "was removed"),
    "database removed": (DATABASE, os.unlink, "was removed"),
    "log removed": (f"{DATABASE}-wal", os.unlink, "was removed"),
    "index removed": (f"{DATABASE}-shm", os.unlink, "was removed"),
    "database replaced": (DATABASE, replace, "was replaced by another file"),
    "log replaced": (f"{DATABASE}-wal", replace, "was replaced by another file"),
    "database truncated": (DATABASE, lambda path: os.truncate(path, 0), "was cut short"),
    "log truncated": (f"{DATABASE}-wal", lambda path: os.truncate(path, 100), "was cut short"),
    "index truncated": (f"{DATABASE}-shm", lambda path: os.truncate(path, 0), "was cut short"),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.sound("A2", name, "500 for the write, readyz 503, one log line with the remedy")) for name in DAMAGE]
)
def test_write_that_would_be_lost_is_refused(daemon, tmp_path, name):
    file, damage, says = DAMAGE[name]
    running = daemon(arguments=["--data", tmp_path / "data"])
    assert create(running, "before").status == 200
    damage(tmp_path / "data" / file)
    assert running.admin("GET", "readyz").status == 503  # before anybody writes
    for number in range(3):
        reply = create(running, f"lost{number}")
        assert (reply.status, reply.json()["ErrorCode"]) == (500, "InternalServerError")
    assert running.call("GET", "/2016-08-15/services/before").status == 200
    health = running.admin("GET", "health")
    assert health.status == 503 and f"{file}' {says}" in health.json()["store"]
    assert running.admin("GET", "livez").status == 200
    lines = [line for line in running.log().splitlines() if " error " in line]
    assert len(lines) == 1 and f"{file}' {says}" in lines[0] and "fcemu snapshot save FOLDER" in lines[0], running.log()


@pytest.mark.sound("A2", "the database put back in its place", "writes are kept again")
def test_files_that_come_back_are_written_again(daemon, tmp_path):
    running = daemon(arguments=["--data", tmp_path / "data"])
    assert create(running, "before").status == 200
    (tmp_path / "data").rename(tmp_path / "away")
    assert create(running, "lost").status == 500
    assert running.call("GET", "/2016-08-15/services/lost").status == 404
    (tmp_path / "away").rename(tmp_path / "data")
    assert running.admin("GET", "readyz").status == 200
    assert create(running, "after").status == 200
    running.stop()
    again = daemon(arguments=["--data", tmp_path / "data"])
    names = [service["serviceName"] for service in again.call("GET", "/2016-08-15/services").json()["services"]]
    assert names == ["after", "before"]


@pytest.mark.sound("A2", "snapshot save after the files were removed", "what is known is saved, as the log line says")
def test_what_is_known_can_still_be_saved(daemon, tmp_path):
    running = daemon(arguments=["--data", tmp_path / "data"])
    assert create(running, "before").status == 200
    os.unlink(tmp_path / "data" / DATABASE)
    assert create(running, "lost").status == 500
    assert running.run("snapshot", "save", tmp_path / "saved").returncode == 0
    running.stop()
    again = daemon(arguments=["--data", tmp_path / "fresh"])
    assert again.run("snapshot", "load", tmp_path / "saved").returncode == 0
    names = [service["serviceName"] for service in again.call("GET", "/2016-08-15/services").json()["services"]]
    assert names == ["before"]


@pytest.mark.sound("A2", "`lock` removed, a second daemon", "refused: in use by another fcemu")
def test_folder_stays_locked_without_its_lock_file(daemon, tmp_path):
    first = daemon(arguments=["--data", tmp_path / "data"])
    (tmp_path / "data" / "lock").unlink()
    assert "in use by another fcemu (process unknown); stop it or choose another folder" in refusal(tmp_path / "data")
    assert create(first, "kept").status == 200


# ---- what a start finds ----


@pytest.fixture
def killed(daemon, tmp_path):
    """A folder whose log holds a transaction a service."""
    folder = tmp_path / "data"
    running = daemon(arguments=["--data", folder])
    for number in range(8):
        assert create(running, f"s{number}").status == 200
    running.kill()
    return folder


def kept_services(running):
    return [service["serviceName"] for service in running.call("GET", "/2016-08-15/services").json()["services"]]


@pytest.mark.parametrize(
    "empty",
    [
        pytest.param(lambda path: os.truncate(path, 0), marks=pytest.mark.sound("A2", "fcemu.db of no length beside a log", "refused at the start, with the remedy")),
        pytest.param(os.unlink, marks=pytest.mark.sound("A2", "no fcemu.db beside a log", "refused at the start, with the remedy")),
    ],
    ids=["empty", "removed"],
)
def test_log_without_its_database_is_said(daemon, killed, empty):
    empty(killed / DATABASE)
    log = (killed / f"{DATABASE}-wal").read_bytes()
    assert f"'{killed}/{DATABASE}' is gone or empty, yet changes to it are in '{killed}/{DATABASE}-wal'" in refusal(killed)
    assert (killed / f"{DATABASE}-wal").read_bytes() == log
    (killed / f"{DATABASE}-wal").unlink()
    assert kept_services(daemon(arguments=["--data", killed])) == []


FRAME = 24 + 4096


@pytest.mark.parametrize("within", [0, 4, 8, 16, 24, 4000], ids=["page", "size", "salt", "sum", "first byte", "late byte"])
@pytest.mark.sound("A2", "a flipped byte in the middle of the log", "refused at the start; cut there as it says, the rest is kept")
def test_log_that_breaks_in_the_middle_is_said(daemon, killed, within):
    log = killed / f"{DATABASE}-wal"
    frames = (log.stat().st_size - 32) // FRAME
    at = 32 + (frames // 2) * FRAME
    data = bytearray(log.read_bytes())
    data[at + within] ^= 0x40
    log.write_bytes(data)
    line = refusal(killed)
    assert f"'{log}' is damaged at byte {at}, and what was written behind it would be lost" in line
    assert f"truncate -s {at} '{log}'" in line
    os.truncate(log, at)
    left = kept_services(daemon(arguments=["--data", killed]))
    assert 0 < len(left) < 8 and left == [f"s{number}" for number in range(len(left))]


@pytest.mark.sound("A2", "a damaged head of the log", "refused at the start")
def test_log_with_a_damaged_head_is_said(killed):
    log = killed / f"{DATABASE}-wal"
    overwrite(20, b"\xff")(log)
    assert f"'{log}' is damaged at byte 0" in refusal(killed)


@pytest.mark.parametrize("cut", [1, 100, FRAME, FRAME + 1])
def test_write_that_was_cut_off_is_no_damage(daemon, killed, cut):
    """What a crash leaves: the end is missing, nothing that was whole stands behind."""
    log = killed / f"{DATABASE}-wal"
    os.truncate(log, log.stat().st_size - cut)
    left = kept_services(daemon(arguments=["--data", killed]))
    assert left == [f"s{number}" for number in range(len(left))] and len(left) >= 6


def test_last_frame_that_is_damaged_is_a_write_that_was_cut_off(daemon, killed):
    log = killed / f"{DATABASE}-wal"
    overwrite(log.stat().st_size - 1, b"\x5a")(log)
    assert len(kept_services(daemon(arguments=["--data", killed]))) == 7


@pytest.mark.sound("A2", "a data folder of version 0.1.0", "opened, with all that was in it")
def test_folder_of_version_0_1_0_is_opened(daemon, tmp_path):
    """Stopped once and killed once by 0.1.0, so that database and log both hold part of it."""
    shutil.copytree(pathlib.Path(__file__).parent / "data" / "0.1.0", tmp_path / "data")
    os.chmod(tmp_path / "data", 0o700)
    running = daemon(arguments=["--data", tmp_path / "data"])

    def get(path):
        reply = running.call("GET", path)
        assert reply.status == 200, (path, reply.body)
        return reply.json()

    assert get("/2016-08-15/services/old")["description"] == "changed by 0.1.0"
    hello = get("/2016-08-15/services/old.prod/functions/hello")
    assert (hello["memorySize"], hello["timeout"], hello["environmentVariables"]) == (256, 7, {"A": "1"})
    assert get("/2016-08-15/services/old/functions/later")["runtime"] == "nodejs12"
    assert get("/2016-08-15/services/old/functions/hello/triggers/web")["triggerConfig"]["methods"] == ["GET"]
    assert get("/2016-08-15/services/old/aliases/prod")["versionId"] == "1"
    assert get("/2023-03-30/functions/newer")["runtime"] == "python3.10"
    url = urllib.parse.urlsplit(get("/2016-08-15/services/old/functions/hello/code")["url"])
    assert running.call("GET", f"{url.path}?{url.query}").body == b"kept since 0.1.0"
    assert running.call("PUT", "/2016-08-15/services/old", '{"description": "changed since"}').status == 200
