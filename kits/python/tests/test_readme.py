"""The example of the README, run as it stands."""

import pathlib
import re

import pytest

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"

SHOP = '''
import json

from alibabacloud_fc20230330.models import InvokeFunctionRequest


def pay(client):
    for attempt in range(4):
        try:
            return json.loads(client.invoke_function("pay", InvokeFunctionRequest(body=b"{}")).body.read() or "null")
        except Exception as problem:
            refused = problem
            if "ConnectionError" in repr(problem) or "Connection aborted" in str(problem):  # done or not, who knows
                return None
    raise refused
'''


def test_the_example_passes(project):
    pytest.importorskip("alibabacloud_fc20230330")
    (example,) = re.findall(r"```python\n# test_payments.py\n(.*?)```", README.read_text(), re.S)
    project.write("test_payments.py", example)
    project.write("shop.py", SHOP)
    (project.folder / "functions" / "pay").mkdir(parents=True)
    project.write("functions/pay/index.py", "def handler(event, context): return '{}'\n")
    assert "3 passed" in project.run("-q")
