"""Four verdicts, and which of several counts: a check that nothing met has not passed."""

import json

import pytest

from fcemu import Daemon

RULES = (
    "version: 1\nrules:\n"
    "  - {id: throttle-pay, match: {function: pay}, do: {error: ResourceThrottled}, ttl: 1h}\n"
    "  - {id: seldom, match: {function: other}, when: {calls: {from: 100}}, do: {error: AccessDenied}, ttl: 1h}\n"
)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("verdicts"), rules=RULES).start()
    for function in ["pay"] * 2 + ["pay2"] * 3 + ["other"] * 4:
        daemon.invoke(function)
    yield daemon
    daemon.stop()


ROWS = [
    ("{calls: {match: {function: pay}, eq: 2}}", 200, "pass", 0, "2 calls"),
    ("{calls: {match: {function: pay}, gte: 3}}", 409, "fail", 1, "2 calls, wanted at least 3"),
    ("{calls: {match: {function: pay3}, lte: 3}}", 424, "vacuous", 3, "closest: function 'pay"),
    ("{calls: {match: {function: pay2, rule: throttle-pay}}}", 424, "vacuous", 3, "no call came: 0 of 9 calls met the match"),
    ("{calls: {match: {rule: seldom}, lte: 9}}", 424, "vacuous", 3, "rule 'seldom' looked at 4 of them and was stopped at calls"),
    ("{retries: {match: {rule: nobody}, lte: 0}}", 424, "vacuous", 3, "no call to judge: 0 of 9 calls met the match; closest: "),
    ("{amplification: {match: {function: typo}, lte: 1}}", 424, "vacuous", 3, "0 of 9 calls met the match"),
    ("{duplicates: {match: {function: typo}}}", 424, "vacuous", 3, "0 of 9 calls met the match"),
    ("{seen: {}}", 424, "vacuous", 3, "no observation of these calls was posted"),
    ("{recovery: {match: {function: other}}}", 424, "vacuous", 3, "no fault struck"),
    ("{calls: {match: {function: typo}, eq: 0}}", 200, "pass", 0, "0 calls"),
]


@pytest.mark.parametrize(
    "assertion, status, verdict, code, text",
    [pytest.param(*row, marks=pytest.mark.sound("B6", f"verify {row[0]}", f"{row[2]}, {row[1]}, exit {row[3]}")) for row in ROWS],
)
def test_a_verdict_over_http_and_as_exit_status(running, assertion, status, verdict, code, text):
    reply = running.admin("POST", "requests/verify", f"[{assertion}]", {"Content-Type": "application/yaml"})
    told = running.run("verify", f"[{assertion}]")

    assert (reply.status, reply.json()["verdict"]) == (status, verdict)
    assert text in reply.json()["results"][0]["text"]
    assert told.returncode == code, told.stdout + told.stderr
    assert told.stdout.split()[0] == verdict and text in told.stdout


@pytest.mark.sound("B6", "verify: pass, fail and vacuous at once", "vacuous: 3 goes before 1 before 0")
def test_the_weightiest_verdict_counts(running):
    passes, fails, vacuous = (ROWS[n][0] for n in (0, 1, 2))
    for list_, verdict, code in [([passes, fails], "fail", 1), ([fails, vacuous, passes], "vacuous", 3)]:
        told = running.run("verify", "--json", f"[{', '.join(list_)}]")
        assert (json.loads(told.stdout)["verdict"], told.returncode) == (verdict, code)


@pytest.mark.sound("B6", "verify when the journal lost entries", "inconclusive, 424, exit 7, before vacuous")
def test_lost_entries_leave_it_open(daemon):
    running = daemon(rules=RULES, config="journal: {bytes: 1MiB, bodies: 16KiB}\n")
    for _ in range(100):
        running.invoke("pay", b"x" * 16000)
    reply = running.admin("POST", "requests/verify", [{"calls": {"match": {"function": "typo"}}}, {"calls": {"gte": 1}}])
    told = running.run("verify", "[{calls: {gte: 1}}]")

    assert (reply.status, reply.json()["verdict"]) == (424, "inconclusive")
    assert (told.returncode, told.stdout.split()[0]) == (7, "inconclusive")
    assert "the journal lost" in told.stdout


@pytest.mark.sound("B6", "verify --within, the call comes meanwhile", "pass: what is vacuous is looked at again")
def test_what_is_vacuous_is_looked_at_again(running):
    text = "[{calls: {match: {function: comes-later}, gte: 1}}]"
    assert running.run("verify", text).returncode == 3
    with running.connect() as sock:
        body = json.dumps({"assert": [{"calls": {"match": {"function": "comes-later"}}}], "within": "60s"}).encode()
        sock.sendall(
            b"POST /_fcemu/requests/verify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        running.invoke("comes-later")
        assert sock.recv(12) == b"HTTP/1.1 200"
    assert running.run("verify", "--within", "5s", text).returncode == 0


@pytest.mark.sound("B6", "fault list, a rule that never fired", "says so")
def test_the_list_marks_what_never_fired(running):
    lines = {line.split()[0]: line.split() for line in running.run("fault", "list").stdout.splitlines()}

    assert "never" in lines["seldom"]
    assert "never" not in lines["throttle-pay"]
    assert json.loads(running.run("fault", "list", "--json").stdout)["rules"][1]["fired"] == 0
