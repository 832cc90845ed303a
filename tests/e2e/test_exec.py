"""`fcemu exec` and `fcemu drill run`: a private daemon around a command, and nothing left behind."""

import contextlib
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree

import pytest

from fcemu import BINARY, ROOT, environment

CALL = "http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services/demo/functions/{}/invocations"

# A client in a few lines: calls as often as it is told, prints the statuses.
CLIENT = """
import os, sys, urllib.request, urllib.error
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
for _ in range(int(sys.argv[2])):
    try:
        print(opener.open(urllib.request.Request(sys.argv[1], method="POST", data=b"")).status, flush=True)
    except urllib.error.HTTPError as refusal:
        print(refusal.code, flush=True)
"""

RULES = """
version: 1
rules:
  - {id: throttle, enabled: false, match: {operation: InvokeFunction, function: pay}, do: {error: ResourceThrottled}}
drills:
  - id: storm
    seed: 7
    require: {calls: 3, fires_per_rule: 3}
    steps:
      - {at: 0s, enable: throttle}
      - {until: {fired: {rule: throttle, gte: 3}}, max: 9m}
      - {wait: 0s, disable: throttle}
"""


class Cli:
    """Runs our binary in a folder of its own, with a TMPDIR that must be empty behind it."""

    def __init__(self, folder):
        self.folder = folder
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        (folder / "client.py").write_text(CLIENT)
        (folder / "drill.yaml").write_text(RULES)

    def environment(self, **more):
        return {**environment(self.folder), "TMPDIR": str(self.tmp), **more}

    def run(self, *words, code=0, **options):
        done = subprocess.run([BINARY, *map(str, words)], cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, **options)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert not list(self.tmp.iterdir()), "a folder was left behind"
        return done

    def client(self, function, calls):
        return [sys.executable, "client.py", CALL.format(function), str(calls)]


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


def wait_until_dead(pids):
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([handle], [], [], 30)[0], f"process {pid} lives"
        finally:
            os.close(handle)


def test_a_command_finds_its_daemon_by_the_environment(cli):
    done = cli.run("exec", "--", *cli.client("raise-ResourceExhausted", 2))
    assert done.stdout.split() == ["429", "429"]


def test_files_are_handed_on(cli):
    (cli.folder / "rules.yaml").write_text("version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n")
    (cli.folder / "answers.yaml").write_text("version: 1\nrules: [{id: b, match: {function: y}, do: {respond: {status: 201}}}]\n")
    for function, status in (("x", "403"), ("y", "201")):
        done = cli.run("exec", "--faults", "rules.yaml", "--fixtures", "answers.yaml", "--", *cli.client(function, 1))
        assert done.stdout.split() == [status]


@pytest.mark.parametrize("words, code", [
    (["sh", "-c", "exit 3"], 3),
    (["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM),
    (["no-such-program"], 127),
    (["/etc/passwd"], 126),
    (["sh", "-c", "exit 0"], 0),
])
def test_the_exit_code_is_the_commands(cli, words, code):
    cli.run("exec", "--", *words, code=code)


@pytest.mark.parametrize("words, code, why", [
    (["exec", "--", "pythom3"], 127, "fcemu exec: pythom3: no such program; did you mean 'python3'?"),
    (["exec", "--", "no/such/program"], 127, "fcemu exec: no/such/program: no such program\n"),
    (["exec", "--", "/etc/passwd"], 126, "not a program that can be run"),
    (["drill", "run", "drill.yaml", "--", "pythom3"], 3, "fcemu drill run: pythom3: no such program; did you mean 'python3'?"),
    (["exec"], 2, "needs a command"),
    (["exec", "--"], 2, "needs a command"),
    (["exec", "--faults", "gone.yaml", "--", "true"], 5, "gone.yaml"),
    (["drill", "run", "gone.yaml"], 5, "gone.yaml"),
    (["drill", "run", "drill.yaml", "--id", "strom"], 2, "did you mean 'storm'?"),
    (["drill", "run", "drill.yaml", "--format", "pdf"], 2, "not one of text, json"),
    (["drill", "run", "drill.yaml", "--"], 2, "a command stands behind --"),
    (["drill", "run", "drill.yaml", "--address", "127.0.0.1:1"], 2, "private daemon"),
    (["drill", "run", "drill.yaml", "--timeout", "3"], 2, "timeout: expected a duration"),
    (["drill", "report", "drill.yaml"], 2, "is no report of a drill"),
])
def test_what_cannot_be_run_is_told(cli, words, code, why):
    assert why in cli.run(*words, code=code).stderr


@pytest.mark.parametrize("assertion, code", [("[{calls: {gte: 2}}]", 0), ("[{calls: {gte: 3}}]", 1)])
def test_assertions_are_judged_when_the_command_has_ended_well(cli, assertion, code):
    (cli.folder / "verify.yaml").write_text(assertion)
    cli.run("exec", "--verify", "verify.yaml", "--", *cli.client("pay", 2), code=code)
    cli.run("exec", "--verify", "verify.yaml", "--", "sh", "-c", "exit 9", code=9)


def test_a_grandchild_that_keeps_the_output_open_delays_nothing_and_is_ended(cli):
    script = "setsid sleep 1000 & echo $!; exit 0"
    for words, code in ((["exec"], 0), (["drill", "run", "drill.yaml"], 3)):
        done = cli.run(*words, "--", "sh", "-c", script, code=code)
        wait_until_dead([int(done.stdout.split()[0])])


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_and_us(cli, signum):
    running = subprocess.Popen([BINARY, "exec", "--", "sh", "-c", "echo $$; exec sleep 1000"], cwd=cli.folder, env=cli.environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    pid = int(running.stdout.readline())
    running.send_signal(signum)
    assert running.wait(60) == 128 + signum
    running.stdout.close()
    wait_until_dead([pid])
    assert not list(cli.tmp.iterdir())


def test_a_command_that_ignores_the_signal_is_ended_by_the_second(cli):
    running = subprocess.Popen([BINARY, "exec", "--", "sh", "-c", "trap '' TERM; echo $$; while :; do read x < /dev/zero; done"],
                               cwd=cli.folder, env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    pid = int(running.stdout.readline())
    running.send_signal(signal.SIGTERM)
    running.send_signal(signal.SIGINT)
    assert running.wait(60) in (128 + signal.SIGTERM, 128 + signal.SIGINT)
    running.stdout.close()
    wait_until_dead([pid])


def test_nothing_outlives_us_even_when_we_are_killed(cli):
    script = "setsid sleep 1000 & echo $$ $! $FCEMU_ADDRESS; exec sleep 1000"
    running = subprocess.Popen([BINARY, "exec", "--", "sh", "-c", script], cwd=cli.folder, env=cli.environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    command, grandchild, address = running.stdout.readline().split()
    processes = below(running.pid)
    assert daemons_of(address) <= set(processes)
    running.kill()
    running.wait()
    running.stdout.close()
    wait_until_dead([int(command), int(grandchild), *processes])
    assert not list(cli.tmp.iterdir())


def test_the_folder_of_a_stage_that_was_killed_with_its_supervisor_goes_with_the_next(cli):
    running = subprocess.Popen([BINARY, "exec", "--", "sh", "-c", "echo up; exec sleep 1000"], cwd=cli.folder, env=cli.environment(),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "up\n"
    processes = below(running.pid)
    running.send_signal(signal.SIGSTOP)
    os.kill(processes[0], signal.SIGKILL)
    running.kill()
    running.wait()
    running.stdout.close()
    wait_until_dead(processes)
    assert len(list(cli.tmp.iterdir())) == 1
    cli.run("exec", "--", "true")  # removes it


def daemons_of(address):
    """The processes whose command line says they serve for a stage; found by the port they listen on."""
    port = int(address.rpartition(":")[2])
    inodes = {line.split()[9] for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
              if line.split()[3] == "0A" and int(line.split()[1].rpartition(":")[2], 16) == port}
    found = set()
    for link in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if any(target == f"socket:[{inode}]" for inode in inodes):
            found.add(int(link.parts[2]))
    return found


def test_eight_at_once_share_nothing(cli):
    running = [subprocess.Popen([BINARY, "exec", "--", *cli.client("raise-AccessDenied", i + 1)], cwd=cli.folder, env=cli.environment(),
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) for i in range(8)]
    for i, one in enumerate(running):
        out, _ = one.communicate(timeout=120)
        assert (one.returncode, out.split()) == (0, ["403"] * (i + 1))
    assert not list(cli.tmp.iterdir())


# ---- drills ----


def test_a_drill_of_a_file_runs_with_its_workload(cli):
    done = cli.run("drill", "run", "drill.yaml", "--report", "r.json", "--report", "r.xml", "--report", "r.md", "--report", "r.html",
                   "--", *cli.client("pay", 6))
    assert done.stdout.split()[:6] == ["503", "503", "503", "404", "404", "404"]
    assert re.search(r"drill storm, seed 7: ok +pass \(exit 0\), 6 calls", done.stdout)
    report = json.loads((cli.folder / "r.json").read_text())
    assert report["workload"]["exit"] == 0 and report["workload"]["output"].split() == ["503"] * 3 + ["404"] * 3
    assert xml.etree.ElementTree.parse(cli.folder / "r.xml").getroot().get("failures") == "0"
    assert "Drill storm: pass" in (cli.folder / "r.md").read_text()
    assert "<svg" in (cli.folder / "r.html").read_text()


def test_a_report_is_read_again_in_another_form_and_compared(cli):
    for name, calls in (("a", 6), ("b", 5)):
        cli.run("drill", "run", "drill.yaml", "--report", f"{name}.json", "--json", "--", *cli.client("pay", calls))
    assert "| calls | pass | 6 calls |" in cli.run("drill", "report", "a.json", "--format", "markdown").stdout
    assert cli.run("drill", "diff", "a.json", "a.json").stdout == ""
    assert "calls: 6 -> 5\n" in cli.run("drill", "diff", "a.json", "b.json", code=1).stdout


@pytest.mark.parametrize("command, code, text", [
    (["sh", "-c", "exit 4"], 3, "the workload ended with 4, wanted 0"),
    (["no-such-program"], 3, "the workload could not be started"),
    (["true"], 3, "is the client pointed at this daemon?"),
])
def test_a_workload_that_did_nothing_makes_it_vacuous(cli, command, code, text):
    assert text in cli.run("drill", "run", "drill.yaml", "--", *command, code=code).stdout


def test_a_workload_that_fails_fails_the_drill(cli):
    words = ["sh", "-c", 'python3 client.py "$1" 4; exit 4', "sh", CALL.format("pay")]
    done = cli.run("drill", "run", "drill.yaml", "--", *words, code=1)
    assert "the workload ended with 4, wanted 0" in done.stdout


def test_the_timeout_ends_a_workload_that_does_not_end(cli):
    done = cli.run("drill", "run", "drill.yaml", "--timeout", "5s", "--json", "--", "sh", "-c", "echo begun; exec sleep 1000", code=6)
    report = json.loads(done.stdout)
    assert report["verdict"] == "timed_out"
    assert (report["workload"]["signal"], report["workload"]["output"]) == (signal.SIGTERM, "begun\n")


def test_a_junit_file_says_from_the_start_that_it_did_not_finish(cli):
    running = subprocess.Popen([BINARY, "drill", "run", "drill.yaml", "--report", "r.xml", "--", "sh", "-c", "echo up; exec sleep 1000"],
                               cwd=cli.folder, env=cli.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "up\n"
    running.kill()
    running.wait()
    running.stdout.close()
    error = xml.etree.ElementTree.parse(cli.folder / "r.xml").find("testsuite/testcase/error")
    assert error.get("message") == "the drill did not finish"


def test_an_interrupted_drill_leaves_the_rules_of_a_daemon_as_they_were(cli, daemon):
    served = daemon(rules=RULES)
    authority = pathlib.Path(served.run("ca", "path").stdout.strip()).parent
    words = [BINARY, "drill", "run", "storm", "--address", f"127.0.0.1:{served.port}", "--ca-dir", authority, "--json", "--",
             "sh", "-c", "echo up >&2; exec sleep 1000"]
    for end in (signal.SIGINT, signal.SIGKILL):
        running = subprocess.Popen(list(map(str, words)), cwd=cli.folder, env=cli.environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while served.invoke("pay").status != 503:
            assert running.poll() is None, running.stderr.read()
        running.send_signal(end)
        out, _ = running.communicate(timeout=60)
        number = served.admin("GET", "drills/runs").json()["runs"][-1]["run"]
        assert served.admin("GET", f"drills/runs/{number}/report?wait=true").json()["verdict"] == "interrupted"
        assert served.admin("GET", "faults/rules/throttle").json()["enabled"] is False
        if end == signal.SIGINT:
            assert running.returncode == 130 and json.loads(out)["verdict"] == "interrupted"


def test_a_killed_workload_fails_the_drill(cli):
    words = ["sh", "-c", 'python3 client.py "$1" 4; kill -KILL $$', "sh", CALL.format("pay")]
    done = cli.run("drill", "run", "drill.yaml", "--", *words, code=1)
    assert "signal 9 ended the workload" in done.stdout


def test_drills_of_a_daemon_are_listed_stopped_and_reported(cli, daemon):
    served = daemon(rules=RULES)
    at = ["--address", f"127.0.0.1:{served.port}"]
    served.admin("POST", "drills/storm/runs", {"workload": "w"})
    assert "storm" in cli.run("drill", "list", *at).stdout
    assert json.loads(cli.run("drill", "list", *at, "--json").stdout)["runs"][0]["state"] == "running"
    cli.run("drill", "stop", *at)
    served.admin("GET", "drills/runs/1/report?wait=true")
    assert "interrupted" in cli.run("drill", "report", *at).stdout
    assert "interrupted" in cli.run("drill", "report", "1", *at, "--format", "markdown").stdout
    assert "no run '7'" in cli.run("drill", "report", "7", *at, code=2).stderr


def test_a_file_with_several_drills_wants_a_name(cli):
    (cli.folder / "two.yaml").write_text("version: 1\ndrills:\n  - {id: one, steps: [{at: 0s, note: a}]}\n  - {id: two, steps: [{at: 0s, note: b}]}\n")
    assert "several drills: one, two; name one with --id" in cli.run("drill", "run", "two.yaml", code=2).stderr
    assert "drill two" in cli.run("drill", "run", "two.yaml", "--id", "two", code=3).stdout
    assert cli.run("drill", "check", "two.yaml").returncode == 0


# ---- start ----


class Started:
    """`fcemu start` as a test kit runs it: a pipe for the first line."""

    def __init__(self, cli, *words, owner=None, **options):
        arguments = ["--die-with", str(owner)] if owner else []
        self.process = subprocess.Popen([BINARY, "start", *arguments, *map(str, words)], cwd=cli.folder, env=cli.environment(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.told = json.loads(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.stderr.close()

    def processes(self):
        return [self.process.pid, *below(self.process.pid)]


def below(pid):
    found = []
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *below(child)]
    return found


def status_at(url, function):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{url}/2016-08-15/services/demo/functions/{function}/invocations", method="POST", data=b"")
    try:
        return opener.open(request, timeout=60).status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def test_start_tells_where_it_is_and_ends_when_asked(cli):
    (cli.folder / "rules.yaml").write_text("version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n")
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        started = Started(cli, "--faults", "rules.yaml")
        told = started.told
        assert sorted(told) == ["address", "ca", "env", "log", "url", "version"]
        assert told["url"] == f"http://{told['address']}" == told["env"]["HTTP_PROXY"]
        assert re.fullmatch(r"\d+\.\d+\.\d+", told["version"])
        assert "BEGIN CERTIFICATE" in pathlib.Path(told["ca"]).read_text()
        assert "rules loaded" in pathlib.Path(told["log"]).read_text()
        assert status_at(told["url"], "x") == 403
        processes = started.processes()
        started.process.send_signal(signum)
        assert started.process.wait(60) == 0
        started.end()
        wait_until_dead(processes)
        assert not list(cli.tmp.iterdir())


def test_start_hands_its_files_on(cli):
    (cli.folder / "fcemu.yaml").write_text("faults: [own.yaml]\n")
    (cli.folder / "own.yaml").write_text("version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n")
    (cli.folder / "answers.yaml").write_text("version: 1\nrules: [{id: b, match: {function: y}, do: {respond: {status: 201}}}]\n")
    started = Started(cli, "--config", "fcemu.yaml", "--fixtures", "answers.yaml")
    assert [status_at(started.told["url"], function) for function in "xy"] == [403, 201]
    started.process.terminate()
    assert started.process.wait(60) == 0
    started.end()


@pytest.mark.parametrize("words, code, why", [
    (["--config", "gone.yaml"], 5, "gone.yaml"),
    (["--config", "wrong.yaml"], 5, "did you mean 'faults'?"),
    (["--fixtures", "gone.yaml"], 5, "gone.yaml"),
    (["--fixtures", "wrong.yaml"], 5, "wrong.yaml:1:1"),
    (["--die-with", "nobody"], 2, "'--die-with nobody' is not the number of a process"),
    (["--die-with", "0"], 2, "'--die-with 0' is not the number of a process"),
    (["--die-with", str(1 << 22)], 2, "there is no such process"),
    (["--faults", "gone.yaml"], 5, "gone.yaml"),
])
def test_what_cannot_be_started_is_told(cli, words, code, why):
    (cli.folder / "wrong.yaml").write_text("fault: [a]\n")
    assert why in cli.run("start", *words, code=code).stderr


@pytest.mark.parametrize("verb", [["start"], ["exec"]])
def test_mistakes_in_files_are_told_in_full(cli, verb):
    folder = cli.folder / ("long" * 50)
    folder.mkdir()
    (folder / "rules.yaml").write_text("version: 1\nrules:\n" + "  - {id: a, mtach: {}, do: {error: AccessDenied}}\n" * 9)
    told = cli.run(*verb, "--faults", folder / "rules.yaml", *(["--", "true"] if verb == ["exec"] else []), code=5).stderr
    assert told.count("unknown key 'mtach'") == 9 and told.count("did you mean 'match'?\n") == 9


def test_start_ends_with_its_owner_and_holds_none_of_its_pipes(cli):
    owner = subprocess.Popen(["sleep", "1000"])
    started = Started(cli, owner=owner.pid)
    processes = started.processes()
    assert len(processes) >= 4
    assert started.process.stdout.read() == started.process.stderr.read() == ""  # they end although it lives
    assert started.process.poll() is None
    assert os.getpgid(started.process.pid) != os.getpgid(0)
    assert status_at(started.told["url"], "raise-AccessDenied") == 403
    owner.kill()
    owner.wait()
    assert started.process.wait(60) == 0
    started.end()
    wait_until_dead(processes)
    assert not list(cli.tmp.iterdir())


def test_start_says_that_its_daemon_has_ended(cli):
    started = Started(cli)
    for pid in daemons_of(started.told["address"]):
        os.kill(pid, signal.SIGKILL)
    assert started.process.wait(60) == 5
    assert started.process.stderr.read() == "fcemu start: the daemon has ended\n"
    started.end()
    assert not list(cli.tmp.iterdir())


def test_nothing_is_left_of_a_start_that_was_killed(cli):
    started = Started(cli, owner=os.getpid())
    processes = started.processes()
    started.process.kill()
    started.process.wait()
    started.end()
    wait_until_dead(processes)
    assert not list(cli.tmp.iterdir())


# Tells a file that it runs, and waits for another one.
WAITER = "import os, sys, subprocess; subprocess.run(sys.argv[1:], check=True); open('begun', 'w').close(); os.read(os.open('go', os.O_RDONLY), 1)"


def test_a_terminal_sees_how_far_a_drill_is_and_a_file_does_not(cli):
    os.mkfifo(cli.folder / "go")
    ours, theirs = pty.openpty()
    words = ["drill", "run", "drill.yaml", "--", sys.executable, "-c", WAITER, *cli.client("pay", 3)]
    running = subprocess.Popen([BINARY, *words], cwd=cli.folder, env=cli.environment(TERM="xterm"), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    seen = b""
    while b"storm: 3 of 3 steps, 3 calls, " not in seen:
        seen += os.read(ours, 4096)
    (cli.folder / "go").write_text("!")
    out = running.communicate(timeout=60)[0]
    with contextlib.suppress(OSError):  # a terminal that nobody writes to any more
        while more := os.read(ours, 4096):
            seen += more
    os.close(ours)
    assert running.returncode == 0
    assert seen.endswith(b"\r\x1b[K"), "the last line is taken away"
    assert b"\x1b" not in out and b"drill storm" in out


def test_without_a_terminal_there_is_no_line_of_progress(cli):
    done = cli.run("drill", "run", "drill.yaml", "--", *cli.client("pay", 3))
    assert "\r" not in done.stderr + done.stdout and "steps" not in done.stderr


def test_a_drill_leaves_its_tape(cli):
    cli.run("drill", "run", "drill.yaml", "--tape", "tape.ndjson", "--", *cli.client("pay", 3))
    lines = [json.loads(line) for line in (cli.folder / "tape.ndjson").read_text().splitlines()]
    assert lines[0]["lines"] == 3 and sum(line["do"]["error"] == "ResourceThrottled" for line in lines[1:]) == 3


def with_everything():
    """The whole configuration as it comes: every pack of rules, canned answers and seeds."""
    return ["--config", ROOT / "config" / "fcemu.yaml", "--seeds", ROOT / "fixtures" / "seed.yaml"]


@pytest.mark.parametrize("options", [[], with_everything()], ids=["alone", "with the whole configuration"])
@pytest.mark.parametrize("calls, text", [
    (4, "matched 0 of 4 calls; closest: function 'pay2' (4)"),
    (0, "0 calls, wanted at least 3: is the client pointed at this daemon?"),
])
def test_a_misspelt_name_and_a_workload_that_calls_nothing_are_vacuous(cli, options, calls, text):
    done = cli.run("drill", "run", "drill.yaml", *options, "--", *cli.client("pay2", calls), code=3)
    assert text in done.stdout
