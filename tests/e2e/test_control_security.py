"""A page of another origin can neither read nor change anything under /_fcemu/, and a wide listener wants its token."""

import json

import pytest

from fcemu import Daemon


def test_foreign_origin_is_refused(packs):
    for method, path in (("GET", "requests"), ("POST", "faults/stop"), ("POST", "reset")):
        reply = packs.admin(method, path, headers={"Origin": "https://evil.example"})
        assert reply.status == 403
        assert reply.headers["Access-Control-Allow-Origin"] is None


def test_foreign_host_is_refused(packs):
    """A name of the attacker that has been rebound to 127.0.0.1."""
    reply = packs.call("GET", "/_fcemu/requests", host="evil.example")

    assert reply.status in (400, 403, 404)
    assert b"request_id" not in reply.body


def test_own_origin_may(packs):
    origin = f"http://127.0.0.1:{packs.port}"

    assert packs.admin("GET", "requests", headers={"Origin": origin}).status == 200


def test_secrets_are_redacted(packs):
    packs.invoke("raise-AccessDenied", headers={"Authorization": "FC LTAI-secret-key:c2lnbmF0dXJl", "X-Fc-Security-Token": "very-secret", "X-Fcemu-Label": "redacted"})
    (entry,) = packs.requests("&label=redacted")
    full = packs.admin("GET", f"requests/{entry['request_id']}").body.decode()

    assert "c2lnbmF0dXJl" not in full
    assert "very-secret" not in full


def test_a_wide_listener_does_not_start_without_a_token(tmp_path):
    with pytest.raises(AssertionError, match="token"):
        Daemon(tmp_path, listen=("0.0.0.0:0",)).start()


def test_a_wide_listener_asks_for_its_token(daemon):
    running = daemon(listen=("0.0.0.0:0",), arguments=["--token", "open-sesame"])

    assert running.admin("GET", "requests").status == 401
    assert running.admin("GET", "requests", headers={"Authorization": "Bearer wrong"}).status == 401
    assert running.admin("GET", "requests", headers={"Authorization": "Bearer open-sesame"}).status == 200


def test_problems_are_problem_json(packs):
    reply = packs.admin("POST", "faults/check", b"version: 1\nrules: [{id: a, do: {error: Nonsense}}]\n", {"Content-Type": "application/yaml"})

    assert reply.status == 422
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    (error,) = json.loads(reply.body)["errors"]
    assert (error["code"], error["line"]) == ("F305", 2)
