"""`refuse` and `unanswered`: the address of a region that nobody listens at, or that answers nobody, as real clients meet it."""

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

import clients
from fcemu import ACCOUNT, BINARY, ROOT, Daemon, environment, fcemu, read_to_end, request_bytes
from test_names import NOERROR, ask_udp, places, question

BY_REGION = ["--listen-per-region", "true"]
RULES = """version: 1
rules:
  - {id: shut, match: {region: cn-shanghai}, do: {refuse: {}}, ttl: 30m}
  - {id: mute, match: {host: cn-beijing.fc.aliyuncs.com}, do: {unanswered: {}}, ttl: 30m}
"""


@functools.cache
def addresses():
    """{"cn-shanghai", "cn-shanghai-internal", …: where it listens}, as `fcemu hosts` tells."""
    rows = json.loads(fcemu("hosts", "--json", extra={"FCEMU_LISTEN_PER_REGION": "true"}).stdout)
    return {name.split(".")[0]: row["address"] for row in rows for name in row["names"] if re.fullmatch(r"[a-z0-9-]+\.fc\.aliyuncs\.com", name)}


def host_of(region):
    return f"{ACCOUNT}.{region}.fc.aliyuncs.com"


def meets(running, place, timeout=60):
    """What who comes there meets: "answered", "refused", or "silence" within the time."""
    try:
        with socket.create_connection((addresses()[place], running.port), timeout=timeout) as sock:
            sock.settimeout(60)
            sock.sendall(request_bytes("GET", "/2016-08-15/services", host=host_of(place), headers=["Connection: close"]))
            return "answered" if read_to_end(sock).data.startswith(b"HTTP/1.1 200") else "something else"
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silence"


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "in time"
        time.sleep(0.02)


def turns(running, place, wanted, timeout=60):
    until(lambda: meets(running, place, timeout) == wanted)


def shows(running):
    return [(entry["kind"], entry.get("fault"), entry["rule"], entry["host"], entry["region"]) for entry in running.requests()
            if entry["method"] is None]


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("closed"), rules=RULES, arguments=BY_REGION).start()
    yield running
    running.stop()


# ---- addresses ----

def test_every_region_has_two_addresses_of_its_own(closed):
    assert len(set(addresses().values())) == len(addresses()) >= 2 * 21
    assert meets(closed, "cn-hangzhou") == meets(closed, "cn-hangzhou-internal") == "answered"
    assert closed.requests("&by_region=true") and all(entry["by_region"] for entry in closed.requests("&by_region=true"))
    assert not [entry for entry in closed.requests("&by_region=false") if entry.get("by_region")]


def test_another_network(daemon):
    running = daemon(arguments=["--listen-per-region", "127.9.8.0/24"])
    with socket.create_connection(("127.9.8.1", running.port), timeout=60) as sock:
        sock.sendall(request_bytes("GET", "/2016-08-15/services", headers=["Connection: close"]))
        assert read_to_end(sock).data.startswith(b"HTTP/1.1 200")
    done = fcemu("hosts", "--region", "cn-hangzhou", extra={"FCEMU_LISTEN_PER_REGION": "127.9.8.0/24"})
    assert {line.split()[0] for line in done.stdout.splitlines()} == {"127.9.8.1", "127.9.8.129", "127.0.0.1"}


@pytest.mark.parametrize("value, listen, said", [
    ("127.0.0.0/8", "127.0.0.1:0", r"F208: .*'127\.0\.0\.0/8' is not true, false or a network of this machine alone"),
    ("10.0.0.0/24", "127.0.0.1:0", r"F208: .*'10\.0\.0\.0/24' is not true, false or a network of this machine alone"),
    ("127.1.2.256/24", "127.0.0.1:0", "F208"),
    ("treu", "127.0.0.1:0", "did you mean 'true'"),
    ("true", "[::1]:0", r"F330: .*of IPv4: needs an address such as 127\.0\.0\.1:8252 in listen"),
    ("true", "unix:/tmp/never", "F330: .*of IPv4"),
    ("true", ":0", r"--listen: error F330: \[0\]: ':0' can be reached from other machines, and the addresses of regions cannot"),
])
def test_what_cannot_be_is_refused(tmp_path, value, listen, said):
    done = fcemu("serve", "--listen", listen, "--token", "t", "--listen-per-region", value, folder=tmp_path)
    assert done.returncode == 2 and re.search(said, done.stderr), done.stderr


def test_a_mapping_below_listen_says_where_the_key_belongs(tmp_path):
    (tmp_path / "fcemu.yaml").write_text("version: 1\nlisten: {per_region: true}\n", encoding="utf-8")
    done = fcemu("serve", "--config", "fcemu.yaml", folder=tmp_path)
    assert done.returncode == 2 and "fcemu.yaml:2:9: error F208: listen: a list of addresses; 'listen.per_region: true' is a line of its own" in done.stderr
    (tmp_path / "fcemu.yaml").write_text("version: 1\nlisten: 127.0.0.1:0\nlisten.per_region: true\nready_file: ready\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    daemon = subprocess.Popen([BINARY, "serve", "--config", "fcemu.yaml", "--faults", "rules.yaml"], cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.DEVNULL)
    try:
        until((tmp_path / "ready").exists)
    finally:
        daemon.terminate()
        daemon.wait(60)


def test_a_taken_address_and_one_that_is_not_there_end_the_start(tmp_path):
    with socket.socket() as taken, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        taken.bind((addresses()["cn-hangzhou"], port))
        taken.listen()
        free.close()
        done = fcemu("serve", "--listen", f"127.0.0.1:{port}", *BY_REGION, folder=tmp_path)
    assert done.returncode != 0 and re.search(rf"listen\.per_region: listen on '{addresses()['cn-hangzhou']}:{port}'.*stop what listens there", done.stderr), done.stderr
    if not shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin") or subprocess.run(["unshare", "-rn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network namespaces, or no ip, here")
    lonely = 'set -e; ip link set lo up; ip addr add 127.0.0.1/32 dev lo; ip addr del 127.0.0.1/8 dev lo; exec "$0" serve --listen 127.0.0.1:0 --listen-per-region true'
    done = subprocess.run(["unshare", "-rn", "sh", "-c", lonely, BINARY], cwd=tmp_path, env={**environment(tmp_path), "PATH": f"{os.environ['PATH']}:/usr/sbin"},
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode != 0 and re.search(r"listen\.per_region: .*no interface of this machine has this address", done.stderr), done.stderr


def test_names_lead_to_the_regions(daemon):
    running = daemon(arguments=[*BY_REGION, "--dns-listen", "127.0.0.1:0"])
    place = places(running)[0]
    wanted = {
        host_of("cn-shanghai"): addresses()["cn-shanghai"], host_of("cn-shanghai-internal"): addresses()["cn-shanghai-internal"],
        "cn-shanghai.fc.aliyuncs.com": addresses()["cn-shanghai"], "fcv3.cn-hangzhou.aliyuncs.com": addresses()["cn-hangzhou"],
        "fc-vpc.cn-hangzhou.aliyuncs.com": addresses()["cn-hangzhou-internal"], "x-y.cn-beijing.fcapp.run": addresses()["cn-beijing"],
        "oss-cn-shanghai.aliyuncs.com": "127.0.0.1", "sts.cn-shanghai.aliyuncs.com": "127.0.0.1", "cn-shanghai.log.aliyuncs.com": "127.0.0.1",
        "fc.aliyuncs.com": "127.0.0.1", f"{ACCOUNT}.no-region.fc.aliyuncs.com": "127.0.0.1",
    }
    assert {name: [record[2] for record in ask_udp(place, question(name)).records] for name in wanted} == {name: [address] for name, address in wanted.items()}
    answer = ask_udp(place, question(host_of("cn-shanghai"), "AAAA"))
    assert (answer.code, answer.records) == (NOERROR, [])


def test_hosts_lines_are_those_of_the_regions():
    extra = {"FCEMU_LISTEN_PER_REGION": "true"}
    lines = [line.split() for line in fcemu("hosts", "--account", ACCOUNT, "--region", "cn-shanghai", extra=extra).stdout.splitlines()]
    leads = {name: line[0] for line in lines for name in line[1:]}
    assert (leads[host_of("cn-shanghai")], leads[host_of("cn-shanghai-internal")]) == (addresses()["cn-shanghai"], addresses()["cn-shanghai-internal"])
    assert (leads["fc.cn-shanghai.aliyuncs.com"], leads["fcv3-vpc.cn-shanghai.aliyuncs.com"]) == (addresses()["cn-shanghai"], addresses()["cn-shanghai-internal"])
    assert {leads["oss-cn-shanghai.aliyuncs.com"], leads["oss.aliyuncs.com"]} == {"127.0.0.1"}
    elsewhere = fcemu("hosts", "192.0.2.1", "--region", "cn-shanghai", extra=extra).stdout
    assert {line.split()[0] for line in elsewhere.splitlines()} == {"192.0.2.1"}


# ---- rules ----

def test_each_on_the_wire(closed):
    assert meets(closed, "cn-shanghai") == meets(closed, "cn-shanghai-internal") == "refused"
    assert meets(closed, "cn-beijing", timeout=3) == "silence"
    assert meets(closed, "cn-beijing-internal") == meets(closed, "cn-shenzhen") == "answered"
    assert closed.call("GET", "/2016-08-15/services", headers={"Host": host_of("cn-shanghai")}).status == 200, "the common address is open"
    assert shows(closed) == [("refuse", "begins", "shut", "cn-shanghai.fc.aliyuncs.com", "cn-shanghai"),
                             ("refuse", "begins", "shut", "cn-shanghai-internal.fc.aliyuncs.com", "cn-shanghai"),
                             ("unanswered", "begins", "mute", "cn-beijing.fc.aliyuncs.com", "cn-beijing")]
    cells = closed.admin("GET", "coverage").json()["cells"]
    assert all({"error": outcome, "operation": "connection", "state": "reached"} in cells for outcome in ("refuse", "unanswered"))
    entry = next(entry for entry in closed.requests() if entry["kind"] == "unanswered")
    explained = closed.admin("POST", "faults/explain", {"request_id": entry["request_id"]}).json()
    assert {rule["rule"]: rule["gate"] for rule in explained["rules"]} == {"shut": "match", "mute": "fired"}
    assert [(rule["id"], rule["fired"]) for rule in closed.admin("GET", "faults").json()["rules"]] == [("shut", 2), ("mute", 1)]


def test_a_proxy_tells_what_it_met(closed):
    """502 and 504; and that is an attempt which is seen."""
    for region, status, kind, rule in (("cn-shanghai", 502, "refuse", "shut"), ("cn-beijing", 504, "unanswered", "mute")):
        for request in (f"CONNECT {host_of(region)}:443 HTTP/1.1\r\nHost: {host_of(region)}:443\r\n\r\n",
                        f"GET http://{host_of(region)}/2016-08-15/services HTTP/1.1\r\nHost: {host_of(region)}\r\nConnection: close\r\n\r\n"):
            with closed.connect() as sock:
                sock.sendall(request.encode())
                assert read_to_end(sock).data.startswith(f"HTTP/1.1 {status} ".encode())
            entry = closed.requests()[-1]
            assert (entry["status"], entry["kind"], entry["rule"]) == (status, kind, rule), entry
    with closed.connect() as sock:
        sock.sendall(f"CONNECT {host_of('cn-beijing-internal')}:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert sock.recv(100).startswith(b"HTTP/1.1 200")


def test_standing_connections_are_served(daemon):
    running = daemon(rules=RULES.replace("id: shut", "id: shut, enabled: false"), arguments=BY_REGION)
    with socket.create_connection((addresses()["cn-shanghai"], running.port), timeout=60) as sock:
        for _ in range(2):
            sock.sendall(request_bytes("GET", "/2016-08-15/services", host=host_of("cn-shanghai")))
            answer = b""
            while not answer.endswith(b"}"):
                answer += sock.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200")
            running.run("fault", "on", "shut")
            assert meets(running, "cn-shanghai") == "refused"


# How somebody opens a door that is closed, and what of it is still closed.
OPENS = {
    "fault off": lambda running: running.run("fault", "off", "shut"),
    "fault stop": lambda running: running.run("fault", "stop"),
    "reload": lambda running: ((running.folder / "rules.yaml").write_text("version: 1\nrules: []\n", encoding="utf-8"), running.run("reload")),
    "group": lambda running: running.run("fault", "off", "group:night"),
}


@pytest.mark.parametrize("how", OPENS)
def test_whoever_ends_the_rule_opens_the_door_at_once(daemon, how):
    """And who switches it on again closes it."""
    rules = ("version: 1\ngroups: {night: {enabled: true}}\nrules:\n"
             "  - {id: shut, group: night, match: {host: cn-shanghai.fc.aliyuncs.com}, do: {refuse: {}}, ttl: 30m}\n")
    running = daemon(rules=rules, arguments=BY_REGION)
    assert meets(running, "cn-shanghai") == "refused"
    OPENS[how](running)
    assert meets(running, "cn-shanghai") == "answered"
    assert [entry[1] for entry in shows(running)] == ["begins", "ends"]
    if how != "reload":
        running.run("fault", "on", "group:night" if how == "group" else "shut")
        assert meets(running, "cn-shanghai") == "refused"


ONE = "version: 1\nrules: [{{id: shut, match: {{host: cn-shanghai.fc.aliyuncs.com}}, do: {{{outcome}: {{}}}}, {rest}}}]\n"


@pytest.mark.parametrize("outcome, meeting", [("refuse", "refused"), ("unanswered", "silence")])
def test_time_closes_and_opens_it(daemon, outcome, meeting):
    """On the clock of the rules: a window, the ttl, a limit, a switch for a time."""
    running = daemon(rules=ONE.format(outcome=outcome, rest="when: {window: {after: 10m, for: 10m, every: 30m}}, ttl: 45m"), arguments=BY_REGION)

    def later(minutes, wanted):
        running.admin("PUT", "clock", {"advance": f"{minutes}m"})
        turns(running, "cn-shanghai", wanted, timeout=3 if wanted == "silence" else 60)

    assert meets(running, "cn-shanghai") == "answered"
    later(11, meeting)
    later(10, "answered")
    later(20, meeting)
    later(5, "answered")
    ends = [entry for entry in running.requests() if entry.get("fault") == "ends"]
    assert len(ends) == 2 and all(entry["duration_ms"] > 0 for entry in ends)


@pytest.mark.parametrize("rest", ["limit: {for: 5m}, ttl: 30m", "ttl: 5m"])
def test_a_limit_and_the_ttl_end_it(daemon, rest):
    running = daemon(rules=ONE.format(outcome="refuse", rest=rest), arguments=BY_REGION)
    assert meets(running, "cn-shanghai") == "refused"
    running.admin("PUT", "clock", {"advance": "6m"})
    turns(running, "cn-shanghai", "answered")


def test_a_scenario_closes_it(daemon):
    rules = ("version: 1\nrules:\n  - {id: shut, match: {host: cn-shanghai.fc.aliyuncs.com}, when: {state: {scenario: night, is: [dark]}}, do: {refuse: {}}, ttl: 30m}\n"
             "  - {id: dusk, match: {region: cn-hangzhou}, do: {error: ResourceThrottled, set_state: {scenario: night, to: dark}}, ttl: 30m}\n")
    running = daemon(rules=rules, arguments=BY_REGION)
    assert meets(running, "cn-shanghai") == "answered"
    running.call("GET", "/2016-08-15/services", headers={"Host": host_of("cn-hangzhou")})
    turns(running, "cn-shanghai", "refused")


def test_the_first_rule_wins_and_another_takes_over(daemon):
    rules = ("version: 1\nrules:\n  - {id: first, match: {host: cn-shanghai.fc.aliyuncs.com}, do: {unanswered: {}}, ttl: 30m}\n"
             "  - {id: second, match: {host: cn-shanghai.fc.aliyuncs.com}, do: {refuse: {}}, ttl: 30m}\n")
    running = daemon(rules=rules, arguments=BY_REGION)
    assert meets(running, "cn-shanghai", timeout=3) == "silence"
    running.run("fault", "off", "first")
    assert meets(running, "cn-shanghai") == "refused"
    assert [entry[:3] for entry in shows(running)] == [("unanswered", "begins", "first"), ("unanswered", "ends", "first"), ("refuse", "begins", "second")]


def test_the_guard_holds(daemon):
    """`only` is asked, and as many are active as it allows."""
    rules = "version: 1\nguard: {only: {region: cn-shanghai}, max_active: 1}\nrules: [{id: shut, do: {refuse: {}}, ttl: 30m}]\n"
    running = daemon(rules=rules, arguments=BY_REGION)
    assert [meets(running, place) for place in ("cn-shanghai", "cn-shanghai-internal", "cn-hangzhou")] == ["refused", "answered", "answered"]
    assert [(rule["fired"], rule["capped"]) for rule in running.admin("GET", "faults").json()["rules"]] == [(1, 1)]


def test_a_daemon_that_ends_leaves_its_addresses(tmp_path):
    running = Daemon(tmp_path, rules=RULES, arguments=BY_REGION).start()
    port = running.port
    running.stop()
    with socket.socket() as next_one:
        next_one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        next_one.bind((addresses()["cn-shanghai"], port))
        next_one.listen()


def test_a_closed_address_is_kept_from_others(closed):
    for place in ("cn-shanghai", "cn-beijing"):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind((addresses()[place], closed.port))


def test_a_tape_tells_of_it_and_a_dry_run_cannot_know(closed, daemon):
    tape = closed.admin("GET", "faults/tape").body
    assert tape.count(b'"asking":"address"') == 3
    told = closed.admin("POST", "faults/dry-run", RULES.encode(), {"Content-Type": "application/yaml"}).json()
    assert [rule["asked"] for rule in told["rules"]] == [False, False]
    playing = daemon(rules=RULES, arguments=BY_REGION)
    assert playing.admin("PUT", "faults/tape", tape, {"Content-Type": "application/x-ndjson"}).status < 300
    assert meets(playing, "cn-shanghai") == meets(playing, "cn-beijing") == "answered", "while a tape plays, no address is closed"
    playing.admin("DELETE", "faults/tape")
    assert meets(playing, "cn-shanghai") == "refused"


def test_without_the_setting_a_rule_says_what_it_needs(daemon, tmp_path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    done = fcemu("serve", "--listen", "127.0.0.1:0", "--faults", tmp_path / "rules.yaml", folder=tmp_path)
    assert done.returncode == 2 and re.search(r"rules\.yaml:3:\d+: error F316: rules\[0\]\.do\.refuse: .*listen\.per_region: true", done.stderr)
    assert re.search(r"rules\.yaml:4:\d+: error F316: rules\[1\]\.do\.unanswered: .*listen\.per_region: true", done.stderr)
    refused = daemon().admin("PUT", "faults", RULES.encode(), {"Content-Type": "application/yaml"})
    assert refused.status == 422 and "listen.per_region" in refused.body.decode()


# ---- real clients ----

SEEN = {
    "curl": {"refuse": r"\(7\) Failed to connect", "unanswered": r"\(28\) (Connection|Failed to connect).*(timed out|timeout|after)"},
    "python": {"refuse": "ConnectionRefusedError", "unanswered": "TimeoutError: timed out"},
    "node": {"refuse": "ECONNREFUSED", "unanswered": "client time-out"},
    "go": {"refuse": "connect: connection refused", "unanswered": r"dial tcp .*(i/o timeout|deadline exceeded)|deadline exceeded"},
    "java": {"refuse": "ConnectException", "unanswered": "timed out"},
}
SCHEMES = ("http", "https")


@pytest.mark.heavy
@pytest.mark.parametrize("client", SEEN)
def test_each_fault_is_seen_as_what_it_is(closed, tmp_path, client):
    clients.need(*clients.CLIENTS[client][1])
    regions = {"refuse": "cn-shanghai", "unanswered": "cn-beijing", "none": "cn-shenzhen"}
    calls = [{"name": f"{scheme} {fault}", "url": f"{scheme}://{host_of(region)}:{closed.port}/2016-08-15/services", "address": addresses()[region],
              "timeout": 3 if fault == "unanswered" else 60} for scheme in SCHEMES for fault, region in regions.items()]
    told = clients.make_calls(client, tmp_path / client, closed.run("ca", "path").stdout.strip(), calls)
    for scheme in SCHEMES:
        assert (told[f"{scheme} none"].get("status"), told[f"{scheme} none"].get("body")) == (200, '{"services":[]}'), told
        for fault, wanted in SEEN[client].items():
            assert re.search(wanted, told[f"{scheme} {fault}"].get("error", ""), re.DOTALL), (scheme, fault, told)


# ---- react and sweep ----

# Led by what `fcemu env` sets; and by proxy.
APPS = {
    "python": (["python3", "app.py"], """
import socket, sys, urllib.error, urllib.request
try:
    urllib.request.urlopen("http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services", timeout=2).read()
except urllib.error.HTTPError:
    sys.exit(6)
except urllib.error.URLError as problem:
    sys.exit(3 if isinstance(problem.reason, ConnectionRefusedError) else 4 if isinstance(problem.reason, TimeoutError) else 5)
except OSError:
    sys.exit(5)
""", {"address: refused": "exit 3", "address: unanswered": "exit 4"}),
    "node": (["node", "app.cjs"], """
const request = require('http').get('http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services', (answer) => {
  answer.on('error', () => process.exit(5));
  answer.resume().on('end', () => process.exit(answer.statusCode < 400 ? 0 : 6));
});
request.on('error', (problem) => process.exit(problem.code === 'ECONNREFUSED' ? 3 : 5));
setTimeout(() => process.exit(4), 3000);
""", {"address: refused": "exit 3", "address: unanswered": "exit 4"}),
    "curl": (["sh", "app.sh"], """
status=$(curl -s -m 3 -o /dev/null -w '%{http_code}' http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services) || exit 5
case $status in 200) exit 0;; 502) exit 3;; 504) exit 4;; *) exit 6;; esac
""", {"address: refused": "exit 3", "address: unanswered": "exit 4"}),
}


def tried(verb, folder, command):
    """{injected: row} of what is tried at addresses."""
    (folder / "tmp").mkdir()
    (folder / "fcemu.yaml").write_text("version: 1\nlisten.per_region: true\n", encoding="utf-8")
    words = ["--errors", "AccessDenied", "--network", "--json", "--parallel", 2, "--config", "fcemu.yaml", "--", *command]
    done = fcemu(verb, *words, folder=folder, extra={"TMPDIR": str(folder / "tmp")}, timeout=600)
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    return {row["injected"]: row for row in told["cells" if verb == "react" else "rows"] if row["injected"].startswith("address: ")}


@pytest.mark.heavy
@pytest.mark.parametrize("verb, client", [("react", "python"), ("react", "curl"), ("sweep", "node"), ("sweep", "curl")])
def test_react_and_sweep_try_each(tmp_path, verb, client):
    command, text, wanted = APPS[client]
    clients.need(client if client != "python" else "python3")
    (tmp_path / command[-1]).write_text(text, encoding="utf-8")
    rows = tried(verb, tmp_path, command)
    assert {name: row["ending"] for name, row in rows.items()} == wanted
    if verb == "react":
        assert {(row["closed"] > 0, row["struck"]) for row in rows.values()} == {(True, 1 if client == "curl" else 0)}
    else:
        assert {row["outcome"] for row in rows.values()} == {"failed"}


@pytest.mark.heavy
def test_who_never_comes_to_an_address_was_not_reached(tmp_path):
    """A sweep says so: that is no pass."""
    (tmp_path / "app.py").write_text(
        "import os, urllib.request\nurllib.request.build_opener(urllib.request.ProxyHandler({})).open('http://' + os.environ['FCEMU_ADDRESS'] + '/2016-08-15/services').read()\n",
        encoding="utf-8")
    rows = tried("sweep", tmp_path, ["python3", "app.py"])
    assert {name: row["outcome"] for name, row in rows.items()} == {"address: refused": "not reached", "address: unanswered": "not reached"}
