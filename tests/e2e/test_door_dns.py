"""`dns`: names that are answered wrongly, or not at all, as resolvers and real clients meet it."""

import json
import os
import re
import shutil
import socket
import subprocess

import pytest

import clients
from fcemu import ACCOUNT, BINARY, ROOT, environment, fcemu
from test_names import NAME, NOERROR, REFUSED, ask_tcp, ask_udp, places, question

NXDOMAIN, SERVFAIL = 3, 2
REGIONS = {"nxdomain": "cn-hangzhou", "servfail": "cn-beijing", "timeout": "cn-shenzhen", "address": "cn-qingdao"}
RULES = "version: 1\nrules:\n" + "".join(
    f"  - {{id: {fault}, match: {{region: {region}}}, do: {{dns: {{fault: {fault}{', address: 127.0.0.9' if fault == 'address' else ''}}}}}, ttl: 30m}}\n"
    for fault, region in REGIONS.items())


def name_of(fault):
    return f"{ACCOUNT}.{REGIONS[fault]}.fc.aliyuncs.com"


@pytest.fixture
def named(daemon):
    return daemon(rules=RULES, arguments=["--dns-listen", "127.0.0.1:0"])


@pytest.mark.parametrize("ask", [ask_udp, lambda place, message: ask_tcp(place, message)[0]], ids=["udp", "tcp"])
def test_each_fault_on_the_wire(named, ask):
    place = places(named)[0]
    answers = {fault: ask(place, question(name_of(fault))) for fault in ("nxdomain", "servfail", "address")}
    assert {fault: (answer.code, [record[2] for record in answer.records]) for fault, answer in answers.items()} == {
        "nxdomain": (NXDOMAIN, []), "servfail": (SERVFAIL, []), "address": (NOERROR, ["127.0.0.9"])}
    assert ask(place, question(NAME)).records[0][2] == "127.0.0.1"
    assert ask(place, question("example.com")).code == REFUSED
    entries = named.requests()
    assert [(entry["kind"], entry["fault"], entry["rule"], entry["host"], entry["region"], entry["client"]) for entry in entries] == [
        ("dns", fault, fault, name_of(fault), REGIONS[fault], "127.0.0.1") for fault in answers]
    assert {"error": "dns", "operation": "connection", "state": "reached"} in named.admin("GET", "coverage").json()["cells"]


def test_silence_is_kept_over_both(named):
    """What is asked behind it is answered, so it was not merely slow."""
    place = places(named)[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(60)
        asker.connect(place)
        asker.send(question(name_of("timeout"), number=1))
        asker.send(question(NAME, number=2))
        assert int.from_bytes(asker.recv(65535)[:2], "big") == 2
    with socket.create_connection(place, timeout=60) as asker:
        for number, name in ((1, name_of("timeout")), (2, NAME)):
            message = question(name, number=number)
            asker.sendall(len(message).to_bytes(2, "big") + message)
        assert asker.makefile("rb").read(4)[2:] == b"\0\2"


def test_a_look_up_of_both_families_counts_once(daemon):
    running = daemon(rules="version: 1\nrules: [{id: a, when: {calls: {nth: [2]}}, do: {dns: {fault: nxdomain}}, ttl: 30m}]\n",
                     arguments=["--dns-listen", "127.0.0.1:0"])
    place = places(running)[0]
    codes = [(ask_udp(place, question(NAME)).code, ask_udp(place, question(NAME, "AAAA")).code) for _ in range(3)]
    assert codes == [(NOERROR, NOERROR), (NXDOMAIN, NXDOMAIN), (NOERROR, NOERROR)]


def test_an_address_answers_questions_of_its_family(daemon):
    running = daemon(rules='version: 1\nrules: [{id: a, do: {dns: {fault: address, address: "2001:db8::1"}}, ttl: 30m}]\n',
                     arguments=["--dns-listen", "127.0.0.1:0"])
    answers = [ask_udp(places(running)[0], question(NAME, kind)) for kind in ("A", "AAAA")]
    assert [(answer.code, [record[2] for record in answer.records]) for answer in answers] == [(NOERROR, []), (NOERROR, ["2001:db8::1"])]
    assert len(running.requests()) == 1


def test_stop_all_ends_it_at_once(named):
    assert ask_udp(places(named)[0], question(name_of("nxdomain"))).code == NXDOMAIN
    named.admin("POST", "faults/stop")
    assert ask_udp(places(named)[0], question(name_of("nxdomain"))).code == NOERROR


def test_a_tape_brings_it_back(daemon):
    arguments = ["--dns-listen", "127.0.0.1:0"]
    rule = "version: 1\nrules: [{id: a, when: {calls: {nth: [2]}}, do: {dns: {fault: address, address: 127.0.0.9}}, ttl: 30m}]\n"

    def fates(running):
        return [ask_udp(places(running)[0], question(NAME)).records[0][2] for _ in range(3)]

    first = daemon(rules=rule, arguments=arguments)
    wanted = ["127.0.0.1", "127.0.0.9", "127.0.0.1"]
    assert fates(first) == wanted
    second = daemon(arguments=arguments)
    tape = first.admin("GET", "faults/tape").body
    assert second.admin("PUT", "faults/tape", tape, {"Content-Type": "application/x-ndjson"}).status < 300
    assert fates(second) == wanted


def test_without_a_responder_a_rule_says_what_it_needs(daemon, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = fcemu("serve", "--listen", "127.0.0.1:0", "--faults", tmp_path / "rules.yaml", folder=tmp_path)
    assert done.returncode == 2 and re.search(r"rules\.yaml:3:\d+: error F316: rules\[0\]\.do\.dns: .*dns_listen", done.stderr)
    refused = daemon().admin("PUT", "faults", RULES.encode(), {"Content-Type": "application/yaml"})
    assert refused.status == 422 and "dns_listen" in refused.body.decode()


def test_a_dry_run_says_that_it_cannot_know(named):
    told = named.admin("POST", "faults/dry-run", RULES.encode(), {"Content-Type": "application/yaml"}).json()
    assert {rule["asked"] for rule in told["rules"]} == {False}


# Asks the responder of its settings for the name, as often as it is told, and ends by what it hears of the last; then it makes a call.
APP = """
import http.client, os, socket, struct, sys
name = b"".join(bytes([len(l)]) + l for l in b"16530750.cn-shanghai.fc.aliyuncs.com".split(b".")) + b"\\0"
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
    asker.connect(("127.0.0.1", int(os.environ["NAMES_PORT"])))
    asker.settimeout(1)
    for number in range(int(sys.argv[1])):
        asker.send(struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + name + b"\\0\\1\\0\\1")
        try:
            answer = asker.recv(4096)
        except TimeoutError:
            sys.exit(4)
    if answer[3] & 15 or not answer.endswith(bytes([127, 0, 0, 1])):
        sys.exit(answer[3] & 15 or 5)
call = http.client.HTTPConnection(os.environ["FCEMU_ADDRESS"], timeout=60)
call.request("GET", "/2016-08-15/services")
sys.exit(0 if call.getresponse().read() else 6)
"""


@pytest.mark.heavy
def test_react_and_sweep_try_each(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:  # one daemon after the other has it
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "fcemu.yaml").write_text(f"version: 1\ndns_listen: 127.0.0.1:{port}\n", encoding="utf-8")
    extra = {"TMPDIR": str(tmp_path / "tmp"), "NAMES_PORT": str(port)}
    words = ["--errors", "AccessDenied", "--network", "--json", "--config", "fcemu.yaml", "--", "python3", "app.py"]
    react = fcemu("react", *words, 2, folder=tmp_path, extra=extra, timeout=600)
    assert {cell["injected"]: cell["ending"] for cell in json.loads(react.stdout)["cells"] if cell["injected"].startswith("DNS: ")} == {
        "DNS: no such name": "exit 3", "DNS: failure": "exit 2", "DNS: no answer": "exit 4", "DNS: other address": "exit 5"}
    sweep = json.loads(fcemu("sweep", *words, 1, folder=tmp_path, extra=extra, timeout=600).stdout)
    rows = {row["injected"]: (row["call"], row["outcome"]) for row in sweep["rows"] if row["injected"].startswith("DNS: ")}
    assert rows == {f"DNS: {name}": (1, "failed") for name in ("no such name", "failure", "no answer", "other address")}


# ---- real clients, in a network namespace with a resolv.conf of its own ----

PROGRAM = """
set -e
ip link set lo up
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
"$2" serve --listen 127.0.0.1:80 --listen 127.0.0.1:443 --dns-listen 127.0.0.1:53 --ca-dir "$1/ca" --faults "$1/rules.yaml" 2> "$1/log" &
"$2" wait --address 127.0.0.1:80
shift 2
"$@"
"""

SEEN = {
    "curl": {"nxdomain": r"\(6\) Could not resolve", "servfail": r"\(6\) Could not resolve", "timeout": r"\((6|28)\) ", "address": r"\(7\) Failed to connect"},
    "python": {"nxdomain": "gaierror: .*(Name or service not known|No address associated)", "servfail": "gaierror: .*Temporary failure",
               "timeout": "gaierror: .*Temporary failure", "address": "ConnectionRefusedError"},
    "node": {"nxdomain": "ENOTFOUND", "servfail": "EAI_AGAIN", "timeout": "EAI_AGAIN", "address": "ECONNREFUSED.*127.0.0.9"},
    "go": {"nxdomain": "no such host", "servfail": "server misbehaving", "timeout": "i/o timeout", "address": "127.0.0.9:443: connect: connection refused"},
    "java": {"nxdomain": "UnresolvedAddressException|UnknownHostException", "servfail": "UnresolvedAddressException|UnknownHostException",
             "timeout": "UnresolvedAddressException|UnknownHostException|timed out", "address": "Connection refused|ConnectException"},
}


@pytest.mark.heavy  # namespaces are not for every sanitizer
@pytest.mark.parametrize("client", SEEN)
def test_each_fault_is_seen_as_what_it_is(tmp_path, client):
    if not shutil.which("ip") or subprocess.run(["unshare", "-rmn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no namespaces or no ip here")
    clients.need(*clients.CLIENTS[client][1])
    clients.prepare(client, tmp_path / client)
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", encoding="utf-8")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    calls = [{"name": fault, "url": f"https://{name_of(fault)}:443/2016-08-15/services"} for fault in REGIONS]
    calls.append({"name": "none", "url": f"https://{NAME}:443/2016-08-15/services"})
    command = ["/usr/bin/python3", ROOT / "tests" / "e2e" / "clients.py", client, tmp_path / client, tmp_path / "ca" / "ca.pem", json.dumps(calls)]
    env = {**environment(tmp_path), "PATH": f"{os.environ['PATH']}:/usr/sbin", "TMPDIR": str(tmp_path)}  # the daemon ends with its namespace
    done = subprocess.run(["unshare", "-rmn", "--pid", "--fork", "--kill-child", "sh", "-c", PROGRAM, "sh", tmp_path, BINARY, *command], env=env,
                          cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, (done.stdout, done.stderr, (tmp_path / "log").read_text())
    told = json.loads(done.stdout)
    assert (told["none"]["status"], told["none"]["body"]) == (200, '{"services":[]}')
    for fault, wanted in SEEN[client].items():
        assert re.search(wanted, told[fault].get("error", ""), re.DOTALL), (fault, told[fault])
