"""Faults that hit beside bare libmicrohttpd and nginx; many rules; regular expressions; the journal, signatures, HTTPS and bodies."""

import re
import subprocess

from report import difference, interleaved, ratio, table
from part_stored import FEW, store
from servers import ACCOUNT, BUILT, JOURNAL_OFF, MISS, rules

import signing

KEY, SECRET = "LTAI-bench", "bench"
SIX_MB = 6 << 20
SIGNED_CONFIG = f"auth: {{mode: %s, keys: [{{id: {KEY}, secret: {SECRET}, account: '%s'}}]}}\n"


def visit(server, options, **load):
    return lambda: server.load(options.seconds, **load)


def measure(stage, report, options):
    hit = stage.fcemu("fcemu 100 rules", rules(100))
    reply = hit.daemon.invoke("bench-99")
    bare, nginx = stage.bare("bare libmicrohttpd", reply), stage.nginx(reply)
    quiet = stage.fcemu("fcemu, journal off", rules(100), config=JOURNAL_OFF)
    missing = stage.fcemu("fcemu no rule hit", rules(100), MISS, config=JOURNAL_OFF)
    for server in (quiet, missing):
        store(server, FEW)
    servers = [
        bare, nginx, hit, quiet, missing,
        stage.fcemu("fcemu 1000 rules", rules(1000), config=JOURNAL_OFF),
        stage.fcemu("fcemu 100 regex rules", rules(100, regex=100), config=JOURNAL_OFF),
        stage.fcemu("fcemu 5 of 100 regex", rules(100, regex=5), config=JOURNAL_OFF),
    ]
    print(f"POST of 100 bytes, answer {reply.status} with {len(reply.headers)} headers and {len(reply.body)} bytes")
    print("compared with the journal off, for nobody else keeps one; what it costs has a row of its own")
    rows = interleaved(options.rounds, {server.name: visit(server, options) for server in servers})
    table(rows, bare.name)
    base, own = rows[bare.name], rows[hit.name]
    report.target("fault hit, CPU / bare libmicrohttpd", ratio(rows[quiet.name], base, "cpu"), 1.15)
    report.target("fault hit, req/s / bare libmicrohttpd", ratio(rows[quiet.name], base, "rps"), 0.85, at_least=True)
    report.target("fault hit, req/s / nginx", ratio(rows[quiet.name], rows[nginx.name], "rps"), 0.85, at_least=True)
    for name, text, bound in (
        ("fcemu no rule hit", "no rule hit", 1.15),
        ("fcemu 1000 rules", "1,000 rules", 1.25),
        ("fcemu 100 regex rules", "100 regex rules", 1.9),
        ("fcemu 5 of 100 regex", "5 of 100 rules regex", 1.2),
    ):
        report.target(f"{text}, CPU / bare libmicrohttpd", ratio(rows[name], base, "cpu"), bound)
    report.target("journal on, CPU / off", ratio(own, rows[quiet.name], "cpu"), 1.25)
    tls(hit, report, options)
    signed(stage, report, options)
    bodies(bare, hit, report, options)
    decide(report)


def tls(server, report, options):
    rows = interleaved(max(3, options.rounds // 3), {"http": visit(server, options), "https": visit(server, options, scheme="https")})
    report.target("HTTPS kept alive, req/s / HTTP", ratio(rows["https"], rows["http"], "rps"), 0.5, at_least=True)


def signed(stage, report, options):
    """The same signed call where signatures are checked and where they are not; no rule hits, or it would strike before the check."""
    headers = list(signing.fc("POST", MISS, KEY, SECRET).items())
    visits = {}
    for mode in ("off", "strict"):
        server = stage.fcemu(f"fcemu signatures {mode}", rules(100), MISS, config=SIGNED_CONFIG % (mode, ACCOUNT))
        visits[mode] = visit(server, options, headers=headers)
    rows = interleaved(options.rounds, visits)
    report.target("signature checked, CPU more", difference(rows["strict"], rows["off"], "cpu"), 1.5, " us")


def bodies(bare, hit, report, options):
    load = {"connections": 4, "body_bytes": SIX_MB}
    rows = interleaved(max(3, options.rounds // 3), {"bare": visit(bare, options, **load), "hit": visit(hit, options, **load)})
    report.target("body of 6 MB, CPU / dropping it", ratio(rows["hit"], rows["bare"], "cpu"), 2.5)


def decide(report):
    """One decision, without a server around it."""
    output = subprocess.run([BUILT / "bench_decide"], capture_output=True, text=True, check=True).stdout
    print(f"\n{output}", end="")
    found = {name.strip(): (float(ns), float(allocations)) for name, ns, allocations in re.findall(r"^(.*?)\s+(\d+) ns, ([\d.]+) allocations", output, re.M)}
    report.target("a decision among 1,000 rules, ten match by name", found["1,000 rules, ten match by name"][0] / 1000, 2, " us")
    report.target("allocations of a decision when no rule matches", found["1,000 rules, none can match"][1], 0)
