"""What an s.yaml inherits: a resource from a template of its file, a file from the one it extends; and ${json()}, ${path()}, ${this.}.

By `fcemu deploy` and as a seed of a daemon.
"""

import json

import pytest

from fcemu import ACCOUNT, Daemon, fcemu

CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"

BASE = """edition: 3.0.0
name: shop
access: default
vars: {region: cn-shanghai, note: "${file('note.txt')}", stage: dev}
template:
  common:
    region: ${vars.region}
    runtime: python3.10
    handler: index.handler
    code: ${path('./code')}
    timeout: 10
    memorySize: 256
    layers: [one, two]
    environmentVariables: {A: 1, B: 2, WHO: "${this.name}"}
    logConfig: {project: p, logstore: l}
resources:
  first:
    component: fc3
    extend: {name: common, ignore: [logConfig, environmentVariables.A, layers]}
    props:
      functionName: first-${vars.stage}
      memorySize: 512
      timeout:
      triggers: ~
      environmentVariables: {B: 3}
      description: ${this.name}-${this.access}-${this.component}-${vars.note}
  second:
    component: fc3
    extend: {name: common, ignore: layers}
    props: {functionName: second, description: "${resources.third.props.timeout}"}
  third:
    component: fc3
    extend: {name: common, ignore: [layers]}
"""

OVER = """extend: ../base/s.yaml
access: prod
vars: {stage: prod}
resources:
  first: {props: {memorySize: 1024, description: "${file('note.txt')} ${vars.note} ${this.access}"}}
  third: {props: {functionName: third}}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inherits")
    (folder / "base" / "code").mkdir(parents=True)
    (folder / "base" / "code" / "index.py").write_text("def handler(event, context):\n  return 'here'\n", encoding="utf-8")
    (folder / "base" / "note.txt").write_text("a note", encoding="utf-8")
    (folder / "base" / "s.yaml").write_text(BASE + "    props: {functionName: third}\n", encoding="utf-8")
    (folder / "prod").mkdir()
    (folder / "prod" / "note.txt").write_text("another", encoding="utf-8")
    (folder / "prod" / "s.yaml").write_text(OVER, encoding="utf-8")
    return folder


@pytest.fixture(scope="module", params=["deployed", "seeded"])
def make(request, tmp_path_factory):
    """A daemon with what a template makes."""
    started = []

    def with_template(template):
        seeds = ["--seeds", template] if request.param == "seeded" else []
        started.append(Daemon(tmp_path_factory.mktemp("daemon"), config=CONFIG, arguments=seeds).start())
        if not seeds:
            result = started[-1].run("deploy", template)
            assert result.returncode == 0, result.stderr
        return started[-1]

    yield with_template
    for daemon in started:
        daemon.stop()


def function(running, name):
    reply = running.call("GET", f"/2023-03-30/functions/{name}")
    assert reply.status == 200, reply.body
    return reply.json()


def test_a_resource_extends_a_template(make, project):
    running = make(project / "base" / "s.yaml")
    first = function(running, "first-dev")
    # Its own words win, member by member; what it writes as nothing, and what it ignores, is not there.
    assert (first["memorySize"], first["runtime"], first["handler"]) == (512, "python3.10", "index.handler")
    assert first["environmentVariables"] == {"B": "3", "WHO": "first"}
    assert first["timeout"] != 10 and not (first.get("logConfig") or {}).get("project") and not first.get("layers")
    assert first["description"] == "first-default-fc3-a note"
    second = function(running, "second")
    assert (second["memorySize"], second["timeout"], second["logConfig"]["project"]) == (256, 10, "p")
    assert second["environmentVariables"] == {"A": "1", "B": "2", "WHO": "second"}
    assert second["description"] == "10"  # of another resource, which has it from the template
    assert running.run("invoke", "third").stdout == "here"


def test_a_file_extends_another(make, project):
    running = make(project / "prod" / "s.yaml")
    first = function(running, "first-prod")
    assert (first["memorySize"], first["runtime"]) == (1024, "python3.10")
    # Each ${file()} begins at the file it is written in.
    assert first["description"] == "another a note prod"
    assert function(running, "second")["memorySize"] == 256


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("values"), config=CONFIG).start()
    yield daemon
    daemon.stop()


ONE = """edition: 3.0.0
vars: {text: '[]'}
template: {base: {region: cn-shanghai, runtime: python3.10, handler: index.handler, code: ./code}, list: [a]}
resources:
  f:
    component: fc3
    extend: {name: base}
    props: {functionName: one, %s}
"""


def write(folder, text):
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "index.py").write_text("def handler(event, context):\n  return 'here'\n", encoding="utf-8")
    (folder / "s.yaml").write_text(text, encoding="utf-8")
    return folder / "s.yaml"


def test_json_becomes_what_it_says(running, tmp_path):
    (tmp_path / "env.json").write_text(json.dumps({"A": "1", "B": "a/b \"c\""}).replace("/", "\\/"), encoding="utf-8")
    template = write(tmp_path, ONE % "environmentVariables: \"${json(file('env.json'))}\", layers: \"${json(vars.text)}\"")
    result = running.run("deploy", template)
    assert result.returncode == 0, result.stderr
    assert function(running, "one")["environmentVariables"] == {"A": "1", "B": "a/b \"c\""}


def test_paths_are_whole_wherever_the_verb_stands(running, tmp_path):
    write(tmp_path, (ONE % "description: \"${path('note')}\"").replace("./code", "\"${path('./code')}\""))
    result = fcemu("deploy", f"{tmp_path.name}/s.yaml", folder=tmp_path.parent, extra={"FCEMU_ADDRESS": f"127.0.0.1:{running.port}"})
    assert result.returncode == 0, result.stderr
    assert function(running, "one")["description"] == f"{tmp_path.parent.resolve()}/{tmp_path.name}/note"


INNER = "edition: 3.0.0\nresources: {}\n"
MISTAKES = {
    "a template": (ONE.replace("name: base", "name: bas") % "timeout: 1", "bas}", "there is no template 'bas'; did you mean 'base'?"),
    "another template": (ONE.replace("name: base", "name: other") % "timeout: 1", "other}", "there is no template 'other'; write it below template:"),
    "no template": (ONE.replace("template: {", "vars: {").replace("vars: {text: '[]'}\n", "") % "timeout: 1", "base}\n", "there is no template 'base'; write it below"),
    "a template that is none": (ONE.replace("name: base", "name: list") % "timeout: 1", "[a]", "not a mapping; write properties below the template 'list'"),
    "templates": (ONE.replace("template: {", "template: [{").replace("list: [a]}", "list: [a]}]") % "timeout: 1", "[{base", "write the names of templates below template:"),
    "a key of extend": (ONE.replace("{name: base}", "{name: base, ignor: [code]}") % "timeout: 1", "ignor:", "unknown key 'ignor' of extend; did you mean 'ignore'?"),
    "no name": (ONE.replace("{name: base}", "{ignore: [code]}") % "timeout: 1", "{ignore", "'name' is missing; add 'name: …'"),
    "extend": (ONE.replace("{name: base}", "base") % "timeout: 1", "base\n", "not a mapping; write the members of extend below it"),
    "ignore": (ONE.replace("{name: base}", "{name: base, ignore: {code: 1}}") % "timeout: 1", "{code: 1}", "not a list; write '- ' in front of each key of the template"),
    "a key of a template": (ONE.replace("handler:", "handlr:") % "timeout: 1", "handlr", "unknown key 'handlr' of fc3; did you mean 'handler'?"),
    "no JSON": (ONE % "environmentVariables: \"${json('{a')}\"", "\"${json", "write JSON there"),
    "no text": (ONE % "description: \"${json(this.props)}\"", "\"${json", "${json(this.props)}: "),
    "no such name": (ONE % "description: \"${this.nam}\"", "\"${this", "${this.nam}: there is no 'nam'"),
    "no access": (ONE % "description: \"${this.access}\"", "\"${this", "${this.access}: there is no 'access'"),
    "too much": (
        "edition: 3.0.0\nvars: {v: [" + "1, " * 30000 + "1]}\nresources:\n  f:\n    component: fc3\n    props: {region: cn-shanghai, environmentVariables: ["
        + '"${vars.v}", ' * 9 + "]}\n",
        None,
        "make more than 250000 values; write fewer",
    ),
    "no file": ("extend: nowhere.yaml\n" + INNER, "nowhere", "'extend': cannot read '"),
    "no file's name": ("extend: [a]\n" + INNER, "[a]", "'extend': not a file; name the s.yaml"),
    "with env": ("extend: inner.yaml\nenv: env.yaml\n" + INNER, "env.yaml\nedition", "'extend': not together with 'env'"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_named_with_their_place(tmp_path, case):
    text, what, want = MISTAKES[case]
    (tmp_path / "inner.yaml").write_text(INNER, encoding="utf-8")
    template = write(tmp_path, text)
    place = ""
    if what:
        before = text[: text.index(what)].split("\n")
        place = f"{len(before)}:{len(before[-1]) + 1}"
    result = fcemu("check", "--seeds", template, folder=tmp_path)
    said = result.stdout + result.stderr
    assert result.returncode == 2 and f"s.yaml:{place}" in said and "error F108" in said and want in said, said


@pytest.mark.parametrize("inner, place, want", [
    ("extend: more.yaml\n" + INNER, "1:9", "a file that is extended extends no other"),
    ("- a\n", "1:1", "'extend': not a mapping"),
    ("edition: 3.0.0\nresouces: {}\n", "2:1", "unknown key 'resouces' of s.yaml; did you mean 'resources'?"),
])
def test_mistakes_of_the_file_that_is_extended_stand_there(tmp_path, inner, place, want):
    (tmp_path / "inner.yaml").write_text(inner, encoding="utf-8")
    result = fcemu("check", "--seeds", write(tmp_path, "extend: inner.yaml\nresources: {}\n"), folder=tmp_path)
    said = result.stdout + result.stderr
    assert result.returncode == 2 and f"inner.yaml:{place}: error F108" in said and want in said, said


@pytest.mark.parametrize("ignore, want", [("cod", "the template has no 'cod'; did you mean 'code'?"), ("code.src", "the template has no 'code.src'")])
def test_what_is_ignored_in_vain_is_said(tmp_path, ignore, want):
    template = write(tmp_path, (ONE % "timeout: 1").replace("{name: base}", f"{{name: base, ignore: [{ignore}]}}"))
    result = fcemu("check", "--seeds", template, folder=tmp_path)
    assert result.returncode == 0 and "warning F108" in result.stderr + result.stdout and want in result.stderr + result.stdout, result.stderr
