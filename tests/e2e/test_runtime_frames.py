"""What passes between daemon and runtime: events of any size, many at once, and a context that is made when it is looked at."""

import base64
import concurrent.futures
import json
import os

import pytest

from functions import Functions
from languages import need

SIZES = (0, 1, 65500, 65536, 65537, 200_000, 1_000_001, 5_000_000)
ECHO = {
    "python3.10": {"index.py": "def handler(event, context):\n    return event\n"},
    "nodejs20": {"index.js": "exports.handler = async (event) => event;\n"},
}
CONTEXT = """
import json, os
def handler(event, context):
    mine = {"id": context.request_id, "again": vars(context)["requestId"], "name": context.function.name, "known": sorted(vars(context)),
            "credentials": hasattr(context, "credentials"), "nothing": hasattr(context, "nothing"), "left": getattr(context, "left", None)}
    context.left = "here"
    mine["kept"] = context.left
    del context.left
    try:
        del context.left
    except AttributeError:
        mine["gone"] = not hasattr(context, "left")
    context.region = "elsewhere"
    mine["region"] = context.region
    mine["json"] = context.to_json()["requestId"]
    return json.dumps(mine)
"""
SPOILT = """
exports.handler = async (event, context) => {
  const seen = JSON.stringify(context);
  const { info } = context.logger;
  context.logger.setLogLevel('error');
  context.logger.warn('unwanted');
  info('unwanted');
  delete context.credentials.accessKeyId;
  context.tracing.openTracingSpanBaggages.more = 'x';
  context.requestId = context.accountId = '';
  return seen;
};
"""
KNOWN = ["accountId", "account_id", "credentials", "function", "logger", "region", "requestId", "request_id", "retry_count", "service", "tracing"]


@pytest.fixture
def functions(daemon):
    return Functions(daemon(config="invoke: {isolation: process}\n"))


@pytest.mark.parametrize("runtime", ECHO)
def test_events_of_any_size_come_back_whole(functions, runtime):
    need("node")
    name = functions.create(runtime, ECHO[runtime], instanceConcurrency=1)
    for size in SIZES:
        event = os.urandom(size)
        reply = functions.call(name, event)
        assert reply.status == 200 and reply.body == event, (size, len(reply.body))


@pytest.mark.parametrize("runtime", ECHO)
def test_events_that_share_an_instance_are_not_mixed_up(functions, runtime):
    need("node")
    name = functions.create(runtime, ECHO[runtime], instanceConcurrency=20)
    events = [os.urandom(1 + number * 9973 % 150_000) for number in range(60)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda event: functions.call(name, event), events))
    assert [reply.body for reply in replies] == events


STRAY = """
const waiting = [];
exports.handler = async (event) => {
  switch (event.toString()) {
    case 'wait': return new Promise((done) => waiting.push(done));
    case 'count': return String(waiting.length);
    case 'behind': setTimeout(() => { throw new Error('behind the answer'); }, 1); return 'first';
    case 'throws': setTimeout(() => { throw new Error('from a timer'); }, 1); return new Promise(() => 0);
    case 'rejects': Promise.reject(new Error('rejected')); return new Promise(() => 0);
  }
  waiting.forEach((done) => done('done'));
  return 'all';
};
"""


def test_an_error_of_one_call_is_not_that_of_those_beside_it(functions):
    need("node")
    name = functions.create("nodejs20", {"index.js": STRAY}, instanceConcurrency=20, timeout=60)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        beside = pool.submit(functions.call, name, b"wait")
        while functions.call(name, b"count").body != b"1":
            pass
        assert functions.call(name, b"behind").body == b"first"
        for event, message in ((b"throws", "from a timer"), (b"rejects", "rejected")):
            reply = functions.call(name, event)
            assert (reply.headers["X-Fc-Error-Type"], reply.json()["errorMessage"]) == ("UnhandledInvocationError", message)
        assert functions.call(name, b"end").body == b"all"
        assert beside.result().body == b"done"


def test_a_context_is_an_object_like_any_other(functions):
    name = functions.create("python3.10", {"index.py": CONTEXT})
    for _ in range(2):  # nothing of a call is left to the next one
        reply = functions.call(name)
        seen = json.loads(reply.body)
        identity = reply.headers["X-Fc-Request-Id"]
        assert seen == {"id": identity, "again": identity, "json": identity, "name": name, "known": KNOWN, "credentials": True, "nothing": False,
                        "left": None, "kept": "here", "gone": True, "region": "elsewhere"}


def test_python_3_12_has_no_credentials_in_its_context(functions):
    name = functions.create("python3.12", {"index.py": CONTEXT})
    seen = json.loads(functions.call(name).body)
    assert seen["credentials"] is False and seen["known"] == [each for each in KNOWN if each != "credentials"]


def test_a_request_id_of_the_client_is_the_one_its_function_sees(functions):
    name = functions.create("python3.10", {"index.py": CONTEXT})
    for identity in ("plain-1", 'with "quotes" and \\ slashes'):
        reply = functions.call(name, headers={"X-Fc-Request-Id": identity})
        seen = json.loads(reply.body)
        assert seen["id"] == seen["again"] == reply.headers["X-Fc-Request-Id"]


def test_what_a_function_does_to_its_context_is_gone_with_the_call(functions):
    need("node")
    name = functions.create("nodejs20", {"index.js": SPOILT}, instanceConcurrency=1)
    baggage = {"X-Fc-Tracing-Opentracing-Span-Context-Baggage-City": "Hangzhou \"west\"", "X-Fc-Log-Type": "Tail"}
    seen = []
    for headers in (baggage, baggage, {"X-Fc-Log-Type": "Tail"}):
        reply = functions.call(name, b"", headers=headers)
        context = json.loads(reply.body)
        assert context.pop("requestId") == reply.headers["X-Fc-Request-Id"]
        assert context["credentials"]["accessKeyId"]
        assert "unwanted" not in base64.b64decode(reply.headers["X-Fc-Log-Result"]).decode()
        seen.append(context)
    assert seen[0] == seen[1] and set(seen[0]["tracing"]["openTracingSpanBaggages"].values()) == {"Hangzhou \"west\""}
    assert seen[2]["tracing"]["openTracingSpanBaggages"] == {}
