"""A Docker engine that is none: containers are processes outside the daemon's reach, as those of a real engine are.

`docker` (a script that `Engine` writes) asks the engine over a socket and says what it answers. The published port is taken at once,
and a connection ends when the program inside does not listen yet, as with Docker's own proxy.
"""

import base64
import json
import os
import pathlib
import resource
import socket
import subprocess
import sys
import threading

CLI = r'''#!%s
import json, os, pathlib, socket, sys
here = pathlib.Path(__file__).resolve().parent
environment = {}
for word in sys.argv[1:]:
    if word.startswith("--env-file="):
        for line in open(word.split("=", 1)[1]):
            name, _, value = line.rstrip("\n").partition("=")
            environment[name] = value
    elif word.startswith("--env="):
        name = word.split("=", 1)[1]
        environment[name] = os.environ[name]
settings = pathlib.Path(os.environ.get("DOCKER_CONFIG") or os.path.expanduser("~/.docker")) / "config.json"
try:
    settings = json.loads(settings.read_text())
except (OSError, ValueError):
    settings = {}
try:
    engine = socket.socket(socket.AF_UNIX)
    engine.connect(str(here / "engine.sock"))
except OSError:
    sys.stderr.write("Client:\n Version: 20.10.24\nCannot connect to the Docker daemon at unix:///none. Is the docker daemon running?\n")
    sys.exit(1)
terminal = os.isatty(0)
stdin = sys.argv[1] == "exec" and "--interactive" in sys.argv
socket.send_fds(engine, [json.dumps([sys.argv[1:], environment, settings]).encode() + b"\n"], [0 if stdin else 1, 1, 2])
for line in engine.makefile():
    kind, value = json.loads(line)
    if kind == "out":
        sys.stdout.write(value)
    elif kind == "err":
        sys.stderr.write(value)
    else:
        sys.exit(value)
sys.exit(1)
'''


class Container:
    def __init__(self, engine, name, labels, port, program, environment, command, out, tell, most):
        self.id = f"{engine.count:064x}"
        self.name, self.labels, self.environment, self.command, self.engine = name, labels, environment, command, engine
        self.inner = 0
        if port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.inner = free.getsockname()[1]
            self.outer = socket.create_server(("127.0.0.1", port))
            threading.Thread(target=self.publish, daemon=True).start()
        own = {"PATH": os.environ["PATH"], "INNER_PORT": str(self.inner), **environment}
        self.process = subprocess.Popen([*program, *command], env=own, stdin=subprocess.DEVNULL, stdout=out[1], stderr=out[2], start_new_session=True)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (most, most))
        threading.Thread(target=self.wait, args=(tell,), daemon=True).start()

    def publish(self):
        while True:
            try:
                client, _ = self.outer.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.inner))
            except OSError:
                client.close()
                continue
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=pump, args=(one, other), daemon=True).start()

    def wait(self, tell):
        status = self.process.wait()
        self.engine.forget(self)
        tell("exit", status if status >= 0 else 128 - status)

    def end(self):
        if self.inner:
            self.outer.close()
        self.process.kill()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Engine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cli = self.folder / "docker"
        self.cli.write_text(CLI % sys.executable)
        self.cli.chmod(0o755)
        self.images, self.containers, self.calls, self.count = {}, [], [], 0
        self.keys = {}  # of private registries, "user:password", by their hosts
        self.asked = threading.local()  # with which settings of the CLI
        self.settings = []  # of all its runs
        self.changed = threading.Condition()
        self.server = None

    def __enter__(self):
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(self.folder / "engine.sock"))
        self.server.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.close()
        for container in list(self.containers):
            container.end()

    def image(self, name, text):
        path = self.folder / f"image-{len(self.images)}"
        path.write_text(text)
        self.images[name] = path

    def wait_for(self, test, seconds=60):
        with self.changed:
            assert self.changed.wait_for(lambda: test(self.containers), seconds), [c.name for c in self.containers]

    def runs(self):
        return [call for call in self.calls if call[0] == "run"]

    def forget(self, container):
        with self.changed:
            if container in self.containers:
                self.containers.remove(container)
            self.changed.notify_all()

    # ---- the CLI's questions ----

    def serve(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        message, fds, _, _ = socket.recv_fds(client, 1 << 20, 3)
        while not message.endswith(b"\n"):
            message += client.recv(1 << 20)
        words, environment, settings = json.loads(message)

        def tell(kind, value):
            try:
                client.sendall(json.dumps([kind, value]).encode() + b"\n")
            except OSError:
                pass

        with self.changed:
            self.calls.append(words)
            self.changed.notify_all()
        self.asked.settings = settings
        if words[0] == "run":
            self.settings.append(settings)
        getattr(self, f"do_{words[0]}")(words[1:], environment, fds, tell)
        for fd in fds:
            os.close(fd)

    def do_version(self, words, environment, fds, tell):
        tell("out", "20.10.24\n")
        tell("exit", 0)

    def do_run(self, words, environment, fds, tell):
        flags = [word for word in words if word.startswith("--")]
        flags = flags[: next((at for at, word in enumerate(words) if not word.startswith("--")), len(words))]
        image, command = words[len(flags)], words[len(flags) + 1 :]
        options = {}
        for name, _, value in (flag[2:].partition("=") for flag in flags):
            options.setdefault(name, []).append(value)
        host = image.partition("/")[0]
        auth = self.asked.settings.get("auths", {}).get(host, {}).get("auth", "")
        if image not in self.images or self.keys.get(host) not in (None, base64.b64decode(auth).decode()):
            tell("err", f"Unable to find image '{image}' locally\ndocker: Error response from daemon: pull access denied for {image}.\n")
            tell("exit", 125)
            return
        self.count += 1
        program = options["entrypoint"] if "entrypoint" in options else [sys.executable, str(self.images[image])]
        port = int(options["publish"][0].split(":")[1]) if "publish" in options else 0
        with self.changed:
            try:
                container = Container(self, options["name"][0], options["label"], port, program, environment, command, fds, tell, int(options["ulimit"][0].removeprefix("fsize=")))
            except OSError as problem:
                tell("err", f"docker: Error response from daemon: {problem}.\n")
                tell("exit", 127)
                return
            pathlib.Path(options["cidfile"][0]).write_text("" if port else container.id)  # what is looked up by it is not on this machine
            self.containers.append(container)
            self.changed.notify_all()

    def do_ps(self, words, environment, fds, tell):
        label = words[-1].partition("=")[2] if words[-2] == "--filter" else ""
        tell("out", "".join(f"{c.id}\n" for c in self.containers if label in c.labels))
        tell("exit", 0)

    def do_rm(self, words, environment, fds, tell):
        for container in list(self.containers):
            if container.id in words:
                container.end()
                self.forget(container)
        tell("exit", 0)

    def do_exec(self, words, environment, fds, tell):
        names = [word for word in words if not word.startswith("--")]
        [container] = [c for c in self.containers if c.name == names[0]]
        process = subprocess.Popen(names[1:], env={**os.environ, **container.environment}, stdin=fds[0], stdout=fds[1], stderr=fds[2])
        threading.Thread(target=lambda: tell("exit", process.wait()), daemon=True).start()
