"""Traffic for HTTP triggers: by path, by a trigger's own host, through a custom domain; and what is refused before code would run."""

import json

import pytest

from fcemu import HOST

SERVICES = "/2016-08-15/services"
TRIGGERS = f"{SERVICES}/shop/functions/web/triggers"
INTERNAL = HOST.replace(".fc.", "-internal.fc.")
BUSY = """
version: 1
rules:
  - id: busy
    match: {operation: InvokeHTTPTrigger, function: web}
    do: {error: ResourceExhausted}
"""
SEED = """
services:
  - serviceName: shop
    functions:
      - functionName: web
        runtime: python3
        handler: index.handler
        code: {zipFile: MTIz}
        triggers:
          - {triggerName: door, triggerType: http, triggerConfig: {authType: %s, methods: [GET]}}
customDomains:
  - domainName: www.example.com
    routeConfig: {routes: [{path: "/*", serviceName: shop, functionName: web}]}
"""


def send(running, method, path, body=None, **options):
    reply = running.call(method, path, body=json.dumps(body) if body is not None else None, **options)
    return reply


def made(running, path, body):
    reply = send(running, "POST", path, body)
    assert reply.status == 200, reply.body
    return reply.json()


def function(name):
    return {"functionName": name, "runtime": "python3", "handler": "index.handler", "code": {"zipFile": "MTIz"}}


def http_trigger(name, **config):
    qualifier = config.pop("qualifier", None)
    config = {"authType": "anonymous", "methods": ["GET", "HEAD"], **config}
    return {"triggerName": name, "triggerType": "http", "triggerConfig": config, "qualifier": qualifier}


@pytest.fixture
def shop(daemon):
    def start(**options):
        options.setdefault("config", "invoke: {enabled: false}\n")  # the packages of these functions are no code
        running = daemon(**options)
        made(running, SERVICES, {"serviceName": "shop"})
        for name in ("web", "plain"):
            made(running, f"{SERVICES}/shop/functions", function(name))
        made(running, TRIGGERS, http_trigger("door"))
        return running

    return start


def refusal(reply):
    """A host of fcapp.run answers in the keys of 2023-03-30, any other door in those of 2016-08-15."""
    body = reply.json()
    assert ("Code" in body) != ("ErrorCode" in body)
    return reply.status, body.get("ErrorCode") or body["Code"], body.get("ErrorMessage") or body["Message"]


def reaches(reply, name="web"):
    """No code runs, and the refusal says for which function."""
    return f"function '{name}'" in refusal(reply)[2] and reply.status == 400


def test_refusals_of_the_proxy_path_in_their_order(shop):
    running = shop()
    proxy = "/2016-08-15/proxy"
    for path, want in (
        ("none/web/", (404, "ServiceNotFound", "service 'none' does not exist")),
        ("shop.9/web/", (404, "VersionNotFound", "version '9' of service 'shop' does not exist")),
        ("shop/none/", (404, "FunctionNotFound", "function 'none' does not exist in service 'shop'")),
        ("shop/plain/", (404, "TriggerNotFound", "function 'plain' does not have an HTTP trigger")),
    ):
        reply = send(running, "POST", f"{proxy}/{path}")
        assert refusal(reply) == want
        assert reply.headers["X-Fc-Error-Type"] == "FcCommonError"
    assert refusal(send(running, "POST", f"{proxy}/shop/web/a")) == (403, "AccessDenied", "the http trigger does not allow method POST")
    for path in ("shop/web", "shop/web/", "shop.LATEST/web/a?b=c"):
        assert reaches(send(running, "GET", f"{proxy}/{path}"))


def test_a_trigger_answers_for_its_qualifier_alone(shop):
    running = shop()
    made(running, f"{SERVICES}/shop/versions", {})
    made(running, f"{SERVICES}/shop/aliases", {"aliasName": "prod", "versionId": "1"})
    path = "/2016-08-15/proxy/shop.prod/web/"
    assert refusal(send(running, "GET", path)) == (404, "TriggerNotFound", "function 'web' does not have an HTTP trigger for qualifier 'prod'")
    made(running, TRIGGERS, http_trigger("prod", qualifier="prod", methods=["POST"]))
    assert refusal(send(running, "GET", path))[0] == 403
    assert reaches(send(running, "POST", path))
    assert reaches(send(running, "GET", "/2016-08-15/proxy/shop/web/"))


def test_a_disabled_url_is_closed_to_the_internet_only(shop):
    running = shop()
    made(running, "/2016-08-15/custom-domains", {"domainName": "www.example.com", "routeConfig": {"routes": [ROUTE]}})
    assert send(running, "PUT", f"{TRIGGERS}/door", {"triggerConfig": {"disableURLInternet": True}}).status == 200
    path = "/2016-08-15/proxy/shop/web/"
    assert refusal(send(running, "GET", path)) == (403, "AccessDenied", "access denied due to function internet URL is disabled")
    assert reaches(send(running, "GET", path, host=INTERNAL))
    assert reaches(send(running, "GET", "/a/b", host="www.example.com"))


def test_the_host_of_a_trigger_leads_to_its_function(shop):
    running = shop()
    later = json.loads(running.call("GET", TRIGGERS.replace("2016-08-15", "2021-04-06") + "/door").body)
    host = later["domainName"]
    assert reaches(send(running, "GET", "/any/path", host=host))
    refused = send(running, "DELETE", "/any/path", host=host)
    assert refusal(refused)[0] == 403
    assert set(refused.json()) == {"Code", "Message", "RequestId"} and refused.headers["x-fc-error-type"] == "FCCommonError"
    wrong = "zz" + host[2:]
    status, code, message = refusal(send(running, "GET", "/x", host=wrong))
    assert (status, code) == (404, "TriggerNotFound") and wrong in message
    assert reaches(send(running, "GET", "/x", host="web.shop.16530750.cn-shanghai.fc.devsapp.net"))


ROUTE = {"path": "/a/*", "serviceName": "shop", "functionName": "web", "methods": ["GET", "HEAD"]}
ROUTES = [
    ROUTE,
    {"path": "/a/b/*", "serviceName": "shop", "functionName": "deep"},
    {"path": "/a/b/c", "serviceName": "shop", "functionName": "exact"},
    {"path": "/plain", "serviceName": "shop", "functionName": "plain"},
]


def test_the_best_route_of_a_custom_domain_wins(shop):
    running = shop()
    made(running, "/2016-08-15/custom-domains", {"domainName": "www.Example.com", "routeConfig": {"routes": ROUTES}})
    for path, want in (
        ("/a/x?q=1", "function 'web'"),
        ("/a/b/x", "function 'deep' does not exist"),
        ("/a/b/c", "function 'exact' does not exist"),
        ("/plain", "function 'plain' does not have an HTTP trigger"),
        ("/none", "host 'www.example.com' and path '/none'"),
        ("/A/x", "host 'www.example.com' and path '/A/x'"),
    ):
        reply = send(running, "GET", path, host="www.example.com")
        assert want in reply.json()["ErrorMessage"], (path, reply.body)
        assert reply.status == (400 if path.startswith("/a/x") else 404)
    assert refusal(send(running, "POST", "/a/x", host="www.example.com")) == (
        403,
        "AccessDenied",
        "the route '/a/*' of domain name 'www.example.com' does not allow method POST",
    )


def test_rules_meet_the_function_behind_every_door(shop):
    running = shop(rules=BUSY)
    made(running, "/2016-08-15/custom-domains", {"domainName": "www.example.com", "routeConfig": {"routes": [ROUTE]}})
    host = send(running, "GET", f"{TRIGGERS}/door".replace("2016-08-15", "2021-04-06")).json()["domainName"]
    for path, name in (("/2016-08-15/proxy/shop/web/", HOST), ("/a/b", "www.example.com"), ("/", host)):
        assert send(running, "GET", path, host=name).status == 429


@pytest.mark.parametrize("auth, status", [("anonymous", 400), ("function", 403)])
def test_strict_signatures_are_asked_for_by_the_trigger_behind_a_domain(daemon, tmp_path, auth, status):
    (tmp_path / "seed.yaml").write_text(SEED % auth)
    running = daemon(arguments=["--seeds", tmp_path / "seed.yaml", "--auth-mode", "strict", "--no-invoke-enabled"])
    date = "Fri, 01 Jan 2021 00:00:00 GMT"
    reply = send(running, "GET", "/a", host="www.example.com", headers={"Date": date, "Authorization": "FC nobody:wrong"})
    assert reply.status == status
    assert auth != "anonymous" or reaches(reply)
