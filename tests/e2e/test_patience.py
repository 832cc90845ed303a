"""What waits for ever fails where it waits, and so does what takes down behind it; what is only slow goes on."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
HANGS = """
import signal, pytest

@pytest.fixture
def taken_down():
    yield
    signal.pause()

def test_waits():
    signal.pause()

def test_is_left(taken_down):
    pass

def test_ends():
    pass
"""
CONFTEST = f"""
import sys
sys.path.insert(0, {str(HERE)!r})
import patience
patience.PATIENCE_SECONDS = patience.AGAIN_SECONDS = 5  # what ends by itself has this time, too

def pytest_configure(config):
    config.pluginmanager.register(patience.Patience())
"""


def test_no_test_waits_for_ever(tmp_path):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(HANGS)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-rfE", "test_it.py"], cwd=tmp_path, env=env,
                          capture_output=True, text=True, timeout=300, check=False)
    assert "FAILED test_it.py::test_waits - Failed: still waiting after 5 s" in done.stdout, done
    assert "ERROR test_it.py::test_is_left - Failed: still waiting after 5 s" in done.stdout
    assert "1 failed, 2 passed, 1 error" in done.stdout
