"""Asynchronous calls: accepted, run, run again, ended at a destination; kept over a restart."""

import base64
import collections
import contextlib
import json
import socket
import threading
import time

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


class Reports:
    """What functions tell of themselves, line by line, from wherever they run."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.lines, self.changed, self.held = [], threading.Condition(), []
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def port(self):
        return self.server.getsockname()[1]

    def _take(self):
        while True:
            try:
                sock, _ = self.server.accept()
            except OSError:
                return
            line = self._line(sock)
            with self.changed:
                self.held.append(sock)
                if line.endswith(b"\n"):  # else its function was killed before it had told
                    self.lines.append(line.decode().rstrip("\n"))
                self.changed.notify_all()

    @staticmethod
    def _line(sock):
        line = b""
        sock.settimeout(20)  # somebody's who meant another port and says nothing
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while not line.endswith(b"\n"):
                piece = sock.recv(65536)
                if not piece:
                    break
                line += piece
        return line

    def wait_for(self, fulfilled):
        with self.changed:
            assert self.changed.wait_for(lambda: fulfilled(self.lines), 60), self.lines

    def catch_up(self):
        """Until all that was told before is in `lines`: connections are taken in their order."""
        with socket.create_connection(("127.0.0.1", self.port)) as sock:
            sock.sendall(b"mark\n")
            self.wait_for(lambda lines: "mark" in lines)
        with self.changed:
            self.lines.remove("mark")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.server.close()
        for sock in self.held:
            sock.close()


# Tells that it runs. What is to hold waits until its daemon is killed, and passes when it comes again.
TELLS = """
import json, socket
def handler(event, context):
    sock = socket.create_connection(("127.0.0.1", %d))
    sock.sendall(b"%%s %%d\\n" %% (event, context.retry_count))
    if event.startswith(b"hold") and context.retry_count == 0:
        sock.recv(1)
    if event.startswith(b"bad") or (event == b"twice" and context.retry_count < 2):
        raise ValueError("no")
    return "done"
"""


def test_one_that_fails_twice_was_run_three_times(functions):
    with Reports() as reports:
        name = functions.create("python3", {"index.py": TELLS % reports.port})
        configure(functions, name)
        accept(functions, name, b"twice", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
        assert ended(functions.running, name, "t", advance="2s")["status"] == "Succeeded"
        reports.wait_for(lambda lines: len(lines) >= 3)  # what the last one told may still be on its way
        assert reports.lines == ["twice 0", "twice 1", "twice 2"]


def test_what_a_destination_gets(functions):
    with Reports() as reports:
        name = functions.create("python3", {"index.py": TELLS % reports.port})
        target = functions.create("python3", {"index.py": TELLS % reports.port})
        arn = f"acs:fc:cn-shanghai:16530750:services/demo/functions/{target}"
        configure(functions, name, maxAsyncRetryAttempts=1, destinationConfig={"onFailure": {"destination": arn}, "onSuccess": {"destination": arn}})
        for told, event in enumerate((b"bad", b"good")):
            reply = accept(functions, name, event, {"X-Fc-Stateful-Async-Invocation-Id": event.decode()})
            ended(functions.running, name, event.decode(), advance="2s")
            reports.wait_for(lambda lines, told=told: sum(line.startswith("{") for line in lines) > told)
            got = json.loads([line for line in reports.lines if line.startswith("{")][told].rpartition(" ")[0])
            attempts = 2 if event == b"bad" else 1
            assert got["requestContext"] == {
                "requestId": reply.headers["X-Fc-Request-Id"], "functionArn": f"acs:fc:::services/demo.LATEST/functions/{name}",
                "condition": "UnhandledInvocationError" if attempts == 2 else "", "approximateInvokeCount": attempts}
            assert got["responseContext"] == {"statusCode": 200, "functionError": "UnhandledInvocationError" if attempts == 2 else ""}
            assert got["requestPayload"] == event.decode()
            assert got["responsePayload"] == "done" if attempts == 1 else json.loads(got["responsePayload"])["errorMessage"] == "no"


QUEUE = "acs:mns:cn-shanghai:16530750:/queues/dead/messages"
BUS = "acs:eventbridge:cn-shanghai:16530750:eventbus/b"


def deliveries(running, query=""):
    reply = running.admin("GET", f"deliveries{query}")
    assert reply.status == 200, reply.body
    return reply.json()["deliveries"]


def test_queues_and_buses_get_theirs_where_the_control_side_shows_it(daemon, tmp_path):
    options = {"arguments": ["--data", tmp_path / "data"]}
    functions = Functions(daemon(**options))
    running = functions.running
    name = functions.create("python3", {"index.py": FAILS})
    destinations = {"onFailure": {"destination": QUEUE}, "onSuccess": {"destination": BUS}}
    configure(functions, name, maxAsyncRetryAttempts=0, destinationConfig=destinations)
    assert deliveries(running) == []
    ids = {}
    for event in ("bad", "good", "better"):
        ids[event] = accept(functions, name, event.encode(), {"X-Fc-Stateful-Async-Invocation-Id": event}).headers["X-Fc-Request-Id"]
        assert ended(running, name, event)["destinationStatus"] == "Succeeded"
    shown = deliveries(running)
    assert [(each["destination"], each["when"], each["request_id"]) for each in shown] == [
        (QUEUE, "onFailure", ids["bad"]), (BUS, "onSuccess", ids["good"]), (BUS, "onSuccess", ids["better"])]
    assert {(each["account"], each["region"], each["service"], each["function"], each["qualifier"]) for each in shown} == {
        ("16530750", "cn-shanghai", "demo", name, "LATEST")}
    assert json.loads(shown[0]["payload"])["requestContext"]["condition"] == "UnhandledInvocationError"
    assert len(deliveries(running, "?destination=*queues*")) == 1
    assert len(deliveries(running, f"?function={name}&account=16530750&region=cn-*")) == 3
    assert deliveries(running, "?account=1") == deliveries(running, "?function=x") == deliveries(running, "?region=eu-*") == []
    assert [each["request_id"] for each in deliveries(running, f"?after={shown[1]['number']}")] == [ids["better"]]
    assert running.admin("GET", "deliveries?after=x").status == 400
    assert json.loads(running.run("async", "deliveries", "*queues*", "--json").stdout)["deliveries"] == shown[:1]
    table = running.run("async", "deliveries", "--function", name, "--after", shown[0]["number"]).stdout
    assert BUS in table and QUEUE not in table and ids["better"] in table
    for words, count in ((["--account", "16530750", "--region", "cn-*"], 3), (["--account", "1"], 0), (["--region", "eu-*"], 0)):
        assert len(json.loads(running.run("async", "deliveries", *words, "--json").stdout)["deliveries"]) == count
    running.kill()
    running = daemon(**options)
    assert deliveries(running) == shown
    assert running.admin("DELETE", "deliveries?account=1").json() == {"forgotten": 0}
    assert running.admin("DELETE", "deliveries").json() == {"forgotten": 3}
    assert deliveries(running) == []


# Where it was called, and what `invoke.async_lack` says: whether a lack of machines is waited for.
LACKS = [("2016", "by_api", True), ("2023", "by_api", False), ("2016", "fail", False), ("2023", "wait", True)]


@pytest.mark.parametrize("api, setting, waits", LACKS)
def test_what_becomes_of_a_call_that_finds_no_machine(daemon, api, setting, waits):
    running = daemon(config=f"invoke: {{machines: 1, async_lack: {setting}}}\n")
    functions = Functions(running)
    with Reports() as reports:
        holder = functions.create("python3", {"index.py": TELLS % reports.port}, timeout=600)
        accept(functions, holder, b"hold")
        reports.wait_for(lambda lines: lines == ["hold 0"])
        if api == "2023":
            from functions import packed

            code = {"zipFile": base64.b64encode(packed({"index.py": FAILS})).decode()}
            body = {"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": code}
            assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
            config = {"asyncTask": True, "destinationConfig": {"onFailure": {"destination": QUEUE}}}
            assert running.call("PUT", "/2023-03-30/functions/f/async-invoke-config", json.dumps(config)).status == 200
            invoke, shown, key = "/2023-03-30/functions/f/invocations", "/2023-03-30/functions/f/async-tasks/t", "X-Fc-Async-Task-Id"
        else:
            name = functions.create("python3", {"index.py": FAILS})
            configure(functions, name, destinationConfig={"onFailure": {"destination": QUEUE}})
            invoke, key = f"{SERVICES}/demo/functions/{name}/invocations", "X-Fc-Stateful-Async-Invocation-Id"
            shown = f"{SERVICES}/demo/functions/{name}/stateful-async-invocations/t"
        assert running.call("POST", invoke, b"x", {**ASYNC, key: "t"}).status == 202
        while (record := running.call("GET", shown).json())["status"] not in ("Failed", "Retrying"):
            pass
        assert record["status"] == ("Retrying" if waits else "Failed")
        if not waits:
            [delivery] = deliveries(running)
            assert json.loads(delivery["payload"])["responseContext"]["statusCode"] == 503
            assert json.loads(delivery["payload"])["requestContext"]["condition"] == "ResourceThrottled"


def test_a_result_is_kept_up_to_its_limit(daemon):
    running = daemon(config="limits: {running.async_result: 10B, async.retries.default: 0}\n")
    functions = Functions(running)
    name = functions.create("python3", {"index.py": FAILS})
    configure(functions, name)
    accept(functions, name, b"good", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    assert len(ended(running, name, "t")["returnPayload"]) == 10
    accept(functions, name, b"bad", {"X-Fc-Stateful-Async-Invocation-Id": "u"})
    record = ended(running, name, "u")
    assert (record["status"], record["alreadyRetriedTimes"]) == ("Failed", 0)


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


def test_a_destination_that_is_not_there_is_told(functions):
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return e\n"})
    for arn in ("acs:fc:cn-shanghai:16530750:services/demo/functions/none", f"acs:fc:cn-shanghai:16530750:services/demo.none/functions/{name}",
                "acs:fc:cn-shanghai:16530750:functions/none"):
        configure(functions, name, destinationConfig={"onSuccess": {"destination": arn}})
        task = "t" + str(len(arn))
        accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": task})
        record = ended(functions.running, name, task)
        assert (record["status"], record["destinationStatus"]) == ("Succeeded", "Failed")


TRACED = "import json\ndef handler(e, c):\n  return json.dumps([c.tracing.span_context, c.tracing.span_baggages])\n"


def test_the_trace_of_a_call_is_that_of_its_attempts(functions):
    name = functions.create("python3", {"index.py": TRACED})
    configure(functions, name)
    trace = {"X-Fc-Tracing-Opentracing-Span-Context": "span", "X-Fc-Tracing-Opentracing-Span-Context-Baggage-k": "v \"w\""}
    for task, headers, seen in (("with", trace, ["span", {"k": 'v "w"'}]), ("without", {}, ["", {}])):
        accept(functions, name, b"", {**headers, "X-Fc-Stateful-Async-Invocation-Id": task})
        returned = json.loads(ended(functions.running, name, task)["returnPayload"])
        assert [returned[0], {key.lower(): value for key, value in returned[1].items()}] == seen


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
    assert 55 <= sum(event["status"] == "Retrying" for event in record["events"]) <= 70
    assert record["endTime"] - record["startedTime"] >= 5 * 3600 * 1000 - 300 * 1000
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


def killed_amid_calls(daemon, tmp_path, rounds):
    """Each round kills the daemon amid calls. Counts how often each id ran, before and after."""
    options = {"arguments": ["--data", tmp_path / "data"]}
    running = daemon(**options)
    functions = Functions(running)
    with Reports() as reports:
        name = functions.create("python3", {"index.py": TELLS % reports.port}, timeout=600)
        configure(functions, name)
        accepted, running_at_kill, done_before = [], set(), set()
        for number in range(rounds):
            mine = [f"{kind}-{number}-{each}" for each in range(3) for kind in ("hold", "pass")]
            for identifier in mine:
                accept(functions, name, identifier.encode(), {"X-Fc-Stateful-Async-Invocation-Id": identifier})
            accepted += mine
            reports.wait_for(lambda lines: sum(line.startswith(f"hold-{number}-") for line in lines) == 3)
            done = {identifier for identifier in mine if task(running, name, identifier).json()["status"] == "Succeeded"}
            # Its 202 says that all that was decided before is on disk.
            accepted.append(f"pass-{number}-last")
            accept(functions, name, accepted[-1].encode(), {"X-Fc-Stateful-Async-Invocation-Id": accepted[-1]})
            running.kill()
            reports.catch_up()
            with reports.changed:
                running_at_kill.add(accepted[-1])  # it may have begun by then
                running_at_kill |= {line.split(" ")[0] for line in reports.lines if line.split("-")[1] == str(number)} - done
                done_before |= done
                held, reports.held = reports.held, []
            for sock in held:
                sock.close()
            running = functions.running = daemon(**options)
            # What was held comes again, and is let go at once.
            reports.wait_for(lambda lines: sum(line.startswith(f"hold-{number}-") for line in lines) == 6)
            with reports.changed:
                for sock in reports.held:
                    sock.close()
            for identifier in accepted:
                assert ended(running, name, identifier)["status"] == "Succeeded"
        runs = collections.Counter(line.split(" ")[0] for line in reports.lines)
        assert set(runs) == set(accepted)  # every accepted id has run
        twice = {identifier for identifier, count in runs.items() if count > 1}
        assert twice <= running_at_kill and not twice & done_before
        assert sum(identifier.startswith("hold") for identifier in twice) == 3 * rounds
        assert set(runs.values()) <= {1, 2}
        return len(accepted), len(twice)


def test_accepted_calls_outlive_kills(daemon, tmp_path):
    accepted, twice = killed_amid_calls(daemon, tmp_path, rounds=3)
    assert accepted == 21 and 9 <= twice <= 21


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
