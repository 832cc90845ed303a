#!/usr/bin/env -S /usr/bin/python3 -B
"""containers.py IMAGE: functions of the runtime custom-container on a real engine, with an image that has Node.js. FCEMU_BINARY is the daemon."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
os.environ["LC_ALL"] = "C.UTF-8"

import fcemu  # noqa: E402
from test_instance_exec import OUT, Shell  # noqa: E402

SERVICES = "/2016-08-15/services"
SERVER = """
const http = require('http'), fs = require('fs');
http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', () => {
    const event = Buffer.concat(parts).toString();
    if (event === 'exit') process.exit(3);
    if (event === 'eat') { const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1)); }
    if (event === 'hang') return;
    const limit = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'].find(path => fs.existsSync(path));
    const answer = {url: request.url, event, host: process.env.HOSTNAME, own: process.env.OWN, level: process.argv.slice(1),
                    memory: limit ? fs.readFileSync(limit, 'utf8').trim() : '', privileges: /NoNewPrivs:\\s*(\\d)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]};
    if (event.startsWith('endpoint')) {
      const at = new URL(process.env.FCEMU_ENDPOINT);
      http.get({host: at.hostname, port: at.port, path: at.pathname + '/2016-08-15/services'}, reply => { answer.status = reply.statusCode; response.end(JSON.stringify(answer)); })
        .on('error', error => { answer.status = error.code; response.end(JSON.stringify(answer)); });
      return;
    }
    response.end(JSON.stringify(answer));
  });
}).listen(Number(process.env.FC_SERVER_PORT), '0.0.0.0');
"""

image = sys.argv[1]


def docker(*words):
    return subprocess.run(["docker", *words], capture_output=True, text=True, check=True).stdout.split()


def ours():
    return set(docker("ps", "--all", "--quiet", "--filter", "label=fcemu.daemon")) - before


def environment(folder):
    """The daemon's own: where the engine is, too."""
    return {**usual(folder), **{name: os.environ[name] for name in os.environ if name.startswith("DOCKER_")}}


before = set(docker("ps", "--all", "--quiet", "--filter", "label=fcemu.daemon"))
usual, fcemu.environment = fcemu.environment, environment


def start(folder, **options):
    running = fcemu.Daemon(folder, config="auth: {mode: lenient}\nallow_users: any\ntoken: random\n", listen=("0.0.0.0:0",), **options).start()
    assert running.call("POST", SERVICES, json.dumps({"serviceName": "demo"})).status == 200
    return running


def create(running, name, container=None, **members):
    body = {
        "functionName": name, "runtime": "custom-container", "handler": "x", "timeout": 60, "memorySize": 256, "caPort": 8080,
        "environmentVariables": {"OWN": "a b"}, "customContainerConfig": {"image": image, "command": json.dumps(["node", "-e", SERVER]), **(container or {})}, **members}
    reply = running.call("POST", f"{SERVICES}/demo/functions", json.dumps(body))
    assert reply.status == 200, reply.body


def expect(what, got, wanted):
    assert got == wanted, f"{what}: {got}, wanted {wanted}"
    print(f"{what}: {got}")


def wait_for_none(what):
    while ours():
        pass
    print(f"{what}: no container is left")


def serve(running):
    create(running, "f")
    reply = running.invoke("f", b"one")
    assert reply.status == 200, reply.body
    seen = reply.json()
    assert "event" in seen, (seen, running.log()[-2000:])
    expect("event, variable, limit, privileges", (seen["event"], seen["own"], seen["memory"], seen["privileges"]), ("one", "a b", str(256 << 20), "1"))
    assert float(reply.headers["X-Fc-Max-Memory-Usage"]) > 0, "memory of the container is not known"
    expect("the next call", running.invoke("f", b"two").json()["host"], seen["host"])
    instance = reply.headers["X-Fc-Instance-Id"]
    said, _, _ = Shell(running, "f", instance, "/bin/sh", "-c", "hostname; echo $OWN", stdout="true").all()
    expect("a shell in it", said[OUT].decode(), f"{seen['host']}\na b\n")
    expect("this machine from inside", running.invoke("f", b"endpoint").json()["status"], 200)


def fail(running):
    for event, text in (("exit", "Process exited unexpectedly"), ("eat", "Process exited unexpectedly")):
        body = running.invoke("f", event.encode()).json()
        assert body["errorMessage"].startswith(text), body
        print(f"{event}: {body['errorMessage']}")
    create(running, "slow", timeout=1)
    body = running.invoke("slow", b"hang").json()
    assert body["errorMessage"].startswith("Function timed out after 1 seconds"), body
    create(running, "none", {"image": "fcemu.invalid/none:1"})
    reply = running.invoke("none")
    expect("an image that cannot be pulled", (reply.status, reply.json()["ErrorCode"]), (412, "CAExited"))
    assert "docker pull fcemu.invalid/none:1" in reply.json()["ErrorMessage"], reply.body
    create(running, "bad", {"command": '["/none/such"]'})
    reply = running.invoke("bad")
    assert reply.status == 412 and "has no such program" in reply.json()["ErrorMessage"], reply.body


def main():
    with tempfile.TemporaryDirectory() as folder:
        running = start(f"{folder}/one")
        serve(running)
        fail(running)
        running.stop()
        wait_for_none("behind SIGTERM")
        for number in range(3):
            running = start(f"{folder}/kill{number}")
            create(running, "f")
            assert running.invoke("f", b"x").status == 200
            running.kill()
            wait_for_none("behind SIGKILL")


main()
