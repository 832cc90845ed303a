"""What the documents beside the code promise about it."""

import pathlib
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


# ---- both languages


TWINS = [("README.md", "docs/README.zh.md")] + [(f"docs/{name}.md", f"docs/{name}.zh.md") for name in ("reaching", "faults", "drills", "invocation")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def sections(page):
    """The parts that headings make, each with its level; the first is what stands before any."""
    outline = FENCE.sub(lambda block: re.sub(r"^#", " #", block.group(0), flags=re.M), text(page))
    parts = re.split(r"^(#+) (.*)$", outline, flags=re.M)
    return [("", "", parts[0])] + [tuple(parts[i : i + 3]) for i in range(1, len(parts), 3)]


def tables(part):
    """(rows, columns) of each table."""
    found = []
    for block in re.findall(r"(?:^\|.*\n?)+", FENCE.sub("", part), re.M):
        rows = [re.sub(r"`[^`]*`", "", row) for row in block.splitlines()]
        assert len({row.count("|") for row in rows}) == 1, rows
        found.append((len(rows), rows[0].count("|") - 1))
    return found


def code_words(part):
    """Inline code without what is named by a word of the language: FILE, 文件."""
    words = re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", FENCE.sub("", part))
    words = [re.sub(r"\b[A-Z_]{2,}\b|<[^>]*>|[\u4e00-\u9fff]+", "", re.sub(r"\s+", " ", word)) for word in words]
    return {re.sub(r"\s+", " ", word).strip(" :") for word in words} - {""}


@pytest.mark.parametrize("first, second", TWINS, ids=[second for _, second in TWINS])
def test_both_languages_say_the_same(first, second):
    """As far as that can be seen: the same outline, and in each part the same code, tables, lists and names."""
    ours, theirs = sections(first), sections(second)
    assert [level for level, _, _ in ours] == [level for level, _, _ in theirs], [(a[1], b[1]) for a, b in zip(ours, theirs)]
    for (_, title, part), (_, _, other) in zip(ours, theirs, strict=True):
        where = f"{second}: {title}"
        blocks, their_blocks = FENCE.findall(part), FENCE.findall(other)
        assert [(kind, len(body.splitlines())) for kind, body in blocks] == [(kind, len(body.splitlines())) for kind, body in their_blocks], where
        for (kind, body), (_, their_body) in zip(blocks, their_blocks, strict=True):
            assert body == their_body.replace(" --lang zh", "") or CHINESE.search(their_body), where
        assert tables(part) == tables(other), where
        assert len(re.findall(r"^\* ", part, re.M)) == len(re.findall(r"^\* ", other, re.M)), where
        assert code_words(part) == code_words(other), where


@pytest.mark.parametrize("_, page", TWINS, ids=[second for _, second in TWINS])
def test_the_other_language_is_one_and_has_its_links(_, page):
    path = ROOT / page
    assert len(CHINESE.findall(text(page))) > 800
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)]*)\)", text(page)):
        aim = path.parent / target if target else path
        assert target.startswith("http") or aim.exists(), target
        if anchor and aim.suffix == ".md":
            headings = [re.sub(r"[^\w\u4e00-\u9fff -]", "", title.lower()).replace(" ", "-") for _, title, _ in sections(str(aim.resolve().relative_to(ROOT)))]
            assert anchor in headings, f"{target}#{anchor}"


def test_each_document_that_has_a_twin_names_it():
    for first, second in TWINS:
        assert f"[中文]({pathlib.Path(second).name if first.startswith('docs/') else second})" in text(first)
        assert "[English](" in text(second)
