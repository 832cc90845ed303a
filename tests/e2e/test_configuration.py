"""Every mistake is told at its position, all of them at once, and a daemon never starts half-configured."""

import json
import re

import pytest

from fcemu import PACKS, ROOT, Daemon, fcemu

TWENTY_MISTAKES = """version: 1
seed: -1
surprise: true
rules:
  - id: Bad_Id
    match: {operation: InvokeFuncton}
    do: {error: ResourceThrotled}
  - id: two
    mach: {function: a}
    do: {error: {code: ResourceThrottled, status: 429}}
  - id: three
    match: {region: cn-shanghia, client: 10.0.0.0/40, attempt: 0}
    when: {probability: 30, calls: {first: 2, nth: [3]}}
    do: {delay: 500}
  - id: four
    match: {header: {"x y": 1}}
    when: {probability: 1.7}
    do: {}
  - id: five
    when: {per: [user]}
    do: {error: InternalServerError, reset: {at: headers}}
  - id: six
    do: {respond: {status: 42}}
  - id: six
    do: {drip: {rate: 10kb}}
  - id: seven
    group: nowhere
    do: {truncate: {after: 150%}}
"""


def test_rules_are_checked_from_standard_input():
    good = fcemu("fault", "check", "-", stdin="version: 1\nrules:\n  - {id: a, do: {error: ResourceExhausted}, ttl: 1m, match: {function: f}}\n")
    bad = fcemu("fault", "check", "-", stdin="version: 1\nrules:\n  - {id: a, do: {eror: ResourceExhausted}}\n")

    assert (good.returncode, good.stdout) == (0, "1 rule, 0 warnings: ok\n"), good.stderr
    assert bad.returncode == 2 and bad.stderr.startswith("-:3:"), bad.stderr


def test_twenty_mistakes_are_told_at_once(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(TWENTY_MISTAKES, encoding="utf-8")
    result = fcemu("fault", "check", path)
    told = re.findall(rf"^{re.escape(str(path))}:(\d+):(\d+): error (F\d{{3}}): .+$", result.stdout + result.stderr, re.M)

    assert result.returncode == 2
    assert len(told) >= 20, result.stdout + result.stderr
    assert len(set(told)) == len(told)
    lines = TWENTY_MISTAKES.splitlines()
    for line, column, _ in told:
        assert 1 <= int(column) <= len(lines[int(line) - 1]) + 1


@pytest.mark.parametrize("wrong, right", [("'InvokeFuncton'", "'InvokeFunction'"), ("'ResourceThrotled'", "'ResourceThrottled'"), ("'mach'", "'match'")])
def test_the_nearest_right_word_is_named(tmp_path, wrong, right):
    path = tmp_path / "rules.yaml"
    path.write_text(TWENTY_MISTAKES, encoding="utf-8")
    result = fcemu("fault", "check", path)
    (line,) = [line for line in (result.stdout + result.stderr).splitlines() if wrong in line]

    assert f"did you mean {right}" in line


def test_daemon_does_not_start_on_mistakes(tmp_path):
    with pytest.raises(AssertionError, match="ended with 2 before it was ready"):
        Daemon(tmp_path / "faults", rules=TWENTY_MISTAKES).start()
    with pytest.raises(AssertionError, match="ended with 2 before it was ready"):
        Daemon(tmp_path / "config", config="lisen: here\n").start()
    assert not list(tmp_path.glob("*/ready.json"))


@pytest.mark.parametrize("pack", sorted(PACKS.glob("*.yaml")) + sorted((ROOT / "fixtures").glob("answers*.yaml")), ids=lambda path: path.name)
def test_packs_are_clean(pack):
    result = fcemu("fault", "check", "--strict", pack)

    assert result.returncode == 0, result.stdout + result.stderr


def test_an_empty_configuration_is_all_defaults(daemon):
    running = daemon(config="")

    assert running.admin("GET", "health").status == 200


def test_schema_is_json():
    schema = json.loads(fcemu("schema").stdout)

    assert schema["$schema"].startswith("https://json-schema.org/")
