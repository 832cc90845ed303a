"""Functions that behave badly: each way has its documented answer, and the next call works. Every language, both isolations.

A function of these tests does its bad deed for the event "bad" and answers any other with "fine"; where the deed lies in the package
itself, a package that is well follows.
"""

import re
import urllib.parse

import pytest

from functions import SERVICES, Functions, error_of, log_of

EXIT = re.compile(r"Process exited unexpectedly before completing request \(duration: \d+ms, maxMemoryUsage: \d+\.\d\dMB\)")
TIMED_OUT = re.compile(r"Function timed out after 1 seconds \(maxMemoryUsage: \d+\.\d\dMB\)")
UNHANDLED = "UnhandledInvocationError"


@pytest.fixture(scope="module", params=["process", "namespace"])
def functions(request, tmp_path_factory):
    from fcemu import Daemon

    folder = tmp_path_factory.mktemp(request.param)
    running = Daemon(folder, config=f"invoke: {{isolation: {request.param}}}\nlimits: {{running.custom_start: 20}}\n").start()
    made = Functions(running)
    made.isolation = request.param
    yield made
    running.stop()


# ---- what is answered ----


def ends(reply):
    header, body = error_of(reply)
    assert (header, list(body)) == (UNHANDLED, ["errorMessage"])
    assert EXIT.fullmatch(body["errorMessage"]), body


def times_out(reply):
    header, body = error_of(reply)
    assert (header, list(body)) == (UNHANDLED, ["errorMessage"])
    assert TIMED_OUT.fullmatch(body["errorMessage"]), body


def ends_or_times_out(reply):
    header, body = error_of(reply)
    assert header == UNHANDLED and (EXIT.fullmatch(body["errorMessage"]) or TIMED_OUT.fullmatch(body["errorMessage"])), body


def answers(text):
    def check(reply):
        assert (reply.status, reply.body, reply.headers["X-Fc-Error-Type"]) == (200, text, None)

    return check


def fails(error_type, message):
    def check(reply):
        header, body = error_of(reply)
        assert (header, body.get("errorType", "")) == (UNHANDLED, error_type), body
        assert re.match(message, body["errorMessage"]), body

    return check


def breaks_off(reply):
    """It hears of a lost connection at once, or tries another in vain."""
    header, body = error_of(reply)
    text = body["errorMessage"]
    assert header == UNHANDLED
    assert text.startswith("The function's HTTP server closed the connection") or EXIT.fullmatch(text) or TIMED_OUT.fullmatch(text), text


def keeps_the_end_of_its_log(reply):
    assert (reply.status, reply.body) == (200, b"fine")
    log = log_of(reply)
    assert len(log) == 4096 and "the end" in log and "Billed Duration" in log


def fills_the_disk(reply):
    header, body = error_of(reply)
    assert header == UNHANDLED
    assert re.search("No space left|ENOSPC|too large|EFBIG", body["errorMessage"]) or EXIT.fullmatch(body["errorMessage"]), body


# ---- the deeds ----

PYTHON = {
    "100 MB of log": ("\n    for i in range(1000): print('x' * 100000)\n    print('the end')", keeps_the_end_of_its_log),
    "forks for ever": ("\n    while True:\n      try: os.fork()\n      except OSError: pass", ends_or_times_out),
    "children in sessions": ("\n    for i in range(20): subprocess.Popen(['setsid', 'sleep', '1000'])\n    time.sleep(60)", times_out),
    "ignores SIGTERM": ("\n    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n    time.sleep(60)", times_out),
    "closes its descriptors": ("\n    os.closerange(0, 1000)\n    time.sleep(60)", ends),
    "closes its output": ("\n    os.close(1)\n    os.close(2)", answers(b"fine")),
    "answers late": ("\n    time.sleep(60)", times_out),
    "answers twice": ("\n    os.write(3, bytes([5, 0, 0, 0]) + b'a\\0\\0\\0' + bytes([2, 0, 0, 0]) + b'first')", answers(b"first")),
    "says what is no frame": ("\n    os.write(3, b'\\xff' * 100)\n    time.sleep(60)", ends),
    "fails behind the answer": ("\n    threading.Thread(target=lambda: 1 / 0).start()", answers(b"fine")),
    "exits behind the answer": ("\n    threading.Timer(0.001, os._exit, [1]).start()", lambda reply: None),
    "output is no JSON": ("\n    return object()", fails("TypeError", "Object of type object is not JSON serializable")),
    "has no text for its error": (
        "\n    class Mute(Exception):\n      def __str__(self): raise KeyError('none')\n    raise Mute()", fails("Mute", "<KeyError when asked for its text>")),
    "takes its environment away": ("\n    os.environ.clear()\n    os.chdir('/')\n    sys.stdout = None", answers(b"fine")),
    "fills its disk": ("\n    f = open(tmp + '/x', 'wb')\n    while True: f.write(bytes(1 << 20))", fills_the_disk),
    "stops itself": ("\n    os.kill(os.getpid(), signal.SIGSTOP)", times_out),
}
NODE = {
    "100 MB of log": ("for (let i = 0; i < 1000; i++) process.stdout.write('x'.repeat(100000) + '\\n'); console.log('the end');", keeps_the_end_of_its_log),
    "forks for ever": (
        "const go = () => { try { cp.spawn('sleep', ['100']).on('error', () => {}); } catch (e) {} setImmediate(go); }; return go();", ends_or_times_out),
    "children in sessions": ("for (let i = 0; i < 20; i++) cp.spawn('sleep', ['1000'], {detached: true}); return;", times_out),
    "ignores SIGTERM": ("process.on('SIGTERM', () => {}); return;", times_out),
    "closes its descriptors": ("for (let i = 3; i < 100; i++) { try { fs.closeSync(i); } catch (e) {} } return;", ends_or_times_out),
    "answers late": ("return setTimeout(() => callback(null, 'late'), 60000);", times_out),
    "answers twice": ("callback(null, 'first'); return callback(null, 'second');", answers(b"first")),
    "answers never": ("return;", times_out),
    "never lets go": ("for (;;);", times_out),
    "fails behind the answer": ("callback(null, 'first'); setImmediate(() => { throw new Error('late'); }); return;", answers(b"first")),
    "rejects behind the answer": ("callback(null, 'first'); Promise.reject(new Error('late')); return;", answers(b"first")),
    "exits behind the answer": ("callback(null, 'first'); setImmediate(() => process.exit(1)); return;", lambda reply: None),
    "output is no JSON": ("const a = {}; a.a = a; return callback(null, a);", fails("FunctionUnhandledError: TypeError", "Converting circular")),
    "fills its disk": (
        "const f = fs.openSync((process.env.TMPDIR || '/tmp') + '/x', 'w'); for (;;) fs.writeSync(f, Buffer.alloc(1 << 20));", fills_the_disk),
}
CUSTOM = {
    "100 MB of log": ("\n      for i in range(1000): print('x' * 100000)\n      print('the end', flush=True)", None),
    "forks for ever": ("\n      while True:\n        try: os.fork()\n        except OSError: pass", ends_or_times_out),
    "children in sessions": ("\n      for i in range(20): subprocess.Popen(['setsid', 'sleep', '1000'])\n      time.sleep(60)", times_out),
    "ignores SIGTERM": ("\n      signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n      time.sleep(60)", times_out),
    "closes its descriptors": ("\n      os.closerange(0, 1000)\n      time.sleep(60)", breaks_off),
    "answers late": ("\n      time.sleep(60)", times_out),
    "answers twice": (
        "\n      self.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nfirstHTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\n\\r\\nsecond')"
        "\n      return", answers(b"first")),
    "answers with no HTTP": ("\n      self.wfile.write(b'hello\\r\\n\\r\\n')\n      return", fails("", "The function's HTTP server answered with what is no HTTP")),
    "hangs up": ("\n      self.close_connection = True\n      self.connection.shutdown(2)\n      return", fails("", "The function's HTTP server closed the connection")),
    "cuts its answer": (
        "\n      self.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 50\\r\\n\\r\\nfirst')\n      self.close_connection = True"
        "\n      self.connection.shutdown(2)\n      return", fails("", "The function's HTTP server closed the connection")),
    "exits": ("\n      os._exit(3)", ends),
    "exits behind the answer": ("\n      threading.Timer(0.001, os._exit, [1]).start()", lambda reply: None),
}
PYTHON_FILE = """
import os, signal, subprocess, sys, threading, time
tmp = os.environ.get("TMPDIR", "/tmp")
def handler(event, context):
  if event == b"bad":%s
  return "fine"
"""
NODE_FILE = """
const fs = require('fs'), cp = require('child_process');
exports.handler = (event, context, callback) => {
  if (event.toString() === 'bad') { %s }
  callback(null, 'fine');
};
"""
CUSTOM_FILE = """#!/usr/bin/env python3
import http.server, os, signal, subprocess, sys, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  def do_POST(self):
    if self.rfile.read(int(self.headers["Content-Length"])) == b"bad":%s
    self.send_response(200)
    self.send_header("Content-Length", "4")
    self.end_headers()
    self.wfile.write(b"fine")
  def log_message(self, *args):
    pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""
KINDS = {
    "python": ("python3", "index.py", PYTHON_FILE, PYTHON),
    "node": ("nodejs16", "index.js", NODE_FILE, NODE),
    "custom": ("custom", "bootstrap*", CUSTOM_FILE, CUSTOM),
}
HEAVY = ("100 MB of log", "fills its disk")
ROWS = [(language, deed) for language, (*_, deeds) in KINDS.items() for deed in deeds]


@pytest.mark.parametrize("language, deed", ROWS, ids=[f"{language}: {deed}" for language, deed in ROWS])
def test_a_bad_deed_is_answered_and_the_next_call_works(functions, language, deed):
    runtime, file, text, deeds = KINDS[language]
    code, check = deeds[deed]
    name = functions.create(runtime, {file: text % code}, timeout=60 if deed in HEAVY else 1, memorySize=512)
    assert functions.call(name).body == b"fine"
    reply = functions.call(name, b"bad")
    (check or keeps_the_end_of_its_log)(reply)
    if deed == "exits behind the answer":  # a call that it has already taken would be told
        while functions.running.call("GET", f"{SERVICES}/demo/functions/{name}/instances").json()["instances"]:
            pass
    for _ in range(2):
        assert functions.call(name).body == b"fine"


# ---- packages ----

GOOD = {
    "python": ("python3", {"index.py": "def handler(e, c):\n  return 'fine'\n"}),
    "node": ("nodejs20", {"index.js": "exports.handler = async () => 'fine';"}),
    "custom": ("custom", {"bootstrap*": CUSTOM_FILE % "\n      pass"}),
}
# The head of a program for another processor, and nothing behind it.
FOREIGN = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00\xf3\x00\x01\x00\x00\x00" + bytes(40)
PACKAGES = {
    "python: no file of the handler": ("python", {"other.py": "x = 1"}, "ImportModuleError", "Unable to import module 'index'"),
    "python: no function": ("python", {"index.py": "handler = 1"}, "HandlerNotFound", "Handler 'handler' is missing"),
    "python: the import fails": ("python", {"index.py": "import no_such_module"}, "ImportModuleError", "Unable to import module 'index'"),
    "python: a folder in its place": ("python", {"index.py/x": "1"}, "ImportModuleError", "Unable to import module 'index'"),
    "python: bytes that are no text": ("python", {"index.py": b"x = '\xff'"}, "UserCodeSyntaxError", "Syntax error in module 'index'"),
    "node: no file of the handler": ("node", {"other.js": "1"}, "ImportModuleError", "Module '.*index.js' is missing"),
    "node: no function": ("node", {"index.js": "exports.handler = 1"}, "HandlerNotFound", "Handler 'handler' is missing"),
    "node: the import fails": ("node", {"index.js": "require('no-such')"}, "ImportModuleError", "Cannot find module 'no-such'"),
    "node: a folder in its place": ("node", {"index.js/x": "1"}, "ImportModuleError", ""),
    "node: bytes that are no text": ("node", {"index.js": b"\xff\xfe\x00"}, "UserCodeSyntaxError", ""),
    "custom: no bootstrap": ("custom", {"x": "1"}, "CAFileNotFound", "The function cannot be started."),
    "custom: a folder in its place": ("custom", {"bootstrap/x": "1"}, "CAFilePermission", "The function cannot be started."),
    "custom: no permission": ("custom", {"bootstrap": "#!/bin/sh\n"}, "CAFilePermission", "The function cannot be started."),
    "custom: no program": ("custom", {"bootstrap*": b"\0\1\2"}, "CAExited", "The function either cannot be started or exited"),
    "custom: empty": ("custom", {"bootstrap*": b""}, "CAExited", "The function either cannot be started or exited"),
    "custom: of another processor": ("custom", {"bootstrap*": FOREIGN}, "CAExited", "The function either cannot be started or exited: run it: Exec format error"),
    "custom: ends at once": ("custom", {"bootstrap*": "#!/bin/sh\nexit 0\n"}, "CAExited", "The function either cannot be started or exited: exit status 0"),
}


@pytest.mark.parametrize("kind", PACKAGES)
def test_a_bad_package_is_answered_and_a_good_one_works(functions, kind):
    language, files, code, text = PACKAGES[kind]
    runtime, good = GOOD[language]
    name = functions.create(runtime, files)
    for _ in range(2):
        reply = functions.call(name)
        if language == "custom":
            assert (reply.status, reply.json()["ErrorCode"]) == (412, code), reply.body
            assert reply.json()["ErrorMessage"].startswith(text)
        else:
            header, body = error_of(reply)
            assert (header, body["errorType"]) == (UNHANDLED, code), body
            assert re.match(text, body["errorMessage"]), body
    functions.update(name, files=good)
    assert functions.call(name).body == b"fine"


SERVES_AT = 'int(os.environ["FC_SERVER_PORT"])'
MEASURES_FIRST = "import socket, time\nmeasures = socket.create_server(('127.0.0.1', 0))\ntime.sleep(0.3)\nimport http.server"


def test_a_port_that_is_opened_before_the_own_one_does_not_count(functions):
    name = functions.create("custom", {"bootstrap*": (CUSTOM_FILE % "\n      pass").replace("import http.server", MEASURES_FIRST)})
    assert functions.call(name).body == b"fine"
    assert "port ignored" not in functions.running.log()


@pytest.mark.parametrize("isolation", ["process", "namespace"])
def test_who_serves_at_no_port_of_the_function_is_not_started(daemon, isolation):
    running = daemon(config=f"invoke: {{isolation: {isolation}}}\nlimits: {{running.custom_start: 2}}\n")
    functions = Functions(running)
    reply = functions.call(functions.create("custom", {"bootstrap*": (CUSTOM_FILE % "\n      pass").replace(SERVES_AT, "0")}))
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "FunctionNotStarted"), reply.body


# ---- loading ----

EATERS = {
    "python": ("python3", {"index.py": "x = []\nwhile True:\n  x.append(bytearray(1 << 20))\n"}),
    "node": ("nodejs20", {"index.js": "const x = []; for (;;) x.push(Buffer.alloc(1 << 20, 1));"}),
    "custom": ("custom", {"bootstrap*": "#!/usr/bin/python3\nx = []\nwhile True:\n  x.append(bytearray(1 << 20))\n"}),
}


@pytest.mark.parametrize("language", EATERS)
def test_what_eats_its_memory_while_it_loads_is_ended(functions, language):
    runtime, files = EATERS[language]
    name = functions.create(runtime, files, memorySize=128)
    for _ in range(2):
        reply = functions.call(name)
        if language == "custom":
            assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited"), reply.body
            assert "exited: it took more than its memory" in reply.json()["ErrorMessage"]
        else:
            ends(reply)
            assert float(re.search(r"maxMemoryUsage: ([\d.]+)MB", reply.json()["errorMessage"])[1]) < 700  # the next wall stands there
    functions.update(name, files=GOOD[language][1])
    assert functions.call(name).body == b"fine"


# ---- the code folder ----

WRITERS = {
    "python": """
import os
def handler(event, context):
  wrote = []
  for path in ("index.py", "new", "lib/data"):
    try:
      os.chmod(path, 0o777)
    except OSError:
      pass
    try:
      open(path, "a").write("x")
      wrote.append(path)
    except OSError:
      pass
  try:
    os.unlink("lib/data")
    wrote.append("-")
  except OSError:
    pass
  return repr(wrote)
""",
    "node": """
const fs = require('fs');
exports.handler = async () => {
  const wrote = [];
  for (const path of ['index.js', 'new', 'lib/data']) {
    try { fs.chmodSync(path, 0o777); } catch (e) {}
    try { fs.appendFileSync(path, 'x'); wrote.push(path); } catch (e) {}
  }
  try { fs.unlinkSync('lib/data'); wrote.push('-'); } catch (e) {}
  return JSON.stringify(wrote);
};
""",
}


@pytest.mark.parametrize("language", WRITERS)
def test_the_stored_package_stays_as_it_was(functions, language):
    runtime, file = {"python": ("python3", "index.py"), "node": ("nodejs20", "index.js")}[language]
    name = functions.create(runtime, {file: WRITERS[language], "lib/data": "kept"})
    running = functions.running

    def stored():
        shown = running.call("GET", f"{SERVICES}/demo/functions/{name}/code").json()
        url = urllib.parse.urlsplit(shown["url"])
        package = running.call("GET", f"{url.path}?{url.query}", host=url.netloc)
        assert package.status == 200
        return shown["checksum"], package.body

    before = stored()
    for _ in range(2):
        assert functions.call(name).body == b"[]"
    assert stored() == before
    functions.update(name, memorySize=256)  # another instance
    assert functions.call(name).body == b"[]"
