"""Functions that run: the same echo of 100 bytes beside a floor of bare interpreters, node:http, functions-framework and workerd."""

import concurrent.futures
import statistics
import subprocess
import time

import peers
from report import interleaved, ratio, table
from servers import JOURNAL_OFF, invocation, rules

from functions import Functions

MANY = 16
TOGETHER = 20  # calls that share an instance
SIX_MB = 6 << 20
WORKERD_COLD_S = 0.020  # as written where the bounds were, on a quiet machine
IDLE_FEW, IDLE_MANY = 4, 20
DEPLOYED = 1000
SETTLING_S = 20
SETTINGS = JOURNAL_OFF + "invoke: {memory: 64GiB, idle: 24h}\nruntimes: {%s}\n"
NODE = {"runtime": "nodejs20", "files": {"index.js": "exports.handler = async (event) => event;\n"}}
PYTHON = {"runtime": "python3.10", "files": {"index.py": "def handler(event, context):\n    return event\n"}}
LENGTH = {"runtime": "python3.10", "files": {"index.py": "def handler(event, context):\n    return str(len(event))\n"}}
SLOW = {"runtime": "python3.10", "files": {"index.py": "import time\n\ndef handler(event, context):\n    time.sleep(float(event))\n    return ''\n"}}
SLOW_SERVER = """#!/usr/bin/python3
import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *arguments): pass
    def do_POST(self):
        time.sleep(float(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""
SHARED = {"runtime": "nodejs20", "files": {"index.js": "exports.handler = (event) => new Promise((done) => setTimeout(done, 1000 * event, ''));\n"}}
CUSTOM = {"runtime": "custom", "files": {"bootstrap*": SLOW_SERVER}}
LANGUAGES = {"Node.js": (NODE, "node"), "Python": (PYTHON, "python")}


def running(stage, name, rules_text=None):
    """Its runtimes are the programs that the floor runs, whatever else PATH leads to."""
    runtimes = f"python3.10: {peers.PYTHON}, nodejs20: {peers.interpreter('node')}"
    server = stage.fcemu(name, rules_text, "/", config=SETTINGS % runtimes)
    server.functions = Functions(server.daemon)
    return server


def deployed(stage, name, function, rules_text=None, **members):
    """A daemon of its own for one function, so that its processes are the whole of what is measured."""
    server = running(stage, name, rules_text=rules_text)
    server.path = invocation(server.functions.create(**function, **members))
    reply = server.daemon.invoke(server.path.split("/")[-2], b"x")
    if reply.status != 200 or reply.headers["X-Fc-Error-Type"]:
        raise SystemExit(f"{name}: {reply.status} {reply.body!r}")
    return server


def reached(report, servers, start, *arguments):
    """A peer, unless it is out of reach."""
    try:
        server = start(*arguments)
    except peers.OutOfReach as reason:
        report.skip(start.__name__.replace("_", " "), reason)
        return None
    servers[server.name] = server
    return server


def measure(stage, report, options):
    echoes(stage, report, options)
    large(stage, report, options)
    cold_starts(stage, report, options)
    idle_memory(stage, report, options)
    among_many(stage, report, options)


# ---- the same echo ----

def echoes(stage, report, options):
    own = {name: deployed(stage, f"fcemu, {name}", function) for name, (function, _) in LANGUAGES.items()}
    shared = deployed(stage, f"fcemu, Node.js, {TOGETHER} share", NODE, instanceConcurrency=TOGETHER)
    servers = {server.name: server for server in (*own.values(), shared)}
    one = {name: peers.relay(stage, 1, program) for name, (_, program) in LANGUAGES.items()}
    many = {name: peers.relay(stage, MANY, program) for name, (_, program) in LANGUAGES.items()}
    for server in (*one.values(), *many.values(), peers.node_http(stage)):
        servers[server.name] = server
    frameworks = {"Node.js": reached(report, servers, peers.framework_node, stage), "Python": reached(report, servers, peers.framework_python, stage)}
    workerd = reached(report, servers, peers.workerd, stage)
    for server in servers.values():
        server.load(1, connections=MANY)  # all instances are there, and warm
    for connections in (1, MANY):
        left_out = {server.name for server in (many if connections == 1 else one).values()}
        rows = interleaved(options.rounds, {name: lambda server=server: server.load(options.seconds, connections=connections)
                                            for name, server in servers.items() if name not in left_out})
        print(f"\nan echo of 100 bytes, {connections} at once")
        table(rows, (one if connections == 1 else many)["Node.js"].name)
        if connections == 1:
            alone(report, rows, own, workerd)
        else:
            at_once(report, rows, own, shared, many, frameworks, workerd)


def alone(report, rows, own, workerd):
    for name, server in own.items():
        if workerd:
            report.target(f"{name} function, one at once, p50 / workerd", ratio(rows[server.name], rows[workerd.name], "p50"), 1)


def at_once(report, rows, own, shared, floors, frameworks, workerd):
    for name, server in own.items():
        mine, floor = rows[server.name], rows[floors[name].name]
        report.target(f"{name} function, {MANY} at once, CPU / floor", ratio(mine, floor, "cpu"), 1.3)
        report.target(f"{name} function, {MANY} at once, req/s / floor", ratio(mine, floor, "rps"), 0.8, at_least=True)
        report.target(f"{name} function, {MANY} at once, p99 / floor", ratio(mine, floor, "p99"), 1.2)
        if frameworks[name]:
            value = ratio(mine, rows[frameworks[name].name], "rps")
            report.target(f"{name} function, {MANY} at once, req/s / functions-framework", value, 4, at_least=True)
    if workerd:
        value = ratio(rows[shared.name], rows[workerd.name], "rps")
        report.target(f"{TOGETHER} calls share an instance, req/s / workerd", value, 1.2, at_least=True)


# ---- large events ----

def large(stage, report, options):
    server = deployed(stage, "fcemu, length of an event", LENGTH, rules_text=rules(1))
    bare = stage.bare("bare, drops 6 MB", server.daemon.invoke("bench-99"))
    load = {"connections": 1, "body_bytes": SIX_MB}
    rows = interleaved(max(3, options.rounds // 3), {
        each.name: lambda each=each: each.load(options.seconds, **load) for each in (bare, server)})
    table(rows, bare.name)
    report.target("call of 6 MB, CPU / dropping it", ratio(rows[server.name], rows[bare.name], "cpu"), 2.5)


# ---- cold starts ----

def cold_scale(stage, report):
    """How much slower than on a quiet machine a start is now: workerd's, beside what was read then."""
    try:
        best = min(peers.workerd(stage).started_in for _ in range(5))
    except peers.OutOfReach as reason:
        report.skip("scale of cold starts (taken as 1)", reason)
        return 1
    print(f"\nworkerd answers {best * 1000:.1f} ms after its start, {WORKERD_COLD_S * 1000:.0f} ms where the bounds were written")
    return max(1, best / WORKERD_COLD_S)


def seconds_of_start(program):
    """From its start until an interpreter runs a program of ours."""
    text = {"node": "process.stdout.write('x'); setInterval(() => {}, 1000)", "python": "import os, time\nos.write(1, b'x')\ntime.sleep(60)"}[program]
    flag = {"node": "-e", "python": "-c"}[program]
    path = peers.PYTHON if program == "python" else peers.interpreter("node")
    begun = time.monotonic()
    with subprocess.Popen([path, flag, text], stdout=subprocess.PIPE) as process:
        process.stdout.read(1)
        took = time.monotonic() - begun
        process.kill()
    return took


def seconds_of_call(server, name):
    begun = time.monotonic()
    reply = server.daemon.invoke(name, b"x")
    took = time.monotonic() - begun
    if reply.status != 200:
        raise SystemExit(f"cold start: {reply.status} {reply.body!r}")
    return took


def wait_until(what, patience=120):
    deadline = time.monotonic() + patience
    while not what():
        if time.monotonic() > deadline:
            raise SystemExit("a function's surroundings do not come")
        time.sleep(0.005)


def health(server):
    return server.daemon.admin("GET", "health").json()["functions"]


def is_still(server):
    """What is in reserve has come up."""
    before = server.cpu_us()
    time.sleep(0.2)
    return server.cpu_us() == before


def instances(server):
    return len(server.daemon.admin("GET", "instances").json()["instances"])


def cold_starts(stage, report, _options):
    scale = cold_scale(stage, report)
    for name, (function, program) in LANGUAGES.items():
        cold(stage, report, name, function, program, scale)


def cold(stage, report, name, function, program, scale):
    """The best of some: the machine adds only. A first one is the daemon's first; a later one takes what is in reserve."""
    own, first, later = [], [], []
    for number in range(5):
        server = running(stage, f"fcemu, cold {name} {number}")
        created = server.functions.create(**function)
        wait_until(lambda: health(server)["isolation"] in ("namespace", "process"))
        wait_until(lambda: len(server.tree()) == 2)  # its supervisor; whoever asks the interpreter for its version has gone
        own.append(seconds_of_start(program))
        first.append(seconds_of_call(server, created))
        for _ in range(4):
            created = server.functions.create(**function)
            wait_until(lambda: health(server)["reserve"] > 0 and is_still(server))
            later.append(seconds_of_call(server, created))
        server.daemon.stop()
    print(f"{name}: the interpreter starts in {min(own) * 1000:.1f} ms (median {statistics.median(own) * 1000:.1f}), a first call takes "
          f"{min(first) * 1000:.1f} ms ({statistics.median(first) * 1000:.1f}), a later cold one {min(later) * 1000:.1f} ms ({statistics.median(later) * 1000:.1f})")
    report.target(f"{name} function, first cold start behind the interpreter's own", (min(first) - min(own)) * 1000, 5 * scale, " ms")
    report.target(f"{name} function, later cold start", min(later) * 1000, 10 * scale, " ms")


# ---- memory, and many functions ----

def together(server, name, count):
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        list(pool.map(lambda _: server.daemon.invoke(name, b"0.5", timeout=120), range(count)))


def settled_memory(server):
    """Spare calls and buffers go half a second after the load, free memory of all threads each quarter of a minute."""
    readings = []
    for _ in range(SETTLING_S):
        time.sleep(1)
        readings.append(server.memory_of_daemon())
    return min(readings)


def kib_an_instance(stage, name, function):
    """What each further idle instance adds to the daemon itself. As many connections were there before."""
    server = running(stage, f"fcemu, idle {name}")
    together(server, server.functions.create(**SHARED, instanceConcurrency=IDLE_MANY), IDLE_MANY)
    created = server.functions.create(**function)
    seen = {}
    for count in (IDLE_FEW, IDLE_MANY):
        def grown():
            together(server, created, count)
            return instances(server) > count  # and the shared one
        wait_until(grown)
        seen[instances(server)] = settled_memory(server)
    server.daemon.stop()
    (few, before), (many, behind) = sorted(seen.items())
    return (behind - before) / (many - few)


def idle_memory(stage, report, _options):
    for name, function, bound in (("Python", SLOW, 20), ("custom runtime, with its listener", CUSTOM, 40)):
        report.target(f"memory of the daemon for an idle instance, {name}", kib_an_instance(stage, name, function), bound, " KB")


def among_many(stage, report, options):
    """The same call where a thousand other functions are deployed that do not run."""
    few, many = deployed(stage, "fcemu, one function", PYTHON), deployed(stage, "fcemu, 1,000 functions", PYTHON)
    before = many.memory_of_daemon()
    for _ in range(DEPLOYED):
        many.functions.create(**PYTHON)
    print(f"\n{DEPLOYED} functions deployed take {(many.memory_of_daemon() - before) / DEPLOYED:.1f} KB each, {instances(many)} of all instances run")
    rows = interleaved(max(3, options.rounds // 3), {server.name: lambda server=server: server.load(options.seconds, connections=1) for server in (few, many)})
    report.target("a call among 1,000 functions, CPU / among one", ratio(rows[many.name], rows[few.name], "cpu"), 1.1)
