"""`fcemu react` over the classic client: how often it calls, with which gaps, and whether the code comes through (spec/faults.md §3.1).

Read requests are repeated by the client, with urllib3's schedule and without jitter; invocations never are.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from results import Rows

HERE = pathlib.Path(__file__).resolve().parent
ERRORS = ("InvalidArgument", "SignatureNotMatch", "ConcurrentUpdateError", "ResourceExhausted", "InternalServerError", "ResourceThrottled")
DOUBLING, OBEYED = [0, 2, 4, 8, 16], [1, 1, 1, 1, 1]
# Of ListServices: gaps in seconds, and what becomes of the code.
LISTED = {
    "InvalidArgument": ([], "kept"), "SignatureNotMatch": ([], "kept"), "ConcurrentUpdateError": ([], "kept"),
    "ResourceExhausted": ([], "kept"), "ResourceExhausted, Retry-After: 1": (OBEYED, "kept"),
    "ResourceThrottled": ([], "kept"), "ResourceThrottled, Retry-After: 1": (OBEYED, "kept"),
    "InternalServerError": (DOUBLING, "lost"), "502 HTML": (DOUBLING, None), "reset": (DOUBLING, None), "close": (DOUBLING, None),
    "body cut": ([], None),
}
PROFILES = """
version: 1
rules: [{id: down, ttl: 1h, do: {error: InternalServerError}}]
drills:
  - id: schedule
    timeout: 5m
    expect_exit: 1
    assert: [{backoff: {profile: fc-python-2016}}, {backoff: {profile: exponential-full-jitter}}]
"""


def fcemu(*words, folder):
    done = subprocess.run([os.environ["FCEMU_BINARY"], *map(str, words)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def react(call, folder):
    answer = folder / "answer.yaml"
    answer.write_text("version: 1\nrules: [{id: answer, do: {respond: {status: 200, body: '{}'}}}]\n", encoding="utf-8")
    code, out, err = fcemu("react", "--fixtures", answer, "--network", "--parallel", 12, "--timeout", "5m", "--errors", ",".join(ERRORS), "--json", "--",
                           sys.executable, HERE / "app_reactions.py", call, folder=folder)
    assert code == 0, err
    return {cell["injected"]: cell for cell in json.loads(out)["cells"]}


def near(gaps_ms, seconds):
    """A busy machine adds to a wait, and never takes from it."""
    return len(gaps_ms) == len(seconds) and all(-0.05 <= gap / 1000 - wanted <= 1.5 for gap, wanted in zip(gaps_ms, seconds))


class Reactions(Rows):
    client = "aliyun-fc2"

    def test_matrix(self):
        with tempfile.TemporaryDirectory() as name:
            listed, invoked = react("list", pathlib.Path(name)), react("invoke", pathlib.Path(name))
        for injected, (gaps, code) in LISTED.items():
            self.row(f"react: listServices, {injected}", lambda i=injected, g=gaps, c=code: self.check(listed[i], g, c))
        for injected in LISTED:
            code = "kept" if listed[injected]["code"] else None
            self.row(f"react: invokeFunction, {injected}", lambda i=injected, c=code: self.check(invoked[i], [], c))

    def check(self, cell, gaps, code):
        self.assertEqual((cell["sdk"], cell["attempts_most"], cell["ending"], cell["code"]), ("python", len(gaps) + 1, "exit 1", code))
        self.assertTrue(near(cell["gaps_ms"], gaps), cell["gaps_ms"])

    def test_profile(self):
        self.row("profiles of its schedule", self.check_profiles)

    def check_profiles(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "profiles.yaml").write_text(PROFILES, encoding="utf-8")
            code, out, err = fcemu("drill", "run", "profiles.yaml", "--json", "--", sys.executable, HERE / "app_reactions.py", "list", folder=folder)
        self.assertEqual(code, 1, err)
        own, full = json.loads(out)["assertions"]
        self.assertEqual((own["verdict"], full["verdict"]), ("pass", "fail"))
        self.assertRegex(full["text"], r"fit 2\^n within [0-9] %: no jitter; jitter was wanted")
