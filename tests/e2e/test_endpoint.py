"""By address: account and region in the path of the endpoint, by the key, or by the settings, which the journal says."""

import json

import pytest

import signing
from fcemu import Daemon

KEY, SECRET = "LTAI-test", "the+secret/of=test"
OTHER, OTHER_SECRET = "LTAI-other", "another secret"
CONFIG = f"""
account: "1000000000000001"
region: cn-beijing
auth:
  mode: strict
  keys: [{{id: {KEY}, secret: "{SECRET}", account: "16530750"}}, {{id: {OTHER}, secret: "{OTHER_SECRET}", account: "99"}}]
"""
VERSIONS = {
    "2016-08-15": ("/2016-08-15/services", "serviceName"),
    "2021-04-06": ("/2021-04-06/services", "serviceName"),
}
SCHEMES = {
    "FC": lambda method, target, host, body, key=KEY, secret=SECRET: signing.fc(method, target, key, secret),
    "ACS3": lambda method, target, host, body, key=KEY, secret=SECRET: signing.acs3(method, target, key, secret, host, body=body),
    "acs": lambda method, target, host, body, key=KEY, secret=SECRET: signing.roa(method, target, key, secret),
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("strict"), config=CONFIG).start()
    yield running
    running.stop()


def sent(scheme, method, target, prefix, host, body=b"", whole=True, **key):
    """Headers for @prefix + @target; some clients sign the whole path, others what they have put behind their endpoint."""
    version = target.split("/")[1]
    headers = SCHEMES[scheme](method, target, host, body, **key)
    if whole:
        headers = SCHEMES[scheme](method, prefix + target, host, body, **key)
        if scheme == "ACS3":  # the version is the API's, whatever the path begins with
            headers = signing.acs3(method, prefix + target, key.get("key", KEY), key.get("secret", SECRET), host, {"x-acs-version": version}, body=body)
    return headers


@pytest.mark.sound("C7", "http://127.0.0.1/@cn-shanghai/16530750 as the endpoint, strictly signed", "that region and account, over HTTP and HTTPS, whichever path was signed")
@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:8252/@cn-shanghai/16530750", "localhost/@cn-shanghai/16530750"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_endpoint(strict, scheme, whole, host, tls):
    context = strict.ca() if tls else None
    for prefix in ("/@cn-shanghai/16530750", "/@cn-shanghai/16530750/", "/@CN-shanghai", "/@cn-shanghai"):
        for version, (target, member) in VERSIONS.items():
            name = f"s{abs(hash((scheme, whole, host, tls, prefix, version)))}"
            body = json.dumps({member: name}).encode()
            headers = sent(scheme, "POST", target, prefix, host, body, whole)
            reply = Call(strict, context).call("POST", prefix + target, body, {**headers, "X-Fcemu-Label": name}, host)
            assert reply.status == 200, reply.body
            (entry,) = strict.requests(f"&label={name}")
            assert (entry["region"], entry["account"], entry["path"], entry["defaulted"]) == ("cn-shanghai", "16530750", prefix + target, None)
            by_name = "16530750.cn-shanghai.fc.aliyuncs.com"
            assert strict.call("DELETE", f"{target}/{name}", headers=sent(scheme, "DELETE", f"{target}/{name}", "", by_name), host=by_name).status == 204


class Call:
    """TLS to an address, whatever stands in the Host header."""

    def __init__(self, running, context):
        self.running, self.context = running, context

    def call(self, method, path, body, headers, host):
        import http.client

        from fcemu import Reply

        port = self.running.port
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=self.context) if self.context else http.client.HTTPConnection("127.0.0.1", port)
        try:
            connection.request(method, path, body=body, headers={"Host": host, **headers})
            return Reply(connection.getresponse())
        finally:
            connection.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_signature_covers_the_path(strict, scheme):
    target, prefix = "/2016-08-15/services", "/@cn-shanghai/16530750"
    headers = sent(scheme, "GET", target + "/x", prefix, "localhost")
    assert strict.call("GET", prefix + target, headers=headers, host="localhost").status == 403
    headers = sent(scheme, "GET", target, "/@cn-beijing/16530750", "localhost")
    assert strict.call("GET", prefix + target, headers=headers, host="localhost").status == 403


def test_account_of_another(strict):
    target, prefix = "/2016-08-15/services", "/@cn-shanghai/16530750"
    headers = sent("FC", "GET", target, prefix, "localhost", key=OTHER, secret=OTHER_SECRET)
    reply = strict.call("GET", prefix + target, headers=headers, host="localhost")
    assert (reply.status, reply.json()["ErrorCode"]) == (403, "AccessDenied")


@pytest.mark.sound("C7", "a key of an account, and no account named", "the key's; the region is the setting's, and the journal says so")
@pytest.mark.parametrize("key, secret, account", [(KEY, SECRET, "16530750"), (OTHER, OTHER_SECRET, "99")])
def test_account_of_the_key(strict, key, secret, account):
    headers = {**signing.fc("GET", "/2016-08-15/services", key, secret), "X-Fcemu-Label": account}
    assert strict.call("GET", "/2016-08-15/services", headers=headers, host="127.0.0.1").status == 200
    entry = strict.requests(f"&label={account}")[-1]
    assert (entry["account"], entry["region"], entry["defaulted"]) == (account, "cn-beijing", "region")


@pytest.mark.sound("C7", "a call by address that names nothing", "the settings' account and region; defaulted: account, region in the journal")
@pytest.mark.parametrize(
    "host, headers, path, account, region, defaulted",
    [
        ("127.0.0.1", {}, "", "1000000000000001", "cn-beijing", "account, region"),
        ("localhost", {"X-Fc-Account-Id": "5"}, "", "5", "cn-beijing", "region"),
        ("fcemu", {}, "/@cn-shanghai", "1000000000000001", "cn-shanghai", "account"),
        ("cn-shenzhen.fc.aliyuncs.com", {}, "", "1000000000000001", "cn-shenzhen", "account"),
        ("5.cn-shenzhen.localhost", {}, "", "5", "cn-shenzhen", ""),
        ("5.cn-shenzhen.fc.aliyuncs.com", {}, "", "5", "cn-shenzhen", ""),
        ("fcv3.cn-shenzhen.aliyuncs.com", {}, "", "1000000000000001", "cn-shenzhen", "account"),
        ("shop.example.com", {}, "", None, None, ""),
    ],
)
def test_journal_says_what_the_settings_decided(daemon, host, headers, path, account, region, defaulted):
    running = daemon(config=CONFIG.replace("strict", "lenient"))
    running.call("GET", path + "/2016-08-15/services", headers=headers, host=host)
    (entry,) = running.requests()
    assert (entry["defaulted"] or "") == defaulted
    if account:
        assert (entry["account"], entry["region"]) == (account, region)


@pytest.mark.parametrize("path", ["/@", "/@/16530750/2016-08-15/services", "/@cn_shanghai/1/2016-08-15/services", "/@-x/2016-08-15/services"])
def test_what_is_no_region_says_how_it_is_written(strict, path):
    reply = strict.call("GET", path, host="localhost")
    assert reply.status == 400
    assert reply.json()["ErrorCode"] == "InvalidArgument" and "/@<region>/<account>" in reply.json()["ErrorMessage"]


def test_only_by_address(strict):
    reply = strict.call("GET", "/@cn-shanghai/16530750/2016-08-15/services", host="16530750.cn-shanghai.fc.aliyuncs.com")
    assert (reply.status, reply.json()["ErrorCode"]) == (400, "PathNotSupported")


def test_invocation_and_replay(daemon):
    running = daemon(rules="version: 1\nrules: [{id: r, match: {region: cn-shanghai, account: '16530750', path: /2016-08-15/*}, do: {respond: {status: 200, body: '{{body}}'}}}]\n")
    path = "/@cn-shanghai/16530750/2016-08-15/services/s/functions/f/invocations"
    assert running.call("POST", path, b"x" * 100000, host="localhost").status == 200
    (entry,) = running.requests()
    assert entry["rule"] == "r" and entry["request_bytes"] == 100000
    assert running.admin("POST", f"requests/{entry['request_id']}/replay").status in (200, 409, 422)
