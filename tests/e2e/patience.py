"""No test waits for ever: one that is still running after PATIENCE_SECONDS fails where it is, and so does what then takes down behind it."""

import signal

import pytest

PATIENCE_SECONDS = 600  # of a machine under load and a sanitizer; what hangs is told from what is slow
AGAIN_SECONDS = 60


def _tell(_signum, _frame):
    pytest.fail(f"still waiting after {PATIENCE_SECONDS} s")


class Patience:
    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self):
        before = signal.signal(signal.SIGALRM, _tell)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE_SECONDS, AGAIN_SECONDS)
        yield
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
