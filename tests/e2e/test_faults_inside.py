"""Faults where a function's code runs: each as a client meets it, in the journal, on the tape, and what the grammar says of them."""

import json
import time

import pytest

from fcemu import fcemu
from functions import Functions, error_of, log_of
from test_async import ASYNC, Reports, accept, configure, ended, task
from test_nasty import EXIT, TIMED_OUT

UNHANDLED = "UnhandledInvocationError"
CODE = """
import socket
started = []
def start(context):
    started.append(1)
def tell(word):
    sock = socket.create_connection(("127.0.0.1", %d))
    sock.sendall(word.encode() + b"\\n")
def handler(event, context):
    print("printed")
    tell("began " + event.decode())
    if event == b"hold":
        import time
        time.sleep(60)
    return "fine"
"""


def rule(fault, when="", match="function: f1"):
    return f"version: 1\nrules:\n  - id: inside\n    match: {{{match}}}\n    do: {{instance: {{{fault}}}}}\n{when}"


@pytest.fixture
def reports():
    with Reports() as made:
        yield made


def begin(daemon, reports, fault, when="", **members):
    functions = Functions(daemon(rules=rule(fault, when)))
    name = functions.create("python3", {"index.py": CODE % reports.port}, **{"timeout": 30, **members})
    assert name == "f1"
    return functions, name


def journal(functions, name):
    return [entry for entry in functions.running.requests(f"&function={name}") if entry["operation"].startswith("Invoke")]


ONCE = "    when: {calls: {nth: [2]}}\n"

# What the second of three calls is told; whether its handler began; whether its instance lives on.
ROWS = {
    "fault: crash": (EXIT, False),
    "fault: crash, at: after": (EXIT, True),
    "fault: oom": (EXIT, False),
    "fault: oom, at: after": (EXIT, True),
    "fault: kill": (EXIT, False),
    "fault: kill, at: after": (EXIT, True),
    "fault: timeout": (TIMED_OUT, False),
    "fault: timeout, at: after": (TIMED_OUT, True),
}


@pytest.mark.parametrize("fault", ROWS)
def test_a_call_is_struck_and_the_next_one_works(daemon, reports, fault):
    text, begins = ROWS[fault]
    functions, name = begin(daemon, reports, fault, ONCE, timeout=1)
    first = functions.call(name, b"1")
    assert first.body == b"fine"
    header, body = error_of(functions.call(name, b"2"))
    assert header == UNHANDLED and text.fullmatch(body["errorMessage"]), body
    third = functions.call(name, b"3")
    assert third.body == b"fine"
    assert third.headers["X-Fc-Instance-Id"] != first.headers["X-Fc-Instance-Id"]
    expected = ["began 1", "began 2", "began 3"] if begins else ["began 1", "began 3"]
    reports.wait_for(lambda lines: lines == expected)
    assert [entry.get("rule") for entry in journal(functions, name)] == [None, "inside", None]
    assert journal(functions, name)[1]["kind"] == "instance"


def test_out_of_memory_says_how_much(daemon, reports):
    functions, name = begin(daemon, reports, "fault: oom", memorySize=256)
    reply = functions.call(name)
    assert "maxMemoryUsage: 256.00MB" in reply.json()["errorMessage"]
    assert reply.headers["X-Fc-Max-Memory-Usage"] == "256.00"


def test_by_says_when(daemon, reports):
    functions, name = begin(daemon, reports, "fault: kill, by: 300ms")
    begun = time.monotonic()
    header, body = error_of(functions.call(name, b"hold"))
    assert header == UNHANDLED and EXIT.fullmatch(body["errorMessage"])
    assert time.monotonic() - begun >= 0.3
    reports.wait_for(lambda lines: lines == ["began hold"])
    assert functions.call(name, b"quick").body == b"fine"  # it was over by then


def test_a_time_out_may_come_earlier_than_the_limit(daemon, reports):
    functions, name = begin(daemon, reports, "fault: timeout, by: 200ms", timeout=600)
    header, body = error_of(functions.call(name))
    assert header == UNHANDLED and body["errorMessage"].startswith("Function timed out after 600 seconds")


@pytest.mark.parametrize("fault", ["slow_start", "slow_init"])
@pytest.mark.parametrize("initializer", [False, True])
def test_a_start_takes_longer(daemon, reports, fault, initializer):
    members = {"initializer": "index.start", "initializationTimeout": 10} if initializer else {}
    functions, name = begin(daemon, reports, f"fault: {fault}, by: 400ms", ONCE, **members)
    first = functions.call(name, b"1")
    begun = time.monotonic()
    second = functions.call(name, b"2")
    assert time.monotonic() - begun >= 0.4
    assert second.body == b"fine" and second.headers["X-Fc-Instance-Id"] != first.headers["X-Fc-Instance-Id"]
    assert int(second.headers["X-Fc-Invocation-Duration"]) < 400  # a start is not counted


def test_an_initializer_that_takes_too_long(daemon, reports):
    functions, name = begin(daemon, reports, "fault: slow_init, by: 30s", ONCE, initializer="index.start", initializationTimeout=1)
    assert functions.call(name, b"1").body == b"fine"
    header, body = error_of(functions.call(name, b"2"))
    assert header == "InitializationError" and body["errorMessage"].startswith("Function timed out after 1 seconds")
    assert functions.call(name, b"3").body == b"fine"


def test_a_custom_runtime_that_starts_too_slowly(daemon):
    running = daemon(rules=rule("fault: slow_start, by: 60s"), config="limits: {running.custom_start: 1}\n")
    functions = Functions(running)
    functions.create("custom", {"bootstrap*": "#!/bin/sh\nexec sleep 100\n"})
    reply = functions.call("f1")
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "FunctionNotStarted")
    assert "in 1 seconds" in reply.json()["ErrorMessage"]


def test_a_log_is_lost(daemon, reports):
    functions, name = begin(daemon, reports, "fault: lose_log", ONCE)
    assert "printed" in log_of(functions.call(name, b"1"))
    lost = functions.call(name, b"2")
    assert lost.body == b"fine" and lost.headers["X-Fc-Log-Result"] is None
    assert "printed" in log_of(functions.call(name, b"3"))
    lines = functions.running.admin("GET", f"logs?function={name}").json()["lines"]
    ids = {line["request_id"] for line in lines if line["text"] == "printed"}
    assert len(ids) == 2 and lost.headers["X-Fc-Request-Id"] not in ids


def test_by_http_triggers_too(daemon, reports):
    functions, name = begin(daemon, reports, "fault: crash")
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/")
    assert (reply.status, reply.headers["X-Fc-Error-Type"]) == (502, UNHANDLED)
    assert EXIT.fullmatch(reply.json()["errorMessage"])


def test_other_operations_on_the_function_are_not_struck(daemon, reports):
    functions, name = begin(daemon, reports, "fault: crash")
    reply = functions.running.call("GET", f"/2016-08-15/services/demo/functions/{name}", headers={"X-Fcemu-Label": "get"})
    assert reply.status == 200
    [entry] = functions.running.requests("&label=get")
    assert entry.get("rule") is None
    explained = functions.running.admin("POST", "faults/explain", {"request_id": entry["request_id"]}).json()
    assert explained["rules"][0]["gate"] == "attempts"


# ---- asynchronous calls ----


@pytest.mark.parametrize("attempts, ran", [("[1, 2]", 1), ("[2]", 1), ("[1]", 1)])
def test_attempts_are_picked(daemon, reports, attempts, ran):
    functions, name = begin(daemon, reports, "fault: crash", f"    when: {{attempts: {attempts}}}\n")
    configure(functions, name)
    accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(functions.running, name, "t", advance="2s")
    assert record["status"] == "Succeeded"
    struck = [int(each) for each in attempts.strip("[]").split(",")]
    # Attempts up to the first that is not struck: it succeeds.
    tries = next(n for n in range(1, 9) if n not in struck)
    assert record["alreadyRetriedTimes"] == tries - 1
    reports.wait_for(lambda lines: lines == ["began x"])
    assert journal(functions, name)[0]["rule"] == "inside"


def test_all_attempts_unless_some_are_picked(daemon, reports):
    functions, name = begin(daemon, reports, "fault: crash, at: after")
    configure(functions, name, maxAsyncRetryAttempts=2)
    accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(functions.running, name, "t", advance="2s")
    assert (record["status"], record["invocationErrorMessage"]) == ("Failed", UNHANDLED)
    reports.wait_for(lambda lines: lines == ["began x"] * 3)


def test_a_synchronous_call_is_its_own_first_attempt(daemon, reports):
    functions, name = begin(daemon, reports, "fault: crash", "    when: {attempts: [2]}\n")
    assert functions.call(name).body == b"fine"
    assert journal(functions, name)[0].get("rule") is None


def test_it_is_kept_over_a_restart(daemon, reports, tmp_path):
    functions = Functions(daemon(rules=rule("fault: crash", "    when: {attempts: [1, 2]}\n"), arguments=["--data", tmp_path / "data"]))
    name = functions.create("python3", {"index.py": CODE % reports.port}, timeout=30)
    configure(functions, name)
    accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    while task(functions.running, name, "t").json()["status"] != "Retrying":
        pass
    functions.running.kill()
    running = daemon(arguments=["--data", tmp_path / "data"])  # without any rule
    record = ended(running, name, "t", advance="2s")
    assert (record["status"], record["alreadyRetriedTimes"]) == ("Succeeded", 2)


# ---- beside other rules, tapes and tools ----


def test_it_may_be_chosen_and_shaped(daemon, reports):
    text = """
version: 1
rules:
  - id: inside
    match: {function: f1}
    do: {sequence: {steps: [{times: 1, do: {instance: {fault: crash}}}, {times: 1, do: {instance: {fault: lose_log}, headers: {set: {X-Mine: "1"}}}}]}}
"""
    functions = Functions(daemon(rules=text))
    name = functions.create("python3", {"index.py": CODE % reports.port}, timeout=30)
    assert EXIT.fullmatch(error_of(functions.call(name))[1]["errorMessage"])
    second = functions.call(name)
    assert (second.body, second.headers["X-Fc-Log-Result"], second.headers["X-Mine"]) == (b"fine", None, "1")
    assert log_of(functions.call(name))


def test_a_tape_plays_it(daemon, reports, tmp_path):
    functions, name = begin(daemon, reports, "fault: crash, at: after", ONCE)
    for number in range(3):
        functions.call(name, str(number).encode())
    tape = functions.running.admin("GET", "faults/tape").body
    assert b'"instance"' in tape
    other = Functions(daemon())
    assert other.create("python3", {"index.py": CODE % reports.port}, timeout=30) == name
    assert other.running.call("PUT", "/_fcemu/faults/tape", tape, host=f"127.0.0.1:{other.running.port}").status == 200
    before = 3
    answers = [other.call(name, str(number).encode()) for number in range(3)]
    assert [reply.headers["X-Fc-Error-Type"] for reply in answers] == [None, UNHANDLED, None]
    reports.wait_for(lambda lines: len(lines) == before + 3)  # its handler had done its work


def test_a_header_asks_for_it(daemon, reports):
    functions = Functions(daemon(config="header_control: true\n"))
    name = functions.create("python3", {"index.py": CODE % reports.port}, timeout=30)
    reply = functions.call(name, headers={"X-Fcemu-Fault": "instance={fault: crash}"})
    assert EXIT.fullmatch(error_of(reply)[1]["errorMessage"])


def test_coverage_counts_it_for_calls_of_functions(daemon, reports):
    functions, name = begin(daemon, reports, "fault: crash")
    functions.call(name)
    cells = functions.running.admin("GET", "coverage").json()["cells"]
    assert {"error": "instance", "operation": "InvokeFunction", "state": "reached"} in cells
    assert not any(cell["error"] == "instance" and "Invoke" not in cell["operation"] for cell in cells)


WRONG = [
    ("do: {instance: {}}", "F104", "'fault' is missing"),
    ("do: {instance: {fault: slow}}", "F207", "'slow' is not one of slow_start, slow_init"),
    ("do: {instance: {fault: slow_start}}", "F104", "'by' is missing; say by how much"),
    ("do: {instance: {fault: slow_init, by: 1s, at: after}}", "F310", "only with crash, oom, timeout and kill"),
    ("do: {instance: {fault: lose_log, by: 1s}}", "F310", "a log is lost as a whole"),
    ("do: {instance: {fault: crash, at: after, by: 1s}}", "F310", "'at: after' strikes when the handler has done its work"),
    ("do: {instance: {fault: crash, at: late}}", "F207", "'late' is not one of before, after"),
    ("do: {instance: {fault: crash, by: 5}}", "F201", "'5' has no unit"),
    ("do: {instance: {fault: crash, bye: 5s}}", "F102", "did you mean 'by'?"),
    ("when: {attempts: [1]}, do: {error: InternalServerError}", "F310", "only with 'instance'"),
    ("when: {attempts: [0]}, do: {instance: {fault: crash}}", "F205", "attempts count from 1"),
    ("when: {attempts: []}, do: {instance: {fault: crash}}", "F309", "an empty list holds for no attempt"),
    ("match: {operation: GetFunction}, do: {instance: {fault: crash}}", "F314", "runs no function"),
    ("match: {operation: ['@read', DeleteService]}, do: {instance: {fault: crash}}", "F314", "runs no function"),
]


@pytest.mark.parametrize("text, code, words", WRONG, ids=[text for text, *_ in WRONG])
def test_what_the_grammar_refuses(tmp_path, text, code, words):
    match = "" if text.startswith("match") else "match: {function: f}, "
    (tmp_path / "rules.yaml").write_text(f"version: 1\nrules:\n  - {{id: a, {match}{text}}}\n")
    checked = fcemu("fault", "check", tmp_path / "rules.yaml")
    assert checked.returncode != 0 and code in checked.stderr and words in checked.stderr, checked.stderr


@pytest.mark.parametrize("operation", ["InvokeFunction", "'Invoke*'", "'@invoke'", "['@read', InvokeHTTPTrigger]", "'@all'"])
def test_what_it_takes(tmp_path, operation):
    (tmp_path / "rules.yaml").write_text(f"version: 1\nrules:\n  - {{id: a, match: {{operation: {operation}}}, do: {{instance: {{fault: crash}}}}}}\n")
    checked = fcemu("fault", "check", tmp_path / "rules.yaml")
    assert checked.returncode == 0, checked.stderr


def test_the_schema_knows_it():
    schema = json.loads(fcemu("fault", "schema").stdout)
    text = json.dumps(schema)
    assert "slow_start" in text and "attempts" in text
