"""The verbs that call functions: invoke, and async list, show and drain. They need no configuration, and no key of the user's."""

import base64
import json
import os
import subprocess

import pytest

from fcemu import ACCOUNT, BINARY, Daemon, environment
from functions import SERVICES, Functions, packed

ECHO = "def handler(event, context):\n  print('got', event.decode())\n  return event\n"
RAISES = "def handler(event, context):\n  print('before')\n  raise ValueError('bad thing')\n"
CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("invoke"), config=CONFIG).start()
    yield Functions(running)
    running.stop()


def create_2023(running, name, code):
    body = {"functionName": name, "runtime": "python3.10", "handler": "index.handler"}
    body["code"] = {"zipFile": base64.b64encode(packed({"index.py": code})).decode()}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200


@pytest.fixture(scope="module")
def named(functions):
    echo = functions.create("python3", {"index.py": ECHO})
    create_2023(functions.running, "greet", "def handler(event, context):\n  return b'hi ' + event\n")
    create_2023(functions.running, "twice", ECHO)
    for service in ("a", "b"):
        other = Functions(functions.running, service)
        assert other.create("python3", {"index.py": ECHO}) == "f1"
    return {"echo": echo, "fails": functions.create("python3", {"index.py": RAISES})}


def test_the_result_alone_goes_to_standard_output(functions, named, tmp_path):
    running, name = functions.running, named["echo"]
    (tmp_path / "event.json").write_text('{"from": "file"}', encoding="utf-8")
    cases = {
        ("-e", "plain"): "plain",
        ("--event", "plain"): "plain",
        ("-e", f"@{tmp_path / 'event.json'}"): '{"from": "file"}',
        (): "",
    }
    for arguments, want in cases.items():
        result = running.run("invoke", f"demo/{name}", *arguments)
        assert (result.returncode, result.stdout) == (0, want), result.stderr
        assert f"got {want}" in result.stderr and " MB, request " in result.stderr
        assert "\x1b" not in result.stderr and "Billed" not in result.stderr
    assert running.run("invoke", f"demo/{name}", "-e", "-", stdin="from a pipe").stdout == "from a pipe"
    missing = running.run("invoke", f"demo/{name}", "-e", "@nowhere")
    assert missing.returncode == 2 and "cannot read 'nowhere'" in missing.stderr


def test_names(functions, named):
    running = functions.running
    assert running.run("invoke", "greet", "-e", "you").stdout == "hi you"
    assert running.run("invoke", "a/f1", "-e", "x").stdout == "x"
    several = running.run("invoke", "f1")
    assert several.returncode == 2
    assert "'f1' may be " in several.stderr and all(f"'{name}/f1'" in several.stderr for name in ("a", "b", "demo"))
    assert running.run("invoke", named["fails"]).returncode == 1  # of one service alone: its name will do
    unknown = running.run("invoke", "gret")
    assert unknown.returncode == 1
    assert "FunctionNotFound: " in unknown.stderr and "did you mean 'greet'?" in unknown.stderr
    alias = running.run("invoke", "greet", "--qualifier", "gret")  # the function is right
    assert alias.returncode == 1 and "AliasNotFound: " in alias.stderr and "did you mean" not in alias.stderr
    assert "FunctionNotFound" in running.run("invoke", "greet", "--region", "cn-beijing").stderr
    assert "FunctionNotFound" in running.run("invoke", "greet", "--account", "99").stderr
    assert running.run("invoke", "a/b/c").returncode == 2
    assert running.run("invoke").returncode == 2


def test_a_function_error(functions, named):
    result = functions.running.run("invoke", f"demo/{named['fails']}")
    assert (result.returncode, result.stdout) == (1, "")
    assert "before\n" in result.stderr
    assert "\nValueError: bad thing\n  File " in result.stderr


def test_an_error_is_in_colour_on_a_terminal(functions, named):
    ours, theirs = os.openpty()
    env = {**environment(functions.running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{functions.running.port}"}
    subprocess.run([str(BINARY), "invoke", f"demo/{named['fails']}"], env=env, stderr=theirs, stdin=subprocess.DEVNULL, check=False, timeout=60)
    assert "\x1b[1;31mValueError: bad thing\x1b[0m" in os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)


def test_json(functions, named):
    running = functions.running
    told = running.run("invoke", f"demo/{named['echo']}", "--json", "-e", "x")
    answer = json.loads(told.stdout)
    assert told.returncode == 0 and (answer["status"], answer["result"]) == (200, "x")
    assert "got x" in answer["log"] and answer["request_id"] and answer["instance"].startswith("c-")
    told = running.run("invoke", f"demo/{named['fails']}", "--json")
    answer = json.loads(told.stdout)
    assert told.returncode == 1 and answer["error_type"] == "UnhandledInvocationError"
    assert json.loads(answer["result"])["errorType"] == "ValueError"


def test_bytes_stay_bytes(functions):
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return bytes([0, 255, 10])\n"})
    env = {**environment(functions.running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{functions.running.port}"}
    result = subprocess.run([str(BINARY), "invoke", f"demo/{name}"], env=env, capture_output=True, check=True, timeout=60)
    assert result.stdout == b"\0\xff\n"
    answer = json.loads(functions.running.run("invoke", f"demo/{name}", "--json").stdout)
    assert base64.b64decode(answer["result_base64"]) == b"\0\xff\n"


def test_qualifiers(functions):
    name = functions.create("python3", {"index.py": "def handler(e, c):\n  return c.service.qualifier\n"})
    running = functions.running
    assert running.call("POST", f"{SERVICES}/demo/versions", "{}").status == 200
    assert running.run("invoke", f"demo/{name}", "--qualifier", "1").stdout == "1"
    assert running.call("POST", "/2023-03-30/functions/greet/versions", "{}").status == 200
    assert running.run("invoke", "greet", "--qualifier", "1", "-e", "1").stdout == "hi 1"
    assert "VersionNotFound" in running.run("invoke", "greet", "--qualifier", "7").stderr


def test_calls_are_journaled_and_struck(daemon):
    rules = "version: 1\nrules: [{id: busy, match: {function: paid}, do: {error: ResourceExhausted}}]\n"
    running = daemon(config=CONFIG, rules=rules)
    result = running.run("invoke", "demo/paid")
    assert result.returncode == 1 and result.stderr.startswith("fcemu invoke: ResourceExhausted: ") and "(429)" in result.stderr
    [entry] = running.requests("&function=paid")
    assert (entry["rule"], entry["code"], entry["account"], entry["region"]) == ("busy", "ResourceExhausted", ACCOUNT, "cn-shanghai")


STRICT = CONFIG + "auth: {mode: strict, keys: [{id: mine, secret: hidden}]}\n"


def test_where_calls_are_signed_the_daemon_gives_a_key(daemon):
    running = daemon(config=STRICT)
    assert running.call("GET", "/2023-03-30/functions").status == 400
    result = running.run("invoke", "nobody")
    assert "FunctionNotFound" in result.stderr, result.stderr
    result = running.run("invoke", "demo/nobody", "-e", "x", "--async")
    assert "ServiceNotFound" in result.stderr, result.stderr
    assert [entry["status"] for entry in running.requests("&operation=@invoke")] == [404, 404]
    made = running.admin("POST", "keys", {"account": "77"}).json()
    assert made["auth"] == "strict" and made["host"] == "77.cn-shanghai.fc.aliyuncs.com" and made["access_key_id"].startswith("STS.")


def test_keys_are_made_where_they_are_wanted(functions):
    running = functions.running
    plain = running.admin("POST", "keys", {}).json()
    assert (plain["account"], plain["region"], plain["auth"], plain["access_key_id"]) == (ACCOUNT, "cn-shanghai", "lenient", None)
    always = running.admin("POST", "keys", {"always": True, "region": "cn-beijing"}).json()
    assert always["access_key_id"].startswith("STS.") and always["security_token"].startswith("CAIS") and always["region"] == "cn-beijing"
    wrong = running.admin("POST", "keys", {"acount": "1"})
    assert wrong.status == 400 and "did you mean 'account'?" in wrong.body.decode()


# ---- signatures for who cannot make them ----


def signature(running, **asked):
    return running.admin("POST", "sign", {"account": ACCOUNT, "region": "cn-shanghai", **asked})


def test_the_daemon_signs_a_call(daemon):
    running = daemon(config=STRICT)
    path, own = "/2023-03-30/functions", {"X-Fc-Trace-Id": "t-1", "x-fc-account-id": ACCOUNT, "content-type": "text/plain"}
    made = signature(running, method="GET", path=f"{path}?limit=2", headers=own).json()
    assert made["auth"] == "strict" and sorted(made["headers"]) == ["Authorization", "X-Fc-Date", "X-Fc-Security-Token"]
    assert running.call("GET", f"{path}?limit=2", headers={**own, **made["headers"]}).status == 200
    for method, target, headers in (("GET", "/2023-03-30/layers", own), ("POST", path, own), ("GET", path, {**own, "X-Fc-Trace-Id": "t-2"})):
        refused = running.call(method, target, headers={**headers, **made["headers"]})
        assert (refused.status, refused.json()["Code"]) == (403, "SignatureNotMatch"), refused.body
    at_region = signature(running, method="GET", path=path).json()["headers"]
    assert running.call("GET", f"/@cn-shanghai/{ACCOUNT}{path}", headers=at_region, host=f"127.0.0.1:{running.port}").status == 200


def test_no_signature_where_none_is_needed_and_none_of_nonsense(functions):
    running = functions.running
    assert signature(running, method="GET", path="/2023-03-30/functions").json() == {"auth": "lenient", "headers": {}}
    for asked, words in (({"method": "GET"}, "method and path"), ({"method": "GET", "path": "functions"}, "method and path"), ({"method": "", "path": "/x"}, "method and path")):
        refused = signature(running, **asked)
        assert refused.status == 422 and words in refused.body.decode()
    wrong = signature(running, methd="GET", path="/x")
    assert wrong.status == 400 and "did you mean 'method'?" in wrong.body.decode()


@pytest.mark.parametrize(("headers", "words"), [({"x-fc-a": 1}, "headers.x-fc-a: must be a text"), ({f"x-fc-{n}": "" for n in range(40)}, "no more than 32")])
def test_headers_that_cannot_be_signed(daemon, headers, words):
    refused = signature(daemon(config=STRICT), method="GET", path="/x", headers=headers)
    assert refused.status == 422 and words in refused.body.decode()


# ---- asynchronous calls ----


def drained(functions, *arguments):
    return functions.running.run("async", "drain", *arguments)


def test_async_calls_are_listed_shown_and_drained(functions, named):
    running = functions.running
    name = named["fails"]
    body = {"maxAsyncRetryAttempts": 2, "statefulInvocation": True}
    assert running.call("PUT", f"{SERVICES}/demo/functions/{name}/async-invoke-config", json.dumps(body)).status == 200
    accepted = running.run("invoke", f"demo/{name}", "--async", "-e", "payload")
    call = accepted.stdout.strip()
    assert accepted.returncode == 0 and call

    running.admin("PUT", "clock", {"freeze": True})
    assert drained(functions).returncode == 0
    shown = json.loads(running.run("async", "show", call, "--json").stdout)
    assert (shown["status"], shown["attempts"], shown["event"], shown["function"]) == ("Failed", 3, "payload", f"demo/{name}")
    assert shown["error"] == "UnhandledInvocationError" and json.loads(shown["result"])["errorType"] == "ValueError"
    assert [step["status"] for step in shown["steps"]][0] == "Enqueued" and shown["steps"][-1]["status"] == "Failed"
    running.admin("DELETE", "clock")

    listed = json.loads(running.run("async", "list", "--json").stdout)["calls"]
    assert [entry["id"] for entry in listed] == [call]
    table = running.run("async", "list", name, "--status", "Failed").stdout
    assert call in table and f"demo/{name}" in table
    for arguments in (["other"], ["--status", "Running"], ["--region", "cn-beijing"], ["--account", "9"]):
        assert call not in running.run("async", "list", *arguments).stdout
    missing = running.run("async", "show", "nothing")
    assert missing.returncode == 2 and "no asynchronous call 'nothing'" in missing.stderr


def test_drain_gives_up(functions):
    name = functions.create("python3", {"index.py": "import time\ndef handler(e, c):\n  time.sleep(60)\n"}, timeout=90)
    call = functions.running.run("invoke", f"demo/{name}", "--async").stdout.strip()
    assert json.loads(functions.running.run("async", "list", "--json").stdout)["calls"][-1]["id"] == call
    late = drained(functions, "--within", "100ms")
    assert late.returncode == 6 and "1 calls are left after 100ms" in late.stderr
    wrong = drained(functions, "--within", "soon")
    assert wrong.returncode == 2 and "within: 'soon' is not a duration" in wrong.stderr
    assert functions.running.call("DELETE", f"{SERVICES}/demo/functions/{name}").status == 204
