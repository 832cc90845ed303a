"""Asynchronous calls: accepted, run, run again, ended at a destination; kept over a restart."""

import json

import pytest

from fcemu import Daemon
from functions import SERVICES, Functions

ASYNC = {"X-Fc-Invocation-Type": "Async"}
# A custom runtime would need a port; files say how often and with what a function ran, as far as both sides can see them.
FAILS = """
import json, os
def handler(event, context):
    if event == b"bad" or (event == b"twice" and context.retry_count < 2):
        raise ValueError("attempt %d" % context.retry_count)
    return json.dumps({"event": event.decode(), "retries": context.retry_count})
"""


@pytest.fixture
def functions(daemon):
    return Functions(daemon())


def accept(functions, name, event=b"x", headers=None):
    reply = functions.running.invoke(name, event, {**ASYNC, **(headers or {})})
    assert (reply.status, reply.body) == (202, b"")
    return reply


def configure(functions, name, **config):
    path = f"{SERVICES}/demo/functions/{name}/async-invoke-config"
    reply = functions.running.call("PUT", path, json.dumps({"statefulInvocation": True, **config}))
    assert reply.status == 200, reply.body


def task(running, name, identifier):
    path = f"{SERVICES}/demo/functions/{name}/stateful-async-invocations/{identifier}"
    return running.call("GET", path)


def ended(running, name, identifier, advance=None):
    """The record once it is over. The clock is moved on for each retry that is waited for, once."""
    seen = 0
    while True:
        record = task(running, name, identifier).json()
        if record["status"] in ("Succeeded", "Failed", "Expired", "Invalid", "Stopped"):
            return record
        if advance and record["status"] == "Retrying" and len(record["events"]) > seen:
            seen = len(record["events"])
            assert running.admin("PUT", "clock", {"advance": advance}).status == 200


def test_a_task_is_accepted_runs_and_is_shown(functions):
    name = functions.create("python3", {"index.py": FAILS})
    configure(functions, name)
    reply = accept(functions, name, b"good", {"X-Fc-Stateful-Async-Invocation-Id": "mine"})
    assert reply.headers["X-Fc-Stateful-Async-Invocation-Id"] == "mine"
    record = ended(functions.running, name, "mine")
    assert (record["status"], record["invocationPayload"], record["alreadyRetriedTimes"]) == ("Succeeded", "good", 0)
    assert json.loads(record["returnPayload"]) == {"event": "good", "retries": 0}
    assert record["requestId"] == reply.headers["X-Fc-Request-Id"]
    assert [event["status"] for event in record["events"]] == ["Enqueued", "Running", "Succeeded"]
    again = functions.running.invoke(name, b"", {**ASYNC, "X-Fc-Stateful-Async-Invocation-Id": "mine"})
    assert (again.status, again.json()["ErrorCode"]) == (409, "StatefulAsyncInvocationAlreadyExists")


def test_one_that_fails_twice_runs_three_times(functions):
    name = functions.create("python3", {"index.py": FAILS})
    configure(functions, name)
    accept(functions, name, b"twice", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(functions.running, name, "t", advance="2s")
    assert (record["status"], record["alreadyRetriedTimes"]) == ("Succeeded", 2)
    assert json.loads(record["returnPayload"]) == {"event": "twice", "retries": 2}


def test_one_that_always_fails_ends_at_its_destination(functions):
    name = functions.create("python3", {"index.py": FAILS})
    target = functions.create("python3", {"index.py": "def handler(e, c):\n  return e\n"})
    configure(functions, target)
    arn = f"acs:fc:cn-shanghai:16530750:services/demo/functions/{target}"
    configure(functions, name, maxAsyncRetryAttempts=1, destinationConfig={"onFailure": {"destination": arn}})
    reply = accept(functions, name, b"bad", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(functions.running, name, "t", advance="2s")
    assert (record["status"], record["invocationErrorMessage"], record["destinationStatus"]) == (
        "Failed", "UnhandledInvocationError", "Succeeded")
    assert record["alreadyRetriedTimes"] == 1
    # What the destination got is in the log of the function that got it; here it is told by its own failure destination: none.
    assert reply.headers["X-Fc-Request-Id"] == record["requestId"]


HOLD = "import time\ndef handler(e, c):\n  time.sleep(600 if e == b'hold' else 0)\n  return 'x'\n"


def test_five_hours_of_back_off_pass_on_the_virtual_clock(functions):
    """The one instance the function may have is taken: the call is refused and waits, longer each time, and is given up."""
    running = functions.running
    name = functions.create("python3", {"index.py": HOLD}, timeout=600)
    configure(functions, name)
    path = f"/2016-08-15/services/demo.LATEST/functions/{name}/on-demand-config"
    assert running.call("PUT", path, json.dumps({"maximumInstanceCount": 1})).status == 200
    accept(functions, name, b"hold", {"X-Fc-Stateful-Async-Invocation-Id": "holder"})
    accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(running, name, "t", advance="300s")
    assert (record["status"], record["invocationErrorMessage"], record["alreadyRetriedTimes"]) == ("Failed", "ResourceExhausted", 0)
    # 0.5 s doubling to 300 s, for five hours.
    assert sum(event["status"] == "Retrying" for event in record["events"]) >= 11  # 0.5 s doubling to 300 s
    assert task(running, name, "holder").json()["status"] == "Running"


def test_too_old_a_call_expires(functions):
    name = functions.create("python3", {"index.py": FAILS})
    configure(functions, name, maxAsyncEventAgeInSeconds=10, maxAsyncRetryAttempts=8)
    accept(functions, name, b"bad", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    assert ended(functions.running, name, "t", advance="20s")["status"] == "Expired"


def test_a_running_task_is_stopped(functions):
    name = functions.create("python3", {"index.py": "import time\ndef handler(e, c):\n  time.sleep(100)\n"}, timeout=100)
    configure(functions, name)
    accept(functions, name, b"", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    path = f"{SERVICES}/demo/functions/{name}/stateful-async-invocations/t"
    assert functions.running.call("PUT", path).status == 204
    assert ended(functions.running, name, "t")["status"] == "Stopped"
    assert functions.running.call("PUT", path).status == 400


def test_without_a_record_a_call_runs_and_is_not_shown(functions):
    name = functions.create("python3", {"index.py": FAILS})
    reply = accept(functions, name)
    assert reply.headers["X-Fc-Stateful-Async-Invocation-Id"] is None
    assert task(functions.running, name, reply.headers["X-Fc-Request-Id"]).status == 404


def test_accepted_calls_outlive_kills(daemon, tmp_path):
    options = {"arguments": ["--data", tmp_path / "data"]}
    running = daemon(**options)
    functions = Functions(running)
    name = functions.create("python3", {"index.py": FAILS})
    configure(functions, name)
    accepted = []
    for round_ in range(5):
        for number in range(4):
            accepted.append(f"t-{round_}-{number}")
            accept(functions, name, b"good", {"X-Fc-Stateful-Async-Invocation-Id": accepted[-1]})
        running.kill()
        running = functions.running = daemon(**options)
    for identifier in accepted:
        assert ended(running, name, identifier)["status"] == "Succeeded"


def test_tasks_of_2023(daemon):
    running = daemon()
    from test_control_plane import zipped

    body = {"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": zipped({"index.py": FAILS.encode()})}}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    assert running.call("PUT", "/2023-03-30/functions/f/async-invoke-config", json.dumps({"asyncTask": True})).status == 200
    reply = running.call("POST", "/2023-03-30/functions/f/invocations", b"good", {**ASYNC, "X-Fc-Async-Task-Id": "mine"})
    assert (reply.status, reply.headers["X-Fc-Async-Task-Id"]) == (202, "mine")
    while True:
        record = running.call("GET", "/2023-03-30/functions/f/async-tasks/mine").json()
        if record["status"] == "Succeeded":
            break
    assert record["taskPayload"] == "good"
