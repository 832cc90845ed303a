"""Custom domains in front of functions: routes, rewrites, methods, browsers of other origins, certificates of their own."""

import json
import ssl
import subprocess

import pytest

from fcemu import Daemon
from functions import Functions

DOMAINS = "/2021-04-06/custom-domains"
# Says what it was asked, in the form of the older generations.
SHOW = {"index.js": """
exports.handler = (req, resp) => {
  if (req.queries.own) for (const [name, value] of Object.entries(JSON.parse(req.queries.own))) resp.setHeader(name, value);
  resp.send(JSON.stringify({method: req.method, path: req.path, url: req.url, queries: req.queries, host: req.headers.host}));
};
"""}


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("domains")).start()
    yield Functions(running)
    running.stop()


@pytest.fixture(scope="module")
def shown(functions):
    """Two functions, `a` for all methods but OPTIONS, `b` for OPTIONS, too."""
    names = [functions.create("nodejs14", SHOW) for _ in "ab"]
    functions.trigger(names[0])
    functions.trigger(names[1], methods=("GET", "OPTIONS"))
    return names


def domain(functions, name, routes, api=DOMAINS, **members):
    body = {"domainName": name, "protocol": "HTTP", "routeConfig": {"routes": routes}, **members}
    reply = functions.running.call("POST", api, json.dumps(body))
    assert reply.status == 200, reply.body
    return name


def route(function, path="/*", **members):
    return {"path": path, "serviceName": "demo", "functionName": function, **members}


def test_the_most_specific_route_is_taken(functions, shown):
    a, b = shown
    host = domain(functions, "routes.example.com", [route(a, "/*"), route(b, "/b/*"), route(a, "/b/a", methods=["POST"])])
    call = functions.running.call
    instances = {path: call("GET", path, host=host).headers["X-Fc-Instance-Id"] for path in ("/", "/x/b", "/b/", "/b/c")}
    assert instances["/"] == instances["/x/b"] != instances["/b/"] == instances["/b/c"]
    got = call("GET", "/b/c?d=e", host=host)
    assert got.json() == {"method": "GET", "path": "/b/c", "url": "/b/c?d=e", "queries": {"d": "e"}, "host": host}
    assert got.headers["Content-Disposition"] is None
    refused = call("GET", "/b/a", host=host)
    assert (refused.status, refused.headers["X-Fc-Error-Type"]) == (403, "FcCommonError")
    assert call("POST", "/b/a", b"", host=host).status == 200
    assert call("GET", "/", host="nobody.example.com").status == 404


# Match and replacement, the path sent, what the function sees; the first rows are the vendor's table.
REWRITES = [
    ("equal", "/old", "/new", "/old", "/new"),
    ("equal", "/old", "/new", "/test/old", "/test/old"),
    ("equal", "/serviceName.Qualifier", "/serviceA", "/serviceName.Qualifier", "/serviceA"),
    ("wildcard", "/old", "/new", "/old", "/new"),
    ("wildcard", "/old", "/new", "/test/old", "/new"),
    ("wildcard", "^/old", "/new", "/test/old", "/test/old"),
    ("wildcard", "/api/*", "/$1", "/api/getFunctionName", "/getFunctionName"),
    ("wildcard", "/api/*", "/$1", "/api/getFunctionName&Version=1", "/getFunctionName&Version=1"),
    ("wildcard", "/css/*", "/public/static/css/$1", "/css/style.css", "/public/static/css/style.css"),
    ("wildcard", "/ServiceName/*/FunctionName/*/Qualifier/*", "/$1.$3/$2", "/ServiceName/svc-a/FunctionName/func-a/Qualifier/1", "/svc-a.1/func-a"),
    ("wildcard", "/a.b", "/new", "/a-b", "/a-b"),
    ("wildcard", "/a*", "/new?x=$1", "/aBC?y=2", "/new?x=BC&y=2"),
    ("regex", "^/v([0-9]+)/(.*?)/?$", "/${2}?version=$1", "/v12/things/", "/things?version=12"),
    ("regex", "^/old/(?:a|b)(.*)$", "/n$1", "/old/c", "/old/c"),
    ("regex", "/u/([^/]+)", "user-$1", "/u/ann?q=1", "/user-ann?q=1"),
    ("regex", "x$2", "/no", "/anything", "/anything"),
]


@pytest.mark.parametrize("number", range(len(REWRITES)))
def test_a_route_rewrites_path_and_query(functions, shown, number):
    kind, match, replacement, sent, want = REWRITES[number]
    host = domain(functions, f"rewrite{number}.example.com", [route(shown[0], rewriteConfig={f"{kind}Rules": [{"match": match, "replacement": replacement}]})])
    assert functions.running.call("GET", sent, host=host).json()["url"] == want
    assert functions.running.requests()[-1]["path"] == sent.partition("?")[0]  # rules and the journal know what was sent


def test_exact_rules_come_first_and_the_first_that_fits_ends(functions, shown):
    rules = {"regexRules": [{"match": ".*", "replacement": "/regex"}], "wildcardRules": [{"match": "/a*", "replacement": "/wild"}, {"match": "*", "replacement": "/any"}],
             "equalRules": [{"match": "/ab", "replacement": "/abc"}]}
    host = domain(functions, "order.example.com", [route(shown[0], rewriteConfig=rules)])
    assert [functions.running.call("GET", path, host=host).json()["path"] for path in ("/ab", "/ax", "/x")] == ["/abc", "/wild", "/any"]


def test_a_regular_expression_that_is_none_is_refused(functions, shown):
    body = {"domainName": "wrong.example.com", "protocol": "HTTP", "routeConfig": {"routes": [route(shown[0], rewriteConfig={"regexRules": [{"match": "a(", "replacement": "/"}]})]}}
    reply = functions.running.call("POST", DOMAINS, json.dumps(body))
    assert reply.status == 400 and b"RegexRules is set to an invalid value" in reply.body


@pytest.mark.parametrize("path", ["a", "a/*", "/a*b", "/*/b", "*", "/a/**"])
def test_a_route_that_is_none_is_refused(functions, shown, path):
    body = {"domainName": "wrong.example.com", "protocol": "HTTP", "routeConfig": {"routes": [route(shown[0]), route(shown[0], path)]}}
    reply = functions.running.call("POST", DOMAINS, json.dumps(body))
    assert (reply.status, reply.json()["ErrorMessage"]) == (
        400, f"Path doesn't match expected format (allowed: ^/[^*]*\\*?$, actual: '{path}')")


OWN = "a name that the emulator itself is not reached by, see control_hosts"
API = "a name that is none of the emulated API's own"


def test_a_domain_under_which_others_are_met_is_refused(daemon):
    running = daemon(config="control_hosts: [localhost, me.example.com, '*.inner.example.com']\n")
    current = "/2023-03-30/custom-domains"
    for api in ("/2016-08-15/custom-domains", DOMAINS, current):
        for name, allowed in [("me.example.com", OWN), ("Me.Example.com", OWN), ("a.inner.example.com", OWN), ("shop.localhost", OWN),
                              ("123.cn-hangzhou.fc.aliyuncs.com", API), ("fcv3.cn-hangzhou.aliyuncs.com", API), ("oss-cn-hangzhou.aliyuncs.com", API)]:
            reply = running.call("POST", api, json.dumps({"domainName": name, "protocol": "HTTP"}))
            text = reply.json()
            assert (reply.status, text.get("ErrorMessage", text.get("Message"))) == (
                400, f"domain name is set to an invalid value (allowed: {allowed}, actual: '{name}')")
    assert running.call("POST", current, json.dumps({"domainName": "*.inner.example.com", "protocol": "HTTP"})).status == 400
    for name in ("you.example.com", "inner.example.com", "host.docker.internal", "*.example.com", "x.test.functioncompute.com"):
        assert running.call("POST", current, json.dumps({"domainName": name, "protocol": "HTTP"})).status == 200, name
    reply = daemon().call("POST", current, json.dumps({"domainName": "host.docker.internal", "protocol": "HTTP"}))
    assert reply.status == 400 and b"see control_hosts" in reply.body  # one of those that are meant without a setting


# ---- browsers ----

ASKS = {"Origin": "http://page.example", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-one,x-two"}


def allowed(reply):
    return {name[len("Access-Control-"):]: value for name, value in reply.headers.items() if name.startswith("Access-Control-")}


def test_the_service_answers_a_preflight_unless_code_takes_options(functions, shown):
    a, b = shown
    host = domain(functions, "cors.example.com", [route(a, "/a"), route(b, "/b"), route(a, "/post", methods=["POST"])])
    call = functions.running.call
    for path in ("/a", "/post"):
        reply = call("OPTIONS", path, headers=ASKS, host=host)
        assert (reply.status, reply.body, reply.headers["X-Fc-Instance-Id"]) == (200, b"", None)
        assert allowed(reply) == {"Allow-Origin": "http://page.example", "Allow-Credentials": "true", "Allow-Methods": "PUT", "Allow-Headers": "x-one,x-two",
                                  "Max-Age": "3600"}
    assert call("OPTIONS", "/b", headers=ASKS, host=host).json()["method"] == "OPTIONS"
    assert call("OPTIONS", "/a", host=host).status == 403  # no browser asks so


def test_what_code_says_to_a_browser_wins(functions, shown):
    host = domain(functions, "wins.example.com", [route(shown[0])])
    own = {"Access-Control-Allow-Origin": "https://mine.example", "Access-Control-Allow-Methods": "GET", "Access-Control-Expose-Headers": "X-Mine"}
    reply = functions.running.call("GET", "/?own=" + json.dumps(own).replace(" ", "%20"), headers={"Origin": "http://page.example"}, host=host)
    assert reply.headers.get_all("Access-Control-Allow-Origin") == ["https://mine.example"]
    assert (reply.headers["Access-Control-Allow-Methods"], reply.headers.get_all("Access-Control-Expose-Headers")) == ("GET", ["X-Mine"])


CONFIG = {"allowOrigins": ["http://page.example", "http://two.example"], "allowMethods": ["GET", "PUT"], "allowHeaders": ["X-One", "x-two"],
          "exposeHeaders": ["X-Seen"], "allowCredentials": True, "maxAge": 600}


def modern(functions, name):
    """A function of 2023-03-30 with a domain, which may have a corsConfig."""
    from test_control_plane import zipped

    call = functions.running.call
    body = {"functionName": name, "runtime": "python3.10", "handler": "index.handler",
            "code": {"zipFile": zipped({"index.py": b"def handler(event, context):\n    return 'ran'\n"})}}
    assert call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
    trigger = {"triggerName": "http", "triggerType": "http", "triggerConfig": json.dumps({"authType": "anonymous", "methods": ["GET", "PUT"]})}
    made = call("POST", f"/2023-03-30/functions/{name}/triggers", json.dumps(trigger))
    assert made.status == 200, made.body
    return made.json()["httpTrigger"]["urlInternet"].split("//")[1]


def test_a_configuration_decides_for_browsers(functions):
    modern(functions, "configured")
    host = domain(functions, "configured.example.com", [{"path": "/*", "functionName": "configured"}], "/2023-03-30/custom-domains", corsConfig=CONFIG)
    call = functions.running.call
    reply = call("OPTIONS", "/x", headers=ASKS, host=host)
    assert (reply.status, reply.body) == (204, b"")
    assert allowed(reply) == {"Allow-Origin": "http://page.example", "Allow-Credentials": "true", "Allow-Methods": "GET,PUT", "Allow-Headers": "X-One,x-two", "Max-Age": "600"}
    for wrong in ({"Origin": "http://three.example"}, {"Access-Control-Request-Method": "DELETE"}, {"Access-Control-Request-Headers": "x-one,x-three"}):
        refused = call("OPTIONS", "/x", headers={**ASKS, **wrong}, host=host)
        assert refused.status == 403 and not allowed(refused)
    simple = call("GET", "/x", headers={"Origin": "http://two.example"}, host=host)
    assert simple.body == b"ran" and allowed(simple) == {"Allow-Origin": "http://two.example", "Allow-Credentials": "true", "Expose-Headers": "X-Seen"}
    assert not allowed(call("GET", "/x", headers={"Origin": "http://three.example"}, host=host))


# ---- certificates ----


def certificate(folder, name):
    """A certificate of its own authority, and a client that trusts that alone."""
    key, cert = folder / f"{name}.key", folder / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return {"certName": "mine", "certificate": cert.read_text(), "privateKey": key.read_text()}, ssl.create_default_context(cafile=str(cert))


def test_a_domain_shows_its_own_certificate(functions, shown, tmp_path):
    a, b = shown
    config, trusts = certificate(tmp_path, "secure.example.com")
    host = domain(functions, "secure.example.com", [route(a, "/*", rewriteConfig={"equalRules": [{"match": "/old", "replacement": "/new"}]}), route(b, "/b/*")],
                  protocol="HTTP,HTTPS", certConfig=config)
    call = functions.running.call
    assert call("GET", "/old", host=host, tls=trusts).json()["path"] == "/new"
    assert call("OPTIONS", "/old", headers=ASKS, host=host, tls=trusts).headers["Access-Control-Allow-Origin"] == "http://page.example"
    assert call("GET", "/b/", host=host, tls=trusts).json()["path"] == "/b/"
    with pytest.raises(ssl.SSLCertVerificationError):
        call("GET", "/old", host=host, tls=functions.running.ca())
    # Another certificate is shown from the next handshake on.
    config, newer = certificate(tmp_path, "secure.example.com")
    assert call("PUT", f"{DOMAINS}/{host}", json.dumps({"certConfig": config})).status == 200
    assert call("GET", "/old", host=host, tls=newer).status == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        call("GET", "/old", host=host, tls=trusts)


def test_a_certificate_that_cannot_be_used_leaves_the_local_one(functions, shown, tmp_path):
    config, _ = certificate(tmp_path, "one.example.net")
    other, _ = certificate(tmp_path, "two.example.net")
    host = domain(functions, "one.example.net", [route(shown[0])], protocol="HTTPS", certConfig={**config, "privateKey": other["privateKey"]})
    with pytest.raises(ssl.SSLError):
        functions.running.call("GET", "/", host=host, tls=ssl.create_default_context(cafile=str(tmp_path / "one.example.net.pem")))
    assert "certificate not used" in functions.running.log() and "the private key is not that of the certificate" in functions.running.log()


def test_curl_meets_the_domain_over_https(functions, shown, tmp_path):
    config, _ = certificate(tmp_path, "curl.example.com")
    host = domain(functions, "curl.example.com", [route(shown[0])], protocol="HTTP,HTTPS", certConfig=config)
    done = subprocess.run(["curl", "-sS", "--cacert", str(tmp_path / f"{host}.pem"), "--connect-to", f"{host}:443:127.0.0.1:{functions.running.port}",
                           "--noproxy", "*", f"https://{host}/a?b=c"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["url"] == "/a?b=c"
