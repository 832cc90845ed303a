"""assistant.py ADDRESS GUARDED TOKEN BINARY: the official Python client, over HTTP and over standard streams; who asks at GUARDED needs the token."""

import asyncio
import json
import os
import sys
import traceback

from httpx2 import AsyncClient
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

RULES = "version: 1\nrules:\n  - {id: mine, match: {function: pay}, do: {error: ResourceExhausted}, ttl: 5m}\n"


async def use(session):
    await session.initialize()
    tools = (await session.list_tools()).tools
    assert {"list_calls", "explain_call", "set_rules", "verify", "run_drill", "invoke", "read_logs"} <= {tool.name for tool in tools}

    async def tool(name, **arguments):
        result = await session.call_tool(name, arguments)
        return result.is_error, result.content[0].text

    assert (await tool("set_rules", rules=RULES))[0] is False
    failed, text = await tool("invoke", service="demo", function="pay", event="x")
    assert failed and "ResourceExhausted" in text, text
    call = json.loads((await tool("list_calls", rule="mine", limit=1))[1])["requests"][0]
    assert json.loads((await tool("explain_call", request_id=call["request_id"]))[1])["outcome"]["rule"] == "mine"
    assert json.loads((await tool("stop_all_faults"))[1])["stopped"] is True
    assert "ResourceExhausted" not in (await tool("invoke", service="demo", function="pay"))[1]
    assert (await tool("bring_faults_back"))[0] is False


async def over_http(address, headers, body):
    async with AsyncClient(headers=headers, timeout=60) as http:
        async with streamable_http_client(f"http://{address}/_fcemu/mcp", http_client=http) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                await body(session)


async def over_streams(binary, address, token, body):
    async with stdio_client(StdioServerParameters(command=binary, args=["mcp", "--address", address], env={**os.environ, **token})) as streams:
        async with ClientSession(*streams) as session:
            await body(session)


async def refused(asking):
    try:
        await asking
    except Exception as problem:
        return "".join(traceback.format_exception(problem))
    raise AssertionError("it was let in")


async def initialize(session):
    await session.initialize()


async def main(address, guarded, token, binary):
    await over_http(address, {}, use)
    await over_streams(binary, address, {}, use)
    await over_http(guarded, {"Authorization": f"Bearer {token}"}, use)
    await over_streams(binary, guarded, {"FCEMU_TOKEN": token}, use)
    await refused(over_http(address, {"Origin": "https://evil.example"}, initialize))
    await refused(over_http(guarded, {}, initialize))
    await refused(over_http(guarded, {"Authorization": "Bearer another"}, initialize))
    said = await refused(over_streams(binary, guarded, {}, initialize))
    assert "FCEMU_TOKEN" in said, said


asyncio.run(main(*sys.argv[1:]))
