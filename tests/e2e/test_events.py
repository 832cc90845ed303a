"""/_fcemu/events: listeners come, go and come back, whatever the rules do meanwhile."""

import http.client
import json
import os
import re
import signal
import socket
import struct

import pytest

from fcemu import CALL_SECONDS, invocation, read_to_end, request_bytes

RULES = "version: 1\nrules:\n  - id: brief\n    match: {function: x}\n    do: {error: AccessDenied}\n    ttl: 2s\n"
LONG = RULES.replace("2s", "1h")
RESETTING = struct.pack("ii", 1, 0)


class Listener:
    """One stream of events; reads on until what it is asked for has come."""

    def __init__(self, running, query="", headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=CALL_SECONDS)
        self.connection.request("GET", f"/_fcemu/events{query}", headers=headers or {})
        self.response = self.connection.getresponse()
        self.text = ""
        self.until(": listening\n\n")

    def until(self, what):
        while what not in self.text:
            line = self.response.readline().decode()
            assert line, f"the stream ended before {what!r}:\n{self.text}"
            self.text += line
            while line.strip("\n"):  # to the end of the event
                line = self.response.readline().decode()
                self.text += line
        return self

    def events(self):
        """(id, type, data) of each event that has come whole."""
        return [
            (name, kind, json.loads(data))
            for name, kind, data in re.findall(r"^id: (.*)\nevent: (.*)\ndata: (.*)\n$", self.text, re.MULTILINE)
        ]

    def close(self, reset=False):
        if reset:
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETTING)
        self.response.close()
        self.connection.close()


@pytest.fixture
def listen():
    opened = []

    def open_one(*arguments, **options):
        opened.append(Listener(*arguments, **options))
        return opened[-1]

    yield open_one
    for listener in opened:
        listener.close()


def until_alone(running):
    """The daemon has seen every client leave but the one that asks."""
    while "\nfcemu_connections 1\n" not in running.admin("GET", "metrics").body.decode():
        pass


def advance(running, by):
    assert running.admin("PUT", "clock", {"advance": by}).status == 200


@pytest.mark.sound("A1", "a rule expires between two listeners", "the daemon lives, the listener is told")
def test_a_rule_expires_while_nobody_listens(daemon, listen):
    running = daemon(rules=RULES)
    listen(running).close()
    until_alone(running)
    advance(running, "3s")

    assert [listen(running, "?after=0").until("event: expired") for _ in range(3)]
    assert running.admin("GET", "livez").status == 200


@pytest.mark.sound("A1", "HEAD of the stream", "the head alone; nobody is told of events afterwards")
def test_head_of_the_stream_leaves_no_listener(daemon, listen):
    running = daemon(rules=LONG)
    for _ in range(80):  # more than may listen at once
        reply = running.admin("HEAD", "events")
        assert (reply.status, reply.headers["Content-Type"], reply.body) == (200, "text/event-stream", b"")
    stream = listen(running)
    running.invoke("x")

    stream.until("event: call")


CAPPING = (
    "version: 1\nguard: {max_active: 1}\nrules:\n"
    "  - {id: held, match: {function: held}, do: {delay: 60s, error: AccessDenied}, ttl: 1h}\n"
)
BRIEF = (
    "version: 1\nrules:\n"
    "  - {{id: short-{turn}, match: {{function: a}}, do: {{error: AccessDenied}}, ttl: 2s}}\n"
    "  - {{id: once-{turn}, match: {{function: b}}, do: {{error: AccessDenied}}, limit: {{fires: 1}}, ttl: 1h}}\n"
)


def cap(running):
    """One call is held, so that a second one passes; then it is let go."""
    with running.connect() as held:
        held.sendall(request_bytes("POST", invocation("held"), headers=["Connection: close"]))
        while not running.admin("GET", "faults/active").json()["active"]:
            pass
        assert running.invoke("held").status == 404
        for call in running.admin("GET", "faults/active").json()["active"]:
            running.admin("DELETE", f"faults/active/{call['number']}")
        assert read_to_end(held).data.startswith(b"HTTP/1.1 403")
    while running.admin("GET", "faults").json()["active"]:
        pass


@pytest.mark.sound("A1", "1,000 listeners while rules expire, run out, are capped and reloaded", "none is lost, none is left")
def test_a_thousand_listeners_come_and_go(daemon, listen):
    running = daemon(rules=CAPPING)
    stays = listen(running)
    for turn in range(25):
        reply = running.admin("PUT", "faults", BRIEF.format(turn=turn), {"Content-Type": "application/yaml"})
        assert reply.status == 200
        listeners = [Listener(running, "?after=1" if n % 3 else "") for n in range(40)]
        for listener in listeners[:20]:
            listener.close(reset=turn % 2 == 0)
        running.invoke("a")
        running.invoke("b")
        advance(running, "3s")
        os.kill(running.pid, signal.SIGHUP)
        if turn % 6 == 0:  # rules are looked at twice a second
            cap(running)
            for event, rule in ("expired", f"short-{turn}"), ("spent", f"once-{turn}"), ("capped", "held"):
                stays.until(f'event: {event}\ndata: {{"rule":"{rule}"')
        for listener in listeners[20:]:
            listener.until(f'"rule":"once-{turn}"').close(reset=turn % 2 == 1)

    stays.until('"rule":"once-24"').until("event: reloaded").close()
    assert [data["n"] for _, kind, data in stays.events() if kind == "fired" and data["rule"].startswith("once-")] == [1] * 25
    until_alone(running)


@pytest.mark.sound("A1", "events?after=ID, ?after=N, Last-Event-ID", "what happened meanwhile, once, in order")
@pytest.mark.parametrize("form", ["id", "number", "header"])
def test_a_stream_is_taken_up_again(daemon, listen, form):
    running = daemon(rules=LONG)
    first = listen(running)
    running.invoke("x")
    last = first.until("event: call").events()[-1][0]
    first.close()
    until_alone(running)
    running.invoke("x")
    running.invoke("y")

    query = {"id": f"?after={last}", "number": f"?after={last.split('-')[1]}", "header": ""}[form]
    again = listen(running, query, {"Last-Event-ID": last} if form == "header" else None)
    again.until('"function":"y"')
    assert [kind for _, kind, _ in again.events()] == ["fired", "call", "call"]
    numbers = [int(name.split("-")[1]) for name, _, _ in again.events()]
    assert numbers == [3, 4, 5]
    assert {name.split("-")[0] for name, _, _ in again.events()} == {last.split("-")[0]}


@pytest.mark.sound("A1", "events?after=N, more meanwhile than are kept", "event lost, how many")
def test_what_was_lost_is_said(daemon, listen):
    running = daemon(rules=LONG)
    listen(running).close()
    for _ in range(600):  # two events each; 1,024 are kept
        running.invoke("x")

    again = listen(running, "?after=3").until('"n":600')
    name, kind, data = again.events()[0]
    assert (kind, data) == ("lost", {"lost": 1200 - 1024 - 3, "reason": "not kept any more"})
    assert [number.split("-")[1] for number, _, _ in again.events()[:2]] == [str(1200 - 1024), str(1200 - 1024 + 1)]
    assert "event: lost" not in listen(running, f"?after={name}").until("event: fired").text


@pytest.mark.sound("A1", "events?after=ID of an earlier daemon", "event lost: it was started again")
@pytest.mark.parametrize("after", ["1764407000123-2", "99"])
def test_an_id_of_another_run_is_told_from_ours(daemon, listen, after):
    running = daemon(rules=LONG)
    listen(running)
    running.invoke("x")

    again = listen(running, f"?after={after}").until("event: call")
    assert [(kind, data.get("reason")) for _, kind, data in again.events()] == [
        ("lost", "the daemon was started again"),
        ("fired", None),
        ("call", None),
    ]


@pytest.mark.sound("A1", "events?after=banana, ?type=banana", "400 that says what it can be")
@pytest.mark.parametrize("query", ["after=banana", "after=1-", "after=-1", "after=", "type=banana", "type=", "type=fir"])
def test_what_names_no_event_is_refused(packs, query):
    reply = packs.admin("GET", f"events?{query}")

    assert reply.status == 400
    assert ("such as 17" if "after" in query else "call, fired, capped, expired, spent") in reply.json()["detail"]


@pytest.mark.sound("A1", "events?type=fired", "these only, also of those kept")
def test_events_of_one_type(daemon, listen):
    running = daemon(rules=LONG)
    live = listen(running, "?type=fired")
    for _ in range(3):
        running.invoke("x")
    kept = listen(running, "?type=fired&after=0")

    for stream in (live, kept):
        stream.until('"n":3')
        assert [(kind, data["rule"], data["n"]) for _, kind, data in stream.events()] == [("fired", "brief", n) for n in (1, 2, 3)]


def test_a_fired_event_says_all_of_it(daemon, listen):
    running = daemon(rules=LONG)
    stream = listen(running, "?type=fired")
    answer = running.invoke("x")

    (_, _, data), = stream.until('"shadow"').events()
    assert data == {
        "rule": "brief",
        "request_id": answer.headers["X-Fc-Request-Id"],
        "kind": "error",
        "code": "AccessDenied",
        "key": "",
        "n": 1,
        "shadow": False,
    }


@pytest.mark.sound("F", "members of events: call, expired, spent, stopped, reloaded, reload_refused", "each by its name")
def test_what_each_event_says(daemon, listen):
    running = daemon(
        rules=LONG + "    limit: {fires: 1}\n  - {id: gone, match: {function: none}, do: {error: AccessDenied}, ttl: 2s}\n",
        config="watch: false\n",
    )
    stream = listen(running)
    answer = running.invoke("x")
    advance(running, "3s")
    stream.until("event: spent").until("event: expired")
    running.admin("POST", "faults/stop")
    for text in (LONG, LONG.replace("AccessDenied", "AccessDenide")):
        (running.folder / "rules.yaml").write_text(text, encoding="utf-8")
        os.kill(running.pid, signal.SIGHUP)
        stream.until("event: reloaded").until("event: reload_refused" if "Denide" in text else "event: reloaded")

    said = {kind: data for _, kind, data in stream.events()}
    assert said["call"]["request_id"] == answer.headers["X-Fc-Request-Id"]
    assert (said["call"]["status"], said["call"]["rule"], "rules" in said["call"]) == (403, "brief", False)
    assert said["spent"] == {"rule": "brief", "fired": 1, "capped": 0}
    assert said["expired"] == {"rule": "gone", "fired": 0, "capped": 0}
    assert said["stopped"] == {"released": 0}
    assert said["reloaded"]["errors"] == []
    assert [error["code"] for error in said["reload_refused"]["errors"]] == ["F305"]


@pytest.mark.sound("A1", "SIGTERM with listeners and a verify that waits", "both end at once, with the daemon")
def test_streams_end_with_the_daemon(daemon, listen):
    running = daemon(rules=LONG)
    streams = [listen(running) for _ in range(3)]
    with running.connect() as waiting:
        body = b'{"assert":[{"calls":{"gte":1}}],"within":"60s"}'
        host = f"127.0.0.1:{running.port}"
        waiting.sendall(
            request_bytes("POST", "/_fcemu/requests/verify", body, host, ["Content-Type: application/json"])
        )
        running.admin("GET", "livez")
        running.stop()

        assert waiting.recv(12) == b"HTTP/1.1 503"
    assert [stream.response.read() for stream in streams] == [b""] * 3
