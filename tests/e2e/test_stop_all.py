"""Stop all: every rule off and every held call released, within two seconds, whichever way it is asked for."""

import os
import select
import signal
import socket
import time

import pytest

from fcemu import invocation, request_bytes

RULES = """
version: 1
guard: {max_active: 20000}
rules:
  - id: hold
    match: {function: held}
    do: {hang: {at: headers, for: forever}}
    ttl: 1h
"""
HELD = 10000


@pytest.mark.heavy
@pytest.mark.parametrize("way", ["http", "verb", "signal"])
def test_ten_thousand_held_calls_are_released(daemon, way):
    running = daemon(rules=RULES)
    request = request_bytes("POST", invocation("held"))
    poll = select.epoll()
    sockets = {}
    for _ in range(HELD):
        sock = socket.create_connection(("127.0.0.1", running.port))
        sock.sendall(request)
        sockets[sock.fileno()] = sock
        poll.register(sock.fileno(), select.EPOLLIN)
    until_held(running)
    begun = time.monotonic()
    if way == "http":
        assert running.admin("POST", "faults/stop").status == 200
        assert time.monotonic() - begun < 2
    elif way == "verb":
        assert running.run("fault", "stop").returncode == 0
        assert time.monotonic() - begun < 2
    else:
        os.kill(running.pid, signal.SIGUSR1)
    while sockets:
        ready = poll.poll(30)
        assert ready, f"{len(sockets)} calls were not released"
        for fd, _ in ready:
            poll.unregister(fd)
            sockets.pop(fd).close()

    assert running.invoke("held").status == 404


def until_held(running):
    while True:
        text = running.admin("GET", "metrics").body.decode()
        held = next(float(line.split()[-1]) for line in text.splitlines() if line.startswith("fcemu_faults_active"))
        if held >= HELD:
            return
