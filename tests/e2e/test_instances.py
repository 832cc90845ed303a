"""Instances of functions: how many there are, what they may reach, and that nothing of them is left behind."""

import concurrent.futures
import glob
import http.client
import json
import os
import pathlib
import signal
import socket
import tempfile
import time
import uuid

import pytest

from fcemu import Daemon
from functions import Functions, error_of
from test_invocation import SERVER

MODES = ["process", "namespace"]
# Says where it is, waits until its file is gone, and has children in sessions of their own.
FAMILY = """
import os, subprocess, time
def handler(event, context):
    mark = event.decode()
    env = {"FCEMU_TEST_MARK": mark}
    subprocess.Popen(["sh", "-c", "setsid sleep 1000 & sleep 1001"], env=env, start_new_session=True)
    os.environ["FCEMU_TEST_MARK"] = mark
    print("running", flush=True)
    time.sleep(600)
"""


def marked(mark):
    """Processes that carry the mark, wherever they are."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if f"FCEMU_TEST_MARK={mark}".encode() in file.read().split(b"\0"):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def wait_for(pids):
    """Until each has ended; a pidfd is readable then."""
    import select

    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        readable, _, _ = select.select([fd], [], [], 30)
        os.close(fd)
        assert readable, f"process {pid} is still there"


@pytest.fixture(params=MODES)
def started(request, daemon):
    return daemon(config=f"invoke: {{isolation: {request.param}, memory: 64GiB}}\n")


def die_amid_calls(daemon, monkeypatch, mode, end, calls):
    """The daemon ends amid calls whose functions have children in sessions of their own: nothing of them is left."""
    with tempfile.TemporaryDirectory(dir="/tmp") as scratch:
        os.chmod(scratch, 0o755)  # instances of root's daemon are other users
        monkeypatch.setenv("TMPDIR", scratch)
        started = daemon(config=f"invoke: {{isolation: {mode}, memory: 64GiB}}\n")
        functions = Functions(started)
        name = functions.create("python3", {"index.py": FAMILY}, timeout=600)
        mark = f"{os.getpid()}-{started.port}"
        with concurrent.futures.ThreadPoolExecutor(calls) as pool:
            running = [pool.submit(functions.call, name, mark.encode(), timeout=60) for _ in range(calls)]
            while len(marked(mark)) < calls * 3:
                assert not any(call.done() for call in running), [call.result().body for call in running if call.done()]
            pids = marked(mark)
            if end == "stop":
                started.stop()
            else:
                os.kill(started.pid, signal.SIGKILL)
                started.process.wait()
            for call in running:
                with pytest.raises((OSError, http.client.HTTPException)):
                    call.result()
        wait_for(pids)
        assert marked(mark) == []
        # Its folder goes last, with the supervisor.
        while glob.glob(f"{scratch}/fcemu-run-*"):
            pass


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("end", ["stop", "kill", "kill"], ids=["stop", "kill", "kill again"])
def test_nothing_outlives_the_daemon(daemon, monkeypatch, mode, end):
    die_amid_calls(daemon, monkeypatch, mode, end, calls=50 if end == "kill" else 8)


def children(pid):
    return [int(child) for path in glob.glob(f"/proc/{pid}/task/*/children") for child in pathlib.Path(path).read_text(encoding="ascii").split()]


def until_gone(folder, names):
    until = time.monotonic() + 60
    while names & set(os.listdir(folder)):
        assert time.monotonic() < until, names & set(os.listdir(folder))
        time.sleep(0.02)


def test_what_was_killed_with_its_supervisor_is_cleared_up_by_the_next(daemon, monkeypatch):
    with tempfile.TemporaryDirectory(dir="/tmp") as scratch:
        os.chmod(scratch, 0o755)
        monkeypatch.setenv("TMPDIR", scratch)

        def begun():
            functions = Functions(daemon())
            name = functions.create("python3", {"index.py": "def handler(event, context):\n  return b'ok'\n"})
            assert functions.call(name).body == b"ok"
            return functions, name

        lives, name = begun()
        kept = set(os.listdir(scratch))
        killed = begun()[0].running
        supervisors = children(killed.pid)
        for pid in supervisors:
            os.kill(pid, signal.SIGSTOP)  # it would clear up
        killed.kill()
        left = set(os.listdir(scratch)) - kept
        state = {name for name in left if name.startswith("fcemu.")}
        assert state and {name.rpartition("-")[0] for name in left - state} == {"fcemu-run"}
        daemon()
        until_gone(scratch, state)
        assert left - state <= set(os.listdir(scratch))  # its supervisor sees to that
        for pid in supervisors:
            os.kill(pid, signal.SIGKILL)
        daemon()
        until_gone(scratch, left)
        assert kept <= set(os.listdir(scratch)) and lives.call(name).body == b"ok"


def test_a_client_that_leaves_cancels_the_run(started):
    functions = Functions(started)
    name = functions.create("python3", {"index.py": FAMILY}, timeout=600)
    mark = f"{os.getpid()}-{started.port}"
    sock = started.connect()
    body = mark.encode()
    sock.sendall(
        f"POST /2016-08-15/services/demo/functions/{name}/invocations HTTP/1.1\r\nHost: 16530750.cn-shanghai.fc.aliyuncs.com\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    while len(marked(mark)) < 3:
        pass
    pids = marked(mark)
    sock.close()
    wait_for(pids)
    [entry] = [entry for entry in started.requests() if entry["path"].endswith("/invocations")]
    assert (entry["status"], entry["code"]) == (499, "ClientClosedRequest")


# No call leaves before all have come: a file in the folder of the code says so.
HELD = SERVER.replace('body = self', 'self.hold(); body = self').replace(
    "class Server(http.server.ThreadingHTTPServer):", """import time
def hold(self):
    while not os.path.exists(os.environ.get("FC_FUNC_CODE_PATH", "/code") + "/open"):
        time.sleep(0.01)
Handler.hold = hold
class Server(http.server.ThreadingHTTPServer):""")


def code_folders(mark):
    """Where the daemon keeps a package that has a file of this name."""
    return [path for top in glob.glob(f"{tempfile.gettempdir()}/fcemu-run-*") for path, _, names in os.walk(top) if mark in names]


def make_ten(functions, program):
    mark = f"mark-{uuid.uuid4()}"
    name = functions.create("custom", {"bootstrap*": program, mark: ""}, instanceConcurrency=10, timeout=60)
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        calls = [pool.submit(functions.call, name) for _ in range(100)]
        while functions.running.admin("GET", "health").json()["inFlight"] < 100:
            pass
        while concurrent.futures.wait(calls, timeout=0.05).not_done:  # the package may still be unpacked
            for folder in code_folders(mark):
                pathlib.Path(folder, "open").touch()
        replies = [call.result() for call in calls]
    assert {reply.status for reply in replies} == {200}
    assert len({reply.headers["X-Fc-Instance-Id"] for reply in replies}) == 10
    assert all(reply.headers["X-Fc-Log-Result"] is None for reply in replies)


def test_a_hundred_calls_make_ten_instances_of_ten(started):
    make_ten(Functions(started), HELD)


def test_ten_instances_all_listen_at_port_9000(daemon):
    """With namespaces; without, see test_a_program_with_a_port_of_its_own."""
    running = daemon(config="invoke: {isolation: namespace, memory: 64GiB}\n")
    make_ten(Functions(running), HELD.replace('int(os.environ["FC_SERVER_PORT"])', "9000"))


def test_beyond_five_instances_of_ten_the_excess_is_refused(started):
    """A hundred calls; fifty have a place until the gate opens."""
    from test_thirteen_codes import Gate

    functions = Functions(started)
    held = SERVER.replace("        body = self", "        import socket\n        body = self").replace(
        "        self.respond", "        s = socket.create_connection(('127.0.0.1', int(body)))\n        s.sendall(b'1')\n        s.recv(1)\n        self.respond")
    name = functions.create("custom", {"bootstrap*": held}, instanceConcurrency=10, timeout=60)
    path = f"/2016-08-15/services/demo.LATEST/functions/{name}/on-demand-config"
    assert started.call("PUT", path, json.dumps({"maximumInstanceCount": 5})).status == 200
    with Gate() as gate, concurrent.futures.ThreadPoolExecutor(100) as pool:
        calls = [pool.submit(functions.call, name, gate.event) for _ in range(100)]
        gate.wait_for(50)
        for call in concurrent.futures.as_completed(calls):
            if sum(each.done() for each in calls) == 50:
                break
        gate.open()
        replies = [call.result() for call in calls]
    assert [sum(reply.status == status for reply in replies) for status in (200, 429)] == [50, 50]
    assert {reply.json()["ErrorCode"] for reply in replies if reply.status == 429} == {"ResourceExhausted"}
    assert len({reply.headers["X-Fc-Instance-Id"] for reply in replies if reply.status == 200}) == 5


HOLD = "import time\ndef handler(e, c):\n  time.sleep(1)\n  return 'x'\n"


def test_a_program_with_a_port_of_its_own(started):
    """Without namespaces there is one of it; with them each has the port to itself, and nothing of the network."""
    functions = Functions(started)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = {"bootstrap*": SERVER.replace('int(os.environ["FC_SERVER_PORT"])', str(port)).replace("body = self", "time.sleep(3); body = self")}
    name = functions.create("custom", files, timeout=60, caPort=port)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        replies = list(pool.map(lambda _: functions.call(name), range(3)))
    assert functions.call(name).status == 200
    if started.admin("GET", "health").json()["functions"]["isolation"] == "namespace":
        assert [reply.status for reply in replies] == [200] * 3
    else:
        assert 200 in {reply.status for reply in replies} <= {200, 412, 429}
    assert "port ignored" in started.log()


def test_beyond_the_cap_of_the_function_calls_are_refused(started):
    functions = Functions(started)
    name = functions.create("python3", {"index.py": HOLD})
    path = f"/2016-08-15/services/demo.LATEST/functions/{name}/on-demand-config"
    assert started.call("PUT", path, json.dumps({"maximumInstanceCount": 2})).status == 200
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        replies = list(pool.map(lambda _: functions.call(name), range(5)))
    assert sorted(reply.status for reply in replies) == [200, 200, 429, 429, 429]
    assert {reply.json()["ErrorCode"] for reply in replies if reply.status == 429} == {"ResourceExhausted"}


def test_what_is_known_of_a_function_follows_every_change(daemon):
    """Functions are read once and kept: a cap, its end, variables and a new function of the same name show at the next call."""
    running = daemon()
    functions = Functions(running)
    code = "import os\ndef handler(e, c):\n  return os.environ.get('A', 'none') + c.service.log_project\n"
    name = functions.create("python3", {"index.py": code}, environmentVariables={"A": "1"})
    path = f"/2016-08-15/services/demo.LATEST/functions/{name}/on-demand-config"
    assert functions.call(name).body == b"1"
    functions.update(name, environmentVariables={"A": "2"})
    assert functions.call(name).body == b"2"
    service = {"logConfig": {"project": "p", "logstore": "l"}}
    assert running.call("PUT", "/2016-08-15/services/demo", json.dumps(service)).status == 200
    functions.update(name, description="with the service's log")
    assert functions.call(name).body == b"2p"
    assert running.call("PUT", path, json.dumps({"maximumInstanceCount": 0})).status == 200
    functions.update(name, description="no instance is left")
    assert functions.call(name).status == 429
    assert running.call("DELETE", path).status == 204
    assert functions.call(name).body == b"2p"
    assert running.call("DELETE", f"/2016-08-15/services/demo/functions/{name}").status == 204
    assert functions.call(name).status == 404


def test_beyond_the_machine_calls_are_throttled_and_idle_instances_make_room(daemon):
    running = daemon(config="invoke: {memory: 512MiB}\n")
    functions = Functions(running)
    first = functions.create("python3", {"index.py": HOLD}, memorySize=256)
    second = functions.create("python3", {"index.py": HOLD}, memorySize=256)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: functions.call(first), range(4)))
    assert sorted(reply.status for reply in replies) == [200, 200, 503, 503]
    assert {reply.json()["ErrorCode"] for reply in replies if reply.status == 503} == {"ResourceThrottled"}
    assert functions.call(second).body == b"x"


def test_idle_instances_end(daemon):
    running = daemon(config="invoke: {idle: 1ms}\n")
    functions = Functions(running)
    name = functions.create("python3", {"index.py": "import os\ndef handler(e, c):\n  return str(os.getpid())\n"})
    first = functions.call(name).headers["X-Fc-Instance-Id"]
    while running.call("GET", f"/2016-08-15/services/demo/functions/{name}/instances").json()["instances"]:
        pass
    assert functions.call(name).headers["X-Fc-Instance-Id"] != first


def test_a_fork_bomb_is_bounded_and_ends_with_its_call(started):
    functions = Functions(started)
    bomb = "import os\ndef handler(e, c):\n  while True:\n    try: os.fork()\n    except OSError: pass\n"
    name = functions.create("python3", {"index.py": bomb}, timeout=1, memorySize=3072)
    good = functions.create("python3", {"index.py": "def handler(e, c):\n  return 'fine'\n"})
    _, body = error_of(functions.call(name))
    assert body["errorMessage"].startswith(("Function timed out after 1 seconds", "Process exited unexpectedly"))
    assert functions.call(good).body == b"fine"


REACH = """
import json, os, socket, sys
def can(f):
    try:
        f()
        return True
    except OSError:
        return False
def handler(event, context):
    asked = json.loads(event)
    return json.dumps({
        "files": {path: can(lambda: os.stat(path)) for path in asked["files"]},
        "fds": sorted(int(fd) for fd in os.listdir("/proc/self/fd"))[:-1],
        "privileges": open("/proc/self/status").read().split("NoNewPrivs:")[1].split()[0],
        "write": can(lambda: open("/etc/fcemu-test", "w")),
        "uid": os.getuid(),
    })
"""


def test_what_a_function_reaches(daemon, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    for mode in MODES:
        running = daemon(config=f"invoke: {{isolation: {mode}}}\n", arguments=["--data", tmp_path / mode])
        functions = Functions(running)
        name = functions.create("python3", {"index.py": REACH})
        files = [str(tmp_path / mode / "state.db"), str(secret), "/code/index.py", "/var/lib", "/home"]
        seen = json.loads(functions.call(name, json.dumps({"files": files}).encode()).body)
        assert (seen["privileges"], seen["fds"]) == ("1", [0, 1, 2, 3])
        if os.getuid() == 0:
            assert seen["uid"] >= 61184 and not seen["write"]
        if running.admin("GET", "health").json()["functions"]["isolation"] == "namespace":
            assert seen["files"] == {path: path == "/code/index.py" for path in files}
            assert not seen["write"]


def test_instances_are_listed_while_they_live(started):
    functions = Functions(started)
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return 'x'\n"})
    reply = functions.call(name)
    listed = started.call("GET", f"/2016-08-15/services/demo/functions/{name}/instances").json()
    assert listed == {"instances": [{"instanceId": reply.headers["X-Fc-Instance-Id"], "versionId": 0}]}
    path = f"/2016-08-15/services/demo/functions/{name}/instances"
    for query, count in {"instanceIds=c-1": 0, "instanceIds=c-1&instanceIds=" + reply.headers["X-Fc-Instance-Id"]: 1, "instanceIds.1=c-1": 0,
                         "instanceStatus=Running": 1, "instanceStatus=[%22Destroying%22]": 0}.items():
        assert len(started.call("GET", f"{path}?{query}").json()["instances"]) == count, query
    other = functions.create("python3", {"index.py": ""})
    assert started.call("GET", f"/2016-08-15/services/demo/functions/{other}/instances").json() == {"instances": []}


def test_health_says_which_mode_holds(started):
    functions = Functions(started)
    functions.call(functions.create("python3", {"index.py": "def handler(e, c):\n  return 'x'\n"}))
    assert started.admin("GET", "health").json()["functions"]["isolation"] in MODES
    assert "functions run: isolation=" in started.log()
