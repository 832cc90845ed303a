"""A client asks for a function named raise-CODE and gets exactly the documented error, over HTTP and over HTTPS."""

import json
import re

import pytest

from fcemu import ACCOUNT, DOCUMENTED, HOST, fcemu


@pytest.fixture(scope="module", params=["http", "https"])
def tls(request, packs):
    return packs.ca() if request.param == "https" else None


@pytest.mark.parametrize("code, status", DOCUMENTED.items())
def test_code_is_raised_on_demand(packs, tls, code, status):
    reply = packs.invoke(f"raise-{code}", b"{}", tls=tls)

    assert reply.status == status
    assert reply.headers["Content-Type"].startswith("application/json")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", reply.headers["X-Fc-Request-Id"])
    assert int(reply.headers["Content-Length"]) == len(reply.body)
    body = reply.json()
    assert list(body) == ["ErrorCode", "ErrorMessage", "errorCode", "errorMessage"]
    assert body["ErrorCode"] == body["errorCode"] == code
    assert body["ErrorMessage"] == body["errorMessage"] != ""


def test_a_message_is_of_its_own_call(packs):
    """Whatever was answered before, and in whatever place."""
    for _ in range(2):
        for service in ("demo", "shop"):
            for region in ("cn-shanghai", "cn-hangzhou"):
                host = f"{ACCOUNT}.{region}.fc.aliyuncs.com"
                exhausted = packs.invoke("raise-ResourceExhausted", service=service, host=host).json()
                unknown = packs.invoke("raise-PathNotSupported", service=service, host=host).json()

                assert f"in {region} exceeds" in exhausted["ErrorMessage"]
                assert f"/services/{service}/" in unknown["ErrorMessage"]
    later = [packs.call("POST", "/2023-03-30/functions/raise-ResourceExhausted/invocations", b"") for _ in range(2)]
    assert len({reply.json()["RequestId"] for reply in later}) == 2
    assert all(reply.json()["RequestId"] == reply.headers["X-Fc-Request-Id"] for reply in later)


def test_body_is_compact(packs):
    body = packs.invoke("raise-ResourceExhausted").body

    assert body == json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()


def test_no_retry_after_unless_a_rule_says_so(packs):
    for code in ("ResourceExhausted", "ResourceThrottled"):
        assert packs.invoke(f"raise-{code}").headers["Retry-After"] is None


@pytest.mark.parametrize(
    "code, text",
    [
        ("MissingRequiredHeader", "required HTTP header Date was not specified"),
        ("SignatureNotMatch", "The request signature we calculated does not match the signature you provided."),
        ("PathNotSupported", "'/2016-08-15/services/demo/functions/raise-PathNotSupported/invocations' against 'POST' is not supported"),
        ("EntityTooLarge", "(6291456 bytes)"),
    ],
)
def test_texts_that_clients_compare(packs, code, text):
    assert text in packs.invoke(f"raise-{code}").json()["ErrorMessage"]


def test_any_operation_on_such_a_function_meets_it(packs):
    reply = packs.call("GET", "/2016-08-15/services/demo/functions/raise-AccessDenied")

    assert (reply.status, reply.json()["ErrorCode"]) == (403, "AccessDenied")


def test_2023_spelling(packs):
    reply = packs.call("POST", "/2023-03-30/functions/raise-ResourceExhausted/invocations")

    assert reply.status == 429
    assert reply.json()["Code"] == "ResourceExhausted"
    assert {"Message", "RequestId"} <= set(reply.json())
    assert "ErrorCode" not in reply.json()


def test_journal_names_the_rule(packs):
    reply = packs.invoke("raise-InternalServerError", headers={"X-Fcemu-Label": "journal-names-the-rule"})
    (entry,) = packs.requests("&label=journal-names-the-rule")

    assert entry["request_id"] == reply.headers["X-Fc-Request-Id"]
    assert entry["rule"] == "raise-internal-server-error"
    assert (entry["status"], entry["code"]) == (500, "InternalServerError")
    assert (entry["operation"], entry["service"], entry["function"]) == ("InvokeFunction", "demo", "raise-InternalServerError")
    assert entry["host"] == HOST


def test_every_code_is_explained_in_two_languages():
    for code, status in DOCUMENTED.items():
        english, chinese = fcemu("errors", code, "--lang", "en").stdout, fcemu("errors", code, "--lang", "zh").stdout
        assert code in english and str(status) in english
        assert code in chinese and str(status) in chinese
        assert re.search(r"[\u4e00-\u9fff]", chinese), chinese
        assert not re.search(r"[\u4e00-\u9fff]", english), english
