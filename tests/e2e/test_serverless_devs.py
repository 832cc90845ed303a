"""What Serverless Devs (component fc3) asks in its order, and what it relies on: deploy, deploy again, info, scale, remove.

Source: spec page api-2023-03-30 §10 and §11.1.
"""

import io
import json
import zipfile

API = "/2023-03-30"
F = f"{API}/functions/hello"

# The blocks that the tool sends when the YAML leaves them out.
EMPTY = {
    "vpcConfig": {"securityGroupId": "", "vSwitchIds": [], "vpcId": ""},
    "tracingConfig": {},
    "ossMountConfig": {"mountPoints": []},
    "nasConfig": {"groupId": 0, "userId": 0, "mountPoints": []},
    "logConfig": {"enableInstanceMetrics": False, "enableRequestMetrics": False, "logBeginRule": "None", "logstore": "", "project": ""},
    "environmentVariables": {},
    "layers": [],
    "instanceIsolationMode": "SHARE",
    "sessionAffinity": "NONE",
    "description": "",
    "memorySize": 512,
    "timeout": 3,
    "cpu": 0.35,
    "diskSize": 512,
    "internetAccess": True,
}


def send(running, method, path, body=None, **options):
    return running.call(method, path, body=None if body is None else json.dumps(body), **options)


def refusal(reply):
    error = reply.json()
    assert set(error) == {"Code", "Message", "RequestId"} and error["RequestId"] == reply.headers["x-fc-request-id"]
    return reply.status, error["Code"]


def crc64(data):
    value = (1 << 64) - 1
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xC96C5795D7870F42 if value & 1 else 0)
    return str(value ^ (1 << 64) - 1)


def package(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", text)
    return packed.getvalue()


def upload(running, code):
    """The pair that CreateFunction and UpdateFunction name."""
    token = running.call("GET", "/2016-08-15/tempBucketToken").json()
    name = f"16530750/{token['objectName']}"
    # ali-oss keeps the region of its own default when it is pointed at an address.
    put = running.call("PUT", f"/{name}", code, host=f"{token['ossBucket']}.oss-cn-hangzhou.aliyuncs.com")
    assert put.status == 200 and put.headers["x-oss-hash-crc64ecma"] == crc64(code)
    return {"ossBucketName": token["ossBucket"], "ossObjectName": name}


def deploy(running, code):
    """As `s deploy` does: ask, create or update, then the trigger and the rest."""
    found = running.call("GET", F)
    whole = {"functionName": "hello", "runtime": "python3.10", "handler": "index.handler", **EMPTY, "code": upload(running, code)}
    if found.status == 404:
        assert refusal(found) == (404, "FunctionNotFound")
        assert send(running, "POST", f"{API}/functions", whole).status == 200
    else:
        assert send(running, "PUT", F, whole).status == 200
    trigger = {"triggerConfig": '{"authType":"anonymous","methods":["GET"]}', "qualifier": "LATEST"}
    if running.call("GET", f"{F}/triggers/web").status == 404:
        made = send(running, "POST", f"{F}/triggers", {"triggerName": "web", "triggerType": "http", **trigger})
    else:
        made = send(running, "PUT", f"{F}/triggers/web", trigger)
    assert made.status == 200
    assert send(running, "PUT", f"{F}/async-invoke-config?qualifier=LATEST", {"maxAsyncRetryAttempts": 1}).status == 200
    assert send(running, "POST", f"{F}/vpc-bindings", {"vpcId": "vpc-1"}).status == 204


def test_deploy_twice_then_read_back(daemon):
    running = daemon()
    first, second = package("one"), package("two")

    deploy(running, first)
    function = running.call("GET", F).json()
    assert function["codeChecksum"] == crc64(first) and function["codeSize"] == len(first)
    assert (function["state"], function["lastUpdateStatus"]) == ("Active", "Successful")
    assert {name: function.get(name) for name in ("cpu", "memorySize", "diskSize", "timeout")} == {"cpu": 0.35, "memorySize": 512, "diskSize": 512, "timeout": 3}
    assert not function.keys() & {"customContainerConfig", "customDNS", "customRuntimeConfig", "gpuConfig", "invocationRestriction", "idleTimeout"}

    deploy(running, second)
    again = running.call("GET", F).json()
    assert again["codeChecksum"] == crc64(second)
    assert (again["functionId"], again["createdTime"]) == (function["functionId"], function["createdTime"])
    assert again["lastModifiedTime"] > function["lastModifiedTime"]

    url = running.call("GET", f"{F}/code").json()["url"]
    assert running.call("GET", url[url.index("/", len("http://")) :]).body == second
    trigger = running.call("GET", f"{F}/triggers/web").json()
    assert json.loads(trigger["triggerConfig"]) == {"authType": "anonymous", "methods": ["GET"]}
    assert trigger["httpTrigger"]["urlInternet"].startswith("https://hello-")
    assert trigger["httpTrigger"]["urlIntranet"].endswith("-vpc.fcapp.run")
    assert running.call("GET", f"{F}/vpc-bindings").json() == {"vpcIds": ["vpc-1"]}


def test_scale_to_zero_and_away(daemon):
    running = daemon()
    deploy(running, package("def handler(event, context):\n    return event\n"))
    arn = running.call("GET", F).json()["functionArn"]
    provision, scaling = f"{F}/provision-config?qualifier=LATEST", f"{F}/scaling-config?qualifier=LATEST"

    assert running.call("GET", provision).json()["functionArn"] == ""
    put = send(running, "PUT", provision, {"target": 2, "scheduledActions": [], "targetTrackingPolicies": []}).json()
    assert (put["target"], put["currentError"], put["functionArn"]) == (2, "", f"{arn}/LATEST")
    while running.call("GET", provision).json()["current"] != 2:  # they are started now
        pass
    assert put["functionArn"].split("/")[2] == "LATEST"
    assert send(running, "POST", f"{F}/invoke/disable", {"reason": "Fast scale-to-zero", "abortOngoingRequest": True}).json() == {"success": True}
    assert running.call("GET", provision).json()["current"] == 0
    assert refusal(running.call("POST", f"{F}/invocations", b"event")) == (403, "AccessDenied")
    assert running.call("POST", f"{F}/invoke/enable").json() == {"success": True}
    assert running.call("DELETE", provision).status == 204
    assert running.call("GET", provision).json()["current"] == 0

    status = send(running, "PUT", scaling, {"minInstances": 3}).json()
    assert status["currentInstances"] == status["targetInstances"] == 3
    assert running.call("DELETE", scaling).status == 204
    assert running.call("GET", scaling).json()["functionArn"] == ""


def test_remove_leaves_nothing(daemon):
    running = daemon()
    deploy(running, package("x"))
    assert send(running, "POST", f"{F}/versions", {"description": "v"}).json()["versionId"] == "1"
    assert send(running, "POST", f"{F}/aliases", {"aliasName": "prod", "versionId": "1"}).status == 200
    assert send(running, "POST", f"{F}/aliases", {"aliasName": "prod", "versionId": "1"}).status == 409
    assert send(running, "PUT", f"{F}/aliases/prod", {"versionId": "1", "additionalVersionWeight": {}}).status == 200
    assert send(running, "PUT", f"{F}/concurrency", {"reservedConcurrency": 5}).status == 200

    def listed(path, array):
        page = running.call("GET", f"{API}{path}").json()
        assert "nextToken" not in page
        return page[array]

    assert refusal(running.call("DELETE", F)) == (400, "FunctionNotEmpty")
    assert listed("/scaling-configs?functionName=hello&limit=100", "scalingConfigs") == []
    for config in listed("/async-invoke-configs?functionName=hello&limit=100", "configs"):
        qualifier = config["functionArn"].split("/")[2]
        assert running.call("DELETE", f"{F}/async-invoke-config?qualifier={qualifier}").status == 204
    for trigger in listed("/functions/hello/triggers?limit=10", "triggers"):
        assert running.call("DELETE", f"{F}/triggers/{trigger['triggerName']}").status == 204
    for vpc in running.call("GET", f"{F}/vpc-bindings").json()["vpcIds"]:
        assert running.call("DELETE", f"{F}/vpc-bindings/{vpc}").status == 204
    assert running.call("DELETE", f"{F}/concurrency").status == 204
    for alias in listed("/functions/hello/aliases?limit=100", "aliases"):
        assert running.call("DELETE", f"{F}/aliases/{alias['aliasName']}").status == 204
    for version in listed("/functions/hello/versions?limit=100", "versions"):
        assert running.call("DELETE", f"{F}/versions/{version['versionId']}").status == 204
    assert running.call("DELETE", F).status == 204

    assert refusal(running.call("GET", F)) == (404, "FunctionNotFound")
    for path, array in (
        ("/functions", "functions"),
        ("/provision-configs", "provisionConfigs"),
        ("/concurrency-configs", "configs"),
        ("/async-invoke-configs", "configs"),
        ("/layers", "layers"),
        ("/custom-domains", "customDomains"),
    ):
        assert listed(path, array) == []


def test_layer_is_published_once(daemon):
    running = daemon()
    layer, code = f"{API}/layers/common", package("shared")
    assert running.call("GET", f"{layer}/versions?limit=1").json() == {"layers": []}
    made = send(running, "POST", f"{layer}/versions", {"code": upload(running, code), "compatibleRuntime": ["python3.10"]}).json()
    assert (made["version"], made["codeChecksum"], made["acl"]) == (1, crc64(code), "0")
    assert running.call("PUT", f"{layer}/acl?public=true").status == 204
    arn = made["layerVersionArn"].replace(":", "%3A").replace("/", "%2F")
    found = running.call("GET", f"{API}/layerarn/{arn}").json()
    assert (found["version"], found["acl"]) == (1, "1")
    location = found["code"]["location"]
    assert running.call("GET", location[location.index("/", len("http://")) :]).body == code
    assert running.call("DELETE", f"{layer}/versions/1").status == 204
    assert running.call("DELETE", f"{layer}/versions/1").status == 204
