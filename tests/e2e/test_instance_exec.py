"""InstanceExec: a program beside a function's own, over a WebSocket, as the official clients of both generations speak it."""

import base64
import hashlib
import json
import os
import socket
import struct
import urllib.parse

import pytest

from containers import Engine
from fcemu import HOST
from functions import Functions
from test_containers import SERVER, Images, config
from test_instances import MODES

PYTHON = "import os\ndef handler(event, context):\n  open('/tmp/mark', 'w').write('here') if event == b'mark' else None\n  return str(os.getpid())\n"
TEXT, BYTES, CLOSE, PING, PONG = 1, 2, 8, 9, 10
IN, OUT, ERR, ERROR, RESIZE, END = range(6)


class Shell:
    """One exec: a WebSocket by hand, so that each frame is seen."""

    def __init__(self, running, function, instance, *command, api="2016-08-15", headers=None, **query):
        place = f"services/demo/functions/{function}" if api == "2016-08-15" else f"functions/{function}"
        pairs = [("command", word) for word in command] + list(query.items())
        path = f"/{api}/{place}/instances/{instance}/exec?{urllib.parse.urlencode(pairs)}"
        key = base64.b64encode(os.urandom(16)).decode()
        asked = {
            "Host": HOST, "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13",
            **(headers or {})}
        self.sock = socket.create_connection(("127.0.0.1", running.port), 60)
        self.sock.sendall(f"GET {path} HTTP/1.1\r\n".encode() + b"".join(f"{n}: {v}\r\n".encode() for n, v in asked.items() if v) + b"\r\n")
        self.file = self.sock.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while line := self.file.readline().strip():
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        if self.status != 101:
            self.body = json.loads(self.file.read(int(self.headers["content-length"])))
            return
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        assert self.headers["sec-websocket-accept"] == base64.b64encode(digest).decode()

    def send(self, payload, kind=BYTES):
        mask = os.urandom(4)
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else bytes([0x80 | 126]) + struct.pack(">H", len(payload))
        self.sock.sendall(bytes([0x80 | kind]) + length + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload)))

    def frame(self):
        first, length = self.file.read(2)
        if length == 126:
            [length] = struct.unpack(">H", self.file.read(2))
        elif length == 127:
            [length] = struct.unpack(">Q", self.file.read(8))
        return first & 15, self.file.read(length)

    def all(self):
        """What comes until the end: by channel; and the kinds of frames, and the status of the last."""
        said, kinds = {}, set()
        while True:
            kind, payload = self.frame()
            if kind == CLOSE:
                assert self.file.read(1) == b""
                return said, kinds, struct.unpack(">H", payload[:2])[0]
            kinds.add(kind)
            said[payload[0]] = said.get(payload[0], b"") + payload[1:]

    def until(self, text):
        seen = b""
        while text not in seen:
            kind, payload = self.frame()
            assert kind in (TEXT, BYTES) and payload[0] in (OUT, ERR), (kind, payload)
            seen += payload[1:]
        return seen


@pytest.fixture(scope="module", params=MODES)
def place(request, tmp_path_factory):
    from fcemu import Daemon

    running = Daemon(tmp_path_factory.mktemp(request.param), config=f"invoke: {{isolation: {request.param}}}\n").start()
    functions = Functions(running)
    name = functions.create("python3", {"index.py": PYTHON}, environmentVariables={"OWN": "mine"}, timeout=60)
    instance = functions.call(name).headers["X-Fc-Instance-Id"]
    yield running, functions, name, instance, request.param
    running.stop()


def all_of(place, *command, **options):
    running, _, name, instance, _ = place
    return Shell(running, name, instance, *command, **{"stdout": "true", "stderr": "true", **options}).all()


def test_a_command_says_what_it_says(place):
    said, kinds, status = all_of(place, "/bin/sh", "-c", "echo out; echo err >&2; printf 'caf\\303\\251 \\377'")
    assert said == {OUT: "out\ncafé \ufffd".encode(), ERR: b"err\n", END: b""} and kinds == {TEXT} and status == 1000


def test_it_is_where_the_function_is(place):
    running, functions, name, instance, mode = place
    said, _, _ = all_of(place, "sh", "-c", "pwd; cat index.py; echo $OWN $FC_INSTANCE_ID; cat /proc/self/status | grep -i NoNewPrivs")
    lines = said[OUT].decode().split("\n")
    assert (lines[0] == "/code") == (mode == "namespace") and PYTHON in said[OUT].decode() and f"mine {instance}" in lines
    assert "NoNewPrivs:\t1" in lines
    if mode == "namespace":
        assert functions.call(name, b"mark").headers["X-Fc-Instance-Id"] == instance
        assert all_of(place, "cat", "/tmp/mark")[0][OUT] == b"here"


@pytest.mark.parametrize("frame", ["text with a channel", "bytes without"])
def test_what_the_client_types_arrives(place, frame):
    running, _, name, instance, _ = place
    shell = Shell(running, name, instance, "cat", stdin="True", stdout="True")
    for word in ("one\n", "zwei\n"):
        shell.send(b"\0" + word.encode(), TEXT) if frame.startswith("text") else shell.send(word.encode())
        shell.until(word.encode())
    shell.send(b"are you there", PING)
    assert shell.frame() == (PONG, b"are you there")
    shell.send(b"\5", TEXT)  # no more input
    assert shell.all() == ({END: b""}, {TEXT}, 1000)


def test_the_newer_generation_speaks_bytes(daemon):
    running = daemon()
    from functions import packed

    code = {"zipFile": base64.b64encode(packed({"index.py": PYTHON})).decode()}
    body = {"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": code}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    instance = running.call("POST", "/2023-03-30/functions/f/invocations").headers["X-Fc-Instance-Id"]
    shell = Shell(running, "f", instance, "/bin/sh", "-c", "head -c 2; printf '\\377'", api="2023-03-30", stdin="true", stdout="true")
    shell.send(b"\0\4")  # bytes are bytes
    said, kinds, _ = shell.all()
    assert said[OUT] == b"\0\4\xff" and kinds == {BYTES}


def test_a_terminal(place):
    running, _, name, instance, _ = place
    shell = Shell(running, name, instance, "/bin/sh", stdin="true", stdout="true", stderr="true", tty="true")
    shell.send(b"\4" + json.dumps({"Width": 91, "Height": 33}).encode(), TEXT)
    shell.send(b"\0stty size; test -t 0 && echo term-$TERM\n", TEXT)
    assert b"33 91" in shell.until(b"term-xterm\r\n")
    shell.send(b"\0exit\n", TEXT)
    assert shell.all()[2] == 1000


def test_large_output_is_whole_though_the_client_is_slow(place):
    said, _, _ = all_of(place, "/bin/sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x")
    assert said[OUT] == b"x" * 3000000


def test_one_that_cannot_be_started_says_so(place):
    said, _, status = all_of(place, "/none/such")
    assert said == {ERROR: b"run it: No such file or directory", END: b""} and status == 1000
    assert b"No such file" in all_of(place, "none-such")[0][ERROR]


def test_a_silent_one_ends(place):
    said, _, status = all_of(place, "/bin/sh", "-c", "exec sleep 1000", idleTimeout="1")
    assert said == {ERROR: b"nothing was said for so long", END: b""} and status == 1000


def leaves(place, how):
    running, _, name, instance, _ = place
    shell = Shell(running, name, instance, "/bin/sh", "-c", "setsid sleep 4242.5 & echo started; wait", stdout="true")
    shell.until(b"started")
    how(shell)
    while any(b"4242.5" in command for command in commands()):
        pass


def commands():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            yield open(f"/proc/{pid}/cmdline", "rb").read()
        except OSError:
            pass


@pytest.mark.parametrize("how", ["closes", "is gone", "talks nonsense"])
def test_nothing_is_left_when_its_client(place, how):
    def close(shell):
        if how == "closes":
            shell.send(struct.pack(">H", 1000), CLOSE)
            assert shell.frame() == (CLOSE, struct.pack(">H", 1000))
        elif how == "is gone":
            shell.file.close()
            shell.sock.close()
        else:
            shell.sock.sendall(b"\x81\x01a")  # not masked
            assert shell.frame() == (CLOSE, struct.pack(">H", 1002))

    leaves(place, close)


def test_an_instance_that_goes_says_so(daemon):
    functions = Functions(daemon(config="invoke: {idle: 3s}\n"))
    name = functions.create("python3", {"index.py": PYTHON})
    shell = None
    while not shell or shell.status != 101:  # it may be idle before we ask
        instance = functions.call(name).headers["X-Fc-Instance-Id"]
        shell = Shell(functions.running, name, instance, "cat", stdin="true", stdout="true")
    shell.send(b"still here\n")
    shell.until(b"still here")  # whoever looks in keeps it
    functions.update(name, memorySize=512)
    functions.call(name)
    said, _, _ = shell.all()
    assert said[ERROR] == b"the instance has ended"


WRONG = {
    "no upgrade": ({"Upgrade": None}, {}, 400, "must ask for it"),
    "no key": ({"Sec-WebSocket-Key": None}, {}, 400, "must ask for it"),
    "an old version": ({"Sec-WebSocket-Version": "8"}, {}, 400, "Sec-WebSocket-Version must be 13"),
    "a flag that is none": ({}, {"tty": "maybe"}, 400, "tty is set to an invalid value (allowed: true | false, actual: 'maybe')"),
    "a time that is none": ({}, {"idleTimeout": "0"}, 400, "idleTimeout is set to an invalid value"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_wrong_requests(place, wrong):
    running, _, name, instance, _ = place
    headers, query, status, text = WRONG[wrong]
    shell = Shell(running, name, instance, "true", headers=headers, **query)
    assert (shell.status, shell.body["ErrorCode"]) == (status, "InvalidArgument") and text in shell.body["ErrorMessage"], shell.body


def test_unknown_instances(place):
    running, functions, name, instance, _ = place
    other = functions.create("python3", {"index.py": PYTHON})
    for function, asked in ((name, "c-none"), (other, instance)):
        shell = Shell(running, function, asked, "true")
        assert (shell.status, shell.body["ErrorCode"]) == (404, "InstanceNotFound")


def test_a_container_has_a_shell_too(daemon, tmp_path):
    with Engine(tmp_path / "engine") as engine:
        engine.image("registry.local/app:1", SERVER)
        images = Images(daemon(config=config(engine)))
        name = images.create()
        instance = images.call(name, b"x").headers["X-Fc-Instance-Id"]
        shell = Shell(images.running, name, instance, "/bin/sh", "-c", "read word; echo $word $FC_INSTANCE_ID", stdin="true", stdout="true")
        shell.send(b"hello\n")
        assert shell.all()[0][OUT].decode() == f"hello {instance}\n"
        assert engine.calls[-1][:3] == ["exec", "--interactive", f"fcemu-{instance}"]
        images.running.stop()
