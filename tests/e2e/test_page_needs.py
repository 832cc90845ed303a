"""What the page needs of the control side, and the verbs that ask for the same: settings, instances, tasks, comparisons."""

import base64
import contextlib
import http.client
import json

import pytest

import fcemu
import signing
from fcemu import CALL_SECONDS, HOST, invocation
from functions import SERVICES, Functions

CONFIG = """listen: ["127.0.0.1:0"]
token: open-sesame
auth:
  keys:
    - {id: LTAI-one, secret: first-secret, token: session-token}
journal: {bytes: 2MiB}
"""
TOKEN = {"X-Fcemu-Token": "open-sesame"}


# ---- settings ----


def settings(running, query=""):
    reply = running.admin("GET", f"settings{query}")
    assert reply.status == 200, reply.body
    return {setting["key"]: setting for setting in reply.json()["settings"]}


def test_settings_say_where_each_came_from(daemon, monkeypatch):
    usual = fcemu.environment
    monkeypatch.setattr(fcemu, "environment", lambda folder: {**usual(folder), "FCEMU_IDLE_TIMEOUT": "70s"})
    running = daemon(config=CONFIG, listen=(), arguments=["--region", "cn-shanghai", "--no-watch", "--seed", "7"])
    found = settings(running)
    file = found["journal.bytes"]
    assert (file["value"], file["origin"], file["line"], file["column"]) == ("2MiB", "file", 6, 11)
    assert file["file"].endswith("fcemu.yaml") and file["default"] == "32MiB"
    assert (found["region"]["value"], found["region"]["origin"], found["region"]["flag"]) == ("cn-shanghai", "flag", "--region")
    assert (found["watch"]["value"], found["watch"]["flag"]) == (False, "--no-watch")
    assert (found["idle_timeout"]["value"], found["idle_timeout"]["origin"]) == ("70s", "environment")
    assert found["idle_timeout"]["variable"] == "FCEMU_IDLE_TIMEOUT"
    assert (found["journal.bodies"]["value"], found["journal.bodies"]["origin"]) == ("4KiB", "default")
    assert (found["auth.mode"]["value"], found["auth.mode"]["in_force"]) == ("auto", "lenient")
    assert "in_force" not in found["seed"] and found["seed"]["value"] == 7


def test_a_drawn_seed_is_told(daemon):
    running = daemon()
    seed = settings(running)["seed"]
    assert seed["origin"] == "default"
    assert seed["in_force"] == str(running.admin("GET", "faults/seed").json()["seed"])


def test_settings_tell_no_secret(daemon):
    running = daemon(config=CONFIG, listen=())
    text = running.admin("GET", "settings").body.decode()
    for secret in ("open-sesame", "first-secret", "session-token"):
        assert secret not in text
    found = settings(running)
    assert found["token"]["value"] == "***"
    assert found["auth.keys"]["value"] == [{"id": "LTAI-one", "secret": "***", "token": "***"}]


def test_settings_are_chosen_by_a_glob(daemon):
    running = daemon()
    assert set(settings(running, "?key=journal.*")) == {"journal.enabled", "journal.bytes", "journal.bodies"}
    assert running.admin("GET", "settings?key=nothing").status == 400


def test_the_settings_verb_names_file_and_line(daemon):
    running = daemon(config=CONFIG, listen=(), arguments=["--region", "cn-shanghai"])
    lines = {line.split()[0]: line.split()[1:] for line in running.run("settings").stdout.splitlines()}
    assert lines["journal.bytes"][0] == "2MiB" and lines["journal.bytes"][1].endswith("fcemu.yaml:6:11")
    assert lines["region"] == ["cn-shanghai", "--region"]
    assert lines["auth.mode"][:2] == ["auto", "(lenient)"]
    shown = json.loads(running.run("settings", "auth.*", "--json").stdout)
    assert {setting["key"] for setting in shown["settings"]} == {"auth.mode", "auth.keys", "auth.accounts"}


# ---- instances ----

HOLDS = "import time\ndef handler(event, context):\n    time.sleep(100 if event == b'hold' else 0)\n    return context.request_id\n"


def instances(running, query=""):
    reply = running.admin("GET", f"instances{query}")
    assert reply.status == 200, reply.body
    return reply.json()["instances"]


def until(look):
    """What `look` finds, once it finds something; a test that never sees it is ended by its time limit."""
    while not (found := look()):
        pass
    return found


def test_instances_are_shown_with_their_state(daemon):
    running = daemon()
    functions = Functions(running)
    name = functions.create("python3", {"index.py": HOLDS}, timeout=100)
    assert instances(running) == []
    assert functions.call(name).status == 200
    (idle,) = until(lambda: [one for one in instances(running) if one["state"] == "idle"])
    assert (idle["function"], idle["calls"], idle["served"], idle["provisioned"]) == (f"demo/{name}", 0, 1, False)
    assert idle["ran"].startswith("Python 3")
    with contextlib.ExitStack() as stack:
        holder = http.client.HTTPConnection("127.0.0.1", running.port, timeout=CALL_SECONDS)
        stack.callback(holder.close)
        holder.request("POST", invocation(name), b"hold", {"Host": HOST})
        (busy,) = until(lambda: [one for one in instances(running) if one["state"] == "busy"])
    assert (busy["id"], busy["calls"]) == (idle["id"], 1)


@pytest.mark.parametrize("query, count", [("?function=demo/f1", 1), ("?function=f1", 1), ("?function=other", 0), ("?region=cn-beijing", 0), ("?account=1", 0)])
def test_instances_are_chosen(daemon, query, count):
    running = daemon()
    functions = Functions(running)
    assert functions.call(functions.create("python3", {"index.py": HOLDS})).status == 200
    assert len(instances(running, query)) == count


# ---- asynchronous calls ----


def asynchronous(functions, source, event, **config):
    name = functions.create("python3", {"index.py": source}, timeout=100)
    path = f"{SERVICES}/demo/functions/{name}/async-invoke-config"
    assert functions.running.call("PUT", path, json.dumps({"statefulInvocation": True, **config})).status == 200
    reply = functions.running.invoke(name, event, {"X-Fc-Invocation-Type": "Async", "X-Fc-Stateful-Async-Invocation-Id": "mine"})
    assert reply.status == 202
    return name


def of_id(running, identifier):
    reply = running.admin("GET", f"async/{identifier}")
    return reply.json() if reply.status == 200 else None


def test_a_running_task_is_stopped_and_one_that_is_over_is_not(daemon):
    running = daemon()
    asynchronous(Functions(running), HOLDS, b"hold")
    until(lambda: of_id(running, "mine")["status"] == "Running")
    assert running.admin("POST", "async/mine/stop").json() == {"done": True}
    over = of_id(running, "mine")
    assert over["status"] == "Stopped" and over["ended"]
    assert [step["status"] for step in over["steps"]][-2:] == ["Stopping", "Stopped"]
    again = running.admin("POST", "async/mine/stop")
    assert again.status == 409 and "Stopped" in again.json()["detail"]
    assert running.admin("POST", "async/nobody/stop").status == 404
    refused = running.run("async", "stop", "mine")
    assert refused.returncode == 2 and "is over" in refused.stderr


def test_one_is_stopped_while_its_first_instance_is_prepared(daemon):
    running = daemon()
    functions = Functions(running)
    for _ in range(5):
        identifier = of_new_task(functions)
        until(lambda wanted=identifier: of_id(running, wanted)["status"] == "Running")
        assert running.admin("POST", f"async/{identifier}/stop").json() == {"done": True}
    assert functions.call(functions.create("python3", {"index.py": HOLDS})).status == 200


def test_an_instance_that_was_started_for_a_stopped_task_goes_with_it(daemon):
    """Its code is being loaded, and that lasts longer than anybody waits here."""
    running = daemon()
    functions = Functions(running)
    identifier = of_new_task(functions, "import time\ntime.sleep(1000)\n" + HOLDS)
    until(lambda: instances(running))
    assert running.admin("POST", f"async/{identifier}/stop").json() == {"done": True}
    until(lambda: not instances(running))


def of_new_task(functions, code=HOLDS):
    """Of a function that nobody has called: its code is unpacked first."""
    name = functions.create("python3", {"index.py": code}, timeout=100)
    reply = functions.running.invoke(name, b"hold", {"X-Fc-Invocation-Type": "Async"})
    assert reply.status == 202
    return reply.headers["X-Fc-Request-Id"]


@pytest.mark.parametrize("event", [b"plain", "héllo".encode(), b"\xff\x00\xfe"])
def test_one_that_is_over_runs_again_with_the_same_event(daemon, event):
    running = daemon()
    asynchronous(Functions(running), "def handler(event, context):\n    return event.hex()\n", event)
    until(lambda: of_id(running, "mine")["status"] == "Succeeded")
    reply = running.admin("POST", "async/mine/retry")
    assert reply.status == 202
    again = until(lambda: (found := of_id(running, reply.json()["request_id"])) and found["status"] == "Succeeded" and found)
    assert again["result"] == event.hex() and again["request_id"] != of_id(running, "mine")["request_id"]


@pytest.mark.parametrize("moment", ["2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"])
def test_a_clock_that_stands_runs_on_from_there(daemon, moment):
    running = daemon()
    assert running.admin("PUT", "clock", {"freeze": moment}).json()["frozen"] is True
    first = running.admin("PUT", "clock", {"freeze": False}).json()
    assert first["frozen"] is False and first["is_real"] is False and first["now"][:4] == moment[:4]
    until(lambda: running.admin("GET", "clock").json()["now"] > first["now"])
    refused = running.admin("PUT", "clock", {"freeze": "soon"})
    assert refused.status == 422 and "expected true, false or a time" in refused.body.decode()


def test_one_that_waits_runs_at_once(daemon):
    running = daemon()
    asynchronous(Functions(running), "def handler(event, context):\n    raise ValueError('no')\n", b"x", maxAsyncRetryAttempts=2)
    assert running.admin("PUT", "clock", {"freeze": True}).status == 200
    until(lambda: of_id(running, "mine")["status"] == "Retrying")
    for attempts in (2, 3):
        assert json.loads(running.run("async", "retry", "mine", "--json").stdout)["request_id"] == of_id(running, "mine")["request_id"]
        until(lambda wanted=attempts: (of_id(running, "mine")["attempts"] >= wanted and of_id(running, "mine")["status"] != "Running") or None)
    assert of_id(running, "mine")["status"] == "Failed"


def test_a_request_of_a_trigger_is_not_run_again_by_its_body(daemon):
    running = daemon()
    functions = Functions(running)
    name = functions.create("python3", {"index.py": "def handler(environ, start):\n    start('200 OK', [])\n    return [b'x']\n"})
    functions.trigger(name)
    path = f"{SERVICES}/demo/functions/{name}/async-invoke-config"
    assert running.call("PUT", path, json.dumps({"statefulInvocation": True})).status == 200
    reply = running.call("POST", f"/2016-08-15/proxy/demo/{name}/", b"body", {"X-Fc-Invocation-Type": "Async", "X-Fc-Stateful-Async-Invocation-Id": "web"})
    assert reply.status == 202, reply.body
    until(lambda: of_id(running, "web")["status"] in ("Succeeded", "Failed"))
    refused = running.admin("POST", "async/web/retry")
    assert refused.status == 409 and "HTTP request" in refused.json()["detail"]


# ---- comparisons ----

DRILL = """
version: 1
rules:
  - {id: throttle, enabled: false, match: {function: pay}, do: {error: ResourceThrottled}}
drills:
  - id: storm
    timeout: 1m
    steps:
      - {at: 0s, enable: throttle}
      - {until: {fired: {rule: throttle, gte: 1}}, max: 60s}
    assert:
      - calls: {match: {function: pay}, lte: 1}
"""


def test_reports_of_two_runs_are_compared(daemon):
    running = daemon(rules=DRILL)
    for _ in range(2):
        run = running.admin("POST", "drills/storm/runs", {"seed": 1}).json()["run"]
        running.invoke("pay")
        assert running.admin("GET", f"drills/runs/{run}/report?wait=true").status == 200
    same = running.admin("GET", "drills/runs/2/diff?from=1").json()["differences"]
    assert same == []
    assert running.run("drill", "diff", "1", "2").returncode == 0
    run = running.admin("POST", "drills/storm/runs", {"seed": 2}).json()["run"]
    assert running.admin("GET", f"drills/runs/{run}/diff?from=1").status == 409
    running.admin("DELETE", f"drills/runs/{run}")
    assert running.admin("GET", f"drills/runs/{run}/report?wait=true").status == 200
    other = running.admin("GET", f"drills/runs/{run}/diff?from=1").json()["differences"]
    assert any("verdict" in line and "interrupted" in line for line in other) and any("seed" in line for line in other)
    told = running.run("drill", "diff", "1", str(run))
    assert told.returncode == 1 and told.stdout.splitlines() == other


@pytest.mark.parametrize("path, status, why", [("1/diff", 400, "from"), ("1/diff?from=9", 404, "no run '9'"), ("9/diff?from=1", 404, "no run '9'")])
def test_what_is_not_there_is_not_compared(daemon, path, status, why):
    running = daemon(rules=DRILL)
    running.admin("POST", "drills/storm/runs", {})
    running.admin("DELETE", "drills/runs/1")
    reply = running.admin("GET", f"drills/runs/{path}")
    assert reply.status == status and why in reply.json()["detail"]


def test_a_snapshot_is_compared_with_what_there_is(daemon, tmp_path):
    running = daemon()
    functions = Functions(running)
    folder = tmp_path / "saved"
    name = functions.create("python3", {"index.py": HOLDS})
    assert running.admin("POST", "snapshots/save", {"folder": str(folder)}).status == 200
    assert running.admin("POST", "snapshots/diff", {"folder": str(folder)}).json() == {"differences": []}
    assert running.run("snapshot", "diff", folder).returncode == 0
    assert running.call("POST", SERVICES, json.dumps({"serviceName": "later"})).status == 200
    functions.update(name, description="new", files={"index.py": "x = 1\n"})
    lines = running.admin("POST", "snapshots/diff", {"folder": str(folder)}).json()["differences"]
    assert [line for line in lines if line.startswith("+")] == [line for line in lines if line.endswith("/later")]
    (changed,) = [line for line in lines if line.startswith("~ function")]
    assert "description" in changed and "code" in changed, lines
    told = running.run("snapshot", "diff", folder)
    assert told.returncode == 1 and told.stdout.splitlines() == lines
    for wrong in ("relative", str(tmp_path / "nothing")):
        assert running.admin("POST", "snapshots/diff", {"folder": wrong}).status == 422


# ---- signatures ----


def test_a_call_tells_both_strings_and_the_first_byte_that_differs(daemon):
    running = daemon(config="auth: {keys: [{id: LTAI-one, secret: first-secret}]}\n")
    reply = running.call("GET", SERVICES, headers=signing.fc("GET", "/services", "LTAI-one", "first-secret"))
    assert reply.status == 403
    entry = running.admin("GET", f"requests/{reply.headers['X-Fc-Request-Id']}").json()
    signature = entry["signature"]
    assert signature["what"] == "string to sign"
    at = signature["differ_at"]
    assert signature["expected"][: at] == signature["seen"][: at]
    assert signature["expected"][at:] == "2016-08-15/services" and signature["seen"][at:] == "services"
    assert "API version" in signature["hint"]
    wrong = running.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, "LTAI-one", "other"))
    entry = running.admin("GET", f"requests/{wrong.headers['X-Fc-Request-Id']}").json()
    assert entry["signature"]["seen"] is None and "differ_at" not in entry["signature"] and "secret" in entry["signature"]["hint"]
    right = running.call("GET", SERVICES, headers=signing.fc("GET", SERVICES, "LTAI-one", "first-secret"))
    assert right.status == 200
    assert "signature" not in running.admin("GET", f"requests/{right.headers['X-Fc-Request-Id']}").json()


def test_bodies_that_are_no_text_are_told_byte_by_byte(daemon):
    running = daemon()
    functions = Functions(running)
    name = functions.create("python3", {"index.py": "def handler(event, context):\n    return event[::-1]\n"})
    event = b"\xff\x00\xfe{"
    reply = functions.call(name, event)
    entry = running.admin("GET", f"requests/{reply.headers['X-Fc-Request-Id']}").json()
    assert base64.b64decode(entry["request_body_base64"]) == event
    assert base64.b64decode(entry["response_body_base64"]) == event[::-1]
    text = functions.call(name, b"text")
    entry = running.admin("GET", f"requests/{text.headers['X-Fc-Request-Id']}").json()
    assert entry["response_body"] == "txet" and not [member for member in entry if "base64" in member]


# ---- events ----


def test_events_that_come_together_come_whole_and_in_order(daemon):
    running = daemon()
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=CALL_SECONDS)
    connection.request("GET", "/_fcemu/events?type=call")
    stream = connection.getresponse()
    caller = http.client.HTTPConnection("127.0.0.1", running.port, timeout=CALL_SECONDS)
    for i in range(300):
        caller.request("GET", f"/2016-08-15/services/s{i}", headers={"Host": HOST})
        caller.getresponse().read()
    seen, numbers = [], []
    while len(seen) < 300:
        line = stream.readline().decode()
        assert line
        if line.startswith("id: "):
            numbers.append(int(line.rsplit("-", 1)[1]))
        elif line.startswith("data: "):
            seen.append(json.loads(line[6:])["service"])
    assert seen == [f"s{i}" for i in range(300)]
    assert numbers == sorted(set(numbers))
