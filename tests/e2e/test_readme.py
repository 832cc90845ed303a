"""What the READMEs show is what happens: each command of a `console` block is run, and the lines below it must come."""

import re
import subprocess

import pytest

from fcemu import BINARY, ROOT, environment, fcemu

PAGES = [ROOT / "README.md", ROOT / "docs" / "README.zh.md", ROOT / "docs" / "drills.md"]
RULES = re.compile(r"^```yaml\n(.*?)^```", re.M | re.S)


def commands(page):
    """(command, [lines expected]) of each `$ ` line, in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_do_what_is_shown(daemon, page):
    running = daemon(arguments=["--config", ROOT / "config" / "fcemu.yaml"])
    env = {**environment(running.folder), "FCEMU_ADDRESS": f"127.0.0.1:{running.port}"}
    shown = commands(page)
    assert shown

    for command, expected in shown:
        typed = command.replace("127.0.0.1:8252", f"127.0.0.1:{running.port}").replace("build/fcemu", str(BINARY))
        output = subprocess.run(typed, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False).stdout
        for line in expected:
            pattern = ".*".join(map(re.escape, line.split("…")))
            assert re.search(pattern, output), f"{command}\nshould print {line!r}, but printed:\n{output}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_rules_shown_are_good_rules(tmp_path, page):
    (rules,) = RULES.findall(page.read_text(encoding="utf-8"))
    path = tmp_path / "rules.yaml"
    path.write_text(rules, encoding="utf-8")
    result = fcemu("fault", "check", "--strict", path)

    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_twins_show_the_same_calls():
    first, second = ([command for command, _ in commands(page) if command.startswith("curl")] for page in PAGES[:2])

    assert first == second
