"""What a body costs, whether it goes back, and for how long a load of the whole state holds everybody else."""

import base64
import http.client
import json
import os
import pathlib
import threading
import time

MIB = 1 << 20
BODY = 40 * MIB
ROWS = 100000
LOADS = 5
FUNCTIONS = "/2016-08-15/services/s/functions"


def ones(size):
    return b"[" + b"1," * (size // 2 - 1) + b"1]"


def package(size):
    code = {"zipFile": base64.b64encode(os.urandom(size * 3 // 4)).decode()}
    return json.dumps({"functionName": "large", "runtime": "python3", "handler": "h", "code": code}).encode()


def growth(server, body):
    """The peak of one call, as a multiple of what it sent."""
    idle = server.memory_kib()
    pathlib.Path(f"/proc/{server.daemon.pid}/clear_refs").write_text("5", encoding="ascii")
    server.daemon.call("POST", FUNCTIONS, body)
    return (server.memory_kib("VmHWM") - idle) * 1024 / len(body)


def write_snapshot(folder):
    """As many functions of one service, a line each."""
    where = {"account": "16530750", "region": "cn-shanghai", "kind": "function", "parent": "s", "version": "", "blob": None, "created": 1, "modified": 1}
    document = {"functionName": "", "runtime": "python3", "handler": "index.handler", "memorySize": 512, "timeout": 60,
                "description": "a function like the others", "environmentVariables": {"STAGE": "test", "TABLE": "orders"}}
    (folder / "code").mkdir(parents=True)
    with open(folder / "resources.json", "w", encoding="utf-8") as file:
        file.write('{"fcemuSnapshot":1}\n')
        for number in range(ROWS):
            name = f"f{number:06}"
            file.write(json.dumps({**where, "name": name, "document": {**document, "functionName": name}}, separators=(",", ":")) + "\n")


class Others:
    """Somebody who asks all the time: how long the longest answer took."""

    def __init__(self, port):
        self.port, self.longest, self.over = port, 0, threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        while not self.over.is_set():
            begun = time.perf_counter()
            connection.request("GET", "/_fcemu/livez", headers={"Host": "localhost"})
            connection.getresponse().read()
            self.longest = max(self.longest, time.perf_counter() - begun)
        connection.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exception):
        self.over.set()
        self.thread.join()


def settled(server, bound_kib, seconds=60):
    deadline = time.monotonic() + seconds
    while server.memory_kib() > bound_kib and time.monotonic() < deadline:
        time.sleep(0.5)
    return server.memory_kib()


def measure(stage, report, options):
    server = stage.fcemu("fcemu memory", "version: 1\nrules: []\n", arguments=("--journal-bytes", "1MiB"))
    server.daemon.call("POST", "/2016-08-15/services", '{"serviceName": "s"}')
    idle = server.memory_kib()
    report.target("memory for a body of 40 MiB [1,1,…], times its size", growth(server, ones(BODY)), 3)
    report.target("memory for a package of 40 MiB, times the size of its body", growth(server, package(BODY)), 3)
    report.target("memory kept of them within a minute", (settled(server, idle + 10 * 1024) - idle) / 1024, 10, " MB")
    snapshot(stage, report)


def snapshot(stage, report):
    folder, data = pathlib.Path(stage.folder) / "snapshot", pathlib.Path(stage.folder) / "data"
    write_snapshot(folder)
    loaded = stage.fcemu("fcemu loaded", "version: 1\nrules: []\n", arguments=("--data", data))
    pauses, took = [], []
    for _ in range(LOADS):
        with Others(loaded.port) as others:
            begun = time.perf_counter()
            assert loaded.daemon.admin("POST", "snapshots/load", {"folder": str(folder)}).status == 200
            took.append(time.perf_counter() - begun)
        pauses.append(others.longest * 1000)
    print(f"\n{ROWS} functions loaded in {min(took):.2f} s; longest answers beside it: {', '.join(f'{pause:.1f}' for pause in pauses)} ms")
    # A busy machine only adds.
    report.target("snapshot pause, longest answer beside a load of 100,000 functions", min(pauses), 50, " ms")
    settled(loaded, 0, seconds=35)
    kept = loaded.memory_kib()
    loaded.daemon.stop()
    fresh = stage.fcemu("fcemu started anew", "version: 1\nrules: []\n", arguments=("--data", data))
    report.target("memory after the loads, times that of a start with the same state", kept / fresh.memory_kib(), 1.2)
