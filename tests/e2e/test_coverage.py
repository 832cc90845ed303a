"""How much of what may go wrong was tried: of the operations that a client calls, over one run or many."""

import json
import sys

import pytest

from fcemu import fcemu
from test_exec import Cli

# One call of UpdateFunction for each argument, whatever comes of it.
SUITE = """
import http.client, os, sys
for _ in range(int(sys.argv[1])):
    connection = http.client.HTTPConnection(os.environ["FCEMU_ADDRESS"], timeout=30)
    try:
        connection.request("PUT", "/2016-08-15/services/demo/functions/pay", "{}", {"Host": "16530750.cn-shanghai.fc.aliyuncs.com"})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass
"""
# Codes by their arguments.
TRIED = {"InvalidArgument": "[a]", "MissingRequiredHeader": "[Date]", "PathNotSupported": "[a, b]", "EntityTooLarge": "['6291456']", "AccessDenied": "[a]",
         "SignatureNotMatch": "[]", "InvalidAccessKeyID": "[a]", "InternalServerError": "[]", "ServiceNotFound": "[demo]", "FunctionNotFound": "[a, b]", "PreconditionFailed": "[]"}
CODES = list(TRIED)


def rules(codes):
    """Each code once, one call after the other."""
    lines = ["version: 1", "rules:"]
    for number, code in enumerate(codes, 1):
        lines.append(f"  - {{id: r-{number}, ttl: 1h, match: {{operation: UpdateFunction}}, when: {{count_on: seen, calls: {{nth: [{number}]}}}}, "
                     f"do: {{error: {{code: {code}, args: {TRIED[code]}}}}}}}")
    return "\n".join(lines) + "\n"


def update(running):
    return running.call("PUT", "/2016-08-15/services/demo/functions/pay", b"{}").status


def coverage(running, *words):
    return fcemu("coverage", *words, "--address", f"127.0.0.1:{running.port}")


def test_what_is_below_the_share_is_named_and_one_rule_more_is_enough(daemon):
    running = daemon(rules=rules(CODES))
    for _ in TRIED:
        update(running)
    short = coverage(running, "--require", "60%")
    assert short.returncode == 1
    assert short.stderr == "fcemu coverage: 57.9% is below 60%; missing first: ConcurrentUpdateError on UpdateFunction\n"
    added = running.admin("POST", "faults/rules", {"id": "more", "match": {"operation": "UpdateFunction"}, "do": {"error": "ConcurrentUpdateError"}})
    assert added.status == 201, added.body
    assert update(running) == 409
    assert coverage(running, "--require", "60%").returncode == 0


def test_what_no_client_calls_does_not_count_unless_it_is_asked_for(daemon):
    running = daemon(rules=rules(["AccessDenied"]))
    update(running)
    told = running.admin("GET", "coverage").json()
    assert told["called"] == ["UpdateFunction"] and {cell["operation"] for cell in told["missing"]} == {"UpdateFunction"}
    everything = running.admin("GET", "coverage?operation=*").json()
    assert everything["applicable"] > 10 * told["applicable"]
    assert (everything["reached"], everything["cells"]) == (1, told["cells"])


@pytest.fixture
def cli(tmp_path):
    made = Cli(tmp_path)
    (tmp_path / "suite.py").write_text(SUITE)
    return made


def run(cli, codes, *words):
    (cli.folder / "tried.yaml").write_text(rules(codes))
    cli.run("exec", "--faults", "tried.yaml", "--coverage", "kept.json", "--", sys.executable, "suite.py", str(len(codes)))


def test_runs_with_a_daemon_each_are_taken_together(cli):
    run(cli, CODES[:6])
    run(cli, CODES[6:])
    short = cli.run("coverage", "kept.json", "--require", "60%", code=1)
    assert "missing first: ConcurrentUpdateError on UpdateFunction" in short.stderr
    cli.run("coverage", "kept.json", "--require", "50%")
    (cli.folder / "other.json").write_text(json.dumps({"called": [], "cells": [
        {"error": "ConcurrentUpdateError", "operation": "UpdateFunction", "state": "reached"},
        {"error": "NoSuchCode", "operation": "UpdateFunction", "state": "reached"}]}))
    told = json.loads(cli.run("coverage", "kept.json", "other.json", "--require", "60%", "--json").stdout)
    assert told["reached"] == len(TRIED) + 1


def test_a_drill_keeps_its_coverage_too(cli):
    cli.run("drill", "run", "drill.yaml", "--coverage", "kept.json", "--", *cli.client("pay", 3))
    told = json.loads(cli.run("coverage", "kept.json", "--json").stdout)
    assert [(cell["error"], cell["operation"]) for cell in told["cells"]] == [("ResourceThrottled", "InvokeFunction")]


@pytest.mark.parametrize("text, why", [("{}", "no coverage: 'cells' or 'called' is missing"), ("[", "")])
def test_a_file_that_is_no_coverage_is_refused_and_left_alone(cli, text, why):
    (cli.folder / "kept.json").write_text(text)
    assert why in cli.run("coverage", "kept.json", code=2).stderr
    assert "kept.json" in cli.run("exec", "--coverage", "kept.json", "--", "true", code=2).stderr
    assert (cli.folder / "kept.json").read_text() == text
    cli.run("coverage", "none.json", code=2)
    cli.run("exec", "--coverage", "none/kept.json", "--", "true", code=2)
