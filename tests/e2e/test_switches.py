"""Rules, groups and everything are switched on and off, for good or for a time; a stop stays in force until something is enabled."""

import os
import pathlib
import signal

import pytest

from fcemu import Daemon, descriptors, fcemu
from test_reload import Events, write

RULES = """version: 1
groups: {g: {enabled: true}}
rules:
  - {id: one, match: {function: one}, ttl: 2h, do: {error: AccessDenied}}
  - {id: two, group: g, match: {function: two}, ttl: 2h, do: {error: ResourceThrottled}}
"""
PASSES = 404


def fates(running):
    return [running.invoke(name).status for name in ("one", "two")]


def later(running, advance):
    assert running.admin("PUT", "clock", {"advance": advance}).status == 200


def by_verb(running, on, what, time):
    return running.run("fault", "on" if on else "off", what, "--for", time).returncode


def by_http(running, on, what, time):
    if what.startswith("group:"):
        reply = running.admin("PUT", f"faults/groups/{what[6:]}", {"enabled": on, "for": time})
    else:
        reply = running.admin("POST", f"faults/rules/{what}/{'enable' if on else 'disable'}", {"for": time})
    return {200: 0, 422: 2}[reply.status]


@pytest.mark.sound("B3", "fault off ID|group:NAME --for 10m, by CLI and HTTP", "off, and on again after 10m")
@pytest.mark.parametrize("switch", [by_verb, by_http])
@pytest.mark.parametrize("what, off", [("one", [PASSES, 503]), ("group:g", [403, PASSES])])
def test_off_for_a_time_goes_back(daemon, switch, what, off):
    running = daemon(rules=RULES)
    assert switch(running, False, what, "10m") == 0
    assert fates(running) == off
    later(running, "599s")
    assert fates(running) == off
    later(running, "1s")

    assert fates(running) == [403, 503]


@pytest.mark.sound("B3", "fault on ID --for 10m", "on, and off again after 10m")
@pytest.mark.parametrize("switch", [by_verb, by_http])
def test_on_for_a_time_goes_back(daemon, switch):
    running = daemon(rules=RULES.replace("id: one", "id: one, enabled: false"))
    assert switch(running, True, "one", "10m") == 0
    assert fates(running) == [403, 503]
    assert "goes_back_at" in running.admin("GET", "faults/rules/one").json()
    later(running, "10m")

    assert fates(running) == [PASSES, 503]
    assert running.admin("GET", "faults/rules/one").json()["goes_back_at"] is None


@pytest.mark.sound("B3", "fault off ID --for banana, by CLI and HTTP", "refused, nothing is switched")
@pytest.mark.parametrize("switch", [by_verb, by_http])
@pytest.mark.parametrize("what", ["one", "group:g"])
@pytest.mark.parametrize("time", ["banana", "10", "0s", ""])
def test_what_is_no_duration_is_refused(shared, switch, what, time):
    assert switch(shared, False, what, time) == 2
    assert fates(shared) == [403, 503]


def test_a_group_that_is_named_like_a_rule_is_told(shared):
    told = shared.run("fault", "off", "g")
    assert (told.returncode, "did you mean 'group:g'?" in told.stderr) == (2, True), told.stderr
    assert fates(shared) == [403, 503]


@pytest.mark.sound("B3", '{"fro": "10m"}, {"for": 10} to a switch', "400 that names what is known")
@pytest.mark.parametrize(
    "path, body, says",
    [
        ("POST faults/rules/one/disable", {"fro": "10m"}, "unknown member 'fro'; did you mean 'for'?"),
        ("POST faults/rules/one/disable", {"for": 10}, "for: expected a text"),
        ("POST faults/rules/one/disable", {"for": None}, "for: expected a text"),
        ("POST faults/rules/one/disable", ["10m"], "the body: expected an object"),
        ("PUT faults/groups/g", {"enabled": False, "until": "10m"}, "unknown member 'until'; there is 'enabled', 'for'"),
        ("POST faults/enable", {"all": True}, "unknown member 'all'; there is 'for'"),
    ],
)
def test_unknown_members_of_a_switch_are_refused(shared, path, body, says):
    reply = shared.admin(*path.split(), body)

    assert (reply.status, says in reply.json()["detail"]) == (400, True), reply.body
    assert fates(shared) == [403, 503]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("switches"), rules=RULES).start()
    yield running
    running.stop()


@pytest.mark.sound("B3", "fault stop; fault on --all or POST faults/enable", "everything strikes again")
@pytest.mark.parametrize("by", ["verb", "http"])
def test_everything_comes_back_after_a_stop(daemon, by):
    running = daemon(rules=RULES)
    assert running.run("fault", "off", "two").returncode == 0
    assert running.run("fault", "stop").returncode == 0
    assert fates(running) == [PASSES, PASSES]
    if by == "verb":
        assert running.run("fault", "on", "--all").returncode == 0
    else:
        assert running.admin("POST", "faults/enable", {}).json() == {"stopped": False, "rules": 2}

    assert fates(running) == [403, 503]
    assert running.admin("GET", "health").json()["faults"]["stopped_rules"] == 0


def test_everything_comes_back_for_a_time(daemon):
    running = daemon(rules=RULES)
    running.admin("POST", "faults/stop", {})
    assert running.run("fault", "on", "--all", "--for", "1m").returncode == 0
    assert fates(running) == [403, 503]
    later(running, "1m")

    assert fates(running) == [PASSES, PASSES]
    assert running.admin("GET", "health").json()["faults"]["stopped"] is True


@pytest.mark.sound("B3", "fault stop; the rule file changes", "the stop is in force, and the log line and health say so")
@pytest.mark.parametrize("enabled", [None, "one"])
def test_a_stop_outlives_a_reload_and_is_told(daemon, enabled):
    running = daemon(rules=RULES, config="watch: false\n")
    stream = Events(running)
    running.admin("POST", "faults/stop", {})
    if enabled:
        running.admin("POST", f"faults/rules/{enabled}/enable", {})
    write(running, RULES.replace("AccessDenied", "ResourceExhausted") + "# again\n")
    os.kill(running.pid, signal.SIGHUP)
    stream.until("reloaded")
    stream.close()

    assert fates(running) == ([429, PASSES] if enabled else [PASSES, PASSES])
    faults = running.admin("GET", "health").json()["faults"]
    assert (faults["stopped"], faults["stopped_rules"]) == ((False, 1) if enabled else (True, 2))
    assert f"rules=2 canned=0 stopped={'some' if enabled else 'all'}, until 'fcemu fault on" in running.log()
    states = [rule["state"] for rule in running.admin("GET", "faults").json()["rules"]]
    assert states == (["armed", "stopped"] if enabled else ["stopped", "stopped"])


@pytest.mark.parametrize("words", [[], ["one", "--all"]])
def test_on_wants_one_thing_or_all(shared, words):
    refused = shared.run("fault", "on", *words)

    assert refused.returncode == 2
    assert "--all" in refused.stderr


def watched(running):
    """How many folders the daemon waits for (inotify)."""
    return sum(text.count("inotify wd:") for text in descriptors(running.pid, lambda path: pathlib.Path(path).read_text(encoding="ascii"), "fdinfo"))


@pytest.mark.sound("B3", "fcemu serve --no-watch", "rule files are read on SIGHUP alone")
def test_a_setting_that_is_on_can_be_turned_off(daemon):
    assert watched(daemon(rules=RULES)) > 0
    running = daemon(rules=RULES, arguments=["--no-watch"])

    assert watched(running) == 0
    assert watched(daemon(rules=RULES, arguments=["--no-watch", "--watch"])) > 0


def test_a_setting_that_is_off_has_no_such_flag(tmp_path):
    for flag, says in (("--no-header-control", "unknown option"), ("--watch=false", "'--no-watch' turns it off")):
        refused = fcemu("check", flag, folder=tmp_path)
        assert refused.returncode == 2
        assert says in refused.stderr
