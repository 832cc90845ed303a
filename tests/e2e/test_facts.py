"""The facts of a call: what the journal shows of one can be asked for, and is described."""

import urllib.parse

import pytest

from fcemu import Daemon, invocation

FACTS = ("client client_port connection connection_call tls host account region internal method path service function qualifier trigger "
         "layer domain access_key sts canned caller caller_instance user_agent label").split()


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("facts")).start()
    daemon.call("POST", invocation("f", "s.prod"), b"", {"User-Agent": "me/1", "X-Fcemu-Label": "l", "Authorization": "FC LTAI-a:x"})
    yield daemon
    daemon.stop()


def asked(running, name, value):
    return len(running.requests(f"&{name}={urllib.parse.quote(value)}"))


@pytest.mark.parametrize("name", FACTS)
def test_each_fact_is_shown_asked_for_and_described(running, name):
    (entry,) = running.requests()
    value = entry.get(name)

    if isinstance(value, bool) or value is None and name in ("sts", "tls", "internal"):
        assert asked(running, name, str(bool(value)).lower()) == 1 and asked(running, name, str(not value).lower()) == 0
    elif isinstance(value, int):
        assert asked(running, name, str(value)) == 1 and asked(running, name, f">{value}") == 0
    else:
        assert asked(running, name, value or "") == 1 and asked(running, name, f"!{value or ''}") == 0
    told = running.admin("GET", "openapi.json").json()
    assert name in told["components"]["schemas"]["Request"]["properties"]
    assert name in [parameter["name"] for parameter in told["paths"]["/_fcemu/requests"]["get"]["parameters"]]


MATCHED = {"host": "no.such", "account": "99", "region": "cn-hangzhou", "method": "DELETE", "path": "/no", "service": "no", "function": "no",
           "qualifier": "no", "trigger": "no", "layer": "no", "domain": "no", "access_key": "no", "sts": True, "label": "no", "connection_call": 9}


@pytest.fixture(scope="module")
def struck(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("matched")).start()
    yield daemon
    daemon.stop()


@pytest.mark.parametrize("name", MATCHED)
def test_a_matched_fact_is_a_key_of_match_and_explains_itself(struck, name):
    """A rule that wants another value does not strike; why not is told by the name of the fact."""
    schema = struck.admin("GET", "faults/schema.json").json()
    rule = {"id": "wants", "match": {name: MATCHED[name]}, "do": {"error": "ResourceThrottled"}}

    assert name in schema["$defs"]["match"]["properties"]
    struck.admin("POST", "faults/rules", rule)
    answer = struck.call("POST", invocation("f", "s.prod"), b"", {"Authorization": "FC LTAI-a:x"})
    told = {rule["rule"]: rule for rule in struck.admin("POST", "faults/explain", {"request_id": answer.headers["X-Fc-Request-Id"]}).json()["rules"]}["wants"]
    struck.admin("DELETE", "faults/rules/wants")
    assert "X-Fcemu-Fault" not in answer.headers and told["key_of_match"] == name


def test_what_this_call_has(running):
    (entry,) = running.requests()

    assert {name: entry[name] for name in ("service", "function", "qualifier", "user_agent", "label", "access_key")} == {
        "service": "s", "function": "f", "qualifier": "prod", "user_agent": "me/1", "label": "l", "access_key": "LTAI-a",
    }
    assert (entry["tls"], entry["connection_call"], entry["path"]) == (False, 1, invocation("f", "s.prod"))
