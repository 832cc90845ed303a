"""The page at /_fcemu/ui/ as a plain client sees it, and what it reads. A browser drives it in tests/ui/."""

import gzip
import json

import pytest

HTML = {"Accept": "text/html,application/xhtml+xml"}
RULES = """
version: 1
rules:
  - id: root
    match: {path: /}
    limit: {fires: 1}
    do: {error: ResourceThrottled}
"""


def page(daemon, path="/_fcemu/ui/", headers=None):
    reply = daemon.call("GET", path, host="localhost", headers={"Accept-Encoding": "gzip", **(headers or {})})
    if reply.headers.get("Content-Encoding") == "gzip":
        reply.body = gzip.decompress(reply.body)
    return reply


def test_a_browser_is_led_from_the_root_to_the_page(daemon):
    running = daemon()
    reply = running.call("GET", "/", host="localhost", headers=HTML)
    assert (reply.status, reply.headers["Location"]) == (302, "/_fcemu/ui/")
    reply = running.call("GET", "/_fcemu/ui", host="localhost")
    assert (reply.status, reply.headers["Location"]) == (302, "/_fcemu/ui/")


@pytest.mark.parametrize("method, host, headers", [
    ("GET", "localhost", {}),
    ("GET", "localhost", {"Accept": "*/*"}),
    ("POST", "localhost", HTML),
    ("GET", "16530750.cn-shanghai.fc.aliyuncs.com", HTML),
])
def test_all_others_get_the_answer_of_the_service(daemon, method, host, headers):
    reply = daemon().call(method, "/", host=host, headers=headers)
    assert (reply.status, reply.json()["errorCode"]) == (400, "PathNotSupported")


def test_a_rule_that_matches_the_root_still_sees_the_browser(daemon):
    running = daemon(rules=RULES)
    assert running.call("GET", "/", host="localhost", headers=HTML).status == 503
    assert running.call("GET", "/", host="localhost", headers=HTML).status == 302


def test_the_page_lets_in_nothing_from_elsewhere(daemon):
    reply = page(daemon())
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert b"<title>" in reply.body


def test_the_files_of_the_page_need_no_token_and_what_it_asks_for_does(daemon):
    running = daemon(config="token: secret-token\nlisten: ['0.0.0.0:0']\n", listen=())
    assert page(running).status == 200
    reply = running.call("GET", "/_fcemu/requests", host="localhost")
    assert reply.status == 401


def test_a_build_without_the_page_says_how_to_get_it(daemon):
    """As the thread-sanitized one is: -Dui=disabled."""
    running = daemon()
    text = page(running).body.decode()
    if 'src="page.js"' in text:
        pytest.skip("this binary has its page")
    assert "built without its page" in text and "<code>./dev build</code>" in text and "/_fcemu/openapi.json" in text
    missing = running.call("GET", "/_fcemu/ui/page.js", host="localhost")
    assert missing.status == 404 and "it begins at /_fcemu/ui/" in missing.json()["detail"]


def test_an_unknown_file_and_a_client_without_gzip(daemon):
    running = daemon()
    if "no longer" in page(running).body.decode() or "built without" in page(running).body.decode():
        pytest.skip("this binary was built without its page")
    assert page(running, "/_fcemu/ui/nothing.js").status == 404
    reply = running.call("GET", "/_fcemu/ui/page.js", host="localhost", headers={"Accept-Encoding": "br"})
    assert reply.status == 406
    assert "gzip" in reply.json()["detail"]
    total = sum(len(running.call("GET", f"/_fcemu/ui/{name}", host="localhost", headers={"Accept-Encoding": "gzip"}).body)
                for name in ("", "page.js", "page.css"))
    assert total < 90_000


def put(running, region, service, function):
    host = f"16530750.{region}.fc.aliyuncs.com"
    running.call("POST", "/2016-08-15/services", body=json.dumps({"serviceName": service}), host=host)
    reply = running.call("POST", f"/2016-08-15/services/{service}/functions", host=host,
                         body=json.dumps({"functionName": function, "runtime": "python3", "handler": "index.handler", "code": {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}}))
    assert reply.status in (200, 400), reply.body


def resources(running, query=""):
    reply = running.call("GET", f"/_fcemu/resources{query}", host="localhost")
    assert reply.status == 200, reply.body
    return reply.json()


def test_resources_of_all_regions_stand_in_one_list(daemon):
    running = daemon()
    for region in ("cn-shanghai", "cn-hangzhou"):
        put(running, region, "demo", "pay")
    rows = resources(running, "?kind=service")["resources"]
    assert sorted(row["region"] for row in rows) == ["cn-hangzhou", "cn-shanghai"]
    assert {row["name"] for row in rows} == {"demo"} and all(row["account"] == "16530750" for row in rows)
    assert [row["region"] for row in resources(running, "?region=cn-hangzhou&kind=service")["resources"]] == ["cn-hangzhou"]
    assert resources(running, "?account=1")["resources"] == []
    short = resources(running, "?limit=1")
    assert len(short["resources"]) == 1 and short["more"] is True
    assert rows[0]["document"]["serviceName"] == "demo"


@pytest.mark.parametrize("query, said", [
    ("?kind=functio", "did you mean 'function'?"),
    ("?limit=0", "no number from 1 to 10000"),
    ("?limit=many", "no number from 1 to 10000"),
])
def test_what_resources_refuse(daemon, query, said):
    reply = daemon().call("GET", f"/_fcemu/resources{query}", host="localhost")
    assert reply.status == 400
    assert said in reply.json()["detail"]


def test_resources_keep_the_key_of_a_certificate_to_themselves(daemon):
    running = daemon()
    body = {"domainName": "shop.example.com", "protocol": "HTTP,HTTPS",
            "certConfig": {"certName": "c", "certificate": CERTIFICATE, "privateKey": KEY}}
    reply = running.call("POST", "/2016-08-15/custom-domains", body=json.dumps(body))
    assert reply.status == 200, reply.body
    (row,) = resources(running, "?kind=domain")["resources"]
    assert row["name"] == "shop.example.com"
    assert "BEGIN CERTIFICATE" in json.dumps(row) and "PRIVATE" not in json.dumps(row)


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"
