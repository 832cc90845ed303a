"""The plugin as a project meets it."""

import json
import os
import signal
import subprocess

import fcemu

from conftest import processes_with, wait_until_dead

CALL = '''
import urllib.error
import urllib.request

import pytest

def invoke(fcemu, function):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"{fcemu.url}/2023-03-30/functions/{function}/invocations", method="POST", data=b"{}")
    try:
        with opener.open(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()
'''


VERBS = CALL + '''
def test_stub_and_fault(fcemu):
    fcemu.stub("pay", json={"paid": True}, status=201)
    fault = fcemu.fault("ResourceThrottled", function="pay", times=2)
    assert [invoke(fcemu, "pay")[0] for _ in range(3)] == [503, 503, 201]
    assert fault.fired == 2
    assert [(call.status, call.code) for call in fcemu.calls(status="503")] == [(503, "ResourceThrottled")] * 2
    fcemu.verify(calls={"match": {"function": "pay"}, "eq": 3})
    fcemu.verify({"fires": {"rule": fault.id, "eq": 2}}, within="1s")
    fault.remove()

def test_a_rule_in_full(fcemu):
    fcemu.stub("blob", body=b"\\x00\\x7f", headers={"x-kind": "bytes"})
    rule = fcemu.fault({"close": {"at": "headers"}}, when={"calls": {"from": 2}}, rule={"id": "mine", "ttl": "1m"}, function="blob")
    assert rule.id == "mine" and invoke(fcemu, "blob")[0] == 200
    with pytest.raises(OSError):
        invoke(fcemu, "blob")

def test_deploy_and_again(fcemu, tmp_path):
    fcemu.deploy("hello", {"index.py": "def handler(event, context): return 'one'"})
    assert invoke(fcemu, "hello") == (200, "one")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("def handler(event, context): return 'two'")
    fcemu.deploy("hello", tmp_path / "code", timeout=7)
    assert invoke(fcemu, "hello") == (200, "two")
    assert fcemu.deploy("hello", {"index.py": ""}, service="shop")["functionName"] == "hello"

def test_the_clock(fcemu):
    clock = fcemu.advance_clock("5h")
    assert clock["is_real"] is False
    fcemu.stop_all()

def test_all_is_as_before(fcemu):
    assert fcemu.calls() == []
    assert fcemu.daemon.ask("GET", "/_fcemu/clock")["is_real"] is True
    assert fcemu.daemon.ask("GET", "/_fcemu/faults")["stopped"] is False
    assert invoke(fcemu, "hello")[0] == invoke(fcemu, "pay")[0] == 404
    rules = fcemu.daemon.ask("GET", "/_fcemu/faults")["rules"]
    assert {rule["layer"] for rule in rules} == {"file"}

def test_verify_fails_with_what_happened(fcemu):
    invoke(fcemu, "gone")
    with pytest.raises(AssertionError, match="1 calls, wanted exactly 2(.|\\n)*InvokeFunction gone -> 404 FunctionNotFound"):
        fcemu.verify(calls={"eq": 2})
    with pytest.raises(AssertionError, match="vacuous: retries"):
        fcemu.verify(retries={"match": {"function": "other"}, "eq": 1})

def test_a_mistake_is_told(fcemu):
    from fcemu import FcemuError
    with pytest.raises(FcemuError, match="ResourceThrottled"):
        fcemu.fault("ResourceThrotled")
'''


def test_the_verbs(project):
    project.write("test_it.py", VERBS)
    assert "7 passed" in project.run("-p", "no:randomly", "-q")


def test_a_mark_strikes_without_the_fixture(project):
    project.write("test_it.py", CALL + '''
@pytest.mark.fault("InternalServerError", operation="InvokeFunction")
class TestMarked:
    @pytest.mark.fault({"respond": {"status": 418}}, times=1, rule={"priority": 5})
    def test_both(self, fcemu):
        assert [invoke(fcemu, "f")[0] for _ in range(2)] == [418, 500]

@pytest.mark.parametrize("status", [404, pytest.param(429, marks=pytest.mark.fault("ResourceExhausted"))])
def test_only_this_one(status, request):
    if status == 429:
        assert "fcemu" in request.fixturenames
    else:
        assert "fcemu" not in request.fixturenames

@pytest.mark.fault("NoSuchCode")
def test_wrong():
    pass
''')
    out = project.run("-q", code=1)
    assert "3 passed, 1 error" in out and "NoSuchCode" in out


def test_a_failed_test_shows_its_calls_and_only_its_own(project):
    project.write("test_it.py", CALL + '''
def test_before(fcemu):
    invoke(fcemu, "earlier")

@pytest.mark.fault("ResourceThrottled", function="pay", rule={"id": "storm"})
def test_fails(fcemu):
    invoke(fcemu, "pay")
    assert False, "as meant"

def test_calls_nothing(fcemu):
    assert False, "as meant"
''')
    out = project.run(code=1)
    assert "calls of account" in out
    assert "InvokeFunction pay -> 503 ResourceThrottled" in out and "rule storm" in out
    assert "earlier" not in out.split("calls of account", 1)[1]
    assert "no call came for account" in out


def test_eight_workers_share_nothing_and_leave_nothing(project):
    project.write("test_it.py", CALL + '''
import json, os, pathlib

@pytest.mark.parametrize("number", range(8))
def test_one(fcemu, number):
    fcemu.stub("f", body=str(number))
    assert invoke(fcemu, "f") == (200, str(number))
    assert len(fcemu.calls()) == len(fcemu.daemon.ask("GET", "/_fcemu/requests")["requests"]) == 1
    pathlib.Path(f"told-{number}").write_text(json.dumps([os.environ["PYTEST_XDIST_WORKER"], fcemu.daemon.url]))
''')
    out = project.run("-n", "8", "-q")
    assert "8 passed" in out
    told = [json.loads((project.folder / f"told-{number}").read_text()) for number in range(8)]
    assert len({worker for worker, _ in told}) == len({url for _, url in told}) == 8


def test_a_killed_run_leaves_no_process_and_nobody_waits(project):
    project.write("test_it.py", '''
import pathlib, signal

def test_hangs(fcemu):
    fcemu.deploy("sleeper", {"index.py": "import time\\ndef handler(e, c): time.sleep(1000)"})
    pathlib.Path("up.new").write_text(fcemu.daemon.url)
    pathlib.Path("up.new").rename("up")
    print("up", flush=True)
    signal.pause()
''')
    for words in (("-s",), ("-s", "-n", "2")):
        running = project.begin(*words, start_new_session=True)
        wait_for(project, running)
        pids = processes_with(str(project.tmp))
        assert len(pids) > len(words) + 3  # the run, start, its supervisor and keeper, the daemon
        os.killpg(running.pid, signal.SIGKILL)
        running.communicate(timeout=60)  # to the end of the pipe, which nobody else holds
        wait_until_dead(pids)
        project.nothing_is_left()
        (project.folder / "up").unlink()


def test_a_worker_that_dies_takes_its_daemon_along_and_the_run_goes_on(project):
    project.write("test_it.py", CALL + '''
import os, pathlib, signal

def test_dies(fcemu):
    fcemu.stub("f")
    assert invoke(fcemu, "f")[0] == 200
    os.kill(os.getpid(), signal.SIGKILL)

@pytest.mark.parametrize("number", range(4))
def test_goes_on(fcemu, number):
    assert fcemu.calls() == [] and invoke(fcemu, "f")[0] == 404
''')
    out = project.run("-n", "2", "-q", code=1)
    assert "4 passed" in out and "1 failed" in out and "crashed while running 'test_it.py::test_dies'" in out


def wait_for(project, running):
    """Until the test of the run says that it is up. A file, because workers have no output."""
    while not (project.folder / "up").exists():
        try:
            running.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(running.stdout.read())


def test_ctrl_c_leaves_time_for_the_report(project):
    project.write("test_it.py", CALL + '''
import os, signal

def test_interrupted(fcemu):
    os.killpg(0, signal.SIGINT)
    signal.pause()

def test_not_reached(fcemu):
    pass
''')
    running = project.begin(start_new_session=True)
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 2 and "KeyboardInterrupt" in out
    assert "no daemon answers" not in out  # the reset behind the test found it
    project.nothing_is_left()


def test_a_daemon_of_others_is_used_but_not_changed(project):
    project.write("test_it.py", CALL + '''
from fcemu import NotYourOwn

def test_global_verbs(fcemu):
    fcemu.stub("f")
    assert invoke(fcemu, "f")[0] == 200
    for verb in (lambda: fcemu.advance_clock("1h"), fcemu.stop_all):
        with pytest.raises(NotYourOwn, match="everybody"):
            verb()
''')
    with fcemu.start() as daemon:
        others = daemon.account()
        others.stub("f")
        assert "1 passed" in project.run("-q", "--fcemu-address", daemon.address)
        assert len(daemon.ask("GET", "/_fcemu/faults")["rules"]) > 1
        assert [rule["id"] for rule in daemon.ask("GET", "/_fcemu/faults")["rules"] if rule["layer"] == "api"] == [f"stub-{others.number}-1"]


def test_files_and_region_of_the_ini(project):
    project.write("rules.yaml", "version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n")
    project.write("fcemu.yaml", "body_max: 1KiB\n")
    project.write("pytest.ini", "[pytest]\nfcemu_faults = rules.yaml\nfcemu_config = fcemu.yaml\nfcemu_region = cn-shanghai\n")
    project.write("test_it.py", CALL + '''
def test_it(fcemu):
    assert invoke(fcemu, "x")[0] == 403
    assert fcemu.region == fcemu.calls()[0].region == "cn-shanghai"
    assert fcemu.host == f"{fcemu.number}.cn-shanghai.fc.aliyuncs.com"
''')
    assert "1 passed" in project.run("-q")
    project.write("rules.yaml", "version: 1\nrules: [{id: a, mtach: {}}]\n")
    assert "did you mean 'match'" in project.run("-q", code=1)
