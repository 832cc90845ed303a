"""A program with the classic client and one call, for `fcemu react`: it says what it saw, and ends with 1 when it saw an error."""

import os
import sys

import fc2

client = fc2.Client(endpoint="http://16530750.cn-shanghai.fc.aliyuncs.com", accessKeyID="LTAI-test", accessKeySecret="secret", Timeout=60)
assert os.environ["FCEMU_ADDRESS"], "led by the environment"
try:
    if sys.argv[1] == "invoke":
        client.invoke_function("demo", "pay", payload=b"{}")
    else:
        client.list_services()
except Exception as error:  # whatever it is, it is what the program sees
    print(type(error).__name__, getattr(error, "err_code", ""), error)
    sys.exit(1)
