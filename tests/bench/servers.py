"""The servers that are compared, and the load that is put on them."""

import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = ROOT / "tests" / "bench"
BUILT = ROOT / "build" / "tests" / "bench"

sys.path.insert(0, str(ROOT / "tests" / "e2e"))
from fcemu import ACCOUNT, HOST, REGION, Daemon, invocation  # noqa: E402

CONNECTIONS = 64
TICK_US = 1_000_000 / os.sysconf("SC_CLK_TCK")
PINNED = len(os.sched_getaffinity(0)) >= 2
JOURNAL_OFF = "journal: {enabled: false}\n"
HIT = invocation("bench-99")
MISS = invocation("nobody")


# ---- rules ----

def rule(number, match, do="{error: ResourceExhausted}"):
    return f"  - id: bench-{number}\n    match: {match}\n    do: {do}\n    ttl: 24h\n"


def rules(count, regex=0, hit=99):
    """`count` rules on one operation, literals and globs; the first `regex` are regular expressions; the one hit is the last."""
    lines = ["version: 1", "rules:"]
    for number in range(count):
        name = "bench-99" if number == count - 1 else f"other-{number}" if number % 2 else f"ot*er-{number}"
        pattern = f'{{regex: "^(other|else)-{number}[a-z]+$"}}' if number < regex and number < count - 1 else f'"{name}"'
        lines.append(rule(number, f"{{operation: InvokeFunction, function: {pattern}}}").rstrip("\n"))
    return "\n".join(lines) + "\n"


# ---- servers ----

class Server:
    """A process tree that answers on a port."""

    def __init__(self, name, port, pid, path=HIT):
        self.name, self.port, self.pid, self.path = name, port, pid, path

    def tree(self):
        found, queue = [], [self.pid]
        while queue:
            pid = queue.pop()
            found.append(pid)
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread or a process that ends meanwhile has no children
                for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                    queue += map(int, (task / "children").read_text(encoding="ascii").split())
        return found

    def cpu_us(self):
        total = 0
        for pid in self.tree():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) * TICK_US
        return total

    def memory_kib(self, field="VmRSS"):
        return sum(memory_kib(pid, field) for pid in self.tree())

    def memory_of_daemon(self):
        return memory_kib(self.pid, "VmRSS")

    def load(self, seconds, scheme="http", connections=CONNECTIONS, method="POST", path=None, headers=(), body_bytes=100):
        """Requests from wrk for some seconds; medians are taken by who asks."""
        before = self.cpu_us()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / "call.lua"), f"{scheme}://127.0.0.1:{self.port}"]
        env = {
            **os.environ,
            "BENCH_METHOD": method, "BENCH_PATH": path or self.path, "BENCH_HOST": HOST, "BENCH_BODY": str(body_bytes),
            "BENCH_HEADERS": "".join(f"{name}: {value}\n" for name, value in headers),
        }
        output = subprocess.run(pinned(1, command), env=env, capture_output=True, text=True, check=True).stdout
        result = json.loads(output[output.index("RESULT ") + 7 :].splitlines()[0])
        if result["wrong"] or not result["requests"]:
            raise SystemExit(f"{self.name}: {result['wrong']} socket errors in {result['requests']} requests")
        return {
            "rps": result["requests"] / result["us"] * 1e6,
            "p50": result["p50_us"],
            "p99": result["p99_us"],
            "cpu": (self.cpu_us() - before) / result["requests"],
        }


def memory_kib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    return 0


def pinned(core, command):
    return ["taskset", "-c", str(sorted(os.sched_getaffinity(0))[core]), *command] if PINNED else command


def own_headers(reply):
    """Those that a server does not add by itself."""
    added = ("date", "content-length", "connection", "x-fc-request-id", "content-type")
    return [(name, value) for name, value in reply.headers.items() if name.lower() not in added]


def pss_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


class Stage:
    """Starts servers and stops what it started."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.processes, self.daemons = [], []

    @staticmethod
    def built(name):
        return BUILT / name

    def printing_port(self, name, command, path=HIT):
        process = subprocess.Popen(pinned(0, list(map(str, command))), stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        return Server(name, int(process.stdout.readline()), process.pid, path)

    def fcemu(self, name, text, path=HIT, arguments=(), config=None):
        flags = ("--log-level", "error", "--seed", "7", "--account", ACCOUNT, "--region", REGION)
        daemon = Daemon(self.folder / name.replace(" ", "-").replace(",", ""), rules=text, config=config, arguments=(*flags, *arguments))
        daemon.command = pinned(0, daemon.command)
        self.daemons.append(daemon.start())
        return self.server_of(name, daemon, daemon.port, path)

    def started(self, daemon, port):
        """A daemon on a port known beforehand; nobody waits until it is ready."""
        daemon.process = subprocess.Popen(daemon.command, env={"HOME": str(daemon.folder)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.daemons.append(daemon)
        return self.server_of("start", daemon, port, HIT)

    @staticmethod
    def server_of(name, daemon, port, path):
        server = Server(name, port, daemon.pid, path)
        server.daemon = daemon
        return server

    def bare(self, name, reply, arguments=()):
        """libmicrohttpd with nothing behind it, giving the same answer."""
        headers = [*own_headers(reply), ("Content-Type", reply.headers["Content-Type"])]
        pairs = [text for pair in headers for text in pair]
        return self.printing_port(name, [BUILT / "bare_mhd", *arguments, "0", reply.body.decode(), *pairs])

    def nginx(self, reply):
        body, headers = reply.body.decode(), own_headers(reply)
        port = free_port()
        lines = "\n".join(f"      add_header {name} '{value}' always;" for name, value in headers)
        config = self.folder / "nginx.conf"
        config.write_text(NGINX % {"folder": self.folder, "port": port, "headers": lines, "body": body.replace("'", "\\'")}, encoding="utf-8")
        process = subprocess.Popen(pinned(0, ["nginx", "-c", str(config), "-g", "daemon off;"]), stderr=subprocess.DEVNULL)
        self.processes.append(process)
        server = Server("nginx return 429", port, process.pid)
        first_reply(port, HIT, 429)
        return server

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
        for process in self.processes:
            process.terminate()
            process.wait()


NGINX = """
worker_processes 1;
pid %(folder)s/nginx.pid;
error_log /dev/null;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path %(folder)s/body;
  proxy_temp_path %(folder)s/proxy;
  fastcgi_temp_path %(folder)s/fastcgi;
  uwsgi_temp_path %(folder)s/uwsgi;
  scgi_temp_path %(folder)s/scgi;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:%(port)d;
    location / {
      default_type application/json;
      add_header X-Fc-Request-Id $request_id always;
%(headers)s
      return 429 '%(body)s';
    }
  }
}
"""


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def first_answer(port, body, patience=60):
    """Seconds until somebody listens and answers 200."""
    begun = time.monotonic()
    request = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body
    while time.monotonic() - begun < patience:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=patience) as sock:
                sock.sendall(request)
                if b" 200 " in sock.recv(4096)[:16]:
                    return time.monotonic() - begun
        except ConnectionError:
            time.sleep(0.0005)
    raise SystemExit(f"no answer on port {port}")


def first_reply(port, path, status, patience=10):
    """Seconds until a correct reply comes; asks again at once while nobody listens."""
    begun = time.monotonic()
    request = f"POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() - begun < patience:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=patience) as sock:
                sock.sendall(request)
                if sock.recv(4096).startswith(f"HTTP/1.1 {status} ".encode()):
                    return time.monotonic() - begun
        except ConnectionError:
            continue
    raise SystemExit(f"no reply with status {status} on port {port}")
