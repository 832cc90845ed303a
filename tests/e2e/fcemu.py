"""The daemon under test, and plain ways to talk to it.

A test starts a daemon of its own on port 0, in a temporary folder, and stops it with SIGTERM. Nothing waits for "some time":
readiness is the ready file appearing (inotify), an end is a file descriptor becoming readable.
"""

import ctypes
import http.client
import json
import os
import pathlib
import resource
import select
import signal
import socket
import ssl
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("FCEMU_BINARY", ROOT / "build" / "fcemu"))
PACKS = ROOT / "config" / "faults.d"

ACCOUNT = "16530750"
REGION = "cn-shanghai"
HOST = f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"

START_SECONDS = 60  # the sanitizers are slow; a plain start takes milliseconds
CALL_SECONDS = 60

DOCUMENTED = {
    "InvalidArgument": 400,
    "MissingRequiredHeader": 400,
    "LimitExceededError": 400,
    "PathNotSupported": 400,
    "EntityTooLarge": 400,
    "AccessDenied": 403,
    "SignatureNotMatch": 403,
    "InvalidAccessKeyID": 403,
    "ConcurrentUpdateError": 409,
    "ResourceExhausted": 429,
    "ClientClosedRequest": 499,
    "InternalServerError": 500,
    "ResourceThrottled": 503,
}

_libc = ctypes.CDLL(None, use_errno=True)
_IN_MOVED_TO = 0x80


class NewFiles:
    """Watches a folder for files that are moved into it."""

    def __init__(self, folder):
        self.fd = _libc.inotify_init1(os.O_CLOEXEC)
        if self.fd < 0 or _libc.inotify_add_watch(self.fd, os.fsencode(folder), _IN_MOVED_TO) < 0:
            raise OSError(ctypes.get_errno(), "inotify")

    def names(self):
        data, at, names = os.read(self.fd, 65536), 0, []
        while at < len(data):
            length = struct.unpack_from("iIII", data, at)[3]
            names.append(data[at + 16 : at + 16 + length].rstrip(b"\0").decode())
            at += 16 + length
        return names

    def close(self):
        os.close(self.fd)


def environment(folder):
    """What the daemon may see of ours: no proxy, no configuration, no home."""
    keep = {name: os.environ[name] for name in os.environ if name in ("PATH", "TMPDIR") or name.endswith("SAN_OPTIONS")}
    return {**keep, "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Daemon:
    """One running daemon. `rules` is YAML text or a list of files; `config` is the text of fcemu.yaml."""

    def __init__(self, folder, rules=None, config=None, arguments=(), listen=("127.0.0.1:0",)):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.command = [str(BINARY), "serve", "--ready-file", str(self.folder / "ready.json")]
        for address in listen:
            self.command += ["--listen", address]
        if config is not None:
            (self.folder / "fcemu.yaml").write_text(config, encoding="utf-8")
            self.command += ["--config", str(self.folder / "fcemu.yaml")]
        if isinstance(rules, str):
            (self.folder / "rules.yaml").write_text(rules, encoding="utf-8")
            rules = [self.folder / "rules.yaml"]
        for path in rules or ():
            self.command += ["--faults", str(path)]
        self.command += [str(argument) for argument in arguments]
        self.process = None
        self.ready = None

    def start(self):
        watch = NewFiles(self.folder)
        try:
            with open(self.folder / "stderr", "wb") as log:
                self.process = subprocess.Popen(
                    self.command,
                    cwd=self.folder,
                    env=environment(self.folder),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=_raise_file_limit,
                )
            self._wait_until_ready(watch)
        finally:
            watch.close()
        return self

    def _wait_until_ready(self, watch):
        ended = os.pidfd_open(self.process.pid)
        try:
            while self.ready is None:
                readable, _, _ = select.select([watch.fd, ended], [], [], START_SECONDS)
                if watch.fd in readable:
                    if "ready.json" in watch.names():
                        self.ready = json.loads((self.folder / "ready.json").read_text(encoding="utf-8"))
                elif ended in readable:
                    raise AssertionError(f"ended with {self.process.wait()} before it was ready:\n{self.log()}")
                else:
                    self.process.kill()
                    raise AssertionError(f"not ready within {START_SECONDS} s:\n{self.log()}")
        finally:
            os.close(ended)

    def log(self):
        return (self.folder / "stderr").read_text(encoding="utf-8", errors="replace")

    @property
    def port(self):
        return self.ready["listeners"][0]["port"]

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        """SIGTERM; the daemon must end by itself, with status 0, and leave no process behind."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        in_time = self._wait_until_ended(30)
        if not in_time:
            self.process.kill()
        status = self.process.wait()
        assert in_time, f"did not stop within 30 s:\n{self.log()}"
        assert status == 0, f"exit status {status}:\n{self.log()[-8000:]}"
        assert not session_members(self.process.pid), "children were left behind"

    def _wait_until_ended(self, seconds):
        """Popen.wait() with a time-out looks only every 50 ms."""
        ended, poll = os.pidfd_open(self.process.pid), select.poll()
        poll.register(ended, select.POLLIN)
        try:
            return bool(poll.poll(seconds * 1000))
        finally:
            os.close(ended)

    def kill(self):
        self.process.kill()
        self.process.wait()

    # ---- talking to it ----

    def call(self, method, path, body=None, headers=None, host=HOST, tls=None, timeout=CALL_SECONDS):
        """One call on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        if tls:
            connection.connect()
            connection.sock = tls.wrap_socket(connection.sock, server_hostname=host)
        try:
            connection.request(method, path, body=body, headers={"Host": host, **(headers or {})})
            return Reply(connection.getresponse())
        finally:
            connection.close()

    def invoke(self, function, body=b"", headers=None, service="demo", **options):
        return self.call("POST", invocation(function, service), body, headers, **options)

    def admin(self, method, path, body=None, headers=None):
        """A call to /_fcemu/…; JSON in, JSON out."""
        if body is not None and not isinstance(body, (bytes, str)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **(headers or {})}
        return self.call(method, f"/_fcemu/{path}", body, headers, host=f"127.0.0.1:{self.port}")

    def requests(self, query=""):
        """The journal, oldest first."""
        reply = self.admin("GET", f"requests?limit=1000000{query}")
        assert reply.status == 200, reply.body
        entries = reply.json()
        return entries["requests"] if isinstance(entries, dict) else entries

    def connect(self, tls=None, host=HOST, tunnel=False):
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=CALL_SECONDS)
        if tunnel:
            sock.sendall(f"CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n".encode())
            opened = b"HTTP/1.1 200 Connection established\r\n\r\n"
            assert sock.recv(len(opened), socket.MSG_WAITALL) == opened
        return Secure(sock, tls, host) if tls else sock

    def run(self, *arguments, **options):
        """The same binary as a client of this daemon."""
        extra = {"FCEMU_ADDRESS": f"127.0.0.1:{self.port}", **options.pop("extra", {})}
        return fcemu(*arguments, folder=self.folder, extra=extra, **options)

    def ca(self):
        """An SSL context that trusts the daemon's own authority and nothing else."""
        path = self.run("ca", "path").stdout.strip()
        return ssl.create_default_context(cafile=path)

    def status(self, field):
        """A field of /proc/PID/status; sizes in KiB."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as lines:
            for line in lines:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise KeyError(field)


class Reply:
    """A response read to its end."""

    def __init__(self, response):
        self.status = response.status
        self.reason = response.reason
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class Secure:
    """TLS over a socket whose end can still be told: ssl.SSLSocket shows a reset as an ordinary end."""

    def __init__(self, sock, context, host):
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
        self._until(self.tls.do_handshake)

    def _until(self, step):
        while True:
            try:
                result = step()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                data = self.sock.recv(65536)
                if data:
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()

    def _flush(self):
        if self.outgoing.pending:
            self.sock.sendall(self.outgoing.read())

    def sendall(self, data):
        self._until(lambda: self.tls.write(data))

    def recv(self, size):
        try:
            return self._until(lambda: self.tls.read(size))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # FIN, without and with close_notify
            return b""

    def getpeercert(self):
        return self.tls.getpeercert()

    def settimeout(self, seconds):
        self.sock.settimeout(seconds)

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Bytes:
    """Everything a connection sent until it ended, and how it ended: "fin", "reset" or "open" (still open after the wait)."""

    def __init__(self, data, ending):
        self.data = data
        self.ending = ending
        self.head, self.found_head, self.body = data.partition(b"\r\n\r\n")

    def header(self, name):
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return None


def read_to_end(sock, seconds=CALL_SECONDS):
    data = b""
    sock.settimeout(seconds)
    while True:
        try:
            piece = sock.recv(65536)
        except ConnectionResetError:
            return Bytes(data, "reset")
        except TimeoutError:
            return Bytes(data, "open")
        if not piece:
            return Bytes(data, "fin")
        data += piece


def invocation(function, service="demo"):
    return f"/2016-08-15/services/{service}/functions/{function}/invocations"


def request_bytes(method, path, body=b"", host=HOST, headers=()):
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def fcemu(*arguments, folder=None, extra=None, stdin=None, timeout=60):
    """Run one verb to its end."""
    return subprocess.run(
        [str(BINARY), *map(str, arguments)],
        cwd=folder or ROOT,
        env={**environment(folder or "/nonexistent"), **(extra or {})},
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def descriptors(pid, look=os.readlink, kind="fd"):
    """What each of a process's descriptors is, by its link or by another look; those that go meanwhile are passed over."""
    for entry in os.scandir(f"/proc/{pid}/{kind}"):
        try:
            yield look(entry.path)
        except FileNotFoundError:
            pass


def session_members(session):
    """Processes of the session that a daemon was the leader of; zombies do not count."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(entry.name))
    return found


def _raise_file_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
