"""What the copied test tests: a call that waits throttling out."""

import time

from alibabacloud_fc20230330.models import InvokeFunctionRequest


def call(client, payload):
    for attempt in range(4):
        try:
            return client.invoke_function("pay", InvokeFunctionRequest(body=payload.encode())).body.read()
        except Exception as problem:
            if attempt == 3 or getattr(problem, "code", None) != "ResourceThrottled":
                raise
            time.sleep(0.01)
