"""What verbs say and end with when the daemon refuses, where it is asked, and in which order tables stand."""

import json
import re
import socket

import pytest

from fcemu import Daemon, fcemu

RULES = "version: 1\nrules: [{id: one, match: {function: f}, do: {error: AccessDenied}}]\n"


def sound(given, right):
    return pytest.mark.sound("F", given, right)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("answers"), rules=RULES).start()
    (running.folder / "wrong.yaml").write_text("id: a\ndo: {eror: x}\n", encoding="utf-8")
    (running.folder / "no-tape").write_text("no tape\n", encoding="utf-8")
    yield running
    running.stop()


REFUSED = [
    (["fault", "show", "none"], 404),
    (["fault", "show", "none", "--json"], 404),
    (["fault", "set", "none", "when.probability=50%"], 404),
    (["fault", "rm", "none"], 404),
    (["fault", "on", "none"], 404),
    (["fault", "off", "group:none"], 404),
    (["fault", "add", "wrong.yaml"], 422),
    (["fault", "dry-run", "wrong.yaml"], 422),
    (["fault", "tape", "play", "no-tape"], 422),
    (["fault", "explain", "none"], 404),
    (["requests", "show", "none"], 404),
    (["requests", "nothing=1"], 400),
    (["requests", "--format", "har", "nothing=1"], 400),
    (["verify", "[{nothing: 1}]"], 422),
    (["reset", "--what", "nothing"], None),
    (["clock", "advance", "soon"], None),
    (["snapshot", "load", "/nonexistent/folder"], None),
]


@pytest.mark.parametrize("words, status", [pytest.param(words, status, marks=sound("fcemu " + " ".join(words), "the reason on standard error, exit 2")) for words, status in REFUSED])
def test_a_refusal_is_told(house, words, status):
    done = house.run(*words)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert re.match(rf"fcemu {words[0]}[a-z -]*: .+ \({status or '4[0-9][0-9]'}\)$", done.stderr.splitlines()[0]), done.stderr


@sound("--address [::1]:PORT, :PORT, http://HOST:PORT, unix:PATH", "the daemon is found")
def test_addresses(daemon, tmp_path):
    path = tmp_path / "socket"
    six = ["[::1]:0"] if socket.has_ipv6 and has_loopback_six() else []
    running = daemon(listen=("127.0.0.1:0", f"unix:{path}", *six))
    addresses = [f"127.0.0.1:{running.port}", f"localhost:{running.port}", f":{running.port}", f"http://127.0.0.1:{running.port}", f"unix:{path}"]
    if six:
        addresses.append(f"[::1]:{running.ready['listeners'][2]['port']}")
    for address in addresses:
        assert fcemu("health", "--address", address).returncode == 0, address


def has_loopback_six():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:", "[::1]", "unix:" + "x" * 200])
def test_an_address_that_is_none_exits_5(address):
    done = fcemu("health", "--address", address)

    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith(f"fcemu health: no daemon at {address}: ")


@sound("fcemu fault sample", "percentiles rise, the histogram counts all")
def test_sample_is_sorted():
    values = json.loads(fcemu("fault", "sample", "{uniform: {min: 10ms, max: 20ms}}", "--count", "1000", "--seed", "7", "--json").stdout)
    shown = [values[name] for name in ("p1", "p10", "p50", "p90", "p99", "p99.9")]
    text = fcemu("fault", "sample", "{uniform: {min: 10ms, max: 20ms}}", "--count", "1000", "--seed", "7").stdout
    counts = [int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if "|" in line]

    assert shown == sorted(shown) and len(set(shown)) == 6
    assert 10 <= shown[0] < 10.5 and 14 < shown[2] < 16 and 19.5 < shown[-1] <= 20
    assert sum(counts) == 1000 and max(counts) < 150


def test_reset_alone_leaves_the_resources(daemon):
    running = daemon()
    body = json.dumps({"serviceName": "kept"})
    assert running.call("POST", "/2016-08-15/services", body).status == 200

    assert running.run("reset").returncode == 0
    assert running.call("GET", "/2016-08-15/services/kept").status == 200
    assert running.run("reset", "--state").returncode == 0
    assert running.call("GET", "/2016-08-15/services/kept").status == 404
