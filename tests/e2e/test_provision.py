"""Instances that are kept ready, functions that may not start any, calls that are disabled, and shares that are reserved."""

import base64
import concurrent.futures
import json

import pytest

from functions import SERVICES, Functions, packed
from test_async import Reports
from test_thirteen_codes import GATE, Gate, code_of

CODE = """
import os, socket
def tell(word):
    if os.environ.get("REPORT"):
        s = socket.create_connection(("127.0.0.1", int(os.environ["REPORT"])))
        s.sendall(word.encode() + b"\\n")
ready = []
def start(context):
    ready.append(1)
    tell("started")
def handler(event, context):
    if event == b"die":
        os._exit(1)
    return "%s %%d" %% len(ready)
"""


def put(functions, name, target, **more):
    path = f"{SERVICES}/demo.LATEST/functions/{name}/provision-config"
    reply = functions.running.call("PUT", path, json.dumps({"target": target, **more}))
    assert reply.status == 200, reply.body


def shown(functions, name):
    return functions.running.call("GET", f"{SERVICES}/demo.LATEST/functions/{name}/provision-config").json()


def wait(functions, name, current, error=""):
    while (config := shown(functions, name))["current"] != current or not config["currentError"].startswith(error):
        pass
    return config


def listed(functions, name):
    return {each["instanceId"] for each in functions.running.call("GET", f"{SERVICES}/demo/functions/{name}/instances").json()["instances"]}


@pytest.fixture
def functions(daemon):
    return Functions(daemon(config="invoke: {idle: 50ms, memory: 8GiB}\n"))


def create(functions, word="first", **members):
    return functions.create("python3", {"index.py": CODE % word}, **members)


def test_they_are_warm_before_anybody_calls_and_stay(functions):
    with Reports() as reports:
        name = create(
            functions, initializer="index.start", initializationTimeout=10, environmentVariables={"REPORT": str(reports.port)})
        put(functions, name, 2)
        config = wait(functions, name, 2)
        assert (config["target"], config["currentError"]) == (2, "")
        reports.wait_for(lambda lines: lines == ["started", "started"])
        ready = listed(functions, name)
        assert len(ready) == 2
        for _ in range(3):
            reply = functions.call(name)
            assert reply.body == b"first 1" and reply.headers["X-Fc-Instance-Id"] in ready
        # An instance that was idle so long has ended; these have not.
        other = create(functions)
        gone = functions.call(other).headers["X-Fc-Instance-Id"]
        while gone in listed(functions, other):
            pass
        assert listed(functions, name) == ready and reports.lines == ["started", "started"]


def test_one_that_ends_is_replaced(functions):
    name = create(functions)
    put(functions, name, 1)
    wait(functions, name, 1)
    ready = listed(functions, name)
    assert functions.call(name, b"die").headers["X-Fc-Error-Type"] == "UnhandledInvocationError"
    while not (now := listed(functions, name)) or now == ready or shown(functions, name)["current"] != 1:
        pass
    assert functions.call(name).headers["X-Fc-Instance-Id"] in listed(functions, name)


def test_an_update_starts_others(functions):
    name = create(functions)
    put(functions, name, 1)
    wait(functions, name, 1)
    before = listed(functions, name)
    functions.update(name, files={"index.py": CODE % "second"})
    while listed(functions, name) & before or shown(functions, name)["current"] != 1:
        pass
    reply = functions.call(name)
    assert reply.body == b"second 0" and reply.headers["X-Fc-Instance-Id"] in listed(functions, name)


def test_fewer_are_wanted(functions):
    name = create(functions)
    put(functions, name, 3)
    wait(functions, name, 3)
    put(functions, name, 1)
    wait(functions, name, 1)
    while len(listed(functions, name)) != 1:
        pass
    put(functions, name, 0)
    while listed(functions, name):
        pass
    assert shown(functions, name)["current"] == 0


def test_they_are_there_after_a_start(daemon, tmp_path):
    options = {"arguments": ["--data", tmp_path / "data"]}
    functions = Functions(daemon(**options))
    name = create(functions)
    put(functions, name, 2)
    wait(functions, name, 2)
    before = listed(functions, name)
    functions.running.stop()
    functions.running = daemon(**options)
    wait(functions, name, 2)
    assert len(listed(functions, name)) == 2 and not listed(functions, name) & before


def test_what_does_not_start_says_why(functions):
    name = functions.create("python3", {"index.py": "import no_such_module\n"})
    put(functions, name, 1)
    config = wait(functions, name, 0, error="{")
    assert json.loads(config["currentError"])["errorType"] == "ImportModuleError"
    functions.update(name, files={"index.py": CODE % "mended"})
    wait(functions, name, 1)
    assert shown(functions, name)["currentError"] == ""
    broken = functions.create("custom", {"x": ""})
    put(functions, broken, 1)
    wait(functions, broken, 0, error="CAFileNotFound: ")


def test_more_than_the_machine_has(daemon):
    functions = Functions(daemon(config="invoke: {memory: 512MiB}\n"))
    name = create(functions, memorySize=256)
    put(functions, name, 5)
    wait(functions, name, 2, error="ResourceThrottled: no room")


def test_a_function_that_may_start_none_on_demand(functions):
    name = functions.create("python3", {"index.py": GATE}, timeout=60)
    assert functions.running.call("PUT", f"{SERVICES}/demo.LATEST/functions/{name}/on-demand-config", json.dumps({"maximumInstanceCount": 0})).status == 200
    assert code_of(functions.call(name)) == (429, "ResourceExhausted")
    put(functions, name, 1)
    wait(functions, name, 1)
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(functions.call, name, gate.event)
        gate.wait_for(1)
        assert code_of(functions.call(name, gate.event)) == (429, "ResourceExhausted")
        gate.open()
        assert call.result().status == 200


def test_a_schedule_moves_the_target(functions):
    name = create(functions)
    action = {"name": "more", "startTime": "2030-01-01T00:00:00Z", "endTime": "2031-01-01T00:00:00Z", "target": 2,
              "scheduleExpression": "at(2030-06-01T00:00:00Z)"}
    put(functions, name, 1, scheduledActions=[action])
    wait(functions, name, 1)
    assert functions.running.admin("PUT", "clock", {"freeze": "2030-06-01T00:00:01Z"}).status == 200
    assert wait(functions, name, 2)["target"] == 2


def test_a_function_that_is_deleted_has_no_instances(functions):
    name = create(functions)
    put(functions, name, 1)
    wait(functions, name, 1)
    [instance] = listed(functions, name)
    functions.running.call("DELETE", f"{SERVICES}/demo.LATEST/functions/{name}/provision-config")
    put(functions, name, 0)
    assert functions.running.call("DELETE", f"{SERVICES}/demo/functions/{name}").status == 204
    again = create(functions)
    assert instance not in listed(functions, again)


# ---- 2023-03-30 ----

F2023 = "/2023-03-30/functions"


def create_2023(running, name, code=GATE, **members):
    body = {"functionName": name, "runtime": "python3.10", "handler": "index.handler", "timeout": 60, "memorySize": 128, "cpu": 0.1,
            "code": {"zipFile": base64.b64encode(packed({"index.py": code})).decode()}, **members}
    reply = running.call("POST", F2023, json.dumps(body))
    assert reply.status == 200, reply.body
    return f"{F2023}/{name}/invocations"


def test_a_reserved_share_is_nobody_elses(daemon):
    running = daemon(config="limits: {running.instances: 3}\n")
    mine, other = create_2023(running, "mine"), create_2023(running, "other")
    assert running.call("PUT", f"{F2023}/mine/concurrency", json.dumps({"reservedConcurrency": 2})).status == 200
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(running.call, "POST", other, gate.event)]
        gate.wait_for(1)
        assert code_of(running.call("POST", other, gate.event)) == (429, "ResourceExhausted")
        calls += [pool.submit(running.call, "POST", mine, gate.event) for _ in range(2)]
        gate.wait_for(3)
        assert code_of(running.call("POST", mine, gate.event)) == (429, "ResourceExhausted")
        gate.open()
        assert [call.result().status for call in calls] == [200] * 3
    assert running.call("DELETE", f"{F2023}/mine/concurrency").status == 204
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(running.call, "POST", other, gate.event) for _ in range(2)]
        gate.wait_for(2)
        gate.open()
        assert [call.result().status for call in calls] == [200] * 2


def test_disable_on_demand(daemon):
    running = daemon()
    path = create_2023(running, "f", code=CODE % "x", disableOndemand=True)
    reply = running.call("POST", path)
    assert code_of(reply) == (429, "ResourceExhausted")
    assert running.call("PUT", f"{F2023}/f", json.dumps({"disableOndemand": False})).status == 200
    assert running.call("POST", path).status == 200


@pytest.mark.parametrize("abort", [False, True])
def test_a_disabled_function_is_not_called_and_loses_what_is_kept_ready(daemon, abort):
    running = daemon()
    path = create_2023(running, "f")
    config = f"{F2023}/f/provision-config?qualifier=LATEST"
    assert running.call("PUT", config, json.dumps({"target": 1})).status == 200
    while running.call("GET", config).json()["current"] != 1:
        pass
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(running.call, "POST", path, gate.event)
        gate.wait_for(1)
        body = {"reason": "maintenance", "abortOngoingRequest": abort}
        assert running.call("POST", f"{F2023}/f/invoke/disable", json.dumps(body)).json() == {"success": True}
        assert code_of(running.call("POST", path, gate.event)) == (403, "AccessDenied")
        if abort:
            assert code_of(call.result()) == (403, "AccessDenied") and "maintenance" in call.result().json()["Message"]
        gate.open()
        assert call.result().status == (403 if abort else 200)
    while running.call("GET", f"{F2023}/f/instances").json()["instances"]:
        pass
    assert running.call("GET", config).json()["current"] == 0
    assert running.call("POST", f"{F2023}/f/invoke/enable").json() == {"success": True}
    while running.call("GET", config).json()["current"] != 1:
        pass
