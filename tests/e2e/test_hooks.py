"""What functions are told between calls and before their instance goes: pre-freeze and pre-stop."""

import shutil
import signal

import pytest

from functions import Functions, log_of
from test_async import Reports
from test_instances import MODES
from test_thirteen_codes import code_of

TELL = "import socket\ndef tell(word):\n  s = socket.create_connection(('127.0.0.1', %d))\n  s.sendall(word.encode() + b'\\n')\n  s.recv(1)\n"
PYTHON = TELL + (
    "def handler(event, context):\n  return context.request_id\n"
    "def freeze(context):\n  print('freezing', context.function.name)\n  tell('freeze ' + context.function.name)\n"
    "def stop(context):\n  tell('stop ' + context.function.name)\n"
    "def broken(context):\n  tell('broken ' + context.function.name)\n  raise ValueError('no')\n"
    "def slow(context):\n  tell('slow ' + context.function.name)\n  import time\n  time.sleep(100)\n")
NODE = """
const net = require('net');
function tell(word, done) {
  const s = net.connect(%d, '127.0.0.1', () => s.write(word + '\\n'));
  s.on('close', done);
  s.on('error', () => {});
}
exports.handler = (event, context, callback) => callback(null, context.requestId);
exports.freeze = (context, callback) => tell('freeze ' + context.function.name, () => callback(null));
exports.stop = (context, callback) => tell('stop ' + context.function.name, () => callback(null));
"""
PHP = """<?php
function tell($word) { $s = fsockopen('127.0.0.1', %d); fwrite($s, $word . "\\n"); fgets($s); }
function handler($event, $context) { return $context['requestId']; }
function freeze($context) { tell('freeze ' . $context['function']['name']); }
function stop($context) { tell('stop ' . $context['function']['name']); }
"""
CUSTOM = """#!/usr/bin/env python3
import http.server, os
%s
class Handler(http.server.BaseHTTPRequestHandler):
  protocol_version = "HTTP/1.1"
  def do_POST(self):
    self.rfile.read(int(self.headers["Content-Length"]))
    self.answer(self.headers["x-fc-request-id"].encode())
  def do_GET(self):
    tell(self.path.replace("/pre-", "") + " " + self.headers["x-fc-function-name"])
    self.answer(b"")
  def answer(self, body):
    self.send_response(200)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)
  def log_message(self, *args):
    pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
"""
LANGUAGES = {
    "python": ("python3", "index.py", PYTHON),
    "node": ("nodejs20", "index.js", NODE),
    "php": ("php7.2", "index.php", PHP),
    "custom": ("custom", "bootstrap*", CUSTOM.replace("%s", TELL)),
}
HOOKS = {"preFreeze": {"handler": "index.freeze", "timeout": 10}, "preStop": {"handler": "index.stop", "timeout": 10}}


@pytest.fixture
def reports():
    with Reports() as made:
        yield made


def create(functions, reports, language="python", hooks=HOOKS, **members):
    runtime, file, text = LANGUAGES[language]
    if language == "php" and not shutil.which("php"):
        pytest.skip("no PHP on this machine")
    return functions.create(runtime, {file: text % reports.port}, instanceLifecycleConfig=hooks, **members)


def release(reports):
    with reports.changed:
        held, reports.held = reports.held, []
    for sock in held:
        sock.close()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hooks_run_between_calls_and_at_the_end(daemon, reports, language, mode):
    functions = Functions(daemon(config=f"invoke: {{isolation: {mode}}}\n"))
    name = create(functions, reports, language)
    first = functions.call(name)
    assert first.body.decode() == first.headers["X-Fc-Request-Id"]
    for number in (1, 2):
        reports.wait_for(lambda lines: lines == [f"freeze {name}"] * number)
        if number == 2:
            break
        # A call that comes while the hook runs waits for it, on the same instance.
        import concurrent.futures

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            second = pool.submit(functions.call, name)
            release(reports)
            second = second.result()
        assert second.body.decode() == second.headers["X-Fc-Request-Id"] != first.headers["X-Fc-Request-Id"]
        assert second.headers["X-Fc-Instance-Id"] == first.headers["X-Fc-Instance-Id"]
    release(reports)
    functions.update(name, memorySize=512)
    third = functions.call(name)
    assert third.headers["X-Fc-Instance-Id"] != first.headers["X-Fc-Instance-Id"]
    reports.wait_for(lambda lines: f"stop {name}" in lines)
    assert reports.lines.count(f"stop {name}") == 1


def test_hooks_are_in_the_log_of_the_function(daemon, reports):
    functions = Functions(daemon())
    name = create(functions, reports)
    functions.call(name)
    reports.wait_for(lambda lines: lines == [f"freeze {name}"])
    release(reports)

    def kept():
        return "\n".join(line["text"] for line in functions.running.admin("GET", f"logs?function={name}").json()["lines"])

    while "FC PreFreeze End RequestId" not in kept():
        pass
    assert "FC PreFreeze Start RequestId" in kept() and f"freezing {name}" in kept()
    assert "PreFreeze" not in log_of(functions.call(name))  # not of the next call


@pytest.mark.parametrize("end", ["idle", "room", "broken", "slow"])
def test_each_way_an_instance_goes(daemon, reports, end):
    config = {"idle": "invoke: {idle: 10ms}\n", "room": "invoke: {memory: 512MiB}\n"}.get(end, "invoke: {idle: 10ms}\n")
    functions = Functions(daemon(config=config))
    handler = end if end in ("broken", "slow") else "stop"
    name = create(functions, reports, hooks={"preStop": {"handler": f"index.{handler}", "timeout": 1 if end == "slow" else 10}}, memorySize=512)
    functions.call(name)
    if end == "room":
        other = functions.create("python3", {"index.py": "def handler(e, c):\n  return 'x'\n"}, memorySize=512)
        assert functions.call(other).body == b"x"  # its place is free at once
    reports.wait_for(lambda lines: lines == [f"{handler} {name}"])
    path = f"/2016-08-15/services/demo/functions/{name}/instances"
    if end == "slow":
        release(reports)
    while functions.running.call("GET", path).json()["instances"] and end == "slow":
        pass
    release(reports)
    while functions.running.call("GET", path).json()["instances"]:
        pass
    assert functions.call(name).status == 200


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_daemon_waits_for_the_last_hooks(daemon, reports, language, mode):
    functions = Functions(daemon(config=f"invoke: {{isolation: {mode}, stop_grace: 60s}}\n"))
    running, names = functions.running, [create(functions, reports, language, hooks={"preStop": HOOKS["preStop"]}) for _ in range(2)]
    for name in names:
        assert functions.call(name).status == 200
    running.process.send_signal(signal.SIGTERM)
    reports.wait_for(lambda lines: sorted(lines) == sorted(f"stop {name}" for name in names))
    busy = functions.call(names[0])  # it still answers, and begins nothing
    assert code_of(busy) == (503, "ResourceThrottled") and "about to end" in busy.json()["ErrorMessage"]
    assert running.process.poll() is None
    release(reports)
    running.stop()


@pytest.mark.parametrize("mode", MODES)
def test_a_last_hook_that_does_not_end_is_killed(daemon, reports, mode):
    functions = Functions(daemon(config=f"invoke: {{isolation: {mode}, stop_grace: 1s}}\n"))
    name = create(functions, reports, hooks={"preStop": {"handler": "index.slow", "timeout": 90}})
    functions.call(name)
    functions.running.process.send_signal(signal.SIGTERM)
    reports.wait_for(lambda lines: lines == [f"slow {name}"])
    release(reports)  # it sleeps on
    functions.running.stop()


def test_an_instance_that_is_being_frozen_stops_behind_that(daemon, reports):
    functions = Functions(daemon(config="invoke: {stop_grace: 60s}\n"))
    name = create(functions, reports)
    functions.call(name)
    reports.wait_for(lambda lines: lines == [f"freeze {name}"])
    functions.running.process.send_signal(signal.SIGTERM)
    while "name=Terminated" not in functions.running.log():
        pass
    release(reports)
    reports.wait_for(lambda lines: lines == [f"freeze {name}", f"stop {name}"])
    release(reports)
    functions.running.stop()


@pytest.mark.parametrize("end", ["no grace", "asked twice"])
def test_hooks_that_nobody_waits_for(daemon, reports, end):
    functions = Functions(daemon(config=f"invoke: {{stop_grace: {'0s' if end == 'no grace' else '600s'}}}\n"))
    name = create(functions, reports, hooks={"preStop": {"handler": "index.slow", "timeout": 90}})
    functions.call(name)
    if end == "asked twice":
        functions.running.process.send_signal(signal.SIGTERM)
        reports.wait_for(lambda lines: lines == [f"slow {name}"])
    functions.running.stop()
    assert reports.lines == ([] if end == "no grace" else [f"slow {name}"])


def test_a_hook_that_hangs_between_calls_costs_its_instance_only(daemon, reports):
    functions = Functions(daemon())
    name = create(functions, reports, hooks={"preFreeze": {"handler": "index.slow", "timeout": 1}})
    first = functions.call(name)
    reports.wait_for(lambda lines: lines == [f"slow {name}"])
    release(reports)
    while functions.running.call("GET", f"/2016-08-15/services/demo/functions/{name}/instances").json()["instances"]:
        pass
    assert functions.call(name).headers["X-Fc-Instance-Id"] != first.headers["X-Fc-Instance-Id"]
    release(reports)
