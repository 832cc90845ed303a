"""Fifty clients that come back after an outage: all at once, or each at a moment of its own."""

import json
import re
import sys

import pytest

from test_exec import Cli

# Fifty clients in one program, each on a connection of its own, so that a client's moment is its own and not the machine's. Each is
# refused once; `fixed` waits as long as all the others, `full` (full jitter) any time up to that.
CLIENTS = """
import os, random, selectors, socket, sys, time

CAP_S, COUNT = 1.8, 50
chance = random.Random(10)
waits = [0.75 if sys.argv[1] == "fixed" else chance.uniform(0, CAP_S) for _ in range(COUNT)]
host, port = os.environ["FCEMU_ADDRESS"].rsplit(":", 1)

def request(number):
    return ("POST /2016-08-15/services/s/functions/pay/invocations HTTP/1.1\\r\\nHost: 16530750.cn-shanghai.fc.aliyuncs.com\\r\\n"
            f"X-Fcemu-Label: client-{number}\\r\\nContent-Length: 0\\r\\n\\r\\n").encode()

def all_answered():
    for connection in connections:
        head = b""
        while b"\\r\\n\\r\\n" not in head:
            head += connection.recv(1)
        length = int(next(line for line in head.lower().split(b"\\r\\n") if line.startswith(b"content-length:")).split(b":")[1])
        while length:
            length -= len(connection.recv(length))

connections = [socket.create_connection((host, int(port))) for _ in range(COUNT)]
for number, connection in enumerate(connections):
    connection.sendall(request(number))
all_answered()
outage_over = time.monotonic()
for wait, number in sorted((wait, number) for number, wait in enumerate(waits)):
    time.sleep(max(0, outage_over + wait - time.monotonic()))
    connections[number].sendall(request(number))
all_answered()
"""
DRILL = """
version: 1
rules:
  - {id: outage, enabled: false, match: {function: pay, attempt: 1}, do: {error: ResourceThrottled}, ttl: 1h}
drills:
  - id: herd
    require: {calls: 100, fires_per_rule: 50}
    steps: [{at: 0s, enable: outage}]
    assert:
      - herd: {over: 2s, lt: 3}
"""


@pytest.mark.parametrize("waits, code", [("fixed", 1), ("full", 0)])
def test_fifty_clients_are_a_herd_without_jitter_alone(tmp_path, waits, code):
    cli = Cli(tmp_path)
    (tmp_path / "clients.py").write_text(CLIENTS)
    (tmp_path / "herd.yaml").write_text(DRILL)
    cli.run("drill", "run", tmp_path / "herd.yaml", "--report", "report.json", "--", sys.executable, "clients.py", waits, code=code)
    told = json.loads((tmp_path / "report.json").read_text())
    (herd,) = told["assertions"]
    ratio = float(re.search(r"peak of arrivals ([0-9.]+) times the mean", herd["text"])[1])
    assert told["calls"] == {"total": 100, "failed": 100, "struck": 50}
    assert ratio > 10 if waits == "fixed" else ratio < 3, herd["text"]


# Five logical calls, each refused four times, with waits drawn from 0 up to a doubling bound.
FULL_JITTER = """
import http.client, os, random, time

chance = random.Random(3)
for order in range(5):
    for attempt in range(5):
        connection = http.client.HTTPConnection(os.environ["FCEMU_ADDRESS"])
        connection.request("POST", "/2016-08-15/services/s/functions/pay/invocations", str(order), {"Host": "16530750.cn-shanghai.fc.aliyuncs.com"})
        if connection.getresponse().status != 503:
            break
        time.sleep(chance.uniform(0, 0.1 * 2**attempt))
"""
SCHEDULE = """
version: 1
rules:
  - {id: down, enabled: false, match: {attempt: {lte: 4}}, do: {error: ResourceThrottled}, ttl: 1h}
drills:
  - id: schedule
    steps: [{at: 0s, enable: down}]
    assert:
      - backoff: {profile: exponential-full-jitter, attempts: {eq: 5}}
"""


def test_a_client_with_full_jitter_satisfies_that_profile(tmp_path):
    cli = Cli(tmp_path)
    (tmp_path / "client.py").write_text(FULL_JITTER)
    (tmp_path / "schedule.yaml").write_text(SCHEDULE)
    assert ": jitter" in cli.run("drill", "run", tmp_path / "schedule.yaml", "--", sys.executable, "client.py").stdout
