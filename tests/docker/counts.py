#!/usr/bin/env -S /usr/bin/python3 -B
"""counts.py MODE [ROUNDS]: the first process of a container of our image. Ends the daemon in the middle of 50 calls whose functions have
children in sessions of their own, in each round by SIGKILL and in every fourth by SIGTERM, too, and counts what is left of them, and of the daemon."""

import base64
import concurrent.futures
import http.client
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile

CALLS = 50
STOP_EVERY = 4
SECONDS = 120  # until the last process must be gone
HOST = "16530750.cn-shanghai.fc.aliyuncs.com"
CODE = """
import os, subprocess, time
def handler(event, context):
    subprocess.Popen(["sleep", "3333"], start_new_session=True)
    subprocess.Popen(["sh", "-c", "setsid sleep 4444 & exec sleep 5555"], start_new_session=True)
    time.sleep(1000)
"""


def call(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request(method, path, body=json.dumps(body) if body is not None else b"", headers={"Host": HOST})
    reply = connection.getresponse()
    return reply.status, reply.read()


def packed():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", CODE)
    return base64.b64encode(out.getvalue()).decode()


def others():
    """Everybody in here but us, with what they run; those that have ended are taken away."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            command = open(f"/proc/{pid}/cmdline").read().replace("\0", " ").strip()
        except OSError:
            continue
        if int(pid) != os.getpid():
            found[int(pid)] = command
    return found


def until(what, test):
    end = time.monotonic() + SECONDS
    while not (got := test()):
        assert time.monotonic() < end, f"{what}: {others()}"
        time.sleep(0.05)  # between looks
    return got


def start(mode):
    if os.path.exists("/tmp/ready.json"):
        os.unlink("/tmp/ready.json")
    command = ["fcemu", "serve", "--listen", "127.0.0.1:0", "--ready-file", "/tmp/ready.json", "--invoke-isolation", mode, "--invoke-memory", "64GiB"]
    daemon = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open("/tmp/log", "wb"), cwd="/tmp", env={**os.environ, "HOME": "/tmp"})
    until("the daemon is not ready", lambda: os.path.exists("/tmp/ready.json"))
    return daemon, json.load(open("/tmp/ready.json"))["listeners"][0]["port"]


def round_of(mode, end):
    daemon, port = start(mode)
    assert call(port, "POST", "/2016-08-15/services", {"serviceName": "demo"})[0] == 200
    body = {"functionName": "f", "runtime": "python3", "handler": "index.handler", "timeout": 600, "memorySize": 128, "code": {"zipFile": packed()}}
    assert call(port, "POST", "/2016-08-15/services/demo/functions", body)[0] == 200

    def invoke(_):
        try:
            call(port, "POST", "/2016-08-15/services/demo/functions/f/invocations")
        except OSError:
            pass
        except http.client.HTTPException:
            pass

    with concurrent.futures.ThreadPoolExecutor(CALLS) as pool:
        running = [pool.submit(invoke, number) for number in range(CALLS)]
        until("not all calls run", lambda: sum(command in ("sleep 3333", "sleep 4444", "sleep 5555") for command in others().values()) >= 3 * CALLS)
        isolation = json.loads(call_health(port))["functions"]["isolation"]
        seen = len(others())
        daemon.send_signal(end)
        concurrent.futures.wait(running)
    until("processes are left", lambda: not others())
    return seen, isolation


def call_health(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", "/_fcemu/health")
    return connection.getresponse().read()


def main():
    mode, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 20
    seen = []
    for number in range(rounds):
        for end in [signal.SIGKILL] + [signal.SIGTERM] * (number % STOP_EVERY == 0):
            count, isolation = round_of(mode, end)
            assert isolation == mode, f"isolation {isolation}, wanted {mode}"
            seen.append(count)
    print(f"{mode}: {rounds} kills and {len(seen) - rounds} stops, {min(seen)} to {max(seen)} processes while {CALLS} calls ran, none left")


main()
