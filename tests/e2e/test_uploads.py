"""`upload`: what strikes while the body of a request comes in, in every way in which one comes."""

import json
import re
import time

import pytest

import clients
from fcemu import HOST, ROOT, Daemon, fcemu, invocation, read_to_end

BODY = 64 * 1024
RULES = """
version: 1
rules:
  - {id: torn, match: {function: torn}, do: {upload: {after: 1KiB, then: reset}}, ttl: 30m}
  - {id: slow, match: {function: slow}, do: {upload: {after: 50%, then: stall, for: 200ms}}, ttl: 30m}
  - {id: stuck, match: {function: stuck}, do: {upload: {after: 1KiB, then: stall}}, ttl: 30m}
  - {id: early, match: {function: early}, do: {upload: {after: 1KiB, then: answer}, error: ResourceThrottled}, ttl: 30m}
  - {id: at-once, match: {function: at-once}, do: {upload: {then: answer}, respond: {status: 413, body: "too much"}}, ttl: 30m}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("uploads"), rules=RULES).start()
    yield daemon
    daemon.stop()


def head_of(function, size=BODY, headers=()):
    lines = [f"POST {invocation(function)} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {size}", *headers, "", ""]
    return "\r\n".join(lines).encode()


def until(what, look):
    end = time.monotonic() + 60
    while not (found := look()):
        assert time.monotonic() < end, what
    return found


def entry_of(daemon, label):
    """The call that says so, once it has ended: an upload's end is read for a while behind its answer."""
    return until(label, lambda: daemon.requests(f"&label={label}"))[0]


def held(daemon):
    return until("nobody is held", lambda: daemon.admin("GET", "faults/active").json()["active"])


WAYS = {"http": {}, "https": {"tls": True}, "tunnel": {"tunnel": True}, "tunnel to https": {"tls": True, "tunnel": True}}


def connect(daemon, way):
    options = WAYS[way]
    return daemon.connect(daemon.ca() if options.get("tls") else None, HOST, options.get("tunnel", False))


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_comes_before_the_body_has_ended(running, way):
    with connect(running, way) as sock:
        label = f"early-{way.replace(' ', '-')}"
        sock.sendall(head_of("early", headers=[f"X-Fcemu-Label: {label}"]) + b"x" * 2048)  # and no more
        answer = read_to_end(sock)
    assert answer.head.startswith(b"HTTP/1.1 503") and b"ResourceThrottled" in answer.body and answer.header("Connection") == "close"
    entry = entry_of(running, label)
    assert {name: entry.get(name) for name in ("kind", "fault", "rule", "code", "status", "operation")} == {
        "kind": "upload", "fault": "answer", "rule": "early", "code": "ResourceThrottled", "status": 503, "operation": "InvokeFunction"}


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_in_place_of_100_continue(running, way):
    with connect(running, way) as sock:
        sock.sendall(head_of("at-once", headers=["Expect: 100-continue"]))
        answer = read_to_end(sock)
    assert answer.head.startswith(b"HTTP/1.1 413") and answer.body == b"too much"


@pytest.mark.parametrize("way", WAYS)
def test_a_reset_comes_behind_so_much(running, way):
    label = f"torn-{way.replace(' ', '-')}"
    with connect(running, way) as sock:
        sock.sendall(head_of("torn", headers=[f"X-Fcemu-Label: {label}"]) + b"x" * 1023)
        sock.settimeout(0.2)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        sock.settimeout(60)
        sock.sendall(b"x")
        ending = read_to_end(sock)
    assert (ending.data, ending.ending) == (b"", "reset")
    entry = entry_of(running, label)
    assert (entry["kind"], entry["fault"], entry["outcome"], entry["status"]) == ("upload", "reset", "cut", 0)
    assert ("upload", "InvokeFunction") in [(cell["error"], cell["operation"]) for cell in running.admin("GET", "coverage").json()["cells"]]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("expect", [[], ["Expect: 100-continue"]], ids=["plain", "expect"])
def test_a_slow_upload_goes_on_and_is_whole(running, way, expect):
    with connect(running, way) as sock:
        label = f"slow-{way.replace(' ', '-')}-{len(expect)}"
        sock.sendall(head_of("slow", headers=[*expect, "Connection: close", f"X-Fcemu-Label: {label}"]))
        sock.sendall(bytes(range(256)) * (BODY // 256))
        answer = read_to_end(sock)
    assert b"HTTP/1.1 404" in answer.data  # there is no such function: the call went its way
    entry = entry_of(running, label)
    assert (entry["kind"], entry["fault"], entry["rule"], entry["request_bytes"]) == ("upload", "stall", "slow", BODY)
    assert entry["held_ms"] >= 200


def test_a_chunked_upload_that_is_shorter_is_struck_at_its_end(running):
    with running.connect() as sock:
        sock.sendall(f"POST {invocation('early')} HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".encode())
        assert read_to_end(sock).head.startswith(b"HTTP/1.1 503")


def test_stop_all_lets_a_stalled_upload_go_on(daemon):
    running = daemon(rules=RULES)
    with running.connect() as sock:
        sock.sendall(head_of("stuck", size=4096, headers=["Connection: close"]) + b"x" * 4096)
        assert held(running)[0]["kind"] == "upload"
        assert running.admin("POST", "faults/stop").json()["released"] == 1
        assert read_to_end(sock).data.startswith(b"HTTP/1.1 404")


def test_a_client_that_leaves_a_stalled_upload_was_struck(running):
    with running.connect() as sock:
        sock.sendall(head_of("stuck", headers=["X-Fcemu-Label: left"]) + b"x" * 4096)
        held(running)
    entry = entry_of(running, "left")
    assert (entry["kind"], entry["fault"], entry["rule"], entry["status"]) == ("upload", "stall", "stuck", 499)


def test_requests_without_a_body_count_for_nothing(running):
    reply = running.call("GET", "/2016-08-15/services/demo/functions/torn", headers={"X-Fcemu-Label": "bare"})
    assert reply.status == 404 and entry_of(running, "bare").get("rule") is None


def test_foreign_pages_use_no_rule_up(running):
    """They are turned away with nothing struck, as from every other rule."""
    before = [rule["matched"] for rule in running.admin("GET", "faults").json()["rules"]]
    reply = running.invoke("early", b"x" * 4096, {"Origin": "http://evil.example"})
    assert reply.status == 403
    assert [rule["matched"] for rule in running.admin("GET", "faults").json()["rules"]] == before


def test_a_tape_brings_it_back(daemon):
    first = daemon(rules=RULES)
    assert first.invoke("at-once", b"x" * 100).status == 413
    tape = first.admin("GET", "faults/tape").body
    second = daemon()
    assert second.admin("PUT", "faults/tape", tape, {"Content-Type": "application/x-ndjson"}).status < 300
    assert [second.invoke("at-once", b"x" * 100).status for _ in range(2)] == [413, 404]


def test_a_dry_run_asks_for_calls_with_a_body(daemon):
    running = daemon()
    running.invoke("torn", b"x" * 10)
    running.call("GET", "/2016-08-15/services/demo/functions/torn")
    told = running.admin("POST", "faults/dry-run", RULES.encode(), {"Content-Type": "application/yaml"}).json()
    assert (told["struck"], {rule["id"]: rule["fired"] for rule in told["rules"]}["torn"]) == (1, 1)


# What each client says of it; a number: the status that it is given.
SEEN = {
    "curl": {"torn": r"\((55|56)\) ", "slow": 404, "stuck": r"\(28\) .*timed out", "early": 503, "at-once": 413},
    "python": {"torn": "(ConnectionResetError|BrokenPipeError): ", "slow": 404, "stuck": "TimeoutError: ", "early": 503, "at-once": 413},
    "node": {"torn": "(ECONNRESET|EPIPE): ", "slow": 404, "stuck": "client time-out", "early": 503, "at-once": 413},
    "go": {"torn": "connection reset by peer|broken pipe|use of closed network connection", "slow": 404, "stuck": "deadline exceeded", "early": 503, "at-once": 413},
    "java": {"torn": "Connection reset|Broken pipe|EOF|IOException", "slow": 404, "stuck": "timed out", "early": 503, "at-once": 413},
}


@pytest.mark.heavy
@pytest.mark.parametrize("client", SEEN)
def test_each_fault_is_seen_as_what_it_is(running, tmp_path, client):
    clients.need(*clients.CLIENTS[client][1])
    calls = [{"name": fault, "url": f"http://{HOST}:{running.port}{invocation(fault)}", "method": "POST", "bytes": BODY,
              "timeout": 5 if fault == "stuck" else 60} for fault in SEEN[client]]
    told = clients.make_calls(client, tmp_path / client, running.run("ca", "path").stdout.strip(), calls)
    for fault, wanted in SEEN[client].items():
        if isinstance(wanted, int):
            assert told[fault].get("status") == wanted, (fault, told[fault])
        else:
            assert re.search(wanted, told[fault].get("error", ""), re.DOTALL), (fault, told[fault])


APP = """
import os, sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
url = "http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services/demo/functions/hello-1/invocations"
try:
    opener.open(urllib.request.Request(url, method="POST", data=b"x" * 4096)).read()
except urllib.error.HTTPError as refusal:
    sys.exit(3 if refusal.code == 503 else 0)
except OSError:
    sys.exit(4)
"""


@pytest.mark.heavy
def test_react_and_sweep_try_each(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    words = ["--errors", "AccessDenied", "--network", "--json", "--parallel", 2, "--fixtures", ROOT / "fixtures" / "answers.yaml", "--", "python3", "app.py"]
    extra = {"TMPDIR": str(tmp_path / "tmp")}
    react = json.loads(fcemu("react", *words, folder=tmp_path, extra=extra, timeout=600).stdout)
    endings = {cell["injected"]: cell["ending"] for cell in react["cells"] if cell["injected"].startswith("upload")}
    assert endings == {"upload reset": "exit 4", "upload stalled": "exit 0", "upload answered early": "exit 3"}
    sweep = json.loads(fcemu("sweep", *words, folder=tmp_path, extra=extra, timeout=600).stdout)
    rows = {row["injected"]: row["outcome"] for row in sweep["rows"] if row["injected"].startswith("upload")}
    assert rows == {"upload reset": "failed", "upload stalled": "passed", "upload answered early": "failed"}
