"""What a function can reach, in each mode, as docs/invocation.md says: descriptors, files, processes, ports, the control side."""

import json
import os
import pathlib
import tempfile

import pytest

from functions import Functions

TOKEN = "the-token-of-this-test"
PROBE = """
import http.client, json, os, socket
def can(do):
    try:
        do()
        return True
    except OSError:
        return False
def asked(port, path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    return connection.getresponse().status
def handler(event, context):
    asks = json.loads(event)
    seen = {name: can(lambda: os.listdir(path) if os.path.isdir(path) else open(path).read(1)) for name, path in asks["files"].items()}
    seen["descriptors"] = sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1]
    seen["more privileges"] = open("/proc/self/status").read().split("NoNewPrivs:")[1].split()[0] == "0"
    seen["the daemon's process"] = os.path.exists("/proc/%d" % asks["pid"]) and b"serve" in open("/proc/%d/cmdline" % asks["pid"], "rb").read()
    seen["a signal to the daemon"] = seen["the daemon's process"] and can(lambda: os.kill(asks["pid"], 0))
    seen["its own code, for writing"] = can(lambda: open(os.path.join(os.environ["FC_FUNC_CODE_PATH"], "new"), "w"))
    seen["its scratch folder"] = can(lambda: open(os.path.join(os.environ.get("TMPDIR", "/tmp"), "new"), "w"))
    seen["the daemon's port"] = can(lambda: socket.create_connection(("127.0.0.1", asks["port"])).close())
    seen["/_fcemu/health"] = asked(asks["port"], "/_fcemu/health", {})
    seen["/_fcemu/health with the token"] = asked(asks["port"], "/_fcemu/health", {"X-Fcemu-Token": asks["token"]})
    seen["/_fcemu/livez"] = asked(asks["port"], "/_fcemu/livez", {})
    return json.dumps(seen)
"""
OTHER_USER = os.getuid() == 0  # root's functions are users of their own
OURS = not OTHER_USER
# What, then whether it is reached with namespaces, and in a process.
TABLE = {
    "descriptors": ([0, 1, 2, 3], [0, 1, 2, 3]),
    "more privileges": (False, False),
    "its own code, for writing": (False, False),
    "its scratch folder": (True, True),
    "the data folder": (False, OURS),
    "the authority's key": (False, OURS),
    "the configuration with the token": (False, True),
    "another function's code": (False, True),
    "the home folders": (False, True),
    "the daemon's process": (False, True),
    "a signal to the daemon": (False, OURS),
    "the daemon's port": (True, True),
    "/_fcemu/health": (403 if OTHER_USER else 401,) * 2,
    "/_fcemu/health with the token": (200, 200),
    "/_fcemu/livez": (200, 200),
}


@pytest.fixture
def scratch(monkeypatch):
    """A folder for temporary files of this daemon alone, which other users may pass through."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setenv("TMPDIR", folder)
        yield folder


@pytest.mark.parametrize("mode", ["namespace", "process"])
def test_a_function_reaches_what_the_documents_say(daemon, tmp_path, scratch, mode):
    os.chmod(tmp_path, 0o755)
    settings = pathlib.Path(scratch) / "fcemu.yaml"
    settings.write_text(f"invoke: {{isolation: {mode}}}\ntoken: {TOKEN}\nca_dir: {tmp_path / 'ca'}\n", encoding="utf-8")
    running = daemon(arguments=["--config", settings, "--data", tmp_path / "data"])
    functions = Functions(running)
    other = functions.create("python3", {"secret.py": "x = 1\n", "index.py": "def handler(e, c):\n  return 'x'\n"})
    assert functions.call(other).body == b"x"
    if running.admin("GET", "health", headers={"X-Fcemu-Token": TOKEN}).json()["functions"]["isolation"] != mode:
        pytest.skip("no namespaces here")
    [secret] = [os.path.join(path, "secret.py") for path, _, names in os.walk(scratch) if "secret.py" in names]
    files = {"the data folder": str(tmp_path / "data"), "the authority's key": str(tmp_path / "ca" / "ca-key.pem"), "another function's code": secret,
             "the configuration with the token": str(settings), "the home folders": "/home"}
    assert all(os.path.exists(path) for path in files.values())
    name = functions.create("python3", {"index.py": PROBE}, timeout=60)
    reply = functions.call(name, json.dumps({"files": files, "pid": running.pid, "port": running.port, "token": TOKEN}))
    seen = json.loads(reply.body)
    assert seen == {what: row[mode == "process"] for what, row in TABLE.items()}
