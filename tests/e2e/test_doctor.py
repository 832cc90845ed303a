"""`fcemu doctor`: each check says that all is well, and what is wrong, why and what mends it; it changes nothing."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading

import pytest

from fcemu import BINARY, environment, fcemu

NOBODY = "127.0.0.1:1"
ENV_LINE = 'eval "$(fcemu env)"'
NAME = "16530750.cn-shanghai.fc.aliyuncs.com"

# It has a thread of its own, beside which no user namespace can be made.
WITHOUT_TSAN = pytest.mark.skipif("TSAN_OPTIONS" in os.environ, reason="the thread sanitizer forbids user namespaces")


@pytest.fixture
def folder(tmp_path):
    """A home with an authority, and a PATH of its own with nothing in it."""
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "bin").mkdir()
    fcemu("ca", "path", folder=home)
    return tmp_path


def told(folder, extra=None, prefix=(), words=()):
    values = {**environment(folder / "home"), "PATH": str(folder / "bin"), "FCEMU_ADDRESS": NOBODY, **(extra or {})}
    done = subprocess.run([*prefix, str(BINARY), "doctor", "--json", *words], env=values, capture_output=True, text=True, timeout=120, check=False)
    assert done.stderr == "", done.stderr
    answer = json.loads(done.stdout)
    assert answer["content"] == (done.returncode == 0) == ("wrong" not in [row["state"] for row in answer["findings"]])
    assert done.returncode in (0, 1)
    for row in answer["findings"]:
        assert set(row) == ({"check", "state", "what"} if row["state"] == "ok" else {"check", "state", "what", "why", "mend"}), row
        assert all(row.values()), row
    return answer["findings"]


def of(check, findings):
    return [(row["state"], row["what"], row.get("mend")) for row in findings if row["check"] == check]


def program(folder, name, says, status=0):
    path = folder / "bin" / name
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {status}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@contextlib.contextmanager
def listener(answer):
    """Somebody else's program on a port: @answer, or the address alone when that is None."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    peer, _ = server.accept()
                    with peer:
                        peer.settimeout(10)
                        if peer.recv(65536) and answer:
                            peer.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def http(status, body):
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


# ---- the whole


def test_content_with_a_daemon(daemon, folder):
    running = daemon()
    findings = told(folder, {"FCEMU_ADDRESS": f"127.0.0.1:{running.port}"})

    assert of("port", findings) == [("ok", f"fcemu answers at 127.0.0.1:{running.port}", None)]
    assert [row[0] for row in of("version", findings)] == ["ok"]
    assert of("clock", findings) == [("ok", "the daemon has this machine's clock", None)]
    assert "wrong" not in [row["state"] for row in findings]


def test_content_with_what_env_sets(daemon, folder):
    running = daemon()
    address = f"127.0.0.1:{running.port}"
    values = json.loads(fcemu("env", "--json", "--address", address, folder=folder / "home").stdout)
    findings = told(folder, values)

    assert [row for row in findings if row["state"] == "wrong"] == []
    assert {row[0] for row in of("proxies", findings)} == {"ok"}
    assert of("names", findings)[0][0] == "ok"
    assert {row[1].split(":")[0] for row in of("certificates", findings) if row[0] == "ok"} >= {
        "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "trustStore of JAVA_TOOL_OPTIONS",
    }


def test_an_authority_of_another_folder(folder):
    other = folder / "other"
    fcemu("ca", "path", "--ca-dir", other, folder=folder / "home")
    bundle = {"SSL_CERT_FILE": str(other / "ca.pem")}
    for words, state in (["--ca-dir", str(other)], "ok"), ([], "wrong"):
        assert state in [row[0] for row in of("certificates", told(folder, bundle, words=words)) if row[1].startswith("SSL_CERT_FILE")], words
    nowhere = folder / "bin"
    assert of("certificates", told(folder, words=["--ca-dir", str(nowhere)])) == [
        ("note", f"there is no authority yet at {nowhere}/ca.pem", f"fcemu ca path --ca-dir {nowhere}")]


def test_people_read_what_why_and_the_line_that_mends(folder):
    done = fcemu("doctor", folder=folder / "home", extra={"FCEMU_ADDRESS": NOBODY, "PATH": str(folder / "bin")})
    lines = done.stdout.splitlines()

    assert done.returncode == 1
    assert lines[:3] == [
        f"wrong  port: nobody listens at {NOBODY}",
        "       why:  calls by address and through the proxy find no emulator",
        "       mend: fcemu serve",
    ]
    assert lines[-1] == "1 thing is wrong"


def test_it_changes_nothing(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "bin").mkdir()
    findings = told(tmp_path)

    assert of("certificates", findings) == [("note", f"there is no authority yet at {tmp_path}/home/.local/share/fcemu/ca.pem", "fcemu ca path")]
    assert list((tmp_path / "home").iterdir()) == []


def test_settings_with_mistakes(folder):
    assert of("settings", told(folder, {"FCEMU_REGION": "", "FCEMU_ACCOUNT": "me"})) == [("wrong", "the settings of the environment have mistakes", "fcemu check")]


# ---- port, version, clock


@pytest.mark.parametrize(
    "answer, what",
    [
        (None, "is not fcemu"),
        (b"220 mail.example ESMTP\r\n", "is not fcemu"),
        (http(404, "nothing"), "is not fcemu"),
        (http(401, "{}"), "does not let us in (401)"),
        (http(503, json.dumps({"status": "unavailable", "version": "0.1.0"})), "is not ready"),
        (http(200, json.dumps({"status": "degraded", "version": "0.1.0"})), "refused the rules of its last reload"),
    ],
)
def test_somebody_else_has_the_port(folder, answer, what):
    with listener(answer) as address:
        [(state, said, mend)] = of("port", told(folder, {"FCEMU_ADDRESS": address}))

    assert state == "wrong" and what in said and address in said and mend


def test_a_daemon_of_another_version(folder):
    with listener(http(200, json.dumps({"status": "ok", "version": "9.9.9"}))) as address:
        [(state, said, _)] = of("version", told(folder, {"FCEMU_ADDRESS": address}))

    assert state == "wrong" and said.startswith("the daemon is 9.9.9, this program ")


def test_another_program_of_our_name_comes_first(folder):
    other = program(folder, "fcemu", "fcemu 9.9.9")
    [(state, said, mend)] = of("version", told(folder))

    assert state == "wrong" and said.startswith(f"{other}, first in PATH, is 'fcemu 9.9.9'")
    assert mend == f'export PATH="{BINARY.resolve().parent}:$PATH"'


@pytest.mark.parametrize("same", ["link", "version"])
def test_the_same_program_first_in_path_is_fine(folder, same):
    if same == "link":
        (folder / "bin" / "fcemu").symlink_to(BINARY)
    else:
        program(folder, "fcemu", fcemu("version").stdout.strip())

    assert of("version", told(folder)) == []


@pytest.mark.parametrize("advance, state", [("5m", "note"), ("1h", "wrong")])
def test_a_clock_that_was_moved(daemon, folder, advance, state):
    running = daemon()
    running.run("clock", "advance", advance)
    [(said, _, mend)] = of("clock", told(folder, {"FCEMU_ADDRESS": f"127.0.0.1:{running.port}"}))

    assert (said, mend) == (state, "fcemu clock real")


def test_a_machine_whose_clock_is_behind(folder):
    authority = folder / "home/.local/share/fcemu/ca.pem"
    os.utime(authority, (4e9, 4e9))

    [(state, said, _)] = of("clock", told(folder))
    assert state == "wrong" and str(authority) in said


# ---- names and proxies


def hosts(folder, address):
    """A prefix with an /etc/hosts of its own, in which @address has the name."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no user namespaces here")
    path = folder / "hosts"
    path.write_text(f"{address} {NAME}\n", encoding="utf-8")
    script = f'/bin/mount --bind {path} /etc/hosts && exec "$@"'
    return [shutil.which("unshare"), "-rm", "/bin/sh", "-c", script, "sh"]


PLACE = {"FCEMU_ACCOUNT": "16530750", "FCEMU_REGION": "cn-shanghai"}


@pytest.mark.parametrize(
    "address, state, what, mend",
    [
        ("127.77.0.1", "wrong", "leads to 127.77.0.1, where nobody listens on port 443 or 80", "fcemu serve --listen 127.0.0.1:443 --listen 127.0.0.1:80"),
        ("203.0.113.7", "note", "leads to 203.0.113.7, which is not this machine", ENV_LINE),
    ],
)
def test_where_a_name_leads(folder, address, state, what, mend):
    assert of("names", told(folder, PLACE, hosts(folder, address))) == [(state, f"{NAME} {what}", mend)]


def test_a_name_that_leads_to_a_daemon(folder):
    """Both ports, in a network of its own, where anybody may listen on them."""
    prefix = hosts(folder, "127.0.0.1")
    serve = "import os,socket,sys\nall=[socket.create_server(('127.0.0.1',p)) for p in (80,443)]\n[s.set_inheritable(True) for s in all]\nos.execv(sys.argv[1],sys.argv[1:])"
    prefix[1] = "-rmn"
    prefix[4] = prefix[4].replace("exec", "/usr/sbin/ip link set lo up && exec")
    if not os.path.exists("/usr/sbin/ip"):
        pytest.skip("no ip here")
    findings = told(folder, PLACE, [*prefix, "/usr/bin/python3", "-c", serve])

    assert of("names", findings) == [("ok", f"{NAME} leads to 127.0.0.1, ports 443 and 80", None)]


def test_a_proxy_of_ours_leads_names_that_go_elsewhere(folder):
    findings = told(folder, {**PLACE, "HTTPS_PROXY": f"http://{NOBODY}"}, hosts(folder, "203.0.113.7"))

    assert of("names", findings) == [("ok", f"{NAME} is led to the daemon by the proxy", None)]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize(
    "value, exceptions, state, what",
    [
        (f"http://{NOBODY}", {}, "ok", "{} leads to the daemon"),
        ("http://localhost:1/", {}, "ok", "{} leads to the daemon"),
        ("http://127.0.0.1:2", {}, "wrong", "{} leads calls by name and by address to 127.0.0.1:2"),
        ("http://me:secret@corp.example:3128/", {}, "wrong", "{} leads calls by name and by address to corp.example:3128"),
        ("http://corp.example:3128", {"NO_PROXY": "localhost,127.0.0.1"}, "wrong", "{} leads calls by name to corp.example:3128"),
        ("http://corp.example:3128", {"no_proxy": ".aliyuncs.com"}, "wrong", "{} leads calls by address to corp.example:3128"),
        ("http://corp.example:3128", {"NO_PROXY": "*", "no_proxy": "127.0.0.1"}, "wrong", "{} leads calls by name to corp.example:3128"),
        ("http://corp.example:3128", {"NO_PROXY": "127.0.0.1, aliyuncs.com"}, "ok", "{} is corp.example:3128, and NO_PROXY lets our calls past"),
    ],
)
def test_a_proxy_leads_here_or_elsewhere(folder, variable, value, exceptions, state, what):
    [(said, text, mend)] = of("proxies", told(folder, {variable: value, **exceptions}))

    assert (said, text) == (state, what.format(variable))
    assert mend == (ENV_LINE if state == "wrong" else None)


def test_a_socket_file_is_asked_through_no_proxy(folder):
    own = {"FCEMU_ADDRESS": f"unix:{folder}/socket", "HTTPS_PROXY": "http://corp.example:3128"}

    assert of("proxies", told(folder, own)) == [("wrong", "HTTPS_PROXY leads calls by name to corp.example:3128", ENV_LINE)]
    assert of("proxies", told(folder, {**own, "NO_PROXY": ".aliyuncs.com"}))[0][0] == "ok"


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_exceptions_take_served_names_from_our_proxy(folder, variable):
    own = {"HTTPS_PROXY": f"http://{NOBODY}", variable: "localhost,.aliyuncs.com, b.example"}

    assert of("proxies", told(folder, own))[1:] == [("wrong", f"{variable} has '.aliyuncs.com', which takes served names from the proxy", ENV_LINE)]
    assert of("proxies", told(folder, {**own, variable: "localhost,b.example"}))[1:] == []


def test_no_proxy_at_all(folder):
    assert of("proxies", told(folder)) == [("ok", "no variable names a proxy", None)]


# ---- certificates


def authority(folder):
    return folder / "home/.local/share/fcemu/ca.pem"


def stores(folder, **values):
    return [row for row in of("certificates", told(folder, values)) if not row[1].startswith(("the system", "system:"))]


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"])
def test_a_store_holds_the_authority_or_not(folder, variable):
    other, both, absent = (folder / name for name in ("other.pem", "both.pem", "absent.pem"))
    fcemu("ca", "path", "--ca-dir", folder / "other", folder=folder)
    other.write_bytes((folder / "other/ca.pem").read_bytes())
    both.write_bytes(other.read_bytes() + authority(folder).read_bytes().replace(b"\n", b"\r\n"))

    assert stores(folder, **{variable: str(both)}) == [("ok", f"{variable}: {both} holds the authority", None)]
    assert stores(folder, **{variable: str(other)}) == [("wrong", f"{variable}: {other} does not hold the authority", ENV_LINE)]
    assert stores(folder, **{variable: str(absent)}) == [("wrong", f"{variable}: {absent} cannot be read", ENV_LINE)]


def test_folders_of_certificates(folder):
    certs = folder / "certs"
    certs.mkdir()
    value = f"/nonexistent:{certs}"

    assert stores(folder, SSL_CERT_DIR=value)[0][:2] == ("wrong", f"SSL_CERT_DIR: {value} does not hold the authority")
    assert len(stores(folder, SSL_CERT_DIR=value, SSL_CERT_FILE=str(authority(folder)))) == 1
    shutil.copy(authority(folder), certs / "ours.pem")
    assert stores(folder, SSL_CERT_DIR=value) == [("ok", f"SSL_CERT_DIR: {certs} holds the authority", None)]


def test_the_store_of_java(folder):
    keystore = json.loads(fcemu("env", "java", "--json", folder=folder / "home").stdout)["JAVA_TOOL_OPTIONS"]
    empty = folder / "empty.jks"
    empty.write_bytes(b"")

    assert stores(folder, JAVA_TOOL_OPTIONS=keystore)[0][0] == "ok"
    assert stores(folder, JAVA_TOOL_OPTIONS=f"-Xmx1g -Djavax.net.ssl.trustStore={empty} -Da=b") == [
        ("wrong", f"trustStore of JAVA_TOOL_OPTIONS: {empty} does not hold the authority", ENV_LINE)
    ]
    assert stores(folder, JAVA_TOOL_OPTIONS="-Xmx1g") == []


def test_the_system_s_bundle(folder):
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    if not os.path.exists(bundle) or not os.path.exists("/usr/sbin/update-ca-certificates"):
        pytest.skip("not the system's store of Debian")
    ours = ["/bin/sh", "-c", f'/bin/mount --bind {authority(folder)} {bundle} && exec "$@"', "sh"]
    hosts(folder, "127.0.0.1")

    assert of("certificates", told(folder)) == [
        (
            "note",
            "system: /usr/local/share/ca-certificates does not hold the authority",
            "fcemu ca trust --store system",
        )
    ]
    assert of("certificates", told(folder, prefix=[shutil.which("unshare"), "-rm", *ours])) == [("ok", f"the system's bundle {bundle} holds the authority", None)]


def test_an_authority_that_is_none(folder):
    authority(folder).write_text("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n", encoding="utf-8")

    assert stores(folder)[0][:2] == ("wrong", f"{authority(folder)} holds no certificate that can be read")


# ---- the machine


@pytest.mark.parametrize("name", ["python3", "node", "php", "java", "go"])
def test_an_interpreter_is_here_absent_or_broken(folder, name):
    def said():
        return [row for row in of("interpreters", told(folder)) if name in row[1].split("/")[-1]]

    [(state, what, mend)] = said()
    assert (state, what) == ("note", f"{name} is not in PATH") and mend.startswith("sudo apt install ")
    path = program(folder, name, "Picked up JAVA_TOOL_OPTIONS: -Da=b\nVersion 7.8.9\nmore")
    assert said() == [("ok", f"{path}: Version 7.8.9", None)]
    program(folder, name, "Version 7", status=1)
    assert [row[:2] for row in of("interpreters", told(folder)) if str(path) in row[1]][0][0] == "wrong"


def test_docker(folder):
    place = folder / "docker.sock"
    named = {"DOCKER_HOST": f"unix://{place}"}

    assert of("docker", told(folder, named)) == [("wrong", f"DOCKER_HOST names unix://{place}, where no engine answers: No such file or directory", "unset DOCKER_HOST")]
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(place))
        engine.listen()
        assert of("docker", told(folder, named)) == [("ok", f"an engine listens at unix://{place}", None)]
    assert of("docker", told(folder, {"DOCKER_HOST": "tcp://192.0.2.1:2375"})) == [("note", "DOCKER_HOST names tcp://192.0.2.1:2375", "docker version")]


@pytest.mark.skipif(os.path.exists("/var/run/docker.sock"), reason="an engine is here")
def test_docker_that_is_not_here(folder):
    assert of("docker", told(folder)) == [("note", "docker is not here", "sudo apt install docker.io")]
    program(folder, "docker", "Docker version 1")
    assert of("docker", told(folder)) == [("note", "docker is here, but no engine runs", "sudo systemctl start docker")]


@WITHOUT_TSAN
def test_isolation(folder):
    hosts(folder, "127.0.0.1")
    none = [shutil.which("unshare"), "-r", "/bin/sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh"]

    assert of("isolation", told(folder)) == [("ok", "namespaces are possible: functions can be kept apart", None)]
    assert of("isolation", told(folder, prefix=none))[0][:2] == ("note", "user namespaces are not possible: No space left on device")
    assert of("isolation", told(folder, {"FCEMU_INVOKE_ISOLATION": "namespace"}, none))[0][0] == "wrong"


@WITHOUT_TSAN
def test_a_daemon_that_runs_functions_without_isolation(folder):
    hosts(folder, "127.0.0.1")
    health = {"status": "ok", "version": "0.1.0", "functions": {"isolation": "process"}}
    with listener(http(200, json.dumps(health))) as address:
        findings = told(folder, {"FCEMU_ADDRESS": address})

    assert of("isolation", findings) == [("note", "namespaces are possible here, but the daemon runs without", "fcemu serve --invoke-isolation namespace")]
