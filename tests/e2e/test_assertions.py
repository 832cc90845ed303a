"""Assertions about time, order and rules: what passes, what fails and shows its calls, what met nothing."""

import subprocess

import pytest

from fcemu import BINARY

RULES = """
version: 1
rules:
  - {id: slow, match: {function: slow}, do: {delay: {at: request, fixed: 300ms}, respond: {status: 200}}}
  - {id: bad, match: {function: bad}, do: {error: InternalServerError}}
  - {id: good, match: {function: good}, do: {respond: {status: 200}}}
  - {id: shy, match: {function: nobody}, do: {error: AccessDenied}}
"""


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    from fcemu import Daemon
    running = Daemon(tmp_path_factory.mktemp("assertions"), rules=RULES).start()
    for function in ("good", "slow", "bad", "good", "bad"):
        running.invoke(function)
    yield running
    running.stop()


@pytest.mark.parametrize("assertion, status, text", [
    ({"latency": {"match": {"function": "slow"}, "p50": {"gte": "300ms"}, "max": {"lt": "60s"}}}, 200, "of 1 calls"),
    ({"latency": {"match": {"function": "slow"}, "p99": {"lt": "100ms"}}}, 409, "wanted, in ms, less than 100"),
    ({"latency": {"match": {"function": "slow"}}}, 422, "write one of p50"),
    ({"latency": {"match": {"function": "gone"}, "p50": {"lt": "1s"}}}, 424, "no call came"),
    ({"errors": {"match": {"function": "good"}}}, 200, "0 of 2 calls failed"),
    ({"errors": {"lte": "40%"}}, 200, "2 of 5 calls failed"),
    ({"errors": {"lte": "30%"}}, 409, "2 of 5 calls failed, wanted at most 0.3"),
    ({"errors": {"over": "1h", "gt": "40%"}}, 409, "2 of 5 calls failed in the worst 3.6e+03 s, 0 s behind the first call"),
    ({"errors": {"over": "0s"}}, 422, "more than 0s"),
    ({"errors": {"over": 3}}, 422, "expected a duration"),
    ({"order": {"of": [{"function": "good"}, {"function": "bad"}, {"function": "good"}]}}, 200, "3 calls in this order"),
    ({"order": {"of": [{"function": "bad"}, {"function": "slow"}]}}, 409, "no call fits of[1] behind"),
    ({"order": {"of": [{"function": "gone"}, {"function": "bad"}]}}, 409, "no call fits of[0]"),
    ({"order": {"of": [{"function": "bad"}]}}, 422, "two matches or more"),
    ({"order": {"of": [{"fnction": "bad"}, {}]}}, 422, "did you mean 'function'?"),
    ({"fires": {"rule": "bad", "eq": 2}}, 200, "rule 'bad' fired 2 times in 5 calls"),
    ({"fires": {"rule": "shy", "eq": 0}}, 200, "fired 0 times"),
    ({"fires": {"rule": "shy"}}, 409, "fired 0 times in 5 calls, wanted at least 1"),
    ({"fires": {"rule": "shi", "eq": 0}}, 422, "rule: there is no 'shi'; did you mean 'shy'?"),
    ({"fires": {"rule": "nothing of the kind", "lte": 3}}, 422, "rule: there is no 'nothing of the kind'"),
    ({"fires": {"eq": 2}}, 422, "name the rule"),
    ({"fires": {"rule": "bad", "match": {"function": "gone"}}}, 424, "no call came"),
    ({"latency": {"match": {"function": "gone"}, "p50": {"lt": "1s"}, "allow_none": True}}, 200, "no call came"),
    ({"calls": {"match": {"function": "gone"}, "gte": 1, "allow_none": True}}, 200, "no call came"),
    ({"calls": {"allow_none": "yes"}}, 422, "allow_none: expected true or false"),
    ({"latncy": {}}, 422, "did you mean 'latency'?"),
    ({"calls": {"match": {"code": "InternalServerErr"}}}, 422, "match: code: there is no 'InternalServerErr'; did you mean 'InternalServerError'?"),
    ({"calls": {"match": {"code": {"not": "AccesDenied"}}}}, 422, "did you mean 'AccessDenied'?"),
    ({"calls": {"match": {"code": "InternalServerError"}, "eq": 2}}, 200, "2"),
    ({"calls": {"match": {"code": "OfMyOwnProgram"}, "eq": 0}}, 200, "0"),
    ({"calls": {"match": {"region": "cn-shanghia"}}}, 422, "match: region: there is no 'cn-shanghia'; did you mean 'cn-shanghai'?"),
    ({"calls": {"match": {"region": "cn-*"}, "eq": 5}}, 200, "5"),
    ({"calls": {"match": {"repeated_by": "transprt"}}}, 422, "did you mean 'transport'?"),
    ({"order": {"of": [{"code": "InternalServerErr"}, {}]}}, 422, "of[0]: code: there is no"),
    ({"order": {"match": {"function": "gone"}, "of": [{}, {"region": "cn-shanghia"}]}}, 422, "of[1]: region: there is no"),
    ({"failover": {"from": "cn-shanghia", "to": "cn-beijing"}}, 422, "from: region: there is no 'cn-shanghia'; did you mean 'cn-shanghai'?"),
    ({"failover": {"from": "cn-shanghai", "to": "cn-bejing"}}, 422, "to: region: there is no 'cn-bejing'; did you mean 'cn-beijing'?"),
    ({"failover": {"from": "cn-shanghai", "to": "cn-beijing"}}, 409, "no call succeeded in cn-beijing"),
    ({"backoff": {"no_retry_on": ["AccesDenied"]}}, 422, "no_retry_on[0]: code: there is no 'AccesDenied'; did you mean 'AccessDenied'?"),
    ({"backoff": {"no_retry_on": [429, "429"]}}, 422, "no_retry_on[1]: expected a status such as 429"),
    ({"backoff": {"no_retry_on": [True]}}, 422, "no_retry_on[0]: expected a status"),
    ({"backoff": {"no_retry_on": [429, "AccessDenied"]}}, 200, ""),
    ({"seen": {"code": "AccesDenied"}}, 422, "code: there is no 'AccesDenied'; did you mean 'AccessDenied'?"),
    ({"seen": {"code": 403}}, 422, "code: expected a text"),
    ({"seen": {"code": "AccessDenied"}}, 424, "no observation"),
    ({"coverage": {"errors": "AccesDenied"}}, 422, "errors: there is no 'AccesDenied'; did you mean 'AccessDenied'?"),
    ({"coverage": {"errors": ["AccessDenied", "hang", "*Denied"], "operations": "@invoke", "eq": 0}}, 200, "cells"),
    ({"coverage": {"errors": ["nothing of the kind"]}}, 422, "errors: there is no 'nothing of the kind'"),
    ({"coverage": {"operations": ["InvokFunction"]}}, 422, "operations: there is no 'InvokFunction'; did you mean 'InvokeFunction'?"),
])
def test_an_assertion_is_judged(called, assertion, status, text):
    reply = called.admin("POST", "requests/verify", [assertion])
    assert reply.status == status, reply.body
    told = reply.json()
    assert text in (told["detail"] if status == 422 else told["results"][0]["text"])


@pytest.mark.sound("B5", "retries?code=AccesDenied, clients?region=cn-shanghia, coverage?error=AccesDenied", "400 with the nearest")
@pytest.mark.parametrize("question, nearest", [
    ("requests?code=AccesDenied", "AccessDenied"),
    ("requests?repeated_by=programm", "program"),
    ("retries?code=AccesDenied", "AccessDenied"),
    ("retries?region=cn-shanghia", "cn-shanghai"),
    ("retries?profile=fc-node-2&code=!AccesDenied", "AccessDenied"),
    ("clients?code=AccesDenied", "AccessDenied"),
    ("clients?region=cn-shanghia", "cn-shanghai"),
    ("coverage?error=AccessDenied,AccesDenied", "AccessDenied"),
    ("coverage?operation=InvokFunction", "InvokeFunction"),
    ("deliveries?region=cn-shanghia", "cn-shanghai"),
    ("logs?region=cn-shanghia", "cn-shanghai"),
    ("logs?follow=true&region=cn-shanghia", "cn-shanghai"),
])
def test_a_question_about_a_misspelt_word_is_refused(called, question, nearest):
    reply = called.admin("GET", question)

    assert (reply.status, f"did you mean '{nearest}'?" in reply.json()["detail"]) == (400, True), reply.body


@pytest.mark.parametrize("question", [
    "retries?code=InternalServerError", "retries?region=cn-shanghai", "clients?code=!AccessDenied", "coverage?error=AccessDenied,hang*",
    "coverage?operation=@invoke&operation=connection", "deliveries?region=eu-*", "deliveries?region=cn-shanghai", "logs?region=cn-shanghai", "logs?region=my-own",
])
def test_a_question_about_a_word_that_there_is_is_answered(called, question):
    assert called.admin("GET", question).status == 200


def test_a_failure_shows_the_calls_that_it_is_about(called):
    result = called.admin("POST", "requests/verify", [{"errors": {}}]).json()["results"][0]
    failed = [entry["request_id"] for entry in called.requests("&function=bad")]
    assert result["calls"][:2] == failed and len(result["calls"]) == 5


PROFILES = ["exponential-full-jitter", "fc-java-2016", "fc-node-2", "fc-python-2016", "funcraft-3", "terraform-alicloud"]


@pytest.mark.sound("F", "backoff: {profile: NAME} of a drill, for each name", "taken; another is refused with the nearest")
@pytest.mark.parametrize("name, nearest", [*((name, None) for name in PROFILES), ("terraform-alicloud2", "terraform-alicloud"), ("fc-pyton-2016", "fc-python-2016")])
def test_profiles_of_drills(tmp_path, name, nearest):
    rules = "version: 1\nrules: [{id: a, do: {error: AccessDenied}, ttl: 1h}]\ndrills: [{id: d, steps: [{at: 0s, enable: a}], assert: [{backoff: {profile: %s}}]}]\n" % name
    (tmp_path / "rules.yaml").write_text(rules, encoding="utf-8")
    done = subprocess.run([BINARY, "fault", "check", tmp_path / "rules.yaml"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == (2 if nearest else 0), done
    if nearest:
        assert f"no profile '{name}'" in done.stderr and f"did you mean '{nearest}'?" in done.stderr
