"""Rules are loaded again when their file changes or on SIGHUP: whole, or not at all, and nobody has to guess which."""

import os
import select
import signal
import threading
import time

import pytest

from fcemu import invocation, read_to_end, request_bytes

GOOD = "version: 1\nrules:\n  - id: one\n    match: {function: x}\n    do: {error: AccessDenied}\n    ttl: 1h\n"
BETTER = GOOD.replace("AccessDenied", "ResourceThrottled")
WRONG = GOOD.replace("AccessDenied", "AccessDenide")
HOLDING = GOOD + "  - id: hold\n    match: {function: held}\n    do: {delay: 1s, error: InternalServerError}\n    ttl: 1h\n"


def write(running, text):
    """Whole, by rename, as editors do."""
    path = running.folder / "rules.yaml"
    (running.folder / "new").write_text(text, encoding="utf-8")
    os.rename(running.folder / "new", path)


def cpu_ticks(running):
    with open(f"/proc/{running.pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rpartition(")")[2].split()[11:13]))


class Events:
    """The event stream of the control side; each wait ends with an event."""

    def __init__(self, running):
        self.sock = running.connect()
        self.sock.sendall(request_bytes("GET", "/_fcemu/events", host=f"127.0.0.1:{running.port}"))
        self.text = ""
        self.until("\r\n\r\n")

    def until(self, what):
        while what not in self.text:
            readable, _, _ = select.select([self.sock], [], [], 30)
            assert readable, f"no event {what!r} within 30 s:\n{self.text}"
            data = self.sock.recv(65536)
            assert data, f"the stream ended:\n{self.text}"
            self.text += data.decode()

    def close(self):
        self.sock.close()


@pytest.fixture
def events():
    opened = []
    yield lambda running: opened.append(Events(running)) or opened[-1]
    for stream in opened:
        stream.close()


@pytest.mark.parametrize("by", ["file", "signal"])
def test_a_good_change_is_taken(daemon, events, by):
    running = daemon(rules=GOOD, config="watch: false\n" if by == "signal" else None)
    stream = events(running)
    assert running.invoke("x").status == 403
    write(running, BETTER)
    if by == "signal":
        os.kill(running.pid, signal.SIGHUP)
    stream.until("reloaded")

    assert running.invoke("x").status == 503


def test_one_wrong_character_changes_nothing_and_is_told_in_four_places(daemon, events):
    running = daemon(rules=GOOD)
    stream = events(running)
    write(running, WRONG)
    stream.until("refused")

    assert running.invoke("x").status == 403
    position = "rules.yaml:5"
    assert position in running.log()
    assert position in running.admin("GET", "health").body.decode()
    assert position in running.run("fault", "list").stdout
    assert "fcemu_reload_ok 0" in running.admin("GET", "metrics").body.decode()

    write(running, BETTER)
    stream.until("reloaded")
    assert running.invoke("x").status == 503
    assert position not in running.admin("GET", "health").body.decode()
    assert "fcemu_reload_ok 1" in running.admin("GET", "metrics").body.decode()


def include(folder):
    (folder / "part.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "rules.yaml").write_text("version: 1\ninclude: [part.yaml]\nrules: []\n", encoding="utf-8")
    return folder / "rules.yaml", folder / "part.yaml"


def glob(folder):
    (folder / "part.yaml").write_text(GOOD, encoding="utf-8")
    return folder / "part*.yaml", folder / "part.yaml"


def plain(folder):
    (folder / "part.yaml").write_text(GOOD, encoding="utf-8")
    return folder / "part.yaml", folder / "part.yaml"


@pytest.mark.sound("B4", "a rule file is removed: named, included or the last of a glob", "reload_ok false, the rules stay, one warning")
@pytest.mark.parametrize("by", ["file", "signal"])
@pytest.mark.parametrize("way", [plain, include, glob])
def test_a_file_that_goes_away_is_a_failed_reload(daemon, events, tmp_path, way, by):
    named, gone = way(tmp_path)
    running = daemon(rules=[named], config="watch: false\n" if by == "signal" else None)
    stream = events(running)
    os.rename(gone, tmp_path / "kept")
    if by == "signal":
        os.kill(running.pid, signal.SIGHUP)
    stream.until("reload_refused")

    assert running.invoke("x").status == 403
    assert running.admin("GET", "health").json()["faults"]["reload_ok"] is False
    assert running.log().count("the rules before it stay in force") == 1
    assert running.log().count("No such file or directory") == 1
    assert "No such file or directory" in running.run("fault", "list").stdout
    os.rename(tmp_path / "kept", gone)
    if by == "signal":
        os.kill(running.pid, signal.SIGHUP)
    stream.until("event: reloaded")
    assert running.admin("GET", "health").json()["faults"]["reload_ok"] is True


def test_one_of_many_files_may_go(daemon, events, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD.replace("one", name).replace("x", name), encoding="utf-8")
    running = daemon(rules=[tmp_path / "*.yaml"])
    stream = events(running)
    assert [running.invoke(name).status for name in "ab"] == [403, 403]
    (tmp_path / "a.yaml").unlink()
    stream.until("reloaded")

    assert [running.invoke(name).status for name in "ab"] == [404, 403]


def test_a_call_in_flight_is_not_dropped(daemon, events):
    running = daemon(rules=HOLDING)
    stream = events(running)
    answers = []
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", invocation("held"), headers=["Connection: close"]))
        reader = threading.Thread(target=lambda: answers.append(read_to_end(sock)))
        reader.start()
        write(running, BETTER)
        stream.until("reloaded")
        reader.join()

    assert answers[0].data.startswith(b"HTTP/1.1 500 ")


@pytest.mark.sound("A12", "a program writes beside the rule file, 20,000 events", "costs no CPU; a change is still noticed")
def test_strangers_in_the_folder_cost_nothing(daemon, events):
    running = daemon(rules=GOOD)
    stream = events(running)
    ticks = cpu_ticks(running)
    for turn in range(5000):
        with open(running.folder / "stranger", "w", encoding="ascii") as file:
            file.write("x")
            file.flush()
            file.write("y")
        os.rename(running.folder / "stranger", running.folder / f"stranger{turn % 7}")
    assert cpu_ticks(running) - ticks <= 7  # of 10 ms; each event heard would make it 20
    write(running, BETTER)
    stream.until("event: reload")
    assert running.invoke("x").status == 503


@pytest.mark.sound("F", "a body_file that is changed alone, of a rule and of a canned answer", "the rules are read again")
@pytest.mark.parametrize("kind", ["faults", "fixtures"])
def test_a_body_file_is_watched(daemon, events, tmp_path, kind):
    (tmp_path / "bodies").mkdir()
    body = tmp_path / "bodies" / "answer.json"
    body.write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "file.yaml").write_text("version: 1\nrules: [{id: one, match: {function: x}, do: {respond: {status: 203, body_file: bodies/answer.json}}}]\n", encoding="utf-8")
    running = daemon(config=f"{kind}: [{tmp_path}/file.yaml]\n")
    stream = events(running)
    assert running.invoke("x").body == b'{"a": 1}'
    new = tmp_path / "bodies" / "new"
    new.write_text('{"a": 2}', encoding="utf-8")
    os.rename(new, body)
    stream.until("reloaded")

    assert running.invoke("x").body == b'{"a": 2}'


def feed(path, text):
    """To whoever reads the pipe now, if anybody does."""
    try:
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return
    os.write(pipe, text.encode())
    os.close(pipe)


def test_a_reload_that_is_outdated_when_the_daemon_stops_is_not_begun_anew(daemon):
    running = daemon(rules=GOOD, arguments=["--no-watch"])
    path = running.folder / "rules.yaml"
    path.unlink()
    os.mkfifo(path)
    running.process.send_signal(signal.SIGHUP)
    pipe = os.open(path, os.O_WRONLY)  # the reload waits for what it reads
    assert running.admin("POST", "faults/rules/one/disable").status == 200  # so that it must be read again
    running.process.send_signal(signal.SIGTERM)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            running.connect().close()
        except OSError:
            break
    os.write(pipe, GOOD.encode())
    os.close(pipe)
    while running.process.poll() is None and time.monotonic() < until:
        feed(path, GOOD)
        time.sleep(0.02)
    assert running.process.wait(60) == 0, running.log()[-4000:]
