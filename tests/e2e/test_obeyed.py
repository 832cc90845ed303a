"""Every option, key and filter: what it does, and what it refuses. Nothing is taken and then passed over."""

import json
import re

import pytest

from fcemu import Daemon, fcemu

YAML = {"Content-Type": "application/yaml"}
RULES = """version: 1
seed: 7
rules:
  - {id: one, match: {function: one}, ttl: 2h, do: {error: AccessDenied}}
  - {id: two, match: {function: two}, ttl: 2h, do: {error: ResourceThrottled}}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A daemon that has answered 403, 503, 404 and heeds headers."""
    one = Daemon(tmp_path_factory.mktemp("obeyed"), rules=RULES, arguments=["--header-control"]).start()
    for function in ("one", "two", "three"):
        one.invoke(function)
    yield one
    one.stop()


# ---- X-Fcemu-Fault ----


@pytest.mark.sound("B5", "X-Fcemu-Fault: eror=X", "400 InvalidArgument that says what it can be")
@pytest.mark.parametrize(
    "header, says",
    [
        ("eror=AccessDenied", "did you mean 'error'?"),
        ("error=AccessDenide", "did you mean 'AccessDenied' (403)?"),
        ("delay=300", "300"),
        ("probability=banana; error=AccessDenied", "probability"),
        ("error=AccessDenied; error=AccessDenied", "error"),
        ("reset={at: accept}", "before the request"),
        ("x" * 5000, "longer than 4 KiB"),
    ],
)
def test_a_header_that_is_no_rule_is_refused(running, header, says):
    reply = running.invoke("three", headers={"X-Fcemu-Fault": header})

    assert reply.status == 400
    assert reply.json()["ErrorCode"] == "InvalidArgument"
    assert says in reply.json()["ErrorMessage"]
    assert "error=ResourceThrottled; delay=300ms; probability=50%" in reply.json()["ErrorMessage"]


@pytest.mark.parametrize("header, status", [("error=ResourceExhausted", 429), ("delay=1ms; error = {code: AccessDenied}", 403), ("pass", 404)])
def test_a_header_that_is_a_rule_strikes(running, header, status):
    assert running.invoke("three", headers={"X-Fcemu-Fault": header}).status == status


def test_a_header_that_is_not_heeded_is_a_near_miss(daemon):
    deaf = daemon(rules=RULES)

    assert deaf.invoke("three", headers={"X-Fcemu-Fault": "error=AccessDenied"}).status == 404
    assert "--header-control" in deaf.requests()[-1]["near_miss"]


# ---- assertions ----


@pytest.mark.sound("B5", "verify failover.back: banana", "422 that names the key")
@pytest.mark.parametrize("back, status", [("banana", 422), (1, 422), (None, 422), (True, 424), (False, 424)])
def test_failover_back_is_a_flag(running, back, status):
    reply = running.admin("POST", "requests/verify", [{"failover": {"from": "cn-shanghai", "to": "cn-beijing", "match": {"region": "cn-beijing"}, "back": back}}])

    assert reply.status == status
    assert ("back: expected true or false" in reply.body.decode()) == (status == 422)


# ---- dry-run ----


@pytest.mark.sound("B5", "fault dry-run with an edited copy of the rules in force", "what the copy would have done")
def test_dry_run_takes_an_edited_copy(running, tmp_path):
    copy = running.run("fault", "show", "one").stdout.replace("AccessDenied", "ResourceExhausted")
    (tmp_path / "copy.yaml").write_text(RULES.replace("AccessDenied", "ResourceExhausted"), encoding="utf-8")
    told = running.run("fault", "dry-run", str(tmp_path / "copy.yaml"), "--json")

    assert told.returncode == 0, told.stderr
    assert [rule["id"] for rule in json.loads(told.stdout)["rules"]] == ["one", "two"]
    assert "ResourceExhausted" in copy
    over = running.admin("POST", "faults/dry-run?over=files", RULES, YAML)
    assert (over.status, "F301" in over.body.decode()) == (422, True)
    assert running.run("fault", "dry-run", str(tmp_path / "copy.yaml"), "--over-files").returncode == 2


@pytest.mark.parametrize("query, says", [("over=file", "over: 'file'"), ("lats=5", "unknown parameter 'lats'"), ("last=x", "last: 'x'")])
def test_dry_run_refuses_what_it_does_not_know(running, query, says):
    reply = running.admin("POST", f"faults/dry-run?{query}", RULES, YAML)

    assert (reply.status, says in reply.json()["detail"]) == (400, True)


# ---- tape ----


@pytest.mark.sound("B5", "an empty tape is played", "422; and a tape that plays is told by health, fault list and PUT")
def test_an_empty_tape_is_refused_and_a_tape_that_plays_is_told(daemon, tmp_path):
    running = daemon(rules=RULES)
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    for empty in ("", "\n \n"):
        assert running.admin("PUT", "faults/tape", empty, {"Content-Type": "application/x-ndjson"}).status == 422
    assert running.run("fault", "tape", "play", str(tmp_path / "empty")).returncode == 2
    assert running.invoke("one").status == 403
    assert running.admin("GET", "health").json()["faults"]["playing"] is False
    assert "a tape plays" not in running.run("fault", "list").stdout

    assert running.run("fault", "tape", "save", str(tmp_path / "tape")).returncode == 0
    played = running.run("fault", "tape", "play", str(tmp_path / "tape"), "--json")
    assert json.loads(played.stdout) == {"playing": True, "calls": 1}
    assert running.admin("GET", "health").json()["faults"]["playing"] is True
    assert running.admin("GET", "faults").json()["playing"] is True
    assert "a tape plays and no rule is asked" in running.run("fault", "list").stdout
    assert [running.invoke("one").status for _ in range(2)] == [403, 404]
    assert running.run("fault", "tape", "stop").returncode == 0
    assert running.invoke("one").status == 403
    assert running.admin("GET", "faults").json()["playing"] is False


# ---- sample ----


@pytest.mark.sound("B5", "fault sample of a wave", "percentiles over one period")
def test_a_wave_is_sampled_over_its_period(tmp_path):
    text = fcemu("fault", "sample", "{wave: {shape: triangle, base: 100ms, amplitude: 50ms, period: 10s}}", "--json", "-n", "1001", folder=tmp_path)
    told = json.loads(text.stdout)

    assert abs(told["p1"] - 51) < 0.2 and abs(told["p50"] - 100) < 0.2 and abs(told["p99"] - 149) < 0.2


# ---- retries ----


@pytest.mark.sound("B5", "retries --profile X", "the verdict of backoff, by CLI and HTTP; an unknown profile is 400 with the nearest")
def test_retries_are_judged_by_a_profile(daemon):
    running = daemon(rules=RULES)
    for _ in range(3):
        running.invoke("two", b"same")
    for profile, verdict, code in (("fc-node-2", "fail", 1), ("fc-java-2016", "pass", 0)):
        told = running.admin("GET", f"retries?profile={profile}&function=two").json()["profile"]
        assert (told["name"], told["verdict"]) == (profile, verdict), told
        shown = running.run("retries", "--profile", profile)
        assert (shown.returncode, f"{verdict} {profile}: " in shown.stdout) == (code, True), shown
    wrong = running.admin("GET", "retries?profile=fc-node")
    assert (wrong.status, "did you mean 'fc-node-2'?" in wrong.json()["detail"]) == (400, True)
    assert running.run("retries", "--profile", "no & such").returncode == 2
    assert running.admin("GET", "retries?function=two&profil=x").status == 400
    nothing = running.admin("GET", "retries?profile=fc-node-2&function=nobody").json()["profile"]["verdict"]
    assert nothing not in ("pass", "fail")


# ---- filters ----


@pytest.mark.sound("B5", "requests?status=!200, ?status=403&status=503", "none of those, one of these")
@pytest.mark.parametrize(
    "query, want",
    [
        ("status=!403", [503, 404]),
        ("status=!4xx", [503]),
        ("status=!403&status=!503", [404]),
        ("status=403&status=503", [403, 503]),
        ("status=5xx&status=404", [503, 404]),
        ("status=4xx&status=!404", [403]),
        ("status=>=404&status=<504", [503, 404]),
        ("status=!>=404", [403]),
    ],
)
def test_numbers_are_filtered_like_texts(running, query, want):
    got = [entry["status"] for entry in running.requests("&number=<=3&" + query)]

    assert got == want


@pytest.mark.parametrize("match, want", [({"not": 403}, 2), ([403, 503], 2), ({"gte": 404, "lt": 504}, 2), ("!5xx", 2)])
def test_assertions_filter_numbers_alike(running, match, want):
    reply = running.admin("POST", "requests/verify", [{"calls": {"match": {"number": {"lte": 3}, "status": match}, "eq": want}}])

    assert reply.status == 200, reply.body


@pytest.mark.sound("B5", "until=0000", "400; a time is a date, milliseconds since 1970 or an age")
@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("value", ["0000", "0", "2026", "1764000000", "banana", ""])
def test_what_is_no_time_is_refused(running, name, value):
    assert running.admin("GET", f"requests?{name}={value}").status == 400


@pytest.mark.sound("B5", "requests --since 5m", "as the API takes it; a plain number is a call's")
@pytest.mark.parametrize(
    "since, rows", [("5m", 3), ("1h", 3), ("2020-01-01T00:00:00Z", 3), ("2100-01-01T00:00:00Z", 0), ("1500000000000", 3), ("1", 2), ("3", 0)]
)
def test_since_is_a_time_or_a_number(running, since, rows):
    shown = running.run("requests", "--since", since, "number=<=3", "--json")

    assert shown.returncode == 0, shown.stderr
    assert len(json.loads(shown.stdout)["requests"]) == rows
    assert running.run("requests", "--since", "soon").returncode == 2


# ---- check ----


@pytest.mark.sound("B5", "fcemu check FILE; version: 1 at the head of a configuration", "checked and taken; another version is refused")
def test_check_takes_a_file_and_a_version(tmp_path):
    path = tmp_path / "fcemu.yaml"
    path.write_text("version: 1\nwatch: false\n", encoding="utf-8")
    assert fcemu("check", str(path), folder=tmp_path).stdout == "ok\n"
    assert fcemu("check", "--config", str(path), folder=tmp_path).returncode == 0
    assert "say the file once" in fcemu("check", str(path), "--config", str(path), folder=tmp_path).stderr
    path.write_text("version: 2\n", encoding="utf-8")
    refused = fcemu("check", str(path), folder=tmp_path)
    assert refused.returncode == 2
    assert re.search(r"fcemu.yaml:1:10: error F20\d: version: this build reads version 1", refused.stderr), refused.stderr


# ---- tokens of listings ----

LISTS = [
    "/2021-04-06/services",
    "/2021-04-06/services/s/functions",
    "/2021-04-06/services/s/versions",
    "/2021-04-06/services/s/aliases",
    "/2021-04-06/services/s/functions/f/triggers",
    "/2021-04-06/services/s/functions/f/async-invoke-configs",
    "/2021-04-06/services/s/functions/f/stateful-async-invocations",
    "/2021-04-06/provision-configs",
    "/2021-04-06/on-demand-configs",
    "/2021-04-06/custom-domains",
    "/2021-04-06/layers",
    "/2021-04-06/reserved-capacities",
    "/2023-03-30/functions",
    "/2023-03-30/functions/g/versions",
    "/2023-03-30/functions/g/aliases",
    "/2023-03-30/functions/g/triggers",
    "/2023-03-30/functions/g/async-tasks",
    "/2023-03-30/custom-domains",
    "/2023-03-30/layers",
    "/2023-03-30/concurrency-configs",
    "/2023-03-30/provision-configs",
    "/2023-03-30/async-invoke-configs",
]
GARBAGE = ["garbage", "zzz", "0123456789abcdef", "%00", "-"]


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    from fcemu import Daemon

    running = Daemon(tmp_path_factory.mktemp("listed")).start()

    def make(path, body):
        assert running.call("POST", path, json.dumps(body)).status in (200, 201)

    code = {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}
    make("/2021-04-06/services", {"serviceName": "s"})
    make("/2021-04-06/services", {"serviceName": "t"})
    make("/2021-04-06/services/s/functions", {"functionName": "f", "runtime": "python3.9", "handler": "a.b", "code": code})
    for name in ("g", "h", "i"):
        make("/2023-03-30/functions", {"functionName": name, "runtime": "python3.10", "handler": "a.b", "code": code})
    yield running
    running.stop()


@pytest.mark.parametrize("path", [pytest.param(path, marks=pytest.mark.sound("B5", f"{path}?nextToken=garbage", "400 InvalidArgument")) for path in LISTS])
def test_tokens_that_nobody_gave_are_refused(listed, path):
    for token in GARBAGE:
        reply = listed.call("GET", f"{path}?nextToken={token}")
        assert reply.status == 400, (token, reply.body)
        body = reply.json()
        assert (body.get("Code") or body["ErrorCode"]) == "InvalidArgument"
        assert "nextToken is set to an invalid value" in (body.get("Message") or body["ErrorMessage"])
    assert listed.call("GET", f"{path}?nextToken=").status == 200


def test_tokens_lead_on_in_their_own_listing_alone(listed):
    page = listed.call("GET", "/2023-03-30/functions?limit=1").json()
    token = page["nextToken"]
    rest = listed.call("GET", f"/2023-03-30/functions?limit=5&nextToken={token}").json()
    assert [f["functionName"] for f in page["functions"] + rest["functions"]] == ["g", "h", "i"]
    assert "nextToken" not in rest
    spoiled = token[:-1] + ("0" if token[-1] != "0" else "1")
    elsewhere = "1234.cn-shanghai.fc.aliyuncs.com"
    assert listed.call("GET", f"/2023-03-30/functions?nextToken={spoiled}").status == 400
    assert listed.call("GET", f"/2021-04-06/services?nextToken={token}").status == 400
    assert listed.call("GET", f"/2023-03-30/functions?nextToken={token}", host=elsewhere).status == 400


def test_tokens_of_2016_are_names(listed):
    """Its clients' suites compare them with names, and continue where a name was."""
    page = listed.call("GET", "/2016-08-15/services?limit=1&startKey=s").json()
    assert page["nextToken"] == "t"
    assert [s["serviceName"] for s in listed.call("GET", "/2016-08-15/services?nextToken=ss").json()["services"]] == ["t"]


def test_capital_tokens_are_checked_too(listed):
    reply = listed.call("GET", "/2023-03-30/tags-v2?ResourceType=function&NextToken=garbage")
    assert reply.status == 400 and "NextToken is set to an invalid value" in reply.json()["Message"]
