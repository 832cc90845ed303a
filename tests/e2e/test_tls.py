"""HTTPS on the same port: certificates for the emulated names, signed by the daemon's own authority."""

import shutil
import socket
import ssl
import subprocess
import time

import pytest

from fcemu import HOST, invocation, request_bytes


def test_curl_verifies_and_gets_the_same_answer(packs):
    ca = packs.run("ca", "path").stdout.strip()
    url = f"{HOST}:{packs.port}{invocation('raise-ResourceExhausted')}"
    curl = [shutil.which("curl"), "-s", "--noproxy", "*", "-X", "POST", "-w", "%{http_code}", "--resolve", f"{HOST}:{packs.port}:127.0.0.1"]
    plain = subprocess.run([*curl, f"http://{url}"], capture_output=True, text=True, check=True).stdout
    secure = subprocess.run([*curl, "--cacert", ca, f"https://{url}"], capture_output=True, text=True, check=True).stdout

    assert secure == plain
    assert secure.endswith("429")


def test_nobody_else_is_trusted_by_chance(packs):
    with pytest.raises(ssl.SSLCertVerificationError):
        packs.invoke("raise-AccessDenied", tls=ssl.create_default_context())


@pytest.mark.parametrize("host", ["1.cn-hangzhou-internal.fc.aliyuncs.com", "fcv3.cn-beijing.aliyuncs.com", "hello-abcdefghij.cn-shanghai.fcapp.run"])
def test_each_name_has_its_certificate(packs, host):
    with packs.connect(packs.ca(), host) as sock:
        names = [value for kind, value in sock.getpeercert()["subjectAltName"] if kind == "DNS"]

    assert host in names


def hello(name):
    """The first flight of a client that asks for @name, whatever bytes that is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    stand_in = "x" * len(name)
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=stand_in).do_handshake()
    return outgoing.read().replace(stand_in.encode(), name)


def without_name():
    """A hello whose name has no bytes: each length around it is smaller."""
    data = bytearray(hello(b"xxxx").replace(b"xxxx", b""))
    suites = 44 + data[43]
    compression = suites + 2 + int.from_bytes(data[suites : suites + 2], "big")
    extensions = compression + 1 + data[compression]
    name = data.index(b"\0\0\0\x09\0\x07\0\0\x04", extensions)
    for at, size in ((3, 2), (6, 3), (extensions, 2), (name + 2, 2), (name + 4, 2), (name + 7, 2)):
        data[at : at + size] = (int.from_bytes(data[at : at + size], "big") - 4).to_bytes(size, "big")
    return bytes(data)


ODD = {"NUL": b"a\0b", "space": b"a b", "UTF-8": "\u4e2d.cn".encode(), "::1": b"::1", "an underscore": b"fcemu_1.example", "*": b"*", "*.fc.aliyuncs.com": b"*.fc.aliyuncs.com"}


@pytest.mark.parametrize(
    "first",
    [pytest.param(hello(name), id=what, marks=pytest.mark.sound("A13", f"SNI {what}", "an alert, unrecognized_name")) for what, name in ODD.items()]
    + [pytest.param(without_name(), id="empty", marks=pytest.mark.sound("A13", "SNI empty", "an alert, unrecognized_name"))],
)
def test_odd_names_are_told_so(packs, first):
    with packs.connect() as sock:
        sock.sendall(first)
        assert sock.recv(100) == b"\x15\3\3\0\2\2\x70"
        assert sock.recv(100) == b""


@pytest.mark.parametrize("options", [["-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"], ["-tls1_3", "-sigalgs", "RSA-PSS+SHA256"]])
@pytest.mark.sound("A13", "a client without ECDSA", "an alert, handshake_failure")
def test_clients_without_ecdsa_are_told_so(packs, options):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{packs.port}", "-servername", HOST, *options]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)

    assert b"alert handshake failure" in done.stderr


@pytest.mark.sound("A13", "TLS 1.3 without TCP_NODELAY, first request", "under the 40 ms of a delayed ACK")
def test_first_request_waits_for_no_acknowledgement(packs):
    context, took = packs.ca(), []
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    for _ in range(20):  # the least of them: others use the machine, too
        with context.wrap_socket(socket.create_connection(("127.0.0.1", packs.port)), server_hostname=HOST) as sock:
            begun = time.monotonic()
            sock.sendall(request_bytes("GET", "/2016-08-15/services", b""))
            assert sock.recv(100).startswith(b"HTTP/1.1 200")
            took.append(time.monotonic() - begun)

    assert min(took) < 0.035


@pytest.mark.sound("A13", "the daemon stops while a tunnel within TLS is open", "it ends")
def test_stop_with_an_open_tunnel_within_tls(daemon):
    running = daemon()
    with running.ca().wrap_socket(socket.create_connection(("127.0.0.1", running.port)), server_hostname="127.0.0.1") as sock:
        sock.sendall(b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n")
        assert sock.recv(100).startswith(b"HTTP/1.1 200")
        running.stop()
