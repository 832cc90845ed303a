"""Canned answers stand in for functions: no fault, no guard, every shaper, and read again like rules."""

import json
import os
import re
import signal
import time

import pytest

from fcemu import fcemu, invocation, read_to_end, request_bytes

RULE = "version: 1\nrules: [{id: struck, match: {function: struck}, do: {error: AccessDenied}, ttl: 1h}]\n"


def canned(*answers):
    return "version: 1\nrules:\n" + "".join(f"  - {{id: c{n}, match: {{{match}}}, do: {{{do}}}}}\n" for n, (match, do) in enumerate(answers))


@pytest.fixture
def answering(daemon, tmp_path):
    def start(*answers, rules=None, config=None):
        (tmp_path / "canned.yaml").write_text(canned(*answers), encoding="utf-8")
        return daemon(rules=rules, config=config, arguments=["--fixtures", tmp_path / "canned.yaml"])

    return start


def change(folder, text):
    (folder / "new").write_text(text, encoding="utf-8")
    os.rename(folder / "new", folder / "canned.yaml")


def raw(running, function="f", body=b"", headers=()):
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", invocation(function), body, headers=["Connection: close", *headers]))
        return read_to_end(sock)


def until_logged(running, fulfilled):
    end = time.monotonic() + 60
    while not fulfilled(running.log()):
        assert time.monotonic() < end, running.log()
        time.sleep(0.01)


def until_loaded(running, times):
    until_logged(running, lambda log: log.count("rules loaded") + log.count("error reload refused") >= times)


@pytest.mark.sound("B1", "a file of canned answers changes; SIGHUP", "answers as it says now; the log counts them")
@pytest.mark.parametrize("by", ["file", "signal"])
def test_answers_are_read_again(answering, tmp_path, by):
    running = answering(("function: f", "respond: {body: one}"), rules=RULE, config="watch: false\n" if by == "signal" else None)
    assert running.invoke("f").body == b"one"
    assert re.search(r"rules loaded: rules=1 canned=1 seed=", running.log())
    change(tmp_path, canned(("function: f", "respond: {body: two}"), ("function: g", "respond: {body: more}")))
    if by == "signal":
        os.kill(running.pid, signal.SIGHUP)
    until_loaded(running, 2)

    assert "rules loaded: rules=1 canned=2\n" in running.log()
    assert (running.invoke("f").body, running.invoke("g").body) == (b"two", b"more")


@pytest.mark.sound("B1", "a mistake in a file of canned answers", "refused with its place; rules and answers stay")
def test_a_mistake_changes_nothing(answering, tmp_path):
    running = answering(("function: f", "respond: {body: one}"), rules=RULE)
    change(tmp_path, canned(("function: f", "respnd: {body: two}")))
    until_loaded(running, 2)

    until_logged(running, lambda log: "canned.yaml:3:" in log)  # a line of its own, behind the first
    assert (running.invoke("f").body, running.invoke("struck").status) == (b"one", 403)
    assert running.admin("GET", "health").json()["status"] == "degraded"


@pytest.mark.sound("B1", "fault list with canned answers", "a heading of their own, answered so often")
def test_the_list_has_them_apart(answering):
    running = answering(("function: f", "respond: {body: x}"), ("function: g", "respond: {body: x}"), rules=RULE)
    running.invoke("f")
    rules, _, answers = running.run("fault", "list").stdout.partition("\ncanned answers\n")

    assert "struck" in rules and "c0" not in rules
    assert [line.split()[:3] for line in answers.splitlines()[1:]] == [["c0", "1", "1"], ["c1", "0", "0"]]
    told = running.admin("GET", "faults").json()
    assert [rule["id"] for rule in told["rules"]] == ["struck"]
    assert [(answer["id"], answer["answered"], answer["line"]) for answer in told["canned"]] == [("c0", 1, 3), ("c1", 0, 4)]
    assert running.requests()[-1]["rule"] is None


@pytest.mark.sound("B1", "400 slow canned answers at once", "400 times 200: no guard counts them")
def test_no_guard_counts_them(answering):
    running = answering(("function: f", "respond: {body: ok}, delay: 1s"), rules="version: 1\nguard: {max_active: 1, max_delay: 10ms}\n")
    socks = [running.connect() for _ in range(400)]
    for sock in socks:
        sock.sendall(request_bytes("POST", invocation("f"), headers=["Connection: close"]))
    answers = [read_to_end(sock) for sock in socks]
    for sock in socks:
        sock.close()

    assert {answer.data[:12] for answer in answers} == {b"HTTP/1.1 200"}
    assert min(entry["held_ms"] for entry in running.requests()) >= 999


def held(answer, entry):
    return entry["held_ms"] >= 59 and answer.body == b"0123456789"


SHAPERS = [
    ("delay", "delay: 60ms", held),
    ("delay at headers and effect", "delay: {at: headers, fixed: 60ms}", held),
    ("hang", "hang: {at: headers, for: 60ms, then: close}", lambda answer, entry: answer.data == b"" and answer.ending == "fin" and entry["held_ms"] >= 59),
    ("reset", "reset: {at: headers}", lambda answer, entry: answer.ending == "reset" and answer.data == b""),
    ("close in the body", "close: {at: body, after: 4B}", None),
    ("drip", "drip: {chunk: 5B, every: 60ms}", held),
    ("truncate", "truncate: {after: 4B}", lambda answer, entry: (answer.body, answer.header("Content-Length"), answer.ending) == (b"0123", "10", "fin")),
    ("truncate by reset", "truncate: {after: 40%, then: reset}", lambda answer, entry: answer.ending == "reset"),
    ("length", "length: {declare: +5, then: close}", lambda answer, entry: answer.header("Content-Length") == "15" and answer.body == b"0123456789"),
    ("corrupt", "corrupt: {kind: cut_json, amount: 3}", lambda answer, entry: answer.body == b"0123456"),
    ("headers", "headers: {set: {x-one: 1}, add: {x-one: 2}, remove: [x-fc-request-id]}",
     lambda answer, entry: b"X-One: 1\r\nX-One: 2\r\n" in answer.data and answer.header("X-Fc-Request-Id") is None),
    ("stall", "stall: {after: 4B, for: 60ms, then: continue}", held),
    ("raw", "raw: {text: 'no http'}", lambda answer, entry: answer.data == b"no http"),
]


@pytest.mark.parametrize("do, right", [
    pytest.param(do, right, id=name, marks=pytest.mark.sound("B1", f"canned answer with {do}", "as a rule would do it"))
    for name, do, right in SHAPERS if right
])
def test_every_shaper_works(answering, do, right):
    outcome = "" if do.startswith(("hang", "reset", "raw")) else 'respond: {body: "0123456789"}, '
    running = answering(("function: f", outcome + do))
    answer = raw(running)
    while not running.requests():
        pass

    assert right(answer, running.requests()[-1]), (answer.data, answer.ending, running.requests()[-1])
    assert running.requests()[-1]["performed"]


def test_the_answer_of_a_rule_is_shaped_by_rules_alone(answering):
    running = answering(
        ("function: f", "respond: {body: canned}, headers: {set: {x-canned: yes}}, truncate: {after: 2B}"),
        rules="version: 1\nrules: [{id: r, match: {label: l}, do: {respond: {body: ruled}, effect: done}, ttl: 1h}]\n",
    )
    plain, ruled = raw(running), raw(running, headers=["X-Fcemu-Label: l"])

    assert (plain.body, plain.header("X-Canned"), plain.header("X-Fcemu-Fault")) == (b"ca", "yes", None)
    assert (ruled.body, ruled.header("X-Canned"), ruled.header("X-Fcemu-Fault")) == (b"ruled", None, "r")


REFUSED = [
    ("do: {respond: {body: x}, effect: late}", "a canned answer is the work"),
    ("do: {close: {at: accept}}", "it cannot strike before there is a request"),
    ("do: {stale: {of: call}}", "only rules repeat earlier answers"),
    ("match: {authenticated: true}, do: {respond: {body: x}}", "leave 'authenticated' out"),
    ("match: {not: {authenticated: true}}, do: {respond: {body: x}}", "leave 'authenticated' out"),
    ("do: {one_of: [{weight: 1, do: {stale: {}}}, {weight: 1, do: {pass: {}}}]}", "only rules repeat earlier answers"),
]


@pytest.mark.parametrize("rule, why", [
    pytest.param(*row, marks=pytest.mark.sound("B1", f"canned answer with {row[0]}", "refused with its place")) for row in REFUSED
])
def test_what_cannot_work_is_refused(tmp_path, rule, why):
    (tmp_path / "canned.yaml").write_text(f"version: 1\nrules:\n  - {{id: c, {rule}}}\n", encoding="utf-8")
    (tmp_path / "fcemu.yaml").write_text("fixtures: [canned.yaml]\n", encoding="utf-8")
    ended = fcemu("serve", "--listen", "127.0.0.1:0", "--config", tmp_path / "fcemu.yaml", folder=tmp_path)

    assert ended.returncode == 2
    assert "canned.yaml:3:" in ended.stderr and "F315" in ended.stderr and why in ended.stderr


@pytest.mark.sound("B1", "guard: in a file of canned answers", "refused")
def test_a_guard_is_refused(tmp_path):
    (tmp_path / "canned.yaml").write_text("version: 1\nguard: {max_active: 3}\nrules: []\n", encoding="utf-8")
    (tmp_path / "fcemu.yaml").write_text("fixtures: [canned.yaml]\n", encoding="utf-8")
    ended = fcemu("serve", "--listen", "127.0.0.1:0", "--config", tmp_path / "fcemu.yaml", folder=tmp_path)

    assert ended.returncode == 2 and "canned.yaml:2:1: error F315" in ended.stderr


@pytest.mark.sound("B1", "a canned answer without ttl after five hours", "answers as ever, and nothing warns")
def test_they_do_not_expire(answering):
    running = answering(("function: f", "respond: {body: x}"))
    running.admin("PUT", "clock", {"advance": "5h"})

    assert running.invoke("f").body == b"x"
    assert "W407" not in running.log()


ASYNC = {"X-Fc-Invocation-Type": "Async"}


@pytest.mark.sound("B1", "asynchronous call, canned answer with a body", "202, empty")
@pytest.mark.parametrize("do", ["respond: {body: x}", "respond: {status: 200, body: x, headers: {content-type: text/plain}}"])
def test_an_asynchronous_call_is_accepted(answering, do):
    running = answering(("function: f", do))
    reply = running.invoke("f", headers=ASYNC)

    assert (reply.status, reply.body, reply.headers["Content-Type"]) == (202, b"", None)
    assert reply.headers["X-Fc-Request-Id"] == running.requests()[-1]["request_id"]
    assert (running.invoke("f").status, running.invoke("f").body) == (200, b"x")


@pytest.mark.sound("B1", "asynchronous call, an answer that says otherwise", "that answer")
@pytest.mark.parametrize("match, do, status, body", [
    ("function: f, invocation: async", "respond: {body: mine}", 200, b"mine"),
    ("function: f", "respond: {status: 429, body: no}", 429, b"no"),
    ("function: f", "error: ResourceExhausted", 429, None),
])
def test_an_answer_may_say_otherwise(answering, match, do, status, body):
    reply = answering((match, do)).invoke("f", headers=ASYNC)

    assert reply.status == status
    assert body is None or reply.body == body


@pytest.mark.sound("B1", "header names of rules and canned answers", "canonical case; a list gives a header twice")
def test_header_names_are_canonical(answering):
    running = answering(
        ("function: f", "respond: {headers: {x-fc-log-result: bG9n, SET-cookie: [a=1, b=2]}}"),
        rules="version: 1\nrules:\n"
        "  - {id: e, match: {function: e}, do: {error: {code: AccessDenied, headers: {x-fc-error-type: x, link: [a, b]}}}, ttl: 1h}\n"
        "  - {id: s, match: {function: s}, do: {error: AccessDenied, headers: {set: {www-authenticate: [x, y]}, add: {via: [p, q]}}}, ttl: 1h}\n",
    )
    assert b"\r\nX-Fc-Log-Result: bG9n\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n" in raw(running).head + b"\r\n"
    assert b"\r\nX-Fc-Error-Type: x\r\nLink: a\r\nLink: b\r\n" in raw(running, "e").head + b"\r\n"
    struck = raw(running, "s").head + b"\r\n"
    assert b"\r\nWww-Authenticate: x\r\nWww-Authenticate: y\r\n" in struck and b"\r\nVia: p\r\nVia: q\r\n" in struck


@pytest.mark.sound("B1", "headers: {x: []}", "refused")
def test_an_empty_list_of_values_is_refused(tmp_path):
    (tmp_path / "r.yaml").write_text("version: 1\nrules: [{id: r, do: {respond: {headers: {x: []}}}, ttl: 1h}]\n", encoding="utf-8")
    checked = fcemu("fault", "check", tmp_path / "r.yaml")

    assert checked.returncode == 2 and "F309" in checked.stdout + checked.stderr


@pytest.mark.sound("B1", "{{body}}, {{body/name}}", "what the request said; nothing where it said nothing")
@pytest.mark.parametrize("template, body, right", [
    ("{{body}}", b"any \x00bytes\xff", b"any \x00bytes\xff"),
    ("<{{body/name}}>", b'{"name": "J\\u00fcrgen"}', "<Jürgen>".encode()),
    ("{{body/a/1}} {{ body/o }}", b'{"a": [1, 2.5], "o": {"k": null}}', b'2.5 {"k":null}'),
    ("<{{body/none}}{{body/a}}>", b"not json", b"<>"),
    ("{{body/x}}", b'{"x": "{{function}}"}', b"{{function}}"),
])
def test_the_request_is_echoed(answering, template, body, right):
    running = answering(("function: f", f"respond: {{body: '{template}'}}"))

    assert raw(running, body=body).body == right


def test_a_line_break_of_a_body_begins_no_header(answering):
    running = answering(("function: f", "respond: {headers: {x-echo: '{{body}}'}}"))
    answer = raw(running, body=b"a\r\nX-Evil: 1")

    assert answer.header("X-Evil") is None and answer.header("X-Echo") == "a  X-Evil: 1"


@pytest.mark.sound("B1", "a template that does not exist", "refused, naming body among those known")
def test_an_unknown_template_is_refused(tmp_path):
    (tmp_path / "r.yaml").write_text("version: 1\nrules: [{id: r, do: {respond: {headers: {x: '{{bdy}}'}}}, ttl: 1h}]\n", encoding="utf-8")
    checked = fcemu("fault", "check", tmp_path / "r.yaml")

    assert checked.returncode == 2 and "body" in (checked.stdout + checked.stderr).partition("known:")[2]


@pytest.mark.sound("B1", "an invocation that nothing answers", "the error names the setting `fixtures`")
def test_what_would_answer_is_named(daemon):
    running = daemon(config="invoke: {enabled: false}\n")
    running.call("POST", "/2016-08-15/services", '{"serviceName": "demo"}')
    code = "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="
    made = running.call(
        "POST",
        "/2016-08-15/services/demo/functions",
        json.dumps({"functionName": "f", "runtime": "python3", "handler": "i.h", "code": {"zipFile": code}}),
    )
    assert made.status == 200, made.body

    for headers in ({}, ASYNC):
        assert "'fixtures' names files of canned answers" in running.invoke("f", headers=headers).json()["ErrorMessage"]


@pytest.mark.sound("F", "headers of answers: canned, of an operation with and without a body", "an id each; a type where there is a body")
def test_headers_that_every_answer_has(answering):
    running = answering(("function: f", "respond: {body: x}"), ("function: g", "respond: {headers: {X-Fc-Request-Id: mine}, body: x}"))
    bare, own = running.invoke("f"), running.invoke("g")
    made = running.call("POST", "/2016-08-15/services", '{"serviceName": "s"}')
    gone = running.call("DELETE", "/2016-08-15/services/s")

    assert bare.headers["X-Fc-Request-Id"] == running.requests()[0]["request_id"]
    assert own.headers.get_all("X-Fc-Request-Id") == ["mine"]
    assert (made.headers["Content-Type"], made.headers["X-Fc-Request-Id"]) == ("application/json", running.requests()[2]["request_id"])
    assert (gone.status, gone.headers["Content-Type"]) == (204, None)


def test_code_answers_unless_a_canned_answer_says_instead(daemon, tmp_path):
    from functions import Functions

    text = "version: 1\nrules:\n" + "".join(f"  - {{id: {name}, match: {{function: {name}, operation: Invoke*}}, do: {{respond: {{body: canned}}}}{more}}}\n"
                                          for name, more in (("f1", ""), ("f2", ", instead: true"), ("f3", ", instead: true"), ("bare", "")))
    (tmp_path / "canned.yaml").write_text(text, encoding="utf-8")
    functions = Functions(daemon(arguments=["--fixtures", tmp_path / "canned.yaml"]))
    for name in ("f1", "f2"):
        assert functions.create("python3", {"index.py": "def handler(event, context):\n    return b'code'\n"}) == name
    functions.trigger("f2")
    call = functions.running.invoke
    assert [call(name, b"").body for name in ("f1", "f2", "f3", "bare")] == [b"code", b"canned", b"canned", b"canned"]
    assert functions.running.call("GET", "/2016-08-15/proxy/demo/f2/").body == b"canned"
    seen = [(one.get("canned"), bool(one.get("ran"))) for one in functions.running.requests("&operation=InvokeFunction")]
    assert seen == [(None, True), ("f2", False), ("f3", False), ("bare", False)]
    assert [one["path"] for one in functions.running.requests("&canned=f2")] == [invocation("f2"), "/2016-08-15/proxy/demo/f2/"]
    told = functions.running.run("invoke", "demo/bare")  # nothing ran, so nothing is said of what it took
    assert (told.returncode, told.stdout) == (0, "canned") and told.stderr.startswith("request "), told.stderr


def test_a_rule_is_never_instead(tmp_path):
    (tmp_path / "rules.yaml").write_text("version: 1\nrules:\n  - {id: a, do: {error: AccessDenied}, instead: true}\n", encoding="utf-8")
    ended = fcemu("serve", "--listen", "127.0.0.1:0", "--faults", tmp_path / "rules.yaml", folder=tmp_path)
    assert ended.returncode == 2 and "rules.yaml:3:" in ended.stderr and "F315" in ended.stderr and "'instead' is for canned answers" in ended.stderr
