"""Deploys a function and calls it by the service's real host name over HTTPS, verified. How the name leads to fcemu is none of its business: a
proxy of the environment or the resolver of the container."""

import base64
import io
import json
import os
import urllib.request
import zipfile

WAY = os.environ["WAY"]
HOST = "16530750.cn-shanghai.fc.aliyuncs.com"
CODE = "def handler(event, context):\n    return 'served ' + event.decode()\n"


def packed():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", CODE)
    return base64.b64encode(out.getvalue()).decode()


def call(path, body):
    request = urllib.request.Request(f"https://{HOST}/2023-03-30{path}", data=body, headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


name = f"of-{WAY}"
call("/functions", json.dumps({"functionName": name, "runtime": "python3.10", "handler": "index.handler", "code": {"zipFile": packed()}}).encode())
print(f"by {WAY}: {call(f'/functions/{name}/invocations', b'event')}")
