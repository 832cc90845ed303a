"""A seeded rule gives each caller the same fates twice, however the connections interleave, and about as often as it says."""

import concurrent.futures
import http.client

import pytest

from fcemu import HOST, invocation

RULES = """
version: 1
seed: 7
rules:
  - id: thirty-percent
    match: {function: lottery}
    when: {per: [label], probability: 30%}
    do: {error: ResourceThrottled}
"""
CONNECTIONS, CALLS = 8, 125


def outcomes_of(running, label):
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
    text = ""
    for _ in range(CALLS):
        connection.request("POST", invocation("lottery"), body=b"x" * 16, headers={"Host": HOST, "X-Fcemu-Label": label})
        reply = connection.getresponse()
        reply.read()
        text += "F" if reply.status == 503 else "."
    connection.close()
    return text


def one_run(running):
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        labels = [f"caller-{n}" for n in range(CONNECTIONS)]
        return dict(zip(labels, pool.map(lambda label: outcomes_of(running, label), labels)))


def test_the_same_fates_twice_and_within_three_sigma(daemon):
    first = one_run(daemon(rules=RULES))
    second = one_run(daemon(rules=RULES))

    assert first == second
    fires = sum(text.count("F") for text in first.values())
    sigma = (CONNECTIONS * CALLS * 0.3 * 0.7) ** 0.5
    assert abs(fires - 300) <= 3 * sigma
    assert len(set(first.values())) == CONNECTIONS  # each caller has fates of its own


def test_another_seed_gives_other_fates(daemon):
    seven = outcomes_of(daemon(rules=RULES), "caller")
    eight = outcomes_of(daemon(rules=RULES.replace("seed: 7", "seed: 8")), "caller")

    assert seven != eight


@pytest.mark.heavy
def test_reset_starts_the_fates_again(daemon):
    running = daemon(rules=RULES)
    first = outcomes_of(running, "caller")
    assert outcomes_of(running, "caller") != first
    assert running.admin("POST", "reset").status == 200

    assert outcomes_of(running, "caller") == first
