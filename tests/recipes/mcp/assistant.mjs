// assistant.mjs ADDRESS BINARY: the official TypeScript client, over HTTP and over standard streams.
import assert from 'node:assert';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [address, binary] = process.argv.slice(2);

async function use(transport) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.ok(tools.find((tool) => tool.name === 'stop_all_faults').annotations.destructiveHint);
  const { content, isError } = await client.callTool({ name: 'list_rules', arguments: {} });
  assert.equal(isError, false);
  assert.ok(JSON.parse(content[0].text).rules);
  const wrong = await client.callTool({ name: 'list_calls', arguments: { functon: 'pay' } });
  assert.ok(wrong.isError && /did you mean 'function'/.test(wrong.content[0].text));
  await client.close();
}

await use(new StreamableHTTPClientTransport(new URL(`http://${address}/_fcemu/mcp`)));
await use(new StdioClientTransport({ command: binary, args: ['mcp', '--address', address] }));
