"""A client that only knows a proxy reaches the emulated names through the same port: absolute form and CONNECT."""

import subprocess

from fcemu import HOST, invocation


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
