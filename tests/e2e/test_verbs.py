"""Verbs that tell and change: what they print, and what their exit status is."""

import json

import pytest

from fcemu import DOCUMENTED, Daemon, fcemu

RULES = "version: 1\nrules: [{id: a, match: {function: x}, do: {error: ResourceThrottled}}]\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("verbs"), rules=RULES).start()
    daemon.invoke("x")
    daemon.invoke("y")
    yield daemon
    daemon.stop()


def test_verify_says_what_held(running):
    held, failed, both = (running.run("verify", text) for text in ("[{calls: {gte: 2}}]", "[{calls: {gte: 3}}]", "[{calls: {gte: 2}}, {calls: {lte: 1}}]"))

    assert (held.returncode, failed.returncode, both.returncode) == (0, 1, 1)
    assert held.stdout.split() == ["pass", "calls:", "2", "calls"]
    assert "fail" in failed.stdout and "wanted at least 3" in failed.stdout
    assert [line.split()[0] for line in both.stdout.splitlines()] == ["pass", "fail"]


def test_show_prints_a_file_that_loads(running, tmp_path):
    shown = running.run("fault", "show", "a")
    (tmp_path / "shown.yaml").write_text(shown.stdout, encoding="utf-8")

    assert shown.returncode == 0, shown.stderr
    assert fcemu("fault", "check", tmp_path / "shown.yaml").returncode == 0
    assert json.loads(running.run("fault", "show", "a", "--json").stdout)["layer"] == "file"
    assert running.run("fault", "show", "nobody").returncode == 2


def test_requests_take_filters_as_words(running):
    for words in (["function=x"], ["function=x&status=503"], ["function=x", "status=503"], ["--function", "x"]):
        told = json.loads(running.run("requests", "--json", *words).stdout)
        assert [entry["function"] for entry in told["requests"]] == ["x"], words
    refused = running.run("requests", "fnction=x")
    assert refused.returncode == 2
    assert "unknown filter 'fnction'" in refused.stderr


def test_sample_draws_as_often_as_it_is_told():
    for count in (["-n", "10"], ["--count", "10"], ["--count=10"]):
        result = fcemu("fault", "sample", "{fixed: 1s}", *count)
        assert result.returncode == 0, result.stderr
        assert result.stdout.splitlines()[-1].endswith(" 10")
    assert fcemu("fault", "sample", "{fixed: 1s}", "-x", "1").returncode == 2


def test_what_new_prints_loads_for_each_error(tmp_path):
    for code in DOCUMENTED:
        made = fcemu("fault", "new", code)
        (tmp_path / f"{code}.yaml").write_text(made.stdout, encoding="utf-8")
        assert fcemu("fault", "check", "--strict", tmp_path / f"{code}.yaml").returncode == 0, made.stdout


@pytest.mark.parametrize("words", [["fault", "list"], ["fault", "stop"], ["requests"], ["tail"], ["verify", "[]"], ["clock"], ["reset"], ["health"], ["retries"], ["coverage"]])
def test_a_daemon_that_is_not_there_is_status_5(words):
    result = fcemu(*words, extra={"FCEMU_ADDRESS": "127.0.0.1:1"})

    assert result.returncode == 5
    assert "no daemon at 127.0.0.1:1" in result.stderr
