"""The names that the daemon goes by: those the control side answers to, and under which a call says neither account nor region."""

import socket
import subprocess

import pytest

from fcemu import BINARY, environment

KUBERNETES = {
    "FCEMU_PORT": "tcp://10.0.0.1:8252",
    "FCEMU_PORT_8252_TCP": "tcp://10.0.0.1:8252",
    "FCEMU_PORT_8252_TCP_ADDR": "10.0.0.1",
    "FCEMU_PORT_8252_TCP_PORT": "8252",
    "FCEMU_PORT_8252_TCP_PROTO": "tcp",
    "FCEMU_SERVICE_HOST": "10.0.0.1",
    "FCEMU_SERVICE_PORT": "8252",
    "FCEMU_SERVICE_PORT_HTTP": "8252",
    "FCEMU_LOG_PORT": "tcp://10.0.0.2:80",
}


def sound(given, right):
    return pytest.mark.sound("D-reach", given, right)


@pytest.mark.parametrize(
    "host, status",
    [
        pytest.param("host.docker.internal", 200, marks=sound("Host: host.docker.internal", "the control side answers")),
        pytest.param(socket.gethostname(), 200, marks=sound("the machine's own name", "the control side answers")),
        ("fcemu", 200),
        ("app.localhost", 200),
        ("10.1.2.3", 200),
        ("elsewhere.example", 404),
        ("fcemu.example", 404),
    ],
)
def test_the_control_side_answers_to_its_names(daemon, host, status):
    running = daemon()

    assert running.call("GET", "/_fcemu/health", host=host).status == status


@sound("control_hosts: [ci.corp.example]", "this name, and no other")
def test_names_are_a_setting(daemon):
    running = daemon(config="control_hosts: [ci.corp.example]\n", arguments=["--admin-listen", "127.0.0.1:0"])
    by_name = {host: running.call("GET", "/_fcemu/health", host=host).status for host in ("CI.corp.example:8252", "127.0.0.1", "localhost")}

    assert running.run("health").returncode == 0
    assert by_name == {"CI.corp.example:8252": 200, "127.0.0.1": 400, "localhost": 400}


@sound("a call of the API to host.docker.internal", "the default account, no custom domain")
def test_calls_to_own_names_take_the_default_account(daemon):
    running = daemon()
    reply = running.call("GET", "/2016-08-15/services", host="host.docker.internal:8252")

    assert (reply.status, reply.json()["services"]) == (200, [])
    assert running.requests()[-1]["account"] == "1234567890123456"


@sound("FCEMU_PORT=tcp://10.0.0.1:8252 and its like", "no setting, no warning")
def test_a_service_of_kubernetes_sets_nothing(tmp_path):
    done = subprocess.run([BINARY, "check"], env={**environment(tmp_path), **KUBERNETES}, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "ok\n", "")
