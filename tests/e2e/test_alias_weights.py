"""Calls of an alias with weights: which version takes each is drawn from the seed, and the answer says which it was."""

import base64
import json

import pytest

from functions import SERVICES, Functions, packed

CALLS = 60
CODE = "def handler(event, context):\n  return '%s ' + context.service.version_id + ' ' + context.service.qualifier\n"


def ok(reply):
    assert reply.status in (200, 201), reply.body
    return reply.json()


def deploy_2016(running):
    """Versions 1 and 2 of a service, and the working copy; an alias that hands three tenths of version 1's calls to version 2."""
    functions = Functions(running)
    name = functions.create("python3", {"index.py": CODE % "first"})
    ok(running.call("POST", f"{SERVICES}/demo/versions", "{}"))
    functions.update(name, files={"index.py": CODE % "second"})
    ok(running.call("POST", f"{SERVICES}/demo/versions", "{}"))
    functions.update(name, files={"index.py": CODE % "third"})
    alias = {"aliasName": "prod", "versionId": "1", "additionalVersionWeight": {"2": 0.3}}
    ok(running.call("POST", f"{SERVICES}/demo/aliases", json.dumps(alias)))
    trigger = {"triggerName": "http", "triggerType": "http", "qualifier": "prod", "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}}
    ok(running.call("POST", f"{SERVICES}/demo/functions/{name}/triggers", json.dumps(trigger)))
    return f"{SERVICES}/demo.prod/functions/{name}/invocations"


def deploy_2023(running):
    def code(word):
        return {"zipFile": base64.b64encode(packed({"index.py": CODE % word})).decode()}

    path = "/2023-03-30/functions"
    ok(running.call("POST", path, json.dumps({"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": code("first")})))
    ok(running.call("POST", f"{path}/f/versions", "{}"))
    ok(running.call("PUT", f"{path}/f", json.dumps({"code": code("second")})))
    ok(running.call("POST", f"{path}/f/versions", "{}"))
    alias = {"aliasName": "prod", "versionId": "1", "additionalVersionWeight": {"2": 0.3}}
    ok(running.call("POST", f"{path}/f/aliases", json.dumps(alias)))
    return f"{path}/f/invocations?qualifier=prod"


DEPLOYED = {"2016": deploy_2016, "2023": deploy_2023}


def versions(running, path, count=CALLS):
    """The version of each call, by its header and by the function itself, which agree."""
    found = []
    for _ in range(count):
        reply = running.call("POST", path)
        assert reply.status == 200
        found.append(reply.headers["X-Fc-Invocation-Service-Version"])
        assert reply.body.decode() == f"{'first' if found[-1] == '1' else 'second'} {found[-1]} prod"
    return found


@pytest.mark.parametrize("api", DEPLOYED)
def test_weights_share_calls_and_the_seed_repeats_them(daemon, api):
    running = daemon(arguments=["--seed", "7"])
    path = DEPLOYED[api](running)
    first = versions(running, path)
    assert set(first) == {"1", "2"}
    assert 0.1 < first.count("2") / CALLS < 0.5  # 0.3, of a seed that is known
    other = daemon(arguments=["--seed", "7"])
    assert versions(other, DEPLOYED[api](other)) == first
    assert running.admin("PUT", "faults/seed", {"seed": 8}).status == 200
    assert versions(running, path) != first
    assert running.admin("PUT", "faults/seed", {"seed": 7}).status == 200
    assert versions(running, path) == first


def test_http_triggers_and_asynchronous_calls_are_shared_alike(daemon):
    running = daemon(arguments=["--seed", "7"])
    path = deploy_2016(running)
    name = path.split("/")[5]
    # No handler of HTTP requests: the answer says who has failed.
    replies = [running.call("GET", f"/2016-08-15/proxy/demo.prod/{name}/") for _ in range(CALLS)]
    assert {reply.headers["X-Fc-Invocation-Service-Version"] for reply in replies} == {"1", "2"}
    for _ in range(CALLS):
        reply = running.call("POST", path, headers={"X-Fc-Invocation-Type": "Async"})
        assert reply.status == 202
    while len(lines := logged(running, name, "end")) < 2 * CALLS:
        pass
    assert {line["version"] for line in lines[CALLS:]} == {"1", "2"}


def logged(running, name, kind):
    return [line for line in running.admin("GET", f"logs?function={name}").json()["lines"] if line["kind"] == kind]


@pytest.mark.parametrize("weight, version", [(0, "1"), (1, "2")])
def test_all_or_nothing(daemon, weight, version):
    running = daemon()
    path = deploy_2016(running)
    ok(running.call("PUT", f"{SERVICES}/demo/aliases/prod", json.dumps({"additionalVersionWeight": {"2": weight}})))
    assert set(versions(running, path, 10)) == {version}


def test_a_version_that_has_gone_is_missed_by_its_calls_alone(daemon):
    running = daemon(arguments=["--seed", "7"])
    path = deploy_2016(running)
    reply = running.call("DELETE", f"{SERVICES}/demo/versions/2")
    if reply.status != 204:
        pytest.skip("an alias keeps its versions")
    replies = [running.call("POST", path) for _ in range(CALLS)]
    assert {reply.status for reply in replies} == {200, 404}
    assert {reply.json()["ErrorCode"] for reply in replies if reply.status == 404} == {"VersionNotFound"}


def test_a_version_by_its_number_has_no_weights(daemon):
    running = daemon()
    path = deploy_2016(running).replace(".prod", ".1")
    assert {running.call("POST", path).headers["X-Fc-Invocation-Service-Version"] for _ in range(10)} == {"1"}


