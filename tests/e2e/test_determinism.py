"""Fates depend on seed, rule, key and count alone: not on threads, and not on other rules."""

import concurrent.futures
import http.client

import pytest

from fcemu import HOST, invocation

RULES = """
version: 1
seed: 7
defaults: {count_on: seen}
rules:
  - id: first
    match: {function: lottery}
    when: {per: [label], probability: 20%%}
    do: {error: %s}
    ttl: 1h
  - id: second
    match: {function: lottery}
    when: {per: [label], probability: 30%%}
    do: {error: ResourceThrottled}
    ttl: 1h
"""
THREADS, CALLS = 16, 1250


def fates(running, label, calls=CALLS):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    statuses = []
    for _ in range(calls):
        connection.request("POST", invocation("lottery"), headers={"Host": HOST, "X-Fcemu-Label": label})
        reply = connection.getresponse()
        reply.read()
        statuses.append(reply.status)
    connection.close()
    return statuses


def run(running):
    labels = [f"thread-{n}" for n in range(THREADS)]
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(labels, pool.map(lambda label: fates(running, label), labels)))


@pytest.mark.heavy
def test_twenty_thousand_calls_from_sixteen_threads_twice(daemon):
    first, second = (run(daemon(rules=RULES % "InternalServerError", arguments=["--seed", "7"])) for _ in range(2))

    assert first == second


def test_another_rule_changes_nobody_elses_fate(daemon):
    before = fates(daemon(rules=RULES % "InternalServerError"), "a", 400)
    without = fates(daemon(rules=(RULES % "InternalServerError").replace("probability: 20%", "calls: {first: 1}")), "a", 400)

    spared = [number for number in range(1, 400) if before[number] != 500]
    assert [before[number] for number in spared] == [without[number] for number in spared]


def test_tape_repeats_a_run_without_its_seed(daemon, tmp_path):
    recorded = daemon(rules=RULES % "InternalServerError")
    played = daemon(rules=(RULES % "InternalServerError").replace("seed: 7", "seed: 8"))
    want = fates(recorded, "a", 200)
    saved = recorded.run("fault", "tape", "save", tmp_path / "tape")
    assert saved.returncode == 0, saved.stderr
    started = played.run("fault", "tape", "play", tmp_path / "tape")
    assert started.returncode == 0, started.stderr

    assert fates(played, "a", 200) == want


def test_explain_recomputes_the_outcome(daemon):
    running = daemon(rules=RULES % "InternalServerError")
    fates(running, "a", 40)
    for entry in running.requests()[-40:]:
        told = running.admin("POST", "faults/explain", {"request_id": entry["request_id"]})
        assert told.status == 200, told.body
        rules = {rule["rule"]: rule for rule in told.json()["rules"]}
        fired = [rule for rule in ("first", "second") if rules.get(rule, {}).get("gate") == "fired"]
        assert (fired[0] if fired else None) == entry["rule"]
