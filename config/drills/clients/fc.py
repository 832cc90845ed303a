"""A client in a few lines, for the drills: one call on a connection of its own, led here by FCEMU_ADDRESS."""

import http.client
import os

ACCOUNT = "16530750"


def invoke(function, body="{}", region="cn-shanghai", timeout=10, key="LTAI-any", asynchronous=False):
    """Status, headers and body. OSError or http.client.HTTPException when there is no whole answer."""
    connection = http.client.HTTPConnection(os.environ["FCEMU_ADDRESS"], timeout=timeout)
    headers = {"Host": f"{ACCOUNT}.{region}.fc.aliyuncs.com", "Authorization": f"FC {key}:none"}
    if asynchronous:
        headers["X-Fc-Invocation-Type"] = "Async"
    try:
        connection.request("POST", f"/2016-08-15/services/demo/functions/{function}/invocations", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
