"""A client that only knows a proxy reaches the emulated names through the same port: absolute form and CONNECT."""

import subprocess

import pytest

from fcemu import HOST, REGION, invocation, read_to_end, request_bytes


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


@pytest.mark.sound("A13", "https_proxy=https://…, CONNECT within TLS", "the call arrives, with its client")
@pytest.mark.parametrize("url", [f"https://{HOST}", f"http://{HOST}"])
def test_proxy_spoken_to_over_tls(packs, url):
    ca = packs.run("ca", "path").stdout.strip()
    command = ["curl", "-s", "-w", "%{http_code}", "--proxytunnel", "--proxy", f"https://127.0.0.1:{packs.port}", "--proxy-cacert", ca]
    label = url.partition(":")[0] + "-within-tls"
    done = subprocess.run([*command, "--cacert", ca, "-H", f"X-Fcemu-Label: {label}", f"{url}/2016-08-15/services"],
                          capture_output=True, text=True, timeout=60, check=False)

    assert done.stdout.endswith("200"), done
    assert [entry["client"] for entry in packs.requests(f"&label={label}")] == ["127.0.0.1"]


@pytest.mark.sound("A13", "8 MB through a tunnel within TLS, both ways", "unchanged")
def test_much_passes_a_tunnel_within_tls(packs, tmp_path):
    ca = packs.run("ca", "path").stdout.strip()
    (tmp_path / "sent").write_bytes(bytes(range(256)) * 32768)
    proxy = ["--proxytunnel", "--proxy", f"https://127.0.0.1:{packs.port}", "--proxy-cacert", ca, "--cacert", ca]
    url = f"https://bucket.oss-{REGION}.aliyuncs.com"
    for arguments in ([url, "-X", "PUT"], [f"{url}/key", "-T", str(tmp_path / "sent")], [f"{url}/key", "-o", str(tmp_path / "got")]):
        subprocess.run(["curl", "-sf", *proxy, *arguments], timeout=60, check=True)

    assert (tmp_path / "got").read_bytes() == (tmp_path / "sent").read_bytes()
