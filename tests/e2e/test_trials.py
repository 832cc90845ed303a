"""`fcemu react`, `sweep` and `shrink`: the same command again and again, each time with other faults."""

import fcntl
import json
import signal
import subprocess
import sys

import pytest

from fcemu import BINARY, ROOT
from test_exec import Cli

ANSWERS = ROOT / "fixtures" / "answers.yaml"

# Calls hello-1 to hello-N, three tries each, but for one that is not guarded. Prints the code of what it cannot take.
CLIENT = """
import json, os, sys, urllib.request, urllib.error
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
count, unguarded, hurt = int(sys.argv[1]), int(sys.argv[2]), set()
for i in range(1, count + 1):
    for attempt in range(3):
        url = f"http://16530750.cn-shanghai.fc.aliyuncs.com/2016-08-15/services/demo/functions/hello-{i}/invocations"
        try:
            opener.open(urllib.request.Request(url, method="POST", data=b"")).read()
            break
        except urllib.error.HTTPError as refusal:
            hurt.add(i)
            if i == unguarded:
                print(json.loads(refusal.read())["ErrorCode"])
                sys.exit(3)
        except OSError:
            hurt.add(i)
sys.exit(7 if {2, 4} <= hurt else 0)
"""


@pytest.fixture
def cli(tmp_path):
    made = Cli(tmp_path)
    (tmp_path / "app.py").write_text(CLIENT)
    return made


def app(calls, unguarded=0):
    return ["--fixtures", ANSWERS, "--", sys.executable, "app.py", calls, unguarded]


# Calls a function of a seed that has code, as a program would; prints the type of its failure.
CALLER = """
import json, os, sys, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": os.environ["HTTP_PROXY"]}))
url = "http://1234567890123456.cn-hangzhou.fc.aliyuncs.com/2016-08-15/services/demo/functions/hello/invocations"
with opener.open(urllib.request.Request(url, method="POST", data=b"{}")) as reply:
    if reply.headers["X-Fc-Error-Type"]:
        print(json.loads(reply.read())["errorMessage"])
        sys.exit(4)
"""


def caller(folder):
    (folder / "caller.py").write_text(CALLER)
    return ["--seeds", ROOT / "fixtures" / "seed.yaml", "--", sys.executable, "caller.py"]


def test_react_tries_faults_in_running_code(cli, tmp_path):
    matrix = json.loads(cli.run("react", "--errors", "AccessDenied", "--network", "--json", *caller(tmp_path)).stdout)
    endings = {cell["injected"]: cell["ending"] for cell in matrix["cells"]}
    assert {name: endings[name] for name in ("slow start", "process crashed", "out of memory", "out of time")} == {
        "slow start": "exit 0", "process crashed": "exit 4", "out of memory": "exit 4", "out of time": "exit 4"}


def test_sweep_tries_faults_in_running_code(cli, tmp_path):
    result = cli.run("sweep", "--errors", "AccessDenied", "--network", *caller(tmp_path), code=1)
    assert "process crashed" in result.stdout + result.stderr


# ---- react ----


def test_the_matrix_tells_attempts_endings_and_whether_the_code_was_kept(cli):
    matrix = json.loads(cli.run("react", "--errors", "ResourceThrottled,AccessDenied", "--json", *app(1, 1)).stdout)
    cells = {cell["injected"]: cell for cell in matrix["cells"]}
    assert set(cells) == {"ResourceThrottled", "ResourceThrottled, Retry-After: 1", "AccessDenied"}
    for cell in cells.values():
        assert (cell["operation"], cell["attempts_least"], cell["attempts_most"]) == ("InvokeFunction", 1, 1)
        assert (cell["ending"], cell["code"]) == ("exit 3", "kept")
    retried = json.loads(cli.run("react", "--errors", "AccessDenied", "--json", *app(1)).stdout)["cells"][0]
    assert (retried["attempts_most"], len(retried["gaps_ms"]), retried["ending"], retried["code"]) == (3, 2, "exit 0", "lost")


@pytest.mark.heavy
def test_every_other_way_a_call_ends_has_a_row_and_fresh_connections_are_told_from_used_ones(cli):
    table = cli.run("react", "--errors", "AccessDenied", "--network", "--parallel", "3", *app(1)).stdout
    rows = {line.split("  ")[0]: line for line in table.splitlines()}
    assert "3 " in rows["reset"] and "not struck" in rows["reset, reused"]
    assert {"close", "body cut", "hang, then close", "502 HTML", "bad JSON"} <= set(rows)


def test_a_changed_cell_fails_the_comparison(cli):
    for name, unguarded in (("old", 0), ("new", 1)):
        (cli.folder / f"{name}.json").write_text(
            cli.run("react", "--errors", "AccessDenied", "--json", *app(1, unguarded)).stdout)
    assert cli.run("react", "diff", "old.json", "old.json").stdout == ""
    change = cli.run("react", "diff", "old.json", "new.json", code=1).stdout
    assert change.startswith("AccessDenied, other InvokeFunction: 3 attempts") and "-> 1 attempts" in change


@pytest.mark.parametrize("words, code, why", [
    (["react"], 2, "needs a command"),
    (["react", "--errors", "ResourceThrotled", "--", "true"], 2, "did you mean 'ResourceThrottled'?"),
    (["react", "--parallel", "0", "--", "true"], 2, "is not a number from 1"),
    (["react", "--timeout", "3", "--", "true"], 2, "is not a duration"),
    (["react", "--errors", "AccessDenied", "--", "true"], 3, "no call of the command came here"),
    (["react", "diff", "app.py", "app.py"], 2, "is no matrix"),
    (["sweep"], 2, "needs a command"),
    (["sweep", "--", "true"], 3, "no call of the command came here"),
    (["sweep", "--", "false"], 2, "without any fault the command ends with exit 1"),
    (["sweep", "--", "pythom3"], 127, "fcemu sweep: pythom3: no such program; did you mean 'python3'?"),
    (["sweep", "--", "/etc/passwd"], 126, "not a program that can be run"),
    (["sweep", "--budget", "0s", "--", "true"], 2, "'--budget 0s' is not a duration"),
    (["sweep", "--seed", "x", "--", "false"], 2, "'--seed x' is not a number"),
    (["react", "--", "pythom3"], 127, "fcemu react: pythom3: no such program; did you mean 'python3'?"),
    (["react", "--errors", "", "--", "true"], 2, "no code is named"),
    (["react", "--faults", "gone.yaml", "--parallel", "2", "--", "true"], 5,
     "the private daemon did not start:\ngone.yaml: error F107: cannot read 'gone.yaml'"),
    (["react", "diff", "cells.json", "cells.json"], 2, "cells.json is no matrix"),
    (["sweep", "--errors", "Nonsense", "--", "true"], 2, "no documented code 'Nonsense'"),
    (["sweep", "--budget", "soon", "--", "true"], 2, "is not a duration"),
    (["shrink", "app.py", "--", "true"], 2, "is no tape"),
    (["shrink", "gone", "--", "true"], 2, "gone"),
    (["shrink", "app.py"], 2, "needs a command"),
])
def test_what_cannot_be_tried_is_told(cli, words, code, why):
    (cli.folder / "cells.json").write_text('{"cells": [{"error": "AccessDenied", "state": "reached"}]}')
    done = cli.run(*words, code=code)
    assert why in done.stderr and done.stderr.count(why) == 1
    assert code == 3 or done.stdout == ""


def test_a_code_that_is_named_twice_is_tried_once(cli):
    cells = json.loads(cli.run("react", "--errors", "AccessDenied,AccessDenied", "--json", *app(1, 1)).stdout)["cells"]
    assert [cell["injected"] for cell in cells] == ["AccessDenied"]


# ---- sweep ----


def test_the_one_unguarded_call_is_found(cli):
    done = cli.run("sweep", "--errors", "AccessDenied,InternalServerError", "--json", *app(3, 2), code=1)
    sweep = json.loads(done.stdout)
    assert (sweep["trials"], sweep["passed"], sweep["failed"], sweep["not_reached"]) == (6, 4, 2, 0)
    assert {(row["call"], row["injected"]) for row in sweep["rows"] if row["outcome"] == "failed"} == {
        (2, "AccessDenied"), (2, "InternalServerError")}
    assert all("AccessDenied\n" == row["output"] for row in sweep["rows"] if row["injected"] == "AccessDenied" and "output" in row)


@pytest.mark.heavy
def test_all_thirteen_at_six_calls_are_seventy_eight_runs(cli):
    sweep = json.loads(cli.run("sweep", "--errors", "documented", "--parallel", "4", "--json", *app(6, 4), code=1).stdout)
    assert (sweep["trials"], sweep["passed"], sweep["failed"]) == (78, 65, 13)
    assert {row["call"] for row in sweep["rows"] if row["outcome"] == "failed"} == {4}


def test_without_names_only_errors_that_fit_the_operation_are_tried(cli):
    sweep = json.loads(cli.run("sweep", "--first", "--json", *app(1, 1), code=1).stdout)
    assert 0 < sweep["trials"] < 13


def test_a_sweep_is_taken_up_again_where_it_was(cli):
    words = ["sweep", "--errors", "AccessDenied,InternalServerError", "--resume", "known.ndjson", "--json"]
    cli.run(*words, "--first", *app(2, 1), code=1)
    known = (cli.folder / "known.ndjson").read_text()
    assert len(known.splitlines()) == 2
    sweep = json.loads(cli.run(*words, *app(2, 1), code=1).stdout)
    assert (sweep["passed"], sweep["failed"], len(sweep["rows"])) == (2, 2, 4)
    assert (cli.folder / "known.ndjson").read_text().startswith(known)
    whole = (cli.folder / "known.ndjson").read_text()
    assert len(whole.splitlines()) == 5

    (cli.folder / "known.ndjson").write_text(whole[:-20])  # killed while it wrote
    sweep = json.loads(cli.run(*words, *app(2, 1), code=1).stdout)
    assert (sweep["passed"], sweep["failed"], len(sweep["rows"])) == (2, 2, 4)
    rows = (cli.folder / "known.ndjson").read_text().splitlines()
    assert len(rows) == 6 and json.loads(rows[-1])["call"]


def test_a_sweep_goes_on_with_nothing_but_its_own(cli):
    words = ["sweep", "--errors", "AccessDenied", "--resume", "known.ndjson"]
    (cli.folder / "known.ndjson").write_text('{"cells": [], "called": []}\n')
    assert "--resume known.ndjson: this is not what a sweep has kept" in cli.run(*words, *app(1), code=2).stderr
    assert (cli.folder / "known.ndjson").read_text() == '{"cells": [], "called": []}\n'
    (cli.folder / "known.ndjson").unlink()
    cli.run(*words, *app(1))
    assert f"kept of another command: {sys.executable} app.py 1 0" in cli.run(*words, *app(2), code=2).stderr
    with open(cli.folder / "known.ndjson", "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "another sweep is writing there" in cli.run(*words, *app(1), code=2).stderr


def test_the_order_is_shuffled_by_seed_and_the_result_reads_the_same(cli):
    words = ["sweep", "--errors", "AccessDenied,InternalServerError", "--json"]
    plain = cli.run(*words, *app(2, 1), code=1).stdout
    for seed in ("1", "2"):
        assert cli.run(*words, "--seed", seed, "--resume", f"{seed}.ndjson", *app(2, 1), code=1).stdout == plain
    orders = [[json.loads(line)["call"] for line in (cli.folder / f"{seed}.ndjson").read_text().splitlines()[1:]] for seed in ("1", "2")]
    assert sorted(orders[0]) == sorted(orders[1])


def test_a_command_that_hangs_under_a_fault_is_called_hung(cli):
    (cli.folder / "hang.py").write_text(CLIENT.replace("sys.exit(3)", "import signal; signal.pause()"))
    sweep = json.loads(cli.run("sweep", "--errors", "AccessDenied", "--timeout", "2s", "--json", "--fixtures", ANSWERS, "--",
                               sys.executable, "hang.py", 1, 1, code=1).stdout)
    assert (sweep["hung"], sweep["rows"][0]["ending"]) == (1, "time-out")


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_sweep_leaves_nothing(cli, signum):
    running = subprocess.Popen([BINARY, "sweep", "--", "sh", "-c", "echo begun >> begun; exec sleep 1000"], cwd=cli.folder,
                               env=cli.environment(), stdin=subprocess.DEVNULL)
    while not (cli.folder / "begun").exists():
        assert running.poll() is None
    running.send_signal(signum)
    assert running.wait(60) == 130
    assert not list(cli.tmp.iterdir())


def test_a_hangup_that_is_ignored_ends_no_sweep(cli):
    script = "trap '' HUP; exec \"$@\""
    running = subprocess.Popen(["sh", "-c", script, "sh", BINARY, "sweep", "--errors", "AccessDenied", "--", "sh", "-c", "echo begun >> begun; until [ -e go ]; do sleep 0.01; done"],
                               cwd=cli.folder, env=cli.environment(), stdin=subprocess.DEVNULL)
    while not (cli.folder / "begun").exists():
        assert running.poll() is None
    running.send_signal(signal.SIGHUP)
    (cli.folder / "go").touch()
    assert running.wait(60) == 3  # to its end: the command made no call


# ---- shrink ----


def test_the_two_faults_that_it_takes_are_found(cli):
    (cli.folder / "chaos.yaml").write_text(
        "version: 1\nrules: [{id: chaos, when: {per: [function], calls: {first: 1}}, do: {error: InternalServerError}}]\n")
    cli.run("exec", "--faults", "chaos.yaml", "--tape", "all.ndjson", *app(5), code=7)
    assert len((cli.folder / "all.ndjson").read_text().splitlines()) == 1 + 5
    done = cli.run("shrink", "all.ndjson", "--out", "small.ndjson", *app(5))
    assert "2 of 5 faults suffice for exit 7" in done.stderr
    lines = (cli.folder / "small.ndjson").read_text().splitlines()
    assert json.loads(lines[0])["lines"] == 2
    assert [json.loads(line)["path"].split("/")[5] for line in lines[1:]] == ["hello-2", "hello-4"]
    assert "nothing to shrink" in cli.run("shrink", "all.ndjson", *app(3), code=3).stderr
    blameless = cli.run("shrink", "all.ndjson", "--", "false", code=3)
    assert "without any fault the command ends with exit 1, too" in blameless.stderr and blameless.stdout == ""
    assert "no such program" in cli.run("shrink", "all.ndjson", "--", "no-such-program", code=127).stderr
    done = cli.run("shrink", "all.ndjson", "--out", "gone/small.ndjson", "--", "sh", "-c", "touch ran; exit 5", code=2)
    assert "--out gone/small.ndjson: No such file or directory" in done.stderr and not (cli.folder / "ran").exists()


def test_a_failure_that_does_not_come_back_is_called_flaky(cli):
    (cli.folder / "chaos.yaml").write_text("version: 1\nrules: [{id: chaos, do: {error: InternalServerError}}]\n")
    cli.run("exec", "--faults", "chaos.yaml", "--tape", "all.ndjson", *app(1), code=0)
    script = "test -e once && exit 0; touch once; exit 5"
    assert "flaky: with the whole tape the command failed 1 times of 3" in cli.run(
        "shrink", "all.ndjson", "--", "sh", "-c", script, code=7).stderr


@pytest.mark.heavy
def test_an_error_as_it_is_documented_has_a_row_of_its_own(cli):
    """Classic clients read ErrorCode; what says errorCode alone they lose."""
    cells = json.loads(cli.run("react", "--parallel", "3", "--json", *app(1, 1)).stdout)["cells"]
    assert len(cells) == 13 + 2 + 1 and cells[-1]["injected"] == "InvalidArgument, errorCode"
    assert (cells[-1]["operation"], cells[-1]["attempts_most"]) == ("InvokeFunction", 1)


@pytest.mark.parametrize("verb", ["react", "sweep"])
def test_a_misspelt_error_is_told_with_the_right_word(cli, verb):
    assert "did you mean 'AccessDenied'?" in cli.run(verb, "--errors", "AccessDenid", *app(1), code=2).stderr
    assert "no documented code 'nonsense'; 'fcemu errors' lists them" in cli.run(verb, "--errors", "nonsense", *app(1), code=2).stderr
