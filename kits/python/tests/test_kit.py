"""The kit without pytest's plugin: where the binary is, how a daemon starts and ends, what is told when it cannot."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

import fcemu
from fcemu import _package

from conftest import wait_until_dead

ROOT = pathlib.Path(__file__).resolve().parents[3]


def test_the_version_is_the_projects():
    assert f"version: '{fcemu.__version__}'" in (ROOT / "meson.build").read_text()


def test_where_the_binary_is(monkeypatch, tmp_path):
    with monkeypatch.context() as patch:
        patch.delenv("FCEMU_BINARY")
        patch.setenv("PATH", str(tmp_path))
        script = tmp_path / "fcemu"
        script.write_text("#!/bin/sh\n")  # such as our own command
        script.chmod(0o755)
        if not (pathlib.Path(fcemu.__file__).parent / "bin").exists():
            with pytest.raises(fcemu.FcemuError, match="FCEMU_BINARY"):
                fcemu.binary()
    assert fcemu.binary() == os.environ["FCEMU_BINARY"]


def test_the_command_is_the_binary():
    done = subprocess.run([sys.executable, "-m", "fcemu", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("fcemu ")


def test_a_daemon_that_cannot_start_says_why(tmp_path):
    with pytest.raises(fcemu.FcemuError, match="gone.yaml"):
        fcemu.start(faults=tmp_path / "gone.yaml")


def test_no_daemon_there():
    with pytest.raises(fcemu.FcemuError, match="no daemon answers at http://127.0.0.1:1"):
        fcemu.attach("127.0.0.1:1")


def test_it_ends_with_the_process_that_forgot_it():
    script = "import fcemu, json, os; d = fcemu.start(); child = open(f'/proc/self/task/{os.getpid()}/children').read(); print(json.dumps([d.url, int(child)]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    wait_until_dead([json.loads(done.stdout)[1]])


def test_a_fork_does_not_end_it():
    with fcemu.start() as daemon:
        child = os.fork()
        if child == 0:
            daemon.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert daemon.ask("GET", "/_fcemu/livez") is not None


def test_accounts_share_a_daemon_and_nothing_else():
    with fcemu.start() as daemon:
        one, two = daemon.account(), daemon.account()
        one.stub("f", body="one")
        two.stub("f", body="two")
        assert one.number != two.number
        for account in (one, two):
            daemon.ask("POST", f"/@{account.region}/{account.number}/2023-03-30/functions/f/invocations", {})
        one.reset()
        assert (len(one.calls()), len(two.calls())) == (0, 1)
        told = daemon.ask("POST", f"/@{two.region}/{two.number}/2023-03-30/functions/f/invocations", {})
        assert told == "two"


def test_a_package_is_the_same_for_the_same_files(tmp_path):
    (tmp_path / "bootstrap").write_text("#!/bin/sh\n")
    (tmp_path / "bootstrap").chmod(0o755)
    packed = _package.pack(tmp_path)
    assert packed == _package.pack(str(tmp_path)) == _package.pack({"bootstrap": "#!/bin/sh\n"})
    (tmp_path / "code.zip").write_bytes(packed)
    assert _package.pack(tmp_path / "code.zip") == _package.pack(packed) == packed


def test_programs_are_led_by_the_environment():
    with fcemu.start() as daemon:
        account = daemon.account()
        account.stub("f", body="led")
        script = f"import urllib.request; print(urllib.request.urlopen('http://{account.host}/2023-03-30/functions/f/invocations', b'').read())"
        done = subprocess.run([sys.executable, "-c", script], env={**os.environ, **account.env}, capture_output=True, text=True, check=True)
        assert done.stdout == "b'led'\n"


CLIENTS = {
    "2023-03-30": ("alibabacloud_fc20230330", lambda client, models: client.list_functions(models.ListFunctionsRequest()).status_code),
    "2021-04-06": ("alibabacloud_fc_open20210406", lambda client, models: client.list_services(models.ListServicesRequest()).status_code),
    "2016-08-15": ("fc2", lambda client, models: 200 if client.list_services().data else 0),
}


@pytest.mark.parametrize("api", CLIENTS)
def test_official_clients_are_ready(api, monkeypatch):
    module, call = CLIENTS[api]
    package = pytest.importorskip(module)
    models = getattr(__import__(f"{module}.models" if api != "2016-08-15" else module), "models", package)
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")  # somebody's own, which must not be asked
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with fcemu.start() as daemon:
        account = daemon.account(region="cn-shanghai")
        assert call(account.client(api), models) == 200
        (entry,) = account.calls()
        assert (entry.api, entry.region, entry.status) == (api, "cn-shanghai", 200)


def test_a_client_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "fc2", None)
    with fcemu.start() as daemon:
        with pytest.raises(ImportError, match="pip install aliyun-fc2"):
            daemon.account().client("2016-08-15")
        with pytest.raises(ValueError, match="not one of"):
            daemon.account().client("2015-01-01")
