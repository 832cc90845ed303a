"""`fcemu ca trust` and `untrust`: into the stores of this machine and out again, by their own tools, and nothing else with it."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess

import pytest

from fcemu import BINARY, environment, fcemu

SYSTEM = "/usr/local/share/ca-certificates"
ZONES = "aliyuncs.com"
ABSENT = {"removed": "absent", "trusted": "already"}


def needs(*programs):
    missing = [name for name in programs if not shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")]
    return pytest.mark.skipif(bool(missing), reason=f"not here: {' '.join(missing)}")


def namespaces():
    return subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0


def run(folder, *words, prefix=(), extra=None, code=0):
    """One verb, as JSON; the home is @folder."""
    done = subprocess.run([*prefix, BINARY, "ca", *map(str, words), "--json"], env={**environment(folder), **(extra or {})}, cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code, (done.stdout, done.stderr)
    return json.loads(done.stdout)


def states(told):
    return [row["state"] for row in told["stores"]]


def authority(folder):
    return folder / ".local" / "share" / "fcemu" / "ca.pem"


def name_of(folder):
    """As it must be in every store: the folder, then the certificate."""
    fingerprint = fcemu("ca", "fingerprint", folder=folder).stdout.replace(":", "").lower()
    return f"fcemu-{hashlib.sha256(bytes(authority(folder).parent)).hexdigest()[:8]}-{fingerprint[:8]}"


def anew(folder):
    """The authority is lost, and made again."""
    for path in authority(folder).parent.glob("ca*.pem"):
        path.unlink()
    fcemu("ca", "path", folder=folder)


# ---- every kind of store, by its real tool


class Nss:
    tools = ("certutil",)

    def __init__(self, folder):
        self.path = folder / ".pki" / "nssdb"
        self.path.mkdir(parents=True)
        subprocess.run(["certutil", "-N", "-d", f"sql:{self.path}", "--empty-password"], check=True, timeout=120)
        self.store = "nss"

    def names(self):
        listed = subprocess.run(["certutil", "-L", "-d", f"sql:{self.path}"], check=True, capture_output=True, text=True, timeout=120).stdout
        return {line.split()[0]: line.split()[1] for line in listed.splitlines()[4:] if line.strip()}

    def certificate(self, name):
        return subprocess.run(["certutil", "-L", "-d", f"sql:{self.path}", "-n", name, "-a"], check=True, capture_output=True, text=True, timeout=120).stdout

    def add(self, name, pem):
        subprocess.run(["certutil", "-A", "-d", f"sql:{self.path}", "-n", name, "-t", ",,", "-a", "-i", pem], check=True, timeout=120)


class Java:
    tools = ("keytool", "openssl")

    def __init__(self, folder):
        self.path = folder / "cacerts"
        stranger(folder / "stranger.pem")
        self.add("somebody", folder / "stranger.pem")
        self.store = f"java={self.path}"

    def keytool(self, *words):
        done = subprocess.run(["keytool", *words, "-keystore", self.path, "-storepass", "changeit"], capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def names(self):
        return {line.split(",")[0]: "C,," for line in self.keytool("-list").splitlines() if "trustedCertEntry" in line and not line.startswith("somebody")}

    def certificate(self, name):
        return self.keytool("-exportcert", "-rfc", "-alias", name)

    def add(self, name, pem):
        self.keytool("-importcert", "-noprompt", "-alias", name, "-file", str(pem))


def stranger(path, *more):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=stranger", "-days", "30",
                    "-keyout", path.parent / "ca-key.pem", "-out", path, *more], check=True, capture_output=True, timeout=120)


def bare(pem):
    return "".join(pem.replace("\r", "").split())


@pytest.fixture(params=[pytest.param(Nss, marks=needs(*Nss.tools)), pytest.param(Java, marks=[needs(*Java.tools), pytest.mark.heavy])])
def store(request, tmp_path):
    return request.param(tmp_path)


def test_in_and_out(store, tmp_path):
    told = run(tmp_path, "trust", "--store", store.store)
    assert states(told) == ["trusted"] and told["name"] == name_of(tmp_path) and ZONES in told["scope"]
    assert store.names() == {name_of(tmp_path): "C,,"}
    assert bare(store.certificate(name_of(tmp_path))).endswith(bare(authority(tmp_path).read_text()))
    assert states(run(tmp_path, "trust", "--store", store.store)) == ["already"]

    assert states(run(tmp_path, "untrust", "--store", store.store)) == ["removed"]
    assert store.names() == {}
    assert states(run(tmp_path, "untrust", "--store", store.store)) == ["absent"]


def test_a_dry_run_changes_nothing(store, tmp_path):
    assert states(run(tmp_path, "trust", "--dry-run", "--store", store.store)) == ["would trust"]
    assert store.names() == {}
    run(tmp_path, "trust", "--store", store.store)
    assert states(run(tmp_path, "untrust", "--dry-run", "--store", store.store)) == ["would remove"]
    assert len(store.names()) == 1


def test_an_authority_made_anew_takes_the_place_of_the_earlier(store, tmp_path):
    run(tmp_path, "trust", "--store", store.store)
    earlier = name_of(tmp_path)
    anew(tmp_path)
    told = run(tmp_path, "trust", "--dry-run", "--store", store.store)
    assert states(told) == ["would trust"] and told["stores"][0]["earlier"] == [earlier]
    run(tmp_path, "trust", "--store", store.store)
    assert list(store.names()) == [name_of(tmp_path)] != [earlier]
    assert bare(store.certificate(name_of(tmp_path))).endswith(bare(authority(tmp_path).read_text()))


def test_untrust_takes_back_what_is_no_longer_there(store, tmp_path):
    run(tmp_path, "trust", "--store", store.store)
    shutil.rmtree(authority(tmp_path).parent)
    assert states(run(tmp_path, "untrust", "--store", store.store)) == ["removed"]
    assert store.names() == {} and not authority(tmp_path).exists()


def test_what_somebody_else_put_there_stays(store, tmp_path):
    """The same certificate under another name, and the authority of another folder, whose subject is the same."""
    other = tmp_path / "other"
    run(tmp_path, "trust", "--store", store.store, "--ca-dir", other)
    before = store.names()
    run(tmp_path, "trust", "--store", store.store)
    assert len(store.names()) == 2
    run(tmp_path, "untrust", "--store", store.store)
    assert store.names() == before
    store.add("by-hand", authority(tmp_path))
    assert states(run(tmp_path, "untrust", "--store", store.store)) == ["absent"]
    assert set(store.names()) == {*before, "by-hand"}


@needs("certutil")
def test_doctor_names_the_line(tmp_path):
    Nss(tmp_path)
    fcemu("ca", "path", folder=tmp_path)

    def said():
        findings = json.loads(fcemu("doctor", "--json", folder=tmp_path, extra={"FCEMU_ADDRESS": "127.0.0.1:1"}).stdout)["findings"]
        return [(row["state"], row["what"].split(" ", 2)[2], row.get("mend")) for row in findings if row["what"].startswith("nss: ")]

    assert said() == [("note", "does not hold the authority", "fcemu ca trust --store nss")]
    run(tmp_path, "trust", "--store", "nss")
    assert said() == [("ok", "holds the authority", None)]
    anew(tmp_path)
    assert said() == [("wrong", "holds an earlier authority, not the one of now", "fcemu ca trust --store nss")]


# ---- the system's store, in a mount namespace


HOOK = r"""#!/bin/sh
# As Debian's Java has it: what came is taken in, under a name of its own.
while read -r line; do
    case $line in
    +*fcemu*) keytool -importcert -noprompt -alias "debian:$(basename "${line#+}")" -file "${line#+}" -keystore /etc/ssl/certs/java/cacerts -storepass changeit ;;
    esac
done
"""

DEBIAN = """
set -e
mount --bind "$1/certs" /etc/ssl/certs
mount --bind "$1/local" {local}
mount --bind "$1/hooks" /etc/ca-certificates/update.d
update-ca-certificates --fresh > /dev/null
shift
exec sh -c "$@"
""".format(local=SYSTEM)


@pytest.fixture
def debian(tmp_path):
    """Runs lines of a shell where the system's store is a copy."""
    if not pathlib.Path("/usr/sbin/update-ca-certificates").exists() or not pathlib.Path(SYSTEM).is_dir() or not namespaces():
        pytest.skip("not Debian's store, or no namespaces")
    shutil.copytree("/etc/ssl/certs", tmp_path / "certs", symlinks=True)
    (tmp_path / "local").mkdir()
    (tmp_path / "hooks").mkdir()

    def lines(text):
        env = {**environment(tmp_path), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "FCEMU": str(BINARY)}
        done = subprocess.run(["unshare", "-rm", "sh", "-c", DEBIAN, "sh", tmp_path, text], env=env, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=500, check=False)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    return lines


@pytest.mark.heavy
def test_debian_s_store(debian, tmp_path):
    """Links by hash are looked at without their number: certificates of one name are counted in the folder's order."""
    out = debian(f"""
        set -e
        look() {{ find /etc/ssl/certs {SYSTEM} ! -type d -printf '%p %l\\n' | sed 's|^[^ ]*/[0-9a-f]\\{{8\\}}[.][0-9] |hash |' | sort; cksum < /etc/ssl/certs/ca-certificates.crt; }}
        look > before
        $FCEMU ca trust --store system
        openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt "$($FCEMU ca path)"
        openssl verify -CApath /etc/ssl/certs "$($FCEMU ca path)"
        $FCEMU ca trust --store system
        rm "$(dirname "$($FCEMU ca path)")"/ca*.pem
        openssl verify -CApath /etc/ssl/certs "$($FCEMU ca path)" || echo "strange"
        $FCEMU ca trust --store system
        openssl verify -CApath /etc/ssl/certs "$($FCEMU ca path)"
        ls {SYSTEM}
        $FCEMU ca untrust
        look > after
        diff before after && echo as before
    """)
    said = [line for line in out.splitlines() if not line.startswith("It may")]
    pem = str(authority(tmp_path))
    assert said == [f"trusted      system {SYSTEM}", f"{pem}: OK", f"{pem}: OK", f"already      system {SYSTEM}", "strange",
                    f"trusted      system {SYSTEM}  instead of an earlier authority", f"{pem}: OK", f"{name_of(tmp_path)}.crt",
                    *[line for line in said[8:-1] if line.startswith(("removed      system", "absent "))], "as before"]
    assert said[8] == f"removed      system {SYSTEM}"


@pytest.mark.heavy
@needs("keytool")
def test_what_debian_s_hook_put_into_java_goes_too(debian, tmp_path):
    keystore = pathlib.Path("/etc/ssl/certs/java/cacerts")
    if not keystore.exists() or str(keystore) != os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(shutil.which("keytool"))), "../lib/security/cacerts")):
        pytest.skip("not Debian's Java")
    hook = tmp_path / "hooks" / "java"
    hook.write_text(HOOK, encoding="utf-8")
    hook.chmod(0o755)
    out = debian("""
        set -e
        count() { keytool -list -keystore /etc/ssl/certs/java/cacerts -storepass changeit | grep -c '^debian:fcemu' || true; }
        $FCEMU ca trust --store system > /dev/null
        count
        $FCEMU ca untrust --store system > /dev/null
        count
    """)
    assert out.split() == ["1", "0"]


@pytest.mark.heavy
def test_where_root_is_needed_the_line_is_said(debian, tmp_path):
    out = debian(f"""
        mount -o remount,bind,ro {SYSTEM}
        $FCEMU ca trust --store system; echo "exit $?"
    """)
    assert f"needs root   system {SYSTEM}\n" in out and "exit 1" in out
    assert f"mend: sudo {BINARY} ca trust --store system --ca-dir {authority(tmp_path).parent}\n" in out
    assert list((tmp_path / "local").iterdir()) == []


FEDORA = """
set -e
mount --bind "$1/etc" /etc
mount --bind "$1/empty" /usr/sbin
shift
exec "$@"
"""


def update_ca_trust(folder, text):
    tool = folder / "bin" / "update-ca-trust"
    tool.parent.mkdir(exist_ok=True)
    tool.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    tool.chmod(0o755)


@pytest.fixture
def fedora(tmp_path):
    """A system whose tool is Fedora's, which is played: it makes a bundle of the anchors."""
    if not namespaces():
        pytest.skip("no namespaces here")
    for name in ("etc/pki/ca-trust/source/anchors", "etc/pki/tls/certs", "empty"):
        (tmp_path / name).mkdir(parents=True)
    update_ca_trust(tmp_path, 'cd /etc/pki/ca-trust/source/anchors && [ "$1" = extract ] && for one in *.pem; do [ ! -e $one ] || cat $one; done > /etc/pki/tls/certs/ca-bundle.crt')
    mount = shutil.which("mount")
    path = tmp_path / "bin"
    for name in ("cat", "sh"):
        (path / name).symlink_to(shutil.which(name))

    def verb(*words, code=0):
        script = FEDORA.replace("mount", mount)
        return run(tmp_path, *words, prefix=[shutil.which("unshare"), "-rm", "/bin/sh", "-c", script, "sh", tmp_path], extra={"PATH": str(path)}, code=code)

    return verb


@pytest.mark.heavy
def test_fedora_s_store(fedora, tmp_path):
    anchors = tmp_path / "etc/pki/ca-trust/source/anchors"
    bundle = tmp_path / "etc/pki/tls/certs/ca-bundle.crt"
    told = fedora("trust")
    assert [(row["store"], row["path"], row["state"]) for row in told["stores"]] == [("system", "/etc/pki/ca-trust/source/anchors", "trusted")]
    assert [path.name for path in anchors.iterdir()] == [f"{name_of(tmp_path)}.pem"] and bundle.read_text() == authority(tmp_path).read_text()
    assert states(fedora("trust")) == ["already"]
    bundle.write_text("", encoding="utf-8")
    assert states(fedora("trust")) == ["trusted"] and bundle.read_text(), "it lay there, and nobody read it"
    assert states(fedora("untrust")) == ["removed"]
    assert list(anchors.iterdir()) == [] and bundle.read_text() == ""


@pytest.mark.heavy
def test_a_tool_that_fails_leaves_all_as_it_was(fedora, tmp_path):
    anchors = tmp_path / "etc/pki/ca-trust/source/anchors"
    update_ca_trust(tmp_path, "echo one; echo 'two: no room'; exit 3")
    told = fedora("trust", code=1)
    assert states(told) == ["failed"] and told["stores"][0]["why"] == f"{tmp_path}/bin/update-ca-trust refuses: two: no room"
    assert list(anchors.iterdir()) == []

    update_ca_trust(tmp_path, "cat /etc/pki/ca-trust/source/anchors/*.pem > /etc/pki/tls/certs/ca-bundle.crt")
    fedora("trust")
    update_ca_trust(tmp_path, "exit 1")
    told = fedora("untrust", code=1)
    assert states(told) == ["failed"] and told["stores"][0]["why"].endswith("it says nothing")
    assert [path.name for path in anchors.iterdir()] == [f"{name_of(tmp_path)}.pem"]


# ---- refusals


@pytest.mark.parametrize(
    "words, said",
    [
        (["--store", "sytem"], "'--store sytem' is not one of system, nss, java; did you mean 'system'?"),
        (["--store", "keychain"], "'--store keychain' is not one of system, nss, java"),
        (["--store", "system=/etc"], "'--store system=/etc': the system has one store"),
        (["--store", "nss=/"], "there is no certutil here (libnss3-tools)"),
        (["--store", "java=/nowhere"], "there is no keytool here (a Java runtime)"),
        (["--store", "nss"], "there is no store 'nss': no certutil (libnss3-tools), or no database of a browser below the home"),
        (["--store", "java"], "there is no store 'java': no keytool, neither of JAVA_HOME nor on PATH"),
        (["nss"], "unexpected 'nss'"),
    ],
)
def test_refusals(tmp_path, words, said):
    for verb in ("trust", "untrust"):
        done = fcemu("ca", verb, *words, folder=tmp_path, extra={"PATH": str(tmp_path)})
        assert done.returncode == 2 and said in done.stderr, done.stderr


@needs("certutil", "keytool")
def test_what_is_no_store(tmp_path):
    for words, said in ((f"nss={tmp_path}", "has no cert9.db"), (f"java={tmp_path}/none", "No such file")):
        done = fcemu("ca", "trust", "--store", words, folder=tmp_path)
        assert done.returncode == 2 and said in done.stderr, done.stderr


@needs("openssl", "certutil")
@pytest.mark.parametrize("constraints", [None, "permitted;DNS:aliyuncs.com", "critical,permitted;DNS:aliyuncs.com", "critical,permitted;IP:127.0.0.0/255.0.0.0",
                                         "critical,permitted;DNS:aliyuncs.com,permitted;IP:0.0.0.0/0.0.0.0"])
def test_an_authority_for_any_name_goes_nowhere(tmp_path, constraints):
    database = Nss(tmp_path)
    authority(tmp_path).parent.mkdir(parents=True)
    stranger(authority(tmp_path), *(["-addext", f"nameConstraints={constraints}"] if constraints else []))
    done = fcemu("ca", "trust", folder=tmp_path)
    assert done.returncode == 2 and "may sign for any name: an authority without name constraints goes into no store" in done.stderr, done.stderr
    assert database.names() == {}


@needs("openssl", "certutil")
def test_an_authority_of_somebody_s_own_that_is_constrained(tmp_path):
    Nss(tmp_path)
    authority(tmp_path).parent.mkdir(parents=True)
    stranger(authority(tmp_path), "-addext", "nameConstraints=critical,permitted;DNS:aliyuncs.com,permitted;IP:127.0.0.0/255.0.0.0")
    told = run(tmp_path, "trust", "--store", "nss")
    assert states(told) == ["trusted"] and told["scope"] == "aliyuncs.com, 127.0.0.0/8"
