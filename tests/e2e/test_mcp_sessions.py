"""MCP over server-sent events: a stream names where its messages go, and they go to the instance that has the stream. And what affinities refuse."""

import base64
import concurrent.futures
import http.client
import json

import pytest

from functions import packed
from test_sessions import F, shown
from test_thirteen_codes import code_of

SERVER = """#!/usr/bin/env python3
import http.server, os, queue, uuid, urllib.parse
streams, go = {}, queue.Queue()
class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  def chunk(self, text):
    self.wfile.write(b"%x\\r\\n%s\\r\\n" % (len(text), text.encode()))
  def do_GET(self):
    if self.path == "/none":
      self.send_response(404)
      self.send_header("Content-Length", "0")
      self.end_headers()
      return
    name, mine = uuid.uuid4().hex, queue.Queue()
    streams[name] = mine
    self.send_response(200)
    self.send_header("Content-Type", "text/event-stream")
    self.send_header("Transfer-Encoding", "chunked")
    self.end_headers()
    self.chunk(": hello\\r\\n\\r\\nevent: endp")
    self.chunk("oint\\r\\ndata: /messages/?a=b&%s=" % os.environ["ID_NAME"])
    self.chunk(name + "\\r\\n\\r\\n")
    while (word := mine.get()) != "end":
      self.chunk("data: %s %d\\r\\n\\r\\n" % (word, os.getpid()))
    self.chunk("")
  def do_POST(self):
    word = self.rfile.read(int(self.headers["Content-Length"] or 0)).decode()
    if self.path == "/go":
      go.put(word)
      self.send_response(200)
      self.send_header("Content-Length", "0")
      self.end_headers()
      return
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
    stream = streams.get(query[os.environ["ID_NAME"]][0])
    body = str(os.getpid()).encode()
    if word.startswith("slow"):
      stream.put(word.partition(" ")[2])
      go.get()
    self.send_response(202 if stream else 404)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)
    if stream and not word.startswith("slow"):
      stream.put(word)
  def log_message(self, *args):
    pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


class Stream:
    def __init__(self, running, host, path="/sse"):
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
        self.connection.request("GET", path, headers={"Host": host, "Accept": "text/event-stream"})
        self.reply = self.connection.getresponse()
        assert self.reply.status == 200
        self.instance = self.reply.headers["X-Fc-Instance-Id"]
        self.endpoint = self.data()
        self.id = self.endpoint.rpartition("=")[2]

    def data(self):
        for line in iter(self.reply.readline, b""):
            if line.startswith(b"data: "):
                return line[6:].decode().strip()
        return None


def create(running, name="f", config=None, id_name="session_id", **members):
    body = {
        "functionName": name, "runtime": "custom.debian12", "handler": "x", "timeout": 60, "sessionAffinity": "MCP_SSE", "instanceConcurrency": 20,
        "sessionAffinityConfig": json.dumps({"sessionConcurrencyPerInstance": 1, **(config or {})}), "environmentVariables": {"ID_NAME": id_name},
        "code": {"zipFile": base64.b64encode(packed({"bootstrap*": SERVER})).decode()}, **members}
    assert running.call("POST", F, json.dumps(body)).status == 200
    trigger = {"triggerName": "t", "triggerType": "http", "triggerConfig": json.dumps({"authType": "anonymous", "methods": ["GET", "POST"]})}
    return running.call("POST", f"{F}/{name}/triggers", json.dumps(trigger)).json()["httpTrigger"]["urlInternet"].partition("://")[2]


@pytest.mark.parametrize("id_name", ["session_id", "sessionId"])
def test_messages_go_where_their_stream_is(daemon, id_name):
    running = daemon()
    host = create(running, id_name=id_name)
    streams = [Stream(running, host) for _ in range(3)]
    assert len({stream.instance for stream in streams}) == 3  # one session an instance
    for _ in range(2):
        for stream in streams:
            reply = running.call("POST", stream.endpoint, b"word", host=host)
            assert (reply.status, instance_of(reply)) == (202, stream.instance)
            assert stream.data() == f"word {reply.body.decode()}"
    session = shown(running, streams[0].id)
    assert (session["containerId"], session["sessionStatus"], session["sessionAffinityType"]) == (streams[0].instance, "Active", "MCP_SSE")


def instance_of(reply):
    return reply.headers["X-Fc-Instance-Id"]


def test_sessions_share_an_instance_when_they_may(daemon):
    running = daemon()
    host = create(running, config={"sessionConcurrencyPerInstance": 2})
    first, second, third = (Stream(running, host) for _ in range(3))
    assert first.instance == second.instance != third.instance
    assert instance_of(running.call("POST", third.endpoint, b"x", host=host)) == third.instance
    assert instance_of(running.call("POST", second.endpoint, b"x", host=host)) == first.instance


def test_a_session_ends_with_its_stream(daemon):
    running = daemon()
    host = create(running)
    stream = Stream(running, host)
    assert running.call("POST", stream.endpoint, b"end", host=host).status == 202
    assert stream.data() is None
    while running.call("GET", f"{F}/f/sessions/{stream.id}").status != 404:
        pass
    assert Stream(running, host).instance == stream.instance  # it has room again


@pytest.mark.parametrize("by", ["its stream", "the API"])
def test_a_session_that_ended_is_not_revived_by_a_call_that_it_had(daemon, by):
    running = daemon()
    host = create(running)
    stream = Stream(running, host)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late = pool.submit(running.call, "POST", stream.endpoint, b"slow end" if by == "its stream" else b"slow word", host=host)
        word = stream.data()
        assert (word is None) == (by == "its stream")
        if by == "the API":
            assert running.call("DELETE", f"{F}/f/sessions/{stream.id}").status == 204
        while running.call("GET", f"{F}/f/sessions/{stream.id}").status != 404:
            pass
        released = running.call("POST", "/go", b"", host=host)
        assert (released.status, instance_of(released)) == (200, stream.instance)
        assert late.result().status == 202
    assert running.call("GET", f"{F}/f/sessions/{stream.id}").status == 404


def sessions(running, name="f"):
    return running.call("GET", f"{F}/{name}/sessions").json()["sessions"]


def test_a_message_to_no_stream_begins_no_session(daemon):
    running = daemon()
    host = create(running)
    assert running.call("POST", "/messages/?session_id=never", b"word", host=host).status == 404  # the function's own
    stream = Stream(running, host)
    assert running.call("POST", stream.endpoint, b"end", host=host).status == 202
    assert stream.data() is None
    while sessions(running):
        pass
    assert running.call("POST", stream.endpoint, b"word", host=host).status == 202  # the function still knows it, and that is its own affair
    assert sessions(running) == []


def test_a_session_ends_when_the_client_leaves_its_stream(daemon):
    running = daemon()
    host = create(running)
    stream = Stream(running, host)
    assert [each["sessionId"] for each in sessions(running)] == [stream.id]
    stream.reply.close()
    stream.connection.close()
    while sessions(running):
        pass


@pytest.mark.parametrize("by", ["a stop", "a kill", "a snapshot"])
def test_a_session_does_not_outlive_the_daemon_that_had_its_stream(daemon, tmp_path, by):
    arguments = ["--data", tmp_path / "data"]
    running = daemon(arguments=arguments)
    host = create(running)
    create(running, "own", {"affinityHeaderFieldName": "x-own"}, sessionAffinity="HEADER_FIELD")
    kept = running.call("POST", f"{F}/own/sessions", b"{}").json()["sessionId"]
    stream = Stream(running, host)
    assert [each["sessionId"] for each in sessions(running)] == [stream.id]
    if by == "a snapshot":
        assert running.run("snapshot", "save", tmp_path / "kept").returncode == 0
        arguments = []
    running.stop() if by != "a kill" else running.kill()
    again = daemon(arguments=arguments)
    if by == "a snapshot":
        assert again.run("snapshot", "load", tmp_path / "kept").returncode == 0
    assert sessions(again) == []
    assert again.call("GET", f"{F}/f/sessions/{stream.id}").status == 404
    assert [each["sessionId"] for each in sessions(again, "own")] == [kept]
    assert Stream(again, host).id != stream.id


STREAMABLE = """#!/usr/bin/env python3
import http.server, os, uuid
class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  def do_POST(self):
    self.rfile.read(int(self.headers["Content-Length"] or 0))
    self.send_response(404 if self.headers["Mcp-Session-Id"] == "stale" else 200)
    if not self.headers["Mcp-Session-Id"]:
      self.send_header("Mcp-Session-Id", uuid.uuid4().hex)
    if self.path == "/plain":
      self.send_header("Content-Length", "0")
      self.end_headers()
      return
    self.send_header("Content-Type", "text/event-stream")
    self.send_header("Transfer-Encoding", "chunked")
    self.end_headers()
    self.wfile.write(b"9\\r\\ndata: x\\n\\n\\r\\n0\\r\\n\\r\\n")
  def log_message(self, *args):
    pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


@pytest.mark.parametrize("path", ["/plain", "/streamed"])
@pytest.mark.parametrize("affinity, given, asked", [("MCP_STREAMABLE", "Mcp-Session-Id", "Mcp-Session-Id"), ("GENERATED_COOKIE", "Set-Cookie", "Cookie")])
def test_a_session_is_given_with_the_head_of_an_answer_and_counts(daemon, path, affinity, given, asked):
    running = daemon()
    host = create(running, code={"zipFile": base64.b64encode(packed({"bootstrap*": STREAMABLE})).decode()}, sessionAffinity=affinity)
    first, second = (running.call("POST", path, b"", host=host) for _ in range(2))
    assert instance_of(first) != instance_of(second)  # one session an instance
    assert {each["containerId"] for each in sessions(running)} == {instance_of(first), instance_of(second)}
    for each in (first, second, first):
        again = running.call("POST", path, b"", {asked: each.headers[given].partition(";")[0]}, host=host)
        assert (again.status, instance_of(again)) == (200, instance_of(each))
    assert len(sessions(running)) == 2


def test_an_id_that_the_function_refuses_begins_no_session(daemon):
    running = daemon()
    host = create(running, code={"zipFile": base64.b64encode(packed({"bootstrap*": STREAMABLE})).decode()}, sessionAffinity="MCP_STREAMABLE")
    first = running.call("POST", "/plain", b"", {"Mcp-Session-Id": "stale"}, host=host)
    assert first.status == 404 and sessions(running) == []
    assert instance_of(running.call("POST", "/plain", b"", host=host)) == instance_of(first)  # it has room again


def test_the_path_of_streams_is_configured(daemon):
    running = daemon()
    host = create(running, config={"sseEndpointPath": "/mine"})
    assert Stream(running, host, "/mine").instance != Stream(running, host, "/mine").instance
    bound = {each["sessionId"] for each in running.call("GET", f"{F}/f/sessions").json()["sessions"]}
    other = Stream(running, host, "/sse")  # not one of them
    assert other.id not in bound and {each["sessionId"] for each in running.call("GET", f"{F}/f/sessions").json()["sessions"]} == bound


def test_an_answer_that_is_no_stream_leaves_no_session(daemon):
    running = daemon()
    host = create(running, config={"sseEndpointPath": "/none"})
    assert running.call("GET", "/none", host=host).status == 404
    assert running.call("GET", f"{F}/f/sessions").json()["sessions"] == []
    assert running.call("GET", "/none", host=host).status == 404
    assert len(running.call("GET", f"{F}/f/instances").json()["instances"]) == 1


REFUSED = {
    "no header": ("HEADER_FIELD", {}, "AffinityHeaderFieldName is required but not provided"),
    "a header that is none": ("HEADER_FIELD", {"affinityHeaderFieldName": "a b"}, "AffinityHeaderFieldName is set to an invalid value (allowed: the name of a header, actual: 'a b')"),
    "no sessions": ("GENERATED_COOKIE", {"sessionConcurrencyPerInstance": 0}, "SessionConcurrencyPerInstance is set to an invalid value (allowed: an integer from 1, actual: '0')"),
    "a time that is no number": ("GENERATED_COOKIE", {"sessionTTLInSeconds": "1h"}, "SessionTTLInSeconds is set to an invalid value (allowed: an integer from 1, actual: '1h')"),
    "half a second": ("MCP_STREAMABLE", {"sessionIdleTimeoutInSeconds": 0.5}, "SessionIdleTimeoutInSeconds is set to an invalid value"),
    "a flag": ("HEADER_FIELD", {"affinityHeaderFieldName": "X", "disableSessionIdReuse": 1}, "DisableSessionIdReuse is set to an invalid value (allowed: true | false, actual: '1')"),
    "a path": ("MCP_SSE", {"sseEndpointPath": "sse"}, "SseEndpointPath is set to an invalid value (allowed: a path from /, actual: 'sse')"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_an_affinity_refuses(packs, what):
    kind, config, text = REFUSED[what]
    body = {
        "functionName": "g", "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": base64.b64encode(packed({"index.py": ""})).decode()},
        "sessionAffinity": kind, "sessionAffinityConfig": json.dumps(config)}
    reply = packs.call("POST", F, json.dumps(body))
    assert code_of(reply) == (400, "InvalidArgument") and text in reply.json()["Message"], reply.body
    body["sessionAffinity"] = "NONE"  # nothing is asked of what has no effect
    assert packs.call("POST", F, json.dumps(body)).status == 200
    reply = packs.call("PUT", f"{F}/g", json.dumps({"sessionAffinity": kind}))
    assert code_of(reply) == (400, "InvalidArgument")
    assert packs.call("DELETE", f"{F}/g").status == 204
