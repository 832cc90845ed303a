"""effect: late - the client has the rule's answer, the work is done a moment later: by the same way as any other call."""

import json
import socket
import struct

import pytest

import signing
from fcemu import ACCOUNT, HOST, invocation, request_bytes

KEY, SECRET = "LTAI-late", "a late secret"
STRICT = f'account: "{ACCOUNT}"\nauth: {{mode: strict, keys: [{{id: {KEY}, secret: "{SECRET}"}}]}}\n'
SERVICES = "/2016-08-15/services"


def rules(match, do="error: InternalServerError"):
    return f"version: 1\nrules:\n  - {{id: behind, match: {match}, do: {{{do}, effect: late}}, ttl: 1h}}\n"


CREATE = rules("{operation: CreateService}")
FAR = rules("{operation: CreateService}", "delay: {at: effect, fixed: 60s}, error: InternalServerError")


def create(running, name="s", host=HOST, headers=None):
    return running.call("POST", SERVICES, json.dumps({"serviceName": name}), headers, host=host)


def signed():
    return signing.fc("POST", SERVICES, KEY, SECRET)


def names(running, headers=None):
    return [service["serviceName"] for service in running.call("GET", SERVICES, headers=headers).json()["services"]]


def held(running):
    return running.admin("GET", "faults/active").json()["active"]


def outcome(running, index=-1):
    """The entry of a call, once its late work has come to something."""
    while True:
        entry = running.requests("&rule=behind")[index]
        if entry["late"] != "waiting":
            return entry


def came_to(entry):
    return entry["status"], entry["performed"], entry["late"], entry.get("late_status"), entry.get("late_code")


@pytest.mark.sound("T1 (issue 10)", "late CreateService, signed, strict", "500 now, done a second later, said in the journal")
def test_an_admitted_call_is_done(daemon):
    running = daemon(rules=CREATE, config=STRICT)
    assert create(running, headers=signed()).status == 500
    assert running.requests()[-1]["late"] == "waiting"
    assert not running.requests()[-1]["performed"]

    assert came_to(outcome(running)) == (500, True, "done", 200, None)
    assert names(running, signing.fc("GET", SERVICES, KEY, SECRET)) == ["s"]
    assert len(running.requests("&late=done")) == 1 == len(running.requests("&performed=true&rule=behind"))


@pytest.mark.sound("T1 (issue 10)", "late CreateService, unsigned, strict", "500, never done: it was not admitted")
def test_a_call_that_is_not_admitted_is_never_done(daemon):
    running = daemon(rules=CREATE, config=STRICT)
    assert create(running, "unsigned").status == 500
    assert create(running, "signed", headers=signed()).status == 500

    assert came_to(outcome(running, 0)) == (500, False, "refused", 400, "MissingRequiredHeader")
    assert came_to(outcome(running, 1))[2] == "done"  # it came behind the other
    assert names(running, signing.fc("GET", SERVICES, KEY, SECRET)) == ["signed"]


@pytest.mark.sound("T1 (issue 10)", "late CreateService at an unknown custom domain", "never done: there is no such domain")
def test_an_unknown_domain_does_nothing_in_the_default_account(daemon):
    running = daemon(rules=rules("{host: unknown.example.com}"))
    assert create(running, host="unknown.example.com").status == 500

    assert came_to(outcome(running)) == (500, False, "refused", 404, "DomainNameNotFound")
    assert names(running) == []


@pytest.mark.sound("T1 (issue 10)", "late PUT on an OSS host", "the object is there a moment later")
def test_the_work_of_a_neighbour_is_done(daemon):
    running = daemon(rules=rules("{product: oss, method: PUT}", "error: InternalError"))
    host = "late-bucket.oss-cn-shanghai.aliyuncs.com"
    assert running.call("PUT", "/", host=host).status == 500
    assert came_to(outcome(running))[2:4] == ("done", 200)
    assert running.call("PUT", "/o", b"text", host=host).status == 500

    assert came_to(outcome(running))[2:4] == ("done", 200)
    assert running.call("GET", "/o", host=host).body == b"text"


@pytest.mark.sound("T1 (issue 10)", "late, refused by the service", "its own refusal is in the journal")
def test_what_the_service_refuses_is_said(daemon):
    running = daemon(rules=CREATE)
    create(running)
    assert came_to(outcome(running))[2] == "done"
    create(running)

    assert came_to(outcome(running)) == (500, False, "refused", 409, "ServiceAlreadyExists")


@pytest.mark.sound("T1 (issue 10)", "late, the client leaves before its answer", "499; the work is done")
def test_a_client_that_leaves_does_not_undo_the_work(daemon):
    running = daemon(rules=rules("{operation: CreateService}", "delay: {at: headers, fixed: 100s}, error: InternalServerError"))
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", SERVICES, b'{"serviceName": "s"}'))
        while not held(running):
            pass
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    while not running.requests("&rule=behind"):
        pass
    assert came_to(outcome(running)) == (499, True, "done", 200, None)
    assert names(running) == ["s"]


@pytest.mark.sound("T1 (issue 10)", "late work that waits; stop all, or its own release", "held as 'late', done at once")
@pytest.mark.parametrize("by", ["stop", "release"])
def test_what_waits_is_let_go(daemon, by):
    running = daemon(rules=FAR)
    create(running)
    (waiting,) = held(running)
    assert (waiting["kind"], waiting["rule"], waiting["path"]) == ("late", "behind", SERVICES)
    assert 55000 < waiting["left_ms"] <= 61000

    if by == "stop":
        assert running.admin("POST", "faults/stop").json()["released"] == 1
    else:
        assert running.admin("DELETE", f"faults/active/{waiting['number']}").status == 200
    assert came_to(outcome(running)) == (500, True, "done", 200, None)
    assert held(running) == []


@pytest.mark.sound("T1 (issue 10)", "late work that waits when the daemon ends", "dropped, said in the log, no wait")
def test_the_end_of_the_daemon_drops_it(daemon, tmp_path):
    running = daemon(rules=FAR, arguments=["--data", tmp_path / "data"])
    create(running)
    create(running, "t")
    running.stop()
    assert "late work dropped: calls=2" in running.log()

    again = daemon(arguments=["--data", tmp_path / "data"])
    assert names(again) == []


@pytest.mark.sound("T1 (issue 10)", "late, hang at request", "it hangs, then the work is done")
def test_a_hang_at_request_hangs(daemon):
    running = daemon(rules=rules("{operation: CreateService}", "hang: {at: request, for: 80ms, then: close}"))
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", SERVICES, b'{"serviceName": "s"}'))
        assert sock.recv(1) == b""

    entry = outcome(running)
    assert came_to(entry) == (0, True, "done", 200, None)
    assert entry["held_ms"] >= 80


@pytest.mark.sound("T1 (issue 10)", "late, a canned answer", "counts as done, once")
def test_a_canned_answer_is_work_too(daemon, tmp_path):
    (tmp_path / "canned.yaml").write_text(
        "version: 1\nrules: [{id: canned, match: {function: f}, do: {respond: {status: 201, body: x}}, ttl: 1h}]\n", encoding="utf-8"
    )
    running = daemon(rules=rules("{function: f}"), arguments=["--fixtures", tmp_path / "canned.yaml"])
    assert running.call("POST", invocation("f")).status == 500

    assert came_to(outcome(running)) == (500, True, "done", 201, None)


@pytest.mark.sound("T1 (issue 10)", "late work that a retry does again", "counts as a duplicate")
def test_late_work_and_its_retry_are_duplicates(daemon):
    running = daemon(rules=rules("{operation: UpdateService}"))
    create(running)
    for _ in range(2):
        assert running.call("PUT", f"{SERVICES}/s", '{"description": "d"}').status == 500
        assert came_to(outcome(running))[2] == "done"

    assert running.admin("GET", "retries").json()["duplicate_effects"] == 1
