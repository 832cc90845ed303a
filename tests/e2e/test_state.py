"""The emulated resources as a whole: seeds at the start and again, snapshots saved, loaded and compared."""

import json

from fcemu import fcemu

SEED = """
services:
  - serviceName: seeded
    functions:
      - {functionName: hello, runtime: python3, handler: index.handler, code: ./hello}
"""


def start(daemon, folder):
    (folder / "hello").mkdir()
    (folder / "hello" / "index.py").write_text("def handler(event, context):\n    return 'hello'\n")
    (folder / "seed.yaml").write_text(SEED)
    return daemon(arguments=["--seeds", folder / "seed.yaml"])


def services(running):
    reply = running.call("GET", "/2016-08-15/services", host="localhost")
    return [service["serviceName"] for service in json.loads(reply.body)["services"]]


def create(running, name):
    reply = running.call("POST", "/2016-08-15/services", body=json.dumps({"serviceName": name}).encode(), host="localhost")
    assert reply.status == 200, reply.body


def test_seeds_are_there_before_anybody_connects_and_again_after_a_reset(daemon, tmp_path):
    running = start(daemon, tmp_path)
    assert services(running) == ["seeded"]
    create(running, "mine")
    running.call("DELETE", "/2016-08-15/services/seeded/functions/hello", host="localhost")
    done = running.run("reset", "--seed")
    assert done.returncode == 0, done.stderr
    assert services(running) == ["seeded"]
    assert running.call("GET", "/2016-08-15/services/seeded/functions/hello", host="localhost").status == 200
    assert running.run("reset", "--state").returncode == 0
    assert services(running) == []


def test_a_wrong_seed_file_changes_nothing(daemon, tmp_path):
    running = start(daemon, tmp_path)
    create(running, "mine")
    (tmp_path / "seed.yaml").write_text("services:\n  - serviceNam: typo\n")
    refused = running.run("reset", "--seed")
    assert refused.returncode == 2
    assert "seed.yaml:2:5" in refused.stderr, refused.stderr
    assert services(running) == ["mine", "seeded"]


def test_snapshots_bring_the_state_back_and_show_what_differs(daemon, tmp_path):
    running = start(daemon, tmp_path)
    assert running.run("snapshot", "save", tmp_path / "before").returncode == 0
    create(running, "later")
    assert running.run("snapshot", "save", tmp_path / "after").returncode == 0
    different = fcemu("snapshot", "diff", tmp_path / "before", tmp_path / "after")
    assert different.returncode == 1
    assert [line[0] for line in different.stdout.splitlines()] == ["+"] and "later" in different.stdout
    assert running.run("snapshot", "load", tmp_path / "before").returncode == 0
    assert services(running) == ["seeded"]
    code = running.call("GET", "/2016-08-15/services/seeded/functions/hello/code", host="localhost")
    assert json.loads(code.body)["url"]
    assert fcemu("snapshot", "diff", tmp_path / "before", tmp_path / "before").returncode == 0
    again = running.run("snapshot", "save", tmp_path / "before")
    assert again.returncode == 2 and "before" in again.stderr
