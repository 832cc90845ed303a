"""The worked examples of the rule grammar load without a warning that is not expected, and a client feels each of them."""

import email.utils
import http.client
import json
import time

import pytest

from fcemu import HOST, ROOT, fcemu

EXAMPLES = ROOT / "tests" / "e2e" / "examples"
FUNCTIONS = "/2016-08-15/services/demo/functions"


def start(daemon, name, **options):
    return daemon(rules=[EXAMPLES / f"{name}.yaml"], **options)


def status(reply):
    return reply.status


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_example_loads(path):
    result = fcemu("fault", "check", path)
    unexpected = [line for line in result.stderr.splitlines() if "warning" in line and not any(code in line for code in ("W407", "W408", "W409", "W404", "W405", "W410"))]

    assert result.returncode == 0, result.stderr
    assert not unexpected


def test_01_invalid_argument(daemon):
    running = start(daemon, "01-invalid-argument")
    big, small = json.dumps({"functionName": "a", "memorySize": 4096}), json.dumps({"functionName": "a", "memorySize": 128})

    assert status(running.call("POST", FUNCTIONS, big, {"X-Fcemu-Label": "policy-1"})) == 400
    assert running.call("POST", FUNCTIONS, big, {"X-Fcemu-Label": "policy-1"}).json()["ErrorMessage"] == "memorySize 4096 is out of range"
    assert running.call("POST", FUNCTIONS, small, {"X-Fcemu-Label": "policy-1"}).headers["X-Fcemu-Fault"] is None
    assert running.call("POST", FUNCTIONS, big, {"X-Fcemu-Label": "other"}).headers["X-Fcemu-Fault"] is None


def test_02_missing_required_header(daemon):
    running = start(daemon, "02-missing-required-header")

    assert running.invoke("x").json()["ErrorMessage"] == "required HTTP header Date was not specified"
    assert running.invoke("x", headers={"Date": email.utils.formatdate(usegmt=True)}).headers["X-Fcemu-Fault"] is None


def test_03_limit_exceeded(daemon):
    running = start(daemon, "03-limit-exceeded")
    body = json.dumps({"functionName": "a"})

    codes = [running.call("POST", FUNCTIONS, body).json().get("ErrorCode") for _ in range(5)]
    assert codes[3:] == ["LimitExceededError"] * 2 and "LimitExceededError" not in codes[:3]
    assert running.call("POST", FUNCTIONS, body, host="16530750.cn-beijing.fc.aliyuncs.com").json().get("ErrorCode") != "LimitExceededError"


def test_04_path_not_supported(daemon):
    running = start(daemon, "04-path-not-supported")
    path = "/2021-04-06/services"

    assert "'/2021-04-06/services' against 'GET'" in running.call("GET", path, host="16530750.cn-hangzhou.fc.aliyuncs.com").json()["ErrorMessage"]
    assert running.call("GET", path, host="16530750.cn-shanghai.fc.aliyuncs.com").headers["X-Fcemu-Fault"] is None


def test_05_entity_too_large(daemon):
    running = start(daemon, "05-entity-too-large")
    body, asynchronous = b"x" * (128 * 1024 + 1), {"X-Fc-Invocation-Type": "Async"}

    assert "131072" in running.invoke("f", body, asynchronous).json()["ErrorMessage"]
    assert running.invoke("f", body).headers["X-Fcemu-Fault"] is None
    assert running.invoke("f", body[:-1], asynchronous).headers["X-Fcemu-Fault"] is None


def test_06_key_rotation(daemon):
    running = start(daemon, "06-key-rotation")
    signed = {"Authorization": "FC LTAI-ci-1:c2ln"}
    assert running.invoke("pay", headers=signed).headers["X-Fcemu-Fault"] is None
    assert running.run("fault", "on", "group:key-rotation").returncode == 0

    assert running.invoke("pay", headers=signed).json()["ErrorCode"] == "AccessDenied"
    assert running.invoke("other", headers=signed).headers["X-Fcemu-Fault"] is None


def test_07_concurrent_update(daemon):
    running = start(daemon, "07-concurrent-update")
    first, second = (http.client.HTTPConnection("127.0.0.1", running.port, timeout=30) for _ in range(2))
    for connection in (first, second):
        connection.request("PUT", f"{FUNCTIONS}/a", body="{}", headers={"Host": HOST, "Content-Type": "application/json"})
    codes = [json.loads(connection.getresponse().read()).get("ErrorCode") for connection in (first, second)]

    assert codes.count("ConcurrentUpdateError") == 1


def test_08_resource_exhausted(daemon):
    running = start(daemon, "08-resource-exhausted")
    running.admin("PUT", "clock", {"freeze": True})  # or tokens come back while we ask
    replies = [running.invoke("f") for _ in range(30)]

    assert [reply.status for reply in replies] == [404] * 20 + [429] * 10
    assert all(reply.headers["Retry-After"] is None for reply in replies)
    client = {"User-Agent": "aliyun-fc-sdk-v2.5.2.python-3.11-Linux-6-x86_64"}
    python = [running.invoke("f", headers=client, host="4711.cn-shanghai.fc.aliyuncs.com") for _ in range(30)]
    assert [reply.headers["Retry-After"] for reply in python] == [None] * 20 + ["2"] * 10


def test_09_client_closed_request(daemon):
    running = start(daemon, "09-client-closed-request")
    for _ in range(2):
        sock = running.connect()
        sock.sendall(f"POST {FUNCTIONS}/report/invocations HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0\r\n\r\n".encode())
        while not running.admin("GET", "faults/active").json()["active"]:
            pass
        sock.close()
        while running.admin("GET", "faults/active").json()["active"]:
            pass

    assert [running.invoke("report").status for _ in range(3)] == [404, 404, 499]  # the third that the second rule was asked about
    assert [entry["status"] for entry in running.requests()] == [499, 499, 404, 404, 499]


def test_10_internal_server_error(daemon):
    running = start(daemon, "10-internal-server-error")
    before = time.monotonic()
    statuses = [running.invoke("f").status for _ in range(40)]

    assert time.monotonic() - before > 40 * 0.02
    assert 500 in statuses and 404 in statuses


def test_11_resource_throttled(daemon):
    running = start(daemon, "11-resource-throttled")
    running.run("clock", "advance", "140s")
    hangzhou = "16530750.cn-hangzhou.fc.aliyuncs.com"
    statuses = [running.invoke("f", host=hangzhou).status for _ in range(60)]

    assert 10 <= statuses.count(503) <= 55
    assert 503 not in [running.invoke("f", host=hangzhou, headers={"X-Fcemu-Label": "health"}).status for _ in range(20)]
    assert 503 not in [running.invoke("f").status for _ in range(20)]


def test_12_network_in_order(daemon, tmp_path):
    text = (EXAMPLES / "12-network.yaml").read_text(encoding="utf-8")
    running = daemon(rules=text[: text.index("  - id: expired-certificate")].replace("{rate: 1KiB/s}", "{rate: 64KiB/s}"))
    seen = [outcome(running) for _ in range(9)]

    assert seen[:2] == ["reset", "reset"]
    assert seen[3] == "closed"
    assert seen[8] != "reset"


def outcome(running):
    try:
        return running.invoke("net-seq", timeout=2).status
    except http.client.RemoteDisconnected:
        return "closed"
    except ConnectionResetError:
        return "reset"
    except (http.client.HTTPException, ValueError, TimeoutError) as error:
        return type(error).__name__
