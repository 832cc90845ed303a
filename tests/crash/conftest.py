"""The daemon under test is the one of the end-to-end tests."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from fcemu import Daemon  # noqa: E402 - found by the line above
from leftovers import Leftovers  # noqa: E402
from patience import Patience  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "heavy: takes many seconds")
    config.pluginmanager.register(Leftovers(excused="fcemu-run-"))  # made before the supervisor, which removes it behind a daemon that was killed
    config.pluginmanager.register(Patience())


@pytest.fixture
def daemon(tmp_path):
    running = []

    def start(**options):
        running.append(Daemon(tmp_path / f"daemon{len(running)}", **options).start())
        return running[-1]

    yield start
    for each in running:
        each.stop()
