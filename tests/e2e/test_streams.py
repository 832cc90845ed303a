"""Answers of custom runtimes that go out as they are written, and connections that become WebSockets.

Nothing is told by time: a function writes its next chunk when its client has said, by another call, that the last one is here.
"""

import base64
import hashlib
import http.client
import os
import socket
import struct

import pytest

from fcemu import HOST, Daemon
from functions import Functions

SERVER = '''#!/usr/bin/python3
import base64, hashlib, http.server, os, socketserver, struct, sys, threading

turns = threading.Semaphore(0)
left = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(data), data))
        self.wfile.flush()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        turns.release()
        self.answer(body)

    def begin(self, kind="text/event-stream"):
        self.send_response(201)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("X-Mine", "yes")
        self.send_header("X-Fc-Own", "no")
        self.end_headers()

    def do_GET(self):
        path = self.path.rpartition("/")[2].partition("?")[0]
        getattr(self, "get_" + path)()

    def get_ten(self):
        self.begin()
        for number in range(10):
            self.chunk(b"data: %d\\n\\n" % number)
            turns.acquire()
        self.chunk(b"")

    def get_endless(self):
        self.begin()
        try:
            while True:
                self.chunk(b"x" * 65536)
        except OSError:
            left.set()

    def get_left(self):
        self.answer(str(left.wait(30)).encode())

    def get_whole(self):
        self.wfile.write(b"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\none\\r\\n3\\r\\ntwo\\r\\n0\\r\\n\\r\\n")

    def get_breaks(self):
        self.begin()
        self.chunk(b"some")
        turns.acquire()
        os._exit(1)

    def get_large(self):
        self.begin("application/octet-stream")
        for number in range(512):
            self.chunk(bytes([number % 251]) * 65536)
        self.chunk(b"")

    def get_until(self):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"a")
        self.wfile.flush()
        turns.acquire()
        self.wfile.write(b"b")
        self.close_connection = True

    def get_socket(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.wfile.write(b"\\x81\\x05hello")
        self.wfile.flush()
        while True:
            head = self.rfile.read(2)
            if len(head) < 2 or head[0] & 15 == 8:
                break
            size = head[1] & 127
            if size == 126:
                size = struct.unpack(">H", self.rfile.read(2))[0]
            mask, data = self.rfile.read(4), self.rfile.read(size)
            data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))
            length = bytes([size]) if size < 126 else b"\\x7e" + struct.pack(">H", size)
            self.wfile.write(bytes([head[0]]) + length + data)
            self.wfile.flush()
        self.close_connection = True

    def get_refuses(self):
        self.answer(b"no", 400)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


Server(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
'''


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("streams")).start()
    yield Functions(running)
    running.stop()


@pytest.fixture
def served(functions):
    name = functions.create("custom", {"bootstrap*": SERVER}, instanceConcurrency=20, timeout=60, memorySize=512)
    functions.trigger(name)
    return functions.running, f"/2016-08-15/proxy/demo/{name}"


def begun(running, path, tls=None):
    """The head is in; the body comes."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    if tls:
        connection.connect()
        connection.sock = tls.wrap_socket(connection.sock, server_hostname=HOST)
    connection.request("GET", path, headers={"Host": HOST, "Origin": "http://a.example"})
    return connection, connection.getresponse()


def test_ten_chunks_arrive_as_they_are_sent(served):
    running, path = served
    connection, reply = begun(running, f"{path}/ten")
    assert (reply.status, reply.headers["Content-Type"], reply.headers["X-Mine"], reply.headers["X-Fc-Own"]) == (201, "text/event-stream", "yes", None)
    assert reply.headers["Transfer-Encoding"] == "chunked" and reply.headers["X-Fc-Instance-Id"] and reply.headers["X-Fc-Request-Id"]
    assert reply.headers["Access-Control-Allow-Origin"] == "http://a.example"
    for number in range(10):
        assert reply.read1() == b"data: %d\n\n" % number  # the next one is not even written before this
        assert running.call("POST", f"{path}/turn", b"on").body == b"on"
    assert reply.read() == b""
    connection.close()
    entry = [one for one in running.requests() if one["path"].endswith("/ten")][-1]
    assert (entry["status"], entry["outcome"]) == (201, "delivered") and entry["instance"] == reply.headers["X-Fc-Instance-Id"]


def test_chunks_arrive_over_tls_as_they_are_sent(served):
    running, path = served
    connection, reply = begun(running, f"{path}/ten", running.ca())
    for number in range(10):
        assert reply.read1() == b"data: %d\n\n" % number
        running.call("POST", f"{path}/turn", b"on")
    assert reply.read() == b""
    connection.close()


def test_an_answer_that_ends_with_its_connection_is_streamed_too(served):
    running, path = served
    connection, reply = begun(running, f"{path}/until")
    assert reply.read1() == b"a"
    running.call("POST", f"{path}/turn", b"on")
    assert reply.read() == b"b"
    connection.close()


def test_an_answer_that_is_whole_at_once_has_a_length(served):
    running, path = served
    reply = running.call("GET", f"{path}/whole")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"onetwo", "6")
    assert reply.headers["X-Fc-Invocation-Duration"]


def test_a_function_that_ends_in_the_middle_cuts_its_answer(served):
    running, path = served
    connection, reply = begun(running, f"{path}/breaks")
    assert reply.read1() == b"some"
    running.call("POST", f"{path}/turn", b"on")
    with pytest.raises(http.client.IncompleteRead):
        reply.read()
    connection.close()
    assert [one for one in running.requests() if one["path"].endswith("/breaks")][-1]["outcome"] == "cut"
    assert running.call("GET", f"{path}/whole").status == 200


def test_a_large_stream_arrives_whole_at_its_readers_pace(served):
    running, path = served
    connection, reply = begun(running, f"{path}/large")
    digest, want = hashlib.sha256(), hashlib.sha256()
    for number in range(512):
        want.update(bytes([number % 251]) * 65536)
    while part := reply.read1(65536):
        digest.update(part)
    assert digest.digest() == want.digest()
    connection.close()


def test_a_client_that_leaves_ends_the_run(served):
    running, path = served
    connection, reply = begun(running, f"{path}/endless")
    assert reply.read1(1000)
    instance = reply.headers["X-Fc-Instance-Id"]
    connection.sock.close()
    reply.close()
    # The instance is replaced, so that nothing of the run goes on.
    while running.call("GET", f"{path}/whole").headers["X-Fc-Instance-Id"] == instance:
        pass
    entry = [one for one in running.requests() if one["path"].endswith("/endless")][-1]
    assert (entry["status"], entry["code"]) == (499, "ClientClosedRequest")


def test_a_rule_that_shapes_the_body_gets_it_whole(daemon):
    rules = "version: 1\nrules: [{id: half, match: {path: '*/whole*'}, do: {truncate: {after: 3B}}}, {id: named, match: {path: '*/ten'}, do: {headers: {set: {X-Rule: 'yes'}}}}]\n"
    functions = Functions(daemon(rules=rules))
    name = functions.create("custom", {"bootstrap*": SERVER}, instanceConcurrency=20, timeout=60, memorySize=512)
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    with pytest.raises(http.client.IncompleteRead) as seen:
        functions.running.call("GET", f"{path}/whole")
    assert seen.value.partial == b"one"
    connection, reply = begun(functions.running, f"{path}/ten")
    assert reply.read1() == b"data: 0\n\n" and reply.headers["X-Rule"] == "yes"
    connection.close()


# ---- WebSocket ----


class Socket:
    """A client of RFC 6455 that sends one frame a message."""

    def __init__(self, running, path, tls=None):
        self.sock = socket.create_connection(("127.0.0.1", running.port), timeout=60)
        if tls:
            self.sock = tls.wrap_socket(self.sock, server_hostname=HOST)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.file = self.sock.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = http.client.parse_headers(self.file)
        self.accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()

    def send(self, kind, data):
        mask = os.urandom(4)
        length = bytes([128 | len(data)]) if len(data) < 126 else b"\xfe" + struct.pack(">H", len(data))
        self.sock.sendall(bytes([128 | kind]) + length + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data)))

    def receive(self):
        head = self.file.read(2)
        size = head[1] if head[1] < 126 else struct.unpack(">H", self.file.read(2))[0]
        return head[0] & 15, self.file.read(size)

    def close(self):
        self.file.close()
        self.sock.close()


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_a_websocket_echoes(served, secure):
    running, path = served
    client = Socket(running, f"{path}/socket?a=b", running.ca() if secure else None)
    assert (client.status, client.headers["Upgrade"], client.headers["Connection"]) == (101, "websocket", "Upgrade")
    assert client.headers["Sec-WebSocket-Accept"] == client.accept and client.headers["Content-Length"] is None
    assert client.receive() == (1, b"hello")  # came right behind the head
    for kind, data in ((1, b"one"), (2, bytes(range(256)) * 200), (9, b"ping")):
        client.send(kind, data)
        assert client.receive() == (kind, data)
    client.send(8, b"")
    assert client.file.read() == b""
    client.close()
    entry = [one for one in running.requests() if one["path"].endswith("/socket")][-1]
    assert entry["status"] == 101 and entry["instance"]
    again = Socket(running, f"{path}/socket")  # the instance lives on
    assert again.headers["Sec-WebSocket-Accept"] == again.accept
    again.close()
    assert running.call("GET", f"{path}/whole").headers["X-Fc-Instance-Id"] == entry["instance"]


def test_a_function_may_refuse_another_protocol(served):
    running, path = served
    client = Socket(running, f"{path}/refuses")
    assert client.status == 400 and client.headers["Upgrade"] is None and client.file.read(2) == b"no"
    client.close()
