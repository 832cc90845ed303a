"""Calls to OSS, Log Service, STS and RAM are signed in ways of their own, checked like those of Function Compute."""

import json

import pytest

import signing
from test_visitors import needs_setpriv, send_as

KEY, SECRET = "LTAI-test", "the+secret/of=test"
KEYS = f'keys: [{{id: {KEY}, secret: "{SECRET}"}}]'
BUCKET = "signed"
OSS = f"{BUCKET}.oss-cn-shanghai.aliyuncs.com"
LOG = "cn-shanghai.log.aliyuncs.com"
STS = "sts.aliyuncs.com"
WHO = "/?Action=GetCallerIdentity&Version=2015-04-01&Format=JSON"
ROLES = "/?Action=ListRoles&Version=2015-05-01&Format=JSON&Marker=a%20b%2Bc*~"


def sha256(*args, **named):
    return signing.rpc(*args, digest="HMAC-SHA256", **named)


# host, how it is signed, what is signed besides, target; what is asked of it is a read that succeeds
WAYS = {
    "OSS V1 header": (OSS, signing.oss, BUCKET, "/?prefix=%C3%A4%20b"),
    "OSS V1 header, subresource": (OSS, signing.oss, BUCKET, "/?acl"),
    "OSS V1 header, by address": ("127.0.0.1", signing.oss, "", f"/{BUCKET}/?prefix=a"),
    "OSS V1 URL": (OSS, signing.oss_url, BUCKET, "/?prefix=a"),
    "OSS V4 header": (OSS, signing.oss4, BUCKET, "/?prefix=%C3%A4%20b&delimiter=/"),
    "OSS V4 header, by address": ("127.0.0.1", signing.oss4, "", f"/{BUCKET}/"),
    "OSS V4 URL": (OSS, signing.oss4_url, BUCKET, "/?prefix=a"),
    "Log Service v1": (LOG, signing.sls, "", "/?size=10&offset=0&projectName=a%20b"),
    "Log Service v4": (LOG, signing.sls4, LOG, "/?size=10&offset=0&projectName=a%20b"),
    "STS, RPC": (STS, signing.rpc, "", WHO),
    "STS, RPC with SHA-256": (STS, sha256, "", WHO),
    "STS, ACS3": (STS, signing.rpc3, STS, WHO),
    "RAM, RPC": ("ram.aliyuncs.com", signing.rpc, "", ROLES),
}
OSS_CODES = {"secret": (403, "SignatureDoesNotMatch"), "key": (403, "InvalidAccessKeyId"), "old": (403, "RequestTimeTooSkewed"), "none": (403, "AccessDenied")}
LOG_CODES = {"secret": (401, "SignatureNotMatch"), "key": (401, "InvalidAccessKeyId"), "old": (400, "RequestTimeExpired"), "none": (400, "MissAccessKeyId")}
RPC_CODES = {"secret": (400, "SignatureDoesNotMatch"), "key": (404, "InvalidAccessKeyId.NotFound"), "old": (400, "InvalidTimeStamp.Expired"), "none": (400, "MissingAccessKeyId")}


def codes(way):
    if not way.startswith("OSS"):
        return LOG_CODES if way.startswith("Log") else RPC_CODES
    return {**OSS_CODES, "old": (403, "AccessDenied")} if way.endswith("URL") else OSS_CODES


def code(reply):
    if b"<Code>" in reply.body:
        return reply.status, reply.body.decode().split("<Code>")[1].split("</Code>")[0]
    body = json.loads(reply.body)
    return reply.status, body.get("Code") or body.get("errorCode")


def ask(running, way, key=KEY, secret=SECRET, offset=0, headers=None, method="GET"):
    host, sign, bucket, target = WAYS[way]
    target, headers = sign(method, target, key, secret, bucket, headers, offset)
    return running.call(method, target, headers=headers, host=host)


@pytest.fixture(scope="module", params=["strict", "lenient", "off"])
def shared(request, tmp_path_factory):
    from fcemu import Daemon

    config = f"allow_users: any\nauth: {{mode: {request.param}, {KEYS}}}\n"
    running = Daemon(tmp_path_factory.mktemp("signed"), config=config).start()
    target, headers = signing.oss("PUT", "/", KEY, SECRET, BUCKET)
    assert running.call("PUT", target, headers=headers, host=OSS).status == 200
    yield request.param, running
    running.stop()


def rows(given, right):
    return [pytest.param(way, marks=pytest.mark.sound("A7", f"{way}, {given}", right)) for way in WAYS]


@pytest.mark.parametrize("way", list(WAYS))
def test_signed(shared, way):
    _, running = shared
    reply = ask(running, way)
    assert reply.status == 200, reply.body
    assert ask(running, way, headers={"Content-Type": "text/plain", "x-oss-meta-a": "1"} if way.startswith("OSS") else None).status == 200


@pytest.mark.parametrize("way", rows("signed with another secret", "refused in the product's form, but in mode off"))
def test_another_secret(shared, way):
    mode, running = shared
    reply = ask(running, way, secret="another")
    if mode == "off":
        assert reply.status == 200
        return
    assert code(reply) == codes(way)["secret"]
    note = running.requests()[-1]["auth_note"]
    assert note.startswith(codes(way)["secret"][1]) and SECRET not in note


@pytest.mark.parametrize("way", rows("signed with an unknown key", "refused in strict mode"))
def test_unknown_key(shared, way):
    mode, running = shared
    reply = ask(running, way, key="LTAI-nobody")
    assert code(reply) == codes(way)["key"] if mode == "strict" else reply.status == 200


@pytest.mark.parametrize("way", list(WAYS))
def test_too_old(shared, way):
    mode, running = shared
    reply = ask(running, way, offset=-3600)
    refuses = mode == "strict" or (mode == "lenient" and way.endswith("URL"))
    old = codes(way)["old"]
    if mode == "off" and way == "OSS V1 URL":
        assert code(reply) == old  # what a URL says of itself counts whatever the mode
    else:
        assert code(reply) == old if refuses else reply.status == 200


@pytest.mark.parametrize("way", [way for way in WAYS if "address" not in way])
def test_unsigned(shared, way):
    mode, running = shared
    host, _, _, target = WAYS[way]
    reply = running.call("GET", target, host=host)
    assert code(reply) == codes(way)["none"] if mode == "strict" else reply.status == 200


def test_what_a_refusal_says(daemon):
    running = daemon(config=f"auth: {{{KEYS}}}\n")
    oss = ask(running, "OSS V1 header", secret="another").body.decode()
    assert f"<OSSAccessKeyId>{KEY}</OSSAccessKeyId>" in oss and f"/{BUCKET}/</StringToSign>" in oss
    rpc = ask(running, "STS, RPC", secret="another").json()["Message"]
    assert "server string to sign is:GET&%2F&AccessKeyId%3DLTAI-test%26Action%3DGetCallerIdentity" in rpc


@pytest.mark.parametrize(
    "way, spoil, said",
    [
        pytest.param("OSS V1 header", lambda h: {**h, "x-oss-meta-more": "1"}, "x-oss- headers", id="a header more"),
        pytest.param("OSS V4 header", lambda h: {**h, "content-type": "a/b"}, "Content-Type", id="a type more"),
        pytest.param("Log Service v1", lambda h: {**h, "content-md5": "x"}, "Content-MD5", id="a digest more"),
        pytest.param("Log Service v4", lambda h: {**h, "content-type": "a/b"}, "Content-Type", id="a type more, logs"),
    ],
)
def test_what_was_signed_wrongly(daemon, way, spoil, said):
    running = daemon(config=f"auth: {{{KEYS}}}\n")
    host, sign, bucket, target = WAYS[way]
    target, headers = sign("GET", target, KEY, SECRET, bucket)
    assert code(running.call("GET", target, headers=spoil(headers), host=host)) == codes(way)["secret"]
    assert said in running.requests()[-1]["auth_note"]


def test_keys_of_sts(daemon):
    running = daemon(config=f"auth: {{mode: strict, {KEYS}}}\n")
    target, headers = signing.rpc("GET", "/?Action=AssumeRole&Version=2015-04-01&Format=JSON&RoleArn=acs:ram::16530750:role/dep&RoleSessionName=me", KEY, SECRET)
    key = running.call("GET", target, headers=headers, host=STS).json()["Credentials"]
    temporary, secret, token = key["AccessKeyId"], key["AccessKeySecret"], key["SecurityToken"]

    def put(way, **named):
        target, headers = way("PUT", "/", temporary, secret, "temporary", **named)
        return running.call("PUT", target, headers=headers, host="temporary.oss-cn-shanghai.aliyuncs.com")

    for way in (signing.oss, signing.oss4):
        assert put(way, headers={"x-oss-security-token": token}).status == 200
        assert code(put(way)) == (403, "InvalidSecurityToken")
        assert code(put(way, headers={"x-oss-security-token": "other"})) == (403, "InvalidSecurityToken")
    target, headers = signing.rpc("GET", WHO, temporary, secret, token=token)
    assert running.call("GET", target, headers=headers, host=STS).json()["IdentityType"] == "AssumedRoleUser"
    target, headers = signing.rpc("GET", WHO, temporary, secret)
    assert code(running.call("GET", target, headers=headers, host=STS)) == (400, "InvalidSecurityToken.MismatchWithAccessKey")


def test_uploads_of_the_service_are_signed(daemon):
    """What the service hands out for code is good in strict mode, too."""
    running = daemon(config=f'account: "16530750"\nauth: {{mode: strict, {KEYS}}}\n')
    headers = signing.fc("GET", "/2016-08-15/tempBucketToken", KEY, SECRET)
    handed = running.call("GET", "/2016-08-15/tempBucketToken", headers=headers).json()
    key = handed["credentials"]
    target, headers = signing.oss("PUT", f"/16530750/{handed['objectName']}", key["AccessKeyId"], key["AccessKeySecret"], handed["ossBucket"], {"x-oss-security-token": key["SecurityToken"]})
    assert running.call("PUT", target, b"x", headers, host=f"{handed['ossBucket']}.oss-cn-shanghai.aliyuncs.com").status == 200


PAGE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("way", [pytest.param(way, marks=pytest.mark.sound("A7", f"{way}, signed, from a foreign page", "served; 403 with another secret")) for way in WAYS])
def test_a_signature_opens_to_pages(shared, way):
    _, running = shared
    host, sign, bucket, target = WAYS[way]

    def ask(secret):
        signed, headers = sign("GET", target, KEY, secret, bucket)
        return running.call("GET", signed, headers={**headers, **PAGE}, host=host)

    assert ask(SECRET).status == 200
    refused = ask("another")
    assert refused.status == 403 and b"https://evil.example" in refused.body


@needs_setpriv
@pytest.mark.sound("A9", "another user's signed OSS put, AssumeRole", "served; 403 unsigned or with another secret")
def test_a_signature_opens_to_other_users(daemon):
    running = daemon(config=f"auth: {{mode: lenient, {KEYS}}}\n")
    role = "/?Action=AssumeRole&Version=2015-04-01&Format=JSON&RoleArn=acs:ram::16530750:role/dep&RoleSessionName=me"
    address = f"127.0.0.1:{running.port}"
    for sign, method, target, host in ((signing.oss, "PUT", "/", OSS), (signing.rpc, "GET", role, STS)):
        good, headers = sign(method, target, KEY, SECRET, BUCKET)
        assert send_as(65534, address, method, good, headers=headers, host=host)[0] == 200
        bad, headers = sign(method, target, KEY, "another", BUCKET)
        assert send_as(65534, address, method, bad, headers=headers, host=host)[0] == 403
        assert send_as(65534, address, method, target, host=host)[0] == 403


@pytest.mark.sound("A9", "OSS, STS and Log Service unsigned, listen beyond loopback", "refused: strict there too")
def test_strict_beyond_loopback(daemon):
    running = daemon(config=f"token: sesame\nauth: {{{KEYS}}}\n", listen=("0.0.0.0:0",))
    for way in ("OSS V1 header", "STS, RPC", "Log Service v1"):
        host, _, _, target = WAYS[way]
        assert code(running.call("GET", target, host=host)) == codes(way)["none"]
