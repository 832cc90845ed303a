"""What verbs write besides what they print, what they are not asked for, and descriptors that are not there."""

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import termios
import threading

import pytest

from fcemu import BINARY, Daemon, environment
from test_exec import Cli


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


RAN = ["--", "sh", "-c", "touch ran"]


@pytest.mark.parametrize("words, why", [
    (["exec", "--tape", "gone/t"], "--tape gone/t: No such file or directory"),
    (["exec", "--tape", "."], "--tape .: Is a directory"),
    (["exec", "--coverage", "gone/c"], "--coverage gone/c: No such file or directory"),
    (["exec", "--coverage", "drill.yaml"], "drill.yaml: "),
    (["exec", "--verify", "gone"], "cannot read 'gone': No such file or directory"),
    (["exec", "--verify", "."], "cannot read '.': Is a directory"),
    (["exec", "--verify", "bad.yaml"], "did you mean 'calls'?"),
    (["drill", "run", "drill.yaml", "--tape", "gone/t"], "--tape gone/t: No such file or directory"),
    (["drill", "run", "drill.yaml", "--coverage", "drill.yaml"], "drill.yaml: "),
    (["drill", "run", "drill.yaml", "--report", "gone/r.json"], "--report gone/r.json: No such file or directory"),
    (["drill", "run", "drill.yaml", "--report", "r.jsn"], "--report r.jsn: ends with none of .json, .xml"),
    (["drill", "run", "drill.yaml", "--json", "--format", "text"], "--json and --format text contradict each other"),
    (["drill", "run", "drill.yaml", "--ca-dir", "tmp"], "leave --ca-dir out"),
    (["drill", "run", "drill.yaml", "--token", "x"], "leave --token out"),
    (["drill", "run", "storm", "--faults", "drill.yaml", "--address", "127.0.0.1:1"], "leave --address out"),
    (["drill", "run", "storm", "--id", "storm"], "--id is for a file"),
    (["drill", "run", "-"], "standard input is the command's"),
    (["drill", "run", "storm", "--address", "127.0.0.1:1", "--ca-dir", "gone"], "no authority is there (ca.pem)"),
    (["sweep", "--resume", "gone/s"], "--resume gone/s: No such file or directory"),
])
def test_what_would_be_wrong_in_the_end_is_told_before_the_command_runs(cli, words, why):
    (cli.folder / "bad.yaml").write_text("[{cals: {gte: 1}}]")
    before = sorted(path.name for path in cli.folder.iterdir())
    done = cli.run(*words, *RAN, code=2)
    assert why in done.stderr and done.stdout == ""
    assert sorted(path.name for path in cli.folder.iterdir()) == before


def test_the_commands_own_exit_code_comes_before_what_could_not_be_kept(cli):
    """Its folder goes while it runs."""
    (cli.folder / "out").mkdir()
    done = cli.run("exec", "--tape", "out/t", "--coverage", "kept.json", "--", "sh", "-c", "rmdir out; exit 9", code=9)
    assert "--tape out/t: No such file" in done.stderr
    assert json.loads((cli.folder / "kept.json").read_text())["called"] == []
    (cli.folder / "out").mkdir()
    cli.run("exec", "--tape", "out/t", "--", "sh", "-c", "rmdir out", code=2)


def test_a_report_that_cannot_be_written_costs_none_of_the_others(cli):
    (cli.folder / "out").mkdir()
    done = cli.run("drill", "run", "drill.yaml", "--report", "out/r.json", "--report", "r.md", "--tape", "t", "--",
                   "sh", "-c", "rm -r out", code=2)
    assert "--report out/r.json: No such file" in done.stderr and "drill storm" in done.stdout
    assert (cli.folder / "r.md").read_text().startswith("## Drill storm") and (cli.folder / "t").read_text()


def test_names_with_blanks_and_pipes_are_written_to(cli):
    folder = cli.folder / "my folder"
    folder.mkdir()
    (cli.folder / "drill.yaml").rename(folder / "a drill.yaml")
    os.mkfifo(folder / "the tape")
    read = []
    reader = threading.Thread(target=lambda: read.append((folder / "the tape").read_text()), daemon=True)
    reader.start()
    cli.run("drill", "run", "my folder/a drill.yaml", "--report", "my folder/a report.json", "--coverage", "my folder/kept so far",
            "--tape", "my folder/the tape", "--", *cli.client("pay", 4))
    reader.join(60)
    assert read[0].startswith('{"fcemu_tape":1') and (folder / "kept so far").exists()
    assert json.loads((folder / "a report.json").read_text())["verdict"] == "pass"


def test_assertions_out_of_a_pipe_are_read_once(cli):
    done = subprocess.run([BINARY, "exec", "--verify", "/dev/stdin", "--", *cli.client("pay", 2)], cwd=cli.folder, env=cli.environment(),
                          input="[{calls: {gte: 3}}]", capture_output=True, text=True, timeout=120)
    assert done.returncode == 1, (done.stdout, done.stderr)


def test_rules_of_its_own_are_not_left_unread_for_a_daemon_at_hand(cli, daemon):
    """A drill that is named, beside a file that has it: the file counts, whatever listens elsewhere."""
    environment = cli.environment(FCEMU_ADDRESS=f"127.0.0.1:{daemon().port}")
    done = subprocess.run([BINARY, "drill", "run", "storm", "--faults", "drill.yaml", "--", *cli.client("pay", 4)], cwd=cli.folder,
                          env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.stdout, done.stderr)
    lost = subprocess.run([BINARY, "drill", "run", "storm", "--", "true"], cwd=cli.folder, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert lost.returncode == 2 and "no drill 'storm'" in lost.stderr


@pytest.mark.parametrize("words, why", [
    (["coverage", "kept.json", "--require", "banana"], "'--require banana' is not a share"),
    (["coverage", "kept.json", "--require", "101%"], "'--require 101%' is not a share"),
    (["coverage", "kept.json", "--address", "127.0.0.1:1"], "leave --address out"),
    (["coverage", "kept.json", "--token", "x"], "leave --token out"),
    (["coverage", "--operations", "--require", "1%"], "--operations stands alone"),
    (["coverage", "--operations", "kept.json"], "--operations stands alone"),
    (["drill", "report", "report.json", "--address", "127.0.0.1:1"], "leave --address out"),
    (["drill", "report", "report.json", "--json", "--format", "html"], "contradict each other"),
    (["drill", "report", "tmp"], "cannot read 'tmp': Is a directory"),
])
def test_what_an_option_cannot_do_is_refused_before_anything_is_printed(cli, words, why):
    (cli.folder / "kept.json").write_text('{"called": [], "cells": []}')
    (cli.folder / "report.json").write_text('{"drill": "a", "verdict": "pass"}')
    done = cli.run(*words, code=2)
    assert why in done.stderr and done.stdout == ""


def test_what_is_no_address_is_called_so(cli):
    for words in (["drill", "list"], ["health"]):
        assert "no daemon at here: neither HOST:PORT nor unix:PATH" in cli.run(*words, "--address", "here", code=5).stderr


# ---- descriptors that were closed ----


def run_without(cli, closed, words):
    """As a shell's `<&-`, `>&-`, `2>&-` do it."""
    return subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", BINARY, *words], cwd=cli.folder, env=cli.environment(),
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
@pytest.mark.parametrize("words, code", [
    (["exec", "--", "sh", "-c", "exit 4"], 4),
    (["drill", "run", "drill.yaml", "--", "true"], 3),
    (["react", "--errors", "AccessDenied", "--", "true"], 3),
    (["config"], 0),
])
def test_a_closed_descriptor_is_no_reason_to_fail(cli, closed, words, code):
    assert run_without(cli, closed, words) == code


@pytest.mark.parametrize("words, code", [(["exec", "--", "sh", "-c", "exit 4"], 4), (["config"], 1)])
def test_what_cannot_be_printed_is_an_error_and_no_abort(cli, words, code):
    assert run_without(cli, ">&-", words) == code
    assert run_without(cli, "<&- >&- 2>&-", words) == code


def test_a_daemon_serves_without_any_of_the_three(tmp_path):
    daemon = Daemon(tmp_path)
    daemon.command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *daemon.command]
    daemon.start()
    try:
        assert daemon.admin("GET", "readyz").status == 200
        assert daemon.admin("POST", "faults/reload").status == 200
    finally:
        daemon.stop()  # with status 0


def test_a_command_that_closes_its_own_output_is_waited_for(cli):
    done = cli.run("exec", "--", "sh", "-c", "exec >&- 2>&-; test -d . && exit 3", code=3)
    assert done.stdout == ""


# ---- pipes that nobody reads ----

FAILS = ["sh", "-c", '"$@" | grep -q 403 && exit 7; exit 0', "sh"]
PIPED = {
    "shrink --out": ["shrink", "whole.ndjson", "--out", "pipe", "--", *FAILS],
    "exec --tape": ["exec", "--tape", "pipe", "--", "true"],
    "drill --report": ["drill", "run", "drill.yaml", "--report", "pipe.json", "--", "true"],
    "drill --tape": ["drill", "run", "drill.yaml", "--tape", "pipe", "--", "true"],
    "fault tape save": ["fault", "tape", "save", "pipe"],
}


@pytest.fixture
def piped(cli, daemon, request):
    """The verb, in its wait for a reader."""
    words = PIPED[request.param]
    path = cli.folder / next(word for word in words if word.startswith("pipe"))
    if words[0] == "shrink":
        (cli.folder / "rules.yaml").write_text("version: 1\nrules: [{id: a, when: {calls: {first: 1}}, do: {error: AccessDenied}}]\n")
        cli.run("exec", "--faults", "rules.yaml", "--tape", "whole.ndjson", "--", *cli.client("pay", 1))
        words = [*words, *map(str, cli.client("pay", 1))]
    os.mkfifo(path)
    more = {"FCEMU_ADDRESS": f"127.0.0.1:{daemon().port}"} if words[0] == "fault" else {}
    process = subprocess.Popen([BINARY, *words], cwd=cli.folder, env=cli.environment(**more), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if "waiting for somebody to read this pipe" in line:
            return process, path
    raise AssertionError(f"it did not wait: {process.wait()}")


@pytest.mark.parametrize("piped, code", [("exec --tape", 0), ("drill --report", 3), ("drill --tape", 3), ("fault tape save", 0), ("shrink --out", 0)], indirect=["piped"])
def test_a_pipe_waits_for_its_reader(piped, code):
    process, path = piped
    text = path.read_text()
    assert json.loads(text if path.suffix else text.splitlines()[0])
    assert process.wait(60) == code


@pytest.mark.parametrize("piped, signum", [
    ("exec --tape", signal.SIGINT), ("drill --report", signal.SIGTERM), ("drill --tape", signal.SIGHUP), ("fault tape save", signal.SIGINT),
    ("shrink --out", signal.SIGTERM),
], indirect=["piped"])
def test_a_signal_ends_the_wait_for_a_reader(piped, signum):
    process, path = piped
    process.send_signal(signum)
    said = process.communicate(timeout=60)[1]
    assert f"{path.name}: nobody has read this pipe to its end" in said and process.returncode == 128 + signum, (said, process.returncode)


def test_a_reader_that_does_not_read_is_no_reason_to_stay(cli):
    """The pipe is full, and the signal comes then."""
    os.mkfifo(cli.folder / "pipe")
    (cli.folder / "rules.yaml").write_text("version: 1\nrules: [{id: a, do: {error: AccessDenied}}]\n")
    reader = os.open(cli.folder / "pipe", os.O_RDWR)
    room = fcntl.fcntl(reader, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen([BINARY, "exec", "--faults", "rules.yaml", "--tape", "pipe", "--", *cli.client("pay", 60)], cwd=cli.folder,
                               env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while struct.unpack("i", fcntl.ioctl(reader, termios.FIONREAD, bytes(4)))[0] < room:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    os.close(reader)
    assert "nobody has read this pipe to its end" in said and process.returncode == 130


@pytest.mark.parametrize("words", [["exec", "--coverage", "pipe"], ["drill", "run", "drill.yaml", "--coverage", "pipe"], ["sweep", "--resume", "pipe"]])
def test_what_is_read_and_added_to_is_no_pipe(cli, words):
    os.mkfifo(cli.folder / "pipe")
    done = cli.run(*words, *RAN, code=2)
    assert "pipe: this is a pipe, and what is kept is read and added to" in done.stderr and not (cli.folder / "ran").exists()


def test_a_ready_file_that_is_a_pipe(tmp_path):
    """It is written to and stays; without a reader the daemon says so and ends."""
    os.mkfifo(tmp_path / "pipe")
    words = [BINARY, "serve", "--listen", "127.0.0.1:0", "--ready-file", "pipe"]
    surroundings = {**environment(tmp_path), "TMPDIR": str(tmp_path)}
    refused = subprocess.run(words, cwd=tmp_path, env=surroundings, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
    assert refused.returncode != 0 and "write ready file 'pipe': nobody reads this pipe" in refused.stderr
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with subprocess.Popen(words, cwd=tmp_path, env=surroundings, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        select.select([reader], [], [], 60)
        assert json.loads(os.read(reader, 65536))["pid"] == process.pid
        process.terminate()
    assert process.returncode == 0 and (tmp_path / "pipe").is_fifo()
    os.close(reader)
