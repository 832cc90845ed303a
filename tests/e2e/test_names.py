"""`dns_listen`: the emulated names by DNS, on UDP and TCP, and nothing else."""

import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess

import pytest

from fcemu import BINARY, descriptors, environment

NAME = "16530750.cn-shanghai.fc.aliyuncs.com"
TYPES = {"A": 1, "NS": 2, "SOA": 6, "MX": 15, "TXT": 16, "AAAA": 28, "IXFR": 251, "AXFR": 252, "ANY": 255}
NOERROR, FORMERR, NOTIMP, REFUSED = 0, 1, 4, 5
TTL = 5


def question(name, kind="A", klass=1, flags=0x0100, number=0x1234, edns=None):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".") if label) + b"\0"
    extra = b"" if edns is None else b"\0" + struct.pack(">HHIH", 41, 4096, edns << 16, 0)
    return struct.pack(">HHHHHH", number, flags, 1, 0, 0, bool(extra)) + labels + struct.pack(">HH", TYPES.get(kind, kind), klass) + extra


class Answer:
    """Of one question; the name of an answer is a pointer to it, or written out."""

    def __init__(self, text):
        self.text = text
        self.number, flags, self.questions, count, _, self.extra = struct.unpack_from(">HHHHHH", text)
        self.code = flags & 15
        self.is_answer, self.authoritative, self.recursive = bool(flags & 0x8000), bool(flags & 0x0400), bool(flags & 0x0080)
        at = 12
        if self.questions:
            at = self._skip(at) + 4
        self.records = []
        for _ in range(count):
            at = self._skip(at)
            kind, _, ttl, length = struct.unpack_from(">HHIH", text, at)
            data = text[at + 10 : at + 10 + length]
            self.records.append((kind, ttl, socket.inet_ntop(socket.AF_INET6 if kind == 28 else socket.AF_INET, data)))
            at += 10 + length

    def _skip(self, at):
        while self.text[at]:
            if self.text[at] >= 0xC0:
                return at + 2
            at += self.text[at] + 1
        return at + 1


def ask_udp(place, message):
    with socket.socket(socket.AF_INET6 if ":" in place[0] else socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(60)
        asker.connect(place)
        asker.send(message)
        return Answer(asker.recv(65535))


def ask_tcp(place, *messages):
    with socket.create_connection(place, timeout=60) as asker:
        asker.sendall(b"".join(struct.pack(">H", len(message)) + message for message in messages))
        stream = asker.makefile("rb")
        return [Answer(stream.read(struct.unpack(">H", stream.read(2))[0])) for _ in messages]


def places(served):
    return [(found[0], int(found[1])) for found in re.findall(r"names answered: address=(\S+) port=(\d+)", served.log())]


@pytest.fixture
def names(daemon):
    return places(daemon(arguments=["--dns-listen", "127.0.0.1:0"]))[0]


@pytest.mark.parametrize("ask", [ask_udp, lambda place, message: ask_tcp(place, message)[0]], ids=["udp", "tcp"])
@pytest.mark.parametrize("name", [
    NAME, NAME.upper(), f"{NAME}.", "cn-shanghai.fc.aliyuncs.com", "fcv3.cn-hangzhou.aliyuncs.com", "16530750.cn-shanghai-internal.fc.aliyuncs.com",
    "hello-demo-abcdef.cn-shanghai.fcapp.run", "bucket.oss-cn-hangzhou.aliyuncs.com", "sts.aliyuncs.com", "cn-hangzhou.log.aliyuncs.com",
])
def test_served_names_lead_here(names, ask, name):
    answer = ask(names, question(name))
    assert (answer.number, answer.code, answer.is_answer, answer.authoritative, answer.recursive) == (0x1234, NOERROR, True, True, False)
    assert answer.records == [(1, TTL, "127.0.0.1")]


@pytest.mark.parametrize("ask", [ask_udp, lambda place, message: ask_tcp(place, message)[0]], ids=["udp", "tcp"])
@pytest.mark.parametrize("message, code", [
    (question("example.com"), REFUSED),
    (question("notaliyuncs.com"), REFUSED),
    (question("aliyuncs.com.example.com"), REFUSED),
    (question(""), REFUSED),  # the root
    (question("localhost"), REFUSED),
    (question("example.com", "ANY", edns=0), REFUSED),
    (question(NAME, klass=3), REFUSED),  # CHAOS
    (question(NAME, "AXFR"), REFUSED),
    (question(NAME, "IXFR"), REFUSED),
    (question("x\\.fc.aliyuncs.com"), REFUSED),  # a byte that no name of a host has
    (question(NAME, flags=0x2000), NOTIMP),  # opcode 4, NOTIFY
    (question(NAME)[:20], FORMERR),
    (question(NAME)[:12], FORMERR),  # the question is missing
    (b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01", FORMERR),  # a name that points at itself
    (b"\x12\x34\x01\x00" + bytes(8), FORMERR),  # no question
], ids=range(15))
def test_all_else_is_refused(names, ask, message, code):
    answer = ask(names, message)
    assert (answer.number, answer.code, answer.records, answer.authoritative) == (0x1234, code, [], False)
    assert len(answer.text) <= len(message) + 11  # with an OPT; nobody is amplified


@pytest.mark.parametrize("kind, records", [("A", [(1, TTL, "127.0.0.1")]), ("ANY", [(1, TTL, "127.0.0.1")]), ("AAAA", []), ("MX", []), ("TXT", []), ("SOA", [])])
def test_types_that_there_are_not_are_no_error(names, kind, records):
    answer = ask_udp(names, question(NAME, kind))
    assert (answer.code, answer.records) == (NOERROR, records)


def test_extensions(names):
    assert ask_udp(names, question(NAME)).extra == 0
    answer = ask_udp(names, question(NAME, edns=0))
    assert (answer.code, answer.extra, len(answer.records)) == (NOERROR, 1, 1)
    answer = ask_udp(names, question(NAME, edns=1))
    assert (answer.code, answer.extra, answer.records) == (NOERROR, 1, [])
    assert answer.text[-6] == 1  # BADVERS is 16: its upper bits stand in the OPT


def test_who_answers_is_not_answered(names):
    """Two servers would answer each other for ever. What comes behind it is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(60)
        asker.connect(names)
        for silent in (question(NAME, flags=0x8100), b"short"):
            asker.send(silent)
        asker.send(question(NAME, number=7))
        assert Answer(asker.recv(65535)).number == 7
    with socket.create_connection(names, timeout=60) as asker:
        message = question(NAME, flags=0x8100)
        asker.sendall(struct.pack(">H", len(message)) + message)
        assert asker.recv(1) == b""


def test_several_questions_on_one_connection_and_in_pieces(names):
    answers = ask_tcp(names, question(NAME, number=1), question("example.com", number=2), question(NAME, number=3))
    assert [(answer.number, answer.code) for answer in answers] == [(1, NOERROR), (2, REFUSED), (3, NOERROR)]
    with socket.create_connection(names, timeout=60) as asker:
        message = question(NAME)
        asker.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in struct.pack(">H", len(message)) + message:
            asker.send(bytes([byte]))
        answer = asker.recv(65535)
        assert Answer(answer[2:]).records == [(1, TTL, "127.0.0.1")]


def test_connections_are_few_and_a_closed_one_makes_room(names):
    held = [socket.create_connection(names, timeout=60) for _ in range(64)]
    for asker in held:  # taken, all of them
        message = question(NAME)
        asker.sendall(struct.pack(">H", len(message)) + message)
        assert asker.recv(1)
    with socket.create_connection(names, timeout=60) as further:
        assert further.recv(1) == b""
    for asker in held:
        asker.close()
    while True:  # the daemon hears of it a moment later
        try:
            assert ask_tcp(names, question(NAME))[0].code == NOERROR
            break
        except (ConnectionError, struct.error):
            continue


def test_the_answer_is_the_address_by_which_one_came(daemon):
    served = daemon(arguments=["--dns-listen", ":0"])
    (_, port), = places(served)
    for address in ("127.0.0.1", "127.0.0.2", "127.9.8.7"):
        assert ask_udp((address, port), question(NAME)).records == [(1, TTL, address)]
        assert ask_tcp((address, port), question(NAME))[0].records == [(1, TTL, address)]
    if pathlib.Path("/proc/net/if_inet6").read_text():
        for answer in (ask_udp(("::1", port), question(NAME, "AAAA")), ask_tcp(("::1", port), question(NAME, "AAAA"))[0]):
            assert answer.records == [(28, TTL, "::1")]
        assert ask_udp(("::1", port), question(NAME, "A")).records == []


def test_nobody_is_answered_unless_asked_for(daemon):
    served = daemon()
    assert places(served) == []
    sockets = pathlib.Path(f"/proc/{served.pid}/net/udp").read_text()
    inodes = set(descriptors(served.pid))
    assert not [line for line in sockets.splitlines()[1:] if f"socket:[{line.split()[9]}]" in inodes]


@pytest.mark.parametrize("value, why", [
    ("unix:/tmp/names", "names are asked for by UDP and TCP"),
    ("127.0.0.1", "is not an address"),
    ("dns.example:53", "names are not looked up here"),
    ("127.0.0.1:99999", "is not an address"),
])
def test_what_cannot_be_listened_on_is_told(tmp_path, value, why):
    done = subprocess.run([BINARY, "serve", "--listen", "127.0.0.1:0", "--dns-listen", value], env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and why in done.stderr


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = subprocess.run([BINARY, "serve", "--listen", "127.0.0.1:0", "--dns-listen", address], env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and f"dns_listen {address}" in done.stderr and "Address already in use" in done.stderr


PROGRAM = """
set -e
ip link set lo up
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf
"$2" serve --listen 127.0.0.1:80 --listen 127.0.0.1:443 --dns-listen 127.0.0.1:53 --ca-dir "$1/ca" 2> "$1/log" &
"$2" wait --address 127.0.0.1:80
shift 2
"$@"
"""

CLIENTS = {
    "curl": ["curl", "-sS", "--cacert", "{ca}", "https://{name}/2016-08-15/services"],
    "python": ["/usr/bin/python3", "-c", "import urllib.request, ssl, sys; print(urllib.request.urlopen(sys.argv[1], context=ssl.create_default_context(cafile=sys.argv[2])).read().decode())",
               "https://{name}/2016-08-15/services", "{ca}"],
    "node": ["node", "-e", "fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)", "http://{name}/2016-08-15/services"],
}


@pytest.mark.heavy  # namespaces are not for every sanitizer
@pytest.mark.parametrize("client", CLIENTS)
def test_clients_call_by_the_real_name(tmp_path, client):
    """In a network namespace with a resolv.conf of its own, where nothing else is reached."""
    if not shutil.which("ip") or subprocess.run(["unshare", "-rmn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no namespaces or no ip here")
    if not shutil.which(CLIENTS[client][0]):
        pytest.skip(f"no {client} here")
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
    words = [word.format(name=NAME, ca=tmp_path / "ca" / "ca.pem") for word in CLIENTS[client]]
    env = {**environment(tmp_path), "PATH": f"{os.environ['PATH']}:/usr/sbin", "TMPDIR": str(tmp_path)}  # the daemon ends with its namespace
    done = subprocess.run(["unshare", "-rmn", "--pid", "--fork", "--kill-child", "sh", "-c", PROGRAM, "sh", tmp_path, BINARY, *words], env=env, cwd=tmp_path,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and '"services":[]' in done.stdout, (done.stdout, done.stderr, (tmp_path / "log").read_text())
