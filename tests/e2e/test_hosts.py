"""The 15 regions of the reference of 2020-08-27, public and internal, each with two accounts, are told apart by the Host header."""

import pytest

from fcemu import fcemu

REGIONS = """cn-hangzhou cn-shanghai cn-qingdao cn-beijing cn-zhangjiakou cn-huhehaote cn-shenzhen cn-hongkong ap-northeast-1
ap-southeast-1 ap-southeast-2 ap-south-1 eu-central-1 us-east-1 us-west-1""".split()
ACCOUNTS = ["16530750", "1986114430573743"]
PATH = "/2016-08-15/services/demo/functions/raise-ResourceThrottled"


def last_entry(packs, label):
    return packs.requests(f"&label={label}")[-1]


@pytest.mark.parametrize("internal", [False, True], ids=["public", "internal"])
@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("region", REGIONS)
def test_host_is_routed(packs, region, account, internal):
    host = f"{account}.{region}{'-internal' if internal else ''}.fc.aliyuncs.com"
    reply = packs.call("GET", PATH, headers={"X-Fcemu-Label": host}, host=host)
    entry = last_entry(packs, host)

    assert reply.status == 503
    assert (entry["account"], entry["region"], entry["internal"]) == (account, region, internal)
    assert entry["host"] == host


def test_port_and_case_of_the_host_do_not_matter(packs):
    packs.call("GET", PATH, headers={"X-Fcemu-Label": "case"}, host="16530750.CN-Shanghai.FC.aliyuncs.com:8252")
    entry = last_entry(packs, "case")

    assert (entry["account"], entry["region"]) == ("16530750", "cn-shanghai")


def test_localhost_takes_the_account_from_its_header(packs):
    headers = {"X-Fc-Account-Id": "4711", "X-Fcemu-Label": "localhost"}
    packs.call("GET", PATH, headers=headers, host="localhost")
    entry = last_entry(packs, "localhost")

    assert (entry["account"], entry["region"]) == ("4711", "cn-hangzhou")


@pytest.mark.parametrize("front", ["16530750.extra", "accountid", "16530750x", ""])
def test_impossible_host_is_answered_clearly_and_noted(packs, front):
    reply = packs.call("GET", "/2016-08-15/services", headers={"X-Fcemu-Label": "impossible"}, host=f"{front}.cn-shanghai.fc.aliyuncs.com")

    assert reply.status == 400
    assert f"host '{front}.cn-shanghai.fc.aliyuncs.com'" in reply.json()["ErrorMessage"]
    assert last_entry(packs, "impossible")["near_miss"]


def test_unknown_host_is_answered_clearly_and_noted(packs):
    reply = packs.call("GET", "/2016-08-15/services", headers={"X-Fcemu-Label": "unknown"}, host="16530750.cn-shanghai.fc.aliyuncs.example")

    assert (reply.status, reply.json()["ErrorCode"]) == (404, "DomainNameNotFound")
    assert last_entry(packs, "unknown")["near_miss"]


def test_regions_are_listed():
    listed = fcemu("regions").stdout

    for region in REGIONS:
        assert region in listed


@pytest.mark.sound("C9", "Host: 1.cn-x-vpc-vpc.fc.aliyuncs.com", "400, no region ends in -vpc or -internal")
def test_a_region_never_ends_in_a_mark_of_the_inside(daemon):
    reply = daemon().call("GET", "/2016-08-15/services", host="1.cn-x-vpc-vpc.fc.aliyuncs.com")
    assert reply.status == 400, reply.body
    assert "'cn-x-vpc' in the host name cannot be a region id" in reply.json()["errorMessage"]
