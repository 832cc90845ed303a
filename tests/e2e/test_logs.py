"""What functions print: kept, asked for, followed, and found by Log Service; both ways to keep instances apart do not differ here."""

import json
import os
import re
import select
import subprocess
import time
import urllib.parse

import pytest

from fcemu import BINARY, Daemon, environment, invocation, request_bytes
from functions import SERVICES, Functions

PRINTS = "import sys\ndef handler(event, context):\n  print('one', event.decode()); print('two', file=sys.stderr)\n  return 'x'\n"
RAISES = "def fail():\n  raise ValueError('bad thing')\ndef handler(event, context):\n  print('before')\n  fail()\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("logs"), config="invoke: {isolation: process}\n").start()
    yield Functions(running)
    running.stop()


def python(functions, code, **members):
    return functions.create("python3", {"index.py": code}, **members)


def asked(functions, query):
    reply = functions.running.admin("GET", f"logs?{query}")
    assert reply.status == 200, reply.body
    return reply.json()


def texts(functions, query, kinds=("line", "start", "end", "error")):
    """What Python says of itself at its start aside."""
    lines = [line for line in asked(functions, query)["lines"] if "runtime inited" not in line["text"]]
    return [line["text"] for line in lines if line["kind"] in kinds]


def test_lines_belong_to_their_call(functions):
    name = python(functions, PRINTS)
    first, second = functions.call(name, b"a"), functions.call(name, b"b")
    ids = [reply.headers["X-Fc-Request-Id"] for reply in (first, second)]

    for request, event in zip(ids, "ab"):
        lines = [line for line in asked(functions, f"request_id={request}")["lines"] if "runtime inited" not in line["text"]]
        assert [(line["kind"], line["text"]) for line in lines] == [
            ("start", f"FC Invoke Start RequestId: {request}"),
            ("line", f"one {event}"),
            ("line", "two"),
            ("end", f"FC Invoke End RequestId: {request}"),
        ]
        assert {line["instance"] for line in lines} == {first.headers["X-Fc-Instance-Id"]}
        assert {(line["service"], line["function"], line["version"]) for line in lines} == {("demo", name, "LATEST")}
    numbers = [line["number"] for line in asked(functions, f"function={name}")["lines"]]
    assert numbers == sorted(set(numbers))


def test_an_error_stands_there_with_its_trace(functions):
    name = python(functions, RAISES)
    request = functions.call(name).headers["X-Fc-Request-Id"]
    [line] = texts(functions, f"request_id={request}", ["error"])

    assert line.splitlines()[0] == "ValueError: bad thing"
    assert re.search(r'\n  File ".*index.py", line 5, in handler, fail\(\)\n  File ".*index.py", line 2, in fail, raise', line)
    assert texts(functions, f"request_id={request}", ["line", "error"])[0] == "before"
    assert texts(functions, f"request_id={request}", ["end"]) == [f"FC Invoke End RequestId: {request}, Error: Unhandled function error"]


ENDS = {
    "time": ("import time\ndef handler(e, c):\n  time.sleep(9)\n", "Function timed out after 1 seconds"),
    "exit": ("import os\ndef handler(e, c):\n  os._exit(3)\n", "Process exited unexpectedly before completing request"),
    "import": ("import nothing_of_this_name\n", "ImportModuleError: Unable to import module 'index'"),
}


@pytest.mark.parametrize("case", ENDS)
def test_each_way_to_fail_is_told(functions, case):
    code, want = ENDS[case]
    name = python(functions, code, timeout=1)
    functions.call(name)
    [error] = texts(functions, f"function={name}", ["error"])
    assert error.startswith(want)


def test_a_start_that_is_refused_is_told(functions):
    name = functions.create("custom", {"readme": "no bootstrap here"})
    assert functions.call(name).status == 412
    [error] = texts(functions, f"function={name}", ["error"])
    assert error.startswith("CAFileNotFound: ")


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in vain"
        time.sleep(0.02)


def test_a_call_that_its_client_left_is_told(functions):
    name = python(functions, "import time\ndef handler(event, context):\n  print('begins')\n  time.sleep(600)\n", timeout=600)
    sock = functions.running.connect()
    sock.sendall(request_bytes("POST", invocation(name), b"x"))
    until(lambda: "begins" in texts(functions, f"function={name}"))
    sock.close()
    until(lambda: len(texts(functions, f"function={name}")) == 4)
    lines = texts(functions, f"function={name}")
    assert lines[:2] == [lines[0], "begins"] and lines[3] == lines[0].replace("Start", "End") + ", Error: Unhandled function error"
    assert re.fullmatch(r"Invocation canceled by client \(duration: \d+ms, maxMemoryUsage: \d+\.\d\dMB\)", lines[2])


def test_calls_at_once_are_told_apart_by_their_id(functions):
    code = "exports.handler = async (event, context) => { console.log(`mine is ${context.requestId}`); };"
    name = functions.create("nodejs20", {"index.js": code}, instanceConcurrency=5)
    request = functions.call(name).headers["X-Fc-Request-Id"]
    assert any(text.endswith(f"mine is {request}") for text in texts(functions, f"request_id={request}", ["line"]))


def test_the_end_of_a_text_without_a_line_end(functions):
    name = python(functions, "import sys\ndef handler(e, c):\n  sys.stdout.write('no end')\n  sys.stdout.flush()\n")
    request = functions.call(name).headers["X-Fc-Request-Id"]
    assert texts(functions, f"request_id={request}", ["line"]) == ["no end"]


def test_filters(functions):
    name = python(functions, PRINTS)
    functions.call(name, b"a")
    assert texts(functions, f"function={name}&tail=1")[0].startswith("FC Invoke End")
    assert texts(functions, f"function={name}&service=other") == []
    assert texts(functions, f"function={name}&region=cn-shanghai&account=16530750&service=demo&tail=3", ["line"]) == ["one a", "two"]
    assert texts(functions, f"function={name}&region=cn-beijing") == []
    assert texts(functions, f"function={name}&account=1") == []
    assert texts(functions, f"function={name}&since=1h") and not texts(functions, f"function={name}&since=0ms")
    assert not texts(functions, f"function={name}&until=1h")
    number = asked(functions, f"function={name}")["lines"][0]["number"]
    assert asked(functions, f"function={name}&after={number}")["lines"][0]["number"] > number


REFUSED = {
    "tial=5": "unknown parameter 'tial'; did you mean 'tail'?",
    "colour=5": "unknown parameter 'colour'; there is account, after, follow,",
    "tail=10001": "tail: '10001' is not a whole number from 0 to 10000",
    "after=x": "after: 'x' is not a whole number",
    "since=soon": "since: 'soon' is no time",
    "until=soon": "until: 'soon' is no time",
    "follow=yes": "follow: 'yes' is not true or false",
}


@pytest.mark.parametrize("query", REFUSED)
def test_wrong_questions(functions, query):
    reply = functions.running.admin("GET", f"logs?{query}")
    assert reply.status == 400
    assert REFUSED[query] in reply.json()["detail"]


def test_what_is_lost_is_counted(daemon):
    running = daemon(config="invoke: {isolation: process}\n")
    functions = Functions(running)
    name = python(functions, "def handler(e, c):\n  for i in range(120000):\n    print(f'{i:06d}' + 'x' * 94)\n", memorySize=512)
    functions.call(name)
    [figures] = asked(functions, "tail=1")["functions"]

    assert figures["bytes"] <= 8 << 20 < figures["bytes"] + figures["lost_bytes"]
    assert figures["lines"] + figures["lost_lines"] >= 120002
    assert texts(functions, "tail=2", ["line"]) == [f"{119999:06d}" + "x" * 94]
    told = running.run("logs", name, "--tail", 1)
    assert f"{figures['lost_lines']} older lines" in told.stderr and f"'demo/{name}' are not kept any more" in told.stderr


def test_a_reset_forgets(daemon):
    running = daemon(config="invoke: {isolation: process}\n")
    functions = Functions(running)
    functions.call(python(functions, PRINTS))
    assert running.admin("POST", "state/reset", {"account": "1"}).status == 200
    assert texts(functions, "tail=9")
    assert running.admin("POST", "state/reset").status == 200
    assert texts(functions, "tail=9") == []


# ---- the verb ----


def test_the_verb_prints_lines(functions):
    name = python(functions, RAISES)
    request = functions.call(name).headers["X-Fc-Request-Id"]
    plain = functions.running.run("logs", f"demo/{name}")
    lines = plain.stdout.splitlines()

    assert plain.returncode == 0, plain.stderr
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} before", lines[-5]), lines
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} ValueError: bad thing", lines[-4]), lines
    assert "\x1b" not in plain.stdout
    assert f" demo/{name} before\n" in functions.running.run("logs", "--request", request).stdout
    told = json.loads(functions.running.run("logs", name, "--json", "--tail", 1).stdout)
    assert len(told["lines"]) == 1 and told["lines"][0]["request_id"] == request
    assert functions.running.run("logs", "a/b/c").returncode == 2
    assert functions.running.run("logs", "--tail", "many").returncode == 2
    assert functions.running.run("logs", "-f", "--tail", "many").returncode == 2


def test_colours_are_for_terminals(functions):
    name = python(functions, RAISES)
    functions.call(name)
    ours, theirs = os.openpty()
    for extra, want in (({}, True), ({"NO_COLOR": "1"}, False)):
        env = {**environment(functions.running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{functions.running.port}", **extra}
        subprocess.run([str(BINARY), "logs", name], env=env, stdout=theirs, stdin=subprocess.DEVNULL, check=True, timeout=60)
        said = os.read(ours, 65536).decode()
        assert ("\x1b[1;31mValueError: bad thing\x1b[0m" in said) == want, said
    os.close(ours)
    os.close(theirs)


class Following:
    """`fcemu logs -f` as it goes on."""

    def __init__(self, running, *arguments):
        env = {**environment(running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{running.port}"}
        self.process = subprocess.Popen(
            [str(BINARY), "logs", "-f", *arguments], env=env, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        self.text = b""

    def until(self, wanted):
        while wanted not in self.text:
            readable, _, _ = select.select([self.process.stdout], [], [], 60)
            assert readable, self.text
            piece = os.read(self.process.stdout.fileno(), 65536)
            assert piece, self.text
            self.text += piece

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def test_following_goes_on(functions):
    name = python(functions, PRINTS)
    other = python(functions, PRINTS)
    functions.call(name, b"early")
    with Following(functions.running, name) as following:
        following.until(b"FC Invoke End")
        assert b"one early" in following.text
        functions.call(other, b"elsewhere")
        functions.call(name, b"late")
        following.until(b"one late")
        assert b"elsewhere" not in following.text
    with Following(functions.running, name, "--json", "--tail", "1") as following:
        following.until(b"\n")
        assert json.loads(following.text)["kind"] == "end"


def test_a_stream_ends_with_the_daemon(daemon):
    running = daemon(config="invoke: {isolation: process}\n")
    functions = Functions(running)
    name = python(functions, PRINTS)
    functions.call(name, b"a")
    with Following(running) as following:
        following.until(b"FC Invoke End")
        running.stop()
        assert following.process.wait(60) == 0


# ---- Log Service ----

HOST = "logs-project.cn-shanghai.log.aliyuncs.com"


@pytest.fixture(scope="module")
def logged(functions):
    running = functions.running
    post = lambda path, body, host: running.call("POST", path, json.dumps(body), {"Content-Type": "application/json"}, host=host)  # noqa: E731
    assert post("/", {"projectName": "logs-project", "description": ""}, "cn-shanghai.log.aliyuncs.com").status == 200
    for store in ("functions", "empty"):
        assert post("/logstores", {"logstoreName": store, "ttl": 1, "shardCount": 1}, HOST).status == 200
    body = {"logConfig": {"project": "logs-project", "logstore": "functions"}}
    assert running.call("PUT", f"{SERVICES}/demo", json.dumps(body)).status == 200
    name = python(functions, RAISES)
    reply = functions.call(name)
    assert running.call("PUT", f"{SERVICES}/demo", json.dumps({"logConfig": {"project": "", "logstore": ""}})).status == 200
    return running, name, reply


def get_logs(running, store="functions", kind="log", path="/logstores/{}", **query):
    query = urllib.parse.urlencode({"type": kind, "from": 0, "to": 4102444800, **query})
    return running.call("GET", f"{path.format(store)}?{query}", host=HOST)


def messages(reply):
    assert reply.status == 200, reply.body
    assert reply.headers["x-log-progress"] == "Complete"
    assert int(reply.headers["x-log-count"]) == len(reply.json())
    return [line["message"] for line in reply.json()]


def test_logs_are_found_by_log_service(logged):
    running, name, reply = logged
    request = reply.headers["X-Fc-Request-Id"]
    found = get_logs(running, topic="demo").json()

    assert [line["message"].splitlines()[0] for line in found][-5:-3] + [line["message"].splitlines()[0] for line in found][-2:] == [
        f"FC Invoke Start RequestId: {request}",
        "before",
        "ValueError: bad thing",
        f"FC Invoke End RequestId: {request}, Error: Unhandled function error",
    ]
    assert found[-1].keys() >= {"__time__", "__topic__", "__source__", "functionName", "serviceName", "instanceID", "versionId", "message"}
    assert (found[-1]["functionName"], found[-1]["serviceName"], found[-1]["instanceID"]) == (name, "demo", reply.headers["X-Fc-Instance-Id"])
    assert abs(int(found[-1]["__time__"]) - int(found[0]["__time__"])) < 600


QUERIES = {
    "": 5,
    "*": 5,
    "[ERROR]": 1,
    "before": 1,
    "BEFORE": 1,
    "FC and Invoke": 2,
    "FC Invoke not End": 1,
    '"Invoke End"': 1,
    '"End Invoke"': 0,
    "message: before": 1,
    "instanceID: before": 0,
    "serviceName:dem*": 5,
    "not *": 0,
}


@pytest.mark.parametrize("query", QUERIES)
def test_queries(logged, query):
    running, name, reply = logged
    found = messages(get_logs(running, query=f"requestId: {reply.headers['X-Fc-Request-Id']} and {query}"))
    assert len([text for text in found if "runtime inited" not in text]) == QUERIES[query]


@pytest.mark.parametrize(("query", "what"), [("a or b", "'or'"), ("(a)", "'('"), ("* | select 1", "analysis")])
def test_queries_that_are_not_emulated(logged, query, what):
    reply = get_logs(logged[0], query=query)
    assert (reply.status, reply.json()["errorCode"]) == (400, "ParameterInvalid")
    assert f"fcemu does not emulate {what}" in reply.json()["errorMessage"]


def test_pages_and_order(logged):
    running = logged[0]
    whole = messages(get_logs(running))
    assert messages(get_logs(running, line=1, offset=1)) == whole[1:2]
    assert messages(get_logs(running, reverse="true")) == whole[::-1]
    assert messages(get_logs(running, topic="FCLogs:other")) == []
    assert messages(get_logs(running, store="empty")) == []
    assert messages(get_logs(running, to=1)) == []
    assert get_logs(running, line="x").json()["errorCode"] == "ParameterInvalid"
    assert get_logs(running, store="missing").json()["errorCode"] == "LogStoreNotExist"


def test_the_newer_form(logged):
    running = logged[0]
    body = json.dumps({"from": 0, "to": 4102444800, "query": "before", "line": 5, "offset": 0, "reverse": False})
    reply = running.call("POST", "/logstores/functions/logs", body, {"Content-Type": "application/json"}, host=HOST)
    assert reply.status == 200 and reply.json()["meta"]["count"] == 1
    assert reply.json()["data"][0]["message"] == "before"
    wrong = running.call("POST", "/logstores/functions/logs", "[]", {"Content-Type": "application/json"}, host=HOST)
    assert wrong.json()["errorCode"] == "PostBodyInvalid"


@pytest.mark.parametrize("path", ["/logstores/{}", "/logstores/{}/index"])
def test_histograms(logged, path):
    running = logged[0]
    at = int(get_logs(running).json()[-1]["__time__"])
    reply = get_logs(running, kind="histogram", path=path, **{"from": at - 120, "to": at})
    bars = reply.json()
    whole = messages(get_logs(running, **{"from": at - 120, "to": at}))

    assert reply.status == 200 and reply.headers["x-log-count"] == str(len(whole))
    assert len(bars) == 60 and bars[0]["from"] == at - 120 and bars[-1]["to"] == at
    assert all(bar["to"] - bar["from"] == 2 and bar["progress"] == "Complete" for bar in bars)
    assert sum(bar["count"] for bar in bars) == len(whole) > 0
    assert get_logs(running, kind="histogram", path=path, **{"from": 5, "to": 5}).json()["errorCode"] == "InvalidTimeRange"


@pytest.mark.sound("B5", "fcemu logs of a function that there is not", "said, with the nearest; one that printed nothing is no mistake")
def test_logs_of_a_misspelt_function(functions):
    python(functions, PRINTS, functionName="printer")
    for asked_for, told in (
        ("pinter", "there is no function 'pinter'; did you mean 'printer'?"),
        ("demo/pinter", "there is no function 'demo/pinter'; did you mean 'demo/printer'?"),
        ("nothing-of-the-kind", "there is no function 'nothing-of-the-kind'"),
        ("printer", ""),
        ("demo/printer", ""),
    ):
        done = functions.running.run("logs", asked_for)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", f"fcemu logs: {told}\n" if told else ""), done
