"""`fcemu hosts` prints lines for /etc/hosts whose every name the daemon takes for what it says."""

import json

import pytest

from fcemu import fcemu


def lines(*arguments, **options):
    done = fcemu("hosts", *arguments, **options)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def names(*arguments, **options):
    return {name for line in lines(*arguments, **options) for name in line[1:]}


def test_every_documented_region_has_its_endpoints():
    regions = [row["region"] for row in json.loads(fcemu("regions", "--json").stdout)]
    told = names("--account", "16530750")

    for region in regions:
        assert {f"16530750.{region}.fc.aliyuncs.com", f"16530750.{region}-internal.fc.aliyuncs.com", f"oss-{region}.aliyuncs.com"} <= told
        assert {f"{region}.fc.aliyuncs.com", f"fcv3.{region}.aliyuncs.com", f"sts.{region}.aliyuncs.com", f"{region}.log.aliyuncs.com"} <= told
    assert {"oss.aliyuncs.com", "sts.aliyuncs.com", "ram.aliyuncs.com"} <= told


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "::1"])
def test_each_line_begins_with_the_address(address):
    assert {line[0] for line in lines(address)} == {address}
    assert {row["address"] for row in json.loads(fcemu("hosts", address, "--json").stdout)} == {address}


def test_without_an_address_it_is_this_machine():
    assert {line[0] for line in lines()} == {"127.0.0.1"}


def test_regions_and_accounts_limit_it():
    told = names("--region", "cn-shanghai", "--region", "cn-beijing", "--account", "1", "--account", "2")

    assert {name for name in told if name.startswith(("1.", "2."))} == {
        f"{account}.{region}{network}.fc.aliyuncs.com" for account in "12" for region in ("cn-shanghai", "cn-beijing") for network in ("", "-internal")
    }
    assert not [name for name in told if "hangzhou" in name]


def test_accounts_are_those_of_the_settings(tmp_path):
    config = tmp_path / "fcemu.yaml"
    config.write_text('account: "11"\nauth: {keys: [{id: k, secret: s, account: "22"}, {id: l, secret: s}], accounts: {"33": off}}\n', encoding="utf-8")
    given = names("--config", config, "--region", "cn-shanghai")

    assert {name.split(".")[0] for name in given if name.endswith("cn-shanghai.fc.aliyuncs.com") and name[0].isdigit()} == {"11", "22", "33"}
    assert names("--region", "cn-shanghai", extra={"FCEMU_CONFIG": str(config)}) == given


def test_json_says_whose_names_they_are():
    rows = json.loads(fcemu("hosts", "--region", "cn-shanghai", "--account", "7", "--json").stdout)

    assert rows[0] == {
        "address": "127.0.0.1", "region": "cn-shanghai", "account": "7", "names": ["7.cn-shanghai.fc.aliyuncs.com", "7.cn-shanghai-internal.fc.aliyuncs.com"],
    }
    assert [row.get("region") for row in rows] == ["cn-shanghai"] * 3 + [None]


def test_the_daemon_takes_each_name_for_an_emulated_one(daemon):
    running = daemon()
    told = sorted(names("--region", "cn-shanghai", "--account", "16530750"))
    for name in told:
        running.call("GET", "/2016-08-15/services", host=name)
    kept = {call["host"]: call for call in running.requests()}

    assert sorted(kept) == told
    for name, call in kept.items():
        # Neighbours have other calls than Function Compute, and say so.
        assert not call["near_miss"] or call["near_miss"].endswith(" is not emulated"), call
        assert call["region"] == "cn-shanghai" or "cn-shanghai" not in name, call
        assert call["account"] == "16530750" or not name.startswith("16530750."), call


@pytest.mark.parametrize(
    "arguments, hint",
    [
        (["localhost"], "'localhost' is no address such as 127.0.0.1 or ::1\n"),
        (["127.0.0.1:8252"], "'127.0.0.1:8252' is no address such as 127.0.0.1 or ::1; /etc/hosts knows no ports"),
        (["127.1"], "is no address"),
        (["--region", "cn-shangai"], "no region 'cn-shangai'; did you mean 'cn-shanghai'?"),
        (["--region", "nowhere-at-all"], "'fcemu regions' lists them"),
        (["--account", "me"], "'--account me' is no account id: digits"),
        (["--config", "/nonexistent/fcemu.yaml"], "/nonexistent/fcemu.yaml"),
    ],
)
def test_what_is_none_is_refused(arguments, hint):
    done = fcemu("hosts", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
