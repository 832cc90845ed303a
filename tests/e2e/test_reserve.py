"""Interpreters in reserve: a later cold start takes one that runs already, and nobody can tell by what the function sees."""

import base64
import json
import os
import signal
import tempfile

import pytest

from functions import Functions, packed
from test_instances import wait_for
from languages import need

MODES = ["process", "namespace"]
# Whether it waited in reserve: then it was started without the variables of its function.
PYTHON = """
import json, os, sys
def handler(event, context):
    started = open("/proc/self/environ").read()
    try:
        import layered
        found = layered.where
    except ImportError:
        found = None
    tmp = os.path.join(os.environ.get("TMPDIR", "/tmp"), "x")
    open(tmp, "w").write("1")
    store = os.listdir("/.store") if os.path.isdir("/.store") else []
    return json.dumps({"reserve": "FC_FUNCTION_NAME" not in started, "name": os.environ["FC_FUNCTION_NAME"], "mine": os.environ.get("MINE"),
                       "key": os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"][:4], "cwd": os.listdir("."), "code": os.listdir(os.environ["FC_FUNC_CODE_PATH"]),
                       "layer": found, "store": store, "uid": os.getuid(), "other": os.environ.get("OTHER")})
"""


def in_reserve(running):
    return running.admin("GET", "health").json()["functions"]["reserve"]


@pytest.fixture(params=MODES)
def mode(request):
    return request.param


@pytest.fixture
def started(daemon, mode):
    def start(settings="", **options):
        running = daemon(config=f"invoke: {{isolation: {mode}, {settings}}}\n", **options)
        return running, Functions(running)

    return start


def seen(functions, name):
    reply = functions.call(name)
    assert reply.status == 200 and reply.headers["X-Fc-Error-Type"] is None, reply.body
    return reply.json()


def layer(running, name, files):
    body = {"Code": {"ZipFile": base64.b64encode(packed(files)).decode()}, "compatibleRuntime": ["python3", "nodejs16"]}
    reply = running.call("POST", f"/2021-04-06/layers/{name}/versions", json.dumps(body))
    assert reply.status == 200, reply.body
    return reply.json()["arn"]


def test_creating_a_function_looks_for_what_its_first_call_needs(started):
    running, functions = started()
    assert running.admin("GET", "health").json()["functions"]["isolation"] == "not tried yet"
    functions.create("python3", {"index.py": PYTHON})
    while running.admin("GET", "health").json()["functions"]["isolation"] not in MODES or "runtime of another version" not in running.log():
        pass  # python3 is 3.6 by its name
    assert in_reserve(running) == 0


def test_a_later_cold_start_takes_one(started):
    running, functions = started()
    assert in_reserve(running) == 0
    first = functions.create("python3", {"index.py": PYTHON, "first.txt": ""}, environmentVariables={"OTHER": "1"})
    assert not seen(functions, first)["reserve"]
    assert in_reserve(running) == 1
    second = functions.create("python3", {"index.py": PYTHON, "second.txt": ""}, environmentVariables={"MINE": "x"})
    got = seen(functions, second)
    assert (got["reserve"], got["name"], got["mine"], got["other"], got["key"], got["store"]) == (True, second, "x", None, "STS.", [])
    assert sorted(got["cwd"]) == sorted(got["code"]) and {"index.py", "second.txt"} <= set(got["cwd"]) and "first.txt" not in got["cwd"]
    if os.getuid() == 0:
        assert got["uid"] >= 61184
    assert in_reserve(running) == 1  # another one
    assert seen(functions, second)["reserve"]  # the same instance


def test_layers_come_late_too(started):
    running, functions = started()
    arn = layer(running, "l", {"python/layered.py": "where = 'layer'"})
    seen(functions, functions.create("python3", {"index.py": PYTHON}))
    got = seen(functions, functions.create("python3", {"index.py": PYTHON}, layers=[arn]))
    assert (got["reserve"], got["layer"]) == (True, "layer")


def test_node_and_php_are_kept_too(started):
    need("node")
    running, functions = started()
    node = (
        "exports.handler = (e, c, cb) => cb(null, JSON.stringify({reserve: !require('fs').readFileSync('/proc/self/environ', 'utf8').includes('FC_FUNCTION'),"
        "name: process.env.FC_FUNCTION_NAME, mine: process.env.MINE, code: require('fs').readdirSync(process.env.FC_FUNC_CODE_PATH)}));")
    php = (
        "<?php function handler() { return ['reserve' => strpos(file_get_contents('/proc/self/environ'), 'FC_FUNCTION') === false,"
        "'name' => getenv('FC_FUNCTION_NAME'), 'mine' => $_SERVER['MINE'] ?? null, 'code' => array_slice(scandir(getenv('FC_FUNC_CODE_PATH')), 2)]; }")
    for runtime, files in (("nodejs20", {"index.js": node}), ("php7.2", {"index.php": php})):
        if runtime == "php7.2":
            need("php")
        for expected in (False, True, True):
            name = functions.create(runtime, files, environmentVariables={"MINE": "x"})
            assert seen(functions, name) == {"reserve": expected, "name": name, "mine": "x", "code": list(files)}
    assert in_reserve(running) == 2


def test_java_is_kept_too(started, tmp_path):
    import subprocess

    from languages import JAVA_API

    need("java", "javac")
    running, functions = started()
    source = """
import com.aliyun.fc.runtime.*;
import java.io.*;
import java.nio.file.*;
public class App implements StreamRequestHandler {
    public void handleRequest(InputStream in, OutputStream out, Context c) throws IOException {
        boolean late = !new String(Files.readAllBytes(Paths.get("/proc/self/environ"))).contains("FC_FUNCTION");
        Process child = new ProcessBuilder("/bin/sh", "-c", "echo $MINE").start();
        String inner = new BufferedReader(new InputStreamReader(child.getInputStream())).readLine();
        out.write((late + " " + System.getenv("FC_FUNCTION_NAME") + " " + System.getenv().get("MINE") + " " + inner).getBytes());
    }
}
"""
    (tmp_path / "App.java").write_text(source)
    subprocess.run(["javac", "--release", "8", "-nowarn", "-Xlint:-options", "-d", tmp_path, "-sourcepath", JAVA_API, tmp_path / "App.java"], check=True)
    files = {"App.class": (tmp_path / "App.class").read_bytes()}
    for expected in ("false", "true"):
        name = functions.create("java8", files, "App::handleRequest", memorySize=256, environmentVariables={"MINE": "x"})
        assert functions.call(name).body.decode() == f"{expected} {name} x x"


@pytest.mark.parametrize("variable", ["PYTHONOPTIMIZE", "LD_PRELOAD_X", "TZ", "LC_ALL"])
def test_variables_that_an_interpreter_reads_at_its_start_need_a_start(started, variable):
    _, functions = started()
    seen(functions, functions.create("python3", {"index.py": PYTHON}))
    name = functions.create("python3", {"index.py": PYTHON}, environmentVariables={variable: "C"})
    assert not seen(functions, name)["reserve"]


def test_another_size_is_of_no_use_and_goes(started):
    running, functions = started()
    seen(functions, functions.create("python3", {"index.py": PYTHON}, memorySize=128))
    assert not seen(functions, functions.create("python3", {"index.py": PYTHON}, memorySize=256))["reserve"]
    assert in_reserve(running) == 1
    assert seen(functions, functions.create("python3", {"index.py": PYTHON}, memorySize=256))["reserve"]


def test_they_count_in_memory_and_go_first(started):
    running, functions = started("memory: 512MiB")
    first = functions.create("python3", {"index.py": PYTHON}, memorySize=256)
    assert not seen(functions, first)["reserve"] and in_reserve(running) == 1
    large = functions.create("python3", {"index.py": PYTHON}, memorySize=256)
    instance = functions.call(first).headers["X-Fc-Instance-Id"]
    seen(functions, large)
    assert in_reserve(running) == 0  # it had to go, and there is no room for another
    assert functions.call(first).headers["X-Fc-Instance-Id"] == instance  # the idle instance had not


def test_they_end_with_the_idleness_of_their_runtime(started):
    running, functions = started("idle: 1ms")
    seen(functions, functions.create("python3", {"index.py": PYTHON}))
    while in_reserve(running):
        pass


def test_the_setting_says_how_many(started, packs):
    running, functions = started("reserve: 0")
    for _ in range(2):
        assert not seen(functions, functions.create("python3", {"index.py": PYTHON}))["reserve"]
    assert in_reserve(running) == 0
    running.stop()
    running, functions = started("reserve: 2")
    for count in (1, 2, 2):
        seen(functions, functions.create("python3", {"index.py": PYTHON}))
        assert in_reserve(running) in (1, 2), count
    wrong = packs.run("check", "--invoke-reserve", "17")
    assert wrong.returncode == 2 and "17" in wrong.stdout + wrong.stderr


LOADED = """
import sys
before = sorted({"json", "logging", "traceback"} & set(sys.modules))
import json, logging, threading
def handler(event, context):
    logging.getLogger().warning("told")
    return {"before": before, "own": [name for name in ("json", "logging", "string") if getattr(sys.modules[name], "mine", False)],
            "main": threading.current_thread() is threading.main_thread(), "code": sys.path[0], "request": context.request_id}
"""


def test_a_first_start_brings_no_module_that_nobody_wants(started):
    """What is imported later is the interpreter's own, whatever lies beside the code."""
    running, functions = started("reserve: 1")
    files = {"index.py": LOADED, "json.py": "mine = True\n", "logging.py": "mine = True\n", "string.py": "mine = True\n"}
    first, second = functions.create("python3", files), functions.create("python3", files)
    reply = running.invoke(first, b"", headers={"X-Fc-Log-Type": "Tail"})
    got = reply.json()
    assert reply.status == 200 and (got["before"], got["own"], got["main"]) == ([], [], True), reply.body
    told = base64.b64decode(reply.headers["X-Fc-Log-Result"]).decode()
    assert f" {got['request']} [WARNING] told\n" in told
    while in_reserve(running) == 0:
        pass
    again = functions.call(second).json()
    assert (again["own"], again["main"]) == ([], True)


def waiting(folder):
    """Python bootstraps of a daemon whose folder is below @folder: without namespaces their path shows."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().decode().split("\0")
        except OSError:
            continue
        if any(word.startswith(str(folder)) and word.endswith("bootstrap.py") for word in words):
            found.append(int(pid))
    return found


@pytest.fixture
def scratch(monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        monkeypatch.setenv("TMPDIR", folder)
        yield folder


def test_one_that_dies_is_no_loss(daemon, scratch):
    running = daemon(config="invoke: {isolation: process}\n")
    functions = Functions(running)
    first = functions.create("python3", {"index.py": "import os\ndef handler(e, c):\n  return str(os.getpid())\n"})
    used = int(functions.call(first).body)
    while not (pids := [pid for pid in waiting(scratch) if pid != used]):
        pass
    os.kill(pids[0], signal.SIGKILL)
    while in_reserve(running):
        pass
    assert not seen(functions, functions.create("python3", {"index.py": PYTHON}))["reserve"]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_none_outlives_the_daemon(daemon, scratch, end):
    running = daemon(config="invoke: {isolation: process}\n")
    functions = Functions(running)
    seen(functions, functions.create("python3", {"index.py": PYTHON}))
    while len(pids := waiting(scratch)) < 2:
        pass
    if end == "stop":
        running.stop()
    else:
        os.kill(running.pid, signal.SIGKILL)
        running.process.wait()
    wait_for(pids)
