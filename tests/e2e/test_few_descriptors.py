"""The control side under few descriptors, whoever else holds places."""

import socket
import time

import pytest

from fcemu import HOST, Daemon

CLIENTS = 500
GOOD = f"GET /2016-08-15/services HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
LIVE = b"GET /_fcemu/livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture(params=[64, 256])
def small(request, tmp_path):
    running = Daemon(tmp_path, listen=("127.0.0.1:0",))
    running.command = ["prlimit", f"--nofile={request.param}:{request.param}", *running.command]
    running.start()
    yield running
    running.stop()


def silent(sock):
    pass


def dripping(sock):
    sock.sendall(b"GET /_fcemu/livez HT")


def kept_alive(sock):
    sock.sendall(GOOD)


def kept_alive_by_the_control_side(sock):
    sock.sendall(LIVE)


def at_a_body_of_the_control_side(sock):
    sock.sendall(b"POST /_fcemu/state/reset HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{")


def listening(sock):
    sock.sendall(b"GET /_fcemu/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def following(sock):
    sock.sendall(b"GET /_fcemu/logs?follow=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def connect_many(running, what):
    socks = []
    for _ in range(CLIENTS):
        sock = socket.create_connection(("127.0.0.1", running.port), timeout=30)
        socks.append(sock)
        try:
            what(sock)
        except OSError:
            pass  # given up already
    return socks


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(what, id=what.__name__, marks=pytest.mark.sound("A5", f"ulimit -n 64 and 256, 500 clients {what.__name__}", "livez within 2 s, always"))
        for what in (silent, dripping, kept_alive, kept_alive_by_the_control_side, at_a_body_of_the_control_side, listening, following)
    ],
)
def test_control_side_answers(small, what):
    socks = connect_many(small, what)
    try:
        for _ in range(5):
            begun = time.monotonic()
            assert small.admin("GET", "livez").status == 200
            assert time.monotonic() - begun < 2
    finally:
        for sock in socks:
            sock.close()


@pytest.mark.sound("A5", "a head of one byte a while", "closed when head_timeout is over")
@pytest.mark.parametrize("first", [b"", GOOD], ids=["new", "kept alive"])
def test_a_head_has_a_total_time(tmp_path, first):
    running = Daemon(tmp_path, config="head_timeout: 1s\nidle_timeout: 1s\n").start()
    try:
        with running.connect() as sock:
            sock.sendall(first)
            sock.settimeout(0.2)
            begun = time.monotonic()
            ended = False
            while not ended and time.monotonic() - begun < 30:
                try:
                    sock.sendall(b"G")
                    data = sock.recv(65536)
                    ended = data == b"" or b"HTTP/1.1 400" in data
                except TimeoutError:
                    pass
                except OSError:
                    ended = True
            assert ended
            assert time.monotonic() - begun > 0.9
    finally:
        running.stop()
