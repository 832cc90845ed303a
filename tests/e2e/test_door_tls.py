"""`tls`: what is wrong with the certificate, the handshake or the end of a connection, as real clients see it."""

import json
import re
import ssl
import subprocess

import pytest

import clients
from fcemu import ACCOUNT, HOST, Daemon, fcemu, read_to_end, request_bytes

# A region a fault, so that one daemon has them all.
REGIONS = {
    "expired": "cn-hangzhou", "not_yet_valid": "cn-shanghai", "unknown_ca": "cn-beijing", "wrong_host": "cn-shenzhen",
    "close_in_handshake": "cn-qingdao", "reset_in_handshake": "cn-zhangjiakou", "stall_in_handshake": "cn-huhehaote",
    "old_protocol": "cn-hongkong", "no_close_notify": "ap-southeast-1",
}
RULES = "version: 1\nrules:\n" + "".join(
    f"  - {{id: {fault.replace('_', '-')}, match: {{region: {region}}}, do: {{tls: {{fault: {fault}}}}}, ttl: 30m}}\n"
    for fault, region in REGIONS.items())

# What each client says, as a regular expression; None: it takes the end of the connection for that of the answer.
SEEN = {
    "curl": {
        "expired": r"\(60\) SSL certificate problem: certificate has expired", "not_yet_valid": r"\(60\) .*certificate is not yet valid",
        "unknown_ca": r"\(60\) .*unable to get local issuer certificate", "wrong_host": r"\(60\) .*no alternative certificate subject name matches",
        "close_in_handshake": r"\(35\) ", "reset_in_handshake": r"\(35\) .*[Cc]onnection reset by peer", "stall_in_handshake": r"\(28\) .*timed out",
        "old_protocol": r"\(35\) .*unsupported protocol", "no_close_notify": None,
    },
    "python": {
        "expired": "SSLCertVerificationError: .*certificate has expired", "not_yet_valid": "SSLCertVerificationError: .*not yet valid",
        "unknown_ca": "SSLCertVerificationError: .*unable to get local issuer", "wrong_host": "SSLCertVerificationError: .*Hostname mismatch",
        "close_in_handshake": "SSL(ZeroReturn|EOF)Error: ", "reset_in_handshake": "ConnectionResetError: ",
        "stall_in_handshake": "TimeoutError: .*handshake operation timed out", "old_protocol": "SSLError: .*UNSUPPORTED_PROTOCOL", "no_close_notify": None,
    },
    "node": {
        "expired": "CERT_HAS_EXPIRED", "not_yet_valid": "CERT_NOT_YET_VALID", "unknown_ca": "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        "wrong_host": "ERR_TLS_CERT_ALTNAME_INVALID", "close_in_handshake": "ECONNRESET: .*before secure TLS connection was established",
        "reset_in_handshake": "ECONNRESET: ", "stall_in_handshake": "client time-out", "old_protocol": "EPROTO: .*unsupported protocol",
        "no_close_notify": None,
    },
    "go": {
        "expired": "certificate has expired or is not yet valid: .* is after", "not_yet_valid": "certificate has expired or is not yet valid: .* is before",
        "unknown_ca": "certificate signed by unknown authority", "wrong_host": "certificate is valid for wrong-host.localhost, not ",
        "close_in_handshake": ": EOF", "reset_in_handshake": "connection reset by peer", "stall_in_handshake": "deadline exceeded",
        "old_protocol": "server selected unsupported protocol version 300", "no_close_notify": None,
    },
    "java": {
        "expired": "CertificateExpiredException", "not_yet_valid": "CertificateNotYetValidException",
        "unknown_ca": "unable to find valid certification path", "wrong_host": "No subject alternative DNS name matching",
        "close_in_handshake": "Remote host terminated the handshake", "reset_in_handshake": "Connection reset|Remote host terminated the handshake",
        "stall_in_handshake": "timed out", "old_protocol": "selected protocol version SSL30 is not accepted", "no_close_notify": None,
    },
}


def host_of(fault):
    return f"{ACCOUNT}.{REGIONS[fault]}.fc.aliyuncs.com"


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("broken"), rules=RULES).start()
    yield running
    running.stop()


@pytest.mark.heavy
@pytest.mark.parametrize("client", SEEN)
def test_each_fault_is_seen_as_what_it_is(broken, tmp_path, client):
    clients.need(*clients.CLIENTS[client][1])
    calls = [{"name": fault, "url": f"https://{host_of(fault)}:{broken.port}/2016-08-15/services",
              "timeout": 5 if fault == "stall_in_handshake" else 60} for fault in REGIONS]
    told = clients.make_calls(client, tmp_path / client, broken.run("ca", "path").stdout.strip(), calls)
    for fault, wanted in SEEN[client].items():
        if wanted is None:
            assert (told[fault]["status"], told[fault]["body"]) == (200, '{"services":[]}'), fault
        else:
            assert re.search(wanted, told[fault]["error"], re.DOTALL), (fault, told[fault])


@pytest.mark.parametrize("fault, complaint", [("no_close_notify", True), (None, False)])
def test_no_close_notify_is_an_end_without_a_word(broken, fault, complaint):
    """OpenSSL can tell, where it is asked: the answer has no length, and TLS does not end."""
    clients.need("openssl")
    host = host_of(fault) if fault else f"{ACCOUNT}.eu-central-1.fc.aliyuncs.com"
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{broken.port}", "-servername", host, "-quiet"]
    request = request_bytes("GET", "/2016-08-15/services", host=host, headers=["Connection: close"])
    done = subprocess.run(command, input=request, capture_output=True, timeout=60, check=False)
    assert done.stdout.endswith(b'\r\n\r\n{"services":[]}') and b"Connection: close" in done.stdout
    assert (b"Content-Length" not in done.stdout, b"unexpected eof while reading" in done.stderr) == (complaint, complaint)


@pytest.mark.parametrize("how", ["plain", "tunnel"])
def test_connections_without_tls_meet_no_such_rule(broken, how):
    """Neither is counted: what is not asked is not there."""
    before = broken.admin("GET", "faults").json()["rules"]
    with broken.connect(tunnel=how == "tunnel") as sock:
        sock.sendall(request_bytes("GET", "/2016-08-15/services", host=host_of("expired"), headers=["Connection: close"]))
        assert read_to_end(sock).data.startswith(b"HTTP/1.1 200")
    assert [rule["matched"] for rule in broken.admin("GET", "faults").json()["rules"]] == [rule["matched"] for rule in before]


def test_a_tunnel_meets_them(broken):
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate has expired"):
        broken.connect(broken.ca(), host_of("expired"), tunnel=True)


RULE = "version: 1\nseed: 7\nrules:\n  - {{id: torn, match: {{region: cn-shanghai}}, {when} do: {{tls: {{fault: {fault}}}}}, ttl: 30m}}\n"


def shakes_hands(running, context):
    try:
        with running.connect(context):
            return True
    except (ssl.SSLError, OSError):
        return False


def test_the_journal_and_coverage_know_of_it(daemon):
    running = daemon(rules=RULE.format(when="", fault="reset_in_handshake"))
    assert not shakes_hands(running, running.ca())
    [entry] = running.requests()
    assert {name: entry.get(name) for name in ("kind", "fault", "rule", "outcome", "status", "host", "region", "account", "tls")} == {
        "kind": "tls", "fault": "reset_in_handshake", "rule": "torn", "outcome": "cut", "status": 0, "host": HOST, "region": "cn-shanghai",
        "account": ACCOUNT, "tls": True}
    assert {"error": "tls", "operation": "connection", "state": "reached"} in running.admin("GET", "coverage").json()["cells"]
    explained = running.admin("POST", "faults/explain", {"request_id": entry["request_id"]})
    assert explained.status == 200 and "fired" in explained.body.decode()


def test_gates_and_draws_are_those_of_every_rule(daemon):
    first = daemon(rules=RULE.format(when="when: {calls: {first: 2}},", fault="close_in_handshake"))
    context = first.ca()
    assert [shakes_hands(first, context) for _ in range(4)] == [False, False, True, True]
    fates = []
    for _ in range(2):
        running = daemon(rules=RULE.format(when="when: {probability: 50%},", fault="close_in_handshake"))
        context = running.ca()
        fates.append([shakes_hands(running, context) for _ in range(20)])
    assert fates[0] == fates[1] and set(fates[0]) == {True, False}


def test_stop_all_releases_a_stalled_handshake_at_once(daemon):
    running = daemon(rules=RULE.format(when="", fault="stall_in_handshake"))
    with running.connect() as sock:
        context = ssl.create_default_context()
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        with pytest.raises(ssl.SSLWantReadError):
            context.wrap_bio(incoming, outgoing, server_hostname=HOST).do_handshake()
        sock.sendall(outgoing.read())
        while not running.requests():
            pass
        assert running.admin("POST", "faults/stop").json()["released"] == 1
        assert read_to_end(sock).ending == "fin"
    assert shakes_hands(running, running.ca())


def test_a_tape_brings_it_back_without_its_rule(daemon):
    first = daemon(rules=RULE.format(when="when: {calls: {nth: [2]}},", fault="expired"))
    assert [shakes_hands(first, first.ca()) for _ in range(3)] == [True, False, True]
    tape = first.admin("GET", "faults/tape").body
    assert b'"asking":"hello"' in tape
    second = daemon()
    assert second.admin("PUT", "faults/tape", tape, {"Content-Type": "application/x-ndjson"}).status < 300
    context = second.ca()
    assert [shakes_hands(second, context) for _ in range(3)] == [True, False, True]


def test_a_dry_run_asks_for_connections_that_came(daemon):
    running = daemon()
    with running.connect(running.ca()) as sock:
        for _ in range(2):
            sock.sendall(request_bytes("GET", "/2016-08-15/services"))
            answer = b""
            while not answer.endswith(b"}"):
                answer += sock.recv(65536)
    told = running.admin("POST", "faults/dry-run", RULE.format(when="", fault="expired").encode(), {"Content-Type": "application/yaml"}).json()
    assert (told["calls"], told["struck"], told["rules"][0]["fired"], told["rules"][0]["asked"]) == (2, 1, 1, True)


# Calls twice by HTTPS, each on a connection of its own, and does without an answer that TLS spoils.
APP = """
import http.client, os, ssl, sys, urllib.parse
proxy, host = urllib.parse.urlsplit(os.environ["HTTPS_PROXY"]), "16530750.cn-shanghai.fc.aliyuncs.com"
for _ in range(2):
    connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, context=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]))
    connection.set_tunnel(host, 443)
    try:
        connection.request("GET", "/2016-08-15/services")
        connection.getresponse().read()
    except ssl.SSLCertVerificationError:
        sys.exit(3)
    except (OSError, http.client.HTTPException):
        pass
"""


@pytest.mark.heavy
def test_react_and_sweep_try_each(tmp_path):
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    command = ["--", "python3", "app.py"]
    (tmp_path / "tmp").mkdir()
    extra = {"TMPDIR": str(tmp_path / "tmp")}
    react = fcemu("react", "--errors", "AccessDenied", "--network", "--json", "--parallel", 2, *command, folder=tmp_path, extra=extra, timeout=600)
    cells = {cell["injected"]: cell for cell in json.loads(react.stdout)["cells"] if cell["injected"].startswith("TLS: ")}
    assert {name: cell["ending"] for name, cell in cells.items()} == {
        "TLS: expired": "exit 3", "TLS: not yet valid": "exit 3", "TLS: unknown authority": "exit 3", "TLS: wrong host": "exit 3",
        "TLS: close": "exit 0", "TLS: reset": "exit 0", "TLS: stall, then close": "exit 0", "TLS: old protocol": "exit 0",
        "TLS: no close_notify": "exit 0"}
    assert {cell["struck"] for cell in cells.values()} == {1, 2}
    sweep = fcemu("sweep", "--errors", "AccessDenied", "--network", "--json", "--parallel", 2, *command, folder=tmp_path, extra=extra, timeout=600)
    rows = {(row["call"], row["injected"]): row["outcome"] for row in json.loads(sweep.stdout)["rows"] if row["injected"].startswith("TLS: ")}
    assert len(rows) == 2 * 9
    assert {name: outcome for (call, name), outcome in rows.items() if call == 2} == {
        name: "failed" if cell["ending"] == "exit 3" else "passed" for name, cell in cells.items()}
