"""What tests leave in the temporary folder.

Each process that runs tests has a folder of its own for it ($TMPDIR, also that of the daemons), and it must be empty when the tests of a file and
what they shared are over. So no test is blamed for its neighbours' files, nor anybody for those of a process that died.
"""

import os
import pathlib
import shutil
import tempfile
import time

import pytest

GONE_SECONDS = 60  # what is being removed; only where something is left does anybody wait
HOME = "FCEMU_TEST_TMPDIR"  # the folder that a run has for those of its processes


class Leftovers:
    def __init__(self, excused="\0"):
        """`excused` is how names begin of what somebody who is killed while he starts has to leave."""
        self.excused = excused
        self.base = os.environ.get(HOME)
        if self.is_first:
            os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())  # pytest keeps its own where they always are
            os.environ[HOME] = tempfile.mkdtemp(prefix="fc-")
            os.chmod(os.environ[HOME], 0o711)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="", dir=os.environ[HOME]))
        self.folder.chmod(0o1777)  # functions of root's daemon are other users
        self.seen = {}  # name in the folder: the first test behind which it was there
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.folder)

    @property
    def is_first(self):
        return self.base is None

    def pytest_unconfigure(self):
        shutil.rmtree(os.environ[HOME] if self.is_first else self.folder, ignore_errors=True)

    def _left(self):
        """What is still there when all that goes has gone."""
        until = time.monotonic() + GONE_SECONDS
        while (left := [name for name in os.listdir(self.folder) if not name.startswith(self.excused)]) and time.monotonic() < until:
            time.sleep(0.05)
        return left

    def _remove(self, name):
        path = self.folder / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item, nextitem):
        outcome = yield
        for name in os.listdir(self.folder):
            self.seen.setdefault(name, item.nodeid)
        if nextitem is not None and nextitem.path == item.path:
            return
        told = [f"{name}, first seen behind {self.seen.get(name, item.nodeid)}" for name in self._left()]
        for name in os.listdir(self.folder):
            self._remove(name)
        self.seen.clear()
        if told and outcome.excinfo is None:
            pytest.fail("left in the temporary folder: " + "; ".join(sorted(told)), pytrace=False)
