"""Charges orders by a function. Throttling is waited out; what may have been done is not repeated."""

import json
import time

from alibabacloud_fc20230330.models import InvokeFunctionRequest

ATTEMPTS = 4
WORTH_A_RETRY = ("ResourceExhausted", "ResourceThrottled")


class Unknown(Exception):
    """The answer was lost: nobody knows whether the order is charged. Look before it is charged again."""


def charge(client, order, pause=0.2):
    for attempt in range(ATTEMPTS):
        try:
            answer = client.invoke_function("charge", InvokeFunctionRequest(body=json.dumps({"order": order}).encode()))
            return json.loads(answer.body.read())
        except Exception as problem:
            code = getattr(problem, "code", None)
            if code not in WORTH_A_RETRY:
                raise Unknown(order) from problem
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(pause * 2**attempt)
