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
    "php": ("php", "php -r '$c = curl_init(\"{url}\"); curl_exec($c);'"),
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




def sound(given, right):
    return pytest.mark.sound("D-env", given, right)


@pytest.mark.parametrize("language", [pytest.param(name, marks=sound("fcemu env php", "curl of PHP trusts the daemon") if name == "php" else ()) for name in PROGRAMS])
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


@pytest.mark.parametrize("arguments, hint", [(["cobol"], "shell, node, python, go, java, php, terraform"), (["--address", "here"], "HOST:PORT")])
def test_what_it_does_not_know_is_refused(arguments, hint):
    done = subprocess.run([BINARY, "env", *arguments], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert hint in done.stderr


def shell(running, script, extra=None):
    """A script in which $F is the client of this daemon."""
    values = {**environment(running.folder), "F": str(BINARY), "FCEMU_ADDRESS": f"127.0.0.1:{running.port}", **(extra or {})}
    return subprocess.run(["bash", "-eu", "-c", script], cwd=running.folder, env=values, capture_output=True, text=True, timeout=120, check=False)


def variables(text):
    return dict(line.split("=", 1) for line in text.splitlines())


OWN = {
    "NO_PROXY": "a.example",
    "no_proxy": ".aliyuncs.com, b.example, 16530750.cn-shanghai.fc.aliyuncs.com:443,com,*",
    "HTTPS_PROXY": "http://proxy.corp.example:3128",
    "NODE_OPTIONS": "--no-warnings",
    "JAVA_TOOL_OPTIONS": "-Dfile.encoding=UTF-8",
    "PYTHONPATH": "/srv/lib",
    "PHP_INI_SCAN_DIR": "/srv/php",
}


@sound("no_proxy=.aliyuncs.com of a company", "no served name goes past the proxy, in either spelling")
def test_exceptions_of_a_company_let_no_call_out(daemon):
    running = daemon()
    rows = json.loads(shell(running, '"$F" env --json', OWN).stdout)

    assert rows["NO_PROXY"] == rows["no_proxy"] == "localhost,127.0.0.1,::1,a.example,b.example"


@sound("an own NODE_OPTIONS, JAVA_TOOL_OPTIONS, PYTHONPATH", "added to, once however often evaluated")
def test_own_values_are_added_to_once(daemon):
    running = daemon()
    done = shell(running, 'eval "$("$F" env)"; env | sort > once; eval "$("$F" env)"; eval "$("$F" env java)"; env | sort > again; cmp once again; cat again', OWN)
    folder = running.folder / ".local" / "share" / "fcemu"
    now = variables(done.stdout)

    assert done.returncode == 0, done.stdout + done.stderr
    assert now["NODE_OPTIONS"].startswith("--no-warnings --") and now["NODE_OPTIONS"].count("node-names.cjs") == 1
    assert now["JAVA_TOOL_OPTIONS"].startswith("-Dfile.encoding=UTF-8 -Dhttp.proxyHost=127.0.0.1 ")
    assert now["PYTHONPATH"] == f"{folder}/python:/srv/lib"
    assert now["PHP_INI_SCAN_DIR"] == f"/srv/php:{folder}/php"
    assert now["HTTPS_PROXY"] == f"http://127.0.0.1:{running.port}"


@sound("fcemu env --unset", "every variable as it was")
def test_unset_takes_it_back(daemon):
    running = daemon()
    script = 'env | sort > before; eval "$("$F" env)"; eval "$("$F" env node)"; eval "$("$F" env --unset)"; env | sort > after; diff before after'
    done = shell(running, script, OWN)

    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_unset_leaves_what_somebody_changed_since(daemon):
    running = daemon()
    done = shell(running, 'eval "$("$F" env)"; export NODE_OPTIONS=--inspect; "$F" env --unset', {})

    assert "NODE_OPTIONS" not in done.stdout
    assert "unset HTTP_PROXY" in done.stdout
    assert done.stdout.endswith("unset _FCEMU_ENV\n")


def test_unset_without_a_set_prints_nothing(daemon):
    done = shell(daemon(), '"$F" env --unset; "$F" env --unset --json')

    assert (done.returncode, done.stdout) == (0, "{}\n")


@sound("own SSL_CERT_FILE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS", "folded into the bundle, also a folder")
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
@pytest.mark.parametrize("as_folder", [False, True], ids=["file", "folder"])
def test_own_authorities_are_folded_in(daemon, tmp_path, name, as_folder):
    running = daemon()
    own = tmp_path / "corp"
    own.mkdir()
    (own / "corp.pem").write_text("-----BEGIN CERTIFICATE-----\nCORP\n-----END CERTIFICATE-----", encoding="utf-8")
    value = own if as_folder else own / "corp.pem"
    rows = json.loads(shell(running, 'eval "$("$F" env)"; "$F" env --json', {name: str(value)}).stdout)
    with open(rows[name], encoding="utf-8") as bundle:
        text = bundle.read()
    ours = running.run("ca", "pem").stdout

    assert text.startswith(ours)
    assert text.endswith("\nCORP\n-----END CERTIFICATE-----\n") and text.count("CORP") == 1


def test_authorities_that_cannot_be_read_are_left_out_with_a_word(daemon):
    running = daemon()
    done = shell(running, '"$F" env --json', {"SSL_CERT_FILE": "/nonexistent/corp.pem"})

    assert json.loads(done.stdout)["SSL_CERT_FILE"].endswith("/ca-bundle.pem")
    assert done.stderr.startswith("fcemu env: the certificates of SSL_CERT_FILE are left out: read '/nonexistent/corp.pem'")


@sound("Node.js in a folder with an empty package.json", "runs, and is led here")
def test_node_survives_an_empty_package(daemon):
    if not shutil.which("node"):
        pytest.skip("node is not installed")
    running = daemon()
    (running.folder / "package.json").write_text("", encoding="utf-8")
    done = shell(running, 'eval "$("$F" env node)"; ' + PROGRAMS["node"][1].format(url=URL))

    assert '"ErrorCode":"ServiceNotFound"' in done.stdout, done.stderr


PLAIN = f"""
import http.client, urllib.request
call = http.client.HTTPConnection('{HOST}')
call.request('GET', '/2016-08-15/services/none')
print(call.getresponse().read().decode())
print(urllib.request.proxy_bypass('{HOST}'), urllib.request.proxy_bypass('pypi.example'))
"""


@sound("fcemu env; Python", "by the real name without a proxy, whose clients repeat calls")
@pytest.mark.parametrize("language", ["python", ""])
def test_python_asks_no_proxy(daemon, language):
    running = daemon()
    (running.folder / "plain.py").write_text(PLAIN, encoding="utf-8")
    done = shell(running, f'eval "$("$F" env {language})"; /usr/bin/python3 plain.py')
    answer, bypass = done.stdout.splitlines()

    assert '"ErrorCode":"ServiceNotFound"' in answer
    assert bypass == "True False"


def test_python_still_runs_its_own_site_customization(daemon):
    running = daemon()
    (running.folder / "lib").mkdir()
    (running.folder / "lib" / "sitecustomize.py").write_text("print('own')\n", encoding="utf-8")
    done = shell(running, 'eval "$("$F" env python)"; /usr/bin/python3 -c pass', {"PYTHONPATH": str(running.folder / "lib")})

    assert (done.stdout, done.stderr) == ("own\n", "")


def test_quotes_in_a_value_are_kept(daemon):
    done = shell(daemon(), 'eval "$("$F" env node)"; printf %s "$NODE_OPTIONS"', {"NODE_OPTIONS": "--title=it's"})

    assert done.stdout.startswith("--title=it's --")


LED = {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NODE_OPTIONS", "PYTHONPATH", "FC_ENDPOINT", "ALIBABA_CLOUD_ENDPOINT_FC"}


def test_direct_sets_certificates_alone(daemon):
    """Where names lead here by themselves; a proxy of a company's is kept, and is not asked for these names."""
    running = daemon()
    led, direct = (json.loads(shell(running, f'"$F" env --json {flag}', {"HTTPS_PROXY": "http://proxy.corp.example:3128"}).stdout) for flag in ("", "--direct"))

    assert set(led) - set(direct) == LED
    assert direct["JAVA_TOOL_OPTIONS"] == "-Djavax.net.ssl.trustStore=" + led["JAVA_TOOL_OPTIONS"].split("trustStore=")[1]
    assert direct["NO_PROXY"] == direct["no_proxy"] and {".aliyuncs.com", ".fcapp.run", "localhost"} <= set(direct["NO_PROXY"].split(","))
    assert {name for name in direct if direct[name] != led[name]} == {"JAVA_TOOL_OPTIONS", "NO_PROXY", "no_proxy"}


def test_direct_behind_the_other_way_gives_back(daemon):
    script = 'eval "$("$F" env)"; eval "$("$F" env --direct)"; env | sort > one; eval "$("$F" env --unset)"; eval "$("$F" env --direct)"; env | sort > two; cmp one two; cat one'
    done = shell(daemon(), script, {"HTTPS_PROXY": "http://proxy.corp.example:3128", "NODE_OPTIONS": "--no-warnings"})
    now = variables(done.stdout)

    assert done.returncode == 0, done.stdout + done.stderr
    assert (now["HTTPS_PROXY"], now["NODE_OPTIONS"]) == ("http://proxy.corp.example:3128", "--no-warnings")
    assert "HTTP_PROXY" not in now and "PYTHONPATH" not in now
