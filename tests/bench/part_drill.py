"""A drill of 10,000 calls: how long after the last one its verdict is there, and what it takes while it runs and is judged."""

import http.client
import json
import pathlib
import threading
import time

from servers import HOST, invocation

CALLS = 10000
CLIENTS = 16
JOURNAL_MIB = 32
MIB = 1 << 20
# One of each kind of assertion that looks at calls: judging reads all of them again for each.
DRILL = f"""
version: 1
seed: 7
rules:
  - {{id: storm, enabled: false, match: {{operation: InvokeFunction}}, do: {{error: ResourceThrottled}}, ttl: 24h}}
drills:
  - id: storm
    timeout: 9m
    require: {{calls: {CALLS}, fires_per_rule: {CALLS}}}
    steps:
      - {{at: 0s, enable: storm}}
      - {{until: {{fired: {{rule: storm, gte: {CALLS}}}}}, max: 8m, disable: storm}}
    assert:
      - calls: {{match: {{function: pay}}, gte: {CALLS}}}
      - retries: {{lte: 100000}}
      - backoff: {{attempts: {{lte: 100000}}}}
      - amplification: {{lte: 100000}}
      - duplicates: {{lte: 100000}}
      - errors: {{over: 1s, lte: 1}}
      - latency: {{p99: {{lte: 60s}}}}
      - fires: {{rule: storm, gte: {CALLS}}}
      - breaker: {{opens: false}}
"""


class Client(threading.Thread):
    """Calls on a connection of its own; every tenth call is a retry of the one before."""

    def __init__(self, port, number, calls):
        super().__init__()
        self.port, self.number, self.calls, self.last = port, number, calls, 0

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for call in range(self.calls):
            body = json.dumps({"client": self.number, "order": call - (call % 10 == 9)})
            connection.request("POST", invocation("pay"), body, {"Host": HOST})
            connection.getresponse().read()
        self.last = time.perf_counter()
        connection.close()


def wait_for_report(daemon, number, out):
    out["told"] = daemon.admin("GET", f"drills/runs/{number}/report?wait=true").json()
    out["came"] = time.perf_counter()


def measure(stage, report, options):
    server = stage.fcemu("fcemu drill", DRILL, arguments=("--journal-bytes", f"{JOURNAL_MIB}MiB"))
    daemon = server.daemon
    number = daemon.admin("POST", "drills/storm/runs", {}).json()["run"]
    daemon.admin("DELETE", f"drills/runs/{number}")  # the first one pays for what a daemon loads once
    daemon.admin("GET", f"drills/runs/{number}/report?wait=true")
    idle = server.memory_kib()
    pathlib.Path(f"/proc/{daemon.pid}/clear_refs").write_text("5", encoding="ascii")
    number = daemon.admin("POST", "drills/storm/runs", {}).json()["run"]
    seen = {}
    waiter = threading.Thread(target=wait_for_report, args=(daemon, number, seen))
    waiter.start()
    clients = [Client(daemon.port, n, CALLS // CLIENTS) for n in range(CLIENTS)]
    for client in clients:
        client.start()
    for thread in [*clients, waiter]:
        thread.join()
    verdict = seen["told"]
    if verdict["verdict"] != "pass" or verdict["calls"]["total"] != CALLS:
        raise SystemExit(f"the drill is no measure: {json.dumps(verdict['require'] + verdict['assertions'], indent=2)}")
    peak = (server.memory_kib("VmHWM") - idle) * 1024 / MIB
    print(f"\na drill of {CALLS} calls, {len(verdict['chains'])} of its retry chains in the report")
    report.target(f"verdict of a drill of {CALLS:,} calls, behind the last of them", seen["came"] - max(client.last for client in clients), 1, " s")
    report.target("memory of such a drill at its peak, in MiB, within the journal's bound", peak, JOURNAL_MIB)
