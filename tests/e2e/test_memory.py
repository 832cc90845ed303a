"""What the start and many calls at once need is given back; what was recorded of them is small."""

import socket
import time

import pytest

from fcemu import invocation, request_bytes

RULES = """
version: 1
guard: {max_active: 20000}
rules:
  - {id: held, match: {function: held}, do: {delay: 5m, error: ResourceThrottled}}
  - {id: struck, match: {function: struck}, do: {error: ResourceThrottled}}
"""
KIB = 1024
HELD = 4000
SECONDS = 30  # for a loaded machine; it takes half a second


def resident(running, bound):
    """KiB once they are within the bound, or when nobody would wait any longer."""
    deadline = time.monotonic() + SECONDS
    while running.status("VmRSS") > bound and time.monotonic() < deadline:
        pass
    return running.status("VmRSS")


@pytest.mark.heavy
def test_what_only_the_start_needed_is_given_back(daemon):
    running = daemon(rules=RULES)

    assert running.status("VmRSS") < running.status("VmHWM") - 2 * KIB


@pytest.mark.heavy
def test_what_thousands_of_calls_needed_is_given_back(daemon):
    running = daemon(rules=RULES, arguments=["--journal-bytes", "1MiB"])
    running.invoke("struck")
    idle = running.status("VmRSS")
    request = request_bytes("POST", invocation("held"), b"x")
    sockets = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(HELD)]
    for sock in sockets:
        sock.sendall(request)
    while running.admin("GET", "health").json()["faults"]["active"] < HELD:
        pass
    held = running.status("VmRSS")
    for sock in sockets:
        sock.close()

    assert held > idle + 40 * KIB
    assert resident(running, idle + 5 * KIB) < idle + 5 * KIB


@pytest.mark.heavy
def test_struck_calls_are_recorded_in_little_memory(daemon):
    running = daemon(rules=RULES, arguments=["--journal-bytes", "1MiB"])
    running.invoke("struck")
    idle = running.status("VmRSS")
    calls, request = 20000, request_bytes("POST", invocation("struck"), b"x")
    with running.connect() as sock:
        for _ in range(calls // 100):
            sock.sendall(request * 100)
            answered = b""
            while answered.count(b"HTTP/1.1 503 ") < 100 or not answered.endswith(b"}"):
                answered += sock.recv(1 << 20)
    before_saving = running.status("VmRSS")
    tape = running.admin("GET", "faults/tape").body

    assert tape.count(b"\n") == calls + 2
    assert len(tape) > 5 * KIB * KIB
    assert before_saving < idle + 4 * KIB
