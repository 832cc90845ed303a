"""Which program runs a runtime, and what is told when none does."""

import pytest

from functions import Functions
from languages import functions  # noqa: F401 - fixtures


def test_the_settings_name_a_program(daemon, tmp_path):
    """One that answers as it likes: the journal says which ran."""
    program = tmp_path / "own"
    program.write_text("#!/bin/sh\nif [ \"$1\" = -c ]; then printf '/usr/bin/python3\\n9.9.9\\n/usr\\n'; fi\n")
    program.chmod(0o755)
    for config, arguments in (("runtimes: {python3.10: ../own}\n", []), ("", ["--runtimes", f"python3.10={program}"])):
        running = daemon(config=config, arguments=arguments)
        functions = Functions(running)
        for runtime, version in (("python3.10", "9.9.9"), ("python3.9", "")):
            name = functions.create(runtime, {"index.py": "def handler(e, c):\n  return 'x'\n"})
            assert functions.call(name).body == b"x"
            [entry] = running.requests(f"&function={name}&operation=InvokeFunction")
            assert entry["ran"].startswith(f"Python {version}") and ("9.9.9" in entry["ran"]) == bool(version)
        assert "runtime of another version: runtime=python3.10 version=9.9.9" in running.log()
        running.stop()


def test_a_program_that_is_no_interpreter_is_named(daemon):
    functions = Functions(daemon(config="runtimes: {php7.2: /bin/true}\n"))
    reply = functions.call(functions.create("php7.2", {"index.php": ""}))
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited")
    assert reply.json()["ErrorMessage"].startswith("'/bin/true', which the setting runtimes names for php7.2, does not answer as PHP")


WRONG_RUNTIMES = {
    "phq7.2: /bin/true": ("1:12", "runtimes.phq7.2: 'phq7.2' is no runtime; did you mean 'php7.2'?"),
    "go1: /bin/true": ("1:12", "runtimes.go1: 'go1' has no program that could be named here; Python, Node.js, PHP, Java and custom-container have one"),
    "java8: /none": ("1:19", "runtimes.java8: '/none' is no program; write the path of an interpreter, such as /usr/bin/python3"),
    "java8: /tmp": ("1:19", "runtimes.java8: '/tmp' is no program"),
    "java8: /etc/passwd": ("1:19", "runtimes.java8: '/etc/passwd' is no program"),
}


@pytest.mark.parametrize("text", WRONG_RUNTIMES)
def test_wrong_runtimes_are_told_with_their_place(packs, tmp_path, text):
    place, message = WRONG_RUNTIMES[text]
    (tmp_path / "fcemu.yaml").write_text(f"runtimes: {{{text}}}\n")
    checked = packs.run("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2 and f":{place}: error F208: {message}" in checked.stdout + checked.stderr
    flag = packs.run("check", "--runtimes", "java8")
    assert flag.returncode == 2 and "'java8' names no program; write RUNTIME=PATH" in flag.stdout + flag.stderr


def test_a_runtime_that_cannot_run_names_package_setting_and_the_way_round(functions):
    reply = functions.call(functions.create("dotnetcore2.1", {"x": ""}, "A::B.C::D"))
    assert (reply.status, reply.json()["ErrorCode"]) == (412, "CAExited")
    for word in ("dotnet-runtime", "setting runtimes", "custom runtime", "custom.debian12"):
        assert word in reply.json()["ErrorMessage"]
