"""Which of the matching calls a rule strikes: counted, keyed, limited, in priority order."""

from fcemu import fcemu

RULES = """
version: 1
rules:
  - id: first-two
    match: {function: first-two}
    when: {calls: {first: 2}}
    do: {error: InternalServerError}
  - id: third-of-each-label
    match: {function: third}
    when: {per: [label], calls: {nth: [3]}}
    do: {error: AccessDenied}
  - id: once
    match: {function: once}
    do: {error: ResourceThrottled}
    limit: {fires: 1, then: off}
  - id: shadowed
    match: {function: order}
    do: {error: InternalServerError}
  - id: first-by-priority
    priority: 10
    match: {function: order}
    do: {error: ResourceExhausted}
  - id: exempt
    priority: 100
    match: {function: order, label: exempt}
    do: {pass: {}}
  - id: bucket
    match: {function: bucket}
    when: {over_rate: {limit: 1, per: 1h, burst: 5, algorithm: token_bucket}}
    do: {error: ResourceExhausted}
  - id: headers
    match: {function: headers}
    do: {error: ResourceExhausted, headers: {set: {X-Set: "{{function}}"}, remove: [X-Fc-Request-Id]}}
  - id: retry-after
    match: {function: retry-after}
    do: {error: {code: ResourceExhausted, retry_after: 2s}}
"""


def statuses(running, function, count, **headers):
    return [running.invoke(function, headers=headers).status for _ in range(count)]


def test_gates(daemon):
    running = daemon(rules=RULES)

    assert statuses(running, "first-two", 4) == [500, 500, 404, 404]
    assert statuses(running, "third", 4, **{"X-Fcemu-Label": "a"}) == [404, 404, 403, 404]
    assert statuses(running, "third", 3, **{"X-Fcemu-Label": "b"}) == [404, 404, 403]
    assert statuses(running, "once", 3) == [503, 404, 404]
    assert statuses(running, "order", 1) == [429]
    assert statuses(running, "order", 1, **{"X-Fcemu-Label": "exempt"}) == [404]
    assert statuses(running, "bucket", 7) == [404] * 5 + [429] * 2


def test_answers_are_marked_and_edited(daemon):
    running = daemon(rules=RULES)
    edited = running.invoke("headers")
    later = running.invoke("retry-after")

    assert edited.headers["X-Set"] == "headers"
    assert edited.headers["X-Fc-Request-Id"] is None
    assert edited.headers["X-Fcemu-Fault"] == "headers"
    assert later.headers["Retry-After"] == "2"


def test_counters_are_told(daemon):
    running = daemon(rules=RULES)
    statuses(running, "first-two", 4)
    rules = {rule["id"]: rule for rule in running.admin("GET", "faults").json()["rules"]}

    assert (rules["first-two"]["matched"], rules["first-two"]["fired"]) == (4, 2)
    assert (rules["once"]["matched"], rules["once"]["fired"]) == (0, 0)


def told(running, rule):
    return fcemu("fault", "show", rule, "--address", f"127.0.0.1:{running.port}")


def test_a_rule_is_shown_as_a_file_that_loads(daemon, tmp_path):
    running = daemon(rules=RULES)
    shown = told(running, "third-of-each-label")
    path = tmp_path / "one.yaml"
    path.write_text(shown.stdout, encoding="utf-8")

    assert fcemu("fault", "check", path).returncode == 0
    other = daemon(rules=shown.stdout)
    assert statuses(other, "third", 3, **{"X-Fcemu-Label": "b"}) == [404, 404, 403]
    assert told(running, "thirt").returncode == 2
