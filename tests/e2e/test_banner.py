"""The banner's three lines work when pasted, also from outside of a container."""

import re
import subprocess

from fcemu import ROOT, environment


def test_three_lines_to_paste(daemon):
    running = daemon(arguments=["--config", ROOT / "config" / "fcemu.yaml"])
    lines = re.findall(r"^\s+(curl .+)$", running.log(), re.M)
    assert len(lines) == 3

    outputs = [
        subprocess.run(line, shell=True, cwd=running.folder, env=environment(running.folder), capture_output=True, text=True, timeout=60, check=False)
        for line in lines
    ]

    assert [output.returncode for output in outputs] == [0, 0, 0], outputs
    assert "ResourceExhausted" in outputs[0].stdout
    assert outputs[1].stdout.startswith("{")
    assert "ResourceExhausted" in outputs[2].stdout


WIDE = "listen: ['0.0.0.0:0']\nauth: {mode: lenient}\nallow_users: any\nfaults: ['builtin:documented-errors']\n"


def test_a_token_that_is_drawn_is_told_and_opens(daemon):
    running = daemon(config=WIDE + "token: random\n", listen=())
    (token,) = re.findall(r"^The token of this run: ([0-9a-f]{32}) ", running.log(), re.M)
    lines = re.findall(r"^\s+(curl .+)$", running.log(), re.M)
    outputs = [
        subprocess.run(line, shell=True, cwd=running.folder, env=environment(running.folder), capture_output=True, text=True, timeout=60, check=False)
        for line in lines
    ]
    assert [output.returncode for output in outputs] == [0, 0, 0], outputs
    assert "ResourceExhausted" in outputs[0].stdout and outputs[1].stdout.startswith("{") and "ResourceExhausted" in outputs[2].stdout
    (authority,) = running.folder.rglob("ca.pem")
    assert (running.folder / "fcemu-ca.pem").read_bytes() == authority.read_bytes()
    assert running.call("GET", "/_fcemu/requests", host="localhost").status == 401
    assert running.call("GET", "/_fcemu/requests", host="localhost", headers={"X-Fcemu-Token": token}).status == 200
    assert running.call("GET", "/_fcemu/requests", host="localhost", headers={"X-Fcemu-Token": "random"}).status == 401


def test_two_starts_draw_two_tokens_and_a_given_one_is_not_printed(daemon):
    drawn = {re.search(r"token of this run: (\S+)", daemon(config=WIDE + "token: random\n", listen=()).log())[1] for _ in range(2)}
    assert len(drawn) == 2
    log = daemon(config=WIDE + "token: open-sesame\n", listen=()).log()
    assert "sesame" not in log and "$FCEMU_TOKEN" in log


def test_what_is_open_to_others_is_said_with_the_line_that_closes_it(daemon):
    wide = daemon(config=WIDE + "token: random\n", listen=())
    warning = wide.log().partition("WARNING: ")[2]
    assert warning.startswith("other machines can reach 0.0.0.0:0 and auth.mode is lenient: everybody there may deploy and run code.")
    assert f"-p 127.0.0.1:{wide.port}:{wide.port} leaves it to your machine, -p {wide.port}:{wide.port} opens it" in warning
    signed = daemon(config="listen: ['0.0.0.0:0']\ntoken: random\n", listen=()).log()
    assert "WARNING" not in signed and "calls must be signed with a key of the setting auth.keys (0 there)" in signed
    assert "ther machines" not in daemon().log()
