"""Each key of `match`, `when` and `limit` from a real client: which calls of a row are struck (F) and which are not (.)."""

import hashlib
import http.client

import pytest

from fcemu import HOST, Daemon, invocation



def call(method="POST", path=None, function="f", body=b"", host=HOST, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return method, path or invocation(function), body, {"Host": host, **names}


def label(text, **more):
    return call(**more, X_Fcemu_Label=text)


def host(account="1", region="cn-shanghai"):
    return f"{account}.{region}.fc.aliyuncs.com"


SERVICE = "/2016-08-15/services/demo"
X_SHA256 = hashlib.sha256(b"x").hexdigest()

# the rule's match, when and limit; the calls in order, all on one connection; who is struck
ROWS = [
    ("match: {account: '1*', region: [cn-beijing, cn-shanghai]}", [call(host=host("12")), call(host=host("21")), call(host=host("12", "cn-hangzhou"))], "F.."),
    ("match: {host: 1.cn-*.fc.aliyuncs.com}", [call(host=host()), call(host=host("2"))], "F."),
    ("match: {method: [PUT, DELETE]}", [call("PUT", SERVICE), call("GET", SERVICE), call("DELETE", SERVICE)], "F.F"),
    ("match: {path: '/2016-08-15/services/*'}", [call("GET", SERVICE + "?x=/"), call("GET", "/2016-08-15/services")], "F."),
    ("match: {api: 2023-03-30}", [call("GET", "/2023-03-30/functions"), call("GET", "/2016-08-15/services")], "F."),
    ("match: {operation: 'Get*'}", [call("GET", SERVICE), call("PUT", SERVICE)], "F."),
    ("match: {operation: '@invoke'}", [call(), call("GET", SERVICE)], "F."),
    ("match: {operation: '@write'}", [call("PUT", SERVICE), call("GET", SERVICE)], "F."),
    ("match: {operation: '@read'}", [call("PUT", SERVICE), call("GET", SERVICE)], ".F"),
    ("match: {service: demo, function: [a, 'b*']}", [call(function="a"), call(function="bc"), call(function="c")], "FF."),
    ("match: {function: {regex: '^rx[0-9]+$'}}", [call(function="rx12"), call(function="rxa")], "F."),
    ("match: {function: {not: keep}}", [call(function="keep"), call(function="lose")], ".F"),
    ("match: {qualifier: LATEST}", [call("POST", invocation("f", "demo.LATEST")), call("POST", invocation("f", "demo.1"))], "F."),
    ("match: {invocation: async}", [call(), call(X_Fc_Invocation_Type="Async")], ".F"),
    ("match: {invocation: sync}", [call(), call(X_Fc_Invocation_Type="Async")], "F."),
    ("match: {access_key: 'LTAI-*'}", [call(Authorization="FC LTAI-1:c2ln"), call(Authorization="FC other:c2ln"), call()], "F.."),
    ("match: {sts: true}", [call(Authorization="FC a:b", X_Fc_Security_Token="t"), call(Authorization="FC a:b")], "F."),
    ("match: {client: [10.0.0.0/8, 127.0.0.0/8]}", [call()], "F"),
    ("match: {client: 10.0.0.0/8}", [call()], "."),
    ("match: {sdk: python}", [call(User_Agent="aliyun-fc-python-sdk-v2.1.2.python-3.11"), call(User_Agent="go-sdk-0.1")], "F."),
    ("match: {sdk: other}", [call(User_Agent="curl/8.0"), call(User_Agent="go-sdk-0.1")], "F."),
    ("match: {header: {X-A: 'v*', x-b: {present: false}}}", [call(X_a="v1"), call(X_A="w"), call(X_A="v", X_B="")], "F.."),
    ("match: {query: {q: '1', r: {present: true}}}", [call(path=SERVICE + q) for q in ("?q=1&r", "?q=1", "?q=2&r=1", "?r=&q=1")], "F..F"),
    ("match: {body: {size: {gt: 4B, lte: 8B}}}", [call(body=b"x" * n) for n in (4, 5, 8, 9)], ".FF."),
    ("match: {body: {contains: needle}}", [call(body=b"a needle b"), call(body=b"nee dle")], "F."),
    ("match: {body: {json: {/a/0/b: {gte: 3}, /s: x}}}", [call(body=b) for b in (b'{"a":[{"b":3}],"s":"x"}', b'{"a":[{"b":2}],"s":"x"}', b'{"a":[{"b":3}]}', b"{")], "F..."),
    (f"match: {{body: {{sha256: {X_SHA256}}}}}", [call(body=b"x"), call(body=b"y")], "F."),
    ("match: {connection_call: {gte: 2}}", [call(), call(), call()], ".FF"),
    ("match: {label: 't-*'}", [label("t-1"), label("u"), call()], "F.."),
    ("match: {any: [{function: a}, {function: b}], not: {label: spare}}", [call(function="a"), call(function="b"), label("spare", function="a"), call(function="c")], "FF.."),
    ("when: {calls: {first: 2}}", [call()] * 4, "FF.."),
    ("when: {calls: {nth: [4, 1]}}", [call()] * 5, "F..F."),
    ("when: {calls: {every: 3}}", [call()] * 7, "..F..F."),
    ("when: {calls: {every: 3, start: 1}}", [call()] * 7, "F..F..F"),
    ("when: {calls: {from: 2, to: 3}}", [call()] * 4, ".FF."),
    ("when: {calls: {from: 3}}", [call()] * 4, "..FF"),
    ("when: {over_rate: {limit: 3, per: 1h}}", [call()] * 5, "...FF"),
    ("when: {over_rate: {limit: 1, per: 1h, burst: 3}}", [call()] * 5, "...FF"),
    ("when: {over_rate: {limit: 2, per: 1h, algorithm: fixed_window}}", [call()] * 4, "..FF"),
    ("when: {over_rate: {limit: 2, per: 1h, algorithm: sliding_window}}", [call()] * 4, "..FF"),
    ("when: {per: [client], calls: {first: 1}}", [call()] * 2, "F."),
    ("when: {per: [connection], calls: {first: 1}}", [call()] * 2, "F."),
    ("when: {per: [label], calls: {first: 1}}", [label("a"), label("a"), label("b"), call(), call()], "F.FF."),
    ("when: {per: ['header:X-User'], calls: {first: 1}}", [call(X_User=u) for u in "aabb"], "F.F."),
    ("when: {per: [access_key], calls: {first: 1}}", [call(Authorization=f"FC {key}:c2ln") for key in "aab"], "F.F"),
    ("when: {per: [account, region], calls: {first: 1}}", [call(host=h) for h in (host(), host(), host("2"), host(region="cn-beijing"))], "F.FF"),
    ("when: {per: [host], calls: {first: 1}}", [call(host=h) for h in (host(), host(), host("2"))], "F.F"),
    ("when: {per: [service, function], calls: {first: 1}}", [call(function="a"), call(function="a"), call(function="b"), call("POST", invocation("a", "other"))], "F.FF"),
    ("when: {per: [operation], calls: {first: 1}}", [call("GET", SERVICE), call("GET", SERVICE), call("DELETE", SERVICE)], "F.F"),
    ("when: {window: {after: 1h}}", [call()], "."),
    ("when: {window: {until: '2020-01-01T00:00:00Z'}}", [call()], "."),
    ("when: {window: {from: '2020-01-01T00:00:00Z', until: '2099-01-01T00:00:00Z'}}", [call()], "F"),
    ("limit: {fires: 2, then: pass}", [call()] * 4, "FF.."),
    ("limit: {fires: 2, then: off}", [call()] * 4, "FF.."),
    ("enabled: false", [call()], "."),
    ("mode: shadow", [call()], "."),
    ("group: on", [call()], "F"),
    ("group: off", [call()], "."),
]
RULE = "version: 1\nguard: {default_ttl: 1h}\ngroups: {'on': {}, 'off': {enabled: false}}\nrules:\n  - id: row\n    %s\n    do: {respond: {status: 418}}\n"


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """One daemon for all rows: each brings its rule and takes it away."""
    running = Daemon(tmp_path_factory.mktemp("keys")).start()
    yield running
    running.stop()


@pytest.mark.parametrize("keys, calls, want", ROWS, ids=[row[0] for row in ROWS])
def test_key(bare, keys, calls, want):
    loaded = bare.admin("PUT", "faults", (RULE % keys).encode(), {"Content-Type": "application/yaml"})
    assert loaded.status == 200, loaded.body
    connection = http.client.HTTPConnection("127.0.0.1", bare.port, timeout=60)
    got = ""
    for method, path, body, headers in calls:
        connection.request(method, path, body=body, headers=headers)
        reply = connection.getresponse()
        reply.read()
        got += "F" if reply.status == 418 else "."
    connection.close()
    rule = bare.admin("GET", "faults/rules/row").json()
    bare.admin("DELETE", "faults")

    assert got == want
    assert rule["fired"] == (len(calls) if keys == "mode: shadow" else want.count("F"))
