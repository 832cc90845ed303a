"""What `fcemu env` prints, pasted into a shell, leads programs to the daemon: by the real name, over HTTPS, with nothing else said."""

import json
import shutil
import subprocess

import pytest

from fcemu import BINARY, HOST, environment

URL = f"https://{HOST}/2016-08-15/services/none"
PROGRAMS = {
    "shell": ("curl", "curl -s '{url}'"),
    "python": ("/usr/bin/python3", "/usr/bin/python3 -c 'import urllib.request as u, urllib.error as e\ntry: u.urlopen(\"{url}\")\nexcept e.HTTPError as x: print(x.read())'"),
    "node": ("node", "node -e 'require(\"https\").get(\"{url}\", (r) => r.pipe(process.stdout))'"),
    "java": ("java", "java Ask.java '{url}'"),
}
ASK = """
class Ask {
    public static void main(String[] urls) throws Exception {
        java.net.HttpURLConnection call = (java.net.HttpURLConnection) new java.net.URL(urls[0]).openConnection();
        call.getResponseCode();
        System.out.write(call.getErrorStream().readAllBytes());
        System.out.flush();
    }
}
"""


@pytest.mark.parametrize("language", PROGRAMS)
def test_pasted_lines_lead_a_program_here(daemon, tmp_path, language):
    tool, program = PROGRAMS[language]
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    running = daemon()
    (tmp_path / "Ask.java").write_text(ASK, encoding="utf-8")
    pasted = running.run("env", language).stdout + program.format(url=URL)
    done = subprocess.run(pasted, shell=True, cwd=tmp_path, env=environment(running.folder), capture_output=True, text=True, timeout=120, check=False)

    assert '"ErrorCode":"ServiceNotFound"' in done.stdout, done.stderr
    assert [call["host"] for call in running.requests()][-1] == HOST


def test_rows_are_the_language_s_own(daemon):
    running = daemon()
    rows = {language: json.loads(running.run("env", language, "--json").stdout) for language in ("go", "node")}

    assert rows["go"]["HTTPS_PROXY"] == f"http://127.0.0.1:{running.port}"
    assert "NODE_OPTIONS" not in rows["go"] and "NODE_OPTIONS" in rows["node"]


@pytest.mark.parametrize("arguments, hint", [(["cobol"], "shell, node, python, go, java"), (["--address", "here"], "HOST:PORT")])
def test_what_it_does_not_know_is_refused(arguments, hint):
    done = subprocess.run([BINARY, "env", *arguments], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert hint in done.stderr
