"""Fixtures: `daemon` starts any number of daemons for one test, `shared` one for all tests of a file."""

import pytest

from fcemu import PACKS, Daemon
from leftovers import Leftovers
from patience import Patience
from sound import Table


class Starter:
    def __init__(self, folder):
        self.folder = folder
        self.running = []

    def __call__(self, **options):
        daemon = Daemon(self.folder / f"daemon{len(self.running)}", **options)
        self.running.append(daemon)
        return daemon.start()

    def stop_all(self):
        for daemon in self.running:
            daemon.stop()


@pytest.fixture
def daemon(tmp_path):
    starter = Starter(tmp_path)
    try:
        yield starter
    finally:
        starter.stop_all()


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """One daemon for a whole file, with every pack of config/faults.d."""
    running = Daemon(tmp_path_factory.mktemp("packs"), rules=sorted(PACKS.glob("*.yaml"))).start()
    yield running
    running.stop()


# Files that take longest begin, so that no worker is left alone with one at the end.
LONG = ("java", "containers", "trust", "trials", "door_tls", "door_address", "every_client", "nasty", "door_dns", "hooks", "go")


def pytest_collection_modifyitems(items):
    rank = {f"test_{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


def pytest_configure(config):
    config.pluginmanager.register(Leftovers())
    config.pluginmanager.register(Table())
    config.pluginmanager.register(Patience())
