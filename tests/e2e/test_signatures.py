"""Who may call: schemes, modes, and what each wrong signature is told, in every API version."""

import json
import time

import pytest

import signing
from fcemu import HOST, Daemon, fcemu

KEY, SECRET = "LTAI-test", "the+secret/of=test"
OTHER_KEY, OTHER_SECRET = "LTAI-other", "another secret"
TEMPORARY, TEMPORARY_SECRET, TOKEN = "STS.test", "a temporary secret", "the-session-token"

CONFIG = f"""
account: "16530750"
invoke: {{enabled: false}}
auth:
  mode: strict
  keys:
    - {{id: {KEY}, secret: "{SECRET}"}}
    - {{id: {OTHER_KEY}, secret: "{OTHER_SECRET}", account: 99}}
    - {{id: {TEMPORARY}, secret: "{TEMPORARY_SECRET}", token: {TOKEN}}}
    - {{id: LTAI-reader, secret: reader, denied: [Create*, DeleteService, GetTrigger]}}
  accounts: {{77: lenient, 88: "off"}}
"""

LISTS = ["/2016-08-15/services", "/2021-04-06/services", "/2023-03-30/functions"]
SCHEMES = {
    "FC": lambda target, key=KEY, secret=SECRET, **options: signing.fc("GET", target, key, secret, **options),
    "ACS3": lambda target, key=KEY, secret=SECRET, **options: signing.acs3("GET", target, key, secret, HOST, **options),
    "acs": lambda target, key=KEY, secret=SECRET, **options: signing.roa("GET", target, key, secret, **options),
}
MISMATCH = "The request signature we calculated does not match the signature you provided. Check your access key and signing method"
MINUTE = 60


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("strict"), config=CONFIG).start()
    yield running
    running.stop()


def error(reply):
    body = reply.json()
    code, message = ("Code", "Message") if "ErrorCode" not in body else ("ErrorCode", "ErrorMessage")
    return reply.status, body[code], body[message]


@pytest.mark.parametrize("target", LISTS)
@pytest.mark.parametrize("scheme", SCHEMES)
class TestEachSchemeOnEachVersion:
    def test_right_signature_is_accepted(self, strict, scheme, target):
        assert strict.call("GET", target, headers=SCHEMES[scheme](target)).status == 200
        assert strict.call("GET", target + "?limit=3&prefix=a%20b", headers=SCHEMES[scheme](target + "?limit=3&prefix=a%20b")).status == 200

    def test_wrong_secret(self, strict, scheme, target):
        reply = strict.call("GET", target, headers=SCHEMES[scheme](target, secret="wrong"))
        assert error(reply) == (403, "SignatureNotMatch", MISMATCH)

    def test_unknown_key(self, strict, scheme, target):
        reply = strict.call("GET", target, headers=SCHEMES[scheme](target, key="LTAI-nobody"))
        assert error(reply) == (403, "InvalidAccessKeyID", "invalid access key ID 'LTAI-nobody'")

    @pytest.mark.parametrize("minutes, accepted", [(-16, False), (-14, True), (14, True), (16, False)])
    def test_date_may_be_a_quarter_of_an_hour_off(self, strict, scheme, target, minutes, accepted):
        reply = strict.call("GET", target, headers=SCHEMES[scheme](target, offset=minutes * MINUTE))
        if accepted:
            assert reply.status == 200
            return
        status, code, message = error(reply)
        assert (status, code) == (403, "AccessDenied")
        assert message.startswith("the difference between the request time '") and message.endswith("' is too large")

    def test_missing_date(self, strict, scheme, target):
        headers = {name: value for name, value in SCHEMES[scheme](target).items() if name not in ("date", "x-acs-date")}
        name = "x-acs-date" if scheme == "ACS3" else "Date"
        assert error(strict.call("GET", target, headers=headers)) == (400, "MissingRequiredHeader", f"required HTTP header {name} was not specified")

    def test_foreign_account(self, strict, scheme, target):
        reply = strict.call("GET", target, headers=SCHEMES[scheme](target, key=OTHER_KEY, secret=OTHER_SECRET))
        assert error(reply) == (403, "AccessDenied", "The service or function doesn't belong to you.")

    def test_session_token_must_be_the_one_of_the_key(self, strict, scheme, target):
        name = "x-fc-security-token" if scheme == "FC" else "x-acs-security-token"
        for token, accepted in ((TOKEN, True), ("another", False), (None, False)):
            headers = SCHEMES[scheme](target, key=TEMPORARY, secret=TEMPORARY_SECRET, headers={name: token} if token else {})
            reply = strict.call("GET", target, headers=headers)
            if accepted:
                assert reply.status == 200
            else:
                assert error(reply) == (403, "AccessDenied", "the security token is invalid or expired")


@pytest.mark.parametrize("target", LISTS)
class TestHeaders:
    def test_date_is_asked_for_before_authorization(self, strict, target):
        assert error(strict.call("GET", target))[1:] == ("MissingRequiredHeader", "required HTTP header Date was not specified")
        reply = strict.call("GET", target, headers={"Date": signing.http_date()})
        assert error(reply)[1:] == ("MissingRequiredHeader", "required HTTP header Authorization was not specified")

    @pytest.mark.parametrize("value", ["", "FC", "FC LTAI", "FC :x", "FC LTAI-test:", "Basic QTpC", "ACS3-HMAC-SHA256 x", "gl\u00fcck"])
    def test_malformed_authorization_is_quoted(self, strict, target, value):
        reply = strict.call("GET", target, headers={"Date": signing.http_date(), "Authorization": value.encode()})
        assert error(reply) == (400, "InvalidArgument", f"invalid authorization '{value}'")

    def test_path_is_judged_before_everything_else(self, strict, target):
        assert error(strict.call("PATCH", target)) == (400, "PathNotSupported", f"'{target}' against 'PATCH' is not supported")


def test_payload_may_be_unsigned_but_not_another(strict):
    target = "/2023-03-30/functions"
    unsigned = signing.acs3("POST", target, KEY, SECRET, HOST, {"Content-Type": "application/json"}, digest="UNSIGNED-PAYLOAD")
    assert error(strict.call("POST", target, b"{}", unsigned))[1] == "InvalidArgument"
    signed = signing.acs3("POST", target, KEY, SECRET, HOST, {"Content-Type": "application/json"}, body=b"{}")
    assert error(strict.call("POST", target, b"{}", signed))[1] == "InvalidArgument"
    assert error(strict.call("POST", target, b"{ ", signed))[1] == "SignatureNotMatch"


def test_every_signed_byte_counts(strict):
    target = "/2016-08-15/services"
    headers = signing.fc("GET", target, KEY, SECRET, {"X-Fc-Account-Id": "16530750", "Content-Type": "text/plain", "Content-MD5": "abc="})
    assert strict.call("GET", target, headers=headers).status == 200
    alterations = [("x-fc-trace", "added"), ("content-type", "text/plaim"), ("content-md5", "abd="), ("x-fc-account-id", "")]
    for name, value in [*alterations, ("authorization", headers["authorization"][:-2] + "x=")]:
        assert error(strict.call("GET", target, headers={**headers, name: value}))[1] == "SignatureNotMatch", name


def test_repeated_headers_are_joined(strict):
    headers = signing.fc("GET", "/2016-08-15/services", KEY, SECRET, {"X-Fc-Extra": "a,b"})
    lines = [f"{name}: {value}" for name, value in headers.items() if name != "x-fc-extra"]
    lines += ["x-fc-extra: a", "X-Fc-Extra: b", "Connection: close"]
    with strict.connect() as sock:
        sock.sendall("\r\n".join(["GET /2016-08-15/services HTTP/1.1", f"Host: {HOST}", *lines, "", ""]).encode())
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 ")


class TestModes:
    @pytest.mark.parametrize("account, mode", [(77, "lenient"), (88, "off")])
    def test_account_has_a_mode_of_its_own(self, strict, account, mode):
        host = f"{account}.cn-shanghai.fc.aliyuncs.com"
        target = "/2016-08-15/services"
        for headers in ({}, signing.fc("GET", target, "dummy", "dummy"), signing.fc("GET", target, KEY, SECRET, offset=-99 * MINUTE)):
            assert strict.call("GET", target, headers=headers, host=host).status == 200
        reply = strict.call("GET", target, headers={"Authorization": "dummy"}, host=host)
        if mode == "off":
            assert reply.status == 200
        else:
            assert error(reply) == (400, "InvalidArgument", "invalid authorization 'dummy'")

    def test_lenient_mode_writes_down_what_strict_would_refuse(self, strict):
        host = "77.cn-shanghai.fc.aliyuncs.com"
        headers = {**signing.fc("GET", "/2016-08-15/services", "dummy", "wrong"), "X-Fcemu-Label": "lenient-mismatch"}
        assert strict.call("GET", "/2016-08-15/services", headers=headers, host=host).status == 200
        (entry,) = strict.requests("&label=lenient-mismatch")
        assert entry["auth_note"].startswith("InvalidAccessKeyID: ") and "lenient" in entry["auth_note"]

    @pytest.mark.sound("C8", "lenient: a configured key, another secret", "403 SignatureNotMatch; unknown keys pass")
    @pytest.mark.parametrize("target", LISTS)
    @pytest.mark.parametrize("scheme", SCHEMES)
    @pytest.mark.parametrize("offset", [0, -99 * MINUTE])
    def test_lenient_mode_holds_known_keys_to_their_signature(self, daemon, scheme, target, offset):
        running = daemon(config=CONFIG.replace("mode: strict", "mode: lenient"))
        sign = SCHEMES[scheme]
        assert error(running.call("GET", target, headers=sign(target, secret="wrong", offset=offset))) == (403, "SignatureNotMatch", MISMATCH)
        assert running.call("GET", target, headers=sign(target, key="dummy", secret="wrong", offset=offset)).status == 200
        assert running.call("GET", target, headers=sign(target, offset=offset)).status == 200

    @pytest.mark.sound("C8", "lenient: an expired URL signed with a configured key", "403 AccessDenied; an unknown key passes")
    def test_lenient_mode_and_expired_urls(self, daemon):
        running = daemon(config=CONFIG.replace("mode: strict", "mode: lenient"), rules="version: 1\nrules: [{id: r, match: {function: f, authenticated: true}, do: {respond: {status: 200, body: ran}}}]\n")
        path, now = "/2016-08-15/proxy/s/f/x", int(time.time())
        for expires, key, secret, status in ((now - MINUTE, KEY, SECRET, 403), (now + MINUTE, KEY, "wrong", 403), (now + MINUTE, KEY, SECRET, 200), (now - MINUTE, "dummy", "x", 404)):
            reply = running.call("GET", signing.signed_url("GET", path, key, secret, expires))
            assert reply.status == status, (expires - now, key)
        reply = running.call("GET", signing.signed_url("GET", path, KEY, SECRET, now - MINUTE))
        assert error(reply) == (403, "AccessDenied", "the signed URL has expired")


@pytest.mark.sound("C4", "a host whose first label is no number, strict", "key and signature first (403), then the account (400)")
@pytest.mark.parametrize("label", ["accountid", "16530750x", ""])
@pytest.mark.parametrize("target", LISTS)
def test_key_is_judged_before_the_account(strict, daemon, label, target):
    host = f"{label}.cn-shanghai.fc.aliyuncs.com"
    assert error(strict.call("GET", target, host=host))[:2] == (400, "MissingRequiredHeader")
    assert error(strict.call("GET", target, headers=signing.fc("GET", target, "LTAI-nobody", "x"), host=host))[:2] == (403, "InvalidAccessKeyID")
    assert error(strict.call("GET", target, headers=signing.fc("GET", target, KEY, "wrong"), host=host))[:2] == (403, "SignatureNotMatch")
    status, code, message = error(strict.call("GET", target, headers=signing.fc("GET", target, KEY, SECRET), host=host))
    assert (status, code) == (400, "InvalidArgument") and f"host '{host}' is not <account>.<region>.fc.aliyuncs.com" in message
    assert error(strict.call("GET", target, headers=signing.fc("GET", target, KEY, "wrong"), host=f"1.{host}"))[:2] == (400, "InvalidArgument")


@pytest.mark.parametrize(
    "method, target, operation, resource",
    [
        ("POST", "/2016-08-15/services", "CreateService", "services/*"),
        ("DELETE", "/2021-04-06/services/shop", "DeleteService", "services/shop"),
        ("POST", "/2016-08-15/services/shop/functions", "CreateFunction", "services/shop/functions/*"),
        ("GET", "/2016-08-15/services/shop/functions/pay/triggers/web", "GetTrigger", "services/shop/functions/pay/triggers/web"),
        ("POST", "/2023-03-30/functions", "CreateFunction", "functions/*"),
        ("GET", "/2023-03-30/functions/pay/triggers/web", "GetTrigger", "functions/pay/triggers/web"),
    ],
)
def test_key_without_permission(strict, method, target, operation, resource):
    arn = f"acs:fc:cn-shanghai:16530750:{resource}"
    for account, host in (("16530750", HOST), ("77", "77.cn-shanghai.fc.aliyuncs.com")):
        reply = strict.call(method, target, b"{}", signing.fc(method, target, "LTAI-reader", "reader"), host=host)
        assert error(reply) == (403, "AccessDenied", f"the caller is not authorized to perform 'fc:{operation}' on resource '{arn.replace('16530750', account)}'")
    assert strict.call("GET", "/2016-08-15/services", headers=signing.fc("GET", "/2016-08-15/services", "LTAI-reader", "reader")).status == 200


def test_denied_operation_that_does_not_exist_is_a_mistake(tmp_path):
    (tmp_path / "fcemu.yaml").write_text("auth:\n  keys:\n    - {id: a, secret: b, denied: [CreateFunctoin]}\n")
    checked = fcemu("check", "--config", tmp_path / "fcemu.yaml")
    assert checked.returncode == 2
    assert "fcemu.yaml:3:35: error F303" in checked.stderr + checked.stdout
    assert "did you mean 'CreateFunction'?" in checked.stderr + checked.stdout


def test_clock_skew_is_a_setting(daemon):
    running = daemon(config=CONFIG + "limits: {auth.clock_skew: 60}\n")
    target = "/2016-08-15/services"
    assert running.call("GET", target, headers=signing.fc("GET", target, KEY, SECRET, offset=-50)).status == 200
    assert error(running.call("GET", target, headers=signing.fc("GET", target, KEY, SECRET, offset=-90)))[1] == "AccessDenied"


class TestExplanation:
    def explain(self, strict, label, headers, target="/2016-08-15/services"):
        reply = strict.call("GET", target, headers={**headers, "X-Fcemu-Label": label})
        assert error(reply)[1] == "SignatureNotMatch"
        (entry,) = strict.requests(f"&label={label}")
        shown = strict.run("requests", "show", entry["request_id"]).stdout
        for line in entry["auth_note"].splitlines():
            assert line in shown
        return entry["auth_note"].splitlines()

    def test_usual_mistake_shows_both_strings_and_where_they_part(self, strict):
        headers = signing.fc("GET", "/services", KEY, SECRET)
        first, here, *rest = self.explain(strict, "no-version", headers)
        ours, theirs = ["GET", "", "", headers["date"], "/2016-08-15/services"], ["GET", "", "", headers["date"], "/services"]
        same = len("\n".join(ours[:4])) + 1
        assert first == f"SignatureNotMatch: matches with the path shortened by its first segment: the API version is part of it; first difference at byte {same + 1}"
        assert [here, *rest] == ["string to sign here:", *ours, "string to sign of the client:", *theirs]

    def test_wrong_secret_is_the_likeliest_when_no_mistake_explains_it(self, strict):
        first, *rest = self.explain(strict, "wrong-secret", signing.fc("GET", "/2016-08-15/services", KEY, "wrong"))
        assert first == "SignatureNotMatch: no usual mistake explains it: most likely the secret is another one"
        assert rest[0] == "string to sign here:" and rest[-1] == "/2016-08-15/services"

    def test_acs3_shows_the_canonical_request(self, strict):
        target = "/2023-03-30/functions"
        note = self.explain(strict, "acs3", signing.acs3("GET", target, KEY, "wrong", HOST), target)
        assert note[1:4] == ["canonical request here:", "GET", target]

    def test_no_secret_and_no_token_is_kept_or_logged(self, strict):
        self.explain(strict, "token", signing.fc("GET", "/2016-08-15/services", TEMPORARY, "wrong", {"X-Fc-Security-Token": TOKEN}))
        kept = json.dumps(strict.requests()) + strict.log()
        for secret in (SECRET, OTHER_SECRET, TEMPORARY_SECRET, TOKEN):
            assert secret not in kept


class TestTriggers:
    @pytest.fixture(scope="class")
    def trigger(self, strict):
        def create(path, document):
            target = f"/2016-08-15{path}"
            body = json.dumps(document)
            reply = strict.call("POST", target, body, signing.fc("POST", target, KEY, SECRET, {"Content-Type": "application/json"}))
            assert reply.status == 200, reply.body

        create("/services", {"serviceName": "web"})
        for name, kind in (("closed", "function"), ("open", "anonymous")):
            code = {"zipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="}
            create("/services/web/functions", {"functionName": name, "runtime": "python3", "handler": "a.b", "code": code})
            config = {"authType": kind, "methods": ["GET"]}
            create(f"/services/web/functions/{name}/triggers", {"triggerName": "http", "triggerType": "http", "triggerConfig": config})
        return "/2016-08-15/proxy/web/closed/a%20path"

    def admitted(self, reply):
        """What is behind the signature: no code runs here."""
        return reply.json()["ErrorMessage"].startswith("running code is not emulated")

    def test_header_signature_covers_the_query(self, strict, trigger):
        for query in ("", "?b=2&a=1&a=0", "?q=%E5%80%BC+x"):
            headers = signing.fc("GET", trigger + query, KEY, SECRET, trigger=True)
            assert self.admitted(strict.call("GET", trigger + query, headers=headers))
            reply = strict.call("GET", trigger + (query + "&" if query else "?") + "more=1", headers=headers)
            assert error(reply)[:2] == (403, "SignatureNotMatch")
            assert reply.headers["X-Fc-Error-Type"] == "FcCommonError"

    def test_signed_url(self, strict, trigger):
        now = int(time.time())
        for query in ("", "z=1&a=%E5%80%BC+x"):
            assert self.admitted(strict.call("GET", signing.signed_url("GET", trigger, KEY, SECRET, now + MINUTE, query)))
        good = signing.signed_url("GET", trigger, KEY, SECRET, now + MINUTE)
        assert error(strict.call("GET", good + "&more=1"))[:2] == (403, "SignatureNotMatch")
        assert error(strict.call("GET", signing.signed_url("GET", trigger, KEY, SECRET, now - 1))) == (403, "AccessDenied", "the signed URL has expired")
        assert error(strict.call("GET", signing.signed_url("GET", trigger, "nobody", SECRET, now + MINUTE)))[1] == "InvalidAccessKeyID"

    def test_signed_url_is_for_triggers_only(self, strict):
        target = signing.signed_url("GET", "/2016-08-15/services", KEY, SECRET, int(time.time()) + MINUTE)
        assert error(strict.call("GET", target))[1] == "MissingRequiredHeader"

    def test_anonymous_trigger_looks_at_nothing(self, strict, trigger):
        target = trigger.replace("closed", "open")
        for headers in ({}, {"Authorization": "FC x:y"}, {"Authorization": "rubbish"}):
            assert self.admitted(strict.call("GET", target, headers=headers))
        assert error(strict.call("GET", trigger))[:2] == (400, "MissingRequiredHeader")
