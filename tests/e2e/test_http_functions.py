"""HTTP triggers of functions with code: the form each generation and runtime gets, and what comes back."""

import base64
import json
import re

import pytest

from fcemu import Daemon
from functions import Functions
from test_async import configure, ended
from test_control_plane import zipped

WSGI = """
import json
def handler(environ, start_response):
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0)).decode()
    if body == "raise":
        raise ValueError("no")
    start_response("201 Made", [("X-Mine", "yes"), ("Content-Type", "text/plain"), ("X-Fc-Own", "no"), ("Server", "no")])
    shown = {name: environ[name] for name in ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "HTTP_X_ASKED", "fc.request_uri")}
    return [json.dumps({**shown, "body": body}).encode()]
"""
NODE = """
exports.handler = (req, resp, context) => {
  const parts = [];
  req.on('data', (part) => parts.push(part));
  req.on('end', () => {
    resp.setStatusCode(202);
    resp.setHeader('X-Mine', 'yes');
    resp.send(JSON.stringify({method: req.method, path: req.path, url: req.url, queries: req.queries, asked: req.headers['x-asked'],
                              body: Buffer.concat(parts).toString()}));
  });
};
"""


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("http")).start()
    yield Functions(running)
    running.stop()


def test_python_of_the_older_generations_gets_wsgi(functions):
    name = functions.create("python3", {"index.py": WSGI})
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    reply = functions.running.call("POST", f"{path}/a/b?c=d", b"hello", {"X-Asked": "1", "X-Fc-Log-Type": "Tail"})
    assert (reply.status, reply.headers["X-Mine"], reply.headers["Content-Type"]) == (201, "yes", "text/plain")
    assert reply.headers["X-Fc-Own"] is None and reply.headers["Server"] is None
    assert reply.headers["X-Fc-Instance-Id"] and reply.headers["X-Fc-Log-Result"]
    assert reply.json() == {"REQUEST_METHOD": "POST", "PATH_INFO": "/a/b", "QUERY_STRING": "c=d", "HTTP_X_ASKED": "1",
                            "fc.request_uri": f"{path}/a/b?c=d", "body": "hello"}
    failed = functions.running.call("POST", path, b"raise", {"X-Asked": "1"})
    assert (failed.status, failed.headers["X-Fc-Error-Type"], failed.json()["errorType"]) == (502, "UnhandledInvocationError", "ValueError")


WSGI_WAYS = """
import sys
def handler(environ, start_response):
    way = environ["PATH_INFO"]
    if way == "/late":
        try:
            raise KeyError("no")
        except KeyError:
            start_response("200 OK", [("X-First", "1")])
            start_response("500 Sorry", [("X-Second", "1")], sys.exc_info())
        return [b"sorry"]
    write = start_response("200 OK", [])
    if way == "/write":
        write(b"written, ")
        return [bytearray(b"returned")]
    if way == "/bytes":
        return b"bytes"
    return [environ["PATH_INFO"].encode("latin-1")]
"""


def test_wsgi_is_taken_in_every_form_it_has(functions):
    name = functions.create("python3", {"index.py": WSGI_WAYS})
    functions.trigger(name)
    ask = lambda way: functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}{way}")
    assert ask("/write").body == b"written, returned"
    assert ask("/bytes").body == b"bytes"
    assert ask("/a%20b/%E4%B8%AD").body.decode() == "/a b/中"  # decoded, a character a byte
    late = ask("/late")  # nothing had been sent, so the head of the error counts
    assert (late.status, late.body, late.headers["X-First"], late.headers["X-Second"]) == (500, b"sorry", None, "1")


NODE_WAYS = """
exports.handler = (req, resp) => {
  if (req.path === '/throw') { resp.send('sent'); throw new Error('behind it'); }
  if (req.path === '/reject') { resp.send('sent'); return Promise.reject(new Error('behind it')); }
  if (req.path === '/stream') return resp.send(require('fs').createReadStream('/no/such/file'));
  resp.setStatusCode(req.path === '/text' ? 'abc' : 99);
  resp.send('sent');
};
"""


def test_what_comes_behind_resp_send_changes_nothing(functions):
    name = functions.create("nodejs16", {"index.js": NODE_WAYS})
    functions.trigger(name)
    ask = lambda way: functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}{way}")
    for way in ("/throw", "/reject"):
        reply = ask(way)
        assert (reply.status, reply.body, reply.headers["X-Fc-Error-Type"]) == (200, b"sent", None)
    broken = ask("/stream")
    assert (broken.status, broken.json()["errorMessage"][:6]) == (502, "ENOENT")


@pytest.mark.parametrize("way", ["/text", "/99"])
def test_a_status_that_is_none_is_told(functions, way):
    name = functions.create("nodejs16", {"index.js": NODE_WAYS})
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}{way}")
    assert (reply.status, reply.headers["X-Fc-Error-Type"]) == (502, "UnhandledInvocationError")
    assert reply.json() == {"errorMessage": "The status of an HTTP answer is a number from 200 to 599"}


def test_node_of_the_older_generations_gets_request_and_response(functions):
    name = functions.create("nodejs14", {"index.js": NODE})
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    reply = functions.running.call("POST", f"{path}/a?b=1&b=2&c=3", b"hello", {"X-Asked": "1"})
    assert (reply.status, reply.headers["X-Mine"]) == (202, "yes")
    assert reply.json() == {"method": "POST", "path": "/a", "url": f"{path}/a?b=1&b=2&c=3", "queries": {"b": ["1", "2"], "c": "3"},
                            "asked": "1", "body": "hello"}


def test_a_browser_of_another_origin_is_answered(functions):
    name = functions.create("nodejs14", {"index.js": NODE})
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/", headers={"Origin": "http://a.example"})
    assert (reply.headers["Access-Control-Allow-Origin"], reply.headers["Access-Control-Allow-Credentials"]) == ("http://a.example", "true")
    assert reply.headers["Content-Disposition"] == "attachment"


def test_a_trigger_of_a_version_runs_that_version(functions):
    running, name = functions.running, functions.create("python3", {"index.py": WSGI.replace("201 Made", "207 Old")})
    version = running.call("POST", "/2016-08-15/services/demo/versions", "{}").json()["versionId"]
    functions.update(name, files={"index.py": WSGI})
    body = {"triggerName": "v", "triggerType": "http", "qualifier": version, "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}}
    assert running.call("POST", f"/2016-08-15/services/demo/functions/{name}/triggers", json.dumps(body)).status == 200
    reply = running.call("GET", f"/2016-08-15/proxy/demo/{name}/", headers={"X-Asked": "1"})
    assert (reply.status, reply.headers["X-Fc-Invocation-Service-Version"]) == (207, version)


EVENT = """
import json
def handler(event, context):
    event = json.loads(event)
    if event["rawPath"] == "/plain":
        return "just text"
    if event["rawPath"] in ("/go", "/apk"):
        headers = {"Location": "http://a.example/", "Content-Type": "application/vnd.android.package-archive" if event["rawPath"] == "/apk" else "text/plain"}
        return {"statusCode": 302 if event["rawPath"] == "/go" else 200, "headers": headers, "body": "x"}
    return {"statusCode": 203, "headers": {"X-Mine": "yes"}, "isBase64Encoded": False, "body": json.dumps(event)}
"""


ID_OF_2023 = r"1-[0-9a-f]{8}-15[0-9a-f]{6}-[0-9a-f]{12}"


def modern(running):
    """A function of 2023-03-30; the host of its trigger."""
    body = {"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": zipped({"index.py": EVENT.encode()})}}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": json.dumps({"authType": "anonymous", "methods": ["GET", "POST"]})}
    made = running.call("POST", "/2023-03-30/functions/f/triggers", json.dumps(trigger))
    assert made.status == 200, made.body
    return made.json()["httpTrigger"]["urlInternet"].split("//")[1].split("/")[0].split(":")[0]


def test_functions_of_2023_get_an_event(daemon):
    running = daemon()
    host = modern(running)
    reply = running.call("POST", "/a%20b?c=d&c=e", b"hello", {"x-asked": "1", "Content-Type": "text/plain"}, host=host)
    assert (reply.status, reply.headers["X-Mine"]) == (203, "yes")
    event = reply.json()
    assert (event["version"], event["rawPath"], event["queryParameters"], event["body"]) == ("v1", "/a%20b", {"c": "d,e"}, "hello")
    assert event["isBase64Encoded"] is False and event["headers"]["X-Asked"] == "1"
    context = event["requestContext"]
    assert context["http"]["method"] == "POST" and context["http"]["path"] == "/a b" and context["domainName"] == host
    assert context["requestId"] == reply.headers["X-Fc-Request-Id"] and isinstance(context["timeEpoch"], str)
    assert re.fullmatch(ID_OF_2023, context["requestId"])
    assert context["triggerId"] == running.call("GET", "/2023-03-30/functions/f/triggers/http").json()["triggerId"]
    forged = running.call("POST", "/", b"", {"X-Fc-Security-Token": "forged", "Keep-Alive": "forged"}, host=host).json()["headers"]
    assert "forged" not in forged.values(), forged
    binary = running.call("POST", "/", b"\xff\x00", {"Content-Type": "application/octet-stream"}, host=host).json()
    assert (binary["isBase64Encoded"], binary["body"]) == (True, "/wA=")
    plain = running.call("GET", "/plain", host=host)
    assert (plain.status, plain.headers["Content-Type"], plain.body) == (200, "application/json", b"just text")


def test_a_domain_in_front_of_a_function_of_2023_speaks_as_that(daemon):
    running = daemon()
    modern(running)
    body = {"domainName": "www.example.com", "protocol": "HTTP",
            "routeConfig": {"routes": [{"path": "/a/*", "functionName": "f", "methods": ["GET", "DELETE"]}]}}
    assert running.call("POST", "/2023-03-30/custom-domains", json.dumps(body)).status == 200
    answered = running.call("GET", "/a/", headers={"X-Fc-Trace-Id": "mine"}, host="www.example.com")
    assert answered.status == 203 and re.fullmatch(ID_OF_2023, answered.headers["X-Fc-Request-Id"])
    refused = running.call("DELETE", "/a/", host="www.example.com")  # which the trigger does not allow
    assert (refused.status, refused.headers["X-Fc-Error-Type"]) == (403, "FcCommonError")
    assert set(refused.json()) == {"Code", "Message", "RequestId"} and re.fullmatch(ID_OF_2023, refused.json()["RequestId"])


FORGED = {"X-Fc-Own": "forged", "X-Fc-Security-Token": "forged", "Keep-Alive": "forged", "X-Asked": "1"}
SHOW_ENVIRON = """
import json
def handler(environ, start_response):
    start_response("200 OK", [])
    return [json.dumps({name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}).encode()]
"""
SHOW_HEADERS = '''#!/usr/bin/python3
import http.server, json, os

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(self.headers)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

http.server.HTTPServer(("127.0.0.1", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
'''


@pytest.mark.parametrize("runtime,files", [("python3", {"index.py": SHOW_ENVIRON}), ("custom", {"bootstrap*": SHOW_HEADERS})])
def test_headers_of_the_service_are_not_taken_from_clients(functions, runtime, files):
    name = functions.create(runtime, files)
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/", headers=FORGED)
    shown = {header.lower(): value for header, value in reply.json().items()}
    assert reply.status == 200 and shown["x-asked"] == "1"
    assert "x-fc-own" not in shown and "forged" not in shown.values(), shown


TOLD = [
    "access-key-id", "access-key-secret", "account-id", "api-server-ip", "base-path", "client-ip", "control-path", "eagleeye-rpcid",
    "eagleeye-traceid", "eagleeye-userdata", "function-handler", "function-memory", "function-name", "function-timeout", "qualifier", "region",
    "request-id", "retry-count", "security-token", "service-logproject", "service-logstore", "service-name", "trace-id",
    "tracing-jaeger-endpoint", "tracing-opentracing-span-baggages", "tracing-opentracing-span-context", "version-id"]


def test_a_custom_runtime_is_told_all_that_the_service_tells(functions):
    name = functions.create("custom", {"bootstrap*": SHOW_HEADERS})
    functions.trigger(name)
    ask = {"X-Fc-Tracing-Opentracing-Span-Context": "span", "X-Fc-Tracing-Opentracing-Span-Context-Baggage-K": "v", "X-Fc-Trace-Id": "mine"}
    for headers in (ask, {}):
        reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/", headers=headers)
        told = {header.lower().removeprefix("x-fc-"): value for header, value in reply.json().items()}
        assert [each for each in TOLD if each not in told] == []
        assert (told["tracing-opentracing-span-context"], told["trace-id"]) == (("span", "mine") if headers else ("", ""))
        baggage = base64.b64decode(told["tracing-opentracing-span-baggages"])
        assert {key.lower(): value for key, value in json.loads(baggage or "{}").items()} == ({"k": "v"} if headers else {})


# ---- asynchronous requests ----

ASYNC = {"X-Fc-Invocation-Type": "Async", "X-Asked": "1"}


def test_a_request_runs_asynchronously_as_a_whole(functions):
    """The function keeps what it got in its answer, which the record of the call shows."""
    name = functions.create("python3", {"index.py": WSGI})
    functions.trigger(name)
    configure(functions, name)
    path = f"/2016-08-15/proxy/demo/{name}"
    reply = functions.running.call("POST", f"{path}/a/b?c=d", b"hello", {**ASYNC, "X-Fc-Stateful-Async-Invocation-Id": "mine"})
    assert (reply.status, reply.body, reply.headers["X-Fc-Stateful-Async-Invocation-Id"]) == (202, b"", "mine")
    assert reply.headers["X-Fc-Request-Id"] and reply.headers["X-Fc-Instance-Id"] is None
    record = ended(functions.running, name, "mine")
    assert (record["status"], record["invocationPayload"], record["requestId"]) == ("Succeeded", "hello", reply.headers["X-Fc-Request-Id"])
    assert json.loads(record["returnPayload"]) == {"REQUEST_METHOD": "POST", "PATH_INFO": "/a/b", "QUERY_STRING": "c=d", "HTTP_X_ASKED": "1",
                                                   "fc.request_uri": f"{path}/a/b?c=d", "body": "hello"}
    failed = functions.running.call("POST", path, b"raise", {**ASYNC, "X-Fc-Stateful-Async-Invocation-Id": "bad"})
    assert failed.status == 202
    assert ended(functions.running, name, "bad", advance="1h")["alreadyRetriedTimes"] == 3


def test_an_asynchronous_request_of_2023_queues_the_event(daemon):
    running = daemon()
    host = modern(running)
    config = json.dumps({"asyncTask": True})
    assert running.call("PUT", "/2023-03-30/functions/f/async-invoke-config", config).status == 200
    reply = running.call("POST", "/a?c=d", b"hello", {**ASYNC, "X-Fc-Async-Task-Id": "mine"}, host=host)
    assert (reply.status, reply.headers["X-Fc-Async-Task-Id"]) == (202, "mine")
    while (task := running.call("GET", "/2023-03-30/functions/f/async-tasks/mine").json())["status"] not in ("Succeeded", "Failed"):
        pass
    event = json.loads(task["taskPayload"])
    assert (task["status"], event["rawPath"], event["requestContext"]["http"]["method"]) == ("Succeeded", "/a", "POST")


def test_an_asynchronous_request_may_hold_128_kib(functions):
    name = functions.create("python3", {"index.py": WSGI})
    functions.trigger(name)
    path = f"/2016-08-15/proxy/demo/{name}"
    assert functions.running.call("POST", path, b"x" * (128 << 10), ASYNC).status == 202
    refused = functions.running.call("POST", path, b"x" * ((128 << 10) + 1), ASYNC)
    assert (refused.status, refused.headers["X-Fc-Error-Type"], refused.json()["ErrorCode"]) == (400, "FcCommonError", "InvalidArgument")
    assert functions.running.call("POST", path, b"x" * ((128 << 10) + 1), {"X-Asked": "1"}).status == 201


def test_a_default_domain_carries_neither_redirects_nor_apks(daemon):
    running = daemon()
    host = modern(running)
    domain = {"domainName": "own.example.com", "protocol": "HTTP", "routeConfig": {"routes": [{"path": "/*", "functionName": "f"}]}}
    assert running.call("POST", "/2023-03-30/custom-domains", json.dumps(domain)).status == 200
    for path, status, code in (("/go", 302, "ExternalRedirectForbidden"), ("/apk", 200, "ApkDownloadForbidden")):
        refused = running.call("GET", path, host=host)
        assert (refused.status, refused.json()["Code"], refused.headers["X-Fc-Error-Type"], refused.headers["Location"]) == (400, code, "FCCommonError", None)
        assert running.call("GET", path, host="own.example.com").status == status


def test_a_redirect_that_is_streamed_is_refused_too(daemon):
    from test_streams import SERVER

    running = daemon()
    server = SERVER.replace("self.send_response(201)", "self.send_response(307)")
    body = {"functionName": "f", "runtime": "custom.debian10", "handler": "x", "instanceConcurrency": 5, "code": {"zipFile": zipped({"bootstrap": server.encode()})},
            "customRuntimeConfig": {"command": ["/usr/bin/python3", "bootstrap"]}}
    made = running.call("POST", "/2023-03-30/functions", json.dumps(body))
    assert made.status == 200, made.body
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": json.dumps({"authType": "anonymous", "methods": ["GET", "POST"]})}
    host = running.call("POST", "/2023-03-30/functions/f/triggers", json.dumps(trigger)).json()["httpTrigger"]["urlInternet"].split("//")[1]
    refused = running.call("GET", "/large", host=host)
    assert (refused.status, refused.json()["Code"]) == (400, "ExternalRedirectForbidden")
    assert running.call("GET", "/whole", host=host).body == b"onetwo"
