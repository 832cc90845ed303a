#!/usr/bin/env -S /usr/bin/python3 -B
"""full.py ADDRESS TOKEN ISOLATION: from outside the container, a function in each language and the control side."""

import base64
import io
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile

JAVA_API = pathlib.Path(__file__).resolve().parents[2] / "src" / "invoke" / "bootstrap" / "java" / "api"
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

JAVA = """
package demo;
import com.aliyun.fc.runtime.*;
import java.io.*;
public class App implements StreamRequestHandler {
    public void handleRequest(InputStream in, OutputStream out, Context context) throws IOException {
        byte[] event = new byte[100];
        out.write(("java11 " + new String(event, 0, in.read(event))).getBytes());
    }
}
"""

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


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return base64.b64encode(out.getvalue()).decode()


def compiled():
    """The class of JAVA, by a compiler of this machine: the image has none."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "App.java")
        source.write_text(JAVA, encoding="utf-8")
        subprocess.run(["javac", "--release", "8", "-nowarn", "-Xlint:-options", "-implicit:class", "-d", folder, "-sourcepath", JAVA_API, source], check=True)
        return {"demo/App.class": pathlib.Path(folder, "demo", "App.class").read_bytes()}


def samples():
    for runtime, (name, handler) in SOURCES.items():
        yield runtime, handler, {name: PLAIN[name]}
    if shutil.which("javac"):
        yield "java11", "demo.App::handleRequest", compiled()
    else:
        print("java11: left out, as no compiler for it is here")


def expect(what, got, wanted):
    assert got == wanted, f"{what}: {got}, wanted {wanted}"
    print(f"{what}: {got}")


def main():
    assert call("POST", "/2016-08-15/services", {"serviceName": "demo"})[0] == 200
    for runtime, handler, files in samples():
        function = runtime.replace(".", "-")
        status, body = call("POST", "/2016-08-15/services/demo/functions",
                            {"functionName": function, "runtime": runtime, "handler": handler, "code": {"zipFile": packed(files)}})
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
