// A function made from a package, run: its result, its log and what it cost; and asynchronously, under an id of the caller's.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { Readable } = require('node:stream');

const core = require('@alicloud/openapi-core');
const openapi = require('@alicloud/openapi-client');
const FC = require('@alicloud/fc2');
const fc2023 = require('@alicloud/fc20230330');
const fc2021 = require('@alicloud/fc-open20210406');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { assert, row, port } = require('./results');

const ZIP = fs.readFileSync(path.join(__dirname, '..', 'hello.zip')).toString('base64');
const CODE = { zipFile: ZIP };
const keys = { accessKeyId: 'LTAI-test', accessKeySecret: 'secret', regionId: 'cn-shanghai', endpoint: `127.0.0.1:${port}`, protocol: 'http' };

/** What every answer of a function that was asked for its log has. Names are in lower case. */
function checkHeaders(headers, memory) {
  assert.match(headers['x-fc-request-id'], /^[\w-]{32,36}$/);
  assert.match(headers['x-fc-invocation-duration'], /^\d+$/);
  assert.match(headers['x-fc-max-memory-usage'], /^\d+\.\d\d$/);
  assert.strictEqual(headers['x-fc-error-type'], undefined);
  const log = Buffer.from(headers['x-fc-log-result'], 'base64').toString();
  assert.ok(log.includes(`FC Invoke Start RequestId: ${headers['x-fc-request-id']}\n`), log);
  assert.match(log, /called with event/);
  assert.match(log, new RegExp(`Billed Duration: \\d+ ms, Memory Size: ${memory} MB, Max Memory Used: \\d+\\.\\d\\d MB$`));
}

/** Asks until the invocation is over; each answer is one of the documented states. */
async function succeeded(ask) {
  const states = ['Enqueued', 'Dequeued', 'Running', 'Retrying', 'Succeeded'];
  for (;;) {
    const status = await ask();
    assert.ok(states.includes(status), status);
    if (status === 'Succeeded') return;
  }
}

row('@alicloud/fc2', 'a function: created, invoked with its log, asynchronously', async () => {
  const client = new FC('16530750', { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai', endpoint: `http://127.0.0.1:${port}` });
  await client.createService('runs');
  await client.createFunction('runs', { functionName: 'f', handler: 'index.handler', runtime: 'nodejs12', memorySize: 128, code: CODE });
  const answer = await client.invokeFunction('runs', 'f', 'event', { 'X-Fc-Log-Type': 'Tail' });
  assert.strictEqual(answer.data, 'hello from f');
  checkHeaders(answer.headers, 128);
  await client.put('/services/runs/functions/f/async-invoke-config', { statefulInvocation: true });
  const accepted = await client.invokeFunction('runs', 'f', 'event', { 'X-Fc-Invocation-Type': 'Async', 'X-Fc-Stateful-Async-Invocation-Id': 'mine' });
  assert.strictEqual(accepted.headers['x-fc-stateful-async-invocation-id'], 'mine');
  await succeeded(async () => (await client.get('/services/runs/functions/f/stateful-async-invocations/mine')).data.status);
  await client.deleteFunction('runs', 'f');
  await client.deleteService('runs');
});

row('@alicloud/fc2', 'a shell in an instance', async () => {
  const client = new FC('16530750', { accessKeyID: 'LTAI-test', accessKeySecret: 'secret', region: 'cn-shanghai', endpoint: `http://127.0.0.1:${port}` });
  await client.createService('shells');
  await client.createFunction('shells', { functionName: 'f', handler: 'index.handler', runtime: 'nodejs12', memorySize: 128, code: CODE });
  await client.invokeFunction('shells', 'f', 'event');
  const [{ instanceId }] = (await client.listInstances('shells', 'f')).data.instances;
  const said = { out: '', err: '' };
  await new Promise((onClose, onError) => {
    const options = { command: ['/bin/sh', '-c', 'read line; echo "got $line in $FC_FUNCTION_NAME"; echo wrong >&2'], tty: false, stderr: true };
    const onStdout = (data) => { said.out += data; };
    const onStderr = (data) => { said.err += data; };
    client.instanceExec('shells', 'f', '', instanceId, options, { onClose, onError, onStdout, onStderr })
      .then((shell) => shell.websocket.on('open', () => shell.sendMessage(Buffer.from('\0words\n'))), onError); // 0: input
  });
  assert.deepStrictEqual(said, { out: 'got words in f\n', err: 'wrong\n' });
  await client.deleteFunction('shells', 'f');
  await client.deleteService('shells');
});

row('@alicloud/fc20230330', 'a function: created, invoked with its log, asynchronously', async () => {
  const client = new fc2023.default(new core.$OpenApiUtil.Config(keys));
  const body = () => Readable.from([Buffer.from('event')]);
  await client.createFunction(new fc2023.CreateFunctionRequest({
    body: new fc2023.CreateFunctionInput({ functionName: 'runs', runtime: 'python3.10', handler: 'index.handler', memorySize: 512, cpu: 0.5, code: new fc2023.InputCodeLocation(CODE) }),
  }));
  const invoke = (headers) => client.invokeFunctionWithOptions(
    'runs', new fc2023.InvokeFunctionRequest({ body: body() }), new fc2023.InvokeFunctionHeaders(headers), new RuntimeOptions({}));
  const answer = await invoke({ xFcLogType: 'Tail' });
  const chunks = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  assert.strictEqual(Buffer.concat(chunks).toString(), 'hello from runs');
  checkHeaders(answer.headers, 512);
  await client.putAsyncInvokeConfig('runs', new fc2023.PutAsyncInvokeConfigRequest({ body: new fc2023.PutAsyncInvokeConfigInput({ asyncTask: true }) }));
  const accepted = await invoke({ xFcInvocationType: 'Async', xFcAsyncTaskId: 'mine' });
  assert.strictEqual(accepted.headers['x-fc-async-task-id'], 'mine');
  await succeeded(async () => (await client.getAsyncTask('runs', 'mine', new fc2023.GetAsyncTaskRequest({}))).body.status);
  await client.deleteFunction('runs');
});

row('@alicloud/fc-open20210406', 'a function: created, invoked with its log, asynchronously', async () => {
  const client = new fc2021.default(new openapi.Config(keys));
  await client.createService(new fc2021.CreateServiceRequest({ serviceName: 'runs-2021' }));
  await client.createFunction('runs-2021', new fc2021.CreateFunctionRequest({
    functionName: 'f', runtime: 'nodejs16', handler: 'index.handler', memorySize: 256, code: new fc2021.Code(CODE) }));
  const invoke = (headers) => client.invokeFunctionWithOptions(
    'runs-2021', 'f', new fc2021.InvokeFunctionRequest({ body: Buffer.from('event') }), new fc2021.InvokeFunctionHeaders(headers), new RuntimeOptions({}));
  const answer = await invoke({ xFcLogType: 'Tail' });
  assert.strictEqual(answer.body.toString(), 'hello from f');
  checkHeaders(answer.headers, 256);
  await client.putFunctionAsyncInvokeConfig('runs-2021', 'f', new fc2021.PutFunctionAsyncInvokeConfigRequest({ statefulInvocation: true }));
  await invoke({ xFcInvocationType: 'Async', xFcStatefulAsyncInvocationId: 'mine' });
  const found = async () => (await client.getStatefulAsyncInvocation('runs-2021', 'f', 'mine', new fc2021.GetStatefulAsyncInvocationRequest({}))).body;
  await succeeded(async () => (await found()).status);
  assert.strictEqual((await found()).invocationId, 'mine');
  await client.deleteFunction('runs-2021', 'f');
  await client.deleteService('runs-2021');
});
