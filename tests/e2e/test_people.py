"""What the command line prints for people, what it prints under --json, and in which language."""

import json
import re
import socket
import subprocess
import threading

import pytest

from fcemu import BINARY, CALL_SECONDS, Daemon, environment, fcemu, invocation

RULES = """version: 1
rules:
  - id: a-rule-with-a-name-that-is-longer-than-any-column-of-old
    match: {function: struck}
    do: {error: AccessDenied}
  - {id: other, match: {function: nobody}, do: {error: AccessDenied}}
"""
RULE = "id: added\nmatch: {function: x}\ndo: {error: AccessDenied}\nttl: 5m\n"
LONG = "a-rule-with-a-name-that-is-longer-than-any-column-of-old"


def sound(given, right):
    return pytest.mark.sound("E", given, right)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("people"), rules=RULES).start()
    running.invoke("struck")
    running.struck = running.requests()[-1]["request_id"]
    (running.folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (running.folder / "fresh.yaml").write_text("version: 1\nrules: [{id: fresh, priority: 1, match: {function: struck}, do: {error: AccessDenied}}]\n", encoding="utf-8")
    assert running.run("fault", "tape", "save", running.folder / "tape").returncode == 0
    yield running
    running.stop()


TEXTS = [
    (["fault", "explain", "{id}"], r"^outcome\.code: AccessDenied$"),
    (["health"], r"^faults\.reload_ok: true$"),
    (["fault", "add", "rule.yaml"], r"^rules: 3$"),
    (["fault", "dry-run", "fresh.yaml"], r"^fresh +1 +1 +true$"),
    (["fault", "tape", "play", "tape"], r"^playing: true$"),
    (["reload"], r"^accepted: true$"),
]


@pytest.mark.parametrize("words, line", [pytest.param(words, line, marks=sound("fcemu " + " ".join(words[:-1] or words), "text for people, JSON under --json")) for words, line in TEXTS])
def test_text_for_people_and_json_for_programs(house, words, line):
    words = [word.format(id=house.struck) for word in words]
    text = house.run(*words)
    house.run("fault", "rm", "added")
    data = house.run(*words, "--json")
    house.run("fault", "rm", "added")
    house.admin("DELETE", "faults/tape")

    assert text.returncode == 0, text.stderr
    assert re.search(line, text.stdout, re.M), text.stdout
    assert not re.search(r"^\s*[{\[]", text.stdout, re.M)
    assert isinstance(json.loads(data.stdout), dict), data.stderr


@sound("a rule id longer than its column", "the columns stand")
@pytest.mark.parametrize("words", [["fault", "list"], ["fault", "stats"], ["requests"]])
def test_columns_do_not_burst(house, words):
    title, *rows = house.run(*words).stdout.splitlines()
    starts = [found.start() for found in re.finditer(r"(?<=\s)\S", title)]

    assert rows
    for row in rows:
        assert all(len(row) <= at or row[at - 1] == " " and row[at] != " " for at in starts), f"{title}\n{row}"


def test_wide_characters_take_two_columns(daemon):
    running = daemon(rules="version: 1\nrules:\n  - {id: a, group: 支付, do: {error: AccessDenied}}\n  - {id: b, group: x, do: {error: AccessDenied}}\ngroups: {支付: {}, x: {}}\n")
    first, second = running.run("fault", "list").stdout.splitlines()[1:3]

    assert first.rstrip().endswith("支付") and second.rstrip().endswith("x")
    assert len(first[: first.index("支付")]) == len(second.rstrip()) - 1


@sound("fcemu wait beside a daemon that starts", "0 when it may be used, 6 when it never is")
def test_wait(daemon, tmp_path):
    running = daemon()

    assert running.run("wait").returncode == 0
    assert running.run("wait", "--within", "soon").returncode == 2
    late = fcemu("wait", "--within", "100ms", "--address", f"unix:{tmp_path}/nobody")
    assert (late.returncode, late.stdout) == (6, "")
    assert late.stderr == f"fcemu wait: no daemon at unix:{tmp_path}/nobody is ready after 100ms\n"


def test_wait_until_it_is_ready(tmp_path):
    """A place that first refuses, then says 503, then 200: each is waited out."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(CALL_SECONDS)
    asked = []

    def serve():
        for status in ("", "503 Service Unavailable", "200 OK"):
            peer, _ = listener.accept()
            with peer:
                asked.append(peer.recv(65536).split(b"\r\n")[0])
                peer.sendall(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode() if status else b"")

    thread = threading.Thread(target=serve)
    thread.start()
    done = fcemu("wait", "--within", "50s", "--address", f"127.0.0.1:{listener.getsockname()[1]}")
    thread.join()
    listener.close()

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert asked == [b"GET /_fcemu/readyz HTTP/1.1"] * 3


@sound("fcemu reload", "the files as they are now, or 2 and what is wrong with them")
def test_reload(daemon):
    running = daemon(rules=RULES, config="watch: false\n")
    path = running.folder / "rules.yaml"
    path.write_text(RULES.replace("other", "changed"), encoding="utf-8")

    done = running.run("reload", "--json")
    assert json.loads(done.stdout) == {"accepted": True, "rules": 2, "warnings": json.loads(done.stdout)["warnings"]}
    assert [rule["id"] for rule in running.admin("GET", "faults").json()["rules"]] == [LONG, "changed"]

    path.write_text(RULES.replace("error: AccessDenied", "eror: AccessDenied", 1), encoding="utf-8")
    done = running.run("reload")
    assert done.returncode == 2
    assert "the files are refused; the rules before them stay" in done.stderr and "unknown key 'eror'" in done.stderr
    assert [rule["id"] for rule in running.admin("GET", "faults").json()["rules"]] == [LONG, "changed"]


# ---- the language ----


def speak(*words, **variables):
    values = {name: value for name, value in environment("/nonexistent").items() if name != "LC_ALL"}
    return subprocess.run([BINARY, *words], env={**values, **variables}, capture_output=True, text=True, timeout=60, check=False)


CHINESE = [
    ({"LANG": "zh_CN.UTF-8"}, True),
    ({"LANG": "zh_CN"}, True),
    ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, True),
    ({"LC_ALL": "zh_CN.UTF-8", "LANG": "C"}, True),
    ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
    ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, True),
    ({"LANG": "en_US.UTF-8"}, False),
    ({}, False),
]


@sound("LANG=zh_CN, also LC_ALL, LC_MESSAGES", "errors, fault check and help in Chinese")
@pytest.mark.parametrize("variables, chinese", CHINESE)
def test_the_locale_chooses_the_language(tmp_path, variables, chinese):
    (tmp_path / "rules.yaml").write_text("version: 1\nrules: [{id: a, d: {}}]\n", encoding="utf-8")
    help_text, error = speak("--help", **variables).stdout, speak("errors", "ResourceExhausted", **variables).stdout
    check = speak("fault", "check", str(tmp_path / "rules.yaml"), **variables)

    assert ("用法：" in help_text, "Usage:" in help_text) == (chinese, not chinese)
    assert "并发度" in error
    assert ("concurrency over the limit" in error) != chinese
    assert check.returncode == 2
    assert ("错误 F102" in check.stderr, "error F102" in check.stderr) == (chinese, not chinese)


def test_every_option_of_every_verb_is_told_in_chinese():
    verbs = re.findall(r"^  ([a-z]+(?: [a-z-]+)*)  ", speak("--help").stdout, re.MULTILINE)
    assert len(verbs) > 60
    for verb in verbs:
        told = speak(*verb.split(), "--help", LANG="zh_CN.UTF-8").stdout
        english = [line for line in told.splitlines() if line.startswith("  -") and not re.search("[\u4e00-\u9fff]", line)]
        assert not english, (verb, english)


def test_a_language_that_is_asked_for_wins():
    assert "concurrency over the limit" in speak("errors", "ResourceExhausted", "--lang", "en", LANG="zh_CN.UTF-8").stdout
    assert "concurrency" not in speak("errors", "ResourceExhausted", "--lang", "zh").stdout


# ---- the description of the control API ----


@sound("operationId, 4xx answers and content types in OpenAPI", "in each operation, and as they are")
def test_openapi_says_what_is_answered(daemon):
    running = daemon(rules=RULES)
    running.invoke("struck")
    document = running.admin("GET", "openapi.json").json()
    operations = [(path, method, operation) for path, methods in document["paths"].items() for method, operation in methods.items()]
    ids = [operation["operationId"] for _, _, operation in operations]

    assert len(set(ids)) == len(ids) and all(re.fullmatch("[a-z]+[A-Z][A-Za-z]*", name) for name in ids)
    for path, method, operation in operations:
        assert any(status.startswith("4") for status in operation["responses"]), path
        if method == "get" and "{" not in path and path != "/_fcemu/events":
            reply = running.call("GET", path, host="localhost")
            given = operation["responses"][str(reply.status)]["content"]
            assert reply.headers.get_content_type() in given, f"{path}: {reply.headers.get_content_type()} is not in {list(given)}"


@pytest.mark.parametrize(
    "method, path, body, headers, status",
    [
        ("POST", "faults/check", b"x", {"Content-Type": "text/plain"}, 415),
        ("POST", "faults/check", b"{}", {"Content-Type": "application/json"}, 422),
        ("GET", "faults/rules/none", None, {}, 404),
        ("GET", "requests?nothing=1", None, {}, 400),
        ("GET", "health", None, {"Origin": "https://evil.example"}, 403),
    ],
)
def test_refusals_are_described(house, method, path, body, headers, status):
    reply = house.admin(method, path, body, headers)
    template = "/_fcemu/" + re.sub("rules/none", "rules/{id}", path.partition("?")[0])
    described = house.admin("GET", "openapi.json").json()["paths"][template][method.lower()]["responses"]

    assert reply.status == status, reply.body
    assert reply.headers.get_content_type() in described[str(status)]["content"]
