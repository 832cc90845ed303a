// assistant.mjs ADDRESS GUARDED TOKEN BINARY: the official TypeScript client, over HTTP and over standard streams; who asks at GUARDED needs the token.
import assert from 'node:assert';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [address, guarded, token, binary] = process.argv.slice(2);
const RULES = 'version: 1\nrules:\n  - {id: mine, match: {function: pay}, do: {error: ResourceExhausted}, ttl: 5m}\n';

const overHttp = (to, headers = {}) => new StreamableHTTPClientTransport(new URL(`http://${to}/_fcemu/mcp`), { requestInit: { headers } });
const overStreams = (to, env = {}) => new StdioClientTransport({ command: binary, args: ['mcp', '--address', to], env: { ...process.env, ...env }, stderr: 'ignore' });

async function use(transport) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(transport);
  const tool = async (name, args = {}) => {
    const { content, isError } = await client.callTool({ name, arguments: args });
    return [isError, content[0].text];
  };
  const { tools } = await client.listTools();
  assert.ok(tools.find(({ name }) => name === 'stop_all_faults').annotations.destructiveHint);
  assert.deepEqual((await tool('set_rules', { rules: RULES }))[0], false);
  assert.match((await tool('invoke', { service: 'demo', function: 'pay' }))[1], /ResourceExhausted/);
  const [call] = JSON.parse((await tool('list_calls', { rule: 'mine', limit: 1 }))[1]).requests;
  assert.equal(JSON.parse((await tool('explain_call', { request_id: call.request_id }))[1]).outcome.rule, 'mine');
  assert.equal(JSON.parse((await tool('stop_all_faults'))[1]).stopped, true);
  assert.doesNotMatch((await tool('invoke', { service: 'demo', function: 'pay' }))[1], /ResourceExhausted/);
  assert.equal((await tool('bring_faults_back'))[0], false);
  const [failed, said] = await tool('list_calls', { functon: 'pay' });
  assert.ok(failed && /did you mean 'function'/.test(said));
  await client.close();
}

const refused = (transport, why) => assert.rejects(new Client({ name: 'test', version: '1' }).connect(transport), why);

await use(overHttp(address));
await use(overStreams(address));
await use(overHttp(guarded, { authorization: `Bearer ${token}` }));
await use(overStreams(guarded, { FCEMU_TOKEN: token }));
await refused(overHttp(address, { origin: 'https://evil.example' }), /403/);
await refused(overHttp(guarded), /401|Unauthorized/);
await refused(overHttp(guarded, { authorization: 'Bearer another' }), /401|Unauthorized/);
await refused(overStreams(guarded), /token/);
