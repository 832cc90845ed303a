"""What the control side can prove: chains, explanations, verdicts, coverage, replays, exports."""

import hashlib
import json
import re

from fcemu import fcemu

RULES = """
version: 1
seed: 7
rules:
  - id: first-try
    match: {function: pay, attempt: 1}
    do: {error: {code: ResourceThrottled, retry_after: 2s}}
    ttl: 1h
  - id: second-try
    match: {function: pay, attempt: {gte: 2}}
    do: {error: ResourceExhausted}
    limit: {fires: 1, then: off}
    ttl: 1h
  - id: flaky
    match: {function: flaky}
    when: {probability: 40%}
    do: {error: InternalServerError}
    ttl: 1h
"""


def test_attempts_of_one_call_are_counted_and_chained(daemon):
    running = daemon(rules=RULES)
    statuses = [running.invoke("pay", b'{"order":1}').status for _ in range(2)]
    other = running.invoke("pay", b'{"order":2}').status

    assert statuses == [503, 429]
    assert other == 503
    entries = running.requests("&function=pay")
    assert [entry["attempt"] for entry in entries] == [1, 2, 1]
    assert entries[0]["chain"] == entries[1]["chain"] != entries[2]["chain"]
    retries = running.admin("GET", "retries").json()
    assert (retries["calls"], retries["attempts"]) == (2, 3)
    assert retries["before_retry_after"] == 1
    (chain,) = retries["chains"]
    told = running.admin("GET", f"retries/{chain['chain']}").json()
    assert [entry["status"] for entry in told["requests"]] == [503, 429]


def test_labels_keep_logical_calls_apart(daemon):
    running = daemon(rules=RULES)
    for number in range(10):
        running.invoke("pay", headers={"X-Fcemu-Label": f"call-{number}"})

    assert {entry["attempt"] for entry in running.requests()} == {1}


def test_every_decision_is_recomputed(daemon):
    running = daemon(rules=RULES)
    for _ in range(30):
        running.invoke("flaky")
    for entry in running.requests():
        told = running.admin("POST", "faults/explain", {"request_id": entry["request_id"]}).json()
        rule = next(rule for rule in told["rules"] if rule["rule"] == "flaky")
        assert rule["agrees"]
        assert (rule["gate"] == "fired") == (entry["rule"] == "flaky")
        assert (rule["draw"] < 0.4) == (entry["rule"] == "flaky")
        assert next(rule for rule in told["rules"] if rule["rule"] == "first-try")["gate"] == "match"


def test_dry_run_shows_what_a_document_would_have_done(daemon):
    running = daemon(rules=RULES)
    for _ in range(5):
        running.invoke("other")
    document = "version: 1\nrules: [{id: strict, match: {function: other}, do: {error: AccessDenied}, ttl: 1h}]\n"
    told = running.admin("POST", "faults/dry-run", document.encode(), {"Content-Type": "application/yaml"}).json()

    assert (told["calls"], told["struck"]) == (5, 5)
    assert told["changed"][0]["would_be"] == "strict"
    assert running.invoke("other").status == 404


def test_verdicts(daemon):
    running = daemon(rules=RULES)
    running.invoke("pay")

    def verify(*assertions):
        return running.admin("POST", "requests/verify", {"assert": list(assertions)})

    assert verify({"calls": {"match": {"code": "ResourceThrottled"}, "eq": 1}}).status == 200
    failed = verify({"calls": {"match": {"function": "pay"}, "gte": 2}})
    assert failed.status == 409
    assert failed.json()["results"][0]["text"] == "1 calls, wanted at least 2"
    assert verify({"recovery": {"within": "1s"}}).status == 424
    assert verify({"calls": {"match": {"functon": "pay"}}}).status == 422


def test_coverage_and_what_the_client_saw(daemon):
    running = daemon(rules=RULES)
    reply = running.invoke("pay")
    cell = "coverage?error=ResourceThrottled&operation=InvokeFunction"
    assert running.admin("GET", cell).json()["cells"][0]["state"] == "reached"
    seen = {"request_id": reply.headers["X-Fc-Request-Id"], "outcome": "error", "exception": "RetryError"}
    assert running.admin("POST", "observations", seen).status == 201

    assert running.admin("GET", cell).json()["cells"][0]["state"] == "reacted"
    (told,) = running.admin("GET", "observations").json()["observations"]
    assert told["verdict"] == "code lost: ResourceThrottled → RetryError"


def test_a_request_is_replayed(daemon):
    running = daemon(rules=RULES, config="journal: {bodies: 4KiB}\n")
    first = running.invoke("flaky", b'{"order":7}')
    again = running.admin("POST", f"requests/{first.headers['X-Fc-Request-Id']}/replay")

    assert again.status == 200, again.body
    entries = running.requests("&function=flaky")
    assert len(entries) == 2
    assert entries[1]["request_id"] == again.json()["request_id"]
    assert entries[1]["request_bytes"] == len(b'{"order":7}')


def test_exports(daemon):
    running = daemon(rules=RULES, config="journal: {bodies: 4KiB}\n")
    running.invoke("pay", b'{"accessKeySecret":"very-secret"}')
    lines = running.admin("GET", "requests?format=ndjson").body.decode().splitlines()
    har = running.admin("GET", "requests?format=har").json()

    assert json.loads(lines[0])["rule"] == "first-try"
    assert har["log"]["entries"][0]["response"]["status"] == 503
    assert "very-secret" not in lines[0]
    assert "very-secret" not in json.dumps(har)


def test_rules_are_added_changed_and_removed(daemon):
    running = daemon(rules=RULES)
    rule = {"id": "mine", "match": {"function": "x"}, "do": {"error": "AccessDenied"}, "ttl": "1h"}
    added = running.admin("POST", "faults/rules", rule)
    assert added.status == 201, added.body
    assert running.invoke("x").status == 403
    stale = {"If-Match": '"1"'}
    assert running.admin("PATCH", "faults/rules/mine", {"do": {"error": "ResourceThrottled"}}, stale).status == 412
    assert running.admin("PATCH", "faults/rules/mine", {"do": {"error": "Nonsense"}}).status == 422
    assert running.invoke("x").status == 403
    assert running.admin("PATCH", "faults/rules/mine", {"do": {"error": "ResourceThrottled"}}).status == 200
    assert running.invoke("x").status == 503
    text = running.admin("GET", "faults?format=yaml").body
    assert running.admin("POST", "faults/check?alone=true", text, {"Content-Type": "application/yaml"}).status == 200
    assert running.admin("DELETE", "faults/rules/mine").status == 200
    assert running.invoke("x").status == 404


def verb(running, *words):
    return fcemu(*words, "--address", f"127.0.0.1:{running.port}")


def test_coverage_verb_tells_and_requires(daemon):
    running = daemon(rules=RULES)
    running.invoke("pay")
    told = verb(running, "coverage")
    short = verb(running, "coverage", "--require", "60%")

    assert told.returncode == 0
    assert re.search("^reached +ResourceThrottled ", told.stdout, re.M)
    assert short.returncode == 1
    assert "below 60%; missing first: InvalidArgument on InvokeFunction" in short.stderr
    assert verb(running, "coverage", "--require", "0.0001").returncode == 0


def test_tables_without_rows_show_their_titles(daemon):
    running = daemon(rules=RULES)

    assert verb(running, "retries").stdout.split()[:3] == ["chain", "operation", "function"]
    assert verb(running, "requests").stdout.split()[:2] == ["time", "id"]


def test_without_a_journal_rules_still_count_attempts(daemon):
    rules = RULES + """
  - id: once-more
    match: {function: again, attempt: {gte: 2}}
    do: {error: InternalServerError}
  - id: first-of-again
    match: {function: again}
    do: {error: ResourceThrottled}
"""
    running = daemon(rules=rules, config="journal: {enabled: false}\n")
    statuses = [running.invoke("again", b"same").status for _ in range(2)]

    assert statuses == [503, 500]
    assert running.requests() == []
    assert running.admin("GET", "health").json()["journal"]["lost"] == 0


def test_bodies_are_told_by_their_digest(daemon):
    running = daemon(rules=RULES, config="journal: {bodies: 16B}\n")
    bodies = [b"abc", b"", b"longer than what is kept", b'{"token":"s"}']
    ids = [running.invoke("flaky", body).headers["X-Fc-Request-Id"] for body in bodies]
    told = [running.admin("GET", f"requests/{request_id}").json().get("body_sha256") for request_id in ids]

    assert told == [hashlib.sha256(body).hexdigest() if body else None for body in bodies]
