"""The JSON Schema of rule files and of the configuration: what an editor shows and underlines."""

import json
import re

import jsonschema
import pytest
import yaml

from fcemu import DOCUMENTED, ROOT, fcemu

SAMPLES = sorted([*(ROOT / "config").glob("*/*.yaml"), ROOT / "config" / "fcemu.yaml", ROOT / "docker" / "fcemu.yaml"])


class Yaml12(yaml.SafeLoader):
    """The core schema: no dates, and only true and false are booleans."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if not tag.endswith((":timestamp", ":bool"))]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def read(text):
    return yaml.load(text, Yaml12)


@pytest.fixture(scope="module")
def schema():
    return json.loads(fcemu("fault", "schema").stdout)


def mistakes(schema, rule):
    document = read("version: 1\nrules: [" + rule + "]\n")
    return list(jsonschema.Draft202012Validator(schema).iter_errors(document))


@pytest.mark.parametrize("name, verb", [("faults", ["fault", "schema"]), ("fcemu", ["schema"])])
def test_the_files_beside_the_samples_are_what_the_program_prints(name, verb):
    assert (ROOT / "config" / f"{name}.schema.json").read_text(encoding="utf-8") == fcemu(*verb).stdout


@pytest.mark.sound("B9", "sample files in an editor", "each names its schema in a yaml-language-server comment, and fits it")
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_samples_name_their_schema_and_fit_it(sample):
    text = sample.read_text(encoding="utf-8")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert named, text[:80]
    schema = json.loads((sample.parent / named[1]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)

    jsonschema.Draft202012Validator(schema).validate(read(text) or {})


def test_a_new_rule_names_the_schema_too():
    text = fcemu("fault", "new", "ResourceThrottled").stdout

    assert text.startswith("# yaml-language-server: $schema=http://127.0.0.1:8252/_fcemu/faults/schema.json\n")


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_every_code_is_listed(schema, code):
    assert code in schema["$defs"]["code"]["enum"]


@pytest.mark.sound("B9", "schema: codes, regions, operations, one outcome", "enumerations, and at most one outcome")
@pytest.mark.parametrize(
    "rule, right",
    [
        ("{id: a, do: {error: AccessDenied}}", True),
        ("{id: a, do: {error: AccessDenide}}", False),
        ("{id: a, do: {error: {code: AccessDenied}}}", True),
        ("{id: a, do: {error: {code: AccessDenide}}}", False),
        ("{id: a, do: {error: AccessDenied, delay: 1s}}", True),
        ("{id: a, do: {error: AccessDenied, respond: {status: 200}}}", False),
        ("{id: a, do: {delay: 1s}}", True),
        ("{id: a, do: {delay: {fixed: 1s, exponential: {mean: 1s}}}}", False),
        ("{id: a, match: {operation: InvokeFunction}, do: {pass: {}}}", True),
        ("{id: a, match: {operation: ['Create*', '@read']}, do: {pass: {}}}", True),
        ("{id: a, match: {operation: InvokeFunctoin}, do: {pass: {}}}", False),
        ("{id: a, match: {operation: ['@reed']}, do: {pass: {}}}", False),
        ("{id: a, match: {region: cn-hangzhou}, do: {pass: {}}}", True),
        ("{id: a, match: {region: ['cn-*', {not: cn-beijing}]}, do: {pass: {}}}", True),
        ("{id: a, match: {region: cn-hangzou}, do: {pass: {}}}", False),
        ("{id: a, dealy: 1s, do: {pass: {}}}", False),
    ],
)
def test_what_the_schema_refuses(schema, rule, right):
    assert (mistakes(schema, rule) == []) == right


@pytest.mark.parametrize(
    "condition, right",
    [
        ("fired: {gte: 20}", True),
        ("fired: {gte: 20%}", False),
        ("in_flight: {gt: 200}", True),
        ("in_flight: {gt: 20%}", False),
        ("unexpected_5xx: {gt: 0}", True),
        ("unexpected_5xx: {gt: 1, over: 10s}", False),
        ("call_rate: {gt: 500, over: 10s}", True),
        ("call_rate: {gt: 50%}", False),
        ("success: {lt: 50%, over: 1m}", True),
        ("success: {lt: 50}", False),
    ],
)
def test_a_condition_is_the_same_to_the_schema_and_to_the_check(schema, tmp_path, condition, right):
    text = f"version: 1\nguard: {{halt: [{{{condition}}}]}}\n"
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")

    assert (list(jsonschema.Draft202012Validator(schema).iter_errors(read(text))) == []) == right
    assert (fcemu("fault", "check", str(tmp_path / "rules.yaml"), folder=tmp_path).returncode == 0) == right


@pytest.mark.sound("B9", "schema: defaults", "those of the manual")
@pytest.mark.parametrize(
    "table, key, default",
    [("guard", "max_active", 256), ("guard", "max_delay", "2m"), ("rule", "enabled", True), ("rule", "mode", "enforce"), ("choice", "weight", 1), ("respond", "status", 200)],
)
def test_defaults_are_told(schema, table, key, default):
    assert schema["$defs"][table]["properties"][key]["default"] == default


def test_defaults_of_lists_are_lists():
    properties = json.loads(fcemu("schema").stdout)["properties"]

    assert properties["control_hosts"]["default"][0] == "localhost"
    assert properties["watch"]["default"] is True


@pytest.mark.sound("B9", "a window behind the ttl or in the past, a ramp longer than the ttl", "a warning each, with its place")
@pytest.mark.parametrize(
    "when, says",
    [
        ("window: {after: 6m, for: 1m}", "W413: rules[0].when.window: opens after 6m, but the rule ends after its ttl of 5m"),
        ("window: {until: '2001-01-01T00:00:00Z'}", "W414: rules[0].when.window: this window is over already"),
        ("ramp: {from: 0, to: 50%, over: 6m}", "W415: rules[0].when.ramp: takes 6m"),
        ("window: {after: 4m, for: 1m}", ""),
    ],
)
def test_lint_knows_times_that_never_come(tmp_path, when, says):
    (tmp_path / "rules.yaml").write_text(f"version: 1\nrules: [{{id: a, ttl: 5m, when: {{{when}}}, do: {{error: AccessDenied}}}}]\n", encoding="utf-8")
    checked = fcemu("fault", "check", str(tmp_path / "rules.yaml"), folder=tmp_path)

    assert (says in checked.stdout + checked.stderr) and ("warning W" in checked.stdout + checked.stderr) == bool(says)
