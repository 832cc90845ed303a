"""Health checks of custom runtimes by URL: what a start waits for, and what ends an instance."""

import json

import pytest

from functions import Functions
from test_async import Reports
from test_instances import MODES
from test_thirteen_codes import code_of

# Tells of each question; says what the last line of its orders says. Well after so many questions.
SERVER = """#!/usr/bin/env python3
import http.server, os, socket, time
asked = []
def tell(word):
    sock = socket.create_connection(("127.0.0.1", int(os.environ["REPORT"])))
    sock.sendall(word.encode() + b"\\n")
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        asked.append(self.path)
        well = len(asked) >= int(os.environ["WELL_FROM"]) and len(asked) < int(os.environ.get("ILL_FROM", "1000000"))
        tell("%s %d %s" % (self.path, len(asked), "well" if well else "ill"))
        self.answer(204 if well else 503, b"")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        tell("call")
        self.answer(200, b"%d" % os.getpid())
    def answer(self, status, body):
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""
CHECK = {"httpGetUrl": "/healthz", "periodSeconds": 1, "timeoutSeconds": 3}


@pytest.fixture
def reports():
    with Reports() as made:
        yield made


def create(functions, reports, check, **environment):
    variables = {"REPORT": str(reports.port), **{name: str(value) for name, value in environment.items()}}
    return functions.create("custom", {"bootstrap*": SERVER}, customHealthCheckConfig=check, environmentVariables=variables, timeout=30)


@pytest.mark.parametrize("mode", MODES)
def test_a_start_waits_until_it_is_well(daemon, reports, mode):
    functions = Functions(daemon(config=f"invoke: {{isolation: {mode}}}\n"))
    name = create(functions, reports, {**CHECK, "successThreshold": 2}, WELL_FROM=2)
    assert functions.call(name).status == 200
    reports.wait_for(lambda lines: "call" in lines)
    lines = reports.lines[: reports.lines.index("call") + 1]
    assert lines == ["/healthz 1 ill", "/healthz 2 well", "/healthz 3 well", "call"]


def test_without_a_url_that_it_listens_is_enough(daemon, reports):
    functions = Functions(daemon())
    name = create(functions, reports, {"periodSeconds": 1}, WELL_FROM=1)
    assert functions.call(name).status == 200
    reports.wait_for(lambda lines: lines == ["call"])


def test_one_that_never_is_well_is_not_started(daemon, reports):
    functions = Functions(daemon(config="limits: {running.custom_start: 2}\n"))
    name = create(functions, reports, {**CHECK, "httpGetUrl": "http://127.0.0.1:9000/well?deep=1"}, WELL_FROM=1000)
    while not reports.lines:  # a busy machine may not get as far as the first check
        assert code_of(functions.call(name)) == (412, "FunctionNotStarted")
    assert reports.lines[0] == "/well?deep=1 1 ill" and "call" not in reports.lines


def test_one_that_is_ill_later_takes_no_more_calls(daemon, reports):
    functions = Functions(daemon())
    name = create(functions, reports, {**CHECK, "failureThreshold": 2}, WELL_FROM=1, ILL_FROM=2)
    first = functions.call(name)
    while functions.running.call("GET", f"/2016-08-15/services/demo/functions/{name}/instances").json()["instances"]:
        pass
    assert "instance unhealthy" in functions.running.log()
    second = functions.call(name)
    assert second.status == 200 and second.headers["X-Fc-Instance-Id"] != first.headers["X-Fc-Instance-Id"]


def test_2023_says_it_elsewhere(daemon, reports):
    import base64

    from functions import packed

    running = daemon()
    body = {
        "functionName": "f", "runtime": "custom.debian12", "handler": "x", "timeout": 30,
        "code": {"zipFile": base64.b64encode(packed({"bootstrap*": SERVER})).decode()},
        "customRuntimeConfig": {"healthCheckConfig": CHECK}, "environmentVariables": {"REPORT": str(reports.port), "WELL_FROM": "1"}}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    assert running.call("POST", "/2023-03-30/functions/f/invocations").status == 200
    reports.wait_for(lambda lines: "call" in lines)
    assert reports.lines[:2] == ["/healthz 1 well", "call"]
