"""Random `kill -9` during concurrent writes: what was acknowledged is there afterwards, nothing is half there.

Each writer owns a few functions and remembers for each the last state that was acknowledged and the one change that was under
way when the daemon died. After the restart a function must be in one of these two states, whole: description, environment and
package are written together and must belong together.
"""

import base64
import http.client
import json
import os
import random
import threading
import urllib.parse

import pytest

from fcemu import HOST, Daemon

KILLS = int(os.environ.get("FCEMU_KILLS", "200"))
FILES = 4  # rounds are spread over as many stores
WRITERS = 6
FUNCTIONS = 4  # of each writer
LONGEST_LIFE = 0.12  # seconds of writing before the daemon dies
ABSENT = None
SERVICE = "/2016-08-15/services/crash"


class Gone(Exception):
    """The daemon died before it answered."""


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method, path, body=None):
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, path, body=text, headers={"Host": HOST})
            reply = self.connection.getresponse()
            return reply.status, reply.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone from error

    def close(self):
        self.connection.close()


def package(number):
    """A package of its own for each state; no archive, which is kept as it is."""
    return b"state %d" % number + b"." * (number % 5000)


def body(number, name=None):
    made = {
        "runtime": "python3",
        "handler": "index.handler",
        "description": str(number),
        "environmentVariables": {"NUMBER": str(number)},
        "code": {"zipFile": base64.b64encode(package(number)).decode()},
    }
    return {"functionName": name, **made} if name else made


class Writer(threading.Thread):
    """Creates, updates and deletes its functions until the daemon is gone."""

    def __init__(self, port, prefix, kept, seed):
        super().__init__()
        self.port, self.prefix, self.kept = port, prefix, kept
        self.random = random.Random(seed)
        self.under_way = {}
        self.acknowledged = 0
        self.problem = None

    def run(self):
        client = Client(self.port)
        try:
            while True:
                self.write_once(client)
        except Gone:
            pass
        except Exception as error:  # shown by the test, which must not hang
            self.problem = error
        finally:
            client.close()

    def write_once(self, client):
        name = f"{self.prefix}-{self.random.randrange(FUNCTIONS)}"
        number = self.random.randrange(1 << 30)
        path = f"{SERVICE}/functions/{name}"
        if self.kept.get(name) is ABSENT:
            method, path, sent, state = "POST", f"{SERVICE}/functions", body(number, name), number
        elif self.random.random() < 0.2:
            method, sent, state = "DELETE", None, ABSENT
        else:
            method, sent, state = "PUT", body(number), number
        self.under_way = {name: state}
        status, answer = client.call(method, path, sent)
        assert status in (200, 204), (method, path, status, answer)
        self.under_way = {}
        self.kept[name] = state
        self.acknowledged += 1


def read_state(client, name):
    """The number a function was last given; every part of it must agree."""
    status, answer = client.call("GET", f"{SERVICE}/functions/{name}")
    if status == 404:
        assert json.loads(answer)["ErrorCode"] == "FunctionNotFound", answer
        return ABSENT
    assert status == 200, answer
    function = json.loads(answer)
    number = int(function["description"])
    assert function["environmentVariables"] == {"NUMBER": str(number)}, function
    assert function["codeSize"] == len(package(number)), function
    status, answer = client.call("GET", f"{SERVICE}/functions/{name}/code")
    code = json.loads(answer)
    assert code["checksum"] == function["codeChecksum"]
    url = urllib.parse.urlsplit(code["url"])
    status, answer = client.call("GET", f"{url.path}?{url.query}")
    assert status == 200 and answer == package(number), (status, name)
    return number


def listed(client):
    names, token = set(), ""
    while True:
        status, answer = client.call("GET", f"{SERVICE}/functions?limit=100&nextToken={token}")
        assert status == 200, answer
        page = json.loads(answer)
        names |= {function["functionName"] for function in page["functions"]}
        token = page.get("nextToken", "")
        if not token:
            return names


def check(port, writers_kept, under_way):
    client = Client(port)
    alive = set()
    try:
        for name in sorted(set(writers_kept) | set(under_way)):
            state = read_state(client, name)
            allowed = [writers_kept.get(name)] + ([under_way[name]] if name in under_way else [])
            assert state in allowed, f"{name}: is {state}, was acknowledged as {allowed[0]}, under way {allowed[1:]}"
            writers_kept[name] = state
            if state is not ABSENT:
                alive.add(name)
        assert listed(client) == alive
    finally:
        client.close()


def write_until_killed(daemon, kept, dice):
    writers = [
        Writer(daemon.port, f"w{n}", {k: v for k, v in kept.items() if k.startswith(f"w{n}-")}, dice.random())
        for n in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    # Not "some time": the moment of death is what this test draws.
    threading.Event().wait(dice.random() * LONGEST_LIFE)
    daemon.kill()
    under_way = {}
    for writer in writers:
        writer.join()
        assert writer.problem is None, writer.problem
        kept.update(writer.kept)
        under_way.update(writer.under_way)
    return under_way, sum(writer.acknowledged for writer in writers)


@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(FILES))
def test_kill_during_writes_loses_nothing_that_was_acknowledged(tmp_path, seed):
    dice = random.Random(seed)
    arguments = ("--data", tmp_path / "data")
    daemon = Daemon(tmp_path / "run", arguments=arguments).start()
    kept, acknowledged = {}, 0
    try:
        client = Client(daemon.port)
        assert client.call("POST", "/2016-08-15/services", {"serviceName": "crash"})[0] == 200
        client.close()
        for _ in range(KILLS // FILES):
            under_way, written = write_until_killed(daemon, kept, dice)
            acknowledged += written
            daemon = Daemon(tmp_path / "run", arguments=arguments).start()
            check(daemon.port, kept, under_way)
    finally:
        if daemon.process.poll() is None:
            daemon.stop()
    assert acknowledged > KILLS // FILES, "the daemon died before it wrote anything"
