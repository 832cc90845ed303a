"""Code that is no whole package: refused before anything has changed, in each generation of the API; what is no archive at all fails when it is called."""

import base64
import json
import zlib

import pytest

from functions import packed
from test_control_plane import link, zipped

GENERATIONS = {
    "2016-08-15": ("/2016-08-15/services/packages/functions", "ErrorCode", "ErrorMessage"),
    "2021-04-06": ("/2021-04-06/services/packages/functions", "ErrorCode", "ErrorMessage"),
    "2023-03-30": ("/2023-03-30/functions", "Code", "Message"),
}
LAYERS = {"2016-08-15": "/2016-08-15/layers/l/versions", "2021-04-06": "/2021-04-06/layers/l/versions", "2023-03-30": "/2023-03-30/layers/l/versions"}
WHOLE = packed({"index.py": "def handler(event, context):\n    return b'whole'\n" + "#" * 5000, "b.py": "x = 1\n"})
BROKEN = "Code package is a ZIP archive that is broken or not whole"


def text(data):
    return base64.b64encode(data).decode()


def with_wrong_bytes():
    at = WHOLE.index(b"index.py") + 30
    return WHOLE[:at] + bytes(byte ^ 0x5A for byte in WHOLE[at:at + 20]) + WHOLE[at + 20:]


WRONG = {
    "cut in a file": (text(WHOLE[:60]), BROKEN),
    "cut in a head": (text(WHOLE[:20]), BROKEN),
    "the first bytes alone": (text(b"PK\x03\x04"), BROKEN),
    "other bytes within": (text(with_wrong_bytes()), BROKEN),
    "a step up": (zipped({"../evil.py": b""}), "Code package entry '../evil.py' leaves the package"),
    "a link out": (zipped({link("out"): b"/etc"}), "Code package entry 'out' links out of the package"),
    "no base64": ("%%%%", "ZipFile is not valid base64"),
    "base64 without its end": (text(WHOLE)[:-2], "ZipFile is not valid base64"),
    "a number": (7, "ZipFile is set to an invalid value (allowed: text in base64, actual: '7')"),
}


@pytest.fixture(scope="module")
def running(packs):
    for api in ("2016-08-15", "2021-04-06"):
        packs.call("POST", f"/{api}/services", json.dumps({"serviceName": "packages"}))
    return packs


def function(name, code, **members):
    return json.dumps({"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": code}, **members})


def whole(api):
    """A function of this API that works, and where it is."""
    path = GENERATIONS[api][0]
    return f"{path}/whole{api[:4]}"


@pytest.mark.parametrize("api", GENERATIONS)
def test_wrong_code_is_refused_and_nothing_changes(running, api):
    path, code_name, message_name = GENERATIONS[api]
    assert running.call("POST", path, function(f"whole{api[:4]}", text(WHOLE))).status == 200
    before = running.call("GET", whole(api)).body
    for name, (given, wanted) in WRONG.items():
        replies = {
            "create": running.call("POST", path, function("wrong", given)),
            "update": running.call("PUT", whole(api), json.dumps({"code": {"zipFile": given}, "memorySize": 1024, "description": "half"})),
            "layer": running.call("POST", LAYERS[api], json.dumps({"code": {"zipFile": given}, "compatibleRuntime": ["python3.10"]})),
        }
        for what, reply in replies.items():
            assert (reply.status, reply.json()[code_name], reply.json()[message_name]) == (400, "InvalidArgument", wanted), (name, what)
    assert running.call("GET", f"{path}/wrong").status == 404
    assert running.call("GET", whole(api)).body == before
    assert running.call("GET", f"/{api}/layers").json()["layers"] == []
    reply = running.call("POST", f"{whole(api)}/invocations", b"")
    assert (reply.status, reply.body) == (200, b"whole"), reply.body
    assert running.call("DELETE", whole(api)).status == 204


@pytest.mark.parametrize("api", GENERATIONS)
def test_no_code_at_all_is_refused_when_a_function_is_made_and_changes_nothing_later(running, api):
    path, code_name, message_name = GENERATIONS[api]
    for code in ({}, {"zipFile": ""}, {"zipFile": None}):
        reply = running.call("POST", path, json.dumps({"functionName": "none", "runtime": "python3.10", "handler": "index.handler", "code": code}))
        assert (reply.status, reply.json()[code_name]) == (400, "InvalidArgument")
        assert reply.json()[message_name] == "Either ossBucketName/ossObjectName or zipFile must be set"
    assert running.call("POST", path, function("kept", text(WHOLE))).status == 200
    reply = running.call("PUT", f"{path}/kept", json.dumps({"code": {"zipFile": ""}, "description": "d"}))
    assert (reply.json()["description"], reply.json()["codeSize"]) == ("d", len(WHOLE))
    assert running.call("DELETE", f"{path}/kept").status == 204


def test_names_beyond_ascii_are_unpacked_as_they_are(running):
    """Those that are marked as UTF-8, as every tool does today; what stands behind them is there, too."""
    files = {"a\u4e2d\u6587.txt": "x", "\xe9/\U0001f600.txt": "y", "index.py": "import os\ndef handler(event, context):\n    return sorted(name for _, _, names in os.walk('.') for name in names)\n"}
    assert running.call("POST", "/2023-03-30/functions", function("named", text(packed(files)))).status == 200
    reply = running.call("POST", "/2023-03-30/functions/named/invocations", b"")
    assert reply.json() == ["a\u4e2d\u6587.txt", "index.py", "\U0001f600.txt"], reply.body
    assert running.call("DELETE", "/2023-03-30/functions/named").status == 204


NO_FILES = {
    "an archive without an entry": b"PK\x05\x06" + bytes(18),
    "no archive": b"print('hello')\n",
    "another archive": b"\x1f\x8b" + zlib.compress(b"x"),
}


@pytest.mark.parametrize("api", GENERATIONS)
def test_what_has_no_files_is_taken_and_told_by_the_call(running, api):
    """As official tools upload such: the code is looked for when it is wanted, and the one before is used no more."""
    path = GENERATIONS[api][0]
    assert running.call("POST", path, function("bare", text(WHOLE))).status == 200
    for name, data in NO_FILES.items():
        reply = running.call("PUT", f"{path}/bare", json.dumps({"code": {"zipFile": text(data)}}))
        assert (reply.status, reply.json()["codeSize"]) == (200, len(data)), name
        reply = running.call("POST", f"{path}/bare/invocations", b"")
        assert (reply.status, reply.json()["errorType"]) == (200, "ImportModuleError"), (name, reply.body)
        assert reply.json()["errorMessage"].startswith("Unable to import module 'index'")
    assert running.call("DELETE", f"{path}/bare").status == 204


def test_an_uploaded_object_that_is_not_whole_is_told_by_the_call(running):
    token = running.call("GET", "/2016-08-15/tempBucketToken").json()
    name = f"16530750/{token['objectName']}"
    assert running.call("PUT", f"/{name}", WHOLE[:60], host=f"{token['ossBucket']}.oss-cn-shanghai.aliyuncs.com").status == 200
    code = {"ossBucketName": token["ossBucket"], "ossObjectName": name}
    body = {"functionName": "object", "runtime": "python3.10", "handler": "index.handler", "code": code}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    reply = running.call("POST", "/2023-03-30/functions/object/invocations", b"")
    assert (reply.status, reply.json()["Code"]) == (412, "CAExited"), reply.body
    assert "the code cannot be unpacked" in reply.json()["Message"]
    assert running.call("DELETE", "/2023-03-30/functions/object").status == 204
