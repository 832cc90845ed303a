"""Functions under a debugger: one instance listens, has no time limits, and stays; the others are as ever."""

import json
import os
import shutil
import socket
import urllib.request

import pytest

from fcemu import ACCOUNT, Daemon
from functions import Functions
from languages import go_program  # noqa: F401 - fixture

CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"

# A stand-in for debugpy that lies beside the code: it says what it was asked, listens, and runs what it is given.
DEBUGPY = """import runpy, socket, sys
arguments = sys.argv[1:]
print("debugpy got", " ".join(arguments[:-1]), flush=True)
host, port = arguments[arguments.index("--listen") + 1].split(":")
server = socket.create_server((host, int(port)))
if "--wait-for-client" in arguments:
    server.accept()
sys.argv = arguments[-1:]
runpy.run_path(arguments[-1], run_name="__main__")
"""
GO = """
package main

import (
	"time"

	"github.com/aliyun/fc-runtime-go-sdk/fc"
)

func main() {
	fc.Start(func() (string, error) {
		time.Sleep(1500 * time.Millisecond)
		return "in the end", nil
	})
}
"""
SLOW = "import time\ndef handler(event, context):\n  time.sleep(1.5)\n  return 'in the end'\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("debug"), config=CONFIG).start()
    yield Functions(running)
    running.stop()


def python(functions, code=SLOW, **members):
    return functions.create("python3", {"index.py": code, "debugpy/__init__.py": "", "debugpy/__main__.py": DEBUGPY}, timeout=1, **members)


def debug(functions, name, *arguments):
    result = functions.running.run("debug", f"demo/{name}", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def logged(functions, name):
    lines = json.loads(functions.running.run("logs", f"demo/{name}", "--json").stdout)["lines"]
    return "\n".join(line["text"] for line in lines)


def test_time_limits_are_suspended_until_it_is_off(functions):
    name = python(functions)
    assert "Function timed out" in functions.running.run("invoke", name).stderr
    answer = debug(functions, name)
    assert answer["debugger"] == "debugpy" and answer["function"] == f"demo/{name}"
    assert f"127.0.0.1:{answer['port']}" in answer["attach"] and f'"port": {answer["port"]}' in answer["attach"]
    result = functions.running.run("invoke", name)
    assert (result.returncode, result.stdout) == (0, "in the end"), result.stderr
    assert f"debugpy got --listen 127.0.0.1:{answer['port']}" in logged(functions, name)
    socket.create_connection(("127.0.0.1", answer["port"]), timeout=30).close()
    off = functions.running.run("debug", name, "--off")
    assert (off.returncode, off.stdout) == (0, "")
    assert "Function timed out" in functions.running.run("invoke", name).stderr
    again = functions.running.run("debug", name, "--off")
    assert again.returncode == 2 and f"'{name}' is under no debugger" in again.stderr


def test_the_attach_line_is_printed(functions):
    name = functions.create("nodejs20", {"index.js": "exports.handler = async () => 'node';"})
    result = functions.running.run("debug", name)
    assert result.returncode == 0 and result.stdout.startswith("attach: node inspect 127.0.0.1:")
    assert f"The next call of 'demo/{name}' starts it under inspector;" in result.stderr
    waits = functions.running.run("debug", name, "--wait")
    assert "starts it under inspector and waits for you;" in waits.stderr


def test_node_has_its_inspector(functions):
    name = functions.create("nodejs20", {"index.js": "exports.handler = async () => 'node';"})
    functions.running.run("invoke", name)  # one that runs already makes room
    answer = debug(functions, name)
    assert functions.running.run("invoke", name).stdout == "node"
    with urllib.request.urlopen(f"http://127.0.0.1:{answer['port']}/json/list", timeout=30) as reply:
        assert json.load(reply)[0]["webSocketDebuggerUrl"]


@pytest.mark.skipif(not shutil.which("java"), reason="no java")
def test_java_has_jdwp(functions):
    name = functions.create("java11", {"readme": ""}, handler="example.App::handleRequest")
    answer = debug(functions, name)
    assert answer["attach"] == f"jdb -attach 127.0.0.1:{answer['port']}"
    functions.running.run("invoke", name)  # it fails for want of a class, under the debugger
    assert "Listening for transport dt_socket" in logged(functions, name)


def test_it_waits_for_somebody_to_attach(functions):
    name = python(functions)
    answer = debug(functions, name, "--wait")
    running = functions.running
    pending = running.connect()
    pending.sendall(f"POST /2016-08-15/services/demo/functions/{name}/invocations HTTP/1.1\r\nHost: {ACCOUNT}.cn-shanghai.fc.aliyuncs.com\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
    for line in iter(lambda: logged(functions, name), None):
        if "--wait-for-client" in line:
            break
    attached = None
    while attached is None:
        try:
            attached = socket.create_connection(("127.0.0.1", answer["port"]), timeout=30)
        except ConnectionRefusedError:
            continue
    pending.settimeout(60)
    data = b""
    while piece := pending.recv(65536):
        data += piece
    assert b"in the end" in data
    attached.close()
    pending.close()


def test_a_port_of_choice(functions):
    name = python(functions)
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    refused = functions.running.run("debug", name, "--port", str(port))
    assert refused.returncode == 2 and f"port {port} is taken" in refused.stderr
    taken.close()
    assert debug(functions, name, "--port", str(port))["port"] == port
    assert debug(functions, name)["port"] != 0  # once more: another one


def test_without_delve_it_is_said_what_was_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    if any(os.access(f"{folder}/dlv", os.X_OK) for folder in ("/usr/local/bin", "/usr/bin")):
        pytest.skip("dlv is where it is always found")
    running = Daemon(tmp_path / "bare", config=CONFIG).start()
    try:
        functions = Functions(running)
        name = functions.create("go1", {"main*": "x"}, handler="main")
        assert debug(functions, name)["debugger"] == "delve"
        assert "command 'dlv' is not found" in running.run("invoke", name).stderr
    finally:
        running.stop()


@pytest.mark.skipif(not shutil.which("dlv"), reason="no dlv")
@pytest.mark.parametrize("mode", ["process", "namespace"])
def test_delve_runs_a_program_and_lets_others_in(daemon, go_program, mode):
    """Of a daemon that is root, instances are another user's: whoever attaches is not that user."""
    running = daemon(config=CONFIG.replace("process", mode))
    functions = Functions(running)
    name = functions.create("go1", {"main*": go_program(GO)}, handler="main", timeout=1)
    answer = debug(functions, name)
    assert answer["attach"] == f"dlv connect 127.0.0.1:{answer['port']}"
    result = running.run("invoke", name)
    assert (result.returncode, result.stdout) == (0, '"in the end"'), result.stderr + logged(functions, name)
    with socket.create_connection(("127.0.0.1", answer["port"]), timeout=60) as connection:
        connection.sendall(json.dumps({"method": "RPCServer.State", "params": [{"NonBlocking": True}], "id": 1}).encode())
        reply = json.loads(connection.makefile().readline())
    assert reply["error"] is None and reply["result"]["State"]["Running"] is True


REFUSED = {
    ("debug", "nobody"): "no function 'nobody'",
    ("debug", "{php}"): "there is no debugger for PHP here",
    ("debug", "{custom}"): "a custom runtime starts its program itself",
    ("debug", "{php}", "--region", "cn-beijing"): "no function",
    ("debug", "{php}", "--account", "9"): "no function",
    ("debug", "{php}", "--port", "0"): "is not a number from 1 to 65535",
    ("debug", "{php}", "--port", "x"): "is not a number from 1 to 65535",
    ("debug", "{php}", "--off"): "is under no debugger",
}


@pytest.fixture(scope="module")
def others(functions):
    return {
        "php": functions.create("php7.2", {"index.php": ""}),
        "custom": functions.create("custom", {"bootstrap*": "#!/bin/sh\n"}),
    }


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_refused(functions, others, words):
    result = functions.running.run(*(word.format(**others) for word in words))
    assert result.returncode == 2 and REFUSED[words] in result.stderr, result.stderr


def test_the_control_side_refuses_wrong_ports(functions, others):
    reply = functions.running.admin("POST", f"functions/demo%2F{others['php']}/debug", {"port": 70000})
    assert reply.status == 422 and reply.json()["detail"] == "port: expected 1 to 65535"


def test_without_a_network_nobody_could_attach(daemon):
    running = daemon(config=CONFIG.replace("isolation: process", "network: none"))
    name = Functions(running).create("nodejs20", {"index.js": ""})
    result = running.run("debug", name)
    assert result.returncode == 2 and "invoke.network is none" in result.stderr
