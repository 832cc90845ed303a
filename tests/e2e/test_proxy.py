"""A client that only knows a proxy reaches the emulated names through the same port: absolute form and CONNECT."""

import http.server
import json
import socket
import subprocess
import threading
import time

import pytest

from fcemu import BINARY, HOST, REGION, invocation, read_to_end, request_bytes
from test_visitors import needs_setpriv, send_as


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


# ---- names that are not emulated ----


class Foreign(http.server.BaseHTTPRequestHandler):
    """Somebody else's server: says what it was asked for."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        said = {"line": self.requestline, "headers": {name.lower(): value for name, value in self.headers.items()}, "body": self.rfile.read(length).decode()}
        text = json.dumps(said).encode()
        self.send_response(203)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def foreign():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


NAME = "registry.example"
ADVICE = "the setting proxy.pass (--proxy-pass"


@pytest.fixture
def passing(daemon, foreign):
    return daemon(config=f'proxy: {{pass: ["{NAME}=127.0.0.1:{foreign}", "127.1"]}}\n')


def head_of(sock):
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = sock.recv(1)
        assert piece, data
        data += piece
    return data.decode()


def answer(sock):
    head, body = head_of(sock), b""
    size = int(head.lower().split("content-length: ")[1].split("\r\n")[0])
    while len(body) < size:
        body += sock.recv(size - len(body))
    return int(head.split()[1]), body


def say(sock, text):
    sock.sendall(text.encode())
    return answer(sock)


def absolute(name, path="/a?b=1", method="GET", body="", more=""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} http://{name}{path} HTTP/1.1\r\nHost: {name}\r\nProxy-Connection: keep-alive\r\nX-Own: 1\r\n{more}{length}\r\n{body}"


def connect(name, port=443):
    return f"CONNECT {name}:{port} HTTP/1.1\r\nHost: {name}:{port}\r\n\r\n"


def sound(given, right):
    return pytest.mark.sound("D-proxy", given, right)


def last(running, **has):
    """The end of a connection that is passed on is journaled behind its last byte."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = [entry for entry in running.requests() if all(entry.get(name) == value for name, value in has.items())]
        if found:
            return found[-1]
    raise AssertionError(running.requests())


ASKED = {"CONNECT": connect(NAME), "absolute": absolute(NAME), "absolute, behind a good one": absolute(NAME), "absolute, another port": absolute(f"{NAME}:8080")}


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("asked", [pytest.param(name, marks=sound(f"{name} of a foreign name, proxy.pass unset", "403 that says how to pass it on, journaled")) for name in ASKED])
def test_foreign_names_are_refused(daemon, asked, tls):
    running = daemon()
    with running.connect(running.ca() if tls else None) as sock:
        if "behind" in asked:
            assert say(sock, absolute(HOST, "/2016-08-15/services"))[0] == 200
        status, body = say(sock, ASKED[asked])
    assert (status, json.loads(body)["ErrorCode"]) == (403, "AccessDenied")
    assert ADVICE in json.loads(body)["ErrorMessage"]
    entry = last(running, status=403)
    assert (entry["host"], entry["code"]) == (NAME, "AccessDenied")


@pytest.mark.parametrize("tls", [False, True])
@sound("CONNECT, proxy.pass names the host", "a tunnel there, journaled")
def test_a_tunnel_is_passed_on(passing, tls):
    with passing.connect(passing.ca() if tls else None) as sock:
        sock.sendall(connect(NAME).encode())
        assert head_of(sock).startswith("HTTP/1.1 200 Connection established\r\n")
        for path in ("/first", "/second"):
            status, body = say(sock, f"GET {path} HTTP/1.1\r\nHost: inner\r\n\r\n")
            assert (status, json.loads(body)["line"]) == (203, f"GET {path} HTTP/1.1")
    entry = last(passing, method="CONNECT")
    assert (entry["host"], entry["status"], entry["kind"]) == (NAME, 200, "passed on")
    assert entry["response_bytes"] > 0


@pytest.mark.parametrize("before", [(), (absolute(HOST, "/2016-08-15/services"),), (absolute(HOST, "/2016-08-15/services", "POST", "{}"), f"GET /2016-08-15/services HTTP/1.1\r\nHost: {HOST}\r\n\r\n")])
@sound("GET http://…, proxy.pass names the host, in each place of a connection", "passed on with its own path and Host, journaled")
def test_a_request_is_passed_on(passing, before):
    with passing.connect() as sock:
        for text in before:
            assert say(sock, text)[0] in (200, 400)
        status, body = say(sock, absolute(NAME, "/a%20b?c=1", "POST", "body", "Proxy-Authorization: Basic eA==\r\n"))
        assert sock.recv(1) == b""  # it ends behind the answer
    said = json.loads(body)
    assert (status, said["line"], said["body"]) == (203, "POST /a%20b?c=1 HTTP/1.1", "body")
    headers = said["headers"]
    assert (headers["host"], headers["x-own"], headers["via"], headers["connection"]) == (NAME, "1", "1.1 fcemu", "close")
    assert not {"proxy-connection", "proxy-authorization"} & set(headers)
    entry = last(passing, kind="passed on")
    assert (entry["method"], entry["host"], entry["status"], entry["path"]) == ("POST", NAME, 203, "/a%20b")


def test_the_name_alone_is_looked_up(passing, foreign):
    """127.1 is 127.0.0.1 to the resolver, and a name like any other to us."""
    with passing.connect() as sock:
        status, body = say(sock, absolute(f"127.1:{foreign}", "?q"))
    assert (status, json.loads(body)["line"]) == (203, "GET /?q HTTP/1.1")


@pytest.mark.parametrize("asked", [connect, lambda name, port: absolute(f"{name}:{port}")])
@sound("proxy.pass leads back to a listener of the daemon", "403, no loop, journaled")
def test_no_loop(passing, asked):
    with passing.connect() as sock:
        status, body = say(sock, asked("127.1", passing.port))
    assert status == 403 and "round for ever" in json.loads(body)["ErrorMessage"]
    assert last(passing, status=403)["host"] == "127.1"


@sound("proxy.pass leads to a port where nobody listens", "502, journaled")
def test_nobody_there(daemon):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    running = daemon(config=f'proxy: {{pass: ["*=127.0.0.1:{port}"]}}\n')
    for text in (connect(NAME), absolute(NAME)):
        with running.connect() as sock:
            assert say(sock, text)[0] == 502
    assert last(running, status=502)["host"] == NAME


@pytest.mark.parametrize("name", [HOST, "ecs.cn-shanghai.aliyuncs.com", f"b.oss-{REGION}.aliyuncs.com", "f-abc.cn-shanghai.fcapp.run", "localhost"])
@sound("a name of the vendor, proxy.pass: '*'", "served here, never passed on")
def test_the_vendors_names_stay_here(daemon, foreign, name):
    running = daemon(config=f'proxy: {{pass: ["*=127.0.0.1:{foreign}"]}}\n')
    with running.connect() as sock:
        assert say(sock, absolute(name, "/2016-08-15/services"))[0] != 203
    with running.connect() as sock:
        sock.sendall(connect(name, 80).encode())
        assert head_of(sock).startswith("HTTP/1.1 200 ")
        assert say(sock, f"GET /2016-08-15/services HTTP/1.1\r\nHost: {name}\r\n\r\n")[0] != 203


def test_custom_domains_stay_here(daemon, foreign):
    running = daemon(config=f'ca_domains: [mine.example]\nproxy: {{pass: ["passed.mine.example=127.0.0.1:{foreign}"]}}\n')
    with running.connect() as sock:
        status, body = say(sock, absolute("api.mine.example"))
        assert (status, json.loads(body)["ErrorCode"]) == (404, "DomainNameNotFound")
        assert say(sock, absolute("passed.mine.example"))[0] == 203


@needs_setpriv
@sound("another user of the machine, proxy.pass", "403")
def test_other_users_have_nothing_passed_on(passing):
    status, body = send_as(65534, f"127.0.0.1:{passing.port}", "CONNECT", f"{NAME}:443", host=f"{NAME}:443")
    assert status == 403 and "allow_users" in body


@sound("proxy.pass: [a b], [x=y], [x=y:0], ['']", "check says where, and what it could be")
@pytest.mark.parametrize("value", ["a b", "x=y", "x=y:0", "x=y:65536", "", "http://a"])
def test_settings_that_are_refused(tmp_path, value):
    (tmp_path / "c.yaml").write_text(f"proxy: {{pass: ['{value}']}}\n")
    done = subprocess.run([BINARY, "check", tmp_path / "c.yaml"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and "c.yaml:1:" in done.stderr + done.stdout
    assert "write registry.example, *.example, * for all, or name=host:port" in done.stderr + done.stdout


def test_what_is_passed_on_ends_with_the_daemon(passing):
    with passing.connect() as sock:
        sock.sendall(connect(NAME).encode())
        assert sock.recv(4096).startswith(b"HTTP/1.1 200")
        passing.stop()
        assert sock.recv(1) == b""


def test_much_is_passed_on(passing):
    text = "x" * (3 << 20)
    with passing.connect() as sock:
        status, body = say(sock, absolute(NAME, "/", "POST", text))
    assert (status, json.loads(body)["body"]) == (203, text)
