"""A rule goes round: what `fault new` and `fault show` print, `fault add` and `fault check` take."""

import json

import pytest

RULES = """version: 1
seed: 7
groups: {g: {enabled: true, description: x}}
latencies: {slow: {fixed: 1ms}}
rules:
  - {id: one, group: g, match: {function: one}, ttl: 2h, do: {delay: {ref: slow}, error: AccessDenied}}
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    from fcemu import Daemon

    one = Daemon(tmp_path_factory.mktemp("forms"), rules=RULES).start()
    yield one
    one.stop()


def add(running, text, *options):
    return running.run("fault", "add", "-", *options, stdin=text)


def rules(running):
    return [rule["id"] for rule in running.admin("GET", "faults").json()["rules"]]


@pytest.fixture(autouse=True)
def empty_layer(running):
    yield
    assert running.admin("DELETE", "faults").status == 200


@pytest.mark.sound("B10", "fault new CODE | fault add -", "the rule is added, and it is said what of the file was left out")
def test_what_new_prints_can_be_added(running):
    made = running.run("fault", "new", "ResourceThrottled", "--function", "new")
    added = add(running, made.stdout, "--json")

    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["left_out"] == ["seed"]
    assert rules(running) == ["one", "new-rule"]


@pytest.mark.sound("B10", "fault show ID, its id changed, | fault add -", "added as it was, and shown as it was sent")
def test_what_show_prints_can_be_added(running):
    shown = running.run("fault", "show", "one").stdout
    added = add(running, shown.replace("id: one", "id: other").replace("function: one", "function: other"), "--place", "first", "--json")

    assert added.returncode == 0, added.stderr
    assert "left_out" not in json.loads(added.stdout)
    assert running.invoke("other").status == 403
    assert running.run("fault", "show", "other").stdout == shown.replace("id: one", "id: other").replace("function: one", "function: other")
    assert running.run("fault", "rm", "other").returncode == 0
    assert add(running, "{id: alone, match: {function: alone}, do: {error: AccessDenied}}").returncode == 0
    assert rules(running) == ["one", "alone"]


def test_names_of_a_file_come_along(running):
    file = "version: 1\ngroups: {h: {}, g: {enabled: true, description: x}}\nlatencies: {quick: {fixed: 2ms}}\nrules: [{id: h, group: h, match: {function: h}, do: {delay: {ref: quick}, error: AccessDenied}}]\n"
    assert add(running, file).returncode == 0
    assert running.invoke("h").status == 403
    changed = running.admin("PUT", "faults/rules/h", file.replace("AccessDenied", "ResourceExhausted"), {"Content-Type": "application/yaml"})
    assert changed.status == 200, changed.body
    assert running.invoke("h").status == 429


@pytest.mark.parametrize(
    "file, says",
    [
        ("version: 1\nrules: [{id: a, do: {pass: {}}}, {id: b, do: {pass: {}}}]\n", "send one rule"),
        ("version: 1\nrules: []\n", "send one rule"),
        ("version: 1\ngroups: {g: {enabled: false}}\nrules: [{id: a, do: {pass: {}}}]\n", "'g' is another one in force"),
        ("version: 1\ninclude: [x.yaml]\nrules: [{id: a, do: {pass: {}}}]\n", "'include' is not taken beside a rule"),
        ("version: 1\nrules: [{id: one, do: {pass: {}}}]\n", "there is a rule 'one' already"),
        ("version: 1\nrules: [{id: a, do: {eror: AccessDenied}}]\n", "eror"),
    ],
)
def test_what_cannot_be_added_is_told(running, file, says):
    refused = add(running, file)

    assert refused.returncode == 2
    assert says in refused.stderr + refused.stdout
    assert rules(running) == ["one"]


@pytest.mark.sound("B10", "a text with U+0085, U+2028, U+2029 or U+FEFF", "printed escaped, and read back as it was")
def test_texts_with_odd_line_ends_come_back(running):
    text = "\u4e2d\u0085a\u2028b\u2029\ufeff\u007f\u0080z"
    rule = {"id": "odd", "match": {"function": "odd"}, "do": {"respond": {"status": 200, "body": text}}}
    assert running.admin("POST", "faults/rules", rule).status == 201
    assert running.invoke("odd").body.decode() == text
    shown = running.run("fault", "show", "odd").stdout
    assert "\\u0085a\\u2028b\\u2029\\ufeff\\u007f\\u0080z" in shown
    assert running.run("fault", "rm", "odd").returncode == 0
    assert add(running, shown).returncode == 0

    assert running.invoke("odd").body.decode() == text


@pytest.mark.sound("B10", 'POST a rule whose JSON says "\\ud83e\\udd8a"', "the character that it stands for")
@pytest.mark.parametrize("method, path", [("POST", "faults/rules"), ("PUT", "faults/rules/fox"), ("PUT", "faults")])
def test_json_escapes_of_two_halves_are_one_character(running, method, path):
    rule = {"id": "fox", "description": "\N{FOX FACE} \\ud83e", "match": {"function": "fox"}, "do": {"respond": {"status": 200, "body": "\N{FOX FACE}"}}, "ttl": "1h"}
    if path.endswith("fox"):
        assert running.admin("POST", "faults/rules", {**rule, "description": "before"}).status == 201
    reply = running.admin(method, path, json.dumps({"version": 1, "rules": [rule]} if path == "faults" else rule), {"Content-Type": "application/json"})

    assert reply.status == (201 if method == "POST" else 200), reply.body
    assert running.admin("GET", "faults/rules/fox").json()["description"] == rule["description"]
    assert running.invoke("fox").body.decode() == "\N{FOX FACE}"
