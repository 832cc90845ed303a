"""What the tests share: where the daemon is, a row in the table client x method x result, and names that lead to the daemon."""

import contextlib
import json
import logging
import os
import socket
import unittest

PORT = int(os.environ["FCEMU_PORT"])
CA = os.environ["FCEMU_CA"]
DOCUMENTED = json.loads(os.environ["FCEMU_DOCUMENTED"])
ACCOUNT, REGION = "16530750", "cn-shanghai"
NAME = f"{ACCOUNT}.{REGION}.fc.aliyuncs.com"

logging.disable(logging.CRITICAL)  # the clients log every error they are made to meet
os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = CA

_getaddrinfo = socket.getaddrinfo


def _lead_to_the_daemon(host, port, *args, **kwargs):
    """Every *.aliyuncs.com name is the daemon, whatever the port: a hosts entry and listeners on 80 and 443 would do the same."""
    if isinstance(host, str) and host.endswith(".aliyuncs.com"):
        host, port = "127.0.0.1", PORT
    return _getaddrinfo(host, port, *args, **kwargs)


socket.getaddrinfo = _lead_to_the_daemon


@contextlib.contextmanager
def way(name):
    """What to connect to: (protocol, host), while the names lead to the daemon as WAYS says."""
    protocol, host, proxied = WAYS[name]
    before = dict(os.environ)
    try:
        if proxied:  # the variables are all that leads here
            os.environ.update(json.loads(os.environ["FCEMU_ENV"]))
            socket.getaddrinfo = _getaddrinfo
        yield protocol, host
    finally:
        os.environ.clear()
        os.environ.update(before)
        socket.getaddrinfo = _lead_to_the_daemon


WAYS = {
    "by endpoint": ("http", f"127.0.0.1:{PORT}", False),
    "by name": ("http", NAME, False),
    "by name over HTTPS": ("https", NAME, False),
    "through the proxy": ("http", NAME, True),
    "through the proxy over HTTPS": ("https", NAME, True),
}


def note(client, method, result, why=""):
    """Append a row: result is "ok", "expected CODE" with the reason, or what went wrong."""
    with open(os.environ["FCEMU_RESULTS"], "a", encoding="utf-8") as out:
        out.write(json.dumps({"client": client, "method": method, "result": result, "note": why}) + "\n")


class Rows(unittest.TestCase):
    client = ""

    def row(self, method, body):
        """Run one subtest and note how it went."""
        with self.subTest(method):
            result = "ok"
            try:
                body()
            except BaseException as error:
                result = f"{type(error).__name__}: {error}".splitlines()[0]
                raise
            finally:
                note(self.client, method, result)

    def told(self, method, outcome):
        """Note how a method went over all steps of a story; a refusal in every one of them is not "ok"."""
        with self.subTest(method):
            result = outcome["wrong"][0] if outcome["wrong"] else "ok" if None in outcome["errors"] else f"expected {outcome['errors'][0]}"
            note(self.client, method, result, outcome["why"])
            self.assertEqual(outcome["wrong"], [])
