"""Control calls do all that is asked or nothing: what nobody knows is refused, by every call that changes something."""

import json

import pytest

from fcemu import ACCOUNT, REGION

RULES = """
version: 1
groups: {g: {description: a group}}
rules:
  - {id: r, group: g, match: {function: x, account: "777"}, when: {calls: {first: 1}}, do: {error: AccessDenied}}
  - {id: each, match: {function: y}, when: {per: account, calls: {first: 1}}, do: {error: AccessDenied}}
  - {id: pair, match: {function: z}, when: {per: [function, account], calls: {first: 1}}, do: {error: AccessDenied}}
  - {id: sets, match: {function: t}, do: {error: AccessDenied, set_state: {scenario: flow, to: open}}}
"""
PATH = {"{id}": "r", "{name}": "g", "{number}": "1", "{chain}": "1"}
MINE, THEIRS = (f"{account}.{REGION}.fc.aliyuncs.com" for account in ("777", ACCOUNT))


@pytest.fixture
def running(daemon):
    return daemon(rules=RULES)


def create(running, name, host=MINE):
    reply = running.call("POST", "/2016-08-15/services", json.dumps({"serviceName": name}), host=host)
    assert reply.status == 200, reply.body


def services(running, host=MINE):
    return [service["serviceName"] for service in running.call("GET", "/2016-08-15/services", host=host).json()["services"]]


def changing_calls(running):
    for path, methods in running.admin("GET", "openapi.json").json()["paths"].items():
        for name, value in PATH.items():
            path = path.replace(name, value)
        yield from ((method.upper(), path.removeprefix("/_fcemu/")) for method in methods if method != "get")


@pytest.mark.sound("A3", '{"nonsense": 1} to every control call that changes something', "400 or 422 that names it; nothing changed")
def test_unknown_members_are_refused_everywhere(running):
    create(running, "kept")
    for _ in range(2):
        running.invoke("x", host=MINE)
    before = running.admin("GET", "faults").json(), len(running.requests()), services(running)
    calls = list(changing_calls(running))
    assert len(calls) > 20
    for method, path in calls:
        reply = running.admin(method, path, {"nonsense": 1})
        assert reply.status in (400, 409, 422, 501), (method, path, reply.status, reply.body)
        if reply.status == 400 and path != "mcp":  # JSON-RPC has members and refusals of its own
            assert b"unknown member 'nonsense'" in reply.body, (method, path, reply.body)
        reply = running.admin(method, f"{path}?nonsense=1")
        assert reply.status in (400, 409, 422), (method, path, reply.status, reply.body)
    after = running.admin("GET", "faults").json(), len(running.requests()), services(running)
    assert after[1] >= before[1] and after[2] == before[2]
    assert [(rule["id"], rule["enabled"], rule["fired"]) for rule in after[0]["rules"]] == [
        (rule["id"], rule["enabled"], rule["fired"]) for rule in before[0]["rules"]
    ]
    assert (after[0]["seed"], after[0]["stopped"]) == (before[0]["seed"], before[0]["stopped"])


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        pytest.param("POST", "state/reset", {"sed": True}, "unknown member 'sed'; did you mean 'seed'?", marks=pytest.mark.sound("A3", 'state/reset {"sed": true}', "400 with the nearest word, nothing wiped")),
        pytest.param("POST", "state/reset", {"seed": "no"}, "seed: expected true or false", marks=pytest.mark.sound("A3", 'state/reset {"seed": "no"}', "400, nothing wiped")),
        ("POST", "state/reset", {"seed": None}, "seed: expected true or false"),
        ("POST", "state/reset", {"account": True}, "account: expected an account id such as 1234567890123456"),
        ("POST", "state/reset", {"account": ""}, "account: expected an account id such as 1234567890123456"),
        ("POST", "state/reset", {"account": "12a"}, "account: expected an account id such as 1234567890123456"),
        ("POST", "keys", {"account": "abc"}, "account: expected an account id such as 1234567890123456"),
        ("POST", "sign", {"account": "-1", "method": "GET", "path": "/"}, "account: expected an account id such as 1234567890123456"),
        ("POST", "triggers/emit", {"type": "oss", "account": "a b"}, "account: expected an account id such as 1234567890123456"),
        ("POST", "state/reset", [], "the body: expected an object"),
        ("POST", "state/reset", {"seed": True, "x" * 40: 1}, "there is 'seed', 'account'"),
        ("POST", "state/reset?seed=true", {}, "unknown parameter 'seed'; this call takes none"),
        ("POST", "reset", {"waht": ["journal"]}, "unknown member 'waht'; did you mean 'what'?"),
        ("POST", "reset", {"what": "journal"}, "what: expected a list of texts"),
        ("POST", "reset", {"what": [1]}, "what: expected a list of texts"),
        ("POST", "faults/stop", {"released": 1}, "unknown member 'released'; this call takes none"),
        ("DELETE", "faults", {"id": "r"}, "unknown member 'id'"),
        ("POST", "faults/rules?plase=first", {"id": "n", "do": {"error": "AccessDenied"}}, "unknown parameter 'plase'; did you mean 'place'?"),
        ("PUT", "faults/seed", {"seed": 1.5}, "seed: expected a text or a whole number from 0"),
        ("PUT", "faults/seed", {"seed": -1}, "seed: expected a text or a whole number from 0"),
        ("PUT", "faults/seed", {"sead": 1}, "did you mean 'seed'?"),
        ("PUT", "faults/groups/g", {"enabled": "no"}, "enabled: expected true or false"),
        ("PUT", "faults/groups/g", {"enabled": False, "enbled": True}, "did you mean 'enabled'?"),
        ("PUT", "scenarios/flow", {"state": 1}, "state: expected a text or null"),
        ("PUT", "clock", {"advance": 5}, "advance: expected a text"),
        ("PUT", "clock", {"advance": "5h", "freez": True}, "did you mean 'freeze'?"),
        ("POST", "snapshots/save", {"folder": 1}, "folder: expected a text"),
        ("POST", "snapshots/save", {"foldr": "/tmp/x"}, "did you mean 'folder'?"),
        ("POST", "observations", {"request_id": "r", "attempts": -1}, "attempts: expected a whole number from 0"),
        ("POST", "observations", {"request_id": "r", "atempts": 1}, "did you mean 'attempts'?"),
        ("POST", "requests/verify", {"asert": []}, "did you mean 'assert'?"),
        ("POST", "requests/verify", {"assert": [1]}, "assert: expected a list of objects"),
        ("POST", "requests/verify", [{"calls": {}}, 5], "the body[1]: expected an object"),
        ("POST", "requests/verify", '"/a/file"', "the body: expected an object or a list of objects"),
        ("POST", "faults/explain", {"request": "r"}, "unknown member 'request'"),
    ],
)
def test_mistakes_in_a_body_change_nothing(running, method, path, body, says):
    create(running, "kept")
    reply = running.admin(method, path, body)
    assert reply.status == 400 and says in reply.json()["detail"], reply.body
    assert services(running) == ["kept"]
    assert all(rule["enabled"] for rule in running.admin("GET", "faults").json()["rules"])


def test_each_mistake_is_named_with_its_path(running):
    errors = running.admin("POST", "state/reset", {"sed": True, "account": {}}).json()["errors"]
    assert [error["path"] for error in errors] == ["sed", "account"]
    assert errors[0]["hint"] == "did you mean 'seed'?" and "hint" not in errors[1]


def test_openapi_describes_what_is_taken_and_nothing_else(running):
    schema = running.admin("GET", "openapi.json").json()["components"]["schemas"]["StateReset"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["seed"] == {"anyOf": [{"type": "boolean"}]}
    assert set(schema["properties"]) == {"seed", "account"}


def statuses(running, function, host, times=2):
    return [running.invoke(function, host=host).status for _ in range(times)]


ONLY_FIRST = [403, 404]


@pytest.mark.parametrize("account", ["777", 777])
@pytest.mark.sound("A3", 'state/reset {"account": A}', "its resources, journal, counters and added rules, of no other account")
def test_one_account_is_reset_alone(running, account):
    for host in (MINE, THEIRS):
        create(running, "s", host)
        assert statuses(running, "y", host) == statuses(running, "z", host) == ONLY_FIRST
    assert statuses(running, "x", MINE) == ONLY_FIRST
    for rule in (
        {"id": "mine", "match": {"account": "777", "function": "w"}, "do": {"error": "AccessDenied"}},
        {"id": "both", "match": {"account": ["777", ACCOUNT], "function": "v"}, "do": {"error": "AccessDenied"}},
    ):
        assert running.admin("POST", "faults/rules", rule).status == 201
    assert statuses(running, "w", MINE, 1) == [403]

    assert running.admin("POST", "state/reset", {"account": account}).status == 200

    assert services(running, THEIRS) == ["s"]
    kept = running.requests()
    assert {entry["account"] for entry in kept} == {ACCOUNT}
    assert services(running, MINE) == []
    assert statuses(running, "x", MINE) == statuses(running, "y", MINE) == statuses(running, "z", MINE) == ONLY_FIRST
    assert statuses(running, "y", THEIRS, 1) == statuses(running, "z", THEIRS, 1) == [404]
    assert [rule["id"] for rule in running.admin("GET", "faults").json()["rules"]] == ["r", "each", "pair", "sets", "both"]
    assert statuses(running, "w", MINE, 1) == [404]
    assert statuses(running, "v", MINE, 1) == [403]


def test_reset_verb_takes_an_account(running):
    for host in (MINE, THEIRS):
        create(running, "s", host)
    refused = running.run("reset", "--account", "777", "--what", "journal")
    assert refused.returncode == 2 and "leave out --what" in refused.stderr
    assert services(running, MINE) == ["s"]
    done = running.run("reset", "--account", "777")
    assert done.returncode == 0, done.stderr
    assert services(running, MINE) == [] and services(running, THEIRS) == ["s"]


ANYTHING = ("ca.pem", "livez", "readyz", "ui")  # pages and probes, which need no token


@pytest.mark.sound("B5", "?nonsense=1 to every control call that asks", "400 that names it, and what there is")
def test_unknown_parameters_are_refused_everywhere(running):
    document = running.admin("GET", "openapi.json").json()["paths"]
    for path, methods in document.items():
        named = {each["name"] for each in methods.get("get", {}).get("parameters", ()) if each["in"] == "query"}
        for name, value in PATH.items():
            path = path.replace(name, value)
        path = path.removeprefix("/_fcemu").removeprefix("/")
        if "get" not in methods or path.startswith(ANYTHING):
            continue
        reply = running.admin("GET", f"{path}?nonsense=1")
        assert (reply.status, "nonsense" in reply.json()["detail"]) == (400, True), (path, reply.body)
        for name in named - {"since", "until"}:
            reply = running.admin("GET", f"{path}?{name}x=1")
            assert (reply.status, f"'{name}x'" in reply.json()["detail"]) == (400, True), (path, reply.body)
    for path in ("livez?x=1", "readyz?x=1", "ca.pem?x=1"):
        assert running.admin("GET", path).status == 200


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("deliveries?functon=x", "unknown parameter 'functon'; did you mean 'function'?"),
        ("events?typ=fired", "unknown parameter 'typ'; did you mean 'type'?"),
        ("coverage?errors=AccessDenied", "unknown parameter 'errors'; did you mean 'error'?"),
        ("health?x=1", "unknown parameter 'x'; this call takes none"),
        ("settings?k=auth", "unknown parameter 'k'; there is 'key'"),
        ("settings?key=lisen", "key: there is no 'lisen'; did you mean 'listen'?"),
        ("settings?key=no-such.*", "key: there is no 'no-such.*'"),
        ("resources?kid=service", "unknown parameter 'kid'; did you mean 'kind'?"),
        ("clients?format=har", "unknown filter 'format'"),
        ("retries?detail=full", "unknown filter 'detail'"),
        ("requests?detail=ful", "detail 'ful' is not one of short, full; did you mean 'full'?"),
        ("requests?format=xml", "format 'xml' is not one of json, ndjson, har"),
        ("faults?format=ymal", "format 'ymal' is not one of json, yaml"),
        ("async?status=Runing", "did you mean 'Running'?"),
        ("triggers?type=tiemr", "did you mean 'timer'?"),
        ("drills/runs/1/report?wait=yes", "wait 'yes' is not one of true, false"),
        ("drills/runs/1/report?attached=", "attached '' is not one of true, false"),
        ("functions?region=cn-shanghia", "region: there is no 'cn-shanghia'; did you mean 'cn-shanghai'?"),
        ("async?region=cn-shanghia", "did you mean 'cn-shanghai'?"),
        ("instances?region=cn-shanghia", "did you mean 'cn-shanghai'?"),
        ("triggers?region=cn-shanghia", "did you mean 'cn-shanghai'?"),
        ("resources?region=cn-shanghia", "did you mean 'cn-shanghai'?"),
    ],
)
def test_wrong_parameters_are_refused(running, path, says):
    reply = running.admin("GET", path)
    assert (reply.status, says in reply.json()["detail"]) == (400, True), reply.body


@pytest.mark.parametrize("path", [
    "requests?detail=full&format=ndjson", "requests?detail=short&format=HAR", "async?status=running", "triggers?type=timer&region=cn-beijing", "functions?region=my-own",
    "resources?region=eu-central-1&kind=service&limit=1", "instances?account=1&function=x&region=cn-hangzhou", "coverage?error=AccessDenied&operation=@invoke", "settings?key=auth.*",
])
def test_parameters_that_there_are_are_taken(running, path):
    assert running.admin("GET", path).status == 200


@pytest.mark.sound("B5", "a rule, a group or a drill by a misspelt name", "404 with the nearest, by each call that takes one")
@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        *((method, f"faults/rules/eahc{behind}", body, "no rule 'eahc'; did you mean 'each'?") for method, behind, body in (
            ("GET", "", None), ("PUT", "", {"id": "eahc"}), ("PATCH", "", {"id": "eahc"}), ("DELETE", "", None), ("POST", "/arm", None), ("POST", "/enable", None), ("POST", "/disable", None), ("POST", "/reset", None))),
        ("GET", "faults/rules/nothing-like-it", None, "no rule 'nothing-like-it'"),
        ("GET", "faults/groups/gg", None, "no group 'gg'; did you mean 'g'?"),
        ("PUT", "faults/groups/gg", {"enabled": False}, "no group 'gg'; did you mean 'g'?"),
        ("GET", "drills/x", None, "no drill 'x'"),
    ],
)
def test_misspelt_names_are_told_with_the_nearest(running, method, path, body, says):
    reply = running.admin(method, path, body)
    assert (reply.status, reply.json()["detail"]) == (404, says), reply.body


def test_of_checks_and_trials_only_what_they_take_is_taken(running):
    rules, kind = b"version: 1\nrules: [{id: r, do: {error: AccessDenied}}]\n", {"Content-Type": "application/yaml"}

    for path, status in (("faults/check?alone=true", 200), ("faults/check?alone=ture", 400), ("faults/dry-run?over=files", 422), ("faults/dry-run", 200), ("faults/dry-run?alone=true", 400)):
        reply = running.admin("POST", path, rules, kind)
        assert reply.status == status, (path, reply.body)
