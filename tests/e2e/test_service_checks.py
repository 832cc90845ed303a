"""What the emulated service takes and refuses, seen from outside: forms, rules between members, zones of time and place."""

import datetime

import pytest

from test_control_plane import function, send

CLASSIC = "/2016-08-15"
LATER = "/2021-04-06"
CURRENT = "/2023-03-30"
SERVICES = f"{CLASSIC}/services"
FUNCTIONS = f"{SERVICES}/demo/functions"
ROLE = "acs:ram::16530750:role/r"
VPC = {"vpcId": "vpc-1", "vSwitchIds": ["vsw-1"], "securityGroupId": "sg-1"}
TIMER = {"triggerName": "t", "triggerType": "timer", "triggerConfig": '{"cronExpression":"@every 1m","enable":true}'}
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----"


def current(name, **members):
    return {**function(name, runtime="python3.10"), **members}


@pytest.fixture
def demo(daemon):
    running = daemon()
    for path, body in ((SERVICES, {"serviceName": "demo"}), (FUNCTIONS, function("f")), (f"{CURRENT}/functions", current("f"))):
        assert send(running, "POST", path, body).status in (200, 201)
    return running


def sound(line, given, right, *values):
    return pytest.param(*values, marks=pytest.mark.sound(line, given, right), id=given)


def refusal(reply):
    body = reply.json()
    return reply.status, body.get("ErrorCode") or body.get("Code"), body.get("ErrorMessage") or body.get("Message")


# ---- what clients compare with what they wrote ----


@pytest.mark.sound("C5", "GetTrigger, ListTriggers of 2023-03-30, a timer", '"httpTrigger": {}')
def test_a_trigger_of_any_type_has_an_http_trigger_in_2023(demo):
    triggers = f"{CURRENT}/functions/f/triggers"
    assert send(demo, "POST", triggers, TIMER).status == 200
    assert send(demo, "GET", f"{triggers}/t").json()["httpTrigger"] == {}
    assert [trigger["httpTrigger"] for trigger in send(demo, "GET", triggers).json()["triggers"]] == [{}]
    assert "httpTrigger" not in send(demo, "GET", f"{FUNCTIONS}/f/triggers").body.decode()


@pytest.mark.sound("C5", "GetService of a tagged service, 2016-08-15", "no tags; GetResourceTags has them")
@pytest.mark.parametrize("api", [CLASSIC, LATER])
def test_a_service_is_shown_without_its_tags(demo, api):
    assert send(demo, "POST", f"{CLASSIC}/tag", {"resourceArn": "services/demo", "tags": {"k": "v"}}).status == 200
    assert "tags" not in send(demo, "GET", f"{api}/services/demo").json()
    assert send(demo, "GET", f"{CLASSIC}/tag?resourceArn=services/demo").json()["tags"] == {"k": "v"}


# ---- schedules ----


def in_zone(hours, offset_hours):
    """The local time of a zone so many hours from now, as it is written without an offset."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=hours + offset_hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    "member, action, target",
    [
        sound("C6", "timeZone, startTime of 2099 without Z", "nothing yet", "scheduledActions", {"timeZone": "Asia/Shanghai", "startTime": "2099-01-01T00:00:00"}, 1),
        sound("C6", "timeZone, startTime in an hour there", "nothing yet", "scheduledActions", {"timeZone": "Asia/Shanghai", "startTime": (1, 8)}, 1),
        sound("C6", "timeZone, startTime an hour ago there", "in force", "scheduledActions", {"timeZone": "Asia/Shanghai", "startTime": (-1, 8)}, 5),
        sound("C6", "timeZone, endTime an hour ago there", "over", "scheduledActions", {"timeZone": "Asia/Shanghai", "startTime": (-9, 8), "endTime": (-1, 8)}, 1),
        sound("C6", "scaling config, startTime in an hour there", "nothing yet", "scheduledPolicies", {"timeZone": "Asia/Tokyo", "startTime": (1, 9)}, 1),
        sound("C6", "scaling config, startTime an hour ago there", "in force", "scheduledPolicies", {"timeZone": "Asia/Tokyo", "startTime": (-1, 9)}, 5),
    ],
)
def test_a_scheduled_action_lies_in_its_zone(demo, member, action, target):
    kind, preset, shown = (
        ("provision-config", "defaultTarget", "target") if member == "scheduledActions" else ("scaling-config", "minInstances", "targetInstances")
    )
    times = {name: in_zone(*value) if isinstance(value, tuple) else value for name, value in action.items()}
    body = {preset: 1, member: [{"name": "a", "target": 5, "scheduleExpression": "cron(* * * * * *)", **times}]}
    path = f"{CURRENT}/functions/f/{kind}?qualifier=LATEST"
    assert send(demo, "PUT", path, body).status == 200
    assert send(demo, "GET", path).json()[shown] == target


@pytest.mark.parametrize(
    "kind, member",
    [
        sound("C6", f"{member}, timeZone: Mars/Base", "400", kind, member)
        for kind, member in (
            ("provision-config", "scheduledActions"),
            ("provision-config", "targetTrackingPolicies"),
            ("scaling-config", "scheduledPolicies"),
            ("scaling-config", "horizontalScalingPolicies"),
        )
    ],
)
def test_an_unknown_zone_is_refused(demo, kind, member):
    action = {"name": "a", "target": 5, "scheduleExpression": "cron(* * * * * *)", "timeZone": "Mars/Base"}
    reply = send(demo, "PUT", f"{CURRENT}/functions/f/{kind}?qualifier=LATEST", {member: [action]})
    text = "TimeZone is set to an invalid value (allowed: a name of the IANA time zone database, actual: 'Mars/Base')"
    assert refusal(reply) == (400, "InvalidArgument", text)


# ---- rules between members ----

REQUIRED = "{} is required but not provided"
FORMAT = "{} doesn't match expected format (allowed: {}, actual: '{}')"
ROLE_FORM = "acs:ram::<account>:role/<name>"
DOMAIN = {"domainName": "a.example.com", "protocol": "HTTPS"}
MOUNT = {"serverAddr": "x.nas.aliyuncs.com:/", "mountDir": "/mnt"}


def certificate(text=CERTIFICATE, key=KEY):
    return {**DOMAIN, "certConfig": {"certName": "n", "certificate": text, "privateKey": key}}


@pytest.mark.parametrize(
    "method, path, body, text",
    [
        sound("C2", "2016-08-15, cpu without diskSize", "400 Disk is required but not provided.", "PUT", f"{FUNCTIONS}/f", {"cpu": 1}, "Disk is required but not provided."),
        sound("C2", "2021-04-06, cpu without diskSize", "400 Disk is required but not provided.", "POST", f"{LATER}/services/demo/functions", function("g", cpu=1), "Disk is required but not provided."),
        sound("C2", "a timer with CRON_TZ=Mars/Base", "400", "POST", f"{FUNCTIONS}/f/triggers", {**TIMER, "triggerConfig": {"cronExpression": "CRON_TZ=Mars/Base 0 0 4 * * *"}}, "CronExpression is set to an invalid value (allowed: '@every <duration>' or six cron fields, actual: 'CRON_TZ=Mars/Base 0 0 4 * * *')"),
        sound("C2", "a certificate that is no PEM", "400", "POST", f"{CLASSIC}/custom-domains", certificate(text="c"), FORMAT.format("Certificate", "PEM", "c")),
        sound("C2", "a certificate whose end is missing", "400", "POST", f"{CURRENT}/custom-domains", certificate(text=CERTIFICATE[:30]), FORMAT.format("Certificate", "PEM", CERTIFICATE[:30])),
        sound("C2", "a private key that is no PEM", "400 that does not repeat it", "POST", f"{CLASSIC}/custom-domains", certificate(key="secret"), FORMAT.format("PrivateKey", "PEM", "***")),
        sound("C2", "a service's role 'r'", "400", "PUT", f"{SERVICES}/demo", {"role": "r"}, FORMAT.format("Role", ROLE_FORM, "r")),
        sound("C2", "a role of no account", "400", "PUT", f"{CURRENT}/functions/f", {"role": "acs:ram:::role/r"}, FORMAT.format("Role", ROLE_FORM, "acs:ram:::role/r")),
        sound("C2", "a role without a name", "400", "POST", SERVICES, {"serviceName": "s", "role": "acs:ram::1:role/"}, FORMAT.format("Role", ROLE_FORM, "acs:ram::1:role/")),
        sound("C2", "an invocationRole 'r'", "400", "POST", f"{FUNCTIONS}/f/triggers", {**TIMER, "invocationRole": "r"}, FORMAT.format("InvocationRole", ROLE_FORM, "r")),
        sound("C2", "a service with VPC, no role", "400", "POST", SERVICES, {"serviceName": "s", "vpcConfig": VPC}, REQUIRED.format("Role")),
        sound("C2", "UpdateService: VPC, no role", "400", "PUT", f"{LATER}/services/demo", {"vpcConfig": VPC}, REQUIRED.format("Role")),
        sound("C2", "a service with NAS, no VPC", "400", "POST", SERVICES, {"serviceName": "s", "role": ROLE, "nasConfig": {"mountPoints": [MOUNT]}}, REQUIRED.format("VpcConfig")),
        sound("C2", "a function of 2023-03-30 with NAS, no VPC", "400", "PUT", f"{CURRENT}/functions/f", {"nasConfig": {"mountPoints": [MOUNT]}}, REQUIRED.format("VpcConfig")),
        sound("C2", "a NAS mount without server", "400", "PUT", f"{SERVICES}/demo", {"role": ROLE, "vpcConfig": VPC, "nasConfig": {"mountPoints": [MOUNT, {"mountDir": "/x"}]}}, REQUIRED.format("ServerAddr")),
        sound("C2", "memorySize 65600 on fc.gpu.ada.1", "400", "POST", f"{CURRENT}/functions", current("g", memorySize=65600, gpuConfig={"gpuType": "fc.gpu.ada.1"}), "MemorySize is set to an invalid value (allowed: 128-65536, actual: '65600')"),
    ],
)
def test_what_does_not_go_together_is_refused(demo, method, path, body, text):
    assert refusal(send(demo, method, path, body)) == (400, "InvalidArgument", text)


@pytest.mark.parametrize(
    "method, path, body, shown",
    [
        sound("C2", "2016-08-15, cpu with diskSize", "taken", "PUT", f"{FUNCTIONS}/f", {"cpu": 1, "diskSize": 512}, {"cpu": 1, "diskSize": 512}),
        sound("C2", "2023-03-30, cpu without diskSize", "taken", "PUT", f"{CURRENT}/functions/f", {"cpu": 0.5}, {"cpu": 0.5, "diskSize": 512}),
        sound("C2", "diskSize 0, 2016-08-15", "512", "PUT", f"{FUNCTIONS}/f", {"diskSize": 0}, {"diskSize": 512}),
        sound("C2", "diskSize 0, 2023-03-30", "512", "PUT", f"{CURRENT}/functions/f", {"diskSize": 0}, {"diskSize": 512}),
        sound("C2", "memorySize 65536 on fc.gpu.ada.1, 2023-03-30", "taken", "POST", f"{CURRENT}/functions", current("g", memorySize=65536, cpu=16, gpuConfig={"gpuType": "fc.gpu.ada.1"}), {"memorySize": 65536}),
        sound("C2", "memorySize 65536 on fc.gpu.ada.1, 2016-08-15", "taken", "PUT", f"{FUNCTIONS}/f", {"memorySize": 65536, "instanceType": "fc.gpu.ada.1"}, {"memorySize": 65536}),
        sound("C2", "CRON_TZ=Asia/Shanghai", "taken", "POST", f"{FUNCTIONS}/f/triggers", {**TIMER, "triggerConfig": {"cronExpression": "CRON_TZ=Asia/Shanghai 0 0 4 * * *"}}, {"triggerType": "timer"}),
        sound("C2", "a certificate in PEM", "taken", "POST", f"{CLASSIC}/custom-domains", certificate(), {"protocol": "HTTPS"}),
        sound("C2", "a service with role and VPC and NAS", "taken", "PUT", f"{SERVICES}/demo", {"role": ROLE, "vpcConfig": VPC, "nasConfig": {"mountPoints": [MOUNT]}}, {"role": ROLE}),
        sound("C2", "a service with VPC and the role in it", "taken", "PUT", f"{SERVICES}/demo", {"vpcConfig": {**VPC, "role": ROLE}}, {"role": ""}),
        sound("C2", "a function of 2023-03-30 with VPC, no role", "taken", "PUT", f"{CURRENT}/functions/f", {"vpcConfig": VPC, "nasConfig": {"mountPoints": [MOUNT]}}, {"role": ""}),
        sound("C2", "environmentVariables {A: 1, B: true, C: 1.5}", "texts", "PUT", f"{FUNCTIONS}/f", {"environmentVariables": {"A": 1, "B": True, "C": 1.5}}, {"environmentVariables": {"A": "1", "B": "true", "C": "1.5"}}),
    ],
)
def test_what_goes_together_is_taken(demo, method, path, body, shown):
    reply = send(demo, method, path, body)
    assert reply.status in (200, 201), reply.body
    assert {name: reply.json().get(name) for name in shown} == shown


def test_memory_beyond_the_usual_needs_the_card(demo):
    path = f"{CURRENT}/functions/f"
    text = "MemorySize is set to an invalid value (allowed: 128-32768, actual: '65536')"
    assert refusal(send(demo, "PUT", path, {"memorySize": 65536, "cpu": 16})) == (400, "InvalidArgument", text)
    assert send(demo, "PUT", path, {"memorySize": 65536, "cpu": 16, "gpuConfig": {"gpuType": "fc.gpu.ada.1"}}).status == 200
    assert send(demo, "PUT", path, {"memorySize": 65472}).status == 200
    tesla = {"gpuConfig": {"gpuType": "fc.gpu.tesla.1"}}
    text = text.replace("65536", "65472")
    assert refusal(send(demo, "PUT", path, tesla)) == (400, "InvalidArgument", text)


# ---- zones of place ----


def zones(running, region):
    host = f"16530750.{region}.fc.aliyuncs.com"
    return send(running, "GET", f"{CLASSIC}/account-settings", host=host).json()["availableAZs"]


@pytest.mark.parametrize(
    "region, zone",
    [
        sound("C3", f"GetAccountSettings in {region}", zone, region, zone)
        for region, zone in (
            ("cn-hangzhou", "cn-hangzhou-h"),
            ("ap-southeast-1", "ap-southeast-1a"),
            ("eu-central-1", "eu-central-1a"),
            ("cn-hongkong", "cn-hongkong-c"),
        )
    ],
)
def test_a_region_has_the_zones_it_has(demo, region, zone):
    assert zones(demo, region) == [zone]


@pytest.mark.sound("C3", "zones: [cn-hangzhou-g, cn-hangzhou-j]", "those, in that region alone")
def test_zones_are_a_setting(daemon):
    running = daemon(config="zones: [cn-hangzhou-g, cn-hangzhou-j]\n")
    assert zones(running, "cn-hangzhou") == ["cn-hangzhou-g", "cn-hangzhou-j"]
    assert zones(running, "cn-shanghai") == ["cn-shanghai-b"]
