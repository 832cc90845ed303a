"""`fcemu deploy`: the templates of Funcraft and Serverless Devs, made through the API, twice, and as seed files of a daemon.

The sample projects are those of fixtures/deploy/.
"""

import json
import os
import shutil

import pytest

from fcemu import ACCOUNT, ROOT, Daemon, fcemu

SAMPLES = ROOT / "fixtures" / "deploy"
CONFIG = f"account: '{ACCOUNT}'\nregion: cn-shanghai\ninvoke: {{isolation: process}}\n"
SHOP = "/2016-08-15/services/shop"
GREET = "/2023-03-30/functions/greet-dev"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("deploy"), config=CONFIG).start()
    yield daemon
    daemon.stop()


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    shutil.copytree(SAMPLES, folder, dirs_exist_ok=True)
    return folder


def seeded(tmp_path_factory, *templates):
    files = [argument for template in templates for argument in ("--seeds", template)]
    return Daemon(tmp_path_factory.mktemp("seeded"), config=CONFIG, arguments=files).start()


@pytest.fixture(scope="module", params=["deployed", "seeded"])
def place(request, tmp_path_factory, samples):
    """All three samples, by the verb and as seeds."""
    templates = [samples / "funcraft" / "template.yml", samples / "fc3" / "s.yaml", samples / "fc2" / "s.yaml"]
    if request.param == "seeded":
        daemon = seeded(tmp_path_factory, *templates)
    else:
        daemon = Daemon(tmp_path_factory.mktemp("deployed"), config=CONFIG).start()
        for template in templates:
            result = daemon.run("deploy", template)
            assert result.returncode == 0, result.stderr
    yield daemon
    daemon.stop()


def get(running, path, **options):
    reply = running.call("GET", path, **options)
    assert reply.status == 200, (path, reply.body)
    return reply.json()


# ---- Funcraft ----


def test_funcraft_answers(place):
    result = place.run("invoke", "shop/order")
    assert (result.returncode, result.stdout) == (0, "hello 3 index.py"), result.stderr
    reply = place.call("GET", "/2016-08-15/proxy/shop/order/x")
    assert (reply.status, reply.body) == (200, b"hello from /x")
    by_domain = place.call("GET", "/order/7", host="shop.example.com")
    assert (by_domain.status, by_domain.body) == (200, b"hello from /order/7")


def test_funcraft_is_described_as_written(place):
    service, function = get(place, SHOP), get(place, f"{SHOP}/functions/order")
    assert service["description"] == "orders"
    assert (service["logConfig"]["project"], service["logConfig"]["logstore"]) == ("shop-logs", "functions")
    assert (function["memorySize"], function["timeout"], function["runtime"]) == (256, 10, "python3")
    assert function["environmentVariables"] == {"GREETING": "hello", "RETRIES": "3"}
    config = get(place, f"{SHOP}/functions/order/async-invoke-config")
    assert (config["maxAsyncRetryAttempts"], config["statefulInvocation"]) == (1, True)


TRIGGERS = {
    "web": ("http", None, {"authType": "anonymous", "methods": ["GET", "POST"]}),
    "hourly": ("timer", None, {"cronExpression": "0 0 * * * *", "payload": "tick", "enable": True}),
    "uploaded": (
        "oss",
        f"acs:oss:cn-shanghai:{ACCOUNT}:shop-pictures",
        {"events": ["oss:ObjectCreated:*"], "filter": {"key": {"prefix": "in/", "suffix": ".png"}}},
    ),
    "logged": (
        "log",
        f"acs:log:cn-shanghai:{ACCOUNT}:project/shop-logs",
        {
            "sourceConfig": {"logstore": "clicks"},
            "jobConfig": {"maxRetryTime": 1, "triggerInterval": 30},
            "logConfig": {"project": "shop-logs", "logstore": "functions"},
            "enable": True,
        },
    ),
    "told": ("mns_topic", f"acs:mns:cn-shanghai:{ACCOUNT}:/topics/orders", {"notifyContentFormat": "JSON", "notifyStrategy": "BACKOFF_RETRY"}),
}


@pytest.mark.parametrize("name", TRIGGERS)
def test_funcraft_triggers(place, name):
    kind, source, config = TRIGGERS[name]
    trigger = get(place, f"{SHOP}/functions/order/triggers/{name}")
    assert trigger["triggerType"] == kind
    assert (trigger["sourceArn"] or None) == source
    made = trigger["triggerConfig"]
    made = json.loads(made) if isinstance(made, str) else made
    assert {key: made[key] for key in config} == config
    if source:
        assert trigger["invocationRole"].startswith(f"acs:ram::{ACCOUNT}:role/")


def test_funcraft_makes_log_projects(place):
    host = "shop-logs.cn-shanghai.log.aliyuncs.com"
    assert get(place, "/", host=host)["description"] == "of the shop"
    assert get(place, "/logstores/clicks", host=host)["ttl"] == 7
    messages = place.call("GET", "/logstores/functions?type=log&from=0&to=4102444800&query=FC", host=host).json()
    place.run("invoke", "shop/order")
    assert len(place.call("GET", "/logstores/functions?type=log&from=0&to=4102444800&query=FC", host=host).json()) > len(messages)


# ---- Serverless Devs ----


def test_fc3_answers(place):
    result = place.run("invoke", "greet-dev")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == {"hello": "world", "port": "8080", "files": [".fcignore", "index.py", "kept.log"]}


def test_fc3_is_described_as_written(place):
    function = get(place, GREET)
    assert (function["description"], function["memorySize"], function["timeout"]) == ("says hello", 256, 10)
    assert function["environmentVariables"] == {"NAME": "world", "PORT": "8080", "ACCOUNT": ACCOUNT}
    assert function["role"] == f"acs:ram::{ACCOUNT}:role/greeter"
    assert (function["logConfig"]["project"], function["logConfig"]["logstore"]) == (f"{ACCOUNT}-cn-shanghai-project", "function-logstore")
    web, uploaded = get(place, f"{GREET}/triggers/web"), get(place, f"{GREET}/triggers/uploaded")
    assert json.loads(web["triggerConfig"])["methods"] == ["GET", "POST"]
    assert uploaded["sourceArn"] == f"acs:oss:cn-shanghai:{ACCOUNT}:pictures"
    assert json.loads(get(place, f"{GREET}/triggers/tick")["triggerConfig"])["cronExpression"] == "@every 1h"
    assert get(place, f"{GREET}/async-invoke-config")["maxAsyncRetryAttempts"] == 1
    assert get(place, "/logstores/function-logstore", host=f"{ACCOUNT}-cn-shanghai-project.cn-shanghai.log.aliyuncs.com")


def test_fc3_domains(place):
    own, other = (get(place, f"/2023-03-30/custom-domains/{name}.example.com") for name in ("greet", "site"))
    assert [(route["path"], route["functionName"], route["methods"]) for route in own["routeConfig"]["routes"]] == [("/*", "greet-dev", ["GET"])]
    assert [(route["path"], route["functionName"]) for route in other["routeConfig"]["routes"]] == [("/hello", "greet-dev")]


def test_fc2_answers(place):
    first, second = place.run("invoke", "counting/count"), place.run("invoke", "counting/failed")
    assert (first.stdout, second.stdout) == ("count 1", "failed 1"), first.stderr + second.stderr
    assert get(place, "/2016-08-15/services/counting")["description"] == "counts"
    functions = "/2016-08-15/services/counting/functions/count"
    uploaded = get(place, f"{functions}/triggers/uploaded")
    assert uploaded["sourceArn"] == f"acs:oss:cn-shanghai:{ACCOUNT}:numbers"
    assert uploaded["triggerConfig"]["filter"] == {"key": {"prefix": "in/", "suffix": ".csv"}}
    config = get(place, f"{functions}/async-invoke-config")
    assert config["destinationConfig"]["onFailure"]["destination"] == "acs:fc:::services/counting.LATEST/functions/failed"
    domain = get(place, "/2016-08-15/custom-domains/count.example.com")
    [route] = domain["routeConfig"]["routes"]
    assert (route["path"], route["serviceName"], route["functionName"]) == ("/*", "counting", "count")


# ---- the verb ----


def test_deploying_twice_changes_what_is_there(running, samples):
    folder = samples / "twice"
    shutil.copytree(samples / "fc3", folder)
    first = running.run("deploy", folder)
    assert first.returncode == 0, first.stderr
    assert "created   function 'greet-dev'" in first.stdout and "created   trigger 'web'" in first.stdout
    assert "set       PutAsyncInvokeConfig" in first.stdout
    made = get(running, GREET)
    (folder / "code" / "index.py").write_text("def handler(event, context):\n  return 'changed'\n", encoding="utf-8")
    second = running.run("deploy", folder, "--json", extra={"STAGE": "dev"})
    told = json.loads(second.stdout)
    assert {step["what"]: step["done"] for step in told["steps"]}["function 'greet-dev'"] == "updated"
    assert {step["what"]: step["done"] for step in told["steps"]}["logStore 'function-logstore'"] == "kept"
    assert {step["region"] for step in told["steps"]} == {"cn-shanghai"}
    assert running.run("invoke", "greet-dev").stdout == "changed"
    again = get(running, GREET)
    assert again["functionId"] == made["functionId"] and again["codeChecksum"] != made["codeChecksum"]


def test_the_environment_of_the_caller_counts(running, samples):
    result = running.run("deploy", samples / "fc3", extra={"STAGE": "prod"})
    assert "function 'greet-prod'" in result.stdout, result.stderr
    assert running.run("invoke", "greet-prod").returncode == 0


def test_variables_may_stand_in_a_file_beside_it(running, samples):
    """The environment wins over .env, .env over the default."""
    folder = samples / "dotenv"
    shutil.copytree(samples / "fc3", folder)
    (folder / ".env").write_text("# stages\nOTHER=x\nSTAGE='filed'\r\n", encoding="utf-8")
    assert "function 'greet-filed'" in running.run("deploy", folder, "--dry-run").stdout
    assert "function 'greet-set'" in running.run("deploy", folder, "--dry-run", extra={"STAGE": "set"}).stdout


def test_where_it_answers_is_said(running, samples):
    result = running.run("deploy", samples / "funcraft")
    line = f"curl -H 'Host: {ACCOUNT}.cn-shanghai.fc.aliyuncs.com' http://127.0.0.1:{running.port}/2016-08-15/proxy/shop/order/"
    assert line in result.stdout
    told = json.loads(running.run("deploy", samples / "fc3", "--json").stdout)
    assert [url["path"] for url in told["urls"]] == ["/"] and told["urls"][0]["host"].startswith("greet-dev-")


def test_a_dry_run_makes_nothing(daemon, samples):
    running = daemon(config=CONFIG)
    result = running.run("deploy", samples / "fc2", "--dry-run")
    assert result.returncode == 0 and "would set function 'count'" in result.stdout
    assert running.call("GET", "/2016-08-15/services/counting").status == 404


def test_another_region(running, samples):
    assert running.run("deploy", samples / "fc2", "--region", "cn-beijing").returncode == 0
    beijing = f"{ACCOUNT}.cn-beijing.fc.aliyuncs.com"
    assert get(running, "/2016-08-15/services/counting", host=beijing)["serviceName"] == "counting"
    assert running.run("invoke", "counting/count", "--region", "cn-beijing").stdout == "count 1"
    # Where it is nowhere else, its region is found.
    assert running.run("invoke", "failed").stdout.startswith("failed ")


def test_where_calls_are_signed(daemon, samples):
    running = daemon(config=CONFIG + "auth: {mode: strict, keys: [{id: mine, secret: hidden}]}\n")
    result = running.run("deploy", samples / "funcraft")
    assert result.returncode == 0, result.stderr
    assert running.run("invoke", "shop/order").stdout == "hello 3 index.py"
    assert running.run("deploy", samples / "fc3").returncode == 0


def test_a_seed_file_is_deployed_too(running, tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("def handler(event, context):\n  return 'own'\n", encoding="utf-8")
    text = "functions: [{functionName: own, runtime: python3.10, handler: index.handler, code: ./code}]\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert running.run("deploy", tmp_path / "own.yaml").returncode == 0
    assert running.run("invoke", "own").stdout == "own"


def test_nothing_to_deploy(running, tmp_path):
    nothing = running.run("deploy", tmp_path)
    assert nothing.returncode == 2 and "there is no template.yml and no s.yaml in" in nothing.stderr
    (tmp_path / "s.yaml").write_text("", encoding="utf-8")
    empty = running.run("deploy", tmp_path)
    assert empty.returncode == 2 and "holds nothing to deploy" in empty.stderr
    missing = running.run("deploy", tmp_path / "nowhere.yml")
    assert missing.returncode == 2 and "cannot read" in missing.stderr


def test_of_two_templates_the_one_that_is_taken_is_said(running, tmp_path):
    for name in ("s.yaml", "template.yml"):
        (tmp_path / name).write_text("functions: [{functionName: of-two, runtime: python3.10, handler: index.handler}]\n", encoding="utf-8")
    result = running.run("deploy", tmp_path, "--dry-run")
    assert result.returncode == 0, result.stderr
    assert result.stderr == f"fcemu deploy: of two, '{tmp_path}/template.yml' is taken; name '{tmp_path}/s.yaml' to have that one\n"
    (tmp_path / "template.yml").unlink()
    assert running.run("deploy", tmp_path, "--dry-run").stderr == ""


def test_what_the_service_refuses_is_told_with_its_line(running, tmp_path):
    text = "functions:\n  - {functionName: bad name, runtime: python3.10, handler: index.handler}\n"
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    result = running.run("deploy", tmp_path / "own.yaml")
    assert result.returncode == 2
    assert result.stderr.startswith(f"{tmp_path}/own.yaml:2:5: error: CreateFunction 'bad name': InvalidArgument: "), result.stderr


def test_configs_are_of_the_version_they_name(running, tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("", encoding="utf-8")
    extra = ", asyncInvokeConfig: {qualifier: %s, asyncTask: true, maxAsyncRetryAttempts: 2}, concurrencyConfig: {reservedConcurrency: 5}"
    text = (DEVS % ("fc3", extra)).replace("functionName: f", "functionName: configs")
    (tmp_path / "s.yaml").write_text(text % "LATEST", encoding="utf-8")
    assert running.run("deploy", tmp_path / "s.yaml").returncode == 0
    config = get(running, "/2023-03-30/functions/configs/async-invoke-config")
    assert (config["asyncTask"], config["maxAsyncRetryAttempts"]) == (True, 2)
    assert get(running, "/2023-03-30/functions/configs/concurrency")["reservedConcurrency"] == 5
    (tmp_path / "s.yaml").write_text(text % "prod", encoding="utf-8")
    result = running.run("deploy", tmp_path / "s.yaml")
    assert result.returncode == 2 and "PutAsyncInvokeConfig: AliasNotFound: alias 'prod' " in result.stderr, result.stderr
    assert running.call("POST", "/2023-03-30/functions/configs/versions").status == 200
    assert running.call("POST", "/2023-03-30/functions/configs/aliases", json.dumps({"aliasName": "prod", "versionId": "1"})).status == 200
    assert running.run("deploy", tmp_path / "s.yaml").returncode == 0
    assert get(running, "/2023-03-30/functions/configs/async-invoke-config?qualifier=prod")["functionArn"].endswith("/prod")


# ---- mistakes ----

FUN = """ROSTemplateFormatVersion: '2015-09-01'
Transform: 'Aliyun::Serverless-2018-04-03'
Resources:
  svc:
    Type: 'Aliyun::Serverless::Service'
    f:
      Type: 'Aliyun::Serverless::Function'
      Properties: {Handler: index.handler, Runtime: python3, CodeUri: ./code%s}
      Events: {%s}
%s"""
DEVS = """edition: 3.0.0
name: x
vars: {region: cn-shanghai, loop: "${vars.loop}"}
resources:
  f:
    component: %s
    props: {region: cn-shanghai, functionName: f, runtime: python3.10, handler: index.handler, code: ./code%s}
"""

MISTAKES = {
    "fun: a key": (FUN % (", MemorySiz: 128", "", ""), "MemorySiz", "unknown key 'MemorySiz' of a function; did you mean 'MemorySize'?"),
    "fun: no key like it": (FUN % (", Colour: red", "", ""), "Colour", "unknown key 'Colour' of a function; known: Handler, Initializer, "),
    "fun: a key of asynchronous calls": (
        FUN % (", AsyncConfiguration: {MaxAsyncRetryAttempt: 1}", "", ""),
        "MaxAsyncRetryAttempt",
        "unknown key 'MaxAsyncRetryAttempt' of AsyncConfiguration; did you mean 'MaxAsyncRetryAttempts'?",
    ),
    "fun: a trigger's key": (
        FUN % ("", "t: {Type: Timer, Properties: {CronExpresion: x}}", ""),
        "CronExpresion",
        "unknown key 'CronExpresion' of a trigger of type Timer; did you mean 'CronExpression'?",
    ),
    "fun: a trigger's type": (FUN % ("", "t: {Type: Timre, Properties: {}}", ""), "Timre", "triggers of type 'Timre' are not emulated; did you mean 'Timer'?"),
    "fun: another trigger": (FUN % ("", "t: {Type: Datahub, Properties: {}}", ""), "Datahub", "triggers of type 'Datahub' are not emulated; there is HTTP, Timer,"),
    "fun: no bucket": (
        FUN % ("", "t: {Type: OSS, Properties: {Events: ['oss:ObjectCreated:*']}}", ""),
        "{Events: [",
        "'BucketName' is missing; it says where the events come from",
    ),
    "fun: a resource": (FUN % ("", "", "  api: {Type: 'Aliyun::Serverless::Api'}\n"), "'Aliyun::Serverless::Api'", "resources of type 'Aliyun::Serverless::Api' are not emulated"),
    "fun: no type": (FUN % ("", "", "  api: {}\n"), "api:", "'api' has no Type"),
    "fun: a section": (FUN % ("", "", "Globals: {}\n"), "Globals", "unknown key 'Globals' of a template"),
    "fun: no function": ((FUN % ("", "", "")).replace("      Type: 'Aliyun::Serverless::Function'\n      Properties", "      Type: Fn\n      Properties"), "f:\n", "'f' of a service is no function"),
    "fun: no code": ((FUN % ("", "", "")).replace("./code", "./nowhere"), "./nowhere", "No such file or directory; name a folder or a package"),
    "devs: a key": (DEVS % ("fc3", ", memorysize: 128"), "memorysize", "unknown key 'memorysize' of fc3; did you mean 'memorySize'?"),
    "devs: a component": (DEVS % ("fc4", ""), "fc4", "the component 'fc4' is not emulated; did you mean 'fc"),
    "devs: another component": (DEVS % ("website", ""), "website", "the component 'website' is not emulated; there is fc3, fc3-domain and fc"),
    "devs: a variable": (DEVS % ("fc3", ", description: '${vars.regoin}'"), "'${vars.reg", "${vars.regoin}: there is no 'regoin'; did you mean 'region'?"),
    "devs: the environment": (DEVS % ("fc3", ", description: \"${env('NOT_SET')}\""), "\"${env", "the environment variable 'NOT_SET' is not set; set it, or give a default"),
    "devs: a file": (DEVS % ("fc3", ", description: \"${file('nowhere')}\""), "\"${file", "nowhere'; name a file"),
    "devs: a resource": (DEVS % ("fc3", ", description: '${resources.g.props.region}'"), "'${resources.g", "there is no 'g'"),
    "devs: an output": (DEVS % ("fc3", ", description: '${resources.f.output.url}'"), "'${resources.f.out", "outputs are known when it is deployed"),
    "devs: an expression": (DEVS % ("fc3", ", description: '${HOME}'"), "'${HOME", "${HOME}: this is not emulated; there is env(), file(), "),
    "devs: a circle": (DEVS % ("fc3", ", description: '${vars.loop}'"), "\"${vars.loop", "expressions lead to each other"),
    "devs: a key of an account": (DEVS % ("fc3", ", description: \"${config('AccessKeyID')}\""), "\"${config", "keys are not read here; there is config('AccountID')"),
    "devs: asynchronous calls": (DEVS % ("fc3", ", asyncInvokeConfig: {statefulInvocation: true}"), "statefulInvocation", "unknown key 'statefulInvocation' of asyncInvokeConfig; known: "),
    "devs: concurrency": (DEVS % ("fc3", ", concurrencyConfig: {reservedConcurency: 1}"), "reservedConcurency", "did you mean 'reservedConcurrency'?"),
    "devs: provision": (DEVS % ("fc3", ", provisionConfig: {defaultTargt: 1}"), "defaultTargt", "did you mean 'defaultTarget'?"),
    "devs: scaling": (DEVS % ("fc3", ", scalingConfig: {minInstance: 1}"), "minInstance:", "did you mean 'minInstances'?"),
    "devs: configs": (DEVS % ("fc3", ", scalingConfig: [1]"), "[1]", "not a mapping; write the members of scalingConfig below it"),
    "devs: a trigger": (DEVS % ("fc3", ", triggers: [{triggerNam: x}]"), "triggerNam:", "unknown key 'triggerNam' of a trigger; did you mean 'triggerName'?"),
    "devs: a trigger's type": (DEVS % ("fc3", ", triggers: [{triggerName: x}]"), "{triggerName", "'triggerType' is missing"),
    "devs: triggers": (DEVS % ("fc3", ", triggers: {a: b}"), "{a: b}", "not a list"),
    "devs: no props": ("edition: 3.0.0\nresources:\n  f: {component: fc3}\n", "f: {comp", "'f' needs component and props"),
    "devs: no resources": ("edition: 3.0.0\nname: x\n", "edition", "no resources; write them below resources:"),
    "devs: a section": ("edition: 3.0.0\nresouces: {}\nresources: {}\n", "resouces", "unknown key 'resouces' of s.yaml; did you mean 'resources'?"),
    "fc: no service": ("services: {f: {component: fc, props: {region: cn-hangzhou}}}\n", "{region: cn-h", "'service' is missing"),
    "fc: a key of asynchronous calls": (
        "services: {f: {component: fc, props: {service: {name: s}, function: {name: f, asyncConfiguration: {destinatin: {}}}}}}\n",
        "destinatin",
        "unknown key 'destinatin' of asyncConfiguration; did you mean 'destination'?",
    ),
    "fc: a key": (
        "services: {f: {component: fc, props: {service: {name: s}, function: {name: f, handlr: x}}}}\n",
        "handlr",
        "unknown key 'handlr' of a function; did you mean 'handler'?",
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_named_with_their_place(running, tmp_path, case):
    text, what, want = MISTAKES[case]
    before = text[: text.index(what)].split("\n")
    place = f"{len(before)}:{len(before[-1]) + 1}"
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("", encoding="utf-8")
    (tmp_path / "t.yml").write_text(text, encoding="utf-8")
    for result in (running.run("deploy", tmp_path / "t.yml", "--dry-run"), fcemu("check", "--seeds", tmp_path / "t.yml", folder=tmp_path)):
        assert result.returncode == 2
        said = result.stdout + result.stderr
        assert f"t.yml:{place}: error F108: " in said and want in said, said


WARNINGS = {
    "fc3": (DEVS % ("fc3", ", vpcConfig: auto"), "'auto' makes nothing here"),
    "mode": (DEVS % ("fc3", ", provisionConfig: {defaultTarget: 0, mode: drain}"), "'mode' of provisionConfig has no effect here"),
    "actions": (DEVS % ("fc3\n    actions: {}", ""), "'actions' of a resource has no effect here"),
    "fun": ((FUN % ("", "", "")).replace("    f:\n", "    Properties: {VpcConfig: Auto}\n    f:\n"), "'Auto' makes nothing here"),
}


@pytest.mark.parametrize("case", WARNINGS)
def test_what_has_no_effect_is_said(running, tmp_path, case):
    text, want = WARNINGS[case]
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("", encoding="utf-8")
    (tmp_path / "t.yml").write_text(text, encoding="utf-8")
    result = running.run("deploy", tmp_path / "t.yml", "--dry-run")
    assert result.returncode == 0 and "warning F108: " in result.stderr and want in result.stderr, result.stderr


# ---- large packages


@pytest.mark.heavy
@pytest.mark.parametrize("mode", ["lenient", "strict"])
def test_a_package_beyond_50_mb_goes_by_oss(daemon, tmp_path, mode):
    """What cannot be packed smaller; signed where calls have to be."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("import os\ndef handler(event, context):\n  return str(os.path.getsize('ballast'))\n")
    (tmp_path / "code" / "ballast").write_bytes(os.urandom(53 << 20))
    (tmp_path / "s.yaml").write_text(
        "edition: 3.0.0\nname: big\nresources:\n  big:\n    component: fc3\n    props:\n      region: cn-shanghai\n      functionName: big\n"
        "      runtime: python3.10\n      handler: index.handler\n      code: ./code\n")
    running = daemon(config=f"{CONFIG}auth: {{mode: {mode}, keys: [{{id: K, secret: S, account: '{ACCOUNT}'}}]}}\n")
    result = running.run("deploy", tmp_path / "s.yaml")
    assert result.returncode == 0, result.stderr
    put = [entry for entry in running.requests() if entry["method"] == "PUT" and ".oss-cn-shanghai." in entry["host"]]
    assert len(put) == 1 and put[0]["status"] == 200, put
    result = running.run("invoke", "big")
    assert (result.returncode, result.stdout) == (0, str(53 << 20)), result.stderr
