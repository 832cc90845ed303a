"""The local certificate authority may sign for the emulated names, loopback and what the settings name, and for nothing else."""

import shutil
import ssl
import stat
import subprocess

import pytest

from fcemu import HOST, environment

needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
DOMAIN = "shop.example.com"


def greet(running, name, authority=None):
    """Whether a client that trusts the authority takes the certificate of @name."""
    context = ssl.create_default_context(cafile=authority or running.run("ca", "path").stdout.strip())
    try:
        running.call("GET", "/2016-08-15/services", tls=context, host=name)
        return True
    except ssl.SSLCertVerificationError as error:
        assert "permitted subtree violation" in str(error)
        return False


def authority_folder(running):
    return running.folder / ".local" / "share" / "fcemu"


@pytest.mark.sound("A10", "the local authority and a name it is not for", "its certificate names what it may sign for; clients refuse the rest")
@pytest.mark.parametrize(
    "name, taken",
    [(HOST, True), ("x.oss-cn-shanghai.aliyuncs.com", True), ("a-b.cn-shanghai.fcapp.run", True), ("localhost", True), ("127.0.0.1", True)]
    + [(DOMAIN, False), ("www.example.org", False), ("aliyuncs.com.example.org", False)],
)
def test_constraints(packs, name, taken):
    assert greet(packs, name) is taken


@pytest.mark.sound("A10", "ca_domains: [example.com]", "the authority signs for it too, after a restart; who trusted the old one still may")
def test_domains_of_the_setting(daemon):
    first = daemon()
    before = first.run("ca", "fingerprint").stdout
    kept = first.folder / "kept.pem"
    shutil.copy(authority_folder(first) / "ca.pem", kept)
    assert not greet(first, DOMAIN)
    first.stop()

    first.command += ["--ca-domains", "Example.com"]
    first.ready = None
    first.start()
    assert "authority renewed" in first.log()
    assert first.run("ca", "fingerprint").stdout != before, "the command line keeps what the daemon has added"
    assert greet(first, DOMAIN) and greet(first, HOST)
    assert greet(first, HOST, kept) and not greet(first, DOMAIN, kept)
    first.stop()

    first.command = first.command[:-2]
    first.ready = None
    first.start()
    assert "authority renewed" not in first.log()
    assert greet(first, DOMAIN)


@pytest.mark.parametrize("value", ["http://x", "*.example.com", "10.0.0.0/8", "-x.com", "a..b", "x-.com", "a_b.com"])
def test_what_is_no_domain(packs, value, tmp_path):
    (tmp_path / "fcemu.yaml").write_text(f"ca_domains:\n  - example.com\n  - {value!r}\n")
    checked = packs.run("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2
    assert f"fcemu.yaml:3:5: error F208: ca_domains[1]: '{value}' is no domain" in checked.stdout + checked.stderr


@pytest.mark.parametrize("length, returncode", [(253, 0), (254, 2)])
def test_longest_domain(packs, length, returncode, tmp_path):
    name = ("a" * 49 + ".") * 5 + "b" * (length - 250)
    (tmp_path / "fcemu.yaml").write_text(f"ca_domains: [{name}]\n")
    assert len(name) == length
    assert packs.run("check", "--config", tmp_path / "fcemu.yaml").returncode == returncode


def openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, env=environment(folder), check=True, capture_output=True, timeout=60)


@needs_openssl
@pytest.mark.sound("A10", "an authority of 0.1.0, open for all names, its key readable by all", "certified anew with the same key, constrained; the key is closed")
@pytest.mark.parametrize("common_name, renewed", [("fcemu local authority", True), ("Example Corporation CA", False)])
def test_an_authority_without_constraints(daemon, tmp_path, common_name, renewed):
    folder = tmp_path / "ca"
    folder.mkdir()
    openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem")
    openssl(folder, "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-out", "ca-key.pem")
    openssl(folder, "req", "-x509", "-new", "-key", "ca-key.pem", "-subj", f"/O=fcemu/CN={common_name}", "-days", "9", "-out", "ca.pem")
    (folder / "ca-key.pem").chmod(0o644)
    kept = shutil.copy(folder / "ca.pem", tmp_path / "kept.pem")

    running = daemon(arguments=["--ca-dir", folder])
    assert ("authority renewed" in running.log()) is renewed
    assert greet(running, DOMAIN, folder / "ca.pem") is not renewed
    assert greet(running, HOST, folder / "ca.pem") and greet(running, HOST, kept)
    assert stat.S_IMODE((folder / "ca-key.pem").stat().st_mode) == 0o600
