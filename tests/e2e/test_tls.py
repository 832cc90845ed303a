"""HTTPS on the same port: certificates for the emulated names, signed by the daemon's own authority."""

import shutil
import ssl
import subprocess

import pytest

from fcemu import HOST, invocation


def test_curl_verifies_and_gets_the_same_answer(packs):
    ca = packs.run("ca", "path").stdout.strip()
    url = f"{HOST}:{packs.port}{invocation('raise-ResourceExhausted')}"
    curl = [shutil.which("curl"), "-s", "--noproxy", "*", "-X", "POST", "-w", "%{http_code}", "--resolve", f"{HOST}:{packs.port}:127.0.0.1"]
    plain = subprocess.run([*curl, f"http://{url}"], capture_output=True, text=True, check=True).stdout
    secure = subprocess.run([*curl, "--cacert", ca, f"https://{url}"], capture_output=True, text=True, check=True).stdout

    assert secure == plain
    assert secure.endswith("429")


def test_nobody_else_is_trusted_by_chance(packs):
    with pytest.raises(ssl.SSLCertVerificationError):
        packs.invoke("raise-AccessDenied", tls=ssl.create_default_context())


@pytest.mark.parametrize("host", ["1.cn-hangzhou-internal.fc.aliyuncs.com", "fcv3.cn-beijing.aliyuncs.com", "hello-abcdefghij.cn-shanghai.fcapp.run"])
def test_each_name_has_its_certificate(packs, host):
    with packs.connect(packs.ca(), host) as sock:
        names = [value for kind, value in sock.getpeercert()["subjectAltName"] if kind == "DNS"]

    assert host in names
