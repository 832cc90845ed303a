"""What functions call: the emulator, with keys of their own; the journal shows whose call led to which."""

import http.server
import inspect
import json
import os
import threading

import pytest

import signing
from fcemu import ACCOUNT, REGION, Daemon
from functions import Functions, log_of

HOST = f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"
KEY, SECRET = "LTAI-owner", "the secret of the owner"
STRICT = f"account: '{ACCOUNT}'\nregion: {REGION}\nauth: {{mode: strict, keys: [{{id: {KEY}, secret: '{SECRET}'}}]}}\n"

# Calls what its event says, by the name of the service, with the keys of its context or of its environment.
CALLER = """
import http.client, json, os
import signing
def handler(event, context):
    asked = json.loads(event)
    key = context.credentials
    key, secret, token = key.access_key_id, key.access_key_secret, key.security_token
    if asked.get("from") == "environment":
        key, secret, token = (os.environ["ALIBABA_CLOUD_" + name] for name in ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN"))
    kind = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}[asked.get("scheme", "http")]
    connection = kind(asked["host"], timeout=30)
    headers = signing.fc("POST", asked["path"], key, secret, {"x-fc-security-token": token}) if asked.get("sign", True) else {}
    connection.request("POST", asked["path"], body=asked.get("body", ""), headers=headers)
    reply = connection.getresponse()
    return json.dumps({"status": reply.status, "body": reply.read().decode(), "id": reply.headers["X-Fc-Request-Id"],
                       "mine": context.request_id, "key": key, "instance": os.environ["FC_INSTANCE_ID"]})
"""


class Owner(Functions):
    """Everything is signed with the owner's key."""

    def __init__(self, running):
        call = running.call

        def signed(method, path, body=None, headers=None, **options):
            if options.get("host", HOST) == HOST:
                headers = signing.fc(method, path, KEY, SECRET, headers)
            return call(method, path, body, headers, **options)

        running.call = signed
        super().__init__(running)

    def ask(self, name, **asked):
        reply = self.call(name, json.dumps({"host": HOST, **asked}))
        assert reply.status == 200 and reply.headers["X-Fc-Error-Type"] is None, (reply.body, log_of(reply))
        return reply.json()


@pytest.fixture
def functions(daemon):
    return Owner(daemon(config=STRICT))


def caller(functions, **members):
    return functions.create("python3", {"index.py": CALLER, "signing.py": inspect.getsource(signing)}, timeout=60, **members)


def invocations(name):
    return f"/2016-08-15/services/demo/functions/{name}/invocations"


@pytest.mark.parametrize("source", ["context", "environment"])
def test_a_function_calls_another_with_its_own_key(functions, source):
    callee = functions.create("python3", {"index.py": "def handler(event, context):\n    return b'called with ' + event\n"})
    name = caller(functions)
    got = functions.ask(name, path=invocations(callee), body="this", **{"from": source})
    assert (got["status"], got["body"]) == (200, "called with this") and got["key"].startswith("STS.")
    entries = {one["request_id"]: one for one in functions.running.requests()}
    inner, outer = entries[got["id"]], entries[got["mine"]]
    assert (inner["caller"], inner["caller_instance"]) == (got["mine"], got["instance"]) and outer["instance"] == got["instance"]
    assert inner["sts"] is True and inner["access_key"] == got["key"] and "caller" not in outer
    assert [one["request_id"] for one in functions.running.requests(f"&caller={got['mine']}")] == [got["id"]]


def test_an_unsigned_call_of_a_function_is_refused_as_anybodys(functions):
    got = functions.ask(caller(functions), path=invocations("f1"), sign=False)
    # As root the daemon gives its functions another user, who is asked for a key before anything else.
    assert (got["status"], "MissingRequiredHeader" in got["body"]) in ((400, True), (403, False))


def test_https_by_name_is_trusted(functions):
    got = functions.ask(caller(functions), path=invocations("nobody"), scheme="https")
    assert got["status"] == 404 and "FunctionNotFound" in got["body"]


def test_keys_expire_on_the_virtual_clock_and_calls_get_fresh_ones(functions):
    name = caller(functions)
    first = functions.ask(name, path=invocations("nobody"), **{"from": "environment"})
    assert first["status"] == 404
    assert functions.running.admin("PUT", "clock", {"advance": "37h"}).status == 200
    # Dates of signatures are held against real time, which is what a client knows.
    fresh = functions.ask(name, path=invocations("nobody"))
    stale = functions.ask(name, path=invocations("nobody"), **{"from": "environment"})
    assert fresh["key"] != first["key"] == stale["key"] and fresh["instance"] == stale["instance"]
    assert (fresh["status"], stale["status"]) == (404, 403), (fresh["body"], stale["body"])


def test_an_endpoint_says_where_the_emulator_is(functions):
    name = functions.create("python3", {"index.py": "import json, os\ndef handler(event, context):\n    return json.dumps(dict(os.environ))\n"})
    seen = functions.call(name).json()
    assert seen["FCEMU_ADDRESS"] == f"127.0.0.1:{functions.running.port}"
    assert seen["FCEMU_ENDPOINT"] == f"http://127.0.0.1:{functions.running.port}/@{REGION}/{ACCOUNT}"
    assert "HTTP_PROXY" not in seen and "http_proxy" not in seen  # names of others go out as they are


NODE = """
const http = require('http');
exports.handler = (event, context, callback) => {
  http.get({host: event.toString(), path: '/2016-08-15/services', port: 80}, (reply) => {
    let text = '';
    reply.on('data', (part) => { text += part; }).on('end', () => callback(null, JSON.stringify({status: reply.statusCode, text})));
  }).on('error', (error) => callback(null, JSON.stringify({code: error.code})));
};
"""


@pytest.fixture(scope="module")
def lenient(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("calls")).start()
    yield Functions(running)
    running.stop()


def test_nodejs_is_led_by_name_too(lenient):
    name = lenient.create("nodejs16", {"index.js": NODE}, timeout=60)
    got = json.loads(lenient.call(name, HOST.encode()).body)
    assert got["status"] == 200 and "services" in got["text"]


def test_names_of_others_go_out_untouched(lenient):
    """A name that nobody has: what comes back is the resolver's word, and the journal knows nothing of it."""
    before = len(lenient.running.requests())
    name = lenient.create("nodejs16", {"index.js": NODE}, timeout=60)
    got = json.loads(lenient.call(name, b"nobody.invalid").body)
    assert got["code"] in ("ENOTFOUND", "EAI_AGAIN")
    assert not [one for one in lenient.running.requests()[before:] if one["host"] == "nobody.invalid"]


def test_a_function_puts_an_object_and_is_no_stranger_to_oss(lenient):
    code = """
import http.client
import signing
def handler(event, context):
    key, bucket = context.credentials, "shelf"
    for path, body in (("/", ""), ("/a", "b")):
        connection = http.client.HTTPConnection(bucket + ".oss-cn-shanghai.aliyuncs.com", timeout=30)
        target, headers = signing.oss("PUT", path, key.access_key_id, key.access_key_secret, bucket, {"x-oss-security-token": key.security_token})
        connection.request("PUT", target, body=body, headers=headers)
        status = connection.getresponse().status
    return str(status)
"""
    name = lenient.create("python3", {"index.py": code, "signing.py": inspect.getsource(signing)}, timeout=60)
    assert lenient.call(name).body == b"200"
    assert lenient.running.call("GET", "/a", host="shelf.oss-cn-shanghai.aliyuncs.com").body == b"b"


ASKS = """#!/usr/bin/python3
import http.server, json, os, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args): pass
    def do_POST(self):
        url = self.rfile.read(int(self.headers["Content-Length"])).decode()
        try:
            answer = urllib.request.urlopen(url, timeout=30)
            text = json.dumps({"status": answer.status, "body": answer.read().decode()})
        except OSError as error:
            text = json.dumps({"error": str(error)})
        data = json.dumps({**json.loads(text), "proxy": os.environ.get("HTTP_PROXY")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


class Other(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"other")


@pytest.mark.parametrize("passes", [True, False])
def test_custom_runtimes_get_a_proxy_that_passes_on_the_rest(daemon, passes):
    """A name of others, which the setting leads to a server here, and one of the service."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        rest = ', "*"' if passes else ""
        functions = Functions(daemon(config=f'proxy: {{pass: ["other.example=127.0.0.1:{server.server_port}"{rest}]}}\n'))
        name = functions.create("custom", {"bootstrap*": ASKS}, timeout=60, memorySize=512)
        seen = [functions.call(name, url.encode()).json() for url in ("http://other.example/", f"http://{HOST}/2016-08-15/services")]
        server.shutdown()
    if not passes or os.getuid() == 0:  # functions of root are other users, whom the proxy serves nothing
        assert [one["proxy"] for one in seen] == [None, None]
        return
    assert [one["proxy"] for one in seen] == [f"http://127.0.0.1:{functions.running.port}"] * 2
    assert (seen[0]["status"], seen[0]["body"], seen[1]["status"]) == (200, "other", 200)
