"""Triggers fired by hand: the documented payload of their type reaches the function as an asynchronous call."""

import hashlib
import json

import pytest

from fcemu import ROOT
from functions import SERVICES, Functions
from test_async import configure, ended
from test_service_checks import ROLE

ECHO = {"index.py": "def handler(event, context):\n    return event\n"}
ARN = "acs:{}:cn-shanghai:16530750:{}"
SAMPLES = {path.stem: path for path in (ROOT / "fixtures" / "events").glob("*.json")}


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    from fcemu import Daemon

    running = Daemon(tmp_path_factory.mktemp("fire")).start()
    yield Functions(running)
    running.stop()


def trigger(functions, function, kind, config, source=None, name="t"):
    body = {"triggerName": name, "triggerType": kind, "triggerConfig": config}
    if source:
        body |= {"sourceArn": ARN.format(*source), "invocationRole": ROLE}
    reply = functions.running.call("POST", f"{SERVICES}/demo/functions/{function}/triggers", json.dumps(body),
                                   {"x-fc-enable-eventbridge-trigger": "enable"})
    assert reply.status == 200, reply.body


def seen(functions, function, identifier):
    """What the function got, once it has run."""
    record = ended(functions.running, function, identifier)
    assert record["status"] == "Succeeded", record
    return record["invocationPayload"]


def fire(functions, function, **members):
    reply = functions.running.admin("POST", "triggers/fire", {"function": f"demo/{function}", **members})
    assert reply.status == 202, reply.body
    return reply.json()


def made(functions):
    name = functions.create("python3", ECHO)
    configure(functions, name)
    return name


TYPES = {
    "timer": ({"cronExpression": "@every 60m", "enable": False, "payload": "mine"}, None, lambda e: (e["triggerName"], e["payload"]), ("t", "mine")),
    "oss": ({"events": ["oss:ObjectRemoved:*"], "filter": {"key": {"prefix": "in/", "suffix": ".csv"}}}, ("oss", "pictures"),
            lambda e: (e["events"][0]["eventName"], e["events"][0]["oss"]["bucket"]["name"], e["events"][0]["oss"]["object"]["key"]),
            ("ObjectRemoved:DeleteObject", "pictures", "in/a.csv")),
    "log": ({"sourceConfig": {"logstore": "orders"}, "jobConfig": {}, "functionParameter": {"a": "b"}}, ("log", "project/shop"),
            lambda e: (e["source"]["projectName"], e["source"]["logstoreName"], e["parameter"], e["source"]["endpoint"]),
            ("shop", "orders", {"a": "b"}, "http://cn-shanghai-intranet.log.aliyuncs.com")),
    "mns_topic": ({"notifyContentFormat": "JSON"}, ("mns", "/topics/news"), lambda e: (e["TopicName"], e["TopicOwner"], e["Message"]),
                  ("news", "16530750", "hello topic")),
    "eventbridge": ({"eventRuleFilterPattern": "{}", "triggerEnable": True}, None, lambda e: (e["specversion"], e["aliyunregionid"]), ("1.0", "cn-shanghai")),
}


@pytest.mark.parametrize("kind", TYPES)
def test_a_trigger_is_fired_with_the_payload_of_its_type(functions, kind):
    config, source, pick, want = TYPES[kind]
    name = made(functions)
    trigger(functions, name, kind, config, source)
    fired = fire(functions, name)
    event = json.loads(seen(functions, name, fired["request_id"]))
    assert pick(event) == want and event == fired["event"]
    assert set(event) == set(json.loads(SAMPLES[kind].read_text()))
    assert (fired["type"], fired["function"], fired["account"], fired["region"]) == (kind, f"demo/{name}", "16530750", "cn-shanghai")


def test_a_topic_sends_the_message_alone_by_default(functions):
    name = made(functions)
    trigger(functions, name, "mns_topic", {}, ("mns", "/topics/news"))
    assert seen(functions, name, fire(functions, name)["request_id"]) == "hello topic"
    other = fire(functions, name, merge={"Message": "mine"})
    assert seen(functions, name, other["request_id"]) == "mine"


def cbor(data, at=0):
    """Enough of RFC 8949 for what is sent."""
    major, extra = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True, 22: None}[extra], at
    if extra >= 24:
        size = 1 << (extra - 24)
        extra, at = int.from_bytes(data[at : at + size], "big"), at + size
    if major == 0:
        return extra, at
    if major == 3:
        return data[at : at + extra].decode(), at + extra
    items = []
    for _ in range(extra * (2 if major == 5 else 1)):
        item, at = cbor(data, at)
        items.append(item)
    return (dict(zip(items[::2], items[1::2])) if major == 5 else items), at


def test_a_table_sends_cbor(functions):
    import base64

    name = made(functions)
    trigger(functions, name, "tablestore", {}, ("ots", "instance/i/table/t"))
    payload = base64.b64decode(seen(functions, name, fire(functions, name, merge={"Records": [{"Type": "DeleteRow", "Info": None}]})["request_id"]))
    assert cbor(payload) == ({"Version": "Sync-v1", "Records": [{"Type": "DeleteRow", "Info": None}]}, len(payload))


def test_an_event_of_ones_own_replaces_the_documented_one(functions):
    name = made(functions)
    trigger(functions, name, "timer", {"cronExpression": "@every 60m", "enable": False})
    for event, want in ((json.loads('{"a": [1]}'), '{"a":[1]}'), ("plain", "plain")):
        assert seen(functions, name, fire(functions, name, event=event)["request_id"]) == want


def test_what_cannot_be_fired_says_why(functions):
    name = made(functions)
    admin = functions.running.admin
    missing = admin("POST", "triggers/fire", {"function": f"demo/{name}"})
    assert missing.status == 404 and name in missing.json()["detail"]
    functions.trigger(name)
    http = admin("POST", "triggers/fire", {"function": name})
    assert http.status == 422 and "a request to its URL" in http.json()["detail"]
    for one in "ab":
        trigger(functions, name, "timer", {"cronExpression": "@every 60m", "enable": False}, name=one)
    many = admin("POST", "triggers/fire", {"function": name})
    assert many.status == 422 and "'a' of" in many.json()["detail"] and "'b' of" in many.json()["detail"]
    assert fire(functions, name, trigger="b")["trigger"] == "b"
    for body, word in (({}, "function: say whose"), ({"function": name, "trigger": "z"}, "no such trigger")):
        reply = admin("POST", "triggers/fire", body)
        assert reply.status in (404, 422) and word in reply.json()["detail"]
    assert admin("POST", "triggers/fire", {"functoin": name}).status == 400


def test_an_event_reaches_everybody_who_hears_of_it(functions):
    names = [made(functions) for _ in range(4)]
    bucket, created = ("oss", "inbox"), ["oss:ObjectCreated:*"]
    trigger(functions, names[0], "oss", {"events": created, "filter": {"key": {"suffix": ".jpg"}}}, bucket)
    trigger(functions, names[1], "oss", {"events": created, "filter": {"key": {"suffix": ".png"}}}, bucket)
    trigger(functions, names[2], "oss", {"events": ["oss:ObjectRemoved:DeleteObject"]}, bucket)
    trigger(functions, names[3], "oss", {"events": created}, ("oss", "other"))
    reply = functions.running.admin("POST", "triggers/emit", {"type": "oss", "source": "inbox", "event": "ObjectCreated:PutObject", "key": "a.jpg"})
    assert reply.status == 202, reply.body
    assert [one["function"] for one in reply.json()["fired"]] == [f"demo/{names[0]}"]
    got = json.loads(seen(functions, names[0], reply.json()["fired"][0]["request_id"]))["events"][0]
    assert (got["eventName"], got["oss"]["object"]["key"]) == ("ObjectCreated:PutObject", "a.jpg")
    wrong = functions.running.admin("POST", "triggers/emit", {"type": "osss"})
    assert wrong.status == 422 and "did you mean 'oss'?" in wrong.json()["detail"]


def test_the_samples_are_those_of_the_fixtures(functions):
    admin = functions.running.admin
    assert sorted(admin("GET", "triggers/events").json()["events"]) == sorted(SAMPLES)
    for name, path in SAMPLES.items():
        assert admin("GET", f"triggers/events/{name}").body == path.read_bytes()
    assert admin("GET", "triggers/events/timmer").status == 404
    topic = json.loads(SAMPLES["mns_topic"].read_text())
    assert topic["MessageMD5"] == hashlib.md5(topic["Message"].encode()).hexdigest().upper()


def test_triggers_are_listed(functions):
    name = made(functions)
    trigger(functions, name, "timer", {"cronExpression": "@every 60m", "enable": False})
    [shown] = functions.running.admin("GET", f"triggers?function=demo/{name}").json()["triggers"]
    assert (shown["trigger"], shown["type"], shown["enabled"], shown["qualifier"], shown["source"]) == ("t", "timer", False, "LATEST", None)
    assert functions.running.admin("GET", f"triggers?function={name}&type=oss").json()["triggers"] == []


OSS = "oss-cn-shanghai.aliyuncs.com"


def told(functions, name):
    """What a function was told, in the order of the keys; a call is on the list as soon as it is accepted."""
    path = f"{SERVICES}/demo/functions/{name}/stateful-async-invocations?includePayload=true"
    found = functions.running.call("GET", path).json()["invocations"] or []
    return sorted((json.loads(one["invocationPayload"])["events"][0] for one in found), key=lambda event: (event["eventTime"], event["oss"]["object"]["key"]))


def bucket_with(functions, name, events, **filters):
    functions.running.call("PUT", "/", host=f"{name}.{OSS}")
    function = made(functions)
    trigger(functions, function, "oss", {"events": events, **({"filter": {"key": filters}} if filters else {})}, ("oss", name))
    return function, lambda method, path, body=None, headers=None: functions.running.call(method, path, body, headers, host=f"{name}.{OSS}")


def test_an_object_that_is_put_calls_its_function(functions):
    name, oss = bucket_with(functions, "shelf", ["oss:ObjectCreated:*"], prefix="in/", suffix=".png")
    for key in ("/in/a.png", "/in/a.jpg", "/out/a.png"):
        assert oss("PUT", key, b"0123", {"Content-Type": "image/png", "x-oss-meta-color": "red"}).status == 200
    assert oss("PUT", "/in/b%20%2B.png", b"01").status == 200
    assert oss("PUT", "/in/a.png", b"012345").status == 200
    assert oss("DELETE", "/in/a.png").status == 204
    events = sorted(told(functions, name), key=lambda event: event["oss"]["object"]["size"])
    seen_objects = [event["oss"]["object"] for event in events]
    assert [(one["key"], one["size"], one["deltaSize"]) for one in seen_objects] == [("in/b%20%2B.png", 2, 2), ("in/a.png", 4, 4), ("in/a.png", 6, 2)]
    assert seen_objects[1]["eTag"] == hashlib.md5(b"0123").hexdigest().upper()
    assert seen_objects[1]["objectMeta"] == {"mimeType": "image/png", "userMeta": {"x-oss-meta-color": "red"}}
    first = events[1]
    assert first["eventName"] == "ObjectCreated:PutObject" and first["region"] == "cn-shanghai"
    assert first["oss"]["bucket"] == {"arn": ARN.format("oss", "shelf"), "name": "shelf", "ownerIdentity": "16530750", "virtualBucket": ""}
    assert first["requestParameters"] == {"sourceIPAddress": "127.0.0.1"} and set(first) == set(json.loads(SAMPLES["oss"].read_text())["events"][0])


def test_objects_that_are_removed_call_their_function(functions):
    name, oss = bucket_with(functions, "drawer", ["oss:ObjectRemoved:DeleteObject", "oss:ObjectRemoved:DeleteObjects"])
    for key in "abc":
        assert oss("PUT", f"/{key}", b"0123").status == 200
    assert oss("DELETE", "/a").status == 204 and oss("DELETE", "/nowhere").status == 204
    body = "<Delete><Object><Key>b</Key></Object><Object><Key>c</Key></Object></Delete>"
    assert oss("POST", "/?delete", body).status == 200
    assert sorted((event["eventName"], event["oss"]["object"]["key"], event["oss"]["object"]["deltaSize"]) for event in told(functions, name)) == [
        ("ObjectRemoved:DeleteObject", "a", -4), ("ObjectRemoved:DeleteObjects", "b", -4), ("ObjectRemoved:DeleteObjects", "c", -4)]


def test_an_upload_in_parts_is_one_event(functions):
    name, oss = bucket_with(functions, "crate", ["oss:ObjectCreated:CompleteMultipartUpload", "oss:ObjectRemoved:AbortMultipartUpload"])

    def begin():
        return oss("POST", "/big?uploads").body.split(b"<UploadId>")[1].split(b"<")[0].decode()

    upload = begin()
    etag = oss("PUT", f"/big?partNumber=1&uploadId={upload}", b"0123").headers["ETag"]
    done = f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    assert oss("POST", f"/big?uploadId={upload}", done).status == 200
    assert oss("DELETE", f"/big?uploadId={begin()}").status == 204
    assert sorted((event["eventName"], event["oss"]["object"]["size"]) for event in told(functions, name)) == [
        ("ObjectCreated:CompleteMultipartUpload", 4), ("ObjectRemoved:AbortMultipartUpload", 0)]
