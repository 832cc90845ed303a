"""Sessions of 2023-03-30: whose calls go to one instance, by a header, a cookie or an id of the function's own; opened, paused, resumed, ended."""

import base64
import json

import pytest

from functions import packed
from test_thirteen_codes import code_of

F = "/2023-03-30/functions"
CODE = "import os\ndef handler(event, context):\n  return str(os.getpid())\n"
HEADER = ("HEADER_FIELD", {"affinityHeaderFieldName": "X-Who", "sessionConcurrencyPerInstance": 1})


def create(running, affinity=HEADER, **members):
    kind, config = affinity
    body = {
        "functionName": "f", "runtime": "python3.10", "handler": "index.handler", "timeout": 30,
        "code": {"zipFile": base64.b64encode(packed({"index.py": CODE})).decode()},
        "sessionAffinity": kind, "sessionAffinityConfig": json.dumps(config), **members}
    reply = running.call("POST", F, json.dumps(body))
    assert reply.status == 200, reply.body


def call(running, **headers):
    return running.call("POST", f"{F}/f/invocations", headers={name.replace("_", "-"): value for name, value in headers.items()})


def instance(reply):
    assert reply.status == 200, reply.body
    return reply.headers["X-Fc-Instance-Id"]


def shown(running, identifier):
    return running.call("GET", f"{F}/f/sessions/{identifier}").json()


def test_calls_of_a_session_have_one_instance_and_others_another(daemon):
    running = daemon()
    create(running)
    ann = instance(call(running, X_Who="ann"))
    bob = instance(call(running, X_Who="bob"))
    assert ann != bob
    for _ in range(3):
        assert instance(call(running, X_Who="ann")) == ann and instance(call(running, X_Who="bob")) == bob
    session = shown(running, "ann")
    assert (session["containerId"], session["sessionStatus"], session["sessionAffinityType"]) == (ann, "Active", "HEADER_FIELD")
    assert {each["sessionId"] for each in running.call("GET", f"{F}/f/sessions").json()["sessions"]} == {"ann", "bob"}
    assert instance(call(running)) in (ann, bob)  # without one, any will do


def test_sessions_share_an_instance_as_many_as_may(daemon):
    running = daemon()
    create(running, ("HEADER_FIELD", {"affinityHeaderFieldName": "X-Who", "sessionConcurrencyPerInstance": 2}))
    first, second, third = (instance(call(running, X_Who=who)) for who in ("a", "b", "c"))
    assert first == second != third


def test_a_cookie_is_given_and_known_again(daemon):
    running = daemon()
    create(running, ("GENERATED_COOKIE", {"sessionConcurrencyPerInstance": 1}))
    first = call(running)
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    assert cookie.startswith("x-fc-session-id=") and len(cookie) == len("x-fc-session-id=") + 32
    other = call(running)
    assert instance(other) != instance(first) and other.headers["Set-Cookie"].partition(";")[0] != cookie
    again = call(running, Cookie=f"a=b; {cookie}; c=d")
    assert instance(again) == instance(first) and again.headers["Set-Cookie"] is None


def test_a_session_is_opened_paused_resumed_and_ended(daemon):
    running = daemon()
    create(running)
    made = running.call("POST", f"{F}/f/sessions", json.dumps({"sessionId": "ann", "sessionTTLInSeconds": 1000})).json()
    listed = {each["instanceId"] for each in running.call("GET", f"{F}/f/instances").json()["instances"]}
    assert made["containerId"] in listed  # it is there before anybody calls
    assert instance(call(running, X_Who="ann")) == made["containerId"]
    assert shown(running, "ann")["sessionTTLInSeconds"] == 1000
    assert running.call("PUT", f"{F}/f/sessions/ann/pause").json()["sessionStatus"] == "Paused"
    reply = call(running, X_Who="ann")
    assert code_of(reply) == (400, "InvalidArgument") and "session 'ann' is paused" in reply.json()["Message"]
    resumed = running.call("PUT", f"{F}/f/sessions/ann/resume").json()
    assert resumed["sessionStatus"] == "Active"
    assert instance(call(running, X_Who="ann")) == resumed["containerId"]
    assert running.call("DELETE", f"{F}/f/sessions/ann").status == 204
    assert call(running, X_Who="ann").status == 200
    assert shown(running, "ann")["sessionTTLInSeconds"] == 21600  # a new one


@pytest.mark.parametrize("member, seconds", [("sessionTTLInSeconds", 100), ("sessionIdleTimeoutInSeconds", 50)])
def test_a_session_ends_with_its_time_on_the_virtual_clock(daemon, member, seconds):
    running = daemon()
    create(running, ("HEADER_FIELD", {"affinityHeaderFieldName": "X-Who", member: seconds}))
    call(running, X_Who="ann")
    begun = shown(running, "ann")["createdTime"]
    assert running.admin("PUT", "clock", {"advance": f"{seconds - 10}s"}).status == 200
    assert shown(running, "ann")["sessionStatus"] == "Active"
    assert running.admin("PUT", "clock", {"advance": "20s"}).status == 200
    assert running.call("GET", f"{F}/f/sessions/ann").status in (200, 404)
    assert call(running, X_Who="ann").status == 200
    assert shown(running, "ann")["createdTime"] != begun


def test_no_room_for_a_session(daemon):
    running = daemon(config="invoke: {machines: 1}\n")
    create(running)
    assert running.call("POST", f"{F}/f/sessions", json.dumps({"sessionId": "a"})).status == 200
    assert call(running, X_Who="a").status == 200
    gone = running.call("DELETE", f"{F}/f")
    assert gone.status == 204


def test_a_session_of_a_function_that_is_updated_moves(daemon):
    running = daemon()
    create(running)
    first = instance(call(running, X_Who="ann"))
    assert running.call("PUT", f"{F}/f", json.dumps({"timeout": 20})).status == 200
    second = instance(call(running, X_Who="ann"))
    assert first != second == shown(running, "ann")["containerId"]


def test_an_exclusive_session_has_its_instance_alone(daemon):
    running = daemon()
    create(running, ("HEADER_FIELD", {"affinityHeaderFieldName": "X-Who"}), instanceIsolationMode="SESSION_EXCLUSIVE")
    assert instance(call(running, X_Who="ann")) != instance(call(running, X_Who="bob"))


MCP = """#!/usr/bin/env python3
import http.server, os, uuid
class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  def do_POST(self):
    self.rfile.read(int(self.headers["Content-Length"] or 0))
    body = str(os.getpid()).encode()
    self.send_response(200)
    if not self.headers["Mcp-Session-Id"]:
      self.send_header("Mcp-Session-Id", uuid.uuid4().hex)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)
  def log_message(self, *args):
    pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


def test_an_mcp_server_gives_the_id_itself(daemon):
    running = daemon()
    body = {
        "functionName": "f", "runtime": "custom.debian12", "handler": "x", "timeout": 30, "sessionAffinity": "MCP_STREAMABLE",
        "sessionAffinityConfig": json.dumps({"sessionConcurrencyPerInstance": 1}),
        "code": {"zipFile": base64.b64encode(packed({"bootstrap*": MCP})).decode()}}
    assert running.call("POST", F, json.dumps(body)).status == 200
    trigger = {"triggerName": "t", "triggerType": "http", "triggerConfig": json.dumps({"authType": "anonymous", "methods": ["POST"]})}
    reply = running.call("POST", f"{F}/f/triggers", json.dumps(trigger))
    assert reply.status == 200, reply.body
    host = reply.json()["httpTrigger"]["urlInternet"].partition("://")[2]
    first = running.call("POST", "/mcp", b"", host=host)
    assert first.status == 200, first.body
    session = first.headers["Mcp-Session-Id"]
    for _ in range(2):
        again = running.call("POST", "/mcp", b"", {"Mcp-Session-Id": session}, host=host)
        assert instance(again) == instance(first)
    other = running.call("POST", "/mcp", b"", {"Mcp-Session-Id": "another"}, host=host)
    assert instance(other) != instance(first)
