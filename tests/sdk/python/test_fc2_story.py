"""Every public method of aliyun-fc2, in the order of a life: a service and all that hangs on it, made, read, changed, removed."""

import pathlib

import fc2

from results import ACCOUNT, PORT, WAYS, Rows, way

HELLO = str(pathlib.Path(__file__).parents[1] / "hello.zip")
ARN = f"acs:fc:cn-shanghai:{ACCOUNT}:services/python"
TIMER = {"payload": "p", "cronExpression": "@every 1h", "enable": False}
ROUTES = {"routes": [{"path": "/*", "serviceName": "python", "functionName": "f"}]}

# (method, arguments, keywords, a member of the answer and what it must be; None: nothing to see)
STORY = [
    ("create_service", ["python"], {"description": "first"}, ("serviceName", "python")),
    ("get_service", ["python"], {}, ("description", "first")),
    ("update_service", ["python"], {"description": "second"}, ("description", "second")),
    ("list_services", [], {"prefix": "pyt"}, ("services.0.serviceName", "python")),
    ("create_function", ["python", "f", "python3", "index.handler"], {"codeZipFile": HELLO}, ("functionName", "f")),
    ("get_function", ["python", "f"], {}, ("memorySize", 256)),
    ("get_function_code", ["python", "f"], {}, ("checksum", None)),
    ("update_function", ["python", "f"], {"memorySize": 512}, ("memorySize", 512)),
    ("list_functions", ["python"], {}, ("functions.0.functionName", "f")),
    ("publish_version", ["python"], {"description": "one"}, ("versionId", "1")),
    ("list_versions", ["python"], {}, ("versions.0.versionId", "1")),
    ("create_alias", ["python", "prod", "1"], {}, ("aliasName", "prod")),
    ("get_alias", ["python", "prod"], {}, ("versionId", "1")),
    ("update_alias", ["python", "prod", "1"], {"description": "changed"}, ("description", "changed")),
    ("list_aliases", ["python"], {}, ("aliases.0.aliasName", "prod")),
    ("create_trigger", ["python", "f", "t", "timer", TIMER, "", ""], {}, ("triggerName", "t")),
    ("get_trigger", ["python", "f", "t"], {}, ("triggerType", "timer")),
    ("update_trigger", ["python", "f", "t"], {"triggerConfig": {**TIMER, "payload": "q"}}, ("triggerConfig.payload", "q")),
    ("list_triggers", ["python", "f"], {}, ("triggers.0.triggerName", "t")),
    ("tag_resource", [ARN, {"team": "a"}], {}, None),
    ("get_resource_tags", [ARN], {}, ("tags.team", "a")),
    ("untag_resource", [ARN, ["team"]], {}, None),
    ("create_custom_domain", ["python.example.com"], {"protocol": "HTTP"}, ("domainName", "python.example.com")),
    ("get_custom_domain", ["python.example.com"], {}, ("protocol", "HTTP")),
    ("update_custom_domain", ["python.example.com"], {"protocol": "HTTP", "routeConfig": ROUTES}, ("routeConfig.routes.0.functionName", "f")),
    ("list_custom_domains", [], {"prefix": "python"}, ("customDomains.0.domainName", "python.example.com")),
    ("put_provision_config", ["python", "prod", "f", 1], {}, ("target", 1)),
    ("get_provision_config", ["python", "prod", "f"], {}, ("target", 1)),
    ("list_provision_configs", ["python", "prod"], {}, ("provisionConfigs.0.target", 1)),
    ("put_on_demand_config", ["python", "prod", "f", 5], {}, ("maximumInstanceCount", 5)),
    ("get_on_demand_config", ["python", "prod", "f"], {}, ("maximumInstanceCount", 5)),
    ("list_on_demand_config", [], {}, ("configs.0.maximumInstanceCount", 5)),
    ("delete_on_demand_config", ["python", "prod", "f"], {}, None),
    ("put_function_async_invoke_config", ["python", "prod", "f", {"maxAsyncRetryAttempts": 1}], {}, ("maxAsyncRetryAttempts", 1)),
    ("get_function_async_invoke_config", ["python", "prod", "f"], {}, ("maxAsyncRetryAttempts", 1)),
    ("list_function_async_invoke_configs", ["python", "f"], {}, ("configs.0.maxAsyncRetryAttempts", 1)),
    ("delete_function_async_invoke_config", ["python", "prod", "f"], {}, None),
    ("list_instances", ["python", "LATEST", "f"], {}, ("instances", None)),
    ("list_reserved_capacities", [], {}, ("reservedCapacities", None)),
    ("get_account_settings", [], {}, ("availableAZs", None)),
    ("put_provision_config", ["python", "prod", "f", 0], {}, ("target", 0)),
    ("delete_custom_domain", ["python.example.com"], {}, None),
    ("delete_trigger", ["python", "f", "t"], {}, None),
    ("delete_alias", ["python", "prod"], {}, None),
    ("delete_version", ["python", "1"], {}, None),
    ("delete_function", ["python", "f"], {}, None),
    ("delete_service", ["python"], {}, None),
]
CARRIERS = ("invoke_function", "do_http_request", "instance_exec", "websocket")


def member(value, path):
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


class Story(Rows):
    client = "aliyun-fc2"

    def test_story(self):
        for name in WAYS:
            with way(name) as (protocol, host):
                client = fc2.Client(endpoint=f"{protocol}://{host}", accessKeyID="LTAI-test", accessKeySecret="secret")
                for method, arguments, keywords, seen in STORY:
                    self.row(f"{method} {name}", lambda: self.step(getattr(client, method), arguments, keywords, seen))

    def step(self, call, arguments, keywords, seen):
        answer = call(*arguments, **keywords)
        if seen:
            path, want = seen
            found = member(answer.data, path)
            self.assertTrue(found == want or want is None, f"{path} is {found!r}, not {want!r}")

    def test_calls_of_functions(self):
        for name in WAYS:
            with way(name) as (protocol, host):
                client = fc2.Client(endpoint=f"{protocol}://{host}", accessKeyID="LTAI-test", accessKeySecret="secret")
                client.create_service("calls")
                client.create_function("calls", "hello", "python3", "index.handler", codeZipFile=HELLO)
                client.create_trigger("calls", "hello", "web", "http", {"authType": "function", "methods": ["POST"]}, "", "")
                self.row(f"invoke_function {name}", lambda: self.assertEqual(client.invoke_function("calls", "hello", "event").data, b"hello from hello"))
                self.row(f"do_http_request {name}", lambda: self.assertEqual(client.do_http_request("POST", "calls", "hello", "/a").text, "hello from hello"))
                client.delete_trigger("calls", "hello", "web")
                client.delete_function("calls", "hello")
                client.delete_service("calls")

    def test_shell_into_an_instance(self):
        client = fc2.Client(endpoint=f"http://127.0.0.1:{PORT}", accessKeyID="LTAI-test", accessKeySecret="secret")
        client.create_service("shell")
        client.create_function("shell", "f", "python3", "index.handler", codeZipFile=HELLO)
        try:
            self.refused("instance_exec", lambda tell: client.instance_exec("shell", "LATEST", "f", "c-1", hooks={"on_error": tell}).ws)
            self.refused("websocket", lambda tell: self.socket(client, tell))
        finally:
            client.delete_function("shell", "f")
            client.delete_service("shell")

    def socket(self, client, tell):
        socket = client.websocket("/2016-08-15/services/shell/functions/f/instances/c-1/exec")
        socket.on_error = tell
        return socket

    def refused(self, method, connect):
        """Open a web socket that must be refused, for no instance has that id."""
        errors = []
        connect(lambda _, error: errors.append(error)).run_forever()
        wrong = [] if "InstanceNotFound" in str(errors[0]) else [str(errors[0])]
        self.told(method, {"wrong": wrong, "errors": ["InstanceNotFound"], "why": "no instance has that id"})

    def test_no_public_method_is_missing(self):
        told = {method for method, *_ in STORY} | set(CARRIERS)
        self.assertEqual([name for name in dir(fc2.Client) if not name.startswith("_") and name not in told], [])
