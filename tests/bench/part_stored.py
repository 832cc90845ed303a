"""What stored functions cost: lookups and listings among many, memory, and the start from disk."""

import json
import socket
import time

from report import interleaved, ratio, table
from servers import HIT, JOURNAL_OFF, HOST, Daemon, first_reply, free_port, memory_kib, pss_kib, rules

CREATE = "/2016-08-15/services/demo/functions"
GET = f"{CREATE}/f500"
LIST = f"{CREATE}?limit=100"
EMPTY_ZIP = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
SOCKETS, AHEAD = 16, 50
FEW, MANY, VERY_MANY = 1000, 10000, 100000


def kept_arguments(stage):
    return "--data", stage.folder / "data", "--journal-bytes", "4MiB"


def request(path, document):
    body = json.dumps(document).encode()
    return f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def create(port, paths_and_documents):
    """Many at once, so that the store commits them together; every one must be answered 200."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(SOCKETS)]
    pending = iter(paths_and_documents)
    while True:
        sent = []
        for sock in sockets:
            batch = [request(*each) for _, each in zip(range(AHEAD), pending)]
            sock.sendall(b"".join(batch))
            sent.append(len(batch))
        if not any(sent):
            break
        for sock, count in zip(sockets, sent):
            data = b""
            while data.count(b"HTTP/1.1 ") < count or not data.endswith(b"}"):
                if count == 0:
                    break
                data += sock.recv(1 << 20)
            if data.count(b"HTTP/1.1 200") != count:
                raise SystemExit(f"cannot store functions: {data[:400]!r}")
    for sock in sockets:
        sock.close()


def function(number):
    return CREATE, {"functionName": f"f{number}", "runtime": "python3", "handler": "index.handler", "memorySize": 512, "timeout": 60, "code": {"zipFile": EMPTY_ZIP}}


def store(server, count):
    create(server.port, [("/2016-08-15/services", {"serviceName": "demo"})])
    create(server.port, (function(number) for number in range(count)))


def measure(stage, report, options):
    few, many, very_many = (stage.fcemu(f"{count:,} functions", rules(100), config=JOURNAL_OFF) for count in (FEW, MANY, VERY_MANY))
    for server, count in ((few, FEW), (many, MANY), (very_many, VERY_MANY)):
        store(server, count)
    bare = stage.bare("bare libmicrohttpd", few.daemon.call("GET", GET))

    def get(server, path):
        return lambda: server.load(options.seconds, method="GET", path=path)

    visits = {"bare libmicrohttpd": lambda: bare.load(options.seconds, method="GET")}
    for server in (few, many, very_many):
        visits[f"GetFunction of {server.name}"] = get(server, GET)
        visits[f"ListFunctions of {server.name}"] = get(server, LIST)
    rows = interleaved(options.rounds, visits)
    table(rows, "bare libmicrohttpd")
    report.target("GetFunction, CPU / bare libmicrohttpd", ratio(rows["GetFunction of 1,000 functions"], rows["bare libmicrohttpd"], "cpu"), 1.15)
    for operation in ("GetFunction", "ListFunctions"):
        for server in (many, very_many):
            value = ratio(rows[f"{operation} of {server.name}"], rows[f"{operation} of {few.name}"], "cpu")
            report.target(f"{operation} among {server.name}, CPU / among 1,000", value, 1.1)
    kept = stage.fcemu("kept functions", rules(100), arguments=kept_arguments(stage))
    store(kept, FEW)
    kept.daemon.stop()
    start(stage, report, options)


def start(stage, report, options):
    """From the start of the process to the first correct reply; the best of some, as the machine adds only."""
    best = float("inf")
    for number in range(max(3, options.rounds)):
        port = free_port()
        daemon = Daemon(stage.folder / f"start{number}", rules=rules(100), listen=(f"127.0.0.1:{port}",),
                        arguments=("--log-level", "error", *kept_arguments(stage)))
        begun = time.monotonic()
        server = stage.started(daemon, port)
        first_reply(port, HIT, 429)
        best = min(best, time.monotonic() - begun)
        if number == 0:
            report.target("memory idle, 100 rules, 1,000 functions", memory_kib(server.pid, "VmRSS") / 1024, 8, " MB")
            report.target("the same without what is shared", pss_kib(server.pid) / 1024, 4, " MB")
            server.load(options.seconds)
            report.target("memory after 64 connections, journal of 4 MB included", memory_kib(server.pid, "VmRSS") / 1024, 12, " MB")
        daemon.stop()
    report.target("start to first correct reply", best * 1000, 20, " ms")
