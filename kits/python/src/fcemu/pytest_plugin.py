"""The pytest plugin: the fixture `fcemu`, the mark `fault`, and the calls of a failed test in its report."""

from __future__ import annotations

from typing import Any, Iterator, Optional

import pytest

from ._account import Account
from ._daemon import REGION, Daemon, FcemuError, attach, start

_FILES = ("config", "faults", "fixtures", "seeds")
_HELP = {
    "config": "configuration of the daemon that the tests start",
    "faults": "fault rules of it, one a line",
    "fixtures": "canned answers of it, one a line",
    "seeds": "services and functions of it, one a line",
}
_account_key = pytest.StashKey[Account]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fcemu")
    group.addoption("--fcemu-address", metavar="HOST:PORT", help="use this daemon, which others may use too, and start none")
    group.addoption("--fcemu-image", metavar="IMAGE", help="start the daemon in a container of this image (pip install fcemu[testcontainers])")
    parser.addini("fcemu_region", "region of the tests' accounts", default=REGION)
    for name in _FILES:
        parser.addini(f"fcemu_{name}", _HELP[name], type="paths")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(do, times=..., when=..., **match): strike calls of this test, as fcemu.fault() does")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Who marks a fault wants the daemon, also without naming its fixture."""
    names = getattr(item, "fixturenames", None)
    if names is not None and "fcemu" not in names and item.get_closest_marker("fault"):
        item.fixturenames = [*names, "fcemu"]  # the list itself is shared with other parameters of the test


def _begin(image: Optional[str], **options: Any) -> Daemon:
    if not image:
        return start(**options)
    from . import testcontainers

    return testcontainers.start(image, **options)


@pytest.fixture(scope="session")
def fcemu_daemon(request: pytest.FixtureRequest) -> Iterator[Daemon]:
    """A daemon of this process: with pytest-xdist each worker has its own. It is gone with the process however that ends."""
    address: Optional[str] = request.config.getoption("--fcemu-address")
    region = request.config.getini("fcemu_region")
    if address:
        yield attach(address, region=region)
        return
    files = {name: request.config.getini(f"fcemu_{name}") for name in _FILES}
    if len(files["config"]) > 1:
        raise pytest.UsageError("fcemu_config names one file")
    wanted = {name: paths[0] if name == "config" else paths for name, paths in files.items() if paths}
    with _begin(request.config.getoption("--fcemu-image"), region=region, **wanted) as daemon:
        yield daemon


@pytest.fixture(scope="session")
def _fcemu_account(fcemu_daemon: Daemon) -> Account:
    return fcemu_daemon.account()


@pytest.fixture
def fcemu(request: pytest.FixtureRequest, _fcemu_account: Account) -> Iterator[Account]:
    """This worker's account: the same in all its tests, reset behind each."""
    account = _fcemu_account
    request.node.stash[_account_key] = account
    try:
        for mark in reversed(list(request.node.iter_markers("fault"))):  # those of the class before those of the test
            account.fault(*mark.args, **mark.kwargs)
        yield account
    finally:
        account.reset()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()
    account = item.stash.get(_account_key, None)
    if account is None or not report.failed or call.when == "teardown":
        return
    try:
        lines = account.story()
    except FcemuError as problem:
        lines = [str(problem), account.daemon.log()]
    report.sections.append((f"calls of account {account.number}", "\n".join(lines)))
