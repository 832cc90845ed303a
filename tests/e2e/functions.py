"""Functions with code: packed, created, called. Used by the tests of invocation."""

import base64
import io
import json
import zipfile

SERVICES = "/2016-08-15/services"


def packed(files):
    """A ZIP of name → text; names that end in "*" are executable."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name.rstrip("*"))
            info.create_system, info.external_attr = 3, (0o100755 if name.endswith("*") else 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


class Functions:
    """Creates functions of one service and calls them."""

    def __init__(self, running, service="demo"):
        self.running, self.service, self.count = running, service, 0
        reply = running.call("POST", SERVICES, json.dumps({"serviceName": service}))
        assert reply.status == 200, reply.body

    def create(self, runtime, files, handler="index.handler", **members):
        self.count += 1
        name = members.pop("functionName", f"f{self.count}")
        code = {"zipFile": base64.b64encode(packed(files)).decode()}
        body = {"functionName": name, "runtime": runtime, "handler": handler, "code": code, **members}
        reply = self.running.call("POST", f"{SERVICES}/{self.service}/functions", json.dumps(body))
        assert reply.status == 200, reply.body
        return name

    def update(self, name, **members):
        if "files" in members:
            members["code"] = {"zipFile": base64.b64encode(packed(members.pop("files"))).decode()}
        reply = self.running.call("PUT", f"{SERVICES}/{self.service}/functions/{name}", json.dumps(members))
        assert reply.status == 200, reply.body

    def trigger(self, name, methods=("GET", "POST", "HEAD"), kind="anonymous"):
        body = {"triggerName": "http", "triggerType": "http", "triggerConfig": {"authType": kind, "methods": list(methods)}}
        reply = self.running.call("POST", f"{SERVICES}/{self.service}/functions/{name}/triggers", json.dumps(body))
        assert reply.status == 200, reply.body

    def call(self, name, event=b"", headers=None, **options):
        return self.running.invoke(name, event, {"X-Fc-Log-Type": "Tail", **(headers or {})}, service=self.service, **options)


def log_of(reply):
    return base64.b64decode(reply.headers["X-Fc-Log-Result"]).decode()


def error_of(reply):
    """A function error as the API path answers it: 200, its type, its JSON."""
    assert reply.status == 200, (reply.status, reply.body)
    return reply.headers["X-Fc-Error-Type"], json.loads(reply.body)
