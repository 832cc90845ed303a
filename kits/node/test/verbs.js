// The verbs, wherever the daemon runs.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function invoke(cloud, name) {
  return new Promise((resolve, reject) => {
    http.request(`${cloud.url}/2023-03-30/functions/${name}/invocations`, { method: 'POST', agent: false }, async (answer) => {
      let body = '';
      for await (const chunk of answer) body += chunk;
      resolve([answer.statusCode, body]);
    }).on('error', reject).end('{}');
  });
}

/** Tests of a daemon that daemon() returns once they run. */
export function verbs(daemon) {
  let folder;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kit-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('stub, fault, calls, verify', async () => {
    const cloud = daemon().account();
    await cloud.stub('pay', { json: { paid: true }, status: 201 });
    const fault = await cloud.fault('ResourceThrottled', { function: 'pay', times: 2 });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await invoke(cloud, 'pay'))[0]);
    assert.deepEqual(statuses, [503, 503, 201]);
    assert.equal(await fault.fired(), 2);
    assert.deepEqual((await cloud.calls({ status: '5xx' })).map(({ code }) => code), ['ResourceThrottled', 'ResourceThrottled']);
    await cloud.verify({ calls: { match: { function: 'pay' }, eq: 3 } });
    await cloud.verify([{ fires: { rule: fault.id, eq: 2 } }], { within: '1s' });
    await assert.rejects(cloud.verify({ calls: { eq: 4 } }), (error) => {
      assert.equal(error.code, 'ERR_ASSERTION');
      assert.match(error.message, /^fail: calls: 3 calls, wanted exactly 4\n.*InvokeFunction pay -> 503 ResourceThrottled.*\(rule fault-/);
      return true;
    });
    await assert.rejects(cloud.verify({ retries: { match: { function: 'other' }, eq: 1 } }), /^AssertionError.*vacuous: retries/);
    await fault.remove();
    await assert.rejects(fault.counters(), /404/);
  });

  test('a rule in full, a body of bytes', async () => {
    const cloud = daemon().account();
    await cloud.stub('blob', { body: Uint8Array.of(0, 0x7f), headers: { 'x-kind': 'bytes' } });
    const rule = await cloud.fault({ close: { at: 'headers' } }, { when: { calls: { from: 2 } }, rule: { id: 'mine', ttl: '1m' }, function: 'blob' });
    assert.equal(rule.id, 'mine');
    assert.deepEqual(await invoke(cloud, 'blob'), [200, '\0\x7f']);
    await assert.rejects(invoke(cloud, 'blob'), { code: 'ECONNRESET' });
    await cloud.reset();
  });

  test('deploy, and again', async () => {
    const cloud = daemon().account();
    await cloud.deploy('hello', { 'index.js': 'exports.handler = (event, context, done) => done(null, "one");' });
    assert.deepEqual(await invoke(cloud, 'hello'), [200, 'one']);
    mkdirSync(path.join(folder, 'code', 'lib'), { recursive: true });
    writeFileSync(path.join(folder, 'code', 'index.js'), 'exports.handler = (event, context, done) => done(null, require("./lib/two"));');
    writeFileSync(path.join(folder, 'code', 'lib', 'two.js'), 'module.exports = "two";');
    await cloud.deploy('hello', path.join(folder, 'code'), { timeout: 7 });
    assert.deepEqual(await invoke(cloud, 'hello'), [200, 'two']);
    assert.equal((await cloud.deploy('hello', { 'index.js': '' }, { service: 'shop' })).functionName, 'hello');
  });

  test('accounts share a daemon and nothing else', async () => {
    const [one, two] = [daemon().account(), daemon().account()];
    await one.stub('f', { body: 'one' });
    await two.stub('f', { body: 'two' });
    assert.deepEqual(await Promise.all([invoke(one, 'f'), invoke(two, 'f')]), [[200, 'one'], [200, 'two']]);
    await one.reset();
    assert.deepEqual([(await one.calls()).length, (await two.calls()).length], [0, 1]);
    assert.deepEqual(await invoke(two, 'f'), [200, 'two']);
  });

  const SDK = path.join(ROOT, 'tests', 'sdk', 'node');
  const CLIENTS = {
    '2023-03-30': (client, load) => client.listFunctions(new (load('@alicloud/fc20230330').ListFunctionsRequest)({})),
    '2021-04-06': (client, load) => client.listServices(new (load('@alicloud/fc-open20210406').ListServicesRequest)({})),
    '2016-08-15': (client) => client.listServices(),
  };
  for (const [api, call] of Object.entries(CLIENTS)) {
    test(`the official client of ${api} is ready`, { skip: !existsSync(path.join(SDK, 'node_modules')) && 'the clients of tests/sdk/node are not installed' }, async () => {
      const here = process.cwd();
      try {
        process.chdir(SDK); // a project that has them
        const cloud = daemon().account(undefined, 'cn-shanghai');
        await call(cloud.client(api), createRequire(path.join(SDK, 'package.json')));
        const [{ status, region, ...entry }] = await cloud.calls();
        assert.deepEqual([entry.api, region, status], [api, 'cn-shanghai', 200]);
      } finally {
        process.chdir(here);
      }
    });
  }
}
