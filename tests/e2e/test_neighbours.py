"""Deploy tools: code goes to OSS first, a temporary key signs calls until it ends, and what is not emulated says so."""

import base64
import hashlib
import hmac
import io
import json
import re
import urllib.parse
import zipfile
from email.utils import formatdate

import pytest

import signing

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
    running = daemon(config="auth: {mode: strict, keys: [{id: LTAI-me, secret: of-mine}]}\n")
    query = "Action=AssumeRole&Format=JSON&RoleArn=acs:ram::16530750:role/dep&RoleSessionName=me&DurationSeconds=900"
    target, headers = signing.rpc("GET", f"/?{query}", "LTAI-me", "of-mine")
    key = running.call("GET", target, headers=headers, host=STS).json()["Credentials"]

    assert signed(running, key, "/2016-08-15/services").status == 200
    forged = signed(running, {**key, "AccessKeySecret": "another"}, "/2016-08-15/services")
    assert (forged.status, forged.json()["ErrorCode"]) == (403, "SignatureNotMatch")
    target, headers = signing.rpc("GET", "/?Action=GetCallerIdentity&Format=JSON", key["AccessKeyId"], key["AccessKeySecret"], token=key["SecurityToken"])
    mine = running.call("GET", target, headers=headers, host=STS)
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
    assert b"'POST ?append' of OSS" in running.call("POST", "/x?append", host=oss("b")).body
    logs = running.call("GET", "/logstores/s/logs", host=f"p.{REGION}.log.aliyuncs.com").json()
    assert logs == {"errorCode": "NotSupported", "errorMessage": "fcemu does not emulate 'GET /logstores/s/logs' of Log Service."}


def texts(reply, tag):
    """What stands in each <tag>."""
    return [piece.split(f"</{tag}>")[0] for piece in reply.body.decode().split(f"<{tag}>")[1:]]


class TestUploadInParts:
    HOST = oss("fcemu-upload-cn-shanghai")

    def begin(self, running, name="/big.zip"):
        reply = running.call("POST", f"{name}?uploads", headers={"x-oss-meta-of": "the object", "Content-Type": "application/zip"}, host=self.HOST)
        assert reply.status == 200, reply.body
        (upload,) = texts(reply, "UploadId")
        return upload

    def part(self, running, upload, number, data, name="/big.zip"):
        return running.call("PUT", f"{name}?partNumber={number}&uploadId={upload}", data, host=self.HOST)

    def complete(self, running, upload, numbers, name="/big.zip"):
        parts = "".join(f"<Part><PartNumber>{number}</PartNumber><ETag>\"x\"</ETag></Part>" for number in numbers)
        body = f"<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"
        return running.call("POST", f"{name}?uploadId={upload}", body, host=self.HOST)

    def test_parts_become_one_object_in_their_order(self, daemon, tmp_path):
        running = daemon(arguments=["--data", tmp_path / "data"])
        whole = package() * 500
        pieces = [whole[at : at + 20000] for at in range(0, len(whole), 20000)]
        upload = self.begin(running)
        for number, piece in reversed(list(enumerate(pieces, 1))):
            put = self.part(running, upload, number, piece)
            assert put.status == 200 and put.headers["ETag"] == f'"{hashlib.md5(piece).hexdigest().upper()}"'
        assert running.call("GET", "/big.zip", host=self.HOST).status == 404
        listed = running.call("GET", f"/big.zip?uploadId={upload}", host=self.HOST)
        assert texts(listed, "PartNumber") == [str(number) for number in range(1, len(pieces) + 1)]
        assert texts(listed, "Size") == [str(len(piece)) for piece in pieces]

        done = self.complete(running, upload, range(1, len(pieces) + 1))
        assert done.status == 200 and texts(done, "Key") == ["big.zip"]
        assert texts(done, "ETag")[0].endswith(f'-{len(pieces)}"')
        assert self.complete(running, upload, [1]).status == 404

        running.stop()
        again = daemon(arguments=["--data", tmp_path / "data"])
        got = again.call("GET", "/big.zip", host=self.HOST)
        assert got.body == whole and got.headers["x-oss-hash-crc64ecma"] == done.headers["x-oss-hash-crc64ecma"]
        assert (got.headers["x-oss-meta-of"], got.headers["Content-Type"]) == ("the object", "application/zip")

    def test_what_cannot_be_completed_says_why(self, daemon):
        running = daemon()
        upload = self.begin(running)
        for number in (1, 2):
            assert self.part(running, upload, number, b"part").status == 200
        assert texts(self.complete(running, upload, [1, 3]), "Code") == ["InvalidPart"]
        assert texts(self.complete(running, upload, [2, 1]), "Code") == ["InvalidPartOrder"]
        assert texts(self.complete(running, upload, []), "Code") == ["MalformedXML"]
        assert texts(self.complete(running, "unknown", [1]), "Code") == ["NoSuchUpload"]
        assert texts(self.part(running, upload, 1, b"x", name="/other"), "Code") == ["NoSuchUpload"]
        for number in ("0", "10001", "x", ""):
            assert texts(self.part(running, upload, number, b"x"), "Code") == ["InvalidArgument"]
        assert self.complete(running, upload, [2]).status == 200
        assert running.call("GET", "/big.zip", host=self.HOST).body == b"part"

    def test_aborted_upload_leaves_nothing(self, daemon):
        running = daemon()
        upload = self.begin(running)
        assert self.part(running, upload, 1, b"part").status == 200
        assert running.call("DELETE", f"/big.zip?uploadId={upload}", host=self.HOST).status == 204
        assert texts(running.call("GET", f"/big.zip?uploadId={upload}", host=self.HOST), "Code") == ["NoSuchUpload"]
        assert texts(self.complete(running, upload, [1]), "Code") == ["NoSuchUpload"]


# ---- what deploy tools ask before they begin ----


def sound(given, right):
    return pytest.mark.sound("D-oss" if "?" in given or "ListBuckets" in given else "D-pop", given, right)


NONE = [
    ("cors", 404, "<Code>NoSuchCORSConfiguration</Code>"),
    ("encryption", 404, "<Code>NoSuchServerSideEncryptionRule</Code>"),
    ("lifecycle", 404, "<Code>NoSuchLifecycle</Code>"),
    ("logging", 200, "<BucketLoggingStatus/>"),
    ("policy", 404, "<Code>NoSuchBucketPolicy</Code>"),
    ("referer", 200, "<AllowEmptyReferer>true</AllowEmptyReferer>"),
    ("tagging", 200, "<TagSet/>"),
    ("versioning", 200, "<VersioningConfiguration/>"),
    ("website", 404, "<Code>NoSuchWebsiteConfiguration</Code>"),
    ("accessmonitor", 200, "<Status>Disabled</Status>"),
    ("bucketArchiveDirectRead", 200, "<Enabled>false</Enabled>"),
    ("cname", 200, "<ListCnameResult/>"),
    ("httpsConfig", 200, "<Enable>false</Enable>"),
    ("metaQuery", 404, "<Code>MetaQueryNotExist</Code>"),
    ("policyStatus", 200, "<IsPublic>false</IsPublic>"),
    ("publicAccessBlock", 200, "<BlockPublicAccess>false</BlockPublicAccess>"),
    ("replication", 404, "<Code>NoSuchReplicationConfiguration</Code>"),
    ("replicationLocation", 200, "<ReplicationLocation/>"),
    ("requestPayment", 200, "<Payer>BucketOwner</Payer>"),
    ("resourceGroup", 200, "<ResourceGroupId/>"),
    ("transferAcceleration", 404, "<Code>NoSuchTransferAccelerationConfiguration</Code>"),
    ("userDefinedLogFieldsConfig", 404, "<Code>NoSuchUserDefinedLogFieldsConfig</Code>"),
    ("worm", 404, "<Code>NoSuchWORMConfiguration</Code>"),
]


@pytest.mark.parametrize("sub, status, text", [pytest.param(*row, marks=sound(f"GET /?{row[0]}", "none, in the form of the product; what is put is kept")) for row in NONE])
def test_bucket_subresources(daemon, sub, status, text):
    running = daemon()
    host, body = oss("made"), b"<Some><Rule>1</Rule></Some>"
    assert running.call("PUT", "/", host=host).status == 200
    none = running.call("GET", f"/?{sub}", host=host)
    for wrong in (b"", b"not XML", b"<Some", b"{}") if sub != "policy" else ():
        refused = running.call("PUT", f"/?{sub}", wrong, host=host)
        assert (refused.status, texts(refused, "Code")) == (400, ["MalformedXML"]), wrong
    large = running.call("PUT", f"/?{sub}", b"<Some>" + b" " * (1 << 20) + b"</Some>", host=host)
    assert (large.status, texts(large, "Code")) == (400, ["EntityTooLarge"])
    assert running.call("GET", f"/?{sub}", host=host).status == status
    put = running.call("PUT", f"/?{sub}", body, host=host)
    kept = running.call("GET", f"/?{sub}", host=host)
    gone = running.call("DELETE", f"/?{sub}", host=host)
    again = running.call("GET", f"/?{sub}", host=host)

    assert (none.status, text in none.body.decode()) == (status, True), none.body
    assert (put.status, kept.status, kept.body, gone.status) == (200, 200, body, 204)
    assert (again.status, text in again.body.decode()) == (status, True)
    assert running.call("GET", f"/?{sub}", host=oss("absent")).status == 404
    assert running.call("GET", "/?location", host=host).status == 200


@sound("PUT and GET /?acl of a bucket, of an object", "private and default unless said; what is said is kept, nonsense is 400")
def test_access_control_lists(daemon):
    running = daemon()
    host = oss("made")

    def grant(path):
        return texts(running.call("GET", path, host=host), "Grant")

    assert running.call("PUT", "/", host=host).status == 200
    assert grant("/?acl") == grant("/?bucketInfo") == ["private"]
    assert running.call("PUT", "/?acl", headers={"x-oss-acl": "public-read"}, host=host).status == 200
    assert grant("/?acl") == grant("/?bucketInfo") == ["public-read"]
    assert running.call("PUT", "/", headers={"x-oss-acl": "public-read-write"}, host=host).status == 200
    assert grant("/?acl") == ["public-read-write"]
    for grants in ("default", "public"):
        refused = running.call("PUT", "/?acl", headers={"x-oss-acl": grants}, host=host)
        assert (refused.status, texts(refused, "Message")) == (400, ["no such bucket access control exists"])
    assert running.call("PUT", "/", headers={"x-oss-acl": "public-read"}, host=oss("opened")).status == 200
    assert texts(running.call("GET", "/?acl", host=oss("opened")), "Grant") == ["public-read"]

    assert running.call("PUT", "/key", b"bytes", host=host).status == 200
    assert grant("/key?acl") == ["default"]
    assert running.call("PUT", "/key?acl", headers={"x-oss-object-acl": "private"}, host=host).status == 200
    assert (grant("/key?acl"), running.call("GET", "/key", host=host).body) == (["private"], b"bytes")
    assert running.call("PUT", "/other", b"", headers={"x-oss-object-acl": "public-read"}, host=host).status == 200
    assert grant("/other?acl") == ["public-read"]
    assert texts(running.call("PUT", "/key?acl", headers={"x-oss-object-acl": "mine"}, host=host), "Message") == ["no such object access control exists"]
    assert texts(running.call("GET", "/none?acl", host=host), "Code") == ["NoSuchKey"]


@sound("GET /?inventory, /?inventory&inventoryId=", "404 NoSuchInventory; what is put is kept by its id and listed")
def test_several_of_a_kind(daemon):
    running = daemon()
    host = oss("made")
    assert running.call("PUT", "/", host=host).status == 200
    for path in ("/?inventory", "/?inventory&inventoryId=a"):
        assert texts(running.call("GET", path, host=host), "Code") == ["NoSuchInventory"]
    one = '<?xml version="1.0"?>\n<InventoryConfiguration><Id>a</Id></InventoryConfiguration>'
    assert texts(running.call("PUT", "/?inventory", one, host=host), "Message") == ["inventoryId must be given."]
    for name in ("a", "b"):
        assert running.call("PUT", f"/?inventory&inventoryId={name}", one.replace("<Id>a", f"<Id>{name}"), host=host).status == 200
    assert running.call("GET", "/?inventory&inventoryId=a", host=host).body.decode() == one
    listed = running.call("GET", "/?inventory", host=host)
    assert (texts(listed, "Id"), listed.body.count(b"<?xml"), texts(listed, "IsTruncated")) == (["a", "b"], 1, ["false"])
    assert running.call("DELETE", "/?inventory&inventoryId=a", host=host).status == 204
    assert texts(running.call("GET", "/?inventory", host=host), "Id") == ["b"]
    assert running.call("GET", "/?style", host=host).body.endswith(b"<StyleList/>")
    assert texts(running.call("GET", "/?style&styleName=s", host=host), "Code") == ["NoSuchStyle"]


@sound("GET /?stat, GET /?uploads, tagging of an object", "counted, listed, kept")
def test_what_a_bucket_holds(daemon):
    running = daemon()
    host = oss("made")
    assert running.call("PUT", "/", host=host).status == 200
    assert running.call("PUT", "/a", b"12345", host=host).status == running.call("PUT", "/b", b"", host=host).status == 200
    (upload,) = texts(running.call("POST", "/big?uploads", host=host), "UploadId")
    stat = running.call("GET", "/?stat", host=host)
    assert [texts(stat, tag) for tag in ("Storage", "ObjectCount", "MultipartUploadCount")] == [["5"], ["2"], ["1"]]
    listed = running.call("GET", "/?uploads", host=host)
    assert (texts(listed, "Key"), texts(listed, "UploadId")) == (["big"], [upload])
    assert running.call("GET", "/a?tagging", host=host).body.endswith(b"<TagSet/></Tagging>")
    assert running.call("PUT", "/a?tagging", b"<Tagging/>", host=host).status == 200
    assert (running.call("GET", "/a?tagging", host=host).body, running.call("GET", "/a", host=host).body) == (b"<Tagging/>", b"12345")
    for path in ("/?stat", "/?uploads", "/a?tagging"):
        assert texts(running.call("GET", path, host=oss("none")), "Code") == ["NoSuchBucket"]


# What OSS documents and nothing here answers must not be taken for a listing.
@pytest.mark.parametrize("sub", ["accessPoint", "qosInfo", "versions", "rtc", "redundancyTransition", "resourcePoolInfo", "responseHeader", "requesterQosInfo"])
@pytest.mark.sound("D-oss", "a documented subresource that is not emulated", "501 NotImplemented, once a near miss")
def test_other_subresources_are_a_near_miss(daemon, sub):
    running = daemon()
    assert running.call("PUT", "/", host=oss("made")).status == 200
    reply = running.call("GET", f"/?{sub}", host=oss("made"))
    assert (reply.status, texts(reply, "Code")) == (501, ["NotImplemented"])
    assert [call["near_miss"] for call in running.requests() if call.get("near_miss")] == [f"'GET ?{sub}' of OSS is not emulated"]


@sound("ListBuckets with prefix, marker, max-keys", "a page and where the next begins")
def test_list_buckets_by_pages(daemon):
    running = daemon()
    for name in ("aaa-1", "aaa-2", "aaa-3", "bbb-1"):
        assert running.call("PUT", "/", host=oss(name)).status == 200
    host = f"oss-{REGION}.aliyuncs.com"

    def page(query):
        text = running.call("GET", f"/?{query}", host=host).body.decode()
        return re.findall("<Name>(.*?)</Name>", text), re.findall("<NextMarker>(.*?)</NextMarker>", text), re.findall("<IsTruncated>(.*?)<", text)

    assert page("prefix=aaa&max-keys=2") == (["aaa-1", "aaa-2"], ["aaa-2"], ["true"])
    assert page("prefix=aaa&max-keys=2&marker=aaa-2") == (["aaa-3"], [], ["false"])
    assert page("marker=aaa-3") == (["bbb-1"], [], ["false"])
    assert running.call("GET", "/?max-keys=0", host=host).status == 400
    assert running.call("GET", "/?max-keys=1001", host=host).status == 400


ASKED = [
    ("ecs.cn-shanghai.aliyuncs.com", "DescribeRegions", "", "Regions"),
    ("ecs.cn-shanghai.aliyuncs.com", "DescribeZones", "&RegionId=cn-shanghai", "Zones"),
    ("location.aliyuncs.com", "DescribeEndpoints", "&Id=cn-shanghai&ServiceCode=ecs", "Endpoints"),
    ("business.aliyuncs.com", "QueryAvailableInstances", "", "Data"),
    ("ram.aliyuncs.com", "ListTagResources", "", "TagResources"),
    ("resourcemanager.aliyuncs.com", "CheckServiceLinkedRoleExistence", "&ServiceName=oss.fc.aliyuncs.com", "Exists"),
]


@pytest.mark.parametrize("host, action, query, member", [pytest.param(*row, marks=sound(f"{row[1]} of {row[0]}", "answered, and no near miss")) for row in ASKED])
def test_questions_to_other_products(daemon, host, action, query, member):
    running = daemon()
    reply = running.call("GET", f"/?Action={action}&Format=JSON&Version=2014-05-26{query}", host=host)

    assert (reply.status, member in reply.json()) == (200, True), reply.body
    assert not running.requests()[-1].get("near_miss")
    if action == "DescribeZones":
        assert reply.json()["Zones"]["Zone"][0]["ZoneId"].startswith("cn-shanghai-")
    if action == "CheckServiceLinkedRoleExistence":
        assert reply.json()["Exists"] is True
        missing = running.call("GET", f"/?Action={action}&Format=JSON&Version=2020-03-31", host=host)
        assert (missing.status, missing.json()["Code"]) == (400, "MissingServiceName")
    if action == "DescribeEndpoints":
        assert reply.json()["Endpoints"]["Endpoint"][0]["Endpoint"] == "ecs.cn-shanghai.aliyuncs.com"


@sound("an unknown action of another product", "its own error, one near miss")
def test_unknown_actions_are_a_near_miss(daemon):
    running = daemon()
    reply = running.call("GET", "/?Action=RunInstances&Format=JSON&Version=2014-05-26", host="ecs.cn-shanghai.aliyuncs.com")

    assert (reply.status, reply.json()["Code"]) == (404, "InvalidAction.NotFound")
    assert [call["near_miss"] for call in running.requests()] == ["another product, which is not emulated"]


@pytest.mark.sound("D-log", "PUT logstore, GET /tags, /logstores/X/track, PUT index", "changed, none, taken, changed")
def test_log_service(daemon):
    running = daemon()
    host = f"made.{REGION}.log.aliyuncs.com"

    def ask(method, path, body=None):
        reply = running.call(method, path, json.dumps(body) if body is not None else None, host=host)
        return reply.status, json.loads(reply.body or "null")

    assert running.call("POST", "/", json.dumps({"projectName": "made", "description": ""}), host=f"{REGION}.log.aliyuncs.com").status == 200
    assert ask("POST", "/logstores", {"logstoreName": "s", "ttl": 1, "shardCount": 2})[0] == 200
    assert ask("PUT", "/logstores/s", {"logstoreName": "other", "ttl": 30})[0] == 200
    store = ask("GET", "/logstores/s")[1]
    assert (store["logstoreName"], store["ttl"], store["shardCount"]) == ("s", 30, 2)
    assert ask("PUT", "/logstores/none", {"ttl": 30})[1]["errorCode"] == "LogStoreNotExist"
    assert ask("PUT", "/logstores/s", [1])[1]["errorCode"] == "PostBodyInvalid"
    assert ask("GET", "/tags") == (200, {"nextToken": "", "tagResources": []})
    assert ask("GET", "/logstores/s/track?APIVersion=0.6.0&key=value")[0] == 200
    assert ask("POST", "/logstores/s/track", {"__logs__": []})[0] == 200
    assert ask("GET", "/logstores/none/track")[1]["errorCode"] == "LogStoreNotExist"
    assert ask("POST", "/logstores/s/index", {"line": {"token": [","]}})[0] == 200
    assert ask("PUT", "/logstores/s/index", {"line": {"token": [";"]}})[0] == 200
    assert ask("GET", "/logstores/s/index")[1]["line"] == {"token": [";"]}
