"""Drills over the control side: a timeline over the loaded rules, a verdict that cannot pass by accident, rules as before."""

import json
import socket

import pytest

RULES = """
version: 1
seed: 3
groups:
  storm: {enabled: false}
rules:
  - id: throttle
    enabled: false
    match: {operation: InvokeFunction, function: pay}
    do: {error: ResourceThrottled}
  - id: half
    group: storm
    match: {operation: InvokeFunction, function: pay}
    when: {probability: 50%}
    do: {error: ResourceExhausted}
  - id: login
    match: {operation: InvokeFunction, function: login}
    when: {state: {scenario: session, is: [open]}}
    do: {error: AccessDenied}
  - id: opener
    match: {function: opener}
    do: {headers: {set: {x-seen: "1"}}, set_state: {scenario: session, to: open}}
drills:
"""


def start(daemon, drills, **options):
    return daemon(rules=RULES + drills, **options)


def run(running, drill, status=202, **body):
    reply = running.admin("POST", f"drills/{drill}/runs", body)
    assert reply.status == status, reply.body
    return reply.json()


def report(running, number, form="json"):
    reply = running.admin("GET", f"drills/runs/{number}/report?wait=true&format={form}")
    assert reply.status == 200, reply.body
    return reply.json() if form == "json" else reply.body.decode()


def switches(running):
    faults = running.admin("GET", "faults").json()
    return {
        "seed": faults["seed"],
        "stopped": faults["stopped"],
        "rules": {rule["id"]: rule["enabled"] for rule in faults["rules"]},
        "groups": {group["name"]: group["enabled"] for group in faults["groups"]},
        "scenarios": {scenario["name"]: scenario["state"] for scenario in faults["scenarios"]},
    }


def statuses(running, function, count):
    return [running.invoke(function).status for _ in range(count)]


STORM = """
  - id: storm
    description: throttled until five calls were struck
    seed: 7
    require: {calls: 8, fires_per_rule: 5}
    steps:
      - {at: 0s, enable: [throttle], note: begin}
      - {until: {fired: {rule: throttle, gte: 5}}, max: 10m}
      - {wait: 0s, disable: throttle}
    assert:
      - calls: {match: {function: pay}, gte: 5}
"""


def storm(running, calls=8):
    """The steps are taken between calls, never in the middle of one."""
    before = switches(running)
    number = run(running, "storm", workload="by hand")["run"]
    got = statuses(running, "pay", calls)
    reply = running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0, "output": "bye\n"})
    assert reply.status == 200, reply.body
    return before, got, report(running, number)


def test_a_drill_strikes_as_its_steps_say_and_puts_everything_back(daemon):
    running = start(daemon, STORM)
    before, got, end = storm(running)
    assert got[:5] == [503] * 5 and set(got[5:]) == {404}
    assert switches(running) == before
    assert (end["verdict"], end["exit"], end["seed"]) == ("pass", 0, "7")
    assert [step["state"] for step in end["steps"]] == ["done"] * 3
    assert end["calls"] == {"total": 8, "failed": 8, "struck": 5}
    assert end["workload"]["output"] == "bye\n"
    assert {(row["name"], row["verdict"]) for row in end["require"]} == {
        ("calls", "pass"), ("fires", "pass"), ("capped", "pass"), ("journal_lost", "pass")}
    assert [rule["fired"] for rule in end["rules"] if rule["id"] == "throttle"] == [5]


def test_the_same_seed_gives_the_same_report_but_for_times(daemon):
    drill = """
  - id: chance
    seed: 11
    require: {fires_per_rule: 1}
    steps: [{at: 0s, enable: "group:storm"}]
"""
    running = start(daemon, drill)
    ends = []
    for _ in range(2):
        number = run(running, "chance", workload="w")["run"]
        statuses(running, "pay", 20)
        running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
        ends.append(report(running, number))
    for end in ends:
        for name in ("run", "started", "ended", "duration_ms", "chains", "steps"):
            end.pop(name)
        for call in end["timeline"]:
            for name in ("at_ms", "took_ms", "request_id", "chain"):
                call.pop(name)
    assert ends[0] == ends[1]
    assert 0 < ends[0]["calls"]["struck"] < 20


def test_a_seed_of_the_run_wins_over_that_of_the_plan(daemon):
    running = start(daemon, STORM)
    assert run(running, "storm", workload="w", seed=18446744073709551615)["seed"] == "18446744073709551615"
    number = running.admin("GET", "drills/runs").json()["runs"][0]["run"]
    running.admin("DELETE", f"drills/runs/{number}")
    report(running, number)
    assert run(running, "storm", workload="w", seed="123")["seed"] == "123"


@pytest.mark.parametrize("drill, calls, why", [
    ("nobody", 0, "is the client pointed at this daemon?"),
    ("misspelt", 4, "matched 0 of 4 calls; closest: function 'pay2' (4)"),
    ("gated", 4, "matched 0 of 4 calls"),
])
def test_a_drill_does_not_pass_by_accident(daemon, drill, calls, why):
    drills = """
  - {id: nobody, steps: [{at: 0s, note: nothing}]}
  - {id: misspelt, steps: [{at: 0s, enable: throttle}]}
  - {id: gated, steps: [{at: 0s, set: {scenario: session, to: open}}]}
"""
    running = start(daemon, drills)
    number = run(running, drill, workload="w")["run"]
    statuses(running, "pay2", calls)
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("vacuous", 3)
    assert any(row["verdict"] == "vacuous" and why in row["text"] for row in end["require"]), end["require"]


def test_only_rules_that_the_drill_is_about_must_fire(daemon):
    running = start(daemon, "\n  - {id: small, steps: [{at: 0s, enable: throttle}]}\n")
    number = run(running, "small", workload="w")["run"]
    statuses(running, "pay", 1)
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
    assert [row["rule"] for row in report(running, number)["require"] if row["name"] == "fires"] == ["throttle"]


def test_a_condition_that_never_holds_makes_it_vacuous(daemon):
    running = start(daemon, """
  - id: waits
    steps:
      - {until: {fired: {rule: throttle, gte: 2}}, max: 1h}
      - {wait: 1h, note: then}
""")
    number = run(running, "waits")["run"]
    statuses(running, "other", 1)
    assert running.admin("PUT", "clock", {"advance": "1h"}).status == 200
    assert running.admin("PUT", "clock", {"advance": "1h"}).status == 200
    end = report(running, number)
    assert [step["state"] for step in end["steps"]] == ["timed_out", "done"]
    assert end["verdict"] == "vacuous"


def test_the_clock_that_a_drill_moves_does_not_hurry_its_own_steps(daemon):
    running = start(daemon, """
  - id: clocks
    timeout: 2h
    steps:
      - {at: 0s, clock: {advance: 5h}}
      - {wait: 0s, clock: {freeze: "2026-11-23T09:00:00Z"}}
      - {wait: 0s, note: frozen}
      - {at: 1h, note: never}
""")
    number = run(running, "clocks", workload="w")["run"]
    while running.admin("GET", f"drills/runs/{number}").json()["step"] < 3:
        pass
    assert running.admin("GET", "clock").json()["now"].startswith("2026-11-23T09:00:00")
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
    end = report(running, number)
    assert [step["state"] for step in end["steps"]] == ["done", "done", "done", "not_reached"]
    assert running.admin("GET", "clock").json()["is_real"] is True


@pytest.mark.parametrize("body, verdict, code", [
    ({"exit": 0}, "pass", 0),
    ({"exit": 3}, "fail", 1),
    ({"signal": 9}, "fail", 1),
    ({"exit": 127, "failed_to_start": True}, "fail", 1),
])
def test_a_workload_that_fails_fails_the_drill(daemon, body, verdict, code):
    running = start(daemon, "\n  - {id: w, timeout: 2h, require: {fires_per_rule: 0}, steps: [{at: 1h, note: never}]}\n")
    number = run(running, "w", workload="make it")["run"]
    statuses(running, "pay", 1)
    running.admin("POST", f"drills/runs/{number}/workload", body)
    end = report(running, number)
    assert (end["ending"]["verdict"], end["exit"]) == (verdict, code)
    assert [step["state"] for step in end["steps"]] == ["not_reached"]


def test_expect_exit_is_what_counts_as_success(daemon):
    running = start(daemon, "\n  - {id: w, expect_exit: 3, steps: []}\n".replace("steps: []", "require: {calls: 1}"))
    number = run(running, "w", workload="w")["run"]
    statuses(running, "pay", 1)
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 3})
    assert report(running, number)["verdict"] == "pass"


def test_one_at_a_time_and_the_other_is_named(daemon):
    running = start(daemon, STORM)
    number = run(running, "storm", workload="w")["run"]
    refusal = run(running, "storm", status=409)
    assert f"'storm' is running as run {number}" in refusal["detail"]
    running.admin("DELETE", f"drills/runs/{number}")
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("interrupted", 130)
    run(running, "storm", workload="w")


def test_stop_all_ends_a_drill_and_stays_a_stop(daemon):
    running = start(daemon, STORM)
    number = run(running, "storm", workload="w")["run"]
    assert running.admin("POST", "faults/stop").status == 200
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("stopped", 4)
    after = switches(running)
    assert after["stopped"] is True and after["seed"] == 3


def test_stop_when_stops(daemon):
    running = start(daemon, """
  - id: careful
    steps: [{at: 0s, enable: throttle}, {at: 5m, note: never}]
    stop_when: [{fired: {rule: throttle, gte: 2}}]
""")
    number = run(running, "careful")["run"]
    assert statuses(running, "pay", 3) == [503, 503, 404]
    end = report(running, number)
    assert (end["verdict"], end["exit"], end["ending"]["text"]) == ("stopped", 4, "stop_when: fired held")


def test_the_timeout_is_real_time(daemon):
    running = start(daemon, STORM)
    number = run(running, "storm", workload="w", timeout="50ms")["run"]
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("timed_out", 6)
    assert switches(running)["rules"]["throttle"] is False


def test_an_attached_run_ends_with_whoever_holds_it(daemon):
    running = start(daemon, STORM)
    number = run(running, "storm", workload="w", attached=True)["run"]
    with socket.create_connection(("127.0.0.1", running.port)) as holder:
        holder.sendall(f"GET /_fcemu/drills/runs/{number}/report?wait=true&attached=true HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        while running.invoke("pay").status != 503:
            pass
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("interrupted", 130)
    assert end["ending"]["text"] == "whoever started it has gone"
    assert switches(running)["rules"]["throttle"] is False


def test_rules_that_are_loaded_anew_meanwhile_are_put_back_by_name(daemon):
    running = start(daemon, STORM)
    before = switches(running)
    number = run(running, "storm", workload="w")["run"]
    assert running.invoke("pay").status == 503
    added = running.admin("POST", "faults/rules", {"id": "extra", "match": {"function": "x"}, "do": {"error": "AccessDenied"}})
    assert added.status == 201, added.body
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
    report(running, number)
    after = switches(running)
    assert after["rules"].pop("extra") is True
    assert after == before


@pytest.mark.parametrize("body, why", [
    ({"sed": 7}, "did you mean 'seed'?"),
    ({"seed": -1}, "seed: expected"),
    ({"timeout": "3"}, "timeout: expected a duration"),
    ({"workload": ["make"]}, "workload: expected"),
    ({"attached": "yes"}, "attached: expected true or false"),
])
def test_what_a_run_cannot_be_asked_for_is_refused(daemon, body, why):
    running = start(daemon, STORM)
    reply = running.admin("POST", "drills/storm/runs", body)
    assert reply.status in (400, 422) and why in reply.json()["detail"]
    assert running.admin("GET", "drills/runs").json() == {"runs": []}


def test_unknown_drills_and_runs_are_named(daemon):
    running = start(daemon, STORM)
    assert "did you mean 'storm'?" in running.admin("POST", "drills/strom/runs", {}).json()["detail"]
    assert running.admin("GET", "drills/runs/9").status == 404
    assert running.admin("GET", "drills/runs/9/report").status == 404
    number = run(running, "storm", workload="w")["run"]
    assert running.admin("GET", f"drills/runs/{number}/report").status == 409
    assert "not one of text, json" in running.admin("GET", f"drills/runs/{number}/report?format=pdf").json()["detail"]
    assert running.admin("POST", f"drills/runs/{number}/workload", {"exit": 1, "signal": 9}).status == 422


def test_a_journal_that_is_too_small_is_never_a_pass(daemon):
    running = start(daemon, "\n  - {id: long, timeout: 2h, require: {fires_per_rule: 0}, steps: [{at: 1h, note: never}]}\n",
                    config="journal: {bytes: 1MiB, bodies: 4KiB}\n")
    number = run(running, "long", workload="w")["run"]
    for _ in range(400):
        running.invoke("pay", body=b"x" * 4000)
    running.admin("POST", f"drills/runs/{number}/workload", {"exit": 0})
    end = report(running, number)
    assert (end["verdict"], end["exit"]) == ("inconclusive", 7)


def test_every_form_of_a_report_tells_the_verdict(daemon):
    running = start(daemon, STORM)
    _, _, end = storm(running)
    number = end["run"]
    assert "pass (exit 0), 8 calls" in report(running, number, "text")
    assert '<testcase classname="storm" name="require fires of throttle" time="0"/>' in report(running, number, "junit")
    assert "## Drill storm: pass" in report(running, number, "markdown")
    page = report(running, number, "html")
    assert "<title>Drill storm: pass</title>" in page and "<script" not in page and "<svg" in page
    schema = running.admin("GET", "drills/report.schema.json").json()
    import jsonschema
    jsonschema.validate(end, schema)
    jsonschema.validate(json.loads(json.dumps(end)), schema)


def test_hostile_output_stays_text(daemon):
    running = start(daemon, STORM)
    number = run(running, "storm", workload="<b>")["run"]
    statuses(running, "pay", 8)
    running.admin("POST", f"drills/runs/{number}/workload",
                  {"exit": 0, "output": "</system-out>]]>\x08\ud83d\ude00<script>alert(1)</script>\n" + "y" * 70000})
    import xml.etree.ElementTree as tree
    text = tree.fromstring(report(running, number, "junit")).find("testsuite/system-out").text
    assert len(text.encode()) <= 64 << 10 and text.endswith("yyy")
    assert "<script" not in report(running, number, "html")


# Two drills, each of an account of its own, over rules that are for that account alone.
BESIDE = """
version: 1
groups:
  theirs: {enabled: false}
rules:
  - {id: mine, enabled: false, match: {account: "16530750"}, do: {error: ResourceThrottled}}
  - {id: theirs, group: theirs, match: {account: "1986114430573743"}, do: {error: ResourceExhausted}}
drills:
  - id: mine
    guard: {only: {account: "16530750"}}
    seed: 5
    steps: [{at: 0s, enable: mine}, {at: 5m, note: never}]
    assert:
      - calls: {eq: 2}
      - calls: {match: {account: "1986114430573743"}, eq: 0}
  - id: theirs
    guard: {only: {account: "1986114430573743"}}
    steps: [{at: 0s, enable: "group:theirs"}, {at: 5m, note: never}]
    assert:
      - calls: {match: {status: 429}, eq: 1}
  - {id: all, steps: [{at: 0s, enable: mine}, {at: 5m, note: never}]}
  - {id: mine-too, guard: {only: {account: "16530750"}}, steps: [{at: 0s, enable: mine}]}
  - {id: other-seed, guard: {only: {account: "1986114430573743"}}, seed: 6, steps: [{at: 0s, enable: "group:theirs"}]}
"""


def test_drills_of_different_accounts_run_at_once_and_see_only_their_own(daemon):
    running = daemon(rules=BESIDE)
    before = switches(running)
    mine = run(running, "mine", workload="w")["run"]
    for other in ("all", "mine-too"):
        refusal = run(running, other, status=409)["detail"]
        assert f"'mine' is running as run {mine}" in refusal and "different accounts" in refusal
    assert "beside it there is only its seed" in run(running, "other-seed", status=409)["detail"]
    theirs = run(running, "theirs", workload="w")
    assert theirs["seed"] == "5"
    assert [running.invoke("pay").status for _ in range(2)] == [503, 503]
    assert running.invoke("pay", host="1986114430573743.cn-shanghai.fc.aliyuncs.com").status == 429
    assert "'mine' is running" in run(running, "all", status=409)["detail"]
    running.admin("POST", f"drills/runs/{mine}/workload", {"exit": 0})
    told = report(running, mine)
    assert told["verdict"] == "pass", told
    assert told["calls"] == {"total": 2, "failed": 2, "struck": 2} and [rule["id"] for rule in told["rules"]] == ["mine"]
    # The other goes on as it was: its rules, its seed.
    assert switches(running)["groups"] == {"theirs": True} and switches(running)["seed"] == 5
    assert switches(running)["rules"]["mine"] is False
    running.admin("POST", f"drills/runs/{theirs['run']}/workload", {"exit": 0})
    told = report(running, theirs["run"])
    assert told["verdict"] == "pass", told
    assert switches(running) == before


def test_a_stop_ends_all_drills_at_once(daemon):
    running = daemon(rules=BESIDE)
    numbers = [run(running, name, workload="w")["run"] for name in ("mine", "theirs")]
    running.admin("POST", "faults/stop")
    assert [report(running, number)["verdict"] for number in numbers] == ["stopped", "stopped"]
