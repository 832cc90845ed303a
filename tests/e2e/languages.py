"""What the tests of runtimes share: programs of each language, built where its compiler is; and what every language does alike."""

import os
import shutil
import subprocess

import pytest

from fcemu import ROOT, Daemon
from functions import Functions, error_of, log_of
from test_invocation import TIMED_OUT

SAMPLES = ROOT / "fixtures" / "functions"
JAVA_API = ROOT / "src" / "invoke" / "bootstrap" / "java" / "api"


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")


@pytest.fixture(scope="module", params=["process", "namespace"])
def functions(request, tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp(request.param), config=f"invoke: {{isolation: {request.param}}}\n").start()
    yield Functions(running)
    running.stop()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Classes of sources, compiled against the service's interfaces alone."""
    need("java", "javac")
    folder = tmp_path_factory.mktemp("java")
    count = 0

    def build(sources, api=False):
        nonlocal count
        count += 1
        place, out = folder / f"source{count}", folder / f"classes{count}"
        for name, text in sources.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        subprocess.run(
            ["javac", "--release", "8", "-nowarn", "-Xlint:-options", "-d", out, "-sourcepath", f"{JAVA_API}:{place}",
             *(place / name for name in sources)], check=True)
        return {
            str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*.class"))
            if api or not str(path.relative_to(out)).startswith(("com/aliyun/", "javax/"))}

    return build


@pytest.fixture(scope="module")
def go_program(tmp_path_factory):
    """A program with the public library, as it comes from the module proxy."""
    need("go")
    built = {}

    def build(source):
        if source not in built:
            folder = tmp_path_factory.mktemp("go")
            for name in ("go.mod", "go.sum"):
                shutil.copy(SAMPLES / "go" / name, folder)
            (folder / "main.go").write_text(source, encoding="utf-8")
            env = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}
            got = subprocess.run(["go", "mod", "download"], cwd=folder, env=env, capture_output=True, text=True, check=False)
            if got.returncode:
                pytest.skip(f"the Go library is out of reach: {got.stderr.strip()[-200:]}")
            subprocess.run(["go", "build", "-o", "main", "."], cwd=folder, env=env, check=True)
            built[source] = (folder / "main").read_bytes()
        return built[source]

    return build


def follow_sample(functions, runtime, files, handler, initializer):
    """A sample answers, counts and fails on wish."""
    name = functions.create(runtime, files, handler, memorySize=256, timeout=1, initializer=initializer, initializationTimeout=30)
    first = functions.call(name, b'{"name": "you"}')
    assert first.json() == {"hello": "you", "calls": 1, "requestId": first.headers["X-Fc-Request-Id"]}
    assert f"FC Initialize Start RequestId: {first.headers['X-Fc-Request-Id']}\n" in log_of(first) and f"prepared {name}" in log_of(first)
    assert functions.call(name, b"{}").json()["calls"] == 2
    header, body = error_of(functions.call(name, b'{"fail": "on wish"}'))
    assert (header, body["errorMessage"]) == ("UnhandledInvocationError", "on wish")
    _, body = error_of(functions.call(name, b'{"sleep": 60}'))
    assert TIMED_OUT.fullmatch(body["errorMessage"])
    assert functions.call(name, b"{}").json()["calls"] == 1  # another instance


def follow_hooks(functions, reports, runtime, files, handler, freeze, stop):
    """The handler of each hook is called, in the instance that took the call."""
    hooks = {"preFreeze": {"handler": freeze, "timeout": 10}, "preStop": {"handler": stop, "timeout": 10}}
    name = functions.create(
        runtime, files, handler, memorySize=256, instanceLifecycleConfig=hooks, environmentVariables={"REPORT": str(reports.port)})
    assert functions.call(name).headers["X-Fc-Error-Type"] is None
    reports.wait_for(lambda lines: lines == [f"freeze {name} 1"])
    functions.update(name, description="another revision")
    functions.call(name)
    reports.wait_for(lambda lines: f"stop {name} 1" in lines)
