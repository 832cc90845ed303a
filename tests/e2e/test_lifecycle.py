"""Start, readiness, ports, stop."""

import json
import socket

import pytest

from fcemu import BINARY, Daemon


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


@pytest.mark.parametrize("path", ["health", "livez", "readyz"])
def test_health(daemon, path):
    assert daemon().admin("GET", path).status == 200


def test_health_verb(daemon, tmp_path):
    running = daemon()
    assert running.run("health").returncode == 0
    running.stop()
    assert running.run("health").returncode == 5


def test_version_verb():
    import fcemu

    result = fcemu.fcemu("version", "--json")
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
