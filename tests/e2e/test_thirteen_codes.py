"""The 13 codes of the reference, twice each: by a rule, and by what really causes it.

Every one has a cause that a user can bring about; none is left to rules alone.
"""

import concurrent.futures
import json
import os
import signal
import threading

import pytest

import signing
from fcemu import DOCUMENTED, PACKS, Daemon, invocation, request_bytes
from functions import SERVICES, Functions

KEY, SECRET = "LTAI-mine", "my secret"
STRICT = f"account: '16530750'\nauth:\n  mode: strict\n  keys:\n    - {{id: {KEY}, secret: {SECRET}}}\n    - {{id: LTAI-other, secret: s, account: 99}}\n"
OPEN = "invoke: {memory: 1GiB, machines: 3}\nlimits: {running.instances: 2, services.per_region: 3}\n"
GATE = "import socket\ndef handler(event, context):\n  s = socket.create_connection(('127.0.0.1', int(event)))\n  s.sendall(b'1')\n  s.recv(1)\n"


def code_of(reply):
    body = reply.json()
    return reply.status, body.get("ErrorCode") or body["Code"]


class Gate:
    """Holds functions that run GATE until it is left, and knows how many came."""

    def __init__(self):
        import socket

        self.server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.held = []

    @property
    def event(self):
        return str(self.server.getsockname()[1]).encode()

    def wait_for(self, count):
        self.server.settimeout(60)
        while len(self.held) < count:
            held, _ = self.server.accept()
            assert held.recv(1) == b"1"
            self.held.append(held)

    def open(self):
        for held in self.held:
            held.close()
        self.held = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.open()
        self.server.close()


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("strict"), config=STRICT).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("open"), config=OPEN).start()
    yield Functions(running)
    running.stop()


def put(running, path, document, method="POST"):
    return running.call(method, path, json.dumps(document), {"Content-Type": "application/json"})


def get_signed(running, **changes):
    target = "/2016-08-15/services"
    return running.call("GET", target, headers=signing.fc("GET", target, changes.get("key", KEY), changes.get("secret", SECRET)))


# ---- the real causes ----


def invalid_argument(strict, functions):
    return put(functions.running, f"{SERVICES}/demo/functions", {"functionName": "f", "handler": "index.handler", "runtime": "cobol"})


def missing_required_header(strict, functions):
    return strict.call("GET", "/2016-08-15/services")


def limit_exceeded_error(strict, functions):
    for name in ("second", "third"):
        assert put(functions.running, SERVICES, {"serviceName": name}).status == 200
    return put(functions.running, SERVICES, {"serviceName": "fourth"})


def path_not_supported(strict, functions):
    return functions.running.call("PATCH", SERVICES)


def entity_too_large(strict, functions):
    return functions.running.invoke("any", b"x" * (32 * 1024 * 1024 + 1))


def access_denied(strict, functions):
    return get_signed(strict, key="LTAI-other", secret="s")


def signature_not_match(strict, functions):
    return get_signed(strict, secret="another")


def invalid_access_key_id(strict, functions):
    return get_signed(strict, key="LTAI-nobody")


def concurrent_update_error(strict, functions):
    """Two writes that arrive at once: the daemon sleeps while they are sent."""
    running = functions.running
    body = json.dumps({"description": "d"}).encode()
    for _ in range(50):
        socks = [running.connect() for _ in range(4)]
        for sock in socks:
            sock.sendall(request_bytes("GET", f"{SERVICES}/demo"))
            assert sock.recv(65536)
        os.kill(running.pid, signal.SIGSTOP)
        for sock in socks:
            sock.sendall(request_bytes("PUT", f"{SERVICES}/demo", body))
        os.kill(running.pid, signal.SIGCONT)
        answers = [sock.recv(65536) for sock in socks]
        for sock in socks:
            sock.close()
        for answer in answers:
            if b"ConcurrentUpdateError" in answer:
                head, _, text = answer.partition(b"\r\n\r\n")
                return Answer(int(head.split()[1]), text)
    raise AssertionError("no two writes met")


class Answer:
    def __init__(self, status, body):
        self.status, self.body = status, body

    def json(self):
        return json.loads(self.body)


def resource_exhausted(strict, functions):
    """The account may have two instances in the region."""
    name = functions.create("python3", {"index.py": GATE}, timeout=60)
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(functions.call, name, gate.event) for _ in range(2)]
        gate.wait_for(2)
        reply = functions.call(name, gate.event)
        gate.open()
        assert [call.result().status for call in calls] == [200, 200]
    return reply


def client_closed_request(strict, functions):
    """Nobody is left to read the answer: the journal has it."""
    running = functions.running
    name = functions.create("python3", {"index.py": GATE}, timeout=60)
    with Gate() as gate:
        sock = running.connect()
        sock.sendall(request_bytes("POST", invocation(name), gate.event))
        gate.wait_for(1)
        sock.close()
        assert gate.held[0].recv(1) == b""  # its process was ended
    while not running.requests(f"&function={name}&operation=InvokeFunction"):
        pass
    [entry] = running.requests(f"&function={name}&operation=InvokeFunction")
    return Answer(entry["status"], json.dumps({"ErrorCode": entry["code"]}))


def internal_server_error(strict, functions, tmp_path):
    """The disk fails: what is written would be lost."""
    running = Daemon(tmp_path / "daemon", arguments=["--data", tmp_path / "data"]).start()
    try:
        assert put(running, SERVICES, {"serviceName": "before"}).status == 200
        os.truncate(tmp_path / "data" / "fcemu.db", 0)
        return put(running, SERVICES, {"serviceName": "lost"})
    finally:
        running.stop()


def resource_throttled(strict, functions):
    """The machine gives all functions 1 GiB together."""
    name = functions.create("python3", {"index.py": GATE}, timeout=60, memorySize=576)
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(functions.call, name, gate.event)
        gate.wait_for(1)
        reply = functions.call(name, gate.event)
        gate.open()
        assert call.result().status == 200
    return reply


CAUSES = {
    "InvalidArgument": invalid_argument,
    "MissingRequiredHeader": missing_required_header,
    "LimitExceededError": limit_exceeded_error,
    "PathNotSupported": path_not_supported,
    "EntityTooLarge": entity_too_large,
    "AccessDenied": access_denied,
    "SignatureNotMatch": signature_not_match,
    "InvalidAccessKeyID": invalid_access_key_id,
    "ConcurrentUpdateError": concurrent_update_error,
    "ResourceExhausted": resource_exhausted,
    "ClientClosedRequest": client_closed_request,
    "InternalServerError": internal_server_error,
    "ResourceThrottled": resource_throttled,
}


def test_the_table_is_that_of_the_reference():
    assert list(CAUSES) == list(DOCUMENTED)


@pytest.mark.parametrize("code", DOCUMENTED)
def test_by_a_rule(packs, code):
    reply = packs.invoke(f"raise-{code}")
    assert code_of(reply) == (DOCUMENTED[code], code)
    assert packs.requests(f"&function=raise-{code}")[-1]["rule"]


@pytest.mark.parametrize("code", DOCUMENTED)
def test_by_its_real_cause(strict, functions, tmp_path, code):
    cause = CAUSES[code]
    more = {"tmp_path": tmp_path} if "tmp_path" in cause.__code__.co_varnames[: cause.__code__.co_argcount] else {}
    assert code_of(cause(strict, functions, **more)) == (DOCUMENTED[code], code)
    assert not any(entry.get("rule") for running in (strict, functions.running) for entry in running.requests())


# ---- each cause of a throttle by itself ----


def busy(functions, count, **members):
    """The answer to one call more than @count that run."""
    name = functions.create("python3", {"index.py": GATE}, timeout=60, **members)
    if "instances" in functions.config_of:
        path = f"/2016-08-15/services/demo.LATEST/functions/{name}/on-demand-config"
        assert put(functions.running, path, {"maximumInstanceCount": functions.config_of["instances"]}, "PUT").status == 200
    functions.trigger(name)
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(count) as pool:
        calls = [pool.submit(functions.call, name, gate.event) for _ in range(count)]
        gate.wait_for(count)
        refused = functions.call(name, gate.event), functions.running.call("POST", f"/2016-08-15/proxy/demo/{name}/", gate.event)
        gate.open()
        assert [call.result().status for call in calls] == [200] * count
    return refused


THROTTLES = {
    "function": ("", {"instances": 2}, 2, 429, "ResourceExhausted", "'the number of on-demand instances of function 'f1'' is exhausted (limit: 2)"),
    "account and region": ("limits: {running.instances: 3}\n", {}, 3, 429, "ResourceExhausted", "is exhausted (limit: 3)"),
    "memory": ("invoke: {memory: 512MiB}\n", {}, 2, 503, "ResourceThrottled", "invoke.memory is 512 MB"),
    "machines": ("invoke: {machines: 2}\n", {}, 2, 503, "ResourceThrottled", "no machine is free in cn-shanghai: invoke.machines is 2"),
}


@pytest.mark.parametrize("kind", THROTTLES)
def test_one_instance_too_many(daemon, kind):
    config, of, count, status, code, text = THROTTLES[kind]
    functions = Functions(daemon(config=config))
    functions.config_of = of
    for reply in busy(functions, count):
        assert code_of(reply) == (status, code)
        assert text in reply.json()["ErrorMessage"]
    assert reply.headers["X-Fc-Error-Type"] == "FcCommonError"  # of the HTTP trigger


def test_machines_are_of_a_region_and_of_everybody_in_it(daemon):
    running = daemon(config="invoke: {machines: 1}\n")
    functions = Functions(running)
    name = functions.create("python3", {"index.py": GATE}, timeout=60)
    for host in ("99.cn-shanghai.fc.aliyuncs.com", "16530750.cn-beijing.fc.aliyuncs.com"):
        assert running.call("POST", SERVICES, json.dumps({"serviceName": "demo"}), host=host).status == 200
        from functions import packed
        import base64

        body = {"functionName": name, "runtime": "python3", "handler": "index.handler", "code": {"zipFile": base64.b64encode(packed({"index.py": GATE})).decode()}}
        assert running.call("POST", f"{SERVICES}/demo/functions", json.dumps(body), host=host).status == 200
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(functions.call, name, gate.event)]
        gate.wait_for(1)
        assert functions.running.invoke(name, gate.event, host="99.cn-shanghai.fc.aliyuncs.com").status == 503
        calls.append(pool.submit(functions.call, name, gate.event, host="16530750.cn-beijing.fc.aliyuncs.com"))
        gate.wait_for(2)
        gate.open()
        for call in calls:
            call.result()
    # An idle instance makes room for another account's.
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(1) as pool:
        call = pool.submit(running.invoke, name, gate.event, host="99.cn-shanghai.fc.aliyuncs.com")
        gate.wait_for(1)
        gate.open()
        assert call.result().status == 200


# ---- payloads ----

APIS = {
    "2016": "/2016-08-15/services/demo/functions/f1/invocations",
    "2021": "/2021-04-06/services/demo/functions/f1/invocations",
    "2023": "/2023-03-30/functions/demo$f1/invocations",
}


@pytest.fixture(scope="module", params=["current", "2020"])
def echo(request, tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("payload"), arguments=["--limits", request.param]).start()
    functions = Functions(running)
    functions.create("python3", {"index.py": "def handler(e, c):\n  return bytes(int(e)) if e[:1] != b'x' else str(len(e))\n"}, memorySize=1024, timeout=60)
    functions.most = 6 << 20 if request.param == "2020" else 32 << 20
    yield functions
    running.stop()


@pytest.mark.parametrize("api", APIS)
def test_the_largest_events(echo, api):
    running, most = echo.running, echo.most
    assert running.call("POST", APIS[api], b"x" * most).body == str(most).encode()
    reply = running.call("POST", APIS[api], b"x" * (most + 1))
    assert code_of(reply) == (400, "EntityTooLarge")
    assert f"({most} bytes)" in json.dumps(reply.json())
    headers = {"X-Fc-Invocation-Type": "Async"}
    assert running.call("POST", APIS[api], b"x" * (128 << 10), headers).status == 202
    assert code_of(running.call("POST", APIS[api], b"x" * ((128 << 10) + 1), headers)) == (400, "EntityTooLarge")


@pytest.mark.parametrize("api", APIS)
def test_an_answer_that_is_too_large_is_an_error_of_the_function(echo, api):
    reply = echo.running.call("POST", APIS[api], str(echo.most).encode())
    assert (reply.status, len(reply.body), reply.headers["X-Fc-Error-Type"]) == (200, echo.most, None)
    reply = echo.running.call("POST", APIS[api], str(echo.most + 1).encode())
    assert (reply.status, reply.headers["X-Fc-Error-Type"]) == (200, "UnhandledInvocationError")
    assert reply.json() == {"errorMessage": f"response payload size exceeds the maximum allowed size ({echo.most} bytes)"}


def test_through_a_trigger_it_is_a_bad_response(echo):
    web = echo.create(
        "nodejs16", {"index.js": "exports.handler = (req, resp, context) => resp.send(Buffer.alloc(Number(req.queries.n)));"}, memorySize=1024, timeout=60)
    echo.trigger(web)
    path = f"/2016-08-15/proxy/demo/{web}/?n="
    assert len(echo.running.call("GET", f"{path}{echo.most}").body) == echo.most
    reply = echo.running.call("GET", f"{path}{echo.most + 1}")
    assert code_of(reply) == (502, "BadResponse")
    assert reply.headers["X-Fc-Error-Type"] == "UnhandledInvocationError"
    assert str(echo.most) in reply.json()["ErrorMessage"]


def test_headers_of_an_answer_are_bounded_too(echo):
    code = "exports.handler = (req, resp, context) => { resp.setHeader('x-long', 'x'.repeat(Number(req.queries.n))); resp.send('ok'); };"
    web = echo.create("nodejs16", {"index.js": code})
    echo.trigger(web)
    most = 4096 if echo.most == 6 << 20 else 8192
    path = f"/2016-08-15/proxy/demo/{web}/?n="
    assert echo.running.call("GET", f"{path}{most - 100}").body == b"ok"
    reply = echo.running.call("GET", f"{path}{most}")
    assert code_of(reply) == (502, "BadResponse")
    assert f"(max: {most}, actual: '" in reply.json()["ErrorMessage"]


# ---- programs that do not start ----


def test_a_server_that_never_listens_is_not_started(daemon):
    running = daemon(config="limits: {running.custom_start: 1}\n")
    functions = Functions(running)
    name = functions.create("custom", {"bootstrap*": "#!/bin/sh\nexec sleep 100\n"})
    functions.trigger(name)
    for reply in (functions.call(name), functions.call(name), running.call("GET", f"/2016-08-15/proxy/demo/{name}/")):
        assert code_of(reply) == (412, "FunctionNotStarted")
        message = reply.json()["ErrorMessage"]
        assert message.startswith("The CA's http server cannot be started") and "in 1 seconds" in message and "connection refused" in message


def test_node_says_that_a_handler_has_no_dot(functions):
    name = functions.create("nodejs20", {"index.js": ""}, handler="index")
    body = functions.call(name).json()
    assert (body["errorType"], body["errorMessage"].startswith("Invalid handler")) == ("InvalidHandlerName", True)


def test_each_call_of_many_has_its_own_answer(functions):
    """Threads that leave in the middle take nobody else's answer with them."""
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return e\n"})
    wrong = []

    def call(number):
        reply = functions.call(name, str(number).encode())
        if reply.status == 200 and reply.body != str(number).encode():
            wrong.append(reply.body)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
