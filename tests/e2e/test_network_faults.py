"""What a network does to a call, seen from the other end of a real socket, over HTTP and over HTTPS."""

import http.client
import time

import pytest

from fcemu import HOST, invocation, read_to_end, request_bytes

BODY = b"0123456789abcdef" * 4


@pytest.fixture(scope="module", params=["http", "https"])
def tls(request, packs):
    return packs.ca() if request.param == "https" else None


def exchange(packs, tls, function):
    with packs.connect(tls) as sock:
        sock.sendall(request_bytes("POST", invocation(function), b"{}"))
        return read_to_end(sock)


def test_reset_before_the_answer(packs, tls):
    seen = exchange(packs, tls, "net-reset")

    assert (seen.data, seen.ending) == (b"", "reset")


def test_reset_inside_the_body(packs, tls):
    seen = exchange(packs, tls, "net-reset-body")

    assert seen.ending == "reset"
    assert BODY.startswith(seen.body) and len(seen.body) <= len(BODY) // 2


def test_close_is_an_empty_reply(packs, tls):
    seen = exchange(packs, tls, "net-close")

    assert (seen.data, seen.ending) == (b"", "fin")


def test_truncate_is_a_short_read(packs, tls):
    seen = exchange(packs, tls, "net-truncate")

    assert seen.header("Content-Length") == str(len(BODY))
    assert (seen.body, seen.ending) == (BODY[: len(BODY) // 2], "fin")


def test_truncate_in_the_words_of_a_client(packs, tls):
    with pytest.raises(http.client.IncompleteRead) as caught:
        packs.invoke("net-truncate", tls=tls)

    assert caught.value.partial == BODY[: len(BODY) // 2]


def test_length_promises_more_than_comes(packs, tls):
    seen = exchange(packs, tls, "net-length")

    assert seen.header("Content-Length") == str(len(BODY) + 100)
    assert (seen.body, seen.ending) == (BODY, "fin")


def test_raw_bytes_arrive_as_written(packs, tls):
    seen = exchange(packs, tls, "net-raw")

    assert seen.data == b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n"
    assert seen.ending == "fin"


def test_cut_json(packs, tls):
    reply = packs.invoke("net-corrupt", tls=tls)

    assert reply.status == 500
    assert reply.body.startswith(b'{"ErrorCode":')
    with pytest.raises(ValueError):
        reply.json()


def test_gateway_page(packs, tls):
    reply = packs.invoke("net-bad-gateway", tls=tls)

    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html")
    assert b"502 Bad Gateway" in reply.body


def test_drip_arrives_in_pieces(packs, tls):
    lengths, data, before = [], b"", time.monotonic()
    with packs.connect(tls) as sock:
        sock.sendall(request_bytes("POST", invocation("net-drip")))
        while not data.endswith(BODY):
            piece = sock.recv(65536)
            assert piece, data
            data += piece
            lengths.append(len(data.partition(b"\r\n\r\n")[2]))

    assert all(length % 8 == 0 for length in lengths)  # a slow reader may find several drops at once, never a part of one
    assert len(lengths) > 1
    assert time.monotonic() - before >= 7 * 0.05 - 0.00025


def test_stall_pauses_once(packs, tls):
    """A slow reader may find both halves at once; nobody finds another part, or the whole before the pause is over."""
    data, lengths, before = b"", set(), time.monotonic()
    with packs.connect(tls) as sock:
        sock.sendall(request_bytes("POST", invocation("net-stall")))
        while not data.endswith(BODY):
            piece = sock.recv(65536)
            assert piece, data
            data += piece
            lengths.add(len(data.partition(b"\r\n\r\n")[2]))

    assert lengths <= {0, len(BODY) // 2, len(BODY)}
    assert time.monotonic() - before >= 0.5 - 0.00025


def test_delay(packs, tls):
    before = time.monotonic()
    reply = packs.invoke("net-slow", tls=tls)

    assert (reply.status, reply.body) == (200, BODY)
    assert time.monotonic() - before >= 1.0


def test_the_daemon_serves_on_after_each(packs, tls):
    for function in ("net-reset", "net-close", "net-raw", "net-truncate", "net-length"):
        exchange(packs, tls, function)
        assert packs.invoke("raise-AccessDenied", tls=tls, host=HOST).status == 403
