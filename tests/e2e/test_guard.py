"""What bounds the faults of a file: guard, ttl and limit. The clock of rules is moved, nobody waits for it."""

import pytest

import signing
from fcemu import REGION, invocation, request_bytes


def statuses(running, function, count=1, **options):
    return [running.invoke(function, **options).status for _ in range(count)]


def rule(running, name):
    return running.admin("GET", f"faults/rules/{name}").json()


def test_only_keeps_everybody_else_out(daemon):
    running = daemon(rules="version: 1\nguard: {only: {label: 't-*'}}\nrules: [{id: a, do: {error: ResourceThrottled}}]\n")

    assert statuses(running, "x") == [404]
    assert statuses(running, "x", headers={"X-Fcemu-Label": "t-1"}) == [503]
    assert rule(running, "a")["matched"] == 1


@pytest.mark.sound("B2", "a call beyond guard.max_active", "it passes, and near_miss, explain, metrics and the rule's own line say so")
@pytest.mark.parametrize("overflow, status, mark", [("pass", 404, None), ("reject", 503, None)])
def test_max_active_caps_and_overflow_says_what_becomes_of_the_rest(daemon, overflow, status, mark):
    running = daemon(
        rules=f"version: 1\nguard: {{max_active: 2, overflow: {overflow}}}\n"
        "rules: [{id: a, match: {function: a}, do: {delay: 1m, error: AccessDenied}}]\n"
    )
    held = [running.connect() for _ in range(2)]
    for sock in held:
        sock.sendall(request_bytes("POST", invocation("a"), b"x"))
    while len(running.admin("GET", "faults/active").json()["active"]) < 2:
        pass
    reply = running.invoke("a")

    assert reply.status == status
    assert reply.headers["X-Fcemu-Fault"] == mark
    assert (b"guard.max_active" in reply.body) == (overflow == "reject")
    counters = rule(running, "a")
    assert [counters[name] for name in ("matched", "reached", "fired", "capped")] == [3, 3, 2, 1]
    assert rule(running, "a")["note"] == "capped by guard.max_active"
    assert "capped by guard.max_active" in running.run("fault", "list").stdout
    entry = running.requests()[-1]
    near = "rule 'a' was capped and the call passed" if overflow == "pass" else ""
    assert (entry["near_miss"] or "").startswith(near) and bool(entry["near_miss"]) == bool(near)
    explained = running.admin("POST", "faults/explain", {"request_id": entry["request_id"]}).json()["rules"][0]
    assert explained["gate"] == "max_active"
    assert ("so the call passed" in explained["text"]) == (overflow == "pass")
    assert ("answered 503" in explained["text"]) == (overflow == "reject")
    assert 'fcemu_fault_capped_total{rule="a"} 1' in running.admin("GET", "metrics").body.decode()
    first, second = (call["number"] for call in running.admin("GET", "faults/active").json()["active"])
    assert running.admin("DELETE", f"faults/active/{first}").json() == {"released": 1}
    assert running.admin("DELETE", f"faults/active/{first}").status == 404
    assert [call["number"] for call in running.admin("GET", "faults/active").json()["active"]] == [second]
    for sock in held:
        sock.close()


@pytest.mark.sound("B2", "a delay cut by guard.max_delay", "said in check, explain and the journal")
def test_max_delay_cuts_the_sum_and_everybody_says_so(daemon):
    running = daemon(
        rules="version: 1\nguard: {max_delay: 50ms}\nrules:\n"
        "  - {id: a, match: {function: x}, do: {delay: 40ms}}\n"
        "  - {id: b, match: {label: twice}, do: {delay: 40ms}}\n"
    )
    running.invoke("x")
    running.invoke("x", headers={"X-Fcemu-Label": "twice"})
    once, twice = running.requests()

    assert "delay_capped" not in once
    assert twice["delay_capped"] is True
    assert twice["held_ms"] >= 50
    said = [running.admin("POST", "faults/explain", {"request_id": entry["request_id"]}).json() for entry in (once, twice)]
    assert [reply["outcome"]["delay_capped"] for reply in said] == [False, True]
    assert ["delay cut to guard.max_delay" in rule["text"] for rule in said[0]["rules"]] == [False, False]
    assert ["delay cut to guard.max_delay" in rule["text"] for rule in said[1]["rules"]] == [True, True]
    rules = "version: 1\nguard: {max_delay: 50ms}\nrules: [{id: a, ttl: 1m, do: {delay: 60ms}}]\n"
    checked = running.admin("POST", "faults/check?alone=true", rules, headers={"Content-Type": "application/yaml"}).json()
    assert [w["message"] for w in checked["warnings"]] == ["delays of up to 60ms are cut to guard.max_delay 50ms"]


def test_halt_stops_all_rules(daemon):
    running = daemon(rules="version: 1\nguard: {halt: [{fired: {rule: a, gte: 3}}]}\nrules: [{id: a, match: {function: a}, do: {error: ResourceThrottled}}]\n")

    assert statuses(running, "a", 5) == [503, 503, 503, 404, 404]
    assert running.admin("GET", "health").json()["faults"]["stopped"] is True


def test_every_rule_ends_by_itself(daemon):
    running = daemon(
        rules="version: 1\nguard: {default_ttl: 10m}\nrules:\n"
        "  - {id: a, match: {function: a}, do: {error: ResourceThrottled}}\n"
        "  - {id: b, match: {function: b}, ttl: 1h, do: {error: ResourceThrottled}}\n"
        "  - {id: c, match: {function: c}, limit: {for: 5m, then: 'off'}, do: {error: ResourceThrottled}}\n"
        "  - {id: w, match: {function: w}, when: {window: {after: 5m, for: 1m, every: 5m}}, ttl: 3h, do: {error: ResourceThrottled}}\n"
    )
    seen = []
    for advance in ("0s", "4m", "1m", "6m", "50m", "4m"):
        assert running.admin("PUT", "clock", {"advance": advance}).status == 200
        seen.append("".join("F" if statuses(running, name) == [503] else "." for name in "abcw"))

    assert seen == ["FFF.", "FFF.", "FF.F", ".F..", "....", "...F"]
    assert [rule(running, name)["state"] for name in "abcw"] == ["expired", "expired", "spent", "armed"]
    assert running.admin("POST", "faults/rules/a/arm").status == 200
    assert statuses(running, "a") == [503]


def test_ramp_grows_with_the_clock_and_closes_behind_its_hold(daemon):
    running = daemon(rules="version: 1\nseed: 1\nrules: [{id: a, match: {function: a}, ttl: 1h, when: {ramp: {from: 0, to: 100%, over: 10m, hold: 5m}}, do: {error: ResourceThrottled}}]\n")
    running.admin("PUT", "clock", {"freeze": "2030-01-01T00:00:00Z"})
    running.admin("POST", "faults/rules/a/arm")
    shares = []
    for _ in range(9):
        shares.append(sum(status == 503 for status in statuses(running, "a", 60)) / 60)
        running.admin("PUT", "clock", {"advance": "2m"})

    for share, want in zip(shares, (0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1, 0)):
        assert abs(share - want) <= 3.5 * (want * (1 - want) / 60) ** 0.5


@pytest.mark.sound("F", "guard.overflow: reject, for a rule that is asked behind authentication", "503 beyond the cap, 403 below it")
def test_overflow_rejects_behind_authentication(daemon):
    running = daemon(
        rules="version: 1\nguard: {max_active: 1, overflow: reject}\n"
        "rules: [{id: a, match: {function: a, authenticated: true}, do: {delay: 1m, error: AccessDenied}}]\n",
        config='auth: {keys: [{id: LTAI-test, secret: of-mine}]}\n',
    )
    path = invocation("a")

    def signed():
        return signing.fc("POST", path, "LTAI-test", "of-mine")

    host = f"1234567890123456.{REGION}.fc.aliyuncs.com"
    with running.connect() as sock:
        sock.sendall(request_bytes("POST", path, b"", host, [f"{name}: {value}" for name, value in signed().items()]))
        while not running.admin("GET", "faults/active").json()["active"]:
            pass
        rejected = running.call("POST", path, b"", signed(), host=host)
        assert (rejected.status, b"guard.max_active" in rejected.body) == (503, True)
        assert rule(running, "a")["capped"] == 1
        assert running.call("POST", path, b"", host=host).status == 404  # unsigned: it is not asked
