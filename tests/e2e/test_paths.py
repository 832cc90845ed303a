"""Paths, methods and API dates that do not exist each get their documented error, and nothing is decoded twice."""

import time

import pytest


def error_of(reply):
    return reply.status, reply.json()["ErrorCode"]


def test_unknown_path(packs):
    reply = packs.call("GET", "/2016-08-15/sevices")

    assert error_of(reply) == (400, "PathNotSupported")
    assert "'/2016-08-15/sevices' against 'GET' is not supported" in reply.json()["ErrorMessage"]


def test_wrong_method(packs):
    reply = packs.call("PATCH", "/2016-08-15/services")

    assert error_of(reply) == (400, "PathNotSupported")
    assert "'PATCH'" in reply.json()["ErrorMessage"]


def test_unknown_api_date(packs):
    assert error_of(packs.call("GET", "/2015-01-01/services"))[0] == 400


@pytest.mark.parametrize("path, function", [("a%2Fb", "a/b"), ("a%252Fb", "a%2Fb"), ("%E5%87%BD%E6%95%B0", "函数")])
def test_percent_decoding_happens_once(packs, path, function):
    packs.call("GET", f"/2016-08-15/services/demo/functions/{path}", headers={"X-Fcemu-Label": f"decode-{function.encode().hex()}"})
    (entry,) = packs.requests(f"&label=decode-{function.encode().hex()}")

    assert entry["function"] == function


def test_what_nobody_deployed_is_not_found(packs):
    reply = packs.invoke("nobody-deployed-this")

    assert reply.status == 404
    assert reply.json()["ErrorCode"] in ("ServiceNotFound", "FunctionNotFound")


def test_body_over_the_limit_is_refused(daemon):
    running = daemon(arguments=["--limits", "2020"])
    limit = 6 * 1024 * 1024

    assert error_of(running.invoke("f", b"x" * (limit + 1))) == (400, "EntityTooLarge")
    assert error_of(running.invoke("f", b"x" * limit))[0] == 404


def test_request_id_of_2023_carries_the_time(daemon):
    reply = daemon().call("GET", "/2023-03-30/functions/none")
    seconds = int(reply.json()["RequestId"].split("-")[1], 16)
    assert abs(seconds - time.time()) < 600
