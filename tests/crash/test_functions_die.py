"""`kill -9` of the daemon amid functions, many times: no process is left, every accepted call runs. A few rounds are in tests/e2e."""

import os

import pytest

from test_async import killed_amid_calls
from test_instances import MODES, die_amid_calls

ROUNDS = int(os.environ.get("FCEMU_FUNCTION_KILLS", "20"))


@pytest.mark.heavy
@pytest.mark.parametrize("mode", MODES)
def test_no_process_is_left(daemon, monkeypatch, tmp_path_factory, mode):
    for _ in range(ROUNDS):
        die_amid_calls(daemon, monkeypatch, mode, end="kill", calls=50)


@pytest.mark.heavy
def test_every_accepted_id_runs(daemon, tmp_path):
    accepted, twice = killed_amid_calls(daemon, tmp_path, rounds=ROUNDS)
    print(f"{accepted} accepted, {twice} of them running at a kill ran twice")
    assert accepted == 7 * ROUNDS and twice >= 3 * ROUNDS
