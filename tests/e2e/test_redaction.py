"""The journal keeps no secrets, wherever a call carried or repeated them."""

import base64

import pytest

PASSWORD = "hunter2-hunter2"
BASIC = "Basic " + base64.b64encode(f"user:{PASSWORD}".encode()).decode()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx"

CALLS = [
    pytest.param({"headers": {"Authorization": BASIC}}, BASIC.split()[1], marks=pytest.mark.sound("A10", "Authorization: Basic … echoed in the answer", "not in the journal"), id="basic, echoed"),
    pytest.param({"headers": {"Authorization": f"Custom {TOKEN}"}}, TOKEN, id="another scheme, echoed"),
    pytest.param({"path": "?password=" + PASSWORD}, PASSWORD, marks=pytest.mark.sound("A10", "?password= in a query", "not in the journal"), id="query"),
    pytest.param({"path": "?p%61ssword=" + PASSWORD}, PASSWORD, id="encoded name"),
    pytest.param({"path": "?api_key=" + PASSWORD}, PASSWORD, id="API key"),
    pytest.param({"headers": {"Referer": f"http://a/?token={TOKEN}"}}, TOKEN, id="referer"),
    pytest.param({"body": f'{{"headers": {{"Authorization": "{BASIC}"}}}}'}, BASIC.split()[1], marks=pytest.mark.sound("A10", "Authorization: Basic … in a body", "not in the journal"), id="body"),
    pytest.param({"body": f"Authorization: {BASIC}\r\nHost: x"}, BASIC.split()[1], id="header lines in a body"),
    pytest.param({"body": f"user=a&password={PASSWORD}&b=1"}, PASSWORD, id="form"),
    pytest.param({"body": f"<SecurityToken>{TOKEN}</SecurityToken>"}, TOKEN, id="XML"),
    pytest.param({"body": f'{{"event": "{{\\"password\\": \\"{PASSWORD}\\"}}"}}'}, PASSWORD, id="JSON in JSON"),
    pytest.param({"body": f"postgres://root:{PASSWORD}@db/x"}, PASSWORD, id="URL"),
]


@pytest.mark.parametrize("given, secret", CALLS)
def test_is_not_kept(packs, given, secret):
    path = "/2016-08-15/services" + given.get("path", "")
    packs.call("POST", path, given.get("body", "{}"), {**given.get("headers", {}), "X-Fcemu-Label": "secret"})
    entry = packs.requests("&label=secret")[-1]
    full = packs.admin("GET", f"requests/{entry['request_id']}").body.decode()
    assert "***" in full
    assert secret not in full
    assert secret not in packs.admin("GET", "requests?format=har&label=secret").body.decode()


def test_keys_that_sts_hands_out(packs):
    reply = packs.call("POST", "/", "Action=AssumeRole&Version=2015-04-01&RoleArn=acs:ram::16530750:role/r&RoleSessionName=sess&AccessKeyId=LTAI-x&Format=XML", {"Content-Type": "application/x-www-form-urlencoded", "X-Fcemu-Label": "sts"}, host="sts.aliyuncs.com")
    assert reply.status == 200
    entry = packs.requests("&label=sts")[-1]
    full = packs.admin("GET", f"requests/{entry['request_id']}").body.decode()
    for name in ("AccessKeySecret", "SecurityToken"):
        secret = reply.body.decode().partition(f"<{name}>")[2].partition("<")[0]
        assert secret and secret not in full
