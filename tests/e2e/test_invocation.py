"""The code of functions, run: what they return, how they fail, and what every answer carries. Both ways to keep instances apart."""

import re
import shutil

import pytest

from functions import Functions, error_of, log_of

EXIT = re.compile(r"Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: \d+\.\d\dMB\)")
TIMED_OUT = re.compile(r"Function timed out after 1 seconds \(maxMemoryUsage: \d+\.\d\dMB\)")
SUMMARY = re.compile(r"\n\nDuration: \d+\.\d\d ms, Billed Duration: \d+ ms, Memory Size: 256 MB, Max Memory Used: \d+\.\d\d MB$")


@pytest.fixture(scope="module", params=["process", "namespace"])
def functions(request, tmp_path_factory):
    from fcemu import Daemon

    folder = tmp_path_factory.mktemp(request.param)
    running = Daemon(folder, config=f"invoke: {{isolation: {request.param}}}\n").start()
    yield Functions(running)
    running.stop()


@pytest.fixture
def python(functions):
    return lambda code, **members: functions.create("python3", {"index.py": code}, memorySize=256, **members)


@pytest.fixture
def node(functions):
    return lambda code, runtime="nodejs20", **members: functions.create(runtime, {"index.js": code}, memorySize=256, **members)


def test_a_python_function_answers_with_every_header(functions, python):
    name = python("def handler(event, context):\n  print('hello', context.request_id)\n  return event + b'!'\n")
    reply = functions.call(name, b"abc")
    assert (reply.status, reply.body) == (200, b"abc!")
    assert reply.headers["X-Fc-Error-Type"] is None
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["X-Fc-Invocation-Service-Version"] == "LATEST"
    assert re.fullmatch(r"\d+", reply.headers["X-Fc-Code-Checksum"])
    assert re.fullmatch(r"\d+", reply.headers["X-Fc-Invocation-Duration"])
    assert re.fullmatch(r"\d+\.\d\d", reply.headers["X-Fc-Max-Memory-Usage"])
    assert re.fullmatch(r"c-[0-9a-f]{8}-[0-9a-f]{16}", reply.headers["X-Fc-Instance-Id"])
    request_id = reply.headers["X-Fc-Request-Id"]
    log = log_of(reply)
    assert f"FC Invoke Start RequestId: {request_id}\nhello {request_id}\nFC Invoke End RequestId: {request_id}\n" in log
    assert SUMMARY.search(log)


UNENDED = {
    "python3.10": {"index.py": "import sys\nsys.stdout.write('loaded')\ndef init(c):\n  sys.stdout.write('begun')\n"
                               "def handler(e, c):\n  sys.stdout.write('done')\n  if e: raise Exception('no')\n"},
    "nodejs20": {"index.js": "process.stdout.write('loaded')\nexports.init = (c, done) => { process.stdout.write('begun'); done(null, '') }\n"
                             "exports.handler = (e, c, done) => { process.stdout.write('done'); done(e.length ? new Error('no') : null, '') }\n"},
}


@pytest.mark.parametrize("runtime", UNENDED)
def test_what_a_function_prints_without_an_end_of_line_leaves_the_lines_of_the_service_alone(functions, runtime):
    name = functions.create(runtime, UNENDED[runtime], memorySize=256, initializer="index.init", initializationTimeout=30)
    for event in (b"", b"fail"):
        reply = functions.call(name, event)
        lines = log_of(reply).split("\n")
        ours = [line for line in lines if "RequestId: " in line]
        assert ours and all(re.match(r"FC (Initialize|Invoke) (Start|End) RequestId: ", line) for line in ours), lines
        assert lines[-2] == "" and lines[-1].startswith("Duration: "), lines
        assert event or {"loaded", "begun", "done"} <= set(lines), lines  # what the runtime says of a failure is of the same output


def test_a_program_that_prints_without_an_end_of_line_has_its_summary_behind_an_empty_line(functions):
    server = ("#!/usr/bin/env python3\nimport http.server, os, sys\nclass Handler(http.server.BaseHTTPRequestHandler):\n"
              "  def do_POST(self):\n    sys.stdout.write('unended')\n    sys.stdout.flush()\n    self.send_response(200)\n"
              "    self.send_header('Content-Length', '0')\n    self.end_headers()\n  def log_message(self, *args):\n    pass\n"
              "http.server.HTTPServer(('0.0.0.0', int(os.environ['FC_SERVER_PORT'])), Handler).serve_forever()\n")
    name = functions.create("custom.debian12", {"bootstrap*": server}, memorySize=256, timeout=60)
    assert log_of(functions.call(name, b"x")).partition("Duration: ")[0].endswith("unended\n\n")


def test_the_journal_says_what_ran(functions, python, node):
    for name, ran in ((python("def handler(e, c):\n  return ''\n"), "Python 3."), (node("exports.handler = async () => 1;"), "Node.js ")):
        reply = functions.call(name)
        [entry] = functions.running.requests(f"&function={name}&operation=InvokeFunction")
        assert entry["ran"].startswith(ran)
        assert entry["instance"] == reply.headers["X-Fc-Instance-Id"]


def test_a_warm_instance_is_used_again(functions, python):
    name = python("calls = 0\ndef handler(event, context):\n  global calls\n  calls += 1\n  return str(calls)\n")
    replies = [functions.call(name) for _ in range(3)]
    assert [reply.body for reply in replies] == [b"1", b"2", b"3"]
    assert len({reply.headers["X-Fc-Instance-Id"] for reply in replies}) == 1


def test_an_update_starts_another_instance(functions, python):
    name = python("def handler(event, context):\n  return 'old'\n")
    assert functions.call(name).body == b"old"
    functions.update(name, files={"index.py": "def handler(event, context):\n  return 'new'\n"})
    assert functions.call(name).body == b"new"


# ---- Python ----

PYTHON_ERRORS = {
    "raise": ("def handler(e, c):\n  raise ValueError('bad thing')\n", {}, "ValueError", "bad thing"),
    "import": ("import no_such_module\n", {}, "ImportModuleError", "Unable to import module 'index': No module named 'no_such_module'"),
    "syntax": ("def handler(:\n", {}, "UserCodeSyntaxError", "Syntax error in module 'index'"),
    "module level": ("1 / 0\n", {}, "UserCodeError", "Module initialization error: division by zero"),
    "no entry": ("x = 1\n", {}, "HandlerNotFound", "Handler 'handler' is missing on module 'index'"),
    "no function": ("handler = 1\n", {}, "HandlerNotFound", "Handler 'handler' is missing on module 'index'"),
    "no dot": ("", {"handler": "index"}, "InvalidHandleName", "Invalid handler 'index'"),
    "no file": ("", {"handler": "main.handler"}, "ImportModuleError", "Unable to import module 'main'"),
    "no JSON": ("def handler(e, c):\n  return object()\n", {}, "TypeError", "Object of type object is not JSON serializable"),
}


@pytest.mark.parametrize("kind", PYTHON_ERRORS)
def test_python_errors_have_type_and_trace(functions, python, kind):
    code, members, error_type, message = PYTHON_ERRORS[kind]
    name = python(code, **members)
    for _ in range(2):  # the next call works, and fails alike
        header, body = error_of(functions.call(name))
        assert header == "UnhandledInvocationError"
        assert body["errorType"] == error_type
        assert body["errorMessage"].startswith(message)
    if kind == "raise":
        assert body["stackTrace"] == [[body["stackTrace"][0][0], "line 2", "in handler", "raise ValueError('bad thing')"]]
        assert body["stackTrace"][0][0].startswith('File "') and body["stackTrace"][0][0].endswith('/index.py"')


def test_a_failing_call_says_so_in_its_log(functions, python):
    reply = functions.call(python("def handler(e, c):\n  raise KeyError('k')\n"))
    request_id = reply.headers["X-Fc-Request-Id"]
    assert f"FC Invoke End RequestId: {request_id}, Error: Unhandled function error\n" in log_of(reply)
    assert re.search(rf"\d{{4}}-\d\d-\d\dT[\d:.]+Z {request_id} \[ERROR\] {{\"errorMessage\"", log_of(reply))


PYTHON_ENDS = {
    "exit": "import sys\ndef handler(e, c):\n  sys.exit(3)\n",
    "kill": "import os\ndef handler(e, c):\n  os.kill(os.getpid(), 9)\n",
    "memory": "def handler(e, c):\n  x = []\n  while True:\n    x.append(bytearray(10 << 20))\n",
    "one large piece": "def handler(e, c):\n  bytearray(100 << 30)\n",
    "close": "import os\ndef handler(e, c):\n  os.closerange(0, 100)\n  return 'x'\n",
    "exit at import": "import os\nos._exit(1)\n",
}


@pytest.mark.parametrize("kind", PYTHON_ENDS)
def test_a_process_that_ends_gives_the_documented_body(functions, python, kind):
    name = python(PYTHON_ENDS[kind])
    for _ in range(2):
        header, body = error_of(functions.call(name))
        assert header == "UnhandledInvocationError"
        assert list(body) == ["errorMessage"] and EXIT.fullmatch(body["errorMessage"])
        assert "maxMemoryUsage: 0.00MB" not in body["errorMessage"]  # even of one that ends before anybody looks


@pytest.mark.parametrize("kind", ["sleep", "loop", "ignores SIGTERM"])
def test_time_out_gives_the_documented_body_and_the_next_call_works(functions, python, kind):
    what = {
        "sleep": "time.sleep(100)",
        "loop": "\n    while True: pass",
        "ignores SIGTERM": "\n    import signal\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(100)",
    }[kind]
    name = python(f"import time\ndef handler(event, context):\n  if event:\n    {what}\n  return 'fine'\n", timeout=1)
    header, body = error_of(functions.call(name, b"x"))
    assert header == "UnhandledInvocationError" and TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name).body == b"fine"


def test_initializer_runs_once_and_its_failure_is_told(functions, python):
    code = "n = 0\ndef start(c):\n  global n\n  n += 1\ndef handler(e, c):\n  return str(n)\ndef broken(c):\n  raise RuntimeError('no')\n"
    good = python(code, initializer="index.start", initializationTimeout=3)
    assert [functions.call(good).body for _ in range(2)] == [b"1", b"1"]
    bad = python(code, initializer="index.broken", initializationTimeout=3)
    header, body = error_of(functions.call(bad))
    assert (header, body["errorType"], body["errorMessage"]) == ("InitializationError", "RuntimeError", "no")


INITIALIZERS = {
    "python3": {"index.py": "init = 5\ndef handler(e, c):\n  return 'fine'\n"},
    "nodejs16": {"index.js": "exports.init = 5; exports.handler = (e, c, cb) => cb(null, 'fine');"},
    "php7.2": {"index.php": "<?php $init = 5; function handler() { return 'fine'; }"},
}


@pytest.mark.parametrize("runtime", INITIALIZERS)
def test_an_initializer_that_is_not_there_has_failed(functions, runtime):
    if not shutil.which({"nodejs16": "node", "php7.2": "php"}.get(runtime, "sh")):
        pytest.skip("no interpreter")
    name = functions.create(runtime, INITIALIZERS[runtime], initializer="index.init", initializationTimeout=30)
    reply = functions.call(name)
    header, body = error_of(reply)
    assert header == "InitializationError" and body["errorType"].endswith("HandlerNotFound")
    assert f"FC Initialize End RequestId: {reply.headers['X-Fc-Request-Id']}, Error: Unhandled function error\n" in log_of(reply)
    functions.update(name, initializer="")
    assert functions.call(name).body == b"fine"


LOGS_IN_THREADS = """
import threading
def handler(event, context):
    threads = [threading.Thread(target=context.logger.info, args=["from a thread"]) for _ in range(3)]
    [each.start() for each in threads]
    [each.join() for each in threads]
"""


def test_what_threads_of_a_call_log_has_its_id(functions, python):
    name = python(LOGS_IN_THREADS)
    for _ in range(2):
        reply = functions.call(name)
        assert len(re.findall(rf"Z {reply.headers['X-Fc-Request-Id']} \[INFO\] from a thread\n", log_of(reply))) == 3


def test_only_the_end_of_a_large_log_is_kept(functions, python):
    name = python("def handler(e, c):\n  for i in range(100): print('x' * 100000)\n  print('the end')\n  return 'ok'\n", timeout=20)
    reply = functions.call(name)
    assert reply.body == b"ok"
    log = log_of(reply)
    assert len(log) == 4096 and "x\nthe end\nFC Invoke End" in log and SUMMARY.search(log)


def test_code_cannot_be_changed_and_tmp_can(functions, python):
    name = python(
        "import os\ndef handler(e, c):\n  open(os.path.join(os.environ.get('TMPDIR', '/tmp'), 'x'), 'w').write('1')\n"
        "  try: open(__file__, 'a').write('x')\n  except OSError as e: return 'refused'\n  return 'written'\n")
    assert functions.call(name).body == b"refused"


def test_environment_is_cleared_and_documented(functions, python):
    name = python(
        "import json, os\ndef handler(e, c):\n  return json.dumps(dict(os.environ))\n", environmentVariables={"MINE": "1", "FC_REGION": "x"})
    import json

    seen = json.loads(functions.call(name).body)
    assert (seen["MINE"], seen["FC_REGION"], seen["FC_FUNCTION_NAME"], seen["FC_ACCOUNT_ID"]) == ("1", "cn-shanghai", name, "16530750")
    assert seen["FC_FUNCTION_MEMORY_SIZE"] == "256" and seen["ALIBABA_CLOUD_ACCESS_KEY_ID"].startswith("STS.")
    assert "XDG_RUNTIME_DIR" not in seen and seen["FCEMU_ADDRESS"] == f"127.0.0.1:{functions.running.port}"


# ---- Node.js ----


def test_node_functions_answer(functions, node):
    back = node("exports.handler = (event, context, callback) => { console.log('hi'); callback(null, {got: event.toString()}); };", "nodejs16")
    reply = functions.call(back, b"abc")
    assert reply.body == b'{"got":"abc"}'
    assert re.search(rf"Z {reply.headers['X-Fc-Request-Id']} \[verbose\] hi\n", log_of(reply))
    promised = node("exports.handler = async (event, context) => event.toString() + context.function.name;")
    assert functions.call(promised, b"abc").body == b"abc" + promised.encode()


NODE_ERRORS = {
    "callback": ("nodejs20", "exports.handler = (e, c, cb) => cb(new TypeError('no'));", "HandledInvocationError", "TypeError", "no"),
    "text": ("nodejs20", "exports.handler = (e, c, cb) => cb('plain');", "HandledInvocationError", "FunctionHandledError", "plain"),
    "throw 16": ("nodejs16", "exports.handler = () => { throw new RangeError('no'); };", "UnhandledInvocationError",
                 "FunctionUnhandledError: RangeError", "no"),
    "throw 20": ("nodejs20", "exports.handler = () => { throw new RangeError('no'); };", "UnhandledInvocationError", "RangeError", "no"),
    "reject": ("nodejs20", "exports.handler = async () => { throw new RangeError('no'); };", "UnhandledInvocationError", "RangeError", "no"),
    "later": ("nodejs20", "exports.handler = (e, c, cb) => setTimeout(() => { throw new Error('late'); }, 1);", "UnhandledInvocationError",
              "Error", "late"),
    "no entry": ("nodejs20", "exports.x = 1;", "UnhandledInvocationError", "HandlerNotFound", "Handler 'handler' is missing on module 'index'"),
    "no function": ("nodejs20", "exports.handler = 1;", "UnhandledInvocationError", "HandlerNotFound",
                    "Handler 'handler' is missing on module 'index'"),
    "syntax": ("nodejs20", "exports.handler = (", "UnhandledInvocationError", "UserCodeSyntaxError", ""),
    "require": ("nodejs20", "require('no-such-thing');", "UnhandledInvocationError", "ImportModuleError", "Cannot find module 'no-such-thing'\nRequire stack:"),
    "module level": ("nodejs20", "throw new Error('at load');", "UnhandledInvocationError", "UserCodeError", "at load"),
    "circular": ("nodejs20", "exports.handler = async () => { const a = {}; a.a = a; return a; };", "UnhandledInvocationError", "TypeError",
                 "Converting circular structure to JSON"),
}


@pytest.mark.parametrize("kind", NODE_ERRORS)
def test_node_errors_have_type_and_trace(functions, node, kind):
    runtime, code, header, error_type, message = NODE_ERRORS[kind]
    name = node(code, runtime)
    for _ in range(2):
        got, body = error_of(functions.call(name))
        assert (got, body["errorType"]) == (header, error_type)
        assert body["errorMessage"].startswith(message)


def test_a_missing_file_has_words_of_its_own(functions):
    name = functions.create("nodejs20", {"other.js": ""})
    header, body = error_of(functions.call(name))
    assert body["errorType"] == "ImportModuleError"
    assert re.fullmatch(r"Module '.*/index.js' is missing.", body["errorMessage"])


def test_an_async_handler_of_node_16_that_never_calls_back_times_out(functions, node):
    _, body = error_of(functions.call(node("exports.handler = async () => 'ignored';", "nodejs16", timeout=1)))
    assert TIMED_OUT.fullmatch(body["errorMessage"])


def test_what_comes_after_the_answer_harms_nobody(functions, node):
    name = node(
        "exports.handler = (e, c, cb) => { cb(null, 'first'); cb(null, 'second'); Promise.reject(new Error('late')); };", "nodejs20")
    replies = [functions.call(name) for _ in range(3)]
    assert [reply.body for reply in replies] == [b"first"] * 3


NODE_ODD = {
    "a name that is no text": ("const e = new Error('odd'); e.name = 10n; throw e", "odd", "10"),
    "a name that is an object": ("const e = new Error('odd'); e.name = {a: 1}; throw e", "odd", "[object Object]"),
    "a message without a text": ("const e = new Error('odd'); e.message = Object.create(null); throw e", "", "Error"),
    "a trace that throws": ("throw Object.defineProperty(new Error('odd'), 'stack', {get() { throw 1; }})", "odd", "Error"),
    "a proxy that throws": ("throw new Proxy({}, {has() { throw 1; }, get() { throw 1; }, getPrototypeOf() { throw 1; }})", "{}", "Error"),
    "of another realm": ("throw require('vm').runInNewContext(\"new TypeError('odd')\")", "odd", "TypeError"),
}


@pytest.mark.parametrize("kind", NODE_ODD)
def test_an_error_that_is_no_good_itself_is_told(functions, node, kind):
    code, message, error_type = NODE_ODD[kind]
    name = node(f"exports.handler = async (event) => {{ {code}; }};")
    for _ in range(2):
        _, body = error_of(functions.call(name))
        assert (body["errorMessage"], body["errorType"]) == (message, error_type)


EMPTY_LOOP = """
let done = 0;
exports.handler = (event, context, callback) => {
  if (event.length) context.waitsForEmptyEventLoopBeforeCallback = true;
  if (event.toString() === 'fails') setTimeout(() => { throw new Error('meanwhile'); }, 5);
  const before = done;
  setTimeout(() => setTimeout(() => { done++; }, 20), 20);
  callback(null, {toJSON: () => `${before} `});
  callback(null, 'a second');
};
"""


def test_an_answer_waits_for_an_empty_event_loop_on_wish(functions, node):
    name = node(EMPTY_LOOP, "nodejs20", instanceConcurrency=1)
    answers = [functions.call(name, b"waits").json() for _ in range(3)]
    assert answers == ["0 ", "1 ", "2 "]  # what the call before left was done
    _, body = error_of(functions.call(name, b"fails"))
    assert body["errorMessage"] == "meanwhile"
    assert functions.call(name, b"waits").headers["X-Fc-Error-Type"] is None
    never = node("exports.handler = (e, c, cb) => { c.waitsForEmptyEventLoopBeforeCallback = true; setInterval(() => 0, 5); cb(null, 'x'); };", timeout=1)
    _, body = error_of(functions.call(never))
    assert TIMED_OUT.fullmatch(body["errorMessage"])


@pytest.mark.parametrize("code", ["process.exit(0)", "const x = []; for (;;) x.push('y'.repeat(1 << 20).split(''))"])
def test_a_node_process_that_ends(functions, node, code):
    name = node(f"exports.handler = (e, c, cb) => {{ {code}; }};", timeout=30)
    header, body = error_of(functions.call(name))
    assert header == "UnhandledInvocationError" and EXIT.fullmatch(body["errorMessage"])


# ---- custom runtimes ----

SERVER = """#!/usr/bin/env python3
import http.server, os, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.respond(b"%s %s %s" % (self.headers["x-fc-control-path"].encode(), self.path.encode(), body))
    do_GET = do_POST
    def respond(self, body):
        self.send_response(201 if "invoke" not in self.path else 500)
        self.send_header("x-mine", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        print("served", self.path, flush=True)
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""


def test_a_custom_runtime_serves_events_and_http(functions):
    name = functions.create("custom", {"bootstrap*": SERVER})
    for _ in range(3):
        reply = functions.call(name, b"abc")
        # Status and headers of the server are lost.
        assert (reply.status, reply.body, reply.headers["x-mine"]) == (200, b"/invoke /invoke abc", None)
    assert "served /invoke" in log_of(reply)
    functions.trigger(name)
    reply = functions.running.call("GET", f"/2016-08-15/proxy/demo/{name}/a/b?c=d")
    assert (reply.status, reply.headers["x-mine"]) == (201, "yes")
    assert reply.body == f"/http-invoke /2016-08-15/proxy/demo/{name}/a/b?c=d ".encode()


STARTS = {
    "missing": ({"x": ""}, {}, "CAFileNotFound", "The function cannot be started."),
    "mode": ({"bootstrap": SERVER}, {}, "CAFilePermission", "The function cannot be started."),
    "exits": ({"bootstrap*": "#!/bin/sh\necho broken\nexit 3\n"}, {}, "CAExited", "The function either cannot be started or exited: exit status 3. Log: broken"),
    "format": ({"bootstrap*": "\x7fELF nonsense"}, {}, "CAExited", "The function either cannot be started or exited: run it: Exec format error"),
    "interpreter": ({"bootstrap*": "#!/no/such\n"}, {}, "CAExited", "The function either cannot be started or exited: run it: No such file"),
    "command": ({"x": ""}, {"customRuntimeConfig": {"command": ["no-such-command"]}}, "CAExited", "The function either cannot be started or exited"),
}


@pytest.mark.parametrize("kind", STARTS)
def test_a_custom_runtime_that_cannot_start(functions, kind):
    files, members, code, text = STARTS[kind]
    name = functions.create("custom", files, **members)
    for _ in range(2):
        reply = functions.call(name)
        assert (reply.status, reply.json()["ErrorCode"]) == (412, code), reply.body
        assert reply.json()["ErrorMessage"].startswith(text)


def test_a_program_that_ends_well_without_serving_is_run_once_a_call(functions):
    name = functions.create("custom", {"bootstrap*": "#!/bin/sh\necho done\n"})
    for count in (1, 2):
        reply = functions.call(name)
        assert reply.json()["ErrorMessage"] == "The function either cannot be started or exited: exit status 0. Log: done\n"
        lines = functions.running.admin("GET", f"logs?function={name}").json()["lines"]
        assert [line["text"] for line in lines].count("done") == count


def test_a_runtime_that_is_not_here_says_what_to_do(functions):
    name = functions.create("dotnetcore3.1", {"x": ""}, "A::B.C::D")
    reply = functions.call(name)
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited")
    assert "custom runtime" in reply.json()["ErrorMessage"]


# ---- the samples of fixtures/functions ----

SAMPLES = {
    "python": ("python3", "UnhandledInvocationError", {"initializer": "index.initialize"}),
    "nodejs": ("nodejs14", "HandledInvocationError", {"initializer": "index.initialize"}),
    "custom": ("custom", "UnhandledInvocationError", {}),
}


@pytest.mark.parametrize("folder", SAMPLES)
def test_samples_answer_count_and_fail_on_wish(functions, folder):
    from fcemu import ROOT

    runtime, error, members = SAMPLES[folder]
    files = {
        path.name + ("*" if path.name == "bootstrap" else ""): path.read_text(encoding="utf-8")
        for path in (ROOT / "fixtures" / "functions" / folder).iterdir()}
    name = functions.create(runtime, files, memorySize=256, timeout=1, **members)
    first = functions.call(name, b'{"name": "you"}')
    assert first.json() == {"hello": "you", "calls": 1, "requestId": first.headers["X-Fc-Request-Id"]}
    if members:
        assert f"FC Initialize Start RequestId: {first.headers['X-Fc-Request-Id']}\n" in log_of(first)
        assert f"prepared {name}" in log_of(first)
    assert functions.call(name).json()["calls"] == 2
    header, body = error_of(functions.call(name, b'{"fail": "on wish"}'))
    assert (header, body["errorMessage"]) == (error, "on wish")
    header, body = error_of(functions.call(name, b'{"sleep": 60}'))
    assert header == "UnhandledInvocationError" and TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name).json()["calls"] == 1  # another instance


def test_the_sample_seed_runs(daemon):
    from fcemu import ROOT

    running = daemon(arguments=["--seeds", ROOT / "fixtures" / "seed.yaml", "--account", "16530750", "--region", "cn-shanghai"])
    assert running.invoke("hello", b'{"name": "you"}').body == b"hello you"
    assert running.call("POST", "/2023-03-30/functions/greet/invocations", b'{"name": "you"}').body == b"hello you"
    web = running.call("GET", "/2016-08-15/proxy/demo/hello/")
    assert (web.status, web.body) == (200, b"hello world")


# ---- bad input that is none of the above ----


def test_a_function_that_fills_its_disk_gets_the_error_of_a_full_disk(functions, python):
    code = "def handler(e, c):\n  with open('/tmp/x', 'wb') as f:\n    while True: f.write(bytes(1 << 20))\n"
    if functions.running.admin("GET", "health").json()["functions"]["isolation"] != "namespace":
        pytest.skip("without namespaces /tmp is the machine's")
    name = python(code, timeout=60)
    header, body = error_of(functions.call(name))
    assert header == "UnhandledInvocationError"
    assert body["errorType"] == "OSError" and "No space left" in body["errorMessage"] or EXIT.fullmatch(body["errorMessage"])


def test_a_package_that_is_no_archive_has_no_handler(functions):
    import base64
    import json

    body = {"functionName": "junk", "runtime": "python3", "handler": "index.handler", "code": {"zipFile": base64.b64encode(b"123").decode()}}
    assert functions.running.call("POST", "/2016-08-15/services/demo/functions", json.dumps(body)).status == 200
    for _ in range(2):
        _, error = error_of(functions.call("junk"))
        assert error["errorType"] == "ImportModuleError"


def test_a_server_that_speaks_no_http_and_one_that_says_nothing(functions):
    server = (
        "#!/usr/bin/env python3\nimport os, socket\ns = socket.create_server(('', int(os.environ['FC_SERVER_PORT'])), backlog=9)\n"
        "while True:\n  c, _ = s.accept()\n  c.recv(100)\n  c.sendall(%r)\n  c.close()\n")
    for words in (b"hello\r\n\r\n", b""):
        name = functions.create("custom", {"bootstrap*": server % words}, timeout=5)
        for _ in range(2):
            header, body = error_of(functions.call(name))
            assert header == "UnhandledInvocationError" and body["errorMessage"].startswith("The function's HTTP server")
