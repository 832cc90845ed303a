#!/usr/bin/env -S /usr/bin/python3 -B
"""full.py ADDRESS TOKEN ISOLATION: from outside the container, a function in each language and the control side."""

import base64
import io
import json
import sys
import urllib.error
import urllib.request
import zipfile

SOURCES = {
    "python3": ("index.py", "index.handler"),
    "nodejs18": ("index.js", "index.handler"),
    "php7.2": ("index.php", "index.handler"),
}
PLAIN = {
    "index.py": "def handler(event, context):\n    return 'python3 ' + event.decode()\n",
    "index.js": "exports.handler = (event, context, callback) => callback(null, 'nodejs18 ' + event);\n",
    "index.php": "<?php\nfunction handler($event, $context) { return 'php7.2 ' . $event; }\n",
}

address, token, isolation = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def call(method, path, body=None, host="16530750.cn-shanghai.fc.aliyuncs.com", headers=None):
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{address}{path}", data=data, method=method, headers={"Host": host, **(headers or {})})
    try:
        with opener.open(request, timeout=120) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def packed(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, data)
    return base64.b64encode(out.getvalue()).decode()


def expect(what, got, wanted):
    assert got == wanted, f"{what}: {got}, wanted {wanted}"
    print(f"{what}: {got}")


def main():
    assert call("POST", "/2016-08-15/services", {"serviceName": "demo"})[0] == 200
    for runtime, (name, handler) in SOURCES.items():
        function = runtime.replace(".", "-")
        status, body = call("POST", "/2016-08-15/services/demo/functions",
                            {"functionName": function, "runtime": runtime, "handler": handler, "code": {"zipFile": packed(name, PLAIN[name])}})
        assert status == 200, body
        expect(runtime, call("POST", f"/2016-08-15/services/demo/functions/{function}/invocations", b"event"), (200, f"{runtime} event".encode()))
    health = json.loads(call("GET", "/_fcemu/health", host="localhost", headers={"Authorization": f"Bearer {token}"})[1])
    expect("isolation", health["functions"]["isolation"], isolation)
    expect("without the token", call("GET", "/_fcemu/requests", host="localhost")[0], 401)
    expect("with it", call("GET", "/_fcemu/requests", host="localhost", headers={"Authorization": f"Bearer {token}"})[0], 200)
    status, body = call("GET", "/_fcemu/ui/", host="localhost", headers={"Accept-Encoding": "gzip"})
    assert status == 200 and body[:2] == b"\x1f\x8b", (status, body[:100])
    assert call("GET", "/_fcemu/ca.pem", host="localhost")[1].startswith(b"-----BEGIN CERTIFICATE")


main()
