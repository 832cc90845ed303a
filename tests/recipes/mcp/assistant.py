"""assistant.py ADDRESS BINARY: the official Python client, over HTTP and over standard streams."""

import asyncio
import json
import sys

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


async def main(address, binary):
    async with streamable_http_client(f"http://{address}/_fcemu/mcp") as streams:
        async with ClientSession(streams[0], streams[1]) as session:
            await use(session)
    async with stdio_client(StdioServerParameters(command=binary, args=["mcp", "--address", address])) as streams:
        async with ClientSession(*streams) as session:
            await use(session)


asyncio.run(main(*sys.argv[1:]))
