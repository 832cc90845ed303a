"""File systems and buckets that functions mount: folders of this machine in their place, in both isolations, in containers, and what is refused."""

import base64
import json
import os
import shutil
import tempfile

import pytest

from containers import Engine
from fcemu import Daemon
from functions import SERVICES, error_of, packed
from test_containers import SERVER
from test_instances import MODES
from test_thirteen_codes import code_of

VPC = {"vpcId": "vpc-1", "vSwitchIds": ["vsw-1"], "securityGroupId": "sg-1"}
ROLE = "acs:ram::123:role/name"
CODE = """
import os
def handler(event, context):
  words = event.decode().split(" ", 2)
  path = os.environ["FCEMU_MOUNT_ROOT"] + words[1]
  if words[0] == "write":
    open(path, "w").write(words[2])
  return open(path).read() if words[0] != "list" else " ".join(sorted(os.listdir(path)))
"""
NAS = "x.cn-shanghai.nas.aliyuncs.com"


@pytest.fixture
def folder():
    """One that functions, which are other users where the daemon is root, reach."""
    path = tempfile.mkdtemp(prefix="fcemu-test-")
    os.chmod(path, 0o777)
    yield path
    shutil.rmtree(path)


def mounts(nas=(), oss=()):
    return {
        "vpcConfig": VPC, "role": ROLE,
        "nasConfig": {"userId": -1, "groupId": -1, "mountPoints": [{"serverAddr": address, "mountDir": place} for address, place in nas]},
        "ossMountConfig": {"mountPoints": [{"bucketName": name, "bucketPath": path, "mountDir": place, "readOnly": only} for name, path, place, only in oss]}}


def create(running, members, name="f", **more):
    code = {"zipFile": base64.b64encode(packed({"index.py": CODE})).decode()}
    body = {"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": code, **members, **more}
    reply = running.call("POST", "/2023-03-30/functions", json.dumps(body))
    assert reply.status == 200, reply.body


def ask(running, words, name="f"):
    return running.call("POST", f"/2023-03-30/functions/{name}/invocations", words.encode())


@pytest.mark.parametrize("mode", MODES)
def test_folders_that_are_named_stand_for_them(daemon, folder, mode):
    for name in ("files/team", "objects"):
        os.makedirs(f"{folder}/{name}")
        os.chmod(f"{folder}/{name}", 0o777)
    (open(f"{folder}/objects/there", "w")).write("object")
    text = f"invoke: {{isolation: {mode}}}\nmounts:\n  {NAS}: {folder}/files\n  oss://bucket: {folder}\n  oss://bucket/a: {folder}/objects\n"
    running = daemon(config=text)
    create(running, mounts([(f"{NAS}:/team", "/mnt/nas")], [("bucket", "/a", "/mnt/oss/deep", False), ("bucket", "", "/home/all", True)]))
    assert ask(running, "write /mnt/nas/a kept").body == b"kept"
    assert open(f"{folder}/files/team/a").read() == "kept"
    assert ask(running, "read /mnt/oss/deep/there").body == b"object"
    assert ask(running, "list /home/all").body == b"files objects"  # the longest that fits stands for it
    if mode == "namespace":
        kind, body = error_of(ask(running, "write /home/all/no x"))
        assert kind == "UnhandledInvocationError" and "Read-only file system" in body["errorMessage"]


@pytest.mark.parametrize("mode", MODES)
def test_others_have_a_folder_each(daemon, mode):
    running = daemon(config=f"invoke: {{isolation: {mode}}}\n")
    create(running, mounts([("a.nas.aliyuncs.com:/", "/mnt/a"), ("b.nas.aliyuncs.com:/", "/mnt/b")]))
    create(running, mounts([("a.nas.aliyuncs.com:/", "/data")], [("bucket", "p", "/mnt/b", False)]), name="g")
    assert ask(running, "write /mnt/a/one 1").body == b"1"
    assert ask(running, "list /mnt/b").body == b""
    assert ask(running, "read /data/one", "g").body == b"1"  # functions share them
    assert ask(running, "list /mnt/b", "g").body == b""


def test_they_are_kept_in_the_data_folder(tmp_path):
    running = Daemon(tmp_path / "d", config="invoke: {isolation: namespace}\n", arguments=["--data", tmp_path / "data"]).start()
    create(running, mounts([("a.nas.aliyuncs.com:/../../x", "/mnt/a")]))
    assert ask(running, "write /mnt/a/one kept").body == b"kept"
    assert (tmp_path / "data/mounts/a.nas.aliyuncs.com/x/one").read_text() == "kept"  # nothing leads up
    running.stop()
    running = Daemon(tmp_path / "d", config="invoke: {isolation: namespace}\n", arguments=["--data", tmp_path / "data"]).start()
    assert ask(running, "read /mnt/a/one").body == b"kept"
    running.stop()


def test_the_service_of_the_older_generations_has_them(daemon):
    running = daemon()
    body = {"serviceName": "demo", **mounts([("a.nas.aliyuncs.com:/", "/mnt/a")])}
    assert running.call("POST", SERVICES, json.dumps(body)).status == 200
    code = {"zipFile": base64.b64encode(packed({"index.py": CODE})).decode()}
    function = {"functionName": "f", "runtime": "python3", "handler": "index.handler", "code": code}
    assert running.call("POST", f"{SERVICES}/demo/functions", json.dumps(function)).status == 200
    assert running.invoke("f", b"write /mnt/a/x y").body == b"y"
    changed = {"nasConfig": {"mountPoints": [{"serverAddr": "a.nas.aliyuncs.com:/", "mountDir": "/mnt/elsewhere"}]}}
    assert running.call("PUT", f"{SERVICES}/demo", json.dumps(changed)).status == 200
    assert running.invoke("f", b"read /mnt/elsewhere/x").body == b"y"  # instances with the old ones go


def test_functions_without_mounts_keep_their_reserve(daemon):
    running = daemon()
    create(running, {}, name="plain")
    create(running, mounts([("a.nas.aliyuncs.com:/", "/mnt/a")]))
    for _ in range(2):
        kind, body = error_of(ask(running, "read /none", "plain"))
        assert body["errorType"] == "KeyError"
        assert ask(running, "write /mnt/a/x y").body == b"y"


def test_a_container_has_volumes(daemon, tmp_path, folder):
    with Engine(tmp_path / "engine") as engine:
        engine.image("registry.local/app:1", SERVER)
        running = daemon(config=f"runtimes: {{custom-container: {engine.cli}}}\nmounts: {{oss://bucket: {folder}}}\n")
        body = {
            "functionName": "f", "runtime": "custom-container", "customContainerConfig": {"image": "registry.local/app:1"}, "timeout": 30,
            **mounts([], [("bucket", "/", "/mnt/oss", True)])}
        assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
        assert ask(running, "x").status == 200
        assert f"--volume={folder}:/mnt/oss:ro" in engine.runs()[0]
        running.stop()


BAD = ["", "mnt", "/", "/mnt/../etc", "/mnt//a", "/./mnt", "/code", "/tmp/x", "/usr/local/x", "/etc", "/proc/1", "/mnt/a:b"]


@pytest.mark.parametrize("place", BAD)
@pytest.mark.parametrize("kind", ["nas", "oss"])
def test_places_that_cannot_be(packs, kind, place):
    if kind == "oss" and len(place) < 2:
        pytest.skip("its length is checked first")
    points = mounts([("a.nas.aliyuncs.com:/", place)]) if kind == "nas" else mounts([], [("bucket", "/", place, False)])
    code = {"zipFile": base64.b64encode(packed({"index.py": CODE})).decode()}
    body = {"functionName": "bad", "runtime": "python3.10", "handler": "index.handler", "code": code, **points}
    reply = packs.call("POST", "/2023-03-30/functions", json.dumps(body))
    assert code_of(reply) == (400, "InvalidArgument"), reply.body
    wanted = "MountDir is required" if not place else f"MountDir is set to an invalid value (allowed: an absolute path that is not of the system, actual: '{place}')"
    assert wanted in reply.json()["Message"], reply.body


def test_one_place_for_two(packs):
    code = {"zipFile": base64.b64encode(packed({"index.py": CODE})).decode()}
    body = {
        "functionName": "bad", "runtime": "python3.10", "handler": "index.handler", "code": code,
        **mounts([("a.nas.aliyuncs.com:/", "/mnt/a")], [("bucket", "/", "/mnt/a/", False)])}
    reply = packs.call("POST", "/2023-03-30/functions", json.dumps(body))
    assert code_of(reply) == (400, "InvalidArgument") and "MountDir is set to an invalid value (allowed: each path once" in reply.json()["Message"]


WRONG = {
    "mounts: {x: /none/such}": "mounts.x: '/none/such' is no folder",
    "mounts: {x: /etc/passwd}": "mounts.x: '/etc/passwd' is no folder",
    "mounts: {oss:///a: /tmp}": "'oss:///a' is neither the address of a file system",
    "mounts: {s3://a: /tmp}": "'s3://a' is neither the address of a file system",
    "mounts: {/a: /tmp}": "'/a' is neither the address of a file system",
    "mounts: 3": "",
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings_are_told_with_their_place(packs, tmp_path, text):
    (tmp_path / "fcemu.yaml").write_text(f"{text}\n")
    checked = packs.run("check", "--config", tmp_path / "fcemu.yaml")
    said = checked.stdout + checked.stderr
    assert checked.returncode == 2 and "fcemu.yaml:1:" in said and WRONG[text] in said, said


def test_a_flag_names_one_too(daemon, packs, folder):
    running = daemon(arguments=["--mounts", f"oss://bucket={folder}"])
    create(running, mounts([], [("bucket", "/", "/mnt/oss", False)]))
    assert ask(running, "write /mnt/oss/a b").body == b"b" and open(f"{folder}/a").read() == "b"
    flag = packs.run("check", "--mounts", "bucket")
    assert flag.returncode == 2 and "write SOURCE=FOLDER" in flag.stdout + flag.stderr
