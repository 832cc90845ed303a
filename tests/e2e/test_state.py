"""The emulated resources as a whole: seeds at the start and again, snapshots saved, loaded and compared."""

import json
import os
import re
import stat

import pytest

from fcemu import descriptors, fcemu

SEED = """
services:
  - serviceName: seeded
    functions:
      - {functionName: hello, runtime: python3, handler: index.handler, code: ./hello}
"""


def start(daemon, folder):
    (folder / "hello").mkdir()
    (folder / "hello" / "index.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (folder / "seed.yaml").write_text(SEED)
    return daemon(arguments=["--seeds", folder / "seed.yaml"])


def services(running):
    reply = running.call("GET", "/2016-08-15/services", host="localhost")
    return [service["serviceName"] for service in json.loads(reply.body)["services"]]


def create(running, name):
    reply = running.call("POST", "/2016-08-15/services", body=json.dumps({"serviceName": name}).encode(), host="localhost")
    assert reply.status == 200, reply.body


def test_seeds_are_there_before_anybody_connects_and_again_after_a_reset(daemon, tmp_path):
    running = start(daemon, tmp_path)
    assert services(running) == ["seeded"]
    create(running, "mine")
    running.call("DELETE", "/2016-08-15/services/seeded/functions/hello", host="localhost")
    done = running.run("reset", "--seed")
    assert done.returncode == 0, done.stderr
    assert services(running) == ["seeded"]
    assert running.call("GET", "/2016-08-15/services/seeded/functions/hello", host="localhost").status == 200
    assert running.run("reset", "--state").returncode == 0
    assert services(running) == []


def test_a_wrong_seed_file_changes_nothing(daemon, tmp_path):
    running = start(daemon, tmp_path)
    create(running, "mine")
    (tmp_path / "seed.yaml").write_text("services:\n  - serviceNam: typo\n")
    refused = running.run("reset", "--seed")
    assert refused.returncode == 2
    assert "seed.yaml:2:5" in refused.stderr, refused.stderr
    assert services(running) == ["mine", "seeded"]


def test_snapshots_bring_the_state_back_and_show_what_differs(daemon, tmp_path):
    running = start(daemon, tmp_path)
    assert running.run("snapshot", "save", tmp_path / "before").returncode == 0
    create(running, "later")
    assert running.run("snapshot", "save", tmp_path / "after").returncode == 0
    different = fcemu("snapshot", "diff", tmp_path / "before", tmp_path / "after")
    assert different.returncode == 1
    assert [line[0] for line in different.stdout.splitlines()] == ["+"] and "later" in different.stdout
    assert running.run("snapshot", "load", tmp_path / "before").returncode == 0
    assert services(running) == ["seeded"]
    code = running.call("GET", "/2016-08-15/services/seeded/functions/hello/code", host="localhost")
    assert json.loads(code.body)["url"]
    assert fcemu("snapshot", "diff", tmp_path / "before", tmp_path / "before").returncode == 0
    again = running.run("snapshot", "save", tmp_path / "before")
    assert again.returncode == 2 and "before" in again.stderr


def mode(path):
    return oct(stat.S_IMODE(os.lstat(path).st_mode))


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.sound("A10", "umask 0, a snapshot", "files 0600, folders 0700")
def test_snapshots_are_private(daemon, tmp_path, open_umask):
    running = start(daemon, tmp_path)
    assert running.run("snapshot", "save", tmp_path / "saved").returncode == 0
    code = next((tmp_path / "saved" / "code").iterdir())
    assert [mode(path) for path in (tmp_path / "saved", code.parent)] == ["0o700"] * 2
    assert [mode(path) for path in (tmp_path / "saved" / "resources.json", code)] == ["0o600"] * 2


@pytest.mark.sound("A10", "umask 0, a data folder, once more with files of mode 0644", "fcemu.db, its log and its index 0600")
def test_database_does_not_follow_the_umask(daemon, tmp_path, open_umask):
    files = [tmp_path / "data" / f"fcemu.db{ending}" for ending in ("", "-wal", "-shm")]
    running = daemon(arguments=["--data", tmp_path / "data"])
    create(running, "mine")
    assert [mode(path) for path in files] == ["0o600"] * 3
    running.kill()
    for path in files:
        os.chmod(path, 0o644)
    daemon(arguments=["--data", tmp_path / "data"])
    assert [mode(path) for path in files] == ["0o600"] * 3


@pytest.mark.sound("A10", "umask 0, listen on a socket file", "0600")
def test_socket_does_not_follow_the_umask(daemon, tmp_path, open_umask):
    daemon(listen=("127.0.0.1:0", f"unix:{tmp_path / 'socket'}"))
    assert mode(tmp_path / "socket") == "0o600"


@pytest.mark.sound("A10", "a save that fails", "nothing is left behind, and the next one succeeds")
def test_snapshot_is_whole_or_not_there(daemon, tmp_path):
    running = start(daemon, tmp_path)
    parent = tmp_path / "full"
    parent.mkdir()
    (parent / "saved").mkdir()
    (parent / "saved" / "mine").touch()
    failed = running.run("snapshot", "save", parent / "saved")
    assert failed.returncode == 2 and "holds something already; choose another folder" in failed.stderr
    assert sorted(os.listdir(parent)) == ["saved"] and os.listdir(parent / "saved") == ["mine"]
    assert running.run("snapshot", "save", tmp_path / "nowhere" / "saved").returncode == 2
    assert not (tmp_path / "nowhere").exists()
    (parent / "saved" / "mine").unlink()
    assert running.run("snapshot", "save", f"{parent / 'saved'}/").returncode == 0
    assert sorted(os.listdir(parent / "saved")) == ["code", "resources.json"] and os.listdir(parent) == ["saved"]
    assert running.run("snapshot", "load", parent / "saved").returncode == 0


@pytest.mark.sound("A10", "a database that was cut, saved", "refused; no folder, no remains")
def test_save_that_breaks_off_leaves_nothing(daemon, tmp_path):
    running = start(daemon, tmp_path)
    os.truncate(next(running_data(running)), 0)
    assert running.run("snapshot", "save", tmp_path / "saved").returncode == 2
    assert [name for name in os.listdir(tmp_path) if name.startswith("saved")] == []


def running_data(running):
    """The database of a daemon without --data: the file that it has open."""
    return (target for target in descriptors(running.pid) if target.endswith("/fcemu.db"))


@pytest.mark.parametrize("verb", ["save", "load"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\0b", marks=pytest.mark.sound("A10", "NUL in a snapshot folder's name", "refused")),
        pytest.param("a\nb", marks=pytest.mark.sound("A10", "a line feed in a snapshot folder's name", "refused")),
        "a\x1bb",
        "a\x7fb",
    ],
)
def test_control_characters_in_a_folder_are_refused(daemon, tmp_path, verb, name):
    running = daemon()
    before = sorted(os.listdir(tmp_path))
    reply = running.admin("POST", f"snapshots/{verb}", {"folder": f"{tmp_path}/{name}"})
    assert reply.status == 422 and b"character" in reply.body, reply.body
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.sound("A6", "NUL in any text of a control call", "refused")
def test_nul_in_a_control_body_is_refused(daemon):
    running = daemon()
    for path, body in (("state/reset", {"account": "1\0002"}), ("reset", {"what": ["journal\0x"]}), ("state/reset", {"seed\0": True})):
        reply = running.admin("POST", path, body)
        assert reply.status == 422 and b"NUL" in reply.body, reply.body


@pytest.mark.sound("A4", "a snapshot with numbers that no call could have made", "taken for what is not there, never converted")
@pytest.mark.parametrize("number", ["1e300", "-1", "1.5"])
def test_numbers_of_a_snapshot_are_checked(daemon, tmp_path, number):
    running = daemon()
    function = {
        "functionName": "f", "runtime": "custom.debian12", "handler": "h", "code": {"zipFile": "MTIz"}, "timeout": 71, "memorySize": 576, "cpu": 0.25,
        "sessionAffinity": "HEADER_FIELD", "sessionAffinityConfig": json.dumps({"affinityHeaderFieldName": "X", "sessionIdleTimeoutInSeconds": 72})}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(function)).status == 200
    assert running.call("PUT", "/2023-03-30/functions/f/provision-config?qualifier=LATEST", json.dumps({"target": 1})).status == 200
    config = {"maxAsyncRetryAttempts": 3, "maxAsyncEventAgeInSeconds": 73}
    assert running.call("PUT", "/2023-03-30/functions/f/async-invoke-config", json.dumps(config)).status == 200
    folder = tmp_path / "snapshot"
    assert running.admin("POST", "snapshots/save", {"folder": str(folder)}).status == 200
    text = (folder / "resources.json").read_text()
    for member in ("timeout", "memorySize", "cpu", "target", "maxAsyncRetryAttempts", "maxAsyncEventAgeInSeconds", '\\"sessionIdleTimeoutInSeconds\\'):
        changed = re.sub(rf'("?{re.escape(member)}":\s*)[\d.]+', rf"\g<1>{number}", text)
        assert changed != text, member
        (folder / "resources.json").write_text(changed)
        assert running.admin("POST", "snapshots/load", {"folder": str(folder)}).status in (200, 422)
        for headers in ({}, {"X": "s"}, {"X-Fc-Invocation-Type": "Async"}):
            running.call("POST", "/2023-03-30/functions/f/invocations", b"", headers)
        assert running.call("GET", "/2023-03-30/functions/f/provision-config?qualifier=LATEST").status in (200, 404)
    assert running.admin("GET", "async").status == 200
    assert "runtime error" not in running.log()
