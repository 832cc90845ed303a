"""Nothing keeps the control side from answering: no rule, no parked call, no slow client, no other question."""

import http.client
import json
import socket
import time

from fcemu import HOST, invocation, request_bytes

SECONDS = 2  # every answer comes within them
SLACK = 8  # for a loaded machine; what is protected against here took half a minute, or for ever

HANG = "version: 1\nrules: [{id: hang, match: {function: x}, do: {hang: {at: request, for: 1m}}}]\n"


def control(port, method, path, body=None, host="127.0.0.1"):
    """Status, decoded body, seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.monotonic()
    try:
        connection.request(method, path, body and json.dumps(body), {"Host": host, "Content-Type": "application/json"})
        reply = connection.getresponse()
        text = reply.read()
        return reply.status, json.loads(text), time.monotonic() - started
    finally:
        connection.close()


def test_places_are_kept_back_for_it_when_parked_calls_have_taken_all(daemon):
    running = daemon(rules=HANG, arguments=["--connections-max", "20"])
    parked = [running.connect() for _ in range(20)]
    for sock in parked:
        sock.sendall(request_bytes("POST", invocation("x"), b"x"))
    while len(running.admin("GET", "faults/active").json()["active"]) < 20:
        pass
    late = running.connect()
    late.sendall(request_bytes("POST", invocation("x"), b"x"))

    assert late.recv(65536).startswith(b"HTTP/1.1 429 ")
    status, answer, seconds = control(running.port, "POST", "/_fcemu/faults/stop")
    assert (status, answer["released"]) == (200, 20)
    assert seconds < SECONDS + SLACK
    for sock in (late, *parked):
        sock.close()


def test_no_rule_that_strikes_on_accept_touches_it(daemon):
    running = daemon(rules="version: 1\nrules: [{id: gone, do: {reset: {at: accept}}}]\n", arguments=["--admin-listen", "127.0.0.1:0"])
    own_port = running.ready["listeners"][1]["port"]

    with running.connect() as sock:
        sock.sendall(request_bytes("GET", "/2016-08-15/services"))
        try:
            assert sock.recv(1) == b""
        except ConnectionResetError:
            pass
    assert control(running.port, "GET", "/_fcemu/faults")[0] == 200
    assert control(own_port, "GET", "/_fcemu/faults")[0] == 200


def test_its_own_address_serves_nothing_else(daemon):
    running = daemon(arguments=["--admin-listen", "127.0.0.1:0"])
    own_port = running.ready["listeners"][1]["port"]

    assert control(own_port, "GET", "/2016-08-15/services")[0] == 404
    assert control(own_port, "GET", "/_fcemu/faults", host=HOST)[0] == 421
    assert control(own_port, "GET", "/_fcemu/health")[0] == 200


def test_a_listener_that_does_not_read_is_dropped_and_nothing_else(daemon):
    running = daemon(config="journal: {bytes: 64MiB}\n")
    deaf = running.connect()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    deaf.sendall(b"GET /_fcemu/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert b" 200 " in deaf.recv(64)
    calls = http.client.HTTPConnection("127.0.0.1", running.port)
    for _ in range(8000):  # an event of more than 1 KiB each: more than a connection may leave unread
        calls.request("GET", f"/2016-08-15/services/{'s' * 900}", headers={"Host": HOST})
        calls.getresponse().read()
    calls.close()
    deaf.close()

    assert control(running.port, "GET", "/_fcemu/health")[0] == 200


def test_long_answers_that_nobody_reads_cost_others_nothing(daemon):
    running = daemon()
    calls = http.client.HTTPConnection("127.0.0.1", running.port)
    for _ in range(2000):
        calls.request("POST", invocation("x"), b"y" * 2000, {"Host": HOST})
        calls.getresponse().read()
    calls.close()
    greedy = [running.connect() for _ in range(100)]
    for sock in greedy:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.sendall(b"GET /_fcemu/requests?format=har&limit=100000 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")

    questions = (("GET", "health", None), ("GET", "requests?limit=10", None), ("POST", "faults/check", {"version": 1, "rules": []}))
    for method, path, body in questions:
        status, _, seconds = control(running.port, method, f"/_fcemu/{path}", body)
        assert status == 200
        assert seconds < SECONDS + SLACK, path
    status, answer, seconds = control(running.port, "GET", "/_fcemu/requests?limit=5000")
    assert status in (200, 503)  # written, or told at once to come again
    assert seconds < SECONDS + SLACK
    if status == 503:
        assert "try again" in answer["detail"]
    assert running.status("VmRSS") < 700 * 1024
    for sock in greedy:
        sock.close()
