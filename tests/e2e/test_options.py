"""Options that no other test gives: what each does, and what it refuses."""

import json
import pathlib
import sys

import pytest

from fcemu import ROOT, Daemon, fcemu
from test_exec import Cli

RULES = """version: 1
rules:
  - {id: one, match: {function: one}, ttl: 2h, do: {error: AccessDenied}}
  - {id: two, match: {function: two}, ttl: 2h, do: {error: ResourceThrottled}}
"""
SEED = ROOT / "fixtures" / "seed.yaml"


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


# ---- files of a private daemon ----

# Ends with 0 when a setting of its daemon names what it is told.
ASKS = """
import json, os, sys, urllib.request
told = json.load(urllib.request.urlopen("http://%s/_fcemu/settings" % os.environ["FCEMU_ADDRESS"]))
sys.exit(0 if [row for row in told["settings"] if sys.argv[1] in json.dumps(row.get("value"))] else 9)
"""
DRILL = "version: 1\ndrills: [{id: d, steps: [{at: 0s, note: a}]}]\n"
FILES = {"config": ('region: cn-beijing\n', "cn-beijing"), "faults": ("version: 1\nrules: []\n", "its-faults.yaml"),
         "fixtures": ("version: 1\nrules: []\n", "its-fixtures.yaml"), "seeds": ("services: [{serviceName: s}]\n", "its-seeds.yaml")}


def ending_of_drill(done):
    return json.loads(done.stdout)["workload"]["exit"]


def ending_of_react(done):
    return {"exit 0": 0, "exit 9": 9}[json.loads(done.stdout)["cells"][0]["ending"]]


def ending_of_sweep(done):
    return 9 if "ends with exit 9" in done.stderr else 0


def ending_of_shrink(done):
    return 9 if "with exit 9, too" in done.stderr else 0


# Words in front, the exit code when the setting is there and when it is not, and what the command came to.
VERBS = {
    "exec": (["exec"], 0, 9, None),
    "drill run": (["drill", "run", "drill.yaml", "--json"], 3, 3, ending_of_drill),
    "react": (["react", "--errors", "AccessDenied", "--json"], 3, 3, ending_of_react),
    "sweep": (["sweep", "--errors", "AccessDenied"], 3, 2, ending_of_sweep),
    "shrink": (["shrink", "tape"], 3, 3, ending_of_shrink),
}


@pytest.mark.heavy
@pytest.mark.parametrize("option", FILES)
@pytest.mark.parametrize("verb", VERBS)
def test_a_private_daemon_gets_its_files(cli, verb, option):
    words, there, missing, ending = VERBS[verb]
    text, wanted = FILES[option]
    (cli.folder / "asks.py").write_text(ASKS)
    (cli.folder / "drill.yaml").write_text(DRILL)
    (cli.folder / "tape").write_text('{"fcemu_tape":1,"seed":"1","lines":0,"dropped":0}\n')
    (cli.folder / f"its-{option}.yaml").write_text(text)
    command = ["--", sys.executable, "asks.py", wanted]
    given = cli.run(*words, f"--{option}", f"its-{option}.yaml", *command, code=there)
    without = cli.run(*words, *command, code=missing)
    assert ending is None or (ending(given), ending(without)) == (0, 9)
    refused = cli.run(*words, f"--{option}", "gone.yaml", *command, code=5)
    assert "the private daemon did not start:\n" in refused.stderr and "cannot read 'gone.yaml'" in refused.stderr


# ---- drills, sweeps ----


def test_drill_check_counts_drills_and_refuses_files_without_one(cli):
    (cli.folder / "rules.yaml").write_text(RULES)
    (cli.folder / "far.yaml").write_text(RULES.replace("function: one", "region: cn-atlantis"))
    assert cli.run("drill", "check", "drill.yaml").stdout == "1 rule, 1 drill, 1 warning: ok\n"
    assert "no ttl" in cli.run("drill", "check", "--strict", "drill.yaml", code=1).stderr.replace("no 'ttl'", "no ttl")
    assert "no drill stands there" in cli.run("drill", "check", "rules.yaml", code=2).stderr
    assert "cn-atlantis" in cli.run("drill", "check", "drill.yaml", "far.yaml", code=2).stderr
    assert cli.run("drill", "check", "--allow-unknown-region", "drill.yaml", "far.yaml").stdout.startswith("3 rules, 1 drill, ")
    sarif = json.loads(cli.run("drill", "check", "--format", "sarif", "drill.yaml").stdout)
    assert [result["ruleId"] for result in sarif["runs"][0]["results"]] == ["W407"]
    assert cli.run("drill", "check", "--format", "github", "drill.yaml").stdout.startswith("::warning file=drill.yaml,line=")
    assert "is not one of text, json, sarif, github" in cli.run("drill", "check", "--format", "pdf", "drill.yaml", code=2).stderr


def test_a_drill_takes_the_seed_that_it_is_given(cli):
    (cli.folder / "drill.yaml").write_text(DRILL)
    for seed in ("11", "18446744073709551615"):
        assert json.loads(cli.run("drill", "run", "drill.yaml", "--seed", seed, "--json", "--", "true", code=3).stdout)["seed"] == seed
    for seed in ("-1", "eleven", "18446744073709551616"):
        assert "seed: expected 0 to" in cli.run("drill", "run", "drill.yaml", "--seed", seed, "--", "true", code=2).stderr


# Two calls, whatever comes of them.
TWICE = """
import http.client, os, sys
for name in ("one", "two"):
    connection = http.client.HTTPConnection(os.environ["FCEMU_ADDRESS"])
    connection.request("POST", f"/2016-08-15/services/s/functions/{name}/invocations", "", {"Host": "16530750.cn-shanghai.fc.aliyuncs.com"})
    status = connection.getresponse().status
sys.exit(int(sys.argv[1]) if status == 403 else 0)
"""


def test_a_sweep_shows_all_and_ends_with_its_budget(cli):
    (cli.folder / "twice.py").write_text(TWICE)
    words = ["sweep", "--errors", "AccessDenied,InternalServerError"]
    command = ["--", sys.executable, "twice.py"]
    assert cli.run(*words, *command, 0).stdout == "4 of 4 trials: 4 passed, 0 failed, 0 hung, 0 not reached\n"
    rows = cli.run(*words, "--all", *command, 0).stdout.splitlines()
    assert [row.split()[3] for row in rows[1:5]] == ["passed"] * 4
    short = cli.run(*words, "--budget", "1ms", *command, 0, code=6)
    assert short.stdout == "1 of 4 trials: 1 passed, 0 failed, 0 hung, 0 not reached; the budget is used up\n"
    failed = json.loads(cli.run(*words, "--budget", "1ms", "--seed", "1", "--json", *command, 1, code=6).stdout)
    assert failed["over_budget"] and failed["passed"] + failed["failed"] == 1


def test_a_shrink_gives_its_command_so_much_time(cli):
    (cli.folder / "chaos.yaml").write_text("version: 1\nrules: [{id: chaos, ttl: 1h, do: {error: AccessDenied}}]\n")
    (cli.folder / "twice.py").write_text(TWICE.replace("sys.exit(int(sys.argv[1]) if status == 403 else 0)",
                                                       "import signal\nif status == 403 and sys.argv[1:]: signal.pause()"))
    cli.run("exec", "--faults", "chaos.yaml", "--tape", "tape", "--", sys.executable, "twice.py")
    done = cli.run("shrink", "tape", "--timeout", "5s", "--parallel", "3", "--", sys.executable, "twice.py", "hang")
    assert "1 of 2 faults suffice for time-out" in done.stderr


# ---- what is listed ----


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A daemon that has answered 403, 503 and 404, the last with a label."""
    one = Daemon(tmp_path_factory.mktemp("options"), rules=RULES, arguments=["--seeds", SEED]).start()
    one.invoke("one")
    one.invoke("two")
    one.invoke("three", headers={"X-Fcemu-Label": "third"})
    one.call("GET", "/2016-08-15/services")
    yield one
    one.stop()


def shown(running, *words):
    done = running.run(*words, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("words, functions", [
    (["--operation", "InvokeFunction"], ["one", "two", "three"]),
    (["--operation", "ListServices"], [None]),
    (["--rule", "one"], ["one"]),
    (["--code", "ResourceThrottled"], ["two"]),
    (["--status", "503"], ["two"]),
    (["--status", "4xx", "--function", "three"], ["three"]),
    (["--label", "third"], ["three"]),
    (["--chain", "1"], ["one"]),
    (["--limit", "1"], [None]),
    (["--limit", "2", "--operation", "InvokeFunction"], ["two", "three"]),
])
def test_requests_are_chosen_by_each_option(running, words, functions):
    assert [entry.get("function") for entry in shown(running, "requests", *words)["requests"]] == functions


@pytest.mark.parametrize("words, why", [
    (["--limit", "x"], "limit: 'x' is not a number"),
    (["--status", "x"], "status: 'x' is not a number such as 503"),
    (["--chain", "x"], "chain: 'x' is not a number"),
    (["--format", "yaml"], "'--format yaml' is not one of"),
    (["--json", "--format", "har"], "--json and --format har contradict each other"),
])
def test_what_no_request_can_be_is_refused(running, words, why):
    done = running.run("requests", *words)
    assert done.returncode == 2 and why in done.stderr


WORDS = [
    ("operation", "InvokFunction", "operation: there is no 'InvokFunction'; did you mean 'InvokeFunction'?"),
    ("operation", "!nothing-of-the-kind", "operation: there is no 'nothing-of-the-kind'"),
    ("code", "ResourceThrotled", "code: there is no 'ResourceThrotled'; did you mean 'ResourceThrottled'?"),
    ("region", "cn-shangai", "region: there is no 'cn-shangai'; did you mean 'cn-shanghai'?"),
    ("outcome", "deliverd", "outcome: there is no 'deliverd'; did you mean 'delivered'?"),
    ("invocation", "asyn", "invocation: there is no 'asyn'; did you mean 'async'?"),
    ("api", "2016-08-16", "api: there is no '2016-08-16'; did you mean '2016-08-15'?"),
    ("late", "wating", "late: there is no 'wating'; did you mean 'waiting'?"),
    ("sdk", "pyton", "sdk: there is no 'pyton'"),
]


@pytest.mark.parametrize("name, value, why", WORDS, ids=[row[0] + "=" + row[1] for row in WORDS])
def test_a_word_that_is_none_is_refused_with_the_nearest(running, name, value, why):
    reply = running.admin("GET", f"requests?{name}={value}")
    assert reply.status == 400 and why in reply.json()["detail"], reply.json()
    done = running.run("requests", *([f"--{name}", value] if name in ("operation", "code") else [f"{name}={value}"]))
    assert done.returncode == 2 and why in done.stderr and done.stdout == ""


@pytest.mark.parametrize("query", ["operation=!ListServices", "operation=*Function", "code=", "region=cn-*", "code=Resource*", "outcome=*"])
def test_patterns_and_empty_words_are_no_names(running, query):
    assert running.admin("GET", f"requests?{query}").json()["requests"]


@pytest.mark.parametrize("words, nearest", [
    (["--rule", "onee"], "closest: rule 'one' (1)"), (["--function", "thre"], "closest: function 'three' (1)"),
])
def test_a_name_that_nothing_has_is_told_beside_the_empty_table(running, words, nearest):
    done = running.run("requests", *words)
    assert done.returncode == 0 and nearest in done.stderr, (done.stdout, done.stderr)
    assert running.run("requests", "--rule", "one").stderr == ""


def test_unmatched_are_those_that_no_rule_struck(running):
    entries = shown(running, "requests", "--unmatched")["requests"]
    assert entries and not [entry for entry in entries if entry.get("rule")]


def test_a_dry_run_looks_at_the_last(running):
    (running.folder / "copy.yaml").write_text(RULES)
    fired = {}
    for last in ("1", "4"):
        told = shown(running, "fault", "dry-run", running.folder / "copy.yaml", "--last", last)
        fired[last] = json.dumps(told)
    assert fired["1"] != fired["4"]
    done = running.run("fault", "dry-run", running.folder / "copy.yaml", "--last", "0")
    assert done.returncode == 2 and "'--last 0' is not between" in done.stderr


@pytest.fixture(scope="module")
def logged(running):
    """Its function has run once and printed."""
    reply = running.call("POST", "/2016-08-15/services/demo/functions/hello/invocations", b"{}",
                         host="1234567890123456.cn-hangzhou.fc.aliyuncs.com")
    assert reply.status == 200, reply.body
    return running


@pytest.mark.parametrize("words, any_line", [
    ([], True), (["--since", "1h"], True), (["--since", "2100-01-01T00:00:00Z"], False),
    (["--region", "cn-hangzhou"], True), (["--region", "cn-beijing"], False),
    (["--account", "1234567890123456"], True), (["--account", "16530750"], False),
])
def test_logs_are_chosen_by_each_option(logged, words, any_line):
    done = logged.run("logs", *words)
    assert (done.returncode, bool(done.stdout)) == (0, any_line), (done.stdout, done.stderr)


def test_what_is_no_time_is_refused(logged):
    done = logged.run("logs", "--since", "x")
    assert done.returncode == 2 and "since: 'x' is no time" in done.stderr


def test_deploy_makes_it_in_the_account_and_region_that_it_is_given(running, tmp_path):
    (tmp_path / "seed.yaml").write_text("services: [{serviceName: elsewhere}]\n")
    done = running.run("deploy", tmp_path / "seed.yaml", "--account", "42", "--region", "cn-beijing")
    assert done.returncode == 0, done.stderr
    found = {host: running.call("GET", "/2016-08-15/services/elsewhere", host=host).status
             for host in ("42.cn-beijing.fc.aliyuncs.com", "42.cn-hangzhou.fc.aliyuncs.com", "1234567890123456.cn-beijing.fc.aliyuncs.com")}
    assert list(found.values()) == [200, 404, 404]


# ---- what needs no daemon ----


def test_operations_and_the_catalog_are_of_one_api(tmp_path):
    for words in (["operations"], ["fault", "catalog", "--operations"]):
        lines = fcemu(*words, "--api", "2023-03-30").stdout.splitlines()
        assert len(lines) > 50 and all(line.startswith("2023-03-30 ") for line in lines)
        assert len(fcemu(*words).stdout.splitlines()) > len(lines)
        refused = fcemu(*words, "--api", "2017")
        assert refused.returncode == 2 and "'--api 2017' is not one of 2016-08-15" in refused.stderr
    refused = fcemu("fault", "catalog", "--api", "2023-03-30")
    assert refused.returncode == 2 and "add --operations" in refused.stderr


def test_a_new_rule_is_about_what_it_is_told_and_loads(tmp_path):
    made = fcemu("fault", "new", "ResourceThrottled", "--operation", "InvokeFunction", "--function", "pay")
    (tmp_path / "made.yaml").write_text(made.stdout)
    assert "operation: InvokeFunction\n" in made.stdout and "function: pay\n" in made.stdout
    assert fcemu("fault", "check", "--strict", tmp_path / "made.yaml").returncode == 0
    for words, why in ((["--operation", "InvokeFunktion"], "did you mean 'InvokeFunction'?"), (["--function", "a: b"], "error F")):
        refused = fcemu("fault", "new", "ResourceThrottled", *words)
        assert (refused.returncode, refused.stdout) == (2, "") and why in refused.stderr


def test_a_sample_draws_so_many(tmp_path):
    few = json.loads(fcemu("fault", "sample", "{lognormal: {median: 80ms, p99: 1s}}", "--n", "10", "--json").stdout)
    many = json.loads(fcemu("fault", "sample", "{lognormal: {median: 80ms, p99: 1s}}", "--count", "500", "--json").stdout)
    assert few["p90"] == few["p99"] and many["p90"] < many["p99"]  # of ten the last is both
    refused = fcemu("fault", "sample", "{lognormal: {median: 80ms, p99: 1s}}", "-n", "0")
    assert refused.returncode == 2 and "is not between 1 and" in refused.stderr


def test_the_authority_of_a_folder_is_the_one_that_is_meant(tmp_path):
    folder = tmp_path / "own"
    assert str(folder) in fcemu("env", "python", "--ca-dir", folder, folder=tmp_path).stdout
    assert (folder / "ca.pem").is_file()
    refused = fcemu("env", "python", "--ca-dir", "/dev/null/x", folder=tmp_path)
    assert refused.returncode == 2 and "/dev/null/x" in refused.stderr


def test_hosts_are_those_of_the_accounts_of_a_configuration(tmp_path):
    (tmp_path / "c.yaml").write_text('account: "4242"\nregion: cn-beijing\n')
    names = fcemu("hosts", "--config", tmp_path / "c.yaml", "--region", "cn-beijing").stdout
    assert "4242.cn-beijing.fc.aliyuncs.com" in names and "1234567890123456" not in names
    refused = fcemu("hosts", "--config", tmp_path / "gone.yaml")
    assert refused.returncode == 2 and "gone.yaml" in refused.stderr
    assert pathlib.Path(tmp_path / "c.yaml").is_file()
