"""What the start and many calls at once need is given back; what was recorded of them is small."""

import base64
import json
import os
import socket
import time

import pytest

from fcemu import invocation, request_bytes

RULES = """
version: 1
guard: {max_active: 20000}
rules:
  - {id: held, match: {function: held}, do: {delay: 5m, error: ResourceThrottled}}
  - {id: struck, match: {function: struck}, do: {error: ResourceThrottled}}
"""
KIB = 1024
HELD = 4000
SECONDS = 30  # for a loaded machine; it takes half a second


def resident(running, bound):
    """KiB once they are within the bound, or when nobody would wait any longer."""
    deadline = time.monotonic() + SECONDS
    while running.status("VmRSS") > bound and time.monotonic() < deadline:
        pass
    return running.status("VmRSS")


@pytest.mark.heavy
def test_what_only_the_start_needed_is_given_back(daemon):
    running = daemon(rules=RULES)

    assert running.status("VmRSS") < running.status("VmHWM") - 2 * KIB


@pytest.mark.heavy
def test_what_thousands_of_calls_needed_is_given_back(daemon):
    running = daemon(rules=RULES, arguments=["--journal-bytes", "1MiB"])
    running.invoke("struck")
    idle = running.status("VmRSS")
    request = request_bytes("POST", invocation("held"), b"x")
    sockets = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(HELD)]
    for sock in sockets:
        sock.sendall(request)
    while running.admin("GET", "health").json()["faults"]["active"] < HELD:
        pass
    held = running.status("VmRSS")
    for sock in sockets:
        sock.close()

    assert held > idle + 40 * KIB
    assert resident(running, idle + 5 * KIB) < idle + 5 * KIB


@pytest.mark.heavy
def test_struck_calls_are_recorded_in_little_memory(daemon):
    running = daemon(rules=RULES, arguments=["--journal-bytes", "1MiB"])
    running.invoke("struck")
    idle = running.status("VmRSS")
    calls, request = 20000, request_bytes("POST", invocation("struck"), b"x")
    with running.connect() as sock:
        for _ in range(calls // 100):
            sock.sendall(request * 100)
            answered = b""
            while answered.count(b"HTTP/1.1 503 ") < 100 or not answered.endswith(b"}"):
                answered += sock.recv(1 << 20)
    before_saving = running.status("VmRSS")
    tape = running.admin("GET", "faults/tape").body

    assert tape.count(b"\n") == calls + 2
    assert len(tape) > 5 * KIB * KIB
    assert before_saving < idle + 4 * KIB


MIB = 1 << 20
LARGE = 24 * MIB
FUNCTIONS = "/2016-08-15/services/s/functions"


ROWS = 20000


def write_snapshot(folder):
    where = {"account": "1", "region": "cn-hangzhou", "kind": "function", "parent": "s", "version": "", "blob": None, "created": 1, "modified": 1}
    document = {"functionName": "", "runtime": "python3", "handler": "index.handler", "description": "a function like the others " * 4}
    (folder / "code").mkdir(parents=True)
    with open(folder / "resources.json", "w", encoding="utf-8") as file:
        file.write('{"fcemuSnapshot":1}\n')
        for number in range(ROWS):
            name = f"f{number:06}"
            file.write(json.dumps({**where, "name": name, "document": {**document, "functionName": name}}, separators=(",", ":")) + "\n")


@pytest.mark.heavy
@pytest.mark.sound("A11", f"a snapshot of {ROWS} functions loaded three times", "memory is what a start with that state takes + 20 %")
def test_loads_leave_what_the_state_needs(daemon, tmp_path):
    write_snapshot(tmp_path / "snapshot")
    running = daemon(arguments=["--data", tmp_path / "data"])
    assert running.admin("POST", "snapshots/load", {"folder": str(tmp_path / "snapshot")}).status == 200
    running.stop()
    fresh = daemon(arguments=["--data", tmp_path / "data"])
    needed = fresh.status("VmRSS")
    fresh.stop()
    again = daemon(arguments=["--data", tmp_path / "other"])
    for _ in range(3):
        assert again.admin("POST", "snapshots/load", {"folder": str(tmp_path / "snapshot")}).status == 200
    assert resident(again, needed * 1.2) <= needed * 1.2


def ones(size):
    return b"[" + b"1," * (size // 2 - 1) + b"1]"


def in_text(size):
    return json.dumps({"triggerName": "t", "triggerType": "timer", "triggerConfig": ones(size).decode()}).encode()


def package(size):
    code = {"zipFile": base64.b64encode(os.urandom(size * 3 // 4)).decode()}
    return json.dumps({"functionName": "large", "runtime": "python3", "handler": "h", "code": code}).encode()


BUCKET = "bucket.oss-cn-hangzhou.aliyuncs.com"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "x-acs-version": "2015-04-01", "x-acs-action": "AssumeRole"}

BODIES = {
    "[1,1,...]": (FUNCTIONS, ones, 400),
    '{"functionName": [1,1,...]}': (FUNCTIONS, lambda size: b'{"functionName":' + ones(size) + b"}", 400),
    "a list in a text": (f"{FUNCTIONS}/f/triggers", in_text, 400),
    "[[[...": (FUNCTIONS, lambda size: b"[" * size, 400),
    "a package": (FUNCTIONS, package, 200),
    "a=1&a=1&... to a product whose calls are forms": ("/", lambda size: b"a=1&" * (size // 4), 400, {"host": "sts.cn-hangzhou.aliyuncs.com", "headers": FORM}),
    "<a><a>... as a bucket's configuration": ("/?lifecycle", lambda size: b"<a>" * (size // 3), 400, {"method": "PUT", "host": BUCKET}),
    "a list to a rule that looks into bodies": (invocation("looked", "s"), lambda size: ones(size // 6), 404),
}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.sound("A4", f"{LARGE // MIB} MiB of {name}", "memory grows by at most 3 times as much")) for name in BODIES]
)
@pytest.mark.heavy
def test_body_costs_at_most_three_times_its_size(daemon, name):
    path, make, status, *more = BODIES[name]
    running = daemon(
        rules="version: 1\nrules: [{id: looks, match: {function: looked, body: {json: {/a: 1}}}, do: {error: AccessDenied}}]\n",
        arguments=["--journal-bytes", "1MiB"],
    )
    code = {"zipFile": "MTIz"}
    assert running.call("POST", "/2016-08-15/services", b'{"serviceName": "s"}').status == 200
    made = running.call("POST", FUNCTIONS, json.dumps({"functionName": "f", "runtime": "python3", "handler": "h", "code": code}))
    assert made.status == 200, made.body
    assert running.call("PUT", "/", host=BUCKET).status == 200
    body = make(LARGE)
    idle = running.status("VmRSS")
    with open(f"/proc/{running.pid}/clear_refs", "w", encoding="ascii") as peak:
        peak.write("5")  # VmHWM begins anew
    reply = running.call(**{"method": "POST", "path": path, "body": body, **dict(*more)})
    assert reply.status == status, reply.body[:200]
    assert running.status("VmHWM") - idle <= 3 * len(body) / KIB + MIB / KIB


@pytest.mark.heavy
@pytest.mark.sound("A4", "long control answers and a full journal, then emptied", "memory is back within a minute, to idle + 10 MB")
def test_what_long_answers_took_goes_back(daemon):
    running = daemon(rules=RULES)
    running.invoke("struck")
    idle = running.status("VmRSS")
    for _ in range(12000):
        running.invoke("struck", b"x" * 500)
    for query in ("requests?limit=1000000", "requests?limit=1000000&detail=full", "requests?format=har", "requests?format=ndjson", "retries"):
        assert running.admin("GET", query).status == 200
    assert running.status("VmRSS") > idle + 15 * KIB
    assert running.admin("POST", "reset").status == 200
    bound = idle + 10 * KIB
    deadline = time.monotonic() + 60
    while running.status("VmRSS") > bound and time.monotonic() < deadline:
        pass
    assert running.status("VmRSS") <= bound
