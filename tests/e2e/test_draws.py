"""The draws that explain shows are those of the published formula, computed here without any code of the daemon."""

import struct

import pytest

MASK = (1 << 64) - 1
DOMAIN = 0x66636D6564726177

RULES = """
version: 1
seed: %d
rules:
  - id: plain
    match: {function: a}
    when: {probability: 50%%}
    do: {error: ResourceThrottled}
  - id: per-label
    match: {function: b}
    when: {per: [label], probability: 30%%}
    do: {error: ResourceThrottled}
  - id: growing
    match: {function: c}
    when: {per: [function, label], ramp: {from: 40%%, to: 60%%, over: 1h}}
    do: {error: ResourceThrottled}
"""


def rotate(x, bits):
    return (x << bits | x >> (64 - bits)) & MASK


def sip_round(a, b, c, d):
    a = (a + b) & MASK
    b = rotate(b, 13) ^ a
    a = rotate(a, 32)
    c = (c + d) & MASK
    d = rotate(d, 16) ^ c
    a = (a + d) & MASK
    d = rotate(d, 21) ^ a
    c = (c + b) & MASK
    b = rotate(b, 17) ^ c
    return a, b, rotate(c, 32), d


def siphash(k0, k1, message):
    """SipHash-2-4 of Aumasson and Bernstein."""
    v = (k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573)
    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v = (v[0], v[1], v[2], v[3] ^ word)
        v = sip_round(*sip_round(*v))
        v = (v[0] ^ word, v[1], v[2], v[3])
    v = (v[0], v[1], v[2] ^ 0xFF, v[3])
    for _ in range(4):
        v = sip_round(*v)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def draw(seed, rule, key, purpose, n):
    parts = b"".join(struct.pack("<Q", len(part.encode())) + part.encode() for part in (rule, key, purpose))
    return (siphash(seed, DOMAIN, parts + struct.pack("<Q", n)) >> 11) / 2**53


def test_the_function_here_is_siphash():
    """The last vector but one of the paper: key 00 01 … 0f, message 00 01 … 0e."""
    k0, k1 = struct.unpack("<QQ", bytes(range(16)))

    assert siphash(k0, k1, bytes(range(15))) == 0xA129CA6149BE45E5


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_draws_are_those_of_the_formula(daemon, seed):
    running = daemon(rules=RULES % seed)
    told = []
    for function in "abc":
        for label in ("one", "two", "one", "one", "two"):
            reply = running.invoke(function, headers={"X-Fcemu-Label": label})
            rules = running.admin("POST", "faults/explain", {"request_id": reply.headers["X-Fc-Request-Id"]}).json()["rules"]
            (rule,) = (rule for rule in rules if rule["gate"] in ("chance", "fired"))
            told.append(rule)
            assert rule["draw"] == draw(seed, rule["rule"], rule["key"], "gate", rule["n"])
            assert (reply.status == 503) == (rule["draw"] < rule["threshold"])
    assert [rule["n"] for rule in told] == [1, 2, 3, 4, 5, 1, 1, 2, 3, 2, 1, 1, 2, 3, 2]
