"""Delayed calls by the thousand: how exact, how dear, and what becomes of the others."""

import json
import socket
import subprocess
import time

from report import ratio
from servers import BUILT, HOST, invocation, pinned, rule

PARKED = 10000
RECORDS = 40000  # more calls than journal and tape can hold
RULES = "version: 1\nguard: {max_active: 40000}\nrules:\n" + "".join((
    rule("parked", "{function: parked}", "{delay: 500ms, error: ResourceExhausted}"),
    rule("held", "{function: held}", "{delay: 2m, error: ResourceExhausted}"),
    rule("hit", "{function: bench-99}"),
))


def parked_load(port, count, rounds):
    command = [BUILT / "parked", str(port), str(count), "500", str(rounds), invocation("parked"), HOST]
    output = subprocess.run(pinned(1, list(map(str, command))), capture_output=True, text=True, check=True).stdout
    return json.loads(output)


def measure(stage, report, options):
    floor = stage.printing_port("raw floor", [BUILT / "floor", "500"])
    server = stage.fcemu("fcemu parked", RULES, arguments=("--journal-bytes", "4MiB"))
    fill_records(server)
    idle, threads = server.memory_kib(), server.daemon.status("Threads")
    print(f"\n{'parked for 500 ms':26} {'answers':>8} {'lost':>6} {'p50 ms':>8} {'p99 ms':>8} {'early':>8} {'RSS MB':>8}")
    seen = {}
    for count in (1000, PARKED):
        for subject in (floor, server):
            row = seen[subject, count] = parked_load(subject.port, count, 3)
            print("{:26} {:8} {:6} {:8.2f} {:8.2f} {:8.2f} {:8.1f}".format(
                f"{subject.name}, {count}", row["answers"], row["lost"], row["p50_ms"], row["p99_ms"], row["early_ms"], subject.memory_kib("VmHWM") / 1024))
    small, large = seen[server, 1000], seen[server, PARKED]
    report.target("delay error p50, 1,000 parked", small["p50_ms"], 0.5, " ms")
    report.target("delay error p99, 1,000 parked", small["p99_ms"], 3, " ms")
    report.target("delay never early by more than", max(small["early_ms"], large["early_ms"]), 0.25, " ms")
    report.target("delay error p50, 10,000 parked", large["p50_ms"], 1, " ms")
    report.target("delay error p99, 10,000 parked", large["p99_ms"], max(8, 2 * seen[floor, PARKED]["p99_ms"]), " ms")
    report.target("calls lost, 10,000 parked", large["lost"], 0)
    report.target("memory with 10,000 parked, journal of 4 MB and tape full", server.memory_kib("VmHWM") / 1024, 180, " MB")
    report.target("threads more with 10,000 parked", server.daemon.status("Threads") - threads, 0)
    report.target("memory kept 5 s after", (settled(server) - idle) / 1024, 5, " MB")
    others(server, report, options)
    stop_with_parked(server, report)


def fill_records(server):
    """Journal and tape are bounded, and what they take is no doing of parked calls: full before, full after."""
    calls = 0
    while calls < RECORDS:
        server.load(1)
        journal = server.daemon.admin("GET", "health").json()["journal"]
        calls = journal["entries"] + journal["lost"]


def settled(server):
    deadline = time.monotonic() + 5
    lowest = server.memory_kib()
    while time.monotonic() < deadline:
        lowest = min(lowest, server.memory_kib())
        time.sleep(0.1)
    return lowest


def hold(server, count):
    """Connections whose calls wait until they are closed."""
    request = f"POST {invocation('held')} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\n\r\n".encode()
    sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(count)]
    for sock in sockets:
        sock.sendall(request)
    while server.daemon.admin("GET", "health").json()["faults"]["active"] < count:
        time.sleep(0.05)
    return sockets


def others(server, report, options):
    """Undelayed traffic while 10,000 wait, and while none does."""
    alone, beside = [], []
    for _ in range(max(3, options.rounds // 3)):
        alone.append(server.load(options.seconds, connections=16))
        sockets = hold(server, PARKED)
        beside.append(server.load(options.seconds, connections=16))
        for sock in sockets:
            sock.close()
    report.target("undelayed with 10,000 parked, req/s / with none", ratio(beside, alone, "rps"), 0.65, at_least=True)
    report.target("undelayed with 10,000 parked, p50 / with none", ratio(beside, alone, "p50"), 1.3)


def stop_with_parked(server, report):
    sockets = hold(server, PARKED)
    begun = time.monotonic()
    server.daemon.stop()
    report.target("stop with 10,000 parked", (time.monotonic() - begun) * 1000, 300, " ms")
    for sock in sockets:
        sock.close()
