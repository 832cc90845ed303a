"""Triggers from the command line: fire one, emit an event, show what a function would get."""

import json

import pytest

from fcemu import ACCOUNT, Daemon
from functions import SERVICES, Functions

CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"
ECHO = "def handler(event, context):\n  print('got ' + event.decode())\n"


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("fire"), config=CONFIG).start()
    functions = Functions(running)
    name = functions.create("python3", {"index.py": ECHO})
    triggers = {
        "tick": {"triggerType": "timer", "triggerConfig": {"cronExpression": "@every 1h", "payload": "the payload", "enable": True}},
        "uploaded": {
            "triggerType": "oss",
            "sourceArn": f"acs:oss:cn-shanghai:{ACCOUNT}:pictures",
            "invocationRole": f"acs:ram::{ACCOUNT}:role/x",
            "triggerConfig": {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "in/", "suffix": ".png"}}},
        },
    }
    for trigger, body in triggers.items():
        reply = running.call("POST", f"{SERVICES}/demo/functions/{name}/triggers", json.dumps({"triggerName": trigger, **body}))
        assert reply.status == 200, reply.body
    yield running, name
    running.stop()


def got(running, request):
    """What the function printed, once the queue is empty."""
    assert running.run("async", "drain").returncode == 0
    lines = json.loads(running.run("logs", "--request", request, "--json").stdout)["lines"]
    [text] = [line["text"] for line in lines if line["text"].startswith("got ")]
    return text[len("got ") :]


def test_fire(named):
    running, name = named
    fired = running.run("fire", name, "tick")
    assert fired.returncode == 0, fired.stderr
    assert json.loads(got(running, fired.stdout.strip()))["payload"] == "the payload"
    changed = running.run("fire", f"demo/{name}", "tick", "--merge", '{"payload": "another"}', "--json")
    answer = json.loads(changed.stdout)
    assert answer["event"]["payload"] == "another" and json.loads(got(running, answer["request_id"]))["payload"] == "another"
    own = running.run("fire", name, "tick", "-e", "just this")
    assert got(running, own.stdout.strip()) == "just this"
    piped = running.run("fire", name, "tick", "-e", "-", stdin="from a pipe")
    assert got(running, piped.stdout.strip()) == "from a pipe"


REFUSED = {
    ("fire", "{name}"): "name one by `trigger`",
    ("fire", "{name}", "another"): "; there is 'tick'",
    ("fire", "{name}", "tik"): "; did you mean 'tick'?",
    ("fire", "{name}", "tick", "--region", "cn-beijing"): "which has none there, or is none",
    ("fire", "{name}", "tick", "--account", "9"): "no such trigger of function",
    ("fire", "{name}", "tick", "--merge", "[]"): "--merge is no JSON object",
    ("fire", "{name}", "tick", "--merge", "{"): "--merge is no JSON object",
    ("fire", "{name}", "tick", "-e", "@nowhere"): "cannot read 'nowhere'",
    ("event", "show", "osss"): "did you mean 'oss'?",
    ("event", "emit", "http"): "no payload of type 'http' is known",
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_refused(named, words):
    running, name = named
    result = running.run(*(word.replace("{name}", name) for word in words))
    assert result.returncode == 2 and REFUSED[words] in result.stderr, result.stderr


def test_events_are_listed_and_shown(named):
    running, _ = named
    types = running.run("event", "list").stdout.split()
    assert {"oss", "timer", "log", "mns_topic"} <= set(types)
    assert json.loads(running.run("event", "list", "--json").stdout)["events"] == types
    assert json.loads(running.run("event", "show", "oss").stdout)["events"][0]["oss"]


def test_emit(named):
    running, name = named
    emitted = running.run("event", "emit", "oss", "--source", "pictures", "--event", "ObjectCreated:PutObject", "--key", "in/a.png", "--json")
    assert emitted.returncode == 0, emitted.stderr
    [fired] = json.loads(emitted.stdout)["fired"]
    assert (fired["function"], fired["trigger"]) == (f"demo/{name}", "uploaded")
    event = json.loads(got(running, fired["request_id"]))["events"][0]
    assert (event["eventName"], event["oss"]["object"]["key"]) == ("ObjectCreated:PutObject", "in/a.png")
    table = running.run("event", "emit", "oss", "--merge", '{"events": []}')
    assert f"demo/{name}" in table.stdout and "uploaded" in table.stdout
    unheard = running.run("event", "emit", "oss", "--key", "out/a.png")
    assert unheard.returncode == 3 and "no trigger hears of that" in unheard.stderr
    for words, code in ((["--region", "cn-beijing"], 3), (["--account", "9"], 3), (["--account", "16530750", "--region", "cn-shanghai"], 0)):
        assert running.run("event", "emit", "oss", *words, "--key", "in/b.png").returncode == code
