"""The servers that functions are compared with: fetched when they are wanted, by their lock files; left out where that cannot be."""

import hashlib
import importlib.util
import pathlib
import platform
import shutil
import subprocess
import sys

from servers import HERE, ROOT, Server, first_answer, free_port, pinned

SOURCES = HERE / "peers"
FETCHED = ROOT / "build" / "bench"
PYTHON = "/usr/bin/python3"
MACHINES = {"x86_64": "linux-64", "aarch64": "linux-arm64"}
WORKERD_CONFIG = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "echo", worker = .echo)],
                                sockets = [(name = "http", address = "127.0.0.1:%d", http = (), service = "echo")]);
const echo :Workerd.Worker = (modules = [(name = "worker.js", esModule = embed "worker.js")], compatibilityDate = "2024-09-23");
"""


class OutOfReach(Exception):
    """The reason why a peer is left out."""


def fetched(name, locks, commands):
    """A folder filled by the commands, anew when one of the locks has changed."""
    folder = FETCHED / name
    stamp = folder / "complete"
    want = hashlib.sha256(b"".join((SOURCES / lock).read_bytes() for lock in locks)).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="ascii") == want:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for lock in locks:
        shutil.copy(SOURCES / lock, folder)
    for command in commands(folder):
        print(f"fetching {name}: {' '.join(map(str, command))}", file=sys.stderr)
        result = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise OutOfReach(f"{command[0]}: {((result.stderr or result.stdout).strip().splitlines() or ['no word'])[-1]}")
    stamp.write_text(want, encoding="ascii")
    return folder


def npm():
    if not shutil.which("npm"):
        raise OutOfReach("npm is not installed")
    return fetched("npm", ("package.json", "package-lock.json", ".npmrc"),
                   lambda folder: [["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]])


def pypi():
    if not importlib.util.find_spec("ensurepip"):
        raise OutOfReach("python3-venv is not installed")
    return fetched("pypi", ("requirements.txt",), lambda folder: [
        [PYTHON, "-m", "venv", folder / "venv"], [folder / "venv" / "bin" / "pip", "install", "-q", "-r", "requirements.txt"]])


def interpreter(name):
    path = shutil.which(name)
    if not path:
        raise OutOfReach(f"{name} is not installed")
    return str(pathlib.Path(path).resolve()) if name != "python3" else PYTHON


def relay(stage, count, language):
    suffix, program = {"node": ("js", interpreter("node")), "python": ("py", PYTHON)}[language]
    command = [stage.built("relay"), str(count), program, SOURCES / f"frames.{suffix}"]
    return stage.printing_port(f"floor, {count} bare {language}", command, "/")


def node_http(stage):
    return stage.printing_port("bare node:http", [interpreter("node"), SOURCES / "http.js"], "/")


def on_port(stage, name, command, port, cwd=None):
    process = subprocess.Popen(pinned(0, list(map(str, command))), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cwd)
    stage.processes.append(process)
    server = Server(name, port, process.pid, "/")
    server.started_in = first_answer(port, b"x")
    return server


def framework_node(stage):
    port = free_port()
    program = npm() / "node_modules" / "@google-cloud" / "functions-framework" / "build" / "src" / "main.js"
    arguments = ("--target=echo", "--signature-type=http", f"--port={port}", f"--source={SOURCES / 'framework.js'}")
    return on_port(stage, "functions-framework, Node.js", [interpreter("node"), program, *arguments], port)


def framework_python(stage):
    port = free_port()
    program = pypi() / "venv" / "bin" / "functions-framework"
    return on_port(stage, "functions-framework, Python", [program, "--target", "echo", "--source", SOURCES / "framework.py",
                                                          "--host", "127.0.0.1", "--port", port], port)


def workerd(stage):
    machine = MACHINES.get(platform.machine())
    if not machine:
        raise OutOfReach(f"no workerd for {platform.machine()}")
    port = free_port()
    program = npm() / "node_modules" / "@cloudflare" / f"workerd-{machine}" / "bin" / "workerd"
    folder = stage.folder / f"workerd-{port}"
    folder.mkdir()
    shutil.copy(SOURCES / "worker.js", folder)
    (folder / "config.capnp").write_text(WORKERD_CONFIG % port, encoding="ascii")
    return on_port(stage, "workerd", [program, "serve", "config.capnp"], port, folder)
