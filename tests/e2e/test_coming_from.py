"""docs/coming-from.md: each command is run, each rule loads, and each word of ours in its tables is one that there is."""

import json
import re
import subprocess

import pytest
import yaml

from fcemu import BINARY, ROOT, environment, fcemu
from test_readme import commands

PAGE = ROOT / "docs" / "coming-from.md"
TEXT = PAGE.read_text(encoding="utf-8")
SECTIONS = {part.split("\n", 1)[0]: part for part in re.split(r"^## ", TEXT, flags=re.M)[1:]}
RULE_KEYS = {"match", "when", "do", "priority"}
# What is said of ours that is no command, rule, path or flag, and where that is shown to be so.
SAID = {"fixtures:": "config", "match": "rule", "verify": "kits/README.md", "near_miss": "docs/control.md", "vacuous": "docs/drills.md", "runtimes": "config", "auth.keys": "config"}


def rows(section):
    """(theirs, ours) of each row."""
    return [tuple(cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:3]) for line in SECTIONS[section].splitlines() if line.startswith("| ")][1:]


def words(section):
    return [word for _, ours in rows(section) for word in re.findall(r"`([^`]+)`", ours)]


WORDS = [(section, word) for section in SECTIONS for word in words(section)]


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_has_a_table_of_their_words_and_ours(section):
    assert len(rows(section)) >= 12
    assert all(theirs and ours for theirs, ours in rows(section))


@pytest.mark.parametrize("section", SECTIONS)
def test_commands_do_what_is_shown(daemon, section):
    running = daemon(arguments=["--config", ROOT / "config" / "fcemu.yaml"])
    env = {**environment(running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{running.port}"}
    part = running.folder / "part.md"
    part.write_text(SECTIONS[section], encoding="utf-8")
    shown = commands(part)
    assert shown
    for command, expected in shown:
        typed = command.replace("build/fcemu", str(BINARY))
        done = subprocess.run(typed, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        for line in expected:
            assert re.search(".*".join(map(re.escape, line.split("…"))), done.stdout), f"{command}\nshould print {line!r}, but printed:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("text", re.findall(r"^```yaml\n(.*?)^```", TEXT, re.M | re.S))
def test_rules_shown_are_good_rules(tmp_path, text):
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    done = fcemu("fault", "check", "--strict", tmp_path / "rules.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def check_rule(word, folder):
    rule = {"id": "one", "match": {"function": "f"}, "do": {"error": "ResourceThrottled"}, "ttl": "1h"} | yaml.safe_load(word)
    states = {"id": "two", "match": {"function": "g"}, "do": {"set_state": {"scenario": "order", "to": "paid"}, "pass": {}}, "ttl": "1h"}  # one that is asked for is set
    (folder / "rules.yaml").write_text(json.dumps({"version": 1, "rules": [rule, states]}), encoding="utf-8")
    done = fcemu("fault", "check", folder / "rules.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def check_command(word):
    given = re.split(r"\s+", word.split(" -- ")[0].removeprefix("fcemu "))
    for count in (3, 2, 1):
        help_text = fcemu(*given[:count], "--help").stdout
        if help_text.startswith(f"fcemu {' '.join(given[:count])}") and "Options:" in help_text or help_text.startswith(f"fcemu {' '.join(given[:count])}:"):
            break
    else:
        raise AssertionError(f"no verb in {word!r}")
    known = set(re.findall(r"--[a-z][a-z-]*", help_text))
    assert {option for option in given if option.startswith("--")} <= known, word


def check_flag(word):
    assert re.search(rf"^\s+(-\w, )?{re.escape(word.split()[0])}\s", fcemu("serve", "--help").stdout, re.M), word


def check_path(word):
    places = [path for path in (ROOT / "docs").glob("*.md") if path != PAGE] + [ROOT / "src" / "product" / "service" / "resource" / "trigger.c"]
    assert any(word.rstrip("…/") in path.read_text(encoding="utf-8") for path in places), word


def check_said(word):
    where = SAID[word]
    if where == "config":
        key = word.rstrip(":").split(".")[-1]
        assert re.search(rf"^ *(# )?{key}:", fcemu("config").stdout, re.M), word
    elif where != "rule":
        assert word in (ROOT / where).read_text(encoding="utf-8"), word


@pytest.mark.parametrize("section, word", WORDS, ids=[f"{section}: {word}" for section, word in WORDS])
def test_each_word_of_ours_is_one(tmp_path, section, word):
    if word.split(":")[0] in RULE_KEYS and ":" in word:
        check_rule(word, tmp_path)
    elif word.startswith("fcemu "):
        check_command(word)
    elif word.startswith("--"):
        check_flag(word)
    elif word.startswith("/"):
        check_path(word)
    elif word.startswith(("fun ", "s ", "at: ")):
        pass  # their own tools, led here
    else:
        check_said(word)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", TEXT):
        assert (PAGE.parent / target).exists(), target
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in SECTIONS}
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) == anchors
