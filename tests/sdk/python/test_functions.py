"""A function made from a package, run: its result, its log and what it cost; and asynchronously, under an id of the caller's."""

import base64
import io
import pathlib
import re
import unittest

import fc2
from alibabacloud_fc20230330 import models as models_2023
from alibabacloud_fc20230330.client import Client as Client2023
from alibabacloud_fc_open20210406 import models as models_2021
from alibabacloud_fc_open20210406.client import Client as Client2021
from alibabacloud_tea_openapi import models as open_api
from alibabacloud_tea_util.models import RuntimeOptions

from results import PORT, Rows

HELLO = pathlib.Path(__file__).parents[1] / "hello.zip"
ZIP = base64.b64encode(HELLO.read_bytes()).decode()
ON_THE_WAY = {"Enqueued", "Dequeued", "Running"}


class Functions(Rows):
    def ran(self, headers, memory):
        """What every answer of a function that was asked for its log has."""
        headers = {name.lower(): value for name, value in headers.items()}
        self.assertRegex(headers["x-fc-invocation-duration"], r"^\d+$")
        self.assertRegex(headers["x-fc-max-memory-usage"], r"^\d+\.\d\d$")
        self.assertNotIn("x-fc-error-type", headers)
        log = base64.b64decode(headers["x-fc-log-result"]).decode()
        self.assertIn(f"FC Invoke Start RequestId: {headers['x-fc-request-id']}\n", log)
        self.assertIn("called with event", log)
        self.assertTrue(re.search(rf"Billed Duration: \d+ ms, Memory Size: {memory} MB, Max Memory Used: \d+\.\d\d MB$", log), log)

    def succeeds(self, ask):
        while (status := ask()) != "Succeeded":
            self.assertIn(status, ON_THE_WAY)


class Older(Functions):
    client = "aliyun-fc2"

    def test_a_function(self):
        self.row("a function: created, invoked with its log, asynchronously", self.live)

    def live(self):
        client = fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID="LTAI-test", accessKeySecret="secret")
        client.create_service("runs")
        client.create_function("runs", "f", "python3", "index.handler", codeZipFile=str(HELLO), memorySize=128)
        answer = client.invoke_function("runs", "f", b"event", headers={"x-fc-log-type": "Tail"})
        self.assertEqual(answer.data, b"hello from f")
        self.ran(answer.headers, 128)
        client.put_function_async_invoke_config("runs", "LATEST", "f", {"statefulInvocation": True})
        accepted = client.invoke_function(
            "runs", "f", b"event", headers={"x-fc-invocation-type": "Async", "x-fc-stateful-async-invocation-id": "mine"})
        self.assertEqual(accepted.headers["X-Fc-Stateful-Async-Invocation-Id"], "mine")
        newer = Client2021(config())
        self.succeeds(lambda: newer.get_stateful_async_invocation(
            "runs", "f", "mine", models_2021.GetStatefulAsyncInvocationRequest()).body.status)
        client.delete_function("runs", "f")
        client.delete_service("runs")

    def test_a_shell(self):
        self.row("a shell in an instance", self.shell)

    def shell(self):
        client = fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID="LTAI-test", accessKeySecret="secret")
        client.create_service("shells")
        client.create_function("shells", "f", "python3", "index.handler", codeZipFile=str(HELLO), memorySize=128)
        client.invoke_function("shells", "f", b"event")
        instance = client.list_instances("shells", "LATEST", "f").data["instances"][0]["instanceId"]
        out, err, problems = [], [], []
        command = ["/bin/sh", "-c", 'read line; echo "got $line in $FC_FUNCTION_NAME"; echo wrong >&2']
        client.instance_exec(
            "shells", "LATEST", "f", instance, {"command": command, "stdin": "true", "stdout": "true", "stderr": "true", "tty": "false"},
            {"on_open": lambda shell: shell.send("words\n"), "on_stdout": lambda _, text: out.append(text),
             "on_stderr": lambda _, text: err.append(text), "on_error": lambda _, error: problems.append(error)}).start()
        self.assertEqual(("".join(out), "".join(err)), ("got words in f\n", "wrong\n"), problems)
        client.delete_function("shells", "f")
        client.delete_service("shells")


def config():
    return open_api.Config(
        access_key_id="LTAI-test", access_key_secret="secret", region_id="cn-shanghai", endpoint=f"127.0.0.1:{PORT}", protocol="http")


class Newer(Functions):
    client = "alibabacloud_fc20230330"

    def test_a_function(self):
        self.row("a function: created, invoked with its log, asynchronously", self.live)

    def live(self):
        client = Client2023(config())
        code = models_2023.InputCodeLocation(zip_file=ZIP)
        client.create_function(models_2023.CreateFunctionRequest(body=models_2023.CreateFunctionInput(
            function_name="runs", runtime="nodejs18", handler="index.handler", memory_size=512, cpu=0.5, code=code)))
        answer = self.invoke(client, x_fc_log_type="Tail")
        self.assertEqual(answer.body.read(), b"hello from runs")
        self.ran(answer.headers, 512)
        client.put_async_invoke_config("runs", models_2023.PutAsyncInvokeConfigRequest(body=models_2023.PutAsyncInvokeConfigInput(async_task=True)))
        accepted = self.invoke(client, x_fc_invocation_type="Async", x_fc_async_task_id="mine")
        self.assertEqual({name.lower(): value for name, value in accepted.headers.items()}["x-fc-async-task-id"], "mine")
        self.succeeds(lambda: client.get_async_task("runs", "mine", models_2023.GetAsyncTaskRequest()).body.status)
        client.delete_function("runs")

    def invoke(self, client, **headers):
        request = models_2023.InvokeFunctionRequest(body=io.BytesIO(b"event"))
        return client.invoke_function_with_options("runs", request, models_2023.InvokeFunctionHeaders(**headers), RuntimeOptions())


del Functions  # the rows are those of its children


if __name__ == "__main__":
    unittest.main()
