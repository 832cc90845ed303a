"""Documented limits: the figures of both profiles, set one by one, and what is answered beyond them."""

import json

import pytest

from fcemu import Daemon, fcemu

ZIP = {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}
CLASSIC, CURRENT = "/2016-08-15", "/2023-03-30"


def error(reply):
    body = reply.json()
    return reply.status, body.get("ErrorCode") or body["Code"], body.get("ErrorMessage") or body["Message"]


def put(running, path, document, method="POST"):
    return running.call(method, path, json.dumps(document), {"Content-Type": "application/json"})


def function(name="f", **more):
    return {"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": ZIP, **more}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Every count at one or two, so that one more is too many."""
    config = """
limits:
  services.per_region: 2
  functions.per_service: 1
  functions.per_region: 100
  triggers.per_function: 1
  triggers.oss_per_bucket: 1
  domains.per_region: 1
  versions.per_parent: 1
  aliases.per_parent: 1
  aliases.additional_versions: 2
  versions.per_layer: 1
  on_demand.rules: 1
  vpc.bindings: 1
  tags.per_resource: 1
  layers.per_function: 1
  vpc.vswitches: 1
  mounts.nas: 1
  mounts.oss: 1
  routes.per_domain: 1
  running.instances: 100
  running.function_cap: 50
  function.environment: 20B
  description.max: 4
  code.bucket_name.min: 5
  function.timeout.default_2016: 7
  function.timeout.default: 8
  function.memory.default_2016: 192
  function.memory.default_2023: 1024
  function.cpu.default: 800
  function.disk.large: 20480
  health_check.period.max: 9
"""
    running = Daemon(tmp_path_factory.mktemp("small"), config=config).start()
    for path, document in (
        ("/services", {"serviceName": "s"}),
        ("/services/s/functions", function()),
        ("/services", {"serviceName": "t"}),
        ("/services/t/functions", function()),
    ):
        assert put(running, CLASSIC + path, document).status == 200
    yield running
    running.stop()


def test_defaults_are_figures(small):
    classic = small.call("GET", CLASSIC + "/services/s/functions/f").json()
    assert (classic["timeout"], classic["memorySize"]) == (7, 192)
    current = put(small, CURRENT + "/functions", function("defaults")).json()
    assert (current["timeout"], current["memorySize"], current["cpu"]) == (8, 1024, 0.8)


OSS = {"triggerType": "oss", "sourceArn": "acs:oss:cn-shanghai:16530750:bucket", "invocationRole": "acs:ram::16530750:role/r"}
OSS["triggerConfig"] = {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "", "suffix": ""}}}


@pytest.mark.parametrize(
    "path, documents",
    [
        ("/services", [{"serviceName": "one-more"}]),
        ("/services/s/functions", [function("one-more")]),
        ("/services/s/functions/f/triggers", [{"triggerName": "one", **OSS}, {"triggerName": "two", **OSS, "sourceArn": "acs:oss:cn-shanghai:16530750:other"}]),
        ("/services/t/functions/f/triggers", [{"triggerName": "same-bucket", **OSS}]),
        ("/custom-domains", [{"domainName": f"{name}.example.com", "protocol": "HTTP"} for name in ("one", "two")]),
        ("/services/s/versions", [{"description": "v"}]),
        ("/layers/l/versions", [{"Code": ZIP, "compatibleRuntime": ["python3.10"]}] * 2),
        ("/services/s/binding", [{"vpcId": "vpc-1"}, {"vpcId": "vpc-2"}]),
    ],
)
def test_one_too_many(small, path, documents):
    if path.endswith("/versions") and "layers" not in path:
        assert put(small, CLASSIC + path, {"description": "1st"}).status == 200
        assert put(small, CLASSIC + "/services/s", {"description": "new"}, "PUT").status == 200
    *first, last = documents
    for document in first:
        reply = put(small, CLASSIC + path, document)
        assert reply.status in (200, 204), reply.body
    status, code, message = error(put(small, CLASSIC + path, last))
    assert (status, code) == (400, "LimitExceededError")
    assert "exceeds the limit (max: " in message and "actual: " in message


@pytest.mark.parametrize(
    "more, text",
    [
        ({"environmentVariables": {"KEY": "x" * 18}}, "Environment variable value exceeds the maximum allowed length (max: 20, actual: '21')"),
        ({"description": "\u51fd\u6570\u51fd\u6570\u51fd"}, "Description exceeds the maximum allowed length (max: 4, actual: '5')"),
        ({"code": {"ossBucketName": "four", "ossObjectName": "o"}}, "OssBucketName is below the minimum allowed length (min: 5, actual: '4')"),
        ({"diskSize": 1000}, "DiskSize is set to an invalid value (allowed: 512 | 20480, actual: '1000')"),
        ({"memorySize": 130}, "MemorySize is set to an invalid value. The value must be a multiple of 64 MB. (actual: '130')"),
        ({"vpcConfig": {"vpcId": "v", "vSwitchIds": ["a", "b"], "securityGroupId": "s"}}, "VSwitchIds contains too many values (max: 1, actual: 2)"),
        (
            {"runtime": "custom", "customRuntimeConfig": {"healthCheckConfig": {"periodSeconds": 10}}},
            "PeriodSeconds is set to an invalid value (allowed: 1-9, actual: '10')",
        ),
        (
            {"runtime": "custom", "customRuntimeConfig": {"healthCheckConfig": {"periodSeconds": 0}}},
            "PeriodSeconds is set to an invalid value (allowed: 1-9, actual: '0')",
        ),
    ],
)
def test_beyond_a_range(small, more, text):
    assert error(put(small, CURRENT + "/functions", {**function("ranges"), **more})) == (400, "InvalidArgument", text)


def test_lengths_count_characters(small):
    assert put(small, CURRENT + "/functions", function("wide", description="\u51fd\u6570\u51fd\u6570")).status in (200, 201)


def test_share_of_the_instances(small):
    path = CLASSIC + "/services/s.LATEST/functions/f/on-demand-config"
    assert put(small, path, {"maximumInstanceCount": 50}, "PUT").status == 200
    for count in (51, -1):
        text = f"MaximumInstanceCount is set to an invalid value (allowed: 0-50, actual: '{count}')"
        assert error(put(small, path, {"maximumInstanceCount": count}, "PUT")) == (400, "InvalidArgument", text)


def test_weights_of_an_alias(daemon):
    running = daemon()
    put(running, CLASSIC + "/services", {"serviceName": "s"})
    for name in "123":
        put(running, CLASSIC + "/services/s", {"description": name}, "PUT")
        assert put(running, CLASSIC + "/services/s/versions", {}).status == 200
    reply = put(running, "/2021-04-06/services/s/aliases", {"aliasName": "a", "versionId": "1", "additionalVersionWeight": {"2": 0.1, "3": 0.1}})
    assert error(reply) == (400, "InvalidArgument", "AdditionalVersionWeight contains too many values (max: 1, actual: 2)")


class TestProfiles:
    @pytest.fixture(scope="class", params=["current", "2020"])
    def profile(self, request, tmp_path_factory):
        running = Daemon(tmp_path_factory.mktemp("profile"), arguments=["--limits", request.param]).start()
        put(running, CLASSIC + "/services", {"serviceName": "s"})
        yield running, request.param == "2020"
        running.stop()

    @pytest.mark.parametrize("member, now, then", [("memorySize", 32768, 3072), ("timeout", 86400, 600), ("instanceConcurrency", 200, 100)])
    def test_ranges(self, profile, member, now, then):
        running, old = profile
        most = then if old else now
        step = 64 if member == "memorySize" else 1
        name = f"f-{member}"
        config = {"runtime": "custom", member: most}
        assert put(running, CLASSIC + "/services/s/functions", {**function(name), **config}).status == 200
        reply = put(running, CLASSIC + f"/services/s/functions/{name}", {member: most + step}, "PUT")
        assert error(reply)[:2] == (400, "InvalidArgument")
        assert f"-{most}, actual: '{most + step}'" in error(reply)[2]

    def test_event_of_an_asynchronous_call(self, profile):
        running, _ = profile
        put(running, CLASSIC + "/services/s/functions", function("async"))
        headers = {"X-Fc-Invocation-Type": "Async"}
        reply = running.call("POST", CLASSIC + "/services/s/functions/async/invocations", b"x" * (128 * 1024 + 1), headers)
        assert error(reply) == (400, "EntityTooLarge", "payload size exceeds maximum allowed size (131072 bytes)")

    def test_event_of_a_synchronous_call(self, profile):
        running, old = profile
        most = 6 << 20 if old else 32 << 20
        reply = running.call("POST", CLASSIC + "/services/s/functions/f/invocations", b"x" * (most + 1))
        assert error(reply) == (400, "EntityTooLarge", f"payload size exceeds maximum allowed size ({most} bytes)")

    def test_head_of_a_trigger_request(self, profile):
        running, old = profile
        most = 4096 if old else 8192
        path = CLASSIC + "/proxy/s/f/"
        status, code, message = error(running.call("GET", path, headers={"X-Long": "x" * most}))
        assert (status, code) == (400, "InvalidArgument")
        assert message.startswith(f"Request headers exceed the maximum allowed length (max: {most}, actual: '")
        status, code, message = error(running.call("GET", path + "?q=" + "x" * 4096))
        assert (status, code) == (400, "InvalidArgument")
        assert message.startswith("Path and query exceed the maximum allowed length (max: 4096, actual: '")


def test_every_limit_is_listed_and_can_be_set(tmp_path):
    limits = json.loads(fcemu("limits", "--json").stdout)
    assert len(limits) > 100
    lines = [f"  {limit['limit']}: {limit['current'] if limit['unit'] != 'bytes' else str(limit['current']) + 'B'}" for limit in limits]
    (tmp_path / "fcemu.yaml").write_text("limits:\n" + "\n".join(lines) + "\n")
    checked = fcemu("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 0, checked.stderr
    listed = fcemu("limits").stdout
    assert all(limit["limit"] in listed for limit in limits)


def test_unknown_limit_is_a_mistake(tmp_path):
    (tmp_path / "fcemu.yaml").write_text("limits: {functions.per_servce: 3}\n")
    checked = fcemu("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2 and "did you mean 'functions.per_service'?" in checked.stderr
