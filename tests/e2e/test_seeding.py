"""Seeding is one step: at the start, whenever the daemon is killed, and at a reset, whoever writes beside it."""

import contextlib
import ctypes
import json
import os
import struct
import subprocess
import threading

import pytest

from fcemu import ACCOUNT, BINARY, REGION, Daemon, _libc, environment

FUNCTIONS = 60
SERVICE = "/2016-08-15/services/seeded"
SEED = "services:\n  - serviceName: seeded\n    functions:\n" + "".join(
    f"      - {{functionName: f{n}, runtime: python3, handler: index.handler, code: {{zipFile: MTIz}}}}\n" for n in range(FUNCTIONS)
)
IN_MODIFY, IN_MOVED_TO = 0x2, 0x80


class Changes:
    """Counts writes into the files of a folder. Equal events may come as one, so a count is a least."""

    def __init__(self, folder):
        self.fd = _libc.inotify_init1(os.O_CLOEXEC)
        if self.fd < 0 or _libc.inotify_add_watch(self.fd, os.fsencode(folder), IN_MODIFY | IN_MOVED_TO) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def wait_for(self, count):
        """That many, or the ready file: the daemon is up and writes no more."""
        seen = 0
        while seen < count:
            data, at = os.read(self.fd, 4096), 0
            while at < len(data):
                _, mask, _, length = struct.unpack_from("iIII", data, at)
                at += 16 + length
                seen += count if mask & IN_MOVED_TO else 1

    def close(self):
        os.close(self.fd)


@contextlib.contextmanager
def changes(folder):
    watch = Changes(folder)
    try:
        yield watch
    finally:
        watch.close()


def names(running, path, list_name, name, host="localhost"):
    reply = running.call("GET", path, host=host)
    return [item[name] for item in reply.json()[list_name]] if reply.status == 200 else None


def functions(running, host="localhost"):
    return names(running, f"{SERVICE}/functions?limit=100", "functions", "functionName", host)


ALL = sorted(f"f{n}" for n in range(FUNCTIONS))


@pytest.fixture
def seed(tmp_path):
    (tmp_path / "seed.yaml").write_text(SEED)
    return tmp_path / "seed.yaml"


@pytest.mark.sound("A3", "SIGKILL while the seeds are written", "all of them after the next start")
def test_killed_while_it_seeds(tmp_path, seed):
    """Whether the first start wrote all or nothing, the second finds no service without its functions."""
    for writes in range(1, 41, 3):
        folder = tmp_path / f"data{writes}"
        folder.mkdir(mode=0o700)
        with changes(folder) as watch:
            killed = subprocess.Popen(
                [BINARY, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--seeds", seed, "--ca-dir", tmp_path / "ca"]
                + ["--ready-file", folder / "ready.json"],
                env=environment(tmp_path) | {"TMPDIR": str(tmp_path)},  # before there is a supervisor, nobody removes what it made there
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                watch.wait_for(writes)
            finally:
                killed.kill()
                killed.wait()
        again = Daemon(tmp_path / f"again{writes}", arguments=["--data", folder, "--seeds", seed]).start()
        try:
            assert sorted(functions(again)) == ALL, f"killed at write {writes}"
        finally:
            again.stop()


def write_until(stop, running, problems):
    """Creates and deletes what the seeds make, all the time."""
    body = json.dumps({"serviceName": "seeded"}).encode()
    while not stop.is_set():
        for method, path, text in (("POST", "/2016-08-15/services", body), ("DELETE", f"{SERVICE}/functions/f0", None), ("DELETE", SERVICE, None)):
            reply = running.call(method, path, text, host="localhost")
            if reply.status not in (200, 204, 400, 404, 409):
                problems.append((method, path, reply.status, reply.body))


@pytest.mark.sound("A3", "state/reset with seed beside writers", "200, and never half of the seeds")
def test_reset_with_seed_beside_writers(daemon, seed):
    running = daemon(arguments=["--seeds", seed])
    stop, problems = threading.Event(), []
    writers = [threading.Thread(target=write_until, args=(stop, running, problems)) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        for _ in range(60):
            reply = running.admin("POST", "state/reset", {"seed": True})
            assert (reply.status, reply.json()) == (200, {"done": True})
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert problems == []
    assert running.admin("POST", "state/reset", {"seed": True}).status == 200
    assert sorted(functions(running)) == ALL


@pytest.mark.sound("A3", "a listing beside state/reset with seed", "the seeds whole, before and after")
def test_nobody_meets_half_of_the_seeds(daemon, seed):
    running = daemon(arguments=["--seeds", seed])
    stop, met = threading.Event(), set()

    def look():
        while not stop.is_set():
            met.add(len(functions(running) or []))

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for _ in range(40):
            assert running.admin("POST", "state/reset", {"seed": True}).status == 200
    finally:
        stop.set()
        reader.join()
    assert met == {FUNCTIONS}


OTHER = f"777.{REGION}.fc.aliyuncs.com"


@pytest.mark.sound("A3", '{"account": A, "seed": true}', "the seeds in that account, the others as they were")
def test_seeds_go_to_the_account_that_is_reset(daemon, seed):
    running = daemon(arguments=["--seeds", seed])
    for host in (OTHER, f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"):
        assert running.call("POST", "/2016-08-15/services", '{"serviceName": "mine"}', host=host).status == 200
    assert running.admin("POST", "state/reset", {"account": "777", "seed": True}).status == 200
    region = running.call("GET", "/2016-08-15/services?limit=100", host=OTHER)
    assert region.json()["services"] == []
    assert functions(running, "777.cn-hangzhou.fc.aliyuncs.com") and sorted(functions(running)) == ALL
    assert names(running, "/2016-08-15/services", "services", "serviceName", f"{ACCOUNT}.{REGION}.fc.aliyuncs.com") == ["mine"]
