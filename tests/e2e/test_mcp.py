"""The Model Context Protocol: what a coding assistant asks, over HTTP and over standard streams."""

import json
import subprocess

import pytest

from fcemu import BINARY, environment

RULES = "version: 1\nrules:\n  - id: throttle\n    match: {function: pay}\n    do: {error: ResourceThrottled}\n    ttl: 1h\n"


def ask(running, method, params=None, number=1, headers=None):
    message = {"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params is not None else {})}
    return running.call("POST", "/_fcemu/mcp", body=json.dumps(message), host="localhost",
                        headers={"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **(headers or {})})


def use(running, tool, **arguments):
    result = ask(running, "tools/call", {"name": tool, "arguments": arguments}).json()["result"]
    return result["isError"], result["content"][0]["text"]


def test_it_says_who_it_is_and_agrees_on_a_version(daemon):
    running = daemon()
    result = ask(running, "initialize", {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}).json()["result"]
    assert result["protocolVersion"] == "2025-03-26"
    assert result["serverInfo"]["name"] == "fcemu" and "tools" in result["capabilities"]
    assert ask(running, "initialize", {"protocolVersion": "1999-01-01"}).json()["result"]["protocolVersion"] == "2025-06-18"
    assert ask(running, "ping").json() == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_notifications_are_taken_without_an_answer(daemon):
    reply = daemon().call("POST", "/_fcemu/mcp", body='{"jsonrpc":"2.0","method":"notifications/initialized"}', host="localhost",
                          headers={"Content-Type": "application/json"})
    assert (reply.status, reply.body) == (202, b"")


def test_each_tool_is_a_path_that_is_there(daemon):
    running = daemon()
    tools = ask(running, "tools/list").json()["result"]["tools"]
    assert len({tool["name"] for tool in tools}) == len(tools) > 20
    for tool in tools:
        schema, marks = tool["inputSchema"], tool["annotations"]
        assert schema["additionalProperties"] is False and set(schema["required"]) <= set(schema["properties"])
        assert not (marks["readOnlyHint"] and marks["destructiveHint"])
        values = {"string": "1", "integer": 1, "array": []}
        arguments = {name: values[schema["properties"][name]["type"]] for name in schema["required"]}
        if tool["name"] in ("stop_all_faults", "bring_faults_back"):
            continue
        result = ask(running, "tools/call", {"name": tool["name"], "arguments": arguments}).json()["result"]
        text = result["content"][0]["text"]
        assert "nothing lives at" not in text and "' is not supported" not in text and "Method not allowed" not in text, (tool["name"], text)


def test_a_call_is_struck_explained_and_freed(daemon):
    running = daemon(rules="version: 1\nrules: []\n")
    failed, text = use(running, "set_rules", rules=RULES.replace("function", "functon"))
    assert failed and "did you mean 'function'" in text
    assert use(running, "set_rules", rules=RULES)[0] is False
    assert running.invoke("pay").status == 503
    failed, text = use(running, "list_calls", rule="throttle")
    (call,) = json.loads(text)["requests"]
    failed, text = use(running, "explain_call", request_id=call["request_id"])
    assert not failed and json.loads(text)["outcome"]["rule"] == "throttle"
    failed, text = use(running, "verify", **{"assert": [{"calls": {"match": {"function": "pay"}, "gte": 2}}]})
    assert failed and json.loads(text)["verdict"] == "fail"
    assert use(running, "stop_all_faults") == (False, '{"stopped":true,"released":0}\n')
    assert running.invoke("pay").status == 404
    failed, text = use(running, "invoke", service="demo", function="pay", region="cn-beijing", account="16530751")
    assert failed and "ServiceNotFound" in text
    assert running.requests("&account=16530751")[0]["region"] == "cn-beijing"


@pytest.mark.parametrize("tool, arguments, said", [
    ("list_calls", {"functon": "x"}, "list_calls takes no 'functon'; did you mean 'function'?"),
    ("list_calls", {"limit": "many"}, "'limit' is of type integer: the newest so many; 20 is plenty"),
    ("list_calls", {"limit": -1}, "'limit' is of type integer"),
    ("show_call", {}, "show_call needs 'request_id': from list_calls"),
    ("verify", {"assert": "x"}, "'assert' is of type array"),
    ("invoke", {"function": "pay", "account": "1"}, "'account' goes with 'region'"),
])
def test_what_a_tool_refuses(daemon, tool, arguments, said):
    failed, text = use(daemon(), tool, **arguments)
    assert failed and said in text


def test_a_long_answer_is_cut_with_a_word(daemon):
    running = daemon()
    for number in range(120):
        running.invoke(f"f{number}")
    failed, text = use(running, "list_calls")
    assert not failed and len(text) < 50_000 and "ask for less" in text
    assert len(json.loads(use(running, "list_calls", limit=2)[1])["requests"]) == 2


@pytest.mark.parametrize("message, status, code", [
    ({"id": 1, "method": "ping"}, 400, -32600),
    ({"jsonrpc": "2.0", "id": 1}, 400, -32600),
    ({"jsonrpc": "2.0", "id": "a", "method": "tool/list"}, 200, -32601),
    ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "lst_calls"}}, 200, -32602),
])
def test_a_message_that_is_none(daemon, message, status, code):
    reply = daemon().call("POST", "/_fcemu/mcp", body=json.dumps(message), host="localhost", headers={"Content-Type": "application/json"})
    assert (reply.status, reply.json()["error"]["code"]) == (status, code)


def test_a_foreign_page_and_a_missing_token_are_refused(daemon):
    assert ask(daemon(), "tools/list", headers={"Origin": "https://evil.example"}).status == 403
    running = daemon(config="token: sesame\nlisten: ['0.0.0.0:0']\n", listen=())
    assert ask(running, "tools/list").status == 401
    reply = ask(running, "tools/call", {"name": "list_rules"}, headers={"Authorization": "Bearer sesame"})
    assert reply.json()["result"]["isError"] is False
    assert running.call("GET", "/_fcemu/mcp", host="localhost", headers={"Authorization": "Bearer sesame"}).status == 405


def stdio(running, lines, folder, **more):
    return subprocess.run([BINARY, "mcp", "--address", f"127.0.0.1:{running.port}"], input="\n".join(lines) + "\n", capture_output=True, text=True,
                          env={**environment(folder), **more}, timeout=60, check=True)


def test_standard_streams(daemon, tmp_path):
    running = daemon()
    messages = [{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}, {"jsonrpc": "2.0", "method": "notifications/initialized"},
                {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "health", "arguments": {}}}]
    done = stdio(running, map(json.dumps, messages), tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2]
    assert '"status":"ok"' in answers[1]["result"]["content"][0]["text"]
    running.stop()
    done = stdio(running, [json.dumps(messages[0])], tmp_path)
    assert "does not answer" in json.loads(done.stdout)["error"]["message"]
