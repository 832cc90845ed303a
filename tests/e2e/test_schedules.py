"""Timer triggers on the virtual clock: each moment of a schedule fires once, at its own time, whatever the clock jumps over."""

import json

import pytest

from functions import SERVICES, Functions
from test_async import configure
from test_fire import ECHO, trigger


@pytest.fixture
def functions(daemon):
    return Functions(daemon())


def clock(functions, **change):
    reply = functions.running.admin("PUT", "clock", change)
    assert reply.status == 200, reply.body


def timed(functions, expression, **config):
    name = functions.create("python3", ECHO)
    configure(functions, name)
    trigger(functions, name, "timer", {"cronExpression": expression, "enable": True, **config})
    return name


def events(functions, name):
    """What was sent, in the order of its time; a call is on the list as soon as it is accepted."""
    path = f"{SERVICES}/demo/functions/{name}/stateful-async-invocations?includePayload=true&limit=100"
    found = functions.running.call("GET", path).json()["invocations"] or []
    return sorted((json.loads(one["invocationPayload"]) for one in found), key=lambda event: event["triggerTime"])


def times(functions, name):
    return [event["triggerTime"] for event in events(functions, name)]


def test_a_schedule_fires_as_the_clock_passes_its_moments(functions):
    clock(functions, freeze="2026-01-05T07:59:59Z")
    name = timed(functions, "0 0 8 * * *", payload="mine")
    [shown] = functions.running.admin("GET", f"triggers?function=demo/{name}").json()["triggers"]
    assert shown["next"] == "2026-01-05T08:00:00.000Z"
    clock(functions, advance="999ms")
    assert times(functions, name) == []
    clock(functions, advance="1ms")
    assert events(functions, name) == [{"triggerTime": "2026-01-05T08:00:00Z", "triggerName": "t", "payload": "mine"}]
    clock(functions, advance="48h")
    assert times(functions, name) == ["2026-01-05T08:00:00Z", "2026-01-06T08:00:00Z", "2026-01-07T08:00:00Z"]


def test_daylight_saving_time_moves_the_instants(functions):
    """2026-03-08 in New York has no half past two, 2026-11-01 has half past one twice."""
    clock(functions, freeze="2026-03-07T12:00:00Z")
    nine, night = (timed(functions, f"CRON_TZ=America/New_York {when}") for when in ("0 0 9 * * *", "0 30 2 * * *"))
    clock(functions, advance="72h")
    assert times(functions, nine) == ["2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z", "2026-03-09T13:00:00Z"]
    assert times(functions, night) == ["2026-03-09T06:30:00Z", "2026-03-10T06:30:00Z"]
    clock(functions, freeze="2026-10-31T12:00:00Z")
    twice = timed(functions, "CRON_TZ=America/New_York 0 30 1 * * *")
    clock(functions, advance="48h")
    assert times(functions, twice) == ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"]


def test_every_counts_from_the_trigger(functions):
    clock(functions, freeze="2026-01-05T00:00:10Z")
    name = timed(functions, "@every 90m")
    clock(functions, advance="3h")
    assert times(functions, name) == ["2026-01-05T01:30:10Z", "2026-01-05T03:00:10Z"]


def change(functions, name, method, **config):
    path = f"{SERVICES}/demo/functions/{name}/triggers/t"
    body = json.dumps({"triggerConfig": config}) if config else None
    assert functions.running.call(method, path, body).status in (200, 204)


def test_what_is_off_changed_or_gone_does_not_fire(functions):
    clock(functions, freeze="2026-01-05T00:00:00Z")
    names = [timed(functions, "0 0 * * * *", enable=enable) for enable in (False, True, True, True)]
    change(functions, names[1], "PUT", enable=False)
    change(functions, names[2], "PUT", cronExpression="0 30 * * * *")
    change(functions, names[3], "DELETE")
    clock(functions, advance="1h")
    assert [times(functions, name) for name in names] == [[], [], ["2026-01-05T00:30:00Z"], []]
    change(functions, names[0], "PUT", enable=True)
    clock(functions, advance="1h")
    assert times(functions, names[0]) == ["2026-01-05T02:00:00Z"]


def test_a_clock_that_goes_back_starts_again_from_there(functions):
    clock(functions, freeze="2026-01-05T00:00:00Z")
    name = timed(functions, "0 0 * * * *")
    clock(functions, advance="1h")
    clock(functions, freeze="2026-01-04T22:30:00Z")
    clock(functions, advance="1h")
    assert times(functions, name) == ["2026-01-04T23:00:00Z", "2026-01-05T01:00:00Z"]


def test_a_jump_makes_up_for_a_thousand_moments_and_says_what_it_left_out(functions):
    clock(functions, freeze="2026-01-05T00:00:00Z")
    name = functions.create("python3", ECHO)
    trigger(functions, name, "timer", {"cronExpression": "@every 1s", "enable": True})
    clock(functions, advance="2h")
    assert functions.running.admin("GET", "health").status == 200
    log = functions.running.log()
    while "timer left moments out" not in log:  # the rest of them is fired a few at a time, between other calls
        functions.running.admin("GET", "health")
        log = functions.running.log()
    assert log.count(" type=timer ") == 1000


def test_a_trigger_kept_over_a_restart_fires_again(daemon, tmp_path):
    arguments = ("--data", tmp_path / "data")
    functions = Functions(daemon(arguments=arguments))
    clock(functions, freeze="2026-01-05T00:00:00Z")
    name = timed(functions, "@every 1h")
    functions.running.stop()
    functions.running = daemon(arguments=arguments)
    clock(functions, freeze="2026-01-06T00:30:00Z")
    clock(functions, advance="1h")
    assert times(functions, name) == ["2026-01-06T01:00:00Z"]


def test_forgetting_everything_forgets_the_schedules(functions):
    clock(functions, freeze="2026-01-05T00:00:00Z")
    timed(functions, "0 0 * * * *")
    assert functions.running.admin("POST", "state/reset", {}).status == 200
    clock(functions, advance="1h")
    assert " type=timer " not in functions.running.log() and "timer not fired" not in functions.running.log()
