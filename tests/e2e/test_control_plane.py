"""The control plane over real sockets: URLs that are handed out, listings while others write, and bodies no client should send."""

import base64
import io
import json
import threading
import zipfile
from urllib.parse import urlsplit

import pytest

SERVICES = "/2016-08-15/services"
FUNCTIONS = f"{SERVICES}/demo/functions"
TEN_MIB = 10 << 20
ROLE = "acs:ram::16530750:role/r"
PEM = "-----BEGIN {0}-----\nMIIB\n-----END {0}-----"


def zipped(files):
    """Base64 of a ZIP of name → bytes; a ZipInfo stands for its name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return base64.b64encode(buffer.getvalue()).decode()


def link(name):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info


def function(name, **members):
    code = {"zipFile": zipped({"index.py": b"pass"})}
    return {"functionName": name, "runtime": "python3", "handler": "index.handler", "code": code, **members}


def send(running, method, path, body=None, **options):
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
    return running.call(method, path, body=body, **options)


@pytest.fixture
def demo(daemon):
    running = daemon()
    assert send(running, "POST", SERVICES, {"serviceName": "demo"}).status == 200
    return running


# ---- URLs ----


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:{port}"])
def test_a_download_url_works_whether_or_not_host_has_the_port(daemon, host):
    running = daemon()
    host = host.format(port=running.port)
    for path, body in ((SERVICES, {"serviceName": "demo"}), (FUNCTIONS, function("f"))):
        assert send(running, "POST", path, body, host=host).status == 200
    code = send(running, "GET", f"{FUNCTIONS}/f/code", host=host).json()
    url = urlsplit(code["url"])
    assert url.port == running.port
    package = send(running, "GET", f"{url.path}?{url.query}", host=url.netloc)
    assert package.status == 200
    assert package.headers["X-Oss-Hash-Crc64ecma"] == code["checksum"]


# ---- listings ----


@pytest.mark.heavy
def test_each_of_a_thousand_functions_is_listed_once_while_others_are_created(demo):
    """What was there before a listing began is in it exactly once and in order; what comes meanwhile may be in it."""
    for number in range(1000):
        assert send(demo, "POST", FUNCTIONS, function(f"before{number:04}")).status == 200
    stop, created, wrong = threading.Event(), [], []

    def create(worker):
        while not stop.is_set():
            name = f"{'abz'[worker % 3]}fter{worker}x{len(created)}"
            reply = send(demo, "POST", FUNCTIONS, function(name))
            if reply.status != 200:
                wrong.append(reply.body)
                return
            created.append(name)

    writers = [threading.Thread(target=create, args=(worker,)) for worker in range(3)]
    for writer in writers:
        writer.start()
    try:
        for limit in (100, 37):
            names, token, earlier = [], "", set(created)
            while token is not None:
                page = send(demo, "GET", f"{FUNCTIONS}?limit={limit}&nextToken={token}").json()
                names += [item["functionName"] for item in page["functions"]]
                token = page.get("nextToken")
            assert names == sorted(set(names))
            assert {f"before{number:04}" for number in range(1000)} | earlier <= set(names)
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not wrong and created


# ---- bodies ----

BAD_DATA = "Bad data in request body"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1]",
        b'"text"',
        b"{} {}",
        b'{"serviceName":"s\xff"}',
        b'{"serviceName":"s\\u0000x"}',
        b'{"serviceName":"s","description":"\\ud800"}',
        b'{"serviceName":"s","x":' + b"[" * 65 + b"]" * 65 + b"}",
        b'{"serviceName":"s","x":' + b"[" * 9000,
    ],
)
def test_a_body_that_is_no_json_object_is_bad_data(demo, body):
    reply = send(demo, "POST", SERVICES, body)
    assert (reply.status, reply.json()["ErrorCode"], reply.json()["ErrorMessage"]) == (400, "InvalidArgument", BAD_DATA)
    assert [service["serviceName"] for service in send(demo, "GET", SERVICES).json()["services"]] == ["demo"]


def test_a_body_with_absurdly_many_values_is_refused_at_once(demo):
    body = "{" + ",".join(f'"k{number}":1' for number in range(200000)) + "}"
    reply = send(demo, "PUT", f"{SERVICES}/demo", body)
    assert reply.status == 400
    assert reply.json()["ErrorMessage"] == "The request body contains too many values (max: 10000)"


@pytest.mark.parametrize("body", [None, b"", b"null", b"[]", b"{}", b'{"unknown":{"a":[1]},"description":null}'])
def test_a_body_that_says_nothing_is_an_empty_update(demo, body):
    before = send(demo, "GET", f"{SERVICES}/demo").json()
    reply = send(demo, "PUT", f"{SERVICES}/demo", body)
    assert reply.status == 200
    assert {**reply.json(), "lastModifiedTime": 0} == {**before, "lastModifiedTime": 0}


PACKAGES = {
    "leaves by a step up": ({"../evil.py": b""}, "leaves the package"),
    "leaves from within": ({"a/../../evil.py": b""}, "leaves the package"),
    "absolute": ({"/etc/evil": b""}, "leaves the package"),
    "links out": ({link("out"): b"/etc"}, "links out of the package"),
    "links up": ({link("a/out"): b"../../etc"}, "links out of the package"),
    "a bomb": ({"zeros": b"\0" * (32 * TEN_MIB)}, "times its size"),
}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_harmful_package_leaves_nothing_behind(demo, name):
    files, text = PACKAGES[name]
    reply = send(demo, "POST", FUNCTIONS, function("f", code={"zipFile": zipped(files)}))
    assert (reply.status, reply.json()["ErrorCode"]) == (400, "InvalidArgument")
    assert text in reply.json()["ErrorMessage"]
    assert send(demo, "GET", FUNCTIONS).json() == {"functions": []}


# Every member that a client may send, with a value that is accepted.
ACCEPTED = {
    ("PUT", f"{SERVICES}/demo"): {
        "description": "d",
        "role": ROLE,
        "logConfig": {"project": "p", "logstore": "l", "enableRequestMetrics": True, "logBeginRule": "None"},
        "vpcConfig": {"vpcId": "v", "vSwitchIds": ["x"], "securityGroupId": "s", "role": ""},
        "internetAccess": True,
        "nasConfig": {"userId": 1, "groupId": 1, "mountPoints": [{"serverAddr": "x", "mountDir": "/y", "enableTLS": True}]},
        "tracingConfig": {"type": "Jaeger", "params": {"endpoint": "e"}},
        "ossMountConfig": {"mountPoints": [{"bucketName": "bbb", "bucketPath": "/", "mountDir": "/mnt", "readOnly": True}]},
    },
    ("PUT", f"{FUNCTIONS}/f"): {
        **{name: 1 for name in ("timeout", "initializationTimeout", "instanceConcurrency", "instanceSoftConcurrency", "caPort")},
        **{"cpu": 0.5, "memorySize": 128, "gpuMemorySize": 1024, "diskSize": 512, "instanceType": "e1", "runtime": "python3"},
        **{"description": "d", "handler": "h.h", "initializer": "i.i", "layers": [], "environmentVariables": {"a": "b"}},
        "customContainerConfig": {"image": "i", "command": '["a"]', "accelerationType": "Default", "webServerMode": True},
        "instanceLifecycleConfig": {"preFreeze": {"handler": "h", "timeout": 1}, "preStop": {"handler": "h", "timeout": 1}},
        "customDNS": {"nameServers": ["1"], "searches": ["s"], "dnsOptions": [{"name": "n", "value": "v"}]},
        "customRuntimeConfig": {"command": ["a"], "args": ["b"]},
        "customHealthCheckConfig": {"httpGetUrl": "/", "initialDelaySeconds": 1, "periodSeconds": 1, "failureThreshold": 1},
        "code": {"zipFile": zipped({"index.py": b"pass"})},
    },
    ("PUT", f"{FUNCTIONS}/f/triggers/t"): {
        **{"description": "d", "invocationRole": ROLE, "qualifier": "LATEST"},
        "triggerConfig": {"cronExpression": "@every 1m", "enable": True},
    },
    ("PUT", "/2016-08-15/custom-domains/a.example.com"): {
        "protocol": "HTTP",
        "routeConfig": {"routes": [{"path": "/", "serviceName": "s", "functionName": "f", "qualifier": "q", "methods": ["GET"]}]},
        "certConfig": {"certName": "n", "certificate": PEM.format("CERTIFICATE"), "privateKey": PEM.format("PRIVATE KEY")},
        "tlsConfig": {"minVersion": "TLSv1.0", "cipherSuites": ["x"]},
        "wafConfig": {"enableWAF": True},
    },
    ("PUT", f"{FUNCTIONS}/f/provision-config"): {
        **{"target": 1, "alwaysAllocateCPU": True},
        "scheduledActions": [{"name": "n", "target": 1, "scheduleExpression": "at(2020-10-20T10:10:10Z)"}],
        "targetTrackingPolicies": [{"name": "n", "metricType": "m", "metricTarget": 0.5, "minCapacity": 1, "maxCapacity": 2}],
    },
    ("PUT", f"{FUNCTIONS}/f/async-invoke-config"): {
        "destinationConfig": {"onSuccess": {"destination": "d"}, "onFailure": {"destination": "d"}},
        **{"maxAsyncEventAgeInSeconds": 1, "maxAsyncRetryAttempts": 1, "statefulInvocation": True},
    },
    ("PUT", f"{FUNCTIONS}/f/on-demand-config"): {"maximumInstanceCount": 1},
    ("POST", "/2016-08-15/tag"): {"resourceArn": "services/demo", "tags": {"a": "b"}},
    ("POST", f"{SERVICES}/demo/binding"): {"vpcId": "v"},
}

# For each kind of value, what it must not be taken for. Numbers pass for text and text that looks right for numbers.
WRONG = {
    bool: ["x", 2, 1.5, [1], {"a": 1}],
    int: ["x", True, 1.5, 1e300, 10**30, -(10**9), [1], {"a": 1}],
    float: ["x", True, -1, 1e300, [1], {"a": 1}],
    str: [True, [1], [[]], {"a": 1}],
    list: ["x", 1, True, {"a": 1}, [True], [[1]]],
    dict: ["x", 1, True, [1]],
}
JSON_AS_TEXT = "command"  # of a container: any JSON is kept as its text
MAPS = ("environmentVariables", "params", "tags")  # a deployment file's `true` is text there


def members(value, path=()):
    for key in value if isinstance(value, dict) else range(len(value)):
        yield path + (key,), value[key]
        if isinstance(value[key], (dict, list)):
            yield from members(value[key], path + (key,))


def with_member(body, path, value):
    changed = json.loads(json.dumps(body))
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return changed


@pytest.fixture
def full(demo):
    for path, body in (
        (FUNCTIONS, function("f")),
        (f"{FUNCTIONS}/f/triggers", {"triggerName": "t", "triggerType": "timer", "triggerConfig": {"cronExpression": "@every 1m"}}),
        ("/2016-08-15/custom-domains", {"domainName": "a.example.com"}),
    ):
        assert send(demo, "POST", path, body).status == 200
    return demo


@pytest.mark.parametrize("operation", ACCEPTED, ids=lambda operation: f"{operation[0]} {operation[1].split('/', 2)[2]}")
def test_a_member_of_a_wrong_type_is_refused_by_name_and_changes_nothing(full, operation):
    method, path = operation
    body = ACCEPTED[operation]
    assert send(full, method, path, body).status == 200
    before = send(full, "GET", f"{SERVICES}/demo").body + send(full, "GET", f"{FUNCTIONS}/f").body
    for where, value in members(body):
        for wrong in WRONG[type(value)]:
            if where[-1] == JSON_AS_TEXT and isinstance(value, str):
                continue
            if wrong is True and where[-2:-1] and where[-2] in MAPS:
                continue
            reply = send(full, method, path, with_member(body, where, wrong))
            assert reply.status == 400, (where, str(wrong)[:40], reply.status, reply.body)
            assert reply.json()["ErrorCode"] == "InvalidArgument"
    if method == "PUT":
        after = send(full, "GET", f"{SERVICES}/demo").body + send(full, "GET", f"{FUNCTIONS}/f").body
        assert after == before
