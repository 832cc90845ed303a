"""The control side answers under /_fcemu/ only when the Host is not an emulated one."""

import json

from fcemu import DOCUMENTED, HOST, fcemu


def test_an_emulated_host_never_reaches_it(packs):
    reply = packs.call("GET", "/_fcemu/health", host=HOST)

    assert reply.status == 400
    assert reply.json()["ErrorCode"] == "PathNotSupported"


def test_requests_verb_shows_the_journal(packs):
    reply = packs.invoke("raise-AccessDenied", headers={"X-Fcemu-Label": "requests-verb"})
    result = packs.run("requests", "--json")

    assert result.returncode == 0, result.stderr
    assert reply.headers["X-Fc-Request-Id"] in result.stdout


def test_faults_list_and_stop(daemon):
    rules = "version: 1\nrules: [{id: always, match: {function: x}, do: {error: AccessDenied}}]\n"
    running = daemon(rules=rules)
    assert running.invoke("x").status == 403
    assert "always" in running.run("fault", "list").stdout
    assert running.run("fault", "stop").returncode == 0

    assert running.invoke("x").status == 404


def test_reset_clears_journal_and_counters(daemon):
    running = daemon(rules="version: 1\nrules: [{id: once, match: {function: x}, when: {calls: {first: 1}}, do: {error: AccessDenied}}]\n")
    assert [running.invoke("x").status for _ in range(2)] == [403, 404]
    assert running.admin("POST", "reset").status == 200

    assert running.requests() == []
    assert running.invoke("x").status == 403


def test_journal_keeps_the_newest_and_counts_what_it_lost(daemon):
    running = daemon(config="journal: {bytes: 1MiB}\n")
    for number in range(6000):
        running.invoke("x", headers={"X-Fcemu-Label": f"call-{number}"})
    entries = running.requests()

    assert entries[-1]["label"] == "call-5999"
    assert 0 < len(entries) < 6000


def test_errors_verb_lists_all(packs):
    listed = json.loads(fcemu("errors", "--json").stdout)
    listed = listed["errors"] if isinstance(listed, dict) else listed
    by_code = {row["code"]: row for row in listed}

    for code, status in DOCUMENTED.items():
        assert by_code[code]["status"] == status
    assert len(by_code) > len(DOCUMENTED)


def test_operations_verb_lists_three_versions():
    listed = json.loads(fcemu("operations", "--json").stdout)
    listed = listed["operations"] if isinstance(listed, dict) else listed

    assert {row["api"] for row in listed} >= {"2016-08-15", "2021-04-06", "2023-03-30"}
    assert {"InvokeFunction", "CreateFunction", "ListServices"} <= {row["operation"] for row in listed}
