"""Start, readiness, ports, stop."""

import json
import signal
import socket
import subprocess

import pytest

from fcemu import BINARY, Daemon, environment, fcemu


def test_ready_file_tells_process_and_listeners(daemon):
    running = daemon(listen=("127.0.0.1:0", "[::1]:0"))

    assert running.ready["pid"] == running.pid
    assert [listener["address"] for listener in running.ready["listeners"]] == ["127.0.0.1", "::1"]
    for listener in running.ready["listeners"]:
        socket.create_connection((listener["address"], listener["port"]), timeout=5).close()


def test_ready_file_is_compact_enough_for_scripts(daemon):
    running = daemon()
    text = (running.folder / "ready.json").read_text(encoding="utf-8")

    assert json.loads(text) == running.ready
    assert running.ready["listeners"] == [{"address": "127.0.0.1", "port": running.port}]


def test_a_taken_port_is_refused_clearly(daemon, tmp_path):
    first = daemon()
    with pytest.raises(AssertionError, match=str(first.port)):
        Daemon(tmp_path / "second", listen=(f"127.0.0.1:{first.port}",)).start()


def test_ready_file_of_a_killed_daemon_is_taken_away(tmp_path):
    (tmp_path / "ready.json").write_text('{"pid": 1, "listeners": []}', encoding="utf-8")
    (tmp_path / "rules.yaml").write_text("version: 2\n", encoding="utf-8")
    refused = fcemu("serve", "--listen", "127.0.0.1:0", "--ready-file", tmp_path / "ready.json", "--faults", tmp_path / "rules.yaml", folder=tmp_path)

    assert refused.returncode == 2, refused.stderr
    assert not (tmp_path / "ready.json").exists()


@pytest.mark.parametrize("early", [signal.SIGHUP, signal.SIGUSR1, signal.SIGTERM, signal.SIGINT])
def test_a_signal_during_the_start_is_heeded_after_it(tmp_path, early):
    seeds = tmp_path / "seeds.yaml"
    functions = "".join(f"  - {{functionName: f{number}, runtime: python3.10, handler: a.b, code: {{zipFile: UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==}}}}\n" for number in range(300))
    seeds.write_text(f"functions:\n{functions}", encoding="utf-8")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    process = subprocess.Popen(
        [str(BINARY), "serve", "--listen", "127.0.0.1:0", "--seeds", str(seeds)],
        cwd=tmp_path, env={**environment(tmp_path), "TMPDIR": str(temporary)}, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )
    lines = []
    with process:
        for line in process.stderr:
            lines.append(line)
            if "rules loaded" in line and len(lines) == 1:  # the store is open, nothing listens yet
                process.send_signal(early)
            if " ready: " in line:  # once more when it ends by itself: too late to matter
                process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0, lines
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("path", ["health", "livez", "readyz"])
def test_health(daemon, path):
    assert daemon().admin("GET", path).status == 200


def test_health_verb(daemon, tmp_path):
    running = daemon()
    assert running.run("health").returncode == 0
    running.stop()
    assert running.run("health").returncode == 5


def test_version_verb():
    result = fcemu("version", "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout)["version"]


def test_stop_with_idle_and_held_connections(daemon):
    rules = "version: 1\nrules: [{id: hold, match: {function: hold}, do: {hang: {at: headers, for: forever}}}]\n"
    running = daemon(rules=rules)
    idle, held = running.connect(), running.connect()
    held.sendall(b"POST /2016-08-15/services/s/functions/hold/invocations HTTP/1.1\r\nHost: 1.cn-shanghai.fc.aliyuncs.com\r\nContent-Length: 0\r\n\r\n")
    running.stop()

    assert running.process.returncode == 0
    idle.close()
    held.close()


def test_binary_is_where_scripts_expect_it():
    assert BINARY.name == "fcemu"
    assert BINARY.stat().st_mode & 0o111
