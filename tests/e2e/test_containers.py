"""Functions that are images: what the Docker CLI is asked for, how their containers answer and end, and that none is left."""

import base64
import concurrent.futures
import json
import os
import pathlib
import signal
import socket
import tempfile

import pytest

from containers import Engine
from fcemu import Daemon
from functions import SERVICES, error_of, log_of
from test_instances import MODES
from test_thirteen_codes import code_of

SERVER = """
import http.server, json, os, sys, time
print("up", *sys.argv[1:], flush=True)
if "late" in sys.argv:
    time.sleep(1)
if "ends" in sys.argv:
    sys.exit("no database")
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.answer(200, self.path.encode())
    def do_POST(self):
        event = self.rfile.read(int(self.headers["Content-Length"])).decode()
        print("event", event, flush=True)
        if event == "exit":
            os._exit(3)
        if event == "hang":
            time.sleep(1000)
        self.answer(200, json.dumps({"path": self.path, "event": event, "pid": os.getpid(), "environment": dict(os.environ), "arguments": sys.argv[1:]}).encode())
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["INNER_PORT"])), Handler).serve_forever()
"""


@pytest.fixture
def engine(tmp_path):
    with Engine(tmp_path / "engine") as made:
        made.image("registry.local/app:1", SERVER)
        yield made


class Images:
    """Functions of containers, created and called by any of the two generations."""

    def __init__(self, running):
        self.running, self.count = running, 0
        assert running.call("POST", SERVICES, json.dumps({"serviceName": "demo"})).status == 200

    def create(self, image="registry.local/app:1", container=None, **members):
        self.count += 1
        name = f"f{self.count}"
        body = {
            "functionName": name, "runtime": "custom-container", "handler": "not-used", "timeout": 120, "memorySize": 256,
            "customContainerConfig": {"image": image, **(container or {})}, **members}
        reply = self.running.call("POST", f"{SERVICES}/demo/functions", json.dumps(body))
        assert reply.status == 200, reply.body
        return name

    def create_2023(self, name, container=None, **members):
        body = {"functionName": name, "runtime": "custom-container", "timeout": 120, "customContainerConfig": {"image": "registry.local/app:1", **(container or {})}, **members}
        reply = self.running.call("POST", "/2023-03-30/functions", json.dumps(body))
        assert reply.status == 200, reply.body

    def call(self, name, event=b"", headers=None):
        return self.running.invoke(name, event, {"X-Fc-Log-Type": "Tail", **(headers or {})})


def config(engine, more="", mode="auto"):
    return f"runtimes: {{custom-container: {engine.cli}}}\ninvoke: {{isolation: {mode}}}\n{more}"


@pytest.mark.parametrize("mode", MODES)
def test_an_image_serves_and_is_told_what_it_needs(daemon, engine, mode):
    images = Images(daemon(config=config(engine, mode=mode)))
    name = images.create(environmentVariables={"OWN": "a b='c' #"}, instanceConcurrency=3)
    reply = images.call(name, b"one")
    assert reply.status == 200, reply.body
    seen = reply.json()
    assert (seen["path"], seen["event"], seen["arguments"]) == ("/invoke", "one", [])
    environment = seen["environment"]
    assert environment["OWN"] == "a b='c' #" and environment["FC_SERVER_PORT"] == "9000" and environment["FC_FUNC_CODE_PATH"] == "/code"
    assert environment["FC_FUNCTION_NAME"] == name and environment["FC_INSTANCE_ID"] == reply.headers["X-Fc-Instance-Id"]
    assert environment["FCEMU_ENDPOINT"].startswith("http://host.docker.internal:") and "HOME" not in environment
    assert images.call(name, b"two").json()["pid"] == seen["pid"] and len(engine.runs()) == 1
    words = engine.runs()[0]
    assert "--memory=256m" in words and "--memory-swap=256m" in words and "--security-opt=no-new-privileges" in words
    assert not any("a b='c'" in word or environment["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] in word for word in words)
    assert any(word.startswith("--publish=127.0.0.1:") and word.endswith(":9000") for word in words)
    assert f"--label=fcemu.instance={environment['FC_INSTANCE_ID']}" in words
    assert images.running.requests(f"&function={name}&operation=InvokeFunction")[0]["ran"] == "Docker 20.10.24"
    images.running.stop()
    engine.wait_for(lambda left: not left)


def test_logs_are_those_of_other_functions(daemon, engine):
    images = Images(daemon(config=config(engine)))
    name = images.create()
    log = log_of(images.call(name, b"spoken"))
    assert "up\n" in log and "event spoken\n" in log and "Memory Size: 256 MB" in log
    lines = [line["text"] for line in images.running.admin("GET", f"logs?function={name}").json()["lines"]]
    assert "event spoken" in lines


def test_port_command_arguments_and_processors(daemon, engine):
    images = Images(daemon(config=config(engine)))
    texts = {"command": json.dumps(["python3", str(engine.images["registry.local/app:1"])]), "args": '["--level", "3"]'}
    name = images.create(container=texts, caPort=8080)
    assert images.call(name).json()["arguments"] == ["--level", "3"]
    images.create_2023("g", {"command": ["x", "y z"], "port": 7000}, cpu=0.35, memorySize=512, diskSize=512)
    reply = images.running.call("POST", "/2023-03-30/functions/g/invocations", b"e")
    assert reply.json()["arguments"] == ["x", "y z"] and reply.json()["environment"]["FC_SERVER_PORT"] == "7000"
    first, second = engine.runs()
    assert "--entrypoint=python3" in first and not any(word.startswith("--cpus") for word in first)
    assert [word for word in first if word.startswith("--publish")][0].endswith(":8080")
    assert "--cpus=0.350" in second and not any(word.startswith("--entrypoint") for word in second)


def test_an_http_trigger_reaches_it_as_it_is(daemon, engine):
    images = Images(daemon(config=config(engine)))
    name = images.create()
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}}
    assert images.running.call("POST", f"{SERVICES}/demo/functions/{name}/triggers", json.dumps(trigger)).status == 200
    reply = images.running.call("GET", f"/2016-08-15/proxy/demo/{name}/a/b?c=d")
    assert (reply.status, reply.body.decode()) == (200, f"/2016-08-15/proxy/demo/{name}/a/b?c=d")


def test_a_health_check_holds_the_start(daemon, engine):
    images = Images(daemon(config=config(engine)))
    name = images.create(container={"args": '["late"]'}, customHealthCheckConfig={"httpGetUrl": "/well", "periodSeconds": 1})
    assert images.call(name, b"x").json()["event"] == "x"


def test_a_port_that_nobody_listens_at_yet_is_waited_for(daemon, engine):
    images = Images(daemon(config=config(engine)))
    assert images.call(images.create(container={"args": '["late"]'}), b"x").json()["event"] == "x"


# ---- what is pulled, and how ----


def registry(user="robot", password="se-cret", **more):
    return {"image": "private.local:5000/app:1", "registryConfig": {"authConfig": {"userName": user, "password": password}, **more}}


@pytest.fixture
def private(engine, monkeypatch, tmp_path):
    """One that wants a key for its images; and a person whose CLI is set to other keys and an engine of his choice."""
    engine.image("private.local:5000/app:1", SERVER)
    engine.keys["private.local:5000"] = "robot:se-cret"
    own = tmp_path / "daemon0" / ".docker"
    (own / "contexts").mkdir(parents=True)
    (own / "config.json").write_text(json.dumps({"credsStore": "pass", "auths": {"other": {"auth": "eA=="}}, "currentContext": "far", "HttpHeaders": {"A": "b"}}))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return engine


def test_an_image_of_a_private_registry_is_pulled_with_the_keys_of_its_function(daemon, private, tmp_path):
    running = daemon(config=config(private))
    images = Images(running)
    images.create_2023("g", registry())
    reply = running.call("POST", "/2023-03-30/functions/g/invocations", b"one")
    assert reply.status == 200 and reply.json()["event"] == "one"
    [settings] = private.settings
    assert settings == {"currentContext": "far", "HttpHeaders": {"A": "b"}, "auths": {"private.local:5000": {"auth": base64.b64encode(b"robot:se-cret").decode()}}}
    [container] = private.containers
    folders = list(tmp_path.glob("fcemu-run-*/*.registry"))
    assert [path.stat().st_mode & 0o777 for path in [*folders, folders[0] / "config.json"]] == [0o700, 0o600]
    assert os.readlink(folders[0] / "contexts") == str(tmp_path / "daemon0" / ".docker" / "contexts")
    for secret in ("se-cret", base64.b64encode(b"robot:se-cret").decode()):
        assert not any(secret in word for word in private.runs()[0]) and secret not in json.dumps(container.environment)
    assert running.call("PUT", "/2023-03-30/functions/g", json.dumps({"memorySize": 1024})).status == 200
    assert running.call("POST", "/2023-03-30/functions/g/invocations", b"two").status == 200
    private.wait_for(lambda left: container not in left)
    assert len(list(tmp_path.glob("fcemu-run-*/*.registry"))) == 1 and not folders[0].exists()


REGISTRIES = {
    "app": ["docker.io", "https://index.docker.io/v1/"],
    "some/app:1": ["docker.io", "https://index.docker.io/v1/"],
    "localhost/app": ["localhost"],
    "host:5000/some/app": ["host:5000"],
    "private.local/app@sha256:0": ["private.local"],
}


def test_keys_are_filed_under_the_registry_of_the_image(engine, tmp_path):
    """Beside settings that DOCKER_CONFIG names, and which are none."""
    (tmp_path / "config.json").write_text("no JSON")
    running = Daemon(tmp_path / "daemon", config=config(engine))
    running.command = ["/usr/bin/env", f"DOCKER_CONFIG={tmp_path}", *running.command]
    running.start()
    try:
        images = Images(running)
        for image, hosts in REGISTRIES.items():
            engine.image(image, SERVER)
            name = f"f{len(engine.images)}"
            images.create_2023(name, {**registry(), "image": image})
            reply = running.call("POST", f"/2023-03-30/functions/{name}/invocations", b"one")
            assert reply.status == 200, reply.body
            assert sorted(engine.settings[-1].pop("auths")) == hosts and engine.settings[-1] == {}
        folder = next(pathlib.Path(tempfile.gettempdir()).glob(f"fcemu-run-*/{engine.containers[-1].name.removeprefix('fcemu-')}.registry"))
        assert os.readlink(folder / "contexts") == f"{tmp_path}/contexts"
    finally:
        running.stop()
    engine.wait_for(lambda left: not left)
    assert not folder.exists()


@pytest.mark.parametrize("keys", [{"password": "another"}, None])
def test_a_wrong_key_or_none_pulls_nothing(daemon, private, keys):
    running = daemon(config=config(private))
    images = Images(running)
    images.create_2023("g", registry(**keys) if keys else {"image": "private.local:5000/app:1"})
    reply = running.call("POST", "/2023-03-30/functions/g/invocations", b"one")
    assert (reply.status, reply.json()["Code"]) == (412, "CAExited")
    assert ("check registryConfig" if keys else "registryConfig, or 'docker login'") in reply.json()["Message"] and "pull access denied" in reply.json()["Message"]
    assert keys is None or keys["password"] not in reply.json()["Message"]


def test_a_password_is_kept_and_never_shown(daemon, private):
    running = daemon(config=config(private))
    images = Images(running)
    images.create_2023("g", registry())
    for path in ("functions/g", "functions"):
        shown = running.call("GET", f"/2023-03-30/{path}").body.decode()
        assert '"userName":"robot"' in shown and "se-cret" not in shown and "password" not in shown
    assert "se-cret" not in running.admin("GET", "requests?format=har").body.decode()
    read = running.call("GET", "/2023-03-30/functions/g").json()["customContainerConfig"]
    reply = running.call("PUT", "/2023-03-30/functions/g", json.dumps({"customContainerConfig": {**read, "port": 7000}}))
    assert reply.status == 200 and "se-cret" not in reply.body.decode()
    assert running.call("POST", "/2023-03-30/functions/g/invocations", b"two").json()["event"] == "two"
    version = running.call("POST", "/2023-03-30/functions/g/versions", "{}").json()["versionId"]
    assert running.call("POST", f"/2023-03-30/functions/g/invocations?qualifier={version}", b"three").json()["event"] == "three"


BAD_REGISTRIES = [
    (registry(password=""), "Password is required but not provided"),
    (registry(user=""), "UserName is required but not provided"),
    (registry(user="a:b"), "UserName is set to an invalid value (allowed: text without a colon, actual: 'a:b')"),
    (registry(user=[]), "UserName is set to an invalid value (allowed: string, actual: '[]')"),
    (registry(certConfig={"insecure": "yes"}), "Insecure is set to an invalid value (allowed: true | false, actual: 'yes')"),
    (registry(certConfig={"rootCaCertBase64": "?"}), "RootCaCertBase64 is set to an invalid value (allowed: PEM certificates in base64, actual: '?')"),
    (registry(certConfig={"rootCaCertBase64": "eHl6"}), "RootCaCertBase64 is set to an invalid value (allowed: PEM certificates in base64, actual: 'eHl6')"),
    (registry(networkConfig=5), "NetworkConfig is set to an invalid value (allowed: object, actual: '5')"),
]


def test_a_registry_that_makes_no_sense_is_refused(packs):
    for container, wanted in BAD_REGISTRIES:
        body = {"functionName": "wrong", "runtime": "custom-container", "customContainerConfig": container}
        reply = packs.call("POST", "/2023-03-30/functions", json.dumps(body))
        assert (reply.status, reply.json()["Code"], reply.json()["Message"]) == (400, "InvalidArgument", wanted)
    assert packs.call("GET", "/2023-03-30/functions/wrong").status == 404
    good = {"functionName": "right", "runtime": "custom-container", "customContainerConfig": registry()}
    assert packs.call("POST", "/2023-03-30/functions", json.dumps(good)).status == 200
    another = {"customContainerConfig": {"image": "a/b", "registryConfig": {"authConfig": {"userName": "another"}}}, "memorySize": 1024}
    assert packs.call("PUT", "/2023-03-30/functions/right", json.dumps(another)).json()["Message"] == "Password is required but not provided"
    shown = packs.call("GET", "/2023-03-30/functions/right").json()
    assert (shown["memorySize"], shown["customContainerConfig"]["image"]) == (512, "private.local:5000/app:1")


@pytest.mark.parametrize("size, most", [(None, 512), (10240, 10240)])
def test_no_file_of_a_container_is_larger_than_its_disk(daemon, engine, size, most):
    engine.image("writer", "import resource\n" + SERVER.replace("event == \"exit\"", "False").replace("os.getpid()", "resource.getrlimit(resource.RLIMIT_FSIZE)"))
    images = Images(daemon(config=config(engine)))
    name = images.create("writer", **({"diskSize": size} if size else {}))
    assert images.call(name, b"x").json()["pid"] == [most << 20, most << 20]
    assert f"--ulimit=fsize={most << 20}" in engine.runs()[0]


def test_another_size_of_disk_is_refused(packs):
    body = {"functionName": "disk", "runtime": "custom-container", "handler": "h", "customContainerConfig": {"image": "a"}, "diskSize": 1024}
    packs.call("POST", "/2021-04-06/services", json.dumps({"serviceName": "disks"}))
    for path in ("/2016-08-15/services/disks/functions", "/2021-04-06/services/disks/functions", "/2023-03-30/functions"):
        reply = packs.call("POST", path, json.dumps(body))
        text = reply.json().get("ErrorMessage") or reply.json()["Message"]
        assert (reply.status, text) == (400, "DiskSize is set to an invalid value (allowed: 512 | 10240, actual: '1024')")


# ---- what goes wrong ----


def test_an_image_that_cannot_be_pulled(daemon, engine):
    images = Images(daemon(config=config(engine)))
    reply = images.call(images.create("registry.local/none:2"))
    assert code_of(reply) == (412, "CAExited")
    text = reply.json()["ErrorMessage"]
    assert text.startswith("The function either cannot be started or exited: docker starts no container of image 'registry.local/none:2'")
    assert "docker pull registry.local/none:2" in text and "pull access denied" in text


@pytest.mark.parametrize("wrong", ["program", "ends"])
def test_one_that_does_not_come_up(daemon, engine, wrong):
    images = Images(daemon(config=config(engine)))
    container = {"command": '["/none/such"]'} if wrong == "program" else {"args": '["ends"]'}
    reply = images.call(images.create(container=container))
    assert code_of(reply) == (412, "CAExited")
    wanted = "has no such program" if wrong == "program" else "exit status 1. Log: up ends\nno database"
    assert wanted in reply.json()["ErrorMessage"], reply.body


def test_one_that_never_listens_is_not_started(daemon, engine):
    engine.image("deaf", "import time\ntime.sleep(1000)\n")
    images = Images(daemon(config=config(engine, "limits: {running.custom_start: 1}\n")))
    reply = images.call(images.create("deaf"))
    assert code_of(reply) == (412, "FunctionNotStarted") and ":9000" in reply.json()["ErrorMessage"]
    engine.wait_for(lambda left: not left)


@pytest.mark.parametrize("end", ["exit", "hang"])
def test_a_call_that_ends_its_container(daemon, engine, end):
    images = Images(daemon(config=config(engine)))
    name = images.create(**({"timeout": 1} if end == "hang" else {}))
    kind, body = error_of(images.call(name, end.encode()))
    assert kind == "UnhandledInvocationError"
    assert body["errorMessage"].startswith("Function timed out after 1 seconds" if end == "hang" else "Process exited unexpectedly")
    engine.wait_for(lambda left: not left)
    assert images.call(name, b"next").json()["event"] == "next"


def test_without_the_cli_it_is_said_what_to_install(daemon, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    images = Images(daemon())
    reply = images.call(images.create())
    assert code_of(reply) == (412, "CAExited") and "docker.io" in reply.json()["ErrorMessage"]


def test_an_engine_that_comes_later_is_found(daemon, tmp_path):
    engine = Engine(tmp_path / "engine")
    engine.image("registry.local/app:1", SERVER)
    images = Images(daemon(config=config(engine)))
    name = images.create()
    reply = images.call(name)
    assert code_of(reply) == (412, "CAExited")
    assert "reaches none (Cannot connect to the Docker daemon" in reply.json()["ErrorMessage"]
    with engine:
        reply = images.call(name, b"now")
        while reply.status == 412:  # the look that the first call began may have been over before
            reply = images.call(name, b"now")
        assert reply.json()["event"] == "now"
        images.running.stop()


def test_without_a_network_there_is_no_container(daemon, engine):
    images = Images(daemon(config=f"runtimes: {{custom-container: {engine.cli}}}\ninvoke: {{network: none}}\n"))
    reply = images.call(images.create())
    assert code_of(reply) == (412, "CAExited") and "invoke.network is none" in reply.json()["ErrorMessage"]
    assert not engine.runs()


def test_wrong_lists_are_no_command(daemon, engine):
    images = Images(daemon(config=config(engine)))
    assert images.call(images.create(container={"command": "no list", "args": "[1, 2]"})).json()["arguments"] == []


# ---- images that are run to their end ----

BATCH = """
import os, sys, time
event = os.environ["FC_CUSTOM_CONTAINER_EVENT"]
print("event", len(event), event[:40], flush=True)
if event == "slow":
    time.sleep(0.3)
if event == "hang":
    time.sleep(1000)
sys.exit(int(event) if event.isdigit() else 0)
"""


@pytest.fixture
def batch(daemon, engine):
    engine.image("batch", BATCH)
    images = Images(daemon(config=config(engine, "limits: {running.custom_start: 30}\n")))
    name = images.create("batch", {"webServerMode": False}, timeout=2,
                         instanceLifecycleConfig={"preStop": {"handler": "x"}}, initializer="x")
    return images, name


def test_an_image_is_run_to_its_end_with_the_event_in_a_variable(batch, engine):
    images, name = batch
    for event in (b"one", b"two 'lines'\n$X \\ \xe4\xbd\xa0", b"", b"slow", b"x" * 130000):
        reply = images.call(name, event)
        assert (reply.status, reply.body, reply.headers.get("X-Fc-Error-Type")) == (200, b"", None), (event, reply.body)
    assert f"event 130000 {'x' * 40}\n" in log_of(reply)
    assert len(engine.runs()) == 5 and not any(word.startswith("--publish") or "lines" in word for words in engine.runs() for word in words)
    assert [line["text"] for line in images.running.admin("GET", f"logs?function={name}").json()["lines"] if "event" in line["text"]][0] == "event 3 one"
    engine.wait_for(lambda left: not left)


def test_one_that_ends_badly_or_too_late(batch, engine):
    images, name = batch
    kind, body = error_of(images.call(name, b"3"))
    assert kind == "UnhandledInvocationError" and body["errorMessage"].startswith("Process exited unexpectedly before completing request")
    kind, body = error_of(images.call(name, b"hang"))
    assert kind == "UnhandledInvocationError" and body["errorMessage"].startswith("Function timed out after 2 seconds")
    engine.wait_for(lambda left: not left)
    assert images.call(name, b"next").status == 200


def test_calls_at_once_have_a_container_each(batch, engine):
    images, _ = batch
    name = images.create("batch", {"webServerMode": False}, instanceConcurrency=5)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        assert [reply.status for reply in pool.map(lambda event: images.call(name, event), [b"slow"] * 4)] == [200] * 4
    assert len(engine.runs()) == 4


def test_an_event_that_no_variable_holds_and_a_trigger_are_refused_in_words(batch, engine):
    images, name = batch
    for event, wanted in ((b"x" * 131072, "does not fit into the variable FC_CUSTOM_CONTAINER_EVENT"), (b"a\0b", "has a NUL")):
        reply = images.call(name, event)
        assert code_of(reply) == (412, "CAExited") and wanted in reply.json()["ErrorMessage"]
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}}
    assert images.running.call("POST", f"{SERVICES}/demo/functions/{name}/triggers", json.dumps(trigger)).status == 200
    reply = images.running.call("GET", f"/2016-08-15/proxy/demo/{name}/")
    assert code_of(reply) == (412, "CAExited") and "answers no HTTP trigger" in reply.json()["ErrorMessage"]
    assert not engine.runs()


def test_one_that_cannot_be_started_is_told_as_others_are(batch, engine):
    images, _ = batch
    for container, wanted in (({"image": "none"}, "docker starts no container"), ({"image": "batch", "command": '["/none/such"]'}, "has no such program")):
        name = images.create(container={**container, "webServerMode": False})
        reply = images.call(name, b"x")
        assert code_of(reply) == (412, "CAExited") and wanted in reply.json()["ErrorMessage"]


def test_a_client_that_leaves_takes_its_container_along(batch, engine):
    images, name = batch
    with socket.create_connection(("127.0.0.1", images.running.port)) as client:
        client.sendall(f"POST {SERVICES}/demo/functions/{name}/invocations HTTP/1.1\r\nHost: 16530750.cn-shanghai.fc.aliyuncs.com\r\nContent-Length: 4\r\n\r\nhang".encode())
        engine.wait_for(lambda left: len(left) == 1)
    engine.wait_for(lambda left: not left)


# ---- nothing is left ----


@pytest.mark.parametrize("end", ["stop", "kill", "update", "idle"])
def test_no_container_is_left(daemon, engine, end, tmp_path):
    more = "invoke: {idle: 50ms}\n" if end == "idle" else ""
    images = Images(daemon(config=f"runtimes: {{custom-container: {engine.cli}}}\n{more}", arguments=["--data", tmp_path / "data"]))
    name = images.create()
    assert images.call(name, b"x").status == 200
    if end == "update":
        assert images.running.call("PUT", f"{SERVICES}/demo/functions/{name}", json.dumps({"memorySize": 512})).status == 200
        assert images.call(name, b"y").status == 200
        engine.wait_for(lambda left: len(left) == 1)
    elif end == "kill":
        images.running.kill()
    elif end == "stop":
        images.running.stop()
    if end != "update":
        engine.wait_for(lambda left: not left)


def supervisor_of(pid):
    [child] = open(f"/proc/{pid}/task/{pid}/children").read().split()
    return int(child)


def test_what_a_lost_supervisor_held_goes_with_the_next(daemon, engine):
    """The daemon lives on, and its next supervisor runs the function."""
    images = Images(daemon(config=config(engine)))
    name = images.create()
    first = images.call(name, b"x").json()
    os.kill(supervisor_of(images.running.pid), signal.SIGKILL)
    engine.wait_for(lambda left: not left)
    assert images.call(name, b"y").json()["pid"] != first["pid"]


def test_the_next_start_removes_what_a_lost_supervisor_left(daemon, engine, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("PATH", f"{engine.folder}:{os.environ['PATH']}")
    images = Images(daemon())
    assert images.call(images.create(), b"x").status == 200
    other = Images(daemon())
    assert other.call(other.create(), b"x").status == 200
    keeper = supervisor_of(images.running.pid)
    images.running.process.send_signal(signal.SIGSTOP)
    os.kill(keeper, signal.SIGKILL)
    images.running.kill()
    assert len(engine.containers) == 2  # nobody is there to remove the first one's
    third = daemon()
    engine.wait_for(lambda left: len(left) == 1)
    assert other.call("f1", b"still").json()["event"] == "still"
    third.stop()
    other.running.stop()
    engine.wait_for(lambda left: not left)
