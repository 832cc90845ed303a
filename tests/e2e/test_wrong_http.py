"""What is not HTTP: answered once, in the API's form, and journaled; whoever sends it, and however."""

import contextlib
import json
import ssl
import time
import uuid

import pytest

from fcemu import CALL_SECONDS, HOST, Daemon

LINE = f"POST /2016-08-15/services HTTP/1.1\r\nHost: {HOST}\r\n"
CHUNKED = LINE + "Transfer-Encoding: chunked\r\n\r\n"
GOOD = f"GET /2016-08-15/services HTTP/1.1\r\nHost: {HOST}\r\n\r\n"


def length(value):
    return LINE + f"Content-Length: {value}\r\n\r\n"


def headers(count, size):
    return LINE + "".join(f"X-{n}: {'v' * size}\r\n" for n in range(count)) + "\r\n"


# name, bytes, status, code, text of the message
HEADS = [
    ("Content-Length: +5", length("+5"), 400, "InvalidArgument", "Content-Length"),
    ("Content-Length: 0x2", length("0x2"), 400, "InvalidArgument", "Content-Length"),
    ("Content-Length: -2", length("-2"), 400, "InvalidArgument", "Content-Length"),
    ("Content-Length: 2, 2", length("2, 2"), 400, "InvalidArgument", "Content-Length"),
    ("Content-Length:", length(""), 400, "InvalidArgument", "Content-Length"),
    ("Content-Length: 2^64", length(1 << 64), 413, "EntityTooLarge", "larger than any"),
    ("two Content-Lengths", LINE + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400, "InvalidArgument", "Content-Length"),
    ("no version", "GET /\r\n\r\n", 400, "InvalidArgument", "HTTP/1.1"),
    ("version 2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "InvalidArgument", "version"),
    ("a line without a colon", LINE + "no header\r\n\r\n", 400, "InvalidArgument", ""),
    ("a name that is no token", LINE + "X(): 1\r\n\r\n", 400, "InvalidArgument", "token"),
    ("a control byte in a value", LINE + "X: a\x01b\r\n\r\n", 400, "InvalidArgument", "control byte"),
    ("a header of 20 KB", headers(1, 20000), 400, "InvalidArgument", "Request headers exceed the maximum allowed length (max: 8192"),
    ("a target of 20 KB", f"GET /{'a' * 20000} HTTP/1.1\r\nHost: {HOST}\r\n\r\n", 400, "InvalidArgument",
     "Path and query exceed the maximum allowed length (max: 4096"),  # how long it is follows where it came whole
    ("a Content-Length in two lines", LINE + "Content-Length: 1\r\n 2\r\n\r\n", 400, "InvalidArgument", "Content-Length"),
]
CHUNKS = [
    ("chunk size 7fffffffffffffff", CHUNKED + "7fffffffffffffff\r\n", 413, "EntityTooLarge", "larger than any"),
    ("chunk size -1", CHUNKED + "-1\r\n", 400, "InvalidArgument", "chunk"),
    ("chunk size zz", CHUNKED + "zz\r\n", 400, "InvalidArgument", "chunk"),
    ("a second chunk without a size", CHUNKED + "1\r\na\r\nzz\r\n", 400, "InvalidArgument", "chunks"),
]
NULS = [
    ("NUL in Content-Length", length("2\x003"), 400, "InvalidArgument", "control byte"),
    ("NUL in Host", "GET / HTTP/1.1\r\nHost: localhost\0.evil.com\r\n\r\n", 400, "InvalidArgument", "control byte"),
    ("NUL in another value", LINE + "X: a\0b\r\n\r\n", 400, "InvalidArgument", "control byte"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("wrong")).start()
    yield running
    running.stop()


def rows(table):
    return [pytest.param(*row[1:], id=row[0], marks=pytest.mark.sound("A6", row[0], f"{row[2]} {row[3]} once, journaled")) for row in table]


def read_to_end(sock):
    data = b""
    try:
        while piece := sock.recv(65536):
            data += piece
    except (ssl.SSLEOFError, ConnectionResetError):
        pass
    return data


def read_one(sock):
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < size:
        body += sock.recv(65536)
    return head


def read_one_of_many(sock):
    """Nothing of what follows it."""
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        data += sock.recv(1)
    size = int(data.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while size:
        size -= len(sock.recv(size))
    return data


def journaled(server, request_id):
    """The answer may be read before the call has ended."""
    until = time.monotonic() + CALL_SECONDS
    while time.monotonic() < until:
        for entry in server.requests():
            if entry["request_id"] == request_id:
                return entry
    raise AssertionError(f"{request_id} is not in the journal")


def check_refused(server, data, status, code, text):
    head, _, body = data.partition(b"\r\n\r\n")
    document = json.loads(body)  # nothing behind it
    assert head.startswith(f"HTTP/1.1 {status} ".encode()), data
    assert data.count(b"HTTP/1.1 ") == 1
    assert document["ErrorCode"] == document["Code"] == code
    assert text in document["ErrorMessage"] and "actual: '0'" not in document["ErrorMessage"]
    entry = journaled(server, document["RequestId"])
    assert f"X-Fc-Request-Id: {document['RequestId']}".encode() in head
    assert (entry["status"], entry["code"]) == (status, code)


@pytest.mark.parametrize("sent, status, code, text", rows(HEADS + CHUNKS + NULS))
def test_refused_on_a_new_connection(server, sent, status, code, text):
    with server.connect() as sock:
        sock.sendall(sent.encode())
        data = read_to_end(sock)
    check_refused(server, data, status, code, text)


BODY = LINE + "Content-Length: 2\r\n\r\n{}"
CHUNKED_BODY = CHUNKED + "2\r\n{}\r\n0\r\n\r\n"
EXPECTING = LINE + "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"


def at_once(sock, text):
    sock.sendall(text.encode())


def in_pieces(sock, text):
    data = text.encode()
    size = max(1, len(data) // 40)
    with contextlib.suppress(OSError):  # it may be refused before all is said
        for at in range(0, len(data), size):
            sock.sendall(data[at : at + size])


POSITIONS = {
    "second": ([GOOD], at_once),
    "second, in pieces": ([GOOD], in_pieces),
    "behind a body": ([BODY], at_once),
    "behind chunks": ([CHUNKED_BODY], at_once),
    "fourth": ([GOOD, CHUNKED_BODY, BODY], in_pieces),
}


@pytest.fixture(scope="module", params=["plain", "TLS"])
def crowd(request, server):
    """Other connections of every kind: between two requests, in the middle of a head, of a body."""
    tls = server.ca() if request.param == "TLS" else None
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(kind(server, tls, GOOD)) for kind in (idle, mid_head, mid_body, idle, mid_head, mid_body, idle)]
        yield tls
        for other in others:
            other.check_served()


@pytest.mark.parametrize("position", list(POSITIONS))
@pytest.mark.parametrize("sent, status, code, text", rows(HEADS + CHUNKS + NULS))
def test_refused_in_every_position_in_a_crowd(server, crowd, position, sent, status, code, text):
    before, say = POSITIONS[position]
    with server.connect(crowd) as sock:
        for good in before:
            sock.sendall(good.encode())
            assert read_one(sock).startswith(b"HTTP/1.1 ")
        say(sock, sent)
        data = read_to_end(sock)
    check_refused(server, data, status, code, text)


@pytest.mark.parametrize("position", list(POSITIONS))
@pytest.mark.sound("A6", "a later request of 8 KB of headers", "passes")
def test_later_headers_up_to_the_limit_pass(server, crowd, position):
    before, say = POSITIONS[position]
    with server.connect(crowd) as sock:
        for good in before:
            sock.sendall(good.encode())
            assert read_one(sock).startswith(b"HTTP/1.1 ")
        say(sock, headers(136, 52).replace("POST", "GET"))
        assert read_one(sock).startswith(b"HTTP/1.1 200")


@pytest.mark.sound("A6", "a bad chunk behind 100 Continue, in a crowd", "400 once, journaled")
def test_a_bad_chunk_behind_continue(server, crowd):
    with server.connect(crowd) as sock:
        sock.sendall(EXPECTING.encode())
        data = b""
        while b"\r\n\r\n" not in data:
            data += sock.recv(4096)
        assert data == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"zz\r\n")
        check_refused(server, read_to_end(sock), 400, "InvalidArgument", "chunk")


@pytest.mark.parametrize("count", [2, 5])
@pytest.mark.sound("A6", "good requests and a wrong one in one piece", "each answered, then 400 once, journaled")
def test_a_wrong_one_behind_a_pipeline(server, crowd, count):
    with server.connect(crowd) as sock:
        sock.sendall((GOOD * count + HEADS[0][1]).encode())
        for _ in range(count):
            assert read_one_of_many(sock).startswith(b"HTTP/1.1 200")
        check_refused(server, read_to_end(sock), *HEADS[0][2:])


@pytest.mark.parametrize("sent, status, code, text", rows(HEADS + CHUNKS[1:]))
def test_refused_within_tls(server, sent, status, code, text):
    context = server.ca()
    with context.wrap_socket(server.connect(), server_hostname=HOST, suppress_ragged_eofs=False) as sock:
        sock.sendall(sent.encode())
        data = read_to_end(sock)
    check_refused(server, data, status, code, text)


class Waiting:
    """A client that is heard in the middle of a request, and stays there until it has the rest to say."""

    def __init__(self, server, begin, rest, tls=None, before=None):
        self.sock = server.connect(tls)
        self.rest = rest
        if before or not tls:  # else the first head is waited for elsewhere
            self.served(before or GOOD)
        self.sock.sendall(begin.encode())

    def served(self, text):
        self.sock.sendall(text.encode())
        assert read_one(self.sock).startswith(b"HTTP/1.1 200")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.sock.close()

    def check_served(self):
        self.served(self.rest)


def idle(server, tls=None, before=None):
    return Waiting(server, "", GOOD, tls, before)


def mid_head(server, tls=None, before=None):
    return Waiting(server, GOOD[:-2] + "X-A: 1\r\nX-B", ": 2\r\n\r\n", tls, before)


def mid_body(server, tls=None, before=None):
    body = json.dumps({"serviceName": f"s-{uuid.uuid4().hex}"})
    return Waiting(server, f"{CHUNKED}{len(body):x}\r\n{body[:9]}", f"{body[9:]}\r\n0\r\n\r\n", tls, before)


@pytest.mark.sound("A6", "a second chunk without a size", "400 to the wrong one alone")
@pytest.mark.parametrize("tls, sent", [(False, CHUNKS[3][1]), (True, CHUNKS[3][1]), (True, HEADS[9][1])])
def test_who_sends_good_chunks_gets_no_answer_of_another(server, tls, sent):
    context = server.ca() if tls else None
    with mid_body(server, context) as other, contextlib.closing(server.connect(context)) as sock:
        sock.sendall(sent.encode())
        assert read_one(sock).startswith(b"HTTP/1.1 400 ")
        other.check_served()


@pytest.mark.parametrize("sent, status, code, text", rows(HEADS + CHUNKS[1:]))
def test_refused_within_tls_beside_one_in_mid_head(server, sent, status, code, text):
    context = server.ca()
    with mid_head(server, context) as other:
        with context.wrap_socket(server.connect(), server_hostname=HOST, suppress_ragged_eofs=False) as sock:
            sock.sendall(sent.encode())
            check_refused(server, read_to_end(sock), status, code, text)
        other.check_served()


@pytest.mark.sound("A6", "136 headers of 8 KB", "passes")
@pytest.mark.parametrize("tls", [False, True])
def test_headers_up_to_the_documented_limit_pass(server, tls):
    sock = server.connect()
    if tls:
        sock = server.ca().wrap_socket(sock, server_hostname=HOST)
    with sock:
        sock.sendall(headers(136, 52).replace("POST", "GET").encode())
        assert read_one(sock).startswith(b"HTTP/1.1 200")


@pytest.mark.sound("A6", "headers of 9 KB", "400 InvalidArgument, the documented text")
def test_headers_beyond_the_documented_limit(server):
    reply = server.call("GET", "/2016-08-15/services", headers={"X": "v" * 9000})
    assert (reply.status, reply.json()["ErrorCode"]) == (400, "InvalidArgument")
    assert "Request headers exceed the maximum allowed length (max: 8192, actual: '" in reply.json()["ErrorMessage"]
