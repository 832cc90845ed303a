"""What HTTP triggers and custom domains ask of their callers: nothing, a signature, a password, a token, a JWT."""

import base64
import hashlib
import hmac
import json
import subprocess
import time

import pytest

from fcemu import Daemon
from test_domains import ASKS
from test_control_plane import zipped

CODE = b"""
import json
def handler(event, context):
    event = json.loads(event)
    return {"statusCode": 200, "body": json.dumps({"headers": event["headers"], "query": event["queryParameters"], "body": event["body"]})}
"""
USERS = {"users": [{"username": "somebody-here", "password": "Secret-Word-1!"}, {"username": "another-one-here", "password": "Other-Word-22!"}]}
TOKENS = {"tokens": [{"name": "old", "token": "o" * 32, "enable": False}, {"name": "new", "token": "n" * 32, "enable": True}]}


class Triggers:
    """Functions of 2023-03-30, each with a trigger that asks for something."""

    def __init__(self, running):
        self.running, self.count = running, 0

    def host(self, kind, config=None):
        self.count += 1
        name = f"f{self.count}"
        body = {"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": zipped({"index.py": CODE})}}
        assert self.running.call("POST", "/2023-03-30/functions", json.dumps(body)).status == 200
        trigger = {"authType": kind, "methods": ["GET", "POST"], **({"authConfig": json.dumps(config)} if config is not None else {})}
        made = self.running.call("POST", f"/2023-03-30/functions/{name}/triggers", json.dumps({"triggerName": "http", "triggerType": "http",
                                                                                             "triggerConfig": json.dumps(trigger)}))
        assert made.status == 200, made.body
        return made.json()["httpTrigger"]["urlInternet"].split("//")[1]


@pytest.fixture(scope="module")
def triggers(tmp_path_factory):
    running = Daemon(tmp_path_factory.mktemp("gates")).start()
    yield Triggers(running)
    running.stop()


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


MISSING = "Authorization header is expected but missing"
PASSWORD = "access denied due to invalid username or password"
TOKEN = "access denied due to invalid bearer token"
SCHEME = "access denied due to invalid authorization scheme"


@pytest.mark.parametrize("kind, config, headers, text", [
    ("basic", USERS, basic("somebody-here", "Secret-Word-1!"), None),
    ("basic", USERS, basic("another-one-here", "Other-Word-22!"), None),
    ("basic", USERS, basic("somebody-here", "Other-Word-22!"), PASSWORD),
    ("basic", USERS, basic("nobody", ""), PASSWORD),
    ("basic", USERS, {"Authorization": "Basic ???"}, PASSWORD),
    ("basic", USERS, bearer("n" * 32), SCHEME),
    ("basic", USERS, {}, MISSING),
    ("basic", None, basic("somebody-here", "Secret-Word-1!"), PASSWORD),
    ("bearer", TOKENS, bearer("n" * 32), None),
    ("bearer", TOKENS, bearer("o" * 32), TOKEN),
    ("bearer", TOKENS, bearer("n" * 31), TOKEN),
    ("bearer", TOKENS, {}, MISSING),
    ("bearer", {"tokens": ["t" * 32]}, bearer("t" * 32), None),
    ("bearer", {}, bearer("x"), TOKEN),
], ids=str)
def test_passwords_and_tokens(triggers, kind, config, headers, text):
    host = triggers.host(kind, config)
    reply = triggers.running.call("GET", "/", headers=headers, host=host)
    if text is None:
        assert reply.status == 200, reply.body
        return
    assert (reply.status, reply.json()["Code"], reply.json()["Message"]) == (403, "AccessDenied", text)
    assert reply.headers["X-Fc-Error-Type"] == "FCCommonError" and reply.headers["X-Fc-Instance-Id"] is None


def test_a_preflight_carries_no_credentials(triggers):
    for kind, config in (("basic", USERS), ("jwt", {}), ("function", None)):
        reply = triggers.running.call("OPTIONS", "/", headers=ASKS, host=triggers.host(kind, config))
        assert (reply.status, reply.headers["Access-Control-Allow-Methods"]) == (200, "PUT")


# ---- JWT ----


def coded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def openssl(*arguments, data=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=data, capture_output=True, check=True).stdout


class Key:
    """A key pair of openssl, as a JWK and as what signs."""

    def __init__(self, folder, alg, kid=None):
        self.path, self.alg, self.kid = folder / f"{alg}-{kid}.pem", alg, kid
        if alg[0] in "RP":
            openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self.path)
            modulus = openssl("rsa", "-in", self.path, "-noout", "-modulus").decode().strip().partition("=")[2]
            self.jwk = {"kty": "RSA", "n": coded(bytes.fromhex(modulus)), "e": "AQAB"}
        elif alg == "EdDSA":
            openssl("genpkey", "-algorithm", "ed25519", "-out", self.path)
            self.jwk = {"kty": "OKP", "crv": "Ed25519", "x": coded(openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-32:])}
        elif alg[0] == "E":
            openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", self.path)
            point = openssl("pkey", "-in", self.path, "-pubout", "-outform", "DER")[-64:]
            self.jwk = {"kty": "EC", "crv": "P-256", "x": coded(point[:32]), "y": coded(point[32:])}
        else:
            self.jwk = {"kty": "oct", "k": coded(b"k" * 32)}
        self.jwk |= {"alg": alg, "use": "sig"} | ({"kid": kid} if kid else {})

    def sign(self, text):
        if self.alg[0] == "H":
            return hmac.new(b"k" * 32, text, hashlib.sha256).digest()
        if self.alg == "EdDSA":
            (self.path.parent / "text").write_bytes(text)
            return openssl("pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", self.path.parent / "text")
        pss = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32") if self.alg[0] == "P" else ()
        der = openssl("dgst", "-sha256", "-sign", self.path, *pss, data=text)
        return raw_of(der) if self.alg[0] == "E" else der

    def token(self, claims=None, **header):
        head = {"alg": self.alg, "typ": "JWT", **({"kid": self.kid} if self.kid else {}), **header}
        text = ".".join(coded(json.dumps(part).encode()) for part in (head, {"sub": "u1", **(claims or {})}))
        return f"{text}.{coded(self.sign(text.encode()))}"


def raw_of(der):
    """The two numbers of an ECDSA signature, 32 bytes each."""
    first = der[3]
    parts = der[4 : 4 + first], der[6 + first :]
    return b"".join(part.lstrip(b"\0").rjust(32, b"\0") for part in parts)


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    return {alg: Key(folder, alg, kid) for alg, kid in (("RS256", "r1"), ("PS256", None), ("ES256", None), ("EdDSA", "e1"), ("HS256", None))}


LOOKUP = "header:Authorization:Bearer,cookie:session,query:token,form:token"


def config(*keys, **members):
    return {"jwks": {"keys": [key.jwk for key in keys]}, "tokenLookup": LOOKUP, **members}


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA", "HS256"])
def test_a_token_signed_by_a_key_of_the_set_passes(triggers, keys, alg):
    host = triggers.host("jwt", config(*keys.values()))
    token = keys[alg].token()
    assert triggers.running.call("GET", "/", headers=bearer(token), host=host).status == 200
    head, claims, signature = token.split(".")
    wrong = [f"{head}.{coded(b'{}')}.{signature}", f"{head}.{claims}.{coded(b'x' * 64)}", f"{head}.{claims}."]
    if keys[alg].kid:  # a key without a name may be it
        wrong.append(keys[alg].token(kid="other"))
    for forged in wrong:
        reply = triggers.running.call("GET", "/", headers=bearer(forged), host=host)
        assert (reply.status, reply.json()["Code"]) == (403, "AccessDenied") and "signature is of no key" in reply.json()["Message"]


def test_a_public_key_is_no_secret(triggers, keys):
    """The usual forgeries: no algorithm, and an HMAC with what everybody knows."""
    host = triggers.host("jwt", config(keys["RS256"]))
    claims = coded(b'{"sub":"u1"}')
    for alg, secret in (("none", None), ("HS256", keys["RS256"].jwk["n"].encode())):
        text = f"{coded(json.dumps({'alg': alg}).encode())}.{claims}"
        signature = coded(hmac.new(secret, text.encode(), hashlib.sha256).digest()) if secret else ""
        assert triggers.running.call("GET", "/", headers=bearer(f"{text}.{signature}"), host=host).status == 403


@pytest.mark.parametrize("claims, text", [
    ({"exp": 4000000000}, None), ({"exp": 1000000000}, "it has expired"), ({"exp": "soon"}, "it has expired"),
    ({"nbf": 1000000000}, None), ({"nbf": 4000000000}, "it is not valid yet"),
], ids=str)
def test_a_token_has_its_time(triggers, keys, claims, text):
    reply = triggers.running.call("GET", "/", headers=bearer(keys["HS256"].token(claims)), host=triggers.host("jwt", config(keys["HS256"])))
    assert reply.status == (403 if text else 200) and (not text or reply.json()["Message"].endswith(text))


def test_moving_the_clock_breaks_no_token(daemon, keys):
    triggers = Triggers(daemon())
    host = triggers.host("jwt", config(keys["HS256"]))
    assert triggers.running.admin("PUT", "clock", {"advance": "100h"}).status == 200
    assert triggers.running.call("GET", "/", headers=bearer(keys["HS256"].token({"exp": time.time() + 600})), host=host).status == 200


def test_a_token_is_looked_for_in_its_places(triggers, keys):
    host, token = triggers.host("jwt", config(keys["HS256"])), keys["HS256"].token()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    call = triggers.running.call
    assert call("GET", "/", headers={"Cookie": f"a=b; session={token}"}, host=host).status == 200
    assert call("GET", f"/?token={token}", host=host).status == 200
    assert call("POST", "/", f"a=b&token={token}", form, host=host).status == 200
    assert call("POST", "/", f"a=b&token={token}", host=host).status == 403  # no form
    # The first that is there is looked at, and no other.
    assert call("GET", f"/?token={token}", headers=bearer("x"), host=host).status == 403
    missing = call("GET", "/", host=host)
    assert missing.status == 403 and missing.json()["Message"] == "JWT token is expected but missing"


def test_claims_go_with_the_request(triggers, keys):
    passed = "header:name:X-Name,query:uid:user,cookie:role:role,form:uid:uid,header:nothing:X-Nothing,header:lines:X-Lines"
    host = triggers.host("jwt", config(keys["HS256"], claimPassBy=passed))
    token = keys["HS256"].token({"uid": 7, "name": "An\u00e9", "role": "admin", "lines": "a\r\nb: c"})
    form = {"Content-Type": "application/x-www-form-urlencoded", "X-Name": "forged", "Cookie": "a=b", **bearer(token)}
    seen = triggers.running.call("POST", "/?c=d", "e=f", form, host=host).json()
    assert seen["headers"]["X-Name"] == "An\u00e9"
    assert (seen["headers"]["Cookie"], seen["query"], seen["body"]) == ("a=b; role=admin", {"c": "d", "user": "7"}, "e=f&uid=7")
    assert "X-Nothing" not in seen["headers"] and "X-Lines" not in seen["headers"]


def test_lists_of_paths_say_who_needs_a_token(triggers, keys):
    white = triggers.host("jwt", config(keys["HS256"], whitelist=["/open", "/login/*"]))
    black = triggers.host("jwt", config(keys["HS256"], blacklist=["/closed", "/admin/*"]))
    call = triggers.running.call
    assert [call("GET", path, host=white).status for path in ("/open", "/open/", "/login/a/b", "/")] == [200, 403, 200, 403]
    assert [call("GET", path, host=black).status for path in ("/closed", "/closed/", "/admin/a", "/")] == [403, 200, 403, 200]


def test_a_domain_asks_in_the_place_of_the_trigger(triggers, keys):
    triggers.host("basic", USERS)
    running = triggers.running
    info = json.dumps({"JWKS": {"keys": [keys["HS256"].jwk]}, "TokenLookup": "header:Authorization:Bearer", "ClaimPassBy": "query:sub:sub"})
    body = {"domainName": "asks.example.com", "protocol": "HTTP", "authConfig": {"authType": "jwt", "authInfo": info},
            "routeConfig": {"routes": [{"path": "/*", "functionName": f"f{triggers.count}"}]}}
    assert running.call("POST", "/2023-03-30/custom-domains", json.dumps(body)).status == 200
    host = "asks.example.com"
    assert running.call("GET", "/", headers=bearer(keys["HS256"].token()), host=host).json()["query"] == {"sub": "u1"}
    assert running.call("GET", "/", headers=basic("somebody-here", "Secret-Word-1!"), host=host).status == 403
    assert running.call("PUT", f"/2023-03-30/custom-domains/{host}", json.dumps({"authConfig": {"authType": "anonymous"}})).status == 200
    assert running.call("GET", "/", headers=basic("somebody-here", "Secret-Word-1!"), host=host).status == 200


def test_nothing_is_asked_when_authentication_is_off(daemon):
    triggers = Triggers(daemon(config="auth: {mode: off}\n"))
    assert triggers.running.call("GET", "/", host=triggers.host("basic", USERS)).status == 200
