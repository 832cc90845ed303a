"""Triggers are checked as the service does: their type, what it must have, where its events come from. Form only: nothing of it exists."""

import json

import pytest

from test_control_plane import function, send
from test_service_checks import CLASSIC, CURRENT, LATER, ROLE, current, refusal, sound

TRIGGERS = {
    CLASSIC: f"{CLASSIC}/services/demo/functions/f/triggers",
    LATER: f"{LATER}/services/demo/functions/f/triggers",
    CURRENT: f"{CURRENT}/functions/f/triggers",
}
TYPES = "http | oss | log | timer | mns_topic | cdn_events | tablestore | {}eventbridge"
KNOWN = {CLASSIC: TYPES.format("rds | "), LATER: TYPES.format("rds | "), CURRENT: TYPES.format("") + " | alb"}
MALFORMED = "invalid OSS trigger config."
OVERLAP = "event source 'oss' returned error: Cannot specify overlapping prefix and suffix with same event type."
CREATED = "oss:ObjectCreated:*"


def arn(product, what):
    return f"acs:{product}:cn-shanghai:16530750:{what}"


COMPLETE = {
    "oss": (arn("oss", "bucket"), {"events": [CREATED]}),
    "log": (arn("log", "project/p"), {"sourceConfig": {"logstore": "l"}}),
    "mns_topic": (arn("mns", "/topics/t"), {}),
    "cdn_events": ("acs:cdn:*:16530750", {"eventName": "LogFileCreated", "eventVersion": "1.0.0"}),
    "tablestore": (arn("ots", "instance/i/table/t"), {}),
    "rds": (arn("rds", "dbinstance/d"), {"subscriptionObjects": ["t"]}),
    "timer": (None, {"cronExpression": "@every 1m"}),
    "http": (None, {"authType": "anonymous", "methods": ["GET"]}),
    "eventbridge": (None, {"eventRuleFilterPattern": "{}"}),
}
WITH_SOURCE = [name for name, (source, _) in COMPLETE.items() if source]


def trigger(kind, api=CLASSIC, name="t", **changes):
    source, config = COMPLETE.get(kind, (None, {}))
    body = {"triggerName": name, "triggerType": kind, "triggerConfig": config}
    if source:
        body |= {"sourceArn": source, "invocationRole": ROLE}
    body |= changes
    if api != CLASSIC:
        body["triggerConfig"] = json.dumps(body["triggerConfig"])
    return body


@pytest.fixture(scope="module")
def demo(packs):
    for path, body in (
        (f"{CLASSIC}/services", {"serviceName": "demo"}),
        (f"{CLASSIC}/services/demo/functions", function("f")),
        (f"{CURRENT}/functions", current("f")),
    ):
        assert send(packs, "POST", path, body).status in (200, 201)
    return packs


@pytest.fixture
def clean(demo):
    yield demo
    for api in (CLASSIC, CURRENT):
        for one in send(demo, "GET", TRIGGERS[api]).json()["triggers"]:
            assert send(demo, "DELETE", f"{TRIGGERS[api]}/{one['triggerName']}").status == 204


@pytest.mark.parametrize(
    "api, kind",
    [sound("C1", f"{api[1:]}, triggerType {kind}", "400 that names the types", api, kind) for api in TRIGGERS for kind in ("HTTP", "Timer", "foo", "kafka")]
    + [sound("C1", f"{CURRENT[1:]}, triggerType rds", "400 that names the types", CURRENT, "rds")],
)
def test_only_documented_types_are_known(demo, api, kind):
    text = f"TriggerType is set to an invalid value (allowed: {KNOWN[api]}, actual: '{kind}')"
    assert refusal(send(demo, "POST", TRIGGERS[api], trigger(kind, api))) == (400, "InvalidArgument", text)


@pytest.mark.parametrize("api", TRIGGERS)
@pytest.mark.parametrize("kind", COMPLETE)
def test_a_whole_trigger_is_taken(clean, api, kind):
    if kind == "rds" and api == CURRENT:
        return
    reply = send(clean, "POST", TRIGGERS[api], trigger(kind, api))
    assert reply.status == 200, reply.body
    source = COMPLETE[kind][0]
    if kind != "eventbridge":
        assert reply.json().get("sourceArn") == source


@pytest.mark.parametrize(
    "kind, changes, text",
    [sound("C1", f"{kind} without sourceArn", "400 that says so", kind, {"sourceArn": ""}, "SourceArn is required but not provided") for kind in WITH_SOURCE]
    + [sound("C1", f"{kind} without role", "400 that says so", kind, {"invocationRole": ""}, "InvocationRole is required but not provided") for kind in WITH_SOURCE]
    + [
        sound("C1", "oss with the source of another product", "400 that shows the form", "oss", {"sourceArn": arn("mns", "/topics/t")}, f"SourceArn is set to an invalid value (allowed: acs:oss:<region>:<account>:<bucket>, actual: '{arn('mns', '/topics/t')}')"),
        sound("C1", "oss, no events", MALFORMED, "oss", {"triggerConfig": {"filter": {"key": {"prefix": "a"}}}}, MALFORMED),
        sound("C1", "oss, events: []", MALFORMED, "oss", {"triggerConfig": {"events": []}}, MALFORMED),
        sound("C1", "oss, events: a text", MALFORMED, "oss", {"triggerConfig": {"events": CREATED}}, MALFORMED),
        sound("C1", "oss, events: [ObjectCreated]", MALFORMED, "oss", {"triggerConfig": {"events": ["ObjectCreated"]}}, MALFORMED),
        sound("C1", "oss, filter: a list", MALFORMED, "oss", {"triggerConfig": {"events": [CREATED], "filter": ["a"]}}, MALFORMED),
        sound("C1", "oss, filter.key.prefix: a list", MALFORMED, "oss", {"triggerConfig": {"events": [CREATED], "filter": {"key": {"prefix": ["a"]}}}}, MALFORMED),
        sound("C1", "log without logstore", "400 that says so", "log", {"triggerConfig": {"sourceConfig": {}}}, "SourceConfig is required but not provided"),
        sound("C1", "cdn_events without eventName", "400 that says so", "cdn_events", {"triggerConfig": {"eventVersion": "1.0.0"}}, "EventName is required but not provided"),
        sound("C1", "rds without subscriptionObjects", "400 that says so", "rds", {"triggerConfig": {}}, "SubscriptionObjects is required but not provided"),
    ],
)
def test_what_a_type_must_have(demo, kind, changes, text):
    assert refusal(send(demo, "POST", TRIGGERS[CLASSIC], trigger(kind, **changes))) == (400, "InvalidArgument", text)


def filtered(events, prefix=None, suffix=None):
    key = {name: value for name, value in (("prefix", prefix), ("suffix", suffix)) if value is not None}
    return {"events": events, "filter": {"key": key}}


PUT, POST = "oss:ObjectCreated:PutObject", "oss:ObjectCreated:PostObject"


@pytest.mark.parametrize(
    "first, second, refused",
    [
        sound("C1", "two OSS triggers, both unfiltered", "400 Cannot specify overlapping …", {"events": [CREATED]}, {"events": [CREATED]}, True),
        sound("C1", "two OSS triggers, one prefix begins the other", "400", filtered([CREATED], "a/"), filtered([CREATED], "a/b/"), True),
        sound("C1", "two OSS triggers, one suffix ends the other", "400", filtered([CREATED], "a/", ".tar.gz"), filtered([CREATED], "a/", ".gz"), True),
        sound("C1", "two OSS triggers, * and one of its events", "400", filtered([CREATED], "a/"), filtered([POST, PUT], "a/"), True),
        sound("C1", "two OSS triggers, prefixes apart", "both taken", filtered([CREATED], "a/"), filtered([CREATED], "b/"), False),
        sound("C1", "two OSS triggers, suffixes apart", "both taken", filtered([CREATED], "a/", ".png"), filtered([CREATED], "a/", ".jpg"), False),
        sound("C1", "two OSS triggers, events apart", "both taken", filtered([PUT], "a/"), filtered([POST], "a/"), False),
        sound("C1", "two OSS triggers, kinds of events apart", "both taken", filtered([CREATED]), filtered(["oss:ObjectRemoved:*"]), False),
    ],
)
def test_no_object_fires_two_triggers(clean, first, second, refused):
    assert send(clean, "POST", TRIGGERS[CLASSIC], trigger("oss", triggerConfig=first)).status == 200
    reply = send(clean, "POST", TRIGGERS[CURRENT], trigger("oss", CURRENT, triggerConfig=second))
    assert refusal(reply) == (400, "InvalidArgument", OVERLAP) if refused else reply.status == 200


@pytest.mark.sound("C1", "UpdateTrigger makes two OSS triggers overlap", "400, and the trigger stays")
def test_an_update_may_not_overlap_either(clean):
    for name, prefix in (("a", "a/"), ("b", "b/")):
        body = trigger("oss", name=name, triggerConfig=filtered([CREATED], prefix))
        assert send(clean, "POST", TRIGGERS[CLASSIC], body).status == 200
    path = f"{TRIGGERS[CLASSIC]}/b"
    before = send(clean, "GET", path).body
    assert refusal(send(clean, "PUT", path, {"triggerConfig": filtered([CREATED], "a/x")})) == (400, "InvalidArgument", OVERLAP)
    assert send(clean, "GET", path).body == before
    assert send(clean, "PUT", path, {"triggerConfig": filtered([CREATED], "b/x")}).status == 200
    other = trigger("oss", name="c", sourceArn=arn("oss", "another"), triggerConfig=filtered([CREATED], "a/"))
    assert send(clean, "POST", TRIGGERS[CLASSIC], other).status == 200


@pytest.mark.sound("C1", "triggers.oss_per_bucket: 1, a timer, two buckets", "one for each bucket; the second of one is LimitExceededError")
def test_a_limit_of_a_bucket_counts_that_bucket(daemon):
    running = daemon(config="limits: {triggers.oss_per_bucket: 1}\n")
    for path, body in ((f"{CLASSIC}/services", {"serviceName": "demo"}), (f"{CLASSIC}/services/demo/functions", function("f"))):
        assert send(running, "POST", path, body).status == 200
    other = arn("oss", "another")
    for body in (trigger("timer", name="timer"), trigger("log", name="log"), trigger("oss", name="a"), trigger("oss", name="b", sourceArn=other)):
        assert send(running, "POST", TRIGGERS[CLASSIC], body).status == 200
    third = trigger("oss", name="c", sourceArn=other, triggerConfig={"events": ["oss:ObjectRemoved:*"]})
    assert refusal(send(running, "POST", TRIGGERS[CLASSIC], third))[:2] == (400, "LimitExceededError")
