"""Runs of pytest as a project has them: a folder with tests, the plugin, a TMPDIR that must be empty behind it."""

import os
import pathlib
import select
import signal
import subprocess
import sys

import pytest


class Project:
    def __init__(self, folder):
        self.folder = folder
        self.tmp = folder / "tmp"
        self.tmp.mkdir()
        (folder / "pytest.ini").write_text("[pytest]\n")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "FCEMU_")) or name == "FCEMU_BINARY"}
        return {**kept, "TMPDIR": str(self.tmp)}

    def begin(self, *words, **options):
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us in the background may have had it ignored
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--basetemp", str(self.folder / "base"), *words]
        return subprocess.Popen(command, cwd=self.folder, env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, **options)

    def run(self, *words, code=0):
        running = self.begin(*words)
        out, _ = running.communicate(timeout=120)
        assert running.returncode == code, out
        self.nothing_is_left()
        return out

    def nothing_is_left(self):
        """Who is asked to end, or killed, takes a moment for it."""
        wait_until_dead(processes_with(str(self.tmp)))
        assert not list(self.tmp.iterdir())


def processes_with(text):
    """Whose environment or command line has it: the daemons of a run, and what holds them."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in told:
            found.append(int(process.name))
    return found


def wait_until_dead(pids):
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([handle], [], [], 30)[0], f"process {pid} lives"
        finally:
            os.close(handle)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
