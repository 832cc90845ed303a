"""A client that only knows a proxy reaches the emulated names through the same port: absolute form and CONNECT."""

import subprocess

import pytest

from fcemu import HOST, invocation, read_to_end, request_bytes


def curl(packs, *arguments):
    command = ["curl", "-s", "-X", "POST", "-w", "%{http_code}", "--proxy", f"http://127.0.0.1:{packs.port}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


def test_absolute_form(packs):
    assert curl(packs, f"http://{HOST}{invocation('raise-ResourceThrottled')}").endswith("503")


def test_connect_to_https(packs):
    ca = packs.run("ca", "path").stdout.strip()

    assert curl(packs, "--cacert", ca, f"https://{HOST}{invocation('raise-ResourceThrottled')}").endswith("503")


def test_connect_to_http(packs):
    assert curl(packs, "--proxytunnel", f"http://{HOST}{invocation('raise-ResourceThrottled')}").endswith("503")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("function", ["net-reset", "net-reset-body", "net-close", "net-truncate", "net-length", "net-raw", "net-stall"])
def test_faults_pass_a_tunnel_unchanged(packs, scheme, function):
    seen = []
    for tunnel in (False, True):
        with packs.connect(packs.ca() if scheme == "https" else None, tunnel=tunnel) as sock:
            sock.sendall(request_bytes("POST", invocation(function), b"{}", headers=["Connection: close"]))
            end = read_to_end(sock)
            seen.append((end.ending, end.head.partition(b"\r\n")[0], end.header("Content-Length"), end.body))

    assert seen[0] == seen[1]
    assert seen[1][0] == ("reset" if "reset" in function else "fin")
