"""The examples of docs/faults.md: each loads, and a client sees what the page says."""

import re
import time

import pytest

from fcemu import ROOT, fcemu, invocation, read_to_end, request_bytes

PAGE = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
FUNCTIONS = "/2016-08-15/services/demo/functions"


def host(region):
    return f"16530750.{region}.fc.aliyuncs.com"


def example(rule):
    (text,) = (text for text in EXAMPLES if f"- id: {rule}\n" in text)
    return text


def struck(running, count=1, **options):
    """The marks of so many invocations."""
    function = options.pop("function", "f")
    return [running.invoke(function, **options).headers["X-Fcemu-Fault"] for _ in range(count)]


@pytest.mark.parametrize("text", EXAMPLES)
def test_each_example_loads(text, tmp_path):
    (tmp_path / "example.yaml").write_text(text, encoding="utf-8")
    result = fcemu("fault", "check", tmp_path / "example.yaml")

    assert result.returncode == 0, result.stderr


def test_a_first_rule(daemon):
    running = daemon(rules=example("throttle-shanghai"))

    assert 10 <= struck(running, 80, host=host("cn-shanghai")).count("throttle-shanghai") <= 40
    assert struck(running, 20, host=host("cn-beijing")) == [None] * 20


def test_a_latency_as_production_has_it(daemon):
    running = daemon(rules=example("first-of-all"))
    struck(running, 5)
    struck(running, 1, host=host("us-west-1"))
    inside, outside = running.requests()[:5], running.requests()[5]

    assert all(entry["held_ms"] > 0 for entry in inside)
    assert "held_ms" not in outside  # guard.only


def test_what_a_call_is_matched_by(daemon):
    running = daemon(rules=example("memory-too-big"))

    def create(megabytes, **headers):
        reply = running.call("POST", FUNCTIONS, f'{{"functionName":"f","memorySize":{megabytes}}}', {"Content-Type": "application/json", **headers})
        return reply.headers["X-Fcemu-Fault"]

    labelled = {"X-Fcemu-Label": "policy-1", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    assert create(4096, **labelled) == "memory-too-big"
    assert create(3072, **labelled) is None
    assert create(4096, Date=labelled["Date"]) is None
    assert create(4096) == "date-forgotten"


def test_addresses_that_are_closed(daemon):
    running = daemon(rules=example("region-goes-dark"), arguments=["--listen-per-region", "true"])
    running.admin("PUT", "clock", {"freeze": True})
    running.admin("PUT", "clock", {"advance": "70s"})
    end = time.monotonic() + 60
    while len(running.requests()) < 3 and time.monotonic() < end:
        time.sleep(0.02)
    assert sorted((entry["kind"], entry["host"]) for entry in running.requests()) == [
        ("refuse", "cn-shanghai-internal.fc.aliyuncs.com"), ("refuse", "cn-shanghai.fc.aliyuncs.com"), ("unanswered", "cn-beijing-internal.fc.aliyuncs.com")]


def test_which_of_the_calls(daemon):
    running = daemon(rules=example("fourth-and-later"))
    created = [running.call("POST", FUNCTIONS, b"{}").headers["X-Fcemu-Fault"] for _ in range(5)]

    assert created == [None] * 3 + ["fourth-and-later"] * 2
    busy = struck(running, 30, function="busy")
    assert busy[:20] == [None] * 20
    assert "real-token-bucket" in busy[20:]
    assert running.call("PUT", f"{FUNCTIONS}/f", b"{}").headers["X-Fcemu-Fault"] is None
    assert running.invoke("f", host=host("cn-hangzhou")).status == 404
    running.admin("PUT", "clock", {"advance": "2m"})
    assert "brownout" in struck(running, 40, host=host("cn-beijing"))
    running.admin("PUT", "clock", {"advance": "3m"})
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", invocation("f"), host=host("cn-hangzhou")))
        assert read_to_end(sock).data == b""
    assert struck(running, 20, host=host("cn-beijing")) == [None] * 20
    assert "in-bursts" in struck(running, 300, function="flaky")


def test_a_bad_day_in_order(daemon):
    running = daemon(rules=example("bad-day-in-order"))
    seen = []
    for _ in range(9):
        with running.connect() as sock:
            sock.sendall(request_bytes("POST", invocation("net-seq"), headers=("Connection: close",)))
            seen.append(read_to_end(sock))

    assert [got.ending for got in seen] == ["reset"] * 3 + ["fin"] * 6
    assert [bool(got.data) for got in seen] == [False, False, True, False] + [True] * 5
    assert int(seen[5].header("content-length")) == len(seen[5].body) + 100
    assert seen[6].body == b"ZZZ\r\n"
    assert seen[7].body.startswith(b"{") and not seen[7].body.endswith(b"}")
    assert (seen[8].data[9:12], seen[8].body) == (b"502", b"<html>502</html>")
    assert running.invoke("net-seq").status == 404


def test_a_scenario_moves_on(daemon):
    running = daemon(rules=example("stale-signature"))
    fails = {"id": "fails", "match": {"operation": "@write"}, "when": {"calls": {"first": 1}}, "do": {"error": "InternalServerError"}}
    assert running.admin("POST", "faults/rules", fails).status == 201
    signed = {"Authorization": "FC LTAI-x:c2lnbmF0dXJl", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    update = [running.call("PUT", f"{FUNCTIONS}/f", b"{}", signed).headers["X-Fcemu-Fault"] for _ in range(2)]

    assert update == ["fails", "stale-signature"]  # the same signature again: surely a retry
    assert running.admin("GET", "scenarios/signing").json() == {"state": "refused"}
    assert running.call("GET", FUNCTIONS).headers["X-Fcemu-Fault"] == "server-clock-ahead"


def test_faults_in_running_code(daemon):
    from functions import Functions
    from test_async import accept, configure, ended

    functions = Functions(daemon(rules=example("twice-then-well")))
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return str(c.retry_count)\n"}, functionName="job-1")
    configure(functions, name)
    accept(functions, name, b"x", {"X-Fc-Stateful-Async-Invocation-Id": "t"})
    record = ended(functions.running, name, "t", advance="2s")
    assert (record["status"], record["alreadyRetriedTimes"], record["returnPayload"]) == ("Succeeded", 2, "2")
