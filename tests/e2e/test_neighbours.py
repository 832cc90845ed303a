"""Deploy tools: code goes to OSS first, a temporary key signs calls until it ends, and what is not emulated says so."""

import base64
import hashlib
import hmac
import io
import json
import urllib.parse
import zipfile
from email.utils import formatdate

REGION = "cn-shanghai"
STS = "sts.aliyuncs.com"


def package():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    return packed.getvalue()


def oss(bucket):
    return f"{bucket}.oss-{REGION}.aliyuncs.com"


def function_of(bucket, name):
    code = {"ossBucketName": bucket, "ossObjectName": name}
    return json.dumps({"functionName": "f", "runtime": "python3.10", "handler": "index.handler", "code": code})


def signed(running, key, path):
    """GET with the FC signature of a temporary key."""
    date = formatdate(usegmt=True)
    text = f"GET\n\n\n{date}\nx-fc-security-token:{key['SecurityToken']}\n{path}"
    digest = hmac.new(key["AccessKeySecret"].encode(), text.encode(), hashlib.sha256).digest()
    headers = {
        "Date": date,
        "X-Fc-Security-Token": key["SecurityToken"],
        "Authorization": f"FC {key['AccessKeyId']}:{base64.b64encode(digest).decode()}",
    }
    return running.call("GET", path, headers=headers)


def test_function_from_code_that_was_uploaded(daemon):
    running = daemon()
    token = running.call("GET", "/2016-08-15/tempBucketToken").json()
    bucket, name, code = token["ossBucket"], f"16530750/{token['objectName']}", package()

    put = running.call("PUT", f"/{name}", code, host=oss(bucket))
    assert put.status == 200
    made = running.call("POST", "/2023-03-30/functions", function_of(bucket, name))
    assert made.status == 200, made.body
    assert made.json()["codeChecksum"] == put.headers["x-oss-hash-crc64ecma"]
    assert made.json()["codeSize"] == len(code)

    url = urllib.parse.urlsplit(running.call("GET", "/2023-03-30/functions/f/code").json()["url"])
    assert running.call("GET", f"{url.path}?{url.query}").body == code


def test_uploads_outlive_the_daemon(daemon, tmp_path):
    first = daemon(arguments=["--data", tmp_path / "data"])
    assert first.call("PUT", "/", host=oss("kept")).status == 200
    assert first.call("PUT", "/a/b", b"bytes", host=oss("kept")).status == 200
    first.kill()

    second = daemon(arguments=["--data", tmp_path / "data"])
    assert second.call("GET", "/a/b", host=oss("kept")).body == b"bytes"


def test_large_upload(daemon):
    running = daemon()
    code = bytes(range(256)) * (4 << 12)  # 4 MiB: waits in a file

    assert running.call("PUT", "/", host=oss("large")).status == 200
    assert running.call("PUT", "/x", code, host=oss("large")).status == 200
    assert running.call("GET", "/x", host=oss("large")).body == code
    part = running.call("GET", "/x", headers={"Range": "bytes=1048575-1048577"}, host=oss("large"))
    assert (part.status, part.body) == (206, b"\xff\x00\x01")


def test_key_of_an_assumed_role_signs_calls_until_it_ends(daemon):
    running = daemon(arguments=["--auth-mode", "strict"])
    query = "Action=AssumeRole&Format=JSON&RoleArn=acs:ram::16530750:role/dep&RoleSessionName=me&DurationSeconds=900"
    key = running.call("GET", f"/?{query}", host=STS).json()["Credentials"]

    assert signed(running, key, "/2016-08-15/services").status == 200
    forged = signed(running, {**key, "AccessKeySecret": "another"}, "/2016-08-15/services")
    assert (forged.status, forged.json()["ErrorCode"]) == (403, "SignatureNotMatch")
    mine = running.call("GET", f"/?Action=GetCallerIdentity&Format=JSON&AccessKeyId={key['AccessKeyId']}", host=STS)
    assert mine.json()["Arn"] == "acs:ram::16530750:assumed-role/dep/me"


def test_bare_address_is_told_by_the_signature(daemon):
    running = daemon()
    address = f"127.0.0.1:{running.port}"
    oss_key = {"Authorization": "OSS id:signature"}

    assert running.call("PUT", "/plain/", headers=oss_key, host=address).status == 200
    assert running.call("PUT", "/plain/key", b"x", headers=oss_key, host=address).status == 200
    assert running.call("GET", "/plain/key", headers=oss_key, host=address).body == b"x"
    who = running.call("POST", "/?Action=GetCallerIdentity&Version=2015-04-01&Format=JSON", host=address)
    assert who.json()["AccountId"] == "1234567890123456"


def test_each_can_be_switched_off(daemon):
    running = daemon(config="neighbours: {oss: false, ram: false}\n")

    refused = running.call("GET", "/x", host=oss("b"))
    assert refused.status == 501
    assert b"<Code>NotImplemented</Code>" in refused.body and b"neighbours.oss" in refused.body
    assert running.call("GET", "/?Action=ListRoles&Format=JSON", host="ram.aliyuncs.com").json()["Code"] == "NotImplemented"
    assert running.call("GET", "/?Action=GetCallerIdentity&Format=JSON", host=STS).status == 200


def test_what_is_not_emulated_names_itself(daemon):
    running = daemon()

    assert "'CreateUser' of RAM" in running.call("GET", "/?Action=CreateUser&Format=JSON", host="ram.aliyuncs.com").json()["Message"]
    assert b"'POST ?uploads' of OSS" in running.call("POST", "/x?uploads", host=oss("b")).body
    logs = running.call("GET", "/logstores/s/logs", host=f"p.{REGION}.log.aliyuncs.com").json()
    assert logs == {"errorCode": "NotSupported", "errorMessage": "fcemu does not emulate 'GET /logstores/s/logs' of Log Service."}
