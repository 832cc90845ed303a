"""What a client saw, and nothing else, is what the journal shows of an answer; what the operation said stands apart."""

import http.client
import json

import pytest

from fcemu import HOST, read_to_end, request_bytes

SERVICES = "/2016-08-15/services"
KEEP = 'journal: {bodies: 4KiB}\n'


def rules(do, more=""):
    return f"version: 1\nrules:\n  - {{id: r, match: {{operation: CreateService}}, do: {{{do}}}, ttl: 1h}}\n{more}"


def create(running, name="s", headers=()):
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", SERVICES, b'{"serviceName": "%s"}' % name.encode(), headers=["Connection: close", *headers]))
        return read_to_end(sock)


def entry(running):
    while not running.requests():
        pass
    number = running.requests()[-1]["request_id"]
    return running.admin("GET", f"requests/{number}").json()


def shown(entry):
    return entry["status"], entry["code"], entry.get("response_body"), entry.get("response_headers"), entry["response_bytes"]


CUTS = ["close: {at: headers}, effect: done", "reset: {at: headers}, effect: done", "close: {at: request}, effect: done",
        "hang: {at: headers, for: 20ms, then: close}, effect: done"]


@pytest.mark.parametrize("do", [
    pytest.param(do, marks=pytest.mark.sound("B7", f"{do}", "journal and HAR: no status, no body; the operation's apart")) for do in CUTS
])
def test_a_cut_before_the_head_shows_nothing(daemon, do):
    running = daemon(rules=rules(do), config=KEEP)
    assert create(running).data == b""

    told = entry(running)
    assert shown(told) == (0, None, None, None, 0)
    assert (told["operation_status"], told["performed"]) == (200, True)
    assert '"serviceName":"s"' in told["operation_body"].replace(" ", "")
    har = running.admin("GET", "requests?format=har").json()["log"]["entries"][0]
    assert (har["response"]["status"], har["response"]["headers"], har["response"]["content"]["size"]) == (0, [], 0)
    assert "text" not in har["response"]["content"] and har["_fcemu"]["operation_status"] == 200


@pytest.mark.sound("B7", "close at headers, the operation refuses", "operation_code names the refusal")
def test_a_refusal_that_nobody_saw(daemon):
    running = daemon(rules=rules("close: {at: headers}, effect: done", "  - {id: p, priority: 5, match: {label: p}, do: {pass: {}}, ttl: 1h}\n"), config=KEEP)
    create(running, headers=["X-Fcemu-Label: p"])
    create(running)

    told = entry(running)
    assert shown(told)[:2] == (0, None)
    assert (told["operation_status"], told["operation_code"], told["performed"]) == (409, "ServiceAlreadyExists", False)


@pytest.mark.sound("B7", "error with effect: done", "the error is shown, what the operation said stands apart")
def test_an_answer_in_place_of_the_operations(daemon):
    running = daemon(rules=rules("error: InternalServerError, effect: done"), config=KEEP)
    create(running)

    told = entry(running)
    assert (told["status"], told["code"], told["operation_status"]) == (500, "InternalServerError", 200)
    assert "InternalServerError" in told["response_body"] and "serviceName" in told["operation_body"]


def test_an_answer_that_was_sent_has_nothing_apart(daemon):
    running = daemon(config=KEEP)
    create(running)

    told = entry(running)
    assert told["status"] == 200 and "serviceName" in told["response_body"]
    assert not [name for name in told if name.startswith("operation_")]


@pytest.mark.sound("B7", "truncate: {after: 7B}", "the journal shows the seven bytes that left")
def test_a_body_is_shown_as_far_as_it_went(daemon):
    running = daemon(rules=rules("truncate: {after: 7B}"), config=KEEP)
    answer = create(running)

    told = entry(running)
    assert answer.body.decode() == told["response_body"] and len(answer.body) == 7 == told["response_bytes"]
    assert told["status"] == 200


@pytest.mark.sound("B7", "raw", "the bytes that were sent, no status")
def test_raw_bytes_are_shown(daemon):
    running = daemon(rules=rules("raw: {text: 'HTTP/9 what'}"), config=KEEP)
    assert create(running).data == b"HTTP/9 what"
    told = entry(running)

    assert (told["status"], told.get("response_headers")) == (0, None)


STALE = "stale: {of: operation}"
STALE_RULES = rules(STALE, "  - {id: first, priority: 5, match: {label: first}, do: {pass: {}}, ttl: 1h}\n")


@pytest.mark.sound("B7", "stale, twice", "each answer has its own request id, in its header and in its body")
def test_what_is_repeated_has_its_own_id(daemon):
    running = daemon(rules=(
        "version: 1\nrules:\n"
        "  - {id: r, match: {label: again}, do: {stale: {of: operation}}, ttl: 1h}\n"
    ))
    path = "/2023-03-30/functions/none"
    first = running.call("GET", path)
    again = [running.call("GET", path, headers={"X-Fcemu-Label": "again"}) for _ in range(2)]
    ids = [reply.headers["X-Fc-Request-Id"] for reply in (first, *again)]

    assert len(set(ids)) == 3 and [reply.status for reply in again] == [404, 404]
    assert [reply.json()["RequestId"] for reply in (first, *again)] == ids
    assert [entry["request_id"] for entry in running.requests()] == ids
    assert again[0].headers["X-Fcemu-Fault"] == "r"


@pytest.mark.sound("B7", "stale, and no earlier answer", "says so, to the client and in the journal")
def test_nothing_to_repeat_is_said(daemon):
    running = daemon(rules=rules(STALE))
    answer = create(running)

    text = "rule 'r' repeats an earlier answer, and there is none to repeat yet"
    assert answer.data.startswith(b"HTTP/1.1 500 ") and text.encode() in answer.body
    assert entry(running)["near_miss"] == text


@pytest.mark.sound("B7", "a delaying rule and an error rule", "X-Fcemu-Fault names the one whose answer it is")
def test_the_deciding_rule_is_named(daemon):
    running = daemon(rules=(
        "version: 1\nrules:\n"
        "  - {id: slow, priority: 9, match: {operation: CreateService}, do: {headers: {set: {x-a: b}}}, ttl: 1h}\n"
        "  - {id: fails, match: {label: f}, do: {error: AccessDenied}, ttl: 1h}\n"
    ))
    failed, shaped = create(running, headers=["X-Fcemu-Label: f"]), create(running)

    assert (failed.header("X-Fcemu-Fault"), failed.header("X-A")) == ("fails", "b")
    assert [entry["rule"] for entry in running.requests()] == ["fails", "slow"]
    assert shaped.header("X-Fcemu-Fault") == "slow"


@pytest.mark.sound("B7", "Host: {{now}}.example.com; path {{account}}", "as it came: no template")
@pytest.mark.parametrize("host, path", [("{{region}}.example.com", SERVICES), (HOST, "/2016-08-15/{{account}}/{{method}}")])
def test_what_a_client_sends_is_no_template(daemon, host, path):
    running = daemon()
    with running.connect() as sock:
        sock.sendall(request_bytes("GET", path, host=host, headers=["Connection: close"]))
        answer = read_to_end(sock)

    assert (host if "{" in host else path).encode() in answer.body


@pytest.mark.sound("B7", "rule's message with {{path}} that holds {{account}}", "expanded once")
def test_a_template_is_expanded_once(daemon):
    running = daemon(rules="version: 1\nrules: [{id: r, match: {label: l}, do: {error: {code: PathNotSupported, args: ['{{path}}', x]}}, ttl: 1h}]\n")
    with running.connect() as sock:
        sock.sendall(request_bytes("GET", "/{{account}}", headers=["Connection: close", "X-Fcemu-Label: l"]))
        answer = read_to_end(sock)

    assert b"/{{account}}" in answer.body


@pytest.mark.sound("B7", "drip 32KiB/s, 3,000 B", "92 ms: the first piece leaves after its own time")
def test_the_first_piece_takes_its_time(daemon):
    running = daemon(rules=f"version: 1\nrules: [{{id: d, match: {{function: f}}, do: {{respond: {{body: '{'x' * 3000}'}}, drip: {{rate: 32KiB/s}}}}, ttl: 1h}}]\n")
    assert len(running.invoke("f").body) == 3000

    while not running.requests():
        pass
    assert running.requests()[-1]["duration_ms"] >= 91


def test_whoever_has_the_answer_finds_the_call(daemon):
    """Large bodies are read by another engine than the one that is asked, and take a number of rounds there."""
    running = daemon(rules="version: 1\nrules: [{id: r, match: {path: /2016-08-15/*}, do: {respond: {status: 200, body: '{{body}}'}}}]\n")
    asking = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    for number, size in enumerate(range(60_000, 180_000, 2_000), 1):
        with running.connect() as sock:
            sock.sendall(request_bytes("POST", f"{SERVICES}/s/functions/f/invocations", b"x" * size, headers=["Connection: close"]))
            got = b""
            while len(got.partition(b"\r\n\r\n")[2]) < size:
                piece = sock.recv(1 << 20)
                assert piece, got[:200]
                got += piece
            asking.request("GET", "/_fcemu/requests?limit=1", headers={"Host": f"127.0.0.1:{running.port}"})
            assert json.loads(asking.getresponse().read())["matched"] == number
    asking.close()
