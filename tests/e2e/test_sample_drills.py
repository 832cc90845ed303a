"""Each drill of config/drills/ with a client that fails it and one that passes, in Python and in Node.js."""

import json
import shutil
import sys

import jsonschema
import pytest

from fcemu import ROOT
from test_exec import Cli

DRILLS = ROOT / "config" / "drills"
NAMES = sorted(path.stem for path in DRILLS.glob("*.yaml") if path.stem != "answers")
RUNNERS = {"py": [sys.executable], "mjs": [shutil.which("node") or "node"]}


def options(name):
    """Answers for functions that have no code, or functions that have it."""
    if "functions/daemon.yaml" in (DRILLS / f"{name}.yaml").read_text():
        return ["--config", DRILLS / "functions" / "daemon.yaml"]
    return ["--fixtures", DRILLS / "answers.yaml"]


def test_there_is_a_client_of_each_language_for_each_drill():
    assert len(NAMES) >= 8
    for name in NAMES:
        for ending in RUNNERS:
            assert (DRILLS / "clients" / f"{name.replace('-', '_')}.{ending}").exists()


@pytest.mark.heavy
@pytest.mark.parametrize("language", RUNNERS)
@pytest.mark.parametrize("name", NAMES)
def test_the_careful_client_passes_and_the_naive_one_fails(tmp_path, name, language):
    if language == "mjs" and not shutil.which("node"):
        pytest.skip("no Node.js on this machine")
    cli = Cli(tmp_path)
    client = DRILLS / "clients" / f"{name.replace('-', '_')}.{language}"
    for behaviour, code in (("careful", 0), ("naive", 1)):
        report = tmp_path / f"{behaviour}.json"
        cli.run("drill", "run", DRILLS / f"{name}.yaml", *options(name), "--report", report, "--",
                *RUNNERS[language], client, behaviour, code=code)
        told = json.loads(report.read_text())
        assert told["exit"] == code and told["drill"] == name
        assert all(row["verdict"] == "pass" for row in told["require"]), told["require"]
        jsonschema.validate(told, json.loads(cli.run("drill", "schema").stdout))
