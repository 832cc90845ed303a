"""The kit with its daemon in a container: FCEMU_IMAGE names the image, and an engine is there."""

import os
import subprocess

import pytest

import fcemu
from test_plugin import CALL, VERBS

pytestmark = pytest.mark.skipif(not os.environ.get("FCEMU_IMAGE"), reason="FCEMU_IMAGE names no image of fcemu")

@pytest.fixture
def image():
    return os.environ["FCEMU_IMAGE"]


@pytest.fixture
def containers():
    pytest.importorskip("testcontainers")
    from fcemu import testcontainers

    return testcontainers


def there(container):
    from docker.errors import NotFound

    try:
        container.get_docker_client().client.containers.get(container.get_wrapped_container().id)
    except NotFound:
        return False
    return True


def test_the_verbs(project, image):
    project.write("test_it.py", VERBS)
    assert "7 passed" in project.run("-p", "no:randomly", "-q", "--fcemu-image", image)


def test_files_and_region_of_the_ini(project, image):
    project.write("rules.yaml", "version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n")
    project.write("more.yaml", "version: 1\nrules: [{id: b, match: {function: y}, do: {error: ResourceThrottled}}]\n")
    project.write("fcemu.yaml", "auth: {mode: lenient}\nallow_users: any\nbody_max: 1KiB\n")
    project.write("pytest.ini", "[pytest]\nfcemu_faults =\n  rules.yaml\n  more.yaml\nfcemu_config = fcemu.yaml\nfcemu_region = cn-shanghai\n")
    project.write("test_it.py", CALL + '''
def test_it(fcemu):
    assert (invoke(fcemu, "x")[0], invoke(fcemu, "y")[0]) == (403, 503)
    assert fcemu.region == fcemu.calls()[0].region == "cn-shanghai"

def test_the_configuration_counts(fcemu):
    from fcemu import FcemuError
    import os
    with pytest.raises(FcemuError, match="exceeds the maximum"):
        fcemu.deploy("big", os.urandom(4096))
''')
    assert "2 passed" in project.run("-q", "--fcemu-image", image)
    project.write("rules.yaml", "version: 1\nrules: [{id: a, mtach: {}}]\n")
    assert "did you mean 'match'" in project.run("-q", "--fcemu-image", image, code=1)


@pytest.mark.parametrize("api", ["2023-03-30", "2021-04-06", "2016-08-15"])
def test_official_clients_are_ready(containers, api, monkeypatch):
    monkeypatch.setenv("FCEMU_BINARY", "/nonexistent")
    with containers.start() as daemon:
        account = daemon.account()
        client = account.client(api)
        listed = client.list_services() if api == "2016-08-15" else None
        if listed is not None:
            assert listed.data["services"] == []
        else:
            models = __import__(f"alibabacloud_fc{'_open20210406' if api == '2021-04-06' else '20230330'}.models", fromlist=["x"])
            asked = client.list_services(models.ListServicesRequest()) if api == "2021-04-06" else client.list_functions(models.ListFunctionsRequest())
            assert asked.status_code == 200
        assert [call.status for call in account.calls()] == [200]


def test_a_program_is_led_by_its_environment_and_verifies(containers):
    with containers.start(region="cn-shanghai") as daemon:
        account = daemon.account("16530750")
        account.stub("pay", body="paid")
        url = f"https://{account.host}/2023-03-30/functions/pay/invocations"
        done = subprocess.run(["curl", "-sS", "--fail-with-body", "-d", "{}", url], env={"PATH": os.environ["PATH"], **account.env},
                              capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "paid"), done
        assert "listen" in daemon.log() or "ready" in daemon.log()


def test_its_end_is_the_containers(containers):
    container = containers.FcemuContainer().start()
    daemon = container.daemon()
    assert there(container) and os.path.exists(daemon.ca)
    folder = os.path.dirname(daemon.ca)
    daemon.stop()
    assert not there(container) and not os.path.exists(folder)
    with pytest.raises(fcemu.FcemuError):
        daemon.ask("GET", "/_fcemu/health")


def test_without_its_token_nobody_asks_the_control_side(containers):
    with containers.start() as daemon:
        with pytest.raises(fcemu.FcemuError, match="401"):
            fcemu.Daemon(daemon.url).ask("GET", "/_fcemu/requests")


def test_files_that_are_not_there_are_refused_before_anything_starts(containers, tmp_path):
    with pytest.raises(FileNotFoundError, match="gone.yaml"):
        containers.start(faults=tmp_path / "gone.yaml")
