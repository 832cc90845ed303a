"""A client that gives up while its call is held is noticed at once: one journal record, 499 ClientClosedRequest."""

import socket
import struct

import pytest

from fcemu import invocation, request_bytes

RULES = """
version: 1
rules:
  - id: wait-for-ever
    match: {function: "wait-*"}
    do: {hang: {at: headers, for: forever}}
  - id: slow
    match: {function: "slow-*"}
    do: {delay: 100s, error: InternalServerError}
"""


@pytest.mark.parametrize("manner", ["close", "reset"])
@pytest.mark.parametrize("kind", ["wait", "slow"])
def test_one_record_with_499(daemon, kind, manner):
    running = daemon(rules=RULES)
    sock = running.connect()
    sock.sendall(request_bytes("POST", invocation(f"{kind}-{manner}"), b"{}"))
    held_calls(running, 1)
    if manner == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()

    held_calls(running, 0)
    entries = [entry for entry in running.requests() if entry["function"] == f"{kind}-{manner}"]
    assert [(entry["status"], entry["code"]) for entry in entries] == [(499, "ClientClosedRequest")]
    assert entries[0]["rule"] == ("wait-for-ever" if kind == "wait" else "slow")


def test_stop_releases_what_is_held(daemon):
    running = daemon(rules=RULES)
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", invocation("wait-stop"), b"{}"))
        held_calls(running, 1)
        assert running.admin("POST", "faults/stop").status == 200
        held_calls(running, 0)
        assert sock.recv(65536) == b"" or True  # released: an answer or an end, but no longer held


def held_calls(running, want):
    """Ask the control side until it reports `want` held calls; each answer is an event, none of them waits."""
    for _ in range(100000):
        active = running.admin("GET", "faults/active").json()
        if len(active["active"]) == want:
            return
    raise AssertionError(f"{len(active['active'])} calls held, not {want}")
