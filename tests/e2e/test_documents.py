"""What the documents beside the code promise about it."""

import re

import pytest

from fcemu import ROOT, fcemu


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.sound("E", "NOTICE, and the libraries that the build asks for", "each is named with its licence")
def test_notice_names_every_library():
    build, notice = text("meson.build"), text("NOTICE").lower()
    asked = {name.removesuffix("-8").removesuffix("-0.1").removesuffix("3").removeprefix("lib") for name in re.findall(r"= dependency\('([^']+)'", build)} - {"threads"}
    assert {"microhttpd", "gnutls", "cjson"} <= asked
    assert [name for name in sorted(asked | {"uthash"}) if name not in notice] == []


@pytest.mark.sound("E", "SECURITY.md", "says who may do what from where, by settings that there are")
def test_security_page_names_settings_that_exist():
    page, settings = text("SECURITY.md"), fcemu("config").stdout
    for name in ("allow_users", "allow_origins", "control_hosts", "ca_domains", "token", "listen"):
        assert f"`{name}`" in page and re.search(rf"^(# )?{name}:", settings, re.M), name
    assert "`auth.mode`" in page and "`strict`" in page


@pytest.mark.sound("E", "README, NOTICE, SECURITY.md, the image", "not affiliated with Alibaba Cloud")
@pytest.mark.parametrize("name", ["README.md", "NOTICE", "SECURITY.md", "docker/Dockerfile"])
def test_not_affiliated(name):
    assert "not affiliated with" in text(name) and "Alibaba Cloud" in text(name)


@pytest.mark.sound("C8", "what lenient mode does, in each text", "the same: signatures of known keys must hold")
def test_lenient_mode_is_told_alike():
    said = "those of known keys must hold, unknown keys and unsigned calls pass"
    for told in (text("config/fcemu.yaml"), text("docs/fcemu.1"), fcemu("serve", "--help").stdout):
        assert said in re.sub(r"\s+#?\s*", " ", told)
    assert "signatures of known keys must hold" in text("docs/differences.md")
    assert "Signatures of known keys must hold" in text("README.md")
