"""Code that a seed names as a folder: a change in it reaches the function, once per burst; calls that run end on what they began with."""

import json
import os
import select
import shutil
import signal
import socket
import threading
import time

import pytest

from fcemu import ACCOUNT, descriptors

CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"
SEED = """services:
  - serviceName: demo
    functions:
      - {functionName: f, runtime: python3, handler: index.handler, timeout: 30, code: ./code}
functions:
  - {functionName: g, runtime: python3.10, handler: index.handler, code: ./code}
"""
FUNCTION = "def handler(event, context):\n  return %r\n"
GATED = """import socket
def handler(event, context):
  if event == b'wait':
    socket.create_connection(('127.0.0.1', %d)).recv(1)
  return 'old'
"""


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def seeded(daemon, tmp_path):
    def start(text, config=CONFIG):
        write(tmp_path / "code" / "index.py", text)
        write(tmp_path / "seed.yaml", SEED)
        return daemon(config=config, arguments=["--seeds", tmp_path / "seed.yaml"])

    return start


def wait_for(running, what, count=1):
    """Until a line is in the log so often: its file tells of each write."""
    from fcemu import _libc

    fd = _libc.inotify_init1(os.O_CLOEXEC)
    assert fd >= 0 and _libc.inotify_add_watch(fd, os.fsencode(running.folder / "stderr"), 0x2) >= 0
    try:
        while running.log().count(what) < count:
            assert select.select([fd], [], [], 60)[0], running.log()
            os.read(fd, 65536)
    finally:
        os.close(fd)


def test_a_change_reaches_the_function(seeded, tmp_path):
    running = seeded(FUNCTION % "one")
    assert [running.run("invoke", name).stdout for name in ("demo/f", "g")] == ["one", "one"]
    write(tmp_path / "code" / "index.py", FUNCTION % "two")
    wait_for(running, "code reloaded", 2)  # two functions have this folder
    assert [running.run("invoke", name).stdout for name in ("demo/f", "g")] == ["two", "two"]


def test_a_new_folder_below_it_counts(seeded, tmp_path):
    running = seeded("from sub.value import value\ndef handler(event, context):\n  return value\n")
    write(tmp_path / "code" / "sub" / "value.py", "value = 'deep'\n")
    wait_for(running, "code reloaded", 2)
    assert running.run("invoke", "demo/f").stdout == "deep"
    write(tmp_path / "code" / "sub" / "value.py", "value = 'deeper'\n")
    wait_for(running, "code reloaded", 4)
    assert running.run("invoke", "demo/f").stdout == "deeper"
    (tmp_path / "code" / "sub" / "value.py").unlink()
    wait_for(running, "code reloaded", 6)
    assert running.run("invoke", "demo/f").returncode == 1


def answers(running, what):
    """In the end: a folder that is made may be seen before it is full."""
    deadline = time.monotonic() + 60
    while (result := running.run("invoke", "g")).stdout != what:
        assert time.monotonic() < deadline, (result.stdout, result.stderr, running.log())


def test_a_folder_that_was_gone_counts_when_it_is_back(seeded, tmp_path):
    """As between two builds that begin with nothing."""
    running = seeded(FUNCTION % "one")
    shutil.rmtree(tmp_path / "code")
    wait_for(running, "code not reloaded", 2)
    write(tmp_path / "new" / "index.py", FUNCTION % "two")  # beside it: of no interest
    (tmp_path / "new").rename(tmp_path / "code")
    wait_for(running, "code reloaded", 2)
    assert running.run("invoke", "g").stdout == "two"
    write(tmp_path / "code" / "index.py", FUNCTION % "three")
    wait_for(running, "code reloaded", 4)
    assert running.run("invoke", "g").stdout == "three"
    assert running.log().count("code not reloaded") == 2


def test_a_folder_comes_back_with_those_above_it(daemon, tmp_path):
    write(tmp_path / "dist" / "f" / "code" / "index.py", FUNCTION % "one")
    write(tmp_path / "seed.yaml", SEED.replace("./code", "./dist/f/code"))
    running = daemon(config=CONFIG, arguments=["--seeds", tmp_path / "seed.yaml"])
    for value in ("two", "three"):
        gone = running.log().count("code not reloaded")
        shutil.rmtree(tmp_path / "dist")
        wait_for(running, "code not reloaded", gone + 1)
        write(tmp_path / "dist" / "f" / "code" / "index.py", FUNCTION % value)
        answers(running, value)


def test_a_burst_is_one_reload(seeded, tmp_path):
    """While the daemon stands still all of it happens; when it goes on there is one burst to see."""
    running = seeded(FUNCTION % "one")
    os.kill(running.pid, signal.SIGSTOP)
    for n in range(50):
        write(tmp_path / "code" / f"part{n}.py", f"n = {n}\n")
        write(tmp_path / "code" / "index.py", FUNCTION % f"step {n}")
    os.kill(running.pid, signal.SIGCONT)
    wait_for(running, "code reloaded", 2)
    assert running.run("invoke", "demo/f").stdout == "step 49"
    assert running.log().count("code reloaded") == 2


def test_what_leaves_the_package_as_it_was_is_no_change(seeded, tmp_path):
    running = seeded(FUNCTION % "one")
    write(tmp_path / "code" / ".fcignore", "*.log\n")
    wait_for(running, "code reloaded", 2)
    write(tmp_path / "code" / "noise.log", "x")
    os.utime(tmp_path / "code" / "index.py")
    write(tmp_path / "code" / "index.py", FUNCTION % "two")
    wait_for(running, "code reloaded", 4)
    assert running.run("invoke", "demo/f").stdout == "two"
    checksums = {running.call("GET", "/2023-03-30/functions/g").json()["codeChecksum"]}
    write(tmp_path / "code" / "noise.log", "y")
    write(tmp_path / "code" / "last.py", "")
    wait_for(running, "code reloaded", 6)
    checksums.add(running.call("GET", "/2023-03-30/functions/g").json()["codeChecksum"])
    assert len(checksums) == 2 and running.log().count("code reloaded") == 6


def test_calls_that_run_end_on_the_old_code(seeded, tmp_path):
    gate = socket.create_server(("127.0.0.1", 0))
    gate.settimeout(60)
    running = seeded(GATED % gate.getsockname()[1])
    replies = []
    caller = threading.Thread(target=lambda: replies.append(running.run("invoke", "demo/f", "-e", "wait")))
    caller.start()
    held, _ = gate.accept()  # the call runs
    write(tmp_path / "code" / "index.py", FUNCTION % "new")
    wait_for(running, "code reloaded", 2)
    assert running.run("invoke", "demo/f").stdout == "new"
    held.close()
    caller.join(60)
    gate.close()
    assert replies[0].stdout == "old", replies[0].stderr


def test_code_that_cannot_be_packed_is_told(seeded, tmp_path):
    running = seeded(FUNCTION % "one")
    (tmp_path / "code" / "dangling").symlink_to("nowhere")
    wait_for(running, "code not reloaded", 2)
    assert "dangling" in running.log() and running.run("invoke", "demo/f").stdout == "one"
    (tmp_path / "code" / "dangling").unlink()
    write(tmp_path / "code" / "index.py", FUNCTION % "two")
    wait_for(running, "code reloaded", 2)
    assert running.run("invoke", "demo/f").stdout == "two"


def test_a_function_that_is_gone_is_told(seeded, tmp_path):
    running = seeded(FUNCTION % "one")
    assert running.call("DELETE", "/2023-03-30/functions/g").status == 204
    write(tmp_path / "code" / "index.py", FUNCTION % "two")
    wait_for(running, "code reloaded")
    wait_for(running, "code not reloaded")
    assert "FunctionNotFound" in running.log()


def test_it_is_not_watched_where_files_are_not(seeded, tmp_path):
    running = seeded(FUNCTION % "one", CONFIG + "watch: false\n")
    assert not [target for target in descriptors(running.pid) if "inotify" in target]


def test_templates_reload_too(daemon, tmp_path):
    write(tmp_path / "code" / "index.py", FUNCTION % "one")
    write(tmp_path / "s.yaml", json.dumps({"edition": "3.0.0", "resources": {"f": {"component": "fc3", "props": {
        "region": "cn-beijing", "functionName": "t", "runtime": "python3.10", "handler": "index.handler", "code": "./code"}}}}))
    running = daemon(config=CONFIG, arguments=["--seeds", tmp_path / "s.yaml"])
    assert running.run("invoke", "t").stdout == "one"
    write(tmp_path / "code" / "index.py", FUNCTION % "two")
    wait_for(running, "code reloaded")
    assert running.run("invoke", "t").stdout == "two"
