"""Completion in the shells themselves: each loads its script without a word, and completes a line as a person would see it."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

from fcemu import BINARY, Daemon, environment

SECONDS = 30
SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
PREPARE = {
    "bash": "PS1='$ '; bind 'set show-all-if-ambiguous off' 'set bell-style none'; source <(fcemu completion bash)",
    "zsh": "PS1='$ '; unsetopt beep; autoload -U compinit; compinit -u -D; source <(fcemu completion zsh)",
}
# What is typed, and what stands there when the tabulator was pressed.
LINES = [
    ("fcemu errors ResourceEx", "fcemu errors ResourceExhausted"),
    ("fcemu fault dr", "fcemu fault dry-run"),
    ("fcemu env py", "fcemu env python"),
    ("fcemu serve --region cn-qing", "fcemu serve --region cn-qingdao"),
    ("fcemu --region cn-qing", "fcemu --region cn-qingdao"),
    ("fcemu fault check --form", "fcemu fault check --format"),
    ("fcemu fault check rule", "fcemu fault check rules.yaml"),
    ("fcemu serve --config rule", "fcemu serve --config rules.yaml"),
    ("fcemu serve --faults rule", "fcemu serve --faults rules.yaml"),
    ("fcemu serve --config=rule", "fcemu serve --config=rules.yaml"),
    ("fcemu fault show only", "fcemu fault show only-rule"),
    ("fcemu fault off group:", "fcemu fault off group:"),
    ("fcemu invoke only", "fcemu invoke only-function"),
    ("fcemu logs -f only", "fcemu logs -f only-function"),
]
RULES = "version: 1\nrules: [{id: only-rule, match: {function: f}, do: {error: AccessDenied}}]\n"


def sound(line):
    return pytest.mark.sound("E-completion", line, "completed in bash, zsh and fish")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the program on PATH, one rule file, and a daemon that has its rule."""
    running = Daemon(tmp_path_factory.mktemp("completion"), rules=RULES).start()
    function = {"functionName": "only-function", "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}
    assert running.call("POST", "/2023-03-30/functions", json.dumps(function)).status == 200
    (running.folder / "bin").mkdir()
    (running.folder / "bin" / "fcemu").symlink_to(BINARY)
    running.variables = {
        **environment(running.folder),
        "PATH": f"{running.folder}/bin:{os.environ['PATH']}",
        "FCEMU_ADDRESS": f"127.0.0.1:{running.port}",
        "TERM": "dumb",
    }
    yield running
    running.stop()


class Terminal:
    def __init__(self, shell, place):
        master, slave = pty.openpty()
        self.fd, self.text = master, ""
        self.process = subprocess.Popen(SHELLS[shell], cwd=place.folder, env=place.variables, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, pattern):
        """The first match in what comes from now on."""
        end = time.monotonic() + SECONDS
        while not (found := re.search(pattern, self.text, re.M)):
            ready, _, _ = select.select([self.fd], [], [], end - time.monotonic())
            assert ready, f"no {pattern!r} in {self.text!r}"
            self.text += os.read(self.fd, 65536).decode("utf-8", "replace").replace("\r", "")
        self.text = self.text[found.end() :]
        return found

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.fd)


@pytest.mark.parametrize("typed, line", [pytest.param(typed, line, marks=sound(typed)) for typed, line in LINES])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_line_is_completed(place, shell, typed, line):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    terminal = Terminal(shell, place)
    try:
        terminal.send(PREPARE[shell] + "; echo REA''DY\n")
        terminal.wait_for("^READY$")
        terminal.send(typed + "\t\x01echo GOT: \x05\n")
        assert terminal.wait_for("^GOT: (.*)$")[1].rstrip() == line
    finally:
        terminal.close()


@pytest.mark.parametrize("typed, line", [pytest.param(typed, line, marks=sound(typed)) for typed, line in LINES])
def test_fish_completes_a_line(place, typed, line):
    if not shutil.which("fish"):
        pytest.skip("fish is not installed")
    script = f"fcemu completion fish | source; and complete -C '{typed}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], cwd=place.folder, env=place.variables, capture_output=True, text=True, timeout=SECONDS, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert [entry.split("\t")[0] for entry in done.stdout.splitlines()] == [line.rpartition(" ")[2]]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_read_without_complaint(place, shell):
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = subprocess.run([BINARY, "completion", shell], capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    done = subprocess.run([shell, "-n"], input=script, env=place.variables, capture_output=True, text=True, timeout=SECONDS, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
