"""Rules on other products: none is struck by a rule that does not name it, and each answers in its own form, with its own codes."""

import json
import re

import pytest

from fcemu import Daemon, fcemu

OSS, STS, RAM, SLS = "oss-cn-shanghai.aliyuncs.com", "sts.aliyuncs.com", "ram.aliyuncs.com", "cn-shanghai.log.aliyuncs.com"
RULES = """version: 1
rules:
  - {id: function-compute, match: {label: fc}, ttl: 2h, do: {error: ResourceThrottled}}
  - {id: oss-slow, match: {product: oss, label: oss}, ttl: 2h, do: {error: {code: SlowDown, retry_after: 2s, headers: {x-test: "1"}}}}
  - {id: oss-gone, match: {product: oss, label: gone}, ttl: 2h, do: {error: {code: NoSuchBucket, message: "no {{method}}"}}}
  - {id: rpc, match: {product: [sts, ram], label: rpc}, ttl: 2h, do: {error: Throttling.User}}
  - {id: sls, match: {product: sls, label: sls}, ttl: 2h, do: {error: WriteQuotaExceed}}
  - {id: both, match: {product: [fc, oss], label: both}, ttl: 2h, do: {error: {code: AccessDenied, args: [no]}}}
  - {id: everybody, match: {product: any, label: any}, ttl: 2h, do: {respond: {status: 418, body: tea}}}
  - {id: lost, match: {product: oss, label: lost}, ttl: 2h, do: {close: {at: headers}}}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    one = Daemon(tmp_path_factory.mktemp("dialects"), rules=RULES).start()
    yield one
    one.stop()


def call(running, host, label, method="GET", path="/"):
    return running.call(method, path, headers={"X-Fcemu-Label": label}, host=host)


@pytest.mark.sound("B8", "a rule without match.product, a call to OSS, STS, RAM, SLS", "the call is not touched")
@pytest.mark.parametrize("host", [OSS, STS, RAM, SLS])
def test_a_rule_strikes_function_compute_alone(running, host):
    untouched = call(running, host, "nobody")

    assert call(running, host, "fc").status == untouched.status
    assert running.requests()[-1]["rule"] is None
    assert running.invoke("x", headers={"X-Fcemu-Label": "fc"}).status == 503


@pytest.mark.sound("B8", "match.product: oss, error: SlowDown", "503 in the XML of OSS, with its own code")
def test_an_error_of_oss_has_its_form(running):
    reply = call(running, f"bucket.{OSS}", "oss", "PUT", "/key")

    assert (reply.status, reply.headers["Content-Type"]) == (503, "application/xml")
    assert re.search(rb"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message><RequestId>\S+</RequestId>", reply.body)
    assert (reply.headers["Retry-After"], reply.headers["x-test"], reply.headers["X-Fcemu-Fault"]) == ("2", "1", "oss-slow")
    assert reply.headers["x-oss-request-id"]
    entry = running.requests()[-1]
    assert (entry["code"], entry["rule"], entry["performed"]) == ("SlowDown", "oss-slow", False)
    gone = call(running, f"bucket.{OSS}", "gone")
    assert (gone.status, b"<Code>NoSuchBucket</Code><Message>no GET</Message>" in gone.body) == (404, True)


@pytest.mark.sound("B8", "match.product: [sts, ram], error: Throttling.User", "400 in the form of RPC APIs")
@pytest.mark.parametrize("host", [STS, RAM])
def test_an_error_of_sts_and_ram_has_their_form(running, host):
    reply = call(running, host, "rpc", "GET", "/?Action=GetCallerIdentity&Format=JSON")
    body = json.loads(reply.body)

    assert reply.status == 400
    assert (body["Code"], body["Message"]) == ("Throttling.User", "Request was denied due to user flow control.")
    assert set(body) == {"RequestId", "HostId", "Code", "Message"}
    assert b"<Code>Throttling.User</Code>" in call(running, host, "rpc", "GET", "/?Action=GetCallerIdentity&Format=XML").body


def test_an_error_of_log_service_has_its_form(running):
    reply = call(running, f"project.{SLS}", "sls")

    assert (reply.status, json.loads(reply.body)) == (403, {"errorCode": "WriteQuotaExceed", "errorMessage": "Write quota exceed."})


def test_a_rule_on_two_products_speaks_both_dialects(running):
    assert b"<Code>AccessDenied</Code>" in call(running, OSS, "both").body
    assert running.invoke("x", headers={"X-Fcemu-Label": "both"}).json()["ErrorCode"] == "AccessDenied"


@pytest.mark.parametrize("host", [OSS, STS, RAM, SLS, "ecs.aliyuncs.com", "16530750.cn-shanghai.fc.aliyuncs.com"])
def test_any_means_everybody(running, host):
    path = "/?Action=DescribeRegions&Version=2014-05-26" if host.startswith("ecs") else "/"

    assert call(running, host, "any", "GET", path).body == b"tea"


def test_connection_faults_know_products(running):
    with pytest.raises(ConnectionError):
        call(running, OSS, "lost")
    assert call(running, SLS, "lost").status != 0


def test_explain_says_whose_call_it_was(running):
    call(running, OSS, "fc")
    told = running.admin("POST", "faults/explain", {"request_id": running.requests()[-1]["request_id"]}).json()["rules"][0]

    assert (told["gate"], told["key_of_match"], told["had"]) == ("match", "product", "oss")


def test_a_tape_knows_the_codes_of_others(daemon, tmp_path):
    running = daemon(rules=RULES)
    first = call(running, OSS, "oss")
    assert running.run("fault", "tape", "save", str(tmp_path / "tape")).returncode == 0
    assert running.run("fault", "tape", "play", str(tmp_path / "tape")).returncode == 0
    again = call(running, OSS, "oss")

    assert (first.status, again.status) == (503, 503)
    assert b"<Code>SlowDown</Code>" in again.body


@pytest.mark.sound("B8", "a code that the product cannot give", "a check error with the nearest one")
@pytest.mark.parametrize(
    "rule, says",
    [
        ("match: {product: oss}, do: {error: SlowDwon}", "F305: rules[0].do.error: oss gives no error 'SlowDwon'; did you mean 'SlowDown'?"),
        ("match: {product: oss}, do: {error: ResourceThrottled}", "F305: rules[0].do.error: oss gives no error 'ResourceThrottled'"),
        ("match: {product: [oss, sls]}, do: {error: NoSuchBucket}", "F305: rules[0].do.error: sls gives no error 'NoSuchBucket'"),
        ("match: {product: [fc, oss]}, do: {error: SlowDown}", "F305: rules[0].do.error: unknown FC code 'SlowDown'"),
        ("do: {error: SlowDown}", "F305: rules[0].do.error: unknown FC code 'SlowDown'"),
        ("match: {product: sts}, do: {one_of: [{do: {error: Throtling}}]}", "sts gives no error 'Throtling'; did you mean 'Throttling'?"),
        ("match: {product: oss}, do: {error: {code: SlowDown, args: [a]}}", "F307: rules[0].do.error.args: errors of other products take no arguments"),
        ("match: {product: oss}, do: {error: {code: SlowDown, status: 500}}", "F306: rules[0].do.error.status: the status is that of the code"),
        ("match: {product: oss}, do: {error: {code: SlowDown, keys: sdk}}", "F310: rules[0].do.error: the bodies of other products have one spelling"),
        ("match: {product: oos}, do: {pass: {}}", "F207: rules[0].match.product: 'oos' is not one of fc, oss, sts, …; did you mean 'oss'?"),
        ("match: {product: oss, operation: InvokeFunction}, do: {pass: {}}", "operations are those of Function Compute"),
    ],
)
def test_what_a_product_cannot_do_is_refused(tmp_path, rule, says):
    (tmp_path / "rules.yaml").write_text(f"version: 1\nrules: [{{id: a, ttl: 1m, {rule}}}]\n", encoding="utf-8")
    checked = fcemu("fault", "check", str(tmp_path / "rules.yaml"), folder=tmp_path)

    assert (checked.returncode, says in checked.stdout + checked.stderr) == (2, True), checked.stdout + checked.stderr


def test_a_forced_status_and_rules_apart_are_fine(tmp_path):
    (tmp_path / "rules.yaml").write_text(
        "version: 1\nrules:\n"
        "  - {id: a, ttl: 1m, do: {error: ResourceThrottled}}\n"
        "  - {id: b, ttl: 1m, match: {product: oss}, do: {error: {code: SlowDown, status: 500, force: true}}}\n",
        encoding="utf-8",
    )
    checked = fcemu("fault", "check", "--strict", str(tmp_path / "rules.yaml"), folder=tmp_path)

    assert checked.returncode == 0, checked.stdout + checked.stderr
