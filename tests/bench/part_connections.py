"""What connections cost: accepting, handshakes, names seen for the first time, and clients that leave in odd ways."""

import contextlib
import os
import socket
import ssl
import statistics
import struct
import subprocess
import time

from report import difference, interleaved, ratio, table
from servers import HOST, JOURNAL_OFF, invocation, rule, rules

CLOSE = (("Connection", "close"),)
ANYBODY = "allow_users: any\n"
RUDE = 1000
IDLE_SECONDS = 2
HANG_RULES = "version: 1\nguard: {max_active: 40000}\nrules:\n" + rule("hang", "{function: hang}", "{hang: {at: request, for: 2m}}")


def measure(stage, report, options):
    """Nobody else keeps a journal or asks whose a connection is: both are off here, and have rows of their own."""
    hit = stage.fcemu("fcemu sniffed", rules(100), config=ANYBODY + JOURNAL_OFF)
    reply = hit.daemon.invoke("bench-99")
    bare = stage.bare("bare, own accept", reply)
    bare_tls = stage.bare("bare TLS, own accept", reply, ("--tls", *certificate(stage.folder)))
    rows = interleaved(options.rounds, {
        bare.name: lambda: bare.load(options.seconds, connections=32, headers=CLOSE),
        hit.name: lambda: hit.load(options.seconds, connections=32, headers=CLOSE),
        bare_tls.name: lambda: bare_tls.load(options.seconds, "https", connections=32, headers=CLOSE),
        "fcemu TLS, sniffed": lambda: hit.load(options.seconds, "https", connections=32, headers=CLOSE),
    })
    print("\na connection a request")
    table(rows, bare.name)
    report.target("new HTTP connection, CPU / libmicrohttpd's own accept", ratio(rows[hit.name], rows[bare.name], "cpu"), 1.15)
    report.target("new HTTPS connection, CPU / libmicrohttpd, static certificate", ratio(rows["fcemu TLS, sniffed"], rows[bare_tls.name], "cpu"), 1.15)
    users(stage, report, options)
    names(hit, report)
    rude(stage, report)


def users(stage, report, options):
    """What it takes to ask whose a connection is, once for each, where every connection invokes."""
    asked, anybody = stage.fcemu("fcemu asks users", rules(100)), stage.fcemu("fcemu allow_users any", rules(100), config=ANYBODY)
    rows = interleaved(options.rounds, {server.name: lambda server=server: server.load(options.seconds, connections=32, headers=CLOSE) for server in (asked, anybody)})
    report.target("new HTTP connection, whose it is: CPU more", difference(rows[asked.name], rows[anybody.name], "cpu"), 15, " us")


def certificate(folder):
    """A key and a certificate of the kind that fcemu makes, in files."""
    key, crt = folder / "bare-key.pem", folder / "bare.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={HOST}", "-days", "1", "-keyout", key, "-out", crt]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return key, crt


def names(server, report):
    """How much longer the first handshake of a name takes than the second."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def handshake(name):
        with socket.create_connection(("127.0.0.1", server.port)) as sock:
            begun = time.perf_counter()
            with context.wrap_socket(sock, server_hostname=name):
                return time.perf_counter() - begun

    more = []
    for number in range(100):
        first = handshake(f"{number}.{HOST.partition('.')[2]}")
        more.append(first - handshake(f"{number}.{HOST.partition('.')[2]}"))
    report.target("first sight of a name", statistics.median(more) * 1000, 1, " ms more")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def rude(stage, report):
    """1,000 clients that shut their sending side, 1,000 that reset, 1,000 that leave a hanging call."""
    server = stage.fcemu("rude clients", HANG_RULES, arguments=("--idle-timeout", f"{IDLE_SECONDS}s"))
    head = f"Host: {HOST}\r\nContent-Length: 0\r\n\r\n"
    plain = f"GET /2016-08-15/services HTTP/1.1\r\n{head}".encode()
    hanging = f"POST {invocation('hang')} HTTP/1.1\r\n{head}".encode()
    server.daemon.invoke("nobody")
    before = descriptors(server.pid)
    with contextlib.ExitStack() as stack:
        for number in range(3 * RUDE):
            sock = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            sock.sendall(hanging if number % 3 == 2 else plain)
            if number % 3 == 0:
                sock.shutdown(socket.SHUT_WR)
            else:
                if number % 3 == 1:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                sock.close()
        deadline = time.monotonic() + IDLE_SECONDS + 1
        while descriptors(server.pid) > before and time.monotonic() < deadline:
            time.sleep(0.05)
        report.target("descriptors kept after 3,000 rude clients", max(0, descriptors(server.pid) - before), 0)
